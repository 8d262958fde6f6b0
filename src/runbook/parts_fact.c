/* The pieces of text of a document with their labels, and what each line belongs to. */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_priv.h"
#include "runbook/severity.h"

enum { LABEL_BYTES = 60 };

static bool line_ok(const struct parts_reading *reading, int line)
{
    return line >= 1 && line <= reading->runbook->n_lines;
}

const struct template *part_template_at(const struct parts_reading *reading, int line)
{
    int at = line_ok(reading, line) ? reading->template_at[line] : 0;

    return at > 0 ? &reading->parts->templates.at[at - 1] : NULL;
}

const struct procedure *part_procedure_at(const struct parts_reading *reading, int line)
{
    return line_ok(reading, line) ? reading->procedure_at[line] : NULL;
}

const struct severity *part_severity_at(const struct parts_reading *reading, int line)
{
    return line_ok(reading, line) ? reading->severity_at[line] : NULL;
}

/* Procedures come in the order of the document, an inner one after the one around it. */
void parts_index_lines(struct parts_reading *reading)
{
    size_t n = (size_t)reading->runbook->n_lines + 1;

    reading->procedure_at = arena_alloc(reading->arena, n * sizeof(void *));
    reading->severity_at = arena_alloc(reading->arena, n * sizeof(void *));
    reading->template_at = arena_alloc(reading->arena, n * sizeof(int));
    list_each (procedure, &reading->runbook->procedures)
        for (int line = procedure->line; line <= procedure->line_end && line_ok(reading, line); line++)
            reading->procedure_at[line] = procedure;
    list_each (severity, &reading->runbook->severities)
        for (int line = severity->line; line <= severity->line_end && line_ok(reading, line); line++)
            if (strcmp(severity->source, "usage") != 0)
                reading->severity_at[line] = severity;
}

static bool has_id(const struct strings *ids, const char *id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (strcmp(ids->at[i], id) == 0)
            return true;
    return false;
}

/* Levels by letter ("Class A") are only known by their name. */
static void add_lettered(const struct parts_reading *reading, const char *text, struct strings *ret_ids)
{
    list_each (level, &reading->runbook->severities) {
        size_t n = strlen(level->id);
        if (n > 2 && isupper((unsigned char)level->id[n - 1]) && strchr(" -", level->id[n - 2]) &&
            text_find_word(text, level->id) && !has_id(ret_ids, level->id))
            strings_add(reading->arena, ret_ids, level->id);
    }
}

/* "Red", "URGENT": a text that is the name of a level and nothing else, or begins with one in capitals or
 * before a colon. */
static bool calls_level(const struct severity *level, const char *text)
{
    size_t n = strlen(level->id);

    if (text_same(level->id, text) || (level->label && text_same(level->label, text)))
        return true;
    return n > 2 && strncmp(text, level->id, n) == 0 &&
           (text[n] == ':' || (text[n] == ' ' && strspn(level->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n));
}

static bool ends_with_word(const char *text, const char *end, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t n_word = strlen(words[i]);
        if ((size_t)(end - text) >= n_word && strncasecmp(end - n_word, words[i], n_word) == 0 &&
            ((size_t)(end - text) == n_word || !isalnum((unsigned char)end[-1 - (long)n_word])))
            return true;
    }
    return false;
}

/* "while a Red is open", "for Amber", "Amber goes to the lead": the name of the house in a sentence, not the
 * "Red" of "the Red Cross". */
static bool speaks_of_level(const char *id, const char *text)
{
    static const char *const before[] = {"a ",     "an ", "the ", "any ", "each ",
                                         "every ", "in ", "for ", "of ",  "as "},
                             *const behind[] = {" is ",      " are ",  " goes ", " go ",
                                                " incident", " alert", " needs "};
    size_t n = strlen(id);

    if (n < 3 || !isupper((unsigned char)*id) || strpbrk(id, "0123456789 "))
        return false;
    for (const char *at = text; (at = strstr(at, id)); at += n) {
        if (isalnum((unsigned char)at[n]) || (at > text && isalnum((unsigned char)at[-1])))
            continue;
        bool led = ends_with_word(text, at, before, sizeof before / sizeof *before);
        if (led && !(at[n] == ' ' && isupper((unsigned char)at[n + 1])))
            return true;
        for (size_t i = 0; at == text && i < sizeof behind / sizeof *behind; i++)
            if (strncmp(at + n, behind[i], strlen(behind[i])) == 0)
                return true;
    }
    return false;
}

/* "Red only", "Red and Amber", "Amber/Yellow": names of levels, what joins them, and nothing else. */
static void add_listed(const struct parts_reading *reading, const char *text, struct strings *ret_ids)
{
    static const char *const joints[] = {" and ", " or ", " & ", ", ", "/", " / ", " only"};
    struct strings listed = {0};

    while (*text) {
        const struct severity *found = NULL;
        size_t n = 0;
        list_each (level, &reading->runbook->severities)
            if (strlen(level->id) > n && text_starts_with(text, level->id)) {
                found = level;
                n = strlen(level->id);
            }
        if (!found)
            return;
        strings_add(reading->arena, &listed, found->id);
        text += n;
        for (size_t i = n = 0; i < sizeof joints / sizeof *joints; i++)
            if (text_starts_with(text, joints[i]) && strlen(joints[i]) > n)
                n = strlen(joints[i]);
        if (*text && n == 0)
            return;
        text += n;
    }
    list_each (id, &listed)
        if (!has_id(ret_ids, *id))
            strings_add(reading->arena, ret_ids, *id);
}

