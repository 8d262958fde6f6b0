/* Pairs of name and value: what alerts are told apart by, and what rules and configurations ask for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct label {
    const char *name, *value; /* UTF-8 without NUL */
};

/* The value of a label or annotation; NULL: it is not there, or empty, which is the same. */
const char *label_value(const struct label *labels, size_t n_labels, const char *name);

/* Has each of the wanted ones with the same value? */
bool labels_have(const struct label *labels, size_t n_labels, const struct label *wanted, size_t n_wanted);
