/* The parent of the three, or of four. It reads the configuration file only to know where to listen and where
 * the data lie, and nothing from the network, ever. The listening socket is its own, so that the port stays
 * open while core starts again. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/spare.h"
#include "config/file.h"
#include "loop/child.h"
#include "loop/descriptors.h"
#include "loop/fleet.h"
#include "loop/hand_over.h"
#include "loop/listen.h"
#include "loop/pulse.h"
#include "loop/sandbox.h"
#include "loop/suspect.h"
#include "role/arguments.h"
#include "role/kept.h"
#include "role/role_user.h"
#include "role/secret_owners.h"
#include "role/site.h"

enum { CORE, COURIER, RUNNER, DIALLER, ROLES };
enum { HEAD_START_MS = 1000, LOOK_MS = 10000 };

/* core goes first at a stop, so that the others still hear it out. It may have to bring the tables of an
 * older program up to date first. */
static const struct fleet_member members[ROLES] = {
    [CORE] = {.name = "core", .hears_reload = true, .slow_start = true},
    [COURIER] = {.name = "courier"},
    [RUNNER] = {.name = "runner"},
    /* It never beats: it waits for core, or for a network. */
    [DIALLER] = {.name = "dialler", .slow_start = true}};

struct supervisor {
    struct role_options options;
    struct secret_owners secrets; /* of the environment */
    bool dials;                   /* the ledger is on a server, and there is a dialler */
    int config_fd;                /* to the courier; -1: it does not run */
    int peers_fd;                 /* to core; -1: it does not run */
    int questions_fd, place_fd;   /* the dialler's ends, which outlive it; -1: there is none */
    struct role_user users[ROLES];
    int suspects_fds[ROLES]; /* each its own: none may speak for another */
    int pulse_fds[ROLES];    /* -1: nobody looks */
    const uint64_t *beats[ROLES];
    struct kept kept;
};

enum { PAIR_COURIER, PAIR_RUNNER, PAIR_CONFIG, PAIR_DIALLER, PAIR_PLACE, PAIR_PEERS, PAIRS };

static bool may_see(const struct supervisor *supervisor, int role, const char *variable)
{
    static const enum secret_owner owners[ROLES] = {[CORE] = SECRET_CORE,
                                                    [COURIER] = SECRET_COURIER,
                                                    [RUNNER] = SECRET_OWNERS,
                                                    [DIALLER] = SECRET_OWNERS};
    return secret_owner_sees(&supervisor->secrets, owners[role], variable);
}

/* A process that dies leaves nothing of what it knew. */
static const struct child_limit limits[] = {{RLIMIT_CORE, 0, 0}, {-1, 0, 0}};

static int start_role(const struct supervisor *supervisor, int role, const struct role_options *options,
                      const int *fds, size_t n_fds, pid_t *ret_pid, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings environment = {0};
    for (char **variable = environ; *variable; variable++)
        if (may_see(supervisor, role, *variable))
            strings_add(arena, &environment, *variable);
    strings_add(arena, &environment, NULL);
    struct child_options child = {
        .path = "/proc/self/exe",
        .arguments = role_arguments(arena, members[role].name, options),
        .environment = environment.at,
        .fds = fds,
        .n_fds = n_fds,
        /* The runner ends its steps before it goes; its keepers do so even when it cannot. */
        .death_signal = role == RUNNER ? SIGTERM : SIGKILL,
        .held_signal = members[role].hears_reload ? SIGHUP : 0,
        .new_session = true, /* a terminal's Ctrl-C is for the supervisor to act on */
        .cgroup_fd = -1,
        .user = supervisor->users[role].set ? &supervisor->users[role].is : NULL,
        .limits = limits,
    };
    return child_start(&child, ret_pid, err);
}

static void pairs_close(int pairs[PAIRS][2])
{
    for (int i = 0; i < PAIRS; i++)
        for (int end = 0; end < 2; end++)
            if (pairs[i][end] >= 0)
                close(pairs[i][end]);
}

static int pairs_open(int pairs[PAIRS][2], struct err *err)
{
    memset(pairs, -1, sizeof(int[PAIRS][2]));
    for (int i = 0; i < PAIRS; i++)
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]) < 0) {
            int error = errno;
            pairs_close(pairs);
            return err_set(err, "no socket pair: %s", strerror(error));
        }
    return 0;
}

/* Starts core, and waits until it listens or has ended: people wait for it, and the processors are not its
 * alone. What it sends the other two meanwhile is kept by their sockets. */
