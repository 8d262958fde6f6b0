/* opsgenie: an alert of its Alert API, by the API key that lies at the address. All pages of an incident are
 * one alert there (alias), which is acknowledged and closed with it. */
#include <string.h>

#include "courier/courier_priv.h"

enum { MOST_MESSAGE = 130, MOST_DESCRIPTION = 15000, LEVELS = 5 };

static const char *const actions[] = {[PAGE_TRIGGERED] = NULL,
                                      [PAGE_ACKNOWLEDGED] = "/acknowledge?identifierType=alias",
                                      [PAGE_RESOLVED] = "/close?identifierType=alias"};

int opsgenie_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,
                 struct err *err)
{
    const char *server = courier_config(attempt->courier)->channels.opsgenie.server;
    if (!server)
        return err_set(err, "channels.opsgenie has no server");
    http_url(out, server, "/v2/alerts");
    if (actions[facts->event]) {
        buf_putc(out, '/');
        url_encode(out, facts->thread);
        buf_puts(out, actions[facts->event]);
    }
    return 0;
}

static void write_alert(struct json_writer *w, const struct page_facts *facts)
{
    scoped_buf struct buf subject = {0};
    scoped_buf struct buf message = {0};
    scoped_buf struct buf priority = {0};
    scoped_buf struct buf description = {0};
    page_subject(&subject, facts);
    text_cut(&message, subject.at, MOST_MESSAGE);
    text_cut(&description, facts->text, MOST_DESCRIPTION);
    buf_printf(&priority, "P%d", page_loudness(facts, LEVELS));
    jw_pair(w, "message", message.at);
    jw_pair(w, "alias", facts->thread);
    jw_pair(w, "description", buf_text(&description));
    jw_pair(w, "priority", priority.at);
    if (*facts->service)
        jw_pair(w, "entity", facts->service);
    if (!*facts->url)
        return;
    jw_name(w, "details");
    jw_begin_object(w);
    jw_pair(w, "crashcart", facts->url);
    jw_end_object(w);
}

int opsgenie_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    const char *key = courier_secret(attempt->courier, attempt->address, err);
    if (!key)
        return err_prefix(err, "its API key: ");
    struct json_writer w = jw_start(&attempt->body);
    jw_begin_object(&w);
    if (facts->event == PAGE_TRIGGERED)
        write_alert(&w, facts);
    jw_pair(&w, "source", "Crashcart");
    jw_end_object(&w);
    return http_header(attempt, err, "Authorization: GenieKey %s", key) ||
                   http_header(attempt, err, "Content-Type: application/json")
               ? -1
               : 0;
}
