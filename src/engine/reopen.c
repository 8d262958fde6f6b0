/* Opening a resolved incident again: by the same trouble within the reopen window, or by a person. It begins
 * anew, with the first page of the chain; what was found and noted stays. */
#include "engine/engine_priv.h"

bool incident_may_reopen(const struct turn *turn, const struct incident_record *record)
{
    const struct incident *incident = &record->incident;
    return incident->state == INCIDENT_RESOLVED &&
           turn->now_us < time_after_s(incident->resolved_us, turn->engine->config->reopen_window_s);
}

void incident_reopen(struct turn *turn, struct incident_record *record, const char *actor, const char *why)
{
    struct incident *incident = &record->incident;
    const char *before =
        arena_printf(turn->arena, "%s ago, by %s",
                     duration_text(turn->arena, turn->now_us - incident->resolved_us), incident->resolved_by);
    incident_unretire(turn->engine, record);
    incident_move(turn, record, INCIDENT_TRIGGERED);
    incident->reopened_us = turn->now_us;
    incident->n_reopened++;
    incident->resolved_us = incident->acknowledged_us = incident->monitoring_us = incident->progress_us = 0;
    incident->escalation_step = incident->lease_lapses = 0;
    incident->pages_owed = false;
    text_keep(&incident->resolved_by, "");
    text_keep(&incident->acknowledged_by, "");
    record->n_reached = 0;
    record->everyone_paged = false;
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "times", incident->n_reopened);
    jw_pair(body, "why", why);
    event_end(turn, incident->number, actor, "incident.reopened", "Opened again (resolved %s): %s", before,
              why);
    checklist_reopen(turn, record);
    incident_changed(turn, record, CHANGE_REOPENED);
}
