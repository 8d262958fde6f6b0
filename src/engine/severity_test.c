/* The level of an incident, and what follows when it changes. */
#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-2", .ends_us = INT64_MAX / 2};

static void person_raises_it_and_the_chain_is_paged_at_once(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_pass(w, MINUTES);
    const struct outcome *outcome =
        world_person_sets(w, INPUT_SEVERITY, 1, "person:eve", "sev1", "all customers are affected");
    assert_int_equal(outcome->code, OUTCOME_DONE);
    assert_string_equal(incident_of(w, 1)->severity, "SEV-1");
    assert_string_equal(incident_of(w, 1)->severity_by, "person:eve");
    assert_text_has(event_of(w, "incident.severity_raised")->summary, "all customers are affected");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "raised from SEV-2 to SEV-1");
}

static void raise_makes_nobody_later(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_pass(w, 4 * MINUTES);
    world_person_sets(w, INPUT_SEVERITY, 1, "person:eve", "SEV-1", "worse");
    world_delivered(w, 2, VERDICT_SENT);
    world_next(w, MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
}

static void raise_of_an_owned_incident_tells_the_others(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_next(w, 5 * MINUTES);
    world_delivered(w, 2, VERDICT_SENT);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ben", NULL);
    world_person_sets(w, INPUT_SEVERITY, 1, "person:ben", "SEV-1", "worse");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_null(delivery_of(w, DELIVERY_DUE, 1)); /* ben knows */
    world_delivered(w, 3, VERDICT_RETRY);
    world_person_says(w, INPUT_NOTE, 1, "person:ben", "on it");
    world_next(w, engine_next_due_us(w->engine) - w->now_us); /* a page that is owed is tried again */
    assert_int_equal(delivery_of(w, DELIVERY_DUE, 0)->id, 3);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_ACKNOWLEDGED);
}

static void whoever_has_it_hears_that_an_alert_raised_it(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    struct alert_words worst = down;
    worst.instance = "b";
    worst.severity = "SEV-1";
    world_hear(w, worst);
    assert_non_null(event_of(w, "incident.severity_raised"));
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_ACKNOWLEDGED);
}

static void whoever_has_it_hears_of_a_raise_although_no_step_names_them(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:eve", NULL);
    world_person_sets(w, INPUT_SEVERITY, 1, "person:ana", "SEV-1", "worse");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve"); /* ana said so herself */
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
}

static void lowering_takes_nothing_back_and_waits_longer(void **state)
{
    struct world *w = *state;
    struct alert_words worst = down;
    worst.severity = "SEV-1";
    w->config.services.at[0].escalation.at[1].after_s = UNSTATED;
    world_hear(w, worst);
    world_person_sets(w, INPUT_SEVERITY, 1, "person:eve", "SEV-2", "one customer");
    assert_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    assert_non_null(event_of(w, "incident.severity_lowered"));
    assert_int_equal(incident_find(w->engine, 1)->escalate.at_us, w->now_us + 60 * MINUTES);
}

static void what_a_person_lowered_is_raised_only_by_something_worse(void **state)
{
    struct world *w = *state;
    struct alert_words other = down;
    world_hear(w, down);
    world_person_sets(w, INPUT_SEVERITY, 1, "person:eve", "SEV-3", "a test system");
    other.instance = "b";
    world_hear(w, other);
    assert_string_equal(incident_of(w, 1)->severity, "SEV-3");
    other.instance = "c";
    other.severity = "SEV-1";
    world_hear(w, other);
    assert_string_equal(incident_of(w, 1)->severity, "SEV-1");
    assert_string_equal(incident_of(w, 1)->severity_by, "");
}

static void unknown_level_is_refused_with_the_list(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    const struct outcome *outcome = world_person_sets(w, INPUT_SEVERITY, 1, "person:eve", "P9", "why");
    assert_int_equal(outcome->code, OUTCOME_INVALID);
    assert_text_has(outcome->message, "SEV-1, SEV-2, SEV-3");
    assert_int_equal(w->decisions.list.n, 0);
    assert_int_equal(world_person_sets(w, INPUT_SEVERITY, 1, "person:eve", "SEV-1", "")->code,
                     OUTCOME_INVALID);
}

static void lease_follows_the_level(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_true(incident_of(w, 1)->lease_us == w->now_us + 60 * MINUTES);
    world_pass(w, 5 * MINUTES);
    struct alert_words worse = down;
    worse.severity = "SEV-1";
    worse.instance = "b";
    world_hear(w, worse);
    assert_true(incident_of(w, 1)->lease_us == w->now_us + 15 * MINUTES);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(person_raises_it_and_the_chain_is_paged_at_once),
        TEST(raise_makes_nobody_later),
        TEST(raise_of_an_owned_incident_tells_the_others),
        TEST(whoever_has_it_hears_that_an_alert_raised_it),
        TEST(whoever_has_it_hears_of_a_raise_although_no_step_names_them),
        TEST(lowering_takes_nothing_back_and_waits_longer),
        TEST(what_a_person_lowered_is_raised_only_by_something_worse),
        TEST(unknown_level_is_refused_with_the_list),
        TEST(lease_follows_the_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
