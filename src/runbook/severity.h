/* Severity levels of a document, and the level that a procedure states. */
#pragma once

#include "runbook/document.h"
#include "runbook/runbook.h"

/* Fills runbook->severities from headings, tables and lists that define levels; when there are none, from the
 * levels that procedures state. Ranks them. Procedures are read already. */
void severities_read(struct arena *arena, struct runbook *runbook);

/* Notes a stated severity ("S1 - Service unavailable") in the procedure, unless it has one. */
void severity_state(struct arena *arena, struct procedure *procedure, const char *text, int line);

/* The same by a row of a table of two columns: "| **Severity** | P1 |". */
void severity_state_by_table(struct arena *arena, struct procedure *procedure, const struct block *table);

/* The level in a sentence that states one, from its name on: "This is a P1 incident", "Severity: High"; NULL
 * when it states none. */
const char *severity_stated(struct arena *arena, const char *text);

/* A level's name in the text: "SEV-1", "P0", "S2", "Severity 1", "Sev1" as written; NULL when there is none.
 * ret_number is its number, ret_at where it stands, ret_n_bytes how long it is. */
const char *severity_find(struct arena *arena, const char *text, int *ret_number, size_t *ret_at,
                          size_t *ret_n_bytes);

/* Whether the table defines levels that stand across: a level a column, and a row for each thing said of
 * them.
 */
bool severity_across(struct arena *arena, const struct document *document, const struct block *table);

/* ---- condition.c ---- */

/* The condition that a text states: "High error rate (>10%)", "p95 latency > 200 ms", "1-10%", "service
 * down". metric stays NULL when it states none. */
void condition_read(struct arena *arena, const char *text, struct condition *ret_condition);
