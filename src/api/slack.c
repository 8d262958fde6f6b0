/* A button that somebody pressed in Slack:
 *
 *   X-Slack-Request-Timestamp: 1772452800
 *   X-Slack-Signature: v0=HEX            the HMAC-SHA256 of "v0:1772452800:" and the body
 *   payload=%7B%22user%22%3A%7B%22id%22%3A%22U024BE7LH%22%7D%2C%22actions%22%3A%5B...
 *
 * It counts when Slack signed it within five minutes, and when its user is a person of the configuration. */
#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/server.h"
#include "base/clock.h"
#include "base/hash.h"

enum { MOST_AGE_S = 300, PAYLOAD_DEPTH = 24 };

static bool is_signed(const struct request *request)
{
    const char *stamp = request_header(request, "X-Slack-Request-Timestamp");
    const char *signature = request_header(request, "X-Slack-Signature");
    const char *secret = request->api->slack_secret;
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char hex[2 * sizeof mac + 1];
    if (!*secret || !stamp || !signature || strlen(stamp) > 12 || strncmp(signature, "v0=", 3) != 0 ||
        strlen(signature) != 3 + 2 * sizeof mac)
        return false;
    int64_t age_s = clock_wall_us(request->api->clock) / US_PER_S - strtoll(stamp, NULL, 10);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)"v0:", 3);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)stamp, strlen(stamp));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)":", 1);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)buf_text(&request->body), request->body.n_bytes);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(&state, sizeof state);
    hex_encode(mac, sizeof mac, hex);
    return equal_constant_time(hex, signature + 3, 2 * sizeof mac) && age_s <= MOST_AGE_S &&
           age_s >= -MOST_AGE_S;
}

static int digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* What follows "payload=", as it was before the form encoded it. */
static void decode(const char *text, struct buf *out)
{
    for (const char *p = text; *p && *p != '&'; p++) {
        if (*p == '%' && digit(p[1]) >= 0 && digit(p[2]) >= 0) {
            buf_putc(out, (char)(digit(p[1]) * 16 + digit(p[2])));
            p += 2;
        } else
            buf_putc(out, *p == '+' ? ' ' : *p);
    }
}

struct seeking {
    const char *user; /* of Slack */
    const char *person;
    struct arena *arena;
};

static void find_person(void *context, const struct engine *engine)
{
    struct seeking *seeking = context;
    list_each (person, &engine_config(engine)->people)
        list_each (contact, &person->contacts)
            if (strcmp(contact->channel, "slack") == 0 && strcmp(contact->address, seeking->user) == 0)
                seeking->person = arena_strdup(seeking->arena, person->id);
}

/* "acknowledge" and the incident's number; 0: another button, which only leads somewhere. */
static int64_t wanted_incident(struct json payload)
{
    struct json_iter first = json_first(json_get(payload, "actions"));
    struct json action = json_more(&first) ? first.value : (struct json){0};
    const char *id = json_text(json_get(action, "action_id"), NULL);
    const char *value = json_text(json_get(action, "value"), NULL);
    bool acknowledges = id && value && strcmp(id, "acknowledge") == 0 && strlen(value) <= 15 &&
                        strspn(value, "0123456789") == strlen(value);
    return acknowledges ? strtoll(value, NULL, 10) : 0;
}

void post_slack(struct request *request)
{
    static const char start[] = "payload=";
    scoped_buf struct buf payload = {0};
    struct json root;
    struct err err;
    if (!is_signed(request)) {
        answer_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                       "this is not signed by Slack; see channels.slack.signing_secret");
        return;
    }
    if (strncmp(buf_text(&request->body), start, sizeof start - 1) == 0)
        decode(request->body.at + sizeof start - 1, &payload);
    if (!request->document)
        request->document = json_document_new();
    if (json_parse(request->document, buf_text(&payload), payload.n_bytes, PAYLOAD_DEPTH, &root, &err)) {
        answer_problem(request, PROBLEM_BAD_REQUEST, "payload", "%s", err.text);
        return;
    }
    const char *user = json_text(json_get(json_get(root, "user"), "id"), NULL);
    int64_t incident = wanted_incident(root);
    if (!incident) {
        answer_empty(request);
        return;
    }
    struct seeking seeking = {user ? user : "", NULL, request->arena};
    if (!request_ask(request, find_person, &seeking))
        return;
    if (!seeking.person) {
        answer_problem(request, PROBLEM_INVALID, "user",
                       "no person of the configuration has the contact slack: %.40s", seeking.user);
        return;
    }
    request->input.kind = INPUT_ACKNOWLEDGE;
    request->input.incident = incident;
    request->input.actor = arena_printf(request->arena, "person:%s", seeking.person);
    request_submit(request, NULL);
}

/* ---- a command: "/crashcart ack 4" ---- */

static void answer_command(struct request *request, const char *sentence)
{
    scoped_buf struct buf text = {0};
    for (const char *c = sentence; *c; c++) {
        const char *entity = *c == '&' ? "&amp;" : *c == '<' ? "&lt;" : *c == '>' ? "&gt;" : NULL;
        if (entity)
            buf_puts(&text, entity);
        else
            buf_putc(&text, *c);
    }
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "response_type", "ephemeral");
    jw_pair(&writer, "text", buf_text(&text));
    jw_end_object(&writer);
}

void post_slack_command(struct request *request)
{
    struct form form;
    if (!is_signed(request)) {
        answer_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                       "this is not signed by Slack; see channels.slack.signing_secret");
        return;
    }
    form_read(request->arena, buf_text(&request->body), request->body.n_bytes, &form);
    reply_take(request,
               &(struct reply_from){.channel = "slack",
                                    .contacts = " slack ",
                                    .address = form_value(&form, "user_id"),
                                    .id = arena_printf(request->arena, "slack:%s",
                                                       request_header(request, "X-Slack-Signature"))},
               form_value(&form, "text"), answer_command);
}

void answer_slack_command(struct request *request)
{
    reply_decided(request, answer_command);
}
