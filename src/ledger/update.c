#include "ledger/update.h"

#include "ledger/ledger_priv.h"

static const char *state_word(int state)
{
    return update_state_name((enum update_state)state);
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct update, member), NULL, NULL                                  \
    }

static const struct column columns[] = {
    COLUMN(INT64, incident),
    COLUMN(INT64, number),
    COLUMN(TEXT, audience),
    {"state", COLUMN_WORD, offsetof(struct update, state), state_word, update_state_of},
    COLUMN(TEXT, status),
    COLUMN(TEXT, subject),
    COLUMN(TEXT, text),
    COLUMN(TEXT, sent_by),
    COLUMN(TEXT, behind),
    COLUMN(TEXT, withheld),
    COLUMN(BOOL, on_page),
    COLUMN(INT64, at_us),
};

const struct noun update_noun = {"incident_update", columns, sizeof columns / sizeof *columns, 2,
                                 sizeof(struct update)};

int ledger_updates(struct ledger *ledger, struct arena *arena, int64_t incident, size_t limit,
                   struct update **ret_updates, size_t *ret_n, struct err *err)
{
    const char *rest =
        incident == LEDGER_UPDATES_WANTED ? "WHERE state = 'wanted' ORDER BY incident, number LIMIT $1"
        : incident == LEDGER_UPDATES_ON_PAGE
            ? "WHERE on_page = 1 AND state = 'sent' ORDER BY at_us DESC, incident DESC, number DESC LIMIT $1"
            : "WHERE incident = $1 ORDER BY number LIMIT $2";
    struct db_statement *read = row_select(ledger, &update_noun, rest, err);
    if (!read)
        return -1;
    if (incident >= 0)
        db_bind_int(read, incident);
    db_bind_int(read, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    void *values;
    if (rows_read(read, &update_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_updates = values;
    return 0;
}
