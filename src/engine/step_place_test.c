#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};
static const struct alert_words full = {.name = "DiskFull", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

enum { LOOK = 27, CHANGE = 35, FREE = 47, DESTROY = 48 }; /* two of each incident */

static struct target *target_of_checkout(struct world *w)
{
    struct target *target = &w->config.services.at[0].target;
    *target = (struct target){.ssh = "deploy@web-1", .line = 5};
    return target;
}

static const struct outcome *approve(struct world *w, int64_t run, int line, const char *reason)
{
    return world_decide(w, (struct input){.kind = INPUT_APPROVE,
                                          .run = run,
                                          .step = line,
                                          .actor = "person:ana",
                                          .force = reason != NULL,
                                          .text = reason});
}

static const struct run_step *row(const struct world *w, int64_t run, int line)
{
    return step_on_line(incident_find(w->engine, run), line);
}

static bool is_said(const struct world *w, const char *kind, const char *words)
{
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_EVENT && strcmp(decision->event.kind, kind) == 0 &&
            strstr(decision->event.summary, words))
            return true;
    return false;
}

/* Incident 1 can change on line 35, incident 2 on lines 47 and 48; nothing runs. */
static void hear_both(struct world *w)
{
    w->config.runner.diagnose = false;
    world_hear(w, down);
    world_hear(w, full);
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_WAITING);
    assert_int_equal(row(w, 2, FREE)->state, STEP_WAITING);
}

static void a_step_is_planned_where_its_service_says(void **state)
{
    struct world *w = *state;
    target_of_checkout(w)->user = "deploy";
    world_hear(w, down);
    assert_string_equal(row(w, 1, CHANGE)->target, "ssh deploy@web-1, as user deploy");
    assert_string_equal(row(w, 1, CHANGE)->service, "checkout");
    assert_text_has(event_of(w, "step.started")->body, "\"target\":\"ssh deploy@web-1");
}

static void the_same_command_elsewhere_has_another_hash(void **state)
{
    struct world *w = *state;
    char here[SHA256_HEX_BYTES], there[SHA256_HEX_BYTES];
    world_hear(w, down);
    step_sha256(row(w, 1, CHANGE), here);
    target_of_checkout(w);
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    step_sha256(row(w, 1, CHANGE), there);
    assert_string_not_equal(here, there);
}

static void another_target_voids_what_was_approved(void **state)
{
    struct world *w = *state;
    target_of_checkout(w);
    world_hear(w, down);
    assert_int_equal(approve(w, 1, CHANGE, NULL)->code, OUTCOME_DONE);
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_QUEUED); /* behind the look */
    w->config.services.at[0].target.ssh = "deploy@web-2";
    engine_learn(w->engine, &w->config, w->library);
    assert_int_equal(engine_next_due_us(w->engine), w->now_us);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_WAITING);
    assert_string_equal(row(w, 1, CHANGE)->approved_by, "");
    assert_string_equal(row(w, 1, CHANGE)->target, "ssh deploy@web-2");
    assert_true(is_said(w, "step.target_changed", "its approval is void"));
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_WAITING);
}

static void the_configuration_may_change_between_look_and_approval(void **state)
{
    struct world *w = *state;
    char sha256[SHA256_HEX_BYTES];
    target_of_checkout(w);
    hear_both(w);
    step_sha256(row(w, 2, FREE), sha256);
    w->config.services.at[0].target.ssh = "deploy@web-2";
    struct input input = {
        .kind = INPUT_APPROVE, .run = 2, .step = FREE, .actor = "person:ana", .sha256 = sha256};
    assert_int_equal(world_decide(w, input)->code, OUTCOME_CONFLICT);
    assert_int_equal(row(w, 2, FREE)->state, STEP_WAITING);
    assert_int_equal(world_decide(w, input)->code, OUTCOME_CONFLICT); /* she has not looked again */
    assert_int_equal(approve(w, 2, FREE, NULL)->code, OUTCOME_DONE);
    assert_int_equal(row(w, 2, FREE)->state, STEP_STARTING);
}

