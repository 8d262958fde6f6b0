/* The blocks under one heading, read into a procedure: labels say what the blocks after them are (symptoms,
 * causes, a phase, something to pass over), lists, fences and orders in sentences are steps. */
#include "runbook/procedure_label.h"
#include "runbook/procedure_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/command.h"
#include "runbook/parts_words.h"
#include "runbook/severity.h"
#include "runbook/text.h"

enum mode {
    MODE_STEPS,
    MODE_SYMPTOMS,
    MODE_TRIGGERS,
    MODE_CAUSES,
    MODE_FENCES, /* informing text: only commands in fences count */
    MODE_NOTHING,
};

struct content {
    struct procedure_writer *writer;
    enum mode mode;
    const char *intro; /* the sentence that ends in ':' right above */
    bool titled;       /* the heading says already what its lists are: "Symptoms" */
    size_t listed;     /* the list that the label above introduced (its first item + 1), or 0 */
};

static enum mode mode_of(enum words group)
{
    switch (group) {
    case WORDS_SYMPTOMS:
        return MODE_SYMPTOMS;
    case WORDS_TRIGGERS:
        return MODE_TRIGGERS;
    case WORDS_CAUSES:
        return MODE_CAUSES;
    case WORDS_ABOUT:
    case WORDS_LINKS:
    case WORDS_SEVERITY:
    case WORDS_ESCALATION:
    case WORDS_ROLES:
    case WORDS_CONTENTS:
    case WORDS_QUESTIONS:
        return MODE_FENCES;
    case WORDS_CONTACTS:
    case WORDS_TEMPLATES:
        return MODE_NOTHING;
    default:
        return MODE_STEPS;
    }
}

/* triggers: to the list of what opens the procedure instead. */
static void add_criteria(struct content *content, bool triggers, const char *text, const struct prose *prose,
                         size_t at, bool split)
{
    struct procedure *procedure = content->writer->procedure;
    struct arena *arena = content->writer->arena;
    struct strings items = {0};
    struct sentences sentences = {0};

    if (content->writer->looks)
        return;
    if (!split) {
        strings_add(arena, &items, text);
    } else {
        text_sentences(arena, text, &sentences);
        list_each (sentence, &sentences)
            text_split_list(arena, sentence->text, true, &items);
    }
    list_each (item, &items) {
        struct criterion *symptom =
            triggers ? list_push(arena, &procedure->triggers) : list_push(arena, &procedure->symptoms);
        const char *found = split ? strstr(text, *item) : text;
        symptom->text = *item;
        symptom->line = prose_line_at(prose, at + (found ? (size_t)(found - text) : 0));
        condition_read(arena, *item, &symptom->condition);
    }
}

static void add_symptoms(struct content *content, const char *text, const struct prose *prose, size_t at,
                         bool split)
{
    add_criteria(content, false, text, prose, at, split);
}

static void add_triggers(struct content *content, const char *text, const struct prose *prose, size_t at,
                         bool split)
{
    add_criteria(content, true, text, prose, at, split);
}

static void add_causes(struct content *content, const char *text, int line, bool split)
{
    struct arena *arena = content->writer->arena;
    struct strings items = {0};

    if (content->writer->looks)
        return;
    if (split)
        text_split_list(arena, text, false, &items);
    else
        strings_add(arena, &items, text);
    list_each (item, &items) {
        struct stated *cause = list_push(arena, &content->writer->procedure->likely_causes);
        *cause = (struct stated){*item, line};
    }
}

static void label_phase(struct content *content, const struct label *label, const struct prose *prose,
                        enum words group)
{
    struct procedure_writer *writer = content->writer;
    const char *title = label->text;
    bool bracket = label_is_bracket(label->rest);
    enum stage stage = is_stage_group(group) ? stage_of(group)
                       : writer->next_open || writer->procedure->phases.n == 0
                           ? writer->next.stage
                           : writer->procedure->phases.at[writer->procedure->phases.n - 1].stage;

