/* Whether ways of reaching people work. */
#include "ledger/ledger_priv.h"
#include "ledger/review.h"

static const char *state_word(int state)
{
    return proof_state_name((enum proof_state)state);
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct channel_proof, member), NULL, NULL                           \
    }

static const struct column columns[] = {
    COLUMN(TEXT, person),
    COLUMN(TEXT, channel),
    COLUMN(TEXT, address),
    {"state", COLUMN_WORD, offsetof(struct channel_proof, state), state_word, proof_state_of},
    COLUMN(TEXT, detail),
    COLUMN(TEXT, asked_by),
    COLUMN(INT64, asked_us),
    COLUMN(INT64, ended_us),
    COLUMN(INT64, held_us),
};

const struct noun proof_noun = {"channel_proof", columns, sizeof columns / sizeof *columns, 3,
                                sizeof(struct channel_proof)};

int ledger_proofs(struct ledger *ledger, struct arena *arena, struct channel_proof **ret_proofs,
                  size_t *ret_n, struct err *err)
{
    struct db_statement *read = row_select(ledger, &proof_noun, "ORDER BY person, channel, address", err);
    void *values;
    if (!read || rows_read(read, &proof_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_proofs = values;
    return 0;
}
