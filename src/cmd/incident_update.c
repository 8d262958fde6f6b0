/* `crashcart incident update` and `finding`: what audiences would be told now, and telling them. */
#include "cmd/incident_update.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/exit_code.h"
#include "cmd/terminal.h"

static const char *text_of(struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? text : "";
}

static void print_indented(struct buf *out, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        buf_puts(out, n ? "    " : "");
        for (size_t i = 0; i < n; i++) /* a terminal obeys control characters */
            buf_putc(out, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
        buf_putc(out, '\n');
        text += n + (text[n] == '\n');
    }
}

static void print_ways(struct buf *out, struct json draft)
{
    const char *before = ", by ";
    for (struct json_iter i = json_first(json_get(draft, "ways")); json_more(&i); json_next(&i)) {
        bool cleared = json_bool(json_get(i.value, "cleared"), false);
        buf_printf(out, "%s%s%s", before, text_of(i.value, "channel"), cleared ? "" : " (short)");
        before = ", ";
    }
    if (json_bool(json_get(draft, "status_page"), false))
        buf_printf(out, "%sthe status page", before);
    else if (before[2] == 'b')
        buf_puts(out, json_bool(json_get(draft, "configured"), false)
                          ? ""
                          : ": no way is configured (audiences:)");
}

static void print_draft(struct buf *out, struct json draft)
{
    const char *due = text_of(draft, "due_at");
    buf_printf(out, "%s", text_of(draft, "audience"));
    print_ways(out, draft);
    if (*due)
        buf_printf(out, ", due %.5s UTC", strlen(due) > 16 ? due + 11 : due);
    buf_putc(out, '\n');
    buf_puts(out, "    ");
    text_add_fit(out, text_of(draft, "subject"), TERMINAL_COLUMNS - 4, false);
    buf_puts(out, "\n\n");
    print_indented(out, text_of(draft, "text"));
    for (struct json_iter i = json_first(json_get(draft, "withheld")); json_more(&i); json_next(&i)) {
        buf_puts(out, "\n  withheld: ");
        text_add_fit(out, text_of(i.value, "text"), TERMINAL_COLUMNS - 12, false);
        buf_printf(out, "\n    %s", text_of(i.value, "why"));
    }
    buf_puts(out, "\n\n");
}

static void updates_print(struct buf *out, struct json root, const char *audience, long long number)
{
    size_t n = 0;
    for (struct json_iter i = json_first(json_get(root, "drafts")); json_more(&i); json_next(&i)) {
        if (audience && strcmp(text_of(i.value, "audience"), audience) != 0)
            continue;
        print_draft(out, i.value);
        n++;
    }
    if (!n)
        buf_puts(out, "Nobody is promised updates, and no audience is configured (audiences:).\n");
    buf_printf(out,
               "next: crashcart incident update %lld --send [--to AUDIENCE]\n"
               "      crashcart incident finding %lld TOPIC TEXT (%s)\n",
               number, number, text_of(root, "topics"));
}

static void update_request_write(struct buf *out, const struct update_words *words)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    if (words->audience)
        jw_pair(&w, "audience", words->audience);
    if (words->text && *words->text)
        jw_pair(&w, "text", words->text);
    if (words->behind) {
        jw_name(&w, "stand_behind");
        jw_begin_array(&w);
        for (const char *at = words->behind; *at;) {
            size_t n = strcspn(at, ",");
            if (n)
                jw_string_n(&w, at, n);
            at += n + (at[n] == ',');
        }
        jw_end_array(&w);
    }
    if (words->set) {
        size_t n = strcspn(words->set, "=");
        jw_name(&w, "values");
        jw_begin_object(&w);
        scoped_buf struct buf name = {0};
        buf_add(&name, words->set, n);
        jw_pair(&w, buf_text(&name), words->set[n] ? words->set + n + 1 : "");
        jw_end_object(&w);
    }
    jw_end_object(&w);
}

static void update_sent_print(struct buf *out, struct json root, const char *at_least_from)
{
    for (struct json_iter i = json_first(json_get(root, "sent")); json_more(&i); json_next(&i)) {
        if (strcmp(text_of(i.value, "at"), at_least_from) < 0)
            continue;
        buf_printf(out, "%s: ", text_of(i.value, "audience"));
        text_add_fit(out, text_of(i.value, "subject"), TERMINAL_COLUMNS - 20, false);
        buf_putc(out, '\n');
        if (*text_of(i.value, "withheld"))
            buf_printf(out, "    withheld: %s\n", text_of(i.value, "withheld"));
    }
}

/* ---- the calls ---- */

static void print(const struct buf *text)
{
    fwrite(buf_text(text), 1, text->n_bytes, stdout);
}

int updates_show(struct client *client, const char *path, const char *audience, long long number,
                 struct err *err)
{
    scoped_buf struct buf answer = {0}, out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    int code = client_get(client, path, document, &answer, &root, err);
    if (code == EXIT_DONE)
        updates_print(&out, root, audience, number);
    json_document_free(document);
    print(&out);
    return code;
}

int update_send(struct client *client, const char *path, const struct update_words *words, bool json,
                struct err *err)
{
    scoped_buf struct buf body = {0}, answer = {0}, out = {0};
    char began[TIME_TEXT_BYTES];
    struct json root;
    time_format_rfc3339(clock_wall_us(clock_system()) - US_PER_S, began);
    update_request_write(&body, words);
    int code = client_call(client, path, buf_text(&body), &answer, err);
    if (code != EXIT_DONE)
        return code;
    struct json_document *document = json_document_new();
    if (json)
        buf_printf(&out, "%s\n", buf_text(&answer));
    else if (json_parse(document, buf_text(&answer), answer.n_bytes, 16, &root, NULL) == 0)
        update_sent_print(&out, root, began);
    json_document_free(document);
    print(&out);
    return EXIT_DONE;
}

int finding_record(struct client *client, const char *path, const char *topic, const char *text, bool holds,
                   long long number, bool json, struct err *err)
{
    scoped_buf struct buf body = {0}, answer = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "topic", topic);
    jw_pair(&writer, "text", text);
    jw_pair_bool(&writer, "holds", holds);
    jw_end_object(&writer);
    int code = client_call(client, path, buf_text(&body), &answer, err);
    if (code == EXIT_DONE && json)
        puts(buf_text(&answer));
    else if (code == EXIT_DONE)
        printf("recorded on #%lld\nnext: crashcart incident update %lld\n", number, number);
    return code;
}
