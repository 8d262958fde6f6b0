/* Several series become one number. */
#pragma once

#include <stddef.h>

#include "config/checks.h"

struct gathered {
    size_t n, n_unsound; /* of which NaN, or of a counter no count */
    double sum, most, least;
};

void gathered_add(struct gathered *gathered, double value);
/* As `combine` says; NAN: none is a number. worst: the one nearest to the limit of the check, or beyond. */
double gathered_value(const struct gathered *gathered, const struct config_check *check, const char *combine);
