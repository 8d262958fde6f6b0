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

/* In the order of the index incident_worst, word by word, so that no others are looked at. */
int ledger_worst_incidents(struct ledger *ledger, struct arena *arena, size_t limit,
                           struct incident **ret_incidents, size_t *ret_n, struct err *err)
{
    struct db_statement *read =
        row_select(ledger, &incident_noun,
                   "WHERE state NOT IN ('resolved', 'closed') ORDER BY patient_safety DESC, "
                   "(CASE severity_rank WHEN 0 THEN 1 ELSE severity_rank END), number LIMIT $1",
                   err);
    if (!read)
        return -1;
    db_bind_int(read, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    void *values;
    if (rows_read(read, &incident_noun, arena, &values, ret_n, err) != 0)
        return -1;
    *ret_incidents = values;
    return 0;
}

int ledger_count_open(struct ledger *ledger, int64_t *ret_n, struct err *err)
{
    struct db_statement *read = db_prepare(
        ledger->db, "SELECT count(*) FROM incident WHERE state NOT IN ('resolved', 'closed')", err);
    if (!read || db_step(read, err) != 0)
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
