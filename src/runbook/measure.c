#include "runbook/measure.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/alert_words.h"
#include "runbook/text.h"

/* Letters as they are written: "m" is a minute, "M" a million. */
static const struct {
    const char *written;
    enum measure_unit unit;
    double scale;
} units[] = {
    {"%", MEASURE_PERCENT, 1},
    {"percent", MEASURE_PERCENT, 1},
    {"pct", MEASURE_PERCENT, 1},
    {"ns", MEASURE_SECONDS, 1e-9},
    {"us", MEASURE_SECONDS, 1e-6},
    {"\xc2\xb5s", MEASURE_SECONDS, 1e-6},
    {"ms", MEASURE_SECONDS, 1e-3},
    {"msec", MEASURE_SECONDS, 1e-3},
    {"milliseconds", MEASURE_SECONDS, 1e-3},
    {"s", MEASURE_SECONDS, 1},
    {"sec", MEASURE_SECONDS, 1},
    {"secs", MEASURE_SECONDS, 1},
    {"second", MEASURE_SECONDS, 1},
    {"seconds", MEASURE_SECONDS, 1},
    {"m", MEASURE_SECONDS, 60},
    {"min", MEASURE_SECONDS, 60},
    {"mins", MEASURE_SECONDS, 60},
    {"minute", MEASURE_SECONDS, 60},
    {"minutes", MEASURE_SECONDS, 60},
    {"h", MEASURE_SECONDS, 3600},
    {"hr", MEASURE_SECONDS, 3600},
    {"hrs", MEASURE_SECONDS, 3600},
    {"hour", MEASURE_SECONDS, 3600},
    {"hours", MEASURE_SECONDS, 3600},
    {"d", MEASURE_SECONDS, 86400},
    {"day", MEASURE_SECONDS, 86400},
    {"days", MEASURE_SECONDS, 86400},
    {"B", MEASURE_BYTES, 1},
    {"bytes", MEASURE_BYTES, 1},
    {"kB", MEASURE_BYTES, 1e3},
    {"KB", MEASURE_BYTES, 1e3},
    {"MB", MEASURE_BYTES, 1e6},
    {"GB", MEASURE_BYTES, 1e9},
    {"TB", MEASURE_BYTES, 1e12},
    {"KiB", MEASURE_BYTES, 1024},
    {"Ki", MEASURE_BYTES, 1024},
    {"MiB", MEASURE_BYTES, 0x1p20},
    {"Mi", MEASURE_BYTES, 0x1p20},
    {"GiB", MEASURE_BYTES, 0x1p30},
    {"Gi", MEASURE_BYTES, 0x1p30},
    {"TiB", MEASURE_BYTES, 0x1p40},
    {"Ti", MEASURE_BYTES, 0x1p40},
    {"k", MEASURE_NUMBER, 1e3},
    {"K", MEASURE_NUMBER, 1e3},
    {"M", MEASURE_NUMBER, 1e6},
    {"million", MEASURE_NUMBER, 1e6},
    {"rps", MEASURE_NUMBER, 1},
    {"req/s", MEASURE_NUMBER, 1},
    {"x", MEASURE_NUMBER, 1},
};

/* The names of labels and annotations that hold values or speak of them. */
static const char *const value_names[] = {"value", "current_value", "currentValue", "current"};
static const char *const text_names[] = {"summary", "description", "message", "title", "details"};
static const char *const grafana_names[] = {"valueString", "value_string", "__value_string__"};

/* Right before a number: it is a limit, a window or what was before. */
static const char *const limit_words[] = {
    "above",    "over",   "below",    "under",     "exceeds",    "exceed",  "exceeded",  "exceeding",
    "than",     "least",  "most",     "threshold", "limit",      "target",  "objective", "slo",
    "baseline", "normal", "normally", "usually",   "expected",   "allowed", "from",      "last",
    "past",     "within", "every",    "previous",  "previously", "after",   "since",     "port",
    "version",  "build",  "attempt",  "reaches",   "window",     "budget",  "sla",       "quota"};
static const char *const limit_words_after[] = {"threshold", "limit", "target", "objective",
                                                "slo",       "sla",   "budget", "quota"};
/* "rate of failed requests": what follows tells more of what is measured. */
static const char *const prepositions[] = {"of",   "on",   "in",   "for",    "at",  "by",     "to",
                                           "with", "from", "over", "during", "per", "across", "within"};
