/* What a change of a runbook changes in what will happen: not in its words. Levels and their clocks, whom to
 * tell, commands and their class, procedures and their symptoms, limits, templates, contacts. Pure; all
 * memory belongs to the arena. */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "base/list.h"
#include "runbook/runbook.h"

struct difference {
    const char *subject;    /* "P1", "procedure \"Disk full\"", "template \"Customer notice\"" */
    const char *text;       /* "response time 30 min -> 15 min" */
    int line_old, line_new; /* 0: not there */
};

struct differences {
    struct difference *at;
    size_t n;
    size_t capacity;
};

/* Adds nothing when both behave alike. In the order of the new document, kind by kind. */
void policy_diff(struct arena *arena, const struct runbook *old, const struct runbook *new,
                 struct differences *ret_differences);

/* A line each, in 80 columns: "P1: response time 30 min -> 15 min (line 12 -> 14)". */
void differences_print_text(const struct differences *differences, struct buf *out);
/* [{"subject", "text", "line_old", "line_new"}] */
void differences_print_json(const struct differences *differences, struct json_writer *w);
