/* An incident follows what its alerts measure. */
#include "engine/testing_priv.h"

static const char runbook[] = "# Checkout Runbook\n\n## Severity Levels\n\n"
                              "### SEV-1 (Critical)\n\n**Response Time**: 15 minutes\n"
                              "**Examples**: error rate > 25 %\n\n"
                              "### SEV-2 (Major)\n\n**Response Time**: 1 hour\n"
                              "**Examples**: error rate > 10 %\n\n"
                              "### SEV-3 (Minor)\n\n**Examples**: error rate 1-10 %\n\n"
                              "## Alerts\n\n### Errors\n\n1. Look\n";

static void hear(struct world *w, const char *instance, const char *summary)
{
    const struct alert_words words = {
        .name = "CheckoutErrors", .severity = "SEV-3", .instance = instance, .ends_us = INT64_MAX / 2};
    struct alert_batch batch = world_batch(w, 1, &words);
    struct label annotation = {"summary", summary};
    batch.alerts[0].annotations = &annotation;
    batch.alerts[0].n_annotations = 1;
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

static int start(void **state)
{
    int failed = world_start(state);
    world_learn(*state, runbook);
    return failed;
}

static void an_alert_sent_again_with_a_worse_value_raises_the_incident(void **state)
{
    struct world *w = *state;
    hear(w, "a", "error rate is 4%");
    assert_string_equal(incident_of(w, 1)->severity, "SEV-3");
    hear(w, "a", "error rate is 3%");
    assert_null(event_of(w, "incident.severity_raised"));
    hear(w, "a", "error rate is 12%");
    assert_string_equal(incident_of(w, 1)->severity, "SEV-2");
    assert_text_has(event_of(w, "incident.severity_raised")->summary,
                    "error rate is 12% is over \"error rate > 10 %\" of SEV-2 (Major) (line 13)");
    hear(w, "a", "error rate is 2%");
    assert_string_equal(incident_of(w, 1)->severity, "SEV-2");
}

static void an_alert_that_joins_late_in_a_storm_with_a_worse_value_raises_the_incident(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 60; i++)
        hear(w, arena_printf(w->arena, "shop-%d", i), "error rate is 4%");
    int asked = incident_find(w->engine, 1)->n_severities;
    assert_true(asked < 30); /* what says nothing new is not asked about */
    hear(w, "late", "error rate is 31%");
    assert_string_equal(incident_of(w, 1)->severity, "SEV-1");
}

static void what_is_repeated_unchanged_is_not_asked_about_again(void **state)
{
    struct world *w = *state;
    hear(w, "a", "error rate is 12%");
    hear(w, "b", "error rate is 12%");
    world_person_sets(w, INPUT_SEVERITY, 1, "person:eve", "SEV-3", "a test shop");
    hear(w, "a", "error rate is 12%");
    hear(w, "b", "error rate is 11%");
    assert_string_equal(incident_of(w, 1)->severity, "SEV-3");
    hear(w, "b", "error rate is 40%");
    assert_string_equal(incident_of(w, 1)->severity, "SEV-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_alert_sent_again_with_a_worse_value_raises_the_incident, start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(
            an_alert_that_joins_late_in_a_storm_with_a_worse_value_raises_the_incident, start, world_stop),
        cmocka_unit_test_setup_teardown(what_is_repeated_unchanged_is_not_asked_about_again, start,
                                        world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
