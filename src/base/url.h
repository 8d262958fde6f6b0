/* Texts as parts of an URL, and as a form (application/x-www-form-urlencoded). */
#pragma once

#include "base/buf.h"

/* Safe in a path, in a query and in a form. */
void url_encode(struct buf *out, const char *text);
/* "name=value", after a '&' where something stands already. */
void form_pair(struct buf *out, const char *name, const char *value);
