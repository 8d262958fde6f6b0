/* What the readers of procedures share.
 *
 * procedure.c decides which headings, labels and list items open a procedure; procedure_content.c reads the
 * blocks under them into a procedure_writer; step.c makes steps of items, fences and sentences. A phase is
 * opened by its first step, so that a heading without steps leaves none. */
#pragma once

#include "runbook/document.h"
#include "runbook/heading_words.h"
#include "runbook/runbook.h"

struct procedure_writer {
    struct arena *arena;
    const struct document *document;
    struct procedure *procedure;
    bool looks; /* only for whether there is a step, and for the severity */

    struct phase next; /* opens with the next step when next_open is set */
    bool next_open;
    bool staged;   /* the heading or label above says what its steps are for */
    bool suspects; /* ... and its list names what may be wrong */

    size_t list_first;  /* the list last asked about (its first item + 1), and what was found: */
    bool list_counts;   /* its items are steps */
    bool list_runs;     /* they hold fences with commands */
    int n_plain_labels; /* labels that name more than a stage */
};

/* ---- procedure_phase.c ---- */

/* The next step opens a phase of that name; title is as written, with its budget: "Look (< 5 minutes)". */
void phase_announce(struct procedure_writer *writer, const char *title, enum stage stage, int line);

/* The phase that takes the next step. Good until the next call. */
struct phase *phase_for_step(struct procedure_writer *writer, int line);

/* The stage that a heading's or label's words say; STAGE_OTHER for none. */
enum stage stage_of(enum words group);

/* "Look (< 5 minutes)" -> "Look": without a bracket that holds a time or a comparison; of "(> 1 s for
 * Gateway)" the subject stays: "(Gateway)". */
const char *title_without_limits(struct arena *arena, const char *title);

/* The time in a bracket (or after "within") of a title. */
bool title_budget(struct arena *arena, const char *title, int64_t *ret_s, int64_t *ret_min_s,
                  const char **ret_op);

/* ---- step.c ---- */

void steps_from_item(struct procedure_writer *writer, size_t item);
/* intro: the sentence above the fence, or NULL. */
void steps_from_fence(struct procedure_writer *writer, size_t fence, const char *intro);
/* The sentences of a stretch of prose that tell to do something; true when there was one. */
bool steps_from_sentences(struct procedure_writer *writer, const struct prose *prose, size_t from,
                          const char *text);
/* A command in a paragraph of its own ("> systemctl restart x", `kubectl get pods`) behind the step whose
 * text is above and ends in a colon; false: it is none. */
bool steps_from_command(struct procedure_writer *writer, const struct block *block, const char *above);

/* What all steps go through: begun, given the commands of a text (cell: of a column of commands), classed. */
struct step step_start(struct procedure_writer *writer, const char *marker, const char *text, int line);
void step_take_commands(struct procedure_writer *writer, struct step *step, const struct prose *prose,
                        bool cell);
void step_classify(struct procedure_writer *writer, struct step *step);

void step_add_command(struct procedure_writer *writer, struct step *step, const struct command *command);

/* ---- step_table.c ---- */

/* "| What you see | Likely cause | What to do |". */
struct symptom_columns {
    size_t symptom, cause, action; /* cause: n_columns when there is none */
};
bool table_of_symptoms(struct arena *arena, const struct block *table, struct symptom_columns *ret_columns);

/* Takes the symptom and the cause of a row. */
void symptom_of_row(struct procedure_writer *writer, const struct block *table, const struct table_row *row,
                    const struct symptom_columns *columns);

/* What a cell tells to do, a step a sentence. */
void steps_of_row(struct procedure_writer *writer, const struct prose *cell);

/* "| Step | Action | Who |": a step a row. Nothing for tables of other things. */
void steps_from_table(struct procedure_writer *writer, const struct block *table);
/* "scale up, look at logs": a step each, numbered. */
void steps_from_words(struct procedure_writer *writer, const char *text, int line);
/* Whether the sentence tells to do something: a verb first, or after one leading clause. */
bool sentence_is_order(const char *sentence);

/* ---- procedure_list.c ---- */

/* Whether the items of the list are steps / hold fences with commands. */
bool list_is_steps(struct procedure_writer *writer, size_t item);
/* Whether a paragraph is a short line without an end, right above a list of steps: "Do this now". */
bool line_heads_steps(struct procedure_writer *writer, size_t paragraph, size_t next);
/* "§ 12(a) duty to report", "GDPR Art. 33": what obliges, and nothing to do. */
bool item_cites_clause(const struct document *document, size_t item);
bool list_has_commands(struct procedure_writer *writer, size_t item);
/* "Rotating keys", "How to log in", "If search is slow": its list is what to do, however it is worded. */
bool title_is_order(const struct document *document, size_t heading);

/* ---- procedure_content.c ---- */

enum cut_kind { CUT_SYMPTOM, CUT_TROUBLE, CUT_ITEM };

struct cut { /* where a procedure of its own opens among the blocks under a heading */
    enum cut_kind kind;
    size_t block;
    const char *title;
    int line;
};
struct cuts {
    struct cut *at;
    size_t n;
    size_t capacity;
};
void content_cuts(struct arena *arena, const struct document *document, size_t first, size_t end,
                  struct cuts *ret_cuts);

/* Reads blocks first..end-1 below a heading or label of that group into the procedure. */
void content_read(struct procedure_writer *writer, size_t first, size_t end, enum words group);

/* A list item with labelled parts ("Likely causes: ...", "Immediate actions: ..."). */
void content_read_item(struct procedure_writer *writer, size_t item);

/* Whether steps were asked for and one was found, or all are wanted. */
static inline bool wants_steps(const struct procedure_writer *writer)
{
    return !writer->looks || writer->procedure->phases.n == 0;
}

/* Whether the block is a heading that opens a section (not one inside of a list or a quote). */
static inline bool is_section(const struct block *block)
{
    return block->kind == BLOCK_HEADING && block->item == NO_BLOCK && !block->quoted;
}

static inline bool is_stage_group(enum words group)
{
    return group >= WORDS_IMMEDIATE && group <= WORDS_REFERENCE;
}
