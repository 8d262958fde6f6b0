/* Limits of what is measured: "p95 latency > 200 ms", "1-10 %", in definitions of levels, in symptoms, in
 * steps
 * ("if CPU > 80 %"), under headings and in columns that name thresholds, as the age in a query, and as the
 * phrase that is looked for in a log.
 *
 * A text may hold several, a clause each. Words of trouble without a number are left to the symptoms. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/parts_priv.h"
#include "runbook/severity.h"

static bool same(const struct threshold *a, const struct condition *condition, int line)
{
    return a->line == line && a->condition.op && condition->op &&
           strcmp(a->condition.op, condition->op) == 0 && a->condition.has_value == condition->has_value &&
           !(a->condition.value < condition->value) && !(a->condition.value > condition->value);
}

enum { LOOK_BACK = 16, CLAUSE_BYTES = 120 };

/* "feed_age_seconds" names its unit (a counter of seconds is looked at by its rate); a part of one is a
 * ratio. */
static const char *unit_in_name(const struct condition *condition)
{
    const char *seconds = condition->words ? strstr(condition->words, "_seconds") : NULL;
    if (seconds && strncmp(seconds, "_seconds_total", 14) != 0)
        return "s";
    return condition->value > 0 && condition->value < 1 ? "ratio" : NULL;
}

static void add(struct parts_reading *reading, const struct condition *condition, const char *meaning,
                int line)
{
    size_t n = reading->parts->thresholds.n;

    for (size_t k = n > LOOK_BACK ? n - LOOK_BACK : 0; k < n; k++)
        if (same(&reading->parts->thresholds.at[k], condition, line))
            return;
    struct threshold *threshold = list_push(reading->arena, &reading->parts->thresholds);
    *threshold = (struct threshold){.condition = *condition, .meaning = meaning, .line = line};
    if (condition->has_value && condition->unit == NULL)
        threshold->condition.unit = unit_in_name(condition);
}

/* What a clause of a step must have to be a limit and no instruction: "keep at least 3" is none. */
static bool is_limit(const char *clause, const char *sentence, const struct condition *condition)
{
    if (condition->has_value_hi)
        return text_find_word(sentence, "if") || text_find_word(sentence, "when");
    return strpbrk(clause, "<>") || strstr(clause, "\xe2\x89") || text_find_word(sentence, "if") ||
           text_find_word(sentence, "when") || text_find_word(sentence, "until");
}

/* Whether any clause of it may be one: most steps with a number state no limit. */
static bool may_limit(const char *text)
{
    return strpbrk(text, "<>") || strstr(text, "\xe2\x89") || text_find_word(text, "if") ||
           text_find_word(text, "when") || text_find_word(text, "until");
}

/* Program text in running text: "awk '$3 > 0'", "80->4000". */
static bool is_program(const char *clause)
{
    const char *close = strchr(clause, ')'), *open = strchr(clause, '(');

    for (const char *equals = strchr(clause, '='); equals; equals = strchr(equals + 1, '='))
        if (equals == clause || (equals[-1] != '<' && equals[-1] != '>'))
            return true;
    return strpbrk(clause, "$|{}`\\") || strstr(clause, "->") || (close && (open == NULL || close < open)) ||
           strlen(clause) > CLAUSE_BYTES;
}

static bool is_long_time(const struct condition *condition)
{
    return condition->unit && (strcmp(condition->unit, "min") == 0 || strcmp(condition->unit, "h") == 0 ||
                               strcmp(condition->unit, "d") == 0);
}

static void read_clause(struct parts_reading *reading, const char *clause, const char *sentence,
                        const char *meaning, bool step, int line)
{
    struct condition condition;

    if (is_program(clause))
        return;
    condition_read(reading->arena, clause, &condition);
    bool class = condition.op && strcmp(condition.op, "class") == 0;
    if (!condition.has_value && !class)
        return;
    if (step && (class || is_long_time(&condition) || !is_limit(clause, sentence, &condition)))
        return;
    add(reading, &condition, meaning, line);
}

/* Bytes up to the next " and ", " or " or comma that parts clauses (not "1,000"). */
static size_t clause_bytes(const char *text)
{
    bool digit = false;

    for (size_t i = 0; text[i]; i++) {
        digit |= isdigit((unsigned char)text[i]) != 0;
        if (digit && text[i] == ':' && text[i + 1] == ' ')
            return i; /* "If more than 50 wait: kubectl ..." */
        bool comma = (text[i] == ',' || text[i] == ';') && !isdigit((unsigned char)text[i + 1]);
        bool joint =
            text[i] == ' ' && (text_starts_with(text + i, " and ") || text_starts_with(text + i, " or "));
        if (comma || joint)
            return i;
    }
    return strlen(text);
}

