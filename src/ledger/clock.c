/* Clocks: the newest value of each, of an incident or of none. */
#include "engine/clock.h"

#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/review.h"

static const char *kind_word(int kind)
{
    return runbook_clock_kind_name((enum runbook_clock_kind)kind);
}

static const char *state_word(int state)
{
    return runbook_clock_state_name((enum runbook_clock_state)state);
}

static const char *event_word(int event)
{
    return plan_event_name((enum plan_event)event);
}

static int event_of_word(const char *word)
{
    for (int event = PLAN_AFTER_OPENED; event < N_PLAN_EVENTS; event++)
        if (strcmp(word, event_word(event)) == 0)
            return event;
    return -1;
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct runbook_clock, member), NULL, NULL                           \
    }

static const struct column columns[] = {
    COLUMN(INT64, incident),
    COLUMN(INT, number),
    {"kind", COLUMN_WORD, offsetof(struct runbook_clock, kind), kind_word, runbook_clock_kind_of},
    {"state", COLUMN_WORD, offsetof(struct runbook_clock, state), state_word, runbook_clock_state_of},
    COLUMN(TEXT, what),
    COLUMN(TEXT, audience),
    COLUMN(TEXT, file),
    COLUMN(INT, line),
    {"event", COLUMN_WORD, offsetof(struct runbook_clock, event), event_word, event_of_word},
    COLUMN(BOOL, is_review),
    COLUMN(TEXT, rule),
    COLUMN(INT64, since_us),
    COLUMN(INT64, after_s),
    COLUMN(INT64, due_us),
    COLUMN(INT64, fires_us),
    COLUMN(INT, said),
    COLUMN(INT64, ended_us),
};

const struct noun clock_noun = {"clock", columns, sizeof columns / sizeof *columns, 2,
                                sizeof(struct runbook_clock)};

int ledger_clocks(struct ledger *ledger, struct arena *arena, int64_t incident, size_t limit,
                  struct runbook_clock **ret_clocks, size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &clock_noun, "WHERE incident = $1 ORDER BY due_us, number LIMIT $2", err);
    if (!read)
        return -1;
    db_bind_int(read, incident);
    db_bind_int(read, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    void *values;
    if (rows_read(read, &clock_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_clocks = values;
    return 0;
}

int ledger_clocks_due(struct ledger *ledger, struct arena *arena, const struct due_place *after, size_t limit,
                      struct runbook_clock **ret_clocks, size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &clock_noun,
                   "WHERE state IN ('running', 'overdue') AND (due_us, incident, number) > ($1, $2, $3)"
                   " ORDER BY due_us, incident, number LIMIT $4",
                   err);
    if (!read)
        return -1;
    due_place_bind(read, after, limit);
    void *values;
    if (rows_read(read, &clock_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_clocks = values;
    return 0;
}
