/* Decisions into rows: a table, one row a kind. */
#include "ledger/ledger_priv.h"

static int record_event(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                        struct err *err)
{
    return event_append(ledger, &decision->event, now_us, err);
}

static int record_incident(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                           struct err *err)
{
    (void)now_us;
    return row_save(ledger, &incident_noun, &decision->incident, err);
}

static int record_delivery(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                           struct err *err)
{
    (void)now_us;
    return row_save(ledger, &delivery_noun, &decision->delivery, err);
}

static int record_step(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                       struct err *err)
{
    (void)now_us;
    return row_save(ledger, &step_noun, &decision->step, err);
}

static int record_role(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                       struct err *err)
{
    (void)now_us;
    return row_save(ledger, &role_noun, &decision->role, err);
}

static int record_check(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                        struct err *err)
{
    (void)now_us;
    return row_save(ledger, &check_noun, &decision->check, err);
}

static int record_clock(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                        struct err *err)
{
    (void)now_us;
    return row_save(ledger, &clock_noun, &decision->clock, err);
}

static int record_timer_set(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                            struct err *err)
{
    (void)now_us;
    return timer_set(ledger, &decision->timer, err);
}

static int record_timer_clear(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                              struct err *err)
{
    (void)now_us;
    return timer_clear(ledger, &decision->timer, err);
}

static int record_silence(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                          struct err *err)
{
    (void)now_us;
    return row_save(ledger, &silence_noun, &decision->silence, err);
}

static int record_silence_forget(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                                 struct err *err)
{
    (void)now_us;
    return silence_forget(ledger, &decision->silence, err);
}

static int record_move(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                       struct err *err)
{
    (void)now_us;
    return row_save(ledger, &move_noun, &decision->move, err);
}

static int record_action(struct ledger *ledger, const struct decision *decision, int64_t now_us,
                         struct err *err)
{
    (void)now_us;
    return row_save(ledger, &action_noun, &decision->action, err);
}

static int (*const recorders[])(struct ledger *, const struct decision *, int64_t, struct err *) = {
    [DECISION_EVENT] = record_event,
    [DECISION_INCIDENT] = record_incident,
    [DECISION_DELIVERY] = record_delivery,
    [DECISION_STEP] = record_step,
    [DECISION_ROLE] = record_role,
    [DECISION_CHECK] = record_check,
    [DECISION_CLOCK] = record_clock,
    [DECISION_TIMER_SET] = record_timer_set,
    [DECISION_TIMER_CLEAR] = record_timer_clear,
    [DECISION_SILENCE] = record_silence,
    [DECISION_SILENCE_FORGET] = record_silence_forget,
    [DECISION_MOVE] = record_move,
    [DECISION_ACTION] = record_action,
};

int ledger_record(struct ledger *ledger, const struct decisions *decisions, int64_t now_us, struct err *err)
{
    must(ledger->in_transaction);
    for (size_t i = 0; i < decisions->list.n; i++) {
        const struct decision *decision = &decisions->list.at[i];
        must(decision->kind < sizeof recorders / sizeof *recorders);
        int result = recorders[decision->kind](ledger, decision, now_us, err);
        if (result != 0)
            return result;
    }
    return 0;
}