    if (bracket)
        title = arena_printf(writer->arena, "%s %s", title, label->rest);
    phase_announce(writer, title, stage, label->line);
    if (bracket)
        writer->next.condition = condition_clause(writer->arena, label->rest);
    writer->staged = true;
    writer->n_plain_labels += !is_stage_group(group) || !words_are(group, writer->next.name);
    content->mode = MODE_STEPS;
    if (label->rest[0] != '\0' && !bracket && wants_steps(writer))
        steps_from_sentences(writer, prose, label->rest_at, label->rest);
}

static void read_label(struct content *content, const struct label *label, const struct prose *prose)
{
    struct procedure_writer *writer = content->writer;
    enum words group = label_group(label->text);

    content->listed = 0;
    if (words_are(WORDS_USE_WHEN, label->text) && label->rest[0] && writer->next_open && writer->next.name) {
        writer->next.condition = label->rest;
        return;
    }
    if (words_are(WORDS_ASIDE, label->text) ||
        (group == WORDS_NONE && !label->alone && !label_is_bracket(label->rest)))
        return;
    if (group == WORDS_SEVERITY) {
        severity_state(writer->arena, writer->procedure, label->rest, label->line);
        content->mode = label->alone ? MODE_NOTHING : content->mode;
    } else if (group == WORDS_SYMPTOMS) {
        content->mode = label->alone ? MODE_SYMPTOMS : MODE_STEPS;
        if (!label->alone)
            add_symptoms(content, label->rest, prose, label->rest_at, true);
    } else if (group == WORDS_TRIGGERS) {
        content->mode = label->alone ? MODE_TRIGGERS : MODE_STEPS;
        if (!label->alone)
            add_triggers(content, label->rest, prose, label->rest_at, false);
    } else if (group == WORDS_CAUSES) {
        content->mode = label->alone ? MODE_CAUSES : MODE_STEPS;
        if (!label->alone)
            add_causes(content, label->rest, label->line, true);
    } else if (group == WORDS_NONE || is_stage_group(group)) {
        label_phase(content, label, prose, group);
    } else if (label->alone || label_is_bracket(label->rest)) {
        content->mode = mode_of(group);
    }
}

/* ---- Lists ---- */

/* "1. **Bad release.** It broke something." and below it, in the same item, "*Mitigation:* roll it back". */
static void read_cause(struct content *content, const struct block *block)
{
    struct procedure_writer *writer = content->writer;
    size_t n = 0;

    for (; n < block->prose.passages.n; n++) {
        const struct passage *passage = &block->prose.passages.at[n];
        if (n > 0 && passage->lead && is_stage_group(label_group(passage->lead)))
            break;
    }
    const char *text = block->prose.text;
    if (n < block->prose.passages.n)
        text = text_normalise(writer->arena, text, block->prose.passages.at[n].at);
    add_causes(content, text, block->line, false);
    for (; n < block->prose.passages.n; n++) {
        const struct passage *passage = &block->prose.passages.at[n];
        if (passage->lead && is_stage_group(label_group(passage->lead)) && passage->rest[0])
            steps_from_sentences(writer, &block->prose, passage->rest_at, passage->rest);
    }
}

/* "This is a P1 incident", "Priority: High". */
static void state_severity(struct content *content, const struct passage *passage)
{
    struct procedure_writer *writer = content->writer;
    const char *text = passage->lead ? passage->lead : passage->rest;

    if (writer->procedure->severity)
        return;
    if (passage->lead && passage->rest[0] && passage->colon &&
        !words_are(WORDS_SEVERITY_LABEL, passage->lead) && !words_are(WORDS_SEVERITY_VALUE, passage->lead))
        return;
    if (passage->lead && passage->rest[0] && passage->colon)
        text = arena_printf(writer->arena, "%s: %s", passage->lead, passage->rest);
    const char *level = severity_stated(writer->arena, text);
    if (level)
        severity_state(writer->arena, writer->procedure, level, passage->line);
}

/* "**Symptoms**:", a list, and behind it a numbered one that tells what to do: that is no symptom any more.
 */
static bool turns_to_steps(struct content *content, size_t item)
{
    const struct block *block = &content->writer->document->blocks.at[item];
    bool informs =
        content->mode == MODE_SYMPTOMS || content->mode == MODE_TRIGGERS || content->mode == MODE_CAUSES;

    if (!informs || content->listed == block->list_first + 1)
        return false;
    if (content->listed > 0 && block->marker != MARKER_BULLET && list_is_steps(content->writer, item))
        return true;
    content->listed = block->list_first + 1;
    return false;
}

