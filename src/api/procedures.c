/* The procedures of an incident's runbook, and starting another of them. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"

struct listing {
    const char *file;
    struct json_writer *writer;
};

static void write_procedures(void *context, const struct config *config, const struct library *library)
{
    struct listing *listing = context;
    const struct runbook *runbook = library ? library_find(library, listing->file) : NULL;
    (void)config;
    if (!runbook)
        return;
    list_each (procedure, &runbook->procedures) {
        struct command_walk walk = {0};
        size_t n = 0;
        while (procedure_next_command(procedure, &walk))
            n++;
        jw_begin_object(listing->writer);
        jw_pair(listing->writer, "title", procedure->title);
        jw_pair(listing->writer, "id", procedure->id);
        jw_pair_int(listing->writer, "line", procedure->line);
        jw_pair_int(listing->writer, "commands", (int64_t)n);
        jw_end_object(listing->writer);
    }
}

void get_procedures(struct request *request)
{
    struct ledger *ledger = request_ledger(request);
    struct incident incident;
    struct err err = {0};
    if (!ledger)
        return;
    int got = ledger_incident(ledger, request->arena, request->parts.numbers[0], &incident, &err);
    if (got != 0) {
        answer_problem(request, got < 0 ? PROBLEM_INTERNAL : PROBLEM_NOT_FOUND, NULL, "%s",
                       got < 0 ? err.text : "there is no such incident");
        return;
    }
    const struct api_backend *backend = &request->api->backend;
    struct json_writer writer = answer_json(request);
    struct listing listing = {.file = incident.runbook_file, .writer = &writer};
    jw_begin_object(&writer);
    jw_pair(&writer, "file", *incident.runbook_file ? incident.runbook_file : NULL);
    jw_name(&writer, "procedures");
    jw_begin_array(&writer);
    backend->ask_site(backend->core, write_procedures, &listing);
    jw_end_array(&writer);
    jw_end_object(&writer);
}

void post_procedure(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_PROCEDURE, .incident = request->parts.numbers[0]};
    if (request_object(request, &root) < 0 || request_text(request, root, "procedure", &input.word) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    if (!input.word) {
        answer_problem(request, PROBLEM_INVALID, "procedure", "\"procedure\" is missing: a title or id");
        return;
    }
    request->input = input;
    request_submit(request, NULL);
}
