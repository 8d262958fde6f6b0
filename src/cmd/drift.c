/* crashcart drift: holds what a model gets and answers now against a reference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
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
    "       crashcart drift canary --baseline FILE --canary FILE [COLUMNS] [--json]\n"
    "  FILE               CSV, NDJSON or .npy; - is standard input\n"
    "  --profile FILE     stored by `drift profile`; --pin ID takes no other\n"
    "  --current FILE     may be given several times: together they are compared\n"
    "  --max-age 24h      stale when the newest row is older (with --time)\n"
    "  --largest N        with --json: only the N largest indices, the largest first\n"
    "  --margin X         a measure may be so much worse (default: 0.02) ...\n"
    "  --confidence X     ... and this sure a verdict has to be (default: 0.95)\n"
    "COLUMNS say what the reference's columns are for:\n"
    "  --score NAME       probability of the positive class (default: score)\n"
    "  --label NAME       the truth, 0 or 1 (default: label)\n"
    "  --segment NAME     an index for each of its values, too\n"
    "  --time NAME        when a row was made\n"
    "  --threshold X      a score from here on is positive (default: 0.5)\n"
    "  --features A,B     watch only these       --ignore A,B  not these\n"
    "  --categorical A,B  numbers that are names\n"
    "canary: is the new model's output worse than the old one's, by the labels?\n"
    "Exit 1: a change, a worse or undecided model, stale data, too few rows to tell.\n"
    "Exit 3: a file cannot be read, or holds what no verdict can be made from.\n";

struct options {
    struct arena *arena;
    const char *reference, *profile, *pin, *output, *threshold, *max_age, *margin, *confidence;
    const char *baseline, *canary;
    const char *features, *ignored, *categorical;
    struct strings current;
    struct drift_columns columns;
    struct drift_limits limits;
    const char *most;
    size_t n_most;
    bool json;
};

/* "a,b" */
static void split_names(struct arena *arena, const char *text, struct strings *ret_names)
{
    for (char *rest = arena_strdup(arena, text), *name; rest && (name = strsep(&rest, ","));)
        if (*name)
            strings_add(arena, ret_names, name);
}

/* A number above 0 and at most 1; NULL leaves it. */
static int read_share(const char *text, const char *option, double *ret_share)
{
    char *end;
    if (!text)
        return 0;
    double share = strtod(text, &end);
    if (end == text || *end || !(share > 0 && share <= 1))
        return usage_error(usage, "drift: %s is a number above 0, to 1", option);
    *ret_share = share;
    return 0;
}

static int read_options(struct options *options)
{
    int64_t seconds = 0;
    split_names(options->arena, options->features, &options->columns.features);
    split_names(options->arena, options->ignored, &options->columns.ignored);
    split_names(options->arena, options->categorical, &options->columns.categorical);
    if (options->max_age &&
        (duration_parse(options->max_age, &seconds) < 0 || seconds > INT64_MAX / US_PER_S))
        return usage_error(usage, "drift: --max-age is a time such as 24h");
    options->limits.max_age_us = seconds * US_PER_S;
    long long most = 0;
    if (options->most && (number_parse(options->most, &most) < 0 || most > UINT32_MAX))
        return usage_error(usage, "drift: --largest is a number from 1");
    options->n_most = (size_t)most;
    if (read_share(options->threshold, "--threshold", &options->columns.threshold) ||
        read_share(options->margin, "--margin", &options->limits.margin))
        return EXIT_USAGE;
    return read_share(options->confidence, "--confidence", &options->limits.confidence);
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
        is = drift_run_result(run, options->arena, &options->limits, clock_wall_us(clock_system()),
                              ret_result, err);
    drift_run_free(run);
    return is;
}