static void read_item(struct content *content, size_t item)
{
    struct procedure_writer *writer = content->writer;
    const struct block *block = &writer->document->blocks.at[item];
    struct label label;
    bool labelled =
        block->prose.passages.n > 0 && passage_label(writer->arena, &block->prose.passages.at[0], &label);

    content->intro = NULL;
    if (turns_to_steps(content, item))
        content->mode = MODE_STEPS;
    if (block->prose.passages.n > 0)
        state_severity(content, &block->prose.passages.at[0]);
    if (labelled && label_group(label.text) == WORDS_SEVERITY && !label.alone) {
        severity_state(writer->arena, writer->procedure, label.rest, label.line);
    } else if (!wants_steps(writer)) {
        return;
    } else if (labelled && !label.alone && words_are(WORDS_TRIGGERS, label.text)) {
        add_triggers(content, label.rest, &block->prose, label.rest_at, false);
    } else if (content->mode == MODE_SYMPTOMS) {
        add_symptoms(content, block->prose.text, &block->prose, 0, false);
    } else if (content->mode == MODE_TRIGGERS) {
        add_triggers(content, block->prose.text, &block->prose, 0, false);
    } else if (content->mode == MODE_CAUSES) {
        read_cause(content, block);
    } else if ((content->mode == MODE_STEPS && list_is_steps(writer, item)) ||
               (content->mode == MODE_FENCES && list_has_commands(writer, item))) {
        if (!item_cites_clause(writer->document, item))
            steps_from_item(writer, item);
    }
}

/* ---- Paragraphs and fences ---- */

static bool fence_has(const struct procedure_writer *writer, size_t fence, bool comments_too)
{
    struct fence_entries entries = {0};
    scoped_arena struct arena *arena = arena_new();

    fence_split(arena, &writer->document->blocks.at[fence], &entries);
    list_each (entry, &entries)
        if (!entry->comment || comments_too)
            return true;
    return false;
}

/* "Run these:" leads to what follows when that is a list of steps or a fence of commands. */
static bool leads_on(struct procedure_writer *writer, const char *text, size_t next)
{
    const struct document *document = writer->document;
    size_t n = strlen(text);

    if (n == 0 || text[n - 1] != ':' || next >= document->blocks.n)
        return false;
    if (document->blocks.at[next].kind == BLOCK_FENCE)
        return fence_role(&document->blocks.at[next]) != FENCE_OTHER ||
               fence_is_query(&document->blocks.at[next]);
    return document->blocks.at[next].kind == BLOCK_ITEM && list_is_steps(writer, next);
}

static void read_sentences(struct content *content, const struct prose *prose, const struct passage *passage,
                           size_t next)
{
    struct procedure_writer *writer = content->writer;
    struct command_list commands = {0};

    const char *label, *rest;

    if (text_label(writer->arena, passage->rest, &label, &rest) && part_words_whole(PART_METADATA, label))
        return; /* "Document owner: ..." is no order to document */
    if (leads_on(writer, passage->rest, next)) {
        content->intro = passage->rest;
        return;
    }
    if (!writer->staged) {
        prose_commands(writer->arena, prose, &commands);
        if (commands.n == 0)
            return;
    }
    steps_from_sentences(writer, prose, passage->at, prose->text + passage->at);
}

static const char *first_sentence(struct arena *arena, const char *text)
{
    struct sentences sentences = {0};

    text_sentences(arena, text, &sentences);
    return sentences.n > 0 ? sentences.at[0].text : text;
}

/* "Do this now (within 10 minutes)" on a line of its own between a list of symptoms and one of steps. */
static bool turns_by_line(const struct content *content, size_t index, size_t next, struct label *ret_label)
{
    const struct passage *passage = content->writer->document->blocks.at[index].prose.passages.at;

    if (content->mode == MODE_STEPS || content->listed == 0 || content->titled ||
        !line_heads_steps(content->writer, index, next))
        return false;
    *ret_label = (struct label){passage->rest, "", passage->rest_at, passage->line, true};
    return true;
}

