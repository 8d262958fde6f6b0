/* Escalations in running text: a sentence that calls a role when a time is over, chains and rungs on a line.
 */
#include <ctype.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/heading_words.h"
#include "runbook/idle_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"
#include "runbook/parts_read.h"

struct escalation *escalation_add_rung(struct parts_reading *reading, const struct rung *rung)
{
    struct escalation *rule = escalation_add(reading, "rule", rung->line, rung->line);

    rule->to = rung->to;
    if (rule->to.n == 0)
        persons_add(reading->arena, rung->text, &rule->to);
    rule->after_s = rung->after_s;
    rule->condition = rung->condition;
    return rule;
}

bool escalation_wait(const char *sentence, struct duration_words *ret_after)
{
    size_t n = strlen(sentence);

    if (!text_duration(sentence, ret_after) || ret_after->value_s < 60 ||
        calling_within(CALLING_EVERY, sentence, n))
        return false;
    const char *from = sentence + ret_after->at;
    size_t before = ret_after->at;
    bool past = ret_after->op && ret_after->op[0] == '>';
    bool conditional = calling_within(CALLING_IF, sentence, before);
    bool idle = idle_says_within(sentence, before);
    bool lasts = calling_before(CALLING_FOR, sentence, before);
    bool limit = lasts || calling_before(CALLING_IN, sentence, before) ||
                 (ret_after->op && ret_after->op[0] == '<') ||
                 escalation_from_answer(from + ret_after->n_bytes);
    return calling_at(CALLING_AFTER, from) > 0 || (past && conditional) || (limit && idle) ||
           (conditional && lasts);
}

static bool calls(const struct fact *fact, const char *sentence)
{
    struct word_match verb;

    return (fact_may_have(fact, PART_TELL_VERB) && part_words_next(PART_TELL_VERB, sentence, 0, &verb)) ||
           (fact_may_have(fact, PART_WAIT_WORD) && part_words_next(PART_WAIT_WORD, sentence, 0, &verb)) ||
           calling_within(CALLING_ARROW, sentence, strlen(sentence));
}

/* "If nobody answers within 15 minutes:", and whom to call stands in the items below it. */
static void add_below(struct parts_reading *reading, const struct fact *fact, struct strings *ret_to)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct word_match verb;
    size_t n = strlen(fact->text);

    if (fact->place != FACT_ITEM || n == 0 || fact->text[n - 1] != ':')
        return;
    for (const struct fact *below = fact + 1;
         below < reading->facts.at + reading->facts.n && below->block < block->end; below++)
        if (below->place == FACT_ITEM && strnlen(below->text, RULE_BYTES) < RULE_BYTES &&
            (part_words_next(PART_TELL_VERB, below->text, 0, &verb) ||
             part_words_next(PART_ESCALATE_VERB, below->text, 0, &verb) ||
             part_words_next(PART_WAIT_WORD, below->text, 0, &verb)))
            persons_add(reading->arena, below->text, ret_to);
}

static bool about_escalation(const struct parts_reading *reading, size_t block)
{
    struct part_label above;

    return strcasestr(part_heading(reading, block), "escalat") ||
           (part_label_before(reading, block, &above) && strcasestr(above.text, "escalat"));
}

/* The procedure that a sentence speaks of. In a document of one procedure, "Escalation" is a section of the
 * document. */
static const struct procedure *procedure_spoken_of(const struct parts_reading *reading,
                                                   const struct fact *fact, int line)
{
    bool one = reading->runbook->procedures.n == 1;

    return one && about_escalation(reading, fact->block) ? NULL : part_procedure_at(reading, line);
}

void escalation_add_house(struct arena *arena, const char *behind_verb, struct strings *ret_to)
{
    enum { NAME_BYTES = 40 };
    struct word_match last;

    behind_verb = calling_skip(CALLING_LEAD, behind_verb + strspn(behind_verb, " "));
    size_t n = strcspn(behind_verb, ".,;:(");
    if (n == 0 || n >= NAME_BYTES)
        return;
    const char *name = text_normalise(arena, behind_verb, n);
    for (size_t from = 0; part_words_next(PART_CALLED, name, from, &last); from = last.at + last.n_bytes)
        if (name[last.at + last.n_bytes] == '\0') {
            strings_add(arena, ret_to, name);
            return;
        }
}

