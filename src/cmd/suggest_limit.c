#include "cmd/suggest_limit.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "runbook/text.h"

enum { ID_WORDS = 5, ID_BYTES = 50, WORDS_MOST = 8, BEHIND_BYTES = 30, LASTING_BYTES = 60 };

/* The units that its numbers may have. */
enum { UNIT_NONE = 1, UNIT_TIME = 2, UNIT_SHARE = 4, UNIT_BYTES = 8, UNIT_RATE = 16, UNIT_ANY = 31 };

/* What runbooks set limits to; the first whose words stand there counts. */
static const struct subject {
    const char *name;
    bool falls; /* it is bad when it is low */
    enum limit_source source;
    unsigned units;
    const char *words[WORDS_MOST];
} subjects[] = {
    {"psi", false, LIMIT_MODEL, UNIT_NONE | UNIT_SHARE, {"psi", "population stability index"}},
    {"auprc", true, LIMIT_MODEL, UNIT_NONE | UNIT_SHARE, {"auprc", "average precision"}},
    {"precision", true, LIMIT_MODEL, UNIT_NONE | UNIT_SHARE, {"precision"}},
    {"recall", true, LIMIT_MODEL, UNIT_NONE | UNIT_SHARE, {"recall", "sensitivity"}},
    {"ece", false, LIMIT_MODEL, UNIT_NONE | UNIT_SHARE, {"ece", "calibration error"}},
    {"brier", false, LIMIT_MODEL, UNIT_NONE | UNIT_SHARE, {"brier score", "brier"}},
    {"accuracy", true, LIMIT_SERIES, UNIT_NONE | UNIT_SHARE, {"accuracy"}},
    {"certificate", true, LIMIT_EXPIRES, UNIT_TIME, {"certificate", "cert", "expiry", "expires"}},
    {"success-rate", true, LIMIT_RATIO, UNIT_SHARE, {"success rate", "availability", "uptime"}},
    {"hit-rate", true, LIMIT_RATIO, UNIT_SHARE, {"hit rate", "hit ratio"}},
    {"error-rate",
     false,
     LIMIT_RATIO,
     UNIT_SHARE,
     {"error rate", "error ratio", "errors", "failure rate", "5xx", "4xx", "error", "failed requests"}},
    {"errors",
     false,
     LIMIT_SERIES,
     UNIT_NONE | UNIT_RATE,
     {"5xx errors", "errors", "failures", "error rate"}},
    {"lag", false, LIMIT_SERIES, UNIT_TIME | UNIT_NONE | UNIT_BYTES, {"lag", "replication delay"}},
    {"age", false, LIMIT_FILE, UNIT_TIME, {"freshness", "data age", "backup age", "staleness"}},
    {"latency",
     false,
     LIMIT_TIME,
     UNIT_TIME,
     {"latency", "response time", "duration", "timeout", "ttfb", "p95", "p99", "p50"}},
    {"cpu", false, LIMIT_SERIES, UNIT_SHARE, {"cpu"}},
    {"memory", false, LIMIT_SERIES, UNIT_SHARE | UNIT_BYTES, {"memory", "heap", "rss", "ram"}},
    {"disk", false, LIMIT_SERIES, UNIT_SHARE | UNIT_BYTES, {"disk", "filesystem", "storage", "volume"}},
    {"gpu", false, LIMIT_SERIES, UNIT_SHARE, {"gpu"}},
    {"connections", false, LIMIT_SERIES, UNIT_SHARE | UNIT_NONE, {"connections", "connection pool"}},
    {"queue",
     false,
     LIMIT_SERIES,
     UNIT_NONE | UNIT_SHARE,
     {"queue", "backlog", "pending jobs", "queue depth"}},
    {"restarts", false, LIMIT_SERIES, UNIT_NONE, {"restarts", "restart count"}},
    {"burn-rate", false, LIMIT_SERIES, UNIT_NONE | UNIT_RATE, {"burn rate"}},
    {"requests",
     false,
     LIMIT_SERIES,
     UNIT_NONE | UNIT_RATE,
     {"request rate", "requests", "traffic", "throughput"}},
    {"events", false, LIMIT_LOG, UNIT_NONE, {"events", "accesses", "login attempts", "logins"}},
};

