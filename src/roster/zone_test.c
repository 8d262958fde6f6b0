/* Every zone of the tz database and every transition of twelve years, against another reader of the same
 * data: the C library's. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/testing.h"
#include "roster/roster.h"
#include "roster/zone.h"

#define FIRST_S INT64_C(1704067200) /* 2024-01-01 */
#define LAST_S  INT64_C(2082758400) /* 2036-01-01 */

enum { DAY_S = 86400, LEAST_ZONES = 300 };

/* The names of zone1970.tab and, for links, of tzdata.zi ("L Europe/London GB"). */
static struct strings all_zones(struct arena *arena)
{
    struct strings zones = {0};
    char *bytes;
    size_t n_bytes;
    struct err err = {0};
    assert_int_equal(file_read(arena, "/usr/share/zoneinfo/tzdata.zi", 1 << 20, &bytes, &n_bytes, &err), 0);
    char *rest = bytes;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        char *words = line, *kind = strsep(&words, " "), *name = words ? strsep(&words, " ") : NULL;
        if (strcmp(kind, "L") == 0)
            name = words;
        else if (strcmp(kind, "Z") != 0)
            name = NULL;
        if (name && strncmp(name, "Factory", 7) != 0)
            strings_add(arena, &zones, name);
    }
    return zones;
}

static void use_zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

static int64_t offset_of(int64_t utc_s)
{
    time_t t = (time_t)utc_s;
    struct tm tm;
    assert_non_null(localtime_r(&t, &tm));
    return tm.tm_gmtoff;
}

