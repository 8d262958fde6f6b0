/* Any bytes from there: what is passed on, and what the marks say, is the same whether they came at once or
 * byte by byte, and no byte is passed on that did not come. A byte 0xfe stands for the beginning of a mark.
 */
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "runner/remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void stream_make(const uint8_t *data, size_t size, struct buf *out)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] == 0xfe)
            buf_puts(out, "[0123456789abcdef0123456789abcdef ");
        else
            buf_putc(out, (char)data[i]);
}

static void take(struct remote *remote, const struct buf *stream, size_t step, struct buf *out)
{
    *remote = (struct remote){.nonce = "0123456789abcdef0123456789abcdef", .exit_code = -1};
    for (size_t at = 0; at < stream->n_bytes; at += step) {
        bool was_ready = remote->ready, had_ended = remote->ended;
        size_t n = stream->n_bytes - at < step ? stream->n_bytes - at : step;
        bool news = remote_take(remote, stream->at + at, n, out);
        must(news || (remote->ready == was_ready && remote->ended == had_ended));
        must(remote->n_held < REMOTE_MARK_BYTES);
    }
    remote_finish(remote, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped_buf struct buf stream = {0}, once = {0}, bytewise = {0};
    struct remote whole, single;
    stream_make(data, size, &stream);
    take(&whole, &stream, stream.n_bytes ? stream.n_bytes : 1, &once);
    take(&single, &stream, 1, &bytewise);
    must(whole.ready == single.ready && whole.ended == single.ended);
    must(whole.exit_code == single.exit_code && whole.n_left == single.n_left);
    must(once.n_bytes == bytewise.n_bytes && once.n_bytes <= stream.n_bytes);
    must(memcmp(buf_text(&once), buf_text(&bytewise), once.n_bytes) == 0);
    return 0;
}