static unsigned unit_kind(const char *unit)
{
    static const struct {
        const char *unit;
        unsigned kind;
    } kinds[] = {{"%", UNIT_SHARE},    {"ratio", UNIT_SHARE}, {"ms", UNIT_TIME},   {"s", UNIT_TIME},
                 {"min", UNIT_TIME},   {"h", UNIT_TIME},      {"d", UNIT_TIME},    {"KB", UNIT_BYTES},
                 {"MB", UNIT_BYTES},   {"GB", UNIT_BYTES},    {"TB", UNIT_BYTES},  {"KiB", UNIT_BYTES},
                 {"MiB", UNIT_BYTES},  {"GiB", UNIT_BYTES},   {"TiB", UNIT_BYTES}, {"rps", UNIT_RATE},
                 {"req/s", UNIT_RATE}, {"qps", UNIT_RATE},    {"x", UNIT_RATE}};
    if (!unit)
        return UNIT_NONE;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].unit, unit) == 0)
            return kinds[i].kind;
    return 0;
}

static const struct subject *subject_in(const char *text, unsigned unit)
{
    for (size_t i = 0; text && i < sizeof subjects / sizeof *subjects; i++)
        for (size_t k = 0; k < WORDS_MOST && subjects[i].words[k]; k++)
            if ((subjects[i].units & unit) && text_find_word(text, subjects[i].words[k]))
                return &subjects[i];
    return NULL;
}

/* What stands behind the number: "> 100 audit events an hour". */
static const char *words_behind(struct arena *arena, const char *line, double value, size_t most_bytes)
{
    const char *number = arena_printf(arena, "%.15g", value), *at = strstr(line, number);
    return at ? arena_strndup(arena, at + strlen(number), strnlen(at + strlen(number), most_bytes)) : NULL;
}

/* As the configuration writes it. */
static const char *bound_of(struct arena *arena, const struct condition *condition)
{
    static const struct {
        const char *unit, *written;
        double factor;
    } units[] = {{"%", "%", 1},     {"ms", "ms", 1},    {"s", "s", 1},       {"min", "m", 1},
                 {"h", "h", 1},     {"d", "d", 1},      {"KB", "", 1e3},     {"MB", "", 1e6},
                 {"GB", "", 1e9},   {"TB", "", 1e12},   {"KiB", "", 0x1p10}, {"MiB", "MiB", 1},
                 {"GiB", "GiB", 1}, {"TiB", "", 0x1p40}};
    for (size_t i = 0; condition->unit && i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].unit, condition->unit) == 0)
            return arena_printf(arena, "%.15g%s", condition->value * units[i].factor, units[i].written);
    return arena_printf(arena, "%.15g", condition->value);
}

/* ---- names ---- */

/* What stands behind the last ": " or " - " of a title, without brackets: "Security: Odd reads (EU)" is about
 * odd reads. */
static const char *title_core(struct arena *arena, const char *title)
{
    const char *core = text_without_number(arena, title, NULL);
    static const char *const joints[] = {": ", " - ", " \xe2\x80\x93 ", " \xe2\x80\x94 "};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        for (const char *at; (at = strstr(core, joints[i]));)
            core = at + strlen(joints[i]);
    size_t n = strcspn(core, "(");
    return n > 2 ? arena_strndup(arena, core, n) : core;
}

static const char *name_of_words(struct arena *arena, const char *words)
{
    scoped_buf struct buf name = {0};
    bool begins = true;
    for (const char *c = words; *c; c++) {
        bool letter = isalnum((unsigned char)*c);
        if (letter)
            buf_putc(&name, (char)(begins ? toupper((unsigned char)*c) : *c));
        begins = !letter;
    }
    return name.n_bytes ? arena_strdup(arena, buf_text(&name)) : "CheckFailing";
}

const char *alert_name_of(struct arena *arena, const char *title)
{
    return name_of_words(arena, title_core(arena, title));
}

/* Whole where its core is that of another procedure as well, which the alert would find: "Slow answers
 * (Upload)" beside "Slow answers". */
static const char *alert_of_procedure(struct arena *arena, const struct runbook *runbook, const char *title)
{
    const char *name = alert_name_of(arena, title);
    list_each (procedure, &runbook->procedures)
        if (strcmp(procedure->title, title) != 0 &&
            strcasecmp(alert_name_of(arena, procedure->title), name) == 0)
            return name_of_words(arena, text_without_number(arena, title, NULL));
    return name;
}

