/* Conditions in prose: a number with its comparison and unit, a range, or a word of trouble. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/severity.h"
#include "runbook/text.h"

static const struct {
    const char *words, *op;
} comparisons[] = {
    {">=", ">="},       {"<=", "<="},          {"\xe2\x89\xa5", ">="}, {"\xe2\x89\xa4", "<="}, {">", ">"},
    {"<", "<"},         {"greater than", ">"}, {"higher than", ">"},   {"more than", ">"},     {"above", ">"},
    {"exceeds", ">"},   {"exceeding", ">"},    {"exceeded", ">"},      {"exceed", ">"},        {"over", ">"},
    {"less than", "<"}, {"lower than", "<"},   {"fewer than", "<"},    {"below", "<"},         {"under", "<"},
    {"at least", ">="}, {"at most", "<="},
};

static const struct {
    const char *written, *unit;
} units[] = {
    {"%", "%"},         {"percent", "%"},  {"ms", "ms"},       {"milliseconds", "ms"},
    {"seconds", "s"},   {"secs", "s"},     {"sec", "s"},       {"s", "s"},
    {"minutes", "min"}, {"minute", "min"}, {"mins", "min"},    {"min", "min"},
    {"hours", "h"},     {"hour", "h"},     {"h", "h"},         {"days", "d"},
    {"day", "d"},       {"kb", "KB"},      {"mb", "MB"},       {"gb", "GB"},
    {"gi", "GiB"},      {"mi", "MiB"},     {"tb", "TB"},       {"rps", "rps"},
    {"qps", "qps"},     {"x", "x"},        {"req/s", "req/s"}, {"requests/s", "req/s"},
};

/* Words of trouble without a number, as Prometheus rules and people name it. */
static const struct {
    const char *word, *op;
} states[] = {
    {"outage", "down"},       {"down", "down"},           {"unavailable", "down"},
    {"unreachable", "down"},  {"exhausted", "exhausted"}, {"exhaustion", "exhausted"},
    {"spike", "spike"},       {"increase", "increase"},   {"decrease", "decrease"},
    {"drop", "drop"},         {"degraded", "degraded"},   {"degradation", "degraded"},
    {"failing", "failing"},   {"failure", "failing"},     {"fails", "failing"},
    {"failed", "failing"},    {"missing", "missing"},     {"breach", "present"},
    {"data loss", "present"}, {"high", "high"},           {"elevated", "high"},
    {"slow", "high"},
};

static size_t read_number(const char *text, double *ret_value)
{
    size_t n = 0;
    char digits[32];

    for (size_t i = 0; n < sizeof digits - 1; i++) {
        bool digit = isdigit((unsigned char)text[i]);
        bool point = text[i] == '.' && isdigit((unsigned char)text[i + 1]) && i > 0;
        bool comma = text[i] == ',' && i > 0 && isdigit((unsigned char)text[i + 1]) &&
                     isdigit((unsigned char)text[i + 2]) && isdigit((unsigned char)text[i + 3]);
        if (!digit && !point && !comma) {
            digits[n] = '\0';
            *ret_value = n > 0 ? strtod(digits, NULL) : 0;
            return n > 0 ? i : 0;
        }
        if (!comma)
            digits[n++] = text[i];
    }
    return 0;
}

static size_t read_unit(const char *text, const char **ret_unit)
{
    size_t blank = text[0] == ' ';

    *ret_unit = NULL;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i].written);
        if (strncasecmp(text + blank, units[i].written, n) != 0)
            continue;
        if (isalnum((unsigned char)units[i].written[0]) && isalnum((unsigned char)text[blank + n]))
            continue;
        *ret_unit = units[i].unit;
        return blank + n;
    }
    return 0;
}

/* Whether a comparison can stand there: at its first byte, and not inside of a word. */
static bool comparison_begins(const char *text, size_t at)
{
    bool inside = at > 0 && isalpha((unsigned char)text[at]) && isalnum((unsigned char)text[at - 1]);
    return !inside && strchr("<>\xe2gGhHmMaAeEoOlLfFbBuU", text[at]) != NULL;
}

static size_t comparison_at(const char *text, size_t at, const char **ret_op)
{
    if (!comparison_begins(text, at))
        return 0;
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        if (tolower((unsigned char)text[at]) != (unsigned char)comparisons[i].words[0])
            continue;
        size_t n = strlen(comparisons[i].words);
        bool letters = isalpha((unsigned char)comparisons[i].words[0]);
        if (strncasecmp(text + at, comparisons[i].words, n) != 0)
            continue;
        if (letters &&
            ((at > 0 && isalnum((unsigned char)text[at - 1])) || isalnum((unsigned char)text[at + n])))
            continue;
        *ret_op = comparisons[i].op;
        return n;
    }
    return 0;
}

