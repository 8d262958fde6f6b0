#include "runner/launcher.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/sandbox_child.h"
#include "runner/launcher_priv.h"
#include "runner/shell.h"

static void preludes_close(const int fds[2])
{
    for (int saves = 0; saves < 2; saves++)
        if (fds[saves] >= 0)
            close(fds[saves]);
}

int launcher_new(uv_loop_t *loop, const char *runbook_dir, const char *work_dir,
                 const struct cgroup_bounds *bounds, struct launcher **ret_launcher, struct err *err)
{
    if (access(SHELL_PATH, X_OK) < 0)
        return err_set(err, SHELL_PATH ": %s; steps run in bash, install it", strerror(errno));
    if (mkdir(work_dir, 0700) < 0 && errno != EEXIST)
        return err_set(err, "%s: %s", work_dir, strerror(errno));
    struct arena *arena = arena_new();
    const char *const *environment = shell_environment(arena, true);
    int prelude_fds[2];
    for (int saves = 0; saves < 2; saves++)
        prelude_fds[saves] = shell_prelude_fd("", environment, saves);
    if (prelude_fds[0] < 0 || prelude_fds[1] < 0) {
        preludes_close(prelude_fds);
        arena_free(arena);
        return err_set(err, "no memory for the shell's prelude: %s", strerror(errno));
    }
    struct launcher *launcher = arena_alloc(arena, sizeof *launcher);
    *launcher = (struct launcher){.loop = loop,
                                  .arena = arena,
                                  .runbook_dir = arena_strdup(arena, runbook_dir),
                                  .work_dir = arena_strdup(arena, work_dir),
                                  .bounds = *bounds,
                                  .cgroups = cgroups_open("crashcart"),
                                  .environment = environment,
                                  .program_environment = shell_environment(arena, false),
                                  .prelude_fds = {prelude_fds[0], prelude_fds[1]},
                                  .call_fd = -1};
    if (!launcher->cgroups)
        log_event(LOG_INFO, "runner.no_cgroup", "steps are ended by their keepers alone");
    if (bounds->processes && !cgroups_count_processes(launcher->cgroups))
        log_event(
            LOG_WARNING, "runner.processes_not_limited", "why=%s",
            log_quote("no cgroup with the controller pids may be made here; the limit for the user stays"));
    launcher->ahead = ahead_new(launcher);
    *ret_launcher = launcher;
    return 0;
}

struct launcher *launcher_of(int fd)
{
    struct arena *arena = arena_new();
    struct launcher *launcher = arena_alloc(arena, sizeof *launcher);
    *launcher = (struct launcher){
        .arena = arena, .prelude_fds = {-1, -1}, .call_fd = fd, .answers = json_document_new()};
    return launcher;
}

void launcher_know_site(struct launcher *launcher, const struct launcher_site *site)
{
    launcher->site = *site;
}

void launcher_confine(struct launcher *launcher, struct sandbox_child *sandbox, bool looks)
{
    launcher->sandbox = sandbox;
    launcher->confines_looks = looks;
}

bool launcher_is_lost(const struct launcher *launcher)
{
    return launcher->is_lost;
}

/* ---- what has been started ---- */

static struct launch *launch_new(struct launcher *launcher)
{
    struct arena *arena = arena_new();
    struct launch *launch = arena_alloc(arena, sizeof *launch);
    *launch = (struct launch){.next = launcher->launches,
                              .launcher = launcher,
                              .arena = arena,
                              .id = ++launcher->last_id,
                              .cgroup_fd = -1};
    launcher->launches = launch;
    return launch;
}

static struct launch *launch_find(const struct launcher *launcher, int64_t id)
{
    struct launch *launch = launcher->launches;
    while (launch && launch->id != id)
        launch = launch->next;
    return launch;
}

