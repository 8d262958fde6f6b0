/* Waves: whom an incident pages, and when, while nothing happens to it but that time goes by. Told once more
 * from the configuration and from what the runbook of the team promises, apart from the engine: each step of
 * the chain in its turn and with its own people, none before its time, and no second round of a level that is
 * paged once.
 *
 * Whatever happens to an incident (somebody has it, its level changes, it is muted, held back, quiet, opened
 * again) begins a new stretch, in which only the pauses and the number of waves are known. */
#include <string.h>

#include "simulation.h"

enum { STEPS = 8, PEOPLE = 8 };

struct stretch {
    int64_t last_us; /* of the last wave */
    int n;           /* waves since it began */
    int step;        /* of the chain that comes next; -1: not known */
};

struct chain {
    struct {
        int64_t at_us;
        const struct strings *notify; /* NULL: the person */
        const char *person;
    } steps[STEPS];
    int n;
    int64_t pause_us; /* before the next round; 0: there is none */
};

/* ---- the policy ---- */

static const struct {
    const char *level;
    int64_t step_us, pause_us, team_lead_us;
} levels[] = {{"SEV-1", 10 * MINUTE, 15 * MINUTE, 10 * MINUTE}, {"SEV-2", HOUR, HOUR, 0}, {"SEV-3", 0, 0, 0}};

static int level_of(const struct incident *incident)
{
    for (int i = 0; *incident->runbook_file && i < 3; i++)
        if (strcmp(levels[i].level, incident->severity) == 0)
            return i;
    return -1;
}

static void add_step(struct chain *chain, int64_t at_us, const struct strings *notify, const char *person)
{
    int at = chain->n++;
    for (; at > 0 && chain->steps[at - 1].at_us > at_us; at--)
        chain->steps[at] = chain->steps[at - 1];
    chain->steps[at].at_us = at_us;
    chain->steps[at].notify = notify;
    chain->steps[at].person = person;
}

static void chain_of(const struct sim *sim, const struct incident *incident, int level, struct chain *chain)
{
    const struct service *service = config_service(sim->config, incident->service);
    *chain = (struct chain){.pause_us = levels[level].pause_us};
    /* A level without a time waits for ever between two steps, unless the configuration says how long. */
    int64_t wait_us = levels[level].step_us ? levels[level].step_us : 100000 * DAY, at_us = 0;
    size_t n = service ? service->escalation.n : sim->config->people.n;
    for (size_t i = 0; i < n; i++) {
        const struct escalation_step *step = service ? &service->escalation.at[i] : NULL;
        if (i > 0)
            at_us += step && step->after_s != UNSTATED ? step->after_s * SECOND : wait_us;
        add_step(chain, at_us, step ? &step->notify : NULL, step ? NULL : sim->config->people.at[i].id);
    }
    if (levels[level].team_lead_us)
        add_step(chain, levels[level].team_lead_us, NULL, "ben"); /* team.c */
}

static int64_t shortest_pause(const struct chain *chain)
{
    int64_t shortest_us = chain->pause_us ? chain->pause_us : INT64_MAX;
    for (int i = 1; i < chain->n; i++)
        if (chain->steps[i].at_us - chain->steps[i - 1].at_us < shortest_us)
            shortest_us = chain->steps[i].at_us - chain->steps[i - 1].at_us;
    return shortest_us;
}

/* Waves of one round at most: what lies behind a wait for ever does not come. */
static int longest_round(const struct chain *chain)
{
    int n = 1;
    while (n < chain->n && chain->steps[n].at_us - chain->steps[n - 1].at_us < 1000 * DAY)
        n++;
    return n;
}

static void people_of(struct arena *arena, struct sim *sim, const struct chain *chain, int step,
                      struct strings *people)
{
    const struct strings *notify = chain->steps[step].notify;
    *people = (struct strings){0};
    if (!notify)
        strings_add(arena, people, chain->steps[step].person);
    for (size_t i = 0; notify && i < notify->n; i++) {
        const char *colon = strchr(notify->at[i], ':');
        if (strncmp(notify->at[i], "person:", 7) == 0)
            strings_add(arena, people, colon + 1);
        else
            duty_people(arena, sim, config_schedule(sim->config, colon + 1), people);
    }
}

