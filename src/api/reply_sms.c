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
#include "ledger/review.h"

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

static bool is_signed(const struct request *request, const struct form *form, const char *path,
                      struct buf *url)
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
    buf_puts(url, path);
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

/* false: it is not of Twilio, and that is answered. */
static bool read_signed(struct request *request, const char *path, struct form *ret_form)
{
    scoped_buf struct buf url = {0};
    if (!request_ask(request, find_url, &url))
        return false;
    form_read(request->arena, buf_text(&request->body), request->body.n_bytes, ret_form);
    bool is = is_signed(request, ret_form, path, &url);
    if (!is)
        answer_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                       "this is not signed by Twilio; see channels.twilio.signing_secret and public_url");
    return is;
}

void post_sms(struct request *request)
{
    struct form form;
    if (!read_signed(request, request->route->path, &form))
        return;
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

/* ---- what became of a message or call ---- */

static bool has_not_arrived(const char *status)
{
    static const char *const words[] = {"undelivered", "failed", "busy", "no-answer", "canceled"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(status, words[i]) == 0)
            return true;
    return false;
}

static void answer_nothing(struct request *request)
{
    answer_text(request, "text/plain; charset=utf-8");
}

/* "MessageStatus=undelivered&ErrorCode=30003&To=%2B4930123456&MessageSid=SM0f3c..."; of a call CallStatus,
 * CallSid. */
void post_receipt(struct request *request)
{
    struct form form;
    struct err err = {0};
    int64_t incident = request->parts.numbers[0];
    if (!read_signed(request, arena_printf(request->arena, "/reply/receipt/%lld", (long long)incident),
                     &form))
        return;
    bool call = *form_value(&form, "CallSid") != '\0', known = false;
    const char *status = form_value(&form, call ? "CallStatus" : "MessageStatus");
    const char *code = form_value(&form, "ErrorCode"), *channel = call ? "voice" : "sms";
    const char *id =
        arena_printf(request->arena, "receipt:%.100s", form_value(&form, call ? "CallSid" : "MessageSid"));
    const char *person = NULL;
    struct ledger *ledger = request_ledger(request);
    if (!ledger || !reply_person(request, arena_printf(request->arena, " %s ", channel),
                                 form_value(&form, "To"), &person))
        return;
    if (ledger_reply_known(ledger, id, &known, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    if (known || !person || !has_not_arrived(status)) {
        answer_nothing(request);
        return;
    }
    struct reply *receipt = arena_alloc(request->arena, sizeof *receipt);
    *receipt = (struct reply){.id = id, .channel = channel, .person = person};
    request->answers_refusal = true;
    request->input = (struct input){.kind = INPUT_UNDELIVERED,
                                    .incident = incident,
                                    .reply = receipt,
                                    .word = arena_strdup(request->arena, form_value(&form, "To")),
                                    .text = arena_printf(request->arena, "Twilio says %.40s%s%.20s", status,
                                                         *code ? ", error " : "", code)};
    request_submit(request, NULL);
}

void answer_receipt(struct request *request)
{
    answer_nothing(request);
}
