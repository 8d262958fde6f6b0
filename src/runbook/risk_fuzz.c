/* Any bytes are a command that gets a class, in bounded time and memory. */
#include "runbook/risk.h"

#include "base/must.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct risk risk = risk_of_command(arena, risk_rules_builtin(), (const char *)bytes, n_bytes);
    must(risk.why && risk.part && risk_name(risk.class));
    return 0;
}
