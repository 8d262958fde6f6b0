/* INPUT_ALERTS and TIMER_ALERT_ENDS: what is heard, and what is not heard any more. */
#include "engine/engine_priv.h"

static void take_change(void *context, struct alert_record *record, enum alert_change change, const char *how)
{
    struct turn *turn = context;
    if (change == ALERT_FIRED) {
        alert_join(turn, record);
        return;
    }
    struct incident_record *incident = incident_find(turn->engine, record->incident);
    if (!incident)
        return;
    if (change == ALERT_RESOLVED)
        incident->incident.n_firing--;
    news_add(turn, incident, record, change, how);
}

void decide_alerts(struct turn *turn, const struct input *input)
{
    alerts_hear(turn->engine, input->batch, turn->now_us, take_change, turn);
}

void due_alert_ends(struct turn *turn, struct due *due)
{
    struct alert_record *record = DUE_HOLDER(due, struct alert_record, ends);
    if (!record->firing) {
        alert_table_remove(&turn->engine->alerts, record);
        return;
    }
    alert_end(turn->engine, record, record->ends_us, turn->now_us);
    take_change(turn, record, ALERT_RESOLVED, "it was not sent again");
}
