/* A noun whose values are rows: its columns are a table of names, kinds and places in the struct, from which
 * the statements are made, so that the order of names, parameters and values is one. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ledger/ledger_priv.h"

static void add_names(struct buf *sql, const struct noun *noun, size_t n_columns)
{
    for (size_t i = 0; i < n_columns; i++)
        buf_printf(sql, "%s%s", i ? ", " : "", noun->columns[i].name);
}

/* INSERT INTO timer (kind, subject, due_us) VALUES ($1, $2, $3)
 * ON CONFLICT (kind, subject) DO UPDATE SET due_us = excluded.due_us
 * and for a text that is kept: COALESCE($9, '') and output = COALESCE($9, step.output). */
static void save_sql(struct buf *sql, const struct noun *noun)
{
    buf_printf(sql, "INSERT INTO %s (", noun->table);
    add_names(sql, noun, noun->n_columns);
    buf_puts(sql, ") VALUES (");
    for (size_t i = 0; i < noun->n_columns; i++)
        buf_printf(sql, noun->columns[i].kind == COLUMN_KEPT ? "%sCOALESCE($%zu, '')" : "%s$%zu",
                   i ? ", " : "", i + 1);
    buf_puts(sql, ") ON CONFLICT (");
    add_names(sql, noun, noun->n_identity);
    buf_puts(sql, ") DO UPDATE SET ");
    for (size_t i = noun->n_identity; i < noun->n_columns; i++) {
        const char *name = noun->columns[i].name, *comma = i > noun->n_identity ? ", " : "";
        if (noun->columns[i].kind == COLUMN_KEPT)
            buf_printf(sql, "%s%s = COALESCE($%zu, %s.%s)", comma, name, i + 1, noun->table, name);
        else
            buf_printf(sql, "%s%s = excluded.%s", comma, name, name);
    }
}

static void bind_column(struct db_statement *statement, const struct column *column, const void *value)
{
    const char *at = (const char *)value + column->offset;
    int64_t number = 0;
    int small = 0;
    const char *text = NULL;
    switch (column->kind) {
    case COLUMN_INT64:
        memcpy(&number, at, sizeof number);
        db_bind_int(statement, number);
        break;
    case COLUMN_INT:
        memcpy(&small, at, sizeof small);
        db_bind_int(statement, small);
        break;
    case COLUMN_BOOL:
        db_bind_int(statement, *(const bool *)at);
        break;
    case COLUMN_TEXT:
        memcpy(&text, at, sizeof text);
        db_bind_text(statement, text ? text : "");
        break;
    case COLUMN_KEPT:
        memcpy(&text, at, sizeof text);
        db_bind_text(statement, text);
        break;
    case COLUMN_WORD:
        memcpy(&small, at, sizeof small);
        db_bind_text(statement, column->word(small));
        break;
    }
}

/* "SELECT kind, subject, due_us FROM timer " and the rest. */
static void select_sql(struct buf *sql, const struct noun *noun, const char *rest)
{
    buf_puts(sql, "SELECT ");
    add_names(sql, noun, noun->n_columns);
    buf_printf(sql, " FROM %s %s", noun->table, rest);
}

/* Found by the table and the rest, NULL: the one that saves. Every input saves rows, and making and finding
 * the whole text costs more than the statement does. */
static struct db_statement *statement_for(struct ledger *ledger, const struct noun *noun, const char *rest,
                                          struct err *err)
{
    struct buf key scoped_buf = {0};
    struct buf sql scoped_buf = {0};
    buf_puts(&key, noun->table);
    if (rest) {
        buf_putc(&key, ' ');
        buf_puts(&key, rest);
    }
    struct db_statement *kept = map_get(ledger->row_statements, key.at, key.n_bytes);
    if (kept) {
        db_reset(kept);
        return kept;
    }
    rest ? select_sql(&sql, noun, rest) : save_sql(&sql, noun);
    kept = db_prepare(ledger->db, buf_text(&sql), err);
    if (kept)
        map_put(ledger->row_statements, key.at, key.n_bytes, kept);
    return kept;
}

int row_save(struct ledger *ledger, const struct noun *noun, const void *value, struct err *err)
{
    struct db_statement *save = statement_for(ledger, noun, NULL, err);
    if (!save)
        return -1;
    for (size_t i = 0; i < noun->n_columns; i++)
        bind_column(save, &noun->columns[i], value);
    return ledger_outcome(db_run(save, err));
}

struct db_statement *row_select(struct ledger *ledger, const struct noun *noun, const char *rest,
                                struct err *err)
{
    return statement_for(ledger, noun, rest, err);
}

static int read_column(struct db_statement *statement, int i, const struct column *column,
                       struct arena *arena, void *value, struct err *err)
{
    char *at = (char *)value + column->offset;
    int64_t number = column->kind >= COLUMN_TEXT ? 0 : db_column_int(statement, i);
    int small = (int)number;
    const char *text;
    switch (column->kind) {
    case COLUMN_INT64:
        memcpy(at, &number, sizeof number);
        break;
    case COLUMN_INT:
        memcpy(at, &small, sizeof small);
        break;
    case COLUMN_BOOL:
        *(bool *)at = number != 0;
        break;
    case COLUMN_TEXT:
    case COLUMN_KEPT:
        text = arena_strdup(arena, db_column_text(statement, i));
        memcpy(at, &text, sizeof text);
        break;
    case COLUMN_WORD:
        small = column->word_of(db_column_text(statement, i));
        if (small < 0)
            return err_set(err, "the ledger holds a %s that this program does not know: \"%s\"", column->name,
                           db_column_text(statement, i));
        memcpy(at, &small, sizeof small);
        break;
    }
    return 0;
}

int row_read(struct db_statement *statement, const struct noun *noun, struct arena *arena, void *ret_value,
             struct err *err)
{
    char *value = arena_alloc(arena, noun->value_bytes);
    for (size_t i = 0; i < noun->n_columns; i++)
        if (read_column(statement, (int)i, &noun->columns[i], arena, value, err) != 0)
            return -1;
    memcpy(ret_value, value, noun->value_bytes);
    return 0;
}

int rows_read(struct db_statement *statement, const struct noun *noun, struct arena *arena, void **ret_values,
              size_t *ret_n, struct err *err)
{
    char *values = NULL;
    size_t n = 0, capacity = 0;
    int result;
    while ((result = db_step(statement, err)) == 0) {
        if (n == capacity)
            values = list_grow_(arena, values, n, &capacity, noun->value_bytes);
        if (row_read(statement, noun, arena, values + n * noun->value_bytes, err) == 0)
            n++;
        else /* the others are no worse for it */
            log_event(LOG_ERROR, "ledger.unreadable", "table=%s error=%s", noun->table, log_quote(err->text));
    }
    if (result != DB_DONE)
        return -1;
    *ret_values = values;
    *ret_n = n;
    return 0;
}
