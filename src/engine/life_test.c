/* The life of an incident from the side of people: acknowledge, note, resolve, and what time does alone. */
#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static void end_it(struct world *w)
{
    struct alert_words over = down;
    over.ends_us = w->now_us;
    world_hear(w, over);
}

static void acknowledgement_stops_the_paging(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_pass(w, 2 * MINUTES);
    assert_int_equal(world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL)->code, OUTCOME_DONE);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_ACKNOWLEDGED);
    assert_text_has(event_of(w, "incident.acknowledged")->summary, "after 2 min");
    assert_true(world_sets_timer(w, TIMER_ESCALATE, false));
    world_pass(w, 14 * MINUTES); /* and while the acknowledgement holds, nobody is woken */
    assert_int_equal(w->engine->last_delivery, 1);
}

static void an_incident_of_a_drill_server_is_marked_from_the_beginning(void **state)
{
    struct world *w = *state;
    w->config.drill = true;
    world_hear(w, down);
    assert_true(incident_of(w, 1)->drill);
    assert_text_has(event_of(w, "incident.opened")->summary, "DRILL, incident 1:");
}

static void second_acknowledgement_is_on_record_and_says_who_has_it(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    const struct outcome *outcome = world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ben", NULL);
    assert_int_equal(outcome->code, OUTCOME_DONE);
    assert_text_has(outcome->message, "person:ana has incident 1 since 2026-03-01T09:00");
    assert_string_equal(event_of(w, "incident.seen")->actor, "person:ben");
    assert_int_equal(w->decisions.list.n, 1);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "source:pagerduty", NULL); /* as often as it likes */
    assert_int_equal(w->decisions.list.n, 0);
}

static void incident_that_is_not_there_is_said_so(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_person_says(w, INPUT_ACKNOWLEDGE, 9, "person:ana", NULL)->code, OUTCOME_NOT_FOUND);
    assert_string_equal(w->decisions.outcome.message, "There is no incident 9.");
    assert_int_equal(world_person_says(w, INPUT_NOTE, 9, "person:ana", "x")->code, OUTCOME_NOT_FOUND);
    assert_int_equal(world_person_says(w, INPUT_RESOLVE, 0, "person:ana", "x")->code, OUTCOME_NOT_FOUND);
}

static void incident_follows_its_alerts_and_resolves_after_the_hold_down(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    end_it(w);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    world_pass(w, 5 * MINUTES - 1);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    world_pass(w, 1);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    assert_string_equal(incident_of(w, 1)->resolved_by, "system");
}

static void firing_again_within_the_hold_down_goes_back(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    end_it(w);
    world_pass(w, MINUTES);
    world_hear(w, down);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_ACKNOWLEDGED);
    assert_non_null(event_of(w, "incident.refired"));
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_pass(w, 60 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_ACKNOWLEDGED);
}

static void unacknowledged_trouble_that_comes_back_goes_on_paging(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_pass(w, 4 * MINUTES);
    end_it(w);
    world_pass(w, 3 * MINUTES); /* the step to ben fell due meanwhile: nobody is woken for what is over */
    assert_int_equal(w->engine->last_delivery, 1);
    world_hear(w, down);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
}

static void resolving_while_alerts_fire_takes_force(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    const struct outcome *outcome = world_person_says(w, INPUT_RESOLVE, 1, "person:ana", "fixed");
    assert_int_equal(outcome->code, OUTCOME_CONFLICT);
    assert_text_has(outcome->message, "1 alert of incident 1 still fires");
    assert_int_equal(w->decisions.list.n, 0);
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    assert_non_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    world_hear(w, down); /* it goes on firing, and is set aside */
    assert_int_equal(w->decisions.list.n, 0);
}

static void new_trouble_names_the_earlier_incident(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    end_it(w);
    world_pass(w, 20 * MINUTES);
    world_hear(w, down);
    assert_int_equal(incident_of(w, 2)->state, INCIDENT_TRIGGERED);
    assert_text_has(event_of(w, "incident.opened")->summary,
                    "the same trouble as incident 1, resolved 15 min ago");
    assert_text_has(event_of(w, "incident.opened")->body, "\"earlier_incident\":1");
}

static void notes_are_taken_in_any_state_even_of_what_is_forgotten(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    end_it(w);
    world_pass(w, 20 * MINUTES);
    assert_int_equal(world_person_says(w, INPUT_NOTE, 1, "person:ana", "cause: full disk")->code,
                     OUTCOME_DONE);
    assert_string_equal(event_of(w, "note.added")->summary, "cause: full disk");
    world_pass(w, 25 * 60 * MINUTES);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_null(incident_of(w, 1));
    world_person_says(w, INPUT_NOTE, 1, "person:ana", "reviewed");
    assert_int_equal(event_of(w, "note.added")->incident, 1);
    assert_int_equal(world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL)->code, OUTCOME_CONFLICT);
    assert_int_equal(world_person_says(w, INPUT_NOTE, 1, "person:ana", "")->code, OUTCOME_INVALID);
}

static void clock_that_runs_backwards_stands_still(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    w->now_us -= 60 * MINUTES;
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_true(incident_of(w, 1)->acknowledged_us == incident_of(w, 1)->opened_us);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(acknowledgement_stops_the_paging),
        TEST(an_incident_of_a_drill_server_is_marked_from_the_beginning),
        TEST(second_acknowledgement_is_on_record_and_says_who_has_it),
        TEST(incident_that_is_not_there_is_said_so),
        TEST(incident_follows_its_alerts_and_resolves_after_the_hold_down),
        TEST(firing_again_within_the_hold_down_goes_back),
        TEST(unacknowledged_trouble_that_comes_back_goes_on_paging),
        TEST(resolving_while_alerts_fire_takes_force),
        TEST(new_trouble_names_the_earlier_incident),
        TEST(notes_are_taken_in_any_state_even_of_what_is_forgotten),
        TEST(clock_that_runs_backwards_stands_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
