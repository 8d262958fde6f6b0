/* Checks that are programs and programs that take pages, as they are started: what runs is read in the
 * configuration, by its name. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loop/keeper.h"
#include "loop/sandbox_child.h"
#include "runner/launcher_priv.h"
#include "runner/look_command.h"
#include "runner/shell.h"

enum { PROCESSES_MOST = 4096 };

static const char *const shell_words[] = {"bash", "-o", "pipefail", "/dev/fd/3", NULL};

struct program {
    const char *command;          /* for the shell; NULL: */
    const char *const *arguments; /* of our own program */
    const char *input;            /* on its standard input, or NULL */
    int64_t time_s;
    struct sandbox_child *sandbox; /* or NULL */
};

static int keep(struct launch *launch, const struct program *program, const int *fds, size_t n_fds,
                int *ret_control_fd, struct err *err)
{
    unsigned long long seconds = (unsigned long long)program->time_s + 1;
    const struct child_limit limits[] = {{RLIMIT_CORE, 0, 0},
                                         {RLIMIT_CPU, seconds, seconds},
                                         {RLIMIT_NPROC, PROCESSES_MOST, PROCESSES_MOST},
                                         {-1, 0, 0}};
    const struct child_options child = {.path = program->command ? SHELL_PATH : "/proc/self/exe",
                                        .arguments = program->command ? shell_words : program->arguments,
                                        .environment = launch->launcher->program_environment,
                                        .folder = "/",
                                        .fds = fds,
                                        .n_fds = n_fds,
                                        .death_signal = SIGKILL,
                                        .new_session = true,
                                        .cgroup_fd = -1,
                                        .limits = limits,
                                        .sandbox = program->sandbox,
                                        .oom_score = 800};
    if (program->sandbox)
        sandbox_child_renew(program->sandbox);
    return keeper_start(&child, &launch->keeper, ret_control_fd, err);
}

static void close_all(const int *fds, size_t n_fds)
{
    for (size_t i = 0; i < n_fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static const char *program_launch(struct launch *launch, struct arena *arena, const struct program *program,
                                  struct launched *ret_launched)
{
    int output[2], control_fd = -1, started = -1;
    struct err err;
    if (pipe2(output, O_CLOEXEC) < 0)
        return arena_printf(arena, "no pipe for the output: %s", strerror(errno));
    int kept[] = {program->input ? shell_input_fd(program->input) : -1,
                  program->command ? shell_command_fd(program->command) : -1, output[1]};
    int fds[] = {kept[0], output[1], output[1], kept[1]};
    if ((program->input && kept[0] < 0) || (program->command && kept[1] < 0))
        err_set(&err, "no memory for what it is given: %s", strerror(errno));
    else
        started = keep(launch, program, fds, sizeof fds / sizeof *fds, &control_fd, &err);
    close_all(kept, sizeof kept / sizeof *kept);
    if (started < 0) {
        close(output[0]);
        return arena_strdup(arena, err.text);
    }
    *ret_launched = (struct launched){.control_fd = control_fd,
                                      .output_fd = output[0],
                                      .confined = program->sandbox != NULL,
                                      .time_s = program->time_s,
                                      .is_drift = !program->command};
    return NULL;
}

static const struct config *config_of(const struct launcher *launcher, const char **ret_why)
{
    const struct launcher_site *site = &launcher->site;
    *ret_why = "this process knows no configuration";
    return site->config ? site->config(site->context, ret_why) : NULL;
}

static const struct config_check *check_find(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->checks.n; i++)
        if (strcmp(config->checks.at[i].id, id) == 0)
            return &config->checks.at[i];
    return NULL;
}

const char *launch_check(struct launch *launch, struct arena *arena, const char *id,
                         struct launched *ret_launched)
{
    const struct launcher *launcher = launch->launcher;
    const char *why;
    const struct config *config = config_of(launcher, &why);
    if (!config)
        return why;
    const struct config_check *check = check_find(config, id);
    if (!check)
        return "the runner knows no such check; its configuration is another one";
    struct look_command command;
    why = look_command_find(arena, check, &command);
    if (why)
        return why;
    bool confined = command.is_look && launcher->confines_looks;
    return program_launch(launch, arena,
                          &(struct program){.command = command.text,
                                            .arguments = command.arguments,
                                            .time_s = check->timeout_s,
                                            .sandbox = confined ? launcher->sandbox : NULL},
                          ret_launched);
}

const char *launch_page(struct launch *launch, struct arena *arena, const char *name, const char *page,
                        struct launched *ret_launched)
{
    const struct launcher *launcher = launch->launcher;
    const char *why;
    const struct config *config = config_of(launcher, &why);
    if (!config)
        return why;
    const struct config_program *program = config_program(config, name);
    if (!program) {
        ret_launched->is_unknown = true;
        return "the runner knows no such program; its configuration is another one";
    }
    return program_launch(launch, arena,
                          &(struct program){.command = program->run,
                                            .input = page,
                                            .time_s = program->timeout_s,
                                            .sandbox = program->confine ? launcher->sandbox : NULL},
                          ret_launched);
}
