/* slack: a message of Block Kit, by the bot (chat.postMessage) with buttons, or by an incoming webhook with
 * links. All texts are plain_text, in which nothing is a mention or markup; &, < and > are escaped all the
 * same, as Slack wants it everywhere ("Formatting text for app surfaces"). */
#include <string.h>

#include "courier/courier_priv.h"

enum {
    MOST_HEADER = 150,
    MOST_SECTION = 2900, /* Slack takes 3,000 */
    MOST_SECTIONS = 10,
    MOST_ANSWER_DEPTH = 8
};

static const char *entity_of(char c)
{
    return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : NULL;
}

/* How much of the text has most_bytes when it is escaped: Slack counts what it gets. */
static size_t escaped_fit(const char *text, size_t most_bytes)
{
    size_t n = 0;
    for (size_t used = 0; text[n]; n++) {
        const char *entity = entity_of(text[n]);
        used += entity ? strlen(entity) : 1;
        if (used > most_bytes)
            break;
    }
    while (text[n] && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static void escape(struct buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *entity = entity_of(text[i]);
        if (entity)
            buf_puts(out, entity);
        else
            buf_putc(out, text[i]);
    }
}

void slack_escape(struct buf *out, const char *text, size_t most_bytes)
{
    size_t n = escaped_fit(text, most_bytes);
    bool whole = text[n] == '\0';
    escape(out, text, whole ? n : escaped_fit(text, most_bytes - 3));
    buf_puts(out, whole ? "" : "...");
}

static void write_text(struct json_writer *w, const char *text, size_t most_bytes)
{
    scoped_buf struct buf escaped = {0};
    slack_escape(&escaped, text, most_bytes);
    jw_name(w, "text");
    jw_begin_object(w);
    jw_pair(w, "type", "plain_text");
    jw_pair(w, "text", buf_text(&escaped));
    jw_pair_bool(w, "emoji", false);
    jw_end_object(w);
}

/* value: what the button sends; url: where it leads; one of them. */
static void write_button(struct json_writer *w, const char *label, const char *action, const char *value,
                         const char *url)
{
    jw_begin_object(w);
    jw_pair(w, "type", "button");
    jw_pair(w, "action_id", action);
    write_text(w, label, MOST_HEADER);
    if (value)
        jw_pair(w, "value", value);
    if (url)
        jw_pair(w, "url", url);
    jw_end_object(w);
}

/* Slack refuses a message with a section of nothing, and one that is too long: a long text goes into several,
 * each ended by a line. */
static void write_sections(struct json_writer *w, const char *text)
{
    text += strspn(text, " \n");
    for (int left = MOST_SECTIONS; *text && left > 0; left--) {
        size_t n = escaped_fit(text, MOST_SECTION), line = n;
        while (line > 0 && text[line - 1] != '\n')
            line--;
        bool last = left == 1 || !text[n];
        scoped_buf struct buf part = {0};
        buf_add(&part, text, last ? strlen(text) : line ? line : n);
        jw_begin_object(w);
        jw_pair(w, "type", "section");
        write_text(w, buf_text(&part), MOST_SECTION);
        jw_end_object(w);
        text += part.n_bytes;
        text += strspn(text, " \n");
    }
}

static void write_blocks(struct json_writer *w, const struct page_facts *facts, const char *subject,
                         bool answers)
{
    scoped_buf struct buf number = {0};
    buf_printf(&number, "%lld", (long long)facts->number);
    jw_name(w, "blocks");
    jw_begin_array(w);
    jw_begin_object(w);
    jw_pair(w, "type", "header");
    write_text(w, subject, MOST_HEADER);
    jw_end_object(w);
    write_sections(w, facts->body);
    if (*facts->url && !facts->plain) {
        jw_begin_object(w);
        jw_pair(w, "type", "actions");
        jw_name(w, "elements");
        jw_begin_array(w);
        if (answers && facts->event == PAGE_TRIGGERED)
            write_button(w, "Acknowledge", "acknowledge", number.at, NULL);
        else if (*facts->acknowledge_url)
            write_button(w, "Acknowledge", "acknowledge_link", NULL, facts->acknowledge_url);
        write_button(w, "Open", "open", NULL, facts->url);
        jw_end_array(w);
        jw_end_object(w);
    }
    jw_end_array(w);
}

/* Slack gives it back with the message: by it the message is found again. */
static void write_metadata(struct json_writer *w, const char *key)
{
    jw_name(w, "metadata");
    jw_begin_object(w);
    jw_pair(w, "event_type", "crashcart_incident");
    jw_name(w, "event_payload");
    jw_begin_object(w);
    jw_pair(w, "key", key);
    jw_end_object(w);
    jw_end_object(w);
}

struct slack_place { /* NULL: of none */
    const char *channel, *key, *ts;
};

static void write_message(struct buf *out, const struct page_facts *facts, bool answers,
                          struct slack_place place)
{
    scoped_buf struct buf subject = {0};
    scoped_buf struct buf fallback = {0};
    page_subject(&subject, facts);
    slack_escape(&fallback, subject.at, MOST_SECTION);
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    if (place.channel)
        jw_pair(&w, "channel", place.channel);
    if (place.ts)
        jw_pair(&w, "ts", place.ts);
    jw_pair(&w, "text", fallback.at);
    write_blocks(&w, facts, subject.at, answers);
    jw_pair_bool(&w, "unfurl_links", false);
    if (place.key)
        write_metadata(&w, place.key);
    jw_end_object(&w);
}

void slack_message_write(const struct attempt *attempt, struct buf *out, const struct page_facts *facts,
                         const char *channel, const char *key, const char *ts)
{
    write_message(out, facts, courier_config(attempt->courier)->channels.slack.signing_secret != NULL,
                  (struct slack_place){channel, key, ts});
}

int slack_webhook_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    write_message(&attempt->body, facts, false, (struct slack_place){0});
    return http_header(attempt, err, "Content-Type: application/json");
}

