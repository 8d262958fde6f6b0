#include "courier/id_token.h"

#include <stdlib.h>
#include <string.h>

#include "courier/jose_library.h"

enum { RSA_LEAST_BITS = 2048, MOST_KEYS = 100, SUBJECT_BYTES = 255 };

/* What a signature may be made with. Nothing else is looked at: not "none", and no secret that both have,
 * for which a public key could be taken. */
static const struct algorithm {
    const char *name, *key_type, *curve;
    const char *members[2]; /* numbers of the key, as far as it is public */
} algorithms[] = {
    {"RS256", "RSA", NULL, {"n", "e"}},
    {"ES256", "EC", "P-256", {"x", "y"}},
};

static const struct algorithm *algorithm_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof algorithms / sizeof *algorithms; i++)
        if (strcmp(algorithms[i].name, name) == 0)
            return &algorithms[i];
    return NULL;
}

static bool text_is(struct json object, const char *name, const char *text)
{
    size_t n_bytes;
    const char *value = json_text(json_get(object, name), &n_bytes);
    return value && n_bytes == strlen(text) && memcmp(value, text, n_bytes) == 0;
}

static bool absent_or(struct json object, const char *name, const char *text)
{
    return json_kind(json_get(object, name)) == JSON_NONE || text_is(object, name, text);
}

/* The library ends the program over a text of a length that no bytes have, so it is given none. */
static bool is_base64url(const char *text, size_t n_bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return n_bytes % 4 != 1 && strspn(text, digits) >= n_bytes;
}

static bool is_encoded(const char *token)
{
    for (const char *part = token;; part++) {
        size_t n_bytes = strcspn(part, ".");
        if (!is_base64url(part, n_bytes))
            return false;
        part += n_bytes;
        if (!*part)
            return true;
    }
}

/* ---- the key ---- */

static bool key_fits(struct json key, const struct algorithm *algorithm, const char *id)
{
    return text_is(key, "kty", algorithm->key_type) && absent_or(key, "use", "sig") &&
           absent_or(key, "alg", algorithm->name) && (!id || text_is(key, "kid", id)) &&
           (!algorithm->curve || text_is(key, "crv", algorithm->curve));
}

/* Of the key only what is public and needed. NULL: it is none. */
static cjose_jwk_t *key_import(struct json key, const struct algorithm *algorithm)
{
    const struct jose_library *jose = jose_library();
    scoped_buf struct buf text = {0};
    struct json_writer w = jw_start(&text);
    jw_begin_object(&w);
    jw_pair(&w, "kty", algorithm->key_type);
    if (algorithm->curve)
        jw_pair(&w, "crv", algorithm->curve);
    for (size_t i = 0; i < sizeof algorithm->members / sizeof *algorithm->members; i++) {
        size_t n_bytes = 0;
        const char *value = json_text(json_get(key, algorithm->members[i]), &n_bytes);
        if (!value || !is_base64url(value, n_bytes))
            return NULL;
        jw_pair(&w, algorithm->members[i], value);
    }
    jw_end_object(&w);
    cjose_err wrong = {0};
    cjose_jwk_t *jwk = jose->jwk_import(text.at, text.n_bytes, &wrong);
    if (jwk && strcmp(algorithm->key_type, "RSA") == 0 &&
        jose->jwk_get_keysize(jwk, &wrong) < RSA_LEAST_BITS) {
        jose->jwk_release(jwk);
        return NULL;
    }
    return jwk;
}

/* A token without the name of its key may be of each that fits. */
static enum id_token_verdict verify_signature(cjose_jws_t *jws, struct json keys,
                                              const struct algorithm *algorithm, const char *id,
                                              struct err *err)
{
    const struct jose_library *jose = jose_library();
    int n_tried = 0, n_seen = 0;
    bool good = false;
    for (struct json_iter i = json_first(json_get(keys, "keys"));
         json_more(&i) && !good && n_seen < MOST_KEYS; json_next(&i), n_seen++) {
        cjose_err wrong = {0};
        cjose_jwk_t *jwk = key_fits(i.value, algorithm, id) ? key_import(i.value, algorithm) : NULL;
        if (!jwk)
            continue;
        n_tried++;
        good = jose->jws_verify(jws, jwk, &wrong);
        jose->jwk_release(jwk);
    }
    if (good)
        return ID_TOKEN_GOOD;
    if (n_tried == 0 || !id) {
        err_set(err, "the provider's token is signed with a key that is not among its keys");
        return ID_TOKEN_KEY_UNKNOWN;
    }
    err_set(err, "the signature of the provider's token is wrong");
    return ID_TOKEN_BAD;
}

/* ---- the claims ---- */

static bool among(struct json claim, const char *text)
{
    size_t n_bytes, n = strlen(text);
    for (struct json_iter i = json_first(claim); json_more(&i); json_next(&i)) {
        const char *each = json_text(i.value, &n_bytes);
        if (each && n_bytes == n && memcmp(each, text, n) == 0)
            return true;
    }
    return false;
}

