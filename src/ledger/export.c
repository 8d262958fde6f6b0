/* Events out of the ledger, in a form that can be proved without it. A part needs the whole tree for its
 * proofs, so all records are read once, for their leaves (32 bytes each in memory), and then the part is
 * written; both in one read transaction. It goes row by row, so that a server can do it between other work:
 *
 *   head -> [leaves -> last checkpoint ->] events -> checkpoints after them -> tail */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/proof_priv.h"

enum { PIECE_ROWS = 64, PIECE_BYTES = 64 * 1024 };

enum export_phase { PHASE_HEAD, PHASE_LEAVES, PHASE_EVENTS, PHASE_TAIL, PHASE_OVER };

struct ledger_export {
    struct ledger *ledger;
    struct ledger_part part;
    char stream[STREAM_NAME_BYTES]; /* of the part; bound to rows as long as they are read */
    enum export_phase phase;
    struct buf *out;
    struct json_document *json;
    struct merkle_tree *tree;          /* of a part; NULL: all is exported */
    struct db_statement *rows, *seals; /* what is being read; seals: of the whole only */
    int seal;                          /* what the last step of seals gave */
    int64_t signed_size;               /* of the last checkpoint; 0: there is none */
    int64_t n_events;
    bool in_transaction;
};

static bool is_part(const struct ledger_part *part)
{
    return part->incident != 0 || part->since_us != 0;
}

static struct json_writer line_begin(struct ledger_export *export)
{
    struct json_writer w = jw_start(export->out);
    jw_begin_object(&w);
    return w;
}

static void line_end(struct ledger_export *export, struct json_writer *w)
{
    jw_end_object(w);
    buf_putc(export->out, '\n');
}

