/* The labels of a procedure's passages, and what they mean. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "runbook/document.h"
#include "runbook/heading_words.h"

struct label {
    const char *text, *rest;
    size_t rest_at;
    int line;
    bool alone; /* nothing follows it in its passage */
};

/* The label in front of a passage: a bold lead with a colon or alone, or a plain one of known meaning or
 * alone. */
bool passage_label(struct arena *arena, const struct passage *passage, struct label *ret_label);

/* What a label means; a label that begins with a verb ("Check dashboards:") means only itself. */
enum words label_group(const char *label);

/* "(if patient-facing impact)" behind a label is a condition, no text of its own. */
bool label_is_bracket(const char *text);
