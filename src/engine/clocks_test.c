/* Response, resolution, escalation of what is not resolved; and how clocks follow an incident. */
#include "engine/clock_fixture.h"

static void acknowledge(struct world *w)
{
    clock_all_arrive(w);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
}

static void response_that_is_missed_is_said_once_and_on_time(void **state)
{
    struct world *w = *state;
    assert_int_equal(clock_await(w, "response.missed", 60 * MINUTES), 15 * MINUTES);
    assert_text_has(event_of(w, "response.missed")->summary, "within 15 min");
    assert_text_has(event_of(w, "response.missed")->summary, "checkout.md line 5");
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->state, CLOCK_OVERDUE);
    assert_int_equal(clock_await(w, "response.missed", 600 * MINUTES), -1);
}

static void response_that_is_missed_pages_again_when_the_chain_would_wait_longer(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.at[1].after_s = 6 * 3600;
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "P1", .ends_us = INT64_MAX / 2});
    clock_all_arrive(w);
    w->now_us += 15 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_true(clock_paged(w, "ana"));
}

static void acknowledgement_meets_the_response_time(void **state)
{
    struct world *w = *state;
    world_pass(w, MINUTES);
    acknowledge(w);
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->state, CLOCK_MET);
    assert_int_equal(clock_await(w, "response.missed", 60 * MINUTES), -1);
}

static void commander_hears_before_the_target_and_at_it(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    assert_int_equal(clock_await_working(w, "resolution.near", 600 * MINUTES), 180 * MINUTES);
    assert_true(clock_paged(w, "ana"));
    assert_text_has(event_of(w, "resolution.near")->summary, "1 h are left of the 4 h");
    assert_int_equal(clock_await_working(w, "resolution.missed", 600 * MINUTES), 240 * MINUTES);
    assert_true(clock_paged(w, "ana"));
    assert_int_equal(clock_await_working(w, "resolution.missed", 600 * MINUTES), -1);
}

static void escalation_of_what_is_not_resolved_comes_although_somebody_has_it(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    assert_int_equal(clock_await_working(w, "escalation.due", 600 * MINUTES), 120 * MINUTES);
    assert_true(clock_paged(w, "eve"));
    assert_text_has(event_of(w, "escalation.due")->summary, "CTO");
}

static void phase_that_should_be_done_by_now_is_said_once_and_on_time(void **state)
{
    struct world *w = *state;
    clock_learn(
        w, "# Checkout Runbook\n\n## Severity Levels\n\n### P1 (High)\n\n**Response Time**: 15 minutes\n\n"
           "## Disk Full\n\n"
           "### Immediate Actions (within 20 minutes)\n\n" /* 11 */
           "1. Check the service:\n\n```bash\ncurl -f http://checkout/health\n```\n");
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "P1", .ends_us = INT64_MAX / 2});
    const struct runbook_clock *clock = clock_of(w, w->engine->last_incident, CLOCK_PHASE);
    assert_non_null(clock);
    assert_int_equal(clock->due_us, WORLD_US + 20 * MINUTES);
    assert_int_equal(clock_await(w, "phase.due", 60 * MINUTES), 20 * MINUTES);
    assert_text_has(event_of(w, "phase.due")->summary, "checkout.md line 11");
    assert_int_equal(clock_await(w, "phase.due", 600 * MINUTES), -1);
}

static void a_raise_shortens_and_what_has_passed_is_due_at_once(void **state)
{
    struct world *w = *state;
    world_person_sets(w, INPUT_SEVERITY, 1, "person:ben", "P2", "mild");
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->due_us, WORLD_US + 60 * MINUTES);
    world_pass(w, 30 * MINUTES);
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->said, 0); /* the lower level's time has not come */
    world_person_sets(w, INPUT_SEVERITY, 1, "person:ben", "P1", "not so mild");
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->due_us, WORLD_US + 15 * MINUTES);
    assert_int_equal(clock_await(w, "response.missed", 0), 30 * MINUTES);
}

static void a_lowering_takes_back_what_is_overdue(void **state)
{
    struct world *w = *state;
    assert_int_equal(clock_await(w, "response.missed", 60 * MINUTES), 15 * MINUTES);
    world_person_sets(w, INPUT_SEVERITY, 1, "person:ben", "P2", "mild");
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->state, CLOCK_RUNNING);
    assert_int_equal(clock_await(w, "response.missed", 600 * MINUTES), 60 * MINUTES);
}

static void resolving_stops_the_clocks_of_work_and_opening_again_starts_them(void **state)
{
    struct world *w = *state;
    acknowledge(w);
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_int_equal(clock_of(w, 1, CLOCK_RESOLUTION)->state, CLOCK_MET);
    assert_int_equal(clock_of(w, 1, CLOCK_UPDATE)->state, CLOCK_STOPPED);
    world_pass(w, 7 * MINUTES);
    world_person_sets(w, INPUT_STATE, 1, "person:ben", "triggered", "it is back");
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->due_us, WORLD_US + 22 * MINUTES);
    assert_int_equal(clock_of(w, 1, CLOCK_RESOLUTION)->due_us, WORLD_US + 247 * MINUTES);
    assert_int_equal(clock_of(w, 1, CLOCK_UPDATE)->due_us, WORLD_US + 37 * MINUTES);
    assert_int_equal(clock_of(w, 1, CLOCK_FOLLOW_UP)->state, CLOCK_STOPPED);
}

