/* The inbox: what was received, one row a request and before anything is understood of it, so that an alert
 * that was answered can be heard again after any crash. Compaction keeps it short. */
#include "ledger/ledger_priv.h"

static int insert_row(struct ledger *ledger, struct db_statement *insert, const char *format,
                      const void *body, size_t n_bytes, int64_t received_us, struct err *err)
{
    db_bind_text(insert, format);
    db_bind_int(insert, received_us);
    db_bind_blob(insert, body, n_bytes);
    int result = db_step(insert, err);
    if (result != 0)
        return ledger_outcome(result == DB_DONE ? -1 : result);
    int64_t id = db_column_int(insert, 0);
    db_reset(insert);
    if (id > ledger->ends.inbox_id)
        ledger->ends.inbox_id = id;
    ledger->ends.inbox_bytes += n_bytes;
    return 0;
}

int ledger_accept(struct ledger *ledger, const char *format, const void *body, size_t n_bytes,
                  int64_t received_us, struct err *err)
{
    must(ledger->in_transaction);
    struct db_statement *insert = db_prepare(
        ledger->db, "INSERT INTO inbox (format, received_us, body) VALUES ($1, $2, $3) RETURNING id", err);
    return insert ? insert_row(ledger, insert, format, body, n_bytes, received_us, err) : -1;
}

static int erase_to(struct ledger *ledger, int64_t last_id, struct err *err)
{
    struct db_statement *sum =
        db_prepare(ledger->db, "SELECT coalesce(sum(length(body)), 0) FROM inbox WHERE id <= $1", err);
    struct db_statement *erase = db_prepare(ledger->db, "DELETE FROM inbox WHERE id <= $1", err);
    if (!sum || !erase)
        return -1;
    db_bind_int(sum, last_id);
    int result = db_step(sum, err);
    if (result != 0)
        return ledger_outcome(result);
    size_t erased_bytes = (size_t)db_column_int(sum, 0);
    db_reset(sum);
    db_bind_int(erase, last_id);
    result = db_run(erase, err);
    if (result == 0)
        ledger->ends.inbox_bytes -= erased_bytes;
    return ledger_outcome(result);
}

/* The snapshot takes the place of the last row that it replaces, so that it stays before what came after. */
int ledger_compact_inbox(struct ledger *ledger, int64_t last_id, const char *format, const void *body,
                         size_t n_bytes, int64_t received_us, struct err *err)
{
    must(ledger->in_transaction && last_id <= ledger->ends.inbox_id);
    if (last_id <= 0)
        return 0;
    int result = erase_to(ledger, last_id, err);
    if (result != 0)
        return result;
    struct db_statement *insert = db_prepare(
        ledger->db, "INSERT INTO inbox (id, format, received_us, body) VALUES ($1, $2, $3, $4) RETURNING id",
        err);
    if (!insert)
        return -1;
    db_bind_int(insert, last_id);
    return insert_row(ledger, insert, format, body, n_bytes, received_us, err);
}

size_t ledger_inbox_bytes(const struct ledger *ledger)
{
    return ledger->ends.inbox_bytes;
}

int64_t ledger_inbox_last_id(const struct ledger *ledger)
{
    return ledger->ends.inbox_id;
}

int inbox_load_end(struct ledger *ledger, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT coalesce(max(id), 0), coalesce(sum(length(body)), 0) FROM inbox", err);
    if (!read || db_step(read, err) != 0)
        return -1;
    ledger->ends.inbox_id = db_column_int(read, 0);
    ledger->ends.inbox_bytes = (size_t)db_column_int(read, 1);
    db_reset(read);
    return 0;
}

int ledger_each_inbox(struct ledger *ledger,
                      int (*visit)(void *context, const char *format, const void *body, size_t n_bytes,
                                   int64_t received_us),
                      void *context, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT format, received_us, body FROM inbox ORDER BY id", err);
    if (!read)
        return -1;
    struct buf unpacked scoped_buf = {0};
    int result;
    while ((result = db_step(read, err)) == 0) {
        size_t n_bytes;
        const void *body = db_column_blob(read, 2, &n_bytes);
        unpack(&unpacked, &body, &n_bytes);
        result = visit(context, db_column_text(read, 0), body, n_bytes, db_column_int(read, 1));
        if (result != 0) {
            db_reset(read);
            return result;
        }
    }
    return result == DB_DONE ? 0 : -1;
}
