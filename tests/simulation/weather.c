/* What happens to the machine: its clock is stepped, its disk is full for a while. */
#include "simulation.h"

/* What the world remembers of when something happened. */
static void shift_times(struct map *times, int64_t by_us)
{
    size_t position = 0;
    for (int64_t *at_us; (at_us = map_next(times, &position));)
        *at_us += by_us;
}

/* What is on the record keeps its time, and whoever was reached after it was opened still was. */
static void shift_reach(struct sim *sim, int64_t by_us)
{
    shift_times(sim->reach, by_us);
    size_t position = 0;
    for (const struct incident *incident; (incident = map_next(sim->model.incidents, &position));) {
        int64_t *at_us = map_get(sim->reach, &incident->number, sizeof incident->number);
        int64_t since_us = incident->reopened_us ? incident->reopened_us : incident->opened_us;
        if (at_us && *at_us < since_us && *at_us - by_us >= since_us)
            *at_us = since_us;
    }
}

static void shift_world(struct sim *sim, int64_t by_us)
{
    shift_reach(sim, by_us);
    shift_times(sim->shown, by_us);
    shift_times(sim->silent, by_us);
    held_shift(sim, by_us);
    flaps_shift(sim, by_us);
    sim->now_us += by_us;
    for (size_t i = 0; i < sim->n_happenings; i++)
        sim->happenings[i].at_us += by_us;
    for (size_t i = 0; i < TROUBLES; i++) {
        sim->troubles[i].started_us += by_us;
        sim->troubles[i].until_us += by_us;
    }
}

/* Forward while the program runs: whatever is due by the new time comes at once. Back while it runs, or does
 * not. */
void clock_is_stepped(struct sim *sim, const struct happening *happening)
{
    (void)happening;
    sim_plan(sim, (struct happening){.kind = HAPPEN_CLOCK,
                                     .at_us = sim->now_us + sim_between(sim, DAY, 12 * DAY)});
    int64_t by_us = sim_between(sim, MINUTE, 5 * HOUR);
    if (sim_chance(sim, 50)) {
        sim_say(sim, "-- the clock is set forward by %lld s", (long long)(by_us / SECOND));
        sim_case(sim, CASE_CLOCK_FORWARD);
        shift_world(sim, by_us);
        sim->process_us = sim->now_us;
        return;
    }
    sim_say(sim, "-- the clock is set back by %lld s", (long long)(by_us / SECOND));
    if (sim->now_us > sim->ahead_us)
        sim->ahead_us = sim->now_us;
    sim_case(sim, CASE_CLOCK_BACK);
    shift_world(sim, -by_us);
    waves_shift(sim, -by_us);
    uint64_t process = sim->process;
    for (int kind = 0; kind < JOBS; kind++)
        if (sim->jobs[kind].heard_us)
            sim->jobs[kind].heard_us -= by_us;
    if (sim_chance(sim, 50))
        sim_crash(sim, sim_between(sim, SECOND, MINUTE));
    else if (sim_input(sim, &(struct input){.kind = INPUT_CLOCK_BACK, .actor = "system", .back_us = by_us}))
        sim_compact(sim);
    if (process == sim->process) {
        sim->process_us -= by_us;
        sim->step_lost |= sim->behind;
    } else {
        jobs_forget(sim);
    }
}

void disk_is_full(struct sim *sim, const struct happening *happening)
{
    sim_plan(sim, (struct happening){.kind = HAPPEN_DISK,
                                     .subject = !happening->subject,
                                     .at_us = sim->now_us + (happening->subject
                                                                 ? sim_between(sim, MINUTE, 2 * HOUR)
                                                                 : sim_between(sim, 6 * HOUR, 4 * DAY))});
    if (!sim->disk)
        return;
    sim->full = happening->subject;
    sim_say(sim, "-- the disk %s", sim->full ? "is full" : "has room again");
    disk_fill(sim->disk, sim->full);
    if (!sim->full && sim->behind)
        sim_crash(sim, SECOND);
}
