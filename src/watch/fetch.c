#include "watch/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"

/* Handles are kept for the next fetch: making one costs as much as a small request. */
enum { IDLE_HANDLES = 256, ANSWER_BUFFER_BYTES = 16 * 1024 };

struct fetcher {
    uv_loop_t *loop;
    struct transfers *transfers; /* NULL: nothing was fetched yet */
    CURL *idle[IDLE_HANDLES];
    size_t n_idle;
};

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
    struct fetch *fetch = context;
    size_t n_bytes = size * n;
    fetch->n_bytes += n_bytes;
    fetch->too_long = fetch->n_bytes > fetch->most_bytes;
    if (fetch->too_long)
        return 0;
    fetch->refused = fetch->body && fetch->body(fetch->context, bytes, n_bytes) < 0;
    return fetch->refused ? 0 : n_bytes;
}

static void give_back(struct fetch *fetch)
{
    struct fetcher *fetcher = fetch->fetcher;
    curl_slist_free_all(fetch->headers);
    fetch->headers = NULL;
    if (fetcher->n_idle < IDLE_HANDLES)
        fetcher->idle[fetcher->n_idle++] = fetch->easy;
    else
        curl_easy_cleanup(fetch->easy);
    fetch->easy = NULL;
}

static void on_done(void *context, CURL *easy, CURLcode code)
{
    (void)context;
    struct fetch *fetch = NULL;
    struct fetch_result result = {.easy = easy, .refused_body = false};
    char too_long[64];
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&fetch);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &result.status);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME, &result.seconds);
    result.refused_body = fetch->refused;
    if (fetch->too_long) {
        snprintf(too_long, sizeof too_long, "the answer is larger than %zu KiB", fetch->most_bytes / 1024);
        result.failure = too_long;
    } else if (code != CURLE_OK) {
        result.failure =
            code == CURLE_PEER_FAILED_VERIFICATION
                ? "its certificate has expired, is of another name, or of nobody that is trusted (ca:)"
                : curl_easy_strerror(code);
    }
    fetch->done(fetch->context, &result);
    give_back(fetch);
}

struct fetcher *fetcher_new(uv_loop_t *loop)
{
    struct fetcher *fetcher = heap_alloc(sizeof *fetcher);
    fetcher->loop = loop;
    return fetcher;
}

/* Not before the first fetch: the libraries are seven megabytes, which a server without such a check spares.
 */
static int open_transfers(struct fetcher *fetcher, struct err *err)
{
    if (fetcher->transfers)
        return 0;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (transfers_new(fetcher->loop, on_done, fetcher, &fetcher->transfers, err) == 0)
        return 0;
    curl_global_cleanup();
    return -1;
}

void fetcher_free(struct fetcher *fetcher)
{
    if (!fetcher)
        return;
    for (size_t i = 0; i < fetcher->n_idle; i++)
        curl_easy_cleanup(fetcher->idle[i]);
    if (fetcher->transfers) {
        transfers_free(fetcher->transfers);
        curl_global_cleanup();
    }
    free(fetcher);
}

static void add_header(struct fetch *fetch, const char *name, const char *value)
{
    scoped_buf struct buf line = {0};
    buf_printf(&line, "%s: %s", name, value);
    fetch->headers = curl_slist_append(fetch->headers, line.at);
    memset(line.at, 0, line.n_bytes); /* it may be a secret */
}

static int add_bearer(struct fetch *fetch, struct err *err)
{
    scoped_secret char *token = NULL;
    if (!fetch->request->bearer)
        return 0;
    if (secret_read(fetch->request->bearer, &token, err) < 0)
        return -1;
    scoped_buf struct buf value = {0};
    buf_printf(&value, "Bearer %s", token);
    add_header(fetch, "Authorization", value.at);
    memset(value.at, 0, value.n_bytes);
    return 0;
}

static void set_options(struct fetch *fetch)
{
    CURL *easy = fetch->easy;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, fetch->request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)ANSWER_BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "crashcart/" CRASHCART_VERSION);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->headers);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, fetch->wants_certificate ? 1L : 0L);
    if (fetch->request->ca)
        curl_easy_setopt(easy, CURLOPT_CAINFO, fetch->request->ca);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
}

int fetch_begin(struct fetcher *fetcher, struct fetch *fetch, struct err *err)
{
    fetch->fetcher = fetcher;
    fetch->n_bytes = 0;
    fetch->too_long = fetch->refused = false;
    if (open_transfers(fetcher, err) < 0)
        return -1;
    if (add_bearer(fetch, err) < 0)
        return -1;
    if (fetch->accept)
        add_header(fetch, "Accept", fetch->accept);
    fetch->easy = fetcher->n_idle ? fetcher->idle[--fetcher->n_idle] : curl_easy_init();
    if (fetch->easy) {
        set_options(fetch);
        if (transfers_add(fetcher->transfers, fetch->easy, err) == 0)
            return 0;
        give_back(fetch);
        return -1;
    }
    curl_slist_free_all(fetch->headers);
    fetch->headers = NULL;
    return err_set(err, "libcurl cannot start");
}

void fetch_end(struct fetch *fetch)
{
    if (!fetch->easy)
        return;
    transfers_remove(fetch->fetcher->transfers, fetch->easy);
    give_back(fetch);
}
