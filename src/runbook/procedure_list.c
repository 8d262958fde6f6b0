/* Which lists are steps: by their marks, by what their items say, and by what stands above them. */
#include "runbook/procedure_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/command.h"
#include "runbook/parts_person.h"
#include "runbook/text.h"

static bool only_links(const struct block *block)
{
    size_t linked = 0;

    list_each (span, &block->prose.spans)
        if (span->kind == SPAN_LINK)
            linked += span->n_bytes;
    return linked > 0 && linked + 4 >= strlen(block->prose.text);
}

bool title_is_order(const struct document *document, size_t heading)
{
    static const char *const starts[] = {"how to", "if ", "when ", "recover"};

    if (heading == NO_BLOCK)
        return true;
    const char *number, *title = document->blocks.at[heading].prose.text;
    scoped_arena struct arena *arena = arena_new();
    title = text_without_number(arena, text_without_decoration(arena, title, NULL), &number);
    size_t word = strcspn(title, " ");
    bool gerund = word > 5 && strncasecmp(title + word - 3, "ing", 3) == 0;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_starts_with(title, starts[i]))
            return true;
    return gerund || words_begin(WORDS_VERBS, title) || words_occur(WORDS_PROBLEMS, title);
}

/* "oom? bump it: `kubectl set resources ...`": a command in the text tells what to do. */
static bool runs_something(const struct prose *prose)
{
    struct command_list commands = {0};
    bool code = false;

    list_each (span, &prose->spans)
        code |= span->kind == SPAN_CODE && strchr(span->exact, ' ');
    if (!code)
        return false;
    scoped_arena struct arena *arena = arena_new();
    prose_commands(arena, prose, &commands);
    return commands.n > 0;
}

/* "**Immediate action:** Call the ward": a stage, and what to do in it. */
static bool staged_order(const struct block *block)
{
    const struct passage *passage = block->prose.passages.n > 0 ? &block->prose.passages.at[0] : NULL;

    return passage && passage->lead && is_stage_group(words_heading(passage->lead)) &&
           sentence_is_order(passage->rest);
}

/* "**Time to recover**: 4 hours" states a figure. */
static bool states_time(const struct block *block)
{
    struct duration_words duration;
    const struct passage *passage = block->prose.passages.n > 0 ? &block->prose.passages.at[0] : NULL;

    return passage && passage->lead && text_duration(passage->rest, &duration) && duration.at == 0;
}

/* "Access tokens shall be revoked". */
static bool is_duty(const char *text)
{
    enum { DUTY_BYTES = 120 };
    static const char *const words[] = {" shall be ", " is to be ", " are to be "};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *at = strstr(text, words[i]);
        if (at && at - text < DUTY_BYTES)
            return true;
    }
    return false;
}

bool item_cites_clause(const struct document *document, size_t item)
{
    enum { NAME_BYTES = 24 };
    static const char *const marks[] = {"\xc2\xa7", " CFR ", "Art. ", "Article "};
    const struct block *block = &document->blocks.at[item];
    const char *text = block->prose.text;

    if (block->end > item + 1 || strcspn(text, "0123456789") > 2 * NAME_BYTES)
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i]);
        const char *at = memmem(text, strnlen(text, NAME_BYTES - 1 + n), marks[i], n);
        if (at && isdigit((unsigned char)at[n + (at[n] == ' ')]))
            return !sentence_is_order(text);
    }
    return false;
}

/* Whether the items of a list are steps: ticked ones unless they are links or questions; ordered ones when a
 * stage is named or a quarter of them tell to do something, plain bullets when half of them do. */
static void look_at_list(struct procedure_writer *writer, size_t item)
{
    const struct block *blocks = writer->document->blocks.at;
    size_t n = 0, links = 0, questions = 0, orders = 0, staged = 0, foreign = 0;
    size_t first = blocks[item].list_first;

    if (writer->list_first == first + 1)
        return;
    writer->list_runs = false;
    for (size_t i = first;
         i < writer->document->blocks.n && blocks[i].kind == BLOCK_ITEM && blocks[i].list_first == first;
         i = blocks[i].end) {
        const struct block *block = &blocks[i];
        size_t bytes = strlen(block->prose.text);
        bool lead = block->prose.passages.n > 0 && block->prose.passages.at[0].lead != NULL;
        if (item_cites_clause(writer->document, i))
            continue;
        n++;
        for (size_t k = i + 1; k < block->end && !writer->list_runs; k++)
            writer->list_runs = blocks[k].kind == BLOCK_FENCE && fence_role(&blocks[k]) != FENCE_OTHER;
        links += only_links(block);
        /* "What was deployed last?" with a command below it is a step. */
        questions += bytes > 0 && block->prose.text[bytes - 1] == '?' && block->end == i + 1;
        foreign += (unsigned char)block->prose.text[0] >= 0xe3; /* in a script that has no known verbs */
        if (sentence_is_order(block->prose.text) || runs_something(&block->prose) ||
            (lead && writer->staged && !states_time(block)) || block->end > i + 1 ||
            (writer->staged && text_starts_with(block->prose.text, "if ")) || is_duty(block->prose.text) ||
            person_acts(writer->arena, block->prose.text, &(struct person){0}))
            orders++;
        else
            staged += staged_order(block);
    }
    writer->list_first = first + 1;
    orders += staged > 1 ? staged : 0; /* one "**Action**: ..." among facts makes no procedure of them */
    /* "1. Web server, 2. Database" describes; where nothing says that work follows, some items must be
     * orders. */
    size_t enough = blocks[item].marker == MARKER_BULLET ? 2 : blocks[item].marker == MARKER_ORDERED ? 4 : 0;
    size_t telling = enough == 4 ? orders + foreign : orders;
    bool tells = enough == 0 || telling * enough >= n ||
                 (enough == 4 && (writer->staged || title_is_order(writer->document, blocks[item].heading)));
    writer->list_counts = (writer->staged ? links < n : links * 2 < n) && questions * 2 < n && tells;
}

bool list_is_steps(struct procedure_writer *writer, size_t item)
{
    look_at_list(writer, item);
    return writer->list_counts;
}

bool list_has_commands(struct procedure_writer *writer, size_t item)
{
    look_at_list(writer, item);
    return writer->list_runs;
}

bool line_heads_steps(struct procedure_writer *writer, size_t paragraph, size_t next)
{
    enum { TITLE_BYTES = 60 };
    const struct block *block = &writer->document->blocks.at[paragraph];
    size_t n = strnlen(block->prose.text, TITLE_BYTES);

    return next != NO_BLOCK && !block->quoted && n > 0 && n < TITLE_BYTES && block->prose.passages.n == 1 &&
           block->prose.passages.at[0].lead == NULL && !strchr(".,:;?!", block->prose.text[n - 1]) &&
           writer->document->blocks.at[next].kind == BLOCK_ITEM && list_is_steps(writer, next);
}
