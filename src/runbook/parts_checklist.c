/* Lists of points to tick off: items with check boxes (in a template too), lists that are called a checklist,
 * the numbered comments of a fence that is, and the points below a step of closing an incident ("Preserve
 * evidence"). */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_priv.h"

static struct checklist *add_list(struct parts_reading *reading, const char *name, int line)
{
    struct checklist *list = list_push(reading->arena, &reading->parts->checklists);

    name = text_without_number(reading->arena, name, NULL);
    bool ends = part_words_value(PART_ENDING, name);
    *list = (struct checklist){
        .name = name, .stage = ends ? "verification" : part_stage(name), .line = line, .line_end = line};
    return list;
}

static void add_point(struct parts_reading *reading, struct checklist *list, const char *text, int line,
                      int line_end)
{
    struct stated *point = list_push(reading->arena, &list->items);

    point->text = text;
    point->line = line;
    list->line_end = line_end;
}

/* What a list is called: its label, the item it is below, or its heading. */
static const char *list_name(const struct parts_reading *reading, size_t first, int *ret_line)
{
    const struct document *document = reading->document;
    const struct block *block = &document->blocks.at[first];
    struct part_label label;

    if (part_label_before(reading, first, &label) && (!label.sentence || block->heading == NO_BLOCK)) {
        *ret_line = label.line;
        return label.text;
    }
    if (block->item != NO_BLOCK) {
        *ret_line = document->blocks.at[block->item].line;
        return part_item_title(reading, block->item);
    }
    *ret_line = block->heading == NO_BLOCK ? block->line : document->blocks.at[block->heading].line;
    return part_heading(reading, first);
}

struct list_facts {
    size_t n, n_boxes, n_with_fence, n_questions, n_long;
};

enum { POINT_BYTES = 140, SENTENCE_BYTES = 400 };

static struct list_facts look_at(const struct parts_reading *reading, size_t first, size_t end)
{
    const struct document *document = reading->document;
    struct list_facts facts = {0};

    for (size_t i = first; i < end; i++) {
        const struct block *block = &document->blocks.at[i];
        facts.n_with_fence += block->kind == BLOCK_FENCE;
        if (block->kind != BLOCK_ITEM || block->list_first != first)
            continue;
        size_t n = strnlen(block->prose.text, POINT_BYTES + 1);
        facts.n++;
        facts.n_boxes += block->marker == MARKER_CHECKBOX;
        facts.n_questions += n > 0 && block->prose.text[n - 1] == '?';
        facts.n_long += n > POINT_BYTES;
    }
    return facts;
}

/* The block after the list's last item. */
static size_t list_end(const struct document *document, size_t first)
{
    size_t end = first;

    while (end < document->blocks.n && document->blocks.at[end].kind == BLOCK_ITEM &&
           document->blocks.at[end].list_first == first)
        end = document->blocks.at[end].end;
    return end;
}

/* Points below a step of verifying or closing: they are to be gone through, one by one. */
static bool closing_points(const struct parts_reading *reading, size_t first, const struct list_facts *facts)
{
    size_t item = reading->document->blocks.at[first].item;

    if (item == NO_BLOCK || facts->n < 2 || facts->n_with_fence > 0 || facts->n_questions > 0 ||
        facts->n_long > 0)
        return false;
    if (part_words_value(PART_PARTICIPANTS, part_item_title(reading, item)))
        return false;
    return part_under_heading(reading, first, WORDS_POST_INCIDENT) ||
           part_heading_group(reading, first) == WORDS_VERIFICATION;
}

static bool called_checklist(const struct parts_reading *reading, size_t first)
{
    struct part_label label;

    if (part_label_before(reading, first, &label))
        return part_label_value(&label, PART_CHECKLIST) || part_label_value(&label, PART_ENDING) ||
               part_heading_value(reading, first, PART_CHECKLIST) != NULL;
    return reading->document->blocks.at[first].item == NO_BLOCK &&
           part_heading_value(reading, first, PART_CHECKLIST) != NULL;
}

static void read_list(struct parts_reading *reading, size_t first)
{
    const struct document *document = reading->document;
    size_t end = list_end(document, first);
    const struct list_facts facts = look_at(reading, first, end);
    bool boxes = facts.n_boxes > 0 && facts.n_boxes * 2 >= facts.n;
    int line = 0;

    if (!boxes && !closing_points(reading, first, &facts) &&
        !(facts.n > 1 && facts.n_with_fence == 0 && called_checklist(reading, first)))
        return;
    const char *name = list_name(reading, first, &line);
    struct checklist *list = add_list(reading, name, line);
    for (size_t i = first; i < end; i = document->blocks.at[i].end) {
        const struct block *item = &document->blocks.at[i];
        int last = item->prose.line + (int)item->prose.line_starts.n - 1;
        if (item->prose.text[0])
            add_point(reading, list, item->prose.text, item->line, last > item->line ? last : item->line);
    }
}