const char *check_id_of(struct arena *arena, const char *title)
{
    scoped_buf struct buf id = {0};
    const char *core = title_core(arena, title);
    bool one_word = !strchr(core, ' '); /* HighErrorRate */
    int n_words = 0;
    for (const char *c = core; *c && id.n_bytes < ID_BYTES; c++) {
        bool letter = isalnum((unsigned char)*c);
        if (one_word && c > core && isupper((unsigned char)*c) && islower((unsigned char)c[-1]))
            buf_putc(&id, '-');
        bool begins = letter && (id.n_bytes == 0 || id.at[id.n_bytes - 1] == '-');
        if (begins && ++n_words > ID_WORDS)
            break;
        if (letter)
            buf_putc(&id, (char)tolower((unsigned char)*c));
        else if (id.n_bytes && id.at[id.n_bytes - 1] != '-')
            buf_putc(&id, '-');
    }
    while (id.n_bytes && id.at[id.n_bytes - 1] == '-')
        id.n_bytes--;
    return id.n_bytes ? arena_strndup(arena, id.at, id.n_bytes) : "check";
}

static bool is_procedure(const struct runbook *runbook, const char *title)
{
    list_each (procedure, &runbook->procedures)
        if (strcmp(procedure->title, title) == 0)
            return true;
    return false;
}

/* "error-rate" -> "High error rate": a definition of levels names no alert. */
static const char *general_title(struct arena *arena, const struct limit *limit)
{
    char *words = arena_printf(arena, "%s %s", limit->falls ? "Low" : "High", limit->subject);
    for (char *c = words; *c; c++)
        *c = *c == '-' ? ' ' : *c;
    return words;
}

/* "`PharmacySlow`: latency > 2 s": the alert that the line names; NULL: none. */
static const char *named_alert(struct arena *arena, const char *line)
{
    const char *open = strchr(line, '`'), *close = open ? strchr(open + 1, '`') : NULL;
    if (!close || !isupper((unsigned char)open[1]))
        return NULL;
    int n_capitals = 0, n_small = 0;
    for (const char *c = open + 1; c < close; c++) {
        if (!isalnum((unsigned char)*c))
            return NULL;
        n_capitals += isupper((unsigned char)*c) ? 1 : 0;
        n_small += islower((unsigned char)*c) ? 1 : 0;
    }
    return n_capitals > 1 && n_small > 0 ? arena_strndup(arena, open + 1, (size_t)(close - open) - 1) : NULL;
}

static void name_it(struct arena *arena, const struct runbook *runbook, const char *line, struct limit *limit)
{
    const char *meaning = limit->threshold->meaning;
    bool procedure = meaning && is_procedure(runbook, meaning);
    const char *title = procedure ? meaning : general_title(arena, limit);
    limit->general = !procedure;
    const char *named = named_alert(arena, line);
    limit->alert = named       ? named
                   : procedure ? alert_of_procedure(arena, runbook, title)
                               : alert_name_of(arena, title);
    const char *id = check_id_of(arena, named ? named : title);
    bool says_it = strstr(id, limit->subject) != NULL;
    const char *aggregate = limit->aggregate ? arena_printf(arena, "-%s", limit->aggregate) : "";
    limit->id = says_it ? arena_printf(arena, "%s%s", id, aggregate)
                        : arena_printf(arena, "%s%s-%s", id, aggregate, limit->subject);
}

/* ---- what it is about ---- */

static const char *const quantiles[] = {"p50", "p90", "p95", "p99"};

/* The first cell of a row: "| P95 | < 200 ms |". */
static const char *quantile_in(const char *text)
{
    for (size_t i = 0; text && i < sizeof quantiles / sizeof *quantiles; i++)
        if (text_find_word(text, quantiles[i]))
            return quantiles[i];
    return NULL;
}

/* "p95 latency", "95th percentile of the answers", "median latency". */
static const char *aggregate_in(struct arena *arena, const char *words)
{
    const char *named = quantile_in(words);
    for (size_t i = 0; words && !named && i < sizeof quantiles / sizeof *quantiles; i++)
        if (text_find_word(words, arena_printf(arena, "%sth percentile", quantiles[i] + 1)))
            named = quantiles[i];
    return named;
}

