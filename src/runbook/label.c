#include "runbook/label.h"

#include <string.h>

const char *label_value(const struct label *labels, size_t n_labels, const char *name)
{
    for (size_t i = 0; i < n_labels; i++) /* most names differ in the first byte */
        if (*labels[i].name == *name && strcmp(labels[i].name, name) == 0)
            return *labels[i].value ? labels[i].value : NULL;
    return NULL;
}

bool labels_have(const struct label *labels, size_t n_labels, const struct label *wanted, size_t n_wanted)
{
    for (size_t i = 0; i < n_wanted; i++) {
        const char *value = label_value(labels, n_labels, wanted[i].name);
        if (!value || strcmp(value, wanted[i].value) != 0)
            return false;
    }
    return true;
}
