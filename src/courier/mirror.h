/* An Alertmanager beside us is silent where we are. Core says what is to hold there, all of it each time; the
 * courier makes what it finds there the same: what is missing is made, what has changed is replaced, what is
 * ours and not wanted is ended. It looks again every few minutes, and after a failure until it works, so a
 * lost answer, a restart of either side and a silence that somebody removed all end in the same state.
 *
 * Ours are those whose comment ends with "[crashcart INSTANCE ID HASH]". Others are never touched. */
#pragma once

#include <uv.h>

#include "config/config.h"
#include "config/matcher.h"
#include "courier/courier.h"
#include "engine/silence.h"

/* ---- in core: the list, {"instance":"7f3a","silences":[{"id":"...","hash":"...","body":"{...}"}...]} ----
 */

struct mirror_list {
    struct buf *out;
    struct json_writer w;
    const char *instance;
    int64_t now_us;
};
void mirror_list_begin(struct mirror_list *list, struct buf *out, const char *instance, int64_t now_us);
void mirror_list_add(struct mirror_list *list, const struct silence *silence,
                     const struct matchers *matchers);
void mirror_list_end(struct mirror_list *list);

/* ---- in the courier process ---- */

struct mirror;

struct mirror *mirror_new(uv_loop_t *loop, const struct config *config);
void mirror_free(struct mirror *mirror); /* the loop must run once more */
/* The configuration is another one now. When it names another server, or none, what is ours at the former one
 * is ended first; one that cannot be reached is said to be left as it is. */
void mirror_learn(struct mirror *mirror, const struct config *config);
/* The list above. */
void mirror_want(struct mirror *mirror, struct json list);
