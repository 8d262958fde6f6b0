/* Where time went: until somebody knew, until a page arrived, until somebody had it, for each approval, and
 * where nothing was done on record. Facts only: what a delay has cost is for people to say. */
#include <string.h>

#include "review/report_priv.h"

enum { SHORTEST_US = 60 * 1000000, MOST_ROWS = 40 };

struct delays {
    struct report *report;
    struct markdown_table table;
    size_t n;
};

static const struct event_row *event_after(const struct report *report, size_t from, const char *kind)
{
    for (size_t i = from; i < report->input->n_timeline; i++)
        if (strcmp(report->input->timeline[i].kind, kind) == 0)
            return &report->input->timeline[i];
    return NULL;
}

/* limit_us: what the runbook asks for; 0: nothing. Less than a minute is no delay, unless it was promised. */
static void add(struct delays *delays, const char *what, int64_t from_us, int64_t to_us, int64_t limit_us)
{
    struct arena *arena = delays->report->arena;
    scoped_buf struct buf cell = {0};
    if (!from_us || !to_us || delays->n == MOST_ROWS || (to_us - from_us < SHORTEST_US && !limit_us))
        return;
    delays->n++;
    markdown_text(&cell, what);
    markdown_table_add(&delays->table, &cell);
    buf_puts(&cell, moment_text(arena, from_us));
    markdown_table_add(&delays->table, &cell);
    buf_puts(&cell, span_text(arena, from_us, to_us));
    markdown_table_add(&delays->table, &cell);
    if (limit_us && to_us - from_us > limit_us)
        buf_printf(&cell, "%s later than the %s of the runbook", span_text(arena, limit_us, to_us - from_us),
                   span_text(arena, 0, limit_us));
    else if (limit_us)
        buf_printf(&cell, "within the %s of the runbook", span_text(arena, 0, limit_us));
    markdown_table_add(&delays->table, &cell);
}

static bool is_of_person(const struct event_row *event)
{
    return event->actor && strncmp(event->actor, "person:", strlen("person:")) == 0;
}

/* The step of an event's body. */
static bool step_of(const struct report *report, const struct event_row *event, int64_t *ret_run,
                    int64_t *ret_line)
{
    struct json body;
    if (!event->body ||
        json_parse(report->json, event->body, strlen(event->body), MOST_ROWS, &body, NULL) != 0)
        return false;
    *ret_run = json_int(json_get(body, "run"), 0);
    *ret_line = json_int(json_get(body, "line"), 0);
    return *ret_line > 0;
}

static bool is_answer(const char *kind)
{
    return strcmp(kind, "approval.given") == 0 || strcmp(kind, "approval.denied") == 0;
}

/* From the moment at which a step was asked for to the moment at which somebody answered. */
static void add_approvals(struct delays *delays)
{
    const struct report *report = delays->report;
    const struct report_input *input = report->input;
    for (size_t i = 0; i < input->n_timeline; i++) {
        int64_t run, line, of_run, of_line;
        if (strcmp(input->timeline[i].kind, "approval.requested") != 0 ||
            !step_of(report, &input->timeline[i], &run, &line))
            continue;
        for (size_t k = i + 1; k < input->n_timeline; k++)
            if (is_answer(input->timeline[k].kind) &&
                step_of(report, &input->timeline[k], &of_run, &of_line) && of_run == run && of_line == line) {
                add(delays,
                    arena_printf(report->arena, "The approval of line %lld was waited for", (long long)line),
                    input->timeline[i].at_us, input->timeline[k].at_us, 0);
                break;
            }
    }
}

/* The longest time, while it was open, in which nobody did anything on record. */
static void add_silence(struct delays *delays)
{
    const struct report_input *input = delays->report->input;
    const struct incident *incident = input->incident;
    int64_t last_us = incident->acknowledged_us, from_us = 0, longest_us = 0;
    int64_t end_us = incident->resolved_us ? incident->resolved_us : input->now_us;
    for (size_t i = 0; last_us && i <= input->n_timeline; i++) {
        bool end = i == input->n_timeline;
        int64_t at_us = end ? end_us : input->timeline[i].at_us;
        if (at_us < last_us || at_us > end_us || (!end && !is_of_person(&input->timeline[i])))
            continue;
        if (at_us - last_us > longest_us) {
            longest_us = at_us - last_us;
            from_us = last_us;
        }
        last_us = at_us;
    }
    add(delays, "The longest time without an act on record", from_us, from_us + longest_us, 0);
}

static void add_late_updates(struct delays *delays)
{
    const struct report_input *input = delays->report->input;
    for (size_t i = 0; i < input->n_timeline; i++) {
        const struct event_row *sent = NULL;
        if (strcmp(input->timeline[i].kind, "update.due") != 0)
            continue;
        for (size_t k = i + 1; k < input->n_timeline && !sent; k++)
            if (strcmp(input->timeline[k].kind, "update.sent") == 0 ||
                strcmp(input->timeline[k].kind, "update.recorded") == 0)
                sent = &input->timeline[k];
        add(delays, "An update was due, and not sent", input->timeline[i].at_us,
            sent ? sent->at_us : input->now_us, 0);
    }
}

void delays_tell(struct report *report)
{
    const struct incident *incident = report->input->incident;
    const char *const headings[] = {"What", "Since (UTC)", "Took", "Promised"};
    struct delays delays = {.report = report, .table = markdown_table(report->arena, 4, headings)};
    const struct event_row *paged = event_after(report, 0, "page.sent");
    bool promised = incident->response_time_s != UNSTATED && incident->response_time_s > 0;
    add(&delays, "Nobody knew of it", incident->started_us, incident->opened_us, 0);
    add(&delays, "No page had arrived", incident->opened_us, paged ? paged->at_us : 0, 0);
    add(&delays, "Nobody had it", incident->opened_us,
        incident->acknowledged_us ? incident->acknowledged_us : report->input->now_us,
        promised ? incident->response_time_s * US_PER_S : 0);
    add_approvals(&delays);
    add_late_updates(&delays);
    add_silence(&delays);
    if (delays.n) {
        table_write(report, &delays.table);
        return;
    }
    block_begin(report);
    buf_puts(report->out, "Nothing waited for as long as a minute.\n");
}
