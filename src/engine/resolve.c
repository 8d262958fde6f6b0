/* INPUT_RESOLVE: a person says that it is over. While alerts fire, or items of the runbook's verification
 * checklist are open, that takes force, for then it may not be; what is forced against the checklist needs a
 * reason. Alerts that go on firing are set aside until they end and fire anew. */
#include "engine/engine_priv.h"

void incident_resolve(struct turn *turn, struct incident_record *record, const char *actor, const char *text)
{
    struct incident *incident = &record->incident;
    int64_t firing = incident->n_firing;
    incident->resolved_us = turn->now_us;
    text_keep(&incident->resolved_by, actor);
    incident->pages_owed = false;
    incident_move(turn, record, INCIDENT_RESOLVED);

    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "seconds", (turn->now_us - incident->opened_us) / US_PER_S);
    jw_pair_int(body, "firing", firing);
    if (text && *text)
        jw_pair(body, "text", text_head(turn->arena, text, 4096));
    checklist_write_open(body, record);
    size_t n_open = checklist_open(record);
    const char *unchecked =
        n_open ? arena_printf(turn->arena, "; not verified: %s", checklist_open_text(turn, record)) : "";
    const char *though = firing ? arena_printf(turn->arena, ", although %lld %s", (long long)firing,
                                               firing == 1 ? "alert fires" : "alerts fire")
                                : "";
    event_end(turn, incident->number, actor, "incident.resolved", "Resolved by %s after %s%s%s", actor,
              duration_text(turn->arena, turn->now_us - incident->opened_us), though, unchecked);
    escalate_stop(turn, record, arena_printf(turn->arena, "resolved by %s", actor));
    run_stop(turn, record);
    incident_changed(turn, record, CHANGE_OVER);
    updates_close(turn, record);
    incident_retire(turn->engine, record);
}

void decide_resolve(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    struct incident *incident = &record->incident;
    if (!incident_is_open(record)) {
        turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is %s already, by %s.",
                    (long long)incident->number, incident_state_name(incident->state), incident->resolved_by);
        return;
    }
    if (incident->n_firing > 0 && !input->force) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number,
                    "%lld %s of incident %lld still %s. Resolve it with force if you know better.",
                    (long long)incident->n_firing, incident->n_firing == 1 ? "alert" : "alerts",
                    (long long)incident->number, incident->n_firing == 1 ? "fires" : "fire");
        return;
    }
    if (checklist_open(record) > 0 && (!input->force || !input->text || !*input->text)) {
        turn_answer(turn, input->force ? OUTCOME_INVALID : OUTCOME_CONFLICT, incident->number,
                    "%s before incident %lld is resolved: %s.",
                    input->force ? "A reason is needed: not everything is verified" : "Still to be verified",
                    (long long)incident->number, checklist_open_text(turn, record));
        return;
    }
    incident_resolve(turn, record, text_or(input->actor, "somebody"), input->text);
    turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is resolved.",
                (long long)incident->number);
}
