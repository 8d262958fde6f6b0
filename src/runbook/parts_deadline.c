/* Until when something must be done: times in headings and labels ("Immediate actions (< 5 minutes)"),
 * sentences that oblige ("hold the review within 48 hours"), due dates of action items.
 *
 * Response and resolution times are in the severity levels and not told again. */
#include <stdlib.h>
#include <string.h>

#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"
#include "runbook/parts_priv.h"
#include "runbook/procedure_priv.h"
#include "runbook/severity.h"

enum { MARKED_LEAST_S = 60, HOUR_S = 3600, DAY_S = 86400 }; /* "latency < 2 s" is a limit of another kind */

static bool is_post_incident(const struct parts_reading *reading, size_t block, const char *text)
{
    return words_heading(text) == WORDS_POST_INCIDENT || part_words_value(PART_REPORT, text) ||
           part_under_heading(reading, block, WORDS_POST_INCIDENT);
}

static const char *after_of(const char *kind, const char *text)
{
    static const struct {
        const char *kind, *after;
    } usual[] = {{"phase", "alert"},
                 {"post_incident", "resolved"},
                 {"escalation", "declared"},
                 {"action_item", "review"}};
    const char *of = text_find_word(text, "of");
    const char *since = of ? of : text_find_word(text, "after");
    if (since == NULL)
        since = text_find_word(text, "from") ? text_find_word(text, "from") : text_find_word(text, "since");
    const char *stated = since ? part_words_value(PART_DEADLINE_AFTER, since) : NULL;

    for (size_t i = 0; stated == NULL && i < sizeof usual / sizeof *usual; i++)
        if (strcmp(usual[i].kind, kind) == 0)
            return usual[i].after;
    return stated;
}

static struct deadline *add(struct parts_reading *reading, const char *what, const char *kind,
                            const char *text, int line)
{
    struct deadline *deadline = list_push(reading->arena, &reading->parts->deadlines);

    *deadline = (struct deadline){.what = what, .kind = kind, .line = line, .due_min_s = UNSTATED};
    deadline->after = after_of(kind, text);
    return deadline;
}

/* A heading or label with a time. */
static void read_title(struct parts_reading *reading, size_t block, const char *title, int line)
{
    int64_t due_s, min_s;
    const char *op;

    if (strnlen(title, 200) == 200 || part_severity_at(reading, line) ||
        !title_budget(reading->arena, title, &due_s, &min_s, &op) || (op && (op[0] == '>')) || due_s <= 0)
        return;
    const char *what = title_without_limits(reading->arena, title);
    bool post = is_post_incident(reading, block, title);
    struct deadline *deadline = add(reading, what, post ? "post_incident" : "phase", "", line);
    deadline->due_s = due_s;
    deadline->due_min_s = min_s;
    deadline->op = op ? op : "<=";
}

/* "<= 24 hours", "\xe2\x89\xa4 1 h": a mark for "at the latest" right in front of the time. */
static bool mark_in(const char *text, struct duration_words *ret_duration)
{
    static const char *const marks[] = {"<=", "\xe2\x89\xa4", "<"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *mark = strstr(text, marks[i]);
        size_t n = strlen(marks[i]);
        if (mark == NULL || !text_duration(mark + n, ret_duration) || ret_duration->at > 1 ||
            ret_duration->value_s < MARKED_LEAST_S)
            continue;
        ret_duration->n_bytes += n + ret_duration->at;
        ret_duration->at = (size_t)(mark - text);
        ret_duration->op = i == 2 ? "<" : "<=";
        return true;
    }
    return false;
}

/* A time that has a word for "at the latest" right in front of it. */
static bool limit_in(const char *text, struct duration_words *ret_duration)
{
    struct word_match match;

    for (size_t from = 0; part_words_next(PART_DEADLINE, text, from, &match);
         from = match.at + match.n_bytes) {
        size_t end = match.at + match.n_bytes;
        if (!text_duration(text + end, ret_duration) || ret_duration->at > 5 || ret_duration->value_s <= 0)
            continue;
        ret_duration->n_bytes += end + ret_duration->at - match.at;
        ret_duration->at = match.at;
        ret_duration->op = ret_duration->low_s != UNSTATED   ? "range"
                           : strcmp(match.value, "yes") == 0 ? "<="
                                                             : match.value;
        return true;
    }
    return mark_in(text, ret_duration);
}