enum { TEXT_BYTES = 4000 };

static void read_text(struct parts_reading *reading, const char *text, const char *meaning, bool step,
                      int line)
{
    struct sentences sentences = {0};

    if (strnlen(text, TEXT_BYTES) == TEXT_BYTES || strpbrk(text, "0123456789") == NULL ||
        (step && !may_limit(text)))
        return;
    text_sentences(reading->arena, text, &sentences);
    list_each (sentence, &sentences) {
        for (const char *at = sentence->text; *at;) {
            size_t n = clause_bytes(at);
            read_clause(reading, text_normalise(reading->arena, at, n), sentence->text, meaning, step, line);
            at += n + (at[n] == ',' || at[n] == ';' || at[n] == ':');
            if (text_starts_with(at, " and ") || text_starts_with(at, " or "))
                at += strcspn(at + 1, " ") + 2;
        }
    }
}

static void read_levels(struct parts_reading *reading)
{
    list_each (severity, &reading->runbook->severities) {
        list_each (criterion, &severity->examples)
            read_text(reading, criterion->text, severity->id, false, criterion->line);
        list_each (criterion, &severity->criteria)
            read_text(reading, criterion->text, severity->id, false, criterion->line);
    }
}

/* "query_start < NOW() - INTERVAL '5 minutes'": what is older than that. */
static void read_query(struct parts_reading *reading, const struct command *command, const char *meaning)
{
    int line = command->line;

    for (const char *at = command->text; *at;
         at += strcspn(at, "\n"), line += *at == '\n', at += *at == '\n') {
        size_t n = strcspn(at, "\n");
        const char *text = arena_strndup(reading->arena, at, n);
        const char *less = strchr(text, '<'), *interval = less ? strcasestr(less, "interval '") : NULL;
        struct duration_words age;
        bool now = interval && (strcasestr(less, "now()") || strcasestr(less, "current_timestamp"));
        if (!now || !text_duration(interval + strlen("interval '"), &age) || age.at > 0)
            continue;
        struct condition condition = {.metric = "age",
                                      .words = text_normalise(reading->arena, text, n),
                                      .op = ">",
                                      .has_value = true,
                                      .value = (double)age.value_s,
                                      .unit = "s",
                                      .window_s = UNSTATED};
        add(reading, &condition, meaning, line);
    }
}

/* "logs ... | grep "too many clients"": a phrase looked for in a log tells that the trouble is there. */
static void read_search(struct parts_reading *reading, const struct command *command, const char *meaning)
{
    const char *grep = strstr(command->text, "| grep "), *open = grep ? strpbrk(grep, "\"'") : NULL;
    const char *close = open ? strchr(open + 1, *open) : NULL;

    if (close == NULL || text_find_word(command->text, "logs") == NULL || close - open > 100)
        return;
    const char *phrase = arena_strndup(reading->arena, open + 1, (size_t)(close - open) - 1);
    if (strchr(phrase, ' ') == NULL || strpbrk(phrase, "\\|*[(^$\n"))
        return;
    struct condition condition = {
        .metric = "log_match", .words = phrase, .op = "matches", .window_s = UNSTATED};
    add(reading, &condition, meaning, command->line);
}

static void read_step(struct parts_reading *reading, const struct step *step, const char *meaning)
{
    read_text(reading, step->text ? step->text : "", meaning, true, step->line);
    list_each (branch, &step->branches)
        read_text(reading, branch->when ? branch->when : "", meaning, true, branch->line);
    list_each (command, &step->commands) {
        read_query(reading, command, meaning);
        read_search(reading, command, meaning);
    }
}

static void read_procedures(struct parts_reading *reading)
{
    list_each (procedure, &reading->runbook->procedures) {
        list_each (criterion, &procedure->triggers)
            read_text(reading, criterion->text, procedure->title, false, criterion->line);
        list_each (criterion, &procedure->symptoms)
            read_text(reading, criterion->text, procedure->title, false, criterion->line);
        list_each (phase, &procedure->phases) {
            list_each (step, &phase->steps) {
                read_step(reading, step, procedure->title);
                list_each (substep, &step->substeps)
                    read_step(reading, substep, procedure->title);
            }
        }
    }
}

/* The limit in a heading: what stands in brackets, or all of it. */
static void read_heading(struct parts_reading *reading, const char *title, int line)
{
    const char *open = strchr(title, '('), *close = open ? strchr(open, ')') : NULL;
    const char *clause = close ? arena_strndup(reading->arena, open + 1, (size_t)(close - open) - 1) : title;

    read_text(reading, strpbrk(clause, "<>") ? clause : title, title, true, line);
}

