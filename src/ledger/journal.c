/* body: for each decision its kind (a byte) and the columns of its noun; a number is eight bytes, a text its
 * length, its bytes and NUL, NULL a length of -1. A word of an enum is kept as the word, as in the tables. */
#include "ledger/journal.h"

#include <string.h>

#include "base/log.h"
#include "ledger/ledger_priv.h"

/* Of a longer row more would be written than of the tables. */
enum { LONGEST_BYTES = 32 * 1024 };

#define TEXT(member)                                                                                         \
    {                                                                                                        \
#member, COLUMN_TEXT, offsetof(struct event, member), NULL, NULL                                     \
    }

static const struct column event_columns[] = {
    {"incident", COLUMN_INT64, offsetof(struct event, incident), NULL, NULL},
    TEXT(actor),
    TEXT(kind),
    TEXT(summary),
    TEXT(body),
};

static const struct noun event_noun = {"event", event_columns, sizeof event_columns / sizeof *event_columns,
                                       0, sizeof(struct event)};

static const struct noun *noun_of(int kind)
{
    switch (kind) {
    case DECISION_EVENT:
        return &event_noun;
    case DECISION_TIMER_SET:
    case DECISION_TIMER_CLEAR:
        return &timer_noun;
    case DECISION_SILENCE_FORGET:
        return &silence_noun;
    default:
        return saved_noun(kind);
    }
}

/* ---- writing ---- */

static void put_int(struct buf *out, int64_t value)
{
    buf_add(out, &value, sizeof value);
}

static void put_text(struct buf *out, const char *text)
{
    put_int(out, text ? (int64_t)strlen(text) : -1);
    if (text)
        buf_add(out, text, strlen(text) + 1);
}

static void put_column(struct buf *out, const struct column *column, const void *value)
{
    struct column_value got = column_get(column, value);
    if (got.is_text)
        put_text(out, got.text);
    else
        put_int(out, got.number);
}

static void put_decision(struct buf *out, const struct decision *decision)
{
    const struct noun *noun = noun_of((int)decision->kind);
    must(noun);
    buf_putc(out, (char)decision->kind);
    for (size_t i = 0; i < noun->n_columns; i++)
        put_column(out, &noun->columns[i], &decision->incident); /* all begin there */
}

static int save(struct ledger *ledger, int64_t now_us, struct err *err)
{
    struct db_statement *insert =
        db_prepare(ledger->db,
                   "INSERT INTO journal (id, position, at_us, version, body) VALUES (1, $1, $2, $3, $4)"
                   " ON CONFLICT (id) DO UPDATE SET position = excluded.position, at_us = excluded.at_us,"
                   " version = excluded.version, body = excluded.body",
                   err);
    if (!insert)
        return -1;
    db_bind_int(insert, ledger->ends.position);
    db_bind_int(insert, now_us);
    db_bind_int(insert, ledger_newest_version());
    db_bind_blob(insert, ledger->row.at, ledger->row.n_bytes);
    return ledger_outcome(db_run(insert, err));
}

int ledger_journal(struct ledger *ledger, const struct decisions *decisions, int64_t now_us, struct err *err)
{
    must(ledger->in_transaction);
    bool any_event = false;
    buf_clear(&ledger->row);
    for (size_t i = 0; i < decisions->list.n && ledger->row.n_bytes <= LONGEST_BYTES; i++) {
        const struct decision *decision = &decisions->list.at[i];
        any_event |= decision->kind == DECISION_EVENT;
        if (noun_of((int)decision->kind) != &timer_noun || timer_is_kept(&decision->timer))
            put_decision(&ledger->row, decision);
    }
    if (!any_event || ledger->row.n_bytes > LONGEST_BYTES)
        return LEDGER_TOO_LONG;
    return save(ledger, now_us, err);
}

/* ---- reading ---- */

struct cursor {
    const char *at;
    size_t left;
    bool bad;
};

