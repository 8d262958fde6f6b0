/* A keeper is a small process that stands between us and a program that must be ended completely.
 *
 * It is the subreaper of everything that the program starts, so whatever daemonises itself, leaves its
 * session or changes its name comes back to the keeper: when the keeper has no children, nothing is left.
 * That is the proof, with and without cgroups. When the owner ends, however it ends, its keepers see the
 * control socket close and end everything.
 *
 *     keeper_start() -> KEEPER_STARTED -> (keeper_term, keeper_kill) -> KEEPER_EXITED -> end of the socket */
#pragma once

#include <sys/types.h>

#include "loop/child.h"

enum keeper_kind {
    KEEPER_STARTED,  /* value: process id of the program */
    KEEPER_FAILED,   /* it could not be started: text */
    KEEPER_EXITED,   /* value: its status as of waitpid(2); what it started may still run */
    KEEPER_ENDED,    /* value: how many processes that it had left running were ended; nothing is left */
    KEEPER_RELEASED, /* value: how many were left to run on; text: the name of one */
    KEEPER_LEFT /* value: a process that even SIGKILL did not end within 5 s (another user's, or stuck) */
};

struct keeper_report { /* one message on the control socket (SOCK_SEQPACKET) */
    enum keeper_kind kind;
    int value;
    char text[200];
};

/* ret_control_fd is nonblocking; at its end the keeper is about to end too: reap ret_keeper. */
int keeper_start(const struct child_options *program, pid_t *ret_keeper, int *ret_control_fd,
                 struct err *err);

void keeper_term(int control_fd); /* SIGTERM to the program and all that it started */
void keeper_kill(int control_fd); /* SIGKILL to all of it until nothing is left; the keeper then ends */
/* When the program has ended: leaves what it started to run on, and the keeper ends. With `session`, only
 * what has left the program's session (a daemon); what has not is killed first. */
void keeper_release(int control_fd, bool session);
