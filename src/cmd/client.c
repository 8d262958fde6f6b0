#include "cmd/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/curl_library.h"
#include "base/file.h"
#include "cmd/client_priv.h"
#include "cmd/exit_code.h"

enum { TOKEN_BYTES = 4096, ANSWER_BYTES = 64 * 1024 * 1024, CONNECT_TIME_S = 5, ANSWER_TIME_S = 60 };

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static const char *token_of(struct arena *arena, const char *data_dir)
{
    const char *token = environment("CRASHCART_TOKEN");
    char *text;
    size_t n_bytes;
    if (token)
        return token;
    const char *path = arena_printf(arena, "%s/admin.token", data_dir ? data_dir : "./crashcart-data");
    if (file_read(arena, path, TOKEN_BYTES, &text, &n_bytes, NULL) < 0)
        return NULL;
    text[strcspn(text, " \r\n")] = '\0';
    return text;
}

int client_open(struct arena *arena, const char *data_dir, const char *as, struct client *ret_client,
                struct err *err)
{
    const char *url = environment("CRASHCART_URL");
    url = url ? url : "http://127.0.0.1:8480";
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return err_set(err, "CRASHCART_URL is \"%s\"; it must start with http:// or https://", url);
    size_t n = strlen(url);
    while (n && url[n - 1] == '/')
        n--;
    *ret_client = (struct client){.url = arena_strndup(arena, url, n),
                                  .token = token_of(arena, data_dir),
                                  .as = as,
                                  .ca = environment("CRASHCART_CA")};
    return 0;
}

static size_t keep(char *bytes, size_t size, size_t n, void *context)
{
    struct buf *answer = context;
    if (answer->n_bytes + size * n > ANSWER_BYTES)
        return 0;
    buf_add(answer, bytes, size * n);
    return size * n;
}

void client_connect(const struct client *client, CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIME_S);
    if (client->ca)
        curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca);
}

struct curl_slist *client_headers(const struct client *client, struct buf *line)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (client->token) {
        buf_clear(line);
        buf_printf(line, "Authorization: Bearer %s", client->token);
        headers = curl_slist_append(headers, buf_text(line));
    }
    if (client->as) {
        buf_clear(line);
        buf_printf(line, "X-Crashcart-As: %s", client->as);
        headers = curl_slist_append(headers, buf_text(line));
    }
    return headers;
}

static CURLcode perform(const struct client *client, const char *method, const char *path, const char *body,
                        struct buf *answer, long *ret_status)
{
    scoped_buf struct buf url = {0}, line = {0};
    buf_printf(&url, "%s%s", client->url, path);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = client_headers(client, &line);
    curl_easy_setopt(curl, CURLOPT_URL, buf_text(&url));
    client_connect(client, curl);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_TIME_S);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (method)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (body)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return code;
}

/* The server's own message, or what can be said without one. */
static int explain(const struct client *client, long status, const struct buf *answer, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    const char *message = NULL;
    if (json_parse(document, buf_text(answer), answer->n_bytes, 8, &root, NULL) == 0) {
        message = json_text(json_get(json_get(root, "error"), "message"), NULL);
        message = message ? message : json_text(root, NULL); /* as Alertmanager's API says it */
    }
    if (status == 401)
        err_set(err,
                "%s wants %s token: set CRASHCART_TOKEN, or give --data DIR, the server's data folder, where "
                "admin.token is",
                client->url, client->token ? "another" : "a");
    else if (message)
        err_set(err, "%s", message);
    else
        err_set(err, "%s answered HTTP %ld; is it a Crashcart server?", client->url, status);
    json_document_free(document);
    return EXIT_REFUSED;
}

/* method NULL: GET, or POST of a body. */
static int call(const struct client *client, const char *method, const char *path, const char *body,
                struct buf *ret_answer, struct err *err)
{
    scoped_buf struct buf answer = {0};
    long status = 0;
    CURLcode code = perform(client, method, path, body, &answer, &status);
    if (code != CURLE_OK) {
        err_set(err,
                "cannot reach %s: %s.\nIs `crashcart serve` running there? If it listens elsewhere, set "
                "CRASHCART_URL.",
                client->url, curl_easy_strerror(code));
        return EXIT_UNREACHABLE;
    }
    if (status < 200 || status > 299)
        return explain(client, status, &answer, err);
    buf_add(ret_answer, buf_text(&answer), answer.n_bytes);
    return EXIT_DONE;
}

int client_call(const struct client *client, const char *path, const char *body, struct buf *ret_answer,
                struct err *err)
{
    return call(client, NULL, path, body, ret_answer, err);
}

int client_delete(const struct client *client, const char *path, struct err *err)
{
    scoped_buf struct buf answer = {0};
    return call(client, "DELETE", path, NULL, &answer, err);
}

int client_get(const struct client *client, const char *path, struct json_document *document,
               struct buf *text, struct json *ret_root, struct err *err)
{
    int code = client_call(client, path, NULL, text, err);
    if (code != EXIT_DONE)
        return code;
    if (json_parse(document, buf_text(text), text->n_bytes, 64, ret_root, err) < 0) {
        err_prefix(err, "%s answered what is no JSON: ", client->url);
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}
