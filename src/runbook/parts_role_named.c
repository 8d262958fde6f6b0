/* Roles that are named while something else is said: in a column of a table, behind a label, in front of what
 * they do, in a sentence that calls them. */
#include <string.h>

#include "runbook/parts_person.h"
#include "runbook/parts_role_priv.h"

enum { TEXT_BYTES = 400, TOLD_BYTES = 40, CELL_BYTES = 120, PEOPLE_LEAST = 2 };

/* ---- columns ---- */

static void read_cell(struct role_reader *reader, const char *cell, const char *kind, int line)
{
    struct arena *arena = reader->reading->arena;
    struct strings names = {0};
    struct person person;

    if (strnlen(cell, CELL_BYTES) == CELL_BYTES)
        return;
    text_split_list(arena, cell, true, &names);
    list_each (name, &names)
        if (person_is(arena, *name, &person))
            part_role_add_new(reader, person.name, strcmp(person.kind, "oncall") == 0 ? person.kind : kind,
                              line);
}

void role_read_columns(struct role_reader *reader, size_t i)
{
    const struct block *table = &reader->reading->document->blocks.at[i];

    if (part_template_at(reader->reading, table->line))
        return;
    for (size_t k = 0; k < table->n_columns; k++) {
        const char *kind = part_words_whole(PART_PERSON_COLUMN, table->columns[k].text);
        list_each (row, &table->rows)
            if (kind)
                read_cell(reader, row->cells[k].text, kind, row->line);
    }
}

/* ---- labels ---- */

void role_read_label(struct role_reader *reader, const struct fact *fact)
{
    struct arena *arena = reader->reading->arena;
    const char *kind =
        fact->label && fact_may_have(fact, PART_PERSON_COLUMN) && fact_may_have(fact, PART_PERSON)
            ? part_words_whole(PART_PERSON_COLUMN, fact->label)
            : NULL;
    struct strings names = {0};

    if (kind == NULL || fact->rest[0] == '[' || strnlen(fact->rest, CELL_BYTES) == CELL_BYTES)
        return;
    persons_add(arena, fact->rest, &names);
    list_each (name, &names)
        part_role_add_new(reader, *name, kind, fact->line);
}

/* ---- lists ---- */

/* Asked for each item, answered once a list. */
bool role_list_of_people(struct role_reader *reader, size_t item)
{
    const struct block *blocks = reader->reading->document->blocks.at;
    size_t first = blocks[item].list_first, n = 0, n_people = 0;

    if (reader->people_first == first + 1)
        return reader->people;
    for (size_t i = first; i < reader->reading->document->blocks.n && blocks[i].kind == BLOCK_ITEM &&
                           blocks[i].list_first == first;
         i = blocks[i].end, n++) {
        const struct passage *passage = blocks[i].prose.passages.n ? &blocks[i].prose.passages.at[0] : NULL;
        const char *label = passage ? passage->lead : NULL, *rest;
        struct person person;
        if (passage && label == NULL && !text_label(reader->reading->arena, passage->rest, &label, &rest))
            label = NULL;
        n_people += label && person_is(reader->reading->arena, label, &person) &&
                    strcmp(person.kind, "stakeholder") != 0;
    }
    reader->people_first = first + 1;
    reader->people = n_people >= PEOPLE_LEAST && n_people == n;
    return reader->people;
}

/* ---- sentences ---- */

/* "alerts", "pages", "calls": things more often than what somebody does. */
static bool is_plural(const char *verb, size_t n_bytes)
{
    static const char *const things[] = {"alerts", "pages", "calls", "contacts", "rings"};

    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        if (strlen(things[i]) == n_bytes && strncasecmp(verb, things[i], n_bytes) == 0)
            return true;
    return false;
}

void role_read_told(struct role_reader *reader, const char *text, int line)
{
    struct arena *arena = reader->reading->arena;
    struct word_match verb;
    struct person person;

    if (strnlen(text, TEXT_BYTES) == TEXT_BYTES)
        return;
    for (size_t at = 0; part_words_next(PART_TELL_VERB, text, at, &verb); at = verb.at + verb.n_bytes) {
        if (is_plural(text + verb.at, verb.n_bytes))
            continue;
        const char *part = arena_strndup(arena, text + verb.at, strcspn(text + verb.at, ".;"));
        size_t from = 0;
        while (person_next(arena, part, from, &person) && person.at < from + TOLD_BYTES) {
            bool sme = strcmp(person.kind, "sme") == 0;
            part_role_add_new(reader, person.name, sme ? "escalation" : person.kind, line);
            from = person.end;
            if (strncmp(part + from, " and ", 5) != 0 && strncmp(part + from, ", ", 2) != 0)
                break;
        }
    }
}

void role_read_actor(struct role_reader *reader, const char *text, int line)
{
    struct arena *arena = reader->reading->arena;
    struct sentences sentences = {0};
    struct person person;

    if (strnlen(text, TEXT_BYTES) == TEXT_BYTES || !person_next(arena, text, 0, &person))
        return;
    text_sentences(arena, text, &sentences);
    list_each (sentence, &sentences) {
        const char *clause = strstr(sentence->text, ", the ");
        const char *start = text_starts_with(sentence->text, "the ") ? sentence->text
                            : clause                                 ? clause + 2
                                                                     : NULL;
        bool acts = start ? person_does(arena, start + strlen("the "), &person)
                          : person_acts(arena, sentence->text, &person);
        if (acts && strcmp(person.kind, "stakeholder") != 0)
            part_role_add_new(reader, person.name, person.kind, line);
    }
}
