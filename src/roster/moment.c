#include "roster/moment.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "roster/zone.h"

enum { DAY_S = 86400, DAYS = 7, MOST_TEXT = 120 };

#define EXAMPLES "write \"Sat 03:00 America/New_York\", 2026-11-01T01:30, or 2026-11-01T01:30:00-04:00"

/* From Monday, as roster counts days. */
static const char *const weekdays[DAYS] = {"monday", "tuesday",  "wednesday", "thursday",
                                           "friday", "saturday", "sunday"};

/* "sat", "Satur", "Saturday"; -1: no weekday. */
static int weekday_of(const char *word)
{
    for (int i = 0; strlen(word) >= 3 && i < DAYS; i++)
        if (strncasecmp(weekdays[i], word, strlen(word)) == 0)
            return i;
    return -1;
}

/* One or more digits, at most n_most. */
static bool number(const char **at, int n_most, int *ret_number)
{
    int value = 0, n = 0;
    for (; n < n_most && isdigit((unsigned char)**at); n++)
        value = value * 10 + *(*at)++ - '0';
    *ret_number = value;
    return n > 0;
}

static bool mark(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    ++*at;
    return true;
}

/* "03:00" as seconds of the day; -1: no such time. */
static int64_t time_of_day(const char *word)
{
    int hour, minute;
    if (!number(&word, 2, &hour) || !mark(&word, ':') || !number(&word, 2, &minute) || *word || hour > 23 ||
        minute > 59)
        return -1;
    return (int64_t)hour * 3600 + (int64_t)minute * 60;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* "2026-11-01" as local seconds of its midnight; false: no such day. */
static bool date_of(const char *word, int64_t *ret_s)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct local_time t = {0};
    if (!number(&word, 4, &t.year) || !mark(&word, '-') || !number(&word, 2, &t.month) || !mark(&word, '-') ||
        !number(&word, 2, &t.day) || *word || t.year < 1970 || t.month < 1 || t.month > 12 || t.day < 1 ||
        t.day > days[t.month - 1] + (t.month == 2 && is_leap(t.year)))
        return false;
    *ret_s = local_seconds(&t);
    return true;
}

/* Words before the zone: a date, a weekday, a time of the day. */
struct wall {
    bool is_now, has_date;
    int64_t date_s;
    int weekday;   /* -1: none */
    int64_t day_s; /* -1: none */
};

static bool wall_add(struct wall *wall, char *word)
{
    char *t = strchr(word, 'T');
    if (t > word && isdigit((unsigned char)t[-1]) && t[1]) {
        *t = '\0';
        return wall_add(wall, word) && wall_add(wall, t + 1);
    }
    if (!wall->has_date && wall->weekday < 0 && date_of(word, &wall->date_s))
        return wall->has_date = true;
    int weekday = weekday_of(word);
    if (weekday >= 0 && wall->weekday < 0 && !wall->has_date) {
        wall->weekday = weekday;
        return true;
    }
    int64_t day_s = time_of_day(word);
    if (day_s < 0 || wall->day_s >= 0)
        return false;
    wall->day_s = day_s;
    return true;
}

/* 1970-01-01 was a Thursday, the fourth day from Monday. */
static int weekday_of_day(int64_t day)
{
    return (int)(((day + 3) % DAYS + DAYS) % DAYS);
}

static int64_t resolve(const struct wall *wall, const struct zone *zone, int64_t now_s)
{
    int64_t day_s = wall->day_s >= 0 ? wall->day_s : 0;
    if (wall->has_date)
        return zone_utc_s(zone, wall->date_s + day_s);
    int64_t day = local_day(zone_local_s(zone, now_s));
    for (;; day++) {
        int64_t at_s = zone_utc_s(zone, day * DAY_S + day_s);
        if (at_s >= now_s && (wall->weekday < 0 || weekday_of_day(day) == wall->weekday))
            return at_s;
    }
}

/* Takes the words; the one that is no part of a wall time must be the zone, and the last. */
static int read_words(struct arena *arena, const char *text, struct wall *wall, const char **timezone,
                      struct err *err)
{
    char *rest;
    bool any = false;
    for (char *word = strtok_r(arena_strdup(arena, text), " ,", &rest); word;
         word = strtok_r(NULL, " ,", &rest)) {
        if (!any && strcasecmp(word, "now") == 0)
            wall->is_now = any = true;
        else if (!wall->is_now && wall_add(wall, arena_strdup(arena, word)))
            any = true;
        else if (!any)
            break;
        else if (timezone_check(word, err) < 0)
            return -1;
        else if (strtok_r(NULL, " ,", &rest))
            return err_set(err, "\"%.60s\" goes on after its time zone; " EXAMPLES, text);
        else
            *timezone = word;
    }
    bool is_whole = wall->is_now || wall->has_date || wall->day_s >= 0;
    return any && is_whole ? 0 : err_set(err, "\"%.60s\" is no time; " EXAMPLES, text);
}

int moment_parse(struct arena *arena, const char *text, const char *timezone, int64_t now_us,
                 struct moment *ret_moment, struct err *err)
{
    struct moment moment = {.timezone = timezone};
    size_t n_bytes = strlen(text);
    struct wall wall = {.weekday = -1, .day_s = -1};
    if (n_bytes > MOST_TEXT)
        return err_set(err, "that is too long for a time; " EXAMPLES);
    if (time_parse_rfc3339(text, n_bytes, &moment.at_us) < 0 || !moment.at_us) {
        if (read_words(arena, text, &wall, &moment.timezone, err) < 0)
            return -1;
        const struct zone *zone = zone_find(moment.timezone);
        int64_t now_s = (now_us + US_PER_S - 1) / US_PER_S;
        moment.at_us = wall.is_now || !zone ? now_us : resolve(&wall, zone, now_s) * US_PER_S;
    }
    *ret_moment = moment;
    return 0;
}
