/* What the format files share: reading the members of one alert, and saying where it went wrong. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "engine/alert.h"
#include "intake/intake.h"

enum {
    INTAKE_DEPTH = 32,
    ALERTS_LIMIT = 10000,
    LABELS_LIMIT = 64,
    NAME_BYTES_LIMIT = 128,
    LABEL_BYTES_LIMIT = 4 * 1024,
    TEXT_BYTES_LIMIT = 16 * 1024, /* annotations hold prose, links hold whole queries */
    GROUP_KEY_BYTES_LIMIT = 16 * 1024,
};

/* Alerts of a body that cannot be taken, while the others can. */
struct aside {
    size_t n;
    bool last;         /* the one that is being read is such an alert */
    const char *field; /* where, and why, of the first of them */
    struct err err;
};

/* Where the texts of an alert are put in one piece as they are read, which is all that batch_keep() has to do
 * for senders that sort their labels, as they do. */
struct room {
    size_t n_alerts; /* that it is for; a body of one must not cost what a body of many is worth */
    char *at, *end;
    bool fits; /* all of the alert up to here stands in it, in order */
    struct known_time {
        const char *text; /* in the document */
        size_t n_bytes;
        int64_t us;
    } starts, ends; /* of the alert before */
};

/* Where the reader stands, for messages. */
struct place {
    struct arena *arena;
    const char *list; /* name of the array that holds the alerts, "" for the body itself */
    size_t i;         /* of the alert in it */
    const char **ret_field;
    struct err *err;
    struct aside *aside; /* NULL: one alert that cannot be taken refuses the body */
    struct room *room;   /* of alert_read(), or NULL */
};

/* Sets field to "LIST[i].MEMBER" and err to "alert i: ...". Gives -1. member "": the alert itself. */
int place_refuse(const struct place *place, const char *member, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what is wrong with this alert alone, while the body is sound. */
int place_set_aside(const struct place *place, const char *member, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* After a -1: whether the reader may go on with the next alert. */
bool aside_passes(const struct place *place);
/* What intake_parse() gives, of a body whose n_alerts others were read. */
int aside_result(const struct place *place, size_t n_alerts);

/* The members of one alert object as found; the last of each name counts, as in Go's decoder. */
struct alert_members {
    struct json labels, annotations, starts, ends, generator_url, status, value_string;
};

/* Fills alert and ret_members from one alert object. -1: refused, the place is told. */
int alert_read(const struct place *place, struct json object, struct alert *ret_alert,
               struct alert_members *ret_members);

/* Copies all texts, those of an alert into one piece, so that they outlive the document; but for those of
 * alerts that are in one piece already. */
void batch_keep(struct arena *arena, struct alert_batch *batch);

/* A text that is longer, of at most limit_bytes, without half a character at the end. */
const char *prose_cut(struct arena *arena, const char *text, size_t limit_bytes);

/* The same for a set of names and texts by itself: sorted by name, the last of each name. A label with an
 * empty value is none. Prose (TEXT_BYTES_LIMIT) may be empty, and is cut where it is longer: the alert
 * matters more.
 */
int labels_read(const struct place *place, struct json object, const char *member, size_t value_limit_bytes,
                struct label **ret_labels, size_t *ret_n);

/* A text without NUL of at most limit_bytes; NULL when the member is missing, null or empty. */
int text_read(const struct place *place, struct json value, const char *member, size_t limit_bytes,
              const char **ret_text);

/* Room for the alerts of an array, or -1 when it is none or too long. */
int alerts_begin(struct arena *arena, struct json array, const char *list, const char **ret_field,
                 struct alert **ret_alerts, struct err *err);

/* The body of Alertmanager's API. in_order: an alert that starts after it ends is set aside. */
int alert_array_read(struct arena *arena, struct json root, bool in_order, struct alert_batch *batch,
                     const char **ret_field, struct err *err);

int alertmanager_api_parse(struct arena *arena, struct json root, int64_t received_us,
                           struct alert_batch *ret_batch, const char **ret_field, struct err *err);
int alertmanager_webhook_parse(struct arena *arena, struct json root, int64_t received_us,
                               struct alert_batch *ret_batch, const char **ret_field, struct err *err);
int pagerduty_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                    const char **ret_field, struct err *err);
int opsgenie_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                   const char **ret_field, struct err *err);
int generic_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                  const char **ret_field, struct err *err);
int check_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                const char **ret_field, struct err *err);
int heartbeat_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                    const char **ret_field, struct err *err);

/* Calls visit for every line of a snapshot. */
int snapshot_each_batch(const struct intake_body *body, struct json_document *document, intake_visit *visit,
                        void *context, struct err *err);
