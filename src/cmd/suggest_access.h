/* Queries of a runbook that count by somebody, as checks. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

struct access_query {
    const char *label; /* the column that is counted by */
    const char *query; /* on one line, as the runbook has it */
    double above;
};

/* In the arena. False: the command holds no such query. */
bool access_query_find(struct arena *arena, const char *command, struct access_query *ret_query);

/* The first SELECT of a command, on one line, in the arena; NULL: there is none. */
const char *query_find(struct arena *arena, const char *command);