static int start_core(const struct supervisor *supervisor, int pairs[PAIRS][2], pid_t *ret_pid,
                      struct err *err)
{
    struct role_options options = supervisor->options;
    int started[2];
    if (pipe2(started, O_CLOEXEC) < 0)
        return err_set(err, "no pipe: %s", strerror(errno));
    int copy = supervisor->kept.now_fd;
    int fds[] = {-1,
                 1,
                 2,
                 options.listen_fd,
                 pairs[PAIR_COURIER][0],
                 pairs[PAIR_RUNNER][0],
                 started[1],
                 copy,
                 supervisor->suspects_fds[CORE],
                 supervisor->pulse_fds[CORE],
                 supervisor->dials ? pairs[PAIR_DIALLER][0] : -1,
                 pairs[PAIR_PEERS][1],
                 supervisor->dials ? pairs[PAIR_PLACE][0] : -1};
    options.listen_fd = 3;
    options.courier_fd = 4;
    options.runner_fd = 5;
    options.started_fd = 6;
    options.suspects_fd = supervisor->suspects_fds[CORE] > 0 ? 8 : 0;
    options.pulse_fd = supervisor->pulse_fds[CORE] > 0 ? 9 : 0;
    options.dialler_fd = supervisor->dials ? 10 : 0;
    options.peers_fd = 11;
    options.place_fd = supervisor->dials ? 12 : 0;
    options.first_config_fd = copy < 0 ? 0 : 7;
    options.config_stale = supervisor->kept.refused ? "yes" : NULL;
    int result = start_role(supervisor, CORE, &options, fds, 13, ret_pid, err);
    close(started[1]);
    if (result == 0)
        poll(&(struct pollfd){.fd = started[0]}, 1, HEAD_START_MS);
    close(started[0]);
    return result;
}

static int start_dialler(const struct supervisor *supervisor, pid_t *ret_pid, struct err *err)
{
    if (!supervisor->dials)
        return 0;
    const int fds[] = {-1, 1, 2, supervisor->questions_fd, supervisor->place_fd};
    const struct role_options options = {.core_fd = 3, .place_fd = 4};
    return start_role(supervisor, DIALLER, &options, fds, 5, ret_pid, err);
}

/* Descriptors 0 to 2 of every role: nothing to read, and the supervisor's own output. From 3 on: what it is
 * told the numbers of. All begin with the configuration in force, whatever has become of the file. */
static int start_hands(struct supervisor *supervisor, int pairs[PAIRS][2], pid_t *pids, struct err *err)
{
    struct role_options courier = supervisor->options, runner = supervisor->options;
    int copy = supervisor->kept.now_fd;
    int courier_fds[] = {-1,
                         1,
                         2,
                         pairs[PAIR_COURIER][1],
                         pairs[PAIR_CONFIG][1],
                         copy,
                         supervisor->suspects_fds[COURIER],
                         supervisor->pulse_fds[COURIER]};
    int runner_fds[] = {-1, 1, 2, pairs[PAIR_RUNNER][1], copy, supervisor->pulse_fds[RUNNER]};
    courier.listen_fd = runner.listen_fd = 0;
    courier.core_fd = runner.core_fd = 3;
    courier.config_fd = 4;
    courier.suspects_fd = supervisor->suspects_fds[COURIER] > 0 ? 6 : 0;
    courier.pulse_fd = supervisor->pulse_fds[COURIER] > 0 ? 7 : 0;
    runner.pulse_fd = supervisor->pulse_fds[RUNNER] > 0 ? 5 : 0;
    courier.first_config_fd = copy < 0 ? 0 : 5;
    runner.first_config_fd = copy < 0 ? 0 : 4;
    runner.config_stale = supervisor->kept.now_stale ? "yes" : NULL;
    return start_role(supervisor, COURIER, &courier, courier_fds, 8, &pids[COURIER], err) < 0 ||
                   start_role(supervisor, RUNNER, &runner, runner_fds, 6, &pids[RUNNER], err) < 0
               ? -1
               : 0;
}

static void end_at_once(const pid_t *pids, int from, int until)
{
    for (int i = from; i < until; i++)
        if (pids[i])
            kill(pids[i], SIGKILL); /* the fleet reaps it */
}

