/* Any bytes are a drill file or a message with its line. Seeds: tests/fuzz/plan_fuzz. */
#include <stdint.h>

#include "drill/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct drill_plan plan = {0};
    struct err err = {0};
    int read = drill_plan_read(arena, (const char *)bytes, n_bytes, &plan, &err);
    if (read < 0 ? !*err.text : !plan.scenario || !plan.verify || !plan.alert.n == !plan.checks.n)
        __builtin_trap();
    return 0;
}
