/* The post-incident report: everything the ledger holds of one incident, in the runbook's own shape. */
#include "api/handlers.h"
#include "api/server.h"
#include "review/report.h"

enum { EVENTS_LIMIT = 10000 };

struct write {
    struct request *request;
    struct report_input input;
};

static void write_report(void *context, const struct config *config, const struct library *library)
{
    (void)config;
    struct write *write = context;
    const char *file = write->input.incident->runbook_file;
    if (library && file && *file)
        write->input.runbook = library_find(library, file);
    report_write(answer_text(write->request, "text/markdown; charset=utf-8"), &write->input);
}

static int gather(struct ledger *ledger, struct arena *arena, int64_t number, struct incident *incident,
                  struct report_input *input, struct err *err)
{
    struct event_row *timeline = NULL;
    struct run_step *steps = NULL;
    struct delivery *deliveries = NULL;
    int got = ledger_incident(ledger, arena, number, incident, err);
    if (got == 0)
        got = ledger_timeline(ledger, arena, number, 0, EVENTS_LIMIT, &timeline, &input->n_timeline, err);
    if (got == 0)
        got = ledger_steps(ledger, arena, number, &steps, &input->n_steps, err);
    if (got == 0)
        got = ledger_deliveries(ledger, arena, number, &deliveries, &input->n_deliveries, err);
    input->incident = incident;
    input->timeline = timeline;
    input->steps = steps;
    input->deliveries = deliveries;
    return got;
}

void get_report(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct write write = {.request = request, .input.now_us = clock_wall_us(request->api->clock)};
    struct incident incident;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    int got = gather(ledger, request->arena, request->parts.numbers[0], &incident, &write.input, &err);
    if (got == LEDGER_NOT_FOUND)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no incident %lld",
                       (long long)request->parts.numbers[0]);
    else if (got != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    else if (!backend->ask_site(backend->core, write_report, &write))
        write_report(&write, NULL, NULL);
}
