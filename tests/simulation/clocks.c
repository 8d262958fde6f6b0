/* The clocks of the runbooks: never early, never twice, and all that the state wants. */
#include <string.h>

#include "simulation.h"

void check_clock(struct sim *sim, const struct runbook_clock *clock)
{
    const struct runbook_clock *before = model_clock(&sim->model, clock->incident, clock->number);
    bool same = before && before->since_us == clock->since_us;
    if (clock->fires_us && clock->fires_us < sim->now_us)
        sim_fail(sim, "clock %d of %lld is set into the past", clock->number, (long long)clock->incident);
    if (clock->said <= (same ? before->said : 0) ||
        (clock->said == 1 && clock->due_us <= sim->now_us && !same))
        return; /* it says nothing, or a warning came too late to be said */
    sim->count.clocks++;
    sim_case(sim, CASE_CLOCK_SPOKE);
    bool warns = clock->kind == CLOCK_RESOLUTION && clock->said == 1;
    if (clock->due_us > sim->now_us && !warns && !*clock->rule)
        sim_fail(sim, "clock %d of %lld speaks before it is due", clock->number, (long long)clock->incident);
    if (!same || before->after_s != clock->after_s || before->state == CLOCK_STOPPED)
        return;
    if (before->fires_us == 0)
        sim_fail(sim, "clock %d of %lld speaks twice", clock->number, (long long)clock->incident);
    if (before->fires_us > sim->now_us)
        sim_fail(sim, "clock %d of %lld speaks early", clock->number, (long long)clock->incident);
}

/* What the runbook of the team promises, told once more and apart from the engine. */
static const struct {
    const char *level;
    int64_t response, resolution, update;
} promises[] = {{"SEV-1", 15 * MINUTE, 4 * HOUR, 30 * MINUTE}, {"SEV-2", HOUR, 0, HOUR}, {"SEV-3", 0, 0, 0}};

static const struct runbook_clock *active(const struct sim *sim, int64_t incident,
                                          enum runbook_clock_kind kind)
{
    for (int number = 1; number <= MOST_CLOCKS; number++) {
        const struct runbook_clock *clock = model_clock(&sim->model, incident, number);
        if (clock && clock->kind == kind && (clock->state == CLOCK_RUNNING || clock->state == CLOCK_OVERDUE))
            return clock;
    }
    return NULL;
}

/* Earlier only when the clock was set back since: at the same moment, too. */
static bool is_elsewhere(const struct sim *sim, int64_t due_us, int64_t since_us, int64_t length_us)
{
    return due_us > since_us + length_us || (due_us < since_us + length_us && since_us > sim->ahead_us);
}

static void expect(struct sim *sim, const struct incident *incident, enum runbook_clock_kind kind,
                   bool wanted, int64_t length_us)
{
    const struct runbook_clock *clock = active(sim, incident->number, kind);
    int64_t since_us = incident->reopened_us ? incident->reopened_us : incident->opened_us;
    if (wanted != (clock != NULL))
        sim_fail(sim, "incident %lld is %s, %s, and %s a clock for \"%s\"", (long long)incident->number,
                 incident->severity, incident_state_name(incident->state), clock ? "has" : "has not",
                 runbook_clock_kind_name(kind));
    if (clock && kind != CLOCK_UPDATE && is_elsewhere(sim, clock->due_us, since_us, length_us))
        sim_fail(sim, "clock %d of incident %lld is due at another time", clock->number,
                 (long long)incident->number);
    if (clock && clock->state == CLOCK_RUNNING && clock->fires_us == 0)
        sim_fail(sim, "clock %d of incident %lld runs, and will never speak", clock->number,
                 (long long)incident->number);
}

/* A review is only given up when it was done, or a month has passed. */
static void check_review(struct sim *sim, const struct incident *incident)
{
    for (int number = 1; number <= MOST_CLOCKS; number++) {
        const struct runbook_clock *clock = model_clock(&sim->model, incident->number, number);
        if (clock && clock->kind == CLOCK_FOLLOW_UP && clock->since_us == incident->resolved_us)
            return;
    }
    if (incident->state == INCIDENT_RESOLVED)
        sim_fail(sim, "incident %lld is resolved, and nothing counts to its review",
                 (long long)incident->number);
}

void check_clocks(struct sim *sim, const struct incident *incident)
{
    bool open = incident->state < INCIDENT_RESOLVED;
    for (size_t i = 0; i < sizeof promises / sizeof *promises; i++) {
        if (!*incident->runbook_file || strcmp(promises[i].level, incident->severity) != 0)
            continue;
        expect(sim, incident, CLOCK_RESPONSE, open && promises[i].response && !incident->acknowledged_us,
               promises[i].response);
        expect(sim, incident, CLOCK_RESOLUTION, open && promises[i].resolution, promises[i].resolution);
        expect(sim, incident, CLOCK_UPDATE, open && promises[i].update, promises[i].update);
        check_review(sim, incident);
    }
    const struct runbook_clock *review = active(sim, incident->number, CLOCK_FOLLOW_UP);
    if (review && incident->state != INCIDENT_RESOLVED)
        sim_fail(sim, "incident %lld is %s, and its review is counted", (long long)incident->number,
                 incident_state_name(incident->state));
    if (review && is_elsewhere(sim, review->due_us, incident->resolved_us, 48 * HOUR))
        sim_fail(sim, "the review of incident %lld is due at another time", (long long)incident->number);
}

void check_clocks_spoke(struct sim *sim)
{
    size_t position = 0;
    for (const struct runbook_clock *clock; (clock = map_next(sim->model.clocks, &position));)
        if (clock->fires_us && clock->fires_us <= sim->now_us)
            sim_fail(sim, "clock %d of %lld was due and did not speak", clock->number,
                     (long long)clock->incident);
}