/* The metric's name: the words before the condition, without brackets and judging words, joined by '_'. */
static const char *metric_name(struct arena *arena, const char *words)
{
    static const char *const judging[] = {
        "high", "elevated", "severe", "significant", "minor",    "increased", "issues", "issue", "the",
        "a",    "is",       "are",    "of",          "increase", "decrease",  "drop",   "spike"};
    char *out = arena_alloc(arena, strlen(words) + 2);
    size_t n = 0;

    for (const char *s = words; *s;) {
        size_t word = strcspn(s, " ");
        bool skip = word == 0;
        for (size_t i = 0; i < sizeof judging / sizeof *judging; i++)
            skip |= strlen(judging[i]) == word && strncasecmp(s, judging[i], word) == 0;
        if (!skip && n > 0)
            out[n++] = '_';
        for (size_t i = 0; !skip && i < word; i++)
            if (isalnum((unsigned char)s[i]) || s[i] == '_')
                out[n++] = (char)tolower((unsigned char)s[i]);
        s += word + (s[word] == ' ');
    }
    return n > 0 ? out : "value";
}

static void name_it(struct arena *arena, const char *text, size_t before, size_t after,
                    struct condition *condition)
{
    size_t n = before;

    while (n > 0 && strchr(" (:~", text[n - 1]))
        n--;
    if (n == 0) { /* "50%+ of users affected" */
        while (text[after] && strchr(" )+", text[after]))
            after++;
        condition->words = text_normalise(arena, text + after, strlen(text + after));
    } else {
        condition->words = text_normalise(arena, text, n);
    }
    condition->metric = metric_name(arena, condition->words);
}

static bool read_comparison(struct arena *arena, const char *text, struct condition *condition)
{
    for (size_t i = 0; text[i]; i++) {
        const char *op;
        size_t n = comparison_at(text, i, &op);
        if (n == 0)
            continue;
        size_t at = i + n + strspn(text + i + n, " ~");
        size_t digits = read_number(text + at, &condition->value);
        if (digits == 0)
            continue;
        condition->op = op;
        condition->has_value = true;
        size_t unit = read_unit(text + at + digits, &condition->unit);
        name_it(arena, text, i, at + digits + unit, condition);
        return true;
    }
    return false;
}

/* "1-10%", "25 - 50 %", "50%+". */
static bool read_range(struct arena *arena, const char *text, struct condition *condition)
{
    for (size_t i = 0; text[i]; i++) {
        double low, high;
        const char *unit;
        if (!isdigit((unsigned char)text[i]) ||
            (i > 0 && (isalnum((unsigned char)text[i - 1]) || text[i - 1] == '.')))
            continue;
        size_t n = read_number(text + i, &low);
        size_t mark = text[i + n] == '-' ? 1 : strncmp(text + i + n, "\xe2\x80\x93", 3) == 0 ? 3 : 0;
        size_t second = mark && n ? read_number(text + i + n + mark, &high) : 0;
        size_t k = second ? read_unit(text + i + n + mark + second, &unit) : 0;
        if (k > 0) {
            *condition = (struct condition){.op = ">=",
                                            .has_value = true,
                                            .value = low,
                                            .unit = unit,
                                            .op_hi = "<=",
                                            .has_value_hi = true,
                                            .value_hi = high,
                                            .window_s = UNSTATED};
            name_it(arena, text, i, i + n + mark + second + k, condition);
            return true;
        }
        k = n ? read_unit(text + i + n, &unit) : 0;
        if (k > 0 && text[i + n + k] == '+') {
            *condition = (struct condition){
                .op = ">=", .has_value = true, .value = low, .unit = unit, .window_s = UNSTATED};
            name_it(arena, text, i, i + n + k + 1, condition);
            return true;
        }
        i += n > 0 ? n - 1 : 0;
    }
    return false;
}

static bool read_state(struct arena *arena, const char *text, struct condition *condition)
{
    const char *class = text_find_word(text, "5xx");

    if (class == NULL)
        class = text_find_word(text, "4xx");
    if (class) {
        condition->op = "class";
        condition->words = text;
        condition->metric = arena_strndup(arena, class, 3);
        return true;
    }
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (text_find_word(text, states[i].word) == NULL)
            continue;
        condition->op = states[i].op;
        condition->words = text;
        condition->metric = metric_name(arena, text);
        return true;
    }
    return false;
}

void condition_read(struct arena *arena, const char *text, struct condition *ret_condition)
{
    struct condition condition = {.window_s = UNSTATED};
    static const char *const aggregates[] = {"p50", "p90", "p95", "p99", "average", "median", "max"};

    if (strlen(text) > 1000 ||
        (!read_comparison(arena, text, &condition) && !read_range(arena, text, &condition) &&
         !read_state(arena, text, &condition))) {
        *ret_condition = (struct condition){.window_s = UNSTATED};
        return;
    }
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && condition.aggregate == NULL; i++)
        if (text_find_word(text, aggregates[i]))
            condition.aggregate = aggregates[i];
    *ret_condition = condition;
}
