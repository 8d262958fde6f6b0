/* Where a procedure's severity is stated other than by a label of its own: in a sentence, in a table of
 * alerts, in the bracket of its title; and which of the document's levels is meant by what was stated. */
#include <ctype.h>
#include <string.h>

#include "base/map.h"
#include "runbook/severity.h"
#include "runbook/severity_priv.h"
#include "runbook/text.h"

enum { SENTENCE_BYTES = 200, WITHIN_BYTES = 48, BRACKET_BYTES = 24 };

/* What follows the phrase of the group that begins the text, or NULL. */
static const char *behind(struct arena *arena, enum words group, const char *text)
{
    size_t n = 0;
    const char *rest = NULL;

    for (int word = 0; word < 4 && text[n]; word++) {
        n += strcspn(text + n, " :");
        if (words_are(group, arena_strndup(arena, text, n)))
            rest = text + n;
        n += strspn(text + n, " ");
    }
    return rest;
}

static bool is_word(const char *text)
{
    for (enum words word = WORDS_LEVEL_1; word <= WORDS_LEVEL_5; word++)
        if (words_begin(word, text))
            return true;
    return false;
}

/* "Severity: P1", "Priority: High", "Sev: 2", "Severity of all on this page is SEV-1". */
static const char *by_label(struct arena *arena, const char *text)
{
    const char *rest = behind(arena, WORDS_SEVERITY_LABEL, text);
    size_t at;

    if (rest == NULL)
        return NULL;
    bool colon = *rest == ':';
    rest += strspn(rest, ": ");
    if (severity_find(arena, rest, NULL, &at, NULL))
        return at < WITHIN_BYTES ? rest + at : NULL;
    bool number = isdigit((unsigned char)rest[0]) && !isalnum((unsigned char)rest[1]) && rest[1] != '.';
    return colon && (number || is_word(rest)) ? rest : NULL;
}

/* "This is a P1 incident", "Treat as SEV-2". */
static const char *by_verb(struct arena *arena, const char *text)
{
    const char *rest = behind(arena, WORDS_SEVERITY_STATEMENT, text);
    size_t at;

    if (rest == NULL)
        return NULL;
    rest += strspn(rest, " ");
    return severity_find(arena, rest, NULL, &at, NULL) && at == 0 ? rest : NULL;
}

/* "P3. Goes to the planner", "SEV-2 by default, SEV-1 when all are down". */
static const char *by_itself(struct arena *arena, const char *text)
{
    static const char *const ends[] = {".", ",", " by default", " unless", " if ", " when ", " \xc2\xb7 "};
    size_t at, n;

    if (severity_find(arena, text, NULL, &at, &n) == NULL || at > 0)
        return NULL;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (text_starts_with(text + n, ends[i]))
            return text;
    return text[n] == '\0' ? text : NULL;
}

/* "Fires when the queue is long. Sev 2.": a level that is all of the last sentence. */
static const char *by_last_sentence(struct arena *arena, const char *text)
{
    enum { WORDS_BYTES = 12 };
    const char *last = NULL;

    for (const char *at = strstr(text, ". "); at; at = strstr(at + 1, ". "))
        last = at + 2;
    return last && strchr("PS", last[0]) && strnlen(last, WORDS_BYTES) < WORDS_BYTES ? by_itself(arena, last)
                                                                                     : NULL;
}

/* "Impact: SEV-2", not "Impact: P1 customers wait". */
static const char *by_value(struct arena *arena, const char *text)
{
    const char *label, *rest;

    return text_label(arena, text, &label, &rest) && words_are(WORDS_SEVERITY_VALUE, label)
               ? by_itself(arena, rest)
               : NULL;
}

const char *severity_stated(struct arena *arena, const char *text)
{
    if (strnlen(text, SENTENCE_BYTES) == SENTENCE_BYTES)
        return NULL;
    if ((unsigned char)text[0] >= 0x80)
        text = text_without_decoration(arena, text, NULL);
    if (words_begin(WORDS_SEVERITY_LABEL, text))
        return by_label(arena, text);
    if (words_begin(WORDS_SEVERITY_STATEMENT, text))
        return by_verb(arena, text);
    const char *first = strchr("PS", text[0]) ? by_itself(arena, text) : NULL;
    if (words_begin(WORDS_SEVERITY_VALUE, text))
        first = by_value(arena, text);
    return first ? first : by_last_sentence(arena, text);
}

/* ---- Which level is meant ---- */

/* "Severity 2" where the levels are called "Sev 2", "High" where it is "P2 (High)". */
static const struct severity *meant(const struct severity_reader *reader, const char *stated)
{
    const struct severity named = {.id = stated}, *found = NULL;
    int number = level_number(&named);

    list_each (level, &reader->runbook->severities)
        if (number >= 0 ? level_number(level) == number
                        : (level->label && text_same(level->label, stated)) || text_same(level->id, stated)) {
            if (found)
                return NULL;
            found = level;
        }
    return found;
}

