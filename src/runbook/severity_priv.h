/* What the readers of severity definitions share. */
#pragma once

#include "runbook/document.h"
#include "runbook/heading_words.h"
#include "runbook/runbook.h"

/* A level of that name: "SEV-1 (Critical)", "Critical (P0) - Immediate response", "P1 - High", and without a
 * number "High" when words_too is set. Fills id, label, decoration, description and leaves times UNSTATED.
 * False when the text names no level. */
bool level_named(struct arena *arena, const char *text, bool words_too, struct severity *ret_level);

/* A level named by a word and nothing else: "Critical", "WARNING alerts". */
bool level_named_plainly(struct arena *arena, const char *text, struct severity *ret_level);

/* A level as a column or its cell names it: besides level_named() "Class A", "Category 2", and a mark alone
 * below a column that says what it is ("Severity": 1). column may be NULL. */
bool level_of_cell(struct arena *arena, const char *column, const char *cell, struct severity *ret_level);

/* A name of the house's own ("Rot", "Page"): for tables that say by their columns that they define levels. */
bool level_of_house(struct arena *arena, const char *text, struct severity *ret_level);

/* "Level A", "Class 2". */
bool level_by_letter(struct arena *arena, const char *text, struct severity *ret_level);

/* The number in the level's id (of a letter its place), or -1. */
int level_number(const struct severity *level);

/* 1 (critical) to 5 (informational) by the level's words, or 0. */
int level_word_rank(const char *text);

/* Takes "< 4 hours (during business hours)" and the like as the field of that group (WORDS_RESPONSE_TIME ..
 * WORDS_LEVEL_DESCRIPTION); split: the text is a comma list of one line. */
void level_take(struct arena *arena, struct severity *level, enum words group, const char *text, int line,
                bool split);

/* One rule of escalation more; what other rules say stays. after_s: where the text says nothing, or UNSTATED.
 */
void level_take_escalation(struct arena *arena, struct severity *level, const char *text, int64_t after_s,
                           int line);

struct severity_reader {
    struct arena *arena;
    struct runbook *runbook;
    const struct document *document;
    const bool *about; /* by block: severity_about() of a heading */
    size_t
        list_first; /* the list last asked about (its first item + 1), and whether each item names a level */
    bool list_names;
    size_t list_seen;       /* the list last looked at (its first item + 1): */
    const char *list_label; /* the label above it that speaks of severity or response times, or NULL */
    bool list_defines;      /* all of its items define levels */
    size_t levels_under;    /* the heading whose last part was a level, + 1 */
};

/* ---- severity.c ---- */

/* What a label or a column says of a level: WORDS_RESPONSE_TIME .. WORDS_LEVEL_DESCRIPTION, or WORDS_NONE. */
enum words severity_field(const char *label);

/* Whether the heading or one above it speaks of severity. */
bool severity_about(const struct severity_reader *reader, size_t heading);

/* Adds the level unless its id is known. */
void severity_add(struct severity_reader *reader, const struct severity *level);

/* Whether the heading is about who is called, where "Level 2" is a line of support. */
bool severity_of_people(const struct document *document, size_t heading);

/* Takes what a block below the name of a level says of it; list: the field that the list around it fills. */
void severity_take_block(struct severity_reader *reader, struct severity *level, size_t i, enum words *list);

/* The same for a labelled passage; gives the field that a list below it fills. */
enum words severity_take_passage(struct severity_reader *reader, struct severity *level,
                                 const struct passage *passage, enum words list);

/* ---- severity_table.c ---- */

/* A cell that only says that nothing stands in it. */
bool severity_is_dash(const char *cell);

/* Adds the levels that the table defines, if it does; a matrix of times waits for severity_matrix.c. */
void severity_read_table(struct severity_reader *reader, const struct block *table);

/* ---- severity_prose.c ---- */

/* Whether the passage begins with a level of its own. */
bool severity_names_level(struct severity_reader *reader, const struct passage *passage);

/* The level that a passage begins with, and what stands behind its name. */
bool severity_passage_level(struct severity_reader *reader, const struct passage *passage,
                            struct severity *ret_level, const char **ret_rest);

/* Where the name at the start of a text without marks ends: "P1 - all down", "Sev 2: slow"; 0: there is no
 * end. */
size_t severity_name_bytes(const char *text, size_t *ret_rest);

/* Takes what stands behind a level's name. title: of the heading or the label above; lead: the level's name
 * when it stands in marks, or NULL. */
void severity_take_text(struct severity_reader *reader, struct severity *level, const char *title,
                        const char *lead, const char *rest, int line);

/* "P0/P1: ..." speaks of both: adds the others, too. */
void severity_add_also(struct severity_reader *reader, const struct passage *passage,
                       const struct severity *level);

/* ---- severity_lines.c ---- */

/* Adds the levels of a paragraph whose every line defines one; false: they do not. */
bool severity_read_lines(struct severity_reader *reader, const struct block *block);

/* Adds the levels of a list whose items go by names of the house ("**Red**: all down, answer at once");
 * false: they are none. */
bool severity_read_house_list(struct severity_reader *reader, size_t first);

void severity_read_item(struct severity_reader *reader, size_t item);
void severity_read_paragraph(struct severity_reader *reader, size_t paragraph);

/* "acknowledged within 10 minutes and resolved within 4 hours": the times that the level lacks. */
void severity_take_times(struct severity_reader *reader, struct severity *level, const char *text, int line);

/* The level that a passage begins with, and what it says of it ("" when nothing); false: it names none. */
bool severity_level_of(struct severity_reader *reader, const struct passage *passage,
                       struct severity *ret_level, const char **ret_rest);

/* What stands behind a level's name: a description, and the times in it. */
void severity_take_rest(struct severity_reader *reader, struct severity *level, const char *rest, int line);

/* ---- severity_rank.c ---- */

/* Gives all levels their ranks; those that are only used are sorted by them. */
void severities_rank(struct runbook *runbook);

/* ---- severity_fence.c ---- */

/* Takes what the comments of a fence say of a level; whether they say when people answer. Nothing of a fence
 * with more than comments. */
bool severity_take_comments(struct severity_reader *reader, struct severity *level,
                            const struct block *fence);

/* The levels that the comments of a fence define. */
void severity_read_comments(struct severity_reader *reader, const struct block *fence);

/* ---- severity_matrix.c ---- */

/* Whether the table says who of each level is called after which time. */
bool severity_is_matrix(struct severity_reader *reader, const struct block *table);
void severity_read_matrices(struct severity_reader *reader);

/* ---- severity_stated.c ---- */

/* What tables and titles state of procedures that state nothing themselves. */
void severity_read_stated(struct severity_reader *reader);

/* Gives procedures the id of the level that they mean: "Severity 2" is "Sev 2", "High" is "P2 (High)". */
void severity_resolve_stated(struct severity_reader *reader);

/* ---- severity_scheme.c ---- */

/* Levels of a document that defines none elsewhere: headings or lines of a fence that give a number and its
 * word ("Critical (P0)"). */
void severity_read_scheme(struct severity_reader *reader);

/* The levels that items and sentences name ("page at once for Sev1"), when there are two or more. */
void severity_read_names(struct severity_reader *reader);

/* "2 min for P0, 5 min for P1" where it is said how soon people answer. */
void severity_read_shares(struct severity_reader *reader);
