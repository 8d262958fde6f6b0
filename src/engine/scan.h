/* The alerts that stand, copied piece by piece: a list of any length holds up deciding for no longer than one
 * piece takes, and whoever asked matches expressions and writes on a thread of its own. An alert that stands
 * from the first piece to the last is in one of them; only when another one is forgotten meanwhile may it be
 * in two. */
#pragma once

#include "config/matcher.h"
#include "engine/engine.h"

/* Which alert, so that it can be asked for again. */
struct scan_key {
    int64_t incident;
    uint64_t hash;
    uint32_t place;
    uint32_t n_bytes; /* with the values behind it, each closed by NUL; a multiple of 8 */
};

struct alert_scan {
    const struct matchers *equalities;  /* that must fit; no expressions */
    const struct matchers *expressions; /* whose labels a key is followed by */
    bool no_active, no_silenced, no_inhibited;
    uint32_t before; /* where it stands; SCAN_START at first */
    bool done;
    struct buf *out; /* gets an alert_copy each; each begins at a multiple of 8 */
};

enum { SCAN_ALERTS = 8192, SCAN_BYTES = 1024 * 1024, SCAN_HOLDERS = 16 };
#define SCAN_START UINT32_MAX

struct alert_copy {
    size_t n_bytes; /* with all texts */
    int64_t starts_us, ends_us, updated_us;
    int64_t incident; /* that counts it, or 0 */
    uint32_t n_labels, n_annotations, n_silences, n_inhibitors;
    /* Each closed by NUL: labels and annotations (name, value), the URL, the receiver, the service and
     * procedure of the incident, ids of silences, what else holds it back. */
    char texts[];
};

/* The next piece. On the engine's thread. */
void engine_scan_alerts(const struct engine *engine, int64_t now_us, struct alert_scan *scan);
/* Only which ones they are: they can be put in order, or matched by the values that are wanted, and fetched.
 */
void engine_scan_keys(const struct engine *engine, int64_t now_us, struct alert_scan *scan);
/* Copies the alerts of those keys that still stand, up to a piece; gives how many keys it took. */
size_t engine_fetch_alerts(const struct engine *engine, int64_t now_us, const struct scan_key *keys, size_t n,
                           struct alert_scan *scan);
