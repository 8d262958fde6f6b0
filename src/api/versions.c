/* The versions of a runbook that were in force, and what changed in behaviour between two of them: what
 * `crashcart read --diff` says of two files. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "ledger/version.h"
#include "runbook/policy_diff.h"

enum { VERSIONS_MOST = 1000 };

struct in_force {
    const char *file;
    char sha256[65]; /* "": there is no such runbook now */
};

static void ask_sha256(void *context, const struct config *config, const struct library *library)
{
    struct in_force *in_force = context;
    (void)config;
    const struct runbook *runbook = library ? library_find(library, in_force->file) : NULL;
    if (runbook)
        memcpy(in_force->sha256, runbook->sha256, sizeof in_force->sha256);
}

static bool find_in_force(struct request *request, struct in_force *in_force)
{
    const struct api_backend *backend = &request->api->backend;
    if (backend->ask_site(backend->core, ask_sha256, in_force))
        return true;
    request_unanswered(request);
    return false;
}

void get_runbook_versions(struct request *request)
{
    struct in_force in_force = {.file = request_name(request, 0)};
    struct runbook_version *versions;
    size_t n;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger || !find_in_force(request, &in_force))
        return;
    if (ledger_versions(ledger, request->arena, in_force.file, VERSIONS_MOST, &versions, &n, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    if (n == 0 && !*in_force.sha256) {
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no runbook \"%.200s\"", in_force.file);
        return;
    }
    struct json_writer w = answer_json(request);
    jw_begin_object(&w);
    jw_name(&w, "versions");
    jw_begin_array(&w);
    for (size_t i = 0; i < n; i++) {
        jw_begin_object(&w);
        jw_pair(&w, "sha256", versions[i].sha256);
        jw_pair_time(&w, "since", versions[i].since_us);
        jw_pair_int(&w, "bytes", versions[i].n_bytes);
        jw_pair_int(&w, "incidents", versions[i].n_incidents);
        jw_pair_bool(&w, "in_force", strcmp(versions[i].sha256, in_force.sha256) == 0);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    jw_end_object(&w);
}

/* -1: the problem is answered. */
static int read_text(struct request *request, const char *file, const char *sha256, const char *field,
                     const char **ret_text, size_t *ret_n_bytes)
{
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return -1;
    int got = ledger_version_text(ledger, request->arena, file, sha256, ret_text, ret_n_bytes, &err);
    if (got == LEDGER_NOT_FOUND)
        answer_problem(request, PROBLEM_NOT_FOUND, field,
                       "no version %.64s of \"%.200s\" was in force here; /api/v1/runbooks/FILE/versions "
                       "lists those that were",
                       sha256, file);
    else if (got != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "%s", err.text);
    return got == 0 ? 0 : -1;
}

void get_runbook_version(struct request *request)
{
    const char *text, *sha256 = request_query(request, "sha256");
    size_t n_bytes;
    if (!sha256)
        answer_problem(request, PROBLEM_BAD_REQUEST, "sha256", "sha256 is missing: which version?");
    else if (read_text(request, request_name(request, 0), sha256, "sha256", &text, &n_bytes) == 0)
        buf_add(answer_text(request, "text/markdown; charset=utf-8"), text, n_bytes);
}

static const struct runbook *read_version(struct request *request, const char *file, const char *sha256,
                                          const char *field)
{
    const char *text;
    size_t n_bytes;
    if (read_text(request, file, sha256, field, &text, &n_bytes) < 0)
        return NULL;
    return runbook_read(request->arena, file, text, n_bytes);
}

void get_runbook_diff(struct request *request)
{
    const char *file = request_name(request, 0), *old = request_query(request, "old"),
               *new = request_query(request, "new");
    struct in_force in_force = {.file = file};
    struct differences differences = {0};
    if (!old || !*old) {
        answer_problem(request, PROBLEM_BAD_REQUEST, "old", "old is missing: the SHA-256 of a version");
        return;
    }
    if ((!new || !*new) && !find_in_force(request, &in_force))
        return;
    new = new &&*new ? new : in_force.sha256;
    const struct runbook *before = read_version(request, file, old, "old");
    const struct runbook *after = before ? read_version(request, file, new, "new") : NULL;
    if (!after)
        return;
    policy_diff(request->arena, before, after, &differences);
    struct json_writer w = answer_json(request);
    jw_begin_object(&w);
    jw_pair(&w, "old", old);
    jw_pair(&w, "new", new);
    jw_name(&w, "differences");
    differences_print_json(&differences, &w);
    jw_end_object(&w);
}
