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

static const struct outcome *done(struct world *w, int number)
{
    return world_decide(
        w,
        (struct input){.kind = INPUT_CLOCK_DONE, .item = number, .actor = "person:ana", .text = "ticket 7"});
}

static void what_is_due_is_said_again_until_a_person_has_done_it(void **state)
{
    struct world *w = *state;
    assert_int_equal(clock_await(w, "maintenance.due", 3 * DAYS), 1 * DAYS);
    const struct runbook_clock *clock = clock_of(w, 0, CLOCK_MAINTENANCE);
    assert_int_equal(clock->state, CLOCK_OVERDUE);
    assert_int_equal(clock_await(w, "maintenance.overdue", 3 * DAYS), 2 * DAYS);
    assert_text_has(event_of(w, "maintenance.overdue")->summary, "not done, and due since 2026-03-02");
    assert_int_equal(clock_await(w, "maintenance.due", 20 * DAYS), 8 * DAYS); /* the next Monday */
    assert_text_has(event_of(w, "maintenance.due")->summary, "since 2026-03-02");
    world_pass(w, DAYS / 2);
    assert_int_equal(done(w, clock->number)->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "maintenance.done")->summary, "person:ana");
    assert_text_has(event_of(w, "maintenance.done")->summary, "late");
    assert_text_has(event_of(w, "maintenance.done")->summary, "next time 2026-03-16");
    assert_int_equal(clock->state, CLOCK_RUNNING);
    assert_int_equal(clock_await(w, "maintenance.overdue", 6 * DAYS), -1);
}

static void what_is_done_early_is_due_the_time_after(void **state)
{
    struct world *w = *state;
    const struct runbook_clock *clock = clock_of(w, 0, CLOCK_MAINTENANCE);
    assert_int_equal(done(w, clock->number)->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "maintenance.done")->summary, "early");
    assert_int_equal(clock_await(w, "maintenance.due", 20 * DAYS), 8 * DAYS);
    assert_int_equal(done(w, 99)->code, OUTCOME_NOT_FOUND);
}

static void a_date_that_is_done_is_said_no_more(void **state)
{
    struct world *w = *state;
    clock_learn(w, "# Checkout Runbook\n\n---\n\n**Next Drill**: 2026-03-05\n");
    const struct runbook_clock *clock = clock_of(w, 0, CLOCK_DRILL);
    assert_true(clock_await(w, "drill.due", 20 * DAYS) > 0);
    assert_true(clock_await(w, "drill.overdue", 20 * DAYS) > 0);
    assert_int_equal(done(w, clock->number)->code, OUTCOME_DONE);
    assert_int_equal(clock->state, CLOCK_MET);
    assert_int_equal(clock_await(w, "drill.overdue", 40 * DAYS), -1);
    assert_int_equal(done(w, clock->number)->code, OUTCOME_DONE); /* twice is no harm */
    assert_null(event_of(w, "drill.done"));
}

#define test(name) cmocka_unit_test_setup_teardown(name, clock_world_start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(weekly_task_is_due_every_monday),
        test(task_that_a_runbook_names_no_more_is_forgotten),
        test(drill_that_was_missed_before_is_said_once),
        test(what_was_said_is_not_said_again_after_a_restart),
        test(what_is_due_is_said_again_until_a_person_has_done_it),
        test(what_is_done_early_is_due_the_time_after),
        test(a_date_that_is_done_is_said_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
