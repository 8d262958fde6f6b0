/* What people ask of a runbook before they rely on it: the document as it stands, what another version of it
 * would change, and which alerting rules lead to a procedure. The answers are those of `crashcart read
 * --diff` and `crashcart coverage`; what is sent here is read and forgotten. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/clock.h"
#include "config/alert_rules.h"
#include "runbook/document_check.h"
#include "runbook/policy_diff.h"
#include "runbook/print.h"

struct question {
    struct request *request;
    const char *file;
    const struct runbook *other; /* the version that is held against the one in force */
    struct alert_rules rules;
    struct strings unreadable;
    bool found;
};

static void ask(struct question *question,
                void (*asked)(void *context, const struct config *config, const struct library *library))
{
    const struct api_backend *backend = &question->request->api->backend;
    if (!backend->ask_site(backend->core, asked, question))
        request_unanswered(question->request);
    else if (!question->found)
        answer_problem(question->request, PROBLEM_NOT_FOUND, NULL, "there is no runbook \"%.200s\"",
                       question->file);
}

static const struct runbook *asked_for(struct question *question, const struct library *library)
{
    const struct runbook *runbook = library ? library_find(library, question->file) : NULL;
    question->found = runbook != NULL;
    return runbook;
}

/* ---- the document ---- */

static void write_document(void *context, const struct config *config, const struct library *library)
{
    struct question *question = context;
    (void)config;
    const struct runbook *runbook = asked_for(question, library);
    if (!runbook)
        return;
    struct json_writer w = answer_json(question->request);
    document_print_json(runbook->document, &w);
}

void get_runbook_document(struct request *request)
{
    struct question question = {.request = request, .file = request_name(request, 0)};
    ask(&question, write_document);
}

/* ---- another version ---- */

static void write_differences(struct question *question, const struct runbook *old, const struct runbook *new)
{
    struct differences differences = {0};
    struct json_writer w = answer_json(question->request);
    policy_diff(question->request->arena, old, new, &differences);
    jw_begin_object(&w);
    jw_name(&w, "differences");
    differences_print_json(&differences, &w);
    jw_end_object(&w);
}

static void compare_newer(void *context, const struct config *config, const struct library *library)
{
    struct question *question = context;
    (void)config;
    const struct runbook *runbook = asked_for(question, library);
    if (runbook)
        write_differences(question, runbook, question->other);
}

void post_runbook_diff(struct request *request)
{
    struct question question = {.request = request, .file = request_name(request, 0)};
    struct json root;
    const char *text;
    struct err err = {0};
    if (request_object(request, &root) < 0 || request_text(request, root, "text", &text) < 0)
        return;
    if (!text || document_check(text, strlen(text), &err) < 0) {
        answer_problem(request, PROBLEM_INVALID, "text", "%s",
                       text ? err.text : "the other version's Markdown is missing");
        return;
    }
    question.other = runbook_read(request->arena, question.file, text, strlen(text));
    ask(&question, compare_newer);
}

/* ---- alerting rules ---- */

static void write_coverage(void *context, const struct config *config, const struct library *library)
{
    static const struct library none;
    struct question *question = context;
    struct arena *arena = question->request->arena;
    struct coverage coverage;
    question->found = true;
    alert_rules_place(&question->rules, config);
    coverage_read(arena, library ? library : &none, &question->rules,
                  clock_wall_us(question->request->api->clock), &coverage);
    struct json_writer w = answer_json(question->request);
    coverage_print_json(&coverage, &question->unreadable, &w);
}

void post_runbook_coverage(struct request *request)
{
    struct question question = {.request = request};
    struct config_errors errors = {.arena = request->arena};
    struct json root;
    const char *text, *name;
    if (request_object(request, &root) < 0 || request_text(request, root, "rules", &text) < 0 ||
        request_text(request, root, "name", &name) < 0)
        return;
    name = name && *name ? name : "rules";
    if (!text || alert_rules_read(request->arena, name, text, strlen(text), &question.rules, &errors) == 1) {
        answer_problem(request, PROBLEM_INVALID, "rules",
                       "%.200s holds no alerting rules: there is no \"groups:\", neither at the top nor "
                       "below \"spec:\"",
                       name);
        return;
    }
    question.unreadable = errors.list;
    ask(&question, write_coverage);
}
