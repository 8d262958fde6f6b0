/* The runner process: orders from core in, events of steps out. It opens the runbook folder and its own work
 * folder, never the ledger; it listens nowhere. */
#include "runner/runner.h"
#include "runbook/shell_grammar.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/sandbox.h"
#include "loop/sandbox_child.h"
#include "role/frames.h"
#include "role/role_priv.h"
#include "role/runner_watch.h"
#include "role/secret_owners.h"
#include "role/site.h"
#include "runner/look.h"
#include "runner/page_program.h"
#include "runner/place.h"

struct working {
    struct runner *runner;
    struct runner_watch *watch;
    struct looks *looks;
    struct page_programs *pages;
    struct sandbox_child *sandbox; /* NULL: none of its own, the whole process is confined */
    const char *stale_file; /* it has errors: what is in force is a copy, by which nothing is run. Or NULL */
};

static void report(void *context, const struct runner_event *event)
{
    struct hand *hand = context;
    const struct working *working = hand->context;
    scoped_buf struct buf text = {0};
    if (!event->started)
        runner_watch_flush(working->watch, event->run);
    runner_event_write(&text, event);
    frames_send(hand->core, FRAME_STEP_EVENT, text.at, text.n_bytes);
    malloc_trim(0);
}

static void on_stop(struct hand *hand, struct json json)
{
    const struct working *working = hand->context;
    const char *stopped_by = json_text(json_get(json, "stopped_by"), NULL);
    int64_t run = json_int(json_get(json, "run"), 0);
    if (!runner_stop(working->runner, run, stopped_by ? stopped_by : "somebody"))
        log_event(LOG_INFO, "step.not_stopped", "run=%lld why=\"nothing of it runs any more\"",
                  (long long)run);
}

/* The copy lies where core may write, in an installation without users of their own. */
static void refuse_by_copy(struct hand *hand, const struct runner_order *order)
{
    struct runner_event event = {
        .run = order->run,
        .attempt = order->attempt,
        .line = order->line,
        .result =
            {.state = STEP_REFUSED,
             .exit_code = -1,
             .why = "The configuration file has errors, and no command is run by the copy of an older one.",
             .output = ""},
    };
    report(hand, &event);
}

static bool is_mended(const char *file)
{
    struct config *config = site_read_config(file);
    config_free(config);
    return config != NULL;
}

static void on_order(struct hand *hand, struct json json)
{
    struct working *working = hand->context;
    if (hand->kind == FRAME_STEP_STOP) {
        on_stop(hand, json);
        return;
    }
    if (hand->kind == FRAME_LOOK_START) {
        looks_order(working->looks, json);
        return;
    }
    if (hand->kind == FRAME_PROGRAM_START) {
        page_programs_order(working->pages, json);
        return;
    }
    scoped_arena struct arena *arena = arena_new();
    struct runner_order order;
    struct err err;
    if (runner_order_read(arena, json, &order, &err) < 0)
        log_event(LOG_ERROR, "frame.refused", "from=core error=%s", log_quote(err.text));
    else if (working->stale_file && !is_mended(working->stale_file))
        refuse_by_copy(hand, &order);
    else
        runner_start(working->runner, &order);
    shell_grammar_put_away();
    malloc_trim(0); /* reading the document took many times what a step keeps */
}

/* The configuration as the runner goes by it. It reads the file itself, and again when that has changed:
 * where a command runs is nothing that core could tell it. A file with errors leaves the old one in force. */
struct targets {
    const struct role_options *options;
    struct config *config;
    struct place_secrets *secrets;
    struct stat read; /* of the file, as it was read last for an order */
};

static struct stat file_stat(const struct config *config)
{
    struct stat st = {0};
    if (!config->file || stat(config->file, &st) < 0)
        st = (struct stat){0};
    return st;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static const struct config *config_in_force(void *context)
{
    struct targets *targets = context;
    struct stat now = file_stat(targets->config);
    if (is_same(&now, &targets->read))
        return targets->config;
    targets->read = now;
    if (access(targets->config->file, R_OK) < 0) {
        log_event(LOG_WARNING, "runner.config_unreadable", "file=%s why=%s effect=%s", targets->config->file,
                  log_quote(strerror(errno)),
                  log_quote("targets that change there hold for the runner from the next start on"));
        return targets->config;
    }
    struct config *config = site_read_config(targets->options->config_file);
    if (config) {
        config_free(targets->config);
        targets->config = config;
    }
    return targets->config;
}

/* The same for checks, by none but a file that is whole. */
struct look_site {
    struct targets *targets;
    const struct working *working;
};

static const struct config *look_config(void *context)
{
    const struct look_site *site = context;
    const char *stale = site->working->stale_file;
    return stale && !is_mended(stale) ? NULL : config_in_force(site->targets);
}

static void on_look_done(void *context, const char *payload, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_LOOK_DONE, payload, n_bytes);
}

