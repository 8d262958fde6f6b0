/* A ledger that is open in a folder of its own while a test runs. */
#pragma once

#include "ledger/ledger_testing.h"

static struct folder_of_test folder;
static struct ledger *ledger;
static struct arena *arena;

static inline int open_ledger(void **state)
{
    (void)state;
    arena = arena_new();
    folder = test_folder_make();
    ledger = test_open(&folder);
    return 0;
}

static inline int close_ledger(void **state)
{
    (void)state;
    ledger_close(ledger);
    ledger = NULL;
    test_folder_remove(&folder);
    arena_free(arena);
    return 0;
}

static inline void reopen(void)
{
    ledger_close(ledger);
    ledger = test_open(&folder);
}

static inline const char *path_of(const char *name)
{
    return arena_printf(arena, "%s/%s", folder.path, name);
}
