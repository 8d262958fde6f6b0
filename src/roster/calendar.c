/* Who is on call by a calendar that another program keeps: the export of a paging service, or a shared
 * calendar in which people trade duties.
 *
 *   BEGIN:VEVENT
 *   DTSTART;TZID=Europe/Berlin:20260302T090000
 *   DTEND;TZID=Europe/Berlin:20260309T090000
 *   RRULE:FREQ=WEEKLY;INTERVAL=2
 *   SUMMARY:On call: Ana
 *   ATTENDEE:mailto:ana@example.org
 *   END:VEVENT
 *
 * An event's occurrences are counted on the wall clock of its zone and each turned into moments, so that a
 * duty keeps its hours when the clocks change. Leaves out: single occurrences that were moved (RECURRENCE-ID
 * names an event of its own, which counts; the occurrence that it replaces is taken out), and VTODO,
 * VFREEBUSY. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/map.h"
#include "roster/ical_library.h"
#include "roster/roster.h"
#include "roster/zone.h"

enum { MOST_SHIFTS = 5000, MOST_OCCURRENCES = 100000, MOST_UNASSIGNED = 100, DAY_S = 86400 };

struct split { /* from that occurrence on another event says how the series goes on */
    const char *uid;
    int64_t from_s; /* wall clock */
    icalcomponent *event;
};

struct calendar {
    struct arena *arena;
    struct schedule *schedule;
    const char *bytes;
    const struct zone *zone; /* of floating times */
    const struct roster_name *names;
    size_t n_names;
    int64_t from_us, until_us;
    struct map *moved; /* UID, local seconds: the occurrence has an event of its own */
    LIST(struct split) splits;
    size_t n_occurrences; /* looked at, of all events */
};

/* ---- whom an event names ---- */

/* Does the text hold the word, with nothing of a word at either end? */
static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = strcasestr(text, word); n && at; at = strcasestr(at + 1, word)) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || (at[-1] & 0x80));
        bool ends = !(isalnum((unsigned char)at[n]) || (at[n] & 0x80));
        if (begins && ends)
            return true;
    }
    return false;
}

static bool has_attendee(icalcomponent *event, const struct strings *emails)
{
    icalproperty *p = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY);
    for (; p; p = icalcomponent_get_next_property(event, ICAL_ATTENDEE_PROPERTY)) {
        const char *who = icalproperty_get_attendee(p);
        if (who && strncasecmp(who, "mailto:", 7) == 0)
            who += 7;
        for (size_t i = 0; who && i < emails->n; i++) {
            if (strcasecmp(who, emails->at[i]) == 0)
                return true;
        }
    }
    return false;
}

static struct strings people_of(const struct calendar *calendar, icalcomponent *event)
{
    struct strings people = {0};
    const char *summary = icalcomponent_get_summary(event);
    for (size_t i = 0; i < calendar->n_names; i++) {
        const struct roster_name *name = &calendar->names[i];
        if (has_attendee(event, &name->emails) ||
            (summary && (has_word(summary, name->name) || has_word(summary, name->id))))
            strings_add(calendar->arena, &people, name->id);
    }
    return people;
}

/* ---- when it takes place ---- */

/* Once each, with the line of the file that names it first. */
static void note_unzoned(const struct calendar *calendar, const char *tzid)
{
    struct strings *list = &calendar->schedule->unzoned;
    int line = 1;

    list_each (known, list)
        if (strcmp(strchr(*known, ' ') + 1, tzid) == 0)
            return;
    for (const char *at = calendar->bytes, *end; (end = strchr(at, '\n')) != NULL; at = end + 1, line++) {
        const char *zone = strstr(at, "TZID=");
        if (zone && zone < end && strncmp(zone + strlen("TZID=") + (zone[5] == '"'), tzid, strlen(tzid)) == 0)
            break;
    }
    if (list->n < MOST_UNASSIGNED)
        strings_add(calendar->arena, list, arena_printf(calendar->arena, "%d: %.80s", line, tzid));
}

/* The zone of a time: its own, the one its TZID names, or the schedule's. */
static const struct zone *zone_of(const struct calendar *calendar, icalproperty *property,
                                  const struct icaltimetype *time)
{
    if (time->zone)
        return (const struct zone *)time->zone;
    icalparameter *tzid = property ? icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER) : NULL;
    const struct zone *named = tzid ? zone_of_calendar(icalparameter_get_tzid(tzid)) : NULL;
    if (tzid && !named)
        note_unzoned(calendar, icalparameter_get_tzid(tzid));
    return named ? named : calendar->zone;
}

/* Wall-clock seconds, whatever the zone. */
static int64_t wall_seconds(struct icaltimetype time)
{
    time.zone = NULL;
    return icaltime_as_timet(time);
}

static bool is_excluded(icalcomponent *event, int64_t wall_s)
{
    icalproperty *p = icalcomponent_get_first_property(event, ICAL_EXDATE_PROPERTY);
    for (; p; p = icalcomponent_get_next_property(event, ICAL_EXDATE_PROPERTY)) {
        struct icaltimetype time = icalproperty_get_exdate(p);
        int64_t out_s = wall_seconds(time);
        if (out_s == wall_s || (time.is_date && local_day(out_s) == local_day(wall_s)))
            return true;
    }
    return false;
}

