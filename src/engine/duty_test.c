#include "engine/duty.h"

#include "engine/testing_priv.h"

#define HOURS (60 * MINUTES)

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

/* ana is on call by the schedule "primary", which the service pages. */
static int start(void **state)
{
    world_start(state);
    struct world *w = *state;
    struct schedule *schedule = list_push(w->arena, &w->config.schedules);
    *schedule = (struct schedule){.id = "primary", .timezone = "UTC"};
    *list_push(w->arena, &schedule->overrides) =
        (struct roster_override){.person = "ana", .from = {2026, 1, 1, 0, 0}, .until = {2027, 1, 1, 0, 0}};
    w->config.services.at[0].escalation.at[0].notify.at[0] = "schedule:primary";
    return 0;
}

static const struct outcome *takes_over(struct world *w, const char *person, int64_t in_us, int64_t lasts_us)
{
    const struct duty_override override = {.schedule = "primary",
                                           .person = person,
                                           .from_us = w->now_us + in_us,
                                           .until_us = w->now_us + in_us + lasts_us,
                                           .why = "a wedding"};
    return world_decide(w,
                        (struct input){.kind = INPUT_OVERRIDE, .actor = "person:ana", .override = &override});
}

static const char *on_call(struct world *w, int64_t at_us, int64_t *ret_until_us)
{
    struct strings people;
    engine_people_at(w->engine, w->arena, &w->config.schedules.at[0], at_us, &people, ret_until_us);
    return people.n == 1 ? people.at[0] : "";
}

static void who_took_over_is_paged_and_only_for_that_time(void **state)
{
    struct world *w = *state;
    int64_t until_us;
    assert_int_equal(takes_over(w, "eve", 0, 2 * HOURS)->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "override.made")->summary, "a wedding");
    world_hear(w, down);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
    assert_string_equal(on_call(w, w->now_us + HOURS, &until_us), "eve");
    assert_int_equal(until_us, w->now_us + 2 * HOURS);
    assert_string_equal(on_call(w, w->now_us + 2 * HOURS, &until_us), "ana");
}

static void without_a_beginning_it_begins_now(void **state)
{
    struct world *w = *state;
    int64_t until_us;
    const struct duty_override override = {
        .schedule = "primary", .person = "eve", .until_us = w->now_us + HOURS};
    const struct input input = {.kind = INPUT_OVERRIDE, .actor = "person:ana", .override = &override};
    assert_int_equal(world_decide(w, input)->code, OUTCOME_DONE);
    assert_string_equal(on_call(w, w->now_us, &until_us), "eve");
}

static void of_two_the_one_that_was_made_last_holds_and_the_answer_ends_where_the_next_begins(void **state)
{
    struct world *w = *state;
    int64_t until_us;
    takes_over(w, "eve", 0, 8 * HOURS);
    takes_over(w, "ben", HOURS, HOURS);
    assert_string_equal(on_call(w, w->now_us, &until_us), "eve");
    assert_int_equal(until_us, w->now_us + HOURS);
    assert_string_equal(on_call(w, w->now_us + HOURS, &until_us), "ben");
    assert_string_equal(on_call(w, w->now_us + 3 * HOURS, &until_us), "eve");
}

static void one_that_is_ended_gives_the_schedule_back(void **state)
{
    struct world *w = *state;
    takes_over(w, "eve", 0, 2 * HOURS);
    const struct duty_override of = {.number = engine_overrides(w->engine)->at[0]->number};
    const struct input end = {.kind = INPUT_OVERRIDE, .actor = "person:eve", .override = &of, .flag = true};
    assert_int_equal(world_decide(w, end)->code, OUTCOME_DONE);
    assert_string_equal(on_call(w, w->now_us, NULL), "ana");
    assert_int_equal(world_decide(w, end)->code, OUTCOME_NOT_FOUND);
}

static void it_outlives_a_restart(void **state)
{
    struct world *w = *state;
    struct duty_override kept = {0};
    takes_over(w, "eve", 0, 2 * HOURS);
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_OVERRIDE)
            kept = decision->override;
    struct engine *engine = engine_new(&w->config, w->library);
    engine_restore_override(engine, &kept);
    struct strings people;
    engine_people_at(engine, w->arena, &w->config.schedules.at[0], w->now_us, &people, NULL);
    assert_string_equal(people.at[0], "eve");
    engine_free(engine);
}

static void what_cannot_be_is_refused(void **state)
{
    struct world *w = *state;
    assert_int_equal(takes_over(w, "nobody", 0, HOURS)->code, OUTCOME_INVALID);
    assert_int_equal(takes_over(w, "eve", -3 * HOURS, HOURS)->code, OUTCOME_INVALID);
    assert_int_equal(takes_over(w, "eve", HOURS, -2 * MINUTES)->code, OUTCOME_INVALID);
    assert_int_equal(takes_over(w, "eve", 0, 93 * 24 * HOURS)->code, OUTCOME_INVALID);
    assert_int_equal(engine_overrides(w->engine)->n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_took_over_is_paged_and_only_for_that_time),
        TEST(without_a_beginning_it_begins_now),
        TEST(of_two_the_one_that_was_made_last_holds_and_the_answer_ends_where_the_next_begins),
        TEST(one_that_is_ended_gives_the_schedule_back),
        TEST(it_outlives_a_restart),
        TEST(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
