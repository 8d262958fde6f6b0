/* libcurl transfers on a libuv loop: many at once, none waits for another. One thread. */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "base/curl_library.h"
#include "base/err.h"

struct transfers;

/* done is called for each transfer that ends, which is no longer among the transfers then. */
int transfers_new(uv_loop_t *loop, void (*done)(void *context, CURL *easy, CURLcode code), void *context,
                  struct transfers **ret_transfers, struct err *err);
/* Those still under way must have been removed. The loop must run once more to let go of its handles. */
void transfers_free(struct transfers *transfers);

/* Where a transfer may lead is looked at when it connects: what its name meant before may have changed. */
struct transfer_guard {
    bool private_allowed;
    char refused[240]; /* why it did not connect; "": it was not refused */
};
/* What all have: no proxy, no redirection, nothing but HTTP, and never where no server can be. guard NULL:
 * for a place that the configuration names by itself, which may lie in a private network. */
void transfer_prepare(CURL *easy, struct transfer_guard *guard);

int transfers_add(struct transfers *transfers, CURL *easy, struct err *err);
void transfers_remove(struct transfers *transfers, CURL *easy); /* done is not called */
