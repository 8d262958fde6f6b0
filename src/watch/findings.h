/* Those that a look found, as they come: who, and how much. Whose name they bear comes from outside: it is
 * cut, made UTF-8, and becomes a label, never text of anything that runs. */
#pragma once

#include "base/list.h"
#include "watch/watch_priv.h"

enum { FINDINGS_MOST = 10000 };

struct findings {
    struct arena *arena; /* NULL: none yet */
    LIST(struct finding) list;
};

/* Names become one label. -1: there are FINDINGS_MOST already. */
int findings_add(struct findings *findings, const char *label, const char *name, size_t n_name, double value);
/* Once for each look, in the place of probe_say(): judges them, the largest first, and clears. what: what
 * their numbers are, for people. */
void findings_say(struct findings *findings, struct probe *probe, const char *what);
void findings_clear(struct findings *findings);
