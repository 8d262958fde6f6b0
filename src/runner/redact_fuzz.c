/* Any bytes, cut at any place: the same comes out, and nothing breaks. The first byte says how the rest is
 * cut. */
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "runner/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void keep(void *context, const char *bytes, size_t n_bytes)
{
    buf_add(context, bytes, n_bytes);
}

static const struct redact_rules *rules(void)
{
    static struct redact_rules *read;
    struct err err;
    if (!read) {
        must(redact_rules_read(NULL, &read, &err) == 0);
        redact_rules_know(read, "quite a known / secret");
    }
    return read;
}

static void put(const char *bytes, size_t n_bytes, size_t step, struct buf *out)
{
    struct redactor *redactor = redactor_new(rules(), keep, out);
    for (size_t at = 0; at < n_bytes; at += step)
        redactor_add(redactor, bytes + at, n_bytes - at < step ? n_bytes - at : step);
    redactor_finish(redactor);
    redactor_free(redactor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    scoped_buf struct buf once = {0};
    scoped_buf struct buf cut = {0};
    put((const char *)data + 1, size - 1, size, &once);
    put((const char *)data + 1, size - 1, (size_t)data[0] % 61 + 1, &cut);
    must(once.n_bytes == cut.n_bytes);
    must(memcmp(buf_text(&once), buf_text(&cut), once.n_bytes) == 0);
    return 0;
}
