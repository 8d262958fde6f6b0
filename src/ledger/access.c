/* Accounts and keys: the newest value of each. */
#include "ledger/access.h"

#include "ledger/ledger_priv.h"

static const char *right_word(int right)
{
    return right_name((enum right)right);
}

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct account, member), NULL, NULL                                 \
    }

static const struct column account_columns[] = {
    COLUMN(TEXT, person),      {"may", COLUMN_WORD, offsetof(struct account, right), right_word, right_of},
    COLUMN(TEXT, services),    COLUMN(TEXT, password),
    COLUMN(TEXT, second_key),  COLUMN(INT64, second_step),
    COLUMN(INT64, changed_us), COLUMN(TEXT, changed_by),
    COLUMN(BOOL, removed),
};

#undef COLUMN
#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct access_key, member), NULL, NULL                              \
    }

static const struct column key_columns[] = {
    COLUMN(TEXT, id),
    COLUMN(TEXT, sha256),
    COLUMN(TEXT, person),
    COLUMN(TEXT, name),
    {"may", COLUMN_WORD, offsetof(struct access_key, right), right_word, right_of},
    COLUMN(TEXT, services),
    COLUMN(TEXT, source),
    COLUMN(INT64, since_us),
    COLUMN(INT64, until_us),
    COLUMN(INT64, ended_us),
    COLUMN(TEXT, given_by),
    COLUMN(BOOL, is_session),
};

#undef COLUMN
#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct session_seen, member), NULL, NULL                            \
    }

static const struct column seen_columns[] = {COLUMN(TEXT, id), COLUMN(INT64, seen_us)};

const struct noun account_noun = {
    "account", account_columns, sizeof account_columns / sizeof *account_columns, 1, sizeof(struct account)};
const struct noun access_key_noun = {"access_key", key_columns, sizeof key_columns / sizeof *key_columns, 1,
                                     sizeof(struct access_key)};

const struct noun session_seen_noun = {
    "session_seen", seen_columns, sizeof seen_columns / sizeof *seen_columns, 1, sizeof(struct session_seen)};

static int read_all(struct db_statement *read, const struct noun *noun, struct arena *arena,
                    void **ret_values, size_t *ret_n, struct err *err)
{
    return read && rows_read(read, noun, arena, ret_values, ret_n, err) == 0 ? 0 : -1;
}

int ledger_accounts(struct ledger *ledger, struct arena *arena, const char *person,
                    struct account **ret_accounts, size_t *ret_n, struct err *err)
{
    void *values = NULL;
    struct db_statement *read = row_select(
        ledger, &account_noun, "WHERE ($1 = '' OR person = $1) AND removed = 0 ORDER BY person", err);
    if (read)
        db_bind_text(read, person ? person : "");
    if (read_all(read, &account_noun, arena, &values, ret_n, err) < 0)
        return -1;
    *ret_accounts = values;
    return 0;
}

int ledger_access_keys(struct ledger *ledger, struct arena *arena, const char *id, int64_t now_us,
                       struct access_key **ret_keys, size_t *ret_n, struct err *err)
{
    void *values = NULL;
    struct db_statement *read =
        row_select(ledger, &access_key_noun,
                   "WHERE ($1 = '' OR id = $1) AND ended_us = 0 AND (until_us = 0 OR until_us > $2) "
                   "ORDER BY since_us, id",
                   err);
    if (read) {
        db_bind_text(read, id ? id : "");
        db_bind_int(read, now_us);
    }
    if (read_all(read, &access_key_noun, arena, &values, ret_n, err) < 0)
        return -1;
    *ret_keys = values;
    return 0;
}

/* The number in the first row of a bound statement. */
static int read_number(struct db_statement *read, int64_t *ret_number, struct err *err)
{
    int got = db_step(read, err);
    if (got != 0 && got != DB_DONE)
        return -1;
    *ret_number = got == 0 ? db_column_int(read, 0) : 0;
    db_reset(read);
    return 0;
}

int ledger_session_seen(struct ledger *ledger, const char *id, int64_t *ret_seen_us, struct err *err)
{
    struct db_statement *read = db_prepare(ledger->db, "SELECT seen_us FROM session_seen WHERE id = $1", err);
    if (!read)
        return -1;
    db_bind_text(read, id);
    return read_number(read, ret_seen_us, err);
}

int ledger_person_has_incident(struct ledger *ledger, const char *person, int64_t by_us, bool *ret_has,
                               struct err *err)
{
    int64_t n;
    struct db_statement *read =
        db_prepare(ledger->db,
                   "SELECT COUNT(*) FROM incident WHERE state NOT IN ('resolved', 'closed') AND "
                   "((acknowledged_by = 'person:' || $1 AND acknowledged_us <= $2) OR EXISTS "
                   "(SELECT 1 FROM incident_role WHERE incident = number AND person = $3 AND since_us <= $4 "
                   "AND until_us = 0))",
                   err);
    if (!read)
        return -1;
    db_bind_text(read, person);
    db_bind_int(read, by_us);
    db_bind_text(read, person);
    db_bind_int(read, by_us);
    if (read_number(read, &n, err) < 0)
        return -1;
    *ret_has = n > 0;
    return 0;
}
