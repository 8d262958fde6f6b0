/* What the readers of severity definitions share. */
#pragma once

#include "runbook/heading_words.h"
#include "runbook/runbook.h"

/* A level of that name: "SEV-1 (Critical)", "Critical (P0) - Immediate response", "P1 - High", and without a
 * number "High" when words_too is set. Fills id, label, decoration, description and leaves times UNSTATED.
 * False when the text names no level. */
bool level_named(struct arena *arena, const char *text, bool words_too, struct severity *ret_level);

/* The number in the level's id, or -1. */
int level_number(const struct severity *level);

/* 1 (critical) to 5 (informational) by the level's words, or 0. */
int level_word_rank(const char *text);

/* Takes "< 4 hours (during business hours)" and the like as the field of that group (WORDS_RESPONSE_TIME ..
 * WORDS_LEVEL_DESCRIPTION); split: the text is a comma list of one line. */
void level_take(struct arena *arena, struct severity *level, enum words group, const char *text, int line,
                bool split);
