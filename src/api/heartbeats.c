/* Signs of life, in the paths of healthchecks.io (docs: "Pinging API") and of Opsgenie's heartbeats:
 *   /heartbeat/NAME   /heartbeat/NAME/start   /heartbeat/NAME/fail   /heartbeat/NAME/log   /heartbeat/NAME/3
 * by GET, POST or PUT; a body is what the job had to say. What is kept is one JSON object
 * (intake/heartbeat.c). */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"

enum { SAID_BYTES = 1000, LONGEST_STATUS = 3 };

struct known {
    const char *name;
    bool found;
};

static void look_up(void *context, const struct config *config, const struct library *library)
{
    struct known *known = context;
    (void)library;
    known->found = config_heartbeat(config, known->name) != NULL;
}

/* The first bytes of what the job said, without half a character and without control characters. */
static const char *said(struct request *request)
{
    size_t n = request->body.n_bytes < SAID_BYTES ? request->body.n_bytes : SAID_BYTES;
    char *text = arena_strndup(request->arena, buf_text(&request->body), n);
    while (n > 0 && ((unsigned char)buf_text(&request->body)[n] & 0xc0) == 0x80)
        n--;
    text[n] = '\0';
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t')
            *p = ' ';
    return text;
}

static void write_body(struct request *request, const char *name, enum heartbeat_signal signal,
                       const char *text)
{
    struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "heartbeat", name);
    jw_pair(&writer, "signal", heartbeat_signal_name(signal));
    if (*text)
        jw_pair(&writer, "text", text);
    jw_end_object(&writer);
    request_replace_body(request, &body);
}

static void submit(struct request *request, enum heartbeat_signal signal, const char *text)
{
    const struct api_backend *backend = &request->api->backend;
    struct known known = {.name = request_name(request, 0)};
    if (!backend->ask_site(backend->core, look_up, &known)) {
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL,
                       "the configuration is still being read; try again");
        return;
    }
    if (!known.found) {
        answer_problem(request, PROBLEM_NOT_FOUND, NULL,
                       "no heartbeat is called \"%.100s\": add it to heartbeats: in the configuration",
                       known.name);
        return;
    }
    write_body(request, known.name, signal, text);
    alerts_submit(request, intake_format("heartbeat"));
}

void ping_success(struct request *request)
{
    submit(request, HEARTBEAT_SUCCESS, said(request));
}

/* start, fail, log or an exit status */
void ping_signal(struct request *request)
{
    const char *word = request_name(request, 1);
    bool is_status = *word && strlen(word) <= LONGEST_STATUS && word[strspn(word, "0123456789")] == '\0';
    if (strcmp(word, "start") == 0)
        submit(request, HEARTBEAT_START, said(request));
    else if (strcmp(word, "log") == 0)
        submit(request, HEARTBEAT_LOG, said(request));
    else if (strcmp(word, "fail") == 0)
        submit(request, HEARTBEAT_FAIL, *said(request) ? said(request) : "it says that it has failed");
    else if (is_status && word[strspn(word, "0")] == '\0')
        submit(request, HEARTBEAT_SUCCESS, said(request));
    else if (is_status)
        submit(request, HEARTBEAT_FAIL,
               arena_printf(request->arena, "exit status %s%s%s", word, *said(request) ? ": " : "",
                            said(request)));
    else
        answer_problem(request, PROBLEM_NOT_FOUND, NULL,
                       "a heartbeat has start, fail, log and exit statuses, no \"%.40s\"", word);
}

void answer_ping(struct request *request)
{
    buf_puts(answer_text(request, "text/plain; charset=utf-8"), "OK");
}

void answer_opsgenie_ping(struct request *request)
{
    struct json_writer writer = answer_json(request);
    request->answer.status = MHD_HTTP_ACCEPTED;
    jw_begin_object(&writer);
    jw_pair(&writer, "result", "PONG - Heartbeat received");
    jw_name(&writer, "took");
    jw_double(&writer, 0.001);
    jw_pair(&writer, "requestId", opsgenie_request_id(request->arena, 0));
    jw_end_object(&writer);
}
