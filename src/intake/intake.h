/* Intake hears: the wire formats of others -> struct alert_batch. A row a format (intake/formats.c), a file a
 * format. Pure: bytes in, values out; touches no state. Bounded: 4 MiB a body, 32 levels, 64 labels an alert,
 * names of 128 bytes, values of 4 KiB, 10,000 alerts a body; beyond is refused, never cut in silence. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "engine/alert.h"

enum { INTAKE_BODY_BYTES = 4 * 1024 * 1024 };

struct intake_format {
    const char *name;   /* "alertmanager-api", kept in the ledger beside the bytes */
    const char *path;   /* "/api/v2/alerts" */
    const char *method; /* "POST" */
    /* 0 and a batch whose memory is the arena's and the document's, or -1: err says which alert and why, and
     * field (may be NULL) gets the place, as "[3].labels". */
    int (*parse)(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                 const char **ret_field, struct err *err);
};

extern const struct intake_format intake_formats[]; /* ended by one without a name */
const struct intake_format *intake_format(const char *name);

/* Parses a body in that format with the limits above. document is reused over calls. */
int intake_parse(const struct intake_format *format, struct json_document *document, struct arena *arena,
                 const char *body, size_t n_bytes, int64_t received_us, struct alert_batch *ret_batch,
                 const char **ret_field, struct err *err);

/* The alerts that stand, written in the format "alertmanager-snapshot" which intake_format() reads back with
 * nothing lost: for ledger_compact_inbox(). */
struct alert_view;
void intake_snapshot_begin(struct json_writer *writer);
void intake_snapshot_add(struct json_writer *writer, const struct alert_view *view);
void intake_snapshot_end(struct json_writer *writer);
