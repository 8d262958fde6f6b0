/* An error with a message fit for the person at the terminal: what failed, where, what to do. */
#pragma once

#include <stdarg.h>

struct err {
    char text[600]; /* "" when nothing failed; cut, never overrun */
};

/* Sets the text (err may be NULL) and gives -1, so that a failing call reads `return err_set(err, ...)`. */
int err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts a prefix before the text that is there: "reading runbooks/x.md: " + text. Gives -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
