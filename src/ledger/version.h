/* The versions of runbooks that were in force: what an incident was worked by can be read, and held against
 * another version, though the file has changed since. They are beside the events, not among them: an incident
 * names the SHA-256 of its runbook in its events, and a version is what has that hash.
 *
 * The newest thousand of a file are kept, and those that an incident was worked by. */
#pragma once

#include "ledger/ledger.h"

struct runbook_version {
    const char *file;   /* below the runbook folder */
    const char *sha256; /* of its bytes, 64 hex */
    int64_t since_us;   /* when it came into force, the last time that it did */
    int64_t n_bytes;
    int64_t n_incidents; /* that were worked by it */
};

/* Whether the newest version of the file that is kept is that one. Any handle. */
int ledger_version_is_newest(struct ledger *ledger, const char *file, const char *sha256, bool *ret_is,
                             struct err *err);
/* It came into force. text is packed or not (ledger_pack()); n_bytes of the version are those of the whole
 * text. In the open transaction: 0, LEDGER_FULL or -1. */
int ledger_keep_version(struct ledger *ledger, const struct runbook_version *version, const void *text,
                        size_t n_text_bytes, struct err *err);

/* The newest first; values live in the arena. Any handle. */
int ledger_versions(struct ledger *ledger, struct arena *arena, const char *file, size_t limit,
                    struct runbook_version **ret_versions, size_t *ret_n, struct err *err);
/* The text of one, closed by a NUL. 0, LEDGER_NOT_FOUND, -1: also when it is not what has that hash any more.
 */
int ledger_version_text(struct ledger *ledger, struct arena *arena, const char *file, const char *sha256,
                        const char **ret_text, size_t *ret_n_bytes, struct err *err);
