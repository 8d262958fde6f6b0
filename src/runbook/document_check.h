/* Whether bytes can be read as a runbook at all. */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* The longest runbook among 841 public ones has 3,292 lines. document_read() passes over what is beyond. */
enum { DOCUMENT_LIMIT_BYTES = 8 << 20, DOCUMENT_LIMIT_LINES = 50000 };

/* 0: they can. -1 with what is wrong and what to do: empty, too large or long, not UTF-8 (with the line),
 * binary. */
int document_check(const char *bytes, size_t n_bytes, struct err *err);
