/* The first line is the matcher, the rest a label's value. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/must.h"
#include "config/matcher.h"

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
    struct matchers matchers = {0};
    if (matchers_parse(text, &matchers, &err) == 0) {
        scoped_buf struct buf printed = {0}, packed = {0};
        struct matchers again = {0};
        matchers_print(&matchers, &printed);
        must(matchers_parse(buf_text(&printed), &again, &err) == 0 && matchers_equal(&matchers, &again));
        buf_add(&packed, "severity", sizeof "severity");
        buf_add(&packed, value, strlen(value) + 1);
        matchers_fit(&matchers, buf_text(&packed), 1);
        matchers_free(&again);
    }
    matchers_free(&matchers);
    if (matcher_parse(text, &matcher, &err) < 0)
        return 0;
    matcher_fits_value(matcher, value);
    matcher_free(matcher);
    return 0;
}
