/* Steps out of list items, fences and sentences.
 *
 * An item is a step; its nested items are substeps (deeper ones too, at the same level); fences in it give it
 * commands. A free fence is cut at its comments: a comment opens a step with the commands below it; of
 * comments directly above one another the last names the step; one without a command is a step for a person.
 * A comment that is nothing but the name of a phase ("# Diagnosis") opens that phase. */
#include "runbook/procedure_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/command.h"
#include "runbook/step_undo.h"
#include "runbook/text.h"

static const char *const kinds[] = {[STEP_COMMAND] = "command",
                                    [STEP_MANUAL] = "manual",
                                    [STEP_DECISION] = "decision",
                                    [STEP_NOTIFY] = "notify",
                                    [STEP_WAIT] = "wait"};

const char *step_kind_name(enum step_kind kind)
{
    return kinds[kind];
}

static void add_command(struct procedure_writer *writer, struct step *step, const struct command *command,
                        const char *comment)
{
    struct command *added = list_push(writer->arena, &step->commands);

    *added = *command;
    added->comment = comment;
    command_placeholders(writer->arena, added->text, &added->placeholders);
    if (command->trailing_comment)
        added->condition = condition_clause(writer->arena, command->trailing_comment);
    if (added->condition == NULL && comment)
        added->condition = condition_clause(writer->arena, comment);
    if (added->line_end > step->line_end)
        step->line_end = added->line_end;
}

/* "Do not purge the queue", "Never run ...": nothing to do, and above all nothing to run. */
static bool sentence_forbids(const char *sentence)
{
    static const char *const starts[] = {"do not ", "don't ", "don\xe2\x80\x99t ", "never ", "must not "};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_lower(*sentence) == *starts[i] && text_starts_with(sentence, starts[i]))
            return true;
    return false;
}

bool sentence_is_order(const char *sentence)
{
    static const char *const clauses[] = {"if",   "when",       "after", "before",        "based on",
                                          "for",  "in",         "once",  "then",          "next",
                                          "to",   "as soon as", "first", "finally",       "optionally",
                                          "from", "using",      "on",    "alternatively", "otherwise",
                                          "also", "manually",   "please"};
    if (sentence_forbids(sentence))
        return false;
    if (words_begin(WORDS_VERBS, sentence))
        return true;
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        if (text_lower(*sentence) != *clauses[i] || !text_starts_with(sentence, clauses[i]))
            continue;
        size_t n = strlen(clauses[i]);
        if (isalnum((unsigned char)sentence[n]))
            continue;
        if (sentence[n] == ' ' && words_begin(WORDS_VERBS, sentence + n + 1) && n > 2)
            return true;
        const char *comma = strstr(sentence, ", ");
        return comma && comma - sentence < 120 && words_begin(WORDS_VERBS, comma + 2);
    }
    return false;
}

static void read_branch(struct procedure_writer *writer, struct step *step)
{
    const char *condition = step->condition;
    const char *text = step->text;

    if (condition == NULL)
        return;
    struct branch *branch = list_push(writer->arena, &step->branches);
    size_t word = strcspn(condition, " ");
    branch->when = condition + word + (condition[word] == ' ');
    branch->line = step->line;
    const char *found = strstr(text, condition);
    const char *then = found == text ? text + strlen(condition) : text;
    size_t n = found == text || found == NULL ? strlen(then) : (size_t)(found - text);
    while (n > 0 && strchr(",:;. )", *then)) {
        then++;
        n--;
    }
    while (n > 0 && strchr(",:;. (", then[n - 1]))
        n--;
    text_split_list(writer->arena, arena_strndup(writer->arena, then, n), true, &branch->then);
}

void step_classify(struct procedure_writer *writer, struct step *step)
{
    const char *text = text_without_number(writer->arena, step->text, NULL);
    bool conditional = step->condition != NULL;

    if (step->commands.n > 0)
        step->kind = STEP_COMMAND;
    else if (words_begin(WORDS_WAIT_VERBS, text))
        step->kind = STEP_WAIT;
    else if (words_begin(WORDS_NOTIFY_VERBS, text) && !words_begin(WORDS_NO_NOTIFY, text))
        step->kind = STEP_NOTIFY;
    else
        step->kind = conditional ? STEP_DECISION : STEP_MANUAL;
    if (conditional && step->kind != STEP_COMMAND)
        read_branch(writer, step);
    step->undoes = step->undoes ? step->undoes : step_undone_by(writer->arena, text);
    if (step->undoes && step->condition == NULL) /* never in the run of things */
        step->condition = arena_printf(writer->arena, "to undo step %s", step->undoes);
}

