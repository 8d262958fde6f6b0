#include "ledger/subscription.h"

#include "ledger/ledger_priv.h"

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct push_subscription, member), NULL, NULL                       \
    }

static const struct column columns[] = {COLUMN(TEXT, person), COLUMN(TEXT, name), COLUMN(TEXT, endpoint),
                                        COLUMN(TEXT, p256dh), COLUMN(TEXT, auth), COLUMN(TEXT, given_by),
                                        COLUMN(INT64, at_us)};

const struct noun subscription_noun = {"push_subscription", columns, sizeof columns / sizeof *columns, 2,
                                       sizeof(struct push_subscription)};

int ledger_subscriptions(struct ledger *ledger, struct arena *arena, struct push_subscription **ret_list,
                         size_t *ret_n, struct err *err)
{
    struct db_statement *read = row_select(ledger, &subscription_noun, "ORDER BY person, name", err);
    void *values;
    if (!read || rows_read(read, &subscription_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_list = values;
    return 0;
}

int ledger_subscription(struct ledger *ledger, struct arena *arena, const char *person, const char *name,
                        struct push_subscription *ret_subscription, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &subscription_noun, "WHERE person = $1 AND name = $2", err);
    void *values;
    size_t n = 0;
    if (!read)
        return -1;
    db_bind_text(read, person);
    db_bind_text(read, name);
    if (rows_read(read, &subscription_noun, arena, &values, &n, err) != 0)
        return -1;
    if (n == 0)
        return LEDGER_NOT_FOUND;
    *ret_subscription = *(const struct push_subscription *)values;
    return 0;
}
