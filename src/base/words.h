/* Words of others inside our own sentences: they stand between “ and ”, so that what must not show them can
 * take them out again. Our own part never holds these two marks. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"

/* “text”; marks inside it become ". */
const char *words_quoted(struct arena *arena, const char *text);
/* The sentence with "..." for all that is quoted. Marks that do not fit take everything between the first and
 * the end with them. */
void words_withhold(struct buf *out, const char *sentence);
/* One name as programs have them: no blank, no long number that may be a person's. */
bool words_are_name(const char *text);
