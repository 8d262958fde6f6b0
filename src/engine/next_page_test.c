#include "engine/next_page.h"

#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static struct next_page next(struct world *w)
{
    struct next_page found;
    assert_true(engine_next_page(w->arena, w->engine, 1, &found));
    return found;
}

static void the_next_step_of_the_chain_and_its_time_are_known(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    struct next_page page = next(w);
    assert_int_equal(page.at_us, w->now_us + 5 * MINUTES);
    assert_int_equal(page.people.n, 1);
    assert_string_equal(page.people.at[0], "ben");
    assert_int_equal(page.step, 2);
    assert_int_equal(page.n_steps, 2);
    assert_int_equal(page.round, 1);
    world_next(w, 5 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    page = next(w); /* the chain starts again */
    assert_string_equal(page.people.at[0], "ana");
    assert_int_equal(page.round, 2);
}

static void where_the_chain_reaches_nobody_everybody_is_next(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.at[1].notify.at[0] = "schedule:unheard-of";
    world_hear(w, down);
    struct next_page page = next(w);
    assert_int_equal(page.step, 0);
    assert_int_equal(page.people.n, w->config.people.n);
}

static void who_has_it_is_reminded_before_others_are_paged(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_decide(w, (struct input){.kind = INPUT_ACKNOWLEDGE, .incident = 1, .actor = "person:ana"});
    struct next_page page = next(w);
    assert_true(page.holder);
    assert_int_equal(page.at_us, incident_of(w, 1)->lease_us);
    assert_string_equal(page.people.at[0], "ana");
}

static void of_what_is_over_nobody_is_paged(void **state)
{
    struct world *w = *state;
    struct next_page found;
    world_hear(w, down);
    world_decide(
        w, (struct input){
               .kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true, .text = "x"});
    assert_false(engine_next_page(w->arena, w->engine, 1, &found));
    assert_false(engine_next_page(w->arena, w->engine, 7, &found));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(the_next_step_of_the_chain_and_its_time_are_known),
        TEST(where_the_chain_reaches_nobody_everybody_is_next),
        TEST(who_has_it_is_reminded_before_others_are_paged),
        TEST(of_what_is_over_nobody_is_paged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
