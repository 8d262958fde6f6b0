/* Who is on call by the plan, told once more and apart from the roster and its zones: the three schedules of
 * team.c by the rules of summer time of America and Europe, as they stand since 2007 and 1996. */
#include <string.h>
#include <time.h>

#include "simulation.h"

enum { DAY_S = 86400, HOUR_S = 3600 };

struct wall {
    int64_t local_s; /* as if the wall were at Greenwich */
    int weekday;     /* 0: Sunday */
    int minute;      /* of the day */
    bool again;      /* an hour that the wall has shown before */
};

static int64_t day_s(int year, int month, int day)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return timegm(&tm);
}

/* The first Sunday on that day or after it. */
static int64_t sunday_s(int year, int month, int day)
{
    int64_t at_s = day_s(year, month, day), weekday = (at_s / DAY_S + 4) % 7;
    return at_s + (weekday ? 7 - weekday : 0) * DAY_S;
}

static struct wall wall_of(struct sim *sim, bool america)
{
    time_t now_s = sim->now_us / SECOND;
    struct tm tm;
    gmtime_r(&now_s, &tm);
    int year = tm.tm_year + 1900;
    int64_t from_s = america ? sunday_s(year, 3, 8) + 7 * HOUR_S : sunday_s(year, 3, 25) + HOUR_S;
    int64_t until_s = america ? sunday_s(year, 11, 1) + 6 * HOUR_S : sunday_s(year, 10, 25) + HOUR_S;
    bool summer = now_s >= from_s && now_s < until_s;
    sim_case(sim, summer ? CASE_SUMMER : CASE_WINTER);
    struct wall wall = {.local_s = now_s + (america ? -5 : 1) * HOUR_S + (summer ? HOUR_S : 0),
                        .again = now_s >= until_s && now_s < until_s + HOUR_S};
    wall.weekday = (int)((wall.local_s / DAY_S + 4) % 7);
    wall.minute = (int)(wall.local_s % DAY_S / 60);
    return wall;
}

/* NULL: nobody. false: the plan has not begun. */
static bool planned(struct sim *sim, const char *schedule, const char **ret_person)
{
    struct wall wall = wall_of(sim, strcmp(schedule, "berlin-day") != 0);
    const char *eve = sim->eve_has_left ? "dan" : "eve";
    bool workday = wall.weekday >= 1 && wall.weekday <= 5;
    int64_t since_s = wall.local_s - (day_s(2026, 3, 2) + 9 * HOUR_S);
    if (strcmp(schedule, "berlin-day") == 0)
        *ret_person = workday && wall.minute >= 9 * 60 && wall.minute < 17 * 60 ? "ana" : NULL;
    else if (strcmp(schedule, "newyork-day") == 0)
        *ret_person =
            (workday || wall.weekday == 0) && (wall.minute >= 90 || wall.again) && wall.minute < 17 * 60
                ? eve
                : NULL;
    else
        *ret_person = since_s / (7 * DAY_S) % 2 ? eve : "ana";
    return strcmp(schedule, "primary") != 0 || since_s >= 0;
}

void check_rota(struct sim *sim, const char *schedule, const struct strings *people)
{
    const char *person;
    if (!planned(sim, schedule, &person))
        return;
    if (people->n != (person != NULL) || (person && strcmp(people->at[0], person) != 0))
        sim_fail(sim, "%s is %s's turn, and it is said to be %s's", schedule, person ? person : "nobody",
                 people->n ? people->at[0] : "nobody");
}
