/* libcurl transfers on a libuv loop: many at once, none waits for another. One thread. */
#pragma once

#include <uv.h>

#include "base/curl_library.h"
#include "base/err.h"

struct transfers;

/* done is called for each transfer that ends, which is no longer among the transfers then. */
int transfers_new(uv_loop_t *loop, void (*done)(void *context, CURL *easy, CURLcode code), void *context,
                  struct transfers **ret_transfers, struct err *err);
/* Those still under way must have been removed. The loop must run once more to let go of its handles. */
void transfers_free(struct transfers *transfers);

/* For a place that the configuration names by itself: it may lie in a private network, but not where no
 * server can be; no proxy, no redirection, nothing but HTTP. */
void transfer_prepare(CURL *easy);

int transfers_add(struct transfers *transfers, CURL *easy, struct err *err);
void transfers_remove(struct transfers *transfers, CURL *easy); /* done is not called */
