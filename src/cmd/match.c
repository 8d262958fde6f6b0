/* crashcart match: which procedure of a folder answers an alert. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "runbook/library.h"
#include "runbook/match.h"

enum { LABELS_MAX = 64, NAME_BYTES = 4096 };

struct options {
    const char *runbooks;
    bool json;
    struct match_query query;
    struct label labels[LABELS_MAX];
};

static const char usage[] =
    "usage: crashcart match [--runbooks DIR] [--json] ALERTNAME [label=value...]\n"
    "       crashcart match [--runbooks DIR] [--json] -      one alert name a line from standard input\n"
    "runbook_url=URL is taken as the annotation of that name.\n";

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
        options->labels[options->query.n_labels++] = (struct label){.name = name, .value = equals + 1};
    return true;
}

/* The words of the command line: an alert name, then labels. 0, or the exit code of a message already given.
 */
static int words_read(struct arena *arena, const struct strings *words, struct options *options)
{
    options->query.labels = options->labels;
    for (size_t i = 0; i < words->n; i++) {
        if (i == 0)
            options->query.alertname = words->at[i];
        else if (!label_add(arena, options, words->at[i]))
            return usage_error(usage, "crashcart match: \"%s\" is no label=value", words->at[i]);
    }
    return words->n ? 0 : usage_error(usage, "crashcart match: an alert name is missing");
}

static void write_match(struct json_writer *w, const struct match *match)
{
    jw_pair(w, "file", match->runbook ? match->runbook->file : NULL);
    jw_pair(w, "heading", match->heading);
    jw_pair_int_or_null(w, "line", match->line, match->runbook);
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
    struct options options = {.runbooks = "runbooks"};
    struct strings words = {0};
    const struct command_option known[] = {
        {.name = "--json", .flag = &options.json}, {.name = "--runbooks", .value = &options.runbooks}, {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    int wrong = words_read(arena, &words, &options);
    return wrong ? wrong : match_in(&options);
}
