#include "cmd/suggest_print.h"

#include <ctype.h>
#include <string.h>

#include "runbook/text.h"

/* ---- what a document lets us look at ---- */

/* From elsewhere, too: what is on the host that the runbook means by localhost is not on ours. */
static bool is_fetched(const struct endpoint *endpoint)
{
    return strcmp(endpoint->method ? endpoint->method : "", "GET") == 0 && endpoint->scheme &&
           strncmp(endpoint->scheme, "http", 4) == 0 && endpoint->host && !strpbrk(endpoint->url, "<${") &&
           strcmp(endpoint->host, "localhost") != 0 && strncmp(endpoint->host, "127.", 4) != 0;
}

static bool has_word(const char *path, const char *const words[])
{
    for (size_t i = 0; path && words[i]; i++)
        if (strcasestr(path, words[i]))
            return true;
    return false;
}

/* How many words a host's name has ("api-gateway": 2), when the text has all of them; else 0. */
static int words_shared(struct arena *arena, const char *host, const char *text)
{
    int n = 0;
    for (const char *at = host; text && *at && *at != '.';) {
        size_t length = strcspn(at, "-_.");
        if (!text_find_word(text, arena_strndup(arena, at, length)))
            return 0;
        n++;
        at += length + (at[length] == '-' || at[length] == '_');
    }
    return n;
}

/* The one whose host the line, its procedure or the document's name speaks of; NULL: none, or several. */
static const struct endpoint *endpoint_for(struct arena *arena, const struct runbook *runbook,
                                           const struct limit *limit, const char *line,
                                           const char *const words[])
{
    const struct endpoint *best = NULL;
    int best_score = 0;
    bool several = false;
    list_each (endpoint, &runbook->parts.endpoints) {
        if (!is_fetched(endpoint) || !has_word(endpoint->path, words) ||
            (limit->source == LIMIT_EXPIRES && strcmp(endpoint->scheme, "https") != 0))
            continue;
        int score = 1 + 8 * words_shared(arena, endpoint->host, line) +
                    4 * words_shared(arena, endpoint->host, limit->threshold->meaning) +
                    words_shared(arena, endpoint->host, runbook->title) +
                    words_shared(arena, endpoint->host, runbook->file);
        bool same_host = best && strcmp(best->host, endpoint->host) == 0;
        if (score > best_score) {
            best = endpoint;
            best_score = score;
            several = false;
        } else if (score == best_score && !same_host)
            several = true;
    }
    return several ? NULL : best;
}

/* ---- a row ---- */

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

static void add_url(struct buf *out, const struct endpoint *endpoint, const char *missing, bool *whole)
{
    add_quoted(out, endpoint ? endpoint->url : missing);
    *whole = *whole && endpoint;
}

/* The first word of the line that begins so, up to a blank or what ends a sentence or a link; NULL: none. */
static const char *word_of(struct arena *arena, const char *line, const char *beginning)
{
    for (const char *at = line; (at = strstr(at, beginning)); at++) {
        size_t n = strcspn(at, " \t\"'`<>()[]|,;");
        while (n && strchr(".:!?", at[n - 1]))
            n--;
        if ((at == line || strchr(" \t\"'`<([|", at[-1])) && n > strlen(beginning) + 1)
            return arena_strndup(arena, at, n);
    }
    return NULL;
}

/* A file that the line names, or what stands in <> for it. */
static void add_path(struct arena *arena, const char *line, const char *missing, struct buf *out)
{
    const char *path = word_of(arena, line, "/");
    buf_puts(out, "path: ");
    add_quoted(out, path ? path : missing);
}

/* Whose certificate expires stands in the line, or is the one https endpoint that it can be. */
static void add_certificate(struct arena *arena, const struct runbook *runbook, const struct limit *limit,
                            const char *line, struct buf *out, bool *whole)
{
    static const char *const any[] = {"", NULL};
    const char *url = word_of(arena, line, "https://");
    buf_puts(out, "    http: {url: ");
    if (url)
        add_quoted(out, url);
    else
        add_url(out, endpoint_for(arena, runbook, limit, line, any), "<https://HOST/>", whole);
    buf_puts(out, ", measure: certificate}\n");
}

static void add_http(struct arena *arena, const struct runbook *runbook, const struct limit *limit,
                     const char *line, struct buf *out, bool *whole)
{
    static const char *const health[] = {"health", "ready", "alive", "ping", NULL};
    buf_puts(out, "    http: {url: ");
    add_url(out, endpoint_for(arena, runbook, limit, line, health), "<URL>", whole);
    buf_printf(out, "%s}\n", limit->source == LIMIT_TIME ? ", measure: latency" : "");
}

static void add_metrics(struct arena *arena, const struct runbook *runbook, const struct limit *limit,
                        const char *line, struct buf *out)
{
    static const char *const metrics[] = {"metrics", NULL};
    bool url_known = true;
    buf_puts(out, "    metrics: {url: ");
    add_url(out, endpoint_for(arena, runbook, limit, line, metrics), "<URL>", &url_known);
    if (limit->source == LIMIT_RATIO)
        buf_printf(out, ", metric: \"<series of %s>\", per: \"<series of all requests>\", as: rate}\n",
                   limit->falls ? "successes" : "errors");
    else if (limit->source == LIMIT_TIME)
        buf_printf(out, ", metric: \"<histogram of %s>\", as: quantile, quantile: 0.%s}\n", limit->subject,
                   limit->aggregate[0] == 'p' && strlen(limit->aggregate) == 3 ? limit->aggregate + 1 : "5");
    else
        buf_printf(out, ", metric: \"<series of %s>\"}\n", limit->subject);
}

