/* What a report after an incident must hold, and the events of its timeline.
 *
 * Sections come from the headings (or labels) of a report's template, from the headings of a page that is
 * such a template, from a list below "document the lessons learned", and from a sentence: "Write a postmortem
 * with root cause, timeline and action items". Each name counts once. */
#include <ctype.h>
#include <string.h>

#include "runbook/parts_priv.h"

static size_t count_words(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == ' ';
    return n;
}

static bool known(const struct parts_reading *reading, const char *name)
{
    list_each (section, &reading->parts->report_sections)
        if (text_same(section->name, name))
            return true;
    return false;
}

enum { SECTIONS_AT_MOST = 64, NAME_WORDS = 9 };

static struct report_section *add_section(struct parts_reading *reading, const char *name,
                                          const char *template_name, int line)
{
    if (name[0] == '\0' || count_words(name) > NAME_WORDS ||
        reading->parts->report_sections.n >= SECTIONS_AT_MOST || known(reading, name))
        return NULL;
    struct report_section *section = list_push(reading->arena, &reading->parts->report_sections);
    *section = (struct report_section){.name = name, .template_name = template_name, .line = line};
    section->order = (int)reading->parts->report_sections.n;
    return section;
}

/* ---- a template ---- */

/* The level of "## Summary", 0 for what is no heading. */
static size_t hashes(const char *line)
{
    size_t n = strspn(line, "#");

    return n > 0 && n <= 6 && line[n] == ' ' ? n : 0;
}

/* The level of the sections: the least that occurs twice or more. */
static size_t section_level(const char *body)
{
    size_t counts[7] = {0};

    for (const char *line = body; *line; line += strcspn(line, "\n"), line += *line == '\n')
        counts[hashes(line)]++;
    for (size_t level = 1; level <= 6; level++)
        if (counts[level] > 1)
            return level;
    return 0;
}

/* "A. Summary", "3. Timeline" -> without their marks. */
static const char *unmarked(struct arena *arena, const char *text)
{
    bool letter = isupper((unsigned char)text[0]) && text[1] == '.' && text[2] == ' ';

    return letter ? text + strlen("A. ") : text_without_number(arena, text, NULL);
}

/* "Root cause:" or "ROOT CAUSE" alone on its line, as in templates without marks. */
static const char *bare_section(struct arena *arena, const char *line, size_t n)
{
    const char *text = text_without_colon(arena, text_normalise(arena, line, n));

    while (*text == '*' || *text == '#')
        text++;
    text = unmarked(arena, text);
    size_t n_text = strcspn(text, "*:");
    bool alone = text[n_text] == '\0' || text[n_text + strspn(text + n_text, "*: ")] == '\0';
    if (!alone || n_text < 3 || n_text > 60)
        return NULL;
    const char *name = arena_strndup(arena, text, n_text);
    if (!isalpha((unsigned char)name[0]) && (unsigned char)name[0] < 0x80)
        return NULL;
    return part_words_value(PART_REPORT_SECTION, name) ? name : NULL;
}

static void add_prompt(struct arena *arena, struct report_section *section, const char *line, size_t n)
{
    const char *text = text_normalise(arena, line, n);

    while (*text == '-' || *text == '*' || *text == ' ' || *text == '>')
        text++;
    if (*text == '\0' || *text == '#' || (section->prompt && strlen(section->prompt) > 400))
        return;
    section->prompt = section->prompt ? arena_printf(arena, "%s; %s", section->prompt, text) : text;
}

static const char *section_of_line(struct parts_reading *reading, const char *line, size_t n, size_t level)
{
    if (level > 0)
        return hashes(line) == level
                   ? unmarked(reading->arena, text_normalise(reading->arena, line + level, n - level))
                   : NULL;
    return bare_section(reading->arena, line, n);
}

static size_t count_bare(struct parts_reading *reading, const char *body)
{
    size_t count = 0;

    for (const char *line = body; *line;) {
        size_t n = strcspn(line, "\n");
        count += bare_section(reading->arena, line, n) != NULL;
        line += n + (line[n] == '\n');
    }
    return count;
}

static bool is_report(const struct template *template)
{
    return part_words_value(PART_REPORT, template->name) ||
           (template->subject && part_words_value(PART_REPORT, template->subject)) ||
           (template->caption && part_words_value(PART_REPORT, template->caption));
}

static void sections_of_template(struct parts_reading *reading, const struct template *template)
{
    size_t level = section_level(template->body);
    struct report_section *open = NULL;
    int number = template->body_start;

    if (level == 0 && count_bare(reading, template->body) < 3)
        return;
    for (const char *line = template->body; *line; number++) {
        size_t n = strcspn(line, "\n");
        const char *name = section_of_line(reading, line, n, level);
        if (name)
            open = add_section(reading, text_without_colon(reading->arena, name), template->id, number);
        else if (open)
            add_prompt(reading->arena, open, line, n);
        line += n + (line[n] == '\n');
    }
}

/* ---- headings ---- */

