/* crashcart suggest: the checks that a runbook asks for by the limits it states, for a person to accept. A
 * check is proposed where the document says all that it needs: what to look at, and beyond which value it is
 * bad. The rest is listed with what is missing; nothing is made up. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/runbook_file.h"
#include "cmd/suggest_access.h"

enum { ID_BYTES = 60 };

static const char USAGE[] =
    "usage: crashcart suggest FILE... [--service ID]\n"
    "  Prints checks for crashcart.yaml, each with the line of the runbook that it comes\n"
    "  from, and which limits need something that the runbook does not say.\n"
    "  --service  the service that the checks belong to\n";

/* The line of a document, without its blanks and without what a comment cannot hold. */
static const char *line_text(struct arena *arena, const struct runbook_file *file, int line)
{
    const char *at = file->bytes, *end = file->bytes + file->n_bytes;
    for (int i = 1; i < line && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const char *stop = newline ? newline : end;
    while (at < stop && isspace((unsigned char)*at))
        at++;
    while (stop > at && isspace((unsigned char)stop[-1]))
        stop--;
    char *text = arena_strndup(arena, at, (size_t)(stop - at));
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    return text;
}

/* "Service down" -> "ServiceDown": alerts and procedures are matched by their words. */
static const char *alert_name_of(struct arena *arena, const char *meaning)
{
    scoped_buf struct buf name = {0};
    bool begins = true;
    for (const char *c = meaning ? meaning : ""; *c; c++) {
        bool letter = isalnum((unsigned char)*c);
        if (letter)
            buf_putc(&name, (char)(begins ? toupper((unsigned char)*c) : *c));
        begins = !letter;
    }
    return name.n_bytes ? arena_strdup(arena, buf_text(&name)) : "CheckFailing";
}

/* "service-down-41" */
static const char *id_of(struct arena *arena, const struct threshold *threshold)
{
    scoped_buf struct buf id = {0};
    for (const char *c = threshold->meaning ? threshold->meaning : ""; *c && id.n_bytes < ID_BYTES; c++) {
        bool letter = isalnum((unsigned char)*c);
        if (letter)
            buf_putc(&id, (char)tolower((unsigned char)*c));
        else if (id.n_bytes && id.at[id.n_bytes - 1] != '-')
            buf_putc(&id, '-');
    }
    bool gap = id.n_bytes && id.at[id.n_bytes - 1] != '-';
    buf_printf(&id, "%s%d", gap ? "-" : "", threshold->line);
    return arena_strdup(arena, buf_text(&id));
}

/* ---- what a document lets us look at ---- */

static bool is_fetched(const struct endpoint *endpoint)
{
    return strcmp(endpoint->method ? endpoint->method : "", "GET") == 0 && endpoint->scheme &&
           strncmp(endpoint->scheme, "http", 4) == 0 && endpoint->host && !strchr(endpoint->url, '<') &&
           !strchr(endpoint->url, '$') && !strchr(endpoint->url, '{');
}

/* The endpoint that says whether the service lives; NULL: the document names none. */
static const struct endpoint *health_of(const struct runbook *runbook)
{
    static const char *const words[] = {"health", "ready", "alive", "ping"};
    list_each (endpoint, &runbook->parts.endpoints)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (is_fetched(endpoint) && endpoint->path && strcasestr(endpoint->path, words[i]))
                return endpoint;
    return NULL;
}

static bool is_time(const struct condition *condition)
{
    return condition->unit && (strcmp(condition->unit, "ms") == 0 || strcmp(condition->unit, "s") == 0);
}

/* Of single answers: a quantile is a matter of all of them. */
static bool is_latency(const struct condition *condition)
{
    const char *metric = condition->metric;
    return metric && is_time(condition) && !condition->aggregate &&
           (strstr(metric, "latency") || strstr(metric, "response_time"));
}

static bool is_limit(const struct condition *condition)
{
    return condition->has_value && condition->op && strchr("<>", condition->op[0]);
}

/* Why no check follows from it; NULL: one does. */
static const char *reason_against(const struct runbook *runbook, const struct threshold *threshold)
{
    const struct condition *condition = &threshold->condition;
    bool by_status = condition->op && strcmp(condition->op, "class") == 0;
    if (!condition->metric)
        return "it states nothing that is measured";
    if (condition->op && strcmp(condition->op, "matches") == 0)
        return "name the file of the log: log: {path: ..., pattern: ...}";
    if (strstr(condition->metric, "psi"))
        return "name the files: above: LIMIT, drift: {profile: ..., current: ...} (docs/checks.md)";
    if (by_status || (is_latency(condition) && is_limit(condition)))
        return health_of(runbook) ? NULL
                                  : "the runbook fetches no health endpoint; name one: http: {url: ...}";
    if (!is_limit(condition))
        return "it states no number";
    return "the runbook names no series for it; name one: metrics: {url: ..., metric: ...} or promql:";
}

/* ---- printing ---- */

static void add_quoted(struct buf *out, const char *text)
{
    buf_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *text);
    }
    buf_putc(out, '"');
}

