/* A mail that answers a page, as `crashcart mail-reply` hands it over:
 *
 *   {"from":"ana@example.org","message_id":"<...>","references":["<crashcart-7f3a-incident-4-page-2@...>"],"text":"ack"}
 *
 * Anybody can write any sender into a mail. What proves it is the id of the page that it answers, which went
 * to that person and to nobody else: it holds the 64 random bits of the installation. The same proves a
 * bounce:
 *
 *   {"undelivered":"5.1.1 (no such mailbox)","references":["<crashcart-7f3a-incident-4-page-2@...>"]} */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/handlers.h"
#include "api/reply.h"
#include "api/server.h"
#include "ledger/review.h"

enum { MOST_REFERENCES = 50, MOST_ID = 200, MOST_OPEN = 500 };

static void answer_mail_text(struct request *request, const char *sentence)
{
    buf_puts(answer_text(request, "text/plain; charset=utf-8"), sentence);
}

/* ---- which mail of ours ---- */

/* "<crashcart-7f3a-incident-4-page-2@example.org>": what is between the bracket and the '@'; false: nothing.
 */
static bool key_of(const char *id, char key[MOST_ID])
{
    size_t n = *id == '<' ? strcspn(id + 1, "@>") : 0;
    if (!n || n >= MOST_ID)
        return false;
    memcpy(key, id + 1, n);
    key[n] = '\0';
    return true;
}

/* The delivery by mail of that incident under that key; NULL: there is none. */
static const struct delivery *delivery_in(struct request *request, struct ledger *ledger, int64_t incident,
                                          const char *key)
{
    struct delivery *deliveries = NULL;
    size_t n = 0;
    struct err err = {0};
    if (incident <= 0 || ledger_deliveries(ledger, request->arena, incident, &deliveries, &n, &err) != 0)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(deliveries[i].key, key) == 0 && strcmp(deliveries[i].channel, "email") == 0)
            return &deliveries[i];
    return NULL;
}

/* A digest tells of several incidents, and belongs to one that is open. */
static const struct delivery *digest_of(struct request *request, struct ledger *ledger, const char *key)
{
    struct incident *open = NULL;
    size_t n = 0;
    struct err err = {0};
    const struct delivery *found = NULL;
    if (ledger_incidents(ledger, request->arena, true, 0, MOST_OPEN, &open, &n, &err) != 0)
        return NULL;
    for (size_t i = 0; i < n && !found; i++)
        found = delivery_in(request, ledger, open[i].number, key);
    return found;
}

static const struct delivery *delivery_of(struct request *request, struct ledger *ledger, const char *key)
{
    static const char word[] = "-incident-";
    const char *number = strstr(key, word);
    if (number)
        return delivery_in(request, ledger, strtoll(number + sizeof word - 1, NULL, 10), key);
    return strstr(key, "-digest-") ? digest_of(request, ledger, key) : NULL;
}

/* ---- an answer ---- */

/* The incident of a page by mail that went to that address; 0: none did. */
static int64_t incident_answered(struct request *request, struct ledger *ledger, struct json references,
                                 const char *from)
{
    char key[MOST_ID];
    size_t n = 0;
    for (struct json_iter i = json_first(references); json_more(&i) && n < MOST_REFERENCES;
         json_next(&i), n++) {
        const char *reference = json_text(i.value, NULL);
        const struct delivery *page = reference && key_of(reference, key) && strstr(key, "-incident-")
                                          ? delivery_of(request, ledger, key)
                                          : NULL;
        if (page && strcasecmp(page->address, from) == 0)
            return page->incident;
    }
    return 0;
}

