/* crashcart lint: what is wrong with runbooks, and what to do. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "runbook/library.h"
#include "runbook/lint.h"

struct options {
    bool json;
    const char *explain;
    const char *const *paths;
    size_t n_paths;
};

struct counts {
    size_t n_errors, n_warnings, n_infos;
    bool unreadable;
};

static const char usage[] = "usage: crashcart lint FILE|DIR... [--json]\n"
                            "       crashcart lint --explain CODE\n"
                            "       crashcart lint --explain list\n";

static int explain(const char *code)
{
    scoped_arena struct arena *arena = arena_new();
    struct lint_codes codes = {0};
    bool all = strcmp(code, "list") == 0, found = false;
    lint_codes(arena, &codes);
    list_each (row, &codes) {
        if (!all && strcmp(row->code, code) != 0)
            continue;
        found = true;
        if (all)
            printf("%-24s %-8s %s\n", row->code, row->level, row->group);
        else
            printf("%s (%s, %s)\n  %s\n", row->code, row->level, row->group, row->explain);
    }
    if (!found)
        fprintf(stderr, "crashcart lint: there is no code \"%s\"; --explain list names them all\n", code);
    return found ? EXIT_DONE : EXIT_USAGE;
}

static void count(struct counts *counts, const struct defect *defect)
{
    if (strcmp(defect->level, "error") == 0)
        counts->n_errors++;
    else if (strcmp(defect->level, "warning") == 0)
        counts->n_warnings++;
    else
        counts->n_infos++;
}

static void write_defect(struct json_writer *w, const char *file, const struct defect *defect)
{
    jw_begin_object(w);
    jw_pair(w, "file", file);
    jw_pair_int(w, "line", defect->line);
    jw_pair_int(w, "column", defect->column);
    jw_pair(w, "level", defect->level);
    jw_pair(w, "code", defect->code);
    jw_pair(w, "group", defect->group);
    jw_pair(w, "message", defect->message);
    jw_end_object(w);
}

static void lint_one(const struct runbook *runbook, const char *file, struct json_writer *w,
                     struct counts *counts)
{
    scoped_arena struct arena *arena = arena_new();
    struct defect_list defects = {0};
    lint_runbook(arena, runbook, clock_wall_us(clock_system()), &defects);
    list_each (defect, &defects) {
        count(counts, defect);
        if (w)
            write_defect(w, file, defect);
        else
            printf("%s:%d:%d: %s: %s [%s]\n", file, defect->line, defect->column, defect->level,
                   defect->message, defect->code);
    }
}

/* A file, or every runbook below a folder. */
static void lint_path(const char *path, struct json_writer *w, struct counts *counts)
{
    scoped_arena struct arena *arena = arena_new();
    struct folder folder;
    struct err err;
    if (folder_read(arena, path, &library_limits, &folder, &err) < 0) {
        fprintf(stderr, "crashcart lint: %s\n", err.text);
        counts->unreadable = true;
        return;
    }
    bool single = folder.n_files == 1 && strlen(folder.files[0].path) <= strlen(path) &&
                  strcmp(path + strlen(path) - strlen(folder.files[0].path), folder.files[0].path) == 0;
    struct library *library = library_new(&folder);
    for (size_t i = 0; i < library->n_refused; i++) {
        fprintf(stderr, "crashcart lint: %s: %s\n", library->refused[i].path, library->refused[i].why);
        counts->unreadable = true;
    }
    for (size_t i = 0; i < library->n_runbooks; i++) {
        const char *file = library->runbooks[i]->file;
        lint_one(library->runbooks[i], single ? path : arena_printf(arena, "%s/%s", path, file), w, counts);
    }
    library_free(library);
}

static int lint_all(const struct options *options)
{
    struct counts counts = {0};
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    jw_begin_array(&w);
    for (size_t i = 0; i < options->n_paths; i++)
        lint_path(options->paths[i], options->json ? &w : NULL, &counts);
    jw_end_array(&w);
    if (options->json)
        puts(buf_text(&out));
    else
        printf("%zu errors, %zu warnings, %zu notes%s\n", counts.n_errors, counts.n_warnings, counts.n_infos,
               counts.n_errors + counts.n_warnings > 0 ? "; crashcart lint --explain CODE says why" : "");
    if (counts.unreadable)
        return EXIT_UNREACHABLE;
    return counts.n_errors > 0 ? EXIT_REFUSED : EXIT_DONE;
}

int cmd_lint(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings paths = {0};
    struct options options = {0};
    const struct command_option known[] = {
        {.name = "--json", .flag = &options.json}, {.name = "--explain", .value = &options.explain}, {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &paths);
    if (parsed)
        return command_line_exit(parsed);
    if (options.explain)
        return explain(options.explain);
    options.paths = paths.at;
    options.n_paths = paths.n;
    return paths.n > 0 ? lint_all(&options) : usage_error(usage, "crashcart lint: a file is missing");
}
