/* A text message that somebody sent to our number, as Twilio posts it:
 *
 *   X-Twilio-Signature: BASE64     the HMAC-SHA1 of the URL and of every pair, sorted by name, name and value
 * joined MessageSid=SM0f3c...&From=%2B4930123456&Body=ack+4
 *
 * The URL is PUBLIC_URL/reply/sms: the one that Twilio was told, and not what a proxy made of it. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "api/handlers.h"
#include "api/nettle_library.h"
#include "api/reply.h"
#include "api/server.h"

static int by_name(const void *a, const void *b)
{
    const struct form_pair *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->value, y->value);
}

static void find_url(void *context, const struct engine *engine)
{
    struct buf *url = context;
    const char *base = engine_config(engine)->public_url;
    size_t n = base ? strlen(base) : 0;
    while (n && base[n - 1] == '/')
        n--;
    buf_add(url, base ? base : "", n);
}

static bool is_signed(const struct request *request, const struct form *form, struct buf *url)
{
    const char *signature = request_header(request, "X-Twilio-Signature");
    const char *secret = request->api->twilio_secret;
    uint8_t mac[SHA1_DIGEST_SIZE];
    char text[sodium_base64_ENCODED_LEN(sizeof mac, sodium_base64_VARIANT_ORIGINAL)];
    if (!*secret || !signature || strlen(signature) != sizeof text - 1)
        return false;
    struct form sorted = *form;
    sorted.at = arena_alloc(request->arena, (form->n + 1) * sizeof *sorted.at);
    memcpy(sorted.at, form->at, form->n * sizeof *sorted.at);
    qsort(sorted.at, sorted.n, sizeof *sorted.at, by_name);
    buf_puts(url, request->route->path);
    for (size_t i = 0; i < sorted.n; i++)
        buf_printf(url, "%s%s", sorted.at[i].name, sorted.at[i].value);
    const struct nettle_library *nettle = nettle_library();
    struct hmac_sha1_ctx state;
    nettle->set_key(&state, strlen(secret), (const uint8_t *)secret);
    nettle->update(&state, url->n_bytes, (const uint8_t *)buf_text(url));
    nettle->digest(&state, sizeof mac, mac);
    sodium_memzero(&state, sizeof state);
    sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    return sodium_memcmp(text, signature, sizeof text - 1) == 0;
}

static void answer_message(struct request *request, const char *sentence)
{
    struct buf *out = answer_text(request, "text/xml; charset=utf-8");
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message>");
    for (const char *c = sentence; *c; c++) {
        if (strchr("&<>\"'", *c))
            buf_printf(out, "&#%d;", *c);
        else
            buf_putc(out, (unsigned char)*c < ' ' && *c != '\n' ? ' ' : *c);
    }
    buf_puts(out, "</Message></Response>");
}

void post_sms(struct request *request)
{
    struct form form;
    scoped_buf struct buf url = {0};
    if (!request_ask(request, find_url, &url))
        return;
    form_read(request->arena, buf_text(&request->body), request->body.n_bytes, &form);
    if (!is_signed(request, &form, &url)) {
        answer_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                       "this is not signed by Twilio; see channels.twilio.signing_secret and public_url");
        return;
    }
    const char *id = form_value(&form, "MessageSid");
    if (!*id) {
        answer_problem(request, PROBLEM_INVALID, "MessageSid", "a message has an id");
        return;
    }
    reply_take(request,
               &(struct reply_from){.channel = "sms",
                                    .contacts = " sms voice ",
                                    .address = form_value(&form, "From"),
                                    .id = arena_printf(request->arena, "sms:%.100s", id)},
               form_value(&form, "Body"), answer_message);
}

void answer_sms(struct request *request)
{
    reply_decided(request, answer_message);
}
