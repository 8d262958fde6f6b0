/* Who the processes are when root starts them: one user decides and tells, another runs the steps, so that
 * the commands of a runbook cannot open the ledger, see the secrets of a channel or trace the others, by the
 * oldest rule there is. */
#pragma once

#include <stdbool.h>

#include "loop/child.h"

struct role_user {
    bool set; /* else it stays who it is */
    struct child_user is;
};

/* Finds the users and gives them the data folder: a new one is theirs, an older one must be. Names may be
 * NULL. -1: said on standard error, with what to do. */
int role_users_settle(const char *user, const char *step_user, const char *data, struct role_user *ret_user,
                      struct role_user *ret_step_user);