/* "> 750 ms for 5 minutes": 300; 0: the clause of the number says nothing of it. */
static int64_t lasting_s(struct arena *arena, const char *line, double value)
{
    static const char *const joints[] = {", ", "; ", ". ", "(", " or ", " and "};
    const char *behind = words_behind(arena, line, value, LASTING_BYTES);
    size_t n = behind ? strlen(behind) : 0;
    struct duration_words duration;
    for (size_t i = 0; behind && i < sizeof joints / sizeof *joints; i++) {
        const char *joint = strstr(behind, joints[i]);
        n = joint && (size_t)(joint - behind) < n ? (size_t)(joint - behind) : n;
    }
    const char *clause = behind ? arena_strndup(arena, behind, n) : "", *at = text_find_word(clause, "for");
    return at && text_duration(at + strlen("for"), &duration) ? duration.value_s : 0;
}

/* What is still to be done, and comments in programs, which say what somebody should see. */
static bool is_aside(const char *line)
{
    return strncmp(line, "# ", 2) == 0 || strncmp(line, "- [", 3) == 0 || strncmp(line, "* [", 3) == 0;
}

/* The column that a query compares with a time: "query_start < NOW() - ..." */
static const char *aged_column(struct arena *arena, const char *words)
{
    const char *less = strchr(words, '<'), *end = less;
    while (end && end > words && isspace((unsigned char)end[-1]))
        end--;
    const char *from = end;
    while (from && from > words && (isalnum((unsigned char)from[-1]) || from[-1] == '_'))
        from--;
    return end > from ? check_id_of(arena, arena_strndup(arena, from, (size_t)(end - from))) : "rows";
}

static bool read_words(struct arena *arena, const struct threshold *threshold, const char *line,
                       struct limit *limit)
{
    const struct condition *condition = &threshold->condition;
    if (strcmp(condition->op, "class") == 0) {
        limit->source = LIMIT_STATUS;
        limit->subject = condition->metric;
        return true;
    }
    if (strcmp(condition->op, "matches") == 0) {
        limit->source = LIMIT_LOG;
        limit->subject = "log";
        limit->query = condition->words;
        limit->bound = "0";
        return true;
    }
    if (!condition->has_value || !strchr("<>", condition->op[0]))
        return false;
    if (strcmp(condition->metric, "age") == 0 && strcasestr(line, "interval")) {
        limit->source = LIMIT_QUERY;
        limit->subject = arena_printf(arena, "old-%s", aged_column(arena, condition->words));
        limit->bound = "0";
        return true;
    }
    unsigned unit = unit_kind(condition->unit);
    const struct subject *subject = subject_in(condition->words, unit);
    if (!subject)
        subject = subject_in(threshold->meaning, unit);
    if (!subject && unit == UNIT_NONE)
        subject = subject_in(words_behind(arena, line, condition->value, BEHIND_BYTES), unit);
    if (!subject || (condition->value <= 0 && subject->source != LIMIT_SERIES))
        return false;
    bool long_time =
        condition->unit && strchr("mhd", condition->unit[0]) && strcmp(condition->unit, "ms") != 0;
    limit->source = subject->source == LIMIT_TIME && long_time ? LIMIT_SERIES : subject->source;
    limit->subject = subject->name;
    limit->falls = subject->falls;
    limit->target = (condition->op[0] == '<') != subject->falls;
    limit->bound = bound_of(arena, condition);
    return true;
}

bool limit_read(struct arena *arena, const struct runbook *runbook, const struct threshold *threshold,
                const char *line, struct limit *ret_limit)
{
    const struct condition *condition = &threshold->condition;
    *ret_limit = (struct limit){.threshold = threshold,
                                .file = runbook->file,
                                .aggregate = condition->aggregate,
                                .for_s = condition->window_s > 0 ? condition->window_s : 0};
    if (!condition->metric || !condition->op || is_aside(line) ||
        !read_words(arena, threshold, line, ret_limit))
        return false;
    if (!ret_limit->aggregate && ret_limit->source == LIMIT_TIME)
        ret_limit->aggregate = aggregate_in(arena, condition->words);
    if (!ret_limit->aggregate && ret_limit->source == LIMIT_TIME)
        ret_limit->aggregate = quantile_in(threshold->meaning);
    if (!ret_limit->for_s && condition->has_value)
        ret_limit->for_s = lasting_s(arena, line, condition->value);
    name_it(arena, runbook, line, ret_limit);
    return true;
}
