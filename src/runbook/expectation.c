/* What stands beside a command about what it should give. Only what can be held against an output is taken:
 * a number, a status, a word or a quoted text right behind a word of expecting. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/text.h"
#include "runbook/verification.h"

enum { WORD_BYTES = 60, LOOKED_AT_BYTES = 2000 };

/* Behind one of these stands what is expected; the verb behind "should" is passed over. */
static const char *const starts[] = {"expected output",
                                     "expected result",
                                     "expected response",
                                     "expected status",
                                     "expected",
                                     "expects",
                                     "expecting",
                                     "expect",
                                     "should",
                                     "must",
                                     "returns",
                                     "needs to"};
static const char *const fillers[] = {
    "be",       "return",  "give",   "print", "show",   "say",   "report", "equal",   "output", "contain",
    "contains", "respond", "answer", "read",  "with",   "a",     "an",     "the",     "to",     "get",
    "see",      "is",      "value",  "of",    "status", "code",  "http",   "exactly", "now",    "have",
    "still",    "again",   "all",    "in",    "state",  "count", "result", "display", "come",   "back"};

static const struct {
    const char *words, *op;
} comparisons[] = {
    {"<=", "<="},           {">=", ">="},           {"<", "<"},         {">", ">"},
    {"\xe2\x89\xa4", "<="}, {"\xe2\x89\xa5", ">="}, {"less than", "<"}, {"fewer than", "<"},
    {"below", "<"},         {"under", "<"},         {"at most", "<="},  {"no more than", "<="},
    {"more than", ">"},     {"greater than", ">"},  {"above", ">"},     {"over", ">"},
    {"at least", ">="},     {"==", "=="},           {"=", "=="},
};

static const char *past_blanks(const char *at)
{
    while (*at == ' ' || *at == ':')
        at++;
    return at;
}

/* The text behind the word, when it stands there as a whole word; else NULL. */
static const char *past_word(const char *at, const char *word)
{
    size_t n = strlen(word);
    if (!text_starts_with(at, word) || (isalpha((unsigned char)word[n - 1]) && isalnum((unsigned char)at[n])))
        return NULL;
    return past_blanks(at + n);
}

static const char *past_fillers(const char *at)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < sizeof fillers / sizeof *fillers && !more; i++) {
            const char *next = past_word(at, fillers[i]);
            if (next && *next) {
                at = next;
                more = true;
            }
        }
    }
    return at;
}

/* Where what is expected begins, or NULL. */
static const char *find_start(const char *sentence)
{
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const char *found = text_find_word(sentence, starts[i]);
        const char *behind = found ? past_word(found, starts[i]) : NULL;
        if (behind && *behind)
            return behind;
    }
    return NULL;
}

static bool ends_here(const char *at)
{
    return *at == '\0' || strchr(".,;)!\n", *at) != NULL;
}

static struct expectation read_number(const char *at)
{
    struct expectation found = {.op = "=="};
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        const char *next = past_word(at, comparisons[i].words);
        if (next) {
            found.op = comparisons[i].op;
            at = next;
            break;
        }
    }
    char *end;
    if (!isdigit((unsigned char)*at))
        return found;
    found.value = strtod(at, &end);
    if (isalnum((unsigned char)*end) || *end == '/' || *end == '-' ||
        (*end == '.' && end[1] && end[1] != ' '))
        return found; /* a version, a part of "3/3", a date */
    bool status = strcmp(found.op, "==") == 0 && found.value >= 100 && found.value <= 599;
    found.kind = status ? EXPECT_STATUS : EXPECT_NUMBER;
    return found;
}

/* A quoted text, or one word that ends the clause. */
static const char *read_text(struct arena *arena, const char *at)
{
    if (strchr("`\"'", *at) && *at) {
        const char *end = strchr(at + 1, *at);
        return end && end > at + 1 ? arena_strndup(arena, at + 1, (size_t)(end - at - 1)) : NULL;
    }
    size_t n = 0;
    while (at[n] && !isspace((unsigned char)at[n]) && !strchr(",;)!", at[n]) && n < WORD_BYTES)
        n++;
    while (n > 0 && strchr(".:", at[n - 1]))
        n--;
    const char *behind = at + n;
    while (*behind == '.' || *behind == ':' || *behind == ' ')
        behind++;
    return n > 0 && ends_here(behind) && text_find_word(at, "not") != at ? arena_strndup(arena, at, n) : NULL;
}

