/* Any bytes: the text is valid UTF-8 without control characters, within the limit, and the same whether it
 * came at once or byte by byte. */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "runner/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(const uint8_t *data, size_t size, size_t step, struct buf *out)
{
    struct output *output = output_new(OUTPUT_LEAST_BYTES, NULL);
    bool cut;
    for (size_t at = 0; at < size; at += step)
        output_add(output, (const char *)data + at, size - at < step ? size - at : step);
    output_finish(output, out, &cut);
    output_free(output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped_buf struct buf once = {0};
    scoped_buf struct buf bytewise = {0};
    put(data, size, size ? size : 1, &once);
    put(data, size, 1, &bytewise);
    must(once.n_bytes == bytewise.n_bytes);
    must(once.n_bytes <= OUTPUT_LEAST_BYTES);
    must(memcmp(buf_text(&once), buf_text(&bytewise), once.n_bytes) == 0);
    must(utf8_valid(buf_text(&once), once.n_bytes));
    for (size_t i = 0; i < once.n_bytes; i++)
        must((uint8_t)once.at[i] >= 0x20 || once.at[i] == '\n' || once.at[i] == '\t');
    return 0;
}
