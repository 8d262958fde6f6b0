/* Which lines no reader took, and which of them matter. */
#include "runbook/remainder.h"

#include <string.h>

#include "runbook/command.h"
#include "runbook/heading_words.h"
#include "runbook/parts_person.h"
#include "runbook/procedure_priv.h"
#include "runbook/text.h"

enum { WORDS_BYTES = 60, TEXT_BYTES = 1000 };

struct lines { /* by line: whether something was taken from it */
    bool *taken;
    int n;
};

static void take(struct lines *lines, int first, int last)
{
    if (first < 1)
        return;
    for (int line = first; line <= (last > first ? last : first) && line <= lines->n; line++)
        lines->taken[line] = true;
}

static void take_step(struct lines *lines, const struct step *step)
{
    take(lines, step->line, step->line_end);
    list_each (branch, &step->branches)
        take(lines, branch->line, branch->line);
    list_each (command, &step->commands)
        take(lines, command->fence_line > 0 ? command->fence_line : command->line, command->line_end);
    list_each (substep, &step->substeps)
        take_step(lines, substep);
}

static void take_procedure(struct lines *lines, const struct procedure *procedure)
{
    take(lines, procedure->line, procedure->line);
    take(lines, procedure->severity_line, procedure->severity_line);
    list_each (trigger, &procedure->triggers)
        take(lines, trigger->line, trigger->line);
    list_each (symptom, &procedure->symptoms)
        take(lines, symptom->line, symptom->line);
    list_each (cause, &procedure->likely_causes)
        take(lines, cause->line, cause->line);
    list_each (phase, &procedure->phases) {
        take(lines, phase->line, phase->line);
        list_each (step, &phase->steps)
            take_step(lines, step);
    }
}

/* The lists are of many types; each item has its line, some also where it ends. */
#define TAKE_EACH(list)                                                                                      \
    list_each (item, list)                                                                                   \
    take(lines, item->line, item->line)
#define TAKE_ALL(list)                                                                                       \
    list_each (item, list)                                                                                   \
    take(lines, item->line, item->line_end)

static void take_parts(struct lines *lines, const struct runbook_parts *parts)
{
    TAKE_EACH(&parts->metadata);
    TAKE_ALL(&parts->templates);
    TAKE_EACH(&parts->cadences);
    TAKE_EACH(&parts->deadlines);
    TAKE_EACH(&parts->thresholds);
    TAKE_ALL(&parts->checklists);
    TAKE_EACH(&parts->roles);
    TAKE_EACH(&parts->contacts);
    TAKE_EACH(&parts->oncall);
    TAKE_ALL(&parts->escalations);
    TAKE_EACH(&parts->channels);
    list_each (endpoint, &parts->endpoints)
        list_each (line, &endpoint->lines)
            take(lines, *line, *line);
    list_each (stage, &parts->recovery_order) {
        take(lines, stage->line, stage->line);
        TAKE_EACH(&stage->services);
    }
    TAKE_EACH(&parts->maintenance);
    TAKE_EACH(&parts->drills);
    TAKE_EACH(&parts->report_sections);
    TAKE_EACH(&parts->timeline_events);
    TAKE_EACH(&parts->agenda);
    TAKE_EACH(&parts->questions);
    TAKE_EACH(&parts->participants);
    TAKE_EACH(&parts->action_columns);
    TAKE_EACH(&parts->action_rows);
    TAKE_EACH(&parts->metrics);
}

/* ---- What a text is like ---- */

/* at_start: the text begins with the name. */
static bool names_person(const char *text, bool at_start)
{
    scoped_arena struct arena *arena = arena_new();
    struct person person;

    return person_next(arena, text, 0, &person) && (!at_start || person.at == 0);
}

/* "Within 30 minutes", "immediately": with a word for a limit, or nothing else. */
static bool names_time(const char *text)
{
    struct duration_words time;

    return text_duration(text, &time) && (time.op || time.immediate) &&
           (time.value_s >= 60 || time.immediate);
}

static const char *kind_of_text(const struct block *block, const char *text)
{
    bool item = block->kind == BLOCK_ITEM;

    size_t n = strnlen(text, TEXT_BYTES);
    bool introduces = !item && n > 0 && text[n - 1] == ':'; /* what it introduces counts by itself */
    bool refers = text_starts_with(text, "see ") || text_starts_with(text, "also see") ||
                  text_starts_with(text, "please reference") || text_starts_with(text, "note ");
    if (n == TEXT_BYTES || introduces || refers)
        return NULL;
    if (names_time(text) && (item || sentence_is_order(text)))
        return "time";
    if (sentence_is_order(text))
        return "instruction";
    return item && block->depth == 1 && names_person(text, true) ? "people" : NULL;
}