/* "Use this runbook when patients cannot be admitted." */
static bool opens_by_sentence(const struct passage *passage)
{
    enum { PASSAGE_BYTES = 2000 };

    return passage->lead == NULL && strnlen(passage->rest, PASSAGE_BYTES) < PASSAGE_BYTES &&
           words_begin(WORDS_TRIGGER_SENTENCE, passage->rest);
}

static void read_paragraph(struct content *content, size_t index, size_t end)
{
    const struct block *block = &content->writer->document->blocks.at[index];
    const struct prose *prose = &block->prose;

    if (content->mode == MODE_STEPS && index > 0 &&
        steps_from_command(content->writer, block,
                           content->writer->document->blocks.at[index - 1].prose.text))
        return;
    list_each (passage, &prose->passages) {
        struct label label;
        state_severity(content, passage);
        size_t next =
            passage + 1 == prose->passages.at + prose->passages.n && index + 1 < end ? index + 1 : NO_BLOCK;
        if (passage_label(content->writer->arena, passage, &label) ||
            turns_by_line(content, index, next, &label))
            read_label(content, &label, prose);
        else if (!wants_steps(content->writer))
            continue;
        else if (content->mode == MODE_SYMPTOMS)
            add_symptoms(content, passage->rest, prose, passage->rest_at, true);
        else if (content->mode == MODE_TRIGGERS)
            add_triggers(content, passage->rest, prose, passage->rest_at, false);
        else if (opens_by_sentence(passage))
            add_triggers(content, first_sentence(content->writer->arena, passage->rest), prose,
                         passage->rest_at, false);
        else if (content->mode == MODE_CAUSES)
            add_causes(content, passage->rest, passage->line, true);
        else if (content->mode == MODE_STEPS)
            read_sentences(content, prose, passage, next);
    }
}

static void read_fence(struct content *content, size_t fence)
{
    bool informs = content->mode != MODE_STEPS;

    const struct block *block = &content->writer->document->blocks.at[fence];
    if (content->mode == MODE_NOTHING || !wants_steps(content->writer))
        return;
    /* "Queries we use", the expression of an alert: nobody is told to run them. */
    if (fence_is_query(block) && content->intro == NULL && !content->writer->staged &&
        content->writer->procedure->phases.n == 0 &&
        !title_is_order(content->writer->document, block->heading))
        return;
    if (!informs || fence_has(content->writer, fence, false))
        steps_from_fence(content->writer, fence, content->intro);
    content->intro = NULL;
}

/* A table of steps, or of two columns that states the severity: "| **Severity** | P1 |". */
static void read_table(struct content *content, const struct block *table)
{
    struct procedure_writer *writer = content->writer;

    if (content->mode == MODE_STEPS && wants_steps(writer))
        steps_from_table(writer, table);
    severity_state_by_table(writer->arena, writer->procedure, table);
}

void content_read(struct procedure_writer *writer, size_t first, size_t end, enum words group)
{
    struct content content = {.writer = writer, .mode = mode_of(group)};

    content.titled = content.mode != MODE_STEPS;

    for (size_t i = first; i < end;) {
        const struct block *block = &writer->document->blocks.at[i];
        if (block->quoted && group == WORDS_TEMPLATES)
            ; /* what is sent */
        else if (block->kind == BLOCK_PARAGRAPH)
            read_paragraph(&content, i, end);
        else if (block->kind == BLOCK_FENCE)
            read_fence(&content, i);
        else if (block->kind == BLOCK_ITEM)
            read_item(&content, i);
        else if (block->kind == BLOCK_TABLE)
            read_table(&content, block);
        i = block->end > i ? block->end : i + 1;
    }
}

/* ---- Items that are procedures ---- */

static enum words part_group(struct arena *arena, const struct block *block, struct label *ret_label)
{
    if (block->kind != BLOCK_ITEM || block->prose.passages.n == 0)
        return WORDS_NONE;
    if (!passage_label(arena, &block->prose.passages.at[0], ret_label))
        return WORDS_NONE;
    enum words group = label_group(ret_label->text);
    bool part = is_stage_group(group) || group == WORDS_CAUSES || group == WORDS_SYMPTOMS;
    return part && words_are(group, ret_label->text) ? group : WORDS_NONE;
}