struct expectation expectation_of(struct arena *arena, const char *sentence)
{
    static const char *const nothing[] = {"nothing", "no output",  "empty",
                                          "no rows", "no results", "no lines"};
    const char *start = find_start(arena_strndup(arena, sentence, strnlen(sentence, LOOKED_AT_BYTES)));
    if (!start)
        return (struct expectation){0};
    const char *at = past_fillers(start);
    struct expectation found = read_number(at);
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing && !found.kind; i++)
        if (past_word(at, nothing[i]))
            found.kind = EXPECT_NOTHING;
    if (!found.kind && (found.text = read_text(arena, at)) != NULL)
        found.kind = EXPECT_TEXT;
    if (!found.kind)
        return (struct expectation){0};
    found.words = arena_strndup(arena, start, strnlen(start, WORD_BYTES));
    return found;
}

/* ---- held against an output ---- */

static bool compare(const char *op, double a, double b)
{
    if (strcmp(op, "<") == 0)
        return a < b;
    if (strcmp(op, "<=") == 0)
        return a <= b;
    if (strcmp(op, ">") == 0)
        return a > b;
    if (strcmp(op, ">=") == 0)
        return a >= b;
    return !(a < b) && !(a > b);
}

/* The numbers of the output that stand by themselves ("3", "45%", not "10.0.0.1"); gives how many. */
static size_t numbers_of(const char *output, double *ret_last)
{
    size_t n = 0;
    for (const char *at = output; *at;) {
        bool before = at > output && (isalnum((unsigned char)at[-1]) || strchr(".-/:_", at[-1]));
        if (!isdigit((unsigned char)*at) || before) {
            at++;
            continue;
        }
        char *end;
        double value = strtod(at, &end);
        bool alone = !isalnum((unsigned char)*end) &&
                     !(strchr("-/:_.", *end) && *end && isalnum((unsigned char)end[1]));
        if (alone) {
            *ret_last = value;
            n++;
        }
        at = end;
    }
    return n;
}

/* The last status that the output shows: of "HTTP/1.1 503", or when the number is all of it. False: none. */
static bool status_of(const char *output, double *ret_status)
{
    bool found = false;
    for (const char *at = output; (at = strstr(at, "HTTP/")) != NULL; at++) {
        const char *blank = strchr(at, ' ');
        if (blank && isdigit((unsigned char)blank[1])) {
            *ret_status = strtod(blank + 1, NULL);
            found = true;
        }
    }
    return found || numbers_of(output, ret_status) == 1;
}

static bool by_exit(struct arena *arena, const struct expectation *expectation, int exit_code,
                    const char **ret_why)
{
    const char *unread =
        expectation->kind == EXPECT_SUCCESS
            ? ""
            : arena_printf(arena, "; \"%s\" could not be read from its output", expectation->words);
    *ret_why = arena_printf(arena, "exit %d%s", exit_code, unread);
    return exit_code == 0;
}

static bool text_met(struct arena *arena, const struct expectation *expectation, int exit_code,
                     const char *output, const char **ret_why)
{
    bool there =
        text_find_word(output, expectation->text) != NULL || strstr(output, expectation->text) != NULL;
    /* "healthy" is no part of "unhealthy", and what is quoted may end in any mark. */
    if (there && isalnum((unsigned char)expectation->text[0]) && !text_find_word(output, expectation->text))
        there = false;
    *ret_why = arena_printf(arena, "it %s \"%s\"%s", there ? "printed" : "did not print", expectation->text,
                            exit_code ? arena_printf(arena, ", exit %d", exit_code) : "");
    return there && exit_code == 0;
}

bool expectation_met(struct arena *arena, const struct expectation *expectation, int exit_code,
                     const char *output, const char **ret_why)
{
    double value = 0;
    bool met;
    switch (expectation->kind) {
    case EXPECT_TEXT:
        return text_met(arena, expectation, exit_code, output, ret_why);
    case EXPECT_NOTHING:
        met = output[strspn(output, " \t\r\n")] == '\0';
        *ret_why = met ? "it printed nothing, as expected" : "it printed something, and nothing was expected";
        return met;
    case EXPECT_NUMBER:
        /* `grep -c` that counts none exits with 1: a number that is all it printed decides. */
        if (numbers_of(output, &value) != 1 || (exit_code && output[strspn(output, "0123456789. \n")]))
            return by_exit(arena, expectation, exit_code, ret_why);
        met = compare(expectation->op, value, expectation->value);
        break;
    case EXPECT_STATUS:
        if (!status_of(output, &value))
            return by_exit(arena, expectation, exit_code, ret_why);
        met = compare("==", value, expectation->value) && exit_code == 0;
        break;
    default:
        return by_exit(arena, expectation, exit_code, ret_why);
    }
    *ret_why = arena_printf(arena, "it gave %g, expected %s%g%s", value,
                            strcmp(expectation->op, "==") == 0 ? "" : expectation->op, expectation->value,
                            exit_code ? arena_printf(arena, ", exit %d", exit_code) : "");
    return met;
}
