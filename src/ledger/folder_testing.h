/* A ledger of a test: its data folder, and its store of the kind of the round that runs. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/db_testing.h"
#include "ledger/ledger_priv.h"
#include "ledger/proof.h"

struct folder_of_test {
    char path[64];
    struct store_of_test store;
};

static inline struct folder_of_test test_folder_make(void)
{
    struct folder_of_test folder = {.path = "/tmp/crashcart-ledger-XXXXXX"};
    assert_non_null(mkdtemp(folder.path));
    folder.store = test_store_make("");
    return folder;
}

static inline struct ledger_place test_place(const struct folder_of_test *folder)
{
    return (struct ledger_place){.data_dir = folder->path,
                                 .store = test_kind == DB_SQLITE ? NULL : folder->store.where};
}

static inline int test_remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

static inline void test_folder_remove(const struct folder_of_test *folder)
{
    nftw(folder->path, test_remove_one, 8, FTW_DEPTH | FTW_PHYS);
    test_store_remove(&folder->store);
}

static inline struct ledger *test_open(const struct folder_of_test *folder)
{
    struct ledger *ledger = NULL;
    struct err err = {0};
    struct ledger_place place = test_place(folder);
    if (ledger_open(&place, &ledger, &err) != 0)
        fail_msg("%s", err.text);
    return ledger;
}

static inline int test_verify(const struct folder_of_test *folder, struct ledger_proof *ret_proof,
                              struct err *err)
{
    struct ledger_place place = test_place(folder);
    return ledger_verify(&place, NULL, ret_proof, err);
}