/* Labels of the time in which something must be done. */
static bool is_time_label(const char *label)
{
    static const char *const labels[] = {"when",      "deadline",   "timeline",
                                         "timeframe", "time frame", "due",
                                         "by when",   "time limit", "notification deadline",
                                         "timing"};

    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (text_same(label, labels[i]))
            return true;
    return false;
}

/* "Unit clerk enters the papers within 24 hours", as an item of steps. */
static bool names_doer(struct parts_reading *reading, const struct fact *fact, const char *sentence)
{
    struct person person;

    if (fact->place != FACT_ITEM || part_procedure_at(reading, fact->line) == NULL)
        return false;
    return text_starts_with(sentence, "the ")
               ? person_does(reading->arena, sentence + strlen("the "), &person)
               : person_acts(reading->arena, sentence, &person);
}

/* "More than 5 failures within 10 minutes" and "within 5 minutes the pods restart" set no deadline. */
static bool obliges(struct parts_reading *reading, const struct fact *fact, const char *sentence,
                    const struct duration_words *limit)
{
    struct condition condition;

    if (limit->at == 0 && strncmp(sentence + limit->n_bytes, ": ", 2) == 0)
        return true;
    condition_read(reading->arena, sentence, &condition);
    if (condition.has_value && (condition.unit == NULL || strcmp(condition.unit, "%") == 0))
        return false;
    if (fact->label && sentence == fact->rest && limit->at == 0)
        return true;
    if (fact->label && sentence == fact->rest && is_time_label(fact->label))
        return true;
    if (sentence_is_order(sentence) || names_doer(reading, fact, sentence))
        return true;
    const char *told = text_find_word(sentence, "report") ? text_find_word(sentence, "report")
                                                          : text_find_word(sentence, "notification");
    if (told && told < sentence + limit->at && (fact->place == FACT_ITEM || limit->value_s >= DAY_S))
        return true; /* "Report to the board within 72 hours" */
    if (limit->value_s >= HOUR_S && (part_under_heading(reading, fact->block, WORDS_POST_INCIDENT) ||
                                     part_words_value(PART_REPORT, sentence)))
        return true; /* "Post-mortem within 3 business days", "Held within 5 days" */
    struct word_match word;
    return part_words_next(PART_OBLIGATION, sentence, 0, &word) && word.at < limit->at + limit->n_bytes;
}

static void read_sentence(struct parts_reading *reading, const struct fact *fact, const char *sentence,
                          int line)
{
    struct duration_words limit;
    const char *part = strstr(sentence, "; ");

    if (part) /* "..., decides within 60 minutes; notification is due within 72 hours" */
        read_sentence(reading, fact, part + 2, line);

    if (!limit_in(sentence, &limit) || !obliges(reading, fact, sentence, &limit))
        return;
    bool escalation =
        text_find_word(sentence, "escalate") || part_under_heading(reading, fact->block, WORDS_ESCALATION);
    const char *kind = escalation                                           ? "escalation"
                       : is_post_incident(reading, fact->block, fact->text) ? "post_incident"
                                                                            : "phase";
    struct deadline *deadline =
        add(reading, fact->label ? fact->label : sentence, kind, sentence + limit.at, line);
    deadline->due_s = limit.value_s;
    deadline->due_min_s = limit.low_s;
    deadline->op = limit.op;
}

/* "Minute 10: ward informed", "T+30m: case opened": by when, since the start. */
static bool read_moment(struct parts_reading *reading, const struct fact *fact)
{
    static const struct {
        const char *word;
        int s;
    } units[] = {{"minute ", 60}, {"hour ", 3600}};
    struct duration_words time = {.low_s = UNSTATED};

    if (fact->label == NULL || fact->rest[0] == '\0' || strnlen(fact->label, 20) == 20)
        return false;
    if (text_starts_with(fact->label, "t+") && text_duration(fact->label, &time) && time.at == 2)
        time.op = "<=";
    for (size_t i = 0; i < sizeof units / sizeof *units && time.op == NULL; i++) {
        char *end = NULL;
        long n = text_starts_with(fact->label, units[i].word)
                     ? strtol(fact->label + strlen(units[i].word), &end, 10)
                     : 0;
        if (n > 0 && n < 10000 && *end == '\0') {
            time.value_s = n * units[i].s;
            time.op = "<=";
        }
    }
    if (time.op == NULL || time.value_s <= 0)
        return false;
    struct deadline *deadline = add(reading, fact->rest, "phase", "", fact->line);
    deadline->due_s = time.value_s;
    deadline->due_min_s = time.low_s;
    deadline->op = time.op;
    return true;
}

enum { FACT_BYTES = 2000 };

