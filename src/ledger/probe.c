/* Whether the ledger takes writes again, after it refused one: the only way to know is to write. A server
 * takes locks by table, and who begins anew by a table that is locked still cannot go on, so each is asked.
 * The engine waits for the answer, so it is given little time. */
#include "ledger/ledger_priv.h"

#include "base/clock.h"

enum { PROBE_PATIENCE_MS = 100 };

static int write_little(struct ledger *ledger, int64_t now_us, struct err *err)
{
    char now[TIME_TEXT_BYTES];
    time_format_rfc3339(now_us, now);
    struct db_statement *write = db_prepare(ledger->db,
                                            "INSERT INTO installation (name, value) VALUES ('probed_at', $1)"
                                            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                            err);
    if (!write)
        return -1;
    db_bind_text(write, now);
    return db_run(write, err);
}

static int probe(struct ledger *ledger, int64_t now_us, struct err *err)
{
    int result = ledger_begin(ledger, err);
    if (result != 0)
        return result;
    result = ledger_touch_tables(ledger, err);
    if (result == 0)
        result = write_little(ledger, now_us, err);
    if (result == 0)
        return ledger_commit(ledger, err);
    ledger_rollback(ledger);
    return ledger_outcome(result);
}

int ledger_probe(struct ledger *ledger, int64_t now_us, struct err *err)
{
    db_be_patient(ledger->db, PROBE_PATIENCE_MS);
    int result = probe(ledger, now_us, err);
    db_be_patient(ledger->db, DB_PATIENCE_MS);
    return result == -1 && ledger_is_locked(ledger) ? LEDGER_FULL : result;
}