static bool is_for_us(struct json claims, const char *client)
{
    struct json audience = json_get(claims, "aud");
    if (json_kind(audience) == JSON_STRING)
        return text_is(claims, "aud", client) && absent_or(claims, "azp", client);
    return json_kind(audience) == JSON_ARRAY && among(audience, client) &&
           (json_count(audience) == 1 ? absent_or(claims, "azp", client) : text_is(claims, "azp", client));
}

static bool has_subject(struct json claims)
{
    size_t n_bytes;
    const char *subject = json_text(json_get(claims, "sub"), &n_bytes);
    return subject && n_bytes > 0 && n_bytes <= SUBJECT_BYTES && !memchr(subject, '\0', n_bytes);
}

static int check_claims(struct json claims, const struct id_token_wanted *wanted, struct err *err)
{
    int64_t until_s = json_int(json_get(claims, "exp"), 0), since_s = json_int(json_get(claims, "iat"), 0);
    int64_t from_s = json_int(json_get(claims, "nbf"), 0);
    if (!text_is(claims, "iss", wanted->issuer))
        return err_set(err, "the provider's token is of another issuer");
    if (!is_for_us(claims, wanted->client))
        return err_set(err, "the provider's token is for another client");
    if (!text_is(claims, "nonce", wanted->nonce))
        return err_set(err, "the provider's token is of another sign-in");
    if (until_s <= wanted->now_s - ID_TOKEN_SKEW_S)
        return err_set(err, "the provider's token has expired");
    if (since_s <= 0 || since_s > wanted->now_s + ID_TOKEN_SKEW_S || from_s > wanted->now_s + ID_TOKEN_SKEW_S)
        return err_set(err, "the provider's token is of the future, or says no time");
    return has_subject(claims) ? 0 : err_set(err, "the provider's token says of nobody who it is");
}

/* ---- the token ---- */

static enum id_token_verdict read_signed(struct arena *arena, cjose_jws_t *jws, struct json keys,
                                         const char **ret_claims, size_t *ret_n_bytes, struct err *err)
{
    const struct jose_library *jose = jose_library();
    cjose_err wrong = {0};
    cjose_header_t *header = jose->jws_get_protected(jws);
    const struct algorithm *algorithm = algorithm_find(jose->header_get(header, "alg", &wrong));
    char *critical = jose->header_get_raw(header, "crit", &wrong);
    free(critical);
    if (!algorithm || critical) {
        err_set(err, algorithm ? "the provider's token wants what this server does not know"
                               : "the provider's token is signed neither by RS256 nor by ES256");
        return ID_TOKEN_BAD;
    }
    enum id_token_verdict verdict =
        verify_signature(jws, keys, algorithm, jose->header_get(header, "kid", &wrong), err);
    uint8_t *payload = NULL;
    size_t n_bytes = 0;
    if (verdict != ID_TOKEN_GOOD)
        return verdict;
    if (!jose->jws_get_plaintext(jws, &payload, &n_bytes, &wrong)) {
        err_set(err, "the provider's token holds nothing");
        return ID_TOKEN_BAD;
    }
    *ret_claims = arena_strndup(arena, (const char *)payload, n_bytes); /* payload is the token's own */
    *ret_n_bytes = n_bytes;
    return ID_TOKEN_GOOD;
}

enum id_token_verdict id_token_verify(struct arena *arena, const char *token, struct json keys,
                                      const struct id_token_wanted *wanted, const char **ret_claims,
                                      size_t *ret_n_bytes, struct err *err)
{
    const struct jose_library *jose = jose_library();
    size_t n_token = strnlen(token, ID_TOKEN_BYTES);
    cjose_err wrong = {0};
    cjose_jws_t *jws =
        n_token < ID_TOKEN_BYTES && is_encoded(token) ? jose->jws_import(token, n_token, &wrong) : NULL;
    if (!jws) {
        err_set(err, "what the provider gave is no signed token");
        return ID_TOKEN_BAD;
    }
    enum id_token_verdict verdict = read_signed(arena, jws, keys, ret_claims, ret_n_bytes, err);
    jose->jws_release(jws);
    if (verdict != ID_TOKEN_GOOD)
        return verdict;
    struct json_document *document = json_document_new();
    struct json claims;
    struct err not_json;
    if (json_parse(document, *ret_claims, *ret_n_bytes, ID_TOKEN_LEVELS, &claims, &not_json) < 0 ||
        json_kind(claims) != JSON_OBJECT) {
        err_set(err, "the claims of the provider's token cannot be read");
        verdict = ID_TOKEN_BAD;
    } else if (check_claims(claims, wanted, err) < 0) {
        verdict = ID_TOKEN_BAD;
    }
    json_document_free(document);
    return verdict;
}
