/* INPUT_ACKNOWLEDGE: somebody has it, and nobody else is woken. */
#include <string.h>

#include "engine/engine_priv.h"

void incident_take(struct turn *turn, struct incident_record *record, const char *actor)
{
    struct incident *incident = &record->incident;
    bool first = incident->acknowledged_us == 0;
    if (first)
        incident->acknowledged_us = turn->now_us;
    text_keep(&incident->acknowledged_by, actor);
    incident->progress_us = turn->now_us;
    incident->lease_lapses = 0;
    incident->pages_owed = false;
    /* While it is watched the state stays; the acknowledgement counts when it burns again. */
    if (incident->state == INCIDENT_TRIGGERED)
        incident_move(turn, record, INCIDENT_ACKNOWLEDGED);
    escalate_stop(turn, record, arena_printf(turn->arena, "acknowledged by %s", actor));
    role_default(turn, record, actor);
    chat_join(turn, record, actor);
    incident_changed(turn, record, CHANGE_OWNER);
}

static void say(struct turn *turn, const struct incident_record *record, const char *actor, const char *text)
{
    const struct incident *incident = &record->incident;
    int64_t took_us = turn->now_us - incident_since_us(record);
    const char *from = incident->acknowledged_us
                           ? arena_printf(turn->arena, "; it was with %s", incident->acknowledged_by)
                           : "";
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "seconds", took_us / US_PER_S);
    if (incident->acknowledged_us)
        jw_pair(body, "from", incident->acknowledged_by);
    if (text && *text)
        jw_pair(body, "text", text_head(turn->arena, text, 4096));
    event_end(turn, incident->number, actor, "incident.acknowledged", "Acknowledged by %s after %s%s", actor,
              duration_text(turn->arena, took_us), from);
}

/* A person who comes second does not have it, and must not be taken for somebody who never looked. */
static void say_seen(struct turn *turn, const struct incident *incident, const char *actor)
{
    if (strncmp(actor, "person:", 7) != 0)
        return;
    jw_pair(event_begin(turn), "with", incident->acknowledged_by);
    event_end(turn, incident->number, actor, "incident.seen", "%s has seen it; it is with %s", actor,
              incident->acknowledged_by);
}

void decide_acknowledge(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    struct incident *incident = &record->incident;
    const char *actor = text_or(input->actor, "somebody");
    bool theirs = incident->acknowledged_us && strcmp(incident->acknowledged_by, actor) == 0;
    if (!incident_is_open(record)) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number, "Incident %lld is %s already, by %s.",
                    (long long)incident->number, incident_state_name(incident->state), incident->resolved_by);
        return;
    }
    if (incident->acknowledged_us && incident->pages_owed) {
        incident->pages_owed = false;
        pages_cancel(turn, record, arena_printf(turn->arena, "%s has seen it", actor));
        turn_touch(turn, record);
    }
    if (theirs || (incident->acknowledged_us && incident->lease_lapses == 0)) {
        if (theirs)
            incident_progress(turn, record, actor);
        else
            say_seen(turn, incident, actor);
        turn_answer(turn, OUTCOME_DONE, incident->number, "%s has incident %lld since %s.",
                    incident->acknowledged_by, (long long)incident->number,
                    time_text(turn->arena, incident->acknowledged_us));
        return;
    }
    say(turn, record, actor, input->text);
    incident_take(turn, record, actor);
    turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is yours.", (long long)incident->number);
}