/* "## Post-mortem template" with "### Summary" and so on below it. */
static void sections_of_headings(struct parts_reading *reading, size_t i)
{
    const struct document *document = reading->document;
    const struct block *heading = &document->blocks.at[i];
    size_t n_known = 0, n = 0, n_lettered = 0;

    if (!part_heading_value(reading, i, PART_REPORT))
        return;
    for (size_t k = i + 1; k < heading->end; k++) {
        const struct block *block = &document->blocks.at[k];
        if (block->kind != BLOCK_HEADING || block->heading != i)
            continue;
        n_lettered += block->prose.text[0] == (char)('A' + n) && block->prose.text[1] == '.';
        n++;
        n_known += part_heading_value(reading, k, PART_REPORT_SECTION) != NULL;
    }
    if (!part_heading_value(reading, i, PART_TEMPLATE) && n_lettered < n)
        return;
    for (size_t k = i + 1; k < heading->end && n_known > 2 && n_known * 2 >= n; k++) {
        const struct block *block = &document->blocks.at[k];
        if (block->kind == BLOCK_HEADING && block->heading == i)
            add_section(reading, unmarked(reading->arena, part_heading(reading, k)), NULL, block->line);
    }
}

/* Below "Incident report" lines "A. Summary", "B. Timeline": letters make no list in Markdown. */
static void sections_of_letters(struct parts_reading *reading, size_t h)
{
    enum { LETTERS_LEAST = 3, KNOWN_LEAST = 2 };
    const struct document *document = reading->document;
    LIST(struct stated) sections = {0};
    size_t n_known = 0;

    if (!part_heading_value(reading, h, PART_REPORT))
        return;
    for (size_t k = h + 1; k < document->blocks.at[h].end && document->blocks.at[k].kind == BLOCK_PARAGRAPH;
         k++) {
        const struct prose *prose = &document->blocks.at[k].prose;
        for (size_t i = 0; i < prose->line_starts.n; i++) {
            const char *line = prose->text + prose->line_starts.at[i];
            size_t n = i + 1 < prose->line_starts.n ? prose->line_starts.at[i + 1] - prose->line_starts.at[i]
                                                    : strlen(line);
            if (line[0] != (char)('A' + sections.n) || n < strlen("A. X") ||
                (line[1] != '.' && line[1] != ')'))
                continue;
            const char *text = text_normalise(reading->arena, line + 2, n - 2);
            const char *name = arena_strndup(reading->arena, text, strcspn(text, ":("));
            n_known += part_words_value(PART_REPORT_SECTION, name) != NULL;
            *list_push(reading->arena, &sections) = (struct stated){name, prose->line + (int)i};
        }
    }
    if (sections.n < LETTERS_LEAST || n_known < KNOWN_LEAST)
        return;
    list_each (section, &sections)
        add_section(reading, text_normalise(reading->arena, section->text, strlen(section->text)), NULL,
                    section->line);
}

/* ---- lists and sentences ---- */

static bool speaks_of_report(const char *text)
{
    return part_words_value(PART_REPORT, text) && part_words_value(PART_REPORT_VERB, text);
}

/* The items of the list that begins at `first`, when most of them name sections. */
static void sections_of_list(struct parts_reading *reading, size_t first)
{
    const struct document *document = reading->document;
    size_t n = 0, n_known = 0;
    const struct block *list = &document->blocks.at[first];
    size_t end = list->item == NO_BLOCK ? document->blocks.n : document->blocks.at[list->item].end;

    for (size_t i = first; i < end && document->blocks.at[i].depth >= list->depth;
         i = document->blocks.at[i].end) {
        const struct block *item = &document->blocks.at[i];
        if (item->kind != BLOCK_ITEM || item->list_first != first)
            break;
        n++;
        n_known += part_words_value(PART_REPORT_SECTION, part_item_title(reading, i)) != NULL;
    }
    if (n_known < 2 || n_known * 3 < n * 2)
        return;
    for (size_t i = first; i < end && n > 0; i = document->blocks.at[i].end, n--)
        add_section(reading, part_item_title(reading, i), NULL, document->blocks.at[i].line);
}

static bool list_is_report(const struct parts_reading *reading, size_t first)
{
    const struct document *document = reading->document;
    struct part_label label;

    if (part_label_before(reading, first, &label))
        return speaks_of_report(label.text);
    size_t item = document->blocks.at[first].item;
    return item != NO_BLOCK ? speaks_of_report(part_item_title(reading, item))
                            : speaks_of_report(part_heading(reading, first));
}

/* Where the list in a sentence begins: after its verb and the name of the report. */
static const char *list_in_sentence(const char *sentence)
{
    struct word_match match;
    const char *best = NULL;

    for (size_t from = 0; part_words_next(PART_REPORT_VERB, sentence, from, &match);
         from = match.at + match.n_bytes)
        best = sentence + match.at + match.n_bytes;
    return best;
}

