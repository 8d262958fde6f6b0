/* The inbox: what was received, as it came and before anything is understood of it, so that an alert that was
 * answered can be heard again after any crash. What is committed together is one row (received.c).
 *
 * It is kept short without a long transaction: the alerts that stand are written as further rows, a few at a
 * time, each as true as its place in the order; the last of them forgets all that came before the first, in
 * one step
 * ("inbox_forgotten" in the table of the installation); what is forgotten is erased a few rows at a time. */
#include <stdio.h>
#include <stdlib.h>

#include "ledger/ledger_priv.h"
#include "ledger/received.h"

enum { PAGE_ROWS = 16, PAGE_BODIES = 16 };

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

int ledger_forget_inbox(struct ledger *ledger, int64_t last_id, struct err *err)
{
    char text[32];
    /* A row must stay: SQLite numbers the next one after the last that is there. */
    must(ledger->in_transaction && last_id < ledger->ends.inbox_id);
    struct db_statement *save =
        db_prepare(ledger->db,
                   "INSERT INTO installation (name, value) VALUES ('inbox_forgotten', $1)"
                   " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   err);
    if (!save)
        return -1;
    snprintf(text, sizeof text, "%lld", (long long)last_id);
    db_bind_text(save, text);
    int result = db_run(save, err);
    if (result == 0)
        ledger->ends.inbox_forgotten = last_id;
    return ledger_outcome(result);
}

/* The last of the rows to erase, 0: there is none, and what they hold. */
static int find_forgotten(struct ledger *ledger, size_t most, int64_t *ret_last_id, size_t *ret_n,
                          size_t *ret_n_bytes, struct err *err)
{
    struct db_statement *sum = db_prepare(
        ledger->db,
        "SELECT coalesce(max(id), 0), count(*), coalesce(sum(n_bytes), 0) FROM"
        " (SELECT id, length(body) AS n_bytes FROM inbox WHERE id <= $1 ORDER BY id LIMIT $2) AS old",
        err);
    if (!sum)
        return -1;
    db_bind_int(sum, ledger->ends.inbox_forgotten);
    db_bind_int(sum, (int64_t)most);
    int result = db_step(sum, err);
    if (result != 0)
        return ledger_outcome(result);
    *ret_last_id = db_column_int(sum, 0);
    *ret_n = (size_t)db_column_int(sum, 1);
    *ret_n_bytes = (size_t)db_column_int(sum, 2);
    db_reset(sum);
    return 0;
}

int ledger_trim_inbox(struct ledger *ledger, size_t most, struct err *err)
{
    must(ledger->in_transaction);
    int64_t last_id;
    size_t n, n_bytes;
    int result = find_forgotten(ledger, most, &last_id, &n, &n_bytes, err);
    if (result != 0 || n == 0)
        return result;
    struct db_statement *erase = db_prepare(ledger->db, "DELETE FROM inbox WHERE id <= $1", err);
    if (!erase)
        return -1;
    db_bind_int(erase, last_id);
    result = db_run(erase, err);
    if (result != 0)
        return ledger_outcome(result);
    ledger->ends.inbox_bytes -= n_bytes;
    return n == most ? LEDGER_MORE : 0;
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
    struct db_statement *read = db_prepare(
        ledger->db,
        "SELECT coalesce(max(id), 0), coalesce(sum(length(body)), 0),"
        " coalesce((SELECT value FROM installation WHERE name = 'inbox_forgotten'), '0') FROM inbox",
        err);
    if (!read || db_step(read, err) != 0)
        return -1;
    ledger->ends.inbox_id = db_column_int(read, 0);
    ledger->ends.inbox_bytes = (size_t)db_column_int(read, 1);
    ledger->ends.inbox_forgotten = strtoll(db_column_text(read, 2), NULL, 10);
    db_reset(read);
    return 0;
}

static int visit_row(struct ledger *ledger, struct db_statement *read, ledger_inbox_visit *visit,
                     void *context, size_t *n_visited)
{
    struct received row = {.format = db_column_text(read, 1)};
    row.body = db_column_blob(read, 3, &row.n_bytes);
    return received_each(ledger, &row, db_column_int(read, 2), visit, context, n_visited);
}

int ledger_next_inbox(struct ledger *ledger, int64_t *after_id, ledger_inbox_visit *visit, void *context,
                      struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db,
                   "SELECT id, format, received_us, body FROM inbox WHERE id > $1 ORDER BY id LIMIT $2", err);
    if (!read)
        return -1;
    int64_t forgotten = ledger->ends.inbox_forgotten;
    db_bind_int(read, *after_id > forgotten ? *after_id : forgotten);
    db_bind_int(read, PAGE_ROWS);
    int result = 0;
    size_t n_rows = 0, n_visited = 0;
    while (n_visited < PAGE_BODIES && (result = db_step(read, err)) == 0) {
        *after_id = db_column_int(read, 0);
        n_rows++;
        result = visit_row(ledger, read, visit, context, &n_visited);
        if (result != 0) {
            db_reset(read);
            return result;
        }
    }
    if (result == 0)
        db_reset(read);
    else if (result != DB_DONE)
        return -1;
    return result == 0 || n_rows == PAGE_ROWS ? LEDGER_MORE : 0;
}

int ledger_each_inbox(struct ledger *ledger, ledger_inbox_visit *visit, void *context, struct err *err)
{
    int64_t after_id = 0;
    int result;
    do
        result = ledger_next_inbox(ledger, &after_id, visit, context, err);
    while (result == LEDGER_MORE);
    return result;
}
