/* When a runbook was last tested, as its own lines say: what a passed drill proposes to write there. The
 * runbook itself is never changed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

/* A unified diff for `patch -p1` in the folder of the runbook: its line of the last test with the date
 * "2026-03-01", or such a line beside the document's other facts about itself. false: it says that already,
 * or has no place for it. */
bool tested_patch(struct arena *arena, const char *file, const char *bytes, size_t n_bytes, const char *date,
                  struct buf *out);
