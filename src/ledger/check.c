/* The items of an incident's verification checklist. */
#include "ledger/ledger_priv.h"

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct check_item, member), NULL, NULL                              \
    }

static const struct column columns[] = {
    COLUMN(INT64, incident), COLUMN(INT, item),        COLUMN(TEXT, text),        COLUMN(TEXT, file),
    COLUMN(INT, line),       COLUMN(TEXT, checked_by), COLUMN(INT64, checked_us), COLUMN(TEXT, note),
};

const struct noun check_noun = {"incident_check", columns, sizeof columns / sizeof *columns, 2,
                                sizeof(struct check_item)};

int ledger_checks(struct ledger *ledger, struct arena *arena, int64_t incident,
                  struct check_item **ret_checks, size_t *ret_n, struct err *err)
{
    struct db_statement *read = row_select(ledger, &check_noun, "WHERE incident = $1 ORDER BY item", err);
    if (!read)
        return -1;
    db_bind_int(read, incident);
    void *values;
    if (rows_read(read, &check_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_checks = values;
    return 0;
}
