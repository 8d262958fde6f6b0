/* What all channels by HTTP share: one POST, and what its answer means. 2xx is taken; what may pass is tried
 * again; everything else is dead at once. A redirect is not followed: it would carry the page to an address
 * that nobody configured. Only the start of the answer is read. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "courier/courier_priv.h"

static const struct {
    long from, to;
    enum delivery_verdict verdict;
    const char *note;
} verdicts[] = {
    {200, 299, VERDICT_SENT, ""},  {300, 399, VERDICT_DEAD, ", and redirects are not followed"},
    {408, 408, VERDICT_RETRY, ""}, {425, 425, VERDICT_RETRY, ""},
    {429, 429, VERDICT_RETRY, ""}, {400, 499, VERDICT_DEAD, ""},
    {500, 599, VERDICT_RETRY, ""}, {0, 999, VERDICT_RETRY, ", which is no answer to a page"},
};

enum { MOST_RETRY_AFTER_S = 86400, MOST_HEADER_BYTES = 4000 };

void http_url(struct buf *out, const char *server, const char *path)
{
    size_t n = strlen(server);
    while (n && server[n - 1] == '/')
        n--;
    buf_add(out, server, n);
    buf_puts(out, path);
}

int http_secret_url(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,
                    struct err *err)
{
    struct err wrong;
    (void)facts;
    const char *url = courier_secret(attempt->courier, attempt->address, err);
    if (!url)
        return err_prefix(err, "its address: ");
    if (web_url_check(url, &wrong)) /* whose words may repeat the secret */
        return err_set(err, "what lies at %.80s is no web address", attempt->address);
    buf_puts(out, url);
    return 0;
}

static int url_of(const struct attempt *attempt, const struct page_facts *facts, struct buf *out,
                  struct err *err)
{
    if (attempt->channel->url)
        return attempt->channel->url(attempt, facts, out, err);
    buf_puts(out, attempt->address);
    return 0;
}

int http_receiver(const struct attempt *attempt, char *out, struct err *err)
{
    static const struct page_facts nothing = {.thread = ""};
    scoped_buf struct buf url = {0};
    if (url_of(attempt, &nothing, &url, err) || web_url_check(buf_text(&url), err))
        return -1;
    const char *host = strstr(url.at, "://");
    size_t scheme = host ? (size_t)(host - url.at) + 3 : 0;
    size_t n = scheme + strcspn(url.at + scheme, "/?#");
    if (n >= RECEIVER_BYTES)
        return err_set(err, "the name of the host is too long");
    snprintf(out, RECEIVER_BYTES, "%.*s", (int)n, url.at);
    return 0;
}

int http_header(struct attempt *attempt, struct err *err, const char *format, ...)
{
    scoped_buf struct buf header = {0};
    va_list ap;
    va_start(ap, format);
    buf_vprintf(&header, format, ap);
    va_end(ap);
    bool sound = header.n_bytes <= MOST_HEADER_BYTES;
    for (size_t i = 0; sound && i < header.n_bytes; i++)
        sound = isprint((unsigned char)header.at[i]);
    if (!sound)
        return err_set(err, "\"%.*s\" cannot stand in a header", (int)strcspn(buf_text(&header), ":\r\n"),
                       buf_text(&header));
    attempt->list = curl_slist_append(attempt->list, header.at);
    return 0;
}

static int write_message(struct attempt *attempt, struct buf *url, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    struct page_facts facts;
    page_facts_read(arena, attempt->key, attempt->page, attempt->n_bytes, &facts);
    return attempt->channel->write(attempt, &facts, err) || url_of(attempt, &facts, url, err) ? -1 : 0;
}

int http_prepare(struct attempt *attempt, struct err *err)
{
    scoped_buf struct buf url = {0};
    const char *proxy = courier_config(attempt->courier)->channels.proxy;
    if (write_message(attempt, &url, err) ||
        http_header(attempt, err, "Expect:")) /* no 100-continue: it costs a round trip */
        return -1;
    CURL *easy = attempt->easy;
    curl_easy_setopt(easy, CURLOPT_URL, url.at);
    if (proxy)
        curl_easy_setopt(easy, CURLOPT_PROXY, proxy);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->list);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)attempt->body.n_bytes);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_text(&attempt->body));
    return 0;
}

void http_judge(struct attempt *attempt, CURLcode code)
{
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
    /* A write error is our own stop after enough of the answer. */
    if ((code != CURLE_OK && code != CURLE_WRITE_ERROR) || !status) {
        attempt_judged_by_network(attempt, code);
        return;
    }
    curl_easy_getinfo(attempt->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    if (retry_after_s < 0 || retry_after_s > MOST_RETRY_AFTER_S)
        retry_after_s = retry_after_s < 0 ? 0 : MOST_RETRY_AFTER_S;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        if (status < verdicts[i].from || status > verdicts[i].to)
            continue;
        attempt_judged(attempt, verdicts[i].verdict,
                       verdicts[i].verdict == VERDICT_RETRY ? (int64_t)retry_after_s : 0, "HTTP %ld%s",
                       status, verdicts[i].note);
        return;
    }
    attempt_judged(attempt, VERDICT_RETRY, 0, "HTTP %ld", status);
}
