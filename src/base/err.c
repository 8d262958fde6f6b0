#include "base/err.h"

#include <stdio.h>
#include <string.h>

int err_set(struct err *err, const char *format, ...)
{
    if (!err)
        return -1;
    struct err made; /* the arguments may point into err itself */
    va_list ap;
    va_start(ap, format);
    vsnprintf(made.text, sizeof made.text, format, ap);
    va_end(ap);
    *err = made;
    return -1;
}

int err_prefix(struct err *err, const char *format, ...)
{
    if (!err)
        return -1;
    struct err made;
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(made.text, sizeof made.text, format, ap);
    va_end(ap);
    size_t used = n < 0 ? 0 : strlen(made.text);
    snprintf(made.text + used, sizeof made.text - used, "%s", err->text);
    *err = made;
    return -1;
}