struct step step_start(struct procedure_writer *writer, const char *marker, const char *text, int line)
{
    return (struct step){
        .marker = marker,
        .text = text,
        .line = line,
        .line_end = line,
        .condition = condition_clause(writer->arena, text),
    };
}

void step_add_command(struct procedure_writer *writer, struct step *step, const struct command *command)
{
    add_command(writer, step, command, NULL);
}

void step_take_commands(struct procedure_writer *writer, struct step *step, const struct prose *prose,
                        bool cell)
{
    struct command_list commands = {0};

    if (sentence_forbids(step->text))
        return;
    if (cell)
        cell_commands(writer->arena, prose, &commands);
    else
        prose_commands(writer->arena, prose, &commands);
    list_each (command, &commands)
        add_command(writer, step, command, NULL);
}

static void take_prose_commands(struct procedure_writer *writer, struct step *step, const struct prose *prose)
{
    step_take_commands(writer, step, prose, false);
}

/* A query is run by hand, where it belongs: "Run this sql: SELECT ...". */
static struct step query_step(struct procedure_writer *writer, const struct block *fence, const char *intro)
{
    enum { QUERY_BYTES = 400 };
    const char *query = fence_text(writer->arena, fence);
    size_t n = strlen(query);

    while (n > QUERY_BYTES || (n > 0 && n < strlen(query) && ((unsigned char)query[n] & 0xc0) == 0x80))
        n = n > QUERY_BYTES ? QUERY_BYTES : n - 1;
    const char *text = arena_printf(
        writer->arena, "%s (%s): %s%s", intro ? text_without_colon(writer->arena, intro) : "Run this query",
        fence->lang, text_normalise(writer->arena, query, n), query[n] ? " ..." : "");
    struct step step = step_start(writer, "none", text, fence->line);
    step.line_end = fence->line_end;
    step.kind = STEP_MANUAL;
    return step;
}

/* ---- Items ---- */

static const char *item_number(struct procedure_writer *writer, const struct block *block, const char *above,
                               int count)
{
    if (above)
        return arena_printf(writer->arena, "%s.%d", above, count);
    return block->marker == MARKER_ORDERED ? arena_printf(writer->arena, "%d", block->number) : NULL;
}

/* "[ ] look": the mark is no part of the text. */
static const char *item_text(const struct block *block)
{
    const char *text = block->prose.text;

    if (block->marker == MARKER_CHECKBOX && text[0] == '[')
        return text + 3 + (text[3] == ' ');
    return text;
}

/* "1. `uptime`": in an order of work, code that is all of an item is typed; a bullet may be a list of tools.
 */
static bool is_typed(const struct block *block)
{
    const struct prose *prose = &block->prose;
    return block->marker == MARKER_ORDERED && prose->spans.n == 1 && prose->spans.at[0].kind == SPAN_CODE &&
           prose->spans.at[0].at == 0 && prose->spans.at[0].n_bytes == strlen(prose->text);
}

static struct step item_start(struct procedure_writer *writer, const struct block *block, const char *number)
{
    static const char *const markers[] = {
        [MARKER_BULLET] = "bullet", [MARKER_ORDERED] = "ordered", [MARKER_CHECKBOX] = "checkbox"};
    struct step step = step_start(writer, markers[block->marker], item_text(block), block->line);

    step.number = number;
    if (block->prose.passages.n > 0)
        step.title = block->prose.passages.at[0].lead;
    step_take_commands(writer, &step, &block->prose, is_typed(block));
    return step;
}

/* Commands of a fence inside of an item; a comment without a command below it is a substep. */
static void item_fence(struct procedure_writer *writer, const struct block *fence, struct step *step,
                       struct step *top)
{
    struct fence_entries entries = {0};
    const char *comment = NULL;

    if (fence_is_query(fence)) {
        *list_push(writer->arena, &top->substeps) = query_step(writer, fence, NULL);
        return;
    }
    fence_split(writer->arena, fence, &entries);
    for (size_t i = 0; i < entries.n; i++) {
        const struct fence_entry *entry = &entries.at[i];
        bool used = i + 1 < entries.n && (!entries.at[i + 1].comment || !entries.at[i + 1].gap);
        if (!entry->comment) {
            add_command(writer, step, &entry->command, comment);
        } else if (used) {
            comment = entry->text;
        } else {
            struct step added = step_start(writer, "comment", entry->text, entry->line);
            step_classify(writer, &added);
            *list_push(writer->arena, &top->substeps) = added;
        }
    }
}

