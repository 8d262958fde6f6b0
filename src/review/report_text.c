#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "review/report_priv.h"

const char *moment_text(struct arena *arena, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(us, text);
    text[10] = ' ';
    return arena_strndup(arena, text, sizeof "2026-03-01 09:00:12" - 1);
}

const char *span_text(struct arena *arena, int64_t from_us, int64_t to_us)
{
    char text[TIME_TEXT_BYTES];
    duration_format(to_us > from_us ? to_us - from_us : 0, text);
    return arena_strdup(arena, text);
}

const char *who_text(struct arena *arena, const char *actor)
{
    static const struct {
        const char *actor, *who;
    } words[] = {{"system", "Crashcart"}, {"runner", "Crashcart"}, {"token:admin", "admin token"}};
    if (!has_text(actor))
        return "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(actor, words[i].actor) == 0)
            return words[i].who;
    if (strncmp(actor, "source:", 7) == 0)
        return actor + 7;
    return people_text(arena, actor);
}

const char *people_text(struct arena *arena, const char *sentence)
{
    static const char prefix[] = "person:";
    size_t n_prefix = sizeof prefix - 1, n = 0;
    char *text = arena_strdup(arena, sentence ? sentence : "");
    for (const char *at = text; *at; at++) {
        bool begins = n == 0 || !isalnum((unsigned char)text[n - 1]);
        if (begins && strncmp(at, prefix, n_prefix) == 0 && isalnum((unsigned char)at[n_prefix]))
            at += n_prefix;
        text[n++] = *at;
    }
    text[n] = '\0';
    return text;
}

const char *place_in(struct arena *arena, const char *file, int line)
{
    if (!has_text(file))
        return "";
    return line > 0 ? arena_printf(arena, "%s:%d", file, line) : file;
}
