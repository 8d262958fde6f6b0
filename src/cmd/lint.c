/* crashcart lint: what is wrong with runbooks, and what to do. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/lint_sarif.h"
#include "cmd/terminal.h"
#include "config/policy.h"
#include "runbook/library.h"

struct options {
    bool json, sarif, notes;
    const char *explain;
    struct strings paths;
};

struct counts {
    size_t n_errors, n_warnings, n_infos;
    bool unreadable;
};

static const char usage[] = "usage: crashcart lint FILE|DIR... [--notes] [--policy PATH] [--json | --sarif]\n"
                            "       crashcart lint --explain CODE\n"
                            "       crashcart lint --explain list\n"
                            "  --policy risk rules of your own, a file or a folder\n"
                            "  --notes  show notes, too: what is good to know and breaks nothing\n"
                            "  --sarif  for code hosts and editors (SARIF 2.1.0); has all, as --json\n"
                            "Exit 1: there is an error. Exit 3: a file cannot be read.\n";

/* ---- the page of a code ---- */

static void add_example(struct buf *out, const char *title, const char *text)
{
    if (!text)
        return;
    buf_printf(out, "\n%s\n\n", title);
    text_add_lines(out, text, 4, SIZE_MAX);
}

static void add_page(struct buf *out, const struct lint_code *code)
{
    buf_printf(out, "%s (%s, %s)\n\n", code->code, code->level, code->group);
    text_add_wrapped(out, code->explain, 0, 0);
    buf_puts(out, "\nWhat to do: ");
    scoped_buf struct buf fix = {0};
    for (const char *at = code->fix ? code->fix : ""; *at; at++) {
        bool hole = at[0] == '{' && at[1] == '}';
        buf_puts(&fix, hole ? "..." : "");
        if (hole)
            at++;
        else
            buf_putc(&fix, *at);
    }
    text_add_wrapped(out, buf_text(&fix), 12, 0);
    add_example(out, "Wrong:", code->wrong);
    add_example(out, "Right:", code->right);
}

static int explain(const char *wanted)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    struct lint_codes codes = {0};
    bool all = strcmp(wanted, "list") == 0, found = false;
    lint_codes(arena, &codes);
    list_each (code, &codes) {
        if (!all && strcmp(code->code, wanted) != 0)
            continue;
        found = true;
        if (all)
            buf_printf(&out, "%-25s %-8s %s\n", code->code, code->level, code->group);
        else
            add_page(&out, code);
    }
    fputs(buf_text(&out), stdout);
    if (!found)
        fprintf(stderr, "crashcart lint: there is no code \"%s\"; --explain list names them all\n", wanted);
    return found ? EXIT_DONE : EXIT_USAGE;
}

/* ---- findings ---- */

struct output {
    const struct options *options;
    struct json_writer *w; /* NULL: lines for people */
    struct counts counts;
};

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

static void show(struct output *output, const char *file, const struct defect *defect)
{
    bool note = strcmp(defect->level, "info") == 0;
    size_t *n = note                                  ? &output->counts.n_infos
                : strcmp(defect->level, "error") == 0 ? &output->counts.n_errors
                                                      : &output->counts.n_warnings;
    (*n)++;
    if (output->options->sarif)
        sarif_result(output->w, file, defect);
    else if (output->w)
        write_defect(output->w, file, defect);
    else if (!note || output->options->notes)
        printf("%s:%d:%d: %s: %s [%s]\n", file, defect->line, defect->column, defect->level, defect->message,
               defect->code);
}

/* What a document's links and levels are held against. */
struct place {
    const char *file; /* its path from here */
    const struct runbook *runbook;
    const struct library *library;
};

static bool file_exists(void *context, const char *path)
{
    const struct place *place = context;
    const char *slash = strrchr(place->file, '/');
    scoped_buf struct buf whole = {0};
    if (slash)
        buf_add(&whole, place->file, (size_t)(slash + 1 - place->file));
    buf_puts(&whole, path);
    return access(buf_text(&whole), F_OK) == 0;
}

