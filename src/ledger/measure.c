#include "ledger/measure.h"

#include <string.h>

#include "ledger/ledger_priv.h"

#define KEPT_US ((int64_t)400 * 86400 * 1000000)

#define COLUMN(kind, member)                                                                                 \
    {                                                                                                        \
#member, COLUMN_##kind, offsetof(struct measure, member), NULL, NULL                                 \
    }

static const struct column columns[] = {COLUMN(TEXT, check_id), COLUMN(TEXT, kind),
                                        COLUMN(TEXT, name),     COLUMN(TEXT, segment),
                                        COLUMN(INT64, at_us),   COLUMN(INT64, millionths)};

static const struct noun measure_noun = {"measure", columns, sizeof columns / sizeof *columns, 5,
                                         sizeof(struct measure)};

static int forget_old(struct ledger *ledger, const struct measure *newest, struct err *err)
{
    struct db_statement *erase =
        db_prepare(ledger->db, "DELETE FROM measure WHERE check_id = $1 AND at_us < $2", err);
    if (!erase)
        return -1;
    db_bind_text(erase, newest->check_id);
    db_bind_int(erase, newest->at_us - KEPT_US);
    return db_run(erase, err);
}

int ledger_keep_measures(struct ledger *ledger, const struct measure *measures, size_t n, struct err *err)
{
    int result = 0;
    for (size_t i = 0; i < n && result == 0; i++) {
        result = row_save(ledger, &measure_noun, &measures[i], err);
        bool last = i + 1 == n || strcmp(measures[i].check_id, measures[i + 1].check_id) != 0;
        if (result == 0 && last)
            result = forget_old(ledger, &measures[i], err);
    }
    return result;
}

int ledger_measures(struct ledger *ledger, struct arena *arena, const char *check_id, int64_t from_us,
                    size_t limit, struct measure **ret_measures, size_t *ret_n, struct err *err)
{
    struct db_statement *read = row_select(
        ledger, &measure_noun,
        "WHERE check_id = $1 AND at_us >= $2 ORDER BY at_us DESC, kind, name, segment LIMIT $3", err);
    if (!read)
        return -1;
    db_bind_text(read, check_id);
    db_bind_int(read, from_us);
    db_bind_int(read, (int64_t)limit);
    void *values;
    if (rows_read(read, &measure_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_measures = values;
    return 0;
}
