/* Whether bytes can be read as a runbook at all. */
#pragma once

#include <stddef.h>

#include "base/err.h"

enum { DOCUMENT_LIMIT_BYTES = 8 << 20 };

/* 0: they can. -1 with what is wrong and what to do: empty, too large, not UTF-8 (with the line), binary. */
int document_check(const char *bytes, size_t n_bytes, struct err *err);
