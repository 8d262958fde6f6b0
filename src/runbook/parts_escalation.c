/* Who is called when nobody gets on: rules of the severity levels, lists of when to escalate, steps that
 * escalate, chains ("lead -> manager -> CTO", ordered contacts) and who makes up a response team. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/idle_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"
#include "runbook/parts_read.h"
#include "runbook/procedure_priv.h"

enum { LEAD_BYTES = 12 };

struct escalation *escalation_add(struct parts_reading *reading, const char *kind, int line, int line_end)
{
    struct escalation *escalation = list_push(reading->arena, &reading->parts->escalations);

    *escalation = (struct escalation){.kind = kind, .line = line, .line_end = line_end, .after_s = UNSTATED};
    return escalation;
}

bool escalation_has_line(const struct parts_reading *reading, int line)
{
    size_t n = reading->parts->escalations.n;

    for (size_t k = n > 8 ? n - 8 : 0; k < n; k++)
        if (line >= reading->parts->escalations.at[k].line &&
            line <= reading->parts->escalations.at[k].line_end)
            return true;
    return false;
}

void escalation_set_procedure(struct parts_reading *reading, struct escalation *rule,
                              const struct procedure *procedure, bool waits)
{
    struct strings levels = {0};

    strings_add(reading->arena, &rule->applies_to, procedure->severity ? procedure->severity : procedure->id);
    part_levels(reading, procedure->title, &levels);
    if (levels.n == 0)
        rule->procedure = procedure->id;
    rule->waits = waits;
}

const char *escalation_condition(struct arena *arena, const char *text)
{
    const char *at = calling_word(CALLING_CONDITION, text);
    size_t n = at ? strlen(at) : 0; /* "(after 15 minutes)" */

    if (n == 0)
        return NULL;
    return n > 1 && at[n - 1] == ')' && strchr(at, '(') == NULL ? arena_strndup(arena, at, n - 1)
                                                                : text_without_colon(arena, at);
}

/* ---- severity levels ---- */

static void read_levels(struct parts_reading *reading)
{
    list_each (severity, &reading->runbook->severities) {
        list_each (rung, &severity->rungs)
            strings_add(reading->arena, &escalation_add_rung(reading, rung)->applies_to, severity->id);
        if (severity->escalation_text == NULL || severity->rungs.n > 0)
            continue;
        int line = severity->escalation_line;
        struct escalation *rule = escalation_add(reading, "rule", line, line);
        strings_add(reading->arena, &rule->applies_to, severity->id);
        rule->to = severity->escalate_to;
        if (rule->to.n == 0)
            persons_add(reading->arena, severity->escalation_text, &rule->to);
        rule->after_s = severity->escalate_after_s;
        rule->condition = severity->escalate_condition;
    }
}

/* ---- chains ---- */

static bool is_chain_heading(const struct parts_reading *reading, size_t block)
{
    struct part_label label;

    if (part_label_before(reading, block, &label) && !label.sentence)
        return part_label_value(&label, PART_CHAIN) != NULL;
    return part_heading_group(reading, block) == WORDS_CONTACTS &&
           part_heading_value(reading, block, PART_CHAIN);
}

