/* crashcart match: which procedure of a folder answers an alert. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "cmd/commands.h"
#include "runbook/library.h"
#include "runbook/match.h"

enum { LABELS_MAX = 64, NAME_BYTES = 4096 };

struct options {
    const char *runbooks;
    bool json;
    struct match_query query;
    struct match_label labels[LABELS_MAX];
};

static int usage(const char *what)
{
    if (what)
        fprintf(stderr, "crashcart match: %s\n", what);
    fputs(
        "usage: crashcart match [--runbooks DIR] [--json] ALERTNAME [label=value...]\n"
        "       crashcart match [--runbooks DIR] [--json] -      one alert name a line from standard input\n"
        "runbook_url=URL is taken as the annotation of that name.\n",
        what ? stderr : stdout);
    return what ? EXIT_USAGE : EXIT_DONE;
}

/* "label=value", cut in place of the argument's copy. False when it is none. */
static bool label_add(struct arena *arena, struct options *options, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (!equals || equals == argument || options->query.n_labels == LABELS_MAX)
        return false;
    const char *name = arena_strndup(arena, argument, (size_t)(equals - argument));
    if (strcmp(name, "runbook_url") == 0)
        options->query.runbook_url = equals + 1;
    else
        options->labels[options->query.n_labels++] = (struct match_label){.name = name, .value = equals + 1};
    return true;
}

/* 0, or the exit code + 1 of a usage message already given. */
static int options_read(struct arena *arena, int argc, char **argv, struct options *options)
{
    options->runbooks = "runbooks";
    options->query.labels = options->labels;
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
            return usage(NULL) + 1;
        if (strcmp(argument, "--json") == 0)
            options->json = true;
        else if (strcmp(argument, "--runbooks") == 0 && i + 1 < argc)
            options->runbooks = argv[++i];
        else if (strncmp(argument, "--", 2) == 0)
            return usage(arena_printf(arena, "%s is not an option, or lacks its value", argument)) + 1;
        else if (!options->query.alertname)
            options->query.alertname = argument;
        else if (!label_add(arena, options, argument))
            return usage(arena_printf(arena, "\"%s\" is no label=value", argument)) + 1;
    }
    return options->query.alertname ? 0 : usage("an alert name is missing") + 1;
}

static void write_match(struct json_writer *w, const struct match *match)
{
    jw_pair(w, "file", match->runbook ? match->runbook->file : NULL);
    jw_pair(w, "heading", match->heading);
    jw_name(w, "line");
    if (match->runbook)
        jw_int(w, match->line);
    else
        jw_null(w);
    jw_name(w, "score");
    jw_double(w, (double)(int)(match->score * 1000 + 0.5) / 1000);
    jw_pair_bool(w, "confident", match->confident);
    jw_pair(w, "why", match->why);
}

static void print_json(const struct match *best, const struct match *second)
{
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    jw_begin_object(&w);
    write_match(&w, best);
    jw_name(&w, "procedure");
    jw_string(&w, best->procedure ? best->procedure->id : NULL);
    jw_name(&w, "second");
    if (second->runbook) {
        jw_begin_object(&w);
        write_match(&w, second);
        jw_end_object(&w);
    } else {
        jw_null(&w);
    }
    jw_end_object(&w);
    puts(buf_text(&out));
}

static void print_text(const struct match *best, const struct match *second)
{
    if (best->runbook)
        printf("%s:%d: %s\n  score %.2f%s: %s\n", best->runbook->file, best->line, best->heading, best->score,
               best->confident ? "" : " (not sure)", best->why);
    else
        printf("%s\n", best->why);
    if (second->runbook)
        printf("%s %s:%d: %s (%.2f)\n", best->runbook ? "  next:" : "  nearest:", second->runbook->file,
               second->line, second->heading, second->score);
}

static bool answer(const struct library *library, const struct options *options,
                   const struct match_query *query)
{
    scoped_arena struct arena *arena = arena_new();
    struct match best, second;
    match_alert(arena, library, query, &best, &second);
    if (options->json)
        print_json(&best, &second);
    else
        print_text(&best, &second);
    return best.runbook != NULL;
}

/* One name a line; what is beyond NAME_BYTES of a line is left out. */
static bool answer_lines(const struct library *library, const struct options *options)
{
    char line[NAME_BYTES];
    bool all = true;
    while (fgets(line, sizeof line, stdin)) {
        size_t n = strcspn(line, "\r\n");
        bool cut = line[n] == '\0';
        line[n] = '\0';
        for (int c = 0; cut && c != EOF && c != '\n';)
            c = getchar();
        struct match_query query = options->query;
        query.alertname = line;
        all = answer(library, options, &query) && all;
    }
    return all;
}

static int match_in(const struct options *options)
{
    scoped_arena struct arena *arena = arena_new();
    struct folder folder;
    struct err err;
    if (folder_read(arena, options->runbooks, &library_limits, &folder, &err) < 0) {
        fprintf(stderr, "crashcart match: %s\n", err.text);
        return EXIT_UNREACHABLE;
    }
    struct library *library = library_new(&folder);
    for (size_t i = 0; i < library->n_refused; i++)
        fprintf(stderr, "crashcart match: left out %s: %s\n", library->refused[i].path,
                library->refused[i].why);
    bool found = strcmp(options->query.alertname, "-") == 0 ? answer_lines(library, options)
                                                            : answer(library, options, &options->query);
    library_free(library);
    return found ? EXIT_DONE : EXIT_REFUSED;
}

int cmd_match(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct options options = {0};
    int stop = options_read(arena, argc, argv, &options);
    return stop ? stop - 1 : match_in(&options);
}
