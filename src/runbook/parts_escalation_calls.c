/* Ladders of calls below a word of escalation, in lists, lines and sentences, whatever way each call says its
 * time (call.h).
 *
 *     1. First: data on-call                        If the on-call does not answer within 5 minutes, the page
 *     2. Second (if no answer in 10 min): lead      goes to the backup. If the backup does not respond within
 *     3. Third (another 20 min): CTO                5 minutes either, the site lead is phoned.
 *
 * What does not read as a ladder is left to the other readers. */
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_ladder.h"

enum { ITEM_BYTES = 120 };

/* ---- sentences ---- */

static struct strings levels_around(const struct parts_reading *reading, size_t block)
{
    struct strings levels = {0};

    escalation_levels_around(reading, block, &levels);
    return levels;
}

/* The sentences of a text; each that names a level at its start begins a ladder of its own. */
static bool read_sentences(struct parts_reading *reading, const struct prose *prose, struct strings around,
                           bool *taken)
{
    struct sentences sentences = {0};
    struct ladder ladder = {.prose = true};
    const char *unit = NULL;
    bool found = false;

    text_sentences(reading->arena, prose->text, &sentences);
    list_each (sentence, &sentences) {
        struct strings own = {0}, parts = {0};
        struct duration_words time;
        const char *label, *rest;
        int line = prose_line_at(prose, sentence->at);
        if (strnlen(sentence->text, RULE_BYTES) == RULE_BYTES) {
            ladder.broken = true;
            continue;
        }
        own = ladder_levels_at_start(reading, sentence->text);
        if (own.n > 0) {
            found |= ladder_take(reading, &ladder, &around, taken);
            ladder = (struct ladder){.prose = true};
            around = own;
        }
        bool labelled = own.n > 0 && text_label(reading->arena, sentence->text, &label, &rest) && rest[0] &&
                        !text_duration(label, &time);
        ladder.chain |= call_parts(reading->arena, labelled ? rest : sentence->text, &unit, &parts);
        list_each (part, &parts)
            ladder_add(reading, *part, line, &ladder);
    }
    return ladder_take(reading, &ladder, &around, taken) || found;
}

/* ---- lists and lines ---- */

/* Each item that begins with a level has a ladder of its own. */
static bool read_items(struct parts_reading *reading, size_t first, bool *taken)
{
    const struct block *blocks = reading->document->blocks.at;
    bool found = false;

    for (size_t i = first;
         i < reading->document->blocks.n && blocks[i].kind == BLOCK_ITEM && blocks[i].list_first == first;
         i = blocks[i].end)
        found |= read_sentences(reading, &blocks[i].prose, levels_around(reading, i), taken);
    return found;
}

/* "- wait 10 minutes" below who is called. */
static void add_waits_below(struct parts_reading *reading, size_t item, struct ladder *ladder)
{
    static const struct strings nobody;
    const struct block *blocks = reading->document->blocks.at;
    struct call wait;

    if (ladder->broken || ladder->n == 0 || ladder->at[ladder->n - 1].call.clock != CALL_UNTIMED)
        return;
    for (size_t i = item + 1; i < blocks[item].end; i = blocks[i].end) {
        if (blocks[i].kind != BLOCK_ITEM || strnlen(blocks[i].prose.text, ITEM_BYTES) == ITEM_BYTES)
            continue;
        call_read(reading->arena, blocks[i].prose.text, &nobody, &wait);
        if (wait.clock == CALL_UNTIL_NEXT && ladder->at[ladder->n - 1].call.clock == CALL_UNTIMED) {
            ladder->at[ladder->n - 1].call.clock = CALL_UNTIL_NEXT;
            ladder->at[ladder->n - 1].call.time_s = wait.time_s;
        }
    }
}

/* "(each step 10 minutes)" above a list in which nobody has a time: between each two; 0: it says none. */
static int64_t interval_above(const struct parts_reading *reading, size_t block)
{
    struct part_label above;
    struct duration_words time;
    const char *heading = part_heading(reading, block);

    if (part_label_before(reading, block, &above) &&
        calling_within(CALLING_INTERVAL, above.text, strlen(above.text)) && text_duration(above.text, &time))
        return time.value_s;
    return calling_within(CALLING_INTERVAL, heading, strlen(heading)) && text_duration(heading, &time)
               ? time.value_s
               : 0;
}

static void read_list(struct parts_reading *reading, size_t first, bool known, bool *taken)
{
    const struct block *blocks = reading->document->blocks.at;
    struct strings around = levels_around(reading, first);
    struct ladder ladder = {.known = known, .interval_s = interval_above(reading, first)};
    size_t n_levels = 0;

    for (size_t i = first;
         i < reading->document->blocks.n && blocks[i].kind == BLOCK_ITEM && blocks[i].list_first == first;
         i = blocks[i].end) {
        if (part_severity_at(reading, blocks[i].line) || taken[blocks[i].line])
            return;
        n_levels += ladder_levels_at_start(reading, blocks[i].prose.text).n > 0;
        ladder_add(reading, blocks[i].prose.text, blocks[i].line, &ladder);
        add_waits_below(reading, i, &ladder);
    }
    if ((n_levels < 2 && ladder_take(reading, &ladder, &around, taken)) || known)
        return;
    (void)read_items(reading, first, taken);
}