/* Words in front of a limit, in a passage about one trouble. */
static bool says_limit(const char *text)
{
    static const char *const words[] = {
        "more than",  "less than",   "fewer than", "longer than", "older than",   "above",   "below",
        "fall below", "higher than", "lower than", "over",        "greater than", "at least"};

    for (size_t at = 2; text[0] && text[1] && text[at]; at++) {
        if (!isdigit((unsigned char)text[at]) || text[at - 1] != ' ')
            continue;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            size_t n = strlen(words[i]);
            if (n < at && strncasecmp(text + at - 1 - n, words[i], n) == 0 &&
                (n + 1 == at || !isalnum((unsigned char)text[at - 2 - n])))
                return true;
        }
    }
    return false;
}

/* The cell of a column that says how long a limit must last: "| Threshold | Duration |". */
static int64_t row_window(const struct block *table, const struct table_row *row)
{
    static const char *const titles[] = {"duration", "for",    "window",
                                         "pending",  "period", "evaluation window"};
    struct duration_words duration;

    for (size_t k = 1; k < table->n_columns; k++)
        for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
            if (text_same(table->columns[k].text, titles[i]) &&
                text_duration(row->cells[k].text, &duration) && duration.value_s > 0)
                return duration.value_s;
    return UNSTATED;
}

static void read_cell(struct parts_reading *reading, const struct block *table, const struct table_row *row,
                      size_t k)
{
    size_t n = reading->parts->thresholds.n;

    read_text(reading, row->cells[k].text, row->cells[0].text, false, row->line);
    for (; n < reading->parts->thresholds.n; n++) {
        struct condition *condition = &reading->parts->thresholds.at[n].condition;
        if (condition->window_s == UNSTATED)
            condition->window_s = row_window(table, row);
    }
}

/* "| Alert | What it means |": limits in any cell of a table of alerts. */
static void read_alert_table(struct parts_reading *reading, const struct block *table)
{
    static const char *const titles[] = {"alert", "alert name", "alarm", "rule", "alertname", "alarm name"};
    bool alerts = false;

    for (size_t i = 0; table->n_columns > 0 && i < sizeof titles / sizeof *titles; i++)
        alerts |= text_same(table->columns[0].text, titles[i]);
    if (!alerts)
        return;
    list_each (row, &table->rows)
        for (size_t k = 1; k < row->n_cells; k++)
            if (row->cells[k].spans.n == 0 &&
                (says_limit(row->cells[k].text) || strpbrk(row->cells[k].text, "<>")))
                read_cell(reading, table, row, k);
}

/* "- **Error rate**: > 5 %" under a heading about thresholds. */
static void read_named(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    list_each (fact, &reading->facts) {
        const char *heading = part_heading(reading, fact->block);
        if (fact->place == FACT_ITEM && part_heading_value(reading, fact->block, PART_THRESHOLD) &&
            !part_severity_at(reading, fact->line))
            read_text(reading, fact->text, heading, false, fact->line);
    }
    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *table = &document->blocks.at[i];
        if (table->kind == BLOCK_HEADING && strpbrk(table->prose.text, "<>") &&
            part_severity_at(reading, table->line) == NULL) /* "Drift alarm (PSI > 0.25)" */
            read_heading(reading, table->prose.text, table->line);
        if (table->kind == BLOCK_TABLE)
            read_alert_table(reading, table);
        for (size_t k = 0; table->kind == BLOCK_TABLE && k < table->n_columns; k++) {
            if (!part_words_value(PART_THRESHOLD, table->columns[k].text))
                continue;
            list_each (row, &table->rows)
                if (part_severity_at(reading, row->line) == NULL)
                    read_cell(reading, table, row, k);
        }
    }
}

/* A limit that a paragraph states: with its sign, or "has exceeded 5 %". "<10 rows>" is a place to fill in,
 * "from 3.1 to >= 3.4" are versions. */
static bool states_limit(const char *clause, bool procedure)
{
    const char *sign = strpbrk(clause, "<>"), *least = strstr(clause, "\xe2\x89");

    sign = sign ? sign : least;
    if (sign && (text_find_word(clause, "version") || text_find_word(clause, "from")))
        return false;
    if (sign)
        return sign > clause + 1 && isalpha((unsigned char)clause[0]) && sign[-1] == ' ' &&
               !(*sign == '<' && strchr(sign, '>')) && strchr("<>=0123456789 .\x89\xe2", sign[1]);
    return text_find_word(clause, "exceed") || text_find_word(clause, "exceeded") ||
           (procedure && says_limit(clause) && !text_find_word(clause, "version") &&
            !text_find_word(clause, "takes") && !text_find_word(clause, "take"));
}

