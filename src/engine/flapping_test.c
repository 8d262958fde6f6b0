/* What goes up and down again and again is one incident, and one page. */
#include "engine/kept_testing_priv.h"

static int start(void **state)
{
    world_start(state);
    struct world *w = *state;
    w->config.flapping.after = 4;
    w->config.flapping.within_s = 15 * 60;
    w->config.flapping.calm_s = 30 * 60;
    return 0;
}

static void burn(struct world *w, bool burns)
{
    world_hear(w, (struct alert_words){.name = "ServiceDown",
                                       .severity = "SEV-2",
                                       .ends_us = burns ? INT64_MAX / 2 : w->now_us});
}

/* Up for a minute, quiet for a minute; the last is up. */
static void swing(struct world *w, int times)
{
    for (int i = 0; i < times; i++) {
        world_pass(w, MINUTES);
        burn(w, false);
        world_pass(w, MINUTES);
        burn(w, true);
    }
}

static void an_incident_that_swings_is_paged_for_as_flapping_once(void **state)
{
    struct world *w = *state;
    burn(w, true);
    swing(w, 1);
    assert_null(event_of(w, "incident.flapping"));
    swing(w, 1);
    assert_text_has(event_of(w, "incident.flapping")->summary, "Flapping: 4 changes in 3 min");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "Flapping: 4 changes in 3 min");
    int64_t n_pages = incident_of(w, 1)->next_delivery;
    for (int i = 0; i < 10; i++) {
        swing(w, 1);
        assert_null(event_of(w, "incident.flapping"));
    }
    assert_true(incident_of(w, 1)->next_delivery <= n_pages + 4); /* nobody has it: the chain goes on */
    assert_int_equal(incident_of(w, 1)->n_swings, 24);
}

static void a_flapping_incident_that_somebody_has_pages_nobody(void **state)
{
    struct world *w = *state;
    burn(w, true);
    swing(w, 2);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    int64_t n_pages = incident_of(w, 1)->next_delivery;
    swing(w, 20);
    assert_int_equal(incident_of(w, 1)->next_delivery, n_pages);
    world_person_sets(w, INPUT_SEVERITY, 1, "person:eve", "SEV-1", "it is worse");
    assert_int_equal(incident_of(w, 1)->next_delivery, n_pages + 2); /* ana, who has it, and ben */
}

static void a_flapping_incident_stays_open_until_it_is_calm(void **state)
{
    struct world *w = *state;
    burn(w, true);
    swing(w, 2);
    burn(w, false);
    world_pass(w, 29 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    world_pass(w, MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    assert_int_equal(incident_of(w, 1)->flapping_us, 0);
}

static void opening_again_and_again_is_flapping_too(void **state)
{
    struct world *w = *state;
    burn(w, true);
    for (int i = 0; i < 2; i++) {
        world_pass(w, MINUTES);
        burn(w, false);
        world_pass(w, 6 * MINUTES);
        assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
        burn(w, true);
    }
    assert_non_null(event_of(w, "incident.reopened"));
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "Flapping: 4 changes in 13 min");
    burn(w, false);
    world_pass(w, 6 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
}

static void a_steady_fire_is_not_flapping_and_escalates(void **state)
{
    struct world *w = *state;
    burn(w, true);
    swing(w, 2);
    int64_t n_pages = incident_of(w, 1)->next_delivery;
    world_delivered(w, 1, VERDICT_SENT);
    world_pass(w, 30 * MINUTES);
    assert_non_null(event_of(w, "incident.steady"));
    assert_int_equal(incident_of(w, 1)->flapping_us, 0);
    world_pass(w, 60 * MINUTES);
    assert_true(incident_of(w, 1)->next_delivery > n_pages);
}

static void a_restart_does_not_cut_the_calm_time_short(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    burn(w, true);
    swing(w, 2);
    burn(w, false);
    keep(w, &kept);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    restart_with(w, &kept, NULL, MINUTES);
    world_pass(w, 27 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    world_pass(w, 3 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_incident_that_swings_is_paged_for_as_flapping_once, start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_flapping_incident_that_somebody_has_pages_nobody, start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_flapping_incident_stays_open_until_it_is_calm, start, world_stop),
        cmocka_unit_test_setup_teardown(a_restart_does_not_cut_the_calm_time_short, start, world_stop),
        cmocka_unit_test_setup_teardown(opening_again_and_again_is_flapping_too, start, world_stop),
        cmocka_unit_test_setup_teardown(a_steady_fire_is_not_flapping_and_escalates, start, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
