/* People: whoever was paged may acknowledge, note, approve a step, resolve, or do nothing at all. They leave,
 * too, and others have their work. */
#include <stdlib.h>

#include "simulation.h"
#include "team.h"

/* Less than the day for which an incident is given back after a restart, by more than a clock is set back:
 * the model may know it longer than the ledger gives it. */
#define SPOKEN_OF (18 * HOUR)

static const char *const people[] = {"person:ana", "person:ben", "person:eve"};

static void approve_something(struct sim *sim, int64_t incident, const char *actor)
{
    static const int lines[] = {27, 28, 35, 41, 47, 48, 48};
    int line = lines[sim_between(sim, 0, 6)];
    bool force = sim_chance(sim, 8);
    struct input input = {.kind = sim_chance(sim, 85) ? INPUT_APPROVE : INPUT_DENY,
                          .run = incident,
                          .step = line,
                          .actor = actor,
                          .force = force,
                          .text = force ? "break-glass" : NULL};
    for (int64_t n = sim_chance(sim, 40) ? 2 : 1; n > 0; n--) { /* a tired person presses again */
        sim_say(sim, "%s approves %lld:%d", actor, (long long)incident, line);
        sim_input(sim, &input);
    }
    if (sim_chance(sim, 60)) { /* and somebody else agrees */
        input.actor = people[sim_between(sim, 0, 2)];
        sim_say(sim, "%s approves it, too", input.actor);
        sim_input(sim, &input);
    }
}

/* Any verb on any step, fitting or not. What is started again after it ended is wanted once more. */
static void handle_step(struct sim *sim, int64_t incident, const char *actor)
{
    static const int lines[] = {27, 28, 29, 35, 41, 47, 48};
    static const enum step_verb verbs[] = {VERB_START, VERB_START, VERB_DONE, VERB_SKIP, VERB_STOP};
    int line = lines[sim_between(sim, 0, 6)];
    enum step_verb verb = verbs[sim_between(sim, 0, 4)];
    const struct run_step *step = model_step(&sim->model, incident, line);
    sim_say(sim, "%s %s %lld:%d", actor, step_verb_name(verb), (long long)incident, line);
    const struct incident *of = model_incident(&sim->model, incident);
    if (step && verb == VERB_START && step_verb_fits(verb, step, of && of->state < INCIDENT_RESOLVED))
        person_wants_again(sim, incident, line);
    sim_input(sim, &(struct input){.kind = INPUT_STEP_VERB,
                                   .run = incident,
                                   .step = line,
                                   .actor = actor,
                                   .verb = verb,
                                   .text = sim_chance(sim, 90) ? "what the ward says" : NULL});
}

static void come_back(struct sim *sim, int64_t incident)
{
    sim_plan(sim, (struct happening){.kind = HAPPEN_PERSON,
                                     .subject = incident,
                                     .at_us = sim->now_us + sim_between(sim, MINUTE, HOUR)});
}

/* Any state, legal or not: the engine refuses what is not. */
static void choose_state(struct sim *sim, int64_t incident, const char *actor)
{
    static const char *const states[] = {"investigating", "identified", "monitoring", "closed", "triggered"};
    const char *state = states[sim_between(sim, 0, 4)];
    sim_say(sim, "%s moves %lld to %s", actor, (long long)incident, state);
    map_put(sim->by_hand, &incident, sizeof incident, sim);
    sim_input(sim, &(struct input){.kind = INPUT_STATE, .incident = incident, .actor = actor, .word = state});
}

static void choose_severity(struct sim *sim, int64_t incident, const char *actor)
{
    static const char *const levels[] = {"SEV-1", "SEV-2", "SEV-3", "SEV-9"};
    const char *level = levels[sim_between(sim, 0, 3)];
    sim_say(sim, "%s calls %lld %s", actor, (long long)incident, level);
    sim_input(sim, &(struct input){.kind = INPUT_SEVERITY,
                                   .incident = incident,
                                   .actor = actor,
                                   .word = level,
                                   .text = "it looks like that"});
}

static void tick(struct sim *sim, int64_t incident, const char *actor)
{
    for (int item = 1; item <= 2; item++) {
        bool done = sim_chance(sim, 80);
        sim_say(sim, "%s %s item %d of %lld", actor, done ? "ticks" : "clears", item, (long long)incident);
        sim_input(sim,
                  &(struct input){
                      .kind = INPUT_CHECK, .incident = incident, .actor = actor, .item = item, .flag = done});
    }
}

