/* Conditions in prose: a number with its comparison and unit ("> 10 %", "50 % or more", "at least five"), a
 * range ("1-10 %", "25 % to less than 50 %", "between 1 and 10 s"), or a word of trouble. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/heading_words.h"
#include "runbook/severity.h"
#include "runbook/text.h"

struct comparison {
    const char *words, *op;
};

/* Before a number; the first that fits counts. */
static const struct comparison comparisons[] = {
    {">=", ">="},
    {"<=", "<="},
    {"\xe2\x89\xa5", ">="},
    {"\xe2\x89\xa4", "<="},
    {">", ">"},
    {"<", "<"},
    {"greater than", ">"},
    {"higher than", ">"},
    {"no more than", "<="},
    {"not more than", "<="},
    {"no less than", ">="},
    {"more than", ">"},
    {"above", ">"},
    {"exceeds", ">"},
    {"exceeding", ">"},
    {"exceeded", ">"},
    {"exceed", ">"},
    {"over", ">"},
    {"less than", "<"},
    {"longer than", ">"},
    {"older than", ">"},
    {"larger than", ">"},
    {"bigger than", ">"},
    {"lower than", "<"},
    {"smaller than", "<"},
    {"shorter than", "<"},
    {"fewer than", "<"},
    {"below", "<"},
    {"under", "<"},
    {"at least", ">="},
    {"at most", "<="},
    {"up to", "<="},
};

/* After a number. */
static const struct comparison comparisons_after[] = {
    {"or more", ">="},  {"or higher", ">="}, {"or greater", ">="}, {"or above", ">="},
    {"and more", ">="}, {"and above", ">="}, {"or over", ">="},    {"or longer", ">="},
    {"or less", "<="},  {"or lower", "<="},  {"or fewer", "<="},   {"or below", "<="},
};

/* "more than a third of users" */
static const struct {
    const char *words;
    double value;
    const char *unit;
} number_words[] = {
    {"two thirds", 200.0 / 3, "%"},
    {"two-thirds", 200.0 / 3, "%"},
    {"three quarters", 75, "%"},
    {"a third", 100.0 / 3, "%"},
    {"one third", 100.0 / 3, "%"},
    {"a quarter", 25, "%"},
    {"one quarter", 25, "%"},
    {"a half", 50, "%"},
    {"half", 50, "%"},
    {"one", 1, NULL},
    {"two", 2, NULL},
    {"three", 3, NULL},
    {"four", 4, NULL},
    {"five", 5, NULL},
    {"six", 6, NULL},
    {"seven", 7, NULL},
    {"eight", 8, NULL},
    {"nine", 9, NULL},
    {"ten", 10, NULL},
    {"twelve", 12, NULL},
    {"twenty", 20, NULL},
};

static const struct {
    const char *written, *unit;
} units[] = {
    {"%", "%"},
    {"percent", "%"},
    {"ms", "ms"},
    {"milliseconds", "ms"},
    {"seconds", "s"},
    {"second", "s"},
    {"secs", "s"},
    {"sec", "s"},
    {"s", "s"},
    {"minutes", "min"},
    {"minute", "min"},
    {"mins", "min"},
    {"min", "min"},
    {"hours", "h"},
    {"hour", "h"},
    {"h", "h"},
    {"days", "d"},
    {"day", "d"},
    {"kb", "KB"},
    {"mb", "MB"},
    {"gb", "GB"},
    {"tb", "TB"},
    {"kib", "KiB"},
    {"mib", "MiB"},
    {"gib", "GiB"},
    {"tib", "TiB"},
    {"ki", "KiB"},
    {"mi", "MiB"},
    {"gi", "GiB"},
    {"ti", "TiB"},
    {"rps", "rps"},
    {"qps", "qps"},
    {"x", "x"},
    {"req/s", "req/s"},
    {"requests/s", "req/s"},
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
    return !inside && strchr("<>\xe2gGhHmMaAeEoOlLfFbBuUnN", text[at]) != NULL;
}

