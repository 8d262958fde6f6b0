/* A draft of a configuration, and how it is printed. Words of the other system become ids by what is a letter
 * or a digit in them; all other texts are written as JSON strings, which YAML reads the same. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "cmd/import.h"
#include "roster/roster.h"

enum { ID_BYTES = 60, DAY_MINUTES = 1440, WEEK_MINUTES = 7 * DAY_MINUTES };

static const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

void import_lost(struct import_draft *draft, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    strings_add(draft->arena, &draft->lost, arena_vprintf(draft->arena, format, ap));
    va_end(ap);
}

static bool is_taken(const struct import_draft *draft, const char *id)
{
    list_each (person, &draft->people)
        if (person->id && strcmp(person->id, id) == 0)
            return true;
    list_each (schedule, &draft->schedules)
        if (schedule->id && strcmp(schedule->id, id) == 0)
            return true;
    list_each (service, &draft->services)
        if (service->id && strcmp(service->id, id) == 0)
            return true;
    list_each (heartbeat, &draft->heartbeats)
        if (heartbeat->id && strcmp(heartbeat->id, id) == 0)
            return true;
    return false;
}

const char *import_new_id(struct import_draft *draft, const char *name)
{
    char stem[ID_BYTES];
    size_t n = 0;
    for (const char *p = name ? name : ""; *p && n + 1 < sizeof stem; p++) {
        if (isalnum((unsigned char)*p))
            stem[n++] = (char)tolower((unsigned char)*p);
        else if (n && stem[n - 1] != '-')
            stem[n++] = '-';
    }
    while (n && stem[n - 1] == '-')
        n--;
    stem[n] = '\0';
    const char *id = arena_strdup(draft->arena, n ? stem : "unnamed");
    for (int i = 2; is_taken(draft, id); i++)
        id = arena_printf(draft->arena, "%s-%d", n ? stem : "unnamed", i);
    return id;
}

static size_t count_usable(const struct import_person *person)
{
    size_t n = 0;
    list_each (contact, &person->contacts)
        n += contact->lacks == NULL;
    return n;
}

void import_person_done(struct import_draft *draft)
{
    const struct import_person *person = &draft->people.at[draft->people.n - 1];
    const char *ways = "";
    if (count_usable(person))
        return;
    list_each (contact, &person->contacts)
        ways = arena_printf(draft->arena, "%s; %s %s needs %s", ways, contact->channel, contact->address,
                            contact->lacks);
    import_lost(draft, "person \"%s\": no way to reach them that works as it stands%s; left out",
                person->name, ways);
    draft->people.n--;
}

const struct import_person *import_person(const struct import_draft *draft, const char *their_id)
{
    list_each (person, &draft->people)
        if (their_id && (strcmp(person->their_id, their_id) == 0 ||
                         (person->also && strcasecmp(person->also, their_id) == 0)))
            return person;
    return NULL;
}

const struct import_schedule *import_schedule(const struct import_draft *draft, const char *their_id)
{
    list_each (schedule, &draft->schedules)
        if (their_id && (strcmp(schedule->their_id, their_id) == 0 || strcmp(schedule->name, their_id) == 0))
            return schedule;
    return NULL;
}

int import_weekday(const char *word)
{
    for (int i = 0; word && i < 7; i++)
        if (strlen(word) >= 2 && strncasecmp(word, day_words[i], 2) == 0)
            return i;
    return -1;
}

const char *import_local(struct import_draft *draft, const char *timezone, int64_t at_us)
{
    char text[LOCAL_TEXT_BYTES]; /* "Mon 2026-03-02 09:00" */
    timezone_format(timezone, at_us, text);
    if (strlen(text) != sizeof "Mon 2026-03-02 09:00" - 1)
        return "2026-01-01T00:00";
    return arena_printf(draft->arena, "%.10sT%s", text + 4, text + 15);
}

const char *import_zone(struct import_draft *draft, const char *whose, const char *zone)
{
    struct err err;
    if (zone && timezone_check(zone, &err) == 0)
        return zone;
    if (zone)
        import_lost(draft, "%s: its time zone %s is not known here, and UTC stands in its place", whose,
                    zone);
    return "UTC";
}

/* ---- windows ---- */