void escalation_add_called(struct arena *arena, const char *sentence, const struct duration_words *after,
                           struct strings *ret_to)
{
    size_t behind = after->at + after->n_bytes;
    struct word_match verb;

    if (part_words_next(PART_TELL_VERB, sentence, behind, &verb))
        persons_add(arena, sentence + verb.at + verb.n_bytes, ret_to);
    if (ret_to->n == 0)
        persons_add(arena, sentence, ret_to);
    if (ret_to->n == 0 && part_words_next(PART_TELL_VERB, sentence, behind, &verb))
        escalation_add_house(arena, sentence + verb.at + verb.n_bytes, ret_to);
}

static void read_sentence(struct parts_reading *reading, const struct fact *fact, const char *sentence,
                          int line, bool *taken)
{
    struct duration_words after;
    struct strings to = {0};
    const struct procedure *procedure = procedure_spoken_of(reading, fact, line);

    if (strnlen(sentence, RULE_BYTES) == RULE_BYTES || taken[line] || !escalation_wait(sentence, &after))
        return;
    if (calls(fact, sentence))
        escalation_add_called(reading->arena, sentence, &after, &to);
    else
        add_below(reading, fact, &to);
    if (to.n == 0)
        return;
    taken[line] = true;
    struct escalation *rule = escalation_add(reading, "rule", line, line);
    part_levels(reading, sentence, &rule->applies_to);
    if (rule->applies_to.n == 0)
        part_levels(reading, part_heading(reading, fact->block), &rule->applies_to);
    if (rule->applies_to.n == 0 && procedure)
        escalation_set_procedure(reading, rule, procedure, true);
    rule->to = to;
    rule->after_s = after.value_s;
    rule->condition = escalation_condition(reading->arena, sentence);
    bool still = rule->condition && text_starts_with(rule->condition, "after") &&
                 idle_says_within(sentence, after.at); /* "Still down after 15 minutes? Call the vendor" */
    if (rule->condition == NULL || still)              /* "Not back in 10 minutes: call the vendor" */
        rule->condition = arena_strndup(reading->arena, sentence, after.at + after.n_bytes);
}

/* The sentences of a fact that belong to one level: from the one that names it to the next that names
 * another. */
struct group {
    const struct sentence *first, *end;
    struct strings levels;
    int line;
};

static int sentence_line(const struct parts_reading *reading, const struct fact *fact,
                         const struct sentence *sentence)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    bool prose = fact->place == FACT_ITEM || fact->place == FACT_PROSE;

    return prose ? prose_line_at(&block->prose, fact->rest_at + sentence->at) : fact->line;
}

static struct group group_at(struct parts_reading *reading, const struct fact *fact,
                             const struct sentences *sentences, size_t i)
{
    const struct sentence *behind = sentences->at + sentences->n;
    struct group group = {.first = &sentences->at[i],
                          .line = sentence_line(reading, fact, &sentences->at[i])};
    struct strings others = {0};

    part_levels(reading, i == 0 ? fact->text : group.first->text, &group.levels);
    if (group.levels.n == 0)
        part_levels(reading, part_heading(reading, fact->block), &group.levels);
    for (group.end = group.first + 1; group.end < behind; group.end++) {
        part_levels(reading, group.end->text, &others);
        if (others.n > 0)
            break;
    }
    return group;
}

/* "Not answered in 10 min: page the lead. After 20 min the manager." */
static bool read_ladder(struct parts_reading *reading, const struct fact *fact, const char *sentences,
                        const struct group *group)
{
    const struct procedure *procedure = procedure_spoken_of(reading, fact, group->line);
    const struct sentence *last = group->end - 1;
    size_t n_bytes = last->at + strlen(last->text) - group->first->at;
    struct rungs rungs = {0};

    if (n_bytes >= RULE_BYTES)
        return false;
    const char *text = text_normalise(reading->arena, sentences + group->first->at, n_bytes);
    if (!rungs_read(reading->arena, text, false, group->line, &rungs) || rungs.n < 2)
        return false;
    list_each (rung, &rungs) {
        struct escalation *rule = escalation_add_rung(reading, rung);
        rule->applies_to = group->levels;
        rule->text = text;
        if (rule->applies_to.n == 0 && procedure)
            escalation_set_procedure(reading, rule, procedure, true);
    }
    return true;
}

