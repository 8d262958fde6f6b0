/* The contract of a kind of check, and what kinds share. */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "watch/fetch.h"
#include "watch/judge.h"
#include "watch/watch.h"

/* One check as it is looked at. A look begins with kind->begin and ends with probe_done() or kind->end, the
 * first of the two; both may be called inside begin. */
struct probe {
    const struct config_check *check;
    uv_loop_t *loop;
    struct fetcher *fetcher;
    const struct clock *clock;
    void *memory; /* the kind's, from look to look */
};

/* A kind keeps to: nothing blocks; memory is bounded whatever the other side sends; the scheduler keeps the
 * time, so that a kind need not. */
struct check_kind {
    void (*open)(struct probe *probe); /* makes memory */
    void (*begin)(struct probe *probe);
    void (*end)(struct probe *probe); /* lets go of a look that is under way, without a word */
    void (*close)(struct probe *probe);
    /* Of kinds that have a program run: what became of it, as runner/look.h writes it. NULL: of none. */
    void (*ran)(struct probe *probe, struct json result);
    bool reaches; /* being reached is what is looked at: silence is bad, not an error */
    /* Of kinds whose memory is a window: what of the check it depends on. When that is the same in a new
     * configuration, the memory is kept, and learn is called once the probe has the new check. NULL: made
     * anew. */
    void (*remembers)(const struct config_check *check, struct buf *out);
    void (*learn)(struct probe *probe);
};

extern const struct check_kind *const check_kinds[N_CHECK_KINDS];

/* Once for each look. */
void probe_done(struct probe *probe, const struct check_reading *reading);
void probe_say(struct probe *probe, enum reading_kind kind, double value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What a look at a model has measured, as `crashcart drift --json` says it, is kept (measures.c). */
void probe_measured(struct probe *probe, struct json result);

/* Has the runner run the program of the check; kind->ran follows, unless the look ends before. */
void probe_run(struct probe *probe);

/* The kinds, a file each. */
extern const struct check_kind http_kind, metrics_kind, promql_kind, tcp_kind, dns_kind, postgresql_kind,
    redis_kind, file_kind, log_kind, command_kind, drift_kind;
