/* People: whoever was paged may acknowledge, note, approve a step, resolve, or do nothing at all. */
#include <stdlib.h>

#include "simulation.h"

static const char *const people[] = {"person:ana", "person:ben", "person:eve"};

static void approve_something(struct sim *sim, int64_t incident, const char *actor)
{
    static const int lines[] = {27, 28, 35, 41, 47, 48};
    int line = lines[sim_between(sim, 0, 5)];
    bool force = sim_chance(sim, 5);
    sim_say(sim, "%s approves %lld:%d", actor, (long long)incident, line);
    sim_input(sim, &(struct input){.kind = sim_chance(sim, 85) ? INPUT_APPROVE : INPUT_DENY,
                                   .run = incident,
                                   .step = line,
                                   .actor = actor,
                                   .force = force,
                                   .text = force ? "break-glass" : NULL});
}

static void come_back(struct sim *sim, int64_t incident)
{
    sim_plan(sim, (struct happening){.kind = HAPPEN_PERSON,
                                     .subject = incident,
                                     .at_us = sim->now_us + sim_between(sim, MINUTE, HOUR)});
}

void person_reacts(struct sim *sim, const struct happening *happening)
{
    int64_t number = happening->subject;
    const struct incident *incident = model_incident(&sim->model, number);
    const char *actor = people[sim_between(sim, 0, 2)];
    if (!incident)
        return;
    if (incident->state == INCIDENT_TRIGGERED || sim_chance(sim, 20)) {
        sim_say(sim, "%s acknowledges %lld", actor, (long long)number);
        sim->count.acknowledged +=
            sim_input(sim, &(struct input){.kind = INPUT_ACKNOWLEDGE, .incident = number, .actor = actor});
        come_back(sim, number);
    } else if (sim_chance(sim, 60)) {
        approve_something(sim, number, actor);
        come_back(sim, number);
    } else if (sim_chance(sim, 30)) {
        sim_say(sim, "%s notes on %lld", actor, (long long)number);
        sim_input(sim, &(struct input){
                           .kind = INPUT_NOTE, .incident = number, .actor = actor, .text = "looking at it"});
    } else {
        bool force = sim_chance(sim, 10);
        sim_say(sim, "%s resolves %lld%s", actor, (long long)number, force ? " by force" : "");
        sim->count.forced += force;
        sim_input(sim,
                  &(struct input){.kind = INPUT_RESOLVE, .incident = number, .actor = actor, .force = force});
    }
}
