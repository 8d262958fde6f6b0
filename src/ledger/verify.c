/* The proof of a ledger: all rows in the order of their positions; no position may be missing, every stream
 * must end where its head says, and every checkpoint must fit. All of it in one read transaction, so that a
 * running server does not move under it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/proof_priv.h"

static int unreadable(struct proof *proof, int db_result, const char *where, struct err *err)
{
    if (db_result != DB_DAMAGED)
        return -1;
    return proof_broken(proof, "%s: %s", where, err->text);
}

static int load_streams(struct proof *proof, struct ledger *ledger, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT id, name, n, hash FROM stream ORDER BY id", err);
    if (!read)
        return -1;
    int result;
    while ((result = db_step(read, err)) == 0) {
        struct proof_stream *stream = arena_alloc(proof->arena, sizeof *stream);
        size_t n_bytes;
        const void *hash = db_column_blob(read, 3, &n_bytes);
        int64_t id = db_column_int(read, 0);
        stream->name = arena_strdup(proof->arena, db_column_text(read, 1));
        stream->head_n = db_column_int(read, 2);
        /* Another length cannot be equal to any hash. */
        stream->head_hash =
            n_bytes == SHA256_BYTES ? (void *)arena_strndup(proof->arena, hash, n_bytes) : NULL;
        map_put(proof->streams_by, &id, sizeof id, stream);
        *list_push(proof->arena, &proof->streams) = stream;
    }
    proof->result.n_streams = (int64_t)proof->streams.n;
    return result == DB_DONE ? 0 : unreadable(proof, result, "the list of streams", err);
}

/* A checkpoint that cannot be held against a key proves nothing, and must not look as if it did. */
static int load_checkpoints(struct proof *proof, struct ledger *ledger, struct err *err)
{
    struct db_statement *read = db_prepare(ledger->db, "SELECT note FROM seal ORDER BY size", err);
    if (!read)
        return -1;
    int result;
    while ((result = db_step(read, err)) == 0) {
        const char *note = db_column_text(read, 0);
        result = proof->has_key ? proof_checkpoint(proof, note, strlen(note), NULL)
                                : err_set(err,
                                          "its checkpoints are signed, and %s/ledger.pub is not there: name "
                                          "the public key with --key",
                                          ledger->data_dir);
        if (result != 0) {
            db_reset(read);
            return result;
        }
    }
    return result == DB_DONE ? 0 : unreadable(proof, result, "the checkpoints", err);
}

static int check_row(struct proof *proof, struct db_statement *row)
{
    int64_t position = db_column_int(row, 0), id = db_column_int(row, 1);
    size_t n_bytes, hash_bytes;
    const char *record = db_column_blob(row, 3, &n_bytes);
    const void *hash = db_column_blob(row, 4, &hash_bytes);
    /* Which event is missing is told by its stream, later; by the position only if no stream misses one. */
    if (position != proof->tree.size + 1 && !proof->missing)
        proof->missing = proof->tree.size + 1;
    proof->result.n_events++;
    if (!proof->missing)
        proof_leaf(proof, record, n_bytes);
    struct proof_stream *stream = map_get(proof->streams_by, &id, sizeof id);
    if (!stream)
        return proof_broken(proof, "the event at position %lld belongs to no stream", (long long)position);
    return proof_event(proof, stream, db_column_int(row, 2), record, n_bytes, hash, hash_bytes);
}

static int check_events(struct proof *proof, struct ledger *ledger, const struct ledger_check *check,
                        struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT position, stream, n, record, hash FROM event ORDER BY position", err);
    if (!read)
        return -1;
    int result;
    while ((result = db_step(read, err)) == 0) {
        result = check && check->stop && atomic_load(check->stop) ? err_set(err, "it was given up")
                                                                  : check_row(proof, read);
        if (result != 0) {
            db_reset(read);
            return result;
        }
    }
    char where[80];
    snprintf(where, sizeof where, "the event after position %lld", (long long)proof->tree.size);
    return result == DB_DONE ? 0 : unreadable(proof, result, where, err);
}

static int check_heads(struct proof *proof)
{
    list_each (at, &proof->streams) {
        const struct proof_stream *stream = *at;
        if (stream->n < stream->head_n)
            return proof_broken(proof, "%s event %lld is missing: the stream ended with event %lld",
                                stream->name, (long long)stream->n + 1, (long long)stream->head_n);
        if (stream->n > stream->head_n)
            return proof_broken(proof, "%s event %lld is not known to the stream's head, which ends at %lld",
                                stream->name, (long long)stream->head_n + 1, (long long)stream->head_n);
        if (!stream->head_hash || memcmp(stream->hash, stream->head_hash, SHA256_BYTES) != 0)
            return proof_broken(proof, "%s event %lld is not the one that the stream's head names",
                                stream->name, (long long)stream->n);
    }
    if (proof->missing)
        return proof_broken(proof,
                            "the event at position %lld of the ledger is missing, with all of its stream",
                            (long long)proof->missing);
    return 0;
}

/* The key, and what was kept outside of the database: read before the transaction begins, so that the newest
 * checkpoint is not ahead of what is seen. */
static int load_outside(struct proof *proof, const char *data_dir, const struct ledger_check *check,
                        struct err *err)
{
    const char *key = arena_printf(proof->arena, "%s/ledger.pub", data_dir);
    const char *last = arena_printf(proof->arena, "%s/checkpoint", data_dir);
    if (check && check->key_file)
        key = check->key_file;
    else if (access(key, F_OK) != 0)
        key = NULL;
    if (key && proof_key(proof, key, err) != 0)
        return -1;
    int result = 0;
    if (proof->has_key && access(last, F_OK) == 0)
        result = proof_checkpoint_file(proof, last, err);
    if (result == 0 && check && (check->checkpoint_file || check->checkpoint) && !proof->has_key)
        return err_set(err, "a checkpoint needs the public key: name it with --key");
    if (result == 0 && check && check->checkpoint_file)
        result = proof_checkpoint_file(proof, check->checkpoint_file, err);
    if (result == 0 && check && check->checkpoint)
        result = proof_checkpoint(proof, check->checkpoint, strlen(check->checkpoint), "what you gave");
    return result;
}

static int prove(struct proof *proof, struct ledger *ledger, const struct ledger_check *check,
                 struct err *err)
{
    if (db_begin(ledger->db, err) != 0)
        return -1;
    int result = load_streams(proof, ledger, err);
    if (result == 0)
        result = load_checkpoints(proof, ledger, err);
    if (result == 0)
        result = check_events(proof, ledger, check, err);
    if (result == 0)
        result = check_heads(proof);
    if (result == 0)
        result = proof_signatures(proof);
    db_rollback(ledger->db);
    return result;
}

int ledger_verify_open(struct ledger *reader, const struct ledger_check *check,
                       struct ledger_proof *ret_proof, struct err *err)
{
    struct err own = {0};
    struct proof proof;
    proof_begin(&proof);
    int result = load_outside(&proof, reader->data_dir, check, &own);
    if (result == 0)
        result = prove(&proof, reader, check, &own);
    if (result < 0)
        err_set(err, "%s", own.text);
    else
        *ret_proof = proof.result;
    proof_free(&proof);
    return result;
}

int ledger_verify(const struct ledger_place *place, const struct ledger_check *check,
                  struct ledger_proof *ret_proof, struct err *err)
{
    struct ledger *ledger;
    int result = ledger_open_reader(place, &ledger, err);
    if (result != 0)
        return result;
    result = ledger_verify_open(ledger, check, ret_proof, err);
    ledger_close(ledger);
    return result;
}
