#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static const char runbook[] = "# Checkout Runbook\n\n"
                              "## Severity Levels\n\n### SEV-1 (Critical)\n\n**Response Time**: 15 minutes\n"
                              "\n## Service Down\n"
                              "\n"
                              "### Resolution\n"
                              "\n"
                              "1. Add replicas\n"
                              "   ```bash\n"
                              "   kubectl scale deployment/web --replicas=5\n"
                              "   ```\n"
                              "2. Scale the <worker-name> too\n"
                              "   ```bash\n"
                              "   kubectl scale deployment <worker-name> --replicas=5\n"
                              "   ```\n"
                              "\n"
                              "### Verification\n"
                              "\n"
                              "```bash\n"
                              "redis-cli ping\n"
                              "```\n";

enum { SCALE = 15, WORKER = 19, CHECK = 25 };

static int begin(void **state)
{
    return world_open(state, runbook, down);
}

static int before(int line)
{
    return part_number(line, PART_BEFORE);
}
static int back(int line)
{
    return part_number(line, PART_BACK);
}

static const struct outcome *approve(struct world *w, int line)
{
    return world_decide(w,
                        (struct input){.kind = INPUT_APPROVE, .run = 1, .step = line, .actor = "person:ana"});
}

static void way_back_is_whole_before_anybody_is_asked(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_row(w, before(SCALE))->state, STEP_STARTING);
    assert_text_has(world_row(w, SCALE)->way_back, "--replicas=<earlier-value>");
    assert_string_equal(world_row(w, SCALE)->changes, "sets deployment/web to 5 replicas");
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "3\n");
    assert_string_equal(world_row(w, SCALE)->way_back, "`kubectl scale deployment/web --replicas=3`");
    assert_int_equal(world_row(w, back(SCALE))->state, STEP_NOT_TAKEN);
    assert_int_equal(world_row(w, SCALE)->state, STEP_WAITING);
}

static void change_runs_behind_a_second_look_and_its_record_has_the_way_back(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "3\n");
    assert_int_equal(approve(w, SCALE)->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "approval.given")->body, "--replicas=3");
    assert_text_has(event_of(w, "approval.given")->body, "sets deployment/web to 5 replicas");
    assert_int_equal(world_row(w, before(SCALE))->state, STEP_STARTING);
    assert_int_equal(world_row(w, SCALE)->state, STEP_QUEUED);
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "3\n");
    assert_int_equal(world_row(w, SCALE)->state, STEP_STARTING);
}

static void approval_of_another_way_back_is_void(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "3\n");
    approve(w, SCALE);
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "4\n");
    assert_int_equal(world_row(w, SCALE)->state, STEP_WAITING);
    assert_string_equal(world_row(w, SCALE)->approved_by, "");
    assert_text_has(world_row(w, SCALE)->why, "--replicas=4");
    assert_non_null(event_of(w, "approval.void"));
}

static void look_that_fails_asks_once_and_then_the_change_can_do_without(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "3\n");
    approve(w, SCALE);
    world_step_done(w, 1, before(SCALE), STEP_FAILED, "no route\n");
    assert_int_equal(world_row(w, SCALE)->state, STEP_WAITING);
    assert_text_has(world_row(w, SCALE)->why, "could not be read");
    approve(w, SCALE);
    assert_int_equal(world_row(w, SCALE)->state, STEP_STARTING);
}

static void what_is_no_single_value_is_not_taken(void **state)
{
    static const char *const outputs[] = {"3\n4\n", "", "\n", "a b' c\n\x1b"};
    struct world *w = *state;
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, outputs[0]);
    for (size_t i = 1; i < sizeof outputs / sizeof *outputs; i++) {
        world_decide(w, (struct input){.kind = INPUT_STEP_VERB,
                                       .verb = VERB_START,
                                       .run = 1,
                                       .step = before(SCALE),
                                       .actor = "person:ana"});
        world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, outputs[i]);
        assert_text_has(world_row(w, SCALE)->way_back, "<earlier-value>");
    }
}

static void change_that_fails_is_offered_its_derived_way_back(void **state)
{
    struct world *w = *state;
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "3\n");
    approve(w, SCALE);
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "3\n");
    world_step_done(w, 1, SCALE, STEP_SUCCEEDED, "");
    for (int i = 0; i < 200 && world_row(w, SCALE)->verdict == VERDICT_CHECKING; i++) {
        if (world_row(w, CHECK)->state == STEP_STARTING)
            world_step_done(w, 1, CHECK, STEP_FAILED, "no answer\n");
        else
            world_pass(w, 5 * US_PER_S);
    }
    assert_int_equal(world_row(w, SCALE)->verdict, VERDICT_FAILED);
    assert_text_has(event_of(w, "way_back.offered")->summary, "--replicas=3");
    assert_int_equal(world_row(w, back(SCALE))->state, STEP_WAITING);
    assert_int_equal(approve(w, back(SCALE))->code, OUTCOME_DONE);
    assert_int_equal(world_row(w, back(SCALE))->state, STEP_STARTING);
    world_step_done(w, 1, back(SCALE), STEP_SUCCEEDED, "");
    assert_int_equal(world_row(w, back(SCALE))->verdict, VERDICT_CHECKING);
    world_step_done(w, 1, CHECK, STEP_SUCCEEDED, "PONG\n");
    assert_int_equal(world_row(w, back(SCALE))->verdict, VERDICT_PASSED);
}

static void values_of_the_change_are_those_of_its_way_back(void **state)
{
    struct world *w = *state;
    struct step_value worker = {.name = "worker-name", .value = "mail"};
    world_step_done(w, 1, before(SCALE), STEP_SUCCEEDED, "3\n");
    assert_int_equal(world_row(w, before(WORKER))->state, STEP_NOT_TAKEN);
    world_decide(w, (struct input){.kind = INPUT_STEP_VALUES,
                                   .run = 1,
                                   .step = WORKER,
                                   .actor = "person:ana",
                                   .values = &worker,
                                   .n_values = 1});
    assert_int_equal(world_row(w, before(WORKER))->state, STEP_STARTING);
    assert_string_equal(world_row(w, before(WORKER))->prepared,
                        "kubectl get deployment mail -o jsonpath={.spec.replicas}");
    world_step_done(w, 1, before(WORKER), STEP_SUCCEEDED, "2\n");
    assert_string_equal(world_row(w, WORKER)->way_back, "`kubectl scale deployment mail --replicas=2`");
    assert_string_equal(world_row(w, WORKER)->changes, "sets deployment mail to 5 replicas");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(way_back_is_whole_before_anybody_is_asked, begin, world_stop),
        cmocka_unit_test_setup_teardown(change_runs_behind_a_second_look_and_its_record_has_the_way_back,
                                        begin, world_stop),
        cmocka_unit_test_setup_teardown(approval_of_another_way_back_is_void, begin, world_stop),
        cmocka_unit_test_setup_teardown(look_that_fails_asks_once_and_then_the_change_can_do_without, begin,
                                        world_stop),
        cmocka_unit_test_setup_teardown(what_is_no_single_value_is_not_taken, begin, world_stop),
        cmocka_unit_test_setup_teardown(change_that_fails_is_offered_its_derived_way_back, begin, world_stop),
        cmocka_unit_test_setup_teardown(values_of_the_change_are_those_of_its_way_back, begin, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
