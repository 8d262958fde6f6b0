#include "ledger/note.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ED25519 = 1, PUBLIC_BYTES = 33, SIGNATURE_BYTES = 4 + crypto_sign_BYTES, BASE64_BYTES = 128 };
static const char secret_mark[] = "PRIVATE+KEY+";
static const char dash[] = "\xe2\x80\x94 "; /* an em dash and a blank begin a line of signature */

static void base64(const uint8_t *bytes, size_t n_bytes, char out[BASE64_BYTES])
{
    sodium_bin2base64(out, BASE64_BYTES, bytes, n_bytes, sodium_base64_VARIANT_ORIGINAL);
}

/* Exactly n_bytes, with nothing after them. */
static bool unbase64(const char *text, size_t n_text, uint8_t *out, size_t n_bytes)
{
    size_t n = 0;
    return sodium_base642bin(out, n_bytes, text, n_text, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) ==
               0 &&
           n == n_bytes;
}

/* ---- keys ---- */

/* SHA-256(name || 0x0A || kind || public key), the first four bytes. */
static void set_id(struct note_key *key)
{
    crypto_hash_sha256_state state;
    uint8_t hash[SHA256_BYTES];
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)key->origin, strlen(key->origin));
    crypto_hash_sha256_update(&state, (const uint8_t[]){'\n', ED25519}, 2);
    crypto_hash_sha256_update(&state, key->public, sizeof key->public);
    crypto_hash_sha256_final(&state, hash);
    memcpy(key->id, hash, sizeof key->id);
}

void note_key_make(const char *origin, struct note_key *ret_key)
{
    *ret_key = (struct note_key){0};
    snprintf(ret_key->origin, sizeof ret_key->origin, "%s", origin);
    crypto_sign_keypair(ret_key->public, ret_key->secret);
    set_id(ret_key);
}

static void key_line(const struct note_key *key, const char *mark, const uint8_t *bytes, struct buf *out)
{
    uint8_t typed[PUBLIC_BYTES] = {ED25519};
    char text[BASE64_BYTES], id[9];
    memcpy(typed + 1, bytes, sizeof typed - 1);
    base64(typed, sizeof typed, text);
    hex_encode(key->id, sizeof key->id, id);
    buf_printf(out, "%s%s+%s+%s\n", mark, key->origin, id, text);
    sodium_memzero(typed, sizeof typed);
    sodium_memzero(text, sizeof text);
}

void note_key_public_line(const struct note_key *key, struct buf *out)
{
    key_line(key, "", key->public, out);
}

/* libsodium's secret key begins with the seed. */
void note_key_secret_line(const struct note_key *key, struct buf *out)
{
    key_line(key, secret_mark, key->secret, out);
}

int note_key_read(const char *line, struct note_key *ret_key, struct err *err)
{
    struct note_key key = {0};
    uint8_t typed[PUBLIC_BYTES];
    char id[9];
    bool is_secret = strncmp(line, secret_mark, sizeof secret_mark - 1) == 0;
    const char *name = is_secret ? line + sizeof secret_mark - 1 : line;
    size_t n_name = strcspn(name, "+\r\n");
    size_t n_line = strcspn(name, "\r\n");
    if (n_name == 0 || n_name >= sizeof key.origin || n_line < n_name + 10 || name[n_name + 9] != '+' ||
        !unbase64(name + n_name + 10, n_line - n_name - 10, typed, sizeof typed) || typed[0] != ED25519)
        return err_set(err, "is no key: one line NAME+ID+KEY is expected, as in ledger.pub");
    memcpy(key.origin, name, n_name);
    if (is_secret)
        crypto_sign_seed_keypair(key.public, key.secret, typed + 1);
    else
        memcpy(key.public, typed + 1, sizeof key.public);
    sodium_memzero(typed, sizeof typed);
    set_id(&key);
    hex_encode(key.id, sizeof key.id, id);
    if (strncmp(id, name + n_name + 1, 8) != 0)
        return err_set(err, "is a damaged key: its id does not fit it");
    *ret_key = key;
    return 0;
}

/* ---- checkpoints ---- */

void checkpoint_sign(const struct note_key *key, int64_t size, const struct merkle_hash *root,
                     struct buf *out)
{
    char text[BASE64_BYTES];
    uint8_t signature[SIGNATURE_BYTES];
    base64(root->bytes, sizeof root->bytes, text);
    size_t begin = out->n_bytes;
    buf_printf(out, "%s\n%lld\n%s\n", key->origin, (long long)size, text);
    memcpy(signature, key->id, sizeof key->id);
    crypto_sign_detached(signature + sizeof key->id, NULL, (const uint8_t *)out->at + begin,
                         out->n_bytes - begin, key->secret);
    base64(signature, sizeof signature, text);
    buf_printf(out, "\n%s%s %s\n", dash, key->origin, text);
}

/* Takes the line off *text. */
static const char *next_line(const char **text, const char *end, size_t *ret_n)
{
    const char *line = *text;
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    *ret_n = (size_t)((stop ? stop : end) - line);
    *text = stop ? stop + 1 : end;
    return line;
}

static bool is_signed(const char *signed_text, size_t n_signed, const char *lines, const char *end,
                      const struct note_key *key)
{
    size_t n_origin = strlen(key->origin), n;
    while (lines < end) {
        uint8_t signature[SIGNATURE_BYTES];
        const char *line = next_line(&lines, end, &n);
        size_t n_head = sizeof dash - 1 + n_origin + 1;
        if (n > n_head && memcmp(line, dash, sizeof dash - 1) == 0 &&
            memcmp(line + sizeof dash - 1, key->origin, n_origin) == 0 && line[n_head - 1] == ' ' &&
            unbase64(line + n_head, n - n_head, signature, sizeof signature) &&
            memcmp(signature, key->id, sizeof key->id) == 0 &&
            crypto_sign_verify_detached(signature + sizeof key->id, (const uint8_t *)signed_text, n_signed,
                                        key->public) == 0)
            return true;
    }
    return false;
}

int checkpoint_read(const char *note, size_t n_bytes, const struct note_key *key,
                    struct checkpoint *ret_checkpoint, struct err *err)
{
    struct checkpoint checkpoint = {0};
    const char *mark = memmem(note, n_bytes, "\n\n", 2);
    if (!mark || n_bytes > NOTE_BYTES)
        return err_set(err, "is no checkpoint");
    const char *text = note, *end = note + n_bytes, *signed_end = mark + 1;
    size_t n_origin, n_size, n_root;
    const char *origin = next_line(&text, signed_end, &n_origin);
    const char *size = next_line(&text, signed_end, &n_size);
    const char *root = next_line(&text, signed_end, &n_root);
    char *after;
    checkpoint.size = strtoll(size, &after, 10);
    if (n_origin == 0 || n_origin >= sizeof checkpoint.origin || after != size + n_size || n_size > 18 ||
        checkpoint.size < 0 || !unbase64(root, n_root, checkpoint.root.bytes, SHA256_BYTES))
        return err_set(err, "is no checkpoint");
    memcpy(checkpoint.origin, origin, n_origin);
    if (key && !is_signed(note, (size_t)(signed_end - note), mark + 2, end, key))
        return err_set(err, "is not signed by the key of %s", key->origin);
    if (key && strcmp(checkpoint.origin, key->origin) != 0)
        return err_set(err, "is of %s, not of %s", checkpoint.origin, key->origin);
    *ret_checkpoint = checkpoint;
    return 0;
}
