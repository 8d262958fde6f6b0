/* NumPy's .npy files: "\x93NUMPY", version, a header that is a Python literal, then the values as they lie in
 * memory. NEP 1, https://numpy.org/neps/nep-0001-npy-format.html, versions 1.0 to 3.0.
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }
 *     {'descr': [('age', '<f8'), ('label', '|u1')], 'fortran_order': False, 'shape': (3,), }
 *
 * One or two dimensions, or one of a structured type, whose members name the columns; else they are named
 * "column0", "column1" and so on. Numbers of this machine's byte order: f4, f8, i1 to i8, u1 to u8, b1. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "drift/frame.h"

enum { NPY_COLUMNS_MAX = 4096 };

struct npy {
    struct frame frame;       /* into bytes */
    const char *const *names; /* a name a column, of the arena */
};

/* bytes: the whole file. -1: it is none, is cut short, or holds what is not read here. */
int npy_read(struct arena *arena, const unsigned char *bytes, size_t n_bytes, struct npy *ret_npy,
             struct err *err);
