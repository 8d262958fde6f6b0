/* Any bytes are a configuration or a list of errors. Seeds: tests/fuzz/config_fuzz. */
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("fuzz.yaml", (const char *)bytes, n_bytes, &errors);
    if ((config != NULL) == (errors.list.n > 0))
        __builtin_trap();
    config_free(config);
    return 0;
}
