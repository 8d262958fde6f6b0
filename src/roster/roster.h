/* Who is on call at a moment. Pure: times come in, people come out. Local wall times with IANA zones
 * (libical); a hand-over keeps its local time across clock changes. */
#pragma once

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

enum rotation { ROTATION_DAILY, ROTATION_WEEKLY };

struct roster_layer {
    enum rotation rotation;
    struct local_time start;
    struct strings people; /* ids */
    struct roster_window hours;
    int line; /* of the configuration */
};

struct roster_override {
    const char *person;
    struct local_time from, until;
    int line;
};

struct schedule {
    const char *id;
    const char *timezone; /* IANA name */
    LIST(struct roster_layer) layers;
    LIST(struct roster_override) overrides;
    int line;
};

/* The people on call at at_us, in the order to call: an override alone when one holds, else one of each layer
 * in force. Empty when nobody is. ret_until_us (may be NULL): when this answer may change next, at most 60
 * days on. */
void schedule_people_at(struct arena *arena, const struct schedule *schedule, int64_t at_us,
                        struct strings *ret_people, int64_t *ret_until_us);

/* 0 when the zone is known; -1 with the nearest known name in err. */
int timezone_check(const char *name, struct err *err);

enum { LOCAL_TEXT_BYTES = 32 };
/* "Mon 2026-03-02 09:00" on the clocks of a known zone. out holds LOCAL_TEXT_BYTES. */
void timezone_format(const char *name, int64_t at_us, char *out);

/* Appends an iCalendar (RFC 5545) of who is on call from from_us to until_us: an event a stretch of the same
 * people, in UTC, with a UID that stays the same from one day to the next. person_name gives what people read
 * for an id. */
void schedules_ical(struct buf *out, const struct schedule *schedules, size_t n_schedules, int64_t from_us,
                    int64_t until_us, const char *(*person_name)(const void *context, const char *id),
                    const void *context);