static int compare_and_print(const struct options *options)
{
    struct drift_profile *profile = NULL;
    struct drift_result result = {.healthy = false};
    struct err err;
    scoped_buf struct buf out = {0};
    int is = get_profile(options, &profile, &err);
    if (is == 0)
        is = compare(options, profile, &result, &err);
    if (is < 0)
        error_print(err.text);
    else if (options->json) {
        drift_result_print_largest(&result, options->n_most, &out);
        puts(buf_text(&out));
    } else {
        drift_print_text(&out, terminal_colours(), &result);
        fputs(buf_text(&out), stdout);
    }
    drift_profile_free(profile);
    return is < 0 ? EXIT_UNREACHABLE : result.healthy ? EXIT_DONE : EXIT_REFUSED;
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

static int judge_canary(struct options *options)
{
    struct drift_profile *profile = NULL;
    struct drift_result result = {.is_compared = false};
    struct err err;
    scoped_buf struct buf out = {0};
    options->reference = options->baseline;
    strings_add(options->arena, &options->current, options->canary);
    strings_add(options->arena, &options->columns.features,
                options->columns.score ? options->columns.score : "score");
    int is = get_profile(options, &profile, &err);
    if (is == 0)
        is = compare(options, profile, &result, &err);
    if (is == 0 && !result.is_compared)
        is = err_set(&err, "%s: no row has a score and a label, so nothing can be compared",
                     result.reference.n > 0 ? options->canary : options->baseline);
    if (is < 0)
        error_print(err.text);
    else if (options->json) {
        drift_canary_print(&result, &out);
        puts(buf_text(&out));
    } else {
        drift_print_canary(&out, terminal_colours(), &result);
        fputs(buf_text(&out), stdout);
    }
    drift_profile_free(profile);
    return is < 0                                         ? EXIT_UNREACHABLE
           : result.comparison.verdict == DRIFT_NOT_WORSE ? EXIT_DONE
                                                          : EXIT_REFUSED;
}

/* What each form of the command wants, and takes none of the rest. */
static int dispatch(struct options *options, const struct strings *words)
{
    const char *form = words->n > 0 ? words->at[0] : "";
    bool compares_models = options->baseline || options->canary;
    if (words->n > 1)
        return usage_error(usage, "drift: \"%s\" is not known here", words->at[1]);
    if (strcmp(form, "profile") == 0) {
        if (!options->reference || !options->output || options->profile || options->current.n > 0 ||
            compares_models)
            return usage_error(usage, "drift profile: --reference and --output are wanted, and only they");
        return store_profile(options);
    }
    if (strcmp(form, "canary") == 0) {
        if (!options->baseline || !options->canary || options->reference || options->profile ||
            options->current.n > 0 || options->output || options->columns.features.n > 0)
            return usage_error(usage, "drift canary: --baseline and --canary are wanted, and only they");
        return judge_canary(options);
    }
    if (*form)
        return usage_error(usage, "drift: \"%s\" is not known here", form);
    if (!options->reference == !options->profile)
        return usage_error(usage, "drift: one of --reference and --profile is wanted");
    if (options->current.n == 0 || options->output || compares_models)
        return usage_error(usage, "drift: --current is wanted, and no --output, --baseline or --canary");
    return compare_and_print(options);
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
                                           {.name = "--baseline", .value = &options.baseline},
                                           {.name = "--canary", .value = &options.canary},
                                           {.name = "--score", .value = &options.columns.score},
                                           {.name = "--label", .value = &options.columns.label},
                                           {.name = "--segment", .value = &options.columns.segment},
                                           {.name = "--time", .value = &options.columns.time},
                                           {.name = "--threshold", .value = &options.threshold},
                                           {.name = "--max-age", .value = &options.max_age},
                                           {.name = "--margin", .value = &options.margin},
                                           {.name = "--confidence", .value = &options.confidence},
                                           {.name = "--largest", .value = &options.most},
                                           {.name = "--features", .value = &options.features},
                                           {.name = "--ignore", .value = &options.ignored},
                                           {.name = "--categorical", .value = &options.categorical},
                                           {0}};
    if (command_line_take(arena, &argc, argv, "--current", &options.current) < 0)
        return usage_error(usage, "drift: --current names a file");
    int parsed = command_line_parse(arena, argc, argv, known, usage, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (read_options(&options))
        return EXIT_USAGE;
    return dispatch(&options, &words);
}