size_t escalation_fact_from(const struct parts_reading *reading, int line)
{
    size_t low = 0, high = reading->facts.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reading->facts.at[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* "Branch manager (30 min)"; "(30 min response)" is how fast somebody answers. */
static bool in_bracket(const char *text, struct duration_words *ret_after)
{
    if (!text_duration(text, ret_after) || ret_after->at == 0 || text[ret_after->at - 1] != '(')
        return false;
    const char *behind = text + ret_after->at + ret_after->n_bytes;
    return !text_starts_with(behind, " respon") && !text_starts_with(behind, " to respon");
}

/* "**Backup on-call** -> if no response within 5 minutes": a rung that says when it is called. */
static void rungs_of_lines(struct parts_reading *reading, const int *contact_at, int first, int last,
                           const bool *taken)
{
    struct duration_words after;

    for (size_t i = escalation_fact_from(reading, first); i < reading->facts.n; i++) {
        const struct fact *fact = &reading->facts.at[i];
        if (fact->line > last)
            break;
        if (taken[fact->line] || contact_at[fact->line] == 0 || fact->place != FACT_ITEM ||
            strnlen(fact->rest, RULE_BYTES) == RULE_BYTES)
            continue;
        const char *whom = reading->parts->contacts.at[contact_at[fact->line] - 1].name;
        const char *condition = escalation_condition(reading->arena, fact->rest);
        bool timed = condition && text_duration(condition, &after) && after.value_s >= 60;
        if (!timed && !in_bracket(fact->text, &after))
            continue;
        struct escalation *rung = escalation_add(reading, "rule", fact->line, fact->line);
        strings_add(reading->arena, &rung->to, whom);
        part_levels(reading, fact->rest, &rung->applies_to);
        rung->condition = condition;
        rung->after_s = after.value_s;
    }
}

/* "| Step | Contact | When |" of a chain: a rung a row that says when it is called. */
static void rungs_of_table(struct parts_reading *reading, const int *contact_at, const struct block *table,
                           const bool *taken)
{
    list_each (row, &table->rows) {
        struct duration_words after;
        if (taken[row->line] || contact_at[row->line] == 0 || !escalation_wait_in_row(table, row, &after))
            continue;
        struct escalation *rung = escalation_add(reading, "rule", row->line, row->line);
        strings_add(reading->arena, &rung->to, reading->parts->contacts.at[contact_at[row->line] - 1].name);
        rung->after_s = after.value_s;
    }
}

/* Takes the contacts of lines first..last, as far as there are any, as one chain. */
static void chain_of_lines(struct parts_reading *reading, const int *contact_at, int first, int last,
                           const bool *taken)
{
    struct escalation *chain = NULL;
    int n = 0;

    for (int line = first; line <= last && line <= reading->runbook->n_lines; line++)
        n += contact_at[line] > 0;
    for (int line = first; n > 1 && line <= last && line <= reading->runbook->n_lines; line++) {
        if (contact_at[line] == 0)
            continue;
        if (chain == NULL)
            chain = escalation_add(reading, "chain", line, line);
        chain->ordered = true;
        chain->line_end = line;
        strings_add(reading->arena, &chain->to, reading->parts->contacts.at[contact_at[line] - 1].name);
    }
    if (chain)
        rungs_of_lines(reading, contact_at, first, last, taken);
}

static bool escalation_column(const struct block *table)
{
    for (size_t k = 0; table->kind == BLOCK_TABLE && k < table->n_columns; k++)
        if (strcasestr(table->columns[k].text, "escalat"))
            return true;
    return false;
}

/* Contacts of one list, fence or table under a heading about a chain. */
static void read_contact_chains(struct parts_reading *reading, const bool *taken)
{
    const struct document *document = reading->document;
    int *contact_at =
        arena_alloc(reading->arena, ((size_t)reading->runbook->n_lines + 1) * sizeof *contact_at);

    for (size_t i = 0; i < reading->parts->contacts.n; i++)
        if (reading->parts->contacts.at[i].line <= reading->runbook->n_lines)
            contact_at[reading->parts->contacts.at[i].line] = (int)i + 1;
    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        bool list = block->kind == BLOCK_ITEM && block->list_first == i && block->depth == 1;
        if ((!list && block->kind != BLOCK_FENCE && block->kind != BLOCK_TABLE) ||
            part_template_at(reading, block->line) ||
            !(is_chain_heading(reading, i) || escalation_column(block)))
            continue;
        size_t last = i;
        while (list && last < document->blocks.n && document->blocks.at[last].kind == BLOCK_ITEM &&
               document->blocks.at[last].list_first == i)
            last = document->blocks.at[last].end;
        chain_of_lines(reading, contact_at, block->line,
                       list ? document->blocks.at[last - 1].line_end : block->line_end, taken);
        if (block->kind == BLOCK_TABLE)
            rungs_of_table(reading, contact_at, block, taken);
    }
}

/* ---- rules ---- */

/* "Escalation", or a level below it. */
static bool is_rule_heading(struct parts_reading *reading, size_t block)
{
    struct strings levels = {0};

    if (part_heading_group(reading, block) == WORDS_ESCALATION)
        return true;
    if (part_heading_above_group(reading, block) != WORDS_ESCALATION)
        return false;
    part_levels(reading, part_heading(reading, block), &levels);
    return levels.n > 0;
}

/* "unresolved in 15 minutes", "unreachable for 5 minutes", "no answer in 10 minutes". */
static bool waits_before(const char *text, size_t at)
{
    return calling_before(CALLING_LATE, text, at) && (idle_waits_for(text) || idle_says(text));
}

bool escalation_wait_stated(const char *text, struct duration_words *ret_after)
{
    if (!text_duration(text, ret_after))
        return false;
    bool whole = ret_after->at == 0;
    bool counted = ret_after->at > 1 && strncasecmp(text + ret_after->at - 2, "t+", 2) == 0;
    bool waits = waits_before(text, ret_after->at) || text_find_word(text, "passed") ||
                 text_find_word(text, "without");
    bool bracket = ret_after->at > 0 && text[ret_after->at - 1] == '(';
    bool later = text_starts_with(text + ret_after->at + ret_after->n_bytes, " later") ||
                 escalation_from_answer(text + ret_after->at + ret_after->n_bytes);
    later |= calling_within(CALLING_MORE, text, ret_after->at + ret_after->n_bytes);
    bool start = counted || whole || bracket || later;
    if (ret_after->low_s > 0)
        ret_after->value_s = ret_after->low_s; /* "(15-30 min)": from then on */
    return ret_after->immediate || (ret_after->value_s == 0 && start) ||
           (ret_after->value_s >= 60 && (ret_after->op || start || waits));
}

/* Under a heading that only says "Escalation", an item counts when it says who, when or for which level. */
static bool says_something(const struct parts_reading *reading, const struct fact *fact, bool stated)
{
    const char *heading = part_heading(reading, fact->block);
    struct strings levels = {0};
    struct person person;

    if (stated || text_find_word(heading, "when") || text_find_word(heading, "criteria") ||
        text_find_word(heading, "trigger") || person_next(reading->arena, fact->text, 0, &person))
        return true;
    part_levels(reading, fact->text, &levels);
    return levels.n > 0 || escalation_condition(reading->arena, fact->text);
}

/* Whose rule it is: the levels that its label names, else those of the label or heading above its list. */
static void rule_levels(struct parts_reading *reading, const struct fact *fact, struct strings *ret_ids)
{
    struct part_label above;

    part_levels(reading, fact->label ? fact->label : fact->text, ret_ids);
    if (ret_ids->n == 0 && part_label_before(reading, fact->block, &above) && !above.sentence)
        part_levels(reading, above.text, ret_ids);
    if (ret_ids->n == 0)
        part_levels(reading, part_heading(reading, fact->block), ret_ids);
}

/* "automatically escalate to the secondary", "Escalate to L3/management if unresolved": a name of the house.
 */
static void add_named(struct parts_reading *reading, const char *text, struct strings *ret_to)
{
    enum { NAME_BYTES = 40 };
    const char *at = strcasestr(text, "escalate to ");

    if (!at)
        return;
    at += strlen("escalate to ");
    if (strncasecmp(at, "the ", 4) == 0)
        at += 4;
    size_t n = strcspn(at, ".,;:(");
    for (size_t i = 0; i < n; i++)
        if (calling_at(CALLING_NAME_END, at + i) > 0)
            n = i;
    if (n > 0 && n <= NAME_BYTES)
        strings_add(reading->arena, ret_to, text_normalise(reading->arena, at, n));
}

/* "15 minutes later", "the lead does not answer in 15 minutes" count from the item before. */
static int64_t called_before_s(const struct parts_reading *reading, const struct escalation *rule,
                               const char *text, const struct duration_words *after)
{
    enum { NEAR = 3 };
    const struct escalation *before = rule > reading->parts->escalations.at ? rule - 1 : NULL;

    return before && before->after_s > 0 && rule->line - before->line_end <= NEAR &&
                   rung_counts_on(reading->arena, text, after, &before->to)
               ? before->after_s
               : 0;
}

/* A label that says after how long: "T+15", "Another 10 min", "Not acknowledged after 15 minutes". */
static bool label_waits(const char *label)
{
    struct duration_words time;

    return label && text_duration(label, &time) &&
           (time.at == 0 || (time.at == strlen("t+") && text_starts_with(label, "t+")) ||
            calling_within(CALLING_MORE, label, time.at + time.n_bytes) || idle_says_within(label, time.at));
}

/* "Manager" on a line of its own, and below it "paged after 15 minutes". */
static void add_term(struct parts_reading *reading, const struct fact *fact, struct strings *ret_to)
{
    const struct block *blocks = reading->document->blocks.at, *item = &blocks[fact->block];
    size_t before = item->list_first - 1;
    struct person person;

    if (item->kind == BLOCK_ITEM && item->list_first > 0 && blocks[before].kind == BLOCK_PARAGRAPH &&
        blocks[before].heading == item->heading &&
        person_is(reading->arena, blocks[before].prose.text, &person))
        strings_add(reading->arena, ret_to, person.name);
}

static struct escalation *add_rule(struct parts_reading *reading, const struct fact *fact)
{
    struct duration_words after;
    struct person person;
    struct escalation *rule = escalation_add(reading, "rule", fact->line, fact->line);
    bool stated = escalation_wait_stated(fact->text, &after);
    bool timed = label_waits(fact->label);
    struct strings inside = {0}, first = {0};
    const char *lead = fact->label
                           ? fact->label
                           : arena_strndup(reading->arena, fact->text, strnlen(fact->text, LEAD_BYTES));

    part_levels(reading, fact->text, &inside);
    part_levels(reading, lead, &first);
    if (inside.n <= first.n)
        rule->text = fact->text; /* "..., P0 only" is no rule for all of P0 */
    rule_levels(reading, fact, &rule->applies_to);
    if (stated && fact->label == NULL && idle_says_within(fact->text, after.at))
        escalation_add_called(reading->arena, fact->text, &after, &rule->to);
    else
        persons_add(reading->arena, fact->rest, &rule->to);
    if (fact->label && rule->to.n == 0 && person_is(reading->arena, fact->label, &person))
        strings_add(reading->arena, &rule->to,
                    person.name); /* "Manager: if not acknowledged in 15 minutes" */
    else if (fact->label && rule->applies_to.n == 0 && !timed)
        strings_add(reading->arena, &rule->applies_to, fact->label);
    if (rule->to.n == 0)
        add_named(reading, fact->rest, &rule->to);
    if (rule->to.n == 0)
        add_term(reading, fact, &rule->to);
    rule->condition = escalation_condition(reading->arena, fact->rest);
    if (rule->condition == NULL && fact->label == NULL && !stated)
        rule->condition = fact->text;
    if (stated)
        rule->after_s = after.value_s + called_before_s(reading, rule, fact->text, &after);
    else if (fact->label && rule->applies_to.n > 0 && rule->to.n > 0 &&
             escalation_wait_stated(fact->rest, &after))
        rule->after_s = after.value_s; /* "Red only: 30 minutes in, the director" */
    return rule;
}

/* "page the lead; after 10 min page the manager; after 20 min the director" of those levels: a rule a rung.
 * Who is called at first is on no rung. */
static bool add_ladder(struct parts_reading *reading, const struct fact *fact, const struct strings *levels)
{
    struct rungs rungs = {0};
    struct duration_words first;
    bool timed = fact->label && text_duration(fact->label, &first) &&
                 (first.at == 0 || (first.at == strlen("t+") && text_starts_with(fact->label, "t+")) ||
                  (first.at == strlen("after ") && text_starts_with(fact->label, "after ")) ||
                  waits_before(fact->label, first.at)); /* "Not back in 20 minutes: page the lead. ..." */

    if (!rungs_read(reading->arena, timed ? fact->text : fact->rest, true, fact->line, &rungs))
        return false;
    if (escalation_has_line(reading, fact->line))
        return true; /* a level has it already */
    list_each (rung, &rungs) {
        struct escalation *rule = escalation_add_rung(reading, rung);
        rule->applies_to = *levels;
        rule->text = fact->text;
    }
    return true;
}

/* An item below "When to escalate": "**SEV-2**: within 30 minutes if there is no progress". */
static void read_rule(struct parts_reading *reading, const struct fact *fact)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct duration_words after;

    bool item = fact->place == FACT_ITEM && block->depth == 1;
    if ((!item && fact->place != FACT_PROSE) || fact->n_bytes >= RULE_BYTES ||
        part_severity_at(reading, fact->line) || strstr(fact->text, "://"))
        return;
    if (block->marker == MARKER_CHECKBOX && sentence_is_order(fact->text))
        return; /* a step */
    struct strings levels = {0};
    rule_levels(reading, fact, &levels);
    if (add_ladder(reading, fact, &levels) || !item)
        return;
    if (says_something(reading, fact, escalation_wait_stated(fact->text, &after)))
        add_rule(reading, fact);
}

