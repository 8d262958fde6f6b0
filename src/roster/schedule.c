/* Who is on call. A rotation is counted on the wall clock of the zone from its start, so a hand-over keeps
 * its wall time when the clocks change: that night's turn is an hour shorter or longer.
 *
 * Leaves out: holidays, how many people a shift wants. */
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "roster/rotation.h"
#include "roster/zone.h"

enum { DAY_S = 86400, MINUTE_S = 60 };

/* Answers do not look further ahead than this. */
static const int64_t HORIZON_S = INT64_C(60) * DAY_S;

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The first of a, b that lies after at, and before `until`. */
static int64_t earlier_change(int64_t until, int64_t candidate, int64_t at)
{
    return candidate > at ? least(until, candidate) : until;
}

/* When that turn begins; INT64_MAX past the last one of a rule. */
static int64_t turn_start(const struct zone *zone, const struct roster_layer *layer, int64_t turn)
{
    int64_t local_s = layer_turn_start_s(layer, turn);
    return local_s < INT64_MAX ? zone_utc_s(zone, local_s) : INT64_MAX;
}

/* The turn that holds at utc_s; -1 before the first and after the layer has ended. Lowers *until to its end.
 */
static int64_t layer_turn(const struct zone *zone, const struct roster_layer *layer, int64_t utc_s,
                          int64_t *until)
{
    int64_t first = turn_start(zone, layer, 0);
    int64_t end = layer->until.year ? zone_utc_s(zone, local_seconds(&layer->until)) : INT64_MAX;
    *until = earlier_change(earlier_change(*until, first, utc_s), end, utc_s);
    if (utc_s < first || utc_s >= end)
        return -1;
    int64_t turn =
        layer_turn_at(layer, zone_local_s(zone, utc_s)); /* clocks that change may put it off by one */
    while (turn > 0 && turn_start(zone, layer, turn) > utc_s)
        turn--;
    while (turn_start(zone, layer, turn + 1) <= utc_s)
        turn++;
    *until = least(*until, turn_start(zone, layer, turn + 1));
    return turn;
}

/* Is the layer in its hours? Lowers *until to the next edge of a window. */
static bool layer_in_hours(const struct zone *zone, const struct roster_window *hours, int64_t utc_s,
                           int64_t *until)
{
    if (!hours->days)
        return true;
    bool inside = false;
    int64_t today = local_day(zone_local_s(zone, utc_s));
    /* From yesterday, whose window may reach over midnight, to the same weekday of next week. */
    for (int64_t day = today - 1; day <= today + 7; day++) {
        int weekday = (int)(((day + 3) % 7 + 7) % 7); /* day 0 was a Thursday; bit 0 is Monday */
        if (!(hours->days >> weekday & 1))
            continue;
        int64_t from = zone_utc_s(zone, day * DAY_S + (int64_t)hours->from_minute * MINUTE_S);
        int64_t end_day = hours->until_minute > hours->from_minute ? day : day + 1;
        int64_t end = zone_utc_s(zone, end_day * DAY_S + (int64_t)hours->until_minute * MINUTE_S);
        inside = inside || (from <= utc_s && utc_s < end);
        *until = earlier_change(earlier_change(*until, from, utc_s), end, utc_s);
    }
    return inside;
}

/* The person of the last takeover that holds, else of the last override, or NULL. */
static const char *override_person(const struct zone *zone, const struct schedule *schedule, int64_t utc_s,
                                   int64_t *until)
{
    const char *person = NULL;
    list_each (override, &schedule->overrides) {
        int64_t from = zone_utc_s(zone, local_seconds(&override->from));
        int64_t end = zone_utc_s(zone, local_seconds(&override->until));
        if (from <= utc_s && utc_s < end)
            person = override->person;
        *until = earlier_change(earlier_change(*until, from, utc_s), end, utc_s);
    }
    list_each (takeover, &schedule->takeovers) {
        int64_t from = takeover->from_us / US_PER_S, end = takeover->until_us / US_PER_S;
        if (from <= utc_s && utc_s < end)
            person = takeover->person;
        *until = earlier_change(earlier_change(*until, from, utc_s), end, utc_s);
    }
    return person;
}

static bool strings_have(const struct strings *list, const char *s)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->at[i], s) == 0)
            return true;
    }
    return false;
}

/* Those of the calendar, when they count. Lowers *until to where a shift begins or ends. */
static void add_shifts(struct arena *arena, const struct schedule *schedule, int64_t utc_s, bool count,
                       struct strings *people, int64_t *until)
{
    list_each (shift, &schedule->shifts) {
        int64_t from = shift->from_us / US_PER_S, end = shift->until_us / US_PER_S;
        if (count && from <= utc_s && utc_s < end && !strings_have(people, shift->person))
            strings_add(arena, people, shift->person);
        *until = earlier_change(earlier_change(*until, from, utc_s), end, utc_s);
    }
}

/* One look at one moment. *ret_until: nothing can change before it. */
static struct strings people_at(struct arena *arena, const struct zone *zone, const struct schedule *schedule,
                                int64_t utc_s, int64_t *ret_until)
{
    struct strings people = {0};
    int64_t until = INT64_MAX;
    const char *instead = override_person(zone, schedule, utc_s, &until);
    list_each (layer, &schedule->layers) {
        int64_t turn = layer_turn(zone, layer, utc_s, &until);
        bool inside = layer_in_hours(zone, &layer->hours, utc_s, &until);
        if (instead || turn < 0 || !inside || !layer->people.n)
            continue;
        const char *person = layer->people.at[(size_t)turn % layer->people.n];
        if (!strings_have(&people, person))
            strings_add(arena, &people, person);
    }
    add_shifts(arena, schedule, utc_s, instead == NULL, &people, &until);
    if (instead)
        strings_add(arena, &people, instead);
    *ret_until = until;
    return people;
}

static bool strings_equal(const struct strings *a, const struct strings *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(a->at[i], b->at[i]) != 0)
            return false;
    }
    return true;
}

void schedule_people_at(struct arena *arena, const struct schedule *schedule, int64_t at_us,
                        struct strings *ret_people, int64_t *ret_until_us)
{
    int64_t at_s = at_us / US_PER_S - (at_us % US_PER_S < 0);
    const struct zone *zone = zone_find(schedule->timezone);
    *ret_people = (struct strings){0};
    if (ret_until_us)
        *ret_until_us = (at_s + HORIZON_S) * US_PER_S;
    if (!zone)
        return;
    int64_t until;
    *ret_people = people_at(arena, zone, schedule, at_s, &until);
    if (!ret_until_us)
        return;
    scoped_arena struct arena *scratch = arena_new();
    while (until < at_s + HORIZON_S) {
        int64_t next;
        struct strings people = people_at(scratch, zone, schedule, until, &next);
        if (!strings_equal(&people, ret_people)) {
            *ret_until_us = until * US_PER_S;
            return;
        }
        until = next;
        arena_reset(scratch);
    }
}
