/* Browsers that get pages. Any handle; values live in the arena. */
#pragma once

#include "engine/subscription.h"
#include "ledger/ledger.h"

/* All of them, by person and name; 0 or -1. */
int ledger_subscriptions(struct ledger *ledger, struct arena *arena, struct push_subscription **ret_list,
                         size_t *ret_n, struct err *err);
/* 0, -1 or LEDGER_NOT_FOUND. */
int ledger_subscription(struct ledger *ledger, struct arena *arena, const char *person, const char *name,
                        struct push_subscription *ret_subscription, struct err *err);