static void two_incidents_change_one_place_one_after_the_other(void **state)
{
    struct world *w = *state;
    target_of_checkout(w);
    hear_both(w);
    approve(w, 1, CHANGE, NULL);
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_STARTING);
    assert_int_equal(approve(w, 2, FREE, NULL)->code, OUTCOME_DONE);
    assert_int_equal(row(w, 2, FREE)->state, STEP_QUEUED);
    assert_text_has(row(w, 2, FREE)->why, "line 35 of incident 1");
    assert_text_has(event_of(w, "step.waits")->summary, "ssh deploy@web-1");
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_int_equal(count_events(w, "step.waits"), 0); /* it is said once */
    world_step_done(w, 1, CHANGE, STEP_FAILED, NULL);
    assert_int_equal(row(w, 2, FREE)->state, STEP_STARTING);
    assert_string_equal(row(w, 2, FREE)->why, "");
}

static void an_unknown_effect_keeps_its_place_until_somebody_has_looked(void **state)
{
    struct world *w = *state;
    target_of_checkout(w);
    hear_both(w);
    approve(w, 1, CHANGE, NULL);
    world_step_done(w, 1, CHANGE, STEP_EFFECT_UNKNOWN, NULL);
    approve(w, 2, FREE, NULL);
    assert_int_equal(row(w, 2, FREE)->state, STEP_QUEUED);
    world_decide(w, (struct input){.kind = INPUT_STEP_VERB,
                                   .run = 1,
                                   .step = CHANGE,
                                   .actor = "person:ana",
                                   .verb = VERB_DONE,
                                   .text = "it is up"});
    assert_int_equal(row(w, 2, FREE)->state, STEP_STARTING);
}

static void a_look_waits_for_no_place_and_holds_none(void **state)
{
    struct world *w = *state;
    target_of_checkout(w);
    world_hear(w, down);
    assert_int_equal(row(w, 1, LOOK)->state, STEP_STARTING);
    world_hear(w, full);
    approve(w, 2, FREE, NULL);
    assert_int_equal(row(w, 2, FREE)->state, STEP_STARTING);
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    assert_int_equal(row(w, 1, 29)->state, STEP_STARTING);
}

static void without_a_target_nothing_is_locked(void **state)
{
    struct world *w = *state;
    hear_both(w);
    approve(w, 1, CHANGE, NULL);
    approve(w, 2, FREE, NULL);
    assert_int_equal(row(w, 2, FREE)->state, STEP_STARTING);
}

static void more_changes_than_the_limit_want_the_glass_broken(void **state)
{
    struct world *w = *state;
    target_of_checkout(w)->changes_an_hour = 1;
    hear_both(w);
    approve(w, 1, CHANGE, NULL);
    world_decide(w, (struct input){.kind = INPUT_STEP_STARTED, .run = 1, .step = CHANGE});
    world_step_done(w, 1, CHANGE, STEP_SUCCEEDED, NULL);
    assert_int_equal(approve(w, 2, FREE, NULL)->code, OUTCOME_CONFLICT);
    assert_text_has(w->decisions.outcome.message, "1 changes within an hour");
    assert_int_equal(row(w, 2, FREE)->state, STEP_WAITING);
    assert_int_equal(approve(w, 2, FREE, "orders are lost")->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "limit.overridden")->summary, "orders are lost");
    assert_non_null(event_of(w, "approval.break_glass"));
    assert_non_null(event_of(w, "approval.announced")); /* never quiet */
}

static void an_hour_later_the_limit_is_free_again(void **state)
{
    struct world *w = *state;
    w->config.runner.verify_time_s = 0;
    target_of_checkout(w)->changes_an_hour = 1;
    hear_both(w);
    approve(w, 1, CHANGE, NULL);
    world_decide(w, (struct input){.kind = INPUT_STEP_STARTED, .run = 1, .step = CHANGE});
    world_step_done(w, 1, CHANGE, STEP_SUCCEEDED, NULL);
    w->now_us += 59 * MINUTES;
    assert_int_equal(approve(w, 2, FREE, NULL)->code, OUTCOME_CONFLICT);
    w->now_us += MINUTES;
    assert_int_equal(approve(w, 2, FREE, NULL)->code, OUTCOME_DONE);
}

