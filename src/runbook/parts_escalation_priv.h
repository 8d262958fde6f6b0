/* What the readers of escalations share. */
#pragma once

#include "runbook/parts_priv.h"

enum { RULE_BYTES = 300 };

struct escalation *escalation_add(struct parts_reading *reading, const char *kind, int line, int line_end);

/* Whether an escalation of the last ones stands in that line. */
bool escalation_has_line(const struct parts_reading *reading, int line);

/* The first fact of that line or a later one. */
size_t escalation_fact_from(const struct parts_reading *reading, int line);

/* A rule of a rung of a ladder, for no level yet. */
struct escalation *escalation_add_rung(struct parts_reading *reading, const struct rung *rung);

/* Makes it a rule of a procedure's own trouble; of the level, where the procedure is the level's: "P1
 * response". waits: it calls when its time is over. */
void escalation_set_procedure(struct parts_reading *reading, struct escalation *rule,
                              const struct procedure *procedure, bool waits);

/* "if nobody answers", "after 20 minutes": from that word on; NULL when there is none. */
const char *escalation_condition(struct arena *arena, const char *text);

/* How long to wait: "within 30 minutes", "immediately"; not the "2s" of "latency > 2s". */
bool escalation_wait_stated(const char *text, struct duration_words *ret_after);

/* The same in the column of a row that says after how long. */
bool escalation_wait_in_row(const struct block *table, const struct table_row *row,
                            struct duration_words *ret_after);

/* ---- parts_escalation_text.c ---- */

/* The sentences that call when a time is over, of every line that has no escalation yet and is not taken. */
void escalation_read_all_sentences(struct parts_reading *reading, bool *taken);

/* The levels that the item around a block, its heading or the label before its list names. */
void escalation_levels_around(const struct parts_reading *reading, size_t block, struct strings *ret_ids);

/* A sentence that calls somebody after a time, wherever it stands: "If the pump stands still for 20 minutes,
 * call the pump lead". taken: by line, whether an escalation stands there. */
void escalation_read_sentences(struct parts_reading *reading, const struct fact *fact, bool *taken);

/* How long a sentence waits before it calls: "after 20 minutes", "not answered within 5 minutes"; not "page
 * the lead within 5 minutes", which is a deadline. */
bool escalation_wait(const char *sentence, struct duration_words *ret_after);

/* "call the queue owner": the name of the house behind the verb of a sentence that waits, when its last word
 * is one of policy/parts.words. */
void escalation_add_house(struct arena *arena, const char *behind_verb, struct strings *ret_to);

/* "If the lead does not answer within 15 minutes, call the manager": the manager. after: the time. */
void escalation_add_called(struct arena *arena, const char *sentence, const struct duration_words *after,
                           struct strings *ret_to);

/* "| Escalate after | 15 minutes |" beside "| Escalate to | pump lead |". */
void escalation_read_card(struct parts_reading *reading, const struct fact *row, bool *taken);

/* "5 min, if not acknowledged - notify the backup": an item below a word of escalation that begins with a
 * time. */
void escalation_read_timed(struct parts_reading *reading, const struct fact *fact, bool *taken);

/* "T+15m: page the pump lead" below a level or a word of escalation; false: it is none. The first only asks.
 */
bool escalation_is_moment(struct parts_reading *reading, const struct fact *fact);
bool escalation_read_moment(struct parts_reading *reading, const struct fact *fact);

/* ---- parts_escalation_arrows.c ---- */

/* "lead -> manager (after 15 min) -> CTO": a chain, and a rule for who waits; false: it is none. about:
 * stands where people are called, so that they may have names of the house. */
bool escalation_read_arrows(struct parts_reading *reading, const struct fact *fact, bool about);

/* ---- parts_escalation_calls.c ---- */

/* Whether a block stands where people are called: below such a heading, label or item. */
bool escalation_about_calling(const struct parts_reading *reading, size_t block);

/* Ladders of calls in lists, lines and sentences. taken: by line. */
void escalation_read_calls(struct parts_reading *reading, bool *taken);

/* ---- parts_escalation_rows.c ---- */

/* A ladder in a table. about: it stands where people are called; else its columns have to say that. */
void escalation_read_rows(struct parts_reading *reading, size_t table, bool about, bool *taken);

/* ---- parts_escalation_settings.c ---- */

/* A fence of settings; false: it holds no ladder. */
bool escalation_read_settings(struct parts_reading *reading, size_t fence, bool *taken);

/* ---- parts_escalation_team.c ---- */

/* The team of the list that begins with that block; adds none when it lists no team. */
void escalation_read_team(struct parts_reading *reading, size_t first);

/* ---- parts_escalation_table.c ---- */

/* "| Condition | Action |" below "Escalation criteria", and tables with a column about escalation. */
void escalation_read_table(struct parts_reading *reading, size_t table);

/* ---- parts_escalation_since.c ---- */

/* Whether what stands behind a time says so: " of acknowledgement", " after it was acknowledged". */
bool escalation_from_answer(const char *behind);

/* Finds the rules whose time counts from the acknowledgement: "not fixed within 20 minutes of
 * acknowledgement". */
void escalation_read_since(struct parts_reading *reading);

/* ---- parts_escalation_step.c ---- */

void escalation_read_steps(struct parts_reading *reading);