static void read_fact(struct parts_reading *reading, const struct fact *fact)
{
    struct sentences sentences = {0};
    int64_t due_s, min_s;
    const char *op;

    if (fact->place == FACT_FENCE || fact->n_bytes >= FACT_BYTES || part_severity_at(reading, fact->line) ||
        escalation_is_moment(reading, fact) || read_moment(reading, fact))
        return;
    if (fact->place == FACT_PROSE && fact->label && fact->rest[0] == '\0' &&
        title_budget(reading->arena, fact->label, &due_s, &min_s, &op)) {
        read_title(reading, fact->block, fact->label, fact->line);
        return;
    }
    struct word_match limit;
    bool marked = strchr(fact->text, '<') || strstr(fact->text, "\xe2\x89\xa4");
    if (!marked &&
        (!fact_may_have(fact, PART_DEADLINE) || !part_words_next(PART_DEADLINE, fact->text, 0, &limit)))
        return;
    struct duration_words time;
    struct fact unlabelled = *fact;
    if (fact->label && limit_in(fact->label, &time) && time.at == 0 && fact->rest[0])
        unlabelled.label = NULL; /* "Within 2 days: review." says when, not what */
    if (unlabelled.label && limit_in(fact->rest, &time)) {
        read_sentence(reading, fact, fact->rest, fact->line);
        return;
    }
    text_sentences(reading->arena, fact->text, &sentences);
    list_each (sentence, &sentences)
        read_sentence(reading, &unlabelled, sentence->text, fact->line);
}

/* ---- Tables: "| 15 min | First assessment done |", "| Report written | 48 hours |" ---- */

static bool is_time_column(const char *title)
{
    static const char *const titles[] = {"time",
                                         "timeline",
                                         "deadline",
                                         "due",
                                         "timeframe",
                                         "time frame",
                                         "when",
                                         "by when",
                                         "time limit",
                                         "target time",
                                         "complete within",
                                         "due date",
                                         "within",
                                         "time to acknowledge"};

    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (text_same(title, titles[i]))
            return true;
    return false;
}

/* Rows of a table of action items have their own deadlines. */
static bool about_actions(const struct parts_reading *reading, int last)
{
    list_each (row, &reading->parts->action_rows)
        if (row->line == last)
            return true;
    return false;
}

/* The first column that is neither the time nor a number. */
static size_t what_column(const struct block *table, size_t time_at)
{
    size_t k = time_at == 0;

    return k + 1 < table->n_columns && k + 1 != time_at &&
                   words_are(WORDS_NUMBER_COLUMN, table->columns[k].text)
               ? k + 1
               : k;
}

static void read_table(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];
    size_t time_at = 0;

    while (time_at < table->n_columns && !is_time_column(table->columns[time_at].text))
        time_at++;
    if (time_at == table->n_columns || table->n_columns < 2 || part_template_at(reading, table->line))
        return;
    list_each (row, &table->rows) {
        struct duration_words time;
        const char *cell = row->cells[time_at].text, *what = row->cells[what_column(table, time_at)].text;
        if (part_severity_at(reading, row->line) || what[0] == '\0' || strnlen(cell, 60) == 60 ||
            !text_duration(cell, &time) || time.at > (text_starts_with(cell, "t+") ? 2 : 0) ||
            time.value_s <= 0 || (time.op && time.op[0] == '>'))
            continue;
        const char *kind = is_post_incident(reading, i, what) ? "post_incident" : "phase";
        struct deadline *deadline = add(reading, what, kind, "", row->line);
        deadline->due_s = time.value_s;
        deadline->due_min_s = time.low_s;
        deadline->op = time.op ? time.op : "<=";
    }
}

void parts_read_deadlines(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    for (size_t i = 0; i < document->blocks.n; i++)
        if (is_section(&document->blocks.at[i]))
            read_title(reading, i, document->blocks.at[i].prose.text, document->blocks.at[i].line);
    for (size_t i = 0; i < document->blocks.n; i++)
        if (document->blocks.at[i].kind == BLOCK_TABLE &&
            !about_actions(reading, document->blocks.at[i].line_end))
            read_table(reading, i);
    list_each (fact, &reading->facts)
        read_fact(reading, fact);
    list_each (row, &reading->parts->action_rows) {
        if (row->due_s == UNSTATED || row->due_s <= 0)
            continue;
        struct deadline *deadline = add(reading, row->action, "action_item", "", row->line);
        deadline->due_s = row->due_s;
        deadline->op = "<=";
    }
}
