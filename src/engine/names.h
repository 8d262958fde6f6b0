/* The words of an enum, as they stand in the ledger and in the API. */
#pragma once

#include <stddef.h>
#include <string.h>

/* The place of the name in the list, or -1. */
static inline int name_find(const char *const *names, size_t n_names, const char *name)
{
    for (size_t i = 0; i < n_names; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}
