#include "ledger/repeat.h"

#include <stdio.h>
#include <string.h>

#include "ledger/ledger_priv.h"

struct repeatable_write {
    const char *key, *sha256; /* of what was asked */
    const char *message;
    int64_t incident, at_us;
};

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct repeatable_write, member), NULL, NULL                        \
    }

static const struct column columns[] = {COLUMN(TEXT, key), COLUMN(TEXT, sha256), COLUMN(TEXT, message),
                                        COLUMN(INT64, incident), COLUMN(INT64, at_us)};

static const struct noun noun = {"repeatable_write", columns, sizeof columns / sizeof *columns, 1,
                                 sizeof(struct repeatable_write)};

int ledger_repeat_find(struct ledger *ledger, const struct input_once *once, int64_t now_us,
                       struct outcome *ret_outcome, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    struct db_statement *read = row_select(ledger, &noun, "WHERE key = $1 AND at_us > $2", err);
    if (!read)
        return -1;
    db_bind_text(read, once->key);
    db_bind_int(read, now_us - REPEAT_KEPT_S * US_PER_S);
    struct repeatable_write *found = NULL;
    void *values = NULL;
    size_t n = 0;
    if (rows_read(read, &noun, arena, &values, &n, err) != 0)
        return -1;
    if (n == 0)
        return LEDGER_NOT_FOUND;
    found = values;
    *ret_outcome = (struct outcome){.code = OUTCOME_DONE, .incident = found->incident};
    snprintf(ret_outcome->message, sizeof ret_outcome->message, "%s", found->message);
    if (strcmp(found->sha256, once->sha256) != 0)
        *ret_outcome = (struct outcome){.code = OUTCOME_INVALID,
                                        .message = "that Idempotency-Key came with another request before: "
                                                   "give each request a key of its own"};
    return 0;
}

int ledger_repeat_keep(struct ledger *ledger, const struct input_once *once, const struct outcome *outcome,
                       int64_t now_us, struct err *err)
{
    struct repeatable_write write = {.key = once->key,
                                     .sha256 = once->sha256,
                                     .message = outcome->message,
                                     .incident = outcome->incident,
                                     .at_us = now_us};
    struct db_statement *erase =
        db_prepare(ledger->db, "DELETE FROM repeatable_write WHERE at_us <= $1", err);
    if (!erase)
        return -1;
    db_bind_int(erase, now_us - REPEAT_KEPT_S * US_PER_S);
    int got = ledger_outcome(db_run(erase, err));
    return got == 0 ? row_save(ledger, &noun, &write, err) : got;
}
