/* Events out of the ledger, in a form that can be proved without it. A part needs the whole tree for its
 * proofs, so all records are read once, for their leaves (32 bytes each in memory), and then the part is
 * written; both in one read transaction. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/proof_priv.h"

struct exporting {
    struct ledger *ledger;
    const struct ledger_part *part;
    FILE *out;
    struct buf line;
    struct json_document *json;
    struct merkle_tree *tree; /* of a part; NULL: all is exported */
    int64_t signed_size;      /* of the last checkpoint; 0: there is none */
    int64_t n_events;
};

static bool is_part(const struct ledger_part *part)
{
    return part->incident != 0 || part->since_us != 0;
}

static struct json_writer line_begin(struct exporting *exporting)
{
    buf_clear(&exporting->line);
    struct json_writer w = jw_start(&exporting->line);
    jw_begin_object(&w);
    return w;
}

static void line_end(struct exporting *exporting, struct json_writer *w)
{
    jw_end_object(w);
    buf_putc(&exporting->line, '\n');
    fwrite(exporting->line.at, 1, exporting->line.n_bytes, exporting->out);
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

static int put_head(struct exporting *exporting, const struct ledger_place *place, struct err *err)
{
    struct arena *arena scoped_arena = arena_new();
    const char *path = arena_printf(arena, "%s/ledger.pub", place->data_dir);
    char *key = NULL, origin[ORIGIN_BYTES], since[TIME_TEXT_BYTES];
    size_t n_bytes;
    if (access(path, F_OK) == 0 && file_read(arena, path, KEY_FILE_BYTES, &key, &n_bytes, err) != 0)
        return -1;
    seal_origin(exporting->ledger, origin);
    time_format_rfc3339(exporting->part->since_us, since);
    struct json_writer w = line_begin(exporting);
    jw_pair_int(&w, "crashcart_export", 1);
    jw_pair(&w, "origin", origin);
    if (key)
        key[strcspn(key, "\r\n")] = '\0';
    jw_pair(&w, "key", key);
    if (exporting->part->incident)
        jw_pair(&w, "part", arena_printf(arena, "incident/%lld", (long long)exporting->part->incident));
    else
        jw_pair(&w, "part", exporting->part->since_us ? arena_printf(arena, "since %s", since) : "all");
    line_end(exporting, &w);
    return 0;
}

static void put_checkpoint(struct exporting *exporting, const char *note)
{
    struct json_writer w = line_begin(exporting);
    jw_pair(&w, "checkpoint", note);
    line_end(exporting, &w);
}

static int fill_tree(struct exporting *exporting, struct err *err)
{
    struct db_statement *read =
        db_prepare(exporting->ledger->db, "SELECT record FROM event ORDER BY position", err);
    if (!read)
        return -1;
    int result;
    while ((result = db_step(read, err)) == 0) {
        size_t n_bytes;
        struct merkle_hash leaf;
        const void *record = db_column_blob(read, 0, &n_bytes);
        merkle_leaf(record, n_bytes, &leaf);
        merkle_tree_add(exporting->tree, &leaf);
    }
    return result == DB_DONE ? 0 : -1;
}

/* The last checkpoint, which the events of a part are proved against. */
static int put_last_checkpoint(struct exporting *exporting, struct err *err)
{
    struct db_statement *read =
        db_prepare(exporting->ledger->db, "SELECT size, note FROM seal ORDER BY size DESC LIMIT 1", err);
    int result = read ? db_step(read, err) : -1;
    if (result != 0)
        return result == DB_DONE ? 0 : -1;
    exporting->signed_size = db_column_int(read, 0);
    put_checkpoint(exporting, db_column_text(read, 1));
    db_reset(read);
    if (exporting->signed_size > merkle_tree_size(exporting->tree))
        return err_set(err,
                       "the ledger is broken (it ends before its last checkpoint): run crashcart verify");
    return 0;
}

static int put_consistency(struct exporting *exporting, struct err *err)
{
    struct arena *arena scoped_arena = arena_new();
    const char *path = exporting->part->checkpoint_file;
    struct checkpoint from;
    struct merkle_proof proof;
    char *note;
    size_t n_bytes;
    if (file_read(arena, path, NOTE_BYTES, &note, &n_bytes, err) != 0)
        return -1;
    if (checkpoint_read(note, n_bytes, NULL, &from, err) != 0)
        return err_prefix(err, "%s ", path);
    if (from.size < 1 || from.size > exporting->signed_size)
        return err_set(err,
                       "%s is of %lld events, and the ledger has signed %lld: run crashcart verify "
                       "--checkpoint %s",
                       path, (long long)from.size, (long long)exporting->signed_size, path);
    merkle_consistency(exporting->tree, from.size, exporting->signed_size, &proof);
    struct json_writer w = line_begin(exporting);
    jw_pair(&w, "from", note);
    put_proof(&w, "consistency", &proof);
    line_end(exporting, &w);
    return 0;
}

static bool is_wanted(struct exporting *exporting, const char *record, size_t n_bytes)
{
    struct json root;
    int64_t at_us = 0;
    size_t n_at;
    if (!exporting->part->since_us)
        return true;
    if (json_parse(exporting->json, record, n_bytes, 80, &root, NULL) != 0)
        return true; /* whoever proves the file will say so */
    const char *at = json_text(json_get(root, "at"), &n_at);
    return !at || time_parse_rfc3339(at, n_at, &at_us) != 0 || at_us >= exporting->part->since_us;
}

static void put_event(struct exporting *exporting, int64_t position, struct db_statement *row)
{
    char hex[SHA256_HEX_BYTES] = "";
    size_t n_bytes, hash_bytes;
    const char *record = db_column_blob(row, 1, &n_bytes);
    const uint8_t *hash = db_column_blob(row, 2, &hash_bytes);
    if (!is_wanted(exporting, record, n_bytes))
        return;
    if (hash_bytes == SHA256_BYTES)
        hex_encode(hash, hash_bytes, hex);
    struct json_writer w = line_begin(exporting);
    jw_pair_int(&w, "position", position);
    jw_pair(&w, "hash", hex);
    jw_name(&w, "record");
    jw_string_n(&w, record, n_bytes);
    if (exporting->tree && position <= exporting->signed_size) {
        struct merkle_proof proof;
        merkle_inclusion(exporting->tree, position - 1, exporting->signed_size, &proof);
        put_proof(&w, "inclusion", &proof);
    }
    line_end(exporting, &w);
    exporting->n_events++;
}

/* In the whole, every checkpoint stands after the event that it ends with. */
static int put_events(struct exporting *exporting, struct err *err)
{
    struct db *db = exporting->ledger->db;
    char stream[STREAM_NAME_BYTES];
    struct db_statement *seals = db_prepare(db, "SELECT size, note FROM seal ORDER BY size", err);
    struct db_statement *read =
        exporting->part->incident
            ? db_prepare(db,
                         "SELECT position, record, hash FROM event"
                         " WHERE stream = (SELECT id FROM stream WHERE name = $1) ORDER BY position",
                         err)
            : db_prepare(db, "SELECT position, record, hash FROM event ORDER BY position", err);
    if (!read || !seals)
        return -1;
    if (exporting->part->incident) {
        stream_name_of(exporting->part->incident, stream);
        db_bind_text(read, stream);
    }
    int seal = exporting->tree ? DB_DONE : db_step(seals, err), result;
    while ((result = db_step(read, err)) == 0) {
        int64_t position = db_column_int(read, 0);
        put_event(exporting, position, read);
        for (; seal == 0 && db_column_int(seals, 0) <= position; seal = db_step(seals, err))
            put_checkpoint(exporting, db_column_text(seals, 1));
    }
    for (; seal == 0 && result == DB_DONE; seal = db_step(seals, err))
        put_checkpoint(exporting, db_column_text(seals, 1));
    return result == DB_DONE && seal == DB_DONE ? 0 : -1;
}

static int export_all(struct exporting *exporting, const struct ledger_place *place, struct err *err)
{
    if (db_begin(exporting->ledger->db, err) != 0)
        return -1;
    int result = put_head(exporting, place, err);
    if (result == 0 && exporting->tree)
        result = fill_tree(exporting, err);
    if (result == 0 && exporting->tree)
        result = put_last_checkpoint(exporting, err);
    if (result == 0 && exporting->tree && exporting->part->checkpoint_file)
        result = put_consistency(exporting, err);
    if (result == 0)
        result = put_events(exporting, err);
    db_rollback(exporting->ledger->db);
    struct json_writer w = line_begin(exporting);
    jw_pair_int(&w, "events", exporting->n_events);
    line_end(exporting, &w);
    if (result == 0 && (fflush(exporting->out) != 0 || ferror(exporting->out)))
        result = err_set(err, "the export cannot be written: is there no space left?");
    return result;
}

int ledger_export(const struct ledger_place *place, const struct ledger_part *part, FILE *out, int64_t *ret_n,
                  struct err *err)
{
    struct exporting exporting = {.part = part, .out = out};
    int result = ledger_open_reader(place, &exporting.ledger, err);
    if (result != 0)
        return result;
    exporting.json = json_document_new();
    exporting.tree = is_part(part) ? merkle_tree_new() : NULL;
    result = export_all(&exporting, place, err);
    *ret_n = exporting.n_events;
    merkle_tree_free(exporting.tree);
    json_document_free(exporting.json);
    buf_free(&exporting.line);
    ledger_close(exporting.ledger);
    return result;
}
