/* The post-incident report: everything the ledger holds of one incident, in the runbook's own shape, as
 * Markdown or as one of the formats of the table. */
#include <string.h>

#include "api/handlers.h"
#include "api/incident_json.h"
#include "api/server.h"
#include "ledger/review.h"
#include "review/export.h"
#include "review/report.h"

enum { EVENTS_LIMIT = 10000 };

struct write {
    struct request *request;
    const struct report_format *format;
    struct report_input input;
};

static void write_markdown(struct write *write)
{
    report_write(answer_text(write->request, "text/markdown; charset=utf-8"), &write->input);
}

static void write_html(struct write *write)
{
    scoped_buf struct buf markdown = {0};
    const struct incident *incident = write->input.incident;
    report_write(&markdown, &write->input);
    export_html(answer_text(write->request, "text/html; charset=utf-8"),
                arena_printf(write->request->arena, "Incident report: #%lld %s", (long long)incident->number,
                             incident->title),
                buf_text(&markdown), markdown.n_bytes);
}

static void write_csv(struct write *write)
{
    export_timeline_csv(answer_text(write->request, "text/csv; charset=utf-8"), write->input.timeline,
                        write->input.n_timeline);
}

static void write_json(struct write *write)
{
    const struct report_input *input = &write->input;
    scoped_buf struct buf markdown = {0};
    report_write(&markdown, input);
    struct json_writer writer = answer_json(write->request);
    jw_begin_object(&writer);
    jw_pair_time(&writer, "written_at", input->now_us);
    jw_name(&writer, "incident");
    json_incident(&writer, input->incident);
    jw_name(&writer, "timeline");
    jw_begin_array(&writer);
    for (size_t i = 0; i < input->n_timeline; i++)
        json_event(&writer, &input->timeline[i]);
    jw_end_array(&writer);
    jw_name(&writer, "steps");
    jw_begin_array(&writer);
    for (size_t i = 0; i < input->n_steps; i++)
        json_step(&writer, &input->steps[i], input->incident);
    jw_end_array(&writer);
    jw_pair(&writer, "markdown", buf_text(&markdown));
    jw_end_object(&writer);
}

static const struct report_format {
    const char *name;
    void (*write)(struct write *write);
} formats[] = {
    {"markdown", write_markdown},
    {"html", write_html},
    {"json", write_json},
    {"csv", write_csv},
};

/* NULL: answered already. */
static const struct report_format *wanted_format(struct request *request)
{
    const char *name = request_query(request, "format");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!name || strcmp(name, formats[i].name) == 0)
            return &formats[i];
    answer_problem(request, PROBLEM_BAD_REQUEST, "format", "format must be markdown, html, json or csv");
    return NULL;
}

static void write_report(void *context, const struct config *config, const struct library *library)
{
    (void)config;
    struct write *write = context;
    const char *file = write->input.incident->runbook_file;
    if (library && file && *file)
        write->input.runbook = library_find(library, file);
    write->format->write(write);
}

static int gather(struct ledger *ledger, struct arena *arena, int64_t number, struct incident *incident,
                  struct report_input *input, struct err *err)
{
    struct event_row *timeline = NULL;
    struct run_step *steps = NULL;
    struct delivery *deliveries = NULL;
    struct action_item *actions = NULL;
    int got = ledger_incident(ledger, arena, number, incident, err);
    if (got == 0)
        got = ledger_timeline(ledger, arena, number, 0, EVENTS_LIMIT, &timeline, &input->n_timeline, err);
    if (got == 0)
        got = ledger_steps(ledger, arena, number, &steps, &input->n_steps, err);
    if (got == 0)
        got = ledger_deliveries(ledger, arena, number, &deliveries, &input->n_deliveries, err);
    if (got == 0)
        got = ledger_actions(ledger, arena, number, EVENTS_LIMIT, &actions, &input->n_actions, err);
    input->incident = incident;
    input->timeline = timeline;
    input->steps = steps;
    input->deliveries = deliveries;
    input->actions = actions;
    return got;
}

void get_report(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct write write = {.request = request,
                          .format = wanted_format(request),
                          .input.now_us = clock_wall_us(request->api->clock)};
    struct incident incident;
    struct err err = {0};
    struct ledger *ledger = write.format ? request_ledger(request) : NULL;
    if (!ledger)
        return;
    int got = gather(ledger, request->arena, request->parts.numbers[0], &incident, &write.input, &err);
    if (got == LEDGER_NOT_FOUND)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no incident %lld",
                       (long long)request->parts.numbers[0]);
    else if (got != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    else if (custody_goes_first(request, incident.number, write.input.steps, write.input.n_steps,
                                "the report"))
        return;
    else if (!backend->ask_site(backend->core, write_report, &write))
        write_report(&write, NULL, NULL);
}
