/* How values come to a step, who gave them, and that what an alert says runs nothing that it should not. */
#include "engine/testing_priv.h"

/* The step as the engine has it. */
static const struct run_step *kept(const struct world *w, int line)
{
    const struct incident_record *record = incident_find(w->engine, 1);
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].line == line)
            return &record->steps[i];
    return NULL;
}

static int line_with(const struct world *w, const char *words)
{
    const struct incident_record *record = incident_find(w->engine, 1);
    for (size_t i = 0; i < record->n_steps; i++)
        if (strstr(record->steps[i].text, words))
            return record->steps[i].line;
    return 0;
}

static struct label with_container[] = {{"alertname", "ServiceDown"},
                                        {"container", "checkout-1"},
                                        {"service", "checkout"},
                                        {"severity", "SEV-1"}};
static struct label hostile[] = {
    {"alertname", "ServiceDown"}, {"container", "x; reboot"}, {"service", "checkout"}, {"severity", "SEV-1"}};

static void hear(struct world *w, struct label *labels)
{
    struct alert alert = {.labels = labels, .n_labels = 4, .starts_us = w->now_us, .ends_us = INT64_MAX / 2};
    struct alert_batch batch = {.source = "test", .alerts = &alert, .n_alerts = 1};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

static const struct outcome *give(struct world *w, enum input_kind kind, int line, const char *name,
                                  const char *value, const char *repairs)
{
    struct step_value given = {.name = name, .value = value};
    return world_decide(w, (struct input){.kind = kind,
                                          .run = 1,
                                          .step = line,
                                          .actor = "person:ana",
                                          .values = &given,
                                          .n_values = value ? 1 : 0,
                                          .repairs = repairs});
}

static void label_of_the_alert_fills_a_step_and_is_on_record(void **state)
{
    struct world *w = *state;
    hear(w, with_container);
    assert_string_equal(kept(w, 28)->prepared, "docker logs --tail 50 checkout-1");
    assert_int_equal(kept(w, 28)->state, STEP_QUEUED);
    assert_text_has(kept(w, 28)->given, "label container of the alert");
    assert_text_has(event_of(w, "step.filled")->body, "\"by\":\"label container of the alert\"");
}

static void hostile_label_fills_nothing_and_says_why(void **state)
{
    struct world *w = *state;
    hear(w, hostile);
    assert_int_equal(kept(w, 28)->state, STEP_HELD);
    assert_string_equal(kept(w, 28)->prepared, "");
    assert_string_equal(kept(w, 28)->missing, "<container>");
    assert_text_has(kept(w, 28)->why, "is no name");
    assert_text_has(kept(w, 28)->why, "label container");
}

static void person_gives_what_is_missing_and_it_waits_for_the_approval(void **state)
{
    struct world *w = *state;
    hear(w, hostile);
    assert_int_equal(give(w, INPUT_STEP_VALUES, 28, "container", "web;1", NULL)->code, OUTCOME_INVALID);
    assert_string_equal(kept(w, 28)->given, "");
    assert_int_equal(give(w, INPUT_STEP_VALUES, 28, "pod", "web-1", NULL)->code, OUTCOME_INVALID);
    assert_int_equal(give(w, INPUT_STEP_VALUES, 28, "container", "web-1", NULL)->code, OUTCOME_DONE);
    assert_int_equal(kept(w, 28)->state, STEP_WAITING);
    assert_text_has(event_of(w, "step.filled")->body, "\"by\":\"person:ana\"");
    assert_int_equal(give(w, INPUT_APPROVE, 28, NULL, NULL, NULL)->code, OUTCOME_DONE);
    assert_text_has(event_of(w, "approval.given")->body, "docker logs --tail 50 web-1");
    assert_int_equal(give(w, INPUT_STEP_VALUES, 28, "container", "web-2", NULL)->code, OUTCOME_CONFLICT);
    assert_string_equal(kept(w, 28)->prepared, "docker logs --tail 50 web-1");
}

static void values_come_with_the_approval_or_nothing_changes(void **state)
{
    struct world *w = *state;
    hear(w, hostile);
    assert_int_equal(give(w, INPUT_APPROVE, 28, "<container>", "--all", NULL)->code, OUTCOME_INVALID);
    assert_int_equal(kept(w, 28)->state, STEP_HELD);
    assert_int_equal(give(w, INPUT_APPROVE, 28, "<container>", "web-1", NULL)->code, OUTCOME_DONE);
    assert_true(kept(w, 28)->state == STEP_QUEUED || kept(w, 28)->state == STEP_STARTING);
}

static void repair_is_chosen_by_a_person_and_bound(void **state)
{
    struct world *w = *state;
    hear(w, with_container);
    assert_int_equal(give(w, INPUT_STEP_VALUES, 41, NULL, NULL, "curl-no-fail")->code, OUTCOME_INVALID);
    assert_int_equal(give(w, INPUT_APPROVE, 41, NULL, NULL, "no-timeout")->code, OUTCOME_DONE);
    assert_string_equal(kept(w, 41)->prepared, "curl --max-time 10 -f http://checkout:8000/ready");
    assert_string_equal(kept(w, 41)->text, "curl -f http://checkout:8000/ready");
    assert_text_has(event_of(w, "approval.given")->body, "\"repairs\":\"no-timeout\"");
}

static void look_that_failed_is_mended_and_runs_again(void **state)
{
    struct world *w = *state;
    hear(w, with_container);
    int look = line_with(w, "curl -f http://checkout:8000/health");
    for (size_t i = 0; i < 20 && kept(w, look)->state != STEP_FAILED; i++)
        for (int line = 1; line < 100; line++)
            if (kept(w, line) && kept(w, line)->state == STEP_STARTING)
                world_step_done(w, 1, line, STEP_FAILED, NULL);
    assert_int_equal(kept(w, look)->state, STEP_FAILED);
    assert_int_equal(give(w, INPUT_APPROVE, look, NULL, NULL, "no-timeout")->code, OUTCOME_DONE);
    assert_text_has(kept(w, look)->prepared, "--max-time");
    assert_int_equal(kept(w, look)->state, STEP_STARTING);
    assert_int_equal(kept(w, look)->attempt, 2);
}

static void other_values_void_the_first_of_two_approvals(void **state)
{
    struct world *w = *state;
    world_append(w, "### Pod Stuck\n\n```bash\nrm -rf /var/cache/checkout/<name>\n```\n");
    struct label labels[] = {
        {"alertname", "PodStuck"}, {"namespace", "x"}, {"service", "checkout"}, {"severity", "SEV-1"}};
    hear(w, labels);
    int line = line_with(w, "<name>");
    assert_int_equal(give(w, INPUT_APPROVE, line, "name", "a", NULL)->code, OUTCOME_DONE);
    assert_string_equal(kept(w, line)->approved_by, "person:ana");
    assert_int_equal(give(w, INPUT_STEP_VALUES, line, "name", "b", NULL)->code, OUTCOME_DONE);
    assert_string_equal(kept(w, line)->approved_by, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(label_of_the_alert_fills_a_step_and_is_on_record, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(hostile_label_fills_nothing_and_says_why, world_start, world_stop),
        cmocka_unit_test_setup_teardown(person_gives_what_is_missing_and_it_waits_for_the_approval,
                                        world_start, world_stop),
        cmocka_unit_test_setup_teardown(values_come_with_the_approval_or_nothing_changes, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(repair_is_chosen_by_a_person_and_bound, world_start, world_stop),
        cmocka_unit_test_setup_teardown(look_that_failed_is_mended_and_runs_again, world_start, world_stop),
        cmocka_unit_test_setup_teardown(other_values_void_the_first_of_two_approvals, world_start,
                                        world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
