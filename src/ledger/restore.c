/* What the engine needs back after a restart. Read in one go before the first input, in a time that depends
 * on what is open and not on how much has ever happened. */
#include "base/log.h"
#include "ledger/ledger_priv.h"

enum { KEPT_S = 24 * 3600 };

/* As its index is worded. */
#define DELIVERY_OPEN "state <> 'sent' AND state <> 'dead' AND state <> 'cancelled'"

/* Incidents that the engine still speaks of: a resolved one for a day, and while one of its clocks runs, an
 * action item is open, a reminder is on its way or it is under legal hold. $1: resolved since. */
#define KEPT                                                                                                 \
    "(SELECT number FROM incident WHERE state NOT IN ('resolved', 'closed')"                                 \
    " UNION SELECT number FROM incident WHERE resolved_us > 0 AND resolved_us >= $1"                         \
    " UNION SELECT incident FROM clock WHERE fires_us > 0"                                                   \
    " UNION SELECT incident FROM action_item WHERE state = 'open'"                                           \
    " UNION SELECT incident FROM delivery WHERE " DELIVERY_OPEN                                              \
    " UNION SELECT number FROM incident WHERE hold_us > 0)"

static int restore_last(struct ledger *ledger, const struct restorer *restorer, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db,
                   "SELECT (SELECT coalesce(max(number), 0) FROM incident),"
                   " (SELECT coalesce(max(id), 0) FROM delivery),"
                   " coalesce((SELECT received_us FROM inbox ORDER BY id DESC LIMIT 1), 0)",
                   err);
    if (!read || db_step(read, err) != 0)
        return -1;
    restorer->last(restorer->context, db_column_int(read, 0), db_column_int(read, 1), db_column_int(read, 2));
    db_reset(read);
    return 0;
}

/* since_us is bound when the text has a parameter. */
static int restore_rows(struct ledger *ledger, const struct noun *noun, const char *rest, int64_t since_us,
                        void (*restore)(void *context, const void *value), void *context, struct err *err)
{
    struct db_statement *read = row_select(ledger, noun, rest, err);
    if (!read)
        return -1;
    if (since_us)
        db_bind_int(read, since_us);
    struct arena *arena scoped_arena = arena_new();
    int result;
    while ((result = db_step(read, err)) == 0) {
        arena_reset(arena);
        void *value = arena_alloc(arena, noun->value_bytes);
        if (row_read(read, noun, arena, value, err) != 0) { /* one row must not keep the others back */
            log_event(LOG_ERROR, "ledger.unreadable", "table=%s error=%s", noun->table, log_quote(err->text));
            ledger->n_unread++;
            continue;
        }
        restore(context, value);
    }
    return result == DB_DONE ? 0 : -1;
}

int ledger_restore_to(struct ledger *ledger, const struct restorer *restorer, int64_t now_us, struct err *err)
{
    int64_t since_us = now_us > KEPT_S * US_PER_S ? now_us - KEPT_S * US_PER_S : 1;
    const struct {
        const struct noun *noun;
        const char *rest;
        int64_t since_us;
        void (*restore)(void *context, const void *value);
    } parts[] = {
        {&incident_noun, "WHERE number IN " KEPT " ORDER BY number", since_us, restorer->incident},
        {&delivery_noun, "WHERE " DELIVERY_OPEN " ORDER BY id", 0, restorer->delivery},
        {&step_noun, "WHERE incident IN " KEPT " ORDER BY run, position, line", since_us, restorer->step},
        {&timer_noun, "ORDER BY due_us, kind, subject", 0, restorer->timer},
        {&silence_noun, "ORDER BY updated_us, id", 0, restorer->silence},
        {&role_noun, "WHERE incident IN " KEPT " ORDER BY incident, since_us, role, person", since_us,
         restorer->role},
        {&check_noun, "WHERE incident IN " KEPT " ORDER BY incident, item", since_us, restorer->check},
        {&clock_noun, "WHERE incident = 0 OR incident IN " KEPT " ORDER BY incident, number", since_us,
         restorer->clock},
        {&action_noun, "WHERE incident IN " KEPT " ORDER BY incident, item", since_us, restorer->action},
        {&proof_noun, "ORDER BY person, channel, address", 0, restorer->proof},
        {&override_noun, "WHERE ended_us = 0 AND until_us >= $1 ORDER BY number", since_us,
         restorer->override},
    };
    int result = restore_last(ledger, restorer, err);
    for (size_t i = 0; result == 0 && i < sizeof parts / sizeof *parts; i++)
        if (parts[i].restore)
            result = restore_rows(ledger, parts[i].noun, parts[i].rest, parts[i].since_us, parts[i].restore,
                                  restorer->context, err);
    return result;
}

/* A row that `crashcart restore` leaves. */
static int find_brought_back(struct ledger *ledger, bool *ret_is, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT count(*) FROM installation WHERE name = 'brought_back'", err);
    if (!read || db_step(read, err) != 0)
        return -1;
    *ret_is = db_column_int(read, 0) > 0;
    db_reset(read);
    return 0;
}

int ledger_settled(struct ledger *ledger, struct err *err)
{
    must(ledger->in_transaction);
    struct db_statement *forget =
        db_prepare(ledger->db, "DELETE FROM installation WHERE name = 'brought_back'", err);
    return forget ? ledger_outcome(db_run(forget, err)) : -1;
}

size_t ledger_unread(const struct ledger *ledger)
{
    return ledger->n_unread;
}

static void last_to_engine(void *engine, int64_t last_incident, int64_t last_delivery, int64_t last_us)
{
    engine_restore_last(engine, last_incident, last_delivery, last_us);
}

static void incident_to_engine(void *engine, const void *incident)
{
    engine_restore_incident(engine, incident);
}

static void delivery_to_engine(void *engine, const void *delivery)
{
    engine_restore_delivery(engine, delivery);
}

static void step_to_engine(void *engine, const void *step)
{
    engine_restore_step(engine, step);
}

static void timer_to_engine(void *engine, const void *timer)
{
    engine_restore_timer(engine, timer);
}

static void silence_to_engine(void *engine, const void *silence)
{
    engine_restore_silence(engine, silence);
}

static void role_to_engine(void *engine, const void *role)
{
    engine_restore_role(engine, role);
}

static void check_to_engine(void *engine, const void *check)
{
    engine_restore_check(engine, check);
}

static void clock_to_engine(void *engine, const void *clock)
{
    engine_restore_clock(engine, clock);
}

static void action_to_engine(void *engine, const void *action)
{
    engine_restore_action(engine, action);
}

static void proof_to_engine(void *engine, const void *proof)
{
    engine_restore_proof(engine, proof);
}

static void override_to_engine(void *engine, const void *override)
{
    engine_restore_override(engine, override);
}

int ledger_restore(struct ledger *ledger, struct engine *engine, int64_t now_us, struct err *err)
{
    const struct restorer restorer = {
        engine,           last_to_engine,    incident_to_engine, delivery_to_engine, step_to_engine,
        timer_to_engine,  silence_to_engine, role_to_engine,     check_to_engine,    clock_to_engine,
        action_to_engine, proof_to_engine,   override_to_engine};
    engine_name(engine, ledger->instance);
    bool brought_back;
    if (find_brought_back(ledger, &brought_back, err) != 0)
        return -1;
    if (brought_back)
        engine_restore_brought_back(engine);
    return ledger_restore_to(ledger, &restorer, now_us, err);
}
