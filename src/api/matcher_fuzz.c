/* The first line is the matcher, the rest a label's value. */
#include <stdint.h>
#include <string.h>

#include "api/matcher.h"
#include "base/arena.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped_arena struct arena *arena = arena_new();
    char *text = arena_strndup(arena, (const char *)data, size);
    struct matcher *matcher;
    struct err err;
    if (!utf8_valid(text, size)) /* values of alerts are UTF-8; expressions come as they were sent */
        return 0;
    char *value = strchr(text, '\n');
    value = value ? value : text + strlen(text);
    if (*value)
        *value++ = '\0';
    if (matcher_parse(text, &matcher, &err) < 0)
        return 0;
    struct label label = {"severity", value};
    matcher_fits(matcher, &label, 1);
    matcher_free(matcher);
    return 0;
}
