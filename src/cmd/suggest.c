/* crashcart suggest: the checks that a runbook asks for by the limits it states, for a person to accept. A
 * check is proposed as it can be taken where the document says all that it needs: what to look at, and beyond
 * which value it is bad. Where something is missing, it is proposed as a comment with the missing thing in
 * <>, which the configuration refuses until it is filled in. Numbers that are about nothing which can be
 * looked at are counted; nothing is made up. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/runbook_file.h"
#include "cmd/suggest_access.h"
#include "cmd/suggest_print.h"
#include "cmd/suggest_rule.h"
#include "runbook/text.h"

static const char USAGE[] =
    "usage: crashcart suggest FILE... [--service ID] [--prometheus URL] [--all]\n"
    "  Prints checks for crashcart.yaml, each with the line of the runbook that it comes\n"
    "  from; those that need something which the runbook does not say as comments.\n"
    "  --service     the service that the checks belong to\n"
    "  --prometheus  where the queries of Prometheus that runbooks write out are asked\n"
    "  --all         list also the numbers that no check follows from\n";

/* A line of a document, without its blanks and without what a comment cannot hold. */
static const char *line_text(struct arena *arena, const struct runbook_file *file, int line)
{
    const char *at = file->bytes, *end = file->bytes + file->n_bytes;
    for (int i = 1; i < line && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    char *text = arena_strdup(arena, text_normalise(arena, at, (size_t)((newline ? newline : end) - at)));
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    return text;
}

/* ---- the limits of a document ---- */

static bool same_or_none(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same(const struct limit *a, const struct limit *b)
{
    return same_or_none(a->subject, b->subject) && same_or_none(a->aggregate, b->aggregate) &&
           same_or_none(a->bound, b->bound) && same_or_none(a->query, b->query);
}

/* The same limit twice is one: that of a procedure, whose alert finds it, before one of a level. */
static void add_limit(struct arena *arena, struct limits *limits, const struct limit *limit)
{
    list_each (other, limits)
        if (is_same(other, limit)) {
            if (other->general && !limit->general)
                *other = *limit;
            return;
        }
    *list_push(arena, limits) = *limit;
}

/* What is good ("latency < 200 ms") says what is bad only where nothing else does. */
static bool is_said_better(const struct limits *limits, const struct limit *target)
{
    list_each (other, limits)
        if (!other->target && strcmp(other->subject, target->subject) == 0)
            return true;
    return false;
}

/* The statement that a threshold on a time is part of, when it only reads. */
static const char *query_of(struct arena *arena, const struct runbook *runbook, int line)
{
    list_each (procedure, &runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk))
            if (walk.command->line <= line && line <= walk.command->line_end &&
                walk.command->risk.class == RISK_READ && !walk.command->risk.unfilled)
                return query_find(arena, walk.command->text);
    }
    return NULL;
}

static bool read_limit(struct arena *arena, const struct runbook_file *file,
                       const struct threshold *threshold, struct limit *limit)
{
    struct written_rule rule;
    const char *line = line_text(arena, file, threshold->line);
    if (written_rule_read(arena, file->bytes, file->n_bytes, threshold->line, &rule)) {
        *limit = (struct limit){.threshold = threshold,
                                .file = file->runbook->file,
                                .source = LIMIT_RULE,
                                .subject = "rule",
                                .alert = rule.alert ? rule.alert : alert_name_of(arena, threshold->meaning),
                                .falls = rule.falls,
                                .bound = rule.bound,
                                .query = rule.query,
                                .for_s = rule.for_s};
        limit->id = check_id_of(arena, limit->alert);
        return true;
    }
    if (!limit_read(arena, file->runbook, threshold, line, limit))
        return false;
    if (limit->source == LIMIT_QUERY)
        limit->query = query_of(arena, file->runbook, threshold->line);
    return limit->source != LIMIT_QUERY || limit->query;
}

