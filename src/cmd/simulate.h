/* What `crashcart simulate` prints. */
#pragma once

#include "base/buf.h"
#include "engine/simulate.h"

struct simulate_page {
    const struct simulate_question *question;
    const struct simulation *simulation;
    const char *timezone; /* in which times are shown */
    bool all;             /* also what repeats itself */
    bool colours;
};

/* 80 columns: the deadlines, then what happens, when, by which line. */
void simulate_text(struct buf *out, const struct simulate_page *page);
/* One document. */
void simulate_json(struct buf *out, const struct simulate_page *page);
/* Nobody is reached, or not by the chain. */
bool simulation_fails(const struct simulation *simulation);
