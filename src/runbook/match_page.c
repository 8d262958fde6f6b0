/* Reads one page into the index: its names, the terms of its text, the identities that stand in it.
 *
 * A page is read once, block by block; time and memory are linear in its size. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/document.h"
#include "runbook/match_build.h"
#include "runbook/text.h"

enum { NAME_WORDS = 40, IDENTITY_BYTES = 100 };

static struct term *term_for(struct match_builder *builder, const char *text)
{
    struct term *term = map_get(builder->terms, text, strlen(text));
    if (!term) {
        term = arena_alloc(builder->arena, sizeof *term);
        term->text = arena_strdup(builder->arena, text);
        term->id = (uint32_t)map_count(builder->terms);
        map_put(builder->terms, text, strlen(text), term);
    }
    return term;
}

static void post(struct match_builder *builder, struct term *term, float weight, bool named)
{
    struct posting *last = term->postings.n > 0 ? &term->postings.at[term->postings.n - 1] : NULL;
    if (!last || last->page != builder->page) {
        last = list_push(builder->arena, &term->postings);
        last->page = builder->page;
    }
    /* A first hit in a name counts once for the page, however many names have it. */
    if (named && last->weight < WEIGHT_HEADING && weight >= WEIGHT_HEADING)
        term->n_named++;
    if (weight > last->weight)
        last->weight = weight;
}

static struct name name_read(struct match_builder *builder, const char *text, float weight)
{
    struct name name = {0};
    struct alert_words words = {0};
    if (!text)
        return name;
    alert_words_of(builder->scratch, builder->index->vocabulary, text, &words);
    size_t n = words.n < NAME_WORDS ? words.n : NAME_WORDS;
    name.words = arena_alloc(builder->arena, n * sizeof *name.words);
    for (size_t i = 0; i < n; i++) {
        const struct word *word = &words.at[i];
        if (word->class == WORD_NOISE)
            continue;
        struct name_word *to = &name.words[name.n++];
        struct term *term = term_for(builder, word->text);
        post(builder, term, weight, true);
        *to =
            (struct name_word){.text = term->id, .group = NO_TERM, .together = NO_TERM, .class = word->class};
        if (word->group) {
            term = term_for(builder, word->group);
            post(builder, term, weight * NEAR_PART, true);
            to->group = term->id;
        }
        if (word->together) {
            term = term_for(builder, word->together);
            post(builder, term, weight, true);
            to->together = term->id;
        }
    }
    return name;
}

/* Words of running text: no phrases, no neighbours; each distinct word is looked up once for the library. */
static void body_read(struct match_builder *builder, const char *text, size_t n_bytes, float weight)
{
    struct word_cutter cutter = {.at = text, .end = text + n_bytes};
    while (word_cut(&cutter)) {
        struct term *term = map_get(builder->by_raw, cutter.raw, cutter.n_raw);
        if (!term) {
            term = term_for(builder, word_of(builder->scratch, builder->index->vocabulary, cutter.raw).text);
            map_put(builder->by_raw, cutter.raw, cutter.n_raw, term);
        }
        post(builder, term, weight, false);
        *list_push(builder->scratch, &builder->body) = term->id;
    }
}

static void identity_add(struct match_builder *builder, const char *text, size_t n_bytes,
                         enum identity_kind kind, int line)
{
    if (n_bytes < 3 || n_bytes > IDENTITY_BYTES)
        return;
    const char *folded = name_folded(builder->arena, text, n_bytes);
    if (strlen(folded) < 3)
        return;
    struct identity *identity = list_push(builder->arena, &builder->identities);
    *identity = (struct identity){.folded = folded,
                                  .page = builder->page,
                                  .section = (uint32_t)builder->section,
                                  .kind = kind,
                                  .line = line};
}

