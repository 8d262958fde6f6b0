/* The launcher process: starts the steps and checks that the runner asks for, from the team's runbooks and
 * its own configuration file. It reads no output and listens nowhere; what it may do its steps may, so it
 * gives up nothing that changes need. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/spare.h"
#include "loop/sandbox.h"
#include "loop/sandbox_child.h"
#include "role/role_priv.h"
#include "role/secret_owners.h"
#include "role/site.h"
#include "runner/launcher.h"
#include "runner/place.h"

/* The configuration as steps go by it. This process reads the file itself, and again when that has changed:
 * where a command runs is nothing that core could tell it. A file with errors leaves the old one in force. */
struct targets {
    const struct role_options *options;
    struct config *config;
    struct place_secrets *secrets;
    struct stat read;       /* of the file, as it was read last for an order */
    const char *stale_file; /* it has errors: what is in force is a copy, by which nothing is run. Or NULL */
};

struct serving {
    uv_loop_t loop;
    uv_poll_t calls;
    struct launcher *launcher;
    struct targets targets;
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

static bool is_mended(const char *file)
{
    struct config *config = site_read_config(file);
    config_free(config);
    return config != NULL;
}

static const struct config *config_in_force(void *context, const char **ret_why)
{
    struct targets *targets = context;
    struct stat now = file_stat(targets->config);
    /* The copy lies where core may write, in an installation without users of their own. */
    if (targets->stale_file && !is_mended(targets->stale_file)) {
        *ret_why = "The configuration file has errors, and no command is run by the copy of an older one.";
        return NULL;
    }
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

static int open_launcher(struct serving *serving, struct arena *arena, const char *work, struct err *err)
{
    struct targets *targets = &serving->targets;
    const struct role_options *options = targets->options;
    struct config *config = targets->config = site_read_first_config(options);
    if (!config)
        return err_set(err, "the configuration %s has errors", options->config_file);
    const char *runbooks = arena_strdup(arena, options->runbooks ? options->runbooks : config->runbooks);
    if (site_use_policy(config, err) < 0)
        return -1;
    targets->secrets = place_secrets_read(config, NULL);
    targets->stale_file = options->config_stale ? options->config_file : NULL;
    const struct cgroup_bounds bounds = {config->runner.step_processes, config->runner.step_memory_bytes};
    if (launcher_new(&serving->loop, runbooks, work, &bounds, &serving->launcher, err) < 0)
        return -1;
    launcher_know_site(serving->launcher,
                       &(struct launcher_site){config_in_force, targets, targets->secrets});
    return 0;
}

/* What no look and no program that takes pages has to open: the data folder but the steps' own work, and the
 * files with secrets of channels. */
static int confine_one_by_one(struct serving *serving, struct arena *arena, const char *work, struct err *err)
{
    const struct config *config = serving->targets.config;
    struct secret_owners owners;
    secret_owners_find(arena, config, &owners);
    strings_add(arena, &owners.files, serving->targets.options->data);
    struct sandbox_child *sandbox = sandbox_child_new(&owners.files, work, err);
    if (!sandbox)
        return -1;
    launcher_confine(serving->launcher, sandbox, config->runner.confine_looks);
    return 0;
}

/* After all is open: steps inherit it. */
static int confine(struct serving *serving, struct arena *arena, const char *work, struct err *err)
{
    if (!serving->targets.config->runner.confined)
        return confine_one_by_one(serving, arena, work, err) < 0 ? -1 : sandbox_enter(SANDBOX_LAUNCHER, err);
    return sandbox_hide_but(serving->targets.options->data, work, err) < 0
               ? -1
               : sandbox_enter(SANDBOX_CONFINED, err);
}

static void on_call(uv_poll_t *calls, int status, int events)
{
    struct serving *serving = calls->data;
    int fd;
    (void)events;
    uv_fileno((uv_handle_t *)calls, &fd);
    if (status < 0 || launcher_serve(serving->launcher, fd) < 0)
        uv_stop(&serving->loop);
}

static void handle_close(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

int role_launcher(const struct role_options *options)
{
    scoped_arena struct arena *arena = arena_new();
    struct serving serving = {.targets.options = options};
    struct err err = {0};
    int exit_code = 0;
    const char *work = arena_printf(arena, "%s/runner", options->data);
    log_setup("launcher", LOG_INFO);
    signal(SIGPIPE, SIG_IGN);
    /* A service manager tells all of a service at once: the runner ends its steps, and then this process. */
    signal(SIGTERM, SIG_IGN);
    json_prepare();
    uv_loop_init(&serving.loop);
    uv_poll_init(&serving.loop, &serving.calls, options->core_fd);
    serving.calls.data = &serving;
    if (open_launcher(&serving, arena, work, &err) < 0 || confine(&serving, arena, work, &err) < 0) {
        log_event(LOG_ERROR, "launcher.cannot_start", "error=%s", log_quote(err.text));
        exit_code = EXIT_CANNOT_OPEN;
    } else {
        log_event(LOG_INFO, "launcher.ready", "work=%s", work);
        uv_poll_start(&serving.calls, UV_READABLE | UV_DISCONNECT, on_call);
        spare_give_back();
        uv_run(&serving.loop, UV_RUN_DEFAULT);
    }
    launcher_free(serving.launcher);
    uv_walk(&serving.loop, handle_close, NULL);
    uv_run(&serving.loop, UV_RUN_DEFAULT);
    uv_loop_close(&serving.loop);
    place_secrets_free(serving.targets.secrets);
    config_free(serving.targets.config);
    return exit_code;
}
