/* Steps of a run: none that changes something without an approval, or twice; none that destroys by one alone.
 */
#include <string.h>

#include "simulation.h"

/* Of two different people, or of one who broke the glass. */
static bool is_approved_by_two(const struct run_step *step)
{
    const char *comma = strchr(step->approved_by, ',');
    if (!comma)
        return strstr(step->note, " broke the glass: ") != NULL;
    size_t n_first = (size_t)(comma - step->approved_by);
    return strlen(comma + 2) != n_first || strncmp(step->approved_by, comma + 2, n_first) != 0;
}

void person_wants_again(struct sim *sim, int64_t run, int line)
{
    struct {
        int64_t run;
        int64_t line;
    } key = {run, line};
    map_remove(sim->began, &key, sizeof key);
}

void check_step(struct sim *sim, const struct run_step *step)
{
    struct {
        int64_t run;
        int64_t line;
    } key = {step->run, step->line};
    uintptr_t begun = (uintptr_t)map_get(sim->began, &key, sizeof key);
    uintptr_t attempt = (uintptr_t)map_get(sim->attempts, &key, sizeof key);
    map_put(sim->began, &key, sizeof key, (void *)(begun + 1));
    map_put(sim->attempts, &key, sizeof key, (void *)(uintptr_t)step->attempt);
    if ((uintptr_t)step->attempt <= attempt)
        sim_fail(sim, "attempt %d of step %lld:%d is begun twice", step->attempt, (long long)step->run,
                 step->line);
    bool approved = step->approved_by && *step->approved_by;
    if (step->risk != RISK_READ && begun > 0)
        sim_fail(sim, "step %lld:%d changes something, and is run twice", (long long)step->run, step->line);
    if (step->risk != RISK_READ && !approved)
        sim_fail(sim, "step %lld:%d runs without an approval", (long long)step->run, step->line);
    if (step->risk == RISK_DESTRUCTIVE && approved && !is_approved_by_two(step))
        sim_fail(sim, "step %lld:%d destroys, and %s alone let it run", (long long)step->run, step->line,
                 step->approved_by);
    if (step->risk != RISK_READ)
        sim_case(sim, step->risk != RISK_DESTRUCTIVE   ? CASE_CHANGED
                      : strchr(step->approved_by, ',') ? CASE_DESTROYED
                                                       : CASE_GLASS);
    if (step->checks_for && step->risk != RISK_READ)
        sim_fail(sim, "step %lld:%d changes something, and runs as a check", (long long)step->run,
                 step->line);
    if (begun >= 3 && !step->checks_for)
        sim_fail(sim, "step %lld:%d is tried too often", (long long)step->run, step->line);
}
