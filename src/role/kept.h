/* The configuration in force, as the supervisor keeps it: a copy that the roles begin with, whatever has
 * become of the file since, and DATA/configuration.kept (mode 0600; secrets are references there as
 * everywhere) for a start with a file that has errors. Whoever could write to a copy could have commands run
 * elsewhere: the one in memory is sealed; the one on disk is only read when it belongs to the supervisor's
 * own user, and lets nobody run anything (docs/decisions/0017). Supervisor only. */
#pragma once

#include "config/config.h"

struct kept {
    const char *file;     /* the configuration; NULL: there is none, and nothing is kept */
    const char *path;     /* of the copy on disk */
    const char *runbooks; /* as --runbooks says, or NULL */
    int now_fd;           /* what the roles begin with; -1: with the defaults */
    int before_fd;        /* what was in force before it, or -1 */
    bool now_stale;       /* it came from the disk, for the file is not good: nothing is run by it */
    bool before_stale;
    bool refused;   /* the file is not what is in force, for it has errors */
    int awaited_fd; /* what was refused for nothing but a runbook that is not there; -1: nothing was */
    uint64_t
        seen; /* of the runbooks that it awaits, when they were looked for the last time; 0: not all there */
};

/* The folder of the data when the file that would name it has errors: what a line `data: FOLDER` of it says,
 * or the default. */
const char *kept_data_of(struct arena *arena, const char *file);
/* What DATA keeps, under the name of file. NULL: nothing that can be used. */
struct config *kept_read(const char *data, const char *file);

/* The file is as it was found good a moment ago; stale: it is not, and what DATA keeps is in force. */
int kept_begin(struct kept *kept, struct arena *arena, const char *file, const char *runbooks,
               const char *data, bool stale, struct err *err);
void kept_end(struct kept *kept);
/* What is in force goes to DATA. Once the roles have begun: people wait for them, and a disk may be busy. */
void kept_settle(const struct kept *kept);
/* The file has changed: from now on the roles begin with it, unless it has errors. */
void kept_renew(struct kept *kept);
/* What was refused for a runbook can come into force, for the runbook is there now: 0, kept_renew() is due.
 * Else the milliseconds until it may be asked again, or -1: nothing is awaited. A file that was edited since
 * is not what was asked for, and waits for whoever asks for it. */
int kept_due_ms(struct kept *kept);
/* A role cannot begin with what is in force: the one from before is. False: there is none. */
bool kept_go_back(struct kept *kept);
