#include "engine/clock_fixture.h"

#define DAYS (1440 * MINUTES)

static void weekly_task_is_due_every_monday(void **state)
{
    struct world *w = *state;
    /* WORLD_US is a Sunday, 09:00 UTC */
    assert_int_equal(clock_await(w, "maintenance.due", 3 * DAYS), 1 * DAYS);
    const struct event *due = event_of(w, "maintenance.due");
    assert_int_equal(due->incident, 0);
    assert_text_has(due->summary, "Rotate the service keys (checkout.md line 27)");
    assert_int_equal(clock_await(w, "maintenance.due", 20 * DAYS), 8 * DAYS);
}

static void task_that_a_runbook_names_no_more_is_forgotten(void **state)
{
    struct world *w = *state;
    clock_learn(w, "# Checkout Runbook\n\nNothing.\n");
    assert_int_equal(clock_of(w, 0, CLOCK_MAINTENANCE)->state, CLOCK_STOPPED);
    assert_int_equal(clock_await(w, "maintenance.due", 20 * DAYS), -1);
    clock_learn(w, clock_runbook);
    assert_int_equal(clock_of(w, 0, CLOCK_MAINTENANCE)->state, CLOCK_RUNNING);
}

static void drill_that_was_missed_before_is_said_once(void **state)
{
    struct world *w = *state;
    struct library *library = world_library("# Checkout Runbook\n\n---\n\n**Next Drill**: 2026-02-01\n");
    engine_learn(w->engine, &w->config, library);
    library_free(w->library);
    w->library = library;
    world_pass(w, 0);
    assert_text_has(event_of(w, "drill.due")->summary, "since 2026-02-01");
    assert_int_equal(clock_of(w, 0, CLOCK_DRILL)->state, CLOCK_OVERDUE);
    clock_learn(w, "# Checkout Runbook\n\n---\n\n**Next Drill**: 2026-02-01\n");
    assert_int_equal(clock_await(w, "drill.due", 400 * DAYS), -1);
    clock_learn(w, "# Checkout Runbook\n\n---\n\n**Next Drill**: 2027-08-01\n");
    assert_int_equal(clock_of(w, 0, CLOCK_DRILL)->state, CLOCK_RUNNING);
}

static void what_was_said_is_not_said_again_after_a_restart(void **state)
{
    struct world *w = *state;
    assert_int_equal(clock_await(w, "maintenance.due", 3 * DAYS), 1 * DAYS);
    struct runbook_clock kept = *clock_of(w, 0, CLOCK_MAINTENANCE);
    texts_to_arena(&clock_texts, &kept, w->arena);
    engine_free(w->engine);
    w->engine = engine_new(&w->config, w->library);
    engine_restore_clock(w->engine, &kept);
    w->decisions.list.n = 0;
    engine_restored(w->engine, w->now_us, &w->decisions);
    assert_int_equal(clock_await(w, "maintenance.due", 20 * DAYS), 8 * DAYS);
}

#define test(name) cmocka_unit_test_setup_teardown(name, clock_world_start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(weekly_task_is_due_every_monday),
        test(task_that_a_runbook_names_no_more_is_forgotten),
        test(drill_that_was_missed_before_is_said_once),
        test(what_was_said_is_not_said_again_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