static void a_limit_counts_what_is_approved_and_has_not_begun(void **state)
{
    struct world *w = *state;
    target_of_checkout(w)->changes_an_hour = 1;
    world_hear(w, down);
    approve(w, 1, CHANGE, NULL);
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_QUEUED); /* behind the look */
    world_hear(w, full);
    assert_int_equal(approve(w, 2, FREE, NULL)->code, OUTCOME_CONFLICT);
}

static void an_incident_destroys_no_more_than_its_limit(void **state)
{
    struct world *w = *state;
    struct run_step *first;
    target_of_checkout(w)->destructive_an_incident = 1;
    hear_both(w);
    first = step_on_line(incident_find(w->engine, 2), FREE);
    first->risk = RISK_DESTRUCTIVE;
    first->attempt = 1;
    assert_int_equal(approve(w, 2, DESTROY, NULL)->code, OUTCOME_CONFLICT);
    assert_text_has(w->decisions.outcome.message, "1 destructive steps in one incident");
    first->state = STEP_REFUSED; /* it never ran */
    assert_int_equal(approve(w, 2, DESTROY, NULL)->code, OUTCOME_DONE);
    assert_int_equal(row(w, 2, DESTROY)->state, STEP_WAITING); /* for the second person, as ever */
}

static void of_a_frozen_service_nothing_changes_and_looking_goes_on(void **state)
{
    struct world *w = *state;
    target_of_checkout(w)->frozen = true;
    world_hear(w, down);
    assert_int_equal(row(w, 1, LOOK)->state, STEP_STARTING);
    assert_int_equal(approve(w, 1, CHANGE, NULL)->code, OUTCOME_CONFLICT);
    assert_text_has(w->decisions.outcome.message, "service checkout is frozen");
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    world_step_done(w, 1, 29, STEP_SUCCEEDED, NULL);
    assert_int_equal(approve(w, 1, CHANGE, "patients wait")->code, OUTCOME_DONE);
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_STARTING);
}

static void freezing_a_service_voids_what_was_approved_and_has_not_begun(void **state)
{
    struct world *w = *state;
    target_of_checkout(w);
    world_hear(w, down);
    approve(w, 1, CHANGE, NULL);
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_QUEUED);
    w->config.services.at[0].target.frozen = true;
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_int_equal(row(w, 1, CHANGE)->state, STEP_WAITING);
    assert_text_has(row(w, 1, CHANGE)->why, "frozen");
    assert_non_null(event_of(w, "step.frozen"));
    assert_int_equal(row(w, 1, LOOK)->state, STEP_STARTING);
}

static void a_command_for_another_cluster_is_held_until_the_pin_is_gone(void **state)
{
    struct world *w = *state;
    world_append(
        w,
        "## Alerts of the cluster\n\n### Pod Lost\n\n```bash\nkubectl --context=old delete pod web\n```\n");
    target_of_checkout(w)->kube_context = "prod";
    world_hear(w, (struct alert_words){.name = "PodLost", .severity = "SEV-1", .ends_us = INT64_MAX / 2});
    const struct incident_record *record = incident_find(w->engine, 1);
    assert_int_equal(record->n_steps, 1);
    assert_int_equal(record->steps[0].state, STEP_HELD);
    assert_text_has(record->steps[0].why, "--context");
    w->config.services.at[0].target.kube_context = "old";
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_int_equal(record->steps[0].state, STEP_WAITING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(a_step_is_planned_where_its_service_says),
        TEST(the_same_command_elsewhere_has_another_hash),
        TEST(another_target_voids_what_was_approved),
        TEST(the_configuration_may_change_between_look_and_approval),
        TEST(two_incidents_change_one_place_one_after_the_other),
        TEST(an_unknown_effect_keeps_its_place_until_somebody_has_looked),
        TEST(a_look_waits_for_no_place_and_holds_none),
        TEST(without_a_target_nothing_is_locked),
        TEST(more_changes_than_the_limit_want_the_glass_broken),
        TEST(an_hour_later_the_limit_is_free_again),
        TEST(a_limit_counts_what_is_approved_and_has_not_begun),
        TEST(an_incident_destroys_no_more_than_its_limit),
        TEST(of_a_frozen_service_nothing_changes_and_looking_goes_on),
        TEST(freezing_a_service_voids_what_was_approved_and_has_not_begun),
        TEST(a_command_for_another_cluster_is_held_until_the_pin_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
