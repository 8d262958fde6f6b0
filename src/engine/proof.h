/* Whether a way of reaching a person works: proved by a message that says that it is a test, or by a page
 * that arrived. One a person, channel and address. */
#pragma once

#include <stdint.h>

enum proof_state { PROOF_ASKED, PROOF_HOLDS, PROOF_FAILED, N_PROOF_STATES };

/* "asked", "holds", "failed" and back; -1 for another word. */
const char *proof_state_name(enum proof_state state);
int proof_state_of(const char *name);

struct channel_proof {
    const char *person, *channel, *address;
    enum proof_state state;
    const char *detail; /* what came of it: "HTTP 200", "a page arrived" */
    const char *asked_by;
    int64_t asked_us, ended_us;
    int64_t held_us;    /* when it was last proved; 0: never */
    int64_t number;     /* of the message, while the server runs; 0: none is under way */
    const char *notice; /* not a test: another way of theirs does not work, and this says so; else "" */
};
