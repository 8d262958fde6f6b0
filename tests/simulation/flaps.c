/* Flapping, told once more and apart from the engine: what flaps is not resolved by time before it has been
 * quiet for the calm time, and it does not flap for ever: when nothing has changed for as long, it is steady.
 */
#include "simulation.h"

#define CALM  (20 * MINUTE) /* as in team.c */
#define AFTER 4

/* What was seen of an incident that flaps. */
struct flap {
    int64_t changed_us;
    int64_t n_swings;
    enum incident_state state;
};

static struct flap *flap_of(struct sim *sim, const struct incident *incident)
{
    struct flap *flap = map_get(sim->flaps, &incident->number, sizeof incident->number);
    if (!flap) {
        flap = heap_alloc(sizeof *flap);
        *flap = (struct flap){.n_swings = -1};
        map_put(sim->flaps, &incident->number, sizeof incident->number, flap);
    }
    return flap;
}

void flaps_shift(struct sim *sim, int64_t by_us)
{
    size_t position = 0;
    for (struct flap *flap; (flap = map_next(sim->flaps, &position));)
        flap->changed_us += by_us;
}

void check_flap(struct sim *sim, const struct input *input, const struct incident *before,
                const struct incident *after)
{
    bool by_time = input && input->kind == INPUT_TIMER;
    if (!before->flapping_us && after->flapping_us && after->n_swings < AFTER)
        sim_fail(sim, "incident %lld flaps after %lld changes", (long long)after->number,
                 (long long)after->n_swings);
    if (by_time && before->flapping_us && before->state == INCIDENT_MONITORING &&
        after->state == INCIDENT_RESOLVED && before->monitoring_us + CALM > sim->now_us &&
        before->monitoring_us > sim->ahead_us)
        sim_fail(sim, "incident %lld flaps, and is resolved after %lld s of calm", (long long)after->number,
                 (long long)((sim->now_us - before->monitoring_us) / SECOND));
}

void check_flaps(struct sim *sim, const struct incident *incident)
{
    if (!incident->flapping_us)
        return;
    struct flap *flap = flap_of(sim, incident);
    if (flap->n_swings != incident->n_swings || flap->state != incident->state)
        *flap = (struct flap){sim->now_us, incident->n_swings, incident->state};
    int64_t since_us = flap->changed_us > sim->process_us ? flap->changed_us : sim->process_us;
    if (since_us + CALM + MINUTE < sim->now_us)
        sim_fail(sim, "incident %lld has not changed for %lld min, and flaps", (long long)incident->number,
                 (long long)((sim->now_us - since_us) / MINUTE));
}