/* "Done when the queue is empty and the lead has signed": by what the procedure is known to be over, in one
 * sentence. */
static void read_ending(struct parts_reading *reading, const struct fact *fact)
{
    enum { LEAD_BYTES = 24, LEAST_BYTES = 8 };
    struct word_match match;

    if (!fact_may_have(fact, PART_ENDING) || fact->place == FACT_FENCE || fact->place == FACT_ROW ||
        fact->n_bytes >= SENTENCE_BYTES || part_template_at(reading, fact->line) ||
        !part_procedure_at(reading, fact->line) || !part_words_next(PART_ENDING, fact->text, 0, &match) ||
        match.at > LEAD_BYTES || strlen(fact->text + match.at + match.n_bytes) < LEAST_BYTES)
        return;
    if (text_starts_with(fact->text, "this "))
        return; /* "This is done when it rains" is about a step */
    const char *name = arena_strndup(reading->arena, fact->text, match.at + match.n_bytes);
    add_point(reading, add_list(reading, name, fact->line), fact->text, fact->line, fact->line);
}

/* "# 1. Look at the queue" in the fence below "Diagnosis checklist". */
static void read_commented_fence(struct parts_reading *reading, size_t i)
{
    const struct block *fence = &reading->document->blocks.at[i];
    struct fence_entries entries = {0};
    struct checklist *list = NULL;
    struct part_label label;

    bool labelled = part_label_before(reading, i, &label);
    const char *name = labelled ? label.text : part_heading(reading, i);
    if (!part_words_value(PART_CHECKLIST, name))
        return;
    int line = labelled ? label.line : fence->line;
    fence_split(reading->arena, fence, &entries);
    list_each (entry, &entries) {
        const char *number;
        const char *text = entry->comment ? text_without_number(reading->arena, entry->text, &number) : NULL;
        if (text == NULL || number == NULL)
            continue;
        list = list ? list : add_list(reading, name, line);
        add_point(reading, list, text, entry->line, entry->line);
    }
}

/* "[ ] The valve is shut" in a fence of its own. */
static void read_boxes(struct parts_reading *reading, size_t i)
{
    const struct block *fence = &reading->document->blocks.at[i];
    struct part_label label;
    bool labelled = part_label_before(reading, i, &label);
    struct checklist *list = add_list(reading, labelled ? label.text : part_heading(reading, i),
                                      labelled ? label.line : fence->line);

    for (size_t k = 0; k < fence->lines.n; k++) {
        const char *text = fence_box(reading->arena, fence->lines.at[k]);
        if (text)
            add_point(reading, list, text, fence->body_line + (int)k, fence->body_line + (int)k);
    }
}

/* "- [ ] text": where the text begins, or NULL. */
static const char *boxed(const char *text)
{
    text += strspn(text, " \t");
    if (*text != '-' && *text != '*' && *text != '+')
        return NULL;
    text += 1 + strspn(text + 1, " ");
    if (text[0] != '[' || text[1] == '\0' || !strchr(" xX", text[1]) || text[2] != ']')
        return NULL;
    return text + 3;
}

/* Boxes in the text of a template, named after the heading above them in it. */
static void read_template(struct parts_reading *reading, const struct template *template)
{
    const char *name = template->name;
    struct checklist *list = NULL;
    int number = template->body_start, name_line = template->line;

    for (const char *line = template->body; *line; number++) {
        size_t n = strcspn(line, "\n");
        const char *text = arena_strndup(reading->arena, line, n), *point = boxed(text);
        if (point) {
            list = list ? list : add_list(reading, name, name_line);
            add_point(reading, list, text_normalise(reading->arena, point, strlen(point)), number, number);
        } else if (text[0] == '#') {
            name = text_normalise(reading->arena, text + strspn(text, "#"), strlen(text + strspn(text, "#")));
            name_line = number;
            list = NULL;
        }
        line += n + (line[n] == '\n');
    }
}

void parts_read_checklists(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        if (block->kind == BLOCK_ITEM && block->list_first == i)
            read_list(reading, i);
        else if (block->kind == BLOCK_FENCE && fence_role(block) != FENCE_OTHER)
            read_commented_fence(reading, i);
        else if (block->kind == BLOCK_FENCE && part_template_at(reading, block->line) == NULL &&
                 fence_is_boxes(block))
            read_boxes(reading, i);
    }
    list_each (template, &reading->parts->templates)
        read_template(reading, template);
    list_each (fact, &reading->facts)
        read_ending(reading, fact);
}
