/* Decisions into rows: a table, one row a kind. */
#include "ledger/ledger_priv.h"

/* Values that are saved as they are, into the table of their noun. */
static const struct noun *const saved[] = {
    [DECISION_INCIDENT] = &incident_noun,
    [DECISION_DELIVERY] = &delivery_noun,
    [DECISION_STEP] = &step_noun,
    [DECISION_ROLE] = &role_noun,
    [DECISION_CHECK] = &check_noun,
    [DECISION_CLOCK] = &clock_noun,
    [DECISION_SILENCE] = &silence_noun,
    [DECISION_MOVE] = &move_noun,
    [DECISION_ACTION] = &action_noun,
    [DECISION_REPLY] = &reply_noun,
    [DECISION_PROOF] = &proof_noun,
    [DECISION_ACCOUNT] = &account_noun,
    [DECISION_ACCESS_KEY] = &access_key_noun,
    [DECISION_SESSION_SEEN] = &session_seen_noun,
    [DECISION_UPDATE] = &update_noun,
    [DECISION_SUBSCRIPTION] = &subscription_noun,
    [DECISION_OVERRIDE] = &override_noun,
};

static int record_one(struct ledger *ledger, const struct decision *decision, int64_t now_us, struct err *err)
{
    switch (decision->kind) {
    case DECISION_EVENT:
        return event_append(ledger, &decision->event, now_us, err);
    case DECISION_TIMER_SET:
        return timer_set(ledger, &decision->timer, err);
    case DECISION_TIMER_CLEAR:
        return timer_clear(ledger, &decision->timer, err);
    case DECISION_SILENCE_FORGET:
        return silence_forget(ledger, &decision->silence, err);
    default:
        must(decision->kind < sizeof saved / sizeof *saved && saved[decision->kind]);
        return row_save(ledger, saved[decision->kind], &decision->incident, err); /* all begin there */
    }
}

int ledger_record(struct ledger *ledger, const struct decisions *decisions, int64_t now_us, struct err *err)
{
    must(ledger->in_transaction);
    for (size_t i = 0; i < decisions->list.n; i++) {
        int result = record_one(ledger, &decisions->list.at[i], now_us, err);
        if (result != 0)
            return result;
    }
    return 0;
}
