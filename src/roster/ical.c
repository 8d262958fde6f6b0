/* A calendar of who is on call, for people's own calendar programs. RFC 5545: CRLF, text escaped (3.3.11),
 * lines folded at 75 octets without cutting a UTF-8 sequence (3.1), times in UTC so that no zone
 * definitions need to travel.
 *
 *   BEGIN:VEVENT
 *   UID:3f0c...@crashcart
 *   DTSTART:20260302T140000Z
 *   SUMMARY:On call: Ana (primary)
 */
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "roster/roster.h"

enum { LINE_OCTETS = 75, STAMP_BYTES = 20, MOST_EVENTS = 5000 };

static void add_folded(struct buf *out, const char *line)
{
    size_t used = 0;
    for (const char *p = line; *p;) {
        size_t n = 1;
        while (((unsigned char)p[n] & 0xc0) == 0x80 && n < 4)
            n++;
        if (used + n > LINE_OCTETS) {
            buf_puts(out, "\r\n ");
            used = 1;
        }
        buf_add(out, p, n);
        used += n;
        p += n;
    }
    buf_puts(out, "\r\n");
}

static void add_escaped(struct buf *line, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (strchr("\\;,", *p))
            buf_putc(line, '\\');
        buf_putc(line, (unsigned char)*p < 0x20 ? ' ' : *p);
    }
}

/* "20260302T140000Z" out of "2026-03-02T14:00:00.000Z". */
static void format_stamp(int64_t us, char out[STAMP_BYTES])
{
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(us - us % US_PER_S, text);
    size_t n = 0;
    for (const char *p = text; *p && *p != '.'; p++) {
        if (*p != '-' && *p != ':' && *p != 'Z' && n < STAMP_BYTES - 2)
            out[n++] = *p;
    }
    out[n++] = 'Z';
    out[n] = '\0';
}

static void add_time(struct buf *out, const char *name, int64_t us)
{
    char stamp[STAMP_BYTES];
    format_stamp(us, stamp);
    buf_printf(out, "%s:%s\r\n", name, stamp);
}

struct stretch {
    const struct schedule *schedule;
    struct strings people;
    int64_t from_us, until_us;
};

/* The same stretch keeps its UID when the calendar is fetched again later: the end is part of it, the start,
 * which is cut off at "now", is not. */
static void add_uid(struct buf *out, const struct stretch *stretch)
{
    scoped_buf struct buf identity = {0};
    buf_puts(&identity, stretch->schedule->id);
    for (size_t i = 0; i < stretch->people.n; i++)
        buf_printf(&identity, "\n%s", stretch->people.at[i]);
    buf_printf(&identity, "\n%lld", (long long)stretch->until_us);
    char hex[SHA256_HEX_BYTES];
    sha256_hex(identity.at, identity.n_bytes, hex);
    buf_printf(out, "UID:%.32s@crashcart\r\n", hex);
}

static void add_event(struct buf *out, const struct stretch *stretch, int64_t stamp_us,
                      const char *(*person_name)(const void *context, const char *id), const void *context)
{
    buf_puts(out, "BEGIN:VEVENT\r\n");
    add_uid(out, stretch);
    add_time(out, "DTSTAMP", stamp_us);
    add_time(out, "DTSTART", stretch->from_us);
    add_time(out, "DTEND", stretch->until_us);
    scoped_buf struct buf line = {0};
    buf_puts(&line, "SUMMARY:On call: ");
    for (size_t i = 0; i < stretch->people.n; i++) {
        buf_puts(&line, i ? "\\, " : "");
        add_escaped(&line, person_name(context, stretch->people.at[i]));
    }
    buf_puts(&line, " (");
    add_escaped(&line, stretch->schedule->id);
    buf_puts(&line, ")");
    add_folded(out, line.at);
    buf_puts(out, "SEQUENCE:0\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

void schedules_ical(struct buf *out, const struct schedule *schedules, size_t n_schedules, int64_t from_us,
                    int64_t until_us, const char *(*person_name)(const void *context, const char *id),
                    const void *context)
{
    buf_puts(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crashcart//on call//EN\r\n"
                  "CALSCALE:GREGORIAN\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n");
    scoped_arena struct arena *arena = arena_new();
    size_t n_events = 0;
    for (size_t i = 0; i < n_schedules; i++) {
        struct stretch stretch = {.schedule = &schedules[i], .from_us = from_us};
        while (stretch.from_us < until_us && n_events < MOST_EVENTS) {
            schedule_people_at(arena, stretch.schedule, stretch.from_us, &stretch.people, &stretch.until_us);
            if (stretch.people.n) {
                add_event(out, &stretch, from_us, person_name, context);
                n_events++;
            }
            stretch.from_us = stretch.until_us;
            arena_reset(arena);
        }
    }
    buf_puts(out, "END:VCALENDAR\r\n");
}
