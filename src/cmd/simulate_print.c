/* A simulation for people. What repeats itself, the same people by the same ways for the same reason, is
 * shown twice and then counted. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "cmd/simulate.h"
#include "cmd/terminal.h"
#include "config/config.h"
#include "roster/roster.h"

enum { TIMES_SHOWN = 2, TEXT_AT = 22, OFFSET_BYTES = 32, SHORT_BYTES = 48 };

/* ---- times ---- */

/* "+0:15", "+26:00", with seconds where there are any. */
static void offset_format(int64_t us, char *out)
{
    long long s = (long long)(us / US_PER_S);
    if (s % 60)
        snprintf(out, OFFSET_BYTES, "+%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, OFFSET_BYTES, "+%lld:%02lld", s / 3600, s / 60 % 60);
}

/* "Sun 01:30 EST" */
static void short_format(const char *timezone, int64_t at_us, char *out)
{
    char text[LOCAL_TEXT_BYTES], zone[ZONE_TEXT_BYTES];
    timezone_format(timezone, at_us, text);
    timezone_abbreviation(timezone, at_us, zone);
    snprintf(out, SHORT_BYTES, "%.3s %s %s", text, strlen(text) > 15 ? text + 15 : "", zone);
}

/* "Sun 2026-11-01 01:30 EST" */
static void long_format(const char *timezone, int64_t at_us, char *out)
{
    char text[LOCAL_TEXT_BYTES], zone[ZONE_TEXT_BYTES];
    timezone_format(timezone, at_us, text);
    timezone_abbreviation(timezone, at_us, zone);
    snprintf(out, SHORT_BYTES, "%s %s", text, zone);
}

/* ---- the head ---- */

static void add_line(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, "  %-11s ", name);
    text_add_wrapped(out, text, 14, 14);
}

static void add_who(struct buf *out, struct arena *arena, const struct simulate_page *page)
{
    const struct simulate_question *question = page->question;
    const char *ack = "nobody acknowledges it", *resolve = "";
    char after[TIME_TEXT_BYTES];
    if (question->ack_s != UNSTATED) {
        duration_format(question->ack_s * US_PER_S, after);
        ack = arena_printf(arena, "acknowledged after %s, %s then on", after,
                           question->work ? "at work from" : "silent from");
    }
    if (question->resolve_s != UNSTATED) {
        duration_format(question->resolve_s * US_PER_S, after);
        resolve = arena_printf(arena, ", resolved after %s", after);
    }
    add_line(out, "people", arena_printf(arena, "%s%s", ack, resolve));
}

static void add_head(struct buf *out, struct arena *arena, const struct simulate_page *page)
{
    const struct simulate_question *question = page->question;
    const struct incident *incident = &page->simulation->incident;
    char at[SHORT_BYTES];
    long_format(page->timezone, question->at_us, at);
    text_add_wrapped(
        out,
        arena_printf(arena, "%s on %s, %s (%s)", incident->severity, incident->service, at, page->timezone),
        0, 2);
    if (incident->procedure_line)
        add_line(out, "alert",
                 arena_printf(arena, "%s; \"%s\" answers it (%s:%d)", page->simulation->alertname,
                              incident->procedure_title, incident->runbook_file, incident->procedure_line));
    else
        add_line(out, "alert",
                 arena_printf(arena, "%s; no procedure answers it", page->simulation->alertname));
    add_line(out, "severity",
             incident->severity_line ? arena_printf(arena, "%s (%s:%d)", incident->severity_why,
                                                    incident->runbook_file, incident->severity_line)
                                     : incident->severity_why);
    if (!question->service)
        add_line(out, "service",
                 "none of the configuration has this runbook: everybody in it is paged, one "
                 "after the other");
    add_who(out, arena, page);
}

/* ---- the deadlines ---- */