/* ---- what the engine does ---- */

static bool is_storm(const struct incident *incident)
{
    return strncmp(incident->trouble, "\nstorm\n", 7) == 0;
}

static bool is_wave(const struct sim *sim, const struct decision *d, int64_t incident)
{
    const struct delivery *delivery = &d->delivery;
    return d->kind == DECISION_DELIVERY && delivery->incident == incident && delivery->way == 0 &&
           !delivery->notice && !delivery->digest && delivery->update == 0 && !delivery_is_chat(delivery) &&
           !model_delivery(&sim->model, delivery->id);
}

/* NULL: anybody. */
static bool is_paged(const struct sim *sim, const struct decisions *decisions, int64_t incident,
                     const char *person)
{
    list_each (d, &decisions->list)
        if (is_wave(sim, d, incident) && (!person || strcmp(d->delivery.person, person) == 0))
            return true;
    return false;
}

/* An earlier page to her has not arrived yet, or a digest will tell it: no second one beside it. */
static bool is_on_its_way(const struct sim *sim, int64_t incident, const char *person)
{
    size_t position = 0;
    for (const struct delivery *delivery; (delivery = map_next(sim->model.deliveries, &position));)
        if (delivery->incident == incident && strcmp(delivery->person, person) == 0 &&
            (delivery->state == DELIVERY_DUE || delivery->state == DELIVERY_BUNDLED))
            return true;
    return false;
}

/* Something happened to it, and it waits in another way from now on. */
static bool is_moved(const struct incident *before, const struct incident *after)
{
    return before->n_reopened != after->n_reopened || before->acknowledged_us != after->acknowledged_us ||
           before->lease_lapses != after->lease_lapses || before->muted_until_us != after->muted_until_us ||
           before->storm != after->storm || before->patient_safety != after->patient_safety ||
           before->state != after->state || strcmp(before->severity, after->severity) != 0 ||
           strcmp(before->service, after->service) != 0;
}

static struct stretch *stretch_of(struct sim *sim, int64_t incident)
{
    struct stretch *stretch = map_get(sim->waves, &incident, sizeof incident);
    if (!stretch) {
        stretch = heap_alloc(sizeof *stretch);
        *stretch = (struct stretch){.step = -1};
        map_put(sim->waves, &incident, sizeof incident, stretch);
    }
    return stretch;
}

/* The first step from there on that notifies somebody: an empty one costs no waiting. */
static void check_step_people(struct sim *sim, const struct decisions *decisions,
                              const struct incident *incident, const struct chain *chain,
                              struct stretch *stretch)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings people = {0};
    int first = stretch->step;
    do
        people_of(arena, sim, chain, stretch->step++, &people);
    while (people.n == 0 && stretch->step < chain->n);
    if (stretch->step > first + 1)
        sim_case(sim, CASE_EMPTY_STEP);
    sim->count.waves++;
    list_each (person, &people)
        if (!is_paged(sim, decisions, incident->number, *person) &&
            !is_on_its_way(sim, incident->number, *person))
            sim_fail(sim, "it is the turn of step %d for incident %lld, and %s is not paged", first + 1,
                     (long long)incident->number, *person);
}

/* Those of one moment come at once, unless the first came before its time, in place of an empty one. */
static void check_people(struct sim *sim, const struct decisions *decisions, const struct incident *incident,
                         const struct chain *chain, struct stretch *stretch)
{
    int first = stretch->step, n = 0;
    do
        check_step_people(sim, decisions, incident, chain, stretch);
    while (stretch->step < chain->n && stretch->step == first + ++n &&
           chain->steps[stretch->step].at_us == chain->steps[stretch->step - 1].at_us);
    if (stretch->step == chain->n)
        stretch->step = 0;
}

