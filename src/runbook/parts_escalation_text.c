/* Escalations in running text: a sentence that calls a role when a time is over. */
#include <string.h>

#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"

static bool has_any(const char *text, size_t n, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++) {
        const char *at = strcasestr(text, words[i]);
        if (at && (size_t)(at - text) < n)
            return true;
    }
    return false;
}

bool escalation_wait(const char *sentence, struct duration_words *ret_after)
{
    static const char *const nothing[] = {
        "not ",  "n't ",     "no ",        "without",    "nobody",         "no one",      "cannot",
        "still", "fails to", "unanswered", "unresolved", "unacknowledged", "unreachable", "unavailable"};
    static const char *const asked[] = {"if ", "when ", "once ", "unless", "longer than", "more than"};
    static const char *const other[] = {"every ", "fires ", "firing ", "triggers "};
    size_t n = strlen(sentence);

    if (!text_duration(sentence, ret_after) || ret_after->value_s < 60 ||
        has_any(sentence, n, other, sizeof other / sizeof *other))
        return false;
    const char *from = sentence + ret_after->at;
    size_t before = ret_after->at;
    bool past = ret_after->op && ret_after->op[0] == '>';
    bool conditional = has_any(sentence, before, asked, sizeof asked / sizeof *asked);
    bool idle = has_any(sentence, before, nothing, sizeof nothing / sizeof *nothing);
    bool limit =
        before >= 4 && (strncasecmp(from - 4, "for ", 4) == 0 || strncasecmp(from - 4, " in ", 4) == 0);
    limit |= ret_after->op && ret_after->op[0] == '<';
    return text_starts_with(from, "after") || (past && conditional) || (limit && idle) ||
           (conditional && limit && before >= 4 && strncasecmp(from - 4, "for ", 4) == 0);
}

static bool calls(const struct fact *fact, const char *sentence)
{
    static const char *const arrows[] = {"\xe2\x86\x92", "->", "=>"};
    struct word_match verb;

    return (fact_may_have(fact, PART_TELL_VERB) && part_words_next(PART_TELL_VERB, sentence, 0, &verb)) ||
           (fact_may_have(fact, PART_WAIT_WORD) && part_words_next(PART_WAIT_WORD, sentence, 0, &verb)) ||
           has_any(sentence, strlen(sentence), arrows, sizeof arrows / sizeof *arrows);
}

static void read_sentence(struct parts_reading *reading, const struct fact *fact, const char *sentence,
                          int line, bool *taken)
{
    struct duration_words after;
    struct strings to = {0};
    const struct procedure *procedure = part_procedure_at(reading, line);

    if (strnlen(sentence, RULE_BYTES) == RULE_BYTES || taken[line] || !calls(fact, sentence) ||
        !escalation_wait(sentence, &after))
        return;
    persons_add(reading->arena, sentence, &to);
    if (to.n == 0)
        return;
    taken[line] = true;
    struct escalation *rule = escalation_add(reading, "rule", line, line);
    part_levels(reading, sentence, &rule->applies_to);
    if (rule->applies_to.n == 0 && procedure)
        strings_add(reading->arena, &rule->applies_to,
                    procedure->severity ? procedure->severity : procedure->id);
    rule->to = to;
    rule->after_s = after.value_s;
    rule->condition = escalation_condition(reading->arena, sentence);
}

void escalation_read_sentences(struct parts_reading *reading, const struct fact *fact, bool *taken)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct sentences sentences = {0};

    if (fact->place == FACT_FENCE || !fact_may_have(fact, PART_PERSON) ||
        strpbrk(fact->text, "0123456789") == NULL ||
        !(fact_may_have(fact, PART_TELL_VERB) || fact_may_have(fact, PART_WAIT_WORD) ||
          strchr(fact->text, '>') || strstr(fact->text, "\xe2\x86\x92")) ||
        part_template_at(reading, fact->line) || part_severity_at(reading, fact->line))
        return;
    if (fact->label &&
        strpbrk(fact->label, "0123456789")) { /* "Still down after 15 minutes: call the lead" */
        read_sentence(reading, fact, fact->text, fact->line, taken);
        return;
    }
    text_sentences(reading->arena, fact->rest, &sentences);
    list_each (sentence, &sentences) {
        bool prose = fact->place == FACT_ITEM || fact->place == FACT_PROSE;
        int line = prose ? prose_line_at(&block->prose, fact->rest_at + sentence->at) : fact->line;
        const char *text = sentence->text;
        size_t n = strlen(text);
        if (n > 0 && text[n - 1] == '?' && sentence + 1 < sentences.at + sentences.n)
            text = arena_printf(reading->arena, "%s %s", text,
                                sentence[1].text); /* "Nobody there? Call the lead." */
        read_sentence(reading, fact, text, line, taken);
    }
}

/* The row of the same table, not far from it, that says to whom. */
static const struct fact *row_of_whom(const struct parts_reading *reading, const struct fact *row)
{
    enum { FAR = 16 };
    size_t at = (size_t)(row - reading->rows.at), first = at > FAR ? at - FAR : 0;

    for (size_t i = first; i < reading->rows.n && i < at + FAR; i++) {
        const struct fact *other = &reading->rows.at[i];
        const char *kind =
            other->block == row->block ? part_words_whole(PART_PERSON_COLUMN, other->label) : NULL;
        if (kind && strcmp(kind, "escalation") == 0)
            return other;
    }
    return NULL;
}

void escalation_read_card(struct parts_reading *reading, const struct fact *row, bool *taken)
{
    struct duration_words after;
    struct strings to = {0};

    if (strcasestr(row->label, "escalat") == NULL || !part_words_whole(PART_WAIT_COLUMN, row->label) ||
        taken[row->line] || !text_duration(row->rest, &after))
        return;
    const struct fact *whom = row_of_whom(reading, row);
    if (whom)
        persons_add(reading->arena, whom->rest, &to);
    if (to.n == 0)
        return;
    taken[row->line] = true;
    struct escalation *rule = escalation_add(reading, "rule", row->line, row->line);
    rule->to = to;
    rule->after_s = after.value_s;
}
