/* Where a step runs: the target of its service, as this process reads it in the configuration, becomes a
 * program to start. Here that is bash; elsewhere it is the team's own ssh, kubectl, docker or sudo, which
 * starts a shell there that takes the step from its input (runner/remote.h). */
#pragma once

#include "config/config.h"
#include "runner/runner.h"

struct place {
    const char *name;             /* "ssh deploy@web-1", for people; NULL: here */
    const char *const *arguments; /* of the program that leads there; [0] is searched in PATH */
    const char *pins;             /* text for a shell: variables and kube context of the target, or "" */
};

/* The values of all secrets that targets name, by their places; read when the runner starts, so that the
 * redactor knows them before there is any output. rules NULL: nothing is printed in this process. */
struct place_secrets;
struct place_secrets *place_secrets_read(const struct config *config, struct redact_rules *rules);
void place_secrets_free(struct place_secrets *secrets); /* NULL is allowed */

/* config NULL: everything is here. NULL, or why the order cannot be carried out there: the target is not that
 * of the order, the command contradicts it, a secret is missing. Texts in the arena. */
const char *place_find(struct arena *arena, const struct config *config, const struct place_secrets *secrets,
                       const struct runner_order *order, const char *command, struct place *ret_place);

/* The program of that name in PATH, or NULL. */
const char *place_program(struct arena *arena, const char *name);
