/* When the inbox is worth writing anew as a snapshot of the alerts that stand. A snapshot of many alerts is
 * long itself, so the next one waits until the inbox has doubled: what all snapshots cost together stays in
 * proportion to what was received. Engine thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct compaction {
    size_t kept_bytes; /* of the inbox after the last time, whether that made it shorter or failed */
};

/* idle: nothing has come for a while. Else the inbox may grow longer first. */
bool compaction_is_due(const struct compaction *compaction, size_t inbox_bytes, bool idle);
/* What was begun in such a while can wait for the next when something comes again. */
bool compaction_can_wait(size_t inbox_bytes);
void compaction_done(struct compaction *compaction, size_t inbox_bytes);
