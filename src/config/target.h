/* Where the commands of a service run, as whom and with what around them: on this host, over ssh, in a
 * container, in a pod. A value of the configuration.
 *
 * target_text() is its one written form. People read it, a step keeps it, an approval binds it, and the
 * runner compares it with that of its own configuration: two targets that differ in anything that could
 * matter have different texts. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/list.h"
#include "runbook/label.h"

struct config;
struct reading;

struct target {
    const char *ssh;        /* "deploy@host", "ssh://deploy@host:2222"; NULL: not by ssh */
    const char *ssh_config; /* file for `ssh -F`, or NULL: that of the user whom the runner runs as */
    const char *docker;     /* container, or NULL */
    struct {
        const char *context, *space, *pod, *container; /* pod NULL: not in a pod. space: the namespace */
        int line;
    } kubectl;
    const char *user;                /* on this host, or in the container; NULL: as it comes */
    const char *folder;              /* in which the first step of a run begins; NULL: one of the run's own */
    const char *kube_context;        /* the one that kubectl works in, wherever it runs; NULL: any */
    LIST(struct label) environment;  /* name, value */
    LIST(struct label) secrets;      /* name, where the value lies ("file:PATH") */
    bool frozen;                     /* nothing may be changed */
    int64_t changes_an_hour;         /* 0: any number */
    int64_t destructive_an_incident; /* 0: any number */
    int line;                        /* 0: none is configured */
};

/* Where commands of that runbook run for that service: the target of the service; for an alert of no known
 * service, that of the first service with this runbook. Never NULL: this host, when nothing is said.
 * ret_service: whose it is, "" for nobody's; for ever, as the configuration. */
const struct target *config_target(const struct config *config, const char *service, const char *file,
                                   const char **ret_service);

/* "" when the command runs on this host, and nothing is set. Limits are no part of it. */
const char *target_text(struct arena *arena, const struct target *target);
/* The place alone, "ssh deploy@host": what is locked, and in which changes are counted. "": this host. */
const char *target_place(struct arena *arena, const struct target *target);

/* Makes the hash of what is approved also that of where it runs. place: target_text(); "" changes nothing. */
void target_bind(const char *service, const char *text, char hash[SHA256_HEX_BYTES]);

/* Why the command cannot be meant for this target: it names a cluster of its own, and the target pins one.
 * NULL: nothing speaks against it. */
const char *target_contradicts(struct arena *arena, const char *kube_context, const char *command);

/* What a schema cannot say of it. */
void target_check(const struct reading *reading, const struct target *target);