static void on_page_done(void *context, const char *payload, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_PROGRAM_DONE, payload, n_bytes);
}

static int open_runner(struct hand *hand, const struct role_options *options, struct arena *arena,
                       struct redact_rules **ret_rules, struct targets *ret_targets,
                       struct runner **ret_runner, struct err *err)
{
    *ret_targets = (struct targets){.options = options};
    struct config *config = ret_targets->config = site_read_first_config(options);
    if (!config)
        return err_set(err, "the configuration %s has errors", options->config_file);
    struct runner_limits limits = runner_limits_of(config);
    const char *runbooks = arena_strdup(arena, options->runbooks ? options->runbooks : config->runbooks);
    int ruled = site_use_policy(config, err);
    if (ruled == 0 && redact_rules_read(config->redaction, ret_rules, err) < 0)
        ruled = err_prefix(err, "the detectors (`redaction:` of the configuration): ");
    if (ruled < 0)
        return -1;
    ret_targets->secrets = place_secrets_read(config, *ret_rules);
    if (runner_new(&hand->loop, runbooks, arena_printf(arena, "%s/runner", options->data), &limits,
                   *ret_rules, report, hand, ret_runner, err) < 0)
        return -1;
    runner_know_targets(*ret_runner, config_in_force, ret_targets, ret_targets->secrets);
    return 0;
}

/* What no look and no program that takes pages has to open: the data folder but the steps' own work, and the
 * files with secrets of channels. */
static int confine_one_by_one(const struct role_options *options, const struct config *config,
                              struct arena *arena, const char *work, struct working *working, struct err *err)
{
    struct secret_owners owners;
    secret_owners_find(arena, config, &owners);
    strings_add(arena, &owners.files, options->data);
    working->sandbox = sandbox_child_new(&owners.files, work, err);
    if (!working->sandbox)
        return -1;
    if (config->runner.confine_looks)
        runner_confine_looks(working->runner, working->sandbox);
    return 0;
}

/* After all is open: steps inherit it. */
static int confine(const struct role_options *options, const struct config *config, struct working *working,
                   struct arena *arena, struct err *err)
{
    const char *work = arena_printf(arena, "%s/runner", options->data);
    if (!config->runner.confined)
        return confine_one_by_one(options, config, arena, work, working, err) < 0
                   ? -1
                   : sandbox_enter(SANDBOX_RUNNER, err);
    return sandbox_hide_but(options->data, work, err) < 0 ? -1 : sandbox_enter(SANDBOX_CONFINED, err);
}

int role_runner(const struct role_options *options)
{
    scoped_arena struct arena *arena = arena_new();
    struct hand hand = {.ordered = on_order};
    struct working working = {0};
    struct redact_rules *rules = NULL;
    struct targets targets = {0};
    struct look_site site = {&targets, &working};
    struct err err = {0};
    int exit_code = 0;
    log_setup("runner", LOG_INFO);
    if (hand_open(&hand, "runner", options->core_fd, &err) < 0 ||
        open_runner(&hand, options, arena, &rules, &targets, &working.runner, &err) < 0 ||
        confine(options, targets.config, &working, arena, &err) < 0) {
        log_event(LOG_ERROR, "runner.cannot_start", "error=%s", log_quote(err.text));
        exit_code = EXIT_CANNOT_OPEN;
    } else {
        hand.context = &working;
        working.stale_file = options->config_stale ? options->config_file : NULL;
        working.watch = runner_watch_new(&hand.loop, hand.core);
        runner_watch(working.runner, runner_watch_add, working.watch);
        working.looks = looks_new(&hand.loop, rules, look_config, &site, on_look_done, &hand);
        working.pages =
            page_programs_new(&hand.loop, rules, look_config, &site, working.sandbox, on_page_done, &hand);
        log_event(LOG_INFO, "runner.ready", "work=%s/runner", options->data);
        hand_run(&hand);
    }
    looks_free(working.looks);
    page_programs_free(working.pages);
    runner_free(working.runner);
    sandbox_child_free(working.sandbox);
    if (working.watch)
        runner_watch_free(working.watch);
    hand_close(&hand);
    redact_rules_free(rules);
    place_secrets_free(targets.secrets);
    config_free(targets.config);
    return exit_code;
}
