/* crashcart coverage: which alerts have no procedure, which procedures no alert, and what is overdue. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/coverage_print.h"
#include "config/alert_rules.h"

static const char usage[] =
    "usage: crashcart coverage [--runbooks DIR] [-c FILE] [--all] [--json]\n"
    "                          [--rules FILE|DIR...]\n"
    "  --runbooks DIR  the runbooks (default: what the configuration says)\n"
    "  --rules FILE... Prometheus rules or PrometheusRule manifests, or folders of them\n"
    "  --all           cut no list short\n"
    "Exit 1: an alert has no procedure or no severity label, or a review or drill is\n"
    "overdue. Exit 3: a file cannot be read.\n";

static const char *const rule_endings[] = {".yaml", ".yml", ".rules", ".json", NULL};
static const struct folder_limits rule_limits = {
    .endings = rule_endings, .file_bytes = 8 << 20, .n_files = 5000, .depth = 12};

struct options {
    const char *runbooks, *config;
    bool json, all;
    struct strings rule_paths;
};

struct inputs {
    struct arena *arena;
    struct config *config;
    struct library *library;
    struct alert_rules rules;
    struct config_errors errors; /* told on standard error as they come */
};

static void complain(struct inputs *inputs, const char *text)
{
    strings_add(inputs->arena, &inputs->errors.list, arena_strdup(inputs->arena, text));
}

/* A file that is named has to hold rules; in a folder there may be others. */
static void read_rules(struct inputs *inputs, const char *path)
{
    struct folder folder;
    struct err err;
    if (folder_read(inputs->arena, path, &rule_limits, &folder, &err) < 0) {
        complain(inputs, err.text);
        return;
    }
    bool single = folder.n_files == 1 && strlen(folder.files[0].path) <= strlen(path) &&
                  strcmp(path + strlen(path) - strlen(folder.files[0].path), folder.files[0].path) == 0;
    for (size_t i = 0; i < folder.n_files; i++) {
        const struct folder_file *file = &folder.files[i];
        const char *name = single ? path : arena_printf(inputs->arena, "%s/%s", path, file->path);
        if (alert_rules_read(inputs->arena, name, file->bytes, file->n_bytes, &inputs->rules,
                             &inputs->errors) == 1 &&
            single)
            complain(inputs, arena_printf(inputs->arena,
                                          "%s:1: holds no rules: there is no \"groups:\", neither at the "
                                          "top nor below \"spec:\"",
                                          name));
    }
    for (size_t i = 0; i < folder.n_skipped; i++)
        complain(inputs,
                 arena_printf(inputs->arena, "%s: %s", folder.skipped[i].path, folder.skipped[i].why));
}

static int read_library(struct inputs *inputs, const char *path)
{
    struct folder folder;
    struct err err;
    if (folder_read(inputs->arena, path, &library_limits, &folder, &err) < 0) {
        complain(inputs, err.text);
        return -1;
    }
    inputs->library = library_new(&folder);
    for (size_t i = 0; i < inputs->library->n_refused; i++)
        complain(inputs, arena_printf(inputs->arena, "%s/%s: %s", path, inputs->library->refused[i].path,
                                      inputs->library->refused[i].why));
    return 0;
}

static int read_inputs(struct inputs *inputs, const struct options *options)
{
    if (config_load(options->config, &inputs->config, &inputs->errors) ||
        read_library(inputs, options->runbooks ? options->runbooks : inputs->config->runbooks))
        return -1;
    for (size_t i = 0; i < options->rule_paths.n; i++)
        read_rules(inputs, options->rule_paths.at[i]);
    alert_rules_place(&inputs->rules, inputs->config);
    return 0;
}

static int answer(const struct inputs *inputs, const struct options *options)
{
    scoped_buf struct buf out = {0};
    struct coverage coverage;
    coverage_read(inputs->arena, inputs->library, &inputs->rules, clock_wall_us(clock_system()), &coverage);
    struct json_writer w = jw_start(&out);
    if (options->json) {
        coverage_print_json(&coverage, &inputs->errors.list, &w);
        buf_putc(&out, '\n');
    } else {
        coverage_print_text(&out, &coverage, options->all);
    }
    fputs(buf_text(&out), stdout);
    if (inputs->errors.list.n > 0)
        return EXIT_UNREACHABLE;
    return coverage.n_none + coverage.n_without_severity + coverage.overdue.n > 0 ? EXIT_REFUSED : EXIT_DONE;
}

int cmd_coverage(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct options options = {0};
    bool rules_follow = false; /* the words are the rule files, so that --rules *.yaml takes them all */
    const struct command_option known[] = {
        {.name = "--json", .flag = &options.json},          {.name = "--all", .flag = &options.all},
        {.name = "--runbooks", .value = &options.runbooks}, {.name = "-c", .value = &options.config},
        {.name = "--rules", .flag = &rules_follow},         {0}};
    int parsed = command_line_parse(arena, argc, argv, known, usage, &options.rule_paths);
    if (parsed)
        return command_line_exit(parsed);
    if (!rules_follow != (options.rule_paths.n == 0))
        return usage_error(usage, "coverage: --rules and the rule files belong together");
    struct inputs inputs = {.arena = arena, .errors = {.arena = arena}};
    int failed = read_inputs(&inputs, &options);
    for (size_t i = 0; i < inputs.errors.list.n; i++)
        fprintf(stderr, "%s\n", inputs.errors.list.at[i]);
    int code = failed ? EXIT_UNREACHABLE : answer(&inputs, &options);
    library_free(inputs.library);
    config_free(inputs.config);
    return code;
}