/* A section that is not read for what to do: what it is about, links, its contents, a glossary. */
static bool informs(const struct document *document, const struct block *block)
{
    for (size_t h = block->heading; h != NO_BLOCK; h = document->blocks.at[h].heading) {
        enum words group = words_heading(document->blocks.at[h].prose.text);
        if (group == WORDS_ABOUT || group == WORDS_LINKS || group == WORDS_CONTENTS)
            return true;
    }
    return false;
}

static const char *kind_of_row(const struct table_row *row)
{
    bool person = false, time = false;

    for (size_t i = 0; i < row->n_cells; i++) {
        const char *text = row->cells[i].text;
        if (strnlen(text, TEXT_BYTES) == TEXT_BYTES)
            continue;
        time |= names_time(text);
        person |= names_person(text, false);
        if (i > 0 && sentence_is_order(text))
            return "table";
    }
    return person && time ? "table" : NULL;
}

/* ---- The list ---- */

struct gathering {
    struct arena *arena;
    const struct document *document;
    struct remainders *list;
    size_t heading; /* of the last entry */
};

static void add(struct gathering *gathering, const char *kind, size_t heading, const char *words, int line,
                int line_end)
{
    struct remainders *list = gathering->list;
    struct remainder *last = list->n ? &list->at[list->n - 1] : NULL;
    size_t n = strlen(words);

    if (last && gathering->heading == heading && strcmp(last->kind, kind) == 0 &&
        line <= last->line_end + 2) {
        last->line_end = line_end;
        return;
    }
    if (n > WORDS_BYTES)
        n = WORDS_BYTES;
    while (n > 0 && ((unsigned char)words[n] & 0xc0) == 0x80)
        n--; /* not within a letter */
    gathering->heading = heading;
    *list_push(gathering->arena, list) =
        (struct remainder){.kind = kind,
                           .words = text_normalise(gathering->arena, words, n),
                           .line = line,
                           .line_end = line_end};
}

static bool any_taken(const struct lines *lines, int first, int last)
{
    for (int line = first; line <= last && line <= lines->n; line++)
        if (line > 0 && lines->taken[line])
            return true;
    return false;
}

static void look_at_fence(struct gathering *gathering, const struct block *fence)
{
    bool query = fence_is_query(fence), shell = fence_role(fence) != FENCE_OTHER;

    if (query || shell)
        add(gathering, query ? "query" : "command", fence->heading,
            fence->lines.n
                ? arena_strndup(gathering->arena, fence->lines.at[0].at, fence->lines.at[0].n_bytes)
                : "",
            fence->line, fence->line_end);
}

static void look_at_table(struct gathering *gathering, const struct lines *lines, const struct block *table)
{
    list_each (row, &table->rows)
        if (!any_taken(lines, row->line, row->line) && kind_of_row(row))
            add(gathering, "table", table->heading, row->cells[0].text, row->line, row->line);
}

static void look_at(struct gathering *gathering, const struct lines *lines, const struct block *block)
{
    int prose_end = block->line + (int)block->prose.line_starts.n - (block->prose.line_starts.n > 0);
    bool prose = block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_ITEM;
    int last = prose ? prose_end : block->line_end;

    if (block->kind == BLOCK_TABLE) {
        look_at_table(gathering, lines, block);
        return;
    }
    if (any_taken(lines, block->line, last))
        return;
    const char *kind = prose && !block->quoted ? kind_of_text(block, block->prose.text) : NULL;
    if (kind)
        add(gathering, kind, block->heading, block->prose.text, block->line, last);
    else if (block->kind == BLOCK_FENCE)
        look_at_fence(gathering, block);
}

void runbook_not_understood(struct arena *arena, const struct runbook *runbook, struct remainders *ret_list)
{
    scoped_arena struct arena *scratch = arena_new();
    struct lines lines = {.n = runbook->n_lines};
    struct gathering gathering = {.arena = arena, .document = runbook->document, .list = ret_list};

    *ret_list = (struct remainders){0};
    lines.taken = arena_alloc(scratch, (size_t)lines.n + 1);
    list_each (severity, &runbook->severities)
        take(&lines, severity->line, severity->line_end);
    list_each (procedure, &runbook->procedures)
        take_procedure(&lines, procedure);
    take_parts(&lines, &runbook->parts);
    list_each (block, &runbook->document->blocks)
        if (!informs(runbook->document, block))
            look_at(&gathering, &lines, block);
}
