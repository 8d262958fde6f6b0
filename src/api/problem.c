/* Every way to say no: one table from problem to status, one from the engine's outcome to problem. */
#include <stdio.h>
#include <string.h>

#include "api/request.h"

static const struct {
    unsigned status;
    const char *code;
} problems[N_PROBLEMS] = {
    [PROBLEM_BAD_REQUEST] = {MHD_HTTP_BAD_REQUEST, "bad_request"},
    [PROBLEM_UNAUTHORIZED] = {MHD_HTTP_UNAUTHORIZED, "unauthorized"},
    [PROBLEM_SIGN_IN_AGAIN] = {MHD_HTTP_UNAUTHORIZED, "sign_in_again"},
    [PROBLEM_FORBIDDEN] = {MHD_HTTP_FORBIDDEN, "forbidden"},
    [PROBLEM_NOT_FOUND] = {MHD_HTTP_NOT_FOUND, "not_found"},
    [PROBLEM_METHOD] = {MHD_HTTP_METHOD_NOT_ALLOWED, "method_not_allowed"},
    [PROBLEM_CONFLICT] = {MHD_HTTP_CONFLICT, "conflict"},
    [PROBLEM_TOO_LARGE] = {413, "too_large"}, /* the library renamed its constant between versions */
    [PROBLEM_MEDIA_TYPE] = {MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"},
    [PROBLEM_INVALID] = {422, "invalid"},
    [PROBLEM_TOO_MANY] = {429, "too_many"},
    [PROBLEM_INTERNAL] = {MHD_HTTP_INTERNAL_SERVER_ERROR, "internal"},
    [PROBLEM_NOT_IMPLEMENTED] = {MHD_HTTP_NOT_IMPLEMENTED, "not_implemented"},
    /* Overload, too: Alertmanager drops for good what a 429 answers. */
    [PROBLEM_UNAVAILABLE] = {MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable"},
};

static const enum problem outcomes[] = {
    [OUTCOME_NOT_FOUND] = PROBLEM_NOT_FOUND,
    [OUTCOME_CONFLICT] = PROBLEM_CONFLICT,
    [OUTCOME_INVALID] = PROBLEM_INVALID,
    [OUTCOME_UNAVAILABLE] = PROBLEM_UNAVAILABLE,
    [OUTCOME_SIGN_IN_AGAIN] = PROBLEM_SIGN_IN_AGAIN,
};

/* A database server that is gone comes back: that is no fault of the request, nor of ours. */
static enum problem told_as(const struct request *request, enum problem problem)
{
    bool lost = problem == PROBLEM_INTERNAL && request->ledger && ledger_is_lost(request->ledger);
    return lost ? PROBLEM_UNAVAILABLE : problem;
}

void answer_problem(struct request *request, enum problem problem, const char *field, const char *format, ...)
{
    char message[700];
    va_list ap;
    va_start(ap, format);
    vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    struct json_writer writer = answer_json(request);
    problem = told_as(request, problem);
    request->answer.status = problems[problem].status;
    jw_begin_object(&writer);
    jw_name(&writer, "error");
    jw_begin_object(&writer);
    jw_pair(&writer, "code", problems[problem].code);
    jw_pair(&writer, "message", message);
    jw_pair(&writer, "field", field);
    jw_end_object(&writer);
    jw_end_object(&writer);
}

void answer_string_problem(struct request *request, enum problem problem, const char *format, ...)
{
    char message[700];
    va_list ap;
    va_start(ap, format);
    vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    struct json_writer writer = answer_json(request);
    request->answer.status = problems[problem].status;
    jw_string(&writer, message);
}

void answer_outcome(struct request *request, const struct outcome *outcome)
{
    static const char silences[] = "/api/v2/silence"; /* whose clients know no 422 */
    if (strncmp(request->route->path, silences, sizeof silences - 1) != 0)
        answer_problem(request, outcomes[outcome->code], NULL, "%s", outcome->message);
    else if (outcome->code == OUTCOME_INVALID)
        answer_string_problem(request, PROBLEM_BAD_REQUEST, "%s", outcome->message);
    else
        answer_string_problem(request, outcomes[outcome->code], "%s", outcome->message);
}

struct json_writer answer_json(struct request *request)
{
    return jw_start(answer_text(request, "application/json"));
}

struct buf *answer_text(struct request *request, const char *content_type)
{
    request->answer.status = MHD_HTTP_OK;
    request->answer.content_type = content_type;
    buf_clear(&request->answer.body);
    return &request->answer.body;
}

void answer_empty(struct request *request)
{
    answer_text(request, NULL);
}