static void judge_safety(struct sim *sim, int64_t incident, const char *actor)
{
    bool harm = sim_chance(sim, 60);
    sim_say(sim, "%s says that %lld %s patients", actor, (long long)incident, harm ? "harms" : "spares");
    sim_input(sim, &(struct input){.kind = INPUT_PATIENT_SAFETY,
                                   .incident = incident,
                                   .actor = actor,
                                   .flag = harm,
                                   .text = "what the ward says"});
}

static void hand_over(struct sim *sim, int64_t incident, const char *actor)
{
    static const char *const names[] = {"ana", "ben", "eve", NULL};
    static const char *const roles[] = {"commander", "expert", "team lead", "communications lead", "juggler"};
    const char *person = names[sim_between(sim, 0, 3)], *role = roles[sim_between(sim, 0, 4)];
    sim_say(sim, "%s makes %s %s of %lld", actor, person ? person : "nobody", role, (long long)incident);
    sim_input(
        sim, &(struct input){
                 .kind = INPUT_ASSIGN, .incident = incident, .actor = actor, .word = role, .person = person});
}

static void tell(struct sim *sim, int64_t incident, const char *actor)
{
    static const char *const audiences[] = {"stakeholders", "stakeholder", "", "the moon"};
    const char *audience = audiences[sim_between(sim, 0, 3)];
    sim_say(sim, "%s updates \"%s\" of %lld", actor, audience, (long long)incident);
    sim_input(sim, &(struct input){.kind = INPUT_UPDATE,
                                   .incident = incident,
                                   .actor = actor,
                                   .word = audience,
                                   .text = "we are looking at it"});
}

/* Any clock, also one that is not ticked off, or is none. */
static void finish_clock(struct sim *sim, int64_t incident, const char *actor)
{
    int number = (int)sim_between(sim, 1, 6);
    sim_say(sim, "%s says clock %d of %lld is done", actor, number, (long long)incident);
    sim_input(
        sim, &(struct input){.kind = INPUT_CLOCK_DONE, .incident = incident, .actor = actor, .item = number});
}

static void acknowledge(struct sim *sim, int64_t incident, const char *actor)
{
    sim_say(sim, "%s acknowledges %lld", actor, (long long)incident);
    sim->count.acknowledged +=
        sim_input(sim, &(struct input){.kind = INPUT_ACKNOWLEDGE, .incident = incident, .actor = actor});
}

static void mute(struct sim *sim, int64_t incident, const char *actor)
{
    sim_say(sim, "%s mutes %lld", actor, (long long)incident);
    sim_input(sim, &(struct input){.kind = INPUT_MUTE,
                                   .incident = incident,
                                   .actor = actor,
                                   .text = "known",
                                   .for_s = sim_between(sim, 60, 4 * 3600)});
}

static void unmute(struct sim *sim, int64_t incident, const char *actor)
{
    sim_say(sim, "%s ends the mute of %lld", actor, (long long)incident);
    sim_input(sim, &(struct input){.kind = INPUT_UNMUTE, .incident = incident, .actor = actor});
}

static void note(struct sim *sim, int64_t incident, const char *actor)
{
    sim_say(sim, "%s notes on %lld", actor, (long long)incident);
    sim_input(sim, &(struct input){
                       .kind = INPUT_NOTE, .incident = incident, .actor = actor, .text = "looking at it"});
}

static void resolve(struct sim *sim, int64_t incident, const char *actor)
{
    bool force = sim_chance(sim, 10);
    sim_say(sim, "%s resolves %lld%s", actor, (long long)incident, force ? " by force" : "");
    sim->count.forced += force;
    bool unverified = !force && model_open_checks(&sim->model, incident) > 0;
    bool taken = sim_input(
        sim,
        &(struct input){
            .kind = INPUT_RESOLVE, .incident = incident, .actor = actor, .force = force, .text = "done"});
    const struct incident *after = model_incident(&sim->model, incident);
    if (taken && unverified && after && after->state < INCIDENT_RESOLVED)
        sim_case(sim, CASE_UNVERIFIED);
}

static void find_out(struct sim *sim, int64_t incident, const char *actor)
{
    static const char *const topics[] = {"cause", "patient data", "cause", ""};
    const char *topic = topics[sim_between(sim, 0, 3)];
    sim_say(sim, "%s finds out about \"%s\" of %lld", actor, topic, (long long)incident);
    sim_input(sim, &(struct input){.kind = INPUT_FINDING,
                                   .incident = incident,
                                   .actor = actor,
                                   .word = topic,
                                   .text = "the disk of the queue",
                                   .flag = sim_chance(sim, 75)});
}

