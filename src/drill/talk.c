#include "drill/talk.h"

#include "base/curl_library.h"

enum { ANSWER_BYTES = 16 * 1024 * 1024, TIME_MS = 20000 };

static size_t keep(char *bytes, size_t size, size_t n, void *context)
{
    struct buf *answer = context;
    if (answer->n_bytes + size * n > ANSWER_BYTES)
        return 0;
    buf_add(answer, bytes, size * n);
    return size * n;
}

static struct curl_slist *header_add(struct curl_slist *headers, const char *name, const char *value)
{
    scoped_buf struct buf line = {0};
    if (!value)
        return headers;
    buf_printf(&line, "%s: %s", name, value);
    return curl_slist_append(headers, buf_text(&line));
}

int talk(const struct talk *to, const char *path, const char *body, int time_ms, struct buf *ret_answer)
{
    scoped_buf struct buf url = {0}, bearer = {0};
    long status = 0;
    buf_printf(&url, "%s%s", to->url, path);
    buf_printf(&bearer, "Bearer %s", to->token ? to->token : "");
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = header_add(NULL, "Content-Type", "application/json");
    headers = header_add(headers, "Authorization", to->token ? buf_text(&bearer) : NULL);
    headers = header_add(headers, "X-Crashcart-As", to->as);
    curl_easy_setopt(curl, CURLOPT_URL, buf_text(&url));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L); /* nobody but the ward is there */
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)time_ms);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    if (to->socket)
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, to->socket);
    if (body)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, ret_answer);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return (int)status;
}

int talk_json(const struct talk *to, const char *path, const char *body, struct json_document *document,
              struct json *ret_root, struct err *err)
{
    scoped_buf struct buf answer = {0};
    int status = talk(to, path, body, TIME_MS, &answer);
    if (status == 0)
        return err_set(err, "%s%s: no answer", to->url, path);
    if (json_parse(document, buf_text(&answer), answer.n_bytes, 64, ret_root, err) < 0)
        return err_prefix(err, "%s: ", path);
    if (status > 299) {
        struct json problem = json_get(*ret_root, "error");
        const char *message = json_text(json_get(problem, "message"), NULL);
        message = message ? message : json_text(problem, NULL);
        return err_set(err, "%s: HTTP %d: %s", path, status, message ? message : "");
    }
    return 0;
}