static bool children_are_nouns(const struct document *document, size_t item)
{
    const struct block *blocks = document->blocks.at;
    size_t n = 0;

    for (size_t i = item + 1; i < blocks[item].end; i++) {
        if (blocks[i].kind != BLOCK_ITEM)
            return false;
        if (sentence_is_order(item_text(&blocks[i])))
            return false;
        n++;
    }
    return n > 0;
}

/* "Check for leaks:" with nouns below: they may be the cause. */
static void take_causes(struct procedure_writer *writer, size_t item, const struct phase *phase)
{
    const struct block *blocks = writer->document->blocks.at;
    const struct block *block = &blocks[item];
    bool asked = words_begin(WORDS_LOOK_FOR, item_text(block)) && children_are_nouns(writer->document, item);
    bool named = writer->suspects && block->end == item + 1 && !sentence_is_order(item_text(block));
    struct stated *cause;

    if (phase->stage == STAGE_POST_INCIDENT)
        return;
    for (size_t i = item + 1; asked && i < block->end; i++) {
        cause = list_push(writer->arena, &writer->procedure->likely_causes);
        *cause = (struct stated){item_text(&blocks[i]), blocks[i].line};
    }
    if (named) {
        cause = list_push(writer->arena, &writer->procedure->likely_causes);
        *cause = (struct stated){item_text(block), block->line};
    }
}

/* "*Rollback of this step:* ..." in the item of a step with a number is a step of its own. */
static bool undo_paragraph(struct procedure_writer *writer, const struct prose *prose, const struct step *of,
                           struct step *ret_undo)
{
    struct step undo = step_start(writer, "prose", prose->text, prose->line);

    undo.undoes = step_undone_by(writer->arena, prose->text);
    if (undo.undoes && text_same(undo.undoes, "this"))
        undo.undoes = of->number;
    if (undo.undoes == NULL)
        return false;
    take_prose_commands(writer, &undo, prose);
    step_classify(writer, &undo);
    *ret_undo = undo;
    return true;
}

void steps_from_item(struct procedure_writer *writer, size_t item)
{
    const struct block *blocks = writer->document->blocks.at;
    struct step top = item_start(writer, &blocks[item], item_number(writer, &blocks[item], NULL, 0));
    struct step sub = {0}, undo;
    LIST(struct step) undone = {0};
    bool in_sub = false;

    for (size_t i = item + 1; i < blocks[item].end; i++) {
        const struct block *block = &blocks[i];
        struct step *target = in_sub && block->item != item ? &sub : &top;
        if (block->kind == BLOCK_FENCE)
            item_fence(writer, block, target, &top);
        else if (block->kind == BLOCK_PARAGRAPH && undo_paragraph(writer, &block->prose, target, &undo))
            *list_push(writer->arena, &undone) = undo;
        else if (block->kind == BLOCK_PARAGRAPH)
            take_prose_commands(writer, target, &block->prose);
        if (block->kind != BLOCK_ITEM)
            continue;
        if (in_sub) {
            step_classify(writer, &sub);
            *list_push(writer->arena, &top.substeps) = sub;
        }
        const char *number =
            top.number ? item_number(writer, block, top.number, (int)top.substeps.n + 1) : NULL;
        sub = item_start(writer, block, number);
        in_sub = true;
    }
    if (in_sub) {
        step_classify(writer, &sub);
        *list_push(writer->arena, &top.substeps) = sub;
    }
    step_classify(writer, &top);
    if (blocks[item].line_end > top.line_end)
        top.line_end = blocks[item].line_end;
    struct phase *phase = phase_for_step(writer, top.line_end);
    *list_push(writer->arena, &phase->steps) = top;
    list_each (step, &undone)
        *list_push(writer->arena, &phase->steps) = *step;
    take_causes(writer, item, phase);
}

/* ---- Fences ---- */

/* A comment that only names a phase: "Diagnosis", "Resolution steps", "Diagnosis (all services)". */
static bool comment_phase(struct procedure_writer *writer, const char *comment, enum stage *ret_stage,
                          const char **ret_name)
{
    const char *bracket = strchr(comment, '(');
    size_t n = bracket ? (size_t)(bracket - comment) : strlen(comment);
    const char *name = text_without_colon(writer->arena, arena_strndup(writer->arena, comment, n));
    const char *space;
    enum words group = words_heading(name);

    name = text_without_colon(writer->arena, text_without_decoration(writer->arena, name, NULL));
    /* "Health checks" and "Notification" name what the commands do as often as a phase. */
    bool phase =
        (group >= WORDS_IMMEDIATE && group <= WORDS_MITIGATION) || words_are(WORDS_VERIFICATION, name);
    if (!phase || words_begin(WORDS_VERBS, name) || text_find_word(name, "check"))
        return false;
    if (!words_are(group, name)) {
        space = strrchr(name, ' ');
        if (space == NULL || !words_are(WORDS_PHASE_TAIL, space + 1))
            return false;
        const char *head = arena_strndup(writer->arena, name, (size_t)(space - name));
        if (!words_are(group, head))
            return false;
    }
    *ret_stage = stage_of(group);
    *ret_name = name;
    return true;
}

