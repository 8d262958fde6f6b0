#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static const char runbook[] = "# Checkout Runbook\n\n"
                              "## Severity Levels\n\n### SEV-1 (Critical)\n\n**Response Time**: 15 minutes\n"
                              "\n## Service down\n"
                              "\n"
                              "### Resolution\n"
                              "\n"
                              "```bash\n"
                              "# 1. Recovery order\n"
                              "# a) Data first\n"
                              "sudo systemctl start pg\n"
                              "# Verify that it answers\n"
                              "redis-cli ping\n"
                              "\n"
                              "# b) Tills\n"
                              "sudo systemctl start till\n"
                              "```\n";

enum { DATA = 16, PING = 18, TILL = 21 };

static int begin(void **state)
{
    return world_open(state, runbook, down);
}

static const char *approve(struct world *w, int line)
{
    const struct outcome *outcome =
        world_decide(w, (struct input){.kind = INPUT_APPROVE, .run = 1, .step = line, .actor = "person:ana"});
    assert_int_equal(outcome->code, OUTCOME_DONE);
    return outcome->message;
}

static void stage_starts_when_the_one_before_is_healthy(void **state)
{
    struct world *w = *state;
    assert_text_has(approve(w, TILL), "\"Data first\"");
    assert_int_equal(world_row(w, TILL)->state, STEP_QUEUED);
    approve(w, DATA);
    assert_int_equal(world_row(w, DATA)->state, STEP_STARTING);
    world_step_done(w, 1, DATA, STEP_SUCCEEDED, "");
    assert_int_equal(world_row(w, PING)->state, STEP_STARTING);
    assert_int_equal(world_row(w, TILL)->state, STEP_QUEUED);
    world_step_done(w, 1, PING, STEP_FAILED, "no answer\n");
    assert_int_equal(world_row(w, TILL)->state, STEP_QUEUED);
    assert_text_has(world_row(w, TILL)->why, "its checks: checking");
    world_pass(w, 6 * US_PER_S);
    world_step_done(w, 1, PING, STEP_SUCCEEDED, "PONG\n");
    assert_int_equal(world_row(w, TILL)->state, STEP_STARTING);
}

static void stage_that_was_done_by_hand_is_through(void **state)
{
    struct world *w = *state;
    approve(w, TILL);
    world_decide(w, (struct input){.kind = INPUT_STEP_VERB,
                                   .verb = VERB_SKIP,
                                   .run = 1,
                                   .step = DATA,
                                   .actor = "person:ana",
                                   .text = "it is up"});
    assert_int_equal(world_row(w, TILL)->state, STEP_STARTING);
}

static void stage_behind_a_failed_one_does_not_start(void **state)
{
    struct world *w = *state;
    approve(w, TILL);
    approve(w, DATA);
    world_step_done(w, 1, DATA, STEP_FAILED, "no such unit\n");
    for (int i = 0; i < 100; i++) {
        if (world_row(w, PING)->state == STEP_STARTING)
            world_step_done(w, 1, PING, STEP_FAILED, "no answer\n");
        world_pass(w, 5 * US_PER_S);
    }
    assert_int_equal(world_row(w, TILL)->attempt, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stage_starts_when_the_one_before_is_healthy, begin, world_stop),
        cmocka_unit_test_setup_teardown(stage_that_was_done_by_hand_is_through, begin, world_stop),
        cmocka_unit_test_setup_teardown(stage_behind_a_failed_one_does_not_start, begin, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
