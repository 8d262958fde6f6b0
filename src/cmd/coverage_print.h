/* How `crashcart coverage` shows what it found. */
#pragma once

#include "base/buf.h"
#include "runbook/coverage.h"

/* The whole of it, as one JSON document; unreadable as it was told on standard error. */
void coverage_print_json(struct buf *out, const struct coverage *coverage, const struct strings *unreadable);

/* For people; lists longer than a screen are cut unless all is set. */
void coverage_print_text(struct buf *out, const struct coverage *coverage, bool all);
