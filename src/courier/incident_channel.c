/* The document of an incident's own channel: that of a page, which becomes its first message, and one member
 * more:
 *
 *   {"kind":"page",...,"channel":{"key":"crashcart-7f3a-incident-4","id":"C024BE7LX","name":"incident-2026-03-01-4",
 *    "private":false,"purpose":"...","topic":"...","people":["U024BE7LH"],"first":true}}
 *
 * key is found again in the channel's purpose and in the first message; id "": it is to be made; first: the
 * message is to stand in it, and to be pinned. */
#include <string.h>

#include "courier/courier.h"

void incident_channel_render(struct buf *out, const struct incident_channel *channel, const char *page,
                             size_t n_bytes)
{
    const struct incident *incident = channel->incident;
    scoped_buf struct buf purpose = {0};
    buf_printf(&purpose, "Incident %lld. Kept by Crashcart (%s).", (long long)incident->number, channel->key);
    while (n_bytes && page[n_bytes - 1] != '}')
        n_bytes--;
    buf_add(out, page, n_bytes ? n_bytes - 1 : 0);
    buf_puts(out, ",\"channel\":");
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "key", channel->key);
    jw_pair(&w, "id", incident->chat_id ? incident->chat_id : "");
    jw_pair(&w, "name", incident->chat_name ? incident->chat_name : "");
    jw_pair_bool(&w, "private", channel->is_private);
    jw_pair(&w, "purpose", buf_text(&purpose));
    jw_pair(&w, "topic", incident->chat_topic ? incident->chat_topic : "");
    jw_name(&w, "people");
    jw_begin_array(&w);
    for (size_t i = 0; i < channel->people.n; i++)
        jw_string(&w, channel->people.at[i]);
    jw_end_array(&w);
    jw_pair_int(&w, "begun", incident->chat_begun);
    jw_end_object(&w);
    buf_putc(out, '}');
}
