/* What crashcart drift says to people. */
#pragma once

#include "base/buf.h"
#include "drift/drift.h"

void drift_print_text(struct buf *out, bool colours, const struct drift_result *result);
/* Only how the two models compare. */
void drift_print_canary(struct buf *out, bool colours, const struct drift_result *result);
