/* teams: an Adaptive Card to the URL of a workflow ("Post to a channel when a webhook request is received").
 * The texts are runs of a RichTextBlock, which knows no markup and no mentions. */
#include <string.h>

#include "courier/courier_priv.h"

enum { MOST_TITLE = 300, MOST_TEXT = 8000 /* a card of more than 28 KB is refused */ };

static void write_block(struct json_writer *w, const char *text, size_t most_bytes, bool title)
{
    scoped_buf struct buf cut = {0};
    text_cut(&cut, text, most_bytes);
    jw_begin_object(w);
    jw_pair(w, "type", "RichTextBlock");
    jw_name(w, "inlines");
    jw_begin_array(w);
    jw_begin_object(w);
    jw_pair(w, "type", "TextRun");
    jw_pair(w, "text", buf_text(&cut));
    if (title) {
        jw_pair(w, "size", "Large");
        jw_pair(w, "weight", "Bolder");
    }
    jw_end_object(w);
    jw_end_array(w);
    jw_end_object(w);
}

static void write_link(struct json_writer *w, const char *title, const char *url)
{
    if (!*url)
        return;
    jw_begin_object(w);
    jw_pair(w, "type", "Action.OpenUrl");
    jw_pair(w, "title", title);
    jw_pair(w, "url", url);
    jw_end_object(w);
}

static void write_card(struct json_writer *w, const struct page_facts *facts)
{
    scoped_buf struct buf subject = {0};
    page_subject(&subject, facts);
    jw_begin_object(w);
    jw_pair(w, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    jw_pair(w, "type", "AdaptiveCard");
    jw_pair(w, "version", "1.4");
    jw_name(w, "body");
    jw_begin_array(w);
    write_block(w, subject.at, MOST_TITLE, true);
    if (facts->body[strspn(facts->body, " \n")])
        write_block(w, facts->body, MOST_TEXT, false);
    jw_end_array(w);
    jw_name(w, "actions");
    jw_begin_array(w);
    write_link(w, "Acknowledge", facts->acknowledge_url);
    write_link(w, "Open", facts->url);
    jw_end_array(w);
    jw_end_object(w);
}

int teams_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    struct json_writer w = jw_start(&attempt->body);
    jw_begin_object(&w);
    jw_pair(&w, "type", "message");
    jw_name(&w, "attachments");
    jw_begin_array(&w);
    jw_begin_object(&w);
    jw_pair(&w, "contentType", "application/vnd.microsoft.card.adaptive");
    jw_pair(&w, "contentUrl", NULL);
    jw_name(&w, "content");
    write_card(&w, facts);
    jw_end_object(&w);
    jw_end_array(&w);
    jw_end_object(&w);
    return http_header(attempt, err, "Content-Type: application/json");
}
