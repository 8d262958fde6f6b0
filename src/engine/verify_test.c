#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

#define TEN "\n\n\n\n\n\n\n\n\n\n"

static const char runbook[] = "# Checkout Runbook\n\n"
                              "## Severity Levels\n\n### SEV-1 (Critical)\n\n**Response Time**: 15 minutes\n"
                              "\n\n\n" TEN TEN TEN TEN TEN "## Service Down\n"
                              "\n"
                              "### Resolution\n"
                              "\n"
                              "1. Restart the worker\n"
                              "   ```bash\n"
                              "   systemctl restart worker\n"
                              "   ```\n"
                              "2. Verify that nothing waits (should return 0)\n"
                              "   ```bash\n"
                              "   redis-cli llen jobs\n"
                              "   ```\n"
                              "3. Clean the spool\n"
                              "   ```bash\n"
                              "   systemctl restart spooler\n"
                              "   ```\n"
                              "\n"
                              "### Verification\n"
                              "\n"
                              "```bash\n"
                              "systemctl is-active worker\n"
                              "```\n"
                              "\n"
                              "### Rollback\n"
                              "\n"
                              "```bash\n"
                              "systemctl start old-worker\n"
                              "```\n";

enum { RESTART = 67, QUEUE = 71, CLEAN = 75, ACTIVE = 81, BACK = 87 };

static int begin(void **state)
{
    return world_open(state, runbook, down);
}

static void approve(struct world *w, int line)
{
    const struct outcome *outcome =
        world_decide(w, (struct input){.kind = INPUT_APPROVE, .run = 1, .step = line, .actor = "person:ana"});
    if (outcome->code != OUTCOME_DONE)
        fail_msg("line %d: %s", line, outcome->message);
}

static void change(struct world *w, int line)
{
    approve(w, line);
    world_step_done(w, 1, line, STEP_SUCCEEDED, "");
}

static void checks_of_a_change_run_by_themselves_one_after_the_other(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_row(w, QUEUE)->state, STEP_WAITING);
    change(w, RESTART);
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_CHECKING);
    assert_int_equal(world_row(w, QUEUE)->state, STEP_STARTING);
    assert_int_equal(world_row(w, ACTIVE)->state, STEP_QUEUED);
    assert_int_equal(world_row(w, BACK)->state, STEP_WAITING);
    world_step_done(w, 1, QUEUE, STEP_SUCCEEDED, "0\n");
    world_step_done(w, 1, ACTIVE, STEP_SUCCEEDED, "active\n");
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_PASSED);
    assert_text_has(event_of(w, "change.verified")->summary, "it gave 0, expected 0");
    assert_int_equal(world_row(w, QUEUE)->checks_for, 0);
}

static void failing_check_is_repeated_until_it_passes(void **state)
{
    struct world *w = *state;
    change(w, RESTART);
    world_step_done(w, 1, QUEUE, STEP_SUCCEEDED, "3\n");
    world_step_done(w, 1, ACTIVE, STEP_SUCCEEDED, "active\n");
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_CHECKING);
    assert_text_has(event_of(w, "change.checking")->summary, "it gave 3, expected 0");
    world_pass(w, 6 * US_PER_S);
    assert_int_equal(world_row(w, QUEUE)->state, STEP_STARTING);
    assert_int_equal(world_row(w, QUEUE)->attempt, 2);
    world_step_done(w, 1, QUEUE, STEP_SUCCEEDED, "0\n");
    world_step_done(w, 1, ACTIVE, STEP_SUCCEEDED, "active\n");
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_PASSED);
}

/* All rounds fail until patience is over. */
static void fail_all(struct world *w)
{
    change(w, RESTART);
    for (int i = 0; i < 200 && world_row(w, RESTART)->verdict == VERDICT_CHECKING; i++) {
        if (world_row(w, QUEUE)->state == STEP_STARTING)
            world_step_done(w, 1, QUEUE, STEP_FAILED, "no answer\n");
        else if (world_row(w, ACTIVE)->state == STEP_STARTING)
            world_step_done(w, 1, ACTIVE, STEP_FAILED, "failed\n");
        else
            world_pass(w, 5 * US_PER_S);
    }
}

static void change_that_stays_bad_gets_its_way_back_offered_and_nothing_runs_unasked(void **state)
{
    struct world *w = *state;
    fail_all(w);
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_FAILED);
    assert_text_has(event_of(w, "change.failed")->summary, "exit 7");
    assert_text_has(event_of(w, "way_back.offered")->summary, "systemctl start old-worker");
    assert_int_equal(world_row(w, BACK)->state, STEP_WAITING);
    assert_text_has(world_row(w, BACK)->why, "takes back line 67");
    const struct delivery *told = delivery_of(w, DELIVERY_DUE, 0);
    assert_non_null(told);
    assert_string_equal(told->person, "ana"); /* who let it run */
    assert_true(told->notice);
    assert_text_has(told->why, "systemctl restart worker");
    assert_text_has(told->why, "systemctl start old-worker");
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
    int attempts = world_row(w, QUEUE)->attempt;
    world_pass(w, 600 * US_PER_S);
    assert_int_equal(world_row(w, QUEUE)->attempt, attempts);
    assert_int_equal(world_row(w, BACK)->attempt, 0);
    approve(w, BACK);
    assert_int_equal(world_row(w, BACK)->state, STEP_STARTING);
}