/* "P0/P1: page the lead at once", wherever it stands: a level, and whom it calls. Each "If nobody ..., call"
 * behind it is a rule of its own. */
static void read_level_line(struct parts_reading *reading, const struct fact *fact)
{
    struct strings levels = {0}, to = {0};
    struct sentences sentences = {0};
    struct word_match verb;

    if (reading->runbook->severities.n == 0 || fact->label == NULL || fact->place == FACT_FENCE ||
        !fact_may_have(fact, PART_CALL_VERB) || strnlen(fact->label, 40) == 40 ||
        fact->n_bytes >= RULE_BYTES || escalation_has_line(reading, fact->line) ||
        !part_words_next(PART_CALL_VERB, fact->rest, 0, &verb) || verb.at > 0)
        return;
    part_levels(reading, fact->label, &levels);
    persons_add(reading->arena, fact->rest, &to);
    if (levels.n == 0 || to.n == 0)
        return;
    if (add_ladder(reading, fact, &levels))
        return;
    text_sentences(reading->arena, fact->rest, &sentences);
    list_each (sentence, &sentences) {
        struct fact part = *fact;
        part.rest = part.text = sentence->text;
        part.label = sentence == sentences.at ? fact->label : NULL;
        struct escalation *rule = add_rule(reading, &part);
        rule->applies_to = levels;
        if (rule->to.n == 0)
            reading->parts->escalations.n--;
    }
}

