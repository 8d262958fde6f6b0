#include "held.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "simulation.h"

#define MOMENT (5 * SECOND) /* in which the engine must have followed */

enum { SILENCES = 24, ALERTS = 400 };

/* Empty texts fit all. */
struct hidden {
    char id[SILENCE_ID_BYTES];
    char service[24], alertname[24];
    bool is_active; /* at the last review */
};

struct firing {
    uint64_t fingerprint;
    int64_t incident;
    char service[24], alertname[24];
    enum hold hold;
};

struct state {
    enum hold hold;
    int64_t since_us;
    uint64_t seen; /* the review that saw it last */
};

struct held {
    struct hidden hidden[SILENCES];
    size_t n_hidden;
    struct firing firing[ALERTS];
    size_t n_firing;
    struct map *alerts, *incidents; /* fingerprint, number -> struct state */
    uint64_t n_reviews;
    int n_ids;
};

void held_start(struct sim *sim)
{
    sim->held = heap_alloc(sizeof *sim->held);
    *sim->held = (struct held){.alerts = map_new(), .incidents = map_new()};
}

static void free_states(struct map *map)
{
    size_t position = 0;
    for (void *state; (state = map_next(map, &position));)
        free(state);
    map_free(map);
}

void held_end(struct sim *sim)
{
    free_states(sim->held->alerts);
    free_states(sim->held->incidents);
    free(sim->held);
}

/* ---- the rules ---- */

static bool is_active(const struct sim *sim, const struct hidden *hidden)
{
    const struct silence *silence = model_silence(&sim->model, hidden->id);
    return silence && silence->state != SILENCE_EXPIRED &&
           (silence->state == SILENCE_ACTIVE || silence->starts_us <= sim->now_us) &&
           silence->ends_us > sim->now_us;
}

static bool is_silenced(const struct sim *sim, const struct firing *firing)
{
    for (size_t i = 0; i < sim->held->n_hidden; i++) {
        const struct hidden *hidden = &sim->held->hidden[i];
        if (hidden->is_active && (!*hidden->service || strcmp(hidden->service, firing->service) == 0) &&
            (!*hidden->alertname || strcmp(hidden->alertname, firing->alertname) == 0))
            return true;
    }
    return false;
}

static bool is_inhibited(const struct sim *sim, const struct firing *firing)
{
    if (strcmp(firing->alertname, "SlowReplies") != 0)
        return false;
    for (size_t i = 0; i < sim->held->n_firing; i++)
        if (strcmp(sim->held->firing[i].alertname, "ServiceDown") == 0 &&
            strcmp(sim->held->firing[i].service, firing->service) == 0)
            return true;
    return false;
}

/* Only as severe an incident explains it, and only a loud one: which is for the engine to say. */
static bool may_be_explained(const struct sim *sim, const struct firing *firing)
{
    if (strcmp(firing->service, "billing") != 0)
        return false;
    size_t position = 0;
    for (const struct incident *incident; (incident = map_next(sim->model.incidents, &position));)
        if (strcmp(incident->service, "checkout") == 0 && incident->state < INCIDENT_RESOLVED)
            return true;
    return false;
}

static enum hold hold_of(const struct sim *sim, const struct firing *firing)
{
    if (is_silenced(sim, firing) || is_inhibited(sim, firing))
        return HOLD_HELD;
    return may_be_explained(sim, firing) ? HOLD_MAYBE : HOLD_NONE;
}

/* ---- the review ---- */

static void note(struct sim *sim, struct map *states, uint64_t key, enum hold hold)
{
    struct state *state = map_get(states, &key, sizeof key);
    if (!state) {
        state = heap_alloc(sizeof *state);
        *state = (struct state){.hold = HOLD_MAYBE};
        map_put(states, &key, sizeof key, state);
    }
    bool gap = state->seen + 1 < sim->held->n_reviews;
    state->seen = sim->held->n_reviews;
    if (state->hold == hold && !gap)
        return;
    if (hold == HOLD_HELD && states == sim->held->alerts)
        sim_case(sim, CASE_HELD);
    if (hold == HOLD_NONE && state->hold == HOLD_HELD && !gap && states == sim->held->alerts)
        sim_case(sim, CASE_LET_GO);
    state->hold = hold;
    state->since_us = sim->now_us;
}