static void check_that_a_person_skipped_is_not_run(void **state)
{
    struct world *w = *state;
    world_decide(w, (struct input){.kind = INPUT_STEP_VERB,
                                   .run = 1,
                                   .step = QUEUE,
                                   .actor = "person:ana",
                                   .verb = VERB_SKIP,
                                   .text = "the queue is being moved"});
    change(w, RESTART);
    assert_int_equal(world_row(w, QUEUE)->state, STEP_SKIPPED);
    assert_int_equal(world_row(w, ACTIVE)->state, STEP_STARTING);
}

static void way_back_that_has_run_is_not_opened_again(void **state)
{
    struct world *w = *state;
    change(w, BACK);
    fail_all(w);
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_FAILED);
    assert_int_equal(world_row(w, BACK)->state, STEP_SUCCEEDED);
    assert_text_has(event_of(w, "way_back.missing")->summary, "decided on before");
}

static void next_change_takes_the_checks_over(void **state)
{
    struct world *w = *state;
    change(w, RESTART);
    world_step_done(w, 1, QUEUE, STEP_SUCCEEDED, "3\n");
    world_step_done(w, 1, ACTIVE, STEP_SUCCEEDED, "active\n");
    change(w, CLEAN);
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_UNVERIFIABLE);
    assert_text_has(world_row(w, RESTART)->verdict_why, "line 75 changed something");
    assert_int_equal(world_row(w, CLEAN)->verdict, VERDICT_CHECKING);
    world_step_done(w, 1, ACTIVE, STEP_SUCCEEDED, "active\n");
    assert_int_equal(world_row(w, CLEAN)->verdict, VERDICT_PASSED);
}

static void change_without_checks_is_said_to_be_not_verifiable(void **state)
{
    struct world *w = *state;
    change(w, BACK);
    assert_int_equal(world_row(w, BACK)->verdict, VERDICT_UNVERIFIABLE);
    assert_text_has(event_of(w, "change.not_verifiable")->summary, "no check");
}

static void verification_ends_with_the_incident(void **state)
{
    struct world *w = *state;
    change(w, RESTART);
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_UNVERIFIABLE);
    world_step_done(w, 1, QUEUE, STEP_SUCCEEDED, "0\n");
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_UNVERIFIABLE);
}

static void verification_goes_on_after_a_restart(void **state)
{
    struct world *w = *state;
    change(w, RESTART);
    world_step_done(w, 1, QUEUE, STEP_SUCCEEDED, "3\n");
    world_step_done(w, 1, ACTIVE, STEP_SUCCEEDED, "active\n");
    struct incident_record *record = incident_find(w->engine, 1);
    due_clear(&w->engine->due, &record->verify); /* it is not durable */
    world_pass(w, 60 * US_PER_S);
    arena_reset(w->decisions.arena);
    memset(&w->decisions.list, 0, sizeof w->decisions.list);
    engine_restored(w->engine, w->now_us, &w->decisions);
    world_pass(w, 1);
    assert_int_equal(world_row(w, QUEUE)->state, STEP_STARTING);
    world_step_done(w, 1, QUEUE, STEP_SUCCEEDED, "0\n");
    world_step_done(w, 1, ACTIVE, STEP_SUCCEEDED, "active\n");
    assert_int_equal(world_row(w, RESTART)->verdict, VERDICT_PASSED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(checks_of_a_change_run_by_themselves_one_after_the_other, begin,
                                        world_stop),
        cmocka_unit_test_setup_teardown(failing_check_is_repeated_until_it_passes, begin, world_stop),
        cmocka_unit_test_setup_teardown(
            change_that_stays_bad_gets_its_way_back_offered_and_nothing_runs_unasked, begin, world_stop),
        cmocka_unit_test_setup_teardown(check_that_a_person_skipped_is_not_run, begin, world_stop),
        cmocka_unit_test_setup_teardown(way_back_that_has_run_is_not_opened_again, begin, world_stop),
        cmocka_unit_test_setup_teardown(next_change_takes_the_checks_over, begin, world_stop),
        cmocka_unit_test_setup_teardown(change_without_checks_is_said_to_be_not_verifiable, begin,
                                        world_stop),
        cmocka_unit_test_setup_teardown(verification_ends_with_the_incident, begin, world_stop),
        cmocka_unit_test_setup_teardown(verification_goes_on_after_a_restart, begin, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
