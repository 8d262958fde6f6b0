#include "engine/clock_fixture.h"

#define HOURS (60 * MINUTES)

static int start(void **state)
{
    clock_world_start(state);
    struct world *w = *state;
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    return 0;
}

static void review_is_due_two_days_after_although_incidents_are_forgotten_after_one(void **state)
{
    struct world *w = *state;
    assert_int_equal(clock_await(w, "follow_up.due", 100 * HOURS), 48 * HOURS);
    assert_text_has(event_of(w, "follow_up.due")->summary, "2 d after it was resolved (checkout.md line 23)");
    assert_null(delivery_of(w, DELIVERY_DUE, 0)); /* and wakes nobody */
    assert_int_equal(clock_await(w, "follow_up.overdue", 100 * HOURS), 72 * HOURS);
    assert_int_equal(clock_await(w, "follow_up.given_up", 1000 * HOURS), (48 + 30 * 24) * HOURS);
    world_pass(w, 48 * HOURS);
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "P2"});
    assert_null(incident_of(w, 1));
}

static void what_is_done_is_not_counted_any_more(void **state)
{
    struct world *w = *state;
    int number = clock_of(w, 1, CLOCK_FOLLOW_UP)->number;
    world_pass(w, 30 * HOURS);
    world_decide(
        w, (struct input){.kind = INPUT_CLOCK_DONE, .incident = 1, .actor = "person:ben", .item = number});
    assert_text_has(event_of(w, "clock.met")->summary, "in time");
    assert_int_equal(w->decisions.list.at[0].kind, DECISION_CLOCK);
    assert_int_equal(w->decisions.list.at[0].clock.state, CLOCK_MET);
    assert_null(incident_of(w, 1)); /* it was kept for this only */
    assert_int_equal(clock_await(w, "follow_up.due", 100 * HOURS), -1);
}

static void an_incident_is_kept_while_a_reminder_of_it_is_on_its_way(void **state)
{
    clock_world_start(state);
    struct world *w = *state;
    world_assign(w, "person:ana", "commander", "ana");
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_true(clock_await(w, "action.due", 100 * HOURS) > 0);
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_int_equal(clock_await(w, "follow_up.given_up", 1000 * HOURS), (48 + 30 * 24) * HOURS);
    world_pass(w, 48 * HOURS);
    assert_non_null(incident_find(w->engine, 1));
    for (int64_t id = 2; id <= w->engine->last_delivery; id++)
        world_delivered(w, id, VERDICT_SENT);
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "P2"});
    assert_null(incident_find(w->engine, 1));
}

static void closing_stops_all(void **state)
{
    struct world *w = *state;
    world_person_sets(w, INPUT_STATE, 1, "person:ana", "closed", NULL);
    assert_int_equal(clock_of(w, 1, CLOCK_FOLLOW_UP)->state, CLOCK_STOPPED);
    assert_int_equal(clock_await(w, "follow_up.due", 100 * HOURS), -1);
}

static void what_is_no_follow_up_is_not_ticked_off(void **state)
{
    struct world *w = *state;
    const struct outcome *outcome = world_decide(
        w, (struct input){
               .kind = INPUT_CLOCK_DONE, .incident = 1, .item = clock_of(w, 1, CLOCK_RESPONSE)->number});
    assert_int_equal(outcome->code, OUTCOME_CONFLICT);
    outcome = world_decide(w, (struct input){.kind = INPUT_CLOCK_DONE, .incident = 1, .item = 99});
    assert_int_equal(outcome->code, OUTCOME_NOT_FOUND);
}

#define test(name) cmocka_unit_test_setup_teardown(name, start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(review_is_due_two_days_after_although_incidents_are_forgotten_after_one),
        test(what_is_done_is_not_counted_any_more),
        cmocka_unit_test_teardown(an_incident_is_kept_while_a_reminder_of_it_is_on_its_way, world_stop),
        test(closing_stops_all),
        test(what_is_no_follow_up_is_not_ticked_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
