/* A simulation as one document. Times are UTC; each has its local text, too. */
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "cmd/simulate.h"
#include "roster/roster.h"

static void write_local(struct json_writer *w, const struct simulate_page *page, int64_t at_us)
{
    char text[LOCAL_TEXT_BYTES], zone[ZONE_TEXT_BYTES], both[LOCAL_TEXT_BYTES + ZONE_TEXT_BYTES];
    timezone_format(page->timezone, at_us, text);
    timezone_abbreviation(page->timezone, at_us, zone);
    snprintf(both, sizeof both, "%s %s", text, zone);
    jw_pair_time(w, "at", at_us);
    jw_pair(w, "local", both);
    jw_pair_int(w, "offset_s", (at_us - page->question->at_us) / US_PER_S);
}

static void write_place(struct json_writer *w, const char *name, struct simulate_place place)
{
    jw_name(w, name);
    if (!place.file || !place.line) {
        jw_null(w);
        return;
    }
    jw_begin_object(w);
    jw_pair(w, "file", place.file);
    jw_pair_int(w, "line", place.line);
    jw_end_object(w);
}

static void write_entry(struct json_writer *w, const struct simulate_page *page,
                        const struct simulate_entry *entry)
{
    jw_begin_object(w);
    write_local(w, page, entry->at_us);
    jw_pair(w, "kind", entry->event);
    jw_pair(w, entry->kind == SIMULATE_PAGE ? "why" : "summary", entry->text);
    if (entry->kind == SIMULATE_PAGE) {
        jw_pair(w, "to", entry->person);
        jw_pair(w, "channel", entry->channel);
        jw_pair(w, "address", entry->address);
        jw_pair_bool(w, "arrives", entry->missing == NULL);
        jw_pair(w, "cause", entry->cause);
        if (entry->missing)
            jw_pair(w, "missing", entry->missing);
    }
    jw_pair_int(w, "round", entry->round);
    write_place(w, "configuration", entry->config);
    write_place(w, "runbook", entry->runbook);
    jw_end_object(w);
}

static void write_deadline(struct json_writer *w, const struct simulate_page *page,
                           const struct simulate_deadline *deadline)
{
    const struct runbook_clock *clock = &deadline->clock;
    jw_begin_object(w);
    write_local(w, page, clock->due_us);
    jw_pair(w, "kind", runbook_clock_kind_name(clock->kind));
    jw_pair(w, "what", clock->what);
    jw_pair(w, "audience", clock->audience);
    if (clock->kind == CLOCK_UPDATE)
        jw_pair_int(w, "every_s", clock->after_s);
    jw_pair(w, "state", runbook_clock_state_name(deadline->state));
    jw_pair_time(w, "ended_at", deadline->ended_us);
    write_place(w, "runbook", (struct simulate_place){clock->file, clock->line});
    jw_end_object(w);
}

static void write_later(struct json_writer *w, const struct simulate_page *page,
                        const struct plan_entry *entry)
{
    jw_begin_object(w);
    jw_pair(w, "what", entry->what);
    jw_pair(w, "after", plan_event_name(entry->event));
    jw_name(w, "after_s");
    if (entry->after_s == UNSTATED)
        jw_null(w);
    else
        jw_int(w, entry->after_s);
    write_place(w, "runbook", (struct simulate_place){page->simulation->incident.runbook_file, entry->line});
    jw_end_object(w);
}

static void write_head(struct json_writer *w, const struct simulate_page *page)
{
    const struct simulation *simulation = page->simulation;
    const struct incident *incident = &simulation->incident;
    jw_pair_time(w, "at", page->question->at_us);
    jw_pair(w, "timezone", page->timezone);
    jw_pair_time(w, "until", simulation->until_us);
    jw_pair(w, "service", incident->service);
    jw_pair(w, "runbook", incident->runbook_file);
    jw_pair(w, "alert", simulation->alertname);
    jw_pair(w, "procedure", *incident->procedure_title ? incident->procedure_title : NULL);
    jw_pair(w, "severity", incident->severity);
    jw_pair(w, "severity_why", incident->severity_why);
    jw_pair_bool(w, "reached", simulation->reached_us != 0);
    jw_pair_time(w, "reached_at", simulation->reached_us);
    jw_pair_time(w, "chain_failed_at", simulation->chain_failed_us);
    jw_pair_bool(w, "cut", simulation->cut);
}

void simulate_json(struct buf *out, const struct simulate_page *page)
{
    const struct simulation *simulation = page->simulation;
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    write_head(&w, page);
    jw_name(&w, "deadlines");
    jw_begin_array(&w);
    list_each (deadline, &simulation->deadlines)
        write_deadline(&w, page, deadline);
    jw_end_array(&w);
    jw_name(&w, "afterwards");
    jw_begin_array(&w);
    list_each (entry, &simulation->later)
        write_later(&w, page, entry);
    jw_end_array(&w);
    jw_name(&w, "entries");
    jw_begin_array(&w);
    list_each (entry, &simulation->entries)
        write_entry(&w, page, entry);
    jw_end_array(&w);
    jw_end_object(&w);
    buf_putc(out, '\n');
}
