#include "courier/id_token.h"

#include <stdlib.h>
#include <string.h>

#include "base/library.h"
#include "base/testing.h"
#include "courier/jose_library.h"

#define NOW INT64_C(1790000000)

static struct {
    typeof(&cjose_header_new) header_new;
    typeof(&cjose_header_release) header_release;
    typeof(&cjose_header_set) header_set;
    typeof(&cjose_header_set_raw) header_set_raw;
    typeof(&cjose_jwk_create_EC_random) ec_key;
    typeof(&cjose_jwk_create_RSA_random) rsa_key;
    typeof(&cjose_jwk_create_oct_spec) shared_key;
    typeof(&cjose_jwk_to_json) key_text;
    typeof(&cjose_jws_sign) sign;
    typeof(&cjose_jws_export) export;
} make;

static struct arena *arena;
static struct json_document *document; /* of the keys */
static cjose_jwk_t *rsa, *ec, *other, *small;
static struct json keys;

static char *public_text(const cjose_jwk_t *key)
{
    cjose_err err;
    return make.key_text(key, false, &err);
}

/* The set of the provider: {"keys":[{"kid":"one","kty":"RSA",...},{"kid":"two","kty":"EC",...}...]}. */
static void add_key(struct buf *set, const cjose_jwk_t *key, const char *rest)
{
    char *text = public_text(key);
    buf_printf(set, "%s{%s,%s", set->n_bytes > 9 ? "," : "", rest, text + 1);
    free(text);
}

