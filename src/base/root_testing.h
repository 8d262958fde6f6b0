/* A folder of a test, there before each and gone after it. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/testing.h"

static char root[64];

static inline const char *at(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static inline int root_make(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/crashcart-base-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static inline int root_remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

static inline int root_remove(void **state)
{
    (void)state;
    return nftw(root, root_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
