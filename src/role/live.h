/* What steps print while they run, for whoever watches: the last of it, in memory only. The record is the
 * step's output in the ledger; this is gone with the process, and after a while. Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/api.h"
#include "base/buf.h"

struct live;

struct live *live_new(void);
void live_free(struct live *live); /* NULL is allowed */

/* A step of the run begins; what the run printed before is forgotten. */
void live_begin(struct live *live, int64_t run, int line, int attempt);
/* Of the step that the run is at. Carriage returns become line feeds. */
void live_add(struct live *live, int64_t run, const char *bytes, size_t n_bytes);
void live_end(struct live *live, int64_t run);

/* Adds to out what the step printed from the byte `from` on, whole characters, and says where that begins
 * (later than from when that is not kept any more), where it ends, and whether more may come. False: nothing
 * is known of that step. */
bool live_read(struct live *live, int64_t run, int line, uint64_t from, struct buf *out,
               struct api_output *ret_output);
