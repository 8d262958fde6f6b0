/* The proof of an export: its lines in order. The whole is proved as a ledger is; a part by the proof that
 * each of its events carries, against the checkpoint at its head. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ledger/proof_priv.h"

enum { LINE_DEPTH = 4 };

struct checking {
    struct proof proof;
    const struct ledger_check *check;
    const char *path;
    struct json_document *json;
    struct checkpoint signed_; /* a part: what its events are proved against */
    bool has_checkpoint, has_consistency, ended;
    int64_t last_position;
};

static bool hash_read(struct json value, struct merkle_hash *ret_hash)
{
    size_t n_text, n = 0;
    const char *text = json_text(value, &n_text);
    return text &&
           sodium_base642bin(ret_hash->bytes, SHA256_BYTES, text, n_text, NULL, &n, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           n == SHA256_BYTES;
}

static bool proof_read(struct json array, struct merkle_proof *ret_proof)
{
    ret_proof->n = 0;
    if (json_kind(array) != JSON_ARRAY || json_count(array) > MERKLE_PROOF)
        return false;
    for (struct json_iter i = json_first(array); json_more(&i); json_next(&i))
        if (!hash_read(i.value, &ret_proof->path[ret_proof->n++]))
            return false;
    return true;
}

static int check_head(struct checking *checking, struct json line, struct err *err)
{
    struct proof *proof = &checking->proof;
    const char *part = json_text(json_get(line, "part"), NULL);
    const char *key = json_text(json_get(line, "key"), NULL);
    if (json_int(json_get(line, "crashcart_export"), 0) != 1 || !part)
        return err_set(err, "%s is no export of a ledger that this program knows", checking->path);
    proof->result.is_part = strcmp(part, "all") != 0;
    if (checking->check && checking->check->key_file)
        return proof_key(proof, checking->check->key_file, err);
    if (!key)
        return 0;
    if (note_key_read(key, &proof->key, err) != 0)
        return err_prefix(err, "the key in %s ", checking->path);
    proof->has_key = proof->result.own_key = true;
    return 0;
}

static int check_checkpoint(struct checking *checking, struct json line)
{
    struct proof *proof = &checking->proof;
    struct err err = {0};
    size_t n_bytes;
    const char *note = json_text(json_get(line, "checkpoint"), &n_bytes);
    if (!note || !proof->has_key)
        return proof_broken(proof, "it has a checkpoint and no key: name the public key with --key");
    if (!proof->result.is_part)
        return proof_checkpoint(proof, note, n_bytes, NULL);
    if (checkpoint_read(note, n_bytes, &proof->key, &checking->signed_, &err) != 0)
        return proof_broken(proof, "its checkpoint %s", err.text);
    checking->has_checkpoint = true;
    proof->result.n_checkpoints = 1;
    snprintf(proof->result.origin, sizeof proof->result.origin, "%s", proof->key.origin);
    return 0;
}

/* Only of use to somebody who has the earlier checkpoint from elsewhere. */
static int check_consistency(struct checking *checking, struct json line, struct err *err)
{
    struct proof *proof = &checking->proof;
    struct merkle_proof path;
    struct checkpoint kept;
    const char *file = checking->check ? checking->check->checkpoint_file : NULL;
    char *note;
    size_t n_bytes;
    if (!file)
        return 0;
    if (file_read(proof->arena, file, NOTE_BYTES, &note, &n_bytes, err) != 0)
        return -1;
    if (!proof->has_key || checkpoint_read(note, n_bytes, &proof->key, &kept, err) != 0)
        return proof_broken(proof, "%s is not signed by the key", file);
    if (!checking->has_checkpoint || !proof_read(json_get(line, "consistency"), &path) ||
        !merkle_consistency_fits(kept.size, &kept.root, checking->signed_.size, &checking->signed_.root,
                                 &path))
        return proof_broken(proof, "what it was taken from does not go on from the checkpoint in %s", file);
    checking->has_consistency = true;
    return 0;
}

/* The record names its stream; whether it may is covered by its hash and its leaf. */
static struct proof_stream *stream_of(struct checking *checking, const char *record, size_t n_bytes,
                                      int64_t *ret_n)
{
    struct proof *proof = &checking->proof;
    struct json root;
    size_t n_name;
    if (json_parse(proof->json, record, n_bytes, 80, &root, NULL) != 0)
        return NULL;
    const char *name = json_text(json_get(root, "stream"), &n_name);
    *ret_n = json_int(json_get(root, "n"), 0);
    if (!name)
        return NULL;
    struct proof_stream *stream = map_get(proof->streams_by, name, n_name);
    if (stream)
        return stream;
    stream = arena_alloc(proof->arena, sizeof *stream);
    stream->name = arena_strndup(proof->arena, name, n_name);
    if (proof->result.is_part && *ret_n > 1) {
        stream->from_middle = true;
        stream->n = *ret_n - 1;
    }
    map_put(proof->streams_by, name, n_name, stream);
    proof->result.n_streams++;
    return stream;
}

static int check_inclusion(struct checking *checking, struct json line, int64_t position, const char *record,
                           size_t n_bytes)
{
    struct proof *proof = &checking->proof;
    struct merkle_hash leaf;
    struct merkle_proof path;
    if (position <= checking->last_position)
        return proof_broken(proof, "the event at position %lld stands at a wrong place", (long long)position);
    checking->last_position = position;
    bool is_signed = json_kind(json_get(line, "inclusion")) != JSON_NONE;
    if (!is_signed && (!checking->has_checkpoint || position > checking->signed_.size))
        return 0; /* it came after the checkpoint */
    merkle_leaf(record, n_bytes, &leaf);
    if (!proof_read(json_get(line, "inclusion"), &path) ||
        !merkle_inclusion_fits(&leaf, position - 1, checking->signed_.size, &path, &checking->signed_.root))
        return proof_broken(proof, "the event at position %lld is not the one that was signed",
                            (long long)position);
    proof->result.n_signed++;
    return 0;
}

static int check_event(struct checking *checking, struct json line)
{
    struct proof *proof = &checking->proof;
    uint8_t hash[SHA256_BYTES];
    char again[SHA256_HEX_BYTES];
    size_t n_bytes, n_hex, n_hash = 0;
    const char *record = json_text(json_get(line, "record"), &n_bytes);
    const char *hex = json_text(json_get(line, "hash"), &n_hex);
    int64_t position = json_int(json_get(line, "position"), 0), n;
    if (!record || !hex || position < 1 ||
        sodium_hex2bin(hash, sizeof hash, hex, n_hex, NULL, &n_hash, NULL) != 0)
        return proof_broken(proof, "an event after position %lld is not readable",
                            (long long)(proof->result.is_part ? checking->last_position : proof->tree.size));
    hex_encode(hash, n_hash, again);
    if (n_hex != strlen(again) || memcmp(hex, again, n_hex) != 0)
        return proof_broken(proof, "the hash at position %lld is not written as it was", (long long)position);
    struct proof_stream *stream = stream_of(checking, record, n_bytes, &n);
    if (!stream)
        return proof_broken(proof, "the event at position %lld belongs to no stream", (long long)position);
    int result = proof_event(proof, stream, n, record, n_bytes, hash, n_hash);
    if (result != 0)
        return result;
    proof->result.n_events++;
    if (proof->result.is_part)
        return check_inclusion(checking, line, position, record, n_bytes);
    if (position != proof->tree.size + 1)
        return proof_broken(proof, "the event at position %lld is missing", (long long)proof->tree.size + 1);
    proof_leaf(proof, record, n_bytes);
    return 0;
}

static int check_end(struct checking *checking, struct json line)
{
    struct proof *proof = &checking->proof;
    checking->ended = true;
    if (json_int(json_get(line, "events"), -1) == proof->result.n_events)
        return 0;
    return proof_broken(proof, "an event is missing: the last line counts %lld, and there are %lld",
                        (long long)json_int(json_get(line, "events"), -1), (long long)proof->result.n_events);
}

static int check_line(struct checking *checking, const char *text, size_t n_bytes, int64_t number,
                      struct err *err)
{
    struct json line;
    struct err own = {0};
    if (json_parse(checking->json, text, n_bytes, LINE_DEPTH, &line, &own) != 0)
        return number == 1 ? err_set(err, "%s is no export of a ledger: %s", checking->path, own.text)
                           : proof_broken(&checking->proof, "line %lld is not readable", (long long)number);
    if (number == 1)
        return check_head(checking, line, err);
    if (checking->ended)
        return proof_broken(&checking->proof, "line %lld stands after the end", (long long)number);
    if (json_kind(json_get(line, "record")) != JSON_NONE)
        return check_event(checking, line);
    if (json_kind(json_get(line, "checkpoint")) != JSON_NONE)
        return check_checkpoint(checking, line);
    if (json_kind(json_get(line, "consistency")) != JSON_NONE)
        return check_consistency(checking, line, err);
    if (json_kind(json_get(line, "events")) != JSON_NONE)
        return check_end(checking, line);
    return proof_broken(&checking->proof, "line %lld is of no known kind", (long long)number);
}

static int check_whole(struct checking *checking, struct err *err)
{
    struct proof *proof = &checking->proof;
    const char *kept = checking->check ? checking->check->checkpoint_file : NULL;
    if (!checking->ended)
        return proof_broken(proof, "its last line is missing: it was cut after %lld events",
                            (long long)proof->result.n_events);
    if (proof->result.is_part && kept && !checking->has_consistency)
        return err_set(err, "%s does not prove that it goes on from %s: export it again with --checkpoint %s",
                       checking->path, kept, kept);
    return proof_signatures(proof);
}

static int check_file(struct checking *checking, FILE *file, struct err *err)
{
    scoped_heap char *line = NULL;
    size_t capacity = 0;
    ssize_t n;
    int result = 0;
    for (int64_t number = 1; result == 0 && (n = getline(&line, &capacity, file)) > 0; number++) {
        result = check_line(checking, line, (size_t)n, number, err);
        /* Of a whole, a checkpoint that was kept elsewhere is one more. */
        if (number == 1 && result == 0 && !checking->proof.result.is_part && checking->check &&
            checking->check->checkpoint_file)
            result = checking->proof.has_key
                         ? proof_checkpoint_file(&checking->proof, checking->check->checkpoint_file, err)
                         : err_set(err, "a checkpoint needs the public key: name it with --key");
    }
    if (ferror(file))
        return err_set(err, "%s cannot be read", checking->path);
    return result == 0 ? check_whole(checking, err) : result;
}

int ledger_verify_export(const char *path, const struct ledger_check *check, struct ledger_proof *ret_proof,
                         struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(err, "%s: %m", path);
    struct checking checking = {.check = check, .path = path, .json = json_document_new()};
    proof_begin(&checking.proof);
    int result = check_file(&checking, file, err);
    if (result >= 0)
        *ret_proof = checking.proof.result;
    proof_free(&checking.proof);
    json_document_free(checking.json);
    fclose(file);
    return result;
}