static void read_limits(struct arena *arena, const struct runbook_file *file, struct limits *limits,
                        struct buf *others, size_t *n_others)
{
    struct limits all = {0};
    list_each (threshold, &file->runbook->parts.thresholds) {
        struct limit limit;
        if (read_limit(arena, file, threshold, &limit)) {
            add_limit(arena, &all, &limit);
            continue;
        }
        ++*n_others;
        buf_printf(others, "# %s:%d: %s\n", file->runbook->file, threshold->line,
                   line_text(arena, file, threshold->line));
    }
    list_each (limit, &all)
        if (!limit->target || !is_said_better(&all, limit))
            *list_push(arena, limits) = *limit;
}

/* A procedure inside of another one shows its commands again. */
static void read_accesses(struct arena *arena, const struct runbook_file *file, struct limits *limits)
{
    LIST(int) seen = {0};
    list_each (procedure, &file->runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            struct access_query query;
            bool again = walk.command->risk.class != RISK_READ;
            list_each (line, &seen)
                again |= *line == walk.command->line;
            if (again || !access_query_find(arena, walk.command->text, &query))
                continue;
            *list_push(arena, &seen) = walk.command->line;
            struct threshold *threshold = arena_alloc(arena, sizeof *threshold);
            *threshold = (struct threshold){.meaning = procedure->title, .line = walk.command->line};
            *list_push(arena, limits) = (struct limit){.threshold = threshold,
                                                       .file = file->runbook->file,
                                                       .source = LIMIT_QUERY,
                                                       .subject = query.label,
                                                       .id = check_id_of(arena, procedure->title),
                                                       .alert = alert_name_of(arena, procedure->title),
                                                       .bound = arena_printf(arena, "%g", query.above),
                                                       .label = query.label,
                                                       .query = query.query};
        }
    }
}

static int suggest(struct arena *arena, const struct strings *files, const struct suggestion *suggestion,
                   bool lists_all)
{
    scoped_buf struct buf checks = {0};
    scoped_buf struct buf wanting = {0};
    scoped_buf struct buf others = {0};
    struct strings ids = {0};
    size_t n_others = 0;
    for (size_t i = 0; i < files->n; i++) {
        struct runbook_file file;
        struct limits limits = {0};
        int result = runbook_open(arena, "suggest", files->at[i], &file);
        if (result != EXIT_DONE)
            return result;
        read_limits(arena, &file, &limits, &others, &n_others);
        read_accesses(arena, &file, &limits);
        list_each (limit, &limits)
            limit_print(arena, suggestion, file.runbook, limit,
                        line_text(arena, &file, limit->threshold->line), &ids, &checks, &wanting);
    }
    if (checks.n_bytes || wanting.n_bytes)
        printf(
            "# Look at each, and put it into crashcart.yaml: `crashcart config check` tells whether it is\n"
            "# sound. docs/checks.md says what else a check can read.\n%schecks:\n%s",
            checks.n_bytes ? "" : "#", buf_text(&checks));
    if (wanting.n_bytes)
        printf("\n  # These want what the runbook does not say: fill in what stands in <>, and take the # "
               "away.\n%s",
               buf_text(&wanting));
    if (n_others && lists_all)
        printf("\n# No check follows from these numbers:\n%s", buf_text(&others));
    else if (n_others)
        printf("\n# No check follows from %zu other number%s (--all lists them).\n", n_others,
               n_others == 1 ? "" : "s");
    if (!checks.n_bytes && !wanting.n_bytes && !n_others)
        puts("# The runbook states no limits.");
    return EXIT_DONE;
}

int cmd_suggest(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct suggestion suggestion = {0};
    bool lists_all = false;
    struct strings files = {0};
    const struct command_option options[] = {{"--service", NULL, &suggestion.service},
                                             {"--prometheus", NULL, &suggestion.prometheus},
                                             {"--all", &lists_all, NULL},
                                             {NULL, NULL, NULL}};
    int parsed = command_line_parse(arena, argc, argv, options, USAGE, &files);
    if (parsed != 0)
        return command_line_exit(parsed);
    if (files.n == 0)
        return usage_error(USAGE, "crashcart suggest: name a runbook");
    for (const char *c = suggestion.service ? suggestion.service : ""; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
            return usage_error(USAGE, "crashcart suggest: \"%s\" is no id of a service", suggestion.service);
    return suggest(arena, &files, &suggestion, lists_all);
}