/* The name under which an occurrence is known: "UID\nseconds". */
static const char *occurrence_key(struct arena *arena, icalcomponent *event, int64_t wall_s)
{
    const char *uid = icalcomponent_get_uid(event);
    return arena_printf(arena, "%s\n%lld", uid ? uid : "", (long long)wall_s);
}

static bool is_moved(const struct calendar *calendar, icalcomponent *event, int64_t wall_s)
{
    if (icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY))
        return false;
    scoped_arena struct arena *scratch = arena_new();
    const char *key = occurrence_key(scratch, event, wall_s);
    return map_get(calendar->moved, key, strlen(key)) != NULL;
}

struct duty {
    icalcomponent *event;
    const struct zone *zone;
    int64_t length_s; /* on the wall clock */
    struct strings people;
};

static int add_occurrence(struct calendar *calendar, const struct duty *duty, int64_t wall_s, struct err *err)
{
    int64_t from_us = zone_utc_s(duty->zone, wall_s) * US_PER_S;
    int64_t until_us = zone_utc_s(duty->zone, wall_s + duty->length_s) * US_PER_S;
    if (until_us <= calendar->from_us || from_us >= calendar->until_us || from_us >= until_us ||
        is_excluded(duty->event, wall_s) || is_moved(calendar, duty->event, wall_s))
        return 0;
    for (size_t i = 0; i < duty->people.n; i++) {
        if (calendar->schedule->shifts.n >= MOST_SHIFTS)
            return err_set(err, "holds more than %d duties of the next two years", MOST_SHIFTS);
        *list_push(calendar->arena, &calendar->schedule->shifts) =
            (struct roster_shift){duty->people.at[i], from_us, until_us};
    }
    return 0;
}

/* The length on the wall clock: a duty until 09:00 ends at 09:00. */
static int64_t length_of(icalcomponent *event, const struct icaltimetype *start)
{
    icalproperty *duration = icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY);
    if (duration)
        return icaldurationtype_as_int(icalproperty_get_duration(duration));
    icalproperty *end = icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY);
    if (end)
        return wall_seconds(icalproperty_get_dtend(end)) - wall_seconds(*start);
    return start->is_date ? DAY_S : 0;
}

static bool is_cancelled(icalcomponent *event)
{
    return icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED;
}

/* The last change of "this and all that follow" at or before that occurrence of a series; NULL: none. */
static const struct split *split_at(const struct calendar *calendar, icalcomponent *event, int64_t wall_s)
{
    const struct split *last = NULL;
    const char *uid = icalcomponent_get_uid(event);

    if (icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY))
        return NULL;
    list_each (split, &calendar->splits)
        if (split->from_s <= wall_s && strcmp(split->uid, uid ? uid : "") == 0 &&
            (!last || split->from_s > last->from_s))
            last = split;
    return last;
}

static struct duty duty_of(struct calendar *calendar, icalcomponent *event, struct icaltimetype *ret_start)
{
    icalproperty *from = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);

    *ret_start = from ? icalproperty_get_dtstart(from) : icaltime_null_time();
    return (struct duty){event, zone_of(calendar, from, ret_start), length_of(event, ret_start),
                         people_of(calendar, event)};
}

/* An occurrence of a series: by its own event, or by the change from which on another says who and when. */
static int add_of_series(struct calendar *calendar, const struct duty *duty, int64_t wall_s, struct err *err)
{
    const struct split *split = split_at(calendar, duty->event, wall_s);
    struct icaltimetype start;

    if (!split)
        return add_occurrence(calendar, duty, wall_s, err);
    if (is_cancelled(split->event) || icalcomponent_get_first_property(split->event, ICAL_RRULE_PROPERTY) ||
        is_excluded(duty->event, wall_s) || is_moved(calendar, duty->event, wall_s))
        return 0; /* with a rule of its own it recurs by itself */
    struct duty changed = duty_of(calendar, split->event, &start);
    return add_occurrence(calendar, &changed, wall_s + wall_seconds(start) - split->from_s, err);
}

static int add_recurring(struct calendar *calendar, const struct duty *duty, struct icaltimetype start,
                         icalproperty *rule, struct err *err)
{
    start.zone = NULL;
    icalrecur_iterator *times = icalrecur_iterator_new(icalproperty_get_rrule(rule), start);
    int result = 0;
    if (!times)
        return add_occurrence(calendar, duty, wall_seconds(start), err);
    struct icaltimetype time = icalrecur_iterator_next(times);
    for (; !result && !icaltime_is_null_time(time); time = icalrecur_iterator_next(times)) {
        int64_t wall_s = wall_seconds(time);
        if ((wall_s - DAY_S) * US_PER_S > calendar->until_us)
            break;
        if (++calendar->n_occurrences > MOST_OCCURRENCES)
            result = err_set(err, "recurs too often to be a list of duties");
        else
            result = add_of_series(calendar, duty, wall_s, err);
    }
    icalrecur_iterator_free(times);
    return result;
}

