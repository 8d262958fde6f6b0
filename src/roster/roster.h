/* Who is on call at a moment. Pure: times come in, people come out. Local wall times with IANA zones
 * (libical); a hand-over keeps its local time across clock changes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

struct roster_window {             /* business hours of a layer */
    unsigned days;                 /* bit 0 Monday ... bit 6 Sunday; 0: no restriction */
    int from_minute, until_minute; /* local minutes of the day; until may be smaller: over midnight */
};

struct local_time {
    int year, month, day, hour, minute;
};

/* When one turn of a layer ends and the next begins: after a period of wall-clock time, or at the times of a
 * recurrence rule. */
struct rotation {
    int64_t period_s;    /* hand-overs keep their wall time; 0: by the rule */
    const char *rule;    /* RFC 5545 RRULE, "FREQ=WEEKLY;BYDAY=MO,FR"; NULL: by the period */
    LIST(int64_t) turns; /* of a rule: local seconds at which each turn after the first begins */
};

struct roster_layer {
    struct rotation rotation;
    struct local_time start, until; /* until: the layer is over; year 0: never */
    struct strings people;          /* ids */
    struct roster_window hours;
    int line; /* of the configuration */
};

struct roster_override {
    const char *person;
    struct local_time from, until;
    int line;
};

/* One duty out of a calendar that is kept elsewhere. */
struct roster_shift {
    const char *person;
    int64_t from_us, until_us;
};

struct schedule {
    const char *id;
    const char *timezone; /* IANA name */
    LIST(struct roster_layer) layers;
    LIST(struct roster_override) overrides;
    const char *calendar; /* an iCalendar file, or NULL */
    LIST(struct roster_shift) shifts;
    LIST(struct roster_shift)
    takeovers;                 /* that people made beside the file: above all else, the last counts */
    struct strings unassigned; /* events of the calendar that name nobody: "Team lunch (2026-03-02 12:00)" */
    struct strings unzoned;    /* zones in it that nobody knows, for which its own stands: "12: Team Time" */
    int line;
};

/* "daily", "weekly", "12h", "3d", "2w" or a rule. -1 with what to write instead. */
int rotation_parse(struct arena *arena, const char *text, struct rotation *ret_rotation, struct err *err);
/* Finds the turns of a layer's rule, for the forty years that follow its start; nothing without a rule. -1:
 * the rule never comes true. Before the first question. */
int layer_prepare(struct arena *arena, struct roster_layer *layer, struct err *err);

struct roster_times {
    int64_t from_us, until_us;
};
/* The turn of the layer, each of lasts_s on the wall clock, that is under way at at_us, or else the next one.
 * Without a rotation there is one, from start to until. False: there is none any more. */
bool layer_times(const char *timezone, const struct roster_layer *layer, int64_t lasts_s, int64_t at_us,
                 struct roster_times *ret_times);

/* The people on call at at_us, in the order to call: a takeover or an override alone when one holds, else one
 * of each layer in force, then those of the calendar. Empty when nobody is. ret_until_us (may be NULL): when
 * this answer may change next, at most 60 days on. */
void schedule_people_at(struct arena *arena, const struct schedule *schedule, int64_t at_us,
                        struct strings *ret_people, int64_t *ret_until_us);

/* 0 when the zone is known; -1 with the nearest known name in err. */
int timezone_check(const char *name, struct err *err);

enum { LOCAL_TEXT_BYTES = 32 };
/* "Mon 2026-03-02 09:00" on the clocks of a known zone. out holds LOCAL_TEXT_BYTES. */
void timezone_format(const char *name, int64_t at_us, char *out);
/* "EST" in winter and "EDT" in summer; "+0545" where a zone has no letters. out holds ZONE_TEXT_BYTES. */
enum { ZONE_TEXT_BYTES = 12 };
void timezone_abbreviation(const char *name, int64_t at_us, char *out);
/* The first moment after from_us, and not after until_us, at which the clocks of a known zone change;
 * INT64_MAX: they do not. */
int64_t timezone_change_us(const char *name, int64_t from_us, int64_t until_us);

/* Whom an event of a calendar can name: by mail address (ATTENDEE), or by name or id in the summary. */
struct roster_name {
    const char *id, *name;
    struct strings emails;
};

enum { CALENDAR_BYTES = 4 * 1024 * 1024 };
/* Reads an iCalendar file (RFC 5545) into the schedule's shifts: all events, and what recurs of them, from
 * from_us to until_us; floating times are of the schedule's zone. bytes end with a NUL. Cancelled events are
 * passed over, those that name nobody are listed in schedule->unassigned, zones that nobody knows with the
 * line of the file in schedule->unzoned. A change of one occurrence and all that follow (RANGE=THISANDFUTURE)
 * is followed. -1: this is no calendar, or it holds too many events. */
int schedule_read_calendar(struct arena *arena, struct schedule *schedule, const char *bytes,
                           const struct roster_name *names, size_t n_names, int64_t from_us, int64_t until_us,
                           struct err *err);

/* Appends an iCalendar (RFC 5545) of who is on call from from_us to until_us: an event a stretch of the same
 * people, in UTC, with a UID that stays the same from one day to the next. person_name gives what people read
 * for an id. */
void schedules_ical(struct buf *out, const struct schedule *schedules, size_t n_schedules, int64_t from_us,
                    int64_t until_us, const char *(*person_name)(const void *context, const char *id),
                    const void *context);
