/* `crashcart approve` and `crashcart deny`: a yes or no to one command of one run. */
#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"

static const char usage[] =
    "usage: crashcart approve RUN STEP [--reason TEXT] [--break-glass] [--json]\n"
    "       crashcart deny RUN STEP [--reason TEXT] [--json]\n"
    "\n"
    "  RUN and STEP as `crashcart incident show N` prints them; a step is named by its\n"
    "  line in the runbook. --break-glass lets one person approve what wants two; it is\n"
    "  told to everybody.\n"
    "  --as PERSON    who you are, for the record\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

struct decision {
    const char *verb;
    const char *reason;
    bool break_glass, json;
    long long run, step;
};

static void write_body(struct buf *body, const struct decision *decision)
{
    struct json_writer writer = jw_start(body);
    jw_begin_object(&writer);
    if (decision->reason)
        jw_pair(&writer, "reason", decision->reason);
    jw_pair_bool(&writer, "break_glass", decision->break_glass);
    jw_end_object(&writer);
}

static void print_step(const struct buf *answer, const struct decision *decision)
{
    scoped_buf struct buf out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    if (json_parse(document, buf_text(answer), answer->n_bytes, 16, &root, NULL) == 0) {
        const char *state = json_text(json_get(root, "state"), NULL);
        const char *command = json_text(json_get(root, "command"), NULL);
        const char *why = json_text(json_get(root, "why"), NULL);
        buf_printf(&out, "step %lld of run %lld is %s: ", decision->step, decision->run,
                   state ? state : "decided");
        text_add_fit(&out, command ? command : "", TERMINAL_COLUMNS - text_columns(buf_text(&out)), false);
        buf_putc(&out, '\n');
        if (why && *why && state && strcmp(state, "waiting") == 0)
            text_add_wrapped(&out, why, 0, 0);
    }
    buf_printf(&out, "next: crashcart incident show %lld\n", decision->run);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    json_document_free(document);
}

static int send(const struct client *client, const struct decision *decision)
{
    scoped_buf struct buf body = {0}, path = {0}, answer = {0};
    struct err err = {0};
    write_body(&body, decision);
    buf_printf(&path, "/api/v1/runs/%lld/steps/%lld/%s", decision->run, decision->step, decision->verb);
    int code = client_call(client, buf_text(&path), buf_text(&body), &answer, &err);
    if (code != EXIT_DONE)
        error_print(err.text);
    else if (decision->json)
        printf("%s\n", buf_text(&answer));
    else
        print_step(&answer, decision);
    return code;
}

static int decide(const char *verb, int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings words = {0};
    struct decision decision = {.verb = verb};
    struct client client;
    const char *data = NULL, *as = NULL;
    struct err err;
    const struct command_option options[] = {{"--reason", NULL, &decision.reason},
                                             {"--break-glass", &decision.break_glass, NULL},
                                             {"--json", &decision.json, NULL},
                                             {"--data", NULL, &data},
                                             {"--as", NULL, &as},
                                             {0}};
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != 2 || number_parse(words.at[0], &decision.run) < 0 ||
        number_parse(words.at[1], &decision.step) < 0)
        return usage_error(usage, "%s needs the numbers of a run and of a step", verb);
    if (client_open(arena, data, as, &client, &err) < 0)
        return usage_error(usage, "%s", err.text);
    return send(&client, &decision);
}

int cmd_approve(int argc, char **argv)
{
    return decide("approve", argc, argv);
}

int cmd_deny(int argc, char **argv)
{
    return decide("deny", argc, argv);
}
