/* crashcart read FILE... [--json]: prints what was understood; --explain LEVEL: one level's clock; --diff:
 * what a change of the document changes in behaviour. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/runbook_file.h"
#include "cmd/terminal.h"
#include "config/policy.h"
#include "runbook/policy_diff.h"
#include "runbook/policy_plan.h"
#include "runbook/print.h"

static const char usage[] =
    "usage: crashcart read FILE... [--json]\n"
    "       crashcart read --explain LEVEL FILE [--json]\n"
    "       crashcart read --diff OLD NEW [--json]\n"
    "Prints what was understood of each runbook: levels, who is paged when, what runs by\n"
    "itself and what asks, messages, procedures with the class of every command.\n"
    "--explain LEVEL: the whole clock of one severity level, each entry with its line.\n"
    "--diff: what a change changes in behaviour; exit 0 when nothing does, 1 otherwise.\n"
    "--policy PATH: risk rules of your own, a file or a folder.\n";

struct request {
    bool json, diff;
    const char *level; /* to explain, or NULL */
    const char **files;
    size_t n_files;
};

static int complain(const char *file, const char *why)
{
    fprintf(stderr, "crashcart read: %s: %s\n", file, why);
    return EXIT_UNREACHABLE;
}

static int level_unknown(struct arena *arena, const struct runbook *runbook, const char *level)
{
    const char *known = "";

    list_each (severity, &runbook->severities)
        known = arena_printf(arena, "%s%s%s", known, *known ? ", " : "", severity->id);
    complain(runbook->file, *known ? arena_printf(arena, "has no level %s; it has %s", level, known)
                                   : arena_printf(arena, "has no level %s, nor any other", level));
    return EXIT_REFUSED;
}

static int explain(const struct request *request, struct arena *arena, const struct runbook *runbook,
                   struct json_writer *w, struct buf *out)
{
    const struct severity *severity = runbook_severity(runbook, request->level);
    struct plan plan;

    if (severity == NULL)
        return level_unknown(arena, runbook, request->level);
    severity_plan(arena, runbook, severity, &plan);
    if (request->json)
        plan_print_json(runbook, &plan, w);
    else
        plan_print_text(runbook, &plan, terminal_colours(), out);
    return EXIT_DONE;
}

static int read_one(const struct request *request, struct arena *arena, const char *file,
                    struct json_writer *w, struct buf *out)
{
    struct runbook_file opened;
    int code = runbook_open(arena, "read", file, &opened);

    if (code != EXIT_DONE)
        return code;
    const struct runbook *runbook = opened.runbook;
    if (request->level)
        return explain(request, arena, runbook, w, out);
    if (request->json) {
        struct defect_list defects = {0};
        lint_runbook(arena, runbook, &(struct lint_surroundings){.today_us = clock_wall_us(clock_system())},
                     &defects);
        runbook_print_json(runbook, &defects, w);
    } else {
        runbook_print_text(runbook, terminal_colours(), out);
    }
    return EXIT_DONE;
}

/* Whoever reads only the beginning (`| head`) closes the pipe: not our trouble. */
static int out_write(const struct buf *out, int code)
{
    if ((fwrite(buf_text(out), 1, out->n_bytes, stdout) != out->n_bytes || fflush(stdout) != 0) &&
        errno != EPIPE)
        return complain("standard output", strerror(errno));
    return code;
}

static int diff(const struct request *request, struct arena *arena)
{
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    struct runbook_file old, new;
    struct differences differences = {0};
    int code = runbook_open(arena, "read", request->files[0], &old);

    if (code == EXIT_DONE)
        code = runbook_open(arena, "read", request->files[1], &new);
    if (code != EXIT_DONE)
        return code == EXIT_REFUSED ? EXIT_UNREACHABLE : code; /* 1 says that the two differ */
    policy_diff(arena, old.runbook, new.runbook, &differences);
    if (request->json) {
        differences_print_json(&differences, &w);
        buf_putc(&out, '\n');
    } else {
        differences_print_text(&differences, &out);
    }
    return out_write(&out, differences.n > 0 ? EXIT_REFUSED : EXIT_DONE);
}

static int read_all(const struct request *request)
{
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    int worst = EXIT_DONE;

    if (request->json && request->n_files > 1)
        jw_begin_array(&w);
    for (size_t i = 0; i < request->n_files; i++) {
        scoped_arena struct arena *arena = arena_new();
        if (!request->json && i > 0)
            buf_putc(&out, '\n');
        int code = read_one(request, arena, request->files[i], &w, &out);
        worst = code > worst ? code : worst;
    }
    if (request->json && request->n_files > 1)
        jw_end_array(&w);
    if (request->json && out.n_bytes > 0)
        buf_putc(&out, '\n');
    return out_write(&out, worst);
}

int cmd_read(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct request request = {0};
    const char *policy = NULL;
    struct err err = {0};
    struct strings files = {0};
    const struct command_option options[] = {{"--json", &request.json, NULL},
                                             {"--explain", NULL, &request.level},
                                             {"--diff", &request.diff, NULL},
                                             {"--policy", NULL, &policy},
                                             {NULL, NULL, NULL}};

    int parsed = command_line_parse(arena, argc, argv, options, usage, &files);
    if (parsed)
        return command_line_exit(parsed);
    if (files.n == 0)
        return usage_error(usage, "read: no file named");
    if (policy_use(policy, &err) < 0)
        return complain("--policy", err.text);
    request.files = files.at;
    request.n_files = files.n;
    if (request.diff && (files.n != 2 || request.level))
        return usage_error(usage, "read: --diff takes two files, the old one first");
    if (request.diff)
        return diff(&request, arena);
    return read_all(&request);
}
