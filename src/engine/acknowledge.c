/* INPUT_ACKNOWLEDGE: somebody has it, and nobody else is woken. */
#include "engine/engine_priv.h"

void decide_acknowledge(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    struct incident *incident = &record->incident;
    if (!incident_is_open(record)) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number, "Incident %lld is %s already, by %s.",
                    (long long)incident->number, incident_state_name(incident->state), incident->resolved_by);
        return;
    }
    if (incident->acknowledged_us) {
        turn_answer(turn, OUTCOME_DONE, incident->number, "%s has incident %lld since %s.",
                    incident->acknowledged_by, (long long)incident->number,
                    time_text(turn->arena, incident->acknowledged_us));
        return;
    }
    const char *actor = text_or(input->actor, "somebody");
    incident->acknowledged_us = turn->now_us;
    text_keep(&incident->acknowledged_by, actor);
    /* While it is watched the state stays; the acknowledgement counts when it burns again. */
    if (incident->state == INCIDENT_TRIGGERED)
        incident_move(turn, record, INCIDENT_ACKNOWLEDGED);
    turn_touch(turn, record);

    int64_t took_us = turn->now_us - incident->opened_us;
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "seconds", took_us / US_PER_S);
    if (input->text && *input->text)
        jw_pair(body, "text", text_head(turn->arena, input->text, 4096));
    event_end(turn, incident->number, actor, "incident.acknowledged", "Acknowledged by %s after %s", actor,
              duration_text(turn->arena, took_us));
    escalate_stop(turn, record, arena_printf(turn->arena, "acknowledged by %s", actor));
    turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is yours.", (long long)incident->number);
}
