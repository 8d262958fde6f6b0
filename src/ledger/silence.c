/* Silences: the newest value of each, until the engine forgets it. */
#include "ledger/ledger_priv.h"

static const char *state_word(int state)
{
    return silence_state_name((enum silence_state)state);
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct silence, member), NULL, NULL                                 \
    }

static const struct column columns[] = {
    COLUMN(TEXT, id),
    COLUMN(TEXT, matchers),
    COLUMN(TEXT, created_by),
    COLUMN(TEXT, comment),
    COLUMN(INT64, starts_us),
    COLUMN(INT64, ends_us),
    COLUMN(INT64, updated_us),
    {"state", COLUMN_WORD, offsetof(struct silence, state), state_word, silence_state_of},
    COLUMN(BOOL, maintenance),
};

const struct noun silence_noun = {"silence", columns, sizeof columns / sizeof *columns, 1,
                                  sizeof(struct silence)};

int silence_forget(struct ledger *ledger, const struct silence *silence, struct err *err)
{
    struct db_statement *erase = db_prepare(ledger->db, "DELETE FROM silence WHERE id = $1", err);
    if (!erase)
        return -1;
    db_bind_text(erase, silence->id);
    return ledger_outcome(db_run(erase, err));
}
