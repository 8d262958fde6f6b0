/* crashcart read FILE... [--json]: prints what was understood. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/terminal.h"
#include "runbook/document_check.h"
#include "runbook/print.h"

static const char usage[] =
    "usage: crashcart read FILE... [--json]\n"
    "Prints what was understood of each runbook: severity levels, procedures with their\n"
    "steps and the class of every command. --json: one object, or a list for several files.\n";

struct request {
    bool json;
    const char **files;
    size_t n_files;
};

static int complain(const char *file, const char *why)
{
    fprintf(stderr, "crashcart read: %s: %s\n", file, why);
    return EXIT_UNREACHABLE;
}

/* What a file cannot be read for, in words that say what to do. */
static int open_problem(const char *file, const char *otherwise)
{
    struct stat st;

    if (stat(file, &st) < 0 && errno == ENOENT)
        return complain(file, "does not exist; check the path");
    if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
        return complain(file, "is a folder; name the files in it, for example FOLDER/*.md");
    if (stat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > (off_t)DOCUMENT_LIMIT_BYTES)
        return complain(file, "is larger than 8 MiB; split it into one document a system or procedure");
    size_t n = strlen(file);
    bool named = strncmp(otherwise, file, n) == 0 && otherwise[n] == ':';
    return complain(file, named ? otherwise + n + 2 : otherwise);
}

static int read_one(const struct request *request, struct arena *arena, const char *file,
                    struct json_writer *w, struct buf *out)
{
    struct err err;
    char *bytes;
    size_t n_bytes;

    if (file_read(arena, file, DOCUMENT_LIMIT_BYTES, &bytes, &n_bytes, &err) < 0)
        return open_problem(file, err.text);
    if (document_check(bytes, n_bytes, &err) < 0) {
        complain(file, err.text);
        return EXIT_REFUSED;
    }
    const struct runbook *runbook = runbook_read(arena, file, bytes, n_bytes);
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
    /* Whoever reads only the beginning (`| head`) closes the pipe: not our trouble. */
    if ((fwrite(buf_text(&out), 1, out.n_bytes, stdout) != out.n_bytes || fflush(stdout) != 0) &&
        errno != EPIPE)
        return complain("standard output", strerror(errno));
    return worst;
}

int cmd_read(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct request request = {0};
    struct strings files = {0};
    const struct command_option options[] = {{"--json", &request.json, NULL}, {NULL, NULL, NULL}};

    int parsed = command_line_parse(arena, argc, argv, options, usage, &files);
    if (parsed)
        return command_line_exit(parsed);
    if (files.n == 0)
        return usage_error(usage, "read: no file named");
    request.files = files.at;
    request.n_files = files.n;
    return read_all(&request);
}