static void put_proof(struct json_writer *w, const char *name, const struct merkle_proof *proof)
{
    char text[sodium_base64_ENCODED_LEN(SHA256_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    jw_name(w, name);
    jw_begin_array(w);
    for (size_t i = 0; i < proof->n; i++) {
        sodium_bin2base64(text, sizeof text, proof->path[i].bytes, SHA256_BYTES,
                          sodium_base64_VARIANT_ORIGINAL);
        jw_string(w, text);
    }
    jw_end_array(w);
}

/* ---- the parts of the file ---- */

static int put_head(struct ledger_export *export, struct err *err)
{
    struct arena *arena scoped_arena = arena_new();
    const char *path = arena_printf(arena, "%s/ledger.pub", export->ledger->data_dir);
    char *key = NULL, origin[ORIGIN_BYTES], since[TIME_TEXT_BYTES];
    size_t n_bytes;
    if (access(path, F_OK) == 0 && file_read(arena, path, KEY_FILE_BYTES, &key, &n_bytes, err) != 0)
        return -1;
    seal_origin(export->ledger, origin);
    time_format_rfc3339(export->part.since_us, since);
    struct json_writer w = line_begin(export);
    jw_pair_int(&w, "crashcart_export", 1);
    jw_pair(&w, "origin", origin);
    if (key)
        key[strcspn(key, "\r\n")] = '\0';
    jw_pair(&w, "key", key);
    if (export->part.incident)
        jw_pair(&w, "part", arena_printf(arena, "incident/%lld", (long long)export->part.incident));
    else
        jw_pair(&w, "part", export->part.since_us ? arena_printf(arena, "since %s", since) : "all");
    line_end(export, &w);
    return 0;
}

static void put_checkpoint(struct ledger_export *export, const char *note)
{
    struct json_writer w = line_begin(export);
    jw_pair(&w, "checkpoint", note);
    line_end(export, &w);
}

static void add_leaf(struct ledger_export *export, struct db_statement *row)
{
    size_t n_bytes;
    struct merkle_hash leaf;
    const void *record = db_column_blob(row, 0, &n_bytes);
    merkle_leaf(record, n_bytes, &leaf);
    merkle_tree_add(export->tree, &leaf);
}

/* The last checkpoint, which the events of a part are proved against. */
static int put_last_checkpoint(struct ledger_export *export, struct err *err)
{
    struct db_statement *read =
        db_prepare(export->ledger->db, "SELECT size, note FROM seal ORDER BY size DESC LIMIT 1", err);
    int result = read ? db_step(read, err) : -1;
    if (result != 0)
        return result == DB_DONE ? 0 : -1;
    export->signed_size = db_column_int(read, 0);
    put_checkpoint(export, db_column_text(read, 1));
    db_reset(read);
    if (export->signed_size > merkle_tree_size(export->tree))
        return err_set(err,
                       "the ledger is broken (it ends before its last checkpoint): run crashcart verify");
    return 0;
}

static int put_consistency(struct ledger_export *export, struct err *err)
{
    struct arena *arena scoped_arena = arena_new();
    const char *path = export->part.checkpoint_file;
    struct checkpoint from;
    struct merkle_proof proof;
    char *note;
    size_t n_bytes;
    if (file_read(arena, path, NOTE_BYTES, &note, &n_bytes, err) != 0)
        return -1;
    if (checkpoint_read(note, n_bytes, NULL, &from, err) != 0)
        return err_prefix(err, "%s ", path);
    if (from.size < 1 || from.size > export->signed_size)
        return err_set(err,
                       "%s is of %lld events, and the ledger has signed %lld: run crashcart verify "
                       "--checkpoint %s",
                       path, (long long)from.size, (long long)export->signed_size, path);
    merkle_consistency(export->tree, from.size, export->signed_size, &proof);
    struct json_writer w = line_begin(export);
    jw_pair(&w, "from", note);
    put_proof(&w, "consistency", &proof);
    line_end(export, &w);
    return 0;
}

static bool is_wanted(struct ledger_export *export, const char *record, size_t n_bytes)
{
    struct json root;
    int64_t at_us = 0;
    size_t n_at;
    if (!export->part.since_us)
        return true;
    if (json_parse(export->json, record, n_bytes, 80, &root, NULL) != 0)
        return true; /* whoever proves the file will say so */
    const char *at = json_text(json_get(root, "at"), &n_at);
    return !at || time_parse_rfc3339(at, n_at, &at_us) != 0 || at_us >= export->part.since_us;
}

static void put_event(struct ledger_export *export, int64_t position, struct db_statement *row)
{
    char hex[SHA256_HEX_BYTES] = "";
    size_t n_bytes, hash_bytes;
    const char *record = db_column_blob(row, 1, &n_bytes);
    const uint8_t *hash = db_column_blob(row, 2, &hash_bytes);
    if (!is_wanted(export, record, n_bytes))
        return;
    if (hash_bytes == SHA256_BYTES)
        hex_encode(hash, hash_bytes, hex);
    struct json_writer w = line_begin(export);
    jw_pair_int(&w, "position", position);
    jw_pair(&w, "hash", hex);
    jw_name(&w, "record");
    jw_string_n(&w, record, n_bytes);
    if (export->tree && position <= export->signed_size) {
        struct merkle_proof proof;
        merkle_inclusion(export->tree, position - 1, export->signed_size, &proof);
        put_proof(&w, "inclusion", &proof);
    }
    line_end(export, &w);
    export->n_events++;
}

/* In the whole, every checkpoint stands after the event that it ends with. */
static void put_checkpoints_until(struct ledger_export *export, int64_t position, struct err *err)
{
    for (; export->seal == 0 && db_column_int(export->seals, 0) <= position;
         export->seal = db_step(export->seals, err))
        put_checkpoint(export, db_column_text(export->seals, 1));
}

/* ---- the phases: each gives 0 and moves on, LEDGER_MORE, or -1 ---- */

static int begin_leaves(struct ledger_export *export, struct err *err)
{
    export->rows = db_prepare(export->ledger->db, "SELECT record FROM event ORDER BY position", err);
    export->phase = PHASE_LEAVES;
    return export->rows ? 0 : -1;
}

static int begin_events(struct ledger_export *export, struct err *err)
{
    struct db *db = export->ledger->db;
    export->phase = PHASE_EVENTS;
    export->seal = DB_DONE;
    if (!export->tree) {
        export->seals = db_prepare(db, "SELECT size, note FROM seal ORDER BY size", err);
        if (!export->seals)
            return -1;
    }
    export->rows = export->part.incident
                       ? db_prepare(db,
                                    "SELECT position, record, hash FROM event"
                                    " WHERE stream = (SELECT id FROM stream WHERE name = $1)"
                                    " ORDER BY position",
                                    err)
                       : db_prepare(db, "SELECT position, record, hash FROM event ORDER BY position", err);
    if (!export->rows)
        return -1;
    if (export->part.incident) {
        stream_name_of(export->part.incident, export->stream);
        db_bind_text(export->rows, export->stream);
    }
    if (export->seals)
        export->seal = db_step(export->seals, err);
    return export->seal == 0 || export->seal == DB_DONE ? 0 : -1;
}

static int begin(struct ledger_export *export, struct err *err)
{
    if (db_begin(export->ledger->db, err) != 0)
        return -1;
    export->in_transaction = true;
    if (put_head(export, err) != 0)
        return -1;
    return export->tree ? begin_leaves(export, err) : begin_events(export, err);
}

static bool piece_is_full(const struct ledger_export *export, int n_rows)
{
    return n_rows >= PIECE_ROWS || export->out->n_bytes >= PIECE_BYTES;
}

static int some_leaves(struct ledger_export *export, struct err *err)
{
    int result = 0;
    for (int n = 0; n < PIECE_ROWS && (result = db_step(export->rows, err)) == 0; n++)
        add_leaf(export, export->rows);
    if (result == 0)
        return LEDGER_MORE;
    if (result != DB_DONE || put_last_checkpoint(export, err) != 0 ||
        (export->part.checkpoint_file && put_consistency(export, err) != 0))
        return -1;
    return begin_events(export, err);
}

static int some_events(struct ledger_export *export, struct err *err)
{
    int result = 0;
    for (int n = 0; !piece_is_full(export, n) && (result = db_step(export->rows, err)) == 0; n++) {
        int64_t position = db_column_int(export->rows, 0);
        put_event(export, position, export->rows);
        put_checkpoints_until(export, position, err);
    }
    if (result == 0)
        return LEDGER_MORE;
    if (result != DB_DONE)
        return -1;
    put_checkpoints_until(export, INT64_MAX, err);
    export->phase = PHASE_TAIL;
    return export->seal == DB_DONE ? 0 : -1;
}

static int put_tail(struct ledger_export *export, struct err *err)
{
    (void)err;
    struct json_writer w = line_begin(export);
    jw_pair_int(&w, "events", export->n_events);
    line_end(export, &w);
    export->phase = PHASE_OVER;
    return 0;
}

static int (*const phases[])(struct ledger_export *export, struct err *err) = {
    [PHASE_HEAD] = begin,
    [PHASE_LEAVES] = some_leaves,
    [PHASE_EVENTS] = some_events,
    [PHASE_TAIL] = put_tail,
};

struct ledger_export *ledger_export_begin(struct ledger *reader, const struct ledger_part *part)
{
    struct ledger_export *export = heap_alloc(sizeof *export);
    export->ledger = reader;
    export->part = *part;
    export->json = json_document_new();
    export->tree = is_part(part) ? merkle_tree_new() : NULL;
    return export;
}

int ledger_export_some(struct ledger_export *export, struct buf *out, struct err *err)
{
    export->out = out;
    int result = export->phase == PHASE_OVER ? 0 : phases[export->phase](export, err);
    return result == 0 && export->phase != PHASE_OVER ? LEDGER_MORE : result;
}

void ledger_export_end(struct ledger_export *export, int64_t *ret_n)
{
    if (ret_n)
        *ret_n = export->n_events;
    if (export->rows)
        db_reset(export->rows);
    if (export->seals)
        db_reset(export->seals);
    if (export->in_transaction)
        db_rollback(export->ledger->db);
    merkle_tree_free(export->tree);
    json_document_free(export->json);
    heap_free_(&export);
}

int ledger_export(const struct ledger_place *place, const struct ledger_part *part, FILE *out, int64_t *ret_n,
                  struct err *err)
{
    scoped_buf struct buf piece = {0};
    struct ledger *ledger;
    int result = ledger_open_reader(place, &ledger, err);
    if (result != 0)
        return result;
    struct ledger_export *export = ledger_export_begin(ledger, part);
    do {
        buf_clear(&piece);
        result = ledger_export_some(export, &piece, err);
        if (fwrite(piece.at, 1, piece.n_bytes, out) != piece.n_bytes ||
            (result == 0 && (fflush(out) != 0 || ferror(out))))
            result = err_set(err, "the export cannot be written: is there no space left?");
    } while (result == LEDGER_MORE);
    ledger_export_end(export, ret_n);
    ledger_close(ledger);
    return result;
}
