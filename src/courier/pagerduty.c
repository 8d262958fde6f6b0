/* pagerduty: an event of its Events API, version 2, to the integration key that lies at the address. All
 * pages of an incident are one alert there (dedup_key), which is acknowledged and resolved with it. */
#include <string.h>

#include "courier/courier_priv.h"

enum { MOST_SUMMARY = 1024, MOST_DEDUP = 255, LEVELS = 4 };

int pagerduty_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,
                  struct err *err)
{
    const char *server = courier_config(attempt->courier)->channels.pagerduty.server;
    (void)facts;
    if (!server)
        return err_set(err, "channels.pagerduty has no server");
    http_url(out, server, "/v2/enqueue");
    return 0;
}

static void write_payload(struct json_writer *w, const struct page_facts *facts)
{
    static const char *const levels[LEVELS] = {"critical", "error", "warning", "info"};
    scoped_buf struct buf subject = {0};
    scoped_buf struct buf summary = {0};
    page_subject(&subject, facts);
    text_cut(&summary, subject.at, MOST_SUMMARY);
    jw_name(w, "payload");
    jw_begin_object(w);
    jw_pair(w, "summary", summary.at);
    jw_pair(w, "source", *facts->service ? facts->service : "crashcart");
    jw_pair(w, "severity", levels[page_loudness(facts, LEVELS) - 1]);
    if (*facts->started_at)
        jw_pair(w, "timestamp", facts->started_at);
    jw_name(w, "custom_details");
    jw_begin_object(w);
    jw_pair(w, "page", facts->text);
    jw_end_object(w);
    jw_end_object(w);
    if (!*facts->url)
        return;
    jw_name(w, "links");
    jw_begin_array(w);
    jw_begin_object(w);
    jw_pair(w, "href", facts->url);
    jw_pair(w, "text", "Open in Crashcart");
    jw_end_object(w);
    jw_end_array(w);
}

int pagerduty_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    static const char *const actions[] = {
        [PAGE_TRIGGERED] = "trigger", [PAGE_ACKNOWLEDGED] = "acknowledge", [PAGE_RESOLVED] = "resolve"};
    const char *key = courier_secret(attempt->courier, attempt->address, err);
    scoped_buf struct buf dedup = {0};
    if (!key)
        return err_prefix(err, "its integration key: ");
    text_cut(&dedup, facts->thread, MOST_DEDUP);
    struct json_writer w = jw_start(&attempt->body);
    jw_begin_object(&w);
    jw_pair(&w, "routing_key", key);
    jw_pair(&w, "event_action", actions[facts->event]);
    jw_pair(&w, "dedup_key", buf_text(&dedup));
    if (facts->event == PAGE_TRIGGERED) {
        jw_pair(&w, "client", "Crashcart");
        if (*facts->url)
            jw_pair(&w, "client_url", facts->url);
        write_payload(&w, facts);
    }
    jw_end_object(&w);
    return http_header(attempt, err, "Content-Type: application/json");
}
