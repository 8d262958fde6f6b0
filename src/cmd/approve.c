/* `crashcart approve` and `crashcart deny`: a yes or no to one command of one run. */
#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"

static const char usage[] =
    "usage: crashcart approve RUN STEP [--set NAME=VALUE]... [--repair CODE]...\n"
    "                         [--show] [--reason TEXT] [--break-glass] [--json]\n"
    "       crashcart deny RUN STEP [--reason TEXT] [--json]\n"
    "\n"
    "  RUN and STEP as `crashcart incident show N` prints them; a step is named by its\n"
    "  line in the runbook. --break-glass lets one person approve what wants two; it is\n"
    "  told to everybody.\n"
    "  --set NAME=VALUE  for a placeholder: --set pod-name=web-1. The value becomes one\n"
    "                 word of the command and nothing else; NAME=@LINE takes the one\n"
    "                 line that the step on that line has printed\n"
    "  --repair CODE  runs it mended as `crashcart incident show` offers; the record\n"
    "                 has both\n"
    "  --show         takes values and repairs, shows what would run, approves nothing\n"
    "  --as PERSON    who you are, for the record\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

struct decision {
    const char *verb;
    const char *reason;
    bool break_glass, json, show;
    long long run, step;
    struct strings sets, repairs;
    char sha256[72]; /* of what was shown; "": nothing waits */
};

/* "pod-name=web-1", "pod-name=@120" */
static void write_values(struct json_writer *writer, const struct strings *sets)
{
    jw_name(writer, "values");
    jw_begin_object(writer);
    list_each (set, sets) {
        const char *equals = strchr(*set, '=');
        scoped_buf struct buf name = {0};
        long long line;
        buf_add(&name, *set, (size_t)(equals - *set));
        jw_name(writer, buf_text(&name));
        if (equals[1] == '@' && number_parse(equals + 2, &line) == 0) {
            jw_begin_object(writer);
            jw_pair_int(writer, "output_of", line);
            jw_end_object(writer);
        } else {
            jw_string(writer, equals + 1);
        }
    }
    jw_end_object(writer);
}

static void write_body(struct buf *body, const struct decision *decision)
{
    struct json_writer writer = jw_start(body);
    jw_begin_object(&writer);
    if (decision->reason)
        jw_pair(&writer, "reason", decision->reason);
    jw_pair_bool(&writer, "break_glass", decision->break_glass);
    if (*decision->sha256)
        jw_pair(&writer, "sha256", decision->sha256);
    if (decision->sets.n)
        write_values(&writer, &decision->sets);
    if (decision->repairs.n) {
        jw_name(&writer, "repairs");
        jw_begin_array(&writer);
        list_each (code, &decision->repairs)
            jw_string(&writer, *code);
        jw_end_array(&writer);
    }
    jw_end_object(&writer);
}

static void print_missing(struct buf *out, struct json missing)
{
    for (struct json_iter i = json_first(missing); json_more(&i); json_next(&i)) {
        const char *name = json_text(json_get(i.value, "name"), NULL);
        const char *type = json_text(json_get(i.value, "type"), NULL);
        buf_printf(out, "missing: %s (%s): --set '%s=...'\n", name ? name : "", type ? type : "",
                   name ? name : "");
    }
}

static void print_step(const struct buf *answer, const struct decision *decision)
{
    scoped_buf struct buf out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    if (json_parse(document, buf_text(answer), answer->n_bytes, 16, &root, NULL) == 0) {
        const char *state = json_text(json_get(root, "state"), NULL);
        const char *runs = json_text(json_get(root, "runs"), NULL);
        const char *command = runs ? runs : json_text(json_get(root, "command"), NULL);
        const char *why = json_text(json_get(root, "why"), NULL);
        char label[STEP_LABEL_BYTES];
        buf_printf(&out, "step %s of run %lld is %s: ", step_label(decision->step, label), decision->run,
                   state ? state : "decided");
        if (runs) {
            buf_putc(&out, '\n');
            text_add_exact(&out, runs, 2);
        } else {
            text_add_fit(&out, command ? command : "", TERMINAL_COLUMNS - text_columns(buf_text(&out)),
                         false);
            buf_putc(&out, '\n');
        }
        print_missing(&out, json_get(root, "missing"));
        if (why && *why && state && (strcmp(state, "waiting") == 0 || strcmp(state, "held") == 0))
            text_add_wrapped(&out, why, 0, 0);
    }
    buf_printf(&out, "next: crashcart incident show %lld\n", decision->run);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    json_document_free(document);
}

