/* For the tests of the lists of a runbook: a page given as text. */
#pragma once

#include "base/testing.h"

#include <string.h>

#include "runbook/runbook.h"

static inline const struct runbook_parts *parts_of(struct arena *arena, const char *page)
{
    return &runbook_read(arena, "page.md", page, strlen(page))->parts;
}
