/* The site of a running core: read beside the engine, which goes on meanwhile. A runbook folder takes tens of
 * milliseconds to understand; nobody waits for it, neither at the start (core_restore.c) nor at a reload. */
#include "base/log.h"
#include "base/must.h"
#include "base/spare.h"
#include "base/thread.h"
#include "loop/folder_watch.h"
#include "role/core_priv.h"
#include "runbook/shell_grammar.h"

static void *load(void *context)
{
    struct site_loading *loading = context;
    spare_give_back(); /* of the opening: what follows takes the most that this process ever needs */
    loading->site = site_load(loading->config, !loading->fresh, loading->runbooks, &loading->err);
    shell_grammar_put_away();
    spare_give_back(); /* understanding a folder takes ten times what is kept of it */
    uv_async_send(&loading->done);
    return NULL;
}

static void keep(struct core *core, const char *why)
{
    __atomic_store_n(&core->site_kept, true, __ATOMIC_RELEASE);
    log_event(LOG_ERROR, "site.kept", "error=%s effect=%s", log_quote(why),
              log_quote("the configuration and runbooks from before stay in force"));
}

static void replace(struct core *core, struct site *site)
{
    pthread_mutex_lock(&core->site_lock);
    struct site *before = core->site;
    core->site = site;
    core->versions = (struct versions){.due = true};
    pthread_mutex_unlock(&core->site_lock);
    if (before && before->config == site->config) {
        before->config_is_lent = true;
        site->config_is_lent = false;
    }
    if (before) {
        core->config_kept &= !core->loading.fresh;
        __atomic_store_n(&core->site_kept, core->config_kept, __ATOMIC_RELEASE);
        engine_learn(core->engine, site->config, site->library);
        api_news(core->api); /* answers from the configuration before are not given any more */
        log_event(LOG_INFO, "site.loaded", "runbooks=%zu", site->library->n_runbooks);
        site_free(before);
        core_mirror_soon(core);
        core_alive_plan(core);
    }
    folder_watch_renew(core->watch);
}

/* Nobody need do anything about it. */
static bool can_start_later(const struct core *core)
{
    return ledger_is_lost(core->ledger) || ledger_is_locked(core->ledger);
}

static void on_loaded(uv_async_t *done)
{
    struct core *core = done->data;
    struct site_loading *loading = &core->loading;
    struct err err = {0};
    bool first = !core->site;
    if (!loading->running)
        return;
    pthread_join(loading->thread, NULL);
    loading->running = false;
    if (loading->site)
        replace(core, loading->site);
    else if (!first) {
        core->config_kept |= loading->fresh;
        keep(core, loading->err.text);
    }
    if (first && (!loading->site || core_begin(core, &err) < 0)) {
        log_event(LOG_ERROR, "core.cannot_start", "error=%s",
                  log_quote(loading->site ? err.text : loading->err.text));
        core_stop(core, can_start_later(core) ? EXIT_RESTART : EXIT_CANNOT_OPEN);
    } else if (loading->again_config) {
        core_load_site(core, site_read_config(core->options->config_file));
    } else if (loading->again) {
        core_load_runbooks(core);
    }
}

static void begin(struct core *core, struct config *config, bool fresh)
{
    struct site_loading *loading = &core->loading;
    loading->config = config;
    loading->fresh = fresh;
    loading->again = loading->again_config = false;
    loading->runbooks = core->options->runbooks;
    loading->err = (struct err){0};
    loading->running = true;
    must(thread_start(&loading->thread, load, loading) == 0);
}

void core_load_site(struct core *core, struct config *config)
{
    struct site_loading *loading = &core->loading;
    if (!config) {
        core->config_kept = true;
        keep(core, "the configuration has errors");
    } else if (loading->running) {
        loading->again = loading->again_config = true;
        config_free(config);
    } else {
        begin(core, config, true);
    }
}

void core_load_runbooks(struct core *core)
{
    struct site_loading *loading = &core->loading;
    if (loading->running)
        loading->again = true;
    else if (core->site)
        begin(core, core->site->config, false);
}

void core_open_loading(struct core *core)
{
    uv_async_init(&core->loop, &core->loading.done, on_loaded);
    core->loading.done.data = core;
}

void core_end_loading(struct core *core)
{
    if (!core->loading.running)
        return;
    pthread_join(core->loading.thread, NULL);
    core->loading.running = false;
    site_free(core->loading.site);
}
