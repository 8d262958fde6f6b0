/* What the parts of a report share: the report being written, its facts, its topics and its shape. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/json.h"
#include "review/markdown.h"
#include "review/report.h"

/* What a heading may ask for and the ledger, or the runbook, may know. Each is told once a report. */
enum topic {
    TOPIC_NONE,
    TOPIC_SUMMARY,
    TOPIC_IMPACT,
    TOPIC_SEVERITY,
    TOPIC_DETECTION,
    TOPIC_TIMELINE,
    TOPIC_ROOT_CAUSE,
    TOPIC_RESOLUTION,
    TOPIC_COMMUNICATION,
    TOPIC_METRICS,
    TOPIC_RESPONDERS,
    TOPIC_LESSONS,
    TOPIC_ACTION_ITEMS,
    TOPIC_FOLLOW_UP,
    TOPIC_COMMANDS,
    TOPIC_PAGES,
    TOPIC_DELAYS,
    N_TOPICS
};

struct report {
    const struct report_input *input;
    const struct runbook *runbook;     /* NULL: not found any more */
    const struct procedure *procedure; /* NULL: none, or the document has changed since */
    struct arena *arena;
    struct json_document *json;
    struct buf *out;
    bool told[N_TOPICS];
    const char
        *action_head; /* of the template's own table of action items, "| # | Action | Owner |"; or NULL */
    bool tight;       /* the last block is a list that the next item may join */
};

/* ---- blocks (report_block.c) ---- */

/* Begins a block after one blank line. */
void block_begin(struct report *report);
/* Begins an item ("- ...") or another line that joins the ones before it. */
void item_begin(struct report *report);
void heading_write(struct report *report, int level, const char *markdown);
/* "_To be filled in: PROMPT._" as a block, or as an item when bullet is given ("- "). */
void blank_write(struct report *report, const char *bullet, const char *prompt, size_t n_bytes);
void table_write(struct report *report, const struct markdown_table *table);

/* ---- texts (report_text.c) ---- */

static inline bool has_text(const char *text)
{
    return text && *text;
}
/* "2026-03-01 09:00:12" (UTC). */
const char *moment_text(struct arena *arena, int64_t us);
/* For people; the time between two moments, 0 when the second is before the first. */
const char *span_text(struct arena *arena, int64_t from_us, int64_t to_us);
/* "person:ana" -> "ana", "source:probe" -> "probe", "system" -> "Crashcart". */
const char *who_text(struct arena *arena, const char *actor);
/* A sentence of the ledger, without "person:" in front of names. */
const char *people_text(struct arena *arena, const char *sentence);
/* "checkout.md:12"; "" without a file. */
const char *place_in(struct arena *arena, const char *file, int line);

/* ---- facts (report_fact.c) ---- */

/* Appends the fact of that name (the words of [report_fact] in policy/parts.words) as Markdown; nothing when
 * it is not known, or not yet. */
void fact_write(const struct report *report, const char *name, struct buf *out);
/* The table at the top. */
void facts_write(struct report *report);
/* "ana, ben": the people who acted, in the order of their first act; "" when nobody did. */
const char *responders_text(const struct report *report);

/* ---- topics (report_topic.c, report_timeline.c, report_commands.c, report_pages.c,
 * report_delay.c) ---- */

enum topic topic_of_heading(const char *heading);
struct topic_words {
    const char *heading; /* in the default shape */
    const char *prompt;  /* what only people can fill; NULL: nothing */
    const char *always;  /* a word that its heading holds in every report; else a heading below brings it */
    bool whole;          /* the ledger tells all of it: the template's prompts go */
    bool below;          /* told below the template's own lines */
    bool unless_fields;  /* not told when the template has fields that ask for the same */
    void (*tell)(struct report *report); /* NULL: the ledger knows nothing of it */
};
const struct topic_words *topic_words(enum topic topic);
void topic_tell(struct report *report, enum topic topic); /* once; nothing the second time */

/* What people found of it, unless the section's own lines say it. */
void impact_tell_found(struct report *report, const char *own);
/* Whether anything but the review is on record as to be done. */
bool actions_known(const struct report *report);
void timeline_tell(struct report *report);
void commands_tell(struct report *report);
void pages_tell(struct report *report);
void delays_tell(struct report *report);

/* Its own word for how a step ended: "exit 2", "timed out". */
void step_result_write(const struct run_step *step, struct buf *out);
/* The text of a note, or what somebody said with an act; "" without one. Good until the next call. */
const char *event_text(const struct report *report, const struct event_row *event);
/* What somebody put on record of that topic ("cause") and has not taken back; "" when nobody did. */
const char *finding_text(const struct report *report, const char *topic);

/* ---- fields of a template (report_field.c) ---- */

struct field {
    size_t n_before; /* "- **Duration:**" */
    bool bold;
    const char *rest;
    size_t n_rest;
    const char *label;
};

/* The bytes of "- ", "* ", "1. " and the blanks before it; 0: no item. */
size_t line_bullet(const char *line, size_t n);
/* What closes a place that opens with c: ']' for '['; 0 for anything else. */
char place_closing(char c);
/* Whether nothing is stated yet: "", "[Time]", "<who>", "____", "YYYY-MM-DD HH:MM UTC", "X%". */
bool is_to_fill(const char *text, size_t n);
bool field_of(struct report *report, const char *line, size_t n, struct field *ret_field);
/* Appends the fact that a label asks for, as Markdown; false when it is not known or the template states its
 * own. */
bool field_fill(const struct report *report, const char *label, const char *rest, size_t n_rest,
                struct buf *ret_value);

/* ---- shape (report_shape.c) and the template's own lines (report_body.c) ---- */

struct section {
    int level;           /* of its heading; 0: what stands before the first one */
    const char *heading; /* Markdown of one line */
    enum topic topic;
    const char *body; /* the template's own lines, or NULL */
    size_t n_body;
    bool parent; /* a deeper heading follows */
};
struct shape {
    LIST(struct section) sections;
    int level; /* of its sections */
};
/* From the runbook's report template, else from the sections it names, else the default. */
struct shape shape_of(const struct report *report);

void section_write(struct report *report, const struct section *section);
