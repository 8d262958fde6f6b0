/* INPUT_ALERTS and TIMER_ALERT_ENDS: what is heard, and what is not heard any more. What a sender says of a
 * whole group (it has it, a note) goes to the incidents of its alerts. */
#include "engine/engine_priv.h"

/* An alert that fires waits for the others of its batch: what inhibits it may come after it. */
void alerts_join_fired(struct turn *turn)
{
    for (size_t i = 0; i < turn->fired.n; i++)
        alert_join(turn, turn->fired.at[i].record, turn->fired.at[i].alert);
    turn->fired.n = 0;
}

static void take_change(void *context, struct alert_record *record, const struct alert *alert,
                        enum alert_change change, const char *how)
{
    struct turn *turn = context;
    struct engine *engine = turn->engine;
    if (change == ALERT_FIRED) {
        inhibition_fired(engine, record);
        /* What is in one piece is the batch's, and stays until it is answered. */
        *list_push(turn->arena, &turn->fired) =
            (struct fired_alert){record, alert && alert->text ? alert : NULL};
        return;
    }
    if (change == ALERT_SAYS_MORE) {
        alert_weigh_again(turn, record);
        return;
    }
    alerts_join_fired(turn);
    if (change == ALERT_RESOLVED)
        inhibition_ended(engine, record);
    if (change == ALERT_RESOLVED && hold_ended(turn, record))
        return;
    struct incident_record *incident = incident_find(turn->engine, record->incident);
    if (!incident)
        return;
    if (change == ALERT_RESOLVED)
        incident->incident.n_firing--;
    news_add(turn, incident, record, NULL, change, how);
}

static struct hearing hearing_of(struct turn *turn)
{
    return (struct hearing){turn->engine, turn->now_us, take_change, turn};
}

static void each_of_group(struct turn *turn, const struct alert_batch *batch,
                          void (*visit)(struct turn *turn, const struct alert_batch *batch, int64_t incident))
{
    struct alert_group *group =
        batch->group_key ? alert_table_group(&turn->engine->alerts, batch->source, batch->group_key) : NULL;
    int64_t visited = 0;
    for (struct alert_record *record = group ? group->first : NULL; record;
         record = alert_group_next(record)) {
        struct incident_record *incident = incident_find(turn->engine, record->incident);
        if (!incident || !incident_is_open(incident) || record->incident == visited)
            continue;
        visited = record->incident;
        visit(turn, batch, visited);
    }
}

static void acknowledge(struct turn *turn, const struct alert_batch *batch, int64_t incident)
{
    decide_acknowledge(
        turn,
        &(struct input){.kind = INPUT_ACKNOWLEDGE, .incident = incident, .actor = batch->acknowledged_by});
}

static void note(struct turn *turn, const struct alert_batch *batch, int64_t incident)
{
    decide_note(turn,
                &(struct input){
                    .kind = INPUT_NOTE, .incident = incident, .actor = batch->noted_by, .text = batch->note});
}

static void mute(struct turn *turn, const struct alert_batch *batch, int64_t incident)
{
    decide_mute(turn, &(struct input){.kind = INPUT_MUTE,
                                      .incident = incident,
                                      .actor = batch->muted_by,
                                      .for_s = mute_length_s(batch->muted_until_us - turn->now_us),
                                      .text = text_or(batch->note, "snoozed by its sender")});
}

void decide_alerts(struct turn *turn, const struct input *input)
{
    struct hearing hearing = hearing_of(turn);
    const struct alert_batch *batch = input->batch;
    if (batch->note) /* before a resolve ends it */
        each_of_group(turn, batch, note);
    alerts_hear(&hearing, batch);
    alerts_join_fired(turn);
    if (batch->acknowledged_by)
        each_of_group(turn, batch, acknowledge);
    if (batch->muted_by)
        each_of_group(turn, batch, mute);
}

void heartbeats_review(struct turn *turn)
{
    struct hearing hearing = hearing_of(turn);
    heartbeats_expect(&hearing);
}

void checked_review(struct turn *turn)
{
    struct hearing hearing = hearing_of(turn);
    checked_forget(&hearing);
}

void due_alert_ends(struct turn *turn, struct due *due)
{
    struct hearing hearing = hearing_of(turn);
    alert_due(&hearing, DUE_HOLDER(due, struct alert_record, ends));
}