/* A new item, or any change of one that may not be there. */
static void see_to(struct sim *sim, int64_t incident, const char *actor)
{
    static const char *const owners[] = {"ana", "ben", "eve", "", "nobody"};
    static const char *const states[] = {NULL, "done", "dropped", "open", "lost"};
    static const char *const days[] = {NULL, NULL, "2026-03-10", "2026-11-10", "someday"};
    bool is_new = sim_chance(sim, 40);
    struct action_change change = {.what = is_new ? "Watch the queue" : NULL,
                                   .owner = owners[sim_between(sim, 0, 4)],
                                   .state = is_new ? NULL : states[sim_between(sim, 0, 4)],
                                   .due = days[sim_between(sim, 0, 4)]};
    int item = is_new ? 0 : (int)sim_between(sim, 1, 3);
    sim_say(sim, "%s sees to item %d of %lld", actor, item, (long long)incident);
    sim_input(
        sim,
        &(struct input){
            .kind = INPUT_ACTION, .incident = incident, .item = item, .actor = actor, .action = &change});
}

static void keep_evidence(struct sim *sim, int64_t incident, const char *actor)
{
    bool hold = sim_chance(sim, 40);
    sim_say(sim, "%s %s %lld", actor, hold ? "holds" : "releases", (long long)incident);
    sim_input(
        sim,
        &(struct input){
            .kind = INPUT_HOLD, .incident = incident, .actor = actor, .text = "counsel asks", .flag = hold});
    sim_input(sim, &(struct input){.kind = INPUT_EVIDENCE_READ, .incident = incident, .actor = actor});
}

static void prove(struct sim *sim, int64_t incident, const char *actor)
{
    static const char *const whose[] = {"ana", "ben", "eve", NULL};
    const char *person = whose[sim_between(sim, 0, 3)];
    (void)incident;
    sim_say(sim, "%s has the ways of %s tested", actor, person ? person : "everybody");
    sim_input(sim, &(struct input){.kind = INPUT_PROVE, .actor = actor, .person = person});
}

/* What people do, and how often of a hundred. Whoever neither resolves nor notes comes back. */
static const struct {
    int percent;
    void (*act)(struct sim *sim, int64_t incident, const char *actor);
    bool comes_back;
} acts[] = {
    {13, approve_something, true},
    {6, handle_step, true},
    {5, judge_safety, true},
    {7, note, false},
    {1, prove, true},
    {11, choose_state, true},
    {9, choose_severity, true},
    {8, tick, true},
    {8, hand_over, true},
    {12, resolve, false},
    {4, mute, true},
    {1, unmute, true},
    {6, tell, true},
    {3, finish_clock, true},
    {2, find_out, true},
    {3, see_to, true},
    {1, keep_evidence, true},
};

void person_reacts(struct sim *sim, const struct happening *happening)
{
    int64_t number = happening->subject;
    const struct incident *incident = model_incident(&sim->model, number);
    const char *actor = people[sim_between(sim, 0, 2)];
    if (!incident || (incident->resolved_us && incident->resolved_us + SPOKEN_OF < sim->now_us))
        return;
    if (incident->state == INCIDENT_TRIGGERED || sim_chance(sim, 20)) {
        acknowledge(sim, number, actor);
        come_back(sim, number);
        return;
    }
    int64_t lot = sim_between(sim, 0, 99);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        lot -= acts[i].percent;
        if (lot >= 0)
            continue;
        acts[i].act(sim, number, actor);
        if (acts[i].comes_back)
            come_back(sim, number);
        return;
    }
}

/* The configuration is read again while all goes on, and what was there before is gone. */
void team_changes(struct sim *sim, const struct happening *happening)
{
    (void)happening;
    sim_plan(sim, (struct happening){.kind = HAPPEN_TEAM,
                                     .at_us = sim->now_us + sim_between(sim, 6 * HOUR, 8 * DAY)});
    struct config *before = sim->config;
    struct library *library_before = sim->library;
    sim->eve_has_left = !sim->eve_has_left;
    sim_say(sim, "-- eve %s", sim->eve_has_left ? "has left, and dan has her work" : "is back");
    sim->config = team_config(sim->eve_has_left);
    sim->library = team_library();
    sim_case(sim, CASE_RELEARNED);
    engine_learn(sim->engine, sim->config, sim->library);
    sim->learned_us = sim->now_us;
    sim->learning = true;
    waves_unsure(sim);
    config_free(before);
    library_free(library_before);
}
