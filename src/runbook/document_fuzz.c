/* Any bytes: reading, printing for programs and for people must end, and stay inside of their memory. */
#include <stddef.h>
#include <stdint.h>

#include "runbook/document_check.h"
#include "runbook/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    struct json_writer w = jw_start(&out);
    const char *text = arena_strndup(arena, (const char *)bytes, n_bytes);
    const struct runbook *runbook = runbook_read(arena, "fuzz.md", text, n_bytes);

    runbook_print_json(runbook, NULL, &w);
    runbook_print_text(runbook, true, &out);
    document_check(text, n_bytes, NULL);
    return 0;
}