static void add_called(const struct parts_reading *reading, const char *text, struct strings *ret_ids)
{
    add_listed(reading, text, ret_ids);
    list_each (level, &reading->runbook->severities)
        if ((calls_level(level, text) || speaks_of_level(level->id, text)) && !has_id(ret_ids, level->id))
            strings_add(reading->arena, ret_ids, level->id);
}

void part_levels(const struct parts_reading *reading, const char *text, struct strings *ret_ids)
{
    size_t at, n, at_most = 16;
    int number;

    add_lettered(reading, text, ret_ids);
    add_called(reading, text, ret_ids);
    for (const char *s = text; at_most-- > 0; s += at + n) {
        const char *name = severity_find(reading->arena, s, &number, &at, &n);
        if (name == NULL || n == 0)
            return;
        const struct severity *level = runbook_severity(reading->runbook, name);
        const char *id = level ? level->id : name;
        if (!has_id(ret_ids, id))
            strings_add(reading->arena, ret_ids, id);
    }
}

static struct fact *add_fact(struct parts_reading *reading, enum fact_place place, size_t block, int line)
{
    struct fact *fact = list_push(reading->arena, place == FACT_ROW ? &reading->rows : &reading->facts);

    fact->place = place;
    fact->block = block;
    fact->line = line;
    return fact;
}

static void split_fact(struct parts_reading *reading, struct fact *fact)
{
    const char *label, *rest;

    fact->rest = fact->text;
    fact->n_bytes = strlen(fact->text);
    fact->words = part_words_in(fact->text);
    if (text_label(reading->arena, fact->text, &label, &rest)) {
        fact->label = label;
        fact->rest = rest;
        fact->rest_at += (size_t)(rest - fact->text);
    }
}

static void prose_facts(struct parts_reading *reading, size_t i)
{
    const struct block *block = &reading->document->blocks.at[i];
    enum fact_place place = block->kind == BLOCK_ITEM ? FACT_ITEM : FACT_PROSE;

    list_each (passage, &block->prose.passages) {
        struct fact *fact = add_fact(reading, place, i, passage->line);
        fact->text = passage->rest;
        fact->rest_at = passage->rest_at;
        if (passage->lead == NULL) {
            split_fact(reading, fact);
            continue;
        }
        fact->text =
            arena_printf(reading->arena, "%s%s%s", passage->lead, passage->colon ? ": " : " ", passage->rest);
        fact->label = passage->lead;
        fact->rest = passage->rest;
        fact->n_bytes = strlen(fact->text);
        fact->words = part_words_in(fact->text);
    }
}

static void fence_facts(struct parts_reading *reading, size_t i)
{
    const struct block *block = &reading->document->blocks.at[i];

    if (fence_role(block) != FENCE_OTHER)
        return;
    for (size_t k = 0; k < block->lines.n; k++) {
        const char *text = text_normalise(reading->arena, block->lines.at[k].at, block->lines.at[k].n_bytes);
        while (text[0] == '-' || text[0] == '*' || text[0] == ' ')
            text++;
        if (text[0] == '\0')
            continue;
        struct fact *fact = add_fact(reading, FACT_FENCE, i, block->body_line + (int)k);
        fact->text = text;
        split_fact(reading, fact);
    }
}

static void row_fact(struct parts_reading *reading, size_t table, const struct prose *label,
                     const struct prose *rest, int line)
{
    if (label->text[0] == '\0' || rest->text[0] == '\0' || strnlen(label->text, LABEL_BYTES) == LABEL_BYTES)
        return;
    struct fact *fact = add_fact(reading, FACT_ROW, table, line);
    fact->label = text_without_colon(reading->arena, label->text);
    fact->rest = rest->text;
    fact->text = arena_printf(reading->arena, "%s: %s", fact->label, fact->rest);
    fact->n_bytes = strlen(fact->text);
    fact->words = part_words_in(fact->text);
}

/* The first row may be written as the header. */
static void row_facts(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];

    if (table->n_columns != 2)
        return;
    row_fact(reading, i, &table->columns[0], &table->columns[1], table->line);
    list_each (row, &table->rows)
        row_fact(reading, i, &row->cells[0], &row->cells[1], row->line);
}

void parts_collect_facts(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    for (size_t i = 0; i < document->blocks.n; i++) {
        switch (document->blocks.at[i].kind) {
        case BLOCK_PARAGRAPH:
        case BLOCK_ITEM:
            prose_facts(reading, i);
            break;
        case BLOCK_FENCE:
            fence_facts(reading, i);
            break;
        case BLOCK_TABLE:
            row_facts(reading, i);
            break;
        case BLOCK_HEADING:
        case BLOCK_RULE:
        case BLOCK_HTML:
            break;
        }
    }
}