static void note_unassigned(struct calendar *calendar, icalcomponent *event, const struct icaltimetype *start)
{
    struct strings *list = &calendar->schedule->unassigned;
    const char *summary = icalcomponent_get_summary(event);
    if (list->n < MOST_UNASSIGNED)
        strings_add(calendar->arena, list,
                    arena_printf(calendar->arena, "%.80s (%04d-%02d-%02d)",
                                 summary ? summary : "without a name", start->year, start->month,
                                 start->day));
}

struct wall_times {
    int64_t *at;
    size_t n, capacity;
};

/* The dates of RDATE. A list first: a component has one cursor over its properties. */
static struct wall_times further_dates(struct arena *arena, icalcomponent *event)
{
    struct wall_times dates = {0};
    icalproperty *p = icalcomponent_get_first_property(event, ICAL_RDATE_PROPERTY);
    for (; p; p = icalcomponent_get_next_property(event, ICAL_RDATE_PROPERTY)) {
        struct icaldatetimeperiodtype date = icalproperty_get_rdate(p);
        if (!icaltime_is_null_time(date.time))
            *list_push(arena, &dates) = wall_seconds(date.time);
    }
    return dates;
}

static int add_event(struct calendar *calendar, icalcomponent *event, struct err *err)
{
    struct icaltimetype start;
    if (is_cancelled(event) || !icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY))
        return 0;
    struct duty duty = duty_of(calendar, event, &start);
    if (icaltime_is_null_time(start))
        return 0;
    if (!duty.people.n)
        note_unassigned(calendar, event, &start);
    icalproperty *rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
    int result = !duty.people.n ? 0
                 : rule         ? add_recurring(calendar, &duty, start, rule, err)
                                : add_occurrence(calendar, &duty, wall_seconds(start), err);
    struct wall_times more = further_dates(calendar->arena, event);
    for (size_t i = 0; !result && duty.people.n && i < more.n; i++)
        result = add_of_series(calendar, &duty, more.at[i], err);
    return result ? err_prefix(err, "the event \"%.80s\" ", icalcomponent_get_summary(event)) : 0;
}

/* ---- the whole file ---- */

/* Calls visit for every event below the component; libical puts several calendars of a file under one. */
static int each_event(struct calendar *calendar, icalcomponent *component,
                      int (*visit)(struct calendar *, icalcomponent *, struct err *), struct err *err)
{
    icalcomponent *inner = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT);
    if (icalcomponent_isa(component) == ICAL_VEVENT_COMPONENT)
        return visit(calendar, component, err);
    for (; inner; inner = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT)) {
        icalcomponent_kind kind = icalcomponent_isa(inner);
        bool holds = kind == ICAL_VEVENT_COMPONENT || kind == ICAL_VCALENDAR_COMPONENT;
        if (holds && each_event(calendar, inner, visit, err))
            return -1;
    }
    return 0;
}

static int note_moved(struct calendar *calendar, icalcomponent *event, struct err *err)
{
    (void)err;
    icalproperty *p = icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY);
    if (p) {
        const char *key =
            occurrence_key(calendar->arena, event, wall_seconds(icalproperty_get_recurrenceid(p)));
        map_put(calendar->moved, key, strlen(key), calendar);
        icalparameter *range = icalproperty_get_first_parameter(p, ICAL_RANGE_PARAMETER);
        const char *uid = icalcomponent_get_uid(event);
        if (range && icalparameter_get_range(range) == ICAL_RANGE_THISANDFUTURE)
            *list_push(calendar->arena, &calendar->splits) =
                (struct split){uid ? uid : "", wall_seconds(icalproperty_get_recurrenceid(p)), event};
    }
    return 0;
}

int schedule_read_calendar(struct arena *arena, struct schedule *schedule, const char *bytes,
                           const struct roster_name *names, size_t n_names, int64_t from_us, int64_t until_us,
                           struct err *err)
{
    icalcomponent *root = icalparser_parse_string(bytes);
    icalcomponent_kind kind = root ? icalcomponent_isa(root) : ICAL_NO_COMPONENT;
    if (kind != ICAL_VCALENDAR_COMPONENT && kind != ICAL_XROOT_COMPONENT) {
        if (root)
            icalcomponent_free(root);
        return err_set(err, "is no iCalendar file: it does not begin with BEGIN:VCALENDAR");
    }
    struct calendar calendar = {.arena = arena,
                                .schedule = schedule,
                                .bytes = bytes,
                                .zone = zone_find(schedule->timezone),
                                .names = names,
                                .n_names = n_names,
                                .from_us = from_us,
                                .until_us = until_us,
                                .moved = map_new()};
    int result = each_event(&calendar, root, note_moved, err);
    if (result == 0)
        result = each_event(&calendar, root, add_event, err);
    map_free(calendar.moved);
    icalcomponent_free(root);
    return result;
}