static void take_answer(struct request *request, struct json root, struct ledger *ledger)
{
    const char *from, *id, *text;
    if (request_text(request, root, "from", &from) < 0 ||
        request_text(request, root, "message_id", &id) < 0 || request_text(request, root, "text", &text) < 0)
        return;
    if (!from || !id || !*id) {
        answer_problem(request, PROBLEM_INVALID, from ? "message_id" : "from", "it is missing");
        return;
    }
    struct reply_from mail = {.channel = "mail",
                              .contacts = " email ",
                              .address = from,
                              .id = arena_printf(request->arena, "mail:%.200s", id)};
    mail.incident = incident_answered(request, ledger, json_get(root, "references"), from);
    if (!mail.incident) /* also by its sender alone: anybody can write that */
        mail.address = arena_printf(request->arena, "%.80s, or it answers no page that went there", from);
    reply_take(request, &mail, text ? text : "", answer_mail_text);
}

/* ---- a bounce ---- */

struct bounce {
    char key[MOST_ID];
    const char *person, *address, *why;
    int64_t incident; /* 0: a test of a way */
    bool notice;
};

/* 1: found; 0: nothing that we sent came back; -1: it cannot be told now, and that is answered. */
static int find_returned(struct request *request, struct ledger *ledger, struct json references,
                         const char *to, struct bounce *bounce)
{
    size_t n = 0;
    for (struct json_iter i = json_first(references); json_more(&i) && n < MOST_REFERENCES;
         json_next(&i), n++) {
        const char *reference = json_text(i.value, NULL);
        if (!reference || !key_of(reference, bounce->key))
            continue;
        const struct delivery *delivery = delivery_of(request, ledger, bounce->key);
        if (delivery) {
            bounce->person = delivery->person;
            bounce->address = delivery->address;
            bounce->incident = delivery->incident;
            bounce->notice = delivery->notice;
            return 1;
        }
        if (!strstr(bounce->key, "-proof-"))
            continue;
        bounce->address = to;
        return !reply_person(request, " email ", to, &bounce->person) ? -1 : bounce->person != NULL;
    }
    return 0;
}

static void submit_bounce(struct request *request, const struct bounce *bounce, const char *id)
{
    struct reply *receipt = arena_alloc(request->arena, sizeof *receipt);
    *receipt = (struct reply){.id = id, .channel = "email", .person = bounce->person};
    request->answers_refusal = true;
    request->input = (struct input){.kind = INPUT_UNDELIVERED,
                                    .incident = bounce->incident,
                                    .reply = receipt,
                                    .word = bounce->address,
                                    .flag = bounce->notice,
                                    .text = bounce->why};
    request_submit(request, NULL);
}

static void take_bounce(struct request *request, struct json root, struct ledger *ledger, const char *why)
{
    const char *to, *recipient;
    struct bounce bounce = {0};
    struct err err = {0};
    bool known = false;
    if (request_text(request, root, "to", &to) < 0 ||
        request_text(request, root, "recipient", &recipient) < 0)
        return;
    int found = find_returned(request, ledger, json_get(root, "references"), to ? to : "", &bounce);
    if (found == 0)
        answer_mail_text(request, "Nothing that was sent from here came back.");
    if (found <= 0)
        return;
    const char *id = arena_printf(request->arena, "bounce:%s", bounce.key);
    if (ledger_reply_known(ledger, id, &known, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    if (known) {
        answer_mail_text(request, "This was heard already.");
        return;
    }
    bool other = recipient && *recipient && strcasecmp(recipient, bounce.address) != 0;
    bounce.why = arena_printf(request->arena, "the mail came back%s%.100s: %.80s", other ? " from " : "",
                              other ? recipient : "", why);
    submit_bounce(request, &bounce, id);
}

void post_mail(struct request *request)
{
    struct json root;
    const char *undelivered;
    if (request_object(request, &root) < 0 || request_text(request, root, "undelivered", &undelivered) < 0)
        return;
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    if (undelivered)
        take_bounce(request, root, ledger, undelivered);
    else
        take_answer(request, root, ledger);
}

void answer_mail(struct request *request)
{
    if (request->input.kind == INPUT_UNDELIVERED)
        answer_mail_text(request, arena_strdup(request->arena, request->outcome.message));
    else
        reply_decided(request, answer_mail_text);
}
