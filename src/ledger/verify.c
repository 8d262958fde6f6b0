/* Proof: every record is hashed again, in the order it was written, and must name the record before it in its
 * stream; no position may be missing, and every stream must end where its head says. All of it in one read
 * transaction, so that a running server does not move under it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_priv.h"

enum { RECORD_DEPTH = 80 };

struct proof_stream {
    const char *name;
    int64_t n; /* of the last event that fitted */
    uint8_t hash[SHA256_BYTES];
    int64_t head_n;
    const uint8_t *head_hash;
};

struct proof {
    struct ledger *ledger;
    struct arena *arena;
    struct map *by_id;
    LIST(struct proof_stream *) streams;
    int64_t position; /* of the last event */
    int64_t missing;  /* first position that is not there; 0: none so far */
    struct buf bytes;
    struct ledger_proof result;
};

/* Keeps the first sentence only. Gives LEDGER_BROKEN. */
__attribute__((format(printf, 2, 3))) static int broken(struct proof *proof, const char *format, ...)
{
    if (proof->result.first_bad[0])
        return LEDGER_BROKEN;
    va_list ap;
    va_start(ap, format);
    vsnprintf(proof->result.first_bad, sizeof proof->result.first_bad, format, ap);
    va_end(ap);
    return LEDGER_BROKEN;
}

static int unreadable(struct proof *proof, int db_result, const char *where, struct err *err)
{
    if (db_result != DB_DAMAGED)
        return -1;
    return broken(proof, "%s: %s", where, err->text);
}

static int load_streams(struct proof *proof, struct err *err)
{
    struct db_statement *read =
        db_prepare(proof->ledger->db, "SELECT id, name, n, hash FROM stream ORDER BY id", err);
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
        map_put(proof->by_id, &id, sizeof id, stream);
        *list_push(proof->arena, &proof->streams) = stream;
    }
    proof->result.n_streams = (int64_t)proof->streams.n;
    return result == DB_DONE ? 0 : unreadable(proof, result, "the list of streams", err);
}

static bool text_is(struct json value, const char *expected)
{
    size_t n_bytes;
    const char *text = json_text(value, &n_bytes);
    return text && n_bytes == strlen(expected) && memcmp(text, expected, n_bytes) == 0;
}

/* The record says of itself where it belongs; its bytes are covered by the hash already. */
static const char *misplaced(struct proof *proof, const struct proof_stream *stream, const char *record,
                             size_t n_bytes)
{
    struct json root;
    char prev[SHA256_HEX_BYTES];
    hex_encode(stream->hash, sizeof stream->hash, prev);
    if (json_parse(proof->ledger->json, record, n_bytes, RECORD_DEPTH, &root, NULL) != 0)
        return "its record is not readable";
    if (!text_is(json_get(root, "stream"), stream->name))
        return "its record belongs to another stream";
    if (json_int(json_get(root, "n"), 0) != stream->n + 1)
        return "its record has another number";
    if (!text_is(json_get(root, "prev"), prev))
        return "it does not follow the event before it";
    return NULL;
}

static int check_event(struct proof *proof, struct proof_stream *stream, int64_t n, struct db_statement *row)
{
    if (n > stream->n + 1)
        return broken(proof, "%s event %lld is missing", stream->name, (long long)stream->n + 1);
    if (n != stream->n + 1)
        return broken(proof, "%s event %lld stands at a wrong place", stream->name, (long long)n);
    size_t n_bytes, hash_bytes;
    const char *record = db_column_blob(row, 3, &n_bytes);
    const void *stored = db_column_blob(row, 4, &hash_bytes);
    uint8_t hash[SHA256_BYTES];
    buf_clear(&proof->bytes);
    buf_puts(&proof->bytes, EVENT_HASH_PREFIX);
    buf_add(&proof->bytes, record, n_bytes);
    sha256(proof->bytes.at, proof->bytes.n_bytes, hash);
    if (hash_bytes != sizeof hash || memcmp(hash, stored, sizeof hash) != 0)
        return broken(proof, "%s event %lld: its hash does not fit its bytes", stream->name, (long long)n);
    const char *why = misplaced(proof, stream, record, n_bytes);
    if (why)
        return broken(proof, "%s event %lld: %s", stream->name, (long long)n, why);
    stream->n = n;
    memcpy(stream->hash, hash, sizeof hash);
    return 0;
}

static int check_row(struct proof *proof, struct db_statement *row)
{
    int64_t position = db_column_int(row, 0), id = db_column_int(row, 1), n = db_column_int(row, 2);
    /* Which event is missing is told by its stream, later; by the position only if no stream misses one. */
    if (position != proof->position + 1 && !proof->missing)
        proof->missing = proof->position + 1;
    proof->position = position;
    proof->result.n_events++;
    struct proof_stream *stream = map_get(proof->by_id, &id, sizeof id);
    if (!stream)
        return broken(proof, "the event at position %lld belongs to no stream", (long long)position);
    return check_event(proof, stream, n, row);
}

static int check_events(struct proof *proof, struct err *err)
{
    struct db_statement *read = db_prepare(
        proof->ledger->db, "SELECT position, stream, n, record, hash FROM event ORDER BY position", err);
    if (!read)
        return -1;
    int result;
    while ((result = db_step(read, err)) == 0) {
        result = check_row(proof, read);
        if (result != 0) {
            db_reset(read);
            return result;
        }
    }
    char where[80];
    snprintf(where, sizeof where, "the event after position %lld", (long long)proof->position);
    return result == DB_DONE ? 0 : unreadable(proof, result, where, err);
}

static int check_heads(struct proof *proof)
{
    list_each (at, &proof->streams) {
        const struct proof_stream *stream = *at;
        if (stream->n < stream->head_n)
            return broken(proof, "%s event %lld is missing: the stream ended with event %lld", stream->name,
                          (long long)stream->n + 1, (long long)stream->head_n);
        if (stream->n > stream->head_n)
            return broken(proof, "%s event %lld is not known to the stream's head, which ends at %lld",
                          stream->name, (long long)stream->head_n + 1, (long long)stream->head_n);
        if (!stream->head_hash || memcmp(stream->hash, stream->head_hash, SHA256_BYTES) != 0)
            return broken(proof, "%s event %lld is not the one that the stream's head names", stream->name,
                          (long long)stream->n);
    }
    if (proof->missing)
        return broken(proof, "the event at position %lld of the ledger is missing, with all of its stream",
                      (long long)proof->missing);
    return 0;
}

static int prove(struct proof *proof, struct err *err)
{
    if (db_begin(proof->ledger->db, err) != 0)
        return -1;
    int result = load_streams(proof, err);
    if (result == 0)
        result = check_events(proof, err);
    if (result == 0)
        result = check_heads(proof);
    db_rollback(proof->ledger->db);
    return result;
}

int ledger_verify(const struct ledger_place *place, struct ledger_proof *ret_proof, struct err *err)
{
    struct err own = {0};
    struct ledger *ledger;
    if (ledger_open_reader(place, &ledger, err) != 0)
        return -1;
    struct arena *arena scoped_arena = arena_new();
    struct proof proof = {.ledger = ledger, .arena = arena, .by_id = map_new()};
    int result = prove(&proof, &own);
    if (result < 0)
        err_set(err, "%s", own.text);
    else
        *ret_proof = proof.result;
    map_free(proof.by_id);
    buf_free(&proof.bytes);
    ledger_close(ledger);
    return result;
}
