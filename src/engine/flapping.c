/* Incidents that go up and down again and again: after so many changes within a time they flap. A flapping
 * incident stays open until it has been quiet for the calm time, instead of being resolved and opened each
 * time, and is paged for as flapping once. Nothing is hidden: while it burns and nobody has it, the chain
 * goes on as ever. It ends when nothing has changed for the calm time, burning or quiet.
 *
 * The changes before it flaps are not stored: after a restart they are counted anew. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

bool flapping_swing(struct turn *turn, struct incident_record *record, bool burns)
{
    struct incident *incident = &record->incident;
    int after = (int)turn->engine->config->flapping.after;
    if (after == 0)
        return false;
    if (incident->flapping_us) {
        incident->n_swings++;
        turn_touch(turn, record);
        flapping_follow(turn, record, CHANGE_STATE);
        return false;
    }
    int64_t since_us = turn->now_us - turn->engine->config->flapping.within_s * US_PER_S;
    int n_old = 0;
    if (!record->swings_us)
        record->swings_us = heap_alloc((FLAPPING_MOST + 1) * sizeof *record->swings_us);
    record->swings_us[record->n_swings++] = turn->now_us;
    while (record->swings_us[n_old] < since_us || record->n_swings - n_old > after)
        n_old++;
    record->n_swings -= n_old;
    memmove(record->swings_us, record->swings_us + n_old, (size_t)record->n_swings * sizeof(int64_t));
    if (!burns || record->n_swings < after)
        return false;
    incident->flapping_us = record->swings_us[0];
    incident->n_swings = record->n_swings;
    record->n_swings = 0;
    jw_pair_int(event_begin(turn), "changes", incident->n_swings);
    event_end(turn, incident->number, NULL, "incident.flapping",
              "%s: it stays open until nothing has changed for %s", flapping_text(turn, record),
              duration_text(turn->arena, turn->engine->config->flapping.calm_s * US_PER_S));
    flapping_follow(turn, record, CHANGE_STATE);
    return true;
}

const char *flapping_text(struct turn *turn, const struct incident_record *record)
{
    return arena_printf(turn->arena, "Flapping: %lld changes in %s", (long long)record->incident.n_swings,
                        duration_text(turn->arena, turn->now_us - record->incident.flapping_us));
}

int64_t hold_down_s(const struct engine *engine, const struct incident_record *record)
{
    const struct config *config = engine->config;
    bool longer = record->incident.flapping_us && config->flapping.calm_s > config->hold_down_s;
    return longer ? config->flapping.calm_s : config->hold_down_s;
}

static void end(struct turn *turn, struct incident_record *record)
{
    record->incident.flapping_us = record->incident.n_swings = 0;
    due_clear(&turn->engine->due, &record->flapping);
    turn_touch(turn, record);
}

/* Resolved or not, it is flapping no more; any other change begins the calm time anew. */
void flapping_follow(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    if (!record->incident.flapping_us)
        return;
    if (what == CHANGE_OVER)
        end(turn, record);
    else if (what == CHANGE_STATE || !due_is_set(&record->flapping))
        due_set(&turn->engine->due, &record->flapping,
                time_after_s(turn->now_us, turn->engine->config->flapping.calm_s));
}

void due_flapping(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, flapping);
    const char *late = lateness(turn, due->at_us);
    due_clear(&turn->engine->due, due);
    jw_pair_int(event_begin(turn), "changes", record->incident.n_swings);
    event_end(turn, record->incident.number, NULL, "incident.steady",
              "Flapping no more after %lld changes: nothing has changed for %s%s",
              (long long)record->incident.n_swings,
              duration_text(turn->arena, turn->engine->config->flapping.calm_s * US_PER_S), late);
    end(turn, record);
}