/* "Escalation: page the lead after 10 minutes; after 20 the manager. Amber goes to the lead after an hour.":
 * sentences that each say after how long; false: they are not two or more, or name no level. */
static bool read_named_sentences(struct parts_reading *reading, const struct fact *fact)
{
    struct sentences sentences = {0};
    struct duration_words after;
    struct strings levels = {0};
    size_t n_waits = 0;

    text_sentences(reading->arena, fact->rest, &sentences);
    list_each (sentence, &sentences)
        n_waits += escalation_wait_stated(sentence->text, &after);
    part_levels(reading, fact->rest, &levels);
    if (sentences.n < 2 || n_waits < sentences.n || levels.n == 0)
        return false;
    list_each (sentence, &sentences) {
        struct fact part = *fact;
        struct rungs rungs = {0};
        part.text = part.rest = sentence->text;
        part.label = NULL;
        levels = (struct strings){0};
        part_levels(reading, sentence->text, &levels);
        if (!rungs_read(reading->arena, sentence->text, true, fact->line, &rungs))
            add_rule(reading, &part)->applies_to = levels;
        list_each (rung, &rungs)
            escalation_add_rung(reading, rung)->applies_to = levels;
    }
    return true;
}

/* "Escalation to the pump lead after 30 minutes", "**Escalation**: page the lead if stuck for 1 hour",
 * wherever it stands: the word, after how long, and whom it calls. A label alone calls those of its heading.
 */