static void collect(void *context, const struct alert_view *view)
{
    struct sim *sim = context;
    struct held *held = sim->held;
    const struct alert *alert = &view->alert;
    must(held->n_firing < ALERTS);
    struct firing *firing = &held->firing[held->n_firing++];
    const char *service = label_value(alert->labels, alert->n_labels, "service");
    *firing = (struct firing){.fingerprint = view->fingerprint, .incident = view->apart ? 0 : view->incident};
    snprintf(firing->service, sizeof firing->service, "%s", service ? service : "");
    snprintf(firing->alertname, sizeof firing->alertname, "%s",
             label_value(alert->labels, alert->n_labels, "alertname"));
}

/* One that is loud makes the incident loud. */
static enum hold of_incident(const struct held *held, int64_t incident)
{
    enum hold all = HOLD_HELD;
    for (size_t i = 0; i < held->n_firing; i++) {
        enum hold hold = held->firing[i].incident == incident ? held->firing[i].hold : HOLD_HELD;
        if (hold == HOLD_NONE)
            return HOLD_NONE;
        if (hold == HOLD_MAYBE)
            all = HOLD_MAYBE;
    }
    return all;
}

void held_review(struct sim *sim)
{
    struct held *held = sim->held;
    held->n_reviews++;
    held->n_firing = 0;
    engine_each_alert(sim->engine, sim->now_us, collect, sim);
    for (size_t i = 0; i < held->n_hidden; i++)
        held->hidden[i].is_active = is_active(sim, &held->hidden[i]);
    for (size_t i = 0; i < held->n_firing; i++)
        held->firing[i].hold = hold_of(sim, &held->firing[i]);
    for (size_t i = 0; i < held->n_firing; i++) {
        const struct firing *firing = &held->firing[i];
        note(sim, held->alerts, firing->fingerprint, firing->hold);
        if (firing->incident)
            note(sim, held->incidents, (uint64_t)firing->incident, of_incident(held, firing->incident));
    }
}

static void shift_states(struct map *states, int64_t by_us)
{
    size_t position = 0;
    for (struct state *state; (state = map_next(states, &position));)
        state->since_us += by_us;
}

void held_shift(struct sim *sim, int64_t by_us)
{
    shift_states(sim->held->alerts, by_us);
    shift_states(sim->held->incidents, by_us);
}

static void wait_longer(struct map *states, int64_t now_us, int64_t down_us)
{
    size_t position = 0;
    for (struct state *state; (state = map_next(states, &position));)
        if (state->since_us + MOMENT >= now_us)
            state->since_us += down_us;
}

void held_down(struct sim *sim, int64_t down_us)
{
    wait_longer(sim->held->alerts, sim->now_us, down_us);
    wait_longer(sim->held->incidents, sim->now_us, down_us);
}

static enum hold settled(const struct sim *sim, const struct state *state)
{
    if (!state || state->seen != sim->held->n_reviews)
        return HOLD_NONE; /* it does not fire: nothing is there to be held */
    return state->since_us + MOMENT < sim->now_us ? state->hold : HOLD_MAYBE;
}

enum hold held_incident(struct sim *sim, int64_t incident, int64_t *ret_since_us)
{
    uint64_t key = (uint64_t)incident;
    const struct state *state = map_get(sim->held->incidents, &key, sizeof key);
    *ret_since_us = state ? state->since_us : 0;
    return settled(sim, state);
}

const char *held_wrongly_apart(struct sim *sim, const struct alert_view *view)
{
    const struct state *state = map_get(sim->held->alerts, &view->fingerprint, sizeof view->fingerprint);
    return settled(sim, state) == HOLD_NONE ? "nothing holds it back" : NULL;
}

