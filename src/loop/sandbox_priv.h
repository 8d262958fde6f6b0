/* What the sandbox of a process and that of a child share. */
#pragma once

#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "loop/sandbox.h"

/* A leak check stops its own threads by ptrace(2), and reads /proc/self/maps. */
#if defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_CHECK 1
#endif
#endif
#ifndef LEAK_CHECK
#define LEAK_CHECK 0
#endif

/* The system calls that the profile gives up. Free with seccomp_release(). */
int sandbox_filter_make(enum sandbox_profile profile, scmp_filter_ctx *ret_filter, struct err *err);
void sandbox_warn_no_filter(void);

/* 0: there is no Landlock, which has been said. */
long sandbox_landlock_version(const char *effect);
/* Every right over files that a kernel with that version knows; reading folders is left free. */
uint64_t sandbox_rights_known(long version);
/* A descriptor, or -1. alone: who enters it signals nobody but those that are in it, where the kernel can do
 * so (Linux 6.12). */
int sandbox_ruleset_open(uint64_t rights, bool alone, struct err *err);

/* Landlock only allows, so hiding something is allowing what stands beside it and beside all folders above
 * it. What comes into those folders later is not seen. */
struct sandbox_hiding {
    int ruleset;
    uint64_t rights;              /* to all that is not hidden */
    const struct strings *hidden; /* whole paths, without links */
    struct strings *above;        /* takes the folders above them, in arena; or NULL */
    struct arena *arena;
};
void sandbox_allow_beside(struct sandbox_hiding *hiding);