/* The first moment in (low, high] whose offset is not that of low. */
static int64_t change_between(int64_t low, int64_t high)
{
    int64_t before = offset_of(low);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_of(middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* A daily rotation whose hand-over falls around the change: always one person, turns in order, each hand-over
 * at its wall time or at the change that skips it. */
static void check_hand_overs(struct arena *arena, const char *name, int64_t change_s, int64_t wall_of_day_s)
{
    const struct zone *zone = zone_find(name);
    int64_t first_day = local_day(zone_local_s(zone, change_s)) - 3;
    int64_t wall_s = first_day * DAY_S + wall_of_day_s;
    time_t wall = (time_t)wall_s;
    struct tm tm;
    assert_non_null(gmtime_r(&wall, &tm));
    struct schedule schedule = {.id = "s", .timezone = name};
    struct roster_layer *layer = list_push(arena, &schedule.layers);
    layer->rotation.period_s = DAY_S;
    layer->start = (struct local_time){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min};
    strings_add(arena, &layer->people, "ana");
    strings_add(arena, &layer->people, "ben");
    int64_t at_us = zone_utc_s(zone, local_seconds(&layer->start)) * US_PER_S;
    for (int turn = 0; turn < 6; turn++) {
        struct strings people;
        int64_t until_us;
        schedule_people_at(arena, &schedule, at_us, &people, &until_us);
        assert_int_equal(people.n, 1);
        assert_string_equal(people.at[0], turn % 2 ? "ben" : "ana");
        wall_s += DAY_S;
        int64_t until_s = until_us / US_PER_S;
        assert_true(until_us > at_us);
        assert_true(until_s + offset_of(until_s) >= wall_s - wall_s % 60); /* starts count whole minutes */
        assert_true(until_s - 1 + offset_of(until_s - 1) < wall_s);
        at_us = until_us;
    }
}

/* The moment of a wall time near the change, by the C library alone: the first at which the clocks show it or
 * more. */
static int64_t moment_of(int64_t change_s, int64_t wall_s)
{
    int64_t before_s = wall_s - offset_of(change_s - 1), after_s = wall_s - offset_of(change_s);
    return before_s < change_s ? before_s : after_s > change_s ? after_s : change_s;
}

enum { WINDOW_S = 3 * 3600, DAYS_AROUND = 2, EDGES = 2 * (2 * DAYS_AROUND + 1) + 3 };

struct hours_of_test {
    int64_t edges[EDGES]; /* the change, from and until of the override, then from and until of each window */
};

static const char *wanted_at(const struct hours_of_test *hours, int64_t at_s)
{
    if (hours->edges[1] <= at_s && at_s < hours->edges[2])
        return "eve";
    for (size_t i = 3; i < EDGES; i += 2)
        if (hours->edges[i] <= at_s && at_s < hours->edges[i + 1])
            return "ana";
    return "";
}

static struct local_time local_of(int64_t wall_s)
{
    time_t wall = (time_t)wall_s;
    struct tm tm;
    assert_non_null(gmtime_r(&wall, &tm));
    return (struct local_time){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min};
}

/* Business hours and an override that begin or end around the change: who is asked for one second before each
 * edge, at it and after it, and no answer is said to hold beyond the next edge at which it does not. */
static void check_hours(struct arena *arena, const char *name, int64_t change_s, int64_t wall_of_day_s)
{
    int64_t day_s = (change_s + offset_of(change_s)) / DAY_S * DAY_S, wall_s = day_s + wall_of_day_s;
    struct hours_of_test hours = {
        .edges = {change_s, moment_of(change_s, wall_s + 1800), moment_of(change_s, wall_s + 5400)}};
    struct schedule schedule = {.id = "s", .timezone = name};
    struct roster_layer *layer = list_push(arena, &schedule.layers);
    layer->rotation.period_s = DAY_S;
    layer->start = local_of(day_s - 10 * DAY_S);
    layer->hours = (struct roster_window){.days = 0x7f,
                                          .from_minute = (int)(wall_of_day_s / 60),
                                          .until_minute = (int)((wall_of_day_s + WINDOW_S) % DAY_S / 60)};
    strings_add(arena, &layer->people, "ana");
    *list_push(arena, &schedule.overrides) = (struct roster_override){
        .person = "eve", .from = local_of(wall_s + 1800), .until = local_of(wall_s + 5400)};
    for (int64_t day = -DAYS_AROUND, i = 3; day <= DAYS_AROUND; day++, i += 2) {
        hours.edges[i] = moment_of(change_s, wall_s + day * DAY_S);
        hours.edges[i + 1] = moment_of(change_s, wall_s + day * DAY_S + WINDOW_S);
    }
    for (size_t i = 0; i < EDGES * 3; i++) {
        int64_t at_s = hours.edges[i / 3] + (int64_t)(i % 3) - 1, until_us;
        struct strings people;
        if (at_s >= hours.edges[EDGES - 1]) /* the windows of later days are not among the edges */
            continue;
        schedule_people_at(arena, &schedule, at_s * US_PER_S, &people, &until_us);
        if (strcmp(people.n ? people.at[0] : "", wanted_at(&hours, at_s)) != 0 || people.n > 1)
            fail_msg("%s: at %lld the person is not \"%s\"", name, (long long)at_s, wanted_at(&hours, at_s));
        for (size_t edge = 0; edge < EDGES; edge++)
            if (hours.edges[edge] > at_s && hours.edges[edge] < until_us / US_PER_S &&
                strcmp(wanted_at(&hours, hours.edges[edge]), wanted_at(&hours, at_s)) != 0)
                fail_msg("%s: the answer of %lld is said to hold beyond %lld", name, (long long)at_s,
                         (long long)hours.edges[edge]);
    }
}

/* Both sides of the change, as people write them. */
static void check_names(const char *name, int64_t change_s)
{
    for (int side = -1; side <= 0; side++) {
        time_t at = (time_t)(change_s + side);
        struct tm tm;
        char got[ZONE_TEXT_BYTES];
        assert_non_null(localtime_r(&at, &tm));
        timezone_abbreviation(name, (int64_t)at * US_PER_S, got);
        assert_string_equal(got, tm.tm_zone);
    }
    int64_t from_us = (change_s - DAY_S) * US_PER_S;
    assert_int_equal(timezone_change_us(name, from_us, (change_s + DAY_S) * US_PER_S), change_s * US_PER_S);
    assert_int_equal(timezone_change_us(name, from_us, (change_s - 1) * US_PER_S), INT64_MAX);
}

static void check_change(const char *name, int64_t change_s)
{
    check_names(name, change_s);
    scoped_arena struct arena *arena = arena_new();
    const struct zone *zone = zone_find(name);
    assert_int_equal(zone_offset_s(zone, change_s - 1), offset_of(change_s - 1));
    assert_int_equal(zone_offset_s(zone, change_s), offset_of(change_s));
    int64_t wall_s = zone_local_s(zone, change_s) % DAY_S, hour_s = 3600;
    int64_t around[] = {wall_s, wall_s + DAY_S - hour_s, wall_s + DAY_S - hour_s / 2, wall_s + hour_s / 2,
                        wall_s + hour_s};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        check_hand_overs(arena, name, change_s, around[i] % DAY_S / 60 * 60);
        if (i == 0 || i == 2) /* from the change on, and from half an hour before it */
            check_hours(arena, name, change_s, around[i] % DAY_S / 60 * 60);
    }
}

static void every_zone_and_transition_until_2035_is_as_the_c_library_has_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct strings zones = all_zones(arena);
    size_t n_changes = 0;
    assert_true(zones.n >= LEAST_ZONES);
    for (size_t i = 0; i < zones.n; i++) {
        use_zone(zones.at[i]);
        if (!zone_find(zones.at[i]))
            fail_msg("%s is not known", zones.at[i]);
        for (int64_t s = FIRST_S; s < LAST_S; s += 3 * DAY_S) {
            if (offset_of(s) == offset_of(s + 3 * DAY_S))
                continue;
            check_change(zones.at[i], change_between(s, s + 3 * DAY_S));
            n_changes++;
        }
    }
    assert_true(n_changes > LEAST_ZONES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_zone_and_transition_until_2035_is_as_the_c_library_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