/* "... when the model drifts (PSI > 0.2 or accuracy < 85 %)", in a paragraph that is no step. */
static void read_paragraph(struct parts_reading *reading, const struct fact *fact)
{
    struct sentences sentences = {0};

    bool procedure = fact->place == FACT_PROSE && part_procedure_at(reading, fact->line) != NULL;

    if (fact->place != FACT_PROSE || strpbrk(fact->text, "0123456789") == NULL ||
        (strpbrk(fact->text, "<>") == NULL && strstr(fact->text, "\xe2\x89") == NULL &&
         strcasestr(fact->text, "exceed") == NULL && !(procedure && says_limit(fact->text))) ||
        fact->n_bytes >= TEXT_BYTES || part_severity_at(reading, fact->line))
        return;
    text_sentences(reading->arena, fact->rest, &sentences);
    list_each (sentence, &sentences) {
        int line =
            prose_line_at(&reading->document->blocks.at[fact->block].prose, fact->rest_at + sentence->at);
        for (const char *at = sentence->text; *at;) {
            size_t n = strcspn(at, "()"), n_clause = clause_bytes(at);
            n = n < n_clause ? n : n_clause;
            const char *clause = text_normalise(reading->arena, at, n);
            bool alarm = text_find_word(sentence->text, "if") || text_find_word(sentence->text, "when") ||
                         strcasestr(sentence->text, "alert") || strcasestr(sentence->text, "trigger");
            struct condition condition = {0};
            if (!alarm && strpbrk(clause, "<>") == NULL)
                condition_read(reading->arena, clause, &condition);
            if (states_limit(clause, procedure) && !is_long_time(&condition))
                read_clause(reading, clause, sentence->text, part_heading(reading, fact->block), false, line);
            at += n + (at[n] && strchr(",;():", at[n]));
            if (text_starts_with(at, " and ") || text_starts_with(at, " or "))
                at += strcspn(at + 1, " ") + 2;
        }
    }
}

/* The comparison at the end of the expression of an alerting rule. */
static void read_expression(struct parts_reading *reading, const struct fact *fact, const char *text)
{
    static const char *const signs[] = {">=", "<=", "==", ">", "<"};
    const char *sign = NULL, *op = NULL;

    for (size_t n = strlen(text); n > 0 && sign == NULL; n--)
        if (strchr("<>=", text[n - 1]))
            sign = text + n - 1;
    if (sign == NULL || sign == text)
        return;
    sign -= strchr("<>=", sign[-1]) != NULL;
    for (size_t i = 0; i < sizeof signs / sizeof *signs && op == NULL; i++)
        if (strncmp(sign, signs[i], strlen(signs[i])) == 0)
            op = signs[i];
    if (op == NULL)
        return;
    char *end;
    const char *number = sign + strlen(op);
    double value = strtod(number, &end);
    if (end == number || end[strspn(end, text[0] == '(' ? " )" : " ")] != '\0')
        return;
    struct condition condition = {.metric = "expression",
                                  .words = text_normalise(reading->arena, text, (size_t)(sign - text)),
                                  .op = op,
                                  .has_value = true,
                                  .value = value,
                                  .window_s = UNSTATED};
    add(reading, &condition, part_heading(reading, fact->block), fact->line);
}

/* "expr: up{job="x"} == 0", "Condition: `rate(errors[5m]) > 0.05`, pending 5 m", "Threshold: 85 % of /data".
 */
static void read_rule(struct parts_reading *reading, const struct fact *fact)
{
    static const char *const labels[] = {"condition",        "expression", "expr",      "alert condition",
                                         "alert expression", "query",      "rule",      "alert rule",
                                         "trigger",          "fires when", "threshold", "alert threshold"};
    const struct block *block = &reading->document->blocks.at[fact->block];
    bool rule = false;

    if (fact->label == NULL)
        return;
    if (fact->place == FACT_FENCE) {
        if (strcmp(fact->label, "expr") == 0)
            read_expression(reading, fact, fact->rest);
        return;
    }
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        rule |= text_same(fact->label, labels[i]);
    if (rule && fact->place != FACT_FENCE)
        list_each (span, &block->prose.spans)
            if (span->kind == SPAN_CODE && span->line == fact->line)
                read_expression(reading, fact, span->exact);
    if (rule)
        read_text(reading, fact->rest, part_heading(reading, fact->block), false, fact->line);
    double value = strtod(fact->rest, NULL);
    if (isdigit((unsigned char)fact->rest[0]) && value > 0 && part_words_whole(PART_THRESHOLD, fact->label))
        read_text(reading, arena_printf(reading->arena, "> %s", fact->rest),
                  part_heading(reading, fact->block), false, fact->line);
}

void parts_read_thresholds(struct parts_reading *reading)
{
    read_levels(reading);
    read_procedures(reading);
    read_named(reading);
    list_each (fact, &reading->facts) {
        read_paragraph(reading, fact);
        read_rule(reading, fact);
    }
}
