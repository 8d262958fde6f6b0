/* Every kind of clock, and what holds for all of them: never early; late only by the time that the server was
 * down, and then once, saying so; cancelled by the state that makes it pointless; kept over a restart; one of
 * them however often the trouble is heard and the runbook is read. */
#include "engine/clock_fixture.h"

static const char runbook[] = "# Checkout Runbook\n\n"
                              "## Severity Levels\n\n"
                              "### P1 (High)\n\n"
                              "**Response Time**: 15 minutes\n"
                              "**Resolution Time**: 4 hours\n"
                              "**Escalation**: to the CTO after 2 hours if unresolved\n\n"
                              "## Communication\n\n"
                              "- P1: send an update to stakeholders every 30 minutes\n\n"
                              "## Post-incident\n\n"
                              "- Hold a review within 48 hours of resolution\n\n"
                              "## Maintenance\n\n"
                              "- Rotate the service keys weekly\n\n"
                              "## Service Down\n\n"
                              "### Immediate Actions (within 20 minutes)\n\n"
                              "1. Check the service:\n\n```bash\ncurl -f http://checkout/health\n```\n\n"
                              "---\n\n**Next Drill**: 2026-03-05\n";

enum over { OVER_ACKNOWLEDGED, OVER_RESOLVED, OVER_CLOSED, OVER_UNREAD };

static const struct row {
    enum runbook_clock_kind kind;
    const char *event;
    int64_t due_us; /* since the world began */
    enum over over; /* what makes it pointless */
} rows[N_CLOCK_KINDS] = {
    {CLOCK_RESPONSE, "response.missed", 15 * MINUTES, OVER_ACKNOWLEDGED},
    {CLOCK_RESOLUTION, "resolution.missed", 240 * MINUTES, OVER_RESOLVED},
    {CLOCK_UPDATE, "update.due", 30 * MINUTES, OVER_RESOLVED},
    {CLOCK_PHASE, "phase.due", 20 * MINUTES, OVER_RESOLVED},
    {CLOCK_ESCALATION, "escalation.due", 120 * MINUTES, OVER_RESOLVED},
    {CLOCK_FOLLOW_UP, "follow_up.due", 2 * 1440 * MINUTES, OVER_CLOSED},
    {CLOCK_MAINTENANCE, "maintenance.due", 1440 * MINUTES, OVER_UNREAD},
    {CLOCK_DRILL, "drill.due", 4 * 1440 * MINUTES, OVER_UNREAD},
};

static int64_t incident_of_kind(const struct row *row)
{
    return row->over == OVER_UNREAD ? 0 : 1;
}

static void resolve(struct world *w)
{
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
}

static struct world *begin(const struct row *row)
{
    void *state;
    world_start(&state);
    struct world *w = state;
    struct config_role *cto = list_push(w->arena, &w->config.roles);
    *cto = (struct config_role){.name = "CTO"};
    strings_add(w->arena, &cto->notify, "person:eve");
    clock_learn(w, runbook);
    world_hear(w, clock_alert);
    if (row->kind == CLOCK_FOLLOW_UP)
        resolve(w);
    assert_int_equal(clock_of(w, incident_of_kind(row), row->kind)->due_us, WORLD_US + row->due_us);
    return w;
}

static void end(struct world *w)
{
    void *state = w;
    world_stop(&state);
}

/* Another process, after that time, with what was kept. */
static void restart(struct world *w, int64_t down_us)
{
    const struct incident_record *record = incident_find(w->engine, 1);
    struct incident incident = record->incident;
    const struct clocks *const kept[] = {&record->clocks, &w->engine->recurring};
    LIST(struct runbook_clock) clocks = {0};
    struct timer escalate = {TIMER_ESCALATE, 1, record->escalate.at_us};
    bool escalates = due_is_set(&record->escalate);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < kept[i]->n; k++) {
            struct runbook_clock *copy = list_push(w->arena, &clocks);
            *copy = kept[i]->at[k];
            texts_to_arena(&clock_texts, copy, w->arena);
        }
    texts_to_arena(&incident_texts, &incident, w->arena);
    engine_free(w->engine);
    w->engine = engine_new(&w->config, w->library);
    engine_restore_incident(w->engine, &incident);
    list_each (clock, &clocks)
        engine_restore_clock(w->engine, clock);
    if (escalates)
        engine_restore_timer(w->engine, &escalate);
    struct alert_batch batch = world_batch(w, 1, &clock_alert);
    engine_restore_alerts(w->engine, &batch, w->now_us);
    w->now_us += down_us;
    arena_reset(w->decisions.arena);
    memset(&w->decisions.list, 0, sizeof w->decisions.list);
    engine_restored(w->engine, w->now_us, &w->decisions);
}

