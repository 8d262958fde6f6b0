/* Between the frame of the report and what fills its sections. */
#pragma once

#include <stdbool.h>

#include "review/report.h"

struct report {
    struct buf *out;
    const struct report_input *input;
    bool has_timeline, has_commands, has_pages, has_actions; /* written already */
};

/* Writes what the ledger knows for a section of that name, and marks what only people know; prompt (may be
 * NULL) is what the runbook's template says there. */
void section_fill(struct report *report, const char *name, const char *prompt);

/* The parts that every report holds, in whatever section. */
void section_timeline(struct report *report, const char *prompt);
void section_commands(struct report *report, const char *prompt);
void section_pages(struct report *report, const char *prompt);