static const char *take(struct cursor *cursor, size_t n_bytes)
{
    const char *at = cursor->at;
    if (cursor->bad || n_bytes > cursor->left) {
        cursor->bad = true;
        return NULL;
    }
    cursor->at += n_bytes;
    cursor->left -= n_bytes;
    return at;
}

static int64_t take_int(struct cursor *cursor)
{
    int64_t value = 0;
    const char *at = take(cursor, sizeof value);
    if (at)
        memcpy(&value, at, sizeof value);
    return value;
}

static const char *take_text(struct cursor *cursor)
{
    int64_t n = take_int(cursor);
    if (n < 0)
        return NULL;
    const char *text = (uint64_t)n < cursor->left ? take(cursor, (size_t)n + 1) : NULL;
    cursor->bad |= !text || text[n];
    return text;
}

static void take_decision(struct cursor *cursor, struct decision *decision)
{
    const char *kind = take(cursor, 1);
    const struct noun *noun = kind ? noun_of((unsigned char)*kind) : NULL;
    if (!noun) {
        cursor->bad = true;
        return;
    }
    decision->kind = (enum decision_kind)(unsigned char)*kind;
    for (size_t i = 0; i < noun->n_columns && !cursor->bad; i++) {
        const struct column *column = &noun->columns[i];
        struct column_value value = {.is_text = column->kind >= COLUMN_TEXT};
        if (value.is_text)
            value.text = take_text(cursor);
        else
            value.number = take_int(cursor);
        cursor->bad |= !cursor->bad && column_set(column, &decision->incident, &value) != 0;
    }
}

/* What belongs after the last event that there is. DB_DONE: nothing; texts live in the arena. */
static int read_journal(struct ledger *ledger, struct decisions *decisions, int64_t *ret_at_us,
                        struct err *err)
{
    struct db_statement *read = db_prepare(
        ledger->db, "SELECT at_us, version, body FROM journal WHERE id = 1 AND position = $1", err);
    if (!read)
        return -1;
    db_bind_int(read, ledger->ends.position);
    int result = db_step(read, err);
    if (result != 0)
        return result;
    size_t n_bytes;
    const void *body = db_column_blob(read, 2, &n_bytes);
    struct cursor cursor = {arena_strndup(decisions->arena, body, n_bytes), n_bytes, false};
    cursor.bad = db_column_int(read, 1) != ledger_newest_version();
    *ret_at_us = db_column_int(read, 0);
    db_reset(read);
    while (cursor.left > 0 && !cursor.bad)
        take_decision(&cursor, list_push(decisions->arena, &decisions->list));
    return cursor.bad ? err_set(err, "the journal is damaged, or of another program") : 0;
}

static int write_tables(struct ledger *ledger, const struct decisions *decisions, int64_t at_us,
                        struct err *err)
{
    int result = ledger_begin(ledger, err);
    if (result == 0)
        result = ledger_record(ledger, decisions, at_us, err);
    if (result == 0)
        return ledger_commit(ledger, err);
    ledger_rollback(ledger);
    return LEDGER_FULL;
}

/* Whatever keeps it from the tables, the alert is in the inbox, and the program must start. */
static int pass_over(const struct err *err)
{
    log_event(LOG_ERROR, "ledger.journal_passed_over", "error=%s effect=%s", log_quote(err->text),
              log_quote("the last alert is decided on once more"));
    return 0;
}

int journal_redo(struct ledger *ledger, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    struct decisions decisions = {.arena = arena};
    int64_t at_us = 0;
    int result = read_journal(ledger, &decisions, &at_us, err);
    if (result != 0)
        return result == DB_DONE ? 0 : pass_over(err);
    result = write_tables(ledger, &decisions, at_us, err);
    if (result == 0)
        log_event(LOG_INFO, "ledger.journal_written", "decisions=%zu", decisions.list.n);
    return result == LEDGER_FULL ? pass_over(err) : result;
}