struct fence_reader {
    struct procedure_writer *writer;
    struct step step;
    bool open;            /* a step is being filled */
    const char *comment;  /* of the step, as written */
    const char *outer;    /* "3" of "# 3. Order" above "# a) First" */
    const char *lettered; /* the outer number while lettered stages follow one another */
};

static void fence_close_step(struct fence_reader *reader)
{
    struct procedure_writer *writer = reader->writer;

    if (!reader->open)
        return;
    step_classify(writer, &reader->step);
    struct phase *phase = phase_for_step(writer, reader->step.line_end);
    *list_push(writer->arena, &phase->steps) = reader->step;
    reader->open = false;
}

static bool is_letter(const char *number)
{
    return number && isalpha((unsigned char)number[0]) && number[1] == '\0';
}

static void fence_open_step(struct fence_reader *reader, const char *comment, int line)
{
    struct procedure_writer *writer = reader->writer;
    const char *number;
    const char *text = text_without_number(writer->arena, comment, &number);

    fence_close_step(reader);
    reader->step = step_start(writer, "comment", text, line);
    if (is_letter(number) && reader->outer)
        reader->lettered = reader->outer;
    else if (!is_letter(number))
        reader->lettered = NULL;
    reader->step.number = number && reader->lettered && is_letter(number)
                              ? arena_printf(writer->arena, "%s.%s", reader->lettered, number)
                              : number;
    reader->comment = comment;
    reader->outer = NULL;
    reader->open = true;
}

/* Comments first..end-1 stand directly under one another; used: a command follows the last. */
static void fence_comments(struct fence_reader *reader, const struct fence_entry *entries, size_t n,
                           bool used)
{
    struct procedure_writer *writer = reader->writer;

    for (size_t i = 0; i < n; i++) {
        enum stage stage;
        const char *name, *number;
        bool last = i + 1 == n;
        bool phase = comment_phase(writer, entries[i].text, &stage, &name);
        if (phase) {
            fence_close_step(reader);
            phase_announce(writer, name, stage, entries[i].line);
        }
        if (last ? (used || !phase) : (!phase && !used)) {
            fence_open_step(reader, entries[i].text, entries[i].line);
            if (!used)
                fence_close_step(reader);
        } else if (!phase) {
            text_without_number(writer->arena, entries[i].text, &number);
            reader->outer = number;
        }
    }
}

/* "2. Restore the snapshot:" with its fence below the list: the commands belong to that step. */
static bool resume_step(struct fence_reader *reader, int line)
{
    enum { LINES_BETWEEN = 3 }; /* an empty line, the fence, its first line */
    struct procedure_writer *writer = reader->writer;
    size_t n_phases = writer->procedure->phases.n;
    struct phase *phase =
        n_phases > 0 && !writer->next_open ? &writer->procedure->phases.at[n_phases - 1] : NULL;
    struct step *step = phase && phase->steps.n > 0 ? &phase->steps.at[phase->steps.n - 1] : NULL;

    if (step == NULL || step->commands.n > 0 || step->substeps.n > 0 || line - step->line_end > LINES_BETWEEN)
        return false;
    size_t n = strlen(step->text);
    bool ordered = step->marker && strcmp(step->marker, "ordered") == 0;
    bool listed = ordered ||
                  (step->marker && strcmp(step->marker, "comment") != 0 && n > 0 && step->text[n - 1] == ':');
    if (!listed)
        return false;
    reader->step = *step;
    reader->comment = NULL;
    reader->open = true;
    phase->steps.n--;
    return true;
}

static void fence_command(struct fence_reader *reader, const struct fence_entry *entry, const char *intro)
{
    struct procedure_writer *writer = reader->writer;

    if (!reader->open && (intro || !resume_step(reader, entry->line))) {
        reader->step = step_start(writer, "none", intro ? intro : entry->command.text, entry->line);
        reader->comment = NULL;
        reader->open = true;
    }
    add_command(writer, &reader->step, &entry->command, reader->comment);
}

