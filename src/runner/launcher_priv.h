/* What the files of the launcher share. */
#pragma once

#include "loop/cgroup.h"
#include "loop/child.h"
#include "runner/launcher.h"
#include "runner/place.h"

/* What has been started and not settled. */
struct launch {
    struct launch *next;
    struct launcher *launcher;
    struct arena *arena; /* of itself */
    int64_t id;
    pid_t keeper;
    const char *folder; /* of the run; NULL: it has none */
    char cgroup_name[64];
    int cgroup_fd;              /* or -1 */
    struct launch_input *input; /* elsewhere; else NULL */
};

struct ahead;

struct launcher {
    uv_loop_t *loop;
    struct arena *arena;
    const char *runbook_dir, *work_dir;
    struct cgroup_bounds bounds;
    struct launcher_site site;
    struct cgroups *cgroups; /* NULL: there are none to be had */
    const char *const *environment, *const *program_environment;
    struct sandbox_child *sandbox; /* or NULL */
    bool confines_looks;
    int prelude_fds[2]; /* for a command that leaves its shell as it is, and for one that may not */
    struct ahead *ahead;
    struct launch *launches;
    int64_t last_id;

    int call_fd;                   /* the launcher is at its other end; -1: it is here */
    struct json_document *answers; /* of that */
    bool is_lost;
};

/* ---- in launch_step.c and launch_program.c ---- */

/* NULL, or why not; then launch is empty but for its arena. Texts in arena. */
const char *launch_step(struct launch *launch, struct arena *arena, const struct runner_order *order,
                        struct launched *ret_launched);
const char *launch_check(struct launch *launch, struct arena *arena, const char *check,
                         struct launched *ret_launched);
const char *launch_page(struct launch *launch, struct arena *arena, const char *program, const char *page,
                        struct launched *ret_launched);

struct launch_program {
    const char *path;
    const char *const *arguments;
    const char *folder;
    const int *fds;
    size_t n_fds;
    bool confined, terminal, yields;
};
/* Its keeper, in the launch's cgroup. */
int launch_keep(struct launch *launch, const struct launch_program *program, int *ret_control_fd,
                struct err *err);

/* ---- in launch_ahead.c: shells that are started before their step is known ---- */

/* What they have in common is made when the first is wanted. */
struct ahead *ahead_new(struct launcher *launcher);
/* Ends those that wait. The loop must turn once more. NULL is allowed. */
void ahead_free(struct ahead *ahead);

struct ahead_order {
    const char *folder, *command; /* the folder: an absolute path, else it is not taken */
    bool saves, yields;
};
/* Hands it to a shell that waits: launch has its keeper and cgroup then. False: none does, and nothing has
 * been begun. */
bool ahead_take(struct ahead *ahead, struct launch *launch, bool confined, const struct ahead_order *order,
                int *ret_control_fd, int *ret_output_fd);
/* One like this has been asked for: another may follow. */
void ahead_want(struct ahead *ahead, bool confined);
/* What is wanted is started at once. */
void ahead_step_ended(struct ahead *ahead);
/* All that are wanted wait. */
bool ahead_is_ready(const struct ahead *ahead);

/* ---- in launch_input.c: what a shell elsewhere is fed ---- */

struct launch_feed { /* texts are copied */
    const char *folder, *prelude, *pins, *command;
    bool keeps;
};
/* Makes launch->input; its word follows at once. ret_fd: what the program reads. -1: no pipe. */
int launch_input_open(struct launch *launch, const struct launch_feed *feed, int *ret_fd, struct err *err);
const char *launch_input_nonce(const struct launch *launch);
void launch_input_feed(struct launch *launch);
void launch_input_close(struct launch *launch); /* without one: nothing */
/* Frees the launch, now or when the loop has let go of its input. */
void launch_free(struct launch *launch);

/* ---- in launcher_call.c: the launcher at the other end ---- */

const char *call_step(struct launcher *launcher, struct arena *arena, const struct runner_order *order,
                      struct launched *ret_launched);
const char *call_check(struct launcher *launcher, struct arena *arena, const char *check,
                       struct launched *ret_launched);
const char *call_page(struct launcher *launcher, struct arena *arena, const char *program, const char *page,
                      struct launched *ret_launched);
void call_input(struct launcher *launcher, const char *what, int64_t id); /* "feed", "hang_up" */
bool call_settle(struct launcher *launcher, int64_t id, bool program_ended);
