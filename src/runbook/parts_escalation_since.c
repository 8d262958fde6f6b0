/* What the time of a rule counts from: the opening of the incident, or its acknowledgement. */
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_read.h"

bool escalation_from_answer(const char *behind)
{
    enum { FAR = 24 }; /* "the page has been " */
    struct word_match match;
    size_t n = calling_at(CALLING_FROM, behind);

    return n > 0 && part_words_next(PART_DEADLINE_AFTER, behind, n, &match) &&
           strcmp(match.value, "acknowledged") == 0 && match.at <= n + FAR &&
           strcspn(behind + n, ".,;:()") >= match.at - n;
}

static bool counts_from_answer(const char *text, int64_t after_s)
{
    struct duration_words time;

    for (size_t from = 0; text[from] && text_duration(text + from, &time);) {
        from += time.at + time.n_bytes;
        if (time.value_s == after_s && escalation_from_answer(text + from))
            return true;
        if (time.n_bytes == 0)
            return false;
    }
    return false;
}

static void look(struct escalation *rule, const struct facts *facts, int line)
{
    size_t at = first_not(fact, facts->at, facts->n, fact->line < line);

    for (; at < facts->n && facts->at[at].line == line; at++)
        if (facts->at[at].n_bytes < RULE_BYTES)
            rule->from_answer |= counts_from_answer(facts->at[at].text, rule->after_s);
}

void escalation_read_since(struct parts_reading *reading)
{
    list_each (rule, &reading->parts->escalations) {
        if (rule->after_s <= 0)
            continue;
        if (rule->text)
            rule->from_answer = counts_from_answer(rule->text, rule->after_s);
        look(rule, &reading->facts, rule->line);
        look(rule, &reading->rows, rule->line);
    }
}
