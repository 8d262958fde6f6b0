/* A quiet time: the ward of a system is well, and all checks of its drills look at it. What they raise is a
 * false alarm. */
#pragma once

#include "base/buf.h"
#include "drill/scene.h"

/* The checks of all drills of the system, each named DRILL-CHECK, in one plan that breaks nothing. false:
 * there is no such system. In the arena. */
bool drill_quiet_plan(struct arena *arena, const struct drill_plans *plans, const char *system,
                      struct drill_plan *ret_plan);

struct drill_alarm {
    const char *check, *summary; /* a check's first */
    int64_t after_us;            /* since the quiet time began */
};

struct drill_quiet {
    int64_t lasted_us;
    size_t n_checks;
    LIST(struct drill_alarm) alarms;
    struct strings blind; /* checks that never found anything out: they prove nothing */
    int64_t incidents;
};

/* Inside the house, for so long. -1: it did not begin. Texts in the arena. */
int drill_quiet(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
                int64_t time_us, struct drill_quiet *ret_quiet, struct err *err);
bool drill_quiet_passed(const struct drill_quiet *quiet);
void drill_quiet_json(struct buf *out, const struct drill_plan *plan, const struct drill_quiet *quiet);
void drill_quiet_text(struct buf *out, const struct drill_plan *plan, const struct drill_quiet *quiet);
