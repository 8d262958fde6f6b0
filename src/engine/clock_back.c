/* INPUT_CLOCK_BACK, and a clock that was set back before a restart. To wait until the old time is reached
 * again would be to let everybody down who waits for a page, so what waits keeps waiting as long as it would
 * have, by the new time.
 *
 * While the program runs it is known by how much: whatever waits for a length of time is due that much
 * earlier, and the times that such lengths are counted from move along. What people or senders stated as a
 * time of the day stays: silences, maintenance windows, the ends of alerts; in doubt an alert fires. What is
 * on the record as having happened keeps the time that it was given.
 *
 * When it was set back while nobody listened, timers on record lie further ahead than they are ever set: they
 * are set anew. */
#include "base/clock.h"
#include "engine/engine_priv.h"

/* ---- while the program runs ---- */

struct back {
    struct turn *turn;
    int64_t by_us;
};

static int64_t moved(const struct back *back, int64_t at_us)
{
    int64_t to_us = at_us - back->by_us;
    return to_us > back->turn->now_us ? to_us : back->turn->now_us;
}

static void move_timer(const struct back *back, struct due *due, int64_t subject)
{
    if (due_is_set(due))
        turn_set_timer(back->turn, due, subject, moved(back, due->at_us));
}

static void move_due(const struct back *back, struct due *due)
{
    if (due_is_set(due))
        due_set(&back->turn->engine->due, due, moved(back, due->at_us));
}

static void move_deliveries(const struct back *back, struct incident_record *record)
{
    for (struct delivery_record *d = record->deliveries; d; d = d->next) {
        struct delivery *delivery = &d->delivery;
        if (delivery->state != DELIVERY_RETRY && delivery->state != DELIVERY_BUNDLED)
            continue;
        delivery->due_us = moved(back, delivery->due_us);
        turn_save_delivery(back->turn, delivery);
        move_timer(back, &d->retry, delivery->id);
    }
}

static void move_incident(const struct back *back, struct incident_record *record)
{
    struct incident *incident = &record->incident;
    move_deliveries(back, record);
    move_due(back, &record->tell);
    record->told_since_us -= back->by_us;
    clocks_move(back->turn, record, back->by_us);
    if (!incident_is_open(record))
        return;
    move_timer(back, &record->escalate, incident->number);
    move_timer(back, &record->hold_down, incident->number);
    move_timer(back, &record->lease, incident->number);
    move_due(back, &record->mute);
    approvals_move(back->turn, record, back->by_us);
    verify_move(back->turn, record, back->by_us);
    move_due(back, &record->flapping);
    move_due(back, &record->calm);
    for (int i = 0; i < record->n_swings; i++)
        record->swings_us[i] -= back->by_us;
    if (due_is_set(&record->lease))
        incident->lease_us = record->lease.at_us;
    if (incident->progress_us)
        incident->progress_us -= back->by_us;
    if (incident->muted_until_us)
        incident->muted_until_us = moved(back, incident->muted_until_us);
    turn_touch(back->turn, record);
}

/* Their silence is an alarm, which must not wait for the old time. */
static void move_signs_of_life(const struct back *back)
{
    struct alert_table *alerts = &back->turn->engine->alerts;
    for (uint32_t place = 0; place < alerts->n; place++) {
        struct alert_record *record = alerts->records[place];
        if (record->role == ALERT_ORDINARY || !record->firing || record->lasting)
            continue;
        record->updated_us -= back->by_us;
        record->ends_us = moved(back, record->ends_us);
        due_set(&back->turn->engine->due, &record->ends, record->ends_us);
    }
}

void decide_clock_back(struct turn *turn, const struct input *input)
{
    struct engine *engine = turn->engine;
    const int64_t by_us = input->back_us;
    const struct back back = {turn, by_us};
    jw_pair_int(event_begin(turn), "seconds", by_us / US_PER_S);
    event_end(turn, 0, NULL, "clock.set_back",
              "The clock was set back by %s: what waits is due that much earlier",
              duration_text(turn->arena, by_us));
    for (struct incident_record *record = engine->first; record; record = record->next)
        move_incident(&back, record);
    move_signs_of_life(&back);
    budgets_move(engine, by_us);
    storms_move(engine, by_us);
    move_due(&back, &engine->review);
    engine->reviewed_us -= by_us;
    engine->restored_us -= by_us;
}

/* ---- after a restart ---- */

/* longest_s negative: no bound is known. */
static bool bring_near(struct turn *turn, const struct incident_record *record, struct due *due,
                       int64_t longest_s)
{
    int64_t latest_us = time_after_s(turn->now_us, longest_s);
    if (!due_is_set(due) || longest_s < 0 || due->at_us <= latest_us)
        return false;
    turn_set_timer(turn, due, record->incident.number, latest_us);
    return true;
}

static void bring_lease_near(struct turn *turn, struct incident_record *record)
{
    if (!bring_near(turn, record, &record->lease, lease_s(turn->engine, record)))
        return;
    record->incident.lease_us = record->lease.at_us;
    turn_touch(turn, record);
}

/* Of one that is muted, too: its lease begins with the end of the mute. */
static void bring_progress_near(struct turn *turn, struct incident_record *record)
{
    if (record->incident.progress_us <= turn->now_us)
        return;
    record->incident.progress_us = turn->now_us;
    turn_touch(turn, record);
}

void clock_back_restored(struct turn *turn, struct incident_record *record)
{
    bring_near(turn, record, &record->hold_down, hold_down_s(turn->engine, record));
    bring_near(turn, record, &record->escalate, escalate_wait_s(turn->engine, record, turn->now_us));
    bring_lease_near(turn, record);
    bring_progress_near(turn, record);
    clocks_bring_near(turn, record);
}

/* It may be silent for as long as it said when it was heard, and not until the old time. */
void clock_back_restored_alert(struct turn *turn, struct alert_record *record)
{
    if (record->role == ALERT_ORDINARY || record->lasting || record->updated_us <= turn->now_us)
        return;
    record->ends_us -= record->updated_us - turn->now_us;
    record->updated_us = turn->now_us;
    due_set(&turn->engine->due, &record->ends, record->ends_us);
}
