/* What no reader took anything from although it looks as if it told to do something, by when, or who: what a
 * person should look at before the runbook is trusted. Introductions, descriptions and examples are not in
 * it. Pure; linear in the document. */
#pragma once

#include "runbook/runbook.h"

struct remainder {
    const char *kind;  /* instruction time people command query table */
    const char *words; /* the first words of it */
    int line, line_end;
};

struct remainders {
    struct remainder *at;
    size_t n;
    size_t capacity;
};

/* In the order of the document; neighbours of one kind under one heading are one entry. */
void runbook_not_understood(struct arena *arena, const struct runbook *runbook, struct remainders *ret_list);
