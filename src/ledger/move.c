/* Since when an incident is in which state: what the time in each state is counted from. */
#include "ledger/ledger_priv.h"
#include "ledger/review.h"

static const char *state_word(int state)
{
    return incident_state_name((enum incident_state)state);
}

static const struct column columns[] = {
    {"incident", COLUMN_INT64, offsetof(struct incident_move, incident), NULL, NULL},
    {"at_us", COLUMN_INT64, offsetof(struct incident_move, at_us), NULL, NULL},
    {"state", COLUMN_WORD, offsetof(struct incident_move, state), state_word, incident_state_of},
};

const struct noun move_noun = {"incident_move", columns, sizeof columns / sizeof *columns, 2,
                               sizeof(struct incident_move)};

int ledger_moves(struct ledger *ledger, struct arena *arena, int64_t first_incident, int64_t last_incident,
                 struct incident_move **ret_moves, size_t *ret_n, struct err *err)
{
    struct db_statement *read = row_select(
        ledger, &move_noun, "WHERE incident >= $1 AND incident <= $2 ORDER BY incident, at_us", err);
    if (!read)
        return -1;
    db_bind_int(read, first_incident);
    db_bind_int(read, last_incident);
    void *values;
    if (rows_read(read, &move_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_moves = values;
    return 0;
}
