/* push: a message to a browser in which the console is, by the push service that the browser chose (RFC
 * 8030). Core gives the subscription as the address: "ENDPOINT P256DH AUTH". The push service carries what
 * only that browser can read:
 *
 *   {"title":"[SEV-1] #4 shop: Shop is down","body":"...","tag":"crashcart-7f3a-incident-4","url":"...",
 *    "acknowledge":"..."}
 *
 * A later page of an incident takes the place of one that the browser has not fetched yet (Topic). */
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "courier/courier_priv.h"
#include "courier/push_crypto.h"

enum {
    TOPIC_BYTES = 32,         /* RFC 8030, 5.4 */
    TOKEN_TIME_S = 12 * 3600, /* RFC 8292, 2: at most a day */
    KEPT_S = 4 * 3600,        /* by the service, for a browser that is not there */
    MOST_TITLE = 240,
    MOST_BODY = 2000, /* of JSON, in which a byte can become six, with two links: it is cut until it fits */
    KEY_CHARACTERS = 100,
};

/* -1: no browser has subscribed. */
static int split(const char *address, size_t *ret_n_endpoint, char p256dh[KEY_CHARACTERS],
                 char auth[KEY_CHARACTERS], struct err *err)
{
    const char *first = strchr(address, ' '), *second = first ? strchr(first + 1, ' ') : NULL;
    size_t n_key = second ? (size_t)(second - first) - 1 : 0, n_auth = second ? strlen(second + 1) : 0;
    if (!second || n_key >= KEY_CHARACTERS || n_auth >= KEY_CHARACTERS)
        return err_set(err, "no browser gets pages by this name yet: open Settings in the console there");
    *ret_n_endpoint = (size_t)(first - address);
    memcpy(p256dh, first + 1, n_key);
    p256dh[n_key] = '\0';
    memcpy(auth, second + 1, n_auth + 1);
    return 0;
}

int push_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out, struct err *err)
{
    char p256dh[KEY_CHARACTERS], auth[KEY_CHARACTERS];
    size_t n = 0;
    (void)facts;
    if (split(attempt->address, &n, p256dh, auth, err))
        return -1;
    buf_add(out, attempt->address, n);
    return 0;
}

static void write_cut(struct json_writer *w, const char *name, const char *text, size_t most_bytes)
{
    scoped_buf struct buf cut = {0};
    text_cut(&cut, text, most_bytes);
    jw_pair(w, name, buf_text(&cut));
}

static void write_text(struct buf *out, const struct page_facts *facts, size_t most_bytes)
{
    scoped_buf struct buf title = {0};
    struct json_writer w = jw_start(out);
    page_subject(&title, facts);
    jw_begin_object(&w);
    write_cut(&w, "title", buf_text(&title), MOST_TITLE);
    write_cut(&w, "body", facts->body, most_bytes);
    jw_pair(&w, "tag", facts->thread);
    if (*facts->url)
        jw_pair(&w, "url", facts->url);
    if (*facts->acknowledge_url)
        jw_pair(&w, "acknowledge", facts->acknowledge_url);
    jw_end_object(&w);
}

static int encrypt(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    char p256dh[KEY_CHARACTERS], auth[KEY_CHARACTERS];
    struct push_receiver receiver;
    struct push_key once;
    uint8_t salt[PUSH_SALT_BYTES];
    size_t n = 0;
    scoped_buf struct buf text = {0};
    if (split(attempt->address, &n, p256dh, auth, err) || push_receiver_read(p256dh, auth, &receiver, err))
        return -1;
    for (size_t most = MOST_BODY; text.n_bytes == 0 || text.n_bytes > PUSH_MOST_BYTES; most /= 2) {
        buf_clear(&text);
        write_text(&text, facts, most);
        if (most == 0)
            break;
    }
    push_key_make(&once);
    random_bytes(salt, sizeof salt);
    int result = push_encrypt(&attempt->body, &receiver, &once, salt, buf_text(&text), text.n_bytes, err);
    sodium_memzero(&once, sizeof once);
    return result;
}

/* The key of the service's own: the origin of the endpoint, in whose name nobody else can use the token. */
static int authorize(struct attempt *attempt, struct err *err)
{
    const struct config *config = courier_config(attempt->courier);
    const char *secret = courier_secret(attempt->courier, config->channels.push.secret, err);
    const char *subject = config->channels.push.from ? config->channels.push.from : config->public_url;
    char origin[RECEIVER_BYTES];
    struct push_key key;
    scoped_buf struct buf header = {0};
    if (!config->channels.push.secret)
        return err_set(err, "channels.push.secret is not given; crashcart channel key makes one");
    if (!secret || push_key_read(secret, &key, err))
        return err_prefix(err, "channels.push.secret: ");
    if (http_receiver(attempt, origin, err))
        return -1;
    push_authorization(&header, &key, origin, subject,
                       clock_wall_us(clock_system()) / US_PER_S + TOKEN_TIME_S);
    sodium_memzero(&key, sizeof key);
    return http_header(attempt, err, "Authorization: %s", buf_text(&header));
}

static int add_topic(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    uint8_t hash[SHA256_BYTES];
    scoped_buf struct buf topic = {0};
    sha256(facts->thread, strlen(facts->thread), hash);
    push_base64(&topic, hash, sizeof hash);
    return http_header(attempt, err, "Topic: %.*s", TOPIC_BYTES, topic.at);
}

int push_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    if (encrypt(attempt, facts, err) || authorize(attempt, err) || add_topic(attempt, facts, err))
        return -1;
    return http_header(attempt, err, "TTL: %d", KEPT_S) ||
                   http_header(attempt, err, "Urgency: %s",
                               page_loudness(facts, 4) < 4 ? "high" : "normal") ||
                   http_header(attempt, err, "Content-Encoding: aes128gcm") ||
                   http_header(attempt, err, "Content-Type: application/octet-stream")
               ? -1
               : 0;
}

bool courier_push_key(const struct courier *courier, struct buf *out)
{
    struct push_key key;
    struct err err;
    const char *place = courier_config(courier)->channels.push.secret;
    const char *secret = courier_secret(courier, place, &err);
    if (!secret || push_key_read(secret, &key, &err))
        return false;
    push_base64(out, key.public, sizeof key.public);
    sodium_memzero(&key, sizeof key);
    return true;
}
