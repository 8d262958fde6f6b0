/* What came of a drill, and how it reads. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "drill/plan.h"

struct drill_result {
    const struct drill_plan *plan;
    bool passed;
    const char *why;  /* it failed; NULL: it passed */
    const char *when; /* at which stage; NULL */
    int64_t begun_us, injected_us, detected_us, paged_us, diagnosed_us, mitigated_us, verified_us, ended_us;
    int64_t incident; /* 0: none was opened */
    const char *procedure, *severity;
    struct strings failed_steps; /* "line 93: docker ...: exit 1" */
    struct strings by_hand;      /* what the responder did without a command */
    const char *log;             /* the end of what ward, server and setup printed; NULL */
    const char *patch;           /* for the runbook: it was tested (drill/tested.h); NULL */
    const char *report;          /* the post-incident report, Markdown; NULL */
};

/* 0 to 100: 15 for each of detected, paged, diagnosed, mitigated, verified; 10 when no step failed, 10 when
 * the runbook lacks nothing, 5 when nothing was done by hand. */
int drill_score(const struct drill_result *result);
/* One document; path: where the report lies, or NULL. */
void drill_result_json(struct buf *out, const struct drill_result *result, const char *path);
/* The Markdown that is kept: the score card, then the post-incident report. */
void drill_result_report(struct buf *out, const struct drill_result *result);
