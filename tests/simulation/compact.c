/* The inbox is written anew while the world goes on, in steps as the program does it (role/core_compact.c):
 * between two of them messages come, watchdogs fall silent, and the program may end. Its steps are minutes
 * apart, for what needs the luck of a millisecond in life must happen often here. */
#include "simulation.h"

enum { STEP_ALERTS = 12 };

static void begin(struct sim *sim)
{
    sim->walk = (struct walk){.number = sim->walk.number + 1,
                              .before = UINT32_MAX,
                              .n_rows = sim->model.n_inbox,
                              .last_id = sim->disk ? disk_last_row(sim->disk) : 0};
}

/* The last step forgets what came before the first, but while an incident is under legal hold. False: it was
 * the last, or there is no room for it. */
static bool go_on(struct sim *sim, uint32_t n)
{
    struct walk *walk = &sim->walk;
    if (sim->full || sim->behind)
        return false;
    struct row row = row_of_standing(sim->engine, &walk->before, n, sim->now_us);
    bool last = walk->before == 0, forgets = last && !engine_is_on_hold(sim->engine);
    if (last && !forgets)
        sim_case(sim, CASE_LEGAL_HOLD);
    if (sim->disk)
        disk_compact(sim->disk, &row, forgets ? walk->last_id : 0, sim->now_us);
    model_keep_row(&sim->model, row);
    if (forgets)
        model_forget_rows(&sim->model, walk->n_rows, sim->now_us);
    return !last;
}

void sim_compact(struct sim *sim)
{
    begin(sim);
    while (go_on(sim, UINT32_MAX))
        ;
}

static void plan_step(struct sim *sim)
{
    sim_plan(sim, (struct happening){.kind = HAPPEN_COMPACT,
                                     .subject = sim->walk.number,
                                     .process = sim->process,
                                     .at_us = sim->now_us + sim_between(sim, 0, 4 * MINUTE)});
}

/* subject: the walk that goes on, 0: another begins. */
void compact_happens(struct sim *sim, const struct happening *happening)
{
    uint32_t n = (uint32_t)sim_between(sim, 1, STEP_ALERTS);
    if (happening->subject == 0) {
        sim_plan(sim, (struct happening){.kind = HAPPEN_COMPACT, .at_us = sim->now_us + 6 * HOUR});
        begin(sim);
    }
    bool superseded = happening->subject != 0 && happening->subject != sim->walk.number;
    if (!superseded && go_on(sim, n))
        plan_step(sim);
}
