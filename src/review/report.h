/* The post-incident report: Markdown in the shape that the runbook's own report template or report sections
 * ask for, filled from the ledger, or in a good default shape. A pure reading: changes nothing. */
#pragma once

#include "base/buf.h"
#include "engine/action.h"
#include "engine/delivery.h"
#include "engine/incident.h"
#include "engine/run.h"
#include "ledger/ledger.h"
#include "runbook/runbook.h"

struct report_input {
    const struct incident *incident;
    const struct event_row *timeline;
    size_t n_timeline;
    const struct run_step *steps;
    size_t n_steps;
    const struct delivery *deliveries;
    size_t n_deliveries;
    const struct action_item *actions;
    size_t n_actions;
    const struct runbook *runbook; /* NULL: not found any more */
    int64_t now_us;
};

/* Always holds: severity with its reason, a timeline section, commands and their results, time to detect,
 * acknowledge and resolve. What only people know is left as a marked blank with the template's own prompt. */
void report_write(struct buf *out, const struct report_input *input);
