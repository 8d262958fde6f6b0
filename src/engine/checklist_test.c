#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static void end_it(struct world *w)
{
    struct alert_words over = down;
    over.ends_us = w->now_us;
    world_hear(w, over);
}

static void resolving_waits_until_everything_is_verified(void **state)
{
    struct world *w = *state;
    world_verify(w);
    world_hear(w, down);
    end_it(w);
    const struct outcome *outcome = world_person_says(w, INPUT_RESOLVE, 1, "person:ana", "done");
    assert_int_equal(outcome->code, OUTCOME_CONFLICT);
    assert_text_has(outcome->message, "1 Orders are accepted again; 2 No payment is lost");
    assert_int_equal(world_check(w, 1, true, NULL)->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "check.ticked")->summary, "Orders are accepted again");
    world_check(w, 2, true, "counted");
    world_check(w, 1, false, "not for all");
    assert_int_equal(world_person_says(w, INPUT_RESOLVE, 1, "person:ana", "done")->code, OUTCOME_CONFLICT);
    world_check(w, 1, true, NULL);
    assert_int_equal(world_person_says(w, INPUT_RESOLVE, 1, "person:ana", "done")->code, OUTCOME_DONE);
    assert_null(strstr(event_of(w, "incident.resolved")->summary, "not verified"));
}

static void forcing_it_needs_a_reason_and_says_what_was_open(void **state)
{
    struct world *w = *state;
    struct input force = {.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true};
    world_verify(w);
    world_hear(w, down);
    assert_int_equal(world_decide(w, force)->code, OUTCOME_INVALID);
    force.text = "the bank verifies tomorrow";
    assert_int_equal(world_decide(w, force)->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "incident.resolved")->summary, "not verified: 1 Orders");
    assert_text_has(event_of(w, "incident.resolved")->body, "\"open_checks\":[\"Orders are accepted again\"");
}

static void what_resolves_by_itself_records_what_nobody_verified(void **state)
{
    struct world *w = *state;
    world_verify(w);
    world_hear(w, down);
    world_check(w, 2, true, NULL);
    end_it(w);
    world_next(w, 5 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    assert_text_has(event_of(w, "incident.resolved")->summary, "not verified: 1 Orders are accepted again");
}

static void opened_again_it_is_verified_again(void **state)
{
    struct world *w = *state;
    world_verify(w);
    world_hear(w, down);
    world_check(w, 1, true, NULL);
    world_check(w, 2, true, NULL);
    end_it(w);
    world_pass(w, 6 * MINUTES);
    world_hear(w, down);
    assert_int_equal(checklist_open(incident_find(w->engine, 1)), 2);
}

static void no_such_item_is_said_so(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_int_equal(world_check(w, 1, true, NULL)->code, OUTCOME_NOT_FOUND);
    assert_text_has(w->decisions.outcome.message, "no verification checklist");
    assert_int_equal(w->decisions.list.n, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(resolving_waits_until_everything_is_verified),
        TEST(forcing_it_needs_a_reason_and_says_what_was_open),
        TEST(what_resolves_by_itself_records_what_nobody_verified),
        TEST(opened_again_it_is_verified_again),
        TEST(no_such_item_is_said_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