static void sections_of_sentence(struct parts_reading *reading, const char *sentence, int line)
{
    struct strings items = {0};
    size_t n_known = 0;
    const char *list = strnlen(sentence, 400) < 400 ? list_in_sentence(sentence) : NULL;

    if (list == NULL)
        return;
    text_split_list(reading->arena, text_without_colon(reading->arena, list), false, &items);
    if (items.n > 1) { /* "timeline and corrective actions" without a further comma */
        const char *joint = strstr(items.at[items.n - 1], " and ");
        const char *last = items.at[items.n - 1];
        if (joint && part_words_value(PART_REPORT_SECTION, joint + 5)) {
            items.at[items.n - 1] = arena_strndup(reading->arena, last, (size_t)(joint - last));
            strings_add(reading->arena, &items, joint + 5);
        }
    }
    list_each (item, &items)
        n_known += part_words_value(PART_REPORT_SECTION, *item) != NULL;
    if (n_known < 2 || n_known * 3 < items.n * 2)
        return;
    list_each (item, &items) {
        const char *name = text_starts_with(*item, "the ") ? *item + 4
                           : text_starts_with(*item, "a ") ? *item + 2
                                                           : *item;
        add_section(reading, name, NULL, line);
    }
}

static void sections_of_fact(struct parts_reading *reading, const struct fact *fact)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct sentences sentences = {0};

    if (fact->place == FACT_FENCE || block->quoted || !strchr(fact->text, ','))
        return;
    bool may = fact_may_have(fact, PART_REPORT);
    bool about = (may && fact->label && part_words_value(PART_REPORT, fact->label)) ||
                 part_heading_group(reading, fact->block) == WORDS_POST_INCIDENT;
    if (!about && (!may || part_words_value(PART_REPORT, fact->text) == NULL))
        return;
    text_sentences(reading->arena, fact->rest, &sentences);
    list_each (sentence, &sentences)
        if (about || part_words_value(PART_REPORT, sentence->text))
            sections_of_sentence(reading, sentence->text, fact->line);
}

/* ---- timelines ---- */

static bool timed(const char *text, const char **ret_event)
{
    static const struct {
        const char *open, *close;
    } marks[] = {{"[", "]"}, {"<", ">"}, {"HH:MM", " "}, {"hh:mm", " "}};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *end = text_starts_with(text, marks[i].open) ? strstr(text, marks[i].close) : NULL;
        if (end == NULL || end - text > 30 || (i < 2 && end - text < 3))
            continue;
        const char *event = end + 1;
        if (i > 1 && text_starts_with(event, "utc"))
            event += 3;
        event += strspn(event, " -:|\xe2\x80\x93\x94");
        *ret_event = event;
        return isalpha((unsigned char)event[0]) != 0;
    }
    return false;
}

static void add_event(struct parts_reading *reading, const char *name, int line)
{
    struct stated *event = list_push(reading->arena, &reading->parts->timeline_events);

    event->text = text_without_colon(reading->arena, name);
    event->line = line;
}

static void events_of_template(struct parts_reading *reading, const struct template *template)
{
    size_t n_before = reading->parts->timeline_events.n;
    int number = template->body_start;

    if (strcasestr(template->body, "timeline") == NULL && !part_words_value(PART_TIMELINE, template->name))
        return;
    for (const char *line = template->body; *line; number++) {
        size_t n = strcspn(line, "\n");
        const char *text = text_normalise(reading->arena, line, n), *event;
        text += strspn(text, "-*| ");
        if (timed(text, &event))
            add_event(reading, arena_strndup(reading->arena, event, strcspn(event, "|")), number);
        line += n + (line[n] == '\n');
    }
    if (reading->parts->timeline_events.n - n_before < 2)
        reading->parts->timeline_events.n = n_before;
}

static void events_of_list(struct parts_reading *reading, size_t first)
{
    const struct document *document = reading->document;
    size_t item = document->blocks.at[first].item;

    if (item == NO_BLOCK || count_words(part_item_title(reading, item)) > 4 ||
        !part_words_value(PART_TIMELINE, part_item_title(reading, item)) ||
        !part_words_value(PART_REPORT_VERB, part_item_title(reading, item)))
        return;
    for (size_t i = first; i < document->blocks.at[item].end; i++)
        if (document->blocks.at[i].kind == BLOCK_ITEM && document->blocks.at[i].list_first == first)
            add_event(reading, part_item_title(reading, i), document->blocks.at[i].line);
}

void parts_read_report(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    list_each (template, &reading->parts->templates) {
        if (is_report(template))
            sections_of_template(reading, template);
        events_of_template(reading, template);
    }
    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        if (block->kind == BLOCK_HEADING && block->item == NO_BLOCK) {
            sections_of_headings(reading, i);
            sections_of_letters(reading, i);
        }
        if (block->kind != BLOCK_ITEM || block->list_first != i)
            continue;
        if (list_is_report(reading, i))
            sections_of_list(reading, i);
        events_of_list(reading, i);
    }
    list_each (fact, &reading->facts)
        sections_of_fact(reading, fact);
}