static bool in_identifier(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Words that are written as names are: a capital after a small letter, an underscore, or two dashes. */
static void identifiers_read(struct match_builder *builder, const struct prose *prose, const char *text,
                             enum identity_kind kind, int line)
{
    for (const char *at = text; *at;) {
        size_t n = 0, n_humps = 0, n_dashes = 0;
        for (; in_identifier(at[n]); n++) {
            n_humps +=
                at[n] == '_' || (n > 0 && isupper((unsigned char)at[n]) && islower((unsigned char)at[n - 1]));
            n_dashes += at[n] == '-';
        }
        if (n >= 6 && (n_humps > 0 || n_dashes > 1))
            identity_add(builder, at, n, kind, prose ? prose_line_at(prose, (size_t)(at - text)) : line);
        at += n > 0 ? n : 1;
    }
}

/* "Alert: X", "Alert name: X", "Alerts: X": X is what the page is for. */
static bool label_names_alert(const char *label)
{
    return text_find_word(label, "alert") || text_find_word(label, "alertname") ||
           text_find_word(label, "alarm");
}

static void spans_read(struct match_builder *builder, const struct prose *prose)
{
    const char *label = NULL, *rest;
    bool labelled = text_label(builder->scratch, prose->text, &label, &rest) && label_names_alert(label);
    list_each (span, &prose->spans) {
        if (span->kind == SPAN_CODE)
            identity_add(builder, prose->text + span->at, span->n_bytes,
                         labelled ? IDENTITY_LABELLED : IDENTITY_CODE, span->line);
        else if (span->kind == SPAN_STRONG)
            identity_add(builder, prose->text + span->at, span->n_bytes, IDENTITY_STRONG, span->line);
    }
    identifiers_read(builder, prose, prose->text, labelled ? IDENTITY_LABELLED : IDENTITY_TEXT, prose->line);
}

static void prose_read(struct match_builder *builder, const struct prose *prose)
{
    body_read(builder, prose->text, strlen(prose->text), WEIGHT_BODY);
    spans_read(builder, prose);
}

static const char *anchor_in(const struct prose *cell)
{
    list_each (span, &cell->spans)
        if (span->kind == SPAN_LINK && span->exact && span->exact[0] == '#' && span->exact[1])
            return span->exact + 1;
    return NULL;
}

/* The row's link into its own page, for all identities from first on. */
static void row_link(struct match_builder *builder, const struct table_row *row, size_t first)
{
    const char *anchor = NULL;
    for (size_t i = 0; i < row->n_cells && !anchor; i++)
        anchor = anchor_in(&row->cells[i]);
    if (anchor && builder->identities.n > first)
        *list_push(builder->scratch, &builder->row_links) =
            (struct row_link){.slug = anchor, .first = first, .n = builder->identities.n - first};
}

/* Called when all headings of the page are known. */
static void row_links_resolve(struct match_builder *builder, const struct document *document,
                              const size_t *section_of_block)
{
    if (builder->row_links.n == 0)
        return;
    struct map *by_slug = map_new();
    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        if (block->kind == BLOCK_HEADING && block->slug)
            map_put(by_slug, block->slug, strlen(block->slug), &builder->sections.at[section_of_block[i]]);
    }
    list_each (link, &builder->row_links) {
        const struct section *section = map_get(by_slug, link->slug, strlen(link->slug));
        for (size_t i = link->first; section && i < link->first + link->n; i++)
            builder->identities.at[i].section = (uint32_t)(section - builder->sections.at);
    }
    map_free(by_slug);
}

static void table_read(struct match_builder *builder, const struct block *block)
{
    for (size_t i = 0; i < block->n_columns; i++)
        prose_read(builder, &block->columns[i]);
    list_each (row, &block->rows) {
        size_t first = builder->identities.n;
        for (size_t i = 0; i < row->n_cells; i++) {
            const struct prose *cell = &row->cells[i];
            body_read(builder, cell->text, strlen(cell->text), i == 0 ? WEIGHT_CELL : WEIGHT_BODY);
            identity_add(builder, cell->text, strlen(cell->text),
                         i == 0 ? IDENTITY_FIRST_CELL : IDENTITY_CELL, row->line);
            spans_read(builder, cell);
        }
        row_link(builder, row, first);
    }
}

static void fence_read(struct match_builder *builder, const struct block *block)
{
    int line = block->body_line;
    list_each (source, &block->lines) {
        const char *text = arena_strndup(builder->scratch, source->at, source->n_bytes);
        body_read(builder, text, source->n_bytes, WEIGHT_BODY);
        identifiers_read(builder, NULL, text, IDENTITY_FENCE, line++);
    }
}

