#include "runbook/due_date.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "runbook/parts_priv.h"
#include "runbook/text.h"

struct reading {
    struct arena *arena;
    const char *last; /* date of the last review, or NULL */
    int64_t holds_s;  /* how long a review holds; 0: not stated */
    const char *holds_word;
    int holds_line;
    struct due_dates *dates;
};

static bool has_any(const char *key, const char *const *words)
{
    for (; *words; words++)
        if (text_find_word(key, *words))
            return true;
    return false;
}

/* Something that is done by people on a day: not the "Due" of a table of tasks. */
static bool of_upkeep(const char *key)
{
    static const char *const words[] = {"review",   "reviewed", "drill",    "test",        "rehearsal",
                                        "exercise", "audit",    "game day", "certificate", "licence",
                                        "license",  "contract", "failover", "restore",     NULL};
    return has_any(key, words);
}

static bool to_come(const char *key)
{
    static const char *const words[] = {"next", "due", "expires", NULL};
    return has_any(key, words);
}

static bool says_how_long(const char *key)
{
    static const char *const words[] = {"review in",    "review every",     "review interval",
                                        "review cycle", "review frequency", NULL};
    return has_any(key, words);
}

static bool says_last(const char *key)
{
    static const char *const words[] = {"last reviewed", "last review", "reviewed on", NULL};
    return has_any(key, words);
}

static void add(struct reading *reading, const char *what, const char *date, int line)
{
    list_each (known, reading->dates)
        if (strcasecmp(known->what, what) == 0 && strncmp(known->date, date, sizeof known->date - 1) == 0)
            return; /* head and foot say the same */
    struct due_date *due = list_push(reading->arena, reading->dates);
    *due = (struct due_date){.what = what, .line = line};
    memcpy(due->date, date, sizeof due->date - 1);
}

/* A key as words: next_review, next-review and nextReview are "next review". */
static const char *words_of(struct arena *arena, const char *key)
{
    char *words = arena_strdup(arena, key);
    for (char *at = words; *at; at++)
        if (*at == '_' || *at == '-')
            *at = ' ';
    return words;
}

static void read_pair(struct reading *reading, const char *key, const char *value, int line)
{
    enum { VALUE_BYTES = 120 }; /* a date with a remark; not a paragraph */
    struct duration_words length;
    if (!key || !value || !*value || strnlen(value, VALUE_BYTES) == VALUE_BYTES)
        return;
    const char *words = words_of(reading->arena, key);
    const char *date = part_date(reading->arena, value);
    if (date && to_come(words) && (of_upkeep(words) || strcasecmp(words, "expires") == 0))
        add(reading, key, date, line);
    else if (date && says_last(words))
        reading->last = date;
    else if (!date && says_how_long(words) && text_duration(value, &length) && length.value_s > 0) {
        reading->holds_s = length.value_s;
        reading->holds_word = key;
        reading->holds_line = line;
    }
}

static void read_derived(struct reading *reading)
{
    int64_t last_us;
    char text[TIME_TEXT_BYTES];
    if (!reading->last || reading->holds_s == 0 || reading->dates->n > 0)
        return;
    const char *noon = arena_printf(reading->arena, "%.10sT12:00:00Z", reading->last);
    if (time_parse_rfc3339(noon, strlen(noon), &last_us) < 0)
        return;
    time_format_rfc3339(last_us + reading->holds_s * US_PER_S, text);
    add(reading, reading->holds_word, text, reading->holds_line);
}

void due_dates_read(struct arena *arena, const struct document *document, struct due_dates *ret_dates)
{
    struct reading reading = {.arena = arena, .dates = ret_dates};
    list_each (entry, &document->front_matter)
        read_pair(&reading, entry->key, entry->value, entry->line);
    list_each (block, &document->blocks) {
        if (block->kind == BLOCK_FENCE || block->kind == BLOCK_HEADING)
            continue;
        list_each (passage, &block->prose.passages) {
            const char *label = passage->lead, *rest = passage->rest;
            if (label || text_label(arena, passage->rest, &label, &rest))
                read_pair(&reading, label, rest, passage->line);
        }
        if (block->n_columns == 2) /* a table of facts may have its first one for a header */
            read_pair(&reading, block->columns[0].text, block->columns[1].text, block->line);
        list_each (row, &block->rows)
            if (row->n_cells == 2)
                read_pair(&reading, row->cells[0].text, row->cells[1].text, row->line);
    }
    read_derived(&reading);
}

bool due_date_passed(const struct due_date *date, int64_t today_us)
{
    char today[TIME_TEXT_BYTES];
    time_format_rfc3339(today_us, today);
    return today_us > 0 && strncmp(date->date, today, 10) < 0;
}
