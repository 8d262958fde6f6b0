/* The shell that a step runs in: a folder a run, and the state of the shell carried from step to step, so
 * that the steps of a run behave as in one terminal: working directory, variables (exported, arrays,
 * readonly), functions. Not carried: shell options, traps, aliases, background jobs (they end with their
 * step).
 *
 * The command is never part of any other text. Its bytes go through a file descriptor into a variable, and
 * bash evaluates that; the shell's command line is the same constant for all steps, so that `pgrep -f NAME`
 * in a step does not find the step itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "runbook/risk.h"

#define SHELL_PATH       "/bin/bash"
#define SHELL_STATE_FILE ".shell-state" /* in the folder of the run */

/* Arguments and environment for SHELL_PATH, whose descriptors 3 and 4 are those below. */
extern const char *const shell_arguments[];
/* This process's environment without what a step must not see or be led by: our own variables, the service
 * manager's, and those that make bash read files; with_prelude: but for descriptor 3, which is the prelude.
 */
const char *const *shell_environment(struct arena *arena, bool with_prelude);

/* May the command leave a variable, a function or another folder behind? What is no program and what is more
 * than plain words counts as if it did. A function may have the name of a program. */
bool shell_is_changed_by(const struct risk *risk);
bool shell_state_has_functions(const char *folder);

/* What bash reads first. pins: text for a shell that sets what no step can change, or "". environment: what
 * the shell will be given; NULL where that is not known. saves: it writes down what the next step must know.
 */
void shell_prelude_write(struct buf *out, const char *pins, const char *const *environment, bool saves);
/* Of a shell that is started before its step is known. */
void shell_ahead_prelude_write(struct buf *out, const char *const *environment);
/* Descriptor 3: that text. Descriptor 4: the command. -1: no memory for it. */
int shell_prelude_fd(const char *pins, const char *const *environment, bool saves);
int shell_command_fd(const char *command);
/* A shell that is started before its step is known. Descriptor 3: the text that it reads first, and that it
 * is the same shell afterwards. Descriptor 4: a socket; a line comes when it may
 * go on. Descriptor 5: the order, empty at first; to put something into it works once. -1: no memory. */
int shell_ahead_prelude_fd(const char *const *environment);
int shell_order_fd(void);
int shell_order_put(int fd, const char *folder, const char *command, bool saves);
/* What a program reads on its standard input; it cannot change it. */
int shell_input_fd(const char *text);

/* The folder of the run below work_dir, made when it is missing (0700). */
int shell_folder(struct arena *arena, const char *work_dir, int64_t run, const char **ret_folder,
                 struct err *err);
/* The first step of the run begins in `start`, an absolute path; nothing changes when there was one. */
int shell_state_begin(const char *folder, const char *start, struct err *err);
/* After a step: the state that it left takes the place of the former one if it is whole. */
void shell_state_settle(const char *folder);
