#include "role/compaction.h"

enum {
    /* Packed bodies: a restart reads it all again, and unpacked it is some twenty times as long. */
    LONG_BYTES = 8 * 1024 * 1024,
    FULL_BYTES = 32 * 1024 * 1024,
};

bool compaction_is_due(const struct compaction *compaction, size_t inbox_bytes, bool idle)
{
    size_t least_bytes = idle ? LONG_BYTES : FULL_BYTES;
    return inbox_bytes > least_bytes && inbox_bytes / 2 > compaction->kept_bytes;
}

bool compaction_can_wait(size_t inbox_bytes)
{
    return inbox_bytes <= FULL_BYTES;
}

void compaction_done(struct compaction *compaction, size_t inbox_bytes)
{
    compaction->kept_bytes = inbox_bytes;
}
