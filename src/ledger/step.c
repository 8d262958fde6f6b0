/* Steps: what became of each command of a run, with its output. */
#include <string.h>

#include "ledger/ledger_priv.h"

static const char *state_word(int state)
{
    return step_state_name((enum step_state)state);
}

static const char *verdict_word(int verdict)
{
    return step_verdict_name((enum step_verdict)verdict);
}

static const char *kind_word(int kind)
{
    return step_kind_name((enum step_kind)kind);
}

static const char *risk_word(int risk)
{
    return risk_name((enum risk_class)risk);
}

static int risk_of_word(const char *word)
{
    for (int risk = RISK_READ; risk <= RISK_DESTRUCTIVE; risk++)
        if (strcmp(risk_word(risk), word) == 0)
            return risk;
    return -1;
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct run_step, member), NULL, NULL                                \
    }

static const struct column columns[] = {
    COLUMN(INT64, run),
    COLUMN(INT, line),
    COLUMN(INT64, incident),
    COLUMN(INT, position),
    COLUMN(TEXT, file),
    COLUMN(TEXT, sha256),
    COLUMN(TEXT, phase),
    {"command", COLUMN_TEXT, offsetof(struct run_step, text), NULL, NULL},
    {"risk", COLUMN_WORD, offsetof(struct run_step, risk), risk_word, risk_of_word},
    COLUMN(TEXT, risk_why),
    {"state", COLUMN_WORD, offsetof(struct run_step, state), state_word, step_state_of},
    COLUMN(TEXT, why),
    COLUMN(TEXT, approved_by),
    COLUMN(TEXT, given),
    COLUMN(TEXT, repairs),
    COLUMN(TEXT, prepared),
    COLUMN(TEXT, missing),
    COLUMN(TEXT, service),
    COLUMN(TEXT, target),
    COLUMN(TEXT, place),
    COLUMN(INT64, started_us),
    COLUMN(INT64, finished_us),
    COLUMN(INT, exit_code),
    COLUMN(KEPT, output),
    COLUMN(BOOL, output_cut),
    COLUMN(INT, attempt),
    {"kind", COLUMN_WORD, offsetof(struct run_step, kind), kind_word, step_kind_of},
    COLUMN(TEXT, condition),
    COLUMN(INT, branch),
    COLUMN(INT, choice),
    {"chosen_option", COLUMN_INT, offsetof(struct run_step, option), NULL, NULL},
    COLUMN(INT64, approval_ends_us),
    COLUMN(TEXT, answer),
    COLUMN(TEXT, done_by),
    COLUMN(TEXT, note),
    {"verdict", COLUMN_WORD, offsetof(struct run_step, verdict), verdict_word, step_verdict_of},
    COLUMN(TEXT, verdict_why),
    COLUMN(INT64, verify_until_us),
    COLUMN(INT64, verify_next_us),
    COLUMN(INT, checks_for),
    COLUMN(TEXT, changes),
    COLUMN(TEXT, way_back),
    COLUMN(BOOL, evidence),
};

const struct noun step_noun = {"step", columns, sizeof columns / sizeof *columns, 2, sizeof(struct run_step)};

int ledger_steps(struct ledger *ledger, struct arena *arena, int64_t incident, struct run_step **ret_steps,
                 size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &step_noun, "WHERE incident = $1 ORDER BY run, position, line", err);
    if (!read)
        return -1;
    db_bind_int(read, incident);
    void *values;
    if (rows_read(read, &step_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_steps = values;
    return 0;
}
