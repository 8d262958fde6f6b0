#include "runbook/word_lines.h"

#include <string.h>

#include "base/embedded.h"
#include "base/must.h"

struct word_lines word_lines_builtin(const char *name)
{
    const struct embedded_file *file = embedded_find(name);
    must(file);
    return (struct word_lines){.at = file->bytes, .end = file->bytes + file->n_bytes};
}

static void line_cut(struct arena *arena, const char *at, const char *end, struct strings *words)
{
    while (at < end && *at != '#') {
        size_t n = 0;
        while (at + n < end && at[n] != ' ' && at[n] != '\t' && at[n] != '#')
            n++;
        if (n > 0)
            strings_add(arena, words, arena_strndup(arena, at, n));
        at += n > 0 ? n : 1;
    }
}

bool word_line_next(struct arena *arena, struct word_lines *lines, struct strings *ret_words)
{
    while (lines->at < lines->end) {
        struct strings words = {0};
        const char *end = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
        end = end ? end : lines->end;
        line_cut(arena, lines->at, end, &words);
        lines->at = end + (end < lines->end);
        if (words.n < 2)
            continue;
        *ret_words = words;
        return true;
    }
    return false;
}
