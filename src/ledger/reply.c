/* Answers that came by a channel, by their ids. */
#include "ledger/ledger_priv.h"
#include "ledger/review.h"

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct reply, member), NULL, NULL                                   \
    }

static const struct column columns[] = {COLUMN(TEXT, id), COLUMN(TEXT, channel), COLUMN(TEXT, person),
                                        COLUMN(INT64, incident), COLUMN(INT64, at_us)};

const struct noun reply_noun = {"reply", columns, sizeof columns / sizeof *columns, 1, sizeof(struct reply)};

int ledger_reply_known(struct ledger *ledger, const char *id, bool *ret_known, struct err *err)
{
    struct db_statement *read = row_select(ledger, &reply_noun, "WHERE id = $1", err);
    if (!read)
        return -1;
    db_bind_text(read, id);
    int result = db_step(read, err);
    if (result != 0 && result != DB_DONE)
        return -1;
    *ret_known = result == 0;
    db_reset(read);
    return 0;
}