static void add_piece(struct import_draft *draft, struct import_schedule *schedule,
                      const struct import_layer *pattern, unsigned days, int from_minute, int until_minute)
{
    list_each (same, &schedule->layers)
        if (!same->always && same->people.at == pattern->people.at && same->rotation == pattern->rotation &&
            same->hours.from_minute == from_minute && same->hours.until_minute == until_minute) {
            same->hours.days |= days;
            return;
        }
    struct import_layer *layer = list_push(draft->arena, &schedule->layers);
    *layer = *pattern;
    layer->always = false;
    layer->hours = (struct import_hours){days, from_minute, until_minute};
}

void import_add_window(struct import_draft *draft, struct import_schedule *schedule,
                       const struct import_layer *pattern, int weekday, int from_minute, int lasts_minutes)
{
    int end = from_minute + lasts_minutes;
    unsigned between = 0;
    if (lasts_minutes >= WEEK_MINUTES) {
        struct import_layer *layer = list_push(draft->arena, &schedule->layers);
        *layer = *pattern;
        layer->always = true;
        return;
    }
    if (lasts_minutes <= DAY_MINUTES) {
        add_piece(draft, schedule, pattern, 1U << weekday, from_minute,
                  end > DAY_MINUTES ? end - DAY_MINUTES : end);
        return;
    }
    add_piece(draft, schedule, pattern, 1U << weekday, from_minute, DAY_MINUTES);
    int day = 1;
    for (; (day + 1) * DAY_MINUTES <= end; day++)
        between |= 1U << ((weekday + day) % 7);
    if (between)
        add_piece(draft, schedule, pattern, between, 0, DAY_MINUTES);
    if (end > day * DAY_MINUTES)
        add_piece(draft, schedule, pattern, 1U << ((weekday + day) % 7), 0, end - day * DAY_MINUTES);
}

/* ---- printing ---- */

/* Bytes at p that YAML takes for a line break or for none of its characters, 0: none. Our own breaks stand
 * elsewhere. */
static size_t strange_bytes(const unsigned char *p)
{
    if (p[0] < ' ' || p[0] == 0x7f)
        return 1;
    if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
        return 2;
    bool line_end = p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9);
    bool mark = p[0] == 0xef && ((p[1] == 0xbb && p[2] == 0xbf) || (p[1] == 0xbf && p[2] >= 0xbe));
    return line_end || mark ? 3 : 0;
}

/* Valid UTF-8, on one line, whatever it holds. */
static void put_comment(struct buf *out, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t n = strange_bytes(p);
        buf_putc(out, n ? ' ' : (char)*p);
        p += n ? n : 1;
    }
}

static void put_text(struct buf *out, const char *text)
{
    scoped_buf struct buf clean = {0};
    put_comment(&clean, text);
    struct json_writer w = jw_start(out);
    jw_string_n(&w, buf_text(&clean), clean.n_bytes);
}

static void put_list(struct buf *out, const struct strings *list)
{
    buf_puts(out, "[");
    for (size_t i = 0; i < list->n; i++)
        buf_printf(out, "%s%s", i ? ", " : "", list->at[i]);
    buf_puts(out, "]");
}

static void put_duration(struct buf *out, int64_t s)
{
    if (s >= 3600 && s % 3600 == 0)
        buf_printf(out, "%lldh", (long long)(s / 3600));
    else if (s >= 60 && s % 60 == 0)
        buf_printf(out, "%lldm", (long long)(s / 60));
    else
        buf_printf(out, "%llds", (long long)s);
}

static void put_people(struct import_draft *draft, struct buf *out)
{
    if (draft->people.n)
        buf_puts(out, "\npeople:\n");
    list_each (person, &draft->people) {
        buf_printf(out, "  - id: %s\n    name: ", person->id);
        put_text(out, person->name);
        buf_puts(out, "\n    contacts:\n");
        list_each (contact, &person->contacts) {
            buf_printf(out, "      %s- %s: ", contact->lacks ? "# " : "", contact->channel);
            put_text(out, contact->address);
            if (contact->lacks)
                buf_printf(out, " # needs %s", contact->lacks);
            buf_puts(out, "\n");
        }
    }
}

static void put_minute(struct buf *out, const char *name, int minute)
{
    buf_printf(out, "%s: \"%02d:%02d\"", name, minute / 60, minute % 60);
}

