/* INPUT_MUTE, INPUT_UNMUTE, TIMER_MUTE: a person says that an incident pages nobody for a while. The mute is
 * bound to the incident: it ends when that is resolved, when it becomes of the worst level, and when its time
 * is over, whichever comes first. It warns before, while alerts still fire, and pages after. */
#include "engine/engine_priv.h"

enum {
    MUTE_S = 4 * 3600, /* when nothing is said */
    MUTE_LEAST_S = 60,
    MUTE_MOST_S = 7 * 86400,
    WARN_BEFORE_S = 15 * 60,
    WARN_SHARE = 4, /* of a short mute */
    WHY_BYTES = 4096,
};

/* Before the end, or at it when the time to warn has passed. */
static void plan(struct turn *turn, struct incident_record *record, int64_t length_s)
{
    int64_t ends_us = record->incident.muted_until_us;
    int64_t before_s = length_s / WARN_SHARE < WARN_BEFORE_S ? length_s / WARN_SHARE : WARN_BEFORE_S;
    int64_t warn_us = ends_us - before_s * US_PER_S;
    due_set(&turn->engine->due, &record->mute, turn->now_us < warn_us ? warn_us : ends_us);
}

static void lift(struct turn *turn, struct incident_record *record, const char *actor, const char *how)
{
    struct incident *incident = &record->incident;
    jw_pair(event_begin(turn), "muted_by", incident->muted_by);
    event_end(turn, incident->number, actor, "incident.unmuted", "The mute of %s %s", incident->muted_by,
              how);
    record->released_why =
        arena_printf(turn->arena, "The mute of %s %s, and it still burns", incident->muted_by, how);
    incident->muted_until_us = 0;
    text_keep(&incident->muted_by, "");
    text_keep(&incident->muted_why, "");
    due_clear(&turn->engine->due, &record->mute);
    turn_touch(turn, record);
}

void mute_follow(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    const struct incident *incident = &record->incident;
    if (incident->muted_until_us == 0)
        return;
    if (what == CHANGE_OVER)
        lift(turn, record, NULL, "is over with the incident");
    else if (what == CHANGE_SEVERITY && incident_is_worst(record))
        lift(turn, record, NULL,
             arena_printf(turn->arena, "is lifted, because it is %s now",
                          incident->patient_safety ? "a matter of patient safety" : incident->severity));
    else if (what == CHANGE_RESTORED)
        plan(turn, record, MUTE_MOST_S);
}

void due_mute(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, mute);
    const struct incident *incident = &record->incident;
    int64_t due_us = due->at_us;
    due_clear(&turn->engine->due, due);
    if (incident->muted_until_us <= turn->now_us) {
        lift(turn, record, NULL, arena_printf(turn->arena, "has ended%s", lateness(turn, due_us)));
        return;
    }
    due_set(&turn->engine->due, due, incident->muted_until_us);
    if (incident->n_firing == 0)
        return;
    jw_pair_int(event_begin(turn), "firing", incident->n_firing);
    event_end(turn, incident->number, NULL, "incident.mute_lapses",
              "The mute of %s ends at %s, and %lld %s: people will be paged", incident->muted_by,
              time_text(turn->arena, incident->muted_until_us), (long long)incident->n_firing,
              incident->n_firing == 1 ? "alert still fires" : "alerts still fire");
}

int64_t mute_length_s(int64_t length_us)
{
    int64_t length_s = length_us / US_PER_S;
    return length_s < MUTE_LEAST_S ? MUTE_LEAST_S : length_s > MUTE_MOST_S ? MUTE_MOST_S : length_s;
}

static bool is_refused(struct turn *turn, const struct incident_record *record, const struct input *input)
{
    int64_t number = record->incident.number;
    if (!incident_is_open(record))
        turn_answer(turn, OUTCOME_CONFLICT, number, "Incident %lld is %s: it pages nobody.",
                    (long long)number, incident_state_name(record->incident.state));
    else if (!input->text || !*input->text)
        turn_answer(turn, OUTCOME_INVALID, number, "A mute needs a reason, for the record.");
    else if (input->for_s != 0 && (input->for_s < MUTE_LEAST_S || input->for_s > MUTE_MOST_S))
        turn_answer(turn, OUTCOME_INVALID, number, "A mute lasts from a minute to 7 days.");
    else
        return false;
    return true;
}

void decide_mute(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record || is_refused(turn, record, input))
        return;
    struct incident *incident = &record->incident;
    const char *actor = text_or(input->actor, "somebody");
    int64_t length_s = input->for_s ? input->for_s : MUTE_S;
    incident->muted_until_us = time_after_s(turn->now_us, length_s);
    text_keep(&incident->muted_by, actor);
    text_keep(&incident->muted_why, text_head(turn->arena, input->text, WHY_BYTES));
    plan(turn, record, length_s);
    turn_touch(turn, record);
    struct json_writer *body = event_begin(turn);
    jw_pair_time(body, "until", incident->muted_until_us);
    jw_pair(body, "why", incident->muted_why);
    jw_pair_int(body, "firing", incident->n_firing);
    event_end(turn, incident->number, actor, "incident.muted",
              "Muted by %s until %s, which hides %lld %s now: %s", actor,
              time_text(turn->arena, incident->muted_until_us), (long long)incident->n_firing,
              incident->n_firing == 1 ? "alert that fires" : "alerts that fire",
              text_head(turn->arena, incident->muted_why, 300));
    incident_progress(turn, record, actor);
    turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld pages nobody until %s.",
                (long long)incident->number, time_text(turn->arena, incident->muted_until_us));
}

void decide_unmute(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    const char *actor = text_or(input->actor, "somebody");
    long long number = record->incident.number;
    if (record->incident.muted_until_us == 0) {
        turn_answer(turn, OUTCOME_DONE, number, "Incident %lld is not muted.", number);
        return;
    }
    lift(turn, record, actor, arena_printf(turn->arena, "is ended by %s", actor));
    turn_answer(turn, OUTCOME_DONE, number, "Incident %lld is not muted any more.", number);
}
