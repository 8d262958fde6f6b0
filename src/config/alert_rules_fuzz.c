/* Any bytes are rules, none, or errors with a line. Seeds: tests/fuzz/alert_rules_fuzz. */
#include "config/alert_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct alert_rules rules = {0};
    struct config_errors errors = {.arena = arena};
    int result = alert_rules_read(arena, "fuzz.yaml", (const char *)bytes, n_bytes, &rules, &errors);
    if ((result < 0) != (errors.list.n > 0))
        __builtin_trap();
    return 0;
}
