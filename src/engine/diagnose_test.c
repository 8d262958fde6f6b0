#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};
static const struct alert_words full = {.name = "DiskFull", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static const struct outcome *approve(struct world *w, int64_t run, int line, const char *actor, bool force,
                                     const char *text)
{
    return world_decide(
        w,
        (struct input){
            .kind = INPUT_APPROVE, .run = run, .step = line, .actor = actor, .force = force, .text = text});
}

static void looking_runs_by_itself_and_the_rest_waits_with_a_reason(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_int_equal(step_of(w, 27)->state, STEP_STARTING);
    assert_int_equal(step_of(w, 27)->attempt, 1);
    assert_int_equal(step_of(w, 28)->state, STEP_HELD);
    assert_text_has(step_of(w, 28)->why, "placeholder");
    assert_int_equal(step_of(w, 29)->state, STEP_QUEUED);
    assert_int_equal(step_of(w, 35)->state, STEP_WAITING);
    assert_text_has(step_of(w, 35)->why, "what it is known to do");
    assert_int_equal(step_of(w, 41)->state, STEP_WAITING); /* a look at what the repair did */
    assert_text_has(event_of(w, "run.planned")->summary, "2 run by themselves, 2 wait");
}

static void one_step_at_a_time_in_the_order_of_the_document(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_decide(w, (struct input){.kind = INPUT_STEP_STARTED, .run = 1, .step = 27});
    assert_int_equal(step_of(w, 27)->state, STEP_RUNNING);
    world_step_done(w, 1, 27, STEP_FAILED, "more\nconnection refused");
    assert_string_equal(
        event_of(w, "step.finished")->summary,
        "`curl -f http://checkout:8000/health` failed with exit 7 after 0.2 s: connection refused");
    assert_string_equal(step_of(w, 27)->output, "more\nconnection refused");
    assert_int_equal(step_of(w, 29)->state, STEP_STARTING);
    world_step_done(w, 1, 29, STEP_SUCCEEDED, NULL);
    assert_text_has(event_of(w, "run.diagnosed")->summary, "1 of 2 steps succeeded");
    assert_null(event_of(w, "step.started"));
    world_step_done(w, 1, 29, STEP_SUCCEEDED, NULL);
    assert_int_equal(w->decisions.outcome.code, OUTCOME_CONFLICT);
}

static void approval_runs_a_step_and_binds_its_text(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_int_equal(approve(w, 1, 35, "person:ana", false, NULL)->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "approval.given")->body, "\"command_sha256\":\"");
    assert_int_equal(step_of(w, 35)->state, STEP_QUEUED);
    assert_text_has(w->decisions.outcome.message, "next");
    world_step_done(w, 1, 27, STEP_SUCCEEDED, NULL);
    assert_int_equal(step_of(w, 35)->state, STEP_STARTING); /* before the rest of the diagnosis */
    assert_string_equal(step_of(w, 35)->approved_by, "person:ana");
    assert_int_equal(approve(w, 1, 35, "person:ana", false, NULL)->code, OUTCOME_CONFLICT);
    world_step_done(w, 1, 35, STEP_SUCCEEDED, "patient 12 restarted");
    assert_null(strstr(event_of(w, "step.finished")->summary, "patient"));
    assert_int_equal(step_of(w, 29)->state, STEP_STARTING);
}

static void approval_of_what_cannot_run_is_refused_with_the_reason(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_int_equal(approve(w, 1, 28, "person:ana", false, NULL)->code, OUTCOME_CONFLICT);
    assert_text_has(w->decisions.outcome.message, "placeholder");
    assert_int_equal(approve(w, 1, 99, "person:ana", false, NULL)->code, OUTCOME_NOT_FOUND);
    assert_int_equal(approve(w, 7, 34, "person:ana", false, NULL)->code, OUTCOME_NOT_FOUND);
    assert_int_equal(approve(w, 1, 35, NULL, false, NULL)->code, OUTCOME_INVALID);
}

static void denied_step_does_not_run(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_decide(w,
                 (struct input){
                     .kind = INPUT_DENY, .run = 1, .step = 35, .actor = "person:ana", .text = "not at noon"});
    assert_int_equal(step_of(w, 35)->state, STEP_DENIED);
    assert_non_null(event_of(w, "approval.denied"));
    assert_int_equal(approve(w, 1, 35, "person:ben", false, NULL)->code, OUTCOME_CONFLICT);
}

static void destroying_takes_two_people(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    assert_int_equal(approve(w, 1, 48, "person:ana", false, NULL)->code, OUTCOME_DONE);
    assert_non_null(event_of(w, "approval.requested"));
    assert_int_equal(step_of(w, 48)->state, STEP_WAITING);
    assert_int_equal(approve(w, 1, 48, "person:ana", false, NULL)->code, OUTCOME_CONFLICT);
    assert_int_equal(approve(w, 1, 48, "person:ben", false, NULL)->code, OUTCOME_DONE);
    assert_int_equal(step_of(w, 48)->state, STEP_STARTING);
    assert_string_equal(step_of(w, 48)->approved_by, "person:ana, person:ben");
}

static void glass_can_be_broken_with_a_reason_and_never_quietly(void **state)
{
    struct world *w = *state;
    world_hear(w, full);
    assert_int_equal(approve(w, 1, 48, "person:ana", true, "")->code, OUTCOME_INVALID);
    assert_int_equal(approve(w, 1, 48, "person:ana", true, "alone at night")->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "approval.break_glass")->body, "alone at night");
    assert_int_equal(step_of(w, 48)->state, STEP_STARTING);
}

static void nothing_more_runs_for_an_incident_that_is_over(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_int_equal(step_of(w, 29)->state, STEP_HELD);
    assert_int_equal(approve(w, 1, 35, "person:ana", false, NULL)->code, OUTCOME_CONFLICT);
    world_step_done(w, 1, 27, STEP_SUCCEEDED, NULL); /* what was under way is still told */
    assert_non_null(event_of(w, "step.finished"));
    assert_null(event_of(w, "step.started"));
}

static void switched_off_diagnosis_waits_for_approvals(void **state)
{
    struct world *w = *state;
    w->config.runner.diagnose = false;
    world_hear(w, down);
    assert_int_equal(step_of(w, 27)->state, STEP_WAITING);
    assert_null(event_of(w, "step.started"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(looking_runs_by_itself_and_the_rest_waits_with_a_reason),
        TEST(one_step_at_a_time_in_the_order_of_the_document),
        TEST(approval_runs_a_step_and_binds_its_text),
        TEST(approval_of_what_cannot_run_is_refused_with_the_reason),
        TEST(denied_step_does_not_run),
        TEST(destroying_takes_two_people),
        TEST(glass_can_be_broken_with_a_reason_and_never_quietly),
        TEST(nothing_more_runs_for_an_incident_that_is_over),
        TEST(switched_off_diagnosis_waits_for_approvals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