static int set_up(void **state)
{
    static const struct library_function functions[] = {{"cjose_header_new", &make.header_new},
                                                        {"cjose_header_release", &make.header_release},
                                                        {"cjose_header_set", &make.header_set},
                                                        {"cjose_header_set_raw", &make.header_set_raw},
                                                        {"cjose_jwk_create_EC_random", &make.ec_key},
                                                        {"cjose_jwk_create_RSA_random", &make.rsa_key},
                                                        {"cjose_jwk_create_oct_spec", &make.shared_key},
                                                        {"cjose_jwk_to_json", &make.key_text},
                                                        {"cjose_jws_sign", &make.sign},
                                                        {"cjose_jws_export", &make.export}};
    static const uint8_t exponent[] = {1, 0, 1};
    cjose_err err;
    struct err wrong;
    scoped_buf struct buf set = {0};
    (void)state;
    library_load("libcjose.so.0", "libcjose0", functions, sizeof functions / sizeof *functions);
    arena = arena_new();
    rsa = make.rsa_key(2048, exponent, sizeof exponent, &err);
    other = make.rsa_key(2048, exponent, sizeof exponent, &err);
    small = make.rsa_key(1024, exponent, sizeof exponent, &err);
    ec = make.ec_key(CJOSE_JWK_EC_P_256, &err);
    buf_puts(&set, "{\"keys\":[");
    add_key(&set, rsa, "\"kid\":\"one\",\"use\":\"sig\"");
    add_key(&set, ec, "\"kid\":\"two\",\"alg\":\"ES256\"");
    add_key(&set, other, "\"kid\":\"three\",\"use\":\"enc\"");
    add_key(&set, small, "\"kid\":\"four\"");
    buf_puts(&set, ",{\"kid\":\"five\",\"kty\":\"RSA\"},7,"
                   "{\"kid\":\"seven\",\"kty\":\"RSA\",\"n\":\"AAAAA\",\"e\":\"AQAB\"}]}");
    document = json_document_new();
    assert_int_equal(json_parse(document, arena_strdup(arena, buf_text(&set)), set.n_bytes, 8, &keys, &wrong),
                     0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    const cjose_jwk_t *all[] = {rsa, ec, other, small};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        jose_library()->jwk_release((cjose_jwk_t *)(uintptr_t)all[i]);
    json_document_free(document);
    arena_free(arena);
    return 0;
}

static const char *token_of(const char *algorithm, const char *id, const cjose_jwk_t *key,
                            const char *critical, const char *claims)
{
    cjose_err err;
    const char *text = NULL;
    cjose_header_t *header = make.header_new(&err);
    make.header_set(header, "alg", algorithm, &err);
    if (id)
        make.header_set(header, "kid", id, &err);
    if (critical)
        make.header_set_raw(header, "crit", critical, &err);
    cjose_jws_t *jws = make.sign(key, header, (const uint8_t *)claims, strlen(claims), &err);
    assert_non_null(jws);
    assert_true(make.export(jws, &text, &err));
    text = arena_strdup(arena, text);
    jose_library()->jws_release(jws);
    make.header_release(header);
    return text;
}

#define CLAIMS(issuer, audience, nonce, until, since)                                                        \
    "{\"iss\":\"" issuer "\",\"aud\":" audience ",\"nonce\":\"" nonce "\",\"exp\":" until ",\"iat\":" since  \
    ",\"sub\":\"24400320\",\"email\":\"ana@example.org\"}"
#define LOGIN "https://login.example.org"
#define GOOD  CLAIMS(LOGIN, "\"crashcart\"", "n-1", "1790000300", "1789999990")

static enum id_token_verdict verify(const char *token, const char **ret_claims, struct err *err)
{
    struct id_token_wanted wanted = {.issuer = LOGIN, .client = "crashcart", .nonce = "n-1", .now_s = NOW};
    size_t n_bytes;
    err->text[0] = '\0';
    return id_token_verify(arena, token, keys, &wanted, ret_claims, &n_bytes, err);
}

static void expect(const char *token, enum id_token_verdict verdict, const char *why)
{
    const char *claims;
    struct err err;
    enum id_token_verdict got = verify(token, &claims, &err);
    if (got != verdict || !strstr(err.text, why))
        print_error("%d %s: %s\n", got, why, err.text);
    assert_int_equal(got, verdict);
    assert_non_null(strstr(err.text, why));
}

static void a_token_of_the_provider_is_good_by_either_algorithm(void **state)
{
    const char *claims;
    struct err err;
    (void)state;
    assert_int_equal(verify(token_of("RS256", "one", rsa, NULL, GOOD), &claims, &err), ID_TOKEN_GOOD);
    assert_string_equal(claims, GOOD);
    expect(token_of("ES256", "two", ec, NULL, GOOD), ID_TOKEN_GOOD, "");
    expect(token_of("RS256", NULL, rsa, NULL, GOOD), ID_TOKEN_GOOD, "");
}

static void a_token_signed_by_another_key_is_refused(void **state)
{
    (void)state;
    expect(token_of("RS256", "one", other, NULL, GOOD), ID_TOKEN_BAD, "signature");
    expect(token_of("RS256", "six", rsa, NULL, GOOD), ID_TOKEN_KEY_UNKNOWN, "not among its keys");
    expect(token_of("RS256", "three", other, NULL, GOOD), ID_TOKEN_KEY_UNKNOWN, "not among its keys");
    expect(token_of("RS256", "two", rsa, NULL, GOOD), ID_TOKEN_KEY_UNKNOWN, "not among its keys");
    expect(token_of("RS256", "five", rsa, NULL, GOOD), ID_TOKEN_KEY_UNKNOWN, "not among its keys");
    expect(token_of("RS256", NULL, other, NULL, GOOD), ID_TOKEN_KEY_UNKNOWN, "not among its keys");
    expect(token_of("RS256", "seven", rsa, NULL, GOOD), ID_TOKEN_KEY_UNKNOWN, "not among its keys");
    expect(token_of("RS256", "four", small, NULL, GOOD), ID_TOKEN_KEY_UNKNOWN, "not among its keys");
}

static void other_algorithms_are_not_looked_at(void **state)
{
    (void)state;
    cjose_err err;
    char *text = public_text(rsa);
    cjose_jwk_t *shared = make.shared_key((const uint8_t *)text, strlen(text), &err);
    expect(token_of("HS256", "one", shared, NULL, GOOD), ID_TOKEN_BAD, "neither by RS256");
    expect(token_of("PS256", "one", rsa, NULL, GOOD), ID_TOKEN_BAD, "neither by RS256");
    /* {"alg":"none"} . GOOD's beginning is enough . */
    expect("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", ID_TOKEN_BAD, "");
    expect("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.AAAA", ID_TOKEN_BAD, "neither by RS256");
    expect(token_of("RS256", "one", rsa, "[\"b64\"]", GOOD), ID_TOKEN_BAD, "does not know");
    jose_library()->jwk_release(shared);
    free(text);
}

static void a_changed_or_broken_token_is_refused(void **state)
{
    (void)state;
    char *token = arena_strdup(arena, token_of("RS256", "one", rsa, NULL, GOOD));
    char *payload = strchr(token, '.') + 5;
    *payload = *payload == 'A' ? 'B' : 'A';
    expect(token, ID_TOKEN_BAD, "signature");
    expect("", ID_TOKEN_BAD, "no signed token");
    expect("a.b", ID_TOKEN_BAD, "no signed token");
    expect(arena_printf(arena, "%s%s", token, "AAA"), ID_TOKEN_BAD, "no signed token");
    expect("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxI.AAAA", ID_TOKEN_BAD, "no signed token");
    expect(token_of("RS256", "one", rsa, NULL, "[1]"), ID_TOKEN_BAD, "cannot be read");
    expect(token_of("RS256", "one", rsa, NULL, "not JSON"), ID_TOKEN_BAD, "cannot be read");
    char *long_one = arena_alloc(arena, ID_TOKEN_BYTES + 10);
    memset(long_one, '.', ID_TOKEN_BYTES + 5);
    expect(long_one, ID_TOKEN_BAD, "no signed token");
}

static void claims_of_another_issuer_client_sign_in_or_time_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *claims, *why;
    } wrong[] = {
        {CLAIMS(LOGIN "/", "\"crashcart\"", "n-1", "1790000300", "1789999990"), "another issuer"},
        {CLAIMS("https://evil.example.org", "\"crashcart\"", "n-1", "1790000300", "1789999990"),
         "another issuer"},
        {CLAIMS(LOGIN, "\"other\"", "n-1", "1790000300", "1789999990"), "another client"},
        {CLAIMS(LOGIN, "[\"other\"]", "n-1", "1790000300", "1789999990"), "another client"},
        {CLAIMS(LOGIN, "[\"crashcart\",\"other\"]", "n-1", "1790000300", "1789999990"), "another client"},
        {CLAIMS(LOGIN, "\"crashcart\",\"azp\":\"other\"", "n-1", "1790000300", "1789999990"),
         "another client"},
        {CLAIMS(LOGIN, "7", "n-1", "1790000300", "1789999990"), "another client"},
        {CLAIMS(LOGIN, "\"crashcart\"", "n-2", "1790000300", "1789999990"), "another sign-in"},
        {CLAIMS(LOGIN, "\"crashcart\"", "n-1\\u0000", "1790000300", "1789999990"), "another sign-in"},
        {CLAIMS(LOGIN, "\"crashcart\"", "n-1", "1789999900", "1789999800"), "expired"},
        {CLAIMS(LOGIN, "\"crashcart\"", "n-1", "\"1790000300\"", "1789999990"), "expired"},
        {CLAIMS(LOGIN, "\"crashcart\"", "n-1", "1790000300", "1790000200"), "future"},
        {CLAIMS(LOGIN, "\"crashcart\"", "n-1", "1790000300", "1789999990,\"nbf\":1790000200"), "future"},
        {"{\"iss\":\"" LOGIN
         "\",\"aud\":\"crashcart\",\"nonce\":\"n-1\",\"exp\":1790000300,\"iat\":1789999990}",
         "nobody"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect(token_of("RS256", "one", rsa, NULL, wrong[i].claims), ID_TOKEN_BAD, wrong[i].why);
    expect(token_of("RS256", "one", rsa, NULL,
                    CLAIMS(LOGIN, "[\"crashcart\",\"other\"],\"azp\":\"crashcart\"", "n-1", "1790000300",
                           "1789999990")),
           ID_TOKEN_GOOD, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_of_the_provider_is_good_by_either_algorithm),
        cmocka_unit_test(a_token_signed_by_another_key_is_refused),
        cmocka_unit_test(other_algorithms_are_not_looked_at),
        cmocka_unit_test(a_changed_or_broken_token_is_refused),
        cmocka_unit_test(claims_of_another_issuer_client_sign_in_or_time_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