static void read_group(struct parts_reading *reading, const struct fact *fact, const struct group *group,
                       const struct sentence *behind, bool *taken)
{
    if (!taken[group->line] && read_ladder(reading, fact, fact->rest, group)) {
        taken[group->line] = true;
        return;
    }
    for (const struct sentence *sentence = group->first; sentence < group->end; sentence++) {
        const char *text = sentence->text;
        size_t n = strlen(text);
        if (n > 0 && text[n - 1] == '?' && sentence + 1 < behind)
            text = arena_printf(reading->arena, "%s %s", text,
                                sentence[1].text); /* "Nobody there? Call the lead." */
        read_sentence(reading, fact, text, sentence_line(reading, fact, sentence), taken);
    }
}

void escalation_read_sentences(struct parts_reading *reading, const struct fact *fact, bool *taken)
{
    struct sentences sentences = {0};
    struct duration_words time;

    if (fact->place == FACT_FENCE || !text_duration(fact->text, &time) ||
        part_template_at(reading, fact->line) || part_severity_at(reading, fact->line))
        return;
    size_t n_text = strnlen(fact->text, RULE_BYTES);
    if (fact->place == FACT_ITEM && n_text > 0 && n_text < RULE_BYTES && fact->text[n_text - 1] == ':') {
        read_sentence(reading, fact, fact->text, fact->line, taken);
        return;
    }
    if (!(fact_may_have(fact, PART_PERSON) || fact_may_have(fact, PART_CALLED)) ||
        !(fact_may_have(fact, PART_TELL_VERB) || fact_may_have(fact, PART_WAIT_WORD) ||
          strchr(fact->text, '>') || strstr(fact->text, "\xe2\x86\x92")))
        return;
    if (fact->label &&
        strpbrk(fact->label, "0123456789")) { /* "Still down after 15 minutes: call the lead" */
        struct sentence whole = {.text = fact->text};
        struct group group = {.first = &whole, .end = &whole + 1, .line = fact->line};
        part_levels(reading, fact->text, &group.levels);
        if (!taken[fact->line] && read_ladder(reading, fact, fact->text, &group)) {
            taken[fact->line] = true;
            return;
        }
        read_sentence(reading, fact, fact->text, fact->line, taken);
        return;
    }
    text_sentences(reading->arena, fact->rest, &sentences);
    for (size_t i = 0; i < sentences.n;) {
        struct group group = group_at(reading, fact, &sentences, i);
        read_group(reading, fact, &group, sentences.at + sentences.n, taken);
        i = (size_t)(group.end - sentences.at);
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

void escalation_read_timed(struct parts_reading *reading, const struct fact *fact, bool *taken)
{
    enum { WHOM_BYTES = 60 };
    struct duration_words after;
    struct word_match verb;
    struct strings to = {0};

    if (fact->place != FACT_ITEM || taken[fact->line] || !isdigit((unsigned char)fact->text[0]) ||
        !fact_may_have(fact, PART_TELL_VERB) || fact->n_bytes >= RULE_BYTES ||
        !text_duration(fact->text, &after) || after.at > 0 ||
        !part_words_next(PART_TELL_VERB, fact->text, 0, &verb) || !about_escalation(reading, fact->block))
        return;
    const char *whom = fact->text + verb.at + verb.n_bytes;
    persons_add(reading->arena, whom, &to);
    if (to.n == 0)
        strings_add(reading->arena, &to, text_normalise(reading->arena, whom, strnlen(whom, WHOM_BYTES)));
    taken[fact->line] = true;
    struct escalation *rule = escalation_add(reading, "rule", fact->line, fact->line);
    part_levels(reading, fact->text, &rule->applies_to);
    rule->to = to;
    rule->after_s = after.value_s;
    rule->condition = escalation_condition(reading->arena, fact->text);
}

void escalation_read_all_sentences(struct parts_reading *reading, bool *taken)
{
    list_each (escalation, &reading->parts->escalations)
        for (int line = escalation->line; line <= escalation->line_end && line <= reading->runbook->n_lines;
             line++)
            taken[line] = true;
    list_each (fact, &reading->facts) {
        escalation_read_timed(reading, fact, taken);
        escalation_read_sentences(reading, fact, taken);
    }
    list_each (row, &reading->rows) {
        escalation_read_sentences(reading, row, taken);
        escalation_read_card(reading, row, taken);
    }
}

/* "SEV1" on a line of its own, and below it whom that calls. */
static void term_levels(const struct parts_reading *reading, size_t block, struct strings *ret_ids)
{
    enum { TERM_BYTES = 40 };
    const struct block *blocks = reading->document->blocks.at;
    size_t before = blocks[block].kind == BLOCK_ITEM ? blocks[block].list_first : block;

    if (before > 0 && blocks[before - 1].kind == BLOCK_PARAGRAPH &&
        blocks[before - 1].heading == blocks[block].heading &&
        strnlen(blocks[before - 1].prose.text, TERM_BYTES) < TERM_BYTES)
        part_levels(reading, blocks[before - 1].prose.text, ret_ids);
}

void escalation_levels_around(const struct parts_reading *reading, size_t block, struct strings *ret_ids)
{
    const struct block *blocks = reading->document->blocks.at;
    size_t outer = block;
    struct part_label above;

    while (outer > 0 && blocks[outer].kind == BLOCK_ITEM && blocks[outer].depth >= blocks[block].depth)
        outer--;
    if (blocks[outer].kind == BLOCK_ITEM)
        part_levels(reading, part_item_title(reading, outer), ret_ids);
    if (ret_ids->n == 0 && part_label_before(reading, block, &above) && !above.sentence)
        part_levels(reading, above.text, ret_ids);
    if (ret_ids->n == 0)
        term_levels(reading, block, ret_ids);
    if (ret_ids->n == 0)
        part_levels(reading, part_heading(reading, block), ret_ids);
}

/* Whom "T+15m: page the pump lead" calls; what is only told to those who wait is a promise and no call. */
static bool called_at(struct parts_reading *reading, const struct fact *fact, struct strings *ret_to,
                      int64_t *ret_after_s)
{
    enum { VERB_WITHIN = 6 };
    struct duration_words after;
    struct word_match verb;
    struct person person;

    if (fact->place != FACT_ITEM || fact->label == NULL || !text_starts_with(fact->label, "t+") ||
        !fact_may_have(fact, PART_TELL_VERB) || fact->n_bytes >= RULE_BYTES ||
        !part_words_next(PART_TELL_VERB, fact->rest, 0, &verb) || verb.at > VERB_WITHIN)
        return false;
    const char *time = fact->label + strlen("t+");
    bool timed = text_duration(time, &after) && after.at == 0;
    if ((!timed && !text_same(time, "0")) ||
        !person_next(reading->arena, fact->rest, verb.at + verb.n_bytes, &person) ||
        strcmp(person.kind, "stakeholder") == 0)
        return false;
    persons_add(reading->arena, fact->rest + verb.at + verb.n_bytes, ret_to);
    *ret_after_s = timed ? after.value_s : 0;
    return true;
}

bool escalation_is_moment(struct parts_reading *reading, const struct fact *fact)
{
    struct strings to = {0}, levels = {0};
    int64_t after_s;

    if (!called_at(reading, fact, &to, &after_s))
        return false;
    escalation_levels_around(reading, fact->block, &levels);
    return levels.n > 0 || about_escalation(reading, fact->block);
}

bool escalation_read_moment(struct parts_reading *reading, const struct fact *fact)
{
    struct strings to = {0}, levels = {0};
    int64_t after_s;

    if (!escalation_is_moment(reading, fact) || !called_at(reading, fact, &to, &after_s))
        return false;
    escalation_levels_around(reading, fact->block, &levels);
    struct escalation *rule = escalation_add(reading, "rule", fact->line, fact->line);
    rule->applies_to = levels;
    rule->to = to;
    rule->after_s = after_s;
    rule->condition = escalation_condition(reading->arena, fact->rest);
    if (after_s >= 60)
        rule->text = fact->text; /* who is paged at first is no escalation of the level */
    return true;
}

/* ---- what levels take from rules ---- */

void severities_take_rules(struct runbook *runbook)
{
    list_each (level, &runbook->severities) {
        if (level->escalation_text)
            continue;
        list_each (rule, &runbook->parts.escalations) {
            bool applies = false;
            for (size_t i = 0; i < rule->applies_to.n; i++)
                applies |= text_same(rule->applies_to.at[i], level->id);
            if (!applies || rule->text == NULL || rule->after_s == UNSTATED ||
                (level->escalation_text && level->escalate_after_s <= rule->after_s))
                continue;
            level->escalation_text = rule->text;
            level->escalation_line = rule->line;
            level->escalate_after_s = rule->after_s;
            level->escalate_condition = rule->condition;
            level->escalate_to = rule->to;
        }
    }
}