static void keep_end(int *kept_fd, int fd)
{
    if (*kept_fd >= 0)
        close(*kept_fd);
    *kept_fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/* pairs NULL: of nobody any more. */
static void keep_ends(struct supervisor *supervisor, int pairs[PAIRS][2])
{
    keep_end(&supervisor->config_fd, pairs ? pairs[PAIR_CONFIG][0] : -1);
    keep_end(&supervisor->peers_fd, pairs ? pairs[PAIR_PEERS][0] : -1);
    keep_end(&supervisor->questions_fd, pairs && supervisor->dials ? pairs[PAIR_DIALLER][1] : -1);
    keep_end(&supervisor->place_fd, pairs && supervisor->dials ? pairs[PAIR_PLACE][1] : -1);
}

static int fleet_start(void *context, pid_t *ret_pids, struct err *err)
{
    struct supervisor *supervisor = context;
    pid_t pids[ROLES] = {0};
    int pairs[PAIRS][2];
    keep_ends(supervisor, NULL);
    /* A core that ended in good order has shut the socket down, which holds for all who share it. */
    if (listen_again(supervisor->options.listen_fd, err) < 0 || pairs_open(pairs, err) < 0)
        return -1;
    keep_ends(supervisor, pairs);
    if (start_core(supervisor, pairs, &pids[CORE], err) < 0 ||
        start_hands(supervisor, pairs, pids, err) < 0 || start_dialler(supervisor, &pids[DIALLER], err) < 0) {
        pairs_close(pairs);
        end_at_once(pids, CORE, ROLES);
        return -1;
    }
    pairs_close(pairs);
    memcpy(ret_pids, pids, sizeof pids);
    kept_settle(&supervisor->kept);
    spare_give_back();
    return 0;
}

/* The others end when it does, and may be seen first. */
static bool core_has_ended(const struct supervisor *supervisor)
{
    struct pollfd peers = {.fd = supervisor->peers_fd};
    return poll(&peers, 1, 0) == 1 && peers.revents & POLLHUP;
}

static bool core_keeps_its_memory(const struct supervisor *supervisor)
{
    char word;
    return recv(supervisor->peers_fd, &word, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && word == PEERS_KEEP;
}

/* The courier and the runner, both: one may wait for what the other was asked. */
static int replace_hands(struct supervisor *supervisor, pid_t *pids, struct err *err)
{
    pid_t started[ROLES] = {0};
    int pairs[PAIRS][2];
    if (pairs_open(pairs, err) < 0)
        return -1;
    end_at_once(pids, COURIER, DIALLER);
    int result = start_hands(supervisor, pairs, started, err);
    if (result == 0 && (hand_over(supervisor->peers_fd, PEER_COURIER, pairs[PAIR_COURIER][0]) < 0 ||
                        hand_over(supervisor->peers_fd, PEER_RUNNER, pairs[PAIR_RUNNER][0]) < 0))
        result = err_set(err, "core does not take their ends: %s", strerror(errno));
    if (result == 0) {
        keep_end(&supervisor->config_fd, pairs[PAIR_CONFIG][0]);
        memcpy(&pids[COURIER], &started[COURIER], 2 * sizeof *pids);
        log_event(LOG_WARNING, "process.restart", "all=false effect=%s",
                  log_quote("core goes on, for it cannot write down what it knows"));
    } else {
        end_at_once(started, COURIER, DIALLER);
    }
    pairs_close(pairs);
    return result;
}

/* The dialler knows nothing that the next one is not told, so it may end at any time. */
static int fleet_replace(void *context, pid_t *pids, struct err *err)
{
    struct supervisor *supervisor = context;
    bool hands = !pids[COURIER] || !pids[RUNNER];
    if (core_has_ended(supervisor) || (hands && !core_keeps_its_memory(supervisor)))
        return 1;
    if (!pids[DIALLER] && start_dialler(supervisor, &pids[DIALLER], err) < 0)
        return -1;
    return hands ? replace_hands(supervisor, pids, err) : 0;
}

/* core reads the file again by itself. The courier cannot: its sandbox ends at the files that were there when
 * it started, and an editor makes a new one. */
static void fleet_reload(void *context)
{
    struct supervisor *supervisor = context;
    if (!supervisor->options.config_file || supervisor->config_fd < 0)
        return;
    kept_renew(&supervisor->kept);
    if (supervisor->kept.awaited_fd >= 0)
        return; /* core says what it lacks; to the courier it would look good */
    int file = open(supervisor->options.config_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return; /* core says so */
    if (hand_over(supervisor->config_fd, 0, file) < 0)
        log_event(LOG_WARNING, "config.not_handed_over", "why=%s", log_quote(strerror(errno)));
    close(file);
}

static int fleet_reload_due_ms(void *context)
{
    return kept_due_ms(&((struct supervisor *)context)->kept);
}

static bool fleet_mend(void *context)
{
    struct supervisor *supervisor = context;
    if (!kept_go_back(&supervisor->kept))
        return false;
    log_event(LOG_ERROR, "config.kept", "effect=%s",
              log_quote("no start with the configuration as it is: trying the one from before"));
    return true;
}

/* ---- before anything runs ---- */

/* Somebody waits to be paged by this: better by what was in force than by nothing. A file that is not there
 * is somebody's mistake at the terminal. */
static struct config *read_config(struct role_options *options, struct arena *arena, bool *ret_stale)
{
    const char *file = options->config_file;
    struct config *config = site_read_config(file);
    *ret_stale = false;
    if (!file)
        file = CONFIG_DEFAULT_FILE;
    if (config || access(file, R_OK) < 0)
        return config;
    const char *data = options->data ? options->data : kept_data_of(arena, file);
    config = kept_read(data, file);
    if (!config)
        return NULL;
    *ret_stale = true;
    options->data = data;
    log_event(
        LOG_ERROR, "config.kept", "in_force=%s effect=%s",
        log_quote(arena_printf(arena, "%s/configuration.kept", data)),
        log_quote(arena_printf(arena,
                               "%s has errors, see above. People are paged by the configuration that was "
                               "last in force; NO COMMAND IS RUN until the file is mended. Prove it with "
                               "`crashcart config check -c %s`, then send SIGHUP or start again",
                               file, file)));
    return config;
}

static int data_folder_make(const char *path)
{
    struct stat st;
    if (mkdir(path, 0700) == 0 || (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return 0;
    fprintf(stderr,
            "%s: the data folder cannot be made: %s; choose another with --data DIR (`data:` in the "
            "configuration)\n",
            path, errno == EEXIST ? "there is a file of that name" : strerror(errno));
    return -1;
}

static void open_suspects(struct supervisor *supervisor, int role)
{
    struct err err;
    if (suspects_make(&supervisor->suspects_fds[role], &err) < 0) {
        supervisor->suspects_fds[role] = -1;
        log_event(LOG_WARNING, "suspects.none", "error=%s", log_quote(err.text));
    }
}

/* All or none. */
static bool open_pulses(struct supervisor *supervisor)
{
    struct err err;
    for (int role = 0; role < ROLES; role++)
        if (pulse_make(&supervisor->pulse_fds[role], &supervisor->beats[role], &err) < 0) {
            log_event(LOG_WARNING, "pulse.none", "error=%s", log_quote(err.text));
            memset(supervisor->pulse_fds, -1, sizeof supervisor->pulse_fds);
            return false;
        }
    return true;
}

int role_supervise(const struct role_options *options)
{
    scoped_arena struct arena *arena = arena_new();
    struct supervisor supervisor = {
        .options = *options, .config_fd = -1, .peers_fd = -1, .questions_fd = -1, .place_fd = -1};
    bool stale;
    log_setup("supervisor", LOG_INFO);
    struct config *config = read_config(&supervisor.options, arena, &stale);
    if (!config)
        return EXIT_CANNOT_OPEN;
    supervisor.options.config_file = config->file; /* the one in this folder, when none was named */
    if (!supervisor.options.listen)
        supervisor.options.listen = config->listen;
    if (!supervisor.options.data)
        supervisor.options.data = config->data;
    secret_owners_find(arena, config, &supervisor.secrets);
    struct err err;
    int exit_code = EXIT_CANNOT_OPEN;
    signal(SIGPIPE, SIG_IGN);
    if (descriptors_suffice(&err) < 0) {
        log_event(LOG_ERROR, "supervisor.cannot_start", "error=%s", log_quote(err.text));
    } else if (listen_open(supervisor.options.listen, &supervisor.options.listen_fd, &err) < 0) {
        log_event(LOG_ERROR, "listen.failed", "error=%s", log_quote(err.text));
    } else if (data_folder_make(supervisor.options.data) == 0 &&
               role_users_settle(config->user, config->runner.user, supervisor.options.data,
                                 &supervisor.users[CORE], &supervisor.users[RUNNER]) == 0) {
        supervisor.users[COURIER] = supervisor.users[DIALLER] = supervisor.users[CORE];
        supervisor.dials = config->store != NULL;
        if (kept_begin(&supervisor.kept, arena, config->file, options->runbooks, supervisor.options.data,
                       stale, &err) < 0)
            log_event(LOG_WARNING, "config.not_kept", "error=%s", log_quote(err.text));
        open_suspects(&supervisor, CORE);
        open_suspects(&supervisor, COURIER);
        struct fleet fleet = {.members = members,
                              .n_members = supervisor.dials ? ROLES : DIALLER,
                              .start = fleet_start,
                              .replace = fleet_replace,
                              .mend = fleet_mend,
                              .reload = fleet_reload,
                              .reload_due_ms = fleet_reload_due_ms,
                              .beats = open_pulses(&supervisor) ? supervisor.beats : NULL,
                              .look_ms = LOOK_MS,
                              .context = &supervisor};
        if (sandbox_enter(SANDBOX_SUPERVISOR, &err) < 0)
            log_event(LOG_WARNING, "supervisor.not_confined", "error=%s", log_quote(err.text));
        exit_code = fleet_run(&fleet);
        kept_end(&supervisor.kept);
        close(supervisor.options.listen_fd);
    }
    config_free(config);
    return exit_code;
}
