/* Whether the ledger takes writes again, after it refused one: the only way to know is to write. */
#include "ledger/ledger_priv.h"

#include "base/clock.h"

int ledger_probe(struct ledger *ledger, int64_t now_us, struct err *err)
{
    char now[TIME_TEXT_BYTES];
    time_format_rfc3339(now_us, now);
    int result = ledger_begin(ledger, err);
    if (result != 0)
        return result;
    struct db_statement *write = db_prepare(ledger->db,
                                            "INSERT INTO installation (name, value) VALUES ('probed_at', $1)"
                                            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                            err);
    result = -1;
    if (write) {
        db_bind_text(write, now);
        result = db_run(write, err);
    }
    if (result == 0)
        return ledger_commit(ledger, err);
    ledger_rollback(ledger);
    return ledger_outcome(result);
}
