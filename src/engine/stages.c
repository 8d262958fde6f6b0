/* The order in which services come back after an outage, where the runbook has one (databases first, ...): a
 * change of one stage does not start before the changes of all stages before it are through, and their checks
 * have passed. It may be approved ahead; then it waits. What a person did by hand, skipped or denied is
 * through, and so is what the runbook has no check for: its approval is all there is. */
#include <string.h>

#include "engine/engine_priv.h"

enum { NAME_BYTES = 60 };

/* The stage that the line belongs to, from 0; -1: none. The last one ends with the last thing it starts. */
static int stage_of(const struct runbook *runbook, int line)
{
    int found = -1;
    size_t n = runbook->parts.recovery_order.n;
    for (size_t i = 0; i < n; i++) {
        const struct recovery_stage *stage = &runbook->parts.recovery_order.at[i];
        int end = i + 1 < n ? runbook->parts.recovery_order.at[i + 1].line - 1 : stage->line;
        list_each (service, &stage->services)
            if (i + 1 == n && service->line > end)
                end = service->line;
        if (line >= stage->line && line <= end)
            found = (int)i;
    }
    return found;
}

static bool is_through(const struct run_step *step)
{
    bool left = step->state == STEP_DONE || step->state == STEP_SKIPPED || step->state == STEP_NOT_TAKEN ||
                step->state == STEP_DENIED;
    return left || (step->state == STEP_SUCCEEDED &&
                    (step->verdict == VERDICT_PASSED || step->verdict == VERDICT_UNVERIFIABLE));
}

static bool changes(const struct run_step *step)
{
    return step->kind == STEP_COMMAND && step->risk != RISK_READ && part_of(step->line) == PART_ITSELF;
}

static const char *state_text(struct turn *turn, const struct run_step *step)
{
    const char *verdict = step_verdict_name(step->verdict);
    return *verdict ? arena_printf(turn->arena, "%s, its checks: %s", step_state_name(step->state), verdict)
                    : step_state_name(step->state);
}

bool stage_waits(struct turn *turn, const struct incident_record *record, struct run_step *step)
{
    const struct runbook *runbook = changes(step) ? library_find(turn->engine->library, step->file) : NULL;
    if (!runbook || strcmp(runbook->sha256, step->sha256) != 0)
        return false;
    int stage = stage_of(runbook, step->line);
    for (size_t i = 0; stage > 0 && i < record->n_steps; i++) {
        const struct run_step *other = &record->steps[i];
        int before =
            changes(other) && strcmp(other->file, step->file) == 0 ? stage_of(runbook, other->line) : -1;
        if (before < 0 || before >= stage || is_through(other))
            continue;
        const char *why = arena_printf(
            turn->arena, "It waits for the stage before, \"%s\": line %d is %s.",
            text_head(turn->arena, text_or(runbook->parts.recovery_order.at[before].name, ""), NAME_BYTES),
            other->line, state_text(turn, other));
        if (strcmp(step->why, why) != 0) {
            text_keep(&step->why, why);
            turn_save_step(turn, step, NULL);
        }
        return true;
    }
    return false;
}