static bool words_at(const char *text, size_t at, const char *words)
{
    size_t n = strlen(words);
    if (strncasecmp(text + at, words, n) != 0)
        return false;
    return !isalpha((unsigned char)words[0]) ||
           ((at == 0 || !isalnum((unsigned char)text[at - 1])) && !isalnum((unsigned char)text[at + n]));
}

static size_t comparison_at(const char *text, size_t at, const char **ret_op)
{
    if (!comparison_begins(text, at))
        return 0;
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        if (tolower((unsigned char)text[at]) != (unsigned char)comparisons[i].words[0] ||
            !words_at(text, at, comparisons[i].words))
            continue;
        *ret_op = comparisons[i].op;
        return strlen(comparisons[i].words);
    }
    return 0;
}

/* A number with what stands around it. n_bytes 0: there is none. */
struct bound {
    const char *op; /* NULL: a number alone */
    double value;
    const char *unit;
    size_t n_bytes;
};

static size_t read_number_word(const char *text, struct bound *bound)
{
    for (size_t i = 0; i < sizeof number_words / sizeof *number_words; i++) {
        if (!words_at(text, 0, number_words[i].words))
            continue;
        bound->value = number_words[i].value;
        bound->unit = number_words[i].unit;
        return strlen(number_words[i].words);
    }
    return 0;
}

static void read_comparison_after(const char *text, struct bound *bound)
{
    if (text[bound->n_bytes] == '+') {
        bound->op = ">=";
        bound->n_bytes++;
        return;
    }
    if (text[bound->n_bytes] != ' ')
        return;
    for (size_t i = 0; i < sizeof comparisons_after / sizeof *comparisons_after; i++) {
        if (!words_at(text, bound->n_bytes + 1, comparisons_after[i].words))
            continue;
        bound->op = comparisons_after[i].op;
        bound->n_bytes += 1 + strlen(comparisons_after[i].words);
        return;
    }
}

/* "10 %", "> 10 %", "at least five", "50 % or more", at text + at. */
static struct bound read_bound(const char *text, size_t at)
{
    struct bound bound = {0};
    size_t n = comparison_at(text, at, &bound.op);
    const char *from = text + at;

    if (n > 0)
        n += strspn(from + n, " ~");
    size_t digits = read_number(from + n, &bound.value);
    if (digits == 0 && bound.op)
        digits = read_number_word(from + n, &bound);
    if (digits == 0)
        return (struct bound){0};
    bound.n_bytes = n + digits;
    if (bound.unit == NULL)
        bound.n_bytes += read_unit(from + bound.n_bytes, &bound.unit);
    if (bound.op == NULL)
        read_comparison_after(from, &bound);
    return bound;
}

/* Bytes of what joins the two ends of a range at text, or 0. */
static size_t joint_bytes(const char *text, bool between)
{
    static const char *const joints[] = {" to ", " - ", " \xe2\x80\x93 ", "-", "\xe2\x80\x93"};
    static const char *const more[] = {" and ", " but ", ", "};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        if (strncasecmp(text, joints[i], strlen(joints[i])) == 0)
            return strlen(joints[i]);
    for (size_t i = 0; between && i < sizeof more / sizeof *more; i++)
        if (strncasecmp(text, more[i], strlen(more[i])) == 0)
            return strlen(more[i]);
    return 0;
}