static void add_check(struct buf *out, struct arena *arena, const struct runbook_file *file,
                      const struct threshold *threshold, const char *service)
{
    const struct condition *condition = &threshold->condition;
    bool latency = is_latency(condition);
    buf_printf(out, "  # %s:%d: %s\n", file->runbook->file, threshold->line,
               line_text(arena, file, threshold->line));
    buf_printf(out, "  - id: %s\n    alert: %s\n", id_of(arena, threshold),
               alert_name_of(arena, threshold->meaning));
    if (service)
        buf_printf(out, "    service: %s\n", service);
    buf_puts(out, "    every: 15s\n");
    if (condition->window_s > 0)
        buf_printf(out, "    for: %llds\n", (long long)condition->window_s);
    else
        buf_puts(out, "    times: 3\n");
    if (latency)
        buf_printf(out, "    %s: %g%s\n", condition->op[0] == '>' ? "above" : "below", condition->value,
                   condition->unit);
    buf_puts(out, "    http: {url: ");
    add_quoted(out, health_of(file->runbook)->url);
    buf_printf(out, "%s}\n", latency ? ", measure: latency" : "");
}

/* All but the place of the database stands in the runbook: its rows are given as a comment, to be taken. */
static void add_access(struct buf *others, const struct runbook_file *file, const struct command *command,
                       const char *title, const char *service)
{
    scoped_arena struct arena *arena = arena_new();
    struct threshold threshold = {.meaning = title, .line = command->line};
    struct access_query query;
    if (!access_query_find(arena, command->text, &query))
        return;
    buf_printf(others, "# %s:%d: %s\n#     name the database; the rest is the runbook's own query:\n",
               file->runbook->file, command->line, line_text(arena, file, command->line));
    buf_printf(others, "#  - id: %s\n#    alert: %s\n", id_of(arena, &threshold),
               alert_name_of(arena, title));
    if (service)
        buf_printf(others, "#    service: %s\n", service);
    buf_printf(others,
               "#    every: 1m\n#    above: %g\n#    postgresql:\n"
               "#      url: \"postgresql://USER@HOST/DATABASE\"\n#      label: %s\n#      query: ",
               query.above, query.label);
    add_quoted(others, query.query);
    buf_putc(others, '\n');
}

/* A procedure inside of another one shows its commands again. */
static void add_accesses(struct buf *others, const struct runbook_file *file, const char *service)
{
    scoped_arena struct arena *arena = arena_new();
    LIST(int) seen = {0};
    list_each (procedure, &file->runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            bool again = false;
            list_each (line, &seen)
                again |= *line == walk.command->line;
            if (again)
                continue;
            *list_push(arena, &seen) = walk.command->line;
            add_access(others, file, walk.command, procedure->title, service);
        }
    }
}

static void add_file(struct buf *checks, struct buf *others, struct arena *arena,
                     const struct runbook_file *file, const char *service)
{
    list_each (threshold, &file->runbook->parts.thresholds) {
        const char *why = reason_against(file->runbook, threshold);
        if (why)
            buf_printf(others, "# %s:%d: %s\n#     %s\n", file->runbook->file, threshold->line,
                       line_text(arena, file, threshold->line), why);
        else
            add_check(checks, arena, file, threshold, service);
    }
    add_accesses(others, file, service);
}

int cmd_suggest(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf checks = {0};
    scoped_buf struct buf others = {0};
    const char *service = NULL;
    struct strings files = {0};
    const struct command_option options[] = {{"--service", NULL, &service}, {NULL, NULL, NULL}};
    int parsed = command_line_parse(arena, argc, argv, options, USAGE, &files);
    if (parsed != 0)
        return command_line_exit(parsed);
    if (files.n == 0)
        return usage_error(USAGE, "crashcart suggest: name a runbook");
    for (const char *c = service ? service : ""; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
            return usage_error(USAGE, "crashcart suggest: \"%s\" is no id of a service", service);
    for (size_t i = 0; i < files.n; i++) {
        struct runbook_file file;
        int result = runbook_open(arena, "suggest", files.at[i], &file);
        if (result != EXIT_DONE)
            return result;
        add_file(&checks, &others, arena, &file, service);
    }
    if (checks.n_bytes)
        printf(
            "# Look at each, and put it into crashcart.yaml: `crashcart config check` tells whether it is\n"
            "# sound. docs/checks.md says what else a check can read.\nchecks:\n%s",
            buf_text(&checks));
    if (others.n_bytes)
        printf("%s# No check follows from these:\n%s", checks.n_bytes ? "\n" : "", buf_text(&others));
    if (!checks.n_bytes && !others.n_bytes)
        puts("# The runbook states no limits.");
    return EXIT_DONE;
}
