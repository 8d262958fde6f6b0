/* What the readers of a runbook's lists share. A reader is one row of the table in parts.c and one file; it
 * looks at the blocks of the document, or at its facts, and appends to its lists of reading->parts. */
#pragma once

#include "runbook/command.h"
#include "runbook/document.h"
#include "runbook/heading_words.h"
#include "runbook/parts_words.h"
#include "runbook/runbook.h"
#include "runbook/text.h"

enum fact_place {
    FACT_ITEM,  /* the first paragraph of a list item */
    FACT_PROSE, /* a passage of a paragraph */
    FACT_FENCE, /* a line of a fence that is no program text */
    FACT_ROW,   /* a row of a table of two columns, "Owner" | "Ana"; the block is the table */
};

/* A piece of text with its place, cut at the label in front: "**Owner**: Ana" -> "Owner", "Ana". */
struct fact {
    enum fact_place place;
    const char *label; /* NULL without one */
    const char *rest;  /* what follows the label, all of the text without one */
    const char *text;  /* all of it */
    size_t n_bytes;    /* of the text */
    uint64_t words;    /* part_words_in() of all of it */
    size_t block;      /* the block it stands in */
    size_t rest_at;    /* where rest begins in the block's prose.text; fences and rows: 0 */
    int line;
};

/* Whether a phrase of the group may occur in the text, label and rest of a fact. */
static inline bool fact_may_have(const struct fact *fact, enum part_words group)
{
    return part_words_may_occur(fact->words, group);
}

struct facts {
    struct fact *at;
    size_t n;
    size_t capacity;
};

/* What is asked of the title of a heading or an item again and again, for everything below it. */
struct part_title {
    const char *text;
    uint64_t words;   /* part_words_in() of it */
    enum words group; /* words_heading() of it */
};

struct known_label;

struct parts_reading {
    struct arena *arena;
    const struct runbook *runbook;
    const struct document *document;
    struct runbook_parts *parts;
    struct part_title *titles;             /* by block, headings and items, as far as they were asked for */
    struct known_label *labels;            /* by the block that holds it, as far as they were asked for */
    const struct procedure **procedure_at; /* by line: the innermost procedure that holds it, or NULL */
    const struct severity **severity_at;   /* by line: the level whose definition holds it, or NULL */
    int *template_at;                      /* by line: the template that holds it + 1, or 0 */
    struct facts facts; /* in the order of the document; headings and tables are not in it */
    struct facts rows;  /* those of tables */
};

/* ---- parts_place.c: where something stands ---- */

/* The title of the heading that a block stands under ("" without one), cut when it is long; for a heading its
 * own. */
const char *part_heading(const struct parts_reading *reading, size_t block);

/* What part_words_value() and words_heading() say of that title. */
const char *part_heading_value(const struct parts_reading *reading, size_t block, enum part_words group);
enum words part_heading_group(const struct parts_reading *reading, size_t block);

/* The heading above the one that a block stands under, or "", what part_words_value() says of it,
 * and its words_heading(). */
const char *part_heading_above(const struct parts_reading *reading, size_t block);
const char *part_heading_above_value(const struct parts_reading *reading, size_t block,
                                     enum part_words group);
enum words part_heading_above_group(const struct parts_reading *reading, size_t block);

/* A label or an introducing sentence right before the block (for an item: before its list), without colon:
 * "**To all staff** (if urgent):" -> "To all staff", condition "if urgent". NULL when there is none. */
struct part_label {
    const char *text;
    const char *condition; /* or NULL */
    bool sentence;         /* it introduces more than it names */
    int line;
    uint64_t words; /* part_words_in() of it */
};
bool part_label_before(const struct parts_reading *reading, size_t block, struct part_label *ret_label);

/* What part_words_value() says of it. */
static inline const char *part_label_value(const struct part_label *label, enum part_words group)
{
    return part_words_may_occur(label->words, group) ? part_words_value(group, label->text) : NULL;
}

/* Whether a heading above the block, its own label before it, or the item it is in has a phrase of the group.
 */
bool part_under(const struct parts_reading *reading, size_t block, enum part_words group);
bool part_under_heading(const struct parts_reading *reading, size_t block, enum words group);

/* The bold lead of an item, or its first lines without closing colon; cut when it is long. */
const char *part_item_title(const struct parts_reading *reading, size_t item);

/* "immediate" .. "reference" for the words of a title, or "other". */
const char *part_stage(const char *title);

/* A date out of a text as "2026-03-01": ISO, "March 1, 2026", "1 March 2026", "2026/03/01". NULL: none. */
const char *part_date(struct arena *arena, const char *text);

/* The template, procedure or level definition that holds the line, or NULL. */
const struct template *part_template_at(const struct parts_reading *reading, int line);
const struct procedure *part_procedure_at(const struct parts_reading *reading, int line);
const struct severity *part_severity_at(const struct parts_reading *reading, int line);

/* Adds the levels that a text names ("P0/P1") by their ids. */
void part_levels(const struct parts_reading *reading, const char *text, struct strings *ret_ids);

void parts_collect_facts(struct parts_reading *reading);
void parts_index_places(struct parts_reading *reading);
void parts_index_lines(struct parts_reading *reading);

/* ---- The readers, in the order in which they run: a later one may use what an earlier one found. ---- */

void parts_read_metadata(struct parts_reading *reading);
void parts_read_templates(struct parts_reading *reading);
void parts_read_report(struct parts_reading *reading);
void parts_read_checklists(struct parts_reading *reading);
void parts_read_cadences(struct parts_reading *reading);
void parts_read_action_items(struct parts_reading *reading);
void parts_read_deadlines(struct parts_reading *reading);
void parts_read_thresholds(struct parts_reading *reading);
void parts_read_endpoints(struct parts_reading *reading);
void parts_read_contacts(struct parts_reading *reading);
void parts_read_escalations(struct parts_reading *reading);
void parts_read_roles(struct parts_reading *reading);
void parts_read_channels(struct parts_reading *reading);
void parts_read_recovery(struct parts_reading *reading);
void parts_read_maintenance(struct parts_reading *reading);
void parts_read_review(struct parts_reading *reading);

/* ---- parts_field.c ---- */

/* The places to fill in of a template's body. */
void template_read_fields(struct parts_reading *reading, struct template *template);

/* How many such places the lines of a fence hold. */
size_t template_count_fields(const char *body);
