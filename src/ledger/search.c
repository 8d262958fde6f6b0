/* Searching reads events backwards and looks at each: kind, actor and time stand inside of the records, which
 * are kept as they were hashed. So one call looks at a bounded number, and says where to go on. */
#include "ledger/search.h"

#include <string.h>

#include "ledger/ledger_priv.h"

enum { LOOKED_AT_MOST = 20000, PIECE = 500 };

static bool fits_kind(const char *kind, const char *wanted)
{
    size_t n = strlen(wanted);
    return strncmp(kind, wanted, n) == 0 && (kind[n] == '\0' || kind[n] == '.');
}

static bool fits_actor(const char *actor, const char *wanted)
{
    const char *name = strchr(actor, ':');
    return strcmp(actor, wanted) == 0 || (name && strcmp(name + 1, wanted) == 0);
}

static bool fits(const struct event_row *row, const struct event_search *search)
{
    return (!search->kind || fits_kind(row->kind, search->kind)) &&
           (!search->actor || fits_actor(row->actor, search->actor)) &&
           (!search->text || strcasestr(row->summary, search->text)) &&
           (!search->from_us || row->at_us >= search->from_us) &&
           (!search->until_us || row->at_us < search->until_us);
}

/* Goes on from *before, which moves; *n_found goes up. True: there may be more. */
static int take_piece(struct ledger *ledger, struct arena *arena, const struct event_search *search,
                      int64_t *before, struct event_row *found, size_t *n_found, bool *ret_more,
                      struct err *err)
{
    struct event_row *rows;
    size_t n;
    scoped_arena struct arena *piece = arena_new();
    if (event_rows_before(ledger, piece, search->incident, *before, PIECE, &rows, &n, err) != 0)
        return -1;
    *ret_more = n == PIECE;
    for (size_t i = 0; i < n && *n_found < search->limit; i++) {
        *before = rows[i].position;
        if (!fits(&rows[i], search))
            continue;
        struct event_row *row = &found[(*n_found)++];
        *row = rows[i];
        row->stream = arena_strdup(arena, row->stream);
        row->actor = arena_strdup(arena, row->actor);
        row->kind = arena_strdup(arena, row->kind);
        row->summary = arena_strdup(arena, row->summary);
        row->body = arena_strdup(arena, row->body);
        row->hash = arena_strdup(arena, row->hash);
        *ret_more |= *n_found == search->limit && i + 1 < n;
    }
    return 0;
}

int ledger_search(struct ledger *ledger, struct arena *arena, const struct event_search *search,
                  struct event_row **ret_rows, size_t *ret_n, int64_t *ret_next, struct err *err)
{
    must(search->limit > 0 && search->limit <= SEARCH_MOST);
    struct event_row *found = arena_alloc(arena, search->limit * sizeof *found);
    int64_t before = search->before > 0 ? search->before : INT64_MAX;
    size_t n_found = 0;
    bool more = true;
    for (int looked_at = 0; more && looked_at < LOOKED_AT_MOST && n_found < search->limit; looked_at += PIECE)
        if (take_piece(ledger, arena, search, &before, found, &n_found, &more, err) != 0)
            return -1;
    *ret_rows = found;
    *ret_n = n_found;
    *ret_next = more ? before : 0;
    return 0;
}

/* " AND service IN ($2, $3)"; the number of the next parameter moves on. SQLite counts parameters as they
 * come, so they are numbered in the order of the text. */
static void put_services(struct buf *sql, const char *services, int *number)
{
    const char *before = " AND service IN (";
    for (const char *at = services; *at; at += strcspn(at, " "), at += *at == ' ', before = ", ")
        buf_printf(sql, "%s$%d", before, (*number)++);
    buf_puts(sql, *services ? ")" : "");
}

static void bind_services(struct db_statement *read, struct arena *arena, const char *services)
{
    for (const char *at = services; *at; at += *at == ' ') {
        size_t n_bytes = strcspn(at, " ");
        db_bind_text(read, arena_strndup(arena, at, n_bytes));
        at += n_bytes;
    }
}

#define IS_OPEN "state NOT IN ('resolved', 'closed')"

static void put_search(struct buf *rest, const struct incident_search *search)
{
    /* In the order of the index incident_worst, word by word, so that no others are looked at. */
    static const char worst[] =
        " ORDER BY patient_safety DESC, (CASE severity_rank WHEN 0 THEN 1 ELSE severity_rank END),"
        " (CASE acknowledged_by WHEN '' THEN 0 ELSE 1 END), number";
    int number = search->worst_first ? 1 : 2;
    buf_puts(rest, search->worst_first ? "WHERE " IS_OPEN
                   : search->open_only ? "WHERE number < $1 AND " IS_OPEN
                                       : "WHERE number < $1");
    put_services(rest, search->services, &number);
    buf_printf(rest, "%s LIMIT $%d", search->worst_first ? worst : " ORDER BY number DESC", number);
}

int ledger_search_incidents(struct ledger *ledger, struct arena *arena, const struct incident_search *search,
                            struct incident **ret_incidents, size_t *ret_n, struct err *err)
{
    struct buf rest scoped_buf = {0};
    put_search(&rest, search);
    struct db_statement *read = row_select(ledger, &incident_noun, buf_text(&rest), err);
    if (!read)
        return -1;
    if (!search->worst_first)
        db_bind_int(read, search->before > 0 ? search->before : INT64_MAX);
    bind_services(read, arena, search->services);
    db_bind_int(read, search->limit > INT64_MAX ? INT64_MAX : (int64_t)search->limit);
    void *values;
    if (rows_read(read, &incident_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_incidents = values;
    return 0;
}

int ledger_count_open(struct ledger *ledger, const char *services, int64_t *ret_n, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    struct buf sql scoped_buf = {0};
    buf_puts(&sql, "SELECT count(*) FROM incident WHERE " IS_OPEN);
    put_services(&sql, services, &(int){1});
    struct db_statement *read = db_prepare(ledger->db, buf_text(&sql), err);
    if (!read)
        return -1;
    bind_services(read, arena, services);
    if (db_step(read, err) != 0)
        return -1;
    *ret_n = db_column_int(read, 0);
    db_reset(read);
    return 0;
}

int ledger_newest_checkpoint(struct ledger *ledger, struct arena *arena, int64_t *ret_size,
                             int64_t *ret_signed_us, const char **ret_note, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT size, signed_us, note FROM seal ORDER BY size DESC LIMIT 1", err);
    int result = read ? db_step(read, err) : -1;
    *ret_size = *ret_signed_us = 0;
    *ret_note = NULL;
    if (result == DB_DONE)
        return 0;
    if (result != 0)
        return -1;
    *ret_size = db_column_int(read, 0);
    *ret_signed_us = db_column_int(read, 1);
    *ret_note = arena_strdup(arena, db_column_text(read, 2));
    db_reset(read);
    return 0;
}