static bool level_defined(void *context, const char *id)
{
    const struct place *place = context;
    return library_defines_level(place->library, place->runbook, id);
}

static void lint_one(struct output *output, struct place place)
{
    scoped_arena struct arena *arena = arena_new();
    struct defect_list defects = {0};
    struct lint_surroundings surroundings = {.today_us = clock_wall_us(clock_system()),
                                             .file_exists = file_exists,
                                             .level_defined = level_defined,
                                             .context = &place};
    lint_runbook(arena, place.runbook, &surroundings, &defects);
    list_each (defect, &defects)
        show(output, place.file, defect);
}

/* A file, or every runbook below a folder. */
static void lint_path(struct output *output, const char *path)
{
    scoped_arena struct arena *arena = arena_new();
    struct folder folder;
    struct err err;
    if (folder_read(arena, path, &library_limits, &folder, &err) < 0) {
        fprintf(stderr, "crashcart lint: %s\n", err.text);
        output->counts.unreadable = true;
        return;
    }
    bool single = folder.n_files == 1 && strlen(folder.files[0].path) <= strlen(path) &&
                  strcmp(path + strlen(path) - strlen(folder.files[0].path), folder.files[0].path) == 0;
    struct library *library = library_new(&folder);
    for (size_t i = 0; i < library->n_refused; i++) {
        fprintf(stderr, "crashcart lint: %s: %s\n", library->refused[i].path, library->refused[i].why);
        output->counts.unreadable = true;
    }
    for (size_t i = 0; i < library->n_runbooks; i++) {
        const struct runbook *runbook = library->runbooks[i];
        const char *file = single ? path : arena_printf(arena, "%s/%s", path, runbook->file);
        lint_one(output, (struct place){file, runbook, library});
    }
    library_free(library);
}

static void print_summary(const struct counts *counts, bool notes)
{
    printf("%zu error%s, %zu warning%s, %zu note%s", counts->n_errors, counts->n_errors == 1 ? "" : "s",
           counts->n_warnings, counts->n_warnings == 1 ? "" : "s", counts->n_infos,
           counts->n_infos == 1 ? "" : "s");
    if (counts->n_infos > 0 && !notes)
        fputs(" (--notes shows them)", stdout);
    puts(counts->n_errors + counts->n_warnings > 0 ? "; --explain CODE says why" : "");
}

static int lint_all(const struct options *options)
{
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    bool lines = !options->json && !options->sarif;
    struct output output = {.options = options, .w = lines ? NULL : &w};
    if (options->sarif)
        sarif_begin(&w);
    else
        jw_begin_array(&w);
    for (size_t i = 0; i < options->paths.n; i++)
        lint_path(&output, options->paths.at[i]);
    if (options->sarif) {
        scoped_arena struct arena *arena = arena_new();
        struct lint_codes codes = {0};
        lint_codes(arena, &codes);
        sarif_end(&w, &codes);
    } else {
        jw_end_array(&w);
    }
    if (lines)
        print_summary(&output.counts, options->notes);
    else
        puts(buf_text(&out));
    if (output.counts.unreadable)
        return EXIT_UNREACHABLE;
    return output.counts.n_errors > 0 ? EXIT_REFUSED : EXIT_DONE;
}

int cmd_lint(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct options options = {0};
    const char *policy = NULL;
    struct err err = {0};
    const struct command_option known[] = {
        {.name = "--json", .flag = &options.json},   {.name = "--sarif", .flag = &options.sarif},
        {.name = "--notes", .flag = &options.notes}, {.name = "--explain", .value = &options.explain},
        {.name = "--policy", .value = &policy},      {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &options.paths);
    if (parsed)
        return command_line_exit(parsed);
    if (options.explain)
        return explain(options.explain);
    if (options.json && options.sarif)
        return usage_error(usage, "lint: --json and --sarif are two documents; ask for one");
    if (policy_use(policy, &err) < 0) {
        fprintf(stderr, "crashcart lint: %s\n", err.text);
        return EXIT_UNREACHABLE;
    }
    return options.paths.n > 0 ? lint_all(&options) : usage_error(usage, "lint: a file is missing");
}
