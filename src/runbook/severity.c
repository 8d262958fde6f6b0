/* Severity levels: defined by headings ("### SEV-1 (Critical)" with labelled lines below), by tables whose
 * first column or whose header row names levels, or by items and paragraphs in a section about severity
 * (severity_prose.c); where nothing defines them, the levels that procedures state. Ranked by number (P0
 * before P1) or by word (critical before high). */
#include "runbook/severity.h"

#include <ctype.h>
#include <string.h>

#include "runbook/alert_words.h"
#include "runbook/command.h"
#include "runbook/idle_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"
#include "runbook/procedure_priv.h"
#include "runbook/severity_priv.h"
#include "runbook/text.h"
#include "runbook/thresholds.h"

enum { LEVELS_MAX = 20 };

enum words severity_field(const char *label)
{
    enum words field = words_longest(label, WORDS_RESPONSE_TIME, WORDS_LEVEL_DESCRIPTION);

    /* "Notification channels" are ways to tell, no rule of when. */
    return field == WORDS_ESCALATION_RULE && strcasestr(label, "channel") ? WORDS_NONE : field;
}

/* What a second place says of a level that the first left open. */
static void complete(struct severity *level, const struct severity *more)
{
    if (level->response_text == NULL && more->response_text) {
        level->response_time_s = more->response_time_s;
        level->response_op = more->response_op;
        level->response_text = more->response_text;
        level->response_note = more->response_note;
    }
    if (level->resolution_target_s == UNSTATED)
        level->resolution_target_s = more->resolution_target_s;
    if (level->escalation_text == NULL && more->escalation_text) {
        level->escalation_text = more->escalation_text;
        level->escalation_line = more->escalation_line;
        level->escalate_condition = more->escalate_condition;
        level->escalate_after_s = more->escalate_after_s;
        level->escalate_to = more->escalate_to;
        level->rungs = more->rungs;
    }
    if (level->description == NULL)
        level->description = more->description;
    if (level->examples.n == 0)
        level->examples = more->examples;
    if (level->criteria.n == 0)
        level->criteria = more->criteria;
}

void severity_add(struct severity_reader *reader, const struct severity *level)
{
    const struct severity *known = runbook_severity(reader->runbook, level->id);

    if (known)
        complete(&reader->runbook->severities.at[known - reader->runbook->severities.at], level);
    else
        *list_push(reader->arena, &reader->runbook->severities) = *level;
}

/* ---- Headings ---- */

bool severity_about(const struct severity_reader *reader, size_t heading)
{
    return heading != NO_BLOCK && reader->about[heading];
}

/* severity_about() for all headings at once: each block below them asks. */
static const bool *headings_about(struct arena *arena, const struct document *document)
{
    bool *about = arena_alloc(arena, document->blocks.n + 1);

    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        if (block->kind == BLOCK_HEADING)
            about[i] = (block->heading != NO_BLOCK && about[block->heading]) ||
                       words_heading(block->prose.text) == WORDS_SEVERITY;
    }
    return about;
}

/* Below a label that says nothing of a level ("Channels:", "What to do:"). */
#define LIST_FOREIGN WORDS_COUNT

/* A labelled passage or an item of the list that a label above opened. */
enum words severity_take_passage(struct severity_reader *reader, struct severity *level,
                                 const struct passage *passage, enum words list)
{
    const char *label = passage->lead, *rest = passage->rest;

    if (label == NULL && !text_label(reader->arena, passage->rest, &label, &rest))
        label = NULL;
    enum words field = label ? severity_field(label) : WORDS_NONE;
    if (field == WORDS_NONE)
        return label && rest[0] == '\0' ? LIST_FOREIGN : list;
    if (rest[0] == '\0')
        return field;
    level_take(reader->arena, level, field, rest, passage->line, true);
    if (field == WORDS_RESPONSE_TIME)
        severity_take_times(reader, level, rest, passage->line); /* "..., resolved within 4 hours" */
    return list;
}

/* "Escalate to the platform lead after 30 minutes if unresolved": a rule, and no example of the level. */
static bool says_escalation_rule(const char *text)
{
    return text_starts_with(text, "escalate ") || text_starts_with(text, "escalation to ");
}

