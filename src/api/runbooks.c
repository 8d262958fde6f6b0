/* The team's runbooks, and what was understood of each: as `crashcart read --json` prints it,
 * with what lint finds. */
#include "api/handlers.h"
#include "api/server.h"
#include "base/clock.h"
#include "runbook/print.h"

struct reading_of {
    struct request *request;
    const char *file; /* NULL: the list */
    bool found;
};

static void write_list(struct json_writer *writer, const struct library *library)
{
    jw_begin_object(writer);
    jw_name(writer, "runbooks");
    jw_begin_array(writer);
    for (size_t i = 0; library && i < library->n_runbooks; i++) {
        const struct runbook *runbook = library->runbooks[i];
        jw_begin_object(writer);
        jw_pair(writer, "file", runbook->file);
        jw_pair(writer, "title", runbook->title);
        jw_pair_int(writer, "procedures", (int64_t)runbook->procedures.n);
        jw_pair_int(writer, "severities", (int64_t)runbook->severities.n);
        jw_end_object(writer);
    }
    jw_end_array(writer);
    jw_name(writer, "refused");
    jw_begin_array(writer);
    for (size_t i = 0; library && i < library->n_refused; i++) {
        jw_begin_object(writer);
        jw_pair(writer, "file", library->refused[i].path);
        jw_pair(writer, "why", library->refused[i].why);
        jw_end_object(writer);
    }
    jw_end_array(writer);
    jw_end_object(writer);
}

struct surrounded {
    const struct library *library;
    const struct runbook *runbook;
};

static bool level_defined(void *context, const char *id)
{
    const struct surrounded *surrounded = context;
    return library_defines_level(surrounded->library, surrounded->runbook, id);
}

/* Links are not followed: what a document may lead to beside the other documents, only its folder knows. */
static void write_runbook(struct request *request, const struct library *library,
                          const struct runbook *runbook, struct json_writer *writer)
{
    struct surrounded surrounded = {library, runbook};
    struct defect_list defects = {0};
    lint_runbook(request->arena, runbook,
                 &(struct lint_surroundings){.today_us = clock_wall_us(request->api->clock),
                                             .level_defined = level_defined,
                                             .context = &surrounded},
                 &defects);
    runbook_print_json(runbook, &defects, writer);
}

static void write_asked(void *context, const struct config *config, const struct library *library)
{
    struct reading_of *reading = context;
    (void)config;
    const struct runbook *runbook = library && reading->file ? library_find(library, reading->file) : NULL;
    reading->found = runbook || !reading->file;
    if (!reading->found)
        return;
    struct json_writer writer = answer_json(reading->request);
    if (runbook)
        write_runbook(reading->request, library, runbook, &writer);
    else
        write_list(&writer, library);
}

static void answer(struct request *request, const char *file)
{
    const struct api_backend *backend = &request->api->backend;
    struct reading_of reading = {.request = request, .file = file};
    if (!backend->ask_site(backend->core, write_asked, &reading))
        request_unanswered(request);
    else if (file && !reading.found)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no runbook \"%.200s\"", file);
}

void get_runbooks(struct request *request)
{
    answer(request, NULL);
}

void get_runbook(struct request *request)
{
    answer(request, request_name(request, 0));
}
