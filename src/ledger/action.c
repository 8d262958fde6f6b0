/* Action items of incidents. */
#include "ledger/ledger_priv.h"
#include "ledger/review.h"

static const char *kind_word(int kind)
{
    return action_kind_name((enum action_kind)kind);
}

static const char *state_word(int state)
{
    return action_state_name((enum action_state)state);
}

static const char *priority_word(int priority)
{
    return action_priority_name((enum action_priority)priority);
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct action_item, member), NULL, NULL                             \
    }

static const struct column columns[] = {
    COLUMN(INT64, incident),
    COLUMN(INT, item),
    {"kind", COLUMN_WORD, offsetof(struct action_item, kind), kind_word, action_kind_of},
    {"state", COLUMN_WORD, offsetof(struct action_item, state), state_word, action_state_of},
    {"priority", COLUMN_WORD, offsetof(struct action_item, priority), priority_word, action_priority_of},
    COLUMN(TEXT, what),
    COLUMN(TEXT, owner),
    COLUMN(TEXT, file),
    COLUMN(TEXT, sha256),
    COLUMN(INT, line),
    COLUMN(TEXT, made_by),
    COLUMN(TEXT, ended_by),
    COLUMN(TEXT, note),
    COLUMN(INT64, made_us),
    COLUMN(INT64, due_us),
    COLUMN(INT64, ended_us),
    COLUMN(INT64, fires_us),
    COLUMN(INT, said),
};

const struct noun action_noun = {"action_item", columns, sizeof columns / sizeof *columns, 2,
                                 sizeof(struct action_item)};

static int read_actions(struct db_statement *read, struct arena *arena, struct action_item **ret_actions,
                        size_t *ret_n, struct err *err)
{
    void *values;
    if (rows_read(read, &action_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_actions = values;
    return 0;
}

int ledger_actions(struct ledger *ledger, struct arena *arena, int64_t incident, size_t limit,
                   struct action_item **ret_actions, size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &action_noun, "WHERE incident = $1 ORDER BY item LIMIT $2", err);
    if (!read)
        return -1;
    db_bind_int(read, incident);
    db_bind_int(read, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    return read_actions(read, arena, ret_actions, ret_n, err);
}

int ledger_actions_due(struct ledger *ledger, struct arena *arena, bool open_only,
                       const struct due_place *after, size_t limit, struct action_item **ret_actions,
                       size_t *ret_n, struct err *err)
{
#define AFTER "(due_us, incident, item) > ($1, $2, $3) ORDER BY due_us, incident, item LIMIT $4"
    struct db_statement *read =
        row_select(ledger, &action_noun, open_only ? "WHERE state = 'open' AND " AFTER : "WHERE " AFTER, err);
#undef AFTER
    if (!read)
        return -1;
    due_place_bind(read, after, limit);
    return read_actions(read, arena, ret_actions, ret_n, err);
}

void due_place_bind(struct db_statement *read, const struct due_place *after, size_t limit)
{
    db_bind_int(read, after->due_us);
    db_bind_int(read, after->incident);
    db_bind_int(read, after->number);
    db_bind_int(read, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
}
