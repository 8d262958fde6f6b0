/* A step as it is started: permitted, given its place, its folder, its cgroup and its keeper. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "loop/keeper.h"
#include "loop/sandbox_child.h"
#include "loop/terminal.h"
#include "runner/launcher_priv.h"
#include "runner/permit.h"
#include "runner/shell.h"

/* What is wanted of the command once the document that has it is forgotten. */
struct permitted {
    const char *text;
    enum risk_class class;
    bool wants_terminal, unconfined, writes_files, endless, changes_shell;
};

struct starting {
    struct launch *launch;
    struct arena *arena;
    const struct runner_order *order;
    struct permitted command;
    struct place place;
    bool confined;
    int control_fd;
};

/* A terminal is only to be had here: what leads elsewhere carries bytes. */
static bool has_terminal(const struct starting *start)
{
    return start->command.wants_terminal && !start->place.arguments;
}

/* What is approved and writes files beside looking has been read by somebody. */
static bool is_look(const struct starting *start)
{
    const struct permitted *command = &start->command;
    return command->class == RISK_READ && !command->unconfined && !start->place.arguments &&
           (!start->order->approved || !command->writes_files);
}

int launch_keep(struct launch *launch, const struct launch_program *program, int *ret_control_fd,
                struct err *err)
{
    const struct launcher *launcher = launch->launcher;
    unsigned long long memory =
        launcher->bounds.memory_bytes ? (unsigned long long)launcher->bounds.memory_bytes : ~0ull;
    const struct child_limit limits[] = {
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_FSIZE, 16ull << 30, 16ull << 30},
        /* Counts all processes of the user, and does not bind root: too coarse for one step, which its cgroup
         * bounds, and better than nothing where there is none. */
        {RLIMIT_NPROC, 4096, 4096},
        /* What is written to, and not what is merely reserved, as the run times of kubectl and others do. */
        {RLIMIT_DATA, memory, memory},
        {-1, 0, 0},
    };
    const struct child_options child = {.path = program->path,
                                        .arguments = program->arguments,
                                        .environment = launcher->environment,
                                        .folder = program->folder,
                                        .fds = program->fds,
                                        .n_fds = program->n_fds,
                                        .death_signal = SIGKILL,
                                        .new_session = true,
                                        .terminal = program->terminal,
                                        .cgroup_fd = launch->cgroup_fd,
                                        .limits = limits,
                                        .sandbox = program->confined ? launcher->sandbox : NULL,
                                        .oom_score = 500,
                                        .yields = program->yields};
    if (program->confined)
        sandbox_child_renew(launcher->sandbox);
    return keeper_start(&child, &launch->keeper, ret_control_fd, err);
}

static bool yields(const struct starting *start)
{
    return is_look(start) && !start->order->approved;
}

static int keeper_begin(struct starting *start, const int *fds, size_t n_fds, struct err *err)
{
    bool here = !start->place.arguments;
    const struct launch_program program = {
        .path = here ? SHELL_PATH : place_program(start->arena, start->place.arguments[0]),
        .arguments = here ? shell_arguments : start->place.arguments,
        .folder = start->launch->folder,
        .fds = fds,
        .n_fds = n_fds,
        .confined = start->confined,
        .terminal = has_terminal(start),
        .yields = yields(start)};
    if (!program.path)
        return err_set(err, "%s: not found", start->place.arguments[0]);
    return launch_keep(start->launch, &program, &start->control_fd, err);
}

static bool saves(const struct starting *start)
{
    return start->command.changes_shell || shell_state_has_functions(start->launch->folder);
}

/* A shell that waits knows nothing of a terminal, and of what a target sets. */
static bool begin_ahead(struct starting *start, int *ret_output_fd)
{
    struct ahead *ahead = start->launch->launcher->ahead;
    if (start->place.arguments || *start->place.pins || start->command.wants_terminal)
        return false;
    const struct ahead_order order = {.folder = start->launch->folder,
                                      .command = start->command.text,
                                      .saves = saves(start),
                                      .yields = yields(start)};
    ahead_want(ahead, start->confined);
    return ahead_take(ahead, start->launch, start->confined, &order, &start->control_fd, ret_output_fd);
}

static int begin_here(struct starting *start, int output_fd, struct err *err)
{
    bool pinned = *start->place.pins;
    const struct launcher *launcher = start->launch->launcher;
    bool keeps = saves(start);
    int prelude_fd = pinned ? shell_prelude_fd(start->place.pins, launcher->environment, keeps)
                            : launcher->prelude_fds[keeps];
    int command_fd = shell_command_fd(start->command.text);
    int fds[] = {-1, output_fd, output_fd, prelude_fd, command_fd};
    int begun = -1;
    if (prelude_fd < 0 || command_fd < 0)
        err_set(err, "no memory for the command: %s", strerror(errno));
    else
        begun = keeper_begin(start, fds, sizeof fds / sizeof *fds, err);
    if (command_fd >= 0)
        close(command_fd);
    if (pinned && prelude_fd >= 0)
        close(prelude_fd);
    return begun;
}

