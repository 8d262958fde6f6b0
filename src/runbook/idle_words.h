/* Whether a text says that nothing has happened yet (policy/idle.words): "not answered within 10 minutes",
 * "if the pump is not back", "no progress". Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One of the words begins within the first n_bytes. */
bool idle_says_within(const char *text, size_t n_bytes);

bool idle_says(const char *text);

/* It names what is waited for: an answer, progress, the end. */
bool idle_waits_for(const char *text);

/* The condition holds as long as nobody does anything: "if not resolved", "after 30 minutes", "not back in 10
 * minutes"; any other is for people to judge ("if data is lost"). NULL holds. */
bool idle_holds(const char *condition);

/* It holds although somebody has taken the incident, until its end: "if not restored within 20 minutes". */
bool idle_outlasts_answer(const char *condition);