static const char *deadline_text(struct arena *arena, const struct simulate_deadline *deadline)
{
    const struct runbook_clock *clock = &deadline->clock;
    bool is_promise = clock->kind != CLOCK_UPDATE && clock->kind != CLOCK_ESCALATION;
    const char *state = deadline->state == CLOCK_MET                     ? ": met"
                        : deadline->state == CLOCK_OVERDUE && is_promise ? ": missed"
                                                                         : "";
    const char *whom = *clock->audience ? arena_printf(arena, ", to %s", clock->audience) : "";
    return arena_printf(arena, "%s%s (%s:%d)%s", clock->what, whom, clock->file, clock->line, state);
}

static void add_deadline(struct buf *out, struct arena *arena, const struct simulate_page *page,
                         const struct simulate_deadline *deadline)
{
    const struct runbook_clock *clock = &deadline->clock;
    char at[SHORT_BYTES], offset[OFFSET_BYTES], every[TIME_TEXT_BYTES];
    short_format(page->timezone, clock->due_us, at);
    offset_format(clock->due_us - page->question->at_us, offset);
    duration_format(clock->after_s * US_PER_S, every);
    const char *text = deadline_text(arena, deadline);
    if (clock->kind == CLOCK_UPDATE)
        text = arena_printf(arena, "every %s: %s", every, text);
    buf_printf(out, "  %-11s %7s  %-14s ", runbook_clock_kind_name(clock->kind), offset, at);
    text_add_wrapped(out, text, 38, 38);
}

static void add_later(struct buf *out, struct arena *arena, const struct simulate_page *page)
{
    list_each (entry, &page->simulation->later) {
        char after[TIME_TEXT_BYTES] = "";
        const char *event = entry->event == PLAN_AFTER_REVIEW ? "the review" : "its end";
        if (entry->after_s != UNSTATED && entry->after_s > 0)
            duration_format(entry->after_s * US_PER_S, after);
        add_line(out, "afterwards",
                 arena_printf(arena, "%s%safter %s: %s (%s:%d)", after, *after ? " " : "", event, entry->what,
                              page->simulation->incident.runbook_file, entry->line));
    }
}

static void add_deadlines(struct buf *out, struct arena *arena, const struct simulate_page *page)
{
    const struct simulation *simulation = page->simulation;
    if (!simulation->deadlines.n && !simulation->later.n) {
        buf_puts(out, "\nThe runbook promises no deadlines at this level.\n");
        return;
    }
    buf_puts(out, "\nDeadlines\n");
    list_each (deadline, &simulation->deadlines)
        add_deadline(out, arena, page, deadline);
    add_later(out, arena, page);
}

/* ---- what happens ---- */

static const char *text_or(const char *text)
{
    return text ? text : "";
}

/* Entries that are the same but for their times. */
struct repeat {
    const struct simulate_entry *third, *last; /* the first one that is not shown */
    size_t n, n_hidden;
};

static struct repeat *repeat_of(struct arena *arena, struct map *repeats, const struct simulate_entry *entry)
{
    const char *key = arena_printf(arena, "%d\n%s\n%s\n%s\n%s\n%s\n%d\n%d", (int)entry->kind, entry->event,
                                   text_or(entry->cause), text_or(entry->person), text_or(entry->channel),
                                   text_or(entry->address), entry->config.line, entry->runbook.line);
    struct repeat *repeat = map_get(repeats, key, strlen(key));
    if (!repeat) {
        repeat = arena_alloc(arena, sizeof *repeat);
        *repeat = (struct repeat){0};
        map_put(repeats, key, strlen(key), repeat);
    }
    return repeat;
}

static const char *place_text(struct arena *arena, const struct simulate_entry *entry)
{
    struct simulate_place places[] = {entry->config, entry->runbook};
    const char *text = "";
    for (size_t i = 0; i < 2; i++) {
        if (!places[i].file || !places[i].line ||
            strstr(entry->text, arena_printf(arena, "%s line %d", places[i].file, places[i].line)))
            continue;
        text = arena_printf(arena, "%s%s%s:%d", text, *text ? ", " : "", places[i].file, places[i].line);
    }
    return *text ? arena_printf(arena, " [%s]", text) : "";
}