static void add_row(struct buf *out, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    buf_printf(out, "%-8s", label);
    text_add_wrapped(out, text, 8, 8);
}

/* What would run, as the server has it now, and why it is asked. */
static void print_request(struct json step, const struct decision *decision)
{
    scoped_buf struct buf out = {0}, class = {0}, two = {0};
    struct json approval = json_get(step, "approval");
    const char *runs = json_text(json_get(approval, "runs"), NULL);
    const char *file = json_text(json_get(step, "file"), NULL);
    const char *name = json_text(json_get(step, "class"), NULL);
    const char *why = json_text(json_get(step, "class_why"), NULL);
    const char *first = json_text(json_get(approval, "first_by"), NULL);
    const char *asks = json_text(json_get(step, "why"), NULL);
    const char *target = json_text(json_get(step, "target"), NULL);
    const char *back = json_text(json_get(approval, "way_back"), NULL);
    char label[STEP_LABEL_BYTES];
    if (!runs)
        return;
    buf_printf(&out, "%s:%s would run:\n", file ? file : "", step_label(decision->step, label));
    text_add_exact(&out, runs, 2);
    buf_printf(&class, "%s: %s", name ? name : "", why ? why : "");
    add_row(&out, "does", json_text(json_get(approval, "changes"), NULL));
    add_row(&out, "class", buf_text(&class));
    add_row(&out, "if", json_text(json_get(step, "condition"), NULL));
    add_row(&out, "where", target ? target : "the server's own host, as the user that the server runs as");
    if (asks && (!why || strcmp(asks, why) != 0))
        add_row(&out, "asks", asks);
    if (json_int(json_get(approval, "needs"), 1) > 1)
        buf_printf(&two, first ? "of two people, %s has approved it" : "two people", first ? first : "");
    add_row(&out, "needs", buf_text(&two));
    if (name && strcmp(name, "read") != 0)
        add_row(&out, "back", back ? back : "nothing is known: neither the runbook nor the command says how");
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
}

/* Shows what is about to be approved, and keeps its hash: if it is another by the time the approval arrives,
 * the server refuses. Values and repairs are given first, for they are part of it. */
static int look(const struct client *client, struct decision *decision, struct err *err)
{
    scoped_buf struct buf body = {0}, path = {0}, answer = {0};
    struct json_document *document = json_document_new();
    struct json root;
    bool gives = decision->sets.n || decision->repairs.n;
    write_body(&body, decision);
    buf_printf(&path, "/api/v1/runs/%lld/steps/%lld%s", decision->run, decision->step,
               gives ? "/values" : "");
    int code = client_call(client, buf_text(&path), gives ? buf_text(&body) : NULL, &answer, err);
    if (code == EXIT_DONE && json_parse(document, buf_text(&answer), answer.n_bytes, 16, &root, NULL) == 0) {
        const char *sha256 = json_text(json_get(json_get(root, "approval"), "sha256"), NULL);
        snprintf(decision->sha256, sizeof decision->sha256, "%s", sha256 ? sha256 : "");
        if (!decision->json)
            print_request(root, decision);
        decision->sets.n = decision->repairs.n = 0; /* they are taken */
    }
    json_document_free(document);
    return code;
}

static int send(const struct client *client, struct decision *decision)
{
    scoped_buf struct buf body = {0}, path = {0}, answer = {0};
    struct err err = {0};
    int code = EXIT_DONE;
    if (!decision->show && strcmp(decision->verb, "approve") == 0)
        code = look(client, decision, &err);
    write_body(&body, decision);
    buf_printf(&path, "/api/v1/runs/%lld/steps/%lld/%s", decision->run, decision->step,
               decision->show ? "values" : decision->verb);
    if (code == EXIT_DONE)
        code = client_call(client, buf_text(&path), buf_text(&body), &answer, &err);
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
                                             {"--show", &decision.show, NULL},
                                             {"--data", NULL, &data},
                                             {"--as", NULL, &as},
                                             {0}};
    if (command_line_take(arena, &argc, argv, "--set", &decision.sets) < 0 ||
        command_line_take(arena, &argc, argv, "--repair", &decision.repairs) < 0)
        return usage_error(usage, "--set needs NAME=VALUE, and --repair a code");
    list_each (set, &decision.sets)
        if (!strchr(*set, '=') || **set == '=')
            return usage_error(usage, "--set %s needs a name and a value: --set pod-name=web-1", *set);
    int parsed = command_line_parse(arena, argc, argv, options, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != 2 || number_parse(words.at[0], &decision.run) < 0 ||
        step_parse(words.at[1], &decision.step) < 0)
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