static const char *const fillers[] = {"there",  "currently", "now",       "only",    "about",
                                      "around", "affects",   "affecting", "impacts", "impacting",
                                      "hits",   "value",     "values",    "current"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_one_of(const char *word, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        if (strcasecmp(word, words[i]) == 0)
            return true;
    return false;
}

bool measure_unit_named(const char *unit, size_t n_bytes, enum measure_unit *ret_unit, double *ret_scale)
{
    *ret_unit = MEASURE_NUMBER;
    *ret_scale = 1;
    for (size_t i = 0; unit && i < COUNT(units); i++) {
        if (strlen(units[i].written) != n_bytes || strncmp(unit, units[i].written, n_bytes) != 0)
            continue;
        *ret_unit = units[i].unit;
        *ret_scale = units[i].scale;
        return true;
    }
    return !unit || n_bytes == 0;
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* ---- one number ---- */

struct quantity {
    double value;
    enum measure_unit unit;
    size_t n_bytes; /* with its unit; 0: no number that counts */
};

/* The unit behind a number, after one blank at most. A word that is none is left to the words. */
static size_t unit_bytes(const char *text, enum measure_unit *ret_unit, double *ret_scale)
{
    size_t blank = text[0] == ' ', n = 0;
    *ret_unit = MEASURE_NUMBER;
    *ret_scale = 1;
    if (text[blank] == '%')
        n = 1;
    else
        while (is_word_byte(text[blank + n]) || (text[blank + n] == '/' && text[blank + n + 1] == 's'))
            n++;
    if (n == 0 || !measure_unit_named(text + blank, n, ret_unit, ret_scale))
        return 0;
    return blank + n;
}

/* "12,5 %" as much of the world writes it; only before a unit, for "1,2" may be a list. */
static bool is_decimal_comma(const char *text)
{
    enum measure_unit unit;
    double scale;
    size_t n = text[0] == ',' ? strspn(text + 1, "0123456789") : 0;
    return n > 0 && n != 3 && unit_bytes(text + 1 + n, &unit, &scale) > 0;
}

static size_t digits_bytes(const char *text)
{
    size_t n = strspn(text, "0123456789");
    while (text[n] == ',' && strspn(text + n + 1, "0123456789") == 3)
        n += 4;
    if (n > 0 && ((text[n] == '.' && isdigit((unsigned char)text[n + 1])) || is_decimal_comma(text + n)))
        n += 1 + strspn(text + n + 1, "0123456789");
    if (n > 0 && (text[n] == 'e' || text[n] == 'E')) {
        size_t sign = text[n + 1] == '+' || text[n + 1] == '-';
        size_t exponent = strspn(text + n + 1 + sign, "0123456789");
        n += exponent ? 1 + sign + exponent : 0;
    }
    return n;
}

static double number_of(const char *text, size_t n_bytes)
{
    char digits[48];
    size_t n = 0;
    for (size_t i = 0; i < n_bytes && n < sizeof digits - 1; i++)
        if (text[i] != ',')
            digits[n++] = text[i];
        else if (strspn(text + i + 1, "0123456789") != 3)
            digits[n++] = '.';
    digits[n] = '\0';
    return strtod(digits, NULL);
}

static struct quantity one_quantity(const char *text)
{
    struct quantity quantity = {0};
    double scale;
    size_t n = digits_bytes(text);
    if (n == 0)
        return quantity;
    size_t unit = unit_bytes(text + n, &quantity.unit, &scale);
    const char *end = text + n + unit;
    bool part_of_more =
        *end && (is_word_byte(*end) || (strchr(".:-/", *end) && isalnum((unsigned char)end[1])));
    if (*end == ':' && unit == 0)
        return quantity; /* "ward 7: ..." */
    if (part_of_more && !(unit > 0 && isdigit((unsigned char)*end)))
        return quantity; /* a date, a version, an address, a name */
    quantity.value = number_of(text, n) * scale;
    quantity.n_bytes = n + unit;
    return quantity;
}

/* "12.4 %", "1.2GiB", "1h 30m". */
static struct quantity quantity_read(const char *text)
{
    struct quantity whole = one_quantity(text);
    while (whole.n_bytes > 0 && whole.unit == MEASURE_SECONDS) {
        size_t blank = text[whole.n_bytes] == ' ';
        struct quantity more = one_quantity(text + whole.n_bytes + blank);
        if (more.n_bytes == 0 || more.unit != MEASURE_SECONDS)
            break;
        whole.value += more.value;
        whole.n_bytes += blank + more.n_bytes;
    }
    return whole;
}

static struct measure *add(struct arena *arena, struct measures *measures, const char *words,
                           const char *written, size_t n_bytes, const struct quantity *quantity)
{
    if (measures->n >= MEASURES_AT_MOST || !isfinite(quantity->value))
        return NULL;
    struct measure *measure = list_push(arena, measures);
    *measure = (struct measure){.words = words,
                                .written = text_normalise(arena, written, n_bytes),
                                .value = quantity->value,
                                .unit = quantity->unit};
    return measure;
}

/* ---- the words around a number ---- */

struct token {
    const char *at;
    size_t n_bytes;
};

/* The words of a clause, at most the last 16. */
enum { TOKENS = 16 };
struct clause {
    struct token tokens[TOKENS];
    size_t n;
};

static void clause_read(const char *at, const char *end, struct clause *clause)
{
    clause->n = 0;
    while (at < end) {
        size_t n = 0;
        while (at + n < end && (is_word_byte(at[n]) || (n > 0 && at[n] == '-' && is_word_byte(at[n + 1]))))
            n++;
        if (n > 0 && clause->n == TOKENS) {
            memmove(clause->tokens, clause->tokens + 1, sizeof *clause->tokens * (TOKENS - 1));
            clause->n--;
        }
        if (n > 0)
            clause->tokens[clause->n++] = (struct token){at, n};
        at += n > 0 ? n : 1;
    }
}

static const char *token_text(struct arena *arena, const struct token *token)
{
    return arena_strndup(arena, token->at, token->n_bytes);
}

static bool tells_what(struct arena *arena, const char *word)
{
    struct alert_words words = {0};
    if (is_one_of(word, fillers, COUNT(fillers)) || isdigit((unsigned char)word[0]))
        return false;
    alert_words_of(arena, vocabulary_builtin(), word, &words);
    list_each (one, &words)
        if (one->class == WORD_CONTENT)
            return true;
    return false;
}

/* The first phrase that tells what is measured: "error rate" of "error rate of checkout in eu-west is", and
 * "rate failed requests" of "rate of failed requests". */
static const char *phrase_of(struct arena *arena, const struct clause *clause, bool *ret_tells)
{
    const char *phrase = "";
    bool tells = false;
    for (size_t i = 0; i < clause->n; i++) {
        const char *word = token_text(arena, &clause->tokens[i]);
        bool preposition = is_one_of(word, prepositions, COUNT(prepositions));
        if (preposition && tells)
            break;
        if (preposition || is_one_of(word, fillers, COUNT(fillers)))
            continue;
        tells = tells || tells_what(arena, word);
        phrase = arena_printf(arena, "%s%s%s", phrase, *phrase ? " " : "", word);
    }
    *ret_tells = tells;
    return phrase;
}

static bool is_limit(struct arena *arena, const struct clause *before, const char *at, const char *after)
{
    while (*after == ' ')
        after++;
    struct clause next;
    clause_read(after, after + strcspn(after, " ,;.)\n"), &next);
    bool of_another = *after == '(' && strcspn(after, "0123456789") < strcspn(after, ")"); /* "(limit 2s)" */
    if (next.n > 0 && !of_another &&
        is_one_of(token_text(arena, &next.tokens[0]), limit_words_after, COUNT(limit_words_after)))
        return true;
    const char *mark = at;
    while (mark[-1] == ' ' || mark[-1] == '~')
        mark--;
    if (strchr("<>", mark[-1]) || (mark[-1] == '=' && strchr("<>=!", mark[-2])))
        return true;
    for (size_t i = before->n; i > 0 && i + 2 > before->n; i--)
        if (is_one_of(token_text(arena, &before->tokens[i - 1]), limit_words, COUNT(limit_words)))
            return true;
    for (size_t i = 0; i < before->n; i++) /* "threshold is currently set to 10 %" */
        if (is_one_of(token_text(arena, &before->tokens[i]), limit_words_after, COUNT(limit_words_after)))
            return true;
    return false;
}

/* Where a clause ends behind the text at: at a mark, or before the next number. */
static const char *clause_end(const char *at)
{
    for (; *at; at++)
        if (strchr(",;()\n|", *at) || (*at == '.' && (at[1] == ' ' || at[1] == '\0')) ||
            isdigit((unsigned char)*at))
            return at;
    return at;
}

static bool begins_clause(const char *at)
{
    if (strchr(";\n|", *at))
        return true;
    if (strchr(",.", *at))
        return at[1] == ' ';
    return *at == ':' && at[1] == ' ' && !isdigit((unsigned char)at[2]) && at[2] != '-' && at[2] != '~';
}

static void measure_at(struct arena *arena, const char *start, const char *at,
                       const struct quantity *quantity, struct measures *measures)
{
    struct clause before, behind;
    const char *after = at + quantity->n_bytes;
    bool tells, tells_after;
    clause_read(start, at, &before);
    if ((at > start && is_limit(arena, &before, at, after)) || measures->n >= MEASURES_AT_MOST)
        return;
    bool lasting = before.n > 0 && quantity->unit == MEASURE_SECONDS &&
                   is_one_of(token_text(arena, &before.tokens[before.n - 1]), (const char *[]){"for"}, 1);
    const char *words = phrase_of(arena, &before, &tells);
    bool of = strncasecmp(after, " of ", 4) == 0;
    if (!lasting && (!tells || of)) {
        clause_read(after, clause_end(after), &behind);
        const char *more = phrase_of(arena, &behind, &tells_after);
        if (of || tells_after)
            words = arena_printf(arena, "%s%s%s", words, *words ? " " : "", more);
        tells |= tells_after;
    }
    if (!tells)
        return;
    struct measure *measure = add(arena, measures, words, at, quantity->n_bytes, quantity);
    if (measure)
        measure->lasting = lasting;
}

void measures_of_text(struct arena *arena, const char *text, struct measures *measures)
{
    const char *copy =
        arena_printf(arena, "\n\n%s", text_normalise(arena, text, strnlen(text, MEASURE_TEXT_BYTES)));
    const char *start = copy + 2;
    for (const char *at = start; *at && measures->n < MEASURES_AT_MOST;) {
        if (begins_clause(at))
            start = at + 1;
        bool number = isdigit((unsigned char)*at) && !is_word_byte(at[-1]) &&
                      !(strchr(".-/:#", at[-1]) && (is_word_byte(at[-2]) || at[-1] == '#'));
        struct quantity quantity = number ? quantity_read(at) : (struct quantity){0};
        if (quantity.n_bytes == 0) {
            bool word = is_word_byte(*at);
            do
                at++;
            while (word && is_word_byte(*at));
            continue;
        }
        if (at[-1] == '-')
            quantity.value = -quantity.value;
        measure_at(arena, start, at, &quantity, measures);
        at += quantity.n_bytes;
        start = at;
    }
}

/* ---- labels and annotations ---- */

static void read_bare(struct arena *arena, const char *text, const char *words, struct measures *measures)
{
    char *end;
    struct quantity quantity = {.value = strtod(text, &end)};
    double scale;
    if (end == text)
        return;
    size_t n_unit = unit_bytes(end, &quantity.unit, &scale);
    quantity.value *= scale;
    quantity.n_bytes = (size_t)(end - text) + n_unit;
    if (text[quantity.n_bytes] == '\0')
        add(arena, measures, words, text, quantity.n_bytes, &quantity);
}

/* The quoted text behind name= in one entry; "" for none. */
static const char *grafana_member(struct arena *arena, const char *entry, size_t n_bytes, const char *name)
{
    const char *copy = arena_strndup(arena, entry, n_bytes);
    const char *at = strstr(copy, name);
    at = at ? at + strlen(name) : "";
    return arena_strndup(arena, at, strcspn(at, "'"));
}

/* "[ var='A' metric='error_rate' labels={...} value=12.3 ], [ var='C' ... value=1 ]". Entries without a
 * metric count only when they agree, but for the 0 and 1 of what was concluded from the others. */
static void read_grafana(struct arena *arena, const char *text, struct measures *measures)
{
    const char *bare = NULL;
    bool agree = true;
    size_t left = MEASURES_AT_MOST;
    for (const char *at = strstr(text, "[ var='"); at && left > 0; at = strstr(at + 1, "[ var='"), left--) {
        const char *value = strstr(at, " value="), *next = strstr(at + 1, "[ var='");
        if (!value || (next && value > next))
            continue;
        const char *number = arena_strndup(arena, value + 7, strcspn(value + 7, " ]"));
        const char *metric = grafana_member(arena, at, (size_t)(value - at), "metric='");
        if (*metric) {
            read_bare(arena, number, metric, measures);
            continue;
        }
        bool concluded = strcmp(number, "0") == 0 || strcmp(number, "1") == 0;
        bool was_concluded = bare && (strcmp(bare, "0") == 0 || strcmp(bare, "1") == 0);
        if (bare && concluded)
            continue;
        if (bare && !was_concluded)
            agree &= strcmp(bare, number) == 0;
        bare = number;
    }
    if (bare && agree)
        read_bare(arena, bare, "", measures);
}

static void read_pair(struct arena *arena, const struct label *pair, struct measures *measures)
{
    if (!pair->name || !pair->value)
        return;
    if (is_one_of(pair->name, value_names, COUNT(value_names))) {
        size_t n = measures->n;
        read_bare(arena, pair->value, "", measures);
        if (n == measures->n)
            measures_of_text(arena, pair->value, measures);
    } else if (is_one_of(pair->name, text_names, COUNT(text_names))) {
        measures_of_text(arena, pair->value, measures);
    } else if (is_one_of(pair->name, grafana_names, COUNT(grafana_names))) {
        read_grafana(arena, arena_strndup(arena, pair->value, strnlen(pair->value, MEASURE_TEXT_BYTES)),
                     measures);
    }
}

void measures_read(struct arena *arena, const struct match_query *query, struct measures *ret_measures)
{
    *ret_measures = (struct measures){0};
    for (size_t i = 0; i < query->n_annotations; i++)
        read_pair(arena, &query->annotations[i], ret_measures);
    for (size_t i = 0; i < query->n_labels; i++)
        read_pair(arena, &query->labels[i], ret_measures);
}
