/* A limit of a runbook as a row of `checks:`. */
#pragma once

#include "base/buf.h"
#include "cmd/suggest_limit.h"

/* What is known beside the runbook. */
struct suggestion {
    const char *service, *prometheus; /* NULL: not given */
};

struct limits {
    struct limit *at;
    size_t n;
    size_t capacity;
};

/* To checks when it can be taken as it is, else to wanting, as a comment. line: the text of its line; ids:
 * those that are given out already. */
void limit_print(struct arena *arena, const struct suggestion *suggestion, const struct runbook *runbook,
                 const struct limit *limit, const char *line, struct strings *ids, struct buf *checks,
                 struct buf *wanting);
