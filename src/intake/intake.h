/* Intake hears: the wire formats of others -> struct alert_batch. A row a format (intake/formats.c), a file a
 * format. Pure: bytes in, values out; touches no state; any thread. Bounded: 4 MiB a body, 32 levels, 10,000
 * alerts a body, 64 labels and 64 annotations an alert, names of 128 bytes, label values of 4 KiB,
 * annotations and links of 16 KiB; beyond is refused, never cut in silence. Linear in the size of the body.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "config/config.h"
#include "engine/alert.h"

enum { INTAKE_BODY_BYTES = 4 * 1024 * 1024 };
enum { INTAKE_PARTLY = 1 };

struct intake_format {
    const char *name;   /* "alertmanager-api", kept in the ledger beside the bytes */
    const char *path;   /* "/api/v2/alerts"; NULL: nobody posts it (the snapshot) */
    const char *method; /* "POST" */
    /* 0 and a batch whose memory is the arena's, or -1: err says which alert and why, and
     * field (may be NULL) gets the place, as "[3].labels". INTAKE_PARTLY: both, for the batch lacks the
     * alerts of the body that cannot be taken. */
    int (*parse)(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                 const char **ret_field, struct err *err);
};

extern const struct intake_format intake_formats[]; /* ended by one without a name */
const struct intake_format *intake_format(const char *name);

/* What arrived, or what the inbox kept of it. */
struct intake_body {
    const struct intake_format *format;
    const char *bytes;
    size_t n_bytes;
    int64_t received_us;
};

/* Parses one body with the limits above; not the snapshot. 0, -1 or INTAKE_PARTLY, as above. The batch is
 * good until the arena is reset; the document is reused over calls. ret_field may be NULL. */
int intake_parse(const struct intake_body *body, struct json_document *document, struct arena *arena,
                 struct alert_batch *ret_batch, const char **ret_field, struct err *err);

/* Turns a body of a configured source into one of the format "generic". -1: nothing is where the mapping
 * looks for alerts. What the mapping finds is checked by intake_parse(). */
#define INTAKE_GENERIC "generic"
int intake_map(struct arena *arena, const struct config_source *source, struct json root,
               struct buf *ret_body, struct err *err);

/* "success", "start", "fail", "log": the signal of the format "heartbeat". */
const char *heartbeat_signal_name(enum heartbeat_signal signal);

/* What our own checks found (watch/): alerts that stand until they are said to be over. */
#define INTAKE_CHECK CHECK_SOURCE

/* Reads a row of the inbox in any format, the snapshot too, and calls visit for each batch in it with the
 * time at which that batch was heard: for engine_restore_alerts(). The batch is good during the call. 0, or
 * -1 with what is wrong; batches before it have been visited. */
typedef void intake_visit(void *context, const struct alert_batch *batch, int64_t received_us);
int intake_each_batch(const struct intake_body *body, struct json_document *document, intake_visit *visit,
                      void *context, struct err *err);

/* The alerts that stand, written in the format "alertmanager-snapshot" which intake_each_batch() reads back
 * with nothing lost (times, source, group, whether it lasts): for the rows by which the
 * inbox is kept short. */
#define INTAKE_SNAPSHOT "alertmanager-snapshot"
struct alert_view;
void intake_snapshot_begin(struct json_writer *writer);
void intake_snapshot_add(struct json_writer *writer, const struct alert_view *view);
void intake_snapshot_end(struct json_writer *writer);
