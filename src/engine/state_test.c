/* What people move an incident to, and when a resolved one is opened again. */
#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static void end_it(struct world *w)
{
    struct alert_words over = down;
    over.ends_us = w->now_us;
    world_hear(w, over);
}

static void person_walks_it_through_its_states(void **state)
{
    struct world *w = *state;
    static const char *const words[] = {"acknowledged", "investigating", "identified", "monitoring"};
    world_hear(w, down);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        world_person_sets(w, INPUT_STATE, 1, "person:ana", words[i], "a reason");
        assert_int_equal(w->decisions.outcome.code, OUTCOME_DONE);
        assert_string_equal(incident_state_name(incident_of(w, 1)->state), words[i]);
        const struct event *event = event_of(w, arena_printf(w->arena, "incident.%s", words[i]));
        assert_string_equal(event->actor, "person:ana");
    }
    end_it(w);
    world_pass(w, 5 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    world_person_sets(w, INPUT_STATE, 1, "person:ben", "closed", NULL);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_CLOSED);
    assert_string_equal(incident_of(w, 1)->closed_by, "person:ben");
}

static void refused_move_says_which_are_legal(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    const struct outcome *outcome = world_person_sets(w, INPUT_STATE, 1, "person:ana", "closed", NULL);
    assert_int_equal(outcome->code, OUTCOME_CONFLICT);
    assert_text_has(outcome->message, "acknowledged, investigating, identified, monitoring, resolved.");
    assert_int_equal(w->decisions.list.n, 0);
    assert_int_equal(world_person_sets(w, INPUT_STATE, 1, "person:ana", "gone", NULL)->code, OUTCOME_INVALID);
    assert_text_has(w->decisions.outcome.message, "The states are");
}

static void whoever_works_on_it_has_it(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_sets(w, INPUT_STATE, 1, "person:ben", "investigating", NULL);
    assert_string_equal(incident_of(w, 1)->acknowledged_by, "person:ben");
    assert_true(incident_of(w, 1)->lease_us > w->now_us);
    assert_non_null(delivery_of(w, DELIVERY_CANCELLED, 0));
}

static void watched_repair_goes_back_only_when_something_new_fires(void **state)
{
    struct world *w = *state;
    struct alert_words b = {
        .name = "ServiceDown", .severity = "SEV-1", .instance = "b", .ends_us = INT64_MAX / 2};
    world_hear(w, down);
    world_hear(w, b);
    world_person_sets(w, INPUT_STATE, 1, "person:ana", "monitoring", "restarted");
    assert_false(due_is_set(&incident_find(w->engine, 1)->hold_down));
    b.ends_us = w->now_us;
    world_hear(w, b);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    b.ends_us = INT64_MAX / 2;
    world_pass(w, MINUTES);
    world_hear(w, b);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_ACKNOWLEDGED);
}

static void what_a_person_calls_not_over_is_not_resolved_by_itself(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    end_it(w);
    world_person_sets(w, INPUT_STATE, 1, "person:ana", "investigating", "the cause is still there");
    assert_true(world_sets_timer(w, TIMER_HOLD_DOWN, false));
    world_pass(w, 10 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_INVESTIGATING);
}

static void same_trouble_within_the_window_opens_it_again_and_pages(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    end_it(w);
    world_pass(w, 14 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    world_hear(w, down);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_TRIGGERED);
    assert_null(incident_of(w, 2));
    assert_text_has(event_of(w, "incident.reopened")->summary, "resolved 9 min");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->key, "crashcart-7f3a-incident-1-page-2-");
    assert_int_equal(incident_of(w, 1)->acknowledged_us, 0);
    world_delivered(w, 2, VERDICT_SENT);
    world_next(w, 5 * MINUTES);
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "Nobody has acknowledged it for 5 min");
    world_pass(w, 26 * 60 * MINUTES); /* it is not forgotten as a resolved one would be */
    assert_non_null(incident_of(w, 1));
}

static void closed_incident_stays_closed(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    end_it(w);
    world_pass(w, 6 * MINUTES);
    world_person_sets(w, INPUT_STATE, 1, "person:ana", "closed", NULL);
    world_hear(w, down);
    assert_int_equal(incident_of(w, 2)->state, INCIDENT_TRIGGERED);
    assert_int_equal(incident_of(w, 2)->earlier, 1);
    assert_int_equal(world_person_sets(w, INPUT_STATE, 1, "person:ana", "triggered", NULL)->code,
                     OUTCOME_CONFLICT);
}

static void person_opens_it_again_and_somebody_is_paged(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    end_it(w);
    world_pass(w, 60 * MINUTES);
    world_person_sets(w, INPUT_STATE, 1, "person:eve", "triggered", "customers still see errors");
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_TRIGGERED);
    assert_text_has(event_of(w, "incident.reopened")->summary, "customers still see errors");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    world_hear(w, down);
    assert_null(incident_of(w, 2));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(person_walks_it_through_its_states),
        TEST(refused_move_says_which_are_legal),
        TEST(whoever_works_on_it_has_it),
        TEST(watched_repair_goes_back_only_when_something_new_fires),
        TEST(what_a_person_calls_not_over_is_not_resolved_by_itself),
        TEST(same_trouble_within_the_window_opens_it_again_and_pages),
        TEST(closed_incident_stays_closed),
        TEST(person_opens_it_again_and_somebody_is_paged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
