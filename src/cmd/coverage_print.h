/* How `crashcart coverage` shows what it found. */
#pragma once

#include "base/buf.h"
#include "runbook/coverage.h"

/* For people; lists longer than a screen are cut unless all is set. */
void coverage_print_text(struct buf *out, const struct coverage *coverage, bool all);
