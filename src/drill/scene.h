/* What stands in the house while a drill runs: the ward with its hosts and stand-ins, what the system's setup
 * starts, the work tree, and a Crashcart server of its own with a responder whom it pages. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "drill/house.h"
#include "drill/plan.h"
#include "drill/talk.h"

struct drill_site {             /* found outside, used inside */
    const char *program, *ward; /* paths of the two programs */
    const char *runbooks;       /* folder */
    bool attended;              /* a person is asked before each act */
    bool shows;                 /* the page, the incident, the ledger too (drill/show.h) */
    bool tells;                 /* progress, on standard error */
};

struct scene {
    struct arena *arena;
    const struct drill_site *site;
    const struct drill_plan *plan;
    struct talk ward, server, second; /* second: the person who approves what wants two */
    const char *folder;               /* of the work tree */
};

#define SCENE_CONFIG HOUSE_FOLDER "/crashcart.yaml"
#define SCENE_DATA   HOUSE_FOLDER "/data"

/* The system runs, and nothing looks at it: no server. */
int scene_furnish(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
                  struct scene *ret_scene, struct err *err);
/* Everything runs and answers. -1: what does not; its log is in the err. */
int scene_open(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
               struct scene *ret_scene, struct err *err);

/* A shell command in the work tree, as steps would see it; its exit code, -1 when it did not start or end
 * within the time. Its output goes to the scene's log. */
int scene_shell(const struct scene *scene, const char *command, int time_s);
/* The ward's value of a formula, in the arena; NULL and why. */
const char *scene_value(const struct scene *scene, const char *formula, bool *ret_true, struct err *err);
/* Whether it is true now; a formula that makes no sense is not. */
bool scene_holds(const struct scene *scene, const char *formula);
/* Values that begin with "=" are formulas of the ward. */
int scene_set(const struct scene *scene, const struct drill_pairs *pairs, struct err *err);
/* The end of what all of them have printed; NULL when that is nothing. */
const char *scene_log(struct arena *arena);
/* On standard error, with the seconds since `since_us`, when the site tells. */
void scene_tell(const struct scene *scene, int64_t since_us, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
