/* crashcart drift: holds what a model gets and answers now against a reference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/drift_print.h"
#include "cmd/terminal.h"
#include "drift/drift.h"

static const char usage[] =
    "usage: crashcart drift --reference FILE --current FILE [COLUMNS] [--json]\n"
    "       crashcart drift --profile FILE [--pin ID] --current FILE [--json]\n"
    "       crashcart drift profile --reference FILE [COLUMNS] --output FILE\n"
    "  FILE               CSV, NDJSON or .npy; - is standard input\n"
    "  --profile FILE     a reference stored by `drift profile`; with --pin only this one\n"
    "  --current FILE     may be given several times: together they are compared\n"
    "COLUMNS say what the reference's columns are for:\n"
    "  --score NAME       probability of the positive class (default: score)\n"
    "  --label NAME       the truth, 0 or 1 (default: label)\n"
    "  --segment NAME     an index for each of its values, too\n"
    "  --time NAME        when a row was made\n"
    "  --threshold X      a score from here on is positive (default: 0.5)\n"
    "  --features A,B     watch only these       --ignore A,B  not these\n"
    "  --categorical A,B  numbers that are names\n"
    "Exit 1: a moderate or major change, or too few rows to tell. Exit 3: a file cannot\n"
    "be read, or holds what no verdict can be made from.\n";

struct options {
    struct arena *arena;
    const char *reference, *profile, *pin, *output, *threshold;
    const char *features, *ignored, *categorical;
    struct strings current;
    struct drift_columns columns;
    bool json;
};

/* "a,b" */
static void split_names(struct arena *arena, const char *text, struct strings *ret_names)
{
    for (char *rest = arena_strdup(arena, text), *name; rest && (name = strsep(&rest, ","));)
        if (*name)
            strings_add(arena, ret_names, name);
}

static int read_columns(struct options *options)
{
    split_names(options->arena, options->features, &options->columns.features);
    split_names(options->arena, options->ignored, &options->columns.ignored);
    split_names(options->arena, options->categorical, &options->columns.categorical);
    if (!options->threshold)
        return 0;
    char *end;
    options->columns.threshold = strtod(options->threshold, &end);
    if (end != options->threshold && *end == '\0' && options->columns.threshold > 0 &&
        options->columns.threshold <= 1)
        return 0;
    return usage_error(usage, "drift: --threshold is a number above 0, to 1");
}

static int get_profile(const struct options *options, struct drift_profile **ret_profile, struct err *err)
{
    if (!options->profile)
        return drift_profile_make(options->reference, &options->columns, ret_profile, err);
    if (drift_profile_load(options->profile, ret_profile, err) < 0)
        return -1;
    const char *id = drift_profile_id(*ret_profile);
    if (options->pin && (strlen(options->pin) < 8 || strncmp(id, options->pin, strlen(options->pin)) != 0))
        return err_set(err, "%s: is the profile %s, and %s is pinned", options->profile, id, options->pin);
    return 0;
}

static int compare(const struct options *options, const struct drift_profile *profile,
                   struct drift_result *ret_result, struct err *err)
{
    struct drift_run *run = drift_run_new(profile);
    int is = 0;
    for (size_t i = 0; is == 0 && i < options->current.n; i++)
        is = drift_run_file(run, options->current.at[i], err);
    if (is == 0)
        is = drift_run_result(run, options->arena, ret_result, err);
    drift_run_free(run);
    return is;
}

static int compare_and_print(const struct options *options)
{
    struct drift_profile *profile = NULL;
    struct drift_result result = {.band = DRIFT_UNKNOWN};
    struct err err;
    scoped_buf struct buf out = {0};
    int is = get_profile(options, &profile, &err);
    if (is == 0)
        is = compare(options, profile, &result, &err);
    if (is < 0)
        error_print(err.text);
    else if (options->json) {
        drift_result_print(&result, &out);
        puts(buf_text(&out));
    } else {
        drift_print_text(&out, terminal_colours(), &result);
        fputs(buf_text(&out), stdout);
    }
    drift_profile_free(profile);
    return is < 0 ? EXIT_UNREACHABLE : result.band == DRIFT_STABLE ? EXIT_DONE : EXIT_REFUSED;
}

static int store_profile(const struct options *options)
{
    struct drift_profile *profile = NULL;
    struct err err;
    scoped_buf struct buf text = {0};
    int is = drift_profile_make(options->reference, &options->columns, &profile, &err);
    if (is == 0) {
        drift_profile_print(profile, &text);
        is = file_write(options->output, text.at, text.n_bytes, 0644, &err);
    }
    if (is < 0)
        error_print(err.text);
    else
        printf("%s: profile %s\nPin it: crashcart drift --profile %s --pin %.12s --current FILE\n",
               options->output, drift_profile_id(profile), options->output, drift_profile_id(profile));
    drift_profile_free(profile);
    return is < 0 ? EXIT_UNREACHABLE : EXIT_DONE;
}

int cmd_drift(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct options options = {.arena = arena};
    struct strings words = {0};
    const struct command_option known[] = {{.name = "--json", .flag = &options.json},
                                           {.name = "--reference", .value = &options.reference},
                                           {.name = "--profile", .value = &options.profile},
                                           {.name = "--pin", .value = &options.pin},
                                           {.name = "--output", .value = &options.output},
                                           {.name = "--score", .value = &options.columns.score},
                                           {.name = "--label", .value = &options.columns.label},
                                           {.name = "--segment", .value = &options.columns.segment},
                                           {.name = "--time", .value = &options.columns.time},
                                           {.name = "--threshold", .value = &options.threshold},
                                           {.name = "--features", .value = &options.features},
                                           {.name = "--ignore", .value = &options.ignored},
                                           {.name = "--categorical", .value = &options.categorical},
                                           {0}};
    if (command_line_take(arena, &argc, argv, "--current", &options.current) < 0)
        return usage_error(usage, "drift: --current names a file");
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (read_columns(&options))
        return EXIT_USAGE;
    bool storing = words.n == 1 && strcmp(words.at[0], "profile") == 0;
    if (words.n > (storing ? 1 : 0))
        return usage_error(usage, "drift: \"%s\" is not known here", words.at[0]);
    if (storing) {
        if (!options.reference || !options.output || options.profile || options.current.n > 0)
            return usage_error(usage, "drift profile: --reference and --output are wanted, and only they");
        return store_profile(&options);
    }
    if (!options.reference == !options.profile)
        return usage_error(usage, "drift: one of --reference and --profile is wanted");
    if (options.current.n == 0 || options.output)
        return usage_error(usage, "drift: --current is wanted, and no --output");
    return compare_and_print(&options);
}
