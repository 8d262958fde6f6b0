/* How long a turn is. Words of our own for what most teams do ("weekly", "12h"), a recurrence rule (RFC 5545,
 * 3.3.10) for the rest: "FREQ=WEEKLY;BYDAY=MO,FR" hands over twice a week, at the time of day of the start.
 */
#include "roster/rotation.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "roster/ical_library.h"
#include "roster/zone.h"

enum {
    HOUR_S = 3600,
    DAY_S = 86400,
    LONGEST_S = 366 * DAY_S,
    RULE_YEARS = 40,
    RULE_BYTES = 500,
    MOST_TURNS = 50000
};

static const struct {
    const char *word;
    int64_t period_s;
} words[] = {{"daily", DAY_S}, {"weekly", 7 * DAY_S}, {"biweekly", 14 * DAY_S}};

/* "12h", "3d", "2w"; 0: no such text */
static int64_t period_of(const char *text)
{
    char *unit;
    if (!isdigit((unsigned char)text[0]) || strlen(text) > 6)
        return 0;
    int64_t n = strtol(text, &unit, 10);
    int64_t unit_s = strcmp(unit, "h") == 0   ? HOUR_S
                     : strcmp(unit, "d") == 0 ? DAY_S
                     : strcmp(unit, "w") == 0 ? 7 * DAY_S
                                              : 0;
    return n * unit_s <= LONGEST_S ? n * unit_s : 0;
}

static bool rule_is_sound(const char *text)
{
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
    return rule.freq == ICAL_DAILY_RECURRENCE || rule.freq == ICAL_WEEKLY_RECURRENCE ||
           rule.freq == ICAL_MONTHLY_RECURRENCE || rule.freq == ICAL_YEARLY_RECURRENCE;
}

int rotation_parse(struct arena *arena, const char *text, struct rotation *ret_rotation, struct err *err)
{
    struct rotation rotation = {.period_s = period_of(text)};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i].word) == 0)
            rotation.period_s = words[i].period_s;
    }
    if (!rotation.period_s) {
        if (strncmp(text, "FREQ=", 5) != 0)
            return err_set(
                err,
                "\"%.60s\" is no rotation; write daily, weekly, a time such as 12h, 3d or 2w, or a "
                "rule such as FREQ=WEEKLY;BYDAY=MO,FR",
                text);
        if (strnlen(text, RULE_BYTES + 1) > RULE_BYTES || !rule_is_sound(text))
            return err_set(err,
                           "\"%.60s\" is no recurrence rule of RFC 5545 by days, weeks, months or years; "
                           "write it like FREQ=WEEKLY;BYDAY=MO,FR",
                           text);
        rotation.rule = arena_strdup(arena, text);
    }
    *ret_rotation = rotation;
    return 0;
}

int layer_prepare(struct arena *arena, struct roster_layer *layer, struct err *err)
{
    struct rotation *rotation = &layer->rotation;
    if (!rotation->rule || !layer->start.year)
        return 0;
    struct icaltimetype start = icaltime_from_timet_with_zone((time_t)local_seconds(&layer->start), 0, NULL);
    icalrecur_iterator *times = icalrecur_iterator_new(icalrecurrencetype_from_string(rotation->rule), start);
    struct icaltimetype time = times ? icalrecur_iterator_next(times) : icaltime_null_time();
    for (; !icaltime_is_null_time(time) && time.year < layer->start.year + RULE_YEARS &&
           rotation->turns.n <= MOST_TURNS;
         time = icalrecur_iterator_next(times)) {
        int64_t at = icaltime_as_timet(time);
        if (at > local_seconds(&layer->start))
            *list_push(arena, &rotation->turns) = at;
    }
    if (times)
        icalrecur_iterator_free(times);
    if (rotation->turns.n > MOST_TURNS)
        return err_set(err, "rotation: \"%.60s\" hands over more often than every few hours", rotation->rule);
    if (!rotation->turns.n)
        return err_set(err, "rotation: \"%.60s\" never comes true, so nobody hands over", rotation->rule);
    return 0;
}

int64_t layer_turn_start_s(const struct roster_layer *layer, int64_t turn)
{
    const struct rotation *rotation = &layer->rotation;
    if (turn == 0 || rotation->period_s)
        return local_seconds(&layer->start) + turn * rotation->period_s;
    return (size_t)turn <= rotation->turns.n ? rotation->turns.at[turn - 1] : INT64_MAX;
}

int64_t layer_turn_at(const struct roster_layer *layer, int64_t local_s)
{
    const struct rotation *rotation = &layer->rotation;
    int64_t start_s = local_seconds(&layer->start);
    if (rotation->period_s)
        return local_s > start_s ? (local_s - start_s) / rotation->period_s : 0;
    return (int64_t)first_not(turn_s, rotation->turns.at, rotation->turns.n, *turn_s <= local_s);
}
