/* `crashcart risk [--json] [--policy PATH] [COMMAND | -]`: the class of a command, and why. */
#include "cmd/command_line.h"
#include "cmd/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "config/policy.h"
#include "runbook/risk.h"

static void strings_write(struct json_writer *w, const char *name, const struct strings *list)
{
    jw_name(w, name);
    jw_begin_array(w);
    list_each (item, list)
        jw_string(w, *item);
    jw_end_array(w);
}

static void risk_write(struct buf *out, const struct risk *risk)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "risk", risk_name(risk->class));
    jw_pair(&w, "why", risk->why);
    jw_pair(&w, "part", risk->part);
    jw_pair(&w, "tool", risk->tool);
    strings_write(&w, "programs", &risk->programs);
    jw_pair_bool(&w, "terminates", !risk->endless);
    jw_pair_bool(&w, "tty", risk->wants_terminal);
    jw_pair_bool(&w, "sensitive", risk->sensitive);
    jw_pair(&w, "sensitive_why", risk->sensitive_why);
    strings_write(&w, "writes_files", &risk->writes_files);
    strings_write(&w, "needs_files", &risk->needs_files);
    jw_pair_bool(&w, "unfilled", risk->unfilled);
    jw_pair_bool(&w, "parses", risk->parses);
    jw_name(&w, "http");
    if (risk->http_method) {
        jw_begin_object(&w);
        jw_pair(&w, "method", risk->http_method);
        jw_pair(&w, "url", risk->http_url);
        jw_end_object(&w);
    } else {
        jw_null(&w);
    }
    jw_end_object(&w);
    buf_putc(out, '\n');
}

/* "mutate: `kubectl scale` changes the number of replicas (wants a terminal)" */
static void risk_say(struct buf *out, const struct risk *risk)
{
    buf_printf(out, "%s: %s\n", risk_name(risk->class), risk->why);
    if (risk->sensitive)
        buf_printf(out, "  prints secrets or patient data: %s\n", risk->sensitive_why);
    if (risk->endless)
        buf_puts(out, "  runs until it is stopped\n");
    if (risk->wants_terminal)
        buf_puts(out, "  wants a terminal\n");
    if (risk->unconfined)
        buf_puts(out, "  wants rights that a confined step has not\n");
    if (risk->unfilled)
        buf_puts(out, "  holds a placeholder that nobody filled\n");
    list_each (file, &risk->writes_files)
        buf_printf(out, "  writes %s\n", *file);
    list_each (file, &risk->needs_files)
        buf_printf(out, "  needs %s\n", *file);
}

struct session {
    const struct risk_rules *rules;
    struct arena *arena;
    bool json;
};

static void command_answer(const struct session *session, const char *command, size_t n_bytes)
{
    struct risk risk = risk_of_command(session->arena, session->rules, command, n_bytes);
    struct buf out = {0};
    if (session->json)
        risk_write(&out, &risk);
    else
        risk_say(&out, &risk);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    buf_free(&out);
    arena_reset(session->arena);
}

/* One JSON string a line; every line gets one answer, whatever it holds. */
static void lines_answer(const struct session *session)
{
    struct json_document *document = json_document_new();
    scoped_heap char *line = NULL;
    size_t capacity = 0;
    ssize_t n;
    while ((n = getline(&line, &capacity, stdin)) >= 0) {
        struct json root;
        struct err err = {0};
        size_t n_bytes = 0;
        const char *command = NULL;
        if (n > 0 && line[n - 1] == '\n')
            line[--n] = '\0';
        if (json_parse(document, line, (size_t)n, 4, &root, &err) == 0)
            command = json_text(root, &n_bytes);
        if (command)
            command_answer(session, command, n_bytes);
        else
            command_answer(session, line, (size_t)n);
        fflush(stdout);
    }
    json_document_free(document);
}

/* Are the rules, built in and of the site, as they say of themselves? */
static int policy_check(struct arena *arena, const struct risk_rules *rules)
{
    struct strings complaints = {0};
    size_t n_expectations;
    risk_rules_check(arena, rules, &complaints, &n_expectations);
    list_each (complaint, &complaints)
        printf("%s\n", *complaint);
    printf("%zu expectations, %zu complaints\n", n_expectations, complaints.n);
    return complaints.n > 0 ? EXIT_REFUSED : EXIT_DONE;
}

static const char usage[] =
    "usage: crashcart risk [--json] [--policy PATH] [COMMAND | -]\n"
    "       crashcart risk --check-policy [--policy PATH]\n"
    "  COMMAND         a shell command, quoted as one word\n"
    "  -               commands from standard input, one JSON string a line\n"
    "  --policy        a file or folder (*.rules) of rules of your own; policy/shell.rules shows how\n"
    "  --check-policy  holds the rules against the `expect` lines in them\n";

int cmd_risk(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct session session = {.rules = risk_rules_builtin()};
    struct risk_rules *site = NULL;
    const char *path = NULL;
    bool check = false;
    struct err err = {0};
    struct strings words = {0};
    const struct command_option known[] = {{.name = "--json", .flag = &session.json},
                                           {.name = "--policy", .value = &path},
                                           {.name = "--check-policy", .flag = &check},
                                           {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != (check ? 0 : 1))
        return usage_error(usage, "crashcart risk: %s",
                           check ? "--check-policy takes no command" : "one command, quoted as one word");
    if (path && policy_read(path, &site, &err) < 0) {
        fprintf(stderr, "crashcart risk: %s\n", err.text);
        return EXIT_UNREACHABLE;
    }
    if (site)
        session.rules = site;
    int code = EXIT_DONE;
    session.arena = arena_new();
    if (check)
        code = policy_check(arena, session.rules);
    else if (strcmp(words.at[0], "-") == 0)
        lines_answer(&session);
    else
        command_answer(&session, words.at[0], strlen(words.at[0]));
    arena_free(session.arena);
    risk_rules_free(site);
    return code;
}