static void steps_from_boxes(struct procedure_writer *writer, const struct block *fence)
{
    for (size_t k = 0; k < fence->lines.n; k++) {
        const char *text = fence_box(writer->arena, fence->lines.at[k]);
        if (text == NULL)
            continue;
        struct step step = step_start(writer, "checkbox", text, fence->body_line + (int)k);
        step_classify(writer, &step);
        struct phase *phase = phase_for_step(writer, step.line_end);
        *list_push(writer->arena, &phase->steps) = step;
    }
}

void steps_from_fence(struct procedure_writer *writer, size_t fence, const char *intro)
{
    struct fence_reader reader = {.writer = writer};
    struct fence_entries entries = {0};

    if (fence_is_boxes(&writer->document->blocks.at[fence])) {
        steps_from_boxes(writer, &writer->document->blocks.at[fence]);
        return;
    }
    if (fence_is_query(&writer->document->blocks.at[fence])) {
        struct step step = query_step(writer, &writer->document->blocks.at[fence], intro);
        struct phase *phase = phase_for_step(writer, step.line_end);
        *list_push(writer->arena, &phase->steps) = step;
        return;
    }
    fence_split(writer->arena, &writer->document->blocks.at[fence], &entries);
    for (size_t i = 0; i < entries.n;) {
        size_t n = 0;
        if (!entries.at[i].comment) {
            fence_command(&reader, &entries.at[i++], intro);
            continue;
        }
        while (i + n < entries.n && entries.at[i + n].comment && (n == 0 || !entries.at[i + n].gap))
            n++;
        bool used = i + n < entries.n && !entries.at[i + n].comment;
        fence_comments(&reader, entries.at + i, n, used);
        i += n;
    }
    fence_close_step(&reader);
}

/* ---- Sentences ---- */

bool steps_from_sentences(struct procedure_writer *writer, const struct prose *prose, size_t from,
                          const char *text)
{
    struct sentences sentences = {0};
    struct command_list commands = {0};
    bool any = false;
    size_t next = 0; /* commands stand in the order of the sentences */

    prose_commands(writer->arena, prose, &commands);
    text_sentences(writer->arena, text, &sentences);
    for (size_t i = 0; i < sentences.n; i++) {
        const struct sentence *sentence = &sentences.at[i];
        int line = prose_line_at(prose, from + sentence->at);
        struct step step = step_start(writer, "prose", sentence->text, line);
        for (; next < commands.n && strstr(sentence->text, commands.at[next].text); next++)
            add_command(writer, &step, &commands.at[next], NULL);
        if (sentence_forbids(sentence->text) || (step.commands.n == 0 && !sentence_is_order(sentence->text)))
            continue;
        step_classify(writer, &step);
        struct phase *phase = phase_for_step(writer, step.line_end);
        *list_push(writer->arena, &phase->steps) = step;
        any = true;
    }
    return any;
}

bool steps_from_command(struct procedure_writer *writer, const struct block *block, const char *above)
{
    const struct prose *prose = &block->prose;
    size_t n = above ? strlen(above) : 0, n_phases = writer->procedure->phases.n;
    struct phase *phase = n_phases > 0 ? &writer->procedure->phases.at[n_phases - 1] : NULL;
    struct step *step = phase && phase->steps.n > 0 ? &phase->steps.at[phase->steps.n - 1] : NULL;
    struct command command = {.lang = "inline", .line = block->line, .line_end = block->line_end};

    if (n == 0 || above[n - 1] != ':' || step == NULL || writer->next_open ||
        strcmp(step->text, above) != 0 || step->commands.n > 0 || sentence_forbids(above))
        return false;
    if (prose->spans.n == 1 && prose->spans.at[0].kind == SPAN_CODE &&
        prose->spans.at[0].n_bytes == strlen(prose->text))
        command.text = prose->spans.at[0].exact;
    else if (prose->spans.n == 0 && (block->quoted || strpbrk(prose->text, "-/=|<>$")))
        command.text = prose->text;
    if (command.text == NULL || !text_is_command(command.text))
        return false;
    command.logical = command.text;
    add_command(writer, step, &command, NULL);
    step_classify(writer, step);
    return true;
}

void steps_from_words(struct procedure_writer *writer, const char *text, int line)
{
    struct strings items = {0};
    int number = 1;

    text_split_list(writer->arena, text, false, &items);
    list_each (item, &items) {
        struct step step = step_start(writer, "inline", *item, line);
        step.number = arena_printf(writer->arena, "%d", number++);
        step_classify(writer, &step);
        struct phase *phase = phase_for_step(writer, line);
        *list_push(writer->arena, &phase->steps) = step;
    }
}
