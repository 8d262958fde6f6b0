/* The decimal number that fills a text, whatever the locale. */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 0 done, correctly rounded; "inf" and "infinity" are taken, "nan" not. -1: it is none; 1: it is beyond what
 * a double holds. */
int number_read(const char *at, size_t n_bytes, double *ret_number);

#ifdef __cplusplus
}
#endif