static void add_page_entry(struct buf *out, struct arena *arena, const struct simulate_page *page,
                           const struct simulate_entry *entry)
{
    const struct person *person = config_person(page->question->config, entry->person);
    const char *name = person && person->name && strcmp(person->name, person->id) != 0
                           ? arena_printf(arena, " (%s)", person->name)
                           : "";
    text_add(out, page->colours, entry->missing ? STYLE_RED : STYLE_BOLD, "PAGE ");
    text_add_wrapped(out,
                     arena_printf(arena, "%s%s by %s to %s%s%s", entry->person, name, entry->channel,
                                  entry->address, entry->missing ? ": DOES NOT ARRIVE, " : "",
                                  entry->missing ? entry->missing : ""),
                     TEXT_AT + 5, TEXT_AT + 5);
    buf_printf(out, "%*s", TEXT_AT + 5, "");
    text_add_wrapped(out, arena_printf(arena, "%s%s", entry->text, place_text(arena, entry)), TEXT_AT + 5,
                     TEXT_AT + 5);
}

static void add_entry(struct buf *out, struct arena *arena, const struct simulate_page *page,
                      const struct simulate_entry *entry)
{
    char at[LOCAL_TEXT_BYTES], zone[ZONE_TEXT_BYTES], offset[OFFSET_BYTES];
    timezone_format(page->timezone, entry->at_us, at);
    timezone_abbreviation(page->timezone, entry->at_us, zone);
    offset_format(entry->at_us - page->question->at_us, offset);
    buf_printf(out, "  %5s %-4s %8s ", strlen(at) > 15 ? at + 15 : "", zone, offset);
    if (entry->kind == SIMULATE_PAGE)
        add_page_entry(out, arena, page, entry);
    else
        text_add_wrapped(out, arena_printf(arena, "%s%s", entry->text, place_text(arena, entry)), TEXT_AT,
                         TEXT_AT);
}

/* The day, when it is another one; and the change of the clocks on the way. */
static void add_day(struct buf *out, const struct simulate_page *page, int64_t before_us, int64_t at_us)
{
    char before[LOCAL_TEXT_BYTES] = "", at[LOCAL_TEXT_BYTES], was[ZONE_TEXT_BYTES], is[ZONE_TEXT_BYTES];
    timezone_format(page->timezone, at_us, at);
    if (before_us) {
        timezone_format(page->timezone, before_us, before);
        int64_t change_us = timezone_change_us(page->timezone, before_us, at_us);
        if (change_us != INT64_MAX) {
            char from[LOCAL_TEXT_BYTES], to[LOCAL_TEXT_BYTES];
            timezone_abbreviation(page->timezone, change_us - US_PER_S, was);
            timezone_abbreviation(page->timezone, change_us, is);
            timezone_format(page->timezone, change_us - 60 * US_PER_S, from);
            timezone_format(page->timezone, change_us, to);
            buf_printf(out, "  ----- the clocks change: after %s %s comes %s %s -----\n",
                       strlen(from) > 15 ? from + 15 : "", was, strlen(to) > 15 ? to + 15 : "", is);
        }
    }
    if (strncmp(before, at, 14) != 0)
        buf_printf(out, "%.14s\n", at);
}

static void add_repeat(struct buf *out, struct arena *arena, const struct simulate_page *page,
                       const struct repeat *repeat)
{
    const struct simulate_entry *third = repeat->third;
    const struct simulate_entry named = {.text = "", .config = third->config, .runbook = third->runbook};
    const char *what = third->kind == SIMULATE_PAGE
                           ? arena_printf(arena, "PAGE %s by %s%s%s", third->person, third->channel,
                                          third->cause ? ", " : "", text_or(third->cause))
                           : arena_printf(arena, "\"%s\" and the like",
                                          arena_strndup(arena, third->text, strcspn(third->text, ":.")));
    size_t n = repeat->n_hidden;
    char from[SHORT_BYTES], until[SHORT_BYTES];
    short_format(page->timezone, third->at_us, from);
    short_format(page->timezone, repeat->last->at_us, until);
    const char *when = n > 1 ? arena_printf(arena, "%zu times more, %s to %s", n, from, until)
                             : arena_printf(arena, "once more, %s", from);
    buf_puts(out, "  ");
    text_add_wrapped(out, arena_printf(arena, "%s%s: %s", what, place_text(arena, &named), when), 2, 4);
}