static bool read_lines(struct parts_reading *reading, size_t i, bool *taken)
{
    const struct prose *prose = &reading->document->blocks.at[i].prose;
    struct strings around = levels_around(reading, i);
    struct ladder ladder = {0};

    for (size_t k = 0; k < prose->line_starts.n; k++) {
        size_t at = prose->line_starts.at[k],
               end = k + 1 < prose->line_starts.n ? prose->line_starts.at[k + 1] : strlen(prose->text);
        ladder_add(reading, text_normalise(reading->arena, prose->text + at, end - at), prose->line + (int)k,
                   &ladder);
    }
    return ladder_take(reading, &ladder, &around, taken);
}

/* A heading or paragraph for each call, side by side below the same heading: of headings those up to end, of
 * paragraphs those that follow one another. Whoever stands before *ret_tried begins no ladder. */
static bool read_siblings(struct parts_reading *reading, size_t first, size_t end, bool *taken,
                          size_t *ret_tried)
{
    const struct block *blocks = reading->document->blocks.at;
    bool headings = blocks[first].kind == BLOCK_HEADING;
    struct strings around = levels_around(reading, first);
    struct ladder ladder = {.broken = ladder_levels_at_start(reading, blocks[first].prose.text).n > 0};

    for (size_t i = first; i < end && !ladder.broken; i = headings ? blocks[i].end : i + 1) {
        if (blocks[i].kind != blocks[first].kind || blocks[i].item != blocks[first].item)
            break;
        ladder_add(reading, blocks[i].prose.text, blocks[i].line, &ladder);
        *ret_tried = ladder.n > 0 && !ladder.broken ? i + 1 : i;
    }
    return ladder_take(reading, &ladder, &around, taken);
}

/* "### Tier 2: platform lead (15-45 minutes)" below a word of escalation. */
static void read_headings(struct parts_reading *reading, size_t above, bool *taken)
{
    const struct block *blocks = reading->document->blocks.at;

    for (size_t i = above + 1; i < blocks[above].end; i++)
        if (blocks[i].kind == BLOCK_HEADING && blocks[i].heading == above) {
            size_t tried = 0;
            (void)read_siblings(reading, i, blocks[above].end, taken, &tried);
            return;
        }
}

static void read_paragraph(struct parts_reading *reading, size_t i, bool *taken, size_t *tried)
{
    const struct prose *prose = &reading->document->blocks.at[i].prose;

    if ((i >= *tried && read_siblings(reading, i, reading->document->blocks.n, taken, tried)) ||
        (prose->line_starts.n > 1 && read_lines(reading, i, taken)))
        return;
    (void)read_sentences(reading, prose, levels_around(reading, i), taken);
}

/* The lines of a drawing: "| escalates after 15 minutes" stands between two who are called. */
static void read_fence(struct parts_reading *reading, size_t i, bool *taken)
{
    const struct block *fence = &reading->document->blocks.at[i];
    struct strings around = levels_around(reading, i);
    struct ladder ladder = {.chain = true};

    for (size_t k = 0; k < fence->lines.n; k++) {
        const char *line = text_normalise(reading->arena, fence->lines.at[k].at, fence->lines.at[k].n_bytes);
        if (strlen(calling_skip(CALLING_MARK, line)) > 1) /* no "v" of an arrow */
            ladder_add(reading, line, fence->body_line + (int)k, &ladder);
    }
    (void)ladder_take(reading, &ladder, &around, taken);
}

bool escalation_about_calling(const struct parts_reading *reading, size_t i)
{
    const struct block *blocks = reading->document->blocks.at;
    size_t item = blocks[i].item;
    struct part_label above;

    if (part_heading_group(reading, i) == WORDS_ESCALATION || part_heading_value(reading, i, PART_CHAIN) ||
        (part_label_before(reading, i, &above) && strcasestr(above.text, "escalat")))
        return true;
    if (part_heading_above_group(reading, i) == WORDS_ESCALATION) { /* "### P1" below it */
        struct strings levels = {0};
        part_levels(reading, part_heading(reading, i), &levels);
        if (levels.n > 0)
            return true;
    }
    return item != NO_BLOCK && item != i && strcasestr(part_item_title(reading, item), "escalat");
}

void escalation_read_calls(struct parts_reading *reading, bool *taken)
{
    const struct document *document = reading->document;
    size_t tried = 0;

    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        bool list = block->kind == BLOCK_ITEM && block->list_first == i;
        bool prose = block->kind == BLOCK_PARAGRAPH && block->prose.text[0] != '\0';
        bool other = block->kind == BLOCK_TABLE || block->kind == BLOCK_HEADING || block->kind == BLOCK_FENCE;
        if ((!list && !prose && !other) || taken[block->line] || part_template_at(reading, block->line) ||
            part_severity_at(reading, block->line))
            continue;
        bool about = escalation_about_calling(reading, i);
        if (block->kind == BLOCK_HEADING && about)
            read_headings(reading, i, taken);
        bool contacts = part_heading_group(reading, i) == WORDS_CONTACTS ||
                        part_heading_value(reading, i, PART_CONTACT_HEADING);
        if (list && (about || contacts))
            read_list(reading, i, !about, taken);
        else if (prose && about)
            read_paragraph(reading, i, taken, &tried);
        else if (block->kind == BLOCK_TABLE)
            escalation_read_rows(reading, i, about, taken);
        else if (block->kind == BLOCK_FENCE && about && !escalation_read_settings(reading, i, taken))
            read_fence(reading, i, taken);
    }
}
