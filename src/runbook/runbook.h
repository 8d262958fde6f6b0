/* What a Markdown runbook says, as plain values.
 *
 * runbook_read() turns the bytes of one document into a struct runbook; nothing is guessed in silence: what
 * the document does not state is NULL, UNSTATED or an empty list, and what was concluded rather than read is
 * marked
 * (`*_basis` "stated" or "inferred"). Every item carries its line (1-based). Texts are normalised as
 * no-break spaces to blanks, Markdown marks removed, runs of blanks collapsed; command texts are exact.
 * All memory belongs to the arena. Pure: no files, clocks or threads. Linear in the size of the input, for
 * any bytes at all: what is not UTF-8 is refused by the caller (library.h) with a message, never here with a
 * crash.
 *
 * The lists follow the fields of the JSON that `crashcart read --json` prints (runbook/print_json.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "runbook/risk.h"
#include "runbook/rungs.h"

#define UNSTATED INT64_MIN /* a number the document does not give */

struct document; /* runbook/document.h: the block model that the readers of this room share */

struct stated { /* a text and where it stands */
    const char *text;
    int line;
};

/* "> 200 ms": op is > >= < <= == class matches, or without a number: down failing high degraded exhausted
 * spike increase decrease drop present missing anomalous. Ranges have value/op and value_hi/op_hi. */
struct condition {
    const char *metric; /* canonical name; NULL: there is no condition */
    const char *words;
    const char *op;
    bool has_value, has_value_hi;
    double value, value_hi;
    const char *unit, *op_hi, *aggregate, *scope;
    int64_t window_s;
};

struct criterion {
    const char *text;
    struct condition condition;
    int line;
    /* What alerts are held against, cut once for all of them; NULL: not cut, or no threshold. */
    const struct alert_words *words;
    const struct thresholds *thresholds;
};

struct severity {
    const char *id; /* as written: S0, SEV-1, P0 */
    int rank;       /* 1 is the most severe */
    const char *label, *decoration, *source, *description;
    int64_t response_time_s; /* UNSTATED when not given, as all times here */
    const char *response_op, *response_text, *response_note;
    int64_t resolution_target_s;
    const char *escalation_text, *escalate_condition;
    int64_t escalate_after_s; /* 0: at once */
    int escalation_line;      /* where escalation_text stands */
    struct strings escalate_to;
    struct rungs rungs; /* all that are called, when they are more than escalate_to after escalate_after_s */
    LIST(struct criterion) examples;
    LIST(struct criterion) criteria;
    int line, line_end;
};

#include "runbook/parts.h" /* templates, cadences, deadlines, roles, contacts and the rest of a runbook's lists */
#include "runbook/steps.h"

struct runbook {
    const char *file;  /* as given by the caller, for messages */
    char sha256[65];   /* of its bytes, as library_new() has it from the folder; "" for runbook_read() */
    const char *bytes; /* as they were given */
    size_t n_bytes;
    int n_lines;
    const char *title;
    int title_line;
    const char *system_name; /* the system the document speaks of, or NULL */
    LIST(struct severity) severities;
    LIST(struct procedure) procedures;
    struct runbook_parts parts;
    const struct document *document; /* for lint and for showing the text beside a step */
};

/* bytes must stay as long as the arena. file is kept as given. Never fails. */
struct runbook *runbook_read(struct arena *arena, const char *file, const char *bytes, size_t n_bytes);

/* The severity of that id (case and punctuation do not matter: "sev1" is SEV-1), or NULL. */
const struct severity *runbook_severity(const struct runbook *runbook, const char *id);
