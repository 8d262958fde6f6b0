/* Boxes to tick in a fence that is no program: "[ ] The valve is shut", a line each. */
#include "runbook/command.h"

#include <string.h>

#include "runbook/text.h"

const char *fence_box(struct arena *arena, struct source_line line)
{
    static const char *const boxes[] = {"[ ]", "[x]", "[X]", "\xe2\x98\x90", "\xe2\x96\xa1"};
    size_t at = 0;

    while (at < line.n_bytes && strchr(" \t-*+", line.at[at]))
        at++;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        size_t n = strlen(boxes[i]);
        if (line.n_bytes <= at + n || memcmp(line.at + at, boxes[i], n) != 0 || line.at[at + n] != ' ')
            continue;
        const char *text = text_normalise(arena, line.at + at + n, line.n_bytes - at - n);
        return text[0] ? text : NULL;
    }
    return NULL;
}

bool fence_is_boxes(const struct block *fence)
{
    size_t n_boxes = 0, n_others = 0;

    if (fence_role(fence) != FENCE_OTHER)
        return false;
    scoped_arena struct arena *arena = arena_new();
    list_each (line, &fence->lines) {
        bool box = fence_box(arena, *line) != NULL;
        n_boxes += box;
        n_others += !box && line->n_bytes > 0;
    }
    return n_boxes > 1 && n_boxes > 2 * n_others;
}
