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

const struct noun account_noun = {
    "account", account_columns, sizeof account_columns / sizeof *account_columns, 1, sizeof(struct account)};
const struct noun access_key_noun = {"access_key", key_columns, sizeof key_columns / sizeof *key_columns, 1,
                                     sizeof(struct access_key)};

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