static void add_model(const struct limit *limit, struct buf *out)
{
    buf_puts(out, "    drift: {profile: \"<profile>\", current: \"<file of the model's rows>\"");
    if (strcmp(limit->subject, "psi") != 0)
        buf_printf(out, ", %s: %s", limit->subject, limit->bound);
    buf_puts(out, "}\n");
}

static void add_query(struct arena *arena, const struct limit *limit, struct buf *out)
{
    buf_puts(out, "    postgresql:\n      url: \"<postgresql://USER@HOST/DATABASE>\"\n");
    if (limit->label)
        buf_printf(out, "      label: %s\n", limit->label);
    buf_puts(out, "      query: ");
    add_quoted(out, limit->label ? limit->query
                                 : arena_printf(arena, "SELECT count(*) FROM (%s) AS found", limit->query));
    buf_putc(out, '\n');
}

static void add_file(struct arena *arena, const char *line, struct buf *out)
{
    buf_puts(out, "    file: {");
    add_path(arena, line, "<file>", out);
    buf_puts(out, "}\n");
}

static void add_log(struct arena *arena, const struct limit *limit, const char *line, struct buf *out)
{
    buf_puts(out, "    log: {");
    add_path(arena, line, "<file of the log>", out);
    buf_puts(out, ", pattern: ");
    add_quoted(out, limit->query ? limit->query : "<pattern of such a line>");
    buf_printf(out, ", window: %s}\n", limit->query ? "5m" : "1h");
}

static void add_rule(const struct suggestion *suggestion, const struct limit *limit, struct buf *out)
{
    buf_puts(out, "    promql: {url: ");
    add_quoted(out, suggestion->prometheus ? suggestion->prometheus : "<URL of the Prometheus>");
    buf_puts(out, ", query: ");
    add_quoted(out, limit->query);
    buf_puts(out, "}\n");
}

/* Where the number comes from. False: the runbook does not say all of it, as on which host a file is. */
static bool add_source(struct arena *arena, const struct suggestion *suggestion,
                       const struct runbook *runbook, const struct limit *limit, const char *line,
                       struct buf *out)
{
    bool whole = true;
    switch (limit->source) {
    case LIMIT_MODEL:
        add_model(limit, out);
        return false;
    case LIMIT_QUERY:
        add_query(arena, limit, out);
        return false;
    case LIMIT_LOG:
        add_log(arena, limit, line, out);
        return false;
    case LIMIT_FILE:
        add_file(arena, line, out);
        return false;
    case LIMIT_RULE:
        add_rule(suggestion, limit, out);
        return suggestion->prometheus != NULL;
    case LIMIT_EXPIRES:
        add_certificate(arena, runbook, limit, line, out, &whole);
        return whole;
    case LIMIT_STATUS:
    case LIMIT_TIME:
        if (!limit->aggregate) {
            add_http(arena, runbook, limit, line, out, &whole);
            return whole;
        }
        break;
    case LIMIT_SERIES:
    case LIMIT_RATIO:
        break;
    }
    add_metrics(arena, runbook, limit, line, out);
    return false;
}

static void add_bound(const struct limit *limit, struct buf *out)
{
    bool in_source = limit->source == LIMIT_MODEL && strcmp(limit->subject, "psi") != 0;
    if (limit->bound && !in_source)
        buf_printf(out, "    %s: %s\n", limit->falls ? "below" : "above", limit->bound);
}

static const char *every_of(const struct limit *limit)
{
    switch (limit->source) {
    case LIMIT_MODEL:
    case LIMIT_FILE:
        return "15m";
    case LIMIT_EXPIRES:
        return "1h";
    case LIMIT_QUERY:
        return "1m";
    default:
        return "15s";
    }
}

/* The id, or with a number behind it: "-2". */
static const char *id_unique(struct arena *arena, struct strings *ids, const char *wanted)
{
    const char *id = wanted;
    for (int n = 2;; n++) {
        bool taken = false;
        list_each (other, ids)
            taken |= strcmp(*other, id) == 0;
        if (!taken)
            break;
        id = arena_printf(arena, "%s-%d", wanted, n);
    }
    strings_add(arena, ids, id);
    return id;
}

/* "  - id: a" -> "  #- id: a": what remains when the # is taken away is the row. */
static void add_as_comment(struct buf *out, const char *rows)
{
    while (*rows) {
        size_t n = strcspn(rows, "\n");
        buf_puts(out, "  #");
        buf_add(out, rows + 2, n - 2);
        buf_putc(out, '\n');
        rows += n + (rows[n] == '\n');
    }
}

void limit_print(struct arena *arena, const struct suggestion *suggestion, const struct runbook *runbook,
                 const struct limit *limit, const char *line, struct strings *ids, struct buf *checks,
                 struct buf *wanting)
{
    scoped_buf struct buf row = {0};
    buf_printf(&row, "  - id: %s\n    alert: %s\n", id_unique(arena, ids, limit->id), limit->alert);
    if (suggestion->service)
        buf_printf(&row, "    service: %s\n", suggestion->service);
    buf_printf(&row, "    every: %s\n", every_of(limit));
    if (limit->for_s)
        buf_printf(&row, "    for: %lld%s\n", (long long)limit->for_s / (limit->for_s % 60 ? 1 : 60),
                   limit->for_s % 60 ? "s" : "m");
    else if (strcmp(every_of(limit), "15s") == 0 && limit->source != LIMIT_LOG)
        buf_puts(&row, "    times: 3\n");
    add_bound(limit, &row);
    bool whole = add_source(arena, suggestion, runbook, limit, line, &row);
    struct buf *out = whole ? checks : wanting;
    buf_printf(out, "  # %s:%d: %s\n", limit->file, limit->threshold->line, line);
    if (whole)
        buf_add(out, row.at, row.n_bytes);
    else
        add_as_comment(out, buf_text(&row));
}