static void read_named_rule(struct parts_reading *reading, const struct fact *fact)
{
    struct duration_words after;
    struct person person;
    bool named = fact->label && (text_same(fact->label, "escalation") || text_same(fact->label, "escalate") ||
                                 text_same(fact->label, "escalate to"));

    if (fact->place == FACT_FENCE || fact->n_bytes >= RULE_BYTES ||
        escalation_has_line(reading, fact->line) || part_severity_at(reading, fact->line) ||
        (part_procedure_at(reading, fact->line) && !named) ||
        !(named || text_starts_with(fact->text, "escalation to") || text_starts_with(fact->text, "escalate")))
        return;
    if (named && read_named_sentences(reading, fact))
        return;
    const char *text = named ? fact->rest : fact->text;
    if (!escalation_wait_stated(text, &after) || (!named && !person_next(reading->arena, text, 0, &person)))
        return;
    struct fact rule = *fact;
    rule.text = rule.rest = text;
    rule.label = NULL;
    add_rule(reading, &rule);
}

/* "T+15" of a ladder with its unit. */
static struct fact with_units(struct parts_reading *reading, const struct fact *fact)
{
    struct fact whole = *fact;

    if (fact->n_bytes >= RULE_BYTES ||
        (!is_rule_heading(reading, fact->block) && !part_heading_value(reading, fact->block, PART_CHAIN)))
        return whole;
    whole.text = rungs_with_units(reading->arena, fact->text);
    if (whole.text == fact->text)
        return whole;
    whole.rest = rungs_with_units(reading->arena, fact->rest);
    whole.label = fact->label ? rungs_with_units(reading->arena, fact->label) : NULL;
    return whole;
}