/* "Ack within 5 min", "Resolve in 4 h": what is promised of the level; WORDS_NONE: nothing. */
static enum words promised(const char *text)
{
    struct duration_words time;
    bool bounded = text_duration(text, &time) && time.value_s > 0;

    bounded = bounded && ((time.op && time.op[0] == '<') ||
                          (time.at >= 4 && strncasecmp(text + time.at - 4, " in ", 4) == 0));
    if (bounded && words_begin(WORDS_RESPONSE_TIME, text))
        return WORDS_RESPONSE_TIME;
    return bounded && words_begin(WORDS_RESOLUTION_TIME, text) ? WORDS_RESOLUTION_TIME : WORDS_NONE;
}

/* "Page the platform lead if there is no ack in 10 min": whom it calls, and after how long nothing has
 * happened. "If the queue grows for 10 min, page the lead" is how bad it is. */
static bool calls_when_idle(struct arena *arena, const char *text)
{
    struct duration_words after;
    struct word_match verb;
    struct person person;

    return escalation_wait(text, &after) &&
           (idle_says(text) ||
            (after.op && after.op[0] == '>' && text_starts_with(text + after.at, "after"))) &&
           (part_words_next(PART_TELL_VERB, text, 0, &verb) ||
            part_words_next(PART_WAIT_WORD, text, 0, &verb)) &&
           person_next(arena, text, 0, &person);
}

/* What an item without a label says of when people answer and whom they call; false: none of it. */
static bool take_item_times(struct severity_reader *reader, struct severity *level, const struct block *item)
{
    const char *text = item->prose.text;
    enum words field = promised(text);

    if (field == WORDS_NONE && calls_when_idle(reader->arena, text))
        field = WORDS_ESCALATION_RULE;
    if (field != WORDS_NONE)
        level_take(reader->arena, level, field, text, item->line, true);
    return field != WORDS_NONE;
}

/* Whether the item before this one, on the same height, opened the field that its own items filled. */
static bool after_opener(struct severity_reader *reader, size_t i)
{
    const struct block *blocks = reader->document->blocks.at;
    size_t before = i - 1;
    const char *label, *rest;

    if (blocks[before].depth <= blocks[i].depth)
        return false;
    while (before > 0 && blocks[before].depth > blocks[i].depth)
        before--;
    if (blocks[before].kind != BLOCK_ITEM || blocks[before].list_first != blocks[i].list_first ||
        blocks[before].prose.passages.n == 0)
        return false;
    const struct passage *passage = &blocks[before].prose.passages.at[0];
    label = passage->lead;
    rest = passage->rest;
    return (label || text_label(reader->arena, passage->rest, &label, &rest)) && rest[0] == '\0' &&
           severity_field(label) != WORDS_NONE;
}

void severity_take_block(struct severity_reader *reader, struct severity *level, size_t i, enum words *list)
{
    const struct block *block = &reader->document->blocks.at[i];

    if (block->kind == BLOCK_PARAGRAPH) {
        *list = WORDS_NONE;
        list_each (passage, &block->prose.passages)
            *list = severity_take_passage(reader, level, passage, *list);
        bool plain =
            *list == WORDS_NONE && block->prose.passages.n == 1 && block->prose.passages.at[0].lead == NULL;
        if (plain && level->escalation_text == NULL && says_escalation_rule(block->prose.text))
            level_take(reader->arena, level, WORDS_ESCALATION_RULE, block->prose.text, block->line, true);
        else if (plain && level->description == NULL)
            level->description = block->prose.text;
        if (plain)
            severity_take_times(reader, level, block->prose.text, block->line);
    } else if (block->kind == BLOCK_ITEM && block->prose.passages.n > 0) {
        const struct passage *passage = &block->prose.passages.at[0];
        const char *label, *rest;
        if (i > 0 && after_opener(reader, i))
            *list = WORDS_NONE;
        bool labelled =
            passage->lead ? passage->colon : text_label(reader->arena, passage->rest, &label, &rest);
        if (labelled && severity_field(passage->lead ? passage->lead : label) != WORDS_NONE)
            *list = severity_take_passage(reader, level, passage, *list);
        else if (*list == WORDS_NONE && level->escalation_text == NULL &&
                 says_escalation_rule(block->prose.text))
            level_take(reader->arena, level, WORDS_ESCALATION_RULE, block->prose.text, block->line, true);
        else if (*list == WORDS_NONE && take_item_times(reader, level, block))
            return;
        else if (*list != LIST_FOREIGN && !severity_names_level(reader, passage))
            level_take(reader->arena, level, *list == WORDS_NONE ? WORDS_LEVEL_CRITERIA : *list,
                       block->prose.text, block->line, false);
    } else if (block->kind == BLOCK_FENCE) {
        severity_take_comments(reader, level, block);
    }
}

