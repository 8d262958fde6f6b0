#include "courier/push_crypto.h"

#include <sodium.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "courier/push_library.h"

enum {
    HALF_BYTES = 32, /* of a point, and of a signature */
    TAG_BYTES = GCM_DIGEST_SIZE,
    CONTENT_KEY_BYTES = 16,
    NONCE_BYTES = 12,
    RECORD_BYTES = 4096,
    LAST_RECORD = 2, /* RFC 8188, 2: the delimiter of the last one */
};

void push_base64(struct buf *out, const void *bytes, size_t n_bytes)
{
    scoped_buf struct buf text = {0};
    size_t n = sodium_base64_ENCODED_LEN(n_bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    for (size_t i = 0; i < n; i++)
        buf_putc(&text, 'A');
    sodium_bin2base64(text.at, n, bytes, n_bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    buf_add(out, text.at, n - 1);
}

int push_base64_read(const char *text, size_t n_text, void *out, size_t n_bytes)
{
    size_t n = 0;
    const char *end = NULL;
    while (n_text && text[n_text - 1] == '=')
        n_text--;
    int got = sodium_base642bin(out, n_bytes, text, n_text, NULL, &n, &end,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return got == 0 && n == n_bytes && end == text + n_text ? 0 : -1;
}

/* ---- the curve ---- */

static void point_write(const struct ecc_point *point, uint8_t out[PUSH_PUBLIC_BYTES])
{
    const struct push_library *nettle = push_library();
    mpz_t x, y;
    nettle->number_init(x);
    nettle->number_init(y);
    nettle->point_get(point, x, y);
    out[0] = 4;
    nettle->number_write(HALF_BYTES, out + 1, x);
    nettle->number_write(HALF_BYTES, out + 1 + HALF_BYTES, y);
    nettle->number_clear(x);
    nettle->number_clear(y);
}

/* -1: it is no point of the curve. */
static int point_read(struct ecc_point *point, const uint8_t bytes[PUSH_PUBLIC_BYTES])
{
    const struct push_library *nettle = push_library();
    mpz_t x, y;
    nettle->number_init(x);
    nettle->number_init(y);
    nettle->number_read(x, HALF_BYTES, bytes + 1);
    nettle->number_read(y, HALF_BYTES, bytes + 1 + HALF_BYTES);
    int good = bytes[0] == 4 && nettle->point_set(point, x, y);
    nettle->number_clear(x);
    nettle->number_clear(y);
    return good ? 0 : -1;
}

/* -1: 0, or beyond the order of the curve. */
static int scalar_read(struct ecc_scalar *scalar, const uint8_t bytes[PUSH_PRIVATE_BYTES])
{
    const struct push_library *nettle = push_library();
    mpz_t number;
    nettle->number_init(number);
    nettle->number_read(number, PUSH_PRIVATE_BYTES, bytes);
    int good = nettle->scalar_set(scalar, number);
    nettle->number_clear(number);
    return good ? 0 : -1;
}

static int key_complete(struct push_key *key)
{
    const struct push_library *nettle = push_library();
    struct ecc_scalar scalar;
    struct ecc_point point;
    nettle->scalar_init(&scalar, nettle->curve());
    nettle->point_init(&point, nettle->curve());
    int result = scalar_read(&scalar, key->secret);
    if (result == 0) {
        nettle->point_mul_g(&point, &scalar);
        point_write(&point, key->public);
    }
    nettle->scalar_clear(&scalar);
    nettle->point_clear(&point);
    return result;
}

void push_key_make(struct push_key *key)
{
    do
        random_bytes(key->secret, sizeof key->secret);
    while (key_complete(key) < 0);
}

int push_key_read(const char *text, struct push_key *ret_key, struct err *err)
{
    struct push_key key;
    if (push_base64_read(text, strlen(text), key.secret, sizeof key.secret) < 0 || key_complete(&key) < 0)
        return err_set(err, "what lies there is no key for push messages; crashcart channel key makes one");
    *ret_key = key;
    return 0;
}

int push_receiver_read(const char *public_key, const char *auth, struct push_receiver *ret_receiver,
                       struct err *err)
{
    const struct push_library *nettle = push_library();
    struct push_receiver receiver;
    struct ecc_point point;
    if (push_base64_read(public_key, strlen(public_key), receiver.public, sizeof receiver.public) < 0 ||
        push_base64_read(auth, strlen(auth), receiver.auth, sizeof receiver.auth) < 0)
        return err_set(err, "the keys are none that a browser makes");
    nettle->point_init(&point, nettle->curve());
    int result = point_read(&point, receiver.public);
    nettle->point_clear(&point);
    if (result < 0)
        return err_set(err, "the browser's key is no point of the curve P-256");
    *ret_receiver = receiver;
    return 0;
}

/* The x of the point that both sides can compute. -1: there is none. */
static int agree(const struct push_key *once, const uint8_t public[PUSH_PUBLIC_BYTES],
                 uint8_t out[HALF_BYTES])
{
    const struct push_library *nettle = push_library();
    struct ecc_scalar scalar;
    struct ecc_point point, shared;
    uint8_t bytes[PUSH_PUBLIC_BYTES];
    nettle->scalar_init(&scalar, nettle->curve());
    nettle->point_init(&point, nettle->curve());
    nettle->point_init(&shared, nettle->curve());
    int result = scalar_read(&scalar, once->secret) < 0 || point_read(&point, public) < 0 ? -1 : 0;
    if (result == 0) {
        nettle->point_mul(&shared, &scalar, &point);
        point_write(&shared, bytes);
        memcpy(out, bytes + 1, HALF_BYTES);
        sodium_memzero(bytes, sizeof bytes);
    }
    nettle->scalar_clear(&scalar);
    nettle->point_clear(&point);
    nettle->point_clear(&shared);
    return result;
}

/* ---- RFC 8291, 3.4, and RFC 8188 ---- */

/* HMAC-SHA-256 over both pieces. */
static void hmac(const uint8_t *key, size_t n_key, const void *one, size_t n_one, const void *two,
                 size_t n_two, uint8_t out[crypto_auth_hmacsha256_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, n_key);
    crypto_auth_hmacsha256_update(&state, one, n_one);
    crypto_auth_hmacsha256_update(&state, two, n_two);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

/* One block of HKDF's second half: what, a NUL, more, 1. */
static void expand(const uint8_t key[crypto_auth_hmacsha256_BYTES], const char *what, const void *more,
                   size_t n_more, uint8_t out[crypto_auth_hmacsha256_BYTES])
{
    scoped_buf struct buf info = {0};
    buf_add(&info, what, strlen(what) + 1);
    buf_add(&info, more, n_more);
    hmac(key, crypto_auth_hmacsha256_BYTES, info.at, info.n_bytes, "\1", 1, out);
}

int push_encrypt(struct buf *out, const struct push_receiver *receiver, const struct push_key *once,
                 const uint8_t salt[PUSH_SALT_BYTES], const char *text, size_t n_bytes, struct err *err)
{
    const struct push_library *nettle = push_library();
    uint8_t shared[HALF_BYTES], both[2 * PUSH_PUBLIC_BYTES], tag[TAG_BYTES];
    uint8_t key[crypto_auth_hmacsha256_BYTES], content[crypto_auth_hmacsha256_BYTES],
        nonce[crypto_auth_hmacsha256_BYTES];
    struct gcm_aes128_ctx gcm;
    scoped_buf struct buf record = {0};
    if (n_bytes > PUSH_MOST_BYTES)
        return err_set(err, "a push message holds %d bytes at most", PUSH_MOST_BYTES);
    if (agree(once, receiver->public, shared) < 0)
        return err_set(err, "the browser's key is no point of the curve P-256");
    memcpy(both, receiver->public, PUSH_PUBLIC_BYTES);
    memcpy(both + PUSH_PUBLIC_BYTES, once->public, PUSH_PUBLIC_BYTES);
    hmac(receiver->auth, sizeof receiver->auth, shared, sizeof shared, "", 0, key);
    expand(key, "WebPush: info", both, sizeof both, key);
    hmac(salt, PUSH_SALT_BYTES, key, sizeof key, "", 0, key);
    expand(key, "Content-Encoding: aes128gcm", "", 0, content);
    expand(key, "Content-Encoding: nonce", "", 0, nonce);

    const uint8_t record_bytes[] = {0, 0, RECORD_BYTES >> 8, RECORD_BYTES & 0xff};
    buf_add(&record, text, n_bytes);
    buf_putc(&record, LAST_RECORD);
    nettle->gcm_key(&gcm, content);
    nettle->gcm_nonce(&gcm, NONCE_BYTES, nonce);
    nettle->gcm_encrypt(&gcm, record.n_bytes, (uint8_t *)record.at, (const uint8_t *)record.at);
    nettle->gcm_digest(&gcm, sizeof tag, tag);
    buf_add(out, salt, PUSH_SALT_BYTES);
    buf_add(out, record_bytes, sizeof record_bytes);
    buf_putc(out, (char)PUSH_PUBLIC_BYTES);
    buf_add(out, once->public, PUSH_PUBLIC_BYTES);
    buf_add(out, record.at, record.n_bytes);
    buf_add(out, tag, sizeof tag);
    sodium_memzero(&gcm, sizeof gcm);
    sodium_memzero(shared, sizeof shared);
    sodium_memzero(key, sizeof key);
    sodium_memzero(content, sizeof content);
    return 0;
}

/* ---- RFC 8292 ---- */

static void random_for_nettle(void *context, size_t n_bytes, uint8_t *out)
{
    (void)context;
    random_bytes(out, n_bytes);
}

/* ES256 (RFC 7518, 3.4): both numbers in full length. */
static void sign(const struct push_key *key, const char *text, size_t n_bytes, uint8_t out[2 * HALF_BYTES])
{
    const struct push_library *nettle = push_library();
    struct ecc_scalar scalar;
    struct dsa_signature signature;
    uint8_t digest[SHA256_BYTES];
    sha256(text, n_bytes, digest);
    nettle->scalar_init(&scalar, nettle->curve());
    nettle->signature_init(&signature);
    if (scalar_read(&scalar, key->secret) == 0)
        nettle->sign(&scalar, NULL, random_for_nettle, sizeof digest, digest, &signature);
    nettle->number_write(HALF_BYTES, out, signature.r);
    nettle->number_write(HALF_BYTES, out + HALF_BYTES, signature.s);
    nettle->scalar_clear(&scalar);
    nettle->signature_clear(&signature);
}

void push_authorization(struct buf *out, const struct push_key *key, const char *audience,
                        const char *subject, int64_t until_s)
{
    static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"ES256\"}";
    uint8_t signature[2 * HALF_BYTES];
    scoped_buf struct buf claims = {0};
    scoped_buf struct buf token = {0};
    struct json_writer w = jw_start(&claims);
    jw_begin_object(&w);
    jw_pair(&w, "aud", audience);
    jw_pair_int(&w, "exp", until_s);
    if (subject)
        jw_pair(&w, "sub", subject);
    jw_end_object(&w);
    push_base64(&token, head, sizeof head - 1);
    buf_putc(&token, '.');
    push_base64(&token, claims.at, claims.n_bytes);
    sign(key, token.at, token.n_bytes, signature);
    buf_printf(out, "vapid t=%s.", token.at);
    push_base64(out, signature, sizeof signature);
    buf_puts(out, ", k=");
    push_base64(out, key->public, sizeof key->public);
}
