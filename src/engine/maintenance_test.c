/* While something is worked on its incidents are recorded, and page when the window is over. */
#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

/* WORLD_US is Sunday 2026-03-01 09:00 UTC. */
static void plan(struct world *w, const char *id, int from_hour, int until_hour)
{
    *list_push(w->arena, &w->config.maintenance) = (struct maintenance_window){
        .id = id,
        .comment = "upgrade",
        .timezone = "UTC",
        .service = "checkout",
        .times = {.start = {2026, 3, 1, from_hour, 0}, .until = {2026, 3, 1, until_hour, 0}}};
    engine_learn(w->engine, &w->config, w->library);
}

static void an_incident_in_a_window_is_recorded_and_pages_when_it_ends(void **state)
{
    struct world *w = *state;
    plan(w, "sunday", 10, 12);
    world_pass(w, 61 * MINUTES);
    assert_int_equal(w->engine->silences.n_active, 1);
    world_hear(w, down);
    assert_string_equal(incident_of(w, 1)->title, "ServiceDown on checkout");
    assert_text_has(event_of(w, "incident.silenced")->summary, "It is in a maintenance window");
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_next(w, 104 * MINUTES); /* it warns */
    world_pass(w, 14 * MINUTES);
    assert_int_equal(incident_of(w, 1)->next_delivery, 1);
    world_pass(w, MINUTES);
    assert_true(incident_of(w, 1)->next_delivery > 1);
}

static void the_page_says_that_the_window_has_ended(void **state)
{
    struct world *w = *state;
    plan(w, "sunday", 9, 10);
    world_hear(w, down);
    assert_true(incident_find(w->engine, 1)->hushed);
    world_next(w, 45 * MINUTES);
    world_next(w, 15 * MINUTES);
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why,
                    "maintenance window of the configuration (“upgrade”) has ended, and it still fires");
}

static void of_two_windows_the_later_end_counts(void **state)
{
    struct world *w = *state;
    plan(w, "first", 9, 10);
    plan(w, "second", 9, 11);
    world_hear(w, down);
    world_pass(w, 119 * MINUTES);
    assert_int_equal(incident_of(w, 1)->next_delivery, 1);
    world_pass(w, 2 * MINUTES);
    assert_int_equal(incident_of(w, 1)->next_delivery, 2);
}

static void a_window_that_is_ended_early_stays_ended(void **state)
{
    struct world *w = *state;
    plan(w, "sunday", 9, 12);
    world_hear(w, down);
    world_pass(w, MINUTES);
    char *id = heap_strdup(w->engine->silences.all[0]->silence.id);
    world_decide(w, (struct input){.kind = INPUT_SILENCE_EXPIRE, .text = id, .actor = "person:ana"});
    free(id);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    engine_learn(w->engine, &w->config, w->library);
    world_pass(w, MINUTES);
    assert_int_equal(w->engine->silences.n_active, 0);
}

static void a_window_that_the_configuration_drops_is_over(void **state)
{
    struct world *w = *state;
    plan(w, "sunday", 9, 12);
    world_hear(w, down);
    w->config.maintenance.n = 0;
    engine_learn(w->engine, &w->config, w->library);
    world_pass(w, MINUTES);
    assert_int_equal(w->engine->silences.n_active, 0);
    assert_int_equal(incident_of(w, 1)->next_delivery, 2);
}

static void what_a_silence_hid_opens_its_incident_when_only_a_window_is_left(void **state)
{
    struct world *w = *state;
    plan(w, "sunday", 9, 12);
    struct silence value = {.id = "",
                            .matchers = "{service=\"checkout\"}",
                            .created_by = "ana",
                            .comment = "known",
                            .starts_us = w->now_us,
                            .ends_us = w->now_us + 10 * MINUTES};
    world_decide(w, (struct input){.kind = INPUT_SILENCE, .silence = &value, .text = "an-id"});
    world_hear(w, down);
    assert_null(incident_of(w, 1));
    world_pass(w, 11 * MINUTES);
    assert_non_null(incident_of(w, 1));
    assert_int_equal(incident_of(w, 1)->next_delivery, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_incident_in_a_window_is_recorded_and_pages_when_it_ends,
                                        world_start, world_stop),
        cmocka_unit_test_setup_teardown(the_page_says_that_the_window_has_ended, world_start, world_stop),
        cmocka_unit_test_setup_teardown(of_two_windows_the_later_end_counts, world_start, world_stop),
        cmocka_unit_test_setup_teardown(a_window_that_is_ended_early_stays_ended, world_start, world_stop),
        cmocka_unit_test_setup_teardown(a_window_that_the_configuration_drops_is_over, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(what_a_silence_hid_opens_its_incident_when_only_a_window_is_left,
                                        world_start, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
