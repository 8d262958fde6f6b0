/* Sealing: events that were committed go into one Merkle tree, and its root is signed from time to time. It
 * is done from idle time and costs a commit nothing: what is in the tree is read back from the ledger, so it
 * is what is stored. The last checkpoint's row holds all that is needed to go on, so a start reads no events
 * for it. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/ledger_priv.h"

struct seal {
    struct merkle_frontier tree; /* of committed events; ahead of the last checkpoint while it catches up */
    int64_t size;                /* of the last checkpoint */
    struct note_key key;
    bool has_key;
    struct buf note; /* the newest */
};

void seal_free(struct seal *seal)
{
    if (!seal)
        return;
    buf_free(&seal->note);
    sodium_memzero(seal, sizeof *seal);
    free(seal);
}

void seal_origin(const struct ledger *ledger, char out[ORIGIN_BYTES])
{
    snprintf(out, ORIGIN_BYTES, "crashcart/%s", ledger->instance);
}

/* ---- the key ---- */

static int make_key(struct ledger *ledger, const char *secret_path, const char *public_path,
                    struct note_key *ret_key, struct err *err)
{
    struct buf secret_line scoped_buf = {0};
    struct buf public_line scoped_buf = {0};
    char origin[ORIGIN_BYTES];
    seal_origin(ledger, origin);
    note_key_make(origin, ret_key);
    note_key_secret_line(ret_key, &secret_line);
    note_key_public_line(ret_key, &public_line);
    int result = file_write(secret_path, secret_line.at, secret_line.n_bytes, 0600, err);
    sodium_memzero(secret_line.at, secret_line.n_bytes);
    /* The public one last: where it stands, the other does. */
    return result == 0 ? file_write(public_path, public_line.at, public_line.n_bytes, 0644, err) : -1;
}

/* A new key in place of one that is lost would make what the old one signed worth nothing. */
static int open_key(struct ledger *ledger, bool may_make, struct note_key *ret_key, struct err *err)
{
    struct arena *arena scoped_arena = arena_new();
    const char *secret_path = arena_printf(arena, "%s/ledger.key", ledger->data_dir);
    const char *public_path = arena_printf(arena, "%s/ledger.pub", ledger->data_dir);
    char origin[ORIGIN_BYTES], *line;
    size_t n_bytes;
    if (access(secret_path, F_OK) != 0 && errno == ENOENT) {
        if (may_make && access(public_path, F_OK) != 0)
            return make_key(ledger, secret_path, public_path, ret_key, err);
        return err_set(err, "%s is not there, and has signed this ledger: put it back from a backup",
                       secret_path);
    }
    if (file_read(arena, secret_path, KEY_FILE_BYTES, &line, &n_bytes, err) != 0)
        return -1;
    int result = note_key_read(line, ret_key, err);
    sodium_memzero(line, n_bytes);
    if (result != 0)
        return err_prefix(err, "%s ", secret_path);
    seal_origin(ledger, origin);
    if (strcmp(origin, ret_key->origin) != 0)
        return err_set(err, "%s is the key of %s, this ledger is %s", secret_path, ret_key->origin, origin);
    if (access(public_path, F_OK) == 0)
        return 0;
    struct buf public_line scoped_buf = {0};
    note_key_public_line(ret_key, &public_line);
    return file_write(public_path, public_line.at, public_line.n_bytes, 0644, err);
}

/* ---- the tree ---- */

static int read_last(struct ledger *ledger, struct seal *seal, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT size, frontier FROM seal ORDER BY size DESC LIMIT 1", err);
    int result = read ? db_step(read, err) : -1;
    if (result != 0)
        return result == DB_DONE ? 0 : -1;
    size_t n_bytes;
    const void *frontier = db_column_blob(read, 1, &n_bytes);
    seal->size = db_column_int(read, 0);
    result = merkle_unpack(seal->size, frontier, n_bytes, &seal->tree);
    db_reset(read);
    return result == 0 ? 0 : err_set(err, "the last checkpoint is damaged: run crashcart verify");
}