static bool table_taken(const struct block *table, const bool *taken)
{
    return table->rows.n > 0 && taken[table->rows.at[0].line];
}

static int by_line(const void *a, const void *b)
{
    const struct escalation *const *first = a, *const *second = b;

    return (*first)->line != (*second)->line ? ((*first)->line > (*second)->line ? 1 : -1)
                                             : (*first > *second) - (*first < *second);
}

/* As they stand in the document, whichever reader found them. */
static void sort_by_line(struct parts_reading *reading)
{
    struct escalation *rules = reading->parts->escalations.at;
    size_t n = reading->parts->escalations.n;
    struct escalation *sorted = arena_alloc(reading->arena, (n + 1) * sizeof *sorted);
    const struct escalation **order = arena_alloc(reading->arena, (n + 1) * sizeof *order);

    for (size_t i = 0; i < n; i++)
        order[i] = &rules[i];
    qsort(order, n, sizeof *order, by_line);
    for (size_t i = 0; i < n; i++)
        sorted[i] = *order[i];
    reading->parts->escalations.at = sorted;
    reading->parts->escalations.capacity = n + 1;
}

void parts_read_escalations(struct parts_reading *reading)
{
    bool *taken = arena_alloc(reading->arena, ((size_t)reading->runbook->n_lines + 2) * sizeof *taken);

    read_levels(reading);
    escalation_read_calls(reading, taken);
    list_each (written, &reading->facts) {
        const struct fact whole = strchr(written->text, '+') ? with_units(reading, written) : *written;
        const struct fact *fact = &whole;
        bool about =
            (fact_may_have(fact, PART_CHAIN) && fact->label && part_words_value(PART_CHAIN, fact->label)) ||
            part_heading_value(reading, fact->block, PART_CHAIN) || is_rule_heading(reading, fact->block);
        bool drawn = fact->place == FACT_FENCE && about && strpbrk(fact->text, "0123456789");
        if (taken[fact->line] || (drawn && escalation_read_arrows(reading, fact, about)) ||
            fact->place == FACT_FENCE || escalation_read_moment(reading, fact) ||
            escalation_read_arrows(reading, fact, about))
            continue;
        if (is_rule_heading(reading, fact->block))
            read_rule(reading, fact);
        read_level_line(reading, fact);
        read_named_rule(reading, fact);
    }
    list_each (row, &reading->rows)
        read_named_rule(reading, row);
    read_contact_chains(reading, taken);
    for (size_t i = 0; i < reading->document->blocks.n; i++)
        if (reading->document->blocks.at[i].kind == BLOCK_ITEM &&
            reading->document->blocks.at[i].list_first == i)
            escalation_read_team(reading, i);
        else if (reading->document->blocks.at[i].kind == BLOCK_TABLE &&
                 !table_taken(&reading->document->blocks.at[i], taken))
            escalation_read_table(reading, i);
    escalation_read_steps(reading);
    escalation_read_all_sentences(reading, taken);
    escalation_read_since(reading);
    sort_by_line(reading);
}
