#include "ledger/proof_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum { RECORD_DEPTH = 80 };

void proof_begin(struct proof *proof)
{
    *proof = (struct proof){.arena = arena_new(), .json = json_document_new(), .streams_by = map_new()};
}

void proof_free(struct proof *proof)
{
    map_free(proof->streams_by);
    buf_free(&proof->bytes);
    json_document_free(proof->json);
    arena_free(proof->arena);
}

int proof_broken(struct proof *proof, const char *format, ...)
{
    if (proof->result.first_bad[0])
        return LEDGER_BROKEN;
    va_list ap;
    va_start(ap, format);
    vsnprintf(proof->result.first_bad, sizeof proof->result.first_bad, format, ap);
    va_end(ap);
    return LEDGER_BROKEN;
}

int proof_key(struct proof *proof, const char *path, struct err *err)
{
    char *line;
    size_t n_bytes;
    if (file_read(proof->arena, path, KEY_FILE_BYTES, &line, &n_bytes, err) != 0)
        return -1;
    if (note_key_read(line, &proof->key, err) != 0)
        return err_prefix(err, "%s ", path);
    proof->has_key = true;
    return 0;
}

/* Which event was changed is not known when all was made to fit again: it is one of those since the
 * checkpoint before. */
static void hold_against(struct proof *proof, const struct proof_checkpoint *given)
{
    struct merkle_hash root;
    merkle_root(&proof->tree, &root);
    if (memcmp(&root, &given->checkpoint.root, sizeof root) == 0) {
        proof->result.n_signed = proof->tree.size;
        proof->result.n_checkpoints++;
    } else if (!proof->forged[0]) {
        snprintf(
            proof->forged, sizeof proof->forged,
            "the event at position %lld, or one up to %lld, is not the one that was signed: %s does not fit",
            (long long)proof->result.n_signed + 1, (long long)proof->tree.size, given->where);
    }
}

/* Those of as many events as are in the tree. */
static void hold_against_due(struct proof *proof)
{
    for (; proof->next_checkpoint < proof->checkpoints.n; proof->next_checkpoint++) {
        const struct proof_checkpoint *given = &proof->checkpoints.at[proof->next_checkpoint];
        if (given->checkpoint.size > proof->tree.size)
            return;
        hold_against(proof, given);
    }
}

/* In its place by size: most come in order. */
static void insert_sorted(struct proof *proof, const struct proof_checkpoint *given)
{
    list_push(proof->arena, &proof->checkpoints);
    size_t at = proof->checkpoints.n - 1;
    struct proof_checkpoint *all = proof->checkpoints.at;
    for (; at > proof->next_checkpoint && all[at - 1].checkpoint.size > given->checkpoint.size; at--)
        all[at] = all[at - 1];
    all[at] = *given;
}

int proof_checkpoint(struct proof *proof, const char *note, size_t n_bytes, const char *file)
{
    struct err err = {0};
    struct proof_checkpoint given = {0};
    if (checkpoint_read(note, n_bytes, &proof->key, &given.checkpoint, &err) != 0)
        return proof_broken(proof, "%s %s", file ? file : "a checkpoint in the ledger", err.text);
    given.where = arena_printf(proof->arena, "the checkpoint of %lld events%s%s",
                               (long long)given.checkpoint.size, file ? " in " : "", file ? file : "");
    snprintf(proof->result.origin, sizeof proof->result.origin, "%s", proof->key.origin);
    if (given.checkpoint.size < proof->tree.size)
        return proof_broken(proof, "%s stands at a wrong place", given.where);
    insert_sorted(proof, &given);
    hold_against_due(proof);
    return 0;
}

int proof_checkpoint_file(struct proof *proof, const char *path, struct err *err)
{
    char *note;
    size_t n_bytes;
    if (file_read(proof->arena, path, NOTE_BYTES, &note, &n_bytes, err) != 0)
        return -1;
    return proof_checkpoint(proof, note, n_bytes, path);
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
    if (json_parse(proof->json, record, n_bytes, RECORD_DEPTH, &root, NULL) != 0)
        return "its record is not readable";
    if (!text_is(json_get(root, "stream"), stream->name))
        return "its record belongs to another stream";
    if (json_int(json_get(root, "n"), 0) != stream->n + 1)
        return "its record has another number";
    if (!stream->from_middle && !text_is(json_get(root, "prev"), prev))
        return "it does not follow the event before it";
    return NULL;
}

int proof_event(struct proof *proof, struct proof_stream *stream, int64_t n, const char *record,
                size_t n_bytes, const void *stored, size_t stored_bytes)
{
    uint8_t hash[SHA256_BYTES];
    if (n > stream->n + 1)
        return proof_broken(proof, "%s event %lld is missing", stream->name, (long long)stream->n + 1);
    if (n != stream->n + 1)
        return proof_broken(proof, "%s event %lld stands at a wrong place", stream->name, (long long)n);
    buf_clear(&proof->bytes);
    buf_puts(&proof->bytes, EVENT_HASH_PREFIX);
    buf_add(&proof->bytes, record, n_bytes);
    sha256(proof->bytes.at, proof->bytes.n_bytes, hash);
    if (stored_bytes != sizeof hash || memcmp(hash, stored, sizeof hash) != 0)
        return proof_broken(proof, "%s event %lld: its hash does not fit its bytes", stream->name,
                            (long long)n);
    const char *why = misplaced(proof, stream, record, n_bytes);
    if (why)
        return proof_broken(proof, "%s event %lld: %s", stream->name, (long long)n, why);
    stream->n = n;
    stream->from_middle = false;
    memcpy(stream->hash, hash, sizeof hash);
    return 0;
}

void proof_leaf(struct proof *proof, const char *record, size_t n_bytes)
{
    struct merkle_hash leaf;
    merkle_leaf(record, n_bytes, &leaf);
    merkle_add(&proof->tree, &leaf);
    hold_against_due(proof);
}

int proof_signatures(struct proof *proof)
{
    if (proof->forged[0])
        return proof_broken(proof, "%s", proof->forged);
    if (proof->next_checkpoint == proof->checkpoints.n)
        return 0;
    return proof_broken(proof,
                        "the event at position %lld is missing: %s was signed, and there are only %lld",
                        (long long)proof->tree.size + 1, proof->checkpoints.at[proof->next_checkpoint].where,
                        (long long)proof->tree.size);
}
