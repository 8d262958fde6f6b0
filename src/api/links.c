/* The link in a page, for a telephone at three in the morning. GET shows what it is about and asks: programs
 * that look into mails and messages open links, too, and must acknowledge nothing. POST acknowledges.
 *
 * A telephone call posts the key that was pressed, and wants to be told what to say. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/clock.h"
#include "courier/facts.h"

static bool is_call(const struct request *request, char *ret_key)
{
    const char *body = buf_text(&request->body);
    const char *digits = strncmp(body, "Digits=", 7) == 0 ? body : strstr(body, "&Digits=");
    if (digits)
        *ret_key = digits[strcspn(digits, "=") + 1];
    return digits != NULL;
}

/* One sentence, as a page or as words of a call. */
static void answer_sentence(struct request *request, unsigned status, const char *sentence)
{
    char key;
    if (is_call(request, &key)) {
        struct buf *out = answer_text(request, "text/xml; charset=utf-8");
        buf_puts(out, "<Response><Say>");
        html_add(out, sentence);
        buf_puts(out, "</Say></Response>");
        return;
    }
    buf_puts(answer_page(request, status, sentence), "</div></main></body></html>\n");
}

/* The link and its incident. -1: it is none, or does nothing any more, and that is answered. */
static int read_link(struct request *request, struct link *ret_link, struct incident *ret_incident)
{
    struct err err;
    int64_t number = request->parts.numbers[0];
    if (link_read(request->arena, &request->api->links, number, request_name(request, 0), ret_link) < 0) {
        answer_sentence(request, MHD_HTTP_NOT_FOUND, "This link is not complete, or not of this server.");
        return -1;
    }
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return -1;
    if (ledger_incident(ledger, request->arena, number, ret_incident, &err) != 0) {
        answer_sentence(request, MHD_HTTP_NOT_FOUND, "There is no such incident.");
        return -1;
    }
    const char *spent =
        link_spent(request->arena, ret_link, ret_incident, clock_wall_us(request->api->clock));
    if (!spent)
        return 0;
    answer_sentence(request, MHD_HTTP_OK,
                    arena_printf(request->arena, "Incident %lld: %s.", (long long)number, spent));
    return -1;
}

void get_link(struct request *request)
{
    struct link link;
    struct incident incident;
    if (read_link(request, &link, &incident) < 0)
        return;
    /* Nobody has signed in: no more than the page itself may say on a lock screen. */
    struct incident shown = page_shown(request->arena, &incident);
    bool twice = title_names_service(shown.title, shown.service);
    struct buf *out =
        answer_page(request, MHD_HTTP_OK,
                    arena_printf(request->arena, "[%s] #%lld %s%s%s", shown.severity, (long long)shown.number,
                                 twice ? "" : shown.service, twice ? "" : ": ", shown.title));
    char since[TIME_TEXT_BYTES];
    time_format_rfc3339(shown.started_us ? shown.started_us : shown.opened_us, since);
    buf_printf(out, "<p>Since %.10s %.5s UTC. ", since, since + 11);
    html_add(out, shown.severity_why);
    buf_puts(out, "</p>\n<form method=\"post\"><button>Acknowledge as ");
    html_add(out, link.person);
    buf_printf(out,
               "</button></form>\n<p><a href=\"/incidents/%lld\">What is known so far</a></p>\n"
               "</div></main></body></html>\n",
               (long long)incident.number);
}

void post_link(struct request *request)
{
    struct link link;
    struct incident incident;
    char key;
    if (read_link(request, &link, &incident) < 0)
        return;
    if (is_call(request, &key) && key != '1') {
        answer_sentence(request, MHD_HTTP_OK, "Not acknowledged.");
        return;
    }
    request->input.kind = INPUT_ACKNOWLEDGE;
    request->input.incident = link.incident;
    request->input.actor = arena_printf(request->arena, "person:%s", link.person);
    request_submit(request, NULL);
}

void answer_link(struct request *request)
{
    answer_sentence(
        request, MHD_HTTP_OK,
        arena_printf(request->arena, "Incident %lld is acknowledged.", (long long)request->input.incident));
}
