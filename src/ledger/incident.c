/* Incidents: the newest value of each, as the engine decided it. */
#include "ledger/ledger_priv.h"
#include "ledger/review.h"

static const char *state_word(int state)
{
    return incident_state_name((enum incident_state)state);
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct incident, member), NULL, NULL                                \
    }

static const struct column columns[] = {
    COLUMN(INT64, number),
    COLUMN(TEXT, trouble),
    COLUMN(TEXT, sender_key),
    COLUMN(TEXT, title),
    COLUMN(TEXT, service),
    COLUMN(TEXT, severity),
    COLUMN(INT, severity_rank),
    COLUMN(TEXT, severity_why),
    COLUMN(INT, severity_line),
    COLUMN(TEXT, severity_by),
    COLUMN(INT, severity_heard),
    COLUMN(BOOL, drill),
    COLUMN(BOOL, patient_safety),
    COLUMN(TEXT, patient_safety_why),
    COLUMN(INT, patient_safety_line),
    COLUMN(TEXT, patient_safety_by),
    {"state", COLUMN_WORD, offsetof(struct incident, state), state_word, incident_state_of},
    COLUMN(TEXT, runbook_file),
    COLUMN(TEXT, runbook_sha256),
    COLUMN(TEXT, procedure_title),
    COLUMN(TEXT, procedure_why),
    COLUMN(INT, procedure_line),
    COLUMN(INT64, started_us),
    COLUMN(INT64, opened_us),
    COLUMN(INT64, acknowledged_us),
    COLUMN(INT64, monitoring_us),
    COLUMN(INT64, resolved_us),
    COLUMN(INT64, closed_us),
    COLUMN(INT64, reopened_us),
    COLUMN(TEXT, acknowledged_by),
    COLUMN(TEXT, resolved_by),
    COLUMN(TEXT, closed_by),
    COLUMN(INT64, n_reopened),
    COLUMN(INT64, earlier),
    COLUMN(INT64, lease_us),
    COLUMN(INT64, progress_us),
    COLUMN(INT, lease_lapses),
    COLUMN(BOOL, pages_owed),
    COLUMN(INT64, n_alerts),
    COLUMN(INT64, n_firing),
    COLUMN(INT64, response_time_s),
    COLUMN(INT64, muted_until_us),
    COLUMN(TEXT, muted_by),
    COLUMN(TEXT, muted_why),
    COLUMN(INT64, hold_us),
    COLUMN(TEXT, hold_by),
    COLUMN(TEXT, hold_why),
    COLUMN(INT64, flapping_us),
    COLUMN(INT64, n_swings),
    COLUMN(INT64, storm),
    COLUMN(INT, escalation_step),
    COLUMN(TEXT, chain),
    COLUMN(INT64, next_delivery),
    COLUMN(TEXT, paged),
    COLUMN(TEXT, told),
    COLUMN(TEXT, chat_name),
    COLUMN(TEXT, chat_id),
    COLUMN(TEXT, chat_topic),
    COLUMN(TEXT, chat_people),
    COLUMN(INT, chat_invited),
    COLUMN(INT64, chat_begun),
    COLUMN(INT64, chat_looks),
};

const struct noun incident_noun = {"incident", columns, sizeof columns / sizeof *columns, 1,
                                   sizeof(struct incident)};

int ledger_incidents(struct ledger *ledger, struct arena *arena, bool open_only, int64_t before_number,
                     size_t limit, struct incident **ret_incidents, size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &incident_noun,
                   open_only ? "WHERE number < $1 AND state NOT IN ('resolved', 'closed')"
                               " ORDER BY number DESC LIMIT $2"
                             : "WHERE number < $1 ORDER BY number DESC LIMIT $2",
                   err);
    if (!read)
        return -1;
    db_bind_int(read, before_number > 0 ? before_number : INT64_MAX);
    db_bind_int(read, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    void *values;
    if (rows_read(read, &incident_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_incidents = values;
    return 0;
}

int ledger_incidents_opened(struct ledger *ledger, struct arena *arena, int64_t from_us, int64_t until_us,
                            size_t limit, struct incident **ret_incidents, size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &incident_noun,
                   "WHERE opened_us >= $1 AND opened_us < $2 ORDER BY number DESC LIMIT $3", err);
    if (!read)
        return -1;
    db_bind_int(read, from_us);
    db_bind_int(read, until_us);
    db_bind_int(read, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    void *values;
    if (rows_read(read, &incident_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_incidents = values;
    return 0;
}

int ledger_incident(struct ledger *ledger, struct arena *arena, int64_t number, struct incident *ret_incident,
                    struct err *err)
{
    struct db_statement *read = row_select(ledger, &incident_noun, "WHERE number = $1", err);
    if (!read)
        return -1;
    db_bind_int(read, number);
    int result = db_step(read, err);
    if (result == DB_DONE) {
        err_set(err, "there is no incident %lld", (long long)number);
        return LEDGER_NOT_FOUND;
    }
    if (result != 0)
        return -1;
    result = row_read(read, &incident_noun, arena, ret_incident, err);
    db_reset(read);
    return result;
}