static int compare_ids(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Gives the words gathered since the last call to the section being read. */
static void body_close(struct match_builder *builder)
{
    struct section *section = &builder->sections.at[builder->section];
    if (builder->body.n > 0)
        qsort(builder->body.at, builder->body.n, sizeof *builder->body.at, compare_ids);
    size_t n = 0;
    for (size_t i = 0; i < builder->body.n; i++)
        if (i == 0 || builder->body.at[i] != builder->body.at[i - 1])
            builder->body.at[n++] = builder->body.at[i];
    section->body = arena_alloc(builder->arena, n * sizeof *section->body + 1);
    if (n > 0)
        memcpy(section->body, builder->body.at, n * sizeof *section->body);
    section->n_body = n;
    builder->body.n = 0;
}

static const struct procedure *procedure_at(const struct match_builder *builder, int line)
{
    return line >= 0 && line <= builder->n_lines ? builder->procedure_of_line[line] : NULL;
}

static void procedures_note(struct match_builder *builder, const struct runbook *runbook)
{
    builder->n_lines = runbook->n_lines;
    builder->procedure_of_line =
        arena_alloc(builder->scratch, ((size_t)runbook->n_lines + 1) * sizeof(struct procedure *));
    list_each (procedure, &runbook->procedures)
        if (procedure->line >= 0 && procedure->line <= runbook->n_lines)
            builder->procedure_of_line[procedure->line] = procedure;
}

static void heading_identities(struct match_builder *builder, const struct block *block, const char *title)
{
    const char *label, *rest = title;
    identity_add(builder, title, strlen(title), IDENTITY_HEADING, block->line);
    if (text_label(builder->scratch, title, &label, &rest))
        identity_add(builder, rest, strlen(rest), IDENTITY_HEADING, block->line);
    list_each (span, &block->prose.spans)
        if (span->kind == SPAN_CODE)
            identity_add(builder, block->prose.text + span->at, span->n_bytes, IDENTITY_IN_HEADING,
                         block->line);
    identifiers_read(builder, NULL, title, IDENTITY_IN_HEADING, block->line);
}

/* sections_of_blocks maps a heading's block to its section; the page for a block before the first heading. */
static void heading_read(struct match_builder *builder, const struct block *blocks, size_t i,
                         size_t *section_of_block, int title_line)
{
    const struct block *block = &blocks[i];
    const char *title = block_title(builder->arena, block);
    body_close(builder);
    size_t parent = block->heading == NO_BLOCK ? 0 : section_of_block[block->heading];
    struct section *whole = &builder->sections.at[0];
    /* The title is the page's own heading, or repeats what the front matter says: no second candidate. */
    if (block->line == title_line || (block->level == 1 && strcmp(title, whole->heading) == 0)) {
        builder->section = 0;
        if (!whole->procedure)
            whole->procedure = procedure_at(builder, block->line);
    } else {
        struct section *section = list_push(builder->arena, &builder->sections);
        builder->section = builder->sections.n - 1;
        *section = (struct section){.page = builder->page,
                                    .heading = title,
                                    .line = block->line,
                                    .parent = parent,
                                    .procedure = procedure_at(builder, block->line)};
        section->line_end = blocks[block->end - 1].line_end;
        section->name = name_read(builder, title, WEIGHT_HEADING);
    }
    section_of_block[i] = builder->section;
    heading_identities(builder, block, title);
}

static void blocks_read(struct match_builder *builder, const struct runbook *runbook)
{
    const struct document *document = runbook->document;
    size_t n = document->blocks.n;
    size_t *section_of_block = arena_alloc(builder->scratch, (n + 1) * sizeof *section_of_block);
    for (size_t i = 0; i < n; i++) {
        const struct block *block = &document->blocks.at[i];
        switch (block->kind) {
        case BLOCK_HEADING:
            heading_read(builder, document->blocks.at, i, section_of_block, runbook->title_line);
            break;
        case BLOCK_PARAGRAPH:
        case BLOCK_ITEM:
        case BLOCK_HTML:
            prose_read(builder, &block->prose);
            break;
        case BLOCK_TABLE:
            table_read(builder, block);
            break;
        case BLOCK_FENCE:
            fence_read(builder, block);
            break;
        case BLOCK_RULE:
            break;
        }
    }
    row_links_resolve(builder, document, section_of_block);
    body_close(builder);
}

/* For each line the innermost heading's section: 0 is the page. Headings nest at most six deep. */
static uint32_t *sections_of_lines(const struct match_builder *builder)
{
    uint32_t *of_line = arena_alloc(builder->scratch, ((size_t)builder->n_lines + 1) * sizeof *of_line);
    for (size_t i = 1; i < builder->sections.n; i++) {
        const struct section *section = &builder->sections.at[i];
        for (int line = section->line; line <= section->line_end && line <= builder->n_lines; line++)
            of_line[line] = (uint32_t)i;
    }
    return of_line;
}

static void conditions_read(struct match_builder *builder, const struct procedure *procedure)
{
    list_each (symptom, &procedure->symptoms)
        if (symptom->text)
            body_read(builder, symptom->text, strlen(symptom->text), WEIGHT_BODY);
    list_each (trigger, &procedure->triggers)
        if (trigger->text)
            body_read(builder, trigger->text, strlen(trigger->text), WEIGHT_BODY);
}

/* Procedures that begin at a label, a list item or a symptom, not at a heading. */
static void procedures_read(struct match_builder *builder, const struct runbook *runbook)
{
    const uint32_t *of_line = sections_of_lines(builder);
    list_each (procedure, &runbook->procedures) {
        if (procedure_at(builder, procedure->line) != procedure || procedure->line == runbook->title_line)
            continue;
        uint32_t parent = of_line[procedure->line];
        if (builder->sections.at[parent].line == procedure->line)
            continue;
        struct section *section = list_push(builder->arena, &builder->sections);
        *section = (struct section){.page = builder->page,
                                    .heading = procedure->title,
                                    .line = procedure->line,
                                    .line_end = procedure->line_end,
                                    .parent = parent,
                                    .procedure = procedure};
        builder->section = builder->sections.n - 1;
        section->name = name_read(builder, procedure->title, WEIGHT_HEADING);
        if (procedure->title)
            identity_add(builder, procedure->title, strlen(procedure->title), IDENTITY_HEADING,
                         procedure->line);
        conditions_read(builder, procedure);
        body_close(builder);
    }
}

const char *match_file_stem(struct arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *start = slash ? slash + 1 : file;
    return arena_strndup(arena, start, strcspn(start, "."));
}

/* "003-service-down" -> "service-down" */
static const char *without_order(const char *stem)
{
    size_t n = strspn(stem, "0123456789");
    return n > 0 && (stem[n] == '-' || stem[n] == '_') && stem[n + 1] ? stem + n + 1 : stem;
}

static void front_matter_read(struct match_builder *builder, const struct document *document)
{
    list_each (entry, &document->front_matter) {
        if (!entry->value)
            continue;
        identity_add(builder, entry->value, strlen(entry->value), IDENTITY_FRONT_MATTER, entry->line);
        body_read(builder, entry->value, strlen(entry->value), WEIGHT_MATTER);
    }
}

void match_page_read(struct match_builder *builder, const struct runbook *runbook)
{
    struct page *page = &builder->index->pages[builder->page];
    const char *stem = match_file_stem(builder->arena, runbook->file);
    const char *ordered = without_order(stem);
    size_t n_folder = strlen(runbook->file) -
                      strlen(strrchr(runbook->file, '/') ? strrchr(runbook->file, '/') : runbook->file);
    page->runbook = runbook;
    memset(&builder->sections, 0, sizeof builder->sections);
    memset(&builder->body, 0, sizeof builder->body);
    memset(&builder->row_links, 0, sizeof builder->row_links);
    builder->section = 0;
    struct section *whole = list_push(builder->arena, &builder->sections);
    procedures_note(builder, runbook);
    *whole = (struct section){.page = builder->page,
                              .heading = runbook->title ? runbook->title : stem,
                              .line = runbook->title_line > 0 ? runbook->title_line : 1,
                              .line_end = runbook->n_lines};
    whole->procedure = procedure_at(builder, whole->line);
    whole->name = name_read(builder, runbook->title, WEIGHT_TITLE);
    page->file = name_read(builder, ordered, WEIGHT_FILE);
    page->folder =
        name_read(builder, arena_strndup(builder->scratch, runbook->file, n_folder), WEIGHT_FOLDER);
    identity_add(builder, stem, strlen(stem), IDENTITY_FILE, 1);
    if (ordered != stem)
        identity_add(builder, ordered, strlen(ordered), IDENTITY_FILE, 1);
    if (runbook->document) {
        front_matter_read(builder, runbook->document);
        blocks_read(builder, runbook);
    }
    procedures_read(builder, runbook);
    page->sections = builder->sections.at;
    page->n_sections = builder->sections.n;
}
