/* The processes of `crashcart serve`. The supervisor opens the listening socket and the socket pairs, starts
 * the program again as core, courier and runner, and watches them; each of those opens what it needs, enters
 * its sandbox and works until it is told to stop. The runner starts one more, the launcher, before it gives
 * up the right to start anything; neither goes on without the other. */
#pragma once

#include "base/err.h"

enum {
    EXIT_CANNOT_OPEN = 3, /* something a person must mend: a configuration error, a folder in use, no space */
    EXIT_RESTART = 75     /* this process cannot go on; the supervisor starts all again */
};

/* Between the supervisor and core, over peers_fd. */
enum {
    PEERS_KEEP = 'k', /* from core: what I know is nowhere else; if one of the others ends, start them anew */
    PEER_COURIER = 'c', /* to core, each with an end */
    PEER_RUNNER = 'r'
};

struct role_options {
    const char *config_file; /* NULL: none */
    const char *runbooks;    /* NULL: what the configuration says */
    const char *data;        /* below, NULL only before role_supervise has settled them */
    const char *listen;
    int listen_fd;             /* core */
    int courier_fd, runner_fd; /* core: frames to these two */
    int peers_fd;              /* core: where those two come from anew; 0: they do not */
    int place_fd;              /* core, dialler: where the ledger is (role/dialler.h) */
    int dialler_fd;            /* core: to the dialler; 0: there is none */
    int started_fd;            /* core: closed once it listens, for the supervisor to see */
    int core_fd;               /* courier, runner: frames to core; dialler: its questions; launcher: calls of
                                  the runner */
    int config_fd;             /* courier: where the supervisor hands over a changed configuration file */
    int suspects_fd;           /* core, courier: what it is at (loop/suspect.h), for the next one to know */
    int pulse_fd;              /* core, courier, runner: where it shows that it lives (loop/pulse.h) */
    int first_config_fd;       /* the configuration in force, which the file may not be; 0: read the file */
    const char *config_stale;  /* "yes": core: the file has errors; runner: nothing is run by what was kept */
};

/* Each gives the exit code. role_supervise needs only the first four options; listen and data NULL: what the
 * configuration says. */
int role_supervise(const struct role_options *options);
int role_core(const struct role_options *options);
int role_courier(const struct role_options *options);
int role_runner(const struct role_options *options);
int role_launcher(const struct role_options *options); /* which the runner starts */
int role_dialler(const struct role_options *options);  /* where the ledger is on a server: role/dialler.h */

/* `crashcart role NAME OPTION...`, which only the supervisor calls: argv[0] is NAME. */
int role_main(int argc, char **argv);
