#include "role/compaction.h"

enum {
    LONG_BYTES = 64 * 1024 * 1024,
    FULL_BYTES = 256 * 1024 * 1024, /* a restart reads it all again */
};

bool compaction_is_due(const struct compaction *compaction, size_t inbox_bytes, bool idle)
{
    size_t least_bytes = idle ? LONG_BYTES : FULL_BYTES;
    return inbox_bytes > least_bytes && inbox_bytes / 2 > compaction->kept_bytes;
}

void compaction_done(struct compaction *compaction, size_t inbox_bytes)
{
    compaction->kept_bytes = inbox_bytes;
}
