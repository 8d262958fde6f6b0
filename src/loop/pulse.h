/* A sign of life that a process gives to the one that started it: a number in memory of both, which grows as
 * long as its loop turns. A process that hangs does not end by itself, and looks like one with nothing to do.
 */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/err.h"

enum { PULSE_EVERY_S = 5 };

struct pulse {
    uv_timer_t timer; /* closed with the other handles of the loop */
    uint64_t *beats;
};

/* For one process at a time: the descriptor is for it, the beats are read here. */
int pulse_make(int *ret_fd, const uint64_t **ret_beats, struct err *err);
/* Counts from 0, and with each turn of the loop that is due. Before the sandbox, which takes no descriptor
 * for memory; fd is closed. 0: nobody looks. */
void pulse_begin(struct pulse *pulse, uv_loop_t *loop, int fd);
/* A beat before the loop turns: from here on somebody may be waiting for it, and what hangs is missed. */
void pulse_beat(struct pulse *pulse);
