/* Roles of incidents: who holds them, and who held them. */
#include "ledger/ledger_priv.h"

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct role_holder, member), NULL, NULL                             \
    }

static const struct column columns[] = {
    COLUMN(INT64, incident),   COLUMN(TEXT, role),      COLUMN(TEXT, person),
    COLUMN(TEXT, assigned_by), COLUMN(INT64, since_us), COLUMN(INT64, until_us),
};

const struct noun role_noun = {"incident_role", columns, sizeof columns / sizeof *columns, 3,
                               sizeof(struct role_holder)};

int ledger_roles(struct ledger *ledger, struct arena *arena, int64_t incident, struct role_holder **ret_roles,
                 size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &role_noun, "WHERE incident = $1 ORDER BY since_us, role, person", err);
    if (!read)
        return -1;
    db_bind_int(read, incident);
    void *values;
    if (rows_read(read, &role_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_roles = values;
    return 0;
}