static bool is_lower(const char *op) /* > or >=: the number is the lower end */
{
    return op && op[0] == '>';
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

/* The other end, when one follows: "1" "-10%"; "> 10 %" " and <= 50 %"; "25 %" " to less than 50 %". */
static struct bound read_other_end(const char *text, size_t at, const struct bound *first, bool between)
{
    size_t joint = joint_bytes(text + at + first->n_bytes, between || first->op);
    if (joint == 0)
        return (struct bound){0};
    struct bound second = read_bound(text, at + first->n_bytes + joint);
    bool facing = first->op ? second.op && is_lower(first->op) != is_lower(second.op) : !is_lower(second.op);
    bool alike = !first->unit || (second.unit && strcmp(first->unit, second.unit) == 0);
    if (second.n_bytes == 0 || !facing || !alike)
        return (struct bound){0};
    second.n_bytes += joint;
    return second;
}

static void keep_bound(const struct bound *bound, struct condition *condition)
{
    *condition = (struct condition){
        .op = bound->op, .has_value = true, .value = bound->value, .unit = bound->unit, .window_s = UNSTATED};
}

static void keep_range(const struct bound *first, const struct bound *second, struct condition *condition)
{
    bool turned = first->op && !is_lower(first->op); /* "< 50 % and > 25 %" */
    const struct bound *low = turned ? second : first, *high = turned ? first : second;
    *condition = (struct condition){.op = low->op ? low->op : ">=",
                                    .has_value = true,
                                    .value = low->value,
                                    .unit = second->unit,
                                    .op_hi = high->op ? high->op : "<=",
                                    .has_value_hi = true,
                                    .value_hi = high->value,
                                    .window_s = UNSTATED};
}

static bool is_time(const char *unit)
{
    static const char *const times[] = {"s", "min", "h", "d"};
    for (size_t i = 0; unit && i < sizeof times / sizeof *times; i++)
        if (strcmp(unit, times[i]) == 0)
            return true;
    return false;
}

/* Bytes of "between " or "from " that end at text + at. */
static size_t between_bytes(const char *text, size_t at)
{
    if (at >= 8 && words_at(text, at - 8, "between"))
        return 8;
    return at >= 5 && words_at(text, at - 5, "from") ? 5 : 0;
}

/* ---- Windows ---- */

/* Bytes of "for", "over the last" and the like at text + at, or 0. */
static size_t window_words(const char *text, size_t at)
{
    static const char *const joints[] = {"for", "over", "within", "in", "during", "per"};
    static const char *const more[] = {"more than ", "at least ", "longer than ", "over ", "about ",
                                       "the ",       "a ",        "an ",          "any ",  "last ",
                                       "past ",      "rolling ",  "sustained ",   "> ",    ">"};
    size_t n = 0;

    for (size_t i = 0; i < sizeof joints / sizeof *joints && n == 0; i++)
        n = words_at(text, at, joints[i]) && text[at + strlen(joints[i])] == ' ' ? strlen(joints[i]) + 1 : 0;
    for (size_t i = 0; n > 0 && i < sizeof more / sizeof *more; i++)
        if (text_starts_with(text + at + n, more[i]))
            n += strlen(more[i]);
    return n;
}

/* Whether what stands between a number and its window names what is counted ("failed logins within 1 hour"),
 * and tells nobody to do something ("> 100 escalate within 1 hour"). */
static bool only_counted(struct arena *arena, const char *text, size_t n_bytes)
{
    enum { COUNTED_BYTES = 50 };
    size_t blanks = strspn(text, " "), n_first = strcspn(text + blanks, " ");

    if (blanks >= n_bytes)
        return true;
    const char *counted = n_bytes <= COUNTED_BYTES ? text_normalise(arena, text, n_bytes) : NULL;
    if (counted == NULL || strpbrk(counted, ".;:,\xe2") || counted[strlen(counted) - 1] != 's')
        return false;
    return text[blanks + n_first - 1] == 's' || !words_begin(WORDS_VERBS, counted);
}

/* How long something must last, or the time it is counted over, in what follows a number: "for 10 minutes",
 * "failed logins within 1 hour", "(5 min)". */
static int64_t window_after(struct arena *arena, const char *text)
{
    enum { LOOK_BYTES = 80 };
    struct duration_words duration;
    const char *rest = arena_strndup(arena, text, strnlen(text, LOOK_BYTES));

    for (size_t i = 0; rest[i]; i++) {
        bool bracket = rest[i] == '(' && strspn(rest, " ") == i;
        size_t n = bracket ? 1 : rest[i] == ' ' ? window_words(rest, i + 1) : 0;
        n += n > 0 && !bracket;
        if (n > 0 && text_duration(rest + i + n, &duration) && duration.at == 0 && duration.value_s > 0)
            return only_counted(arena, rest, i) ? duration.value_s : UNSTATED;
    }
    return UNSTATED;
}

/* What counts of several: what is compared, then ranges of bare numbers, then how long something lasts ("for
 * more than 5 minutes"). */
enum reading { READ_COMPARED, READ_RANGE, READ_LASTING, READ_NOTHING };

/* " regions affected": a bare range in front of it counts them. A date or "24-7" counts nothing. */
static bool counts_things(const char *text)
{
    enum { WORD_LEAST = 4 };
    size_t n = 0;

    while (text[0] == ' ' && isalpha((unsigned char)text[n + 1]))
        n++;
    return n >= WORD_LEAST && text[n] == 's' && text[n + 1] != '-';
}

static enum reading read_at(struct arena *arena, const char *text, size_t at, struct condition *condition)
{
    bool digit = isdigit((unsigned char)text[at]) &&
                 (at == 0 || (!isalnum((unsigned char)text[at - 1]) && text[at - 1] != '.'));
    if (!digit && !comparison_begins(text, at))
        return READ_NOTHING;
    struct bound first = read_bound(text, at);
    if (first.n_bytes == 0)
        return READ_NOTHING;
    size_t between = digit ? between_bytes(text, at) : 0;
    struct bound second = read_other_end(text, at, &first, between > 0);
    enum reading reading = digit && !second.op ? READ_RANGE : READ_COMPARED;
    if (second.n_bytes > 0 && (second.op || second.unit || between ||
                               (at == 0 && counts_things(text + first.n_bytes + second.n_bytes))))
        keep_range(&first, &second, condition);
    else if (first.op && second.n_bytes == 0 && (!digit || first.unit))
        keep_bound(&first, condition);
    else
        return READ_NOTHING;
    if (!digit && is_time(first.unit) && at >= 4 && words_at(text, at - 4, "for"))
        reading = READ_LASTING;
    size_t end = at + first.n_bytes + second.n_bytes;
    name_it(arena, text, at - between, end, condition);
    condition->window_s = window_after(arena, text + end);
    return reading;
}

static bool read_measured(struct arena *arena, const char *text, struct condition *ret_condition)
{
    enum reading best = READ_NOTHING;
    for (size_t i = 0; text[i] && best != READ_COMPARED; i++) {
        struct condition condition;
        enum reading reading = read_at(arena, text, i, &condition);
        if (reading >= best)
            continue;
        best = reading;
        *ret_condition = condition;
    }
    return best != READ_NOTHING;
}

static bool read_state(struct arena *arena, const char *text, uint64_t beginnings,
                       struct condition *condition)
{
    static const char *const classes[] = {"5xx", "4xx"};
    const char *class = NULL;

    for (size_t i = 0; i < sizeof classes / sizeof *classes && class == NULL; i++)
        if (text_may_have(beginnings, classes[i]))
            class = text_find_word(text, classes[i]);
    if (class) {
        condition->op = "class";
        condition->words = text;
        condition->metric = arena_strndup(arena, class, 3);
        return true;
    }
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (!text_may_have(beginnings, states[i].word) || text_find_word(text, states[i].word) == NULL)
            continue;
        condition->op = states[i].op;
        condition->words = text;
        condition->metric = metric_name(arena, text);
        return true;
    }
    return false;
}

enum { TEXT_BYTES = 1000 };

void condition_read(struct arena *arena, const char *text, struct condition *ret_condition)
{
    struct condition condition = {.window_s = UNSTATED};
    static const char *const aggregates[] = {"p50", "p90", "p95", "p99", "average", "median", "max"};

    uint64_t beginnings = strnlen(text, TEXT_BYTES + 1) > TEXT_BYTES ? 0 : text_beginnings(text);
    if (beginnings == 0 ||
        (!read_measured(arena, text, &condition) && !read_state(arena, text, beginnings, &condition))) {
        *ret_condition = (struct condition){.window_s = UNSTATED};
        return;
    }
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && condition.aggregate == NULL; i++)
        if (text_may_have(beginnings, aggregates[i]) && text_find_word(text, aggregates[i]))
            condition.aggregate = aggregates[i];
    *ret_condition = condition;
}
