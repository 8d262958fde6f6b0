/* Whom to page for a service at a level of its runbook, one after the other, and when: the engine walks it
 * for an incident (engine/escalate.c), and it can be asked for without one (engine/reach.h). */
#pragma once

#include "config/config.h"
#include "runbook/runbook.h"

struct engine;

struct chain_step {
    struct strings notify; /* "person:ana", "schedule:primary"; at least one */
    int64_t at_s;          /* since the incident opened, when nobody answers */
    int64_t after_s;       /* since the step before; UNSTATED: what the severity says */
    int line;              /* of the configuration: the step, the person or the role */
    int runbook_line;      /* that escalates to the role; 0: the configuration alone says so */
    const char *condition; /* by which it does, as it stands there; or NULL */
};

struct chain {
    LIST(struct chain_step) steps;
    struct strings unfilled; /* roles that nobody fills: "management (line 39)" */
};

struct chain_question {
    const struct config *config;
    const struct service *service;     /* NULL: none of the configuration */
    const struct runbook *runbook;     /* NULL: none */
    const struct severity *level;      /* of the runbook; NULL: none */
    const struct procedure *procedure; /* of the runbook; NULL: none */
    int64_t response_time_s;           /* what is known of it without a level, or UNSTATED */
};

/* Texts are those of the question's values, or in the arena. */
void chain_make(struct arena *arena, const struct chain_question *question, struct chain *ret_chain);

/* The zone in which the team reads the clock: of the first schedule of the chain, else of the configuration,
 * else UTC. */
const char *chain_timezone(const struct config *config, const struct chain *chain);

/* Adds whom a target, "person:ana" or "schedule:primary", means at the moment, overrides of people
 * counted, each once. */
void chain_target_people(struct arena *arena, const struct engine *engine, const char *target, int64_t at_us,
                         struct strings *people);