static bool states_times(struct severity_reader *reader, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        const struct block *block = &reader->document->blocks.at[i];
        struct severity probe = {.response_time_s = UNSTATED};
        if (block->kind == BLOCK_FENCE && severity_take_comments(reader, &probe, block))
            return true;
        if (block->kind != BLOCK_PARAGRAPH && block->kind != BLOCK_ITEM)
            continue;
        list_each (passage, &block->prose.passages) {
            const char *label = passage->lead, *rest;
            if ((label || text_label(reader->arena, passage->rest, &label, &rest)) &&
                severity_field(label) == WORDS_RESPONSE_TIME)
                return true;
        }
    }
    return false;
}

static size_t own_end(const struct document *document, size_t heading)
{
    size_t i = heading + 1;

    while (i < document->blocks.at[heading].end && !is_section(&document->blocks.at[i]))
        i++;
    return i;
}

bool severity_of_people(const struct document *document, size_t heading)
{
    enum words group =
        heading != NO_BLOCK ? words_heading(document->blocks.at[heading].prose.text) : WORDS_NONE;

    return group == WORDS_ESCALATION || group == WORDS_CONTACTS || group == WORDS_ROLES;
}

/* "### P2 - High" beside a "### P1" that states its times, and no "### P2 Printer down". */
static bool beside_a_level(const struct severity_reader *reader, const struct block *block)
{
    struct severity level;

    return block->heading != NO_BLOCK && reader->levels_under == block->heading + 1 &&
           level_named(reader->arena, block->prose.text, false, &level) && level_number(&level) >= 0 &&
           (level.label == NULL || level_word_rank(level.label) > 0);
}

static void read_heading(struct severity_reader *reader, size_t h)
{
    const struct block *block = &reader->document->blocks.at[h];
    size_t end = own_end(reader->document, h);
    bool about = severity_about(reader, block->heading);
    struct severity level;
    enum words list = WORDS_NONE;

    if (block->level == 1 || (!about && !states_times(reader, h + 1, end) && !beside_a_level(reader, block)))
        return;
    if (!level_named(reader->arena, block->prose.text, about, &level) &&
        !level_named_plainly(reader->arena, block->prose.text, &level) &&
        !level_by_letter(reader->arena, block->prose.text, &level))
        return;
    if (text_starts_with(level.id, "level") && severity_of_people(reader->document, block->heading))
        return; /* "Level 2" of a call tree */
    level.line = block->line;
    level.line_end = block->line;
    for (size_t i = h + 1; i < end; i++)
        severity_take_block(reader, &level, i, &list);
    severity_take_times(reader, &level, block->prose.text, block->line); /* what no label below states */
    severity_add(reader, &level);
    reader->levels_under = block->heading + 1;
}

/* ---- Usage ---- */

/* "P1 / P2 / P3" is a form to fill in, not a statement; "P1 (if data is lost) / P2 (if not)" states both, the
 * more severe first or not. */
static bool is_choice(struct arena *arena, const char *text)
{
    size_t at, n, next;

    if (severity_find(arena, text, NULL, &at, &n) == NULL)
        return false;
    const char *rest = text + at + n;
    if (condition_clause(arena, rest))
        return false;
    return severity_find(arena, rest, NULL, &next, &n) != NULL && memchr(rest, '/', next) != NULL;
}