static void a_changed_runbook_moves_what_runs(void **state)
{
    struct world *w = *state;
    struct buf text scoped_buf = {0};
    const char *at = strstr(clock_runbook, "15 minutes");
    buf_printf(&text, "%.*s20 minutes%s", (int)(at - clock_runbook), clock_runbook,
               at + strlen("15 minutes"));
    clock_learn(w, arena_strdup(w->arena, buf_text(&text)));
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->due_us, WORLD_US + 20 * MINUTES);
}

static void a_level_that_has_another_name_now_keeps_what_it_promised(void **state)
{
    struct world *w = *state;
    const char *at = strstr(clock_runbook, "P1 (High)");
    clock_learn(w, arena_printf(w->arena, "%.*sMajor (High)%s", (int)(at - clock_runbook), clock_runbook,
                                at + strlen("P1 (High)")));
    assert_null(incident_level(w->engine, incident_find(w->engine, 1)));
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->state, CLOCK_RUNNING);
    assert_int_equal(clock_await(w, "response.missed", 60 * MINUTES), 15 * MINUTES);
}

static void a_level_that_is_known_takes_over_from_one_that_has_gone(void **state)
{
    struct world *w = *state;
    const char *p1 = strstr(clock_runbook, "### P1"), *p2 = strstr(clock_runbook, "### P2");
    clock_learn(w, arena_printf(w->arena, "%.*s%s", (int)(p1 - clock_runbook), clock_runbook, p2));
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->due_us, WORLD_US + 15 * MINUTES);
    world_person_sets(w, INPUT_SEVERITY, 1, "person:ben", "P2", "the other is gone");
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->due_us, WORLD_US + 60 * MINUTES);
}

static void what_fell_due_while_nothing_ran_is_said_once_and_late(void **state)
{
    struct world *w = *state;
    struct runbook_clock response = *clock_of(w, 1, CLOCK_RESPONSE);
    struct incident incident = *incident_of(w, 1);
    texts_to_arena(&clock_texts, &response, w->arena);
    texts_to_arena(&incident_texts, &incident, w->arena);
    engine_free(w->engine);
    w->engine = engine_new(&w->config, w->library);
    engine_restore_incident(w->engine, &incident);
    engine_restore_clock(w->engine, &response);
    struct alert_batch batch = world_batch(w, 1, &clock_alert);
    engine_restore_alerts(w->engine, &batch, w->now_us);
    w->now_us += 45 * MINUTES;
    arena_reset(w->decisions.arena);
    memset(&w->decisions.list, 0, sizeof w->decisions.list);
    engine_restored(w->engine, w->now_us, &w->decisions);
    assert_null(event_of(w, "response.missed"));
    assert_int_equal(clock_await(w, "response.missed", 0), 45 * MINUTES);
    assert_text_has(event_of(w, "response.missed")->summary, "30 min late: the server was not running");
    assert_int_equal(clock_await(w, "response.missed", 600 * MINUTES), -1);
}

static void a_clock_that_is_set_back_lets_nobody_wait_longer(void **state)
{
    struct world *w = *state;
    world_pass(w, 5 * MINUTES);
    w->now_us -= 180 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_CLOCK_BACK, .actor = "system", .back_us = 180 * MINUTES});
    assert_int_equal(clock_of(w, 1, CLOCK_RESPONSE)->due_us - w->now_us, 10 * MINUTES);
    assert_int_equal(clock_await(w, "response.missed", 60 * MINUTES), (15 - 180) * MINUTES);
    assert_int_equal(clock_await(w, "response.missed", 600 * MINUTES), -1);
}

#define test(name) cmocka_unit_test_setup_teardown(name, clock_world_start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(response_that_is_missed_is_said_once_and_on_time),
        test(response_that_is_missed_pages_again_when_the_chain_would_wait_longer),
        test(acknowledgement_meets_the_response_time),
        test(commander_hears_before_the_target_and_at_it),
        test(escalation_of_what_is_not_resolved_comes_although_somebody_has_it),
        test(a_raise_shortens_and_what_has_passed_is_due_at_once),
        test(a_lowering_takes_back_what_is_overdue),
        test(resolving_stops_the_clocks_of_work_and_opening_again_starts_them),
        test(a_changed_runbook_moves_what_runs),
        test(a_level_that_has_another_name_now_keeps_what_it_promised),
        test(a_level_that_is_known_takes_over_from_one_that_has_gone),
        test(a_clock_that_is_set_back_lets_nobody_wait_longer),
        test(what_fell_due_while_nothing_ran_is_said_once_and_late),
        test(phase_that_should_be_done_by_now_is_said_once_and_on_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
