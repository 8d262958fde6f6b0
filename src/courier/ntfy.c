/* ntfy: a push message with a button that acknowledges (docs.ntfy.sh, "Publish as JSON"). */
#include <string.h>

#include "courier/courier_priv.h"

enum { MOST_TITLE = 240, MOST_MESSAGE = 3800 /* more than 4,096 bytes become an attachment */ };

/* "https://ntfy.sh/ana-pages": the topic goes into the message, and the message to the server. */
static size_t server_bytes(const char *address)
{
    const char *slash = strrchr(address, '/');
    return slash ? (size_t)(slash - address) : strlen(address);
}

int ntfy_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out, struct err *err)
{
    (void)facts;
    if (ntfy_url_check(attempt->address, err))
        return -1;
    buf_add(out, attempt->address, server_bytes(attempt->address));
    buf_putc(out, '/');
    return 0;
}

static void write_cut(struct json_writer *w, const char *name, const char *text, size_t most_bytes)
{
    scoped_buf struct buf cut = {0};
    text_cut(&cut, text, most_bytes);
    jw_pair(w, name, buf_text(&cut));
}

int ntfy_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    const char *place = courier_config(attempt->courier)->channels.ntfy.secret;
    const char *token = courier_secret(attempt->courier, place, err);
    scoped_buf struct buf title = {0};
    if (place && !token)
        return err_prefix(err, "channels.ntfy.secret: ");
    page_subject(&title, facts);

    struct json_writer w = jw_start(&attempt->body);
    jw_begin_object(&w);
    jw_pair(&w, "topic", attempt->address + server_bytes(attempt->address) + 1);
    write_cut(&w, "title", title.at, MOST_TITLE);
    bool empty = facts->body[strspn(facts->body, " \n")] == '\0'; /* which ntfy shows as "triggered" */
    write_cut(&w, "message", empty ? title.at : facts->body, MOST_MESSAGE);
    jw_pair_int(&w, "priority", 6 - page_loudness(facts, 4));
    jw_name(&w, "tags");
    jw_begin_array(&w);
    jw_string(&w, "rotating_light");
    jw_end_array(&w);
    if (*facts->url)
        jw_pair(&w, "click", facts->url);
    if (*facts->acknowledge_url) {
        jw_name(&w, "actions");
        jw_begin_array(&w);
        jw_begin_object(&w);
        jw_pair(&w, "action", "http");
        jw_pair(&w, "label", "Acknowledge");
        jw_pair(&w, "url", facts->acknowledge_url);
        jw_pair(&w, "method", "POST");
        jw_pair_bool(&w, "clear", true);
        jw_end_object(&w);
        jw_end_array(&w);
    }
    jw_end_object(&w);
    if (token && http_header(attempt, err, "Authorization: Bearer %s", token))
        return -1;
    return http_header(attempt, err, "Content-Type: application/json");
}