static void put_layer(struct buf *out, const struct import_layer *layer)
{
    if (layer->comment) {
        buf_puts(out, "      # ");
        put_comment(out, layer->comment);
        buf_puts(out, "\n");
    }
    buf_printf(out, "      - rotation: %s\n        start: %s\n", layer->rotation, layer->start);
    if (layer->until)
        buf_printf(out, "        until: %s\n", layer->until);
    buf_puts(out, "        people: ");
    put_list(out, &layer->people);
    buf_puts(out, "\n");
    if (layer->always)
        return;
    buf_puts(out, "        hours: {");
    if (layer->hours.days) {
        const char *comma = "";
        buf_puts(out, "days: [");
        for (int i = 0; i < 7; i++)
            if (layer->hours.days >> i & 1) {
                buf_printf(out, "%s%s", comma, day_words[i]);
                comma = ", ";
            }
        buf_puts(out, "], ");
    }
    put_minute(out, "from", layer->hours.from_minute);
    put_minute(out, ", until", layer->hours.until_minute);
    buf_puts(out, "}\n");
}

static void put_schedules(struct import_draft *draft, struct buf *out)
{
    if (draft->schedules.n)
        buf_puts(out, "\nschedules:\n");
    list_each (schedule, &draft->schedules) {
        buf_printf(out, "  - id: %s # ", schedule->id);
        put_comment(out, schedule->name);
        buf_printf(out, "\n    timezone: %s\n", schedule->timezone);
        if (schedule->layers.n)
            buf_puts(out, "    layers:\n");
        list_each (layer, &schedule->layers)
            put_layer(out, layer);
        if (schedule->overrides.n)
            buf_puts(out, "    overrides:\n");
        list_each (override, &schedule->overrides)
            buf_printf(out, "      - {person: %s, from: %s, until: %s}\n", override->person, override->from,
                       override->until);
    }
}

static void put_services(struct import_draft *draft, struct buf *out)
{
    if (draft->services.n)
        buf_puts(out, "\nservices:\n");
    list_each (service, &draft->services) {
        buf_printf(out, "  - id: %s # ", service->id);
        put_comment(out, service->name);
        buf_printf(out, "\n    match: {service: %s}\n", service->id);
        if (service->steps.n)
            buf_puts(out, "    escalation:\n");
        list_each (step, &service->steps) {
            buf_puts(out, "      - notify: ");
            put_list(out, &step->notify);
            buf_puts(out, "\n        after: ");
            put_duration(out, step->after_s);
            buf_puts(out, "\n");
        }
    }
}

static void put_heartbeats(struct import_draft *draft, struct buf *out)
{
    if (draft->heartbeats.n)
        buf_puts(out, "\nheartbeats:\n");
    list_each (heartbeat, &draft->heartbeats) {
        buf_printf(out, "  - {id: %s, every: ", heartbeat->id);
        put_duration(out, heartbeat->every_s);
        buf_puts(out, "}\n");
    }
}

static bool uses_mail(const struct import_draft *draft)
{
    list_each (person, &draft->people)
        list_each (contact, &person->contacts)
            if (strcmp(contact->channel, "email") == 0)
                return true;
    return false;
}

static void put_lines(struct buf *out, const char *head, const struct strings *lines)
{
    if (lines->n)
        buf_printf(out, "#\n# %s\n", head);
    for (size_t i = 0; i < lines->n; i++) {
        buf_puts(out, "#  - ");
        put_comment(out, lines->at[i]);
        buf_puts(out, "\n");
    }
}

static void close_draft(struct import_draft *draft)
{
    struct arena *arena = draft->arena;
    if (uses_mail(draft))
        strings_add(arena, &draft->missing,
                    "mail: the server and the sender below are guesses; say yours, then run crashcart "
                    "channel test");
    list_each (person, &draft->people)
        if (!count_usable(person))
            strings_add(
                arena, &draft->missing,
                arena_printf(arena, "person %s: no way to reach them that works as it stands", person->id));
    list_each (service, &draft->services)
        strings_add(arena, &draft->missing,
                    arena_printf(arena,
                                 "service %s: its runbook, and the labels that its alerts carry (match)",
                                 service->id));
}

void import_print(struct import_draft *draft, const struct importer *importer, struct buf *out)
{
    close_draft(draft);
    buf_printf(out, "# Made of an export of %s. Prove it: crashcart config check -c FILE\n", importer->title);
    put_lines(out, "Could not be carried:", &draft->lost);
    put_lines(out, "Wants to be said by you:", &draft->missing);
    if (uses_mail(draft))
        buf_puts(out, "\nmail:\n  server: smtp://127.0.0.1:25\n  from: crashcart@example.org\n  starttls: "
                      "optional\n");
    put_people(draft, out);
    put_schedules(draft, out);
    put_services(draft, out);
    put_heartbeats(draft, out);
}
