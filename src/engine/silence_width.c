/* Which silences are wide: they say how bad what they hide is, or nothing, and not what it is. */
#include <ctype.h>

#include "engine/silence.h"
#include "runbook/severity_scale.h"

enum { SIGNS_THAT_NAME = 2 };

/* It insists on no two signs in a row: "[A-Z].*" fits the name of nearly every alert. */
static bool is_vague(const struct matcher *matcher)
{
    int run = 0, longest = 0;
    if (!matcher->expression)
        return *matcher->value == '\0';
    bool within = false; /* a class of signs, which is one */
    for (const char *c = matcher->value; *c; c++) {
        within = (within || *c == '[') && *c != ']';
        bool plain =
            !within && (isalnum((unsigned char)*c) || *c == '-' || *c == '_' || *c == ':' || *c == ' ');
        run = plain ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest < SIGNS_THAT_NAME || matcher_is_open(matcher);
}

bool silence_is_wide(const struct matchers *matchers)
{
    const struct severity_scale *scale = severity_scale_builtin();
    for (size_t i = 0; i < matchers->n; i++) {
        const struct matcher *matcher = matchers->at[i];
        if (!matcher->negative && !severity_scale_label(scale, matcher->name) && !is_vague(matcher))
            return false;
    }
    return true;
}
