/* http: a URL answers as it should; how long it takes, how long its certificate holds, what stands in its
 * JSON. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "watch/watch_priv.h"

enum { ANSWER_BYTES = 1024 * 1024, FIELD_DEPTH = 64, POINTER_PARTS = 32 };

struct http_look {
    struct probe *probe;
    struct fetch fetch;
    struct buf answer; /* where a field is looked for in it */
};

static int on_body(void *context, const char *bytes, size_t n_bytes)
{
    struct http_look *look = context;
    buf_add(&look->answer, bytes, n_bytes);
    return 0;
}

/* ---- a place in JSON (RFC 6901) ---- */

static struct json item_at(struct json array, const char *name)
{
    char *end;
    unsigned long place = strtoul(name, &end, 10);
    if (*name < '0' || *name > '9' || *end)
        return (struct json){0};
    for (struct json_iter i = json_first(array); json_more(&i); json_next(&i))
        if (place-- == 0)
            return i.value;
    return (struct json){0};
}

static struct json pointed_at(struct json value, const char *pointer)
{
    while (*pointer == '/') {
        scoped_buf struct buf name = {0};
        for (pointer++; *pointer && *pointer != '/'; pointer++) {
            bool escaped = *pointer == '~' && (pointer[1] == '0' || pointer[1] == '1');
            buf_putc(&name, escaped ? (*++pointer == '0' ? '~' : '/') : *pointer);
        }
        value = json_kind(value) == JSON_ARRAY ? item_at(value, buf_text(&name))
                                               : json_get(value, buf_text(&name));
    }
    return value;
}

static void print_scalar(struct buf *out, struct json value)
{
    size_t n_bytes;
    const char *text = json_text(value, &n_bytes);
    struct json_writer w = jw_start(out);
    if (text)
        utf8_clean(out, text, n_bytes < 100 ? n_bytes : 100);
    else if (json_kind(value) == JSON_NUMBER && json_int(value, INT64_MIN) != INT64_MIN)
        jw_int(&w, json_int(value, 0));
    else if (json_kind(value) == JSON_NUMBER)
        jw_double(&w, json_number(value, 0));
    else if (json_kind(value) == JSON_BOOL)
        jw_bool(&w, json_bool(value, false));
    else
        buf_puts(out, json_kind(value) == JSON_NULL ? "null" : "no single value");
}

static void judge_field(struct probe *probe, struct json value)
{
    const struct config_check *check = probe->check;
    scoped_buf struct buf found = {0};
    char *end;
    if (json_kind(value) == JSON_NONE) {
        probe_say(probe, READING_ERROR, 0, "%s: its answer has no %s", check->http.request.url,
                  check->http.field);
        return;
    }
    print_scalar(&found, value);
    if (check->http.equals) {
        bool equal = strcmp(buf_text(&found), check->http.equals) == 0;
        probe_say(probe, equal ? READING_VALUE : READING_BAD, 0, "%s of %s is \"%.60s\", not \"%.60s\"",
                  check->http.field, check->http.request.url, buf_text(&found), check->http.equals);
        return;
    }
    double number = strtod(buf_text(&found), &end); /* some write numbers as texts */
    if (end == buf_text(&found) || *end)
        probe_say(probe, READING_ERROR, 0, "%s of %s is \"%.60s\", no number", check->http.field,
                  check->http.request.url, buf_text(&found));
    else
        probe_say(probe, READING_VALUE, number, "%s of %s", check->http.field, check->http.request.url);
}

static void judge_answer(struct http_look *look)
{
    struct probe *probe = look->probe;
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    if (json_parse(document, buf_text(&look->answer), look->answer.n_bytes, FIELD_DEPTH, &root, &err) < 0)
        probe_say(probe, READING_ERROR, 0, "%s: its answer is %.200s", probe->check->http.request.url,
                  err.text);
    else
        judge_field(probe, pointed_at(root, probe->check->http.field));
    json_document_free(document);
}

/* ---- the certificate ---- */

/* "Expire date:Nov 29 03:48:48 2027 GMT" of the first one, which is the server's. 0: there is none. */
static time_t expires_at(CURL *easy)
{
    static const char name[] = "Expire date:";
    struct curl_certinfo *chain = NULL;
    struct tm tm = {0};
    curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain);
    if (!chain || chain->num_of_certs < 1)
        return 0;
    for (struct curl_slist *line = chain->certinfo[0]; line; line = line->next)
        if (strncmp(line->data, name, sizeof name - 1) == 0)
            return strptime(line->data + sizeof name - 1, "%b %d %H:%M:%S %Y", &tm) ? timegm(&tm) : 0;
    return 0;
}

static void judge_certificate(struct probe *probe, CURL *easy)
{
    const char *url = probe->check->http.request.url;
    time_t at = expires_at(easy);
    if (!at)
        probe_say(probe, READING_ERROR, 0, "%s shows no certificate with an end", url);
    else
        probe_say(probe, READING_VALUE, (double)at - (double)clock_wall_us(probe->clock) / (double)US_PER_S,
                  "the time in seconds until the certificate of %s expires", url);
}

/* ---- the look ---- */

static void on_done(void *context, const struct fetch_result *result)
{
    struct http_look *look = context;
    struct probe *probe = look->probe;
    const struct config_check *check = probe->check;
    const char *url = check->http.request.url;
    if (result->failure)
        probe_say(probe, READING_BAD, 0, "%s: %s", url, result->failure);
    else if (!status_fits(check->http.status, result->status))
        probe_say(probe, READING_BAD, 0, "%s answers HTTP %ld", url, result->status);
    else if (check->http.field)
        judge_answer(look);
    else if (strcmp(check->http.measure, "latency") == 0)
        probe_say(probe, READING_VALUE, result->seconds, "the time in seconds that %s takes", url);
    else if (strcmp(check->http.measure, "certificate") == 0)
        judge_certificate(probe, result->easy);
    else
        probe_say(probe, READING_VALUE, 0, "%s answers HTTP %ld", url, result->status);
}

static void http_open(struct probe *probe)
{
    struct http_look *look = heap_alloc(sizeof *look);
    const struct config_check *check = probe->check;
    look->probe = probe;
    look->fetch = (struct fetch){.request = &check->http.request,
                                 .wants_certificate = strcmp(check->http.measure, "certificate") == 0,
                                 .most_bytes = ANSWER_BYTES,
                                 .body = check->http.field ? on_body : NULL,
                                 .done = on_done,
                                 .context = look};
    probe->memory = look;
}

static void http_begin(struct probe *probe)
{
    struct http_look *look = probe->memory;
    struct err err;
    buf_clear(&look->answer);
    if (fetch_begin(probe->fetcher, &look->fetch, &err) < 0)
        probe_say(probe, READING_ERROR, 0, "%s", err.text);
}

static void http_end(struct probe *probe)
{
    struct http_look *look = probe->memory;
    fetch_end(&look->fetch);
}

static void http_close(struct probe *probe)
{
    struct http_look *look = probe->memory;
    buf_free(&look->answer);
    free(look);
}

const struct check_kind http_kind = {
    .open = http_open, .begin = http_begin, .end = http_end, .close = http_close, .reaches = true};
