/* Many troubles of one cause are one page, and none of them is lost. */
#include "engine/testing_priv.h"

static int start(void **state)
{
    world_start(state);
    struct world *w = *state;
    w->config.storm.incidents = 3;
    w->config.storm.within_s = 300;
    struct service *search = list_push(w->arena, &w->config.services);
    *search = (struct service){.id = "search", .runbook = "checkout.md"};
    world_notify(w, search, "person:eve", UNSTATED);
    engine_learn(w->engine, &w->config, w->library);
    return 0;
}

static void hear(struct world *w, const char *name, const char *service, const char *severity,
                 const char *cluster, int64_t ends_us)
{
    struct label labels[] = {
        {"alertname", name}, {"cluster", cluster}, {"service", service}, {"severity", severity}};
    struct alert alert = {.labels = labels, .n_labels = 4, .ends_us = ends_us};
    struct alert_batch batch = {.source = "alertmanager-api", .alerts = &alert, .n_alerts = 1};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

static void trouble(struct world *w, const char *name, const char *service, const char *severity,
                    const char *cluster)
{
    hear(w, name, service, severity, cluster, INT64_MAX / 2);
}

/* Incidents 1 to 3, and the storm 4. */
static void begin(struct world *w)
{
    trouble(w, "One", "checkout", "SEV-2", "eu-1");
    trouble(w, "Two", "checkout", "SEV-2", "eu-1");
    trouble(w, "Three", "search", "SEV-2", "eu-1");
    assert_string_equal(incident_of(w, 4)->title, "Storm of cluster eu-1");
}

static size_t count_pages(const struct world *w)
{
    size_t n = 0;
    while (delivery_of(w, DELIVERY_DUE, n))
        n++;
    return n;
}

static void a_storm_pages_once_for_all_that_it_holds(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_int_equal(count_pages(w), 1);
    assert_int_equal(delivery_of(w, DELIVERY_DUE, 0)->incident, 4);
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "3 incidents in 5 min");
    for (int64_t number = 1; number <= 3; number++)
        assert_int_equal(incident_of(w, number)->storm, 4);
    trouble(w, "Four", "checkout", "SEV-3", "eu-1");
    assert_int_equal(count_pages(w), 0);
    assert_int_equal(incident_of(w, 5)->storm, 4);
    assert_int_equal(incident_of(w, 4)->n_alerts, 4);
    assert_text_has(event_of(w, "incident.joined_storm")->summary, "One of the 4 incidents of the storm 4");
}

/* Which level "urgent" is nobody knows: it is paged until somebody has it, and SEV-3 once. */
static void a_storm_of_unknown_level_is_not_taken_for_a_mild_one(void **state)
{
    struct world *w = *state;
    w->config.services.n = 1;
    trouble(w, "Uno", "elsewhere", "urgent", "eu-1");
    trouble(w, "Due", "elsewhere", "urgent", "eu-1");
    trouble(w, "Tre", "elsewhere", "urgent", "eu-1");
    assert_int_equal(incident_of(w, 4)->severity_rank, 0);
    int64_t due_us = incident_find(w->engine, 4)->escalate.at_us;
    trouble(w, "Disk Full", "checkout", "SEV-3", "eu-1");
    assert_int_equal(incident_of(w, 5)->storm, 4);
    assert_int_equal(incident_of(w, 5)->severity_rank, 3);
    assert_null(event_of(w, "incident.severity_raised"));
    assert_int_equal(incident_find(w->engine, 4)->escalate.at_us, due_us);
}

static void a_mild_storm_does_not_hide_an_unknown_level(void **state)
{
    struct world *w = *state;
    w->config.services.n = 1;
    trouble(w, "One", "checkout", "SEV-3", "eu-1");
    trouble(w, "Two", "checkout", "SEV-3", "eu-1");
    trouble(w, "Three", "checkout", "SEV-3", "eu-1");
    assert_string_equal(incident_of(w, 4)->severity, "SEV-3");
    trouble(w, "Uno", "elsewhere", "urgent", "eu-1");
    assert_int_equal(incident_of(w, 5)->severity_rank, 0);
    assert_int_equal(incident_of(w, 5)->storm, 0);
    assert_int_equal(delivery_of(w, DELIVERY_DUE, 0)->incident, 5);
}

static void another_cause_is_no_part_of_it(void **state)
{
    struct world *w = *state;
    w->config.storm.incidents = 4;
    trouble(w, "One", "checkout", "SEV-2", "eu-1");
    trouble(w, "Two", "search", "SEV-2", "eu-2");
    world_pass(w, 6 * MINUTES);
    trouble(w, "Three", "checkout", "SEV-2", "eu-3");
    trouble(w, "Four", "search", "SEV-2", "eu-1");
    trouble(w, "Five", "search", "SEV-2", "eu-2");
    assert_int_equal(w->engine->last_incident, 5);
    trouble(w, "Six", "checkout", "SEV-2", "eu-4"); /* so many at once are one, too */
    assert_string_equal(incident_of(w, 7)->title, "Storm at once");
}

