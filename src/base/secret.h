/* Secrets lie outside the configuration, which says only where: "env:NAME", "file:PATH" or "credential:NAME"
 * (systemd). A secret is never logged, and no err ever holds it. */
#pragma once

#include "base/err.h"

/* For secret_free(). -1: it is not there, is empty, or is no text. */
int secret_read(const char *spec, char **ret_secret, struct err *err);
void secret_free(char *secret); /* wipes it; NULL is allowed */

static inline void secret_free_(char **secret)
{
    secret_free(*secret);
}
#define scoped_secret __attribute__((cleanup(secret_free_)))
