/* What a document says about itself: front matter, lines and tables at its head and foot
 * ("**Last Updated**: 2026-03-01"). A key that may as well be part of a report or a message ("Status: ...")
 * counts only there. */
#include <string.h>

#include "runbook/parts_priv.h"

static bool has_people(const char *key)
{
    static const char *const keys[] = {"owner", "reviewers", "approvers", "author"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (key && strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static bool is_list(const char *key, const char *value)
{
    static const char *const joints[] = {", ", " + ", " & ", " and "};

    for (size_t i = 0; has_people(key) && i < sizeof joints / sizeof *joints; i++)
        if (strstr(value, joints[i]))
            return true;
    return false;
}

/* A value that is a date, maybe with a remark behind it: the date; else NULL. */
static const char *date_value(struct arena *arena, const char *value)
{
    size_t word = strcspn(value, " ");
    const char *date = part_date(arena, arena_strndup(arena, value, word));

    if (date == NULL && strlen(value) < 24)
        date = part_date(arena, value);
    return date;
}

static void add(struct parts_reading *reading, const char *key, const char *raw_key, const char *value,
                const char *source, int line)
{
    list_each (known, &reading->parts->metadata)
        if (known->line == line && strcmp(known->raw_key, raw_key) == 0)
            return;
    const char *date = date_value(reading->arena, value);
    struct metadata *metadata = list_push(reading->arena, &reading->parts->metadata);
    *metadata = (struct metadata){.key = key, .raw_key = raw_key, .source = source, .line = line};
    metadata->value = date ? date : value;
    metadata->type = date ? "date" : is_list(key, value) ? "list" : "string";
}

/* A key that comes again right after itself is a list in YAML. */
static void read_front_matter(struct parts_reading *reading)
{
    const struct front_matter_entry *open = NULL;

    list_each (entry, &reading->document->front_matter) {
        struct metadata *last = open ? &reading->parts->metadata.at[reading->parts->metadata.n - 1] : NULL;
        if (last && strcmp(open->key, entry->key) == 0) {
            last->value = arena_printf(reading->arena, "%s, %s", last->value, entry->value);
            last->type = "list";
            continue;
        }
        const char *key = part_words_whole(PART_METADATA, entry->key);
        add(reading, key, entry->key, entry->value, "front_matter", entry->line);
        open = entry;
    }
}

struct zones {
    size_t head_end;   /* blocks before it are the head of the page */
    size_t foot_first; /* blocks from it on are its foot */
};

enum { FOOT_BLOCKS = 8, VALUE_BYTES = 120 };

static struct zones zones_find(const struct document *document)
{
    struct zones zones = {document->blocks.n, document->blocks.n};
    int n_headings = 0;

    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        bool heading = block->kind == BLOCK_HEADING && block->item == NO_BLOCK;
        n_headings += heading;
        if (heading && n_headings == 2)
            zones.head_end = i;
        if (heading)
            zones.foot_first = document->blocks.n;
        else if (block->kind == BLOCK_RULE)
            zones.foot_first = i;
    }
    if (zones.foot_first + FOOT_BLOCKS < document->blocks.n) /* a long last part is no foot */
        zones.foot_first = document->blocks.n;
    return zones;
}

static const char *source_of(const struct parts_reading *reading, const struct zones *zones, size_t block)
{
    if (block >= zones->foot_first)
        return "footer";
    if (block < zones->head_end)
        return "header";
    return part_heading_value(reading, block, PART_METADATA_HEADING) ? "section" : NULL;
}

/* "Owner: Ana | Updated: 2026-03-01" is two. */
static void read_pieces(struct parts_reading *reading, const struct fact *fact, const char *source)
{
    for (const char *at = fact->text; *at;) {
        const char *bar = strstr(at, " | "), *label, *rest;
        size_t n = bar ? (size_t)(bar - at) : strlen(at);
        const char *piece = arena_strndup(reading->arena, at, n);
        const char *key =
            text_label(reading->arena, piece, &label, &rest) ? part_words_whole(PART_METADATA, label) : NULL;
        if (key && rest[0] && strnlen(rest, VALUE_BYTES) < VALUE_BYTES &&
            (source || part_words_whole(PART_METADATA_ANYWHERE, label)))
            add(reading, key, label, rest, source ? source : "text", fact->line);
        at += n + (bar ? 3 : 0);
    }
}

static bool is_known(const struct parts_reading *reading, const char *key)
{
    list_each (known, &reading->parts->metadata)
        if (known->key && strcmp(known->key, key) == 0)
            return true;
    return false;
}

static size_t column_of(const struct block *table, const char *const *names, size_t n)
{
    for (size_t k = 0; k < table->n_columns; k++)
        for (size_t i = 0; i < n; i++)
            if (text_same(table->columns[k].text, names[i]))
                return k;
    return table->n_columns;
}

/* "| Date | Version | Change |": the newest row tells how the page is now. */
static void read_history(struct parts_reading *reading, const struct block *table)
{
    static const char *const dates[] = {"date"}, *const versions[] = {"version", "revision", "rev"},
                             *const changes[] = {"change",         "changes",
                                                 "change summary", "summary of changes",
                                                 "description",    "description of change",
                                                 "comments",       "author"};
    size_t date = column_of(table, dates, 1), version = column_of(table, versions, 3);
    const struct table_row *newest = NULL;
    const char *newest_date = NULL;

    if (date == table->n_columns ||
        column_of(table, changes, sizeof changes / sizeof *changes) == table->n_columns)
        return;
    list_each (row, &table->rows) {
        const char *at = part_date(reading->arena, row->cells[date].text);
        if (at && (newest == NULL || strcmp(at, newest_date) >= 0)) {
            newest = row;
            newest_date = at;
        }
    }
    if (newest && !is_known(reading, "last_updated"))
        add(reading, "last_updated", table->columns[date].text, newest_date, "section", newest->line);
    if (newest && version < table->n_columns && newest->cells[version].text[0] &&
        !is_known(reading, "version"))
        add(reading, "version", table->columns[version].text, newest->cells[version].text, "section",
            newest->line);
}

/* "| Field | Value |" near the beginning: what the page says of itself, whatever the heading. */
static bool is_card(const struct parts_reading *reading, size_t i)
{
    static const char *const keys[] = {"field", "attribute", "property", "item", "key"}, *const values[] = {
                                                                                             "value",
                                                                                             "values",
                                                                                             "details",
                                                                                             "detail"};
    const struct block *table = &reading->document->blocks.at[i];
    size_t n_headings = 0;

    for (size_t k = 0; k < i; k++)
        n_headings += reading->document->blocks.at[k].kind == BLOCK_HEADING;
    return n_headings <= 2 && table->n_columns == 2 &&
           column_of(table, keys, sizeof keys / sizeof *keys) == 0 &&
           column_of(table, values, sizeof values / sizeof *values) == 1;
}

static void read_table(struct parts_reading *reading, const struct block *table, const char *source)
{
    const char *key = part_words_whole(PART_METADATA, table->columns[0].text);

    if (table->n_columns != 2)
        return;
    if (key && table->columns[1].text[0])
        add(reading, key, table->columns[0].text, table->columns[1].text, source, table->line);
    list_each (row, &table->rows) {
        key = part_words_whole(PART_METADATA, row->cells[0].text);
        if (key && row->cells[1].text[0])
            add(reading, key, text_without_colon(reading->arena, row->cells[0].text), row->cells[1].text,
                source, row->line);
    }
}

void parts_read_metadata(struct parts_reading *reading)
{
    const struct document *document = reading->document;
    const struct zones zones = zones_find(document);

    read_front_matter(reading);
    list_each (fact, &reading->facts)
        if (fact->place != FACT_FENCE)
            read_pieces(reading, fact, source_of(reading, &zones, fact->block));
    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        const char *source = block->kind == BLOCK_TABLE ? source_of(reading, &zones, i) : NULL;
        if (source == NULL && block->kind == BLOCK_TABLE && is_card(reading, i))
            source = "header";
        if (source)
            read_table(reading, block, source);
        if (block->kind == BLOCK_TABLE && part_heading_value(reading, i, PART_METADATA_HEADING))
            read_history(reading, block);
    }
}
