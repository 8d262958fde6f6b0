/* The terminal as a whole screen, given back as it was whatever happens: at the end, at a fatal signal, at
 * abort. Only SIGKILL leaves it as it is (`reset` mends it). */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Every key at once, no echo; Ctrl-C stays a signal, Ctrl-Z and Ctrl-\ are keys. -1: no terminal. */
int full_screen_open(struct err *err);
void full_screen_close(void);

void full_screen_size(size_t *ret_rows, size_t *ret_columns);

struct screen_lines { /* texts of at most so many columns, with colours */
    char **at;
    size_t n, capacity;
};
/* Adds text broken at line feeds and, hard, at n_columns. */
void screen_lines_add(struct screen_lines *lines, const char *text, size_t n_columns);
void screen_lines_free(struct screen_lines *lines);

/* Draws the lines from the top; the cursor stands behind the last one. -1: the terminal is gone. */
int full_screen_draw(const struct screen_lines *lines);
