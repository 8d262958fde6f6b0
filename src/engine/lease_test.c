/* An acknowledgement holds while somebody moves the incident on, and no longer. SEV-1 of the world's runbook
 * has a lease of 15 minutes: its own 10 are too short to work in. */
#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static void acknowledge(struct world *w)
{
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
}

static void silence_pages_the_holder_again(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    assert_true(incident_of(w, 1)->lease_us == w->now_us + 15 * MINUTES);
    world_next(w, 15 * MINUTES);
    assert_text_has(event_of(w, "lease.lapsed")->summary, "No resolution progress for 15 min: person:ana");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_ACKNOWLEDGED);
}

static void more_silence_goes_on_along_the_chain(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    world_next(w, 15 * MINUTES);
    world_delivered(w, 2, VERDICT_SENT);
    world_next(w, 450 * US_PER_S);
    assert_non_null(event_of(w, "lease.escalated"));
    const struct delivery *page = delivery_of(w, DELIVERY_DUE, 0);
    assert_string_equal(page->person, "ben");
    assert_text_has(page->why, "No resolution progress for 22 min");
    assert_text_has(page->why, "person:ana has it");
    world_delivered(w, 3, VERDICT_SENT);
    world_next(w, 15 * MINUTES); /* and on, round after round */
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

static void progress_of_any_kind_renews_it(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    world_step_done(w, 1, 27, STEP_SUCCEEDED, "");
    world_step_done(w, 1, 29, STEP_SUCCEEDED, "");
    for (int i = 0; i < 3; i++) {
        world_pass(w, 14 * MINUTES);
        world_person_says(w, INPUT_NOTE, 1, "person:ana", "still looking");
    }
    world_pass(w, 14 * MINUTES);
    world_person_sets(w, INPUT_STATE, 1, "person:ana", "investigating", NULL);
    world_pass(w, 14 * MINUTES);
    world_decide(w, (struct input){.kind = INPUT_APPROVE, .run = 1, .step = 35, .actor = "person:ana"});
    world_pass(w, 14 * MINUTES);
    world_step_done(w, 1, 35, STEP_SUCCEEDED, "");
    world_pass(w, 14 * MINUTES);
    assert_int_equal(w->engine->last_delivery, 1);
    world_pass(w, MINUTES);
    assert_int_equal(w->engine->last_delivery, 2);
}

static void steps_that_run_by_themselves_are_no_progress(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    world_pass(w, 10 * MINUTES);
    world_step_done(w, 1, 27, STEP_SUCCEEDED, "ok");
    world_next(w, 5 * MINUTES);
    assert_non_null(event_of(w, "lease.lapsed"));
}

static void progress_after_a_lapse_calls_everybody_off(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    world_next(w, 15 * MINUTES);
    world_next(w, 450 * US_PER_S);
    world_person_says(w, INPUT_NOTE, 1, "person:ana", "found it");
    assert_non_null(event_of(w, "lease.renewed"));
    assert_non_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    assert_true(world_sets_timer(w, TIMER_ESCALATE, false));
    assert_int_equal(incident_of(w, 1)->lease_lapses, 0);
    assert_true(incident_of(w, 1)->lease_us == w->now_us + 15 * MINUTES);
}

static void somebody_else_takes_over_from_a_silent_holder(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    int64_t first_us = incident_of(w, 1)->acknowledged_us;
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ben", NULL);
    assert_string_equal(incident_of(w, 1)->acknowledged_by, "person:ana");
    world_next(w, 15 * MINUTES);
    world_next(w, 450 * US_PER_S);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ben", NULL);
    assert_text_has(event_of(w, "incident.acknowledged")->summary, "it was with person:ana");
    assert_string_equal(incident_of(w, 1)->acknowledged_by, "person:ben");
    assert_true(incident_of(w, 1)->acknowledged_us == first_us);
}

static void holder_who_is_nobody_to_page_is_found_among_those_who_were(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "token:admin", NULL);
    world_delivered(w, 1, VERDICT_SENT);
    world_next(w, 15 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

static void nothing_runs_while_all_alerts_are_over(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    struct alert_words over = down;
    over.ends_us = w->now_us;
    w->config.hold_down_s = 3600;
    world_hear(w, over);
    assert_true(world_sets_timer(w, TIMER_LEASE, false));
    world_pass(w, 50 * MINUTES);
    world_hear(w, down);
    assert_true(incident_of(w, 1)->lease_us == w->now_us + 15 * MINUTES);
    assert_int_equal(w->engine->last_delivery, 1);
}

static void level_that_can_wait_has_no_lease(void **state)
{
    struct world *w = *state;
    struct alert_words minor = down;
    minor.severity = "SEV-3";
    world_hear(w, minor);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_int_equal(incident_of(w, 1)->lease_us, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(silence_pages_the_holder_again),
        TEST(more_silence_goes_on_along_the_chain),
        TEST(progress_of_any_kind_renews_it),
        TEST(steps_that_run_by_themselves_are_no_progress),
        TEST(progress_after_a_lapse_calls_everybody_off),
        TEST(somebody_else_takes_over_from_a_silent_holder),
        TEST(holder_who_is_nobody_to_page_is_found_among_those_who_were),
        TEST(nothing_runs_while_all_alerts_are_over),
        TEST(level_that_can_wait_has_no_lease),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