/* In the head, or by the page that it was the cause of. */
static bool is_said_already(const struct simulate_page *page, const struct simulate_entry *entry)
{
    const struct simulate_entry *before = entry;
    if (entry->kind == SIMULATE_PAGE)
        return false;
    if (strcmp(entry->event, "incident.opened") == 0)
        return true;
    while (before-- > page->simulation->entries.at && before->at_us == entry->at_us)
        if (before->cause && strcmp(before->text, entry->text) == 0)
            return true;
    return false;
}

static void add_entries(struct buf *out, struct arena *arena, const struct simulate_page *page)
{
    const struct simulation *simulation = page->simulation;
    struct map *repeats = map_new();
    int64_t before_us = 0;
    bool any = false;
    buf_puts(out, "\n");
    list_each (entry, &simulation->entries) {
        if (is_said_already(page, entry))
            continue;
        struct repeat *repeat = repeat_of(arena, repeats, entry);
        bool beside =
            entry->kind == SIMULATE_PAGE && before_us == entry->at_us; /* what is shown of that moment */
        if (!page->all && ++repeat->n > TIMES_SHOWN && !beside) {
            repeat->third = repeat->n_hidden++ == 0 ? entry : repeat->third;
            repeat->last = entry;
            continue;
        }
        add_day(out, page, before_us, entry->at_us);
        add_entry(out, arena, page, entry);
        before_us = entry->at_us;
    }
    size_t position = 0;
    for (struct repeat *repeat; !page->all && (repeat = map_next(repeats, &position));) {
        if (!repeat->third)
            continue;
        if (!any)
            buf_puts(out, "And so on (--all shows each)\n");
        any = true;
        add_repeat(out, arena, page, repeat);
    }
    map_free(repeats);
}

/* ---- the verdict ---- */

bool simulation_fails(const struct simulation *simulation)
{
    return !simulation->reached_us || simulation->chain_failed_us;
}

static void add_verdict(struct buf *out, struct arena *arena, const struct simulate_page *page)
{
    const struct simulation *simulation = page->simulation;
    char at[SHORT_BYTES], until[SHORT_BYTES];
    long_format(page->timezone, simulation->until_us, until);
    buf_puts(out, "\n");
    if (simulation->cut)
        text_add_wrapped(out, "There is more than can be shown; ask for less with --for.", 0, 0);
    if (!simulation_fails(simulation)) {
        char after[TIME_TEXT_BYTES];
        int64_t after_us = simulation->reached_us - page->question->at_us;
        long_format(page->timezone, simulation->reached_us, at);
        duration_format(after_us, after);
        text_add_wrapped(out,
                         arena_printf(arena, "Somebody is reached at %s%s%s. Simulated until %s.", at,
                                      after_us ? ", after " : ", at once", after_us ? after : "", until),
                         0, 0);
        return;
    }
    const char *what = simulation->reached_us ? "NOBODY OF THE CHAIN IS REACHED" : "NOBODY IS REACHED";
    const char *when = arena_printf(arena, "until %s.", until);
    if (simulation->chain_failed_us) {
        long_format(page->timezone, simulation->chain_failed_us, at);
        when = arena_printf(
            arena, "at %s%s. \"crashcart config check\" names the hours and the lines to mend.", at,
            simulation->reached_us ? ": everybody in the configuration is paged instead" : "");
    }
    text_add(out, page->colours, STYLE_RED, what);
    buf_putc(out, ' ');
    text_add_wrapped(out, when, strlen(what) + 1, 0);
}

void simulate_text(struct buf *out, const struct simulate_page *page)
{
    scoped_arena struct arena *arena = arena_new();
    add_head(out, arena, page);
    add_deadlines(out, arena, page);
    add_entries(out, arena, page);
    add_verdict(out, arena, page);
}
