/* Any bytes are a command that gets a class, in bounded time and memory; and the short cut for plain commands
 * says what the parser says. */
#include "runbook/risk_priv.h"

#include <string.h>

#include "base/must.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n_bytes);

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool all_same(const struct strings *a, const struct strings *b)
{
    for (size_t i = 0; i < a->n && a->n == b->n; i++)
        if (!same(a->at[i], b->at[i]))
            return false;
    return a->n == b->n;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct risk risk = risk_of_command(arena, risk_rules_builtin(), (const char *)bytes, n_bytes);
    must(risk.why && risk.part && risk_name(risk.class));
    struct risk parsed = risk_of_parsed_command(arena, risk_rules_builtin(), (const char *)bytes, n_bytes);
    must(risk.class == parsed.class && same(risk.why, parsed.why) && same(risk.part, parsed.part));
    must(same(risk.tool, parsed.tool) && all_same(&risk.programs, &parsed.programs));
    must(risk.parses == parsed.parses && risk.unfilled == parsed.unfilled);
    must(risk.endless == parsed.endless && risk.wants_terminal == parsed.wants_terminal);
    must(risk.sensitive == parsed.sensitive && same(risk.sensitive_why, parsed.sensitive_why));
    must(all_same(&risk.needs_files, &parsed.needs_files) &&
         all_same(&risk.writes_files, &parsed.writes_files));
    must(same(risk.http_method, parsed.http_method) && same(risk.http_url, parsed.http_url));
    return 0;
}