static void cgroup_end(struct launch *launch)
{
    if (launch->cgroup_fd >= 0)
        cgroup_remove(launch->launcher->cgroups, launch->cgroup_name, launch->cgroup_fd);
    launch->cgroup_fd = -1;
}

static void launch_end(struct launch *launch)
{
    struct launch **at = &launch->launcher->launches;
    while (*at != launch)
        at = &(*at)->next;
    *at = launch->next;
    cgroup_end(launch);
    launch_free(launch);
}

/* Keeps it, or ends it when there is a reason why it was not started. */
static const char *launch_begun(struct launch *launch, const char *why, struct launched *launched)
{
    if (why)
        launch_end(launch);
    else
        launched->id = launch->id;
    return why;
}

const char *launcher_step(struct launcher *launcher, struct arena *arena, const struct runner_order *order,
                          struct launched *ret_launched)
{
    if (launcher->call_fd >= 0)
        return call_step(launcher, arena, order, ret_launched);
    struct launch *launch = launch_new(launcher);
    return launch_begun(launch, launch_step(launch, arena, order, ret_launched), ret_launched);
}

const char *launcher_check(struct launcher *launcher, struct arena *arena, const char *check,
                           struct launched *ret_launched)
{
    if (launcher->call_fd >= 0)
        return call_check(launcher, arena, check, ret_launched);
    struct launch *launch = launch_new(launcher);
    return launch_begun(launch, launch_check(launch, arena, check, ret_launched), ret_launched);
}

const char *launcher_page(struct launcher *launcher, struct arena *arena, const char *program,
                          const char *page, struct launched *ret_launched)
{
    *ret_launched = (struct launched){.control_fd = -1, .output_fd = -1};
    if (launcher->call_fd >= 0)
        return call_page(launcher, arena, program, page, ret_launched);
    struct launch *launch = launch_new(launcher);
    return launch_begun(launch, launch_page(launch, arena, program, page, ret_launched), ret_launched);
}

void launcher_feed(struct launcher *launcher, int64_t id)
{
    struct launch *launch = launcher->call_fd < 0 ? launch_find(launcher, id) : NULL;
    if (launcher->call_fd >= 0)
        call_input(launcher, "feed", id);
    else if (launch)
        launch_input_feed(launch);
}

void launcher_hang_up(struct launcher *launcher, int64_t id)
{
    struct launch *launch = launcher->call_fd < 0 ? launch_find(launcher, id) : NULL;
    if (launcher->call_fd >= 0)
        call_input(launcher, "hang_up", id);
    else if (launch)
        launch_input_close(launch);
}

bool launcher_settle(struct launcher *launcher, int64_t id, bool program_ended)
{
    if (launcher->call_fd >= 0)
        return call_settle(launcher, id, program_ended);
    struct launch *launch = launch_find(launcher, id);
    bool was_full = false;
    if (!launch)
        return false;
    while (waitpid(launch->keeper, NULL, 0) < 0 && errno == EINTR)
        ;
    if (launch->cgroup_fd >= 0) {
        if (!program_ended)
            cgroup_kill(launch->cgroup_fd);
        was_full = cgroup_was_full(launch->cgroup_fd);
    }
    if (launch->folder)
        shell_state_settle(launch->folder);
    if (launch->folder)
        ahead_step_ended(launcher->ahead);
    launch_end(launch);
    return was_full;
}

bool launcher_is_ahead(const struct launcher *launcher)
{
    return !launcher->ahead || ahead_is_ready(launcher->ahead);
}

void launcher_free(struct launcher *launcher)
{
    if (!launcher)
        return;
    while (launcher->launches)
        launch_end(launcher->launches);
    ahead_free(launcher->ahead);
    if (launcher->call_fd >= 0)
        close(launcher->call_fd);
    preludes_close(launcher->prelude_fds);
    if (launcher->answers)
        json_document_free(launcher->answers);
    sandbox_child_free(launcher->sandbox);
    cgroups_close(launcher->cgroups);
    arena_free(launcher->arena);
}
