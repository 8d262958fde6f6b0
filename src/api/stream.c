#include "api/stream.h"

#include <microhttpd.h>
#include <string.h>

#include "api/http_thread.h"
#include "api/request.h"

void answer_stream(struct request *request, const char *content_type, struct stream *stream)
{
    answer_text(request, content_type);
    stream->thread = request->thread;
    request->answer.stream = stream;
}

ssize_t stream_read(void *context, uint64_t position, char *out, size_t n_bytes)
{
    struct stream *stream = context;
    (void)position;
    http_thread_goes_on(stream->thread);
    if (stream->n_sent == stream->out.n_bytes && !stream->ended) {
        buf_clear(&stream->out);
        stream->n_sent = 0;
        enum stream_got got = stream->write_more(stream);
        if (got == STREAM_FAILED)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        stream->ended = got == STREAM_END;
    }
    size_t n = stream->out.n_bytes - stream->n_sent;
    if (n == 0)
        return stream->ended ? MHD_CONTENT_READER_END_OF_STREAM : 0;
    n = n < n_bytes ? n : n_bytes;
    memcpy(out, stream->out.at + stream->n_sent, n);
    stream->n_sent += n;
    return (ssize_t)n;
}

void stream_free(void *context)
{
    struct stream *stream = context;
    buf_free(&stream->out);
    stream->free(stream);
}