/* A folder of the run that no other installation uses, and that does not tell where ours lies. */
static const char *folder_there(const struct starting *start)
{
    char host[256] = "", hash[SHA256_HEX_BYTES];
    gethostname(host, sizeof host - 1);
    const char *names = arena_printf(start->arena, "%s\n%s", host, start->launch->folder);
    sha256_hex(names, strlen(names), hash);
    return arena_printf(start->arena, "%.16s", hash);
}

static int begin_there(struct starting *start, int output_fd, struct err *err)
{
    scoped_buf struct buf prelude = {0};
    int fds[] = {-1, output_fd, output_fd};
    shell_prelude_write(&prelude, start->place.pins, NULL, true);
    struct launch_feed feed = {.folder = folder_there(start),
                               .prelude = buf_text(&prelude),
                               .pins = start->place.pins,
                               .command = start->command.text,
                               .keeps = start->order->approved};
    if (launch_input_open(start->launch, &feed, &fds[0], err) < 0)
        return -1;
    int begun = keeper_begin(start, fds, sizeof fds / sizeof *fds, err);
    close(fds[0]);
    return begun;
}

/* A pipe, for most programs print whole lines only there; or the terminal that the command wants. */
static int output_open(const struct starting *start, int ret_fds[2], struct err *err)
{
    if (has_terminal(start))
        return terminal_open(ret_fds, err);
    return pipe2(ret_fds, O_CLOEXEC) < 0 ? err_set(err, "no pipe for the output: %s", strerror(errno)) : 0;
}

static int begin(struct starting *start, int *ret_output_fd, struct err *err)
{
    struct launch *launch = start->launch;
    struct launcher *launcher = launch->launcher;
    int output[2];
    if (shell_folder(launch->arena, launcher->work_dir, start->order->run, &launch->folder, err) < 0)
        return -1;
    start->confined = launcher->sandbox && launcher->confines_looks && is_look(start);
    if (begin_ahead(start, ret_output_fd))
        return 0;
    if (output_open(start, output, err) < 0)
        return -1;
    snprintf(launch->cgroup_name, sizeof launch->cgroup_name, "run-%lld-line-%d",
             (long long)start->order->run, start->order->line);
    if (launcher->cgroups)
        launch->cgroup_fd = cgroup_make(launcher->cgroups, launch->cgroup_name, &launcher->bounds);
    int begun =
        start->place.arguments ? begin_there(start, output[1], err) : begin_here(start, output[1], err);
    close(output[1]);
    if (begun < 0)
        close(output[0]);
    else
        *ret_output_fd = output[0];
    return begun;
}

/* A keeper is forked from this process and holds for as long as its step runs what is in memory then. The
 * document took a megabyte to read, so it goes first. NULL, or why not. */
static const char *permit(struct starting *start)
{
    struct arena *reading = arena_new();
    const char *why = NULL;
    const struct command *command =
        permit_command(reading, start->launch->launcher->runbook_dir, start->order, &why);
    if (command)
        start->command = (struct permitted){.text = arena_strdup(start->arena, command->text),
                                            .class = command->risk.class,
                                            .wants_terminal = command->risk.wants_terminal,
                                            .unconfined = command->risk.unconfined,
                                            .writes_files = command->risk.writes_files.n > 0,
                                            .endless = command->risk.endless,
                                            .changes_shell = shell_is_changed_by(&command->risk)};
    else
        why = arena_strdup(start->arena, why);
    arena_free(reading);
    malloc_trim(0);
    return command ? NULL : why;
}

const char *launch_step(struct launch *launch, struct arena *arena, const struct runner_order *order,
                        struct launched *ret_launched)
{
    const struct launcher *launcher = launch->launcher;
    const struct launcher_site *site = &launcher->site;
    struct starting start = {.launch = launch, .arena = arena, .order = order, .control_fd = -1};
    const char *why = NULL;
    struct err err;
    const struct config *config = site->config ? site->config(site->context, &why) : NULL;
    if (site->config && !config)
        return why;
    why = permit(&start);
    if (!why)
        why = place_find(arena, config, site->secrets, order, start.command.text, &start.place);
    if (why)
        return why;
    int output_fd;
    if (begin(&start, &output_fd, &err) < 0)
        return arena_strdup(arena, err.text);
    *ret_launched = (struct launched){.control_fd = start.control_fd,
                                      .output_fd = output_fd,
                                      .class = start.command.class,
                                      .endless = start.command.endless,
                                      .confined = start.confined,
                                      .place = start.place.arguments ? start.place.name : NULL};
    if (launch->input)
        snprintf(ret_launched->nonce, sizeof ret_launched->nonce, "%s", launch_input_nonce(launch));
    log_event(LOG_INFO, "step.run", "run=%lld line=%d attempt=%d class=%s confined=%s approved_by=%s",
              (long long)order->run, order->line, order->attempt, risk_name(start.command.class),
              start.confined ? "yes" : "no", order->approved ? log_quote(order->approved_by) : "-");
    return NULL;
}
