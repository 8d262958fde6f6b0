/* For tests of the API: a server on a free port of loopback with a backend of the test's own, and a client.
 */
#pragma once

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/api.h"
#include "base/testing.h"

#define TOKEN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct http_answer {
    long status;
    struct buf body, header;
};

static inline void http_answer_free(struct http_answer *answer)
{
    buf_free(&answer->body);
    buf_free(&answer->header);
}
#define scoped_answer __attribute__((cleanup(http_answer_free)))

struct http_request {
    const char *method, *path, *body;
    size_t n_bytes;         /* 0: strlen(body) */
    const char *headers[4]; /* whole lines; Authorization is sent unless anonymous */
    bool anonymous, chunked;
};

static inline size_t http_keep_(char *bytes, size_t size, size_t n, void *buf)
{
    buf_add(buf, bytes, size * n);
    return size * n;
}

static inline int http_listen(unsigned *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(fd, 128), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static inline int http_connect(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline struct curl_slist *http_headers_(const struct http_request *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    bool typed = false;
    for (size_t i = 0; i < 4 && request->headers[i]; i++) {
        list = curl_slist_append(list, request->headers[i]);
        typed |= strncmp(request->headers[i], "Content-Type", 12) == 0;
    }
    if (!typed)
        list = curl_slist_append(list, "Content-Type: application/json");
    if (!request->anonymous)
        list = curl_slist_append(list, "Authorization: Bearer " TOKEN);
    if (request->chunked)
        list = curl_slist_append(list, "Transfer-Encoding: chunked");
    return list;
}

/* Sends and waits; status 0 when there was no answer. */
static inline struct http_answer http_send(unsigned port, const struct http_request *request)
{
    struct http_answer answer = {0};
    char url[300];
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = http_headers_(request);
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port, request->path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 600L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
                         (long)(request->n_bytes ? request->n_bytes : strlen(request->body)));
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, http_keep_);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, http_keep_);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer.header);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return answer;
}
