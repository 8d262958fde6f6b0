/* Deliveries: the outbox. A row is due until its state says that it is over. */
#include "ledger/ledger_priv.h"

static const char *state_word(int state)
{
    return delivery_state_name((enum delivery_state)state);
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct delivery, member), NULL, NULL                                \
    }

static const struct column columns[] = {
    COLUMN(INT64, id),
    COLUMN(INT64, incident),
    {"idempotency_key", COLUMN_TEXT, offsetof(struct delivery, key), NULL, NULL},
    {"state", COLUMN_WORD, offsetof(struct delivery, state), state_word, delivery_state_of},
    COLUMN(TEXT, person),
    COLUMN(INT, way),
    COLUMN(TEXT, channel),
    COLUMN(TEXT, address),
    COLUMN(TEXT, why),
    COLUMN(INT, attempts),
    COLUMN(INT64, queued_us),
    COLUMN(INT64, due_us),
    COLUMN(TEXT, detail),
    COLUMN(INT64, digest),
    COLUMN(BOOL, notice),
    {"update_number", COLUMN_INT64, offsetof(struct delivery, update), NULL, NULL},
};

const struct noun delivery_noun = {"delivery", columns, sizeof columns / sizeof *columns, 1,
                                   sizeof(struct delivery)};

int ledger_deliveries(struct ledger *ledger, struct arena *arena, int64_t incident,
                      struct delivery **ret_deliveries, size_t *ret_n, struct err *err)
{
    struct db_statement *read = row_select(ledger, &delivery_noun, "WHERE incident = $1 ORDER BY id", err);
    if (!read)
        return -1;
    db_bind_int(read, incident);
    void *values;
    if (rows_read(read, &delivery_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_deliveries = values;
    return 0;
}
