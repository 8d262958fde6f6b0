/* What was understood of a runbook, for programs and for people. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"
#include "runbook/lint.h"
#include "runbook/policy_plan.h"
#include "runbook/runbook.h"

/* One JSON object; its fields are those of the documentation of `crashcart read --json`: every list of struct
 * runbook under its own name, items with their lines, numbers of seconds in keys that end in _s, null for
 * what the document does not state. defects: what lint_runbook() found, or NULL to leave them out. */
void runbook_print_json(const struct runbook *runbook, const struct defect_list *defects,
                        struct json_writer *w);

/* At most 80 columns where the words allow: title, levels with their times, procedures with their phases,
 * steps and commands (class, line), and how many of the other things were found. colour: escape sequences for
 * a terminal. */
void runbook_print_text(const struct runbook *runbook, bool colour, struct buf *out);

/* One level's plan: every entry with its time, its line and its basis. */
void plan_print_text(const struct runbook *runbook, const struct plan *plan, bool colour, struct buf *out);
void plan_print_json(const struct runbook *runbook, const struct plan *plan, struct json_writer *w);

struct document;

/* {"front_matter": [...], "blocks": [...]}: the document itself, for who draws it. */
void document_print_json(const struct document *document, struct json_writer *w);