int slack_api_url(const struct attempt *attempt, const char *method, struct buf *out, struct err *err)
{
    const char *server = courier_config(attempt->courier)->channels.slack.server;
    if (!server)
        return err_set(err, "channels.slack has no server");
    http_url(out, server, "/api/");
    buf_puts(out, method);
    return 0;
}

int slack_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out, struct err *err)
{
    (void)facts;
    return slack_api_url(attempt, "chat.postMessage", out, err);
}

int slack_authorize(struct attempt *attempt, struct err *err)
{
    const char *place = courier_config(attempt->courier)->channels.slack.secret;
    if (!place)
        return err_set(err, "channels.slack.secret, the bot's token, is not given");
    const char *token = courier_secret(attempt->courier, place, err);
    if (!token)
        return err_prefix(err, "channels.slack.secret: ");
    return http_header(attempt, err, "Authorization: Bearer %s", token);
}

int slack_write(struct attempt *attempt, const struct page_facts *facts, struct err *err)
{
    if (slack_authorize(attempt, err) || slack_id_check(attempt->address, err))
        return -1;
    slack_message_write(attempt, &attempt->body, facts, attempt->address, NULL, NULL);
    return http_header(attempt, err, "Content-Type: application/json; charset=utf-8");
}

bool slack_error_passes(const char *error)
{
    static const char *const passing[] = {"ratelimited",      "rate_limited",        "internal_error",
                                          "fatal_error",      "service_unavailable", "request_timeout",
                                          "team_added_to_org"};
    bool passes = error == NULL;
    for (size_t i = 0; error && i < sizeof passing / sizeof *passing; i++)
        passes |= strcmp(passing[i], error) == 0;
    return passes;
}

/* The bot's server says no in an answer of 200: {"ok":false,"error":"channel_not_found"}. What it cannot do
 * at the moment is tried again; what it does not know or allow is dead. */
void slack_judge(struct attempt *attempt, CURLcode code)
{
    http_judge(attempt, code);
    if (attempt->result.verdict != VERDICT_SENT)
        return;
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    int parsed =
        json_parse(document, attempt->answer, strlen(attempt->answer), MOST_ANSWER_DEPTH, &root, &err);
    const char *error = parsed ? NULL : json_text(json_get(root, "error"), NULL);
    if (parsed && attempt->n_answered < ANSWER_BYTES)
        attempt_judged(attempt, VERDICT_RETRY, 0, "HTTP 200, but its answer is not Slack's");
    else if (!parsed && !json_bool(json_get(root, "ok"), false))
        attempt_judged(attempt, slack_error_passes(error) ? VERDICT_RETRY : VERDICT_DEAD, 0, "Slack says %s",
                       error ? error : "no, and not why");
    json_document_free(document);
}