static int open_seal(struct ledger *ledger, struct err *err)
{
    if (ledger->seal)
        return 0;
    struct seal *seal = heap_alloc(sizeof *seal);
    *seal = (struct seal){0};
    if (read_last(ledger, seal, err) != 0) {
        seal_free(seal);
        return -1;
    }
    ledger->seal = seal;
    return 0;
}

static int add_events(struct ledger *ledger, struct seal *seal, int64_t most_events, struct err *err)
{
    struct db_statement *read = db_prepare(
        ledger->db, "SELECT position, record FROM event WHERE position > $1 ORDER BY position LIMIT $2", err);
    if (!read)
        return -1;
    db_bind_int(read, seal->tree.size);
    db_bind_int(read, most_events);
    int result;
    while ((result = db_step(read, err)) == 0) {
        size_t n_bytes;
        struct merkle_hash leaf;
        const void *record = db_column_blob(read, 1, &n_bytes);
        if (db_column_int(read, 0) != seal->tree.size + 1) {
            db_reset(read);
            err_set(err, "the event at position %lld is missing: run crashcart verify",
                    (long long)seal->tree.size + 1);
            return LEDGER_UNSEALED;
        }
        merkle_leaf(record, n_bytes, &leaf);
        merkle_add(&seal->tree, &leaf);
    }
    return result == DB_DONE ? 0 : ledger_outcome(result);
}

/* ---- the checkpoint ---- */

static int save(struct ledger *ledger, const struct seal *seal, int64_t now_us, struct err *err)
{
    uint8_t frontier[MERKLE_FRONTIER_BYTES];
    size_t n_bytes = merkle_pack(&seal->tree, frontier);
    int result = ledger_begin(ledger, err);
    if (result != 0)
        return result;
    struct db_statement *insert = db_prepare(
        ledger->db, "INSERT INTO seal (size, signed_us, note, frontier) VALUES ($1, $2, $3, $4)", err);
    result = -1;
    if (insert) {
        db_bind_int(insert, seal->tree.size);
        db_bind_int(insert, now_us);
        db_bind_text(insert, buf_text(&seal->note));
        db_bind_blob(insert, frontier, n_bytes);
        result = db_run(insert, err);
    }
    if (result == 0)
        return ledger_commit(ledger, err);
    ledger_rollback(ledger);
    return ledger_outcome(result);
}

static int sign(struct ledger *ledger, struct seal *seal, int64_t now_us, struct err *err)
{
    if (!seal->has_key && open_key(ledger, seal->size == 0, &seal->key, err) != 0)
        return LEDGER_UNSEALED;
    seal->has_key = true;
    struct merkle_hash root;
    merkle_root(&seal->tree, &root);
    buf_clear(&seal->note);
    checkpoint_sign(&seal->key, seal->tree.size, &root, &seal->note);
    int result = save(ledger, seal, now_us, err);
    if (result != 0)
        return result;
    seal->size = seal->tree.size;
    struct arena *arena scoped_arena = arena_new();
    const char *path = arena_printf(arena, "%s/checkpoint", ledger->data_dir);
    return file_write(path, seal->note.at, seal->note.n_bytes, 0644, err) == 0 ? 0 : LEDGER_UNSEALED;
}

int ledger_seal(struct ledger *ledger, int64_t now_us, int64_t most_events, struct err *err)
{
    must(ledger->lock >= 0 && !ledger->in_transaction);
    if (open_seal(ledger, err) != 0)
        return -1;
    struct seal *seal = ledger->seal;
    if (seal->tree.size < ledger->ends_saved.position) {
        int result = add_events(ledger, seal, most_events, err);
        if (result != 0)
            return result;
    }
    if (seal->tree.size < ledger->ends_saved.position)
        return LEDGER_MORE;
    return seal->tree.size > seal->size ? sign(ledger, seal, now_us, err) : 0;
}

const char *ledger_checkpoint_text(const struct ledger *ledger)
{
    return ledger->seal ? buf_text(&ledger->seal->note) : "";
}
