/* The versions of runbooks that come into force are kept (ledger/version.h): in idle time, a few a step, for
 * nobody waits for it. What is not kept for now is tried again at the next reload or start. */
#include "base/log.h"
#include "ledger/version.h"
#include "role/core_priv.h"

enum { STEP_RUNBOOKS = 16 };

static int keep(struct core *core, const struct runbook *runbook, struct err *err)
{
    struct runbook_version version = {.file = runbook->file,
                                      .sha256 = runbook->sha256,
                                      .since_us = clock_wall_us(core->clock),
                                      .n_bytes = (int64_t)runbook->n_bytes};
    const void *packed;
    size_t n_packed;
    int got = ledger_begin(core->ledger, err);
    if (got != 0)
        return got;
    struct ledger_packer *packer = ledger_packer_new();
    ledger_pack(packer, runbook->bytes, runbook->n_bytes, &packed, &n_packed);
    got = ledger_keep_version(core->ledger, &version, packed, n_packed, err);
    ledger_packer_free(packer);
    if (got == 0)
        return ledger_commit(core->ledger, err);
    ledger_rollback(core->ledger);
    return got;
}

static int keep_new(struct core *core, const struct runbook *runbook, struct err *err)
{
    bool known = false;
    if (ledger_version_is_newest(core->ledger, runbook->file, runbook->sha256, &known, err) != 0)
        return -1;
    return known ? 0 : keep(core, runbook, err);
}

void core_keep_versions(struct core *core, bool idle)
{
    struct versions *versions = &core->versions;
    if (!versions->due || !idle || core->ledger_failed || !core->site)
        return;
    const struct library *library = core->site->library;
    struct err err = {0};
    for (int i = 0; i < STEP_RUNBOOKS && versions->next < library->n_runbooks; i++)
        if (keep_new(core, library->runbooks[versions->next++], &err) != 0) {
            log_event(LOG_WARNING, "runbook.version_not_kept", "error=%s", log_quote(err.text));
            versions->due = false;
            return;
        }
    versions->due = versions->next < library->n_runbooks;
    if (versions->due)
        uv_async_send(&core->wake);
}
