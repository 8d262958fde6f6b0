/* A mail that answers a page, as `crashcart mail-reply` hands it over:
 *
 *   {"from":"ana@example.org","message_id":"<...>","references":["<crashcart-7f3a-incident-4-page-2@...>"],"text":"ack"}
 *
 * Anybody can write any sender into a mail. What proves it is the id of the page that it answers, which went
 * to that person and to nobody else: it holds the 64 random bits of the installation. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/handlers.h"
#include "api/reply.h"
#include "api/server.h"

enum { MOST_REFERENCES = 50, MOST_ID = 200 };

static void answer_mail_text(struct request *request, const char *sentence)
{
    buf_puts(answer_text(request, "text/plain; charset=utf-8"), sentence);
}

/* "<crashcart-7f3a-incident-4-page-2@example.org>": the key between the bracket and the '@'; 0: it is none.
 */
static int64_t incident_of_key(const char *id, char key[MOST_ID])
{
    static const char word[] = "-incident-";
    size_t n = *id == '<' ? strcspn(id + 1, "@>") : 0;
    if (!n || n >= MOST_ID)
        return 0;
    memcpy(key, id + 1, n);
    key[n] = '\0';
    const char *number = strstr(key, word);
    return number ? strtoll(number + sizeof word - 1, NULL, 10) : 0;
}

/* The incident of a page by mail that went to that address under that key; 0: none did. */
static int64_t incident_of_page(struct request *request, struct ledger *ledger, const char *id,
                                const char *from)
{
    char key[MOST_ID];
    struct delivery *deliveries = NULL;
    size_t n = 0;
    struct err err = {0};
    int64_t incident = incident_of_key(id, key);
    if (incident <= 0 || ledger_deliveries(ledger, request->arena, incident, &deliveries, &n, &err) != 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(deliveries[i].key, key) == 0 && strcmp(deliveries[i].channel, "email") == 0 &&
            strcasecmp(deliveries[i].address, from) == 0)
            return incident;
    return 0;
}

void post_mail(struct request *request)
{
    struct json root;
    const char *from, *id, *text;
    if (request_object(request, &root) < 0 || request_text(request, root, "from", &from) < 0 ||
        request_text(request, root, "message_id", &id) < 0 || request_text(request, root, "text", &text) < 0)
        return;
    if (!from || !id || !*id) {
        answer_problem(request, PROBLEM_INVALID, from ? "message_id" : "from", "it is missing");
        return;
    }
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    struct reply_from mail = {.channel = "mail",
                              .contacts = " email ",
                              .address = from,
                              .id = arena_printf(request->arena, "mail:%.200s", id)};
    size_t n = 0;
    for (struct json_iter i = json_first(json_get(root, "references"));
         json_more(&i) && !mail.incident && n < MOST_REFERENCES; json_next(&i), n++) {
        const char *reference = json_text(i.value, NULL);
        mail.incident = reference ? incident_of_page(request, ledger, reference, from) : 0;
    }
    if (!mail.incident) /* also by its sender alone: anybody can write that */
        mail.address = arena_printf(request->arena, "%.80s, or it answers no page that went there", from);
    reply_take(request, &mail, text ? text : "", answer_mail_text);
}

void answer_mail(struct request *request)
{
    reply_decided(request, answer_mail_text);
}
