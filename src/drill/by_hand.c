#include "drill/by_hand.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "loop/child.h"

enum { TRANSCRIPT_BYTES = 64 * 1024 * 1024, BREAK_S = 30, RECOVER_S = 10, POLL_US = 100000 };

static const char CONFIG[] = SCENE_CONFIG,
                  TRANSCRIPTS[] = HOUSE_FOLDER "/home/.local/state/crashcart/runs/*/transcript.md";

static int break_it(const struct scene *scene, struct err *err)
{
    const struct drill_plan *plan = scene->plan;
    if (plan->breaks && scene_shell(scene, plan->breaks, BREAK_S) != 0)
        return err_set(err, "the command of break: fails: %s", plan->breaks);
    return scene_set(scene, &plan->inject, err);
}

/* In the group of the caller, so that it has the terminal; keys that end what runs do not end the house. */
static int person_work(const struct scene *scene, const char *program, const char *const *arguments,
                       struct err *err)
{
    static const int fds[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    struct child_options options = {.path = program,
                                    .arguments = arguments,
                                    .environment = (const char *const *)environ,
                                    .folder = scene->folder,
                                    .fds = fds,
                                    .n_fds = 3,
                                    .cgroup_fd = -1};
    pid_t pid;
    int status;
    unsetenv("XDG_STATE_HOME");
    if (child_start(&options, &pid, err) < 0)
        return -1;
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, "%s: %s", program, strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What was done last takes a moment to have its effect. */
static bool is_well(const struct scene *scene)
{
    int64_t end_us = clock_monotonic_us(clock_system()) + RECOVER_S * US_PER_S;
    while (!scene_holds(scene, scene->plan->verify)) {
        if (clock_monotonic_us(clock_system()) > end_us)
            return false;
        usleep(POLL_US);
    }
    return true;
}

/* The house goes, and they are to stay. */
static void transcripts_take(struct arena *arena, struct buf *ret_transcript)
{
    glob_t found = {0};
    if (glob(TRANSCRIPTS, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            char *text;
            size_t n_bytes;
            if (file_read(arena, found.gl_pathv[i], TRANSCRIPT_BYTES, &text, &n_bytes, NULL) == 0)
                buf_add(ret_transcript, text, n_bytes);
        }
    globfree(&found);
}

int drill_by_hand(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
                  bool shell, bool plain, struct buf *ret_transcript, struct err *err)
{
    struct scene scene;
    int64_t begun_us = clock_wall_us(clock_system());
    const char *runbook = arena_printf(arena, "%s/%s#%s", site->runbooks, plan->runbook, plan->procedure);
    const char *const walk[] = {"crashcart", "run", runbook, "-c", CONFIG, plain ? "--plain" : NULL, NULL};
    const char *const bash[] = {"bash", "--norc", NULL};
    if (scene_furnish(arena, site, plan, &scene, err) < 0 || break_it(&scene, err) < 0)
        return -1;
    scene_tell(&scene, begun_us, "broken: %s", plan->about);
    int code = person_work(&scene, shell ? "/bin/bash" : site->program, shell ? bash : walk, err);
    if (code < 0)
        return -1;
    scene_tell(&scene, begun_us, "%s: %s", plan->system, is_well(&scene) ? "well" : "NOT well");
    transcripts_take(arena, ret_transcript);
    return code;
}
