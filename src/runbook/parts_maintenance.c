/* What is done again and again, and rehearsals: "Rotate the keys quarterly", a list below "Weekly tasks", a
 * table with a column for how often, "Next drill: 2026-04-01". */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_priv.h"

static const char *recurrence_word(const char *rrule)
{
    static const struct {
        const char *rrule, *word;
    } words[] = {{"FREQ=HOURLY", "hourly"},
                 {"FREQ=DAILY", "daily"},
                 {"FREQ=WEEKLY;INTERVAL=2", "fortnightly"},
                 {"FREQ=WEEKLY", "weekly"},
                 {"FREQ=MONTHLY;INTERVAL=2", "every two months"},
                 {"FREQ=MONTHLY;INTERVAL=3", "quarterly"},
                 {"FREQ=MONTHLY;INTERVAL=6", "half-yearly"},
                 {"FREQ=MONTHLY", "monthly"},
                 {"FREQ=YEARLY", "yearly"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(rrule, words[i].rrule, strlen(words[i].rrule)) == 0)
            return words[i].word;
    return "event";
}

/* The task without the words that say how often: "Perform a monthly audit of x" -> "audit of x". */
static const char *task_of(struct arena *arena, const char *text, const struct word_match *when)
{
    const char *rest = text + when->at + when->n_bytes;
    size_t n = when->at;

    while (n > 0 && strchr(" ,(-", text[n - 1]))
        n--;
    bool inner = rest[0] == ' ' && isalpha((unsigned char)rest[1]);
    if (inner && n < 12) /* "Run a weekly check" */
        return text_without_colon(arena, rest + 1);
    if (inner)
        return text_without_colon(arena, arena_printf(arena, "%.*s%s", (int)n, text, rest));
    return n > 0 ? text_without_colon(arena, arena_strndup(arena, text, n))
                 : text_without_colon(arena, rest + strspn(rest, " :,-"));
}

static void add(struct parts_reading *reading, const char *task, const char *rrule, const char *event,
                int line)
{
    struct maintenance *maintenance = list_push(reading->arena, &reading->parts->maintenance);

    *maintenance = (struct maintenance){.task = task, .rrule = rrule, .event = event, .line = line};
    maintenance->recurrence = rrule ? recurrence_word(rrule) : "event";
}

/* How often the label before the list or the heading above it says: "Weekly tasks". */
static const char *rrule_above(const struct parts_reading *reading, size_t block)
{
    struct part_label label;
    const char *own =
        part_label_before(reading, block, &label) ? part_label_value(&label, PART_RECURRENCE) : NULL;

    return own ? own : part_heading_value(reading, block, PART_RECURRENCE);
}

static bool under_maintenance(const struct parts_reading *reading, size_t block)
{
    return part_heading_value(reading, block, PART_MAINTENANCE) ||
           part_heading_above_value(reading, block, PART_MAINTENANCE);
}

enum { TEXT_BYTES = 300, DRILL_BYTES = 160, TASK_BYTES = 60 };

/* "- **Penetration test:** annually, by others": a task that its rhythm follows. */
static void read_labelled(struct parts_reading *reading, const struct fact *fact)
{
    struct word_match when;

    if (fact->label == NULL || fact->place != FACT_ITEM || !fact_may_have(fact, PART_RECURRENCE) ||
        strnlen(fact->rest, TEXT_BYTES) == TEXT_BYTES || strnlen(fact->label, TASK_BYTES) == TASK_BYTES ||
        under_maintenance(reading, fact->block) || part_severity_at(reading, fact->line) ||
        part_words_whole(PART_METADATA, fact->label) || part_words_value(PART_UPDATE, fact->text) ||
        part_words_value(PART_DRILL, fact->text))
        return;
    if (part_words_next(PART_RECURRENCE, fact->rest, 0, &when) && when.at == 0)
        add(reading, fact->label, when.value, NULL, fact->line);
}

static void read_fact(struct parts_reading *reading, const struct fact *fact)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct word_match when;

    if (fact->place != FACT_ITEM || block->depth != 1 || fact->n_bytes >= TEXT_BYTES ||
        !under_maintenance(reading, fact->block))
        return;
    if (fact_may_have(fact, PART_RECURRENCE) && part_words_next(PART_RECURRENCE, fact->text, 0, &when)) {
        add(reading, task_of(reading->arena, fact->text, &when), when.value, NULL, fact->line);
    } else if (fact_may_have(fact, PART_OCCASION) && part_words_next(PART_OCCASION, fact->text, 0, &when)) {
        const char *event = text_without_colon(reading->arena, fact->text + when.at);
        add(reading, when.at > 0 ? task_of(reading->arena, fact->text, &when) : fact->text, NULL, event,
            fact->line);
        if (when.at > 0)
            reading->parts->maintenance.at[reading->parts->maintenance.n - 1].task =
                text_normalise(reading->arena, fact->text, when.at);
    } else {
        const char *rrule = rrule_above(reading, fact->block);
        if (rrule && part_heading_value(reading, fact->block, PART_DRILL) == NULL)
            add(reading, text_without_colon(reading->arena, fact->label ? fact->label : fact->text), rrule,
                NULL, fact->line);
    }
}

/* "The paper fallback is rehearsed every quarter", anywhere. */
static void read_upkeep(struct parts_reading *reading, const char *sentence, int line)
{
    enum { APART_BYTES = 40 };
    struct word_match when, done;

    if (!part_words_next(PART_RECURRENCE, sentence, 0, &when) ||
        !part_words_next(PART_UPKEEP, sentence, 0, &done))
        return;
    bool after = done.at < when.at && when.at - done.at - done.n_bytes < APART_BYTES;
    bool before = when.at < done.at && done.at - when.at - when.n_bytes < 2; /* "is quarterly tested" */
    if (after || before)
        add(reading, task_of(reading->arena, sentence, &when), when.value, NULL, line);
}

