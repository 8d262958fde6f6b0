/* Overrides of schedules that people have made. */
#include "ledger/ledger_priv.h"

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct duty_override, member), NULL, NULL                           \
    }

static const struct column columns[] = {
    COLUMN(INT64, number), COLUMN(TEXT, schedule), COLUMN(TEXT, person),    COLUMN(TEXT, made_by),
    COLUMN(TEXT, why),     COLUMN(INT64, from_us), COLUMN(INT64, until_us), COLUMN(INT64, ended_us)};

const struct noun override_noun = {"duty_override", columns, sizeof columns / sizeof *columns, 1,
                                   sizeof(struct duty_override)};
