/* INPUT_STATE: a person moves an incident along the table of legal moves. Some moves are more than a word:
 * they go to the one who knows what else they mean. */
#include <string.h>

#include "engine/engine_priv.h"

static const char *moves_text(struct turn *turn, enum incident_state from)
{
    const char *text = "";
    for (enum incident_state to = 0; to < N_INCIDENT_STATES; to++)
        if (incident_may_move(from, to) && !(to == INCIDENT_TRIGGERED && from == INCIDENT_MONITORING))
            text = arena_printf(turn->arena, "%s%s%s", text, *text ? ", " : "", incident_state_name(to));
    return *text ? text : "none";
}

static void close_it(struct turn *turn, struct incident_record *record, const struct input *input)
{
    struct incident *incident = &record->incident;
    const char *actor = text_or(input->actor, "somebody");
    incident->closed_us = turn->now_us;
    text_keep(&incident->closed_by, actor);
    incident_move(turn, record, INCIDENT_CLOSED);
    struct json_writer *body = event_begin(turn);
    if (input->text && *input->text)
        jw_pair(body, "text", text_head(turn->arena, input->text, 4096));
    event_end(turn, incident->number, actor, "incident.closed", "Closed by %s", actor);
    incident_changed(turn, record, CHANGE_OVER);
}

static void reopen(struct turn *turn, struct incident_record *record, const struct input *input)
{
    const char *actor = text_or(input->actor, "somebody");
    incident_reopen(turn, record, actor, text_head(turn->arena, text_or(input->text, "it is not over"), 300));
    escalate(turn, record, "It was opened again");
}

static void work(struct turn *turn, struct incident_record *record, const struct input *input,
                 enum incident_state to)
{
    struct incident *incident = &record->incident;
    const char *actor = text_or(input->actor, "somebody");
    const char *from = incident_state_name(incident->state);
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "from", from);
    jw_pair(body, "to", incident_state_name(to));
    if (input->text && *input->text)
        jw_pair(body, "text", text_head(turn->arena, input->text, 4096));
    incident_move(turn, record, to);
    incident->monitoring_us = to == INCIDENT_MONITORING ? turn->now_us : 0;
    event_end(turn, incident->number, actor,
              arena_printf(turn->arena, "incident.%s", incident_state_name(to)), "%s: %s, was %s%s%s", actor,
              incident_state_name(to), from, input->text && *input->text ? ": " : "",
              text_head(turn->arena, text_or(input->text, ""), 300));
    if (incident->acknowledged_us)
        incident_progress(turn, record, actor);
    else
        incident_take(turn, record, actor); /* whoever works on it has it */
    incident_changed(turn, record, CHANGE_STATE);
}

static void move(struct turn *turn, struct incident_record *record, const struct input *input,
                 enum incident_state to)
{
    if (to == INCIDENT_CLOSED)
        close_it(turn, record, input);
    else if (to == INCIDENT_TRIGGERED)
        reopen(turn, record, input);
    else
        work(turn, record, input, to);
}

void decide_state(struct turn *turn, const struct input *input)
{
    int state = incident_state_of(text_or(input->word, ""));
    if (state < 0) {
        turn_answer(turn, OUTCOME_INVALID, input->incident,
                    "There is no state \"%s\". The states are triggered (to open it again), acknowledged, "
                    "investigating, identified, monitoring, resolved, closed.",
                    text_head(turn->arena, text_or(input->word, ""), 40));
        return;
    }
    enum incident_state to = (enum incident_state)state;
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    struct incident *incident = &record->incident;
    enum incident_state from = incident->state;
    if (to == from) {
        turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is %s already.",
                    (long long)incident->number, incident_state_name(to));
        return;
    }
    /* Only what burns goes back to triggered from monitoring, and only by itself. */
    if (!incident_may_move(from, to) || (from == INCIDENT_MONITORING && to == INCIDENT_TRIGGERED)) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number,
                    "Incident %lld is %s and cannot become %s. It can become: %s.",
                    (long long)incident->number, incident_state_name(from), incident_state_name(to),
                    moves_text(turn, from));
        return;
    }
    if (to == INCIDENT_RESOLVED) {
        decide_resolve(turn, input);
        return;
    }
    if (to == INCIDENT_ACKNOWLEDGED && from == INCIDENT_TRIGGERED) {
        decide_acknowledge(turn, input);
        return;
    }
    move(turn, record, input, to);
    turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is %s.", (long long)incident->number,
                incident_state_name(incident->state));
}