static struct drill_date *add_drill(struct parts_reading *reading, const char *name, const char *date,
                                    int line)
{
    struct drill_date *drill = list_push(reading->arena, &reading->parts->drills);

    *drill = (struct drill_date){.name = name, .date = date, .line = line};
    return drill;
}

static void add_recurrence(struct drill_date *drill, const char *rrule)
{
    drill->rrule = rrule;
    drill->recurrence = rrule ? recurrence_word(rrule) : NULL;
}

/* A table with a column of rhythms. */
static void read_table(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];

    for (size_t k = 0; k < table->n_columns; k++) {
        const char *column = table->columns[k].text;
        bool rhythm = text_same(column, "frequency") || text_same(column, "schedule") ||
                      text_same(column, "how often") || text_same(column, "recurrence") ||
                      text_same(column, "when") || text_same(column, "interval") ||
                      text_same(column, "cycle");
        if (!rhythm || !(under_maintenance(reading, i) || part_heading_value(reading, i, PART_DRILL)))
            continue;
        list_each (row, &table->rows) {
            const char *rrule = part_words_value(PART_RECURRENCE, row->cells[k].text);
            if (rrule && k > 0 && part_words_value(PART_DRILL, row->cells[0].text))
                add_recurrence(add_drill(reading, row->cells[0].text, NULL, row->line), rrule);
            else if (rrule && k > 0)
                add(reading, row->cells[0].text, rrule, NULL, row->line);
        }
        return;
    }
}

/* ---- drills ---- */

static void read_drill_metadata(struct parts_reading *reading)
{
    const char *last = NULL;

    list_each (metadata, &reading->parts->metadata)
        if (metadata->key && strcmp(metadata->key, "last_tested") == 0 && strcmp(metadata->type, "date") == 0)
            last = metadata->value;
    list_each (metadata, &reading->parts->metadata)
        if (metadata->key && strcmp(metadata->key, "next_drill") == 0)
            add_drill(reading, metadata->raw_key, part_date(reading->arena, metadata->value), metadata->line)
                ->last = last;
}

/* "Run a failover drill every quarter", "Game day: 2026-04-01". */
static void read_drill_text(struct parts_reading *reading, const char *text, const char *name, bool below,
                            int line)
{
    bool named = part_words_value(PART_DRILL, text) != NULL;

    if (!named && !below)
        return;
    const char *rrule = part_words_value(PART_RECURRENCE, text), *date = part_date(reading->arena, text);
    if (rrule == NULL && (date == NULL || !named))
        return;
    add_recurrence(add_drill(reading, name, date, line), rrule);
}

static void read_drill(struct parts_reading *reading, const struct fact *fact)
{
    bool below = fact->place == FACT_ITEM && part_heading_value(reading, fact->block, PART_DRILL);

    if (fact->place == FACT_FENCE || fact->n_bytes >= DRILL_BYTES ||
        !(below || fact_may_have(fact, PART_DRILL)) ||
        (fact->label && part_words_whole(PART_METADATA, fact->label)))
        return;
    read_drill_text(reading, fact->text, fact->label && fact->rest[0] == '\0' ? fact->label : fact->text,
                    below, fact->line);
}

enum { PARAGRAPH_BYTES = 2000 };

/* Sentences of paragraphs: what is kept up, and drills of a long one. */
static void read_sentences(struct parts_reading *reading, const struct fact *fact)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct sentences sentences = {0};
    bool drill = fact_may_have(fact, PART_DRILL) && fact->n_bytes >= DRILL_BYTES;
    bool upkeep = fact_may_have(fact, PART_UPKEEP) && fact_may_have(fact, PART_RECURRENCE);

    if (fact->place != FACT_PROSE || (!drill && !upkeep) || under_maintenance(reading, fact->block) ||
        strnlen(fact->rest, PARAGRAPH_BYTES) == PARAGRAPH_BYTES)
        return;
    text_sentences(reading->arena, fact->rest, &sentences);
    list_each (sentence, &sentences) {
        int line = prose_line_at(&block->prose, fact->rest_at + sentence->at);
        if (upkeep)
            read_upkeep(reading, sentence->text, line);
        if (drill)
            read_drill_text(reading, sentence->text, sentence->text, false, line);
    }
}

/* "### Monthly restore drill": its steps come with it. */
static void read_drill_heading(struct parts_reading *reading, const struct block *heading)
{
    const char *title = heading->prose.text;
    const char *rrule = strnlen(title, DRILL_BYTES) < DRILL_BYTES && part_words_value(PART_DRILL, title)
                            ? part_words_value(PART_RECURRENCE, title)
                            : NULL;

    if (rrule)
        add_drill(reading, title, part_date(reading->arena, title), heading->line)->recurrence =
            recurrence_word(rrule);
}

void parts_read_maintenance(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    list_each (fact, &reading->facts)
        read_fact(reading, fact);
    for (size_t i = 0; i < document->blocks.n; i++)
        if (document->blocks.at[i].kind == BLOCK_TABLE)
            read_table(reading, i);
        else if (document->blocks.at[i].kind == BLOCK_HEADING)
            read_drill_heading(reading, &document->blocks.at[i]);
    read_drill_metadata(reading);
    list_each (fact, &reading->facts) {
        read_drill(reading, fact);
        read_sentences(reading, fact);
        read_labelled(reading, fact);
    }
}
