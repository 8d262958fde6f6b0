/* webhook: the page document by POST, to a URL of the person's own:
 *
 *   Idempotency-Key: crashcart-7f3a-incident-4-page-2
 *   X-Timestamp: 1772452800
 *   X-Signature: v1=HEX[,v1=HEX]
 *
 * HEX is the HMAC-SHA256 of "1772452800." and the body; while secrets change over there is one for each. */
#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "courier/courier_priv.h"

enum { MOST_KEY_BYTES = 200 };

static void add_signature(struct buf *out, const char *secret, const char *stamp,
                          const struct attempt *attempt)
{
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char hex[2 * sizeof mac + 1];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)stamp, strlen(stamp));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)".", 1);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)attempt->body.at, attempt->body.n_bytes);
    crypto_auth_hmacsha256_final(&state, mac);
    hex_encode(mac, sizeof mac, hex);
    sodium_memzero(&state, sizeof state);
    buf_printf(out, "%sv1=%s", out->n_bytes ? "," : "", hex);
}

/* A secret that is wanted and not there: nothing leaves unsigned. */
static int sign(struct attempt *attempt, struct err *err)
{
    const struct config_channel *webhook = &courier_config(attempt->courier)->channels.webhook;
    const char *places[] = {webhook->secret, webhook->previous_secret};
    scoped_buf struct buf signatures = {0};
    scoped_buf struct buf stamp = {0};
    buf_printf(&stamp, "%lld", (long long)(clock_wall_us(clock_system()) / US_PER_S));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *secret = courier_secret(attempt->courier, places[i], err);
        if (places[i] && !secret)
            return err_prefix(err, "channels.webhook: ");
        if (secret)
            add_signature(&signatures, secret, stamp.at, attempt);
    }
    if (!signatures.n_bytes)
        return 0;
    return http_header(attempt, err, "X-Timestamp: %s", stamp.at) ||
                   http_header(attempt, err, "X-Signature: %s", signatures.at)
               ? -1
               : 0;
}

int webhook_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    bool sound = attempt->key[0] && strnlen(attempt->key, MOST_KEY_BYTES + 1) <= MOST_KEY_BYTES;
    for (const char *p = attempt->key; sound && *p; p++)
        sound = isgraph((unsigned char)*p);
    if (!sound)
        return err_set(err, "the idempotency key cannot stand in a header");
    if (facts->plain) {
        struct json_writer w = jw_start(&attempt->body);
        jw_begin_object(&w);
        jw_pair(&w, "kind", "page");
        jw_pair(&w, "idempotency_key", attempt->key);
        jw_pair(&w, "text", facts->text);
        jw_end_object(&w);
    } else
        buf_add(&attempt->body, attempt->page, attempt->n_bytes);
    return http_header(attempt, err, "Idempotency-Key: %s", attempt->key) ||
                   http_header(attempt, err, "Content-Type: application/json") || sign(attempt, err)
               ? -1
               : 0;
}
