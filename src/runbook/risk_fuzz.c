/* Any bytes are a command that gets a class, in bounded time and memory; what it changes is told, and its way
 * back derived. */
#include "runbook/risk.h"

#include <string.h>

#include "base/must.h"
#include "runbook/way_back.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct risk risk = risk_of_command(arena, risk_rules_builtin(), (const char *)bytes, n_bytes);
    must(risk.why && risk.part && risk_name(risk.class));
    const char *command = arena_strndup(arena, (const char *)bytes, n_bytes);
    struct way_back way = way_back_of(arena, command);
    must(way.back || !way.before);
    must(change_in_words(arena, command));
    return 0;
}