static bool is_procedure_item(struct arena *arena, const struct document *document, size_t item)
{
    struct label label;
    size_t parts = 0, stages = 0;

    for (size_t i = item + 1; i < document->blocks.at[item].end; i = document->blocks.at[i].end) {
        enum words group = part_group(arena, &document->blocks.at[i], &label);
        parts += group != WORDS_NONE;
        stages += is_stage_group(group);
    }
    return parts >= 2 && stages >= 1;
}

void content_read_item(struct procedure_writer *writer, size_t item)
{
    const struct document *document = writer->document;
    const struct block *block = &document->blocks.at[item];
    struct content content = {.writer = writer, .mode = MODE_STEPS};
    const struct passage *passage = block->prose.passages.n ? &block->prose.passages.at[0] : NULL;

    if (passage && passage->lead && passage->rest[0])
        add_symptoms(&content, passage->rest, &block->prose, passage->rest_at, true);
    for (size_t i = item + 1; i < block->end; i = document->blocks.at[i].end) {
        const struct block *part = &document->blocks.at[i];
        struct label label;
        enum words group = part_group(writer->arena, part, &label);
        if (is_stage_group(group)) {
            phase_announce(writer, label.text, stage_of(group), part->line);
            if (label.rest[0])
                steps_from_words(writer, label.rest, label.line);
            content_read(writer, i + 1, part->end, group);
        } else if (group != WORDS_NONE) {
            read_label(&content, &label, &part->prose);
            content_read(writer, i + 1, part->end, group);
        } else {
            content_read(writer, i, part->end, WORDS_NONE);
        }
    }
}

/* ---- Where procedures of their own open ---- */

static bool opens_steps(const struct document *document, size_t i, size_t end)
{
    return i < end && document->blocks.at[i].kind == BLOCK_FENCE &&
           fence_role(&document->blocks.at[i]) != FENCE_OTHER;
}

static void add_cut(struct arena *arena, struct cuts *cuts, enum cut_kind kind, size_t block,
                    const char *title, int line)
{
    *list_push(arena, cuts) = (struct cut){kind, block, title, line};
}

static void cut_paragraph(struct arena *arena, const struct document *document, size_t i, size_t end,
                          struct cuts *symptoms, struct cuts *troubles)
{
    const struct prose *prose = &document->blocks.at[i].prose;
    struct label label;

    if (prose->passages.n == 0)
        return;
    if (!passage_label(arena, &prose->passages.at[prose->passages.n - 1], &label))
        return;
    enum words group = label_group(label.text);
    if (group == WORDS_SYMPTOMS && !label.alone && opens_steps(document, i + 1, end))
        add_cut(arena, symptoms, CUT_SYMPTOM, i, title_without_limits(arena, label.rest), label.line);
    bool plain = group == WORDS_NONE || is_stage_group(group);
    bool named = plain && words_occur(WORDS_PROBLEMS, label.text) && !words_begin(WORDS_VERBS, label.text);
    if (label.alone && (!is_stage_group(group) || !words_are(group, label.text)) && named)
        add_cut(arena, troubles, CUT_TROUBLE, i, title_without_limits(arena, label.text), label.line);
}

void content_cuts(struct arena *arena, const struct document *document, size_t first, size_t end,
                  struct cuts *ret_cuts)
{
    struct cuts symptoms = {0}, troubles = {0}, items = {0};

    for (size_t i = first; i < end; i = document->blocks.at[i].end) {
        const struct block *block = &document->blocks.at[i];
        if (block->kind == BLOCK_PARAGRAPH)
            cut_paragraph(arena, document, i, end, &symptoms, &troubles);
        else if (block->kind == BLOCK_ITEM && is_procedure_item(arena, document, i))
            add_cut(arena, &items, CUT_ITEM, i, title_without_limits(arena, block_title(arena, block)),
                    block->line);
    }
    if (symptoms.n > 0)
        *ret_cuts = symptoms;
    else if (items.n > 0)
        *ret_cuts = items;
    else if (troubles.n > 1)
        *ret_cuts = troubles;
}
