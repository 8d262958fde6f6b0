#include "cmd/client_stream.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/client_priv.h"

enum { AGAIN_MS = 1000, ID_BYTES = 24, EVENT_BYTES = 16 * 1024 * 1024 };

struct client_stream {
    const struct client *client;
    const char *path;
    CURLM *multi;
    CURL *curl; /* NULL: between two attempts */
    struct curl_slist *headers;
    struct buf line; /* that is not whole yet */
    struct buf *out;
    char id[ID_BYTES]; /* of the last event; "" before the first */
    bool lives;
    int64_t again_us; /* monotonic: when to try again */
};

static void take_line(struct client_stream *stream, const char *line)
{
    if (strncmp(line, "id: ", 4) == 0) {
        snprintf(stream->id, sizeof stream->id, "%s", line + 4);
    } else if (strncmp(line, "data: ", 6) == 0) {
        buf_puts(stream->out, line + 6);
        buf_putc(stream->out, '\n');
    }
}

static size_t take(char *bytes, size_t size, size_t n, void *context)
{
    struct client_stream *stream = context;
    long status = 0;
    curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 || stream->line.n_bytes > EVENT_BYTES)
        return 0;
    stream->lives = true;
    for (size_t i = 0; i < size * n; i++) {
        if (bytes[i] != '\n') {
            buf_putc(&stream->line, bytes[i]);
            continue;
        }
        take_line(stream, buf_text(&stream->line));
        buf_clear(&stream->line);
    }
    return size * n;
}

static void begin(struct client_stream *stream)
{
    scoped_buf struct buf url = {0}, line = {0};
    buf_printf(&url, "%s%s", stream->client->url, stream->path);
    stream->headers = client_headers(stream->client, &line);
    if (*stream->id) {
        buf_clear(&line);
        buf_printf(&line, "Last-Event-ID: %s", stream->id);
        stream->headers = curl_slist_append(stream->headers, buf_text(&line));
    }
    stream->curl = curl_easy_init();
    curl_easy_setopt(stream->curl, CURLOPT_URL, buf_text(&url));
    client_connect(stream->client, stream->curl);
    curl_easy_setopt(stream->curl, CURLOPT_HTTPHEADER, stream->headers);
    curl_easy_setopt(stream->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(stream->curl, CURLOPT_WRITEDATA, stream);
    curl_multi_add_handle(stream->multi, stream->curl);
}

static void end(struct client_stream *stream)
{
    if (stream->curl) {
        curl_multi_remove_handle(stream->multi, stream->curl);
        curl_easy_cleanup(stream->curl);
        curl_slist_free_all(stream->headers);
    }
    stream->curl = NULL;
    stream->headers = NULL;
    stream->lives = false;
    buf_clear(&stream->line);
}

struct client_stream *client_stream_open(const struct client *client, const char *path)
{
    struct client_stream *stream = heap_alloc(sizeof *stream);
    *stream = (struct client_stream){.client = client, .path = path, .multi = curl_multi_init()};
    begin(stream);
    return stream;
}

void client_stream_close(struct client_stream *stream)
{
    end(stream);
    curl_multi_cleanup(stream->multi);
    buf_free(&stream->line);
    heap_free_(&stream);
}

bool client_stream_lives(const struct client_stream *stream)
{
    return stream->lives;
}

void client_stream_wait(struct client_stream *stream, int fd, int timeout_ms, struct buf *out)
{
    struct curl_waitfd input = {.fd = fd, .events = CURL_WAIT_POLLIN};
    int running = 0, n_left;
    stream->out = out;
    if (!stream->curl && clock_monotonic_us(clock_system()) >= stream->again_us)
        begin(stream);
    curl_multi_perform(stream->multi, &running);
    if (out->n_bytes == 0)
        curl_multi_poll(stream->multi, &input, fd >= 0, timeout_ms < AGAIN_MS ? timeout_ms : AGAIN_MS, NULL);
    curl_multi_perform(stream->multi, &running);
    if (!curl_multi_info_read(stream->multi, &n_left))
        return;
    end(stream);
    stream->again_us = clock_monotonic_us(clock_system()) + AGAIN_MS * 1000;
}