/* ---- Tables of alerts: "| Alert | Severity | ..." ---- */

static size_t severity_column(const struct block *table)
{
    for (size_t k = 1; k < table->n_columns; k++)
        if (words_are(WORDS_SEVERITY_LABEL, table->columns[k].text))
            return k;
    return 0;
}

static void read_row(struct severity_reader *reader, struct map *procedures, const struct table_row *row,
                     size_t column)
{
    const char *slug = text_slug(reader->arena, row->cells[0].text);
    struct procedure *procedure = slug[0] ? map_get(procedures, slug, strlen(slug)) : NULL;

    if (procedure && row->cells[column].text[0])
        severity_state(reader->arena, procedure, row->cells[column].text, row->line);
}

void severity_state_by_table(struct arena *arena, struct procedure *procedure, const struct block *table)
{
    if (table->n_columns != 2)
        return;
    if (words_are(WORDS_SEVERITY_LABEL, table->columns[0].text))
        severity_state(arena, procedure, table->columns[1].text, table->line);
    list_each (row, &table->rows)
        if (words_are(WORDS_SEVERITY_LABEL, row->cells[0].text))
            severity_state(arena, procedure, row->cells[1].text, row->line);
}

/* "Disk full (critical)". */
static void read_title(struct severity_reader *reader, struct procedure *procedure)
{
    const char *open = strrchr(procedure->title, '(');
    size_t n = open ? strcspn(open + 1, ")") : 0;

    if (procedure->severity || n == 0 || n > BRACKET_BYTES || open[1 + n] != ')' || open[2 + n] != '\0')
        return;
    const char *word = arena_strndup(reader->arena, open + 1, n);
    bool level = runbook_severity(reader->runbook, word) != NULL;
    for (enum words group = WORDS_LEVEL_1; group <= WORDS_LEVEL_4; group++)
        level |= words_are(group, word);
    if (level)
        severity_state(reader->arena, procedure, word, procedure->line);
}

/* "Class 1" -> "Class": what the runbook calls its levels. */
static const char *scheme_of(struct severity_reader *reader)
{
    const struct severity *first =
        reader->runbook->severities.n > 0 ? &reader->runbook->severities.at[0] : NULL;
    size_t n = first ? strcspn(first->id, " ") : 0;

    return n > 1 && first->id[n] ? arena_strndup(reader->arena, first->id, n) : NULL;
}

static struct procedure *procedure_at(struct severity_reader *reader, int line)
{
    struct procedure *found = NULL;

    list_each (procedure, &reader->runbook->procedures)
        if (procedure->line <= line && line <= procedure->line_end)
            found = procedure;
    return found;
}

/* "**Class:** Amber (Red above 2000)", where the levels are called "Class 2 (Amber)". */
static void read_scheme_label(struct severity_reader *reader, const char *scheme,
                              const struct passage *passage)
{
    const char *label = passage->lead, *rest = passage->rest;

    if (!text_starts_with(label ? label : rest, scheme) ||
        (label == NULL && !text_label(reader->arena, passage->rest, &label, &rest)) ||
        !text_same(text_without_colon(reader->arena, label), scheme))
        return;
    const struct severity *level = meant(reader, text_normalise(reader->arena, rest, strcspn(rest, "(,.;")));
    struct procedure *procedure = level ? procedure_at(reader, passage->line) : NULL;
    if (procedure)
        severity_state(reader->arena, procedure, level->id, passage->line);
}

void severity_read_stated(struct severity_reader *reader)
{
    struct map *procedures = map_new();
    const char *scheme = scheme_of(reader);

    list_each (procedure, &reader->runbook->procedures)
        if (map_get(procedures, procedure->id, strlen(procedure->id)) == NULL)
            map_put(procedures, procedure->id, strlen(procedure->id), procedure);
    list_each (block, &reader->document->blocks) {
        size_t column = block->kind == BLOCK_TABLE ? severity_column(block) : 0;
        if (column > 0)
            list_each (row, &block->rows)
                read_row(reader, procedures, row, column);
        if (scheme)
            list_each (passage, &block->prose.passages)
                read_scheme_label(reader, scheme, passage);
    }
    map_free(procedures);
    list_each (procedure, &reader->runbook->procedures)
        read_title(reader, procedure);
}

void severity_resolve_stated(struct severity_reader *reader)
{
    list_each (procedure, &reader->runbook->procedures) {
        if (procedure->severity == NULL || runbook_severity(reader->runbook, procedure->severity))
            continue;
        const struct severity *level = meant(reader, procedure->severity);
        if (level)
            procedure->severity = level->id;
    }
}
