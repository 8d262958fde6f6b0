/* What is on the wire and in the inbox: a body as it was posted, read by the program's own parsers, when it
 * comes and again after a crash. */
#pragma once

#include "base/buf.h"
#include "engine/engine.h"
#include "intake/intake.h"

struct row {
    const char *format;
    char *bytes; /* on the heap */
    size_t n_bytes;
    int64_t received_us;
};

/* The body in which that sender would post the batch. */
struct row row_of_batch(const struct alert_batch *batch);
/* A sign of life. */
struct row row_of_signal(const char *heartbeat, enum heartbeat_signal signal);
/* Some of the alerts that stand; as engine_some_alerts() does it. */
struct row row_of_standing(const struct engine *engine, uint32_t *before, uint32_t n, int64_t now_us);
struct row row_copy(const struct row *row);
void row_free(struct row *row);

/* The batch is good until the arena is reset. It was written by us: it can be read. */
struct alert_batch row_read_batch(const struct row *row, struct json_document *document, struct arena *arena);
void row_restore(const struct row *row, struct json_document *document, struct engine *engine);