static void put_an_end_to(struct world *w, const struct row *row)
{
    if (row->over == OVER_ACKNOWLEDGED)
        world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    else if (row->over == OVER_RESOLVED)
        resolve(w);
    else if (row->over == OVER_CLOSED)
        world_person_sets(w, INPUT_STATE, 1, "person:ana", "closed", NULL);
    else
        clock_learn(w, "# Checkout Runbook\n\nNothing.\n");
}

static void every_kind_stands_in_the_table(void **state)
{
    (void)state;
    for (int kind = 0; kind < N_CLOCK_KINDS; kind++)
        assert_int_equal(rows[kind].kind, kind);
}

static void no_clock_is_early_and_each_speaks_once(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + N_CLOCK_KINDS; row++) {
        struct world *w = begin(row);
        assert_int_equal(clock_await(w, row->event, row->due_us - 1), -1);
        assert_int_equal(clock_await(w, row->event, 1), row->due_us);
        assert_null(strstr(event_of(w, row->event)->summary, " late: "));
        assert_int_equal(clock_await(w, row->event, 10 * MINUTES), -1);
        end(w);
    }
}

static void what_fell_due_while_the_server_was_down_is_said_once_and_says_so(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + N_CLOCK_KINDS; row++) {
        struct world *w = begin(row);
        world_pass(w, row->due_us - 5 * MINUTES);
        restart(w, 15 * MINUTES);
        assert_int_equal(clock_await(w, row->event, 0), row->due_us + 10 * MINUTES);
        assert_text_has(event_of(w, row->event)->summary, "10 min late: the server was not running");
        assert_int_equal(clock_await(w, row->event, 10 * MINUTES), -1);
        end(w);
    }
}

static void the_state_that_makes_it_pointless_stops_it(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + N_CLOCK_KINDS; row++) {
        struct world *w = begin(row);
        world_pass(w, row->due_us / 2);
        put_an_end_to(w, row);
        assert_int_equal(clock_await(w, row->event, 3 * row->due_us), -1);
        end(w);
    }
}

static void each_goes_on_after_a_restart(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + N_CLOCK_KINDS; row++) {
        struct world *w = begin(row);
        world_pass(w, row->due_us / 2);
        restart(w, 0);
        assert_int_equal(clock_await(w, row->event, row->due_us), row->due_us);
        end(w);
    }
}

static void there_is_one_of_each_however_often_it_is_asked_for(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + N_CLOCK_KINDS; row++) {
        struct world *w = begin(row);
        if (row->kind != CLOCK_FOLLOW_UP)
            world_hear(w, clock_alert);
        clock_learn(w, runbook);
        restart(w, 0);
        clock_learn(w, runbook);
        size_t n = 0;
        int64_t number = incident_of_kind(row);
        const struct clocks *clocks =
            number ? &incident_find(w->engine, number)->clocks : &w->engine->recurring;
        for (size_t i = 0; i < clocks->n; i++)
            n += clocks->at[i].kind == row->kind;
        assert_int_equal(n, 1);
        end(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_stands_in_the_table),
        cmocka_unit_test(no_clock_is_early_and_each_speaks_once),
        cmocka_unit_test(what_fell_due_while_the_server_was_down_is_said_once_and_says_so),
        cmocka_unit_test(the_state_that_makes_it_pointless_stops_it),
        cmocka_unit_test(each_goes_on_after_a_restart),
        cmocka_unit_test(there_is_one_of_each_however_often_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