static void check_wave(struct sim *sim, const struct decisions *decisions, const struct incident *incident,
                       struct stretch *stretch)
{
    struct chain chain;
    int level = level_of(incident);
    if (level < 0)
        return;
    chain_of(sim, incident, level, &chain);
    int before = stretch->step > 0 ? stretch->step : chain.n;
    int64_t pause_us = shortest_pause(&chain);
    if (stretch->step > 0)
        pause_us = chain.steps[before].at_us - chain.steps[before - 1].at_us;
    if (stretch->n > 0 && stretch->last_us + pause_us > sim->now_us && sim->now_us > sim->ahead_us)
        sim_fail(sim, "incident %lld pages again after %lld s", (long long)incident->number,
                 (long long)((sim->now_us - stretch->last_us) / SECOND));
    if (!chain.pause_us && stretch->n >= longest_round(&chain))
        sim_fail(sim, "incident %lld is %s, which is paged once, and it is paged again",
                 (long long)incident->number, incident->severity);
    if (stretch->step >= 0)
        check_people(sim, decisions, incident, &chain, stretch);
}

static void look_at(struct sim *sim, const struct input *input, const struct decisions *decisions,
                    const struct incident *incident)
{
    const struct incident *before = model_incident(&sim->model, incident->number);
    int64_t held_since_us;
    bool held = held_incident(sim, incident->number, &held_since_us) != HOLD_NONE;
    struct stretch *stretch = stretch_of(sim, incident->number);
    bool opens = !before && incident->state < INCIDENT_RESOLVED;
    bool moved = opens || !before || is_moved(before, incident) || held || held_since_us > stretch->last_us;
    const struct timer *timer = model_timer(&sim->model, TIMER_ESCALATE, incident->number);
    bool by_time = input && input->kind == INPUT_TIMER && timer && timer->due_us <= sim->now_us;
    /* A clock of the runbook that speaks wakes people, too, and none of them in the turn of the chain. */
    bool speaks = model_clock_fires(&sim->model, incident->number, sim->now_us);
    if (moved)
        *stretch = (struct stretch){.step = opens && !incident->storm ? 0 : -1, .last_us = sim->now_us};
    if (!by_time && (speaks || !is_paged(sim, decisions, incident->number, NULL)))
        return;
    if (opens ? stretch->step == 0 : by_time && !moved && !speaks)
        check_wave(sim, decisions, incident, stretch);
    else
        stretch->step = -1;
    if (moved && !opens)
        return; /* what it waited for before may still come in its time */
    stretch->n++;
    stretch->last_us = sim->now_us;
}

void check_waves(struct sim *sim, const struct input *input, const struct decisions *decisions)
{
    for (size_t i = 0; i < decisions->list.n; i++) {
        const struct decision *d = &decisions->list.at[i];
        bool last = d->kind == DECISION_INCIDENT;
        for (size_t k = i + 1; last && k < decisions->list.n; k++)
            last = decisions->list.at[k].kind != DECISION_INCIDENT ||
                   decisions->list.at[k].incident.number != d->incident.number;
        if (last && !is_storm(&d->incident))
            look_at(sim, input, decisions, &d->incident);
    }
}

bool waves_are_over(const struct sim *sim, const struct incident *incident)
{
    struct chain chain;
    int level = level_of(incident);
    if (level < 0 || is_storm(incident))
        return true;
    chain_of(sim, incident, level, &chain);
    return incident->escalation_step >= longest_round(&chain);
}

void waves_unsure(struct sim *sim)
{
    size_t position = 0;
    for (struct stretch *stretch; (stretch = map_next(sim->waves, &position));)
        *stretch = (struct stretch){.step = -1};
}

void waves_shift(struct sim *sim, int64_t by_us)
{
    size_t position = 0;
    for (struct stretch *stretch; (stretch = map_next(sim->waves, &position));)
        stretch->last_us += by_us;
}
