/* How many files and connections a process may have open at once. What may be taken by whoever calls is
 * bounded below that, so that something is left for what the process opens itself. */
#pragma once

#include "base/err.h"

enum {
    DESCRIPTORS_NEEDED = 128,  /* fewer than these, and there is no room for anybody who calls */
    DESCRIPTORS_RESERVED = 80, /* for a process itself: its ledger, libraries, runbooks, zones */
};

/* As many as the system lets this process have; gives the number. */
unsigned descriptors_raise(void);
/* -1: they are too few, with what to do about it. */
int descriptors_suffice(struct err *err);
