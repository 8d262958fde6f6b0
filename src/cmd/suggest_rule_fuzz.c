/* Any bytes are a runbook whose lines may be rules of Prometheus, and a command that may hold a query: what
 * is found can stand in a configuration. Seeds: tests/fuzz/suggest_rule_fuzz. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/suggest_access.h"
#include "cmd/suggest_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

enum { LINES = 40 };

static void demand(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static bool is_one_line(const char *text)
{
    return *text && !strpbrk(text, "\r\n");
}

static void rule_judge(const struct written_rule *rule)
{
    char *end;
    demand(is_one_line(rule->query) && rule->for_s >= 0);
    demand(isfinite(strtod(rule->bound, &end)) && end != rule->bound);
    demand(!rule->alert || (*rule->alert && !strpbrk(rule->alert, " \"':[]{}\n")));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    const char *document = arena_strndup(arena, (const char *)bytes, n_bytes);
    struct access_query access;
    for (int line = 0; line <= LINES; line++) {
        struct written_rule rule;
        if (written_rule_read(arena, (const char *)bytes, n_bytes, line, &rule))
            rule_judge(&rule);
    }
    if (access_query_find(arena, document, &access))
        demand(*access.label && is_one_line(access.query) && isfinite(access.above));
    const char *query = query_find(arena, document);
    demand(!query || is_one_line(query));
    return 0;
}
