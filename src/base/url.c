#include "base/url.h"

#include <ctype.h>
#include <string.h>

void url_encode(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x80 && (isalnum(c) || strchr("-_.~", c)))
            buf_putc(out, *p);
        else
            buf_printf(out, "%%%02X", c);
    }
}

void form_pair(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s%s=", out->n_bytes ? "&" : "", name);
    url_encode(out, value);
}