static void a_storm_is_acknowledged_with_all_that_it_holds(void **state)
{
    struct world *w = *state;
    begin(w);
    world_person_says(w, INPUT_ACKNOWLEDGE, 4, "person:ana", NULL);
    for (int64_t number = 1; number <= 3; number++) {
        assert_int_equal(incident_of(w, number)->state, INCIDENT_ACKNOWLEDGED);
        assert_string_equal(incident_of(w, number)->acknowledged_by, "person:ana");
    }
    trouble(w, "Four", "checkout", "SEV-2", "eu-1");
    assert_string_equal(incident_of(w, 5)->acknowledged_by, "person:ana");
    assert_int_equal(count_pages(w), 0);
}

static void the_worst_level_pages_its_own_people_also_in_a_storm(void **state)
{
    struct world *w = *state;
    begin(w); /* ana is paged for it */
    trouble(w, "Worst", "search", "SEV-1", "eu-1");
    assert_string_equal(incident_of(w, 4)->severity, "SEV-1");
    assert_int_equal(incident_of(w, 5)->storm, 4);
    bool eve = false;
    for (size_t i = 0; i < count_pages(w); i++)
        eve |= strcmp(delivery_of(w, DELIVERY_DUE, i)->person, "eve") == 0;
    assert_true(eve);
    world_person_says(w, INPUT_ACKNOWLEDGE, 4, "person:ana", NULL);
    trouble(w, "Worst again", "checkout", "SEV-1", "eu-1");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana"); /* who thinks that she has it all */
}

static void what_burns_when_the_storm_is_over_pages_by_itself(void **state)
{
    struct world *w = *state;
    begin(w);
    world_person_says(w, INPUT_ACKNOWLEDGE, 2, "person:ben", NULL);
    w->now_us += 5 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_int_equal(incident_of(w, 4)->state, INCIDENT_RESOLVED);
    assert_int_equal(incident_of(w, 1)->storm, 0);
    size_t n_first = 0, n_second = 0;
    for (size_t i = 0; i < count_pages(w); i++) {
        n_first += delivery_of(w, DELIVERY_DUE, i)->incident == 1;
        n_second += delivery_of(w, DELIVERY_DUE, i)->incident == 2;
    }
    assert_int_equal(n_first, 1);
    assert_int_equal(n_second, 0);
}

static void what_somebody_opened_again_pages_by_itself_when_the_storm_is_over(void **state)
{
    struct world *w = *state;
    trouble(w, "One", "checkout", "SEV-2", "eu-1");
    w->now_us += US_PER_S;
    hear(w, "One", "checkout", "SEV-2", "eu-1", w->now_us);
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    world_person_sets(w, INPUT_STATE, 1, "person:ben", "triggered", "it is not over");
    trouble(w, "Two", "checkout", "SEV-2", "eu-1");
    trouble(w, "Three", "checkout", "SEV-2", "eu-1");
    const struct incident_record *again = incident_find(w->engine, 1);
    assert_int_equal(again->incident.n_firing, 0);
    assert_int_equal(again->incident.storm, 4);
    assert_false(due_is_set(&again->escalate));
    w->now_us += 5 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_int_equal(again->incident.storm, 0);
    assert_true(due_is_set(&again->escalate));
}

static void the_worst_level_is_paged_for_when_the_storm_that_covered_it_is_over(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 3; i++)
        trouble(w, i == 0 ? "One" : i == 1 ? "Two" : "Three", "checkout", "SEV-1", "eu-1");
    assert_int_equal(incident_of(w, 3)->next_delivery, 1); /* ana is paged for the storm */
    w->now_us += 5 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_true(incident_of(w, 3)->next_delivery > 1);
}

static void a_storm_that_somebody_moved_to_monitoring_is_held_down_when_the_last_of_it_is_over(void **state)
{
    struct world *w = *state;
    begin(w);
    world_person_says(w, INPUT_ACKNOWLEDGE, 4, "person:ana", NULL);
    world_person_sets(w, INPUT_STATE, 4, "person:ana", "monitoring", NULL);
    for (int64_t number = 1; number <= 3; number++) {
        assert_false(due_is_set(&incident_find(w->engine, 4)->hold_down));
        world_decide(w, (struct input){
                            .kind = INPUT_RESOLVE, .incident = number, .actor = "person:ana", .force = true});
    }
    assert_true(due_is_set(&incident_find(w->engine, 4)->hold_down));
    assert_false(due_is_set(&incident_find(w->engine, 4)->lease));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_storm_pages_once_for_all_that_it_holds, start, world_stop),
        cmocka_unit_test_setup_teardown(a_storm_of_unknown_level_is_not_taken_for_a_mild_one, start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_mild_storm_does_not_hide_an_unknown_level, start, world_stop),
        cmocka_unit_test_setup_teardown(another_cause_is_no_part_of_it, start, world_stop),
        cmocka_unit_test_setup_teardown(a_storm_is_acknowledged_with_all_that_it_holds, start, world_stop),
        cmocka_unit_test_setup_teardown(the_worst_level_pages_its_own_people_also_in_a_storm, start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(the_worst_level_is_paged_for_when_the_storm_that_covered_it_is_over,
                                        start, world_stop),
        cmocka_unit_test_setup_teardown(
            a_storm_that_somebody_moved_to_monitoring_is_held_down_when_the_last_of_it_is_over, start,
            world_stop),
        cmocka_unit_test_setup_teardown(what_burns_when_the_storm_is_over_pages_by_itself, start, world_stop),
        cmocka_unit_test_setup_teardown(what_somebody_opened_again_pages_by_itself_when_the_storm_is_over,
                                        start, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
