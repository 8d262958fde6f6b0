/* Keeping the inbox of alerts short while alerts come in: the alerts that stand are written anew, then what
 * was there before is erased, both in steps of about a millisecond between the inputs (ledger/inbox.c says
 * why that is safe at any moment). What began in a quiet moment rests when a storm comes, as long as it can.
 */
#include "base/log.h"
#include "role/core_priv.h"

enum { STEP_ALERTS = 256, STEP_ROWS = 16 };

static void add_alert(void *context, const struct alert_view *view)
{
    intake_snapshot_add(context, view);
}

/* The last step forgets what came before the first. A row is written even when no alert stands. */
static int write_some(struct core *core, struct err *err)
{
    struct cleaning *cleaning = &core->cleaning;
    int64_t now = clock_wall_us(core->clock);
    scoped_buf struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    const void *packed;
    size_t n_packed;
    intake_snapshot_begin(&writer);
    uint32_t before = engine_some_alerts(core->engine, 0, cleaning->before, STEP_ALERTS, add_alert, &writer);
    intake_snapshot_end(&writer);
    ledger_pack(cleaning->packer, body.at, body.n_bytes, &packed, &n_packed);
    int got = ledger_accept(core->ledger, INTAKE_SNAPSHOT, packed, n_packed, now, err);
    if (got == 0 && before == 0)
        got = ledger_forget_inbox(core->ledger, cleaning->last_id, err);
    cleaning->before = before;
    return got == 0 && before > 0 ? LEDGER_MORE : got;
}

/* What was heard of an incident under legal hold may be among it, and nobody looks which: all of it stays
 * until the release, and is read by nobody. */
static int erase_some(struct core *core, struct err *err)
{
    if (engine_is_on_hold(core->engine))
        return 0;
    return ledger_trim_inbox(core->ledger, STEP_ROWS, err);
}

/* A step in a transaction of its own. */
static int step(struct core *core, int (*work)(struct core *, struct err *), struct err *err)
{
    int got = ledger_begin(core->ledger, err);
    if (got != 0)
        return got;
    got = work(core, err);
    if (got != 0 && got != LEDGER_MORE) {
        ledger_rollback(core->ledger);
        return got;
    }
    int committed = ledger_commit(core->ledger, err);
    return committed == 0 ? got : committed;
}

static void start(struct core *core, bool patient)
{
    core->cleaning = (struct cleaning){.state = CLEANING_WRITES,
                                       .patient = patient,
                                       .last_id = ledger_inbox_last_id(core->ledger),
                                       .before = UINT32_MAX,
                                       .packer = ledger_packer_new()};
}

void core_compact_end(struct core *core)
{
    ledger_packer_free(core->cleaning.packer);
    core->cleaning = (struct cleaning){0};
}

static void rest(struct core *core)
{
    if (core->cleaning.packer) /* else only what the process before had left was erased */
        compaction_done(&core->compaction, ledger_inbox_bytes(core->ledger));
    core_compact_end(core);
}

static void go_on(struct core *core)
{
    struct err err = {0};
    bool writes = core->cleaning.state == CLEANING_WRITES;
    int got = step(core, writes ? write_some : erase_some, &err);
    if (got == 0 && writes)
        core->cleaning.state = CLEANING_ERASES;
    else if (got != LEDGER_MORE)
        rest(core);
    if (got != 0 && got != LEDGER_MORE)
        log_event(LOG_WARNING, "inbox.kept", "error=%s", log_quote(err.text));
}

void core_compact(struct core *core, bool idle)
{
    struct cleaning *cleaning = &core->cleaning;
    if (core->ledger_failed)
        return;
    if (cleaning->state == CLEANING_RESTS &&
        compaction_is_due(&core->compaction, ledger_inbox_bytes(core->ledger), idle))
        start(core, idle);
    cleaning->patient &= idle || compaction_can_wait(ledger_inbox_bytes(core->ledger));
    if (cleaning->state == CLEANING_RESTS || (cleaning->patient && !idle))
        return;
    go_on(core);
    uv_async_send(&core->wake);
}

void core_compact_now(struct core *core)
{
    if (core->ledger_failed)
        return;
    core_compact_end(core);
    start(core, false);
    while (core->cleaning.state != CLEANING_RESTS)
        go_on(core);
}
