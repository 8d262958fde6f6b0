/* An alert as it was heard: what intake/ makes of every wire format, and what the engine keeps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runbook/label.h"

struct alert {
    struct label *labels; /* sorted by name, names unique, empty values dropped; never empty */
    size_t n_labels;
    struct label *annotations; /* sorted by name */
    size_t n_annotations;
    int64_t starts_us;         /* 0: not given, the time of arrival counts */
    int64_t ends_us;           /* 0: not given; <= now: resolved */
    const char *generator_url; /* or NULL */
    /* What its sender calls the trouble, however it words it from one message to the next; NULL: nothing */
    const char *key;
    /* The same texts in one piece: labels, annotations, each name NUL value NUL, and the URL, "" for none,
     * NUL. NULL: they are not in one piece. */
    const char *text;
    size_t labels_bytes, text_bytes;
    uint64_t labels_hash; /* index_hash() of the labels in the piece; 0: nobody has computed it */
};

/* What a job says of itself. */
enum heartbeat_signal {
    HEARTBEAT_SUCCESS,
    HEARTBEAT_START,
    HEARTBEAT_FAIL,
    HEARTBEAT_LOG,
    N_HEARTBEAT_SIGNALS
};

/* What one request brought. Memory belongs to whoever made the batch and lives until the engine has answered.
 */
struct alert_batch {
    const char *source;    /* "alertmanager-api", "alertmanager-webhook", ... */
    const char *group_key; /* identity of the group that this batch is the whole state of, or NULL */
    bool group_resolved; /* the group says that all of it is over: resolves its alerts that are not listed too
                          */
    bool group_whole;    /* nothing was cut off: an alert of the group that is missing here has resolved */
    bool lasting; /* without ends_us an alert stands until it is resolved (webhooks), else it times out */
    struct alert *alerts;
    size_t n_alerts;

    const char *dedup_key;       /* that the sender, or we for it, gave the group; for the answer */
    const char *acknowledged_by; /* its sender has the incidents of the group, or NULL */
    const char *noted_by, *note; /* on the incidents of the group, or NULL */
    const char *muted_by;        /* its sender wants the incidents of the group to page nobody, or NULL */
    int64_t muted_until_us;

    const char *heartbeat; /* a sign of life of that name instead of alerts, or NULL */
    enum heartbeat_signal signal;
    const char *signal_text; /* what the job had to say: exit status, output; or NULL */
};

/* Identity of a label set: FNV-1a 64 over name, 0xff, value, 0xff in order of names, as Prometheus computes
 * it (prometheus/common model.LabelSet.Fingerprint), so that all tools show the same one. */
uint64_t alert_fingerprint(const struct label *labels, size_t n_labels);

/* The group of a batch in 32 hexadecimal digits, for others to see: its key may hold what lets people in, as
 * PagerDuty's routing key. */
enum { GROUP_HASH_BYTES = 33 };
void alert_group_hash(const char *source, const char *group_key, char out[GROUP_HASH_BYTES]);