/* ---- who makes silences ---- */

static void expire_one(struct sim *sim)
{
    struct held *held = sim->held;
    if (!held->n_hidden)
        return;
    const struct hidden *hidden = &held->hidden[sim_between(sim, 0, (int64_t)held->n_hidden - 1)];
    sim_say(sim, "ben ends the silence of %s on %s", hidden->alertname, hidden->service);
    sim_input(sim, &(struct input){.kind = INPUT_SILENCE_EXPIRE, .actor = "person:ben", .text = hidden->id});
}

/* Of one that has ended, or a new one. */
static struct hidden *free_slot(struct sim *sim)
{
    struct held *held = sim->held;
    for (size_t i = 0; i < held->n_hidden; i++) {
        const struct silence *silence = model_silence(&sim->model, held->hidden[i].id);
        if (!silence || silence->state == SILENCE_EXPIRED)
            return &held->hidden[i];
    }
    return held->n_hidden < SILENCES ? &held->hidden[held->n_hidden++] : NULL;
}

void silence_is_made(struct sim *sim, const struct happening *happening)
{
    static const char *const services[] = {"checkout", "search", "mailer", "billing", ""};
    static const char *const names[] = {"ServiceDown", "DiskFull", "QueueStuck", "WrongDoseRecommended", ""};
    (void)happening;
    sim_plan(sim, (struct happening){.kind = HAPPEN_SILENCE,
                                     .at_us = sim->now_us + sim_between(sim, 10 * MINUTE, 10 * HOUR)});
    struct held *held = sim->held;
    if (sim_chance(sim, 30)) {
        expire_one(sim);
        return;
    }
    struct hidden hidden;
    snprintf(hidden.id, sizeof hidden.id, "00000000-0000-0000-0000-%012d", ++held->n_ids);
    snprintf(hidden.service, sizeof hidden.service, "%s", services[sim_between(sim, 0, 4)]);
    snprintf(hidden.alertname, sizeof hidden.alertname, "%s",
             names[sim_between(sim, 0, *hidden.service ? 4 : 3)]);
    char matchers[120];
    snprintf(matchers, sizeof matchers, "{%s%s%s%s%s%s%s}", *hidden.service ? "service=\"" : "",
             hidden.service, *hidden.service ? "\"" : "", *hidden.service && *hidden.alertname ? "," : "",
             *hidden.alertname ? "alertname=\"" : "", hidden.alertname, *hidden.alertname ? "\"" : "");
    int64_t starts_us = sim->now_us + (sim_chance(sim, 30) ? sim_between(sim, SECOND, HOUR) : 0);
    struct silence silence = {.id = "",
                              .matchers = matchers,
                              .created_by = "ben",
                              .comment = "a planned change",
                              .starts_us = starts_us,
                              .ends_us = starts_us + sim_between(sim, 5 * MINUTE, 6 * HOUR)};
    struct hidden *slot = free_slot(sim);
    if (!slot)
        return;
    sim_say(sim, "ben silences %s", matchers);
    *slot = hidden;
    bool answered = sim_input(
        sim, &(struct input){
                 .kind = INPUT_SILENCE, .actor = "person:ben", .silence = &silence, .text = hidden.id});
    if (answered && !model_silence(&sim->model, hidden.id))
        sim_fail(sim, "a silence was answered, and is not there");
}

void check_silence(struct sim *sim, const struct decision *decision)
{
    const struct silence *before = model_silence(&sim->model, decision->silence.id);
    if (decision->kind == DECISION_SILENCE_FORGET &&
        (!before || before->ends_us + SILENCE_KEPT_S * SECOND > sim->now_us))
        sim_fail(sim, "a silence is forgotten too early");
    if (decision->kind == DECISION_SILENCE && before && before->state == SILENCE_EXPIRED)
        sim_fail(sim, "a silence that had ended comes back");
}
