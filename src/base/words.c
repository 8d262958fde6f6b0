#include "base/words.h"

#include <ctype.h>
#include <string.h>

#define OPENS  "\xe2\x80\x9c"
#define CLOSES "\xe2\x80\x9d"

enum { MARK_BYTES = 3, MOST_NAME_BYTES = 80, MOST_DIGITS = 5 /* in a row: more may be a record's number */ };

static bool is_mark(const char *at, const char *mark)
{
    return strncmp(at, mark, MARK_BYTES) == 0;
}

const char *words_quoted(struct arena *arena, const char *text)
{
    scoped_buf struct buf out = {0};
    buf_puts(&out, OPENS);
    for (const char *at = text; *at; at++) {
        bool mark = is_mark(at, OPENS) || is_mark(at, CLOSES);
        buf_putc(&out, mark ? '"' : *at);
        at += mark ? MARK_BYTES - 1 : 0;
    }
    buf_puts(&out, CLOSES);
    return arena_strdup(arena, out.at);
}

void words_withhold(struct buf *out, const char *sentence)
{
    while (*sentence) {
        const char *opens = strstr(sentence, OPENS), *closes = strstr(sentence, CLOSES);
        const char *nested = opens ? strstr(opens + MARK_BYTES, OPENS) : NULL;
        if (!opens && !closes) {
            buf_puts(out, sentence);
            return;
        }
        const char *first = !opens || (closes && closes < opens) ? closes : opens;
        buf_add(out, sentence, (size_t)(first - sentence));
        buf_puts(out, "...");
        if (first != opens || !closes || (nested && nested < closes))
            return;
        sentence = closes + MARK_BYTES;
    }
}

bool words_are_name(const char *text)
{
    size_t n = 0, digits = 0;
    for (; n <= MOST_NAME_BYTES && text[n]; n++) {
        unsigned char c = (unsigned char)text[n];
        digits = isdigit(c) ? digits + 1 : 0;
        if (c >= 0x80 || (!isalnum(c) && !strchr("-_.:/+", c)) || digits > MOST_DIGITS)
            return false;
    }
    return n > 0 && n <= MOST_NAME_BYTES;
}