void severity_state(struct arena *arena, struct procedure *procedure, const char *text, int line)
{
    struct severity level;

    if (procedure->severity || is_choice(arena, text) || !level_of_cell(arena, "Severity", text, &level))
        return;
    procedure->severity = level.id;
    procedure->severity_basis = "stated";
    procedure->severity_note = text;
    procedure->severity_line = line;
}

static bool is_time(enum words field)
{
    return field == WORDS_RESPONSE_TIME || field == WORDS_RESOLUTION_TIME || field == WORDS_ESCALATION_RULE;
}

/* "**Severity**: P1" with "**Response time**: 1 hour" in the lines beside it, in one paragraph or list. */
static void take_times_beside(struct severity_reader *reader, struct severity *level)
{
    const struct document *document = reader->document;
    size_t i = 0;

    while (i < document->blocks.n && document->blocks.at[i].line_end < level->line)
        i++;
    if (i >= document->blocks.n || document->blocks.at[i].kind == BLOCK_HEADING)
        return;
    const struct block *first = &document->blocks.at[i];
    size_t end = first->kind == BLOCK_ITEM ? document->blocks.n : i + 1;
    for (i = first->kind == BLOCK_ITEM ? first->list_first : i; i < end; i = document->blocks.at[i].end) {
        const struct block *block = &document->blocks.at[i];
        if (first->kind == BLOCK_ITEM &&
            (block->kind != BLOCK_ITEM || block->list_first != first->list_first))
            break;
        list_each (passage, &block->prose.passages) {
            const char *label = passage->lead, *rest = passage->rest;
            if ((label || text_label(reader->arena, passage->rest, &label, &rest)) &&
                is_time(severity_field(label)))
                level_take(reader->arena, level, severity_field(label), rest, passage->line, true);
        }
    }
}

static void read_usage(struct severity_reader *reader)
{
    list_each (procedure, &reader->runbook->procedures) {
        struct severity level;
        if (!procedure->severity || !level_named(reader->arena, procedure->severity_note, true, &level))
            continue;
        if (level_number(&level) < 0)
            continue; /* a word alone is no scheme of levels */
        level.source = "usage";
        level.line = procedure->severity_line;
        level.line_end = level.line;
        if (level.description == NULL)
            level.description = level.label;
        if (runbook_severity(reader->runbook, level.id) == NULL)
            take_times_beside(reader, &level);
        severity_add(reader, &level);
    }
}

static void cut_words(struct arena *arena, struct criterion *criteria, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct alert_words *words = arena_alloc(arena, sizeof *words);
        if (criteria[i].text)
            alert_words_of(arena, vocabulary_builtin(), criteria[i].text, words);
        criteria[i].words = words;
        criteria[i].thresholds = thresholds_read(arena, &criteria[i]);
    }
}

void severities_read(struct arena *arena, struct runbook *runbook)
{
    struct severity_reader reader = {.arena = arena,
                                     .runbook = runbook,
                                     .document = runbook->document,
                                     .about = headings_about(arena, runbook->document)};

    for (size_t i = 0; i < reader.document->blocks.n && runbook->severities.n < LEVELS_MAX; i++) {
        const struct block *block = &reader.document->blocks.at[i];
        if (is_section(block))
            read_heading(&reader, i);
        else if (block->kind == BLOCK_TABLE)
            severity_read_table(&reader, block);
        else if (block->kind == BLOCK_ITEM)
            severity_read_item(&reader, i);
        else if (block->kind == BLOCK_PARAGRAPH)
            severity_read_paragraph(&reader, i);
        else if (block->kind == BLOCK_FENCE)
            severity_read_comments(&reader, block);
    }
    severity_read_stated(&reader);
    if (runbook->severities.n == 0)
        severity_read_scheme(&reader);
    if (runbook->severities.n == 0)
        read_usage(&reader);
    if (runbook->severities.n == 0)
        severity_read_names(&reader);
    severity_read_matrices(&reader);
    severity_read_shares(&reader);
    severities_rank(runbook);
    severity_resolve_stated(&reader);
    list_each (level, &runbook->severities) {
        cut_words(arena, level->examples.at, level->examples.n);
        cut_words(arena, level->criteria.at, level->criteria.n);
    }
}
