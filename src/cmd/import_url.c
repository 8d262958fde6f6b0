/* Asking the other system's API, list by list and page by page. The token goes to the host of the URL and
 * nowhere else: a page that leads to another host is refused, and redirects are not followed. */
#include <string.h>

#include "base/curl_library.h"
#include "cmd/import_pages.h"

enum { ANSWER_BYTES = 64 * 1024 * 1024, CONNECT_TIME_S = 10, ANSWER_TIME_S = 60, PAGES = 2000, DEPTH = 64 };

struct asking {
    struct import_pages *pages;
    const struct importer *importer;
    const char *url; /* without '/' at its end */
    struct curl_slist *headers;
    CURL *curl;
    size_t n_asked;
};

static size_t keep(char *bytes, size_t size, size_t n, void *context)
{
    struct buf *answer = context;
    if (answer->n_bytes + size * n > ANSWER_BYTES)
        return 0;
    buf_add(answer, bytes, size * n);
    return size * n;
}

static int get(struct asking *asking, const char *url, struct buf *answer, long *ret_status, struct err *err)
{
    if (++asking->n_asked > PAGES)
        return err_set(err, "%s: there is no end to its pages", asking->url);
    curl_easy_reset(asking->curl);
    curl_easy_setopt(asking->curl, CURLOPT_URL, url);
    curl_easy_setopt(asking->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(asking->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(asking->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIME_S);
    curl_easy_setopt(asking->curl, CURLOPT_TIMEOUT, (long)ANSWER_TIME_S);
    curl_easy_setopt(asking->curl, CURLOPT_HTTPHEADER, asking->headers);
    curl_easy_setopt(asking->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(asking->curl, CURLOPT_WRITEDATA, answer);
    CURLcode code = curl_easy_perform(asking->curl);
    if (code != CURLE_OK)
        return err_set(err, "%s: %s", url, curl_easy_strerror(code));
    curl_easy_getinfo(asking->curl, CURLINFO_RESPONSE_CODE, ret_status);
    return 0;
}

static int refuse(const char *url, long status, struct err *err)
{
    const char *hint = status == 401 || status == 403 ? ": give a token that may read it (--token)"
                       : status == 404                ? ": is that the address of the API?"
                       : status == 429 ? ": it wants to be asked less often; try again in a minute"
                                       : "";
    return err_set(err, "%s answered %ld%s", url, status, hint);
}

/* The next page, NULL: that was the last. */
static int next_page(struct asking *asking, struct json root, const char **ret_url, struct err *err)
{
    struct json paging = json_get(root, "paging");
    const char *next =
        import_text(asking->pages->arena, json_kind(paging) == JSON_OBJECT ? paging : root, "next");
    const char *host = strstr(asking->url, "://") + 3;
    size_t n_origin = (size_t)(host - asking->url) + strcspn(host, "/");
    *ret_url = next;
    if (next && (strncmp(next, asking->url, n_origin) != 0 || !strchr("/?", next[n_origin])))
        return err_set(err, "%s leads to another host, %s: the token does not go there", asking->url, next);
    return 0;
}

static int ask_list(struct asking *asking, const struct import_endpoint *endpoint, const char *path,
                    const char *of, struct err *err)
{
    struct import_pages *pages = asking->pages;
    const char *url = arena_printf(pages->arena, "%s%s", asking->url, path);
    while (url) {
        scoped_buf struct buf answer = {0};
        struct json root;
        long status = 0;
        if (get(asking, url, &answer, &status, err) < 0)
            return -1;
        if (endpoint->optional && (status == 404 || status == 403))
            return 0;
        if (status != 200)
            return refuse(url, status, err);
        struct json_document *document = json_document_new();
        *list_push(pages->arena, &pages->documents) = document;
        if (json_parse(document, answer.at, answer.n_bytes, DEPTH, &root, err) < 0)
            return err_prefix(err, "%s: ", url);
        *list_push(pages->arena, &pages->pages) = (struct import_page){endpoint->name, of, root};
        if (next_page(asking, root, &url, err) < 0)
            return -1;
    }
    return 0;
}

/* An id goes into a path: it may not lead anywhere else. */
static bool is_plain(const char *id)
{
    return id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0';
}

static int ask_each(struct asking *asking, const struct import_endpoint *endpoint, struct err *err)
{
    struct arena *arena = asking->pages->arena;
    const char *star = strchr(endpoint->path, '*');
    for (struct import_item i = import_first(asking->pages, endpoint->each); i.more; import_next(&i)) {
        const char *id = import_text(arena, i.value, "id");
        if (!id || !is_plain(id))
            continue;
        const char *path =
            arena_printf(arena, "%.*s%s%s", (int)(star - endpoint->path), endpoint->path, id, star + 1);
        if (ask_list(asking, endpoint, path, id, err) < 0)
            return -1;
    }
    return 0;
}

static int ask_all(struct asking *asking, struct err *err)
{
    for (const struct import_endpoint *endpoint = asking->importer->endpoints; endpoint->name; endpoint++)
        if ((endpoint->each ? ask_each(asking, endpoint, err)
                            : ask_list(asking, endpoint, endpoint->path, NULL, err)) < 0)
            return -1;
    return 0;
}

/* Without TLS only to this machine. */
static bool is_allowed(const char *url)
{
    static const char *const here[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    if (strncmp(url, "https://", 8) == 0)
        return url[8] != '\0';
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        if (strncmp(url, here[i], strlen(here[i])) == 0 && strchr(":/", url[strlen(here[i])]))
            return true;
    return false;
}

int import_pages_url(struct import_pages *pages, const struct importer *importer, const char *url,
                     const char *token, struct err *err)
{
    scoped_buf struct buf line = {0};
    struct asking asking = {.pages = pages, .importer = importer};
    size_t n = strlen(url);
    if (!is_allowed(url) || strpbrk(url, " @#?\r\n"))
        return err_set(err, "%s: write https://HOST/..., without a name or a token in it", url);
    while (n && url[n - 1] == '/')
        n--;
    asking.url = arena_strndup(pages->arena, url, n);
    asking.headers = curl_slist_append(NULL, "Accept: application/json");
    if (token) {
        buf_printf(&line, "Authorization: %s%s", importer->token, token);
        asking.headers = curl_slist_append(asking.headers, buf_text(&line));
    }
    asking.curl = curl_easy_init();
    int result = ask_all(&asking, err);
    curl_easy_cleanup(asking.curl);
    curl_slist_free_all(asking.headers);
    return result;
}
