#include "runbook/thresholds.h"

#include <string.h>
#include <strings.h>

#include "runbook/severity.h"
#include "runbook/text.h"

static bool may_decide(const struct threshold_clause *clause)
{
    return clause->condition.has_value && clause->condition.op;
}

static struct threshold_clause clause_read(struct arena *arena, const char *text)
{
    struct threshold_clause clause = {.text = text};
    condition_read(arena, text, &clause.condition);
    return clause;
}

static void read_words(struct arena *arena, struct threshold_clause *clause)
{
    if (may_decide(clause))
        alert_words_of(arena, vocabulary_builtin(), clause->text, &clause->words);
}

/* "A and B": both must hold. A range ("> 1 % and < 10 %") is one. */
static void alternative_read(struct arena *arena, const char *text,
                             struct threshold_alternative *ret_alternative)
{
    const char *joint = strcasestr(text, " and ");
    struct threshold_clause whole = clause_read(arena, text);
    *ret_alternative = (struct threshold_alternative){.text = text, .n_clauses = 1, .clauses = {whole}};
    if (joint && !whole.condition.has_value_hi) {
        struct threshold_clause first =
            clause_read(arena, arena_strndup(arena, text, (size_t)(joint - text)));
        struct threshold_clause second = clause_read(arena, joint + strlen(" and "));
        if (first.condition.has_value && second.condition.has_value) {
            ret_alternative->n_clauses = 2;
            ret_alternative->clauses[0] = first;
            ret_alternative->clauses[1] = second;
        }
    }
    for (size_t i = 0; i < ret_alternative->n_clauses; i++)
        read_words(arena, &ret_alternative->clauses[i]);
}

/* Bytes up to the next alternative: " or " with words of its own, "; ", ", ". */
static size_t alternative_bytes(const char *text, size_t *ret_joint)
{
    for (size_t i = 0; text[i]; i++) {
        bool mark = (text[i] == ',' || text[i] == ';') && text[i + 1] == ' ';
        bool or = strncasecmp(text + i, " or ", 4) == 0 && !text_starts_with(text + i, " or more") &&
                  !text_starts_with(text + i, " or less") && !text_starts_with(text + i, " or higher") &&
                  !text_starts_with(text + i, " or above") && !text_starts_with(text + i, " or lower");
        *ret_joint = mark ? 2 : 4;
        if (mark || or)
            return i;
    }
    *ret_joint = 0;
    return strlen(text);
}

const struct thresholds *thresholds_read(struct arena *arena, const struct criterion *criterion)
{
    const char *at = criterion->text;
    if (!at || !criterion->condition.has_value || strnlen(at, CRITERION_BYTES) == CRITERION_BYTES)
        return NULL;
    struct thresholds *thresholds = arena_alloc(arena, sizeof *thresholds);
    while (*at && thresholds->n < ALTERNATIVES_AT_MOST) {
        size_t joint, n = alternative_bytes(at, &joint);
        alternative_read(arena, arena_strndup(arena, at, n), &thresholds->at[thresholds->n++]);
        at += n + joint;
    }
    return thresholds;
}
