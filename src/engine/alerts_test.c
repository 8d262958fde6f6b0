#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .instance = "a"};

static void first_alert_opens_an_incident_that_says_why(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    const struct event *opened = event_of(w, "incident.opened");
    assert_non_null(opened);
    assert_text_has(opened->summary, "ServiceDown on checkout, SEV-1");
    assert_text_has(opened->summary, "checkout.md line 22");
    assert_text_has(opened->body, "\"severity_line\":7");
    const struct incident *incident = incident_of(w, 1);
    assert_string_equal(incident->service, "checkout");
    assert_string_equal(incident->procedure_title, "Service Down");
    assert_int_equal(incident->state, INCIDENT_TRIGGERED);
    assert_int_equal(incident->response_time_s, 900);
    assert_string_equal(event_of(w, "alert.fired")->summary, "ServiceDown fired");
}

static void alerts_of_one_trouble_join_one_incident(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    struct alert_words more[20];
    for (int i = 0; i < 20; i++)
        more[i] = (struct alert_words){"ServiceDown", "SEV-1", arena_printf(w->arena, "h%d", i), 0, 0};
    struct alert_batch batch = world_batch(w, 20, more);
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    assert_null(event_of(w, "incident.opened"));
    assert_null(event_of(w, "page.queued"));
    assert_int_equal(count_events(w, "alert.fired"), 1);
    assert_string_equal(event_of(w, "alert.fired")->summary, "20 alerts joined: ServiceDown");
    assert_int_equal(incident_of(w, 1)->n_alerts, 21);
    assert_int_equal(incident_of(w, 1)->n_firing, 21);
}

static void another_trouble_is_another_incident(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "SEV-2"});
    world_hear(w, (struct alert_words){.name = "SomethingElse", .severity = "SEV-2"});
    assert_int_equal(incident_of(w, 2)->severity_rank, 2);
    assert_string_equal(incident_of(w, 3)->procedure_title, "");
}

static void sending_it_again_keeps_an_alert_alive_and_says_nothing(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    for (int i = 0; i < 10; i++) {
        world_pass(w, 4 * MINUTES);
        world_hear(w, down);
        assert_int_equal(w->decisions.list.n, 0);
    }
    assert_int_equal(engine_count_alerts(w->engine), 1);
    world_pass(w, 5 * MINUTES);
    assert_int_equal(engine_count_alerts(w->engine), 0);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
}

static void alert_that_has_ended_before_it_was_known_is_nothing(void **state)
{
    struct world *w = *state;
    struct alert_words over = down;
    over.ends_us = w->now_us;
    world_hear(w, over);
    assert_int_equal(w->decisions.list.n, 0);
    assert_null(incident_of(w, 1));
}

static void late_firing_message_does_not_reopen_what_has_ended(void **state)
{
    struct world *w = *state;
    struct alert_words fired = down, over = down;
    fired.starts_us = over.starts_us = w->now_us;
    world_hear(w, fired);
    w->now_us += MINUTES;
    over.ends_us = w->now_us;
    world_hear(w, over);
    w->now_us += MINUTES / 6;
    world_hear(w, fired);
    assert_int_equal(count_events(w, "alert.stale"), 1);
    assert_int_equal(engine_count_alerts(w->engine), 0);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);

    w->now_us += 2 * MINUTES; /* whoever repeats it after a minute means it */
    world_hear(w, fired);
    assert_int_equal(engine_count_alerts(w->engine), 1);
}

/* A message of who sends once only. */
static void hear_once(struct world *w, bool resolved, int64_t starts_us)
{
    struct alert_words words = down;
    words.starts_us = starts_us;
    words.ends_us = 0;
    world_hear_group(w, resolved, resolved ? 0 : 1, &words);
}

static void trouble_that_comes_again_is_heard_although_its_clock_is_slow(void **state)
{
    struct world *w = *state;
    enum { SLOW_US = 30 * US_PER_S };
    hear_once(w, false, w->now_us - SLOW_US);
    w->now_us += MINUTES;
    hear_once(w, true, 0);
    assert_int_equal(engine_count_alerts(w->engine), 0);
    w->now_us += 10 * US_PER_S;
    hear_once(w, false, w->now_us - SLOW_US);
    assert_int_equal(engine_count_alerts(w->engine), 1);
}

static void trouble_that_is_said_twice_is_over_once(void **state)
{
    struct world *w = *state;
    int64_t starts_us = w->now_us;
    hear_once(w, false, starts_us);
    w->now_us += MINUTES;
    hear_once(w, true, 0);
    w->now_us += US_PER_S;
    hear_once(w, false, starts_us); /* the answer to it was lost */
    assert_int_equal(engine_count_alerts(w->engine), 0);
    assert_int_equal(count_events(w, "alert.stale"), 1);
}

static void start_that_is_heard_after_its_end_pages_somebody(void **state)
{
    struct world *w = *state;
    int64_t starts_us = w->now_us;
    w->now_us += MINUTES;
    hear_once(w, true, 0);
    assert_null(incident_of(w, 1));
    w->now_us += US_PER_S;
    hear_once(w, false, starts_us);
    assert_int_equal(engine_count_alerts(w->engine), 1);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

static void late_end_does_not_end_what_started_since(void **state)
{
    struct world *w = *state;
    struct alert_words again = down, late = down;
    late.starts_us = w->now_us - 60 * MINUTES;
    late.ends_us = w->now_us - 50 * MINUTES;
    again.starts_us = w->now_us - MINUTES;
    world_hear(w, again);
    world_hear(w, late);
    assert_int_equal(engine_count_alerts(w->engine), 1);
}

static void firing_message_that_outlived_its_own_end_ends_nothing(void **state)
{
    struct world *w = *state;
    struct alert_words late = down;
    late.ends_us = w->now_us - 20 * MINUTES;
    world_hear(w, down);
    world_hear(w, late);
    assert_int_equal(engine_count_alerts(w->engine), 1);
}

static void resolved_group_takes_alerts_with_it_that_it_does_not_name(void **state)
{
    struct world *w = *state;
    struct alert_words both[] = {down, {.name = "ServiceDown", .severity = "SEV-1", .instance = "b"}};
    world_hear_group(w, false, 2, both);
    assert_int_equal(engine_count_alerts(w->engine), 2);
    both[0].ends_us = w->now_us;
    world_hear_group(w, true, 1, both);
    assert_int_equal(engine_count_alerts(w->engine), 0);
    assert_int_equal(incident_of(w, 1)->n_firing, 0);
}

static void alert_that_its_group_does_not_name_any_more_is_over(void **state)
{
    struct world *w = *state;
    const struct alert_words both[] = {down, {.name = "ServiceDown", .severity = "SEV-1", .instance = "b"}};
    world_hear_group(w, false, 2, both);
    world_hear_group(w, false, 1, both);
    assert_int_equal(engine_count_alerts(w->engine), 1);
    assert_text_has(event_of(w, "alert.resolved")->summary, "without it");
    world_pass(w, 24 * 60 * MINUTES); /* and the other one lasts until somebody says so */
    assert_int_equal(engine_count_alerts(w->engine), 1);
}

static void worse_alert_raises_the_severity_and_a_lesser_one_does_not_lower_it(void **state)
{
    struct world *w = *state;
    world_hear(w, (struct alert_words){"ServiceDown", "SEV-2", "a", 0, 0});
    world_hear(w, (struct alert_words){"ServiceDown", "SEV-1", "b", 0, 0});
    const struct event *raised = event_of(w, "incident.severity_raised");
    assert_text_has(raised->summary, "from SEV-2 to SEV-1");
    assert_int_equal(incident_of(w, 1)->severity_rank, 1);
    world_hear(w, (struct alert_words){"ServiceDown", "SEV-3", "c", 0, 0});
    assert_string_equal(incident_of(w, 1)->severity, "SEV-1");
}

static void worse_alert_is_noticed_in_a_storm_too(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 100; i++)
        world_hear(w, (struct alert_words){"ServiceDown", "SEV-2", arena_printf(w->arena, "h%d", i), 0, 0});
    world_hear(w, (struct alert_words){"ServiceDown", "SEV-1", "b", 0, 0});
    assert_int_equal(incident_of(w, 1)->severity_rank, 1);
}

static void hear_worded(struct world *w, const char *instance, const char *summary)
{
    const struct alert_words words = {.name = "ServiceDown", .severity = "SEV-2", .instance = instance};
    struct alert_batch batch = world_batch(w, 1, &words);
    struct label annotation = {"summary", summary};
    batch.alerts[0].annotations = &annotation;
    batch.alerts[0].n_annotations = 1;
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

static void of_alerts_worded_alike_one_is_asked_how_bad_it_is(void **state)
{
    struct world *w = *state;
    for (int i = 10; i < 22; i++)
        hear_worded(w, arena_printf(w->arena, "node-%d", i),
                    arena_printf(w->arena, "node-%d does not answer since 12:%d", i, i));
    assert_true(incident_find(w->engine, 1)->n_severities <= 2); /* its severity label, its wording */
    assert_false(incident_of(w, 1)->patient_safety);
    hear_worded(w, "node-30", "node-30 does not answer: the model produces dangerous predictions");
    assert_true(incident_of(w, 1)->patient_safety);
}

static void storm_is_told_once_a_second(void **state)
{
    struct world *w = *state;
    size_t n_told = 0;
    world_hear(w, down);
    for (int i = 0; i < 100; i++) {
        world_hear(w, (struct alert_words){"ServiceDown", "SEV-1", arena_printf(w->arena, "h%d", i), 0, 0});
        n_told += count_events(w, "alert.fired");
    }
    assert_in_range(n_told, 1, 20);
    w->now_us = engine_next_due_us(w->engine);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_int_equal(count_events(w, "alert.fired"), 1);
    assert_text_has(event_of(w, "alert.fired")->summary, "alerts joined: ServiceDown");
    assert_int_equal(incident_of(w, 1)->n_firing, 101);
}

static void what_a_storm_did_is_told_before_what_people_did(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    for (int i = 0; i < 100; i++)
        world_hear(w, (struct alert_words){"ServiceDown", "SEV-1", arena_printf(w->arena, "h%d", i), 0, 0});
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_string_equal(w->decisions.list.at[0].event.kind, "alert.fired");
    assert_non_null(event_of(w, "incident.acknowledged"));
}

static void service_without_configuration_is_named_by_its_labels(void **state)
{
    struct world *w = *state;
    struct label labels[] = {{"alertname", "QueueStuck"}, {"job", "mailer"}, {"namespace", "prod"}};
    struct alert alert = {.labels = labels, .n_labels = 3};
    struct alert_batch batch = {.source = "alertmanager-api", .alerts = &alert, .n_alerts = 1};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    assert_string_equal(incident_of(w, 1)->service, "mailer");
    assert_string_equal(incident_of(w, 1)->severity, "unknown");
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0)); /* and somebody is paged all the same */
}

struct seen {
    size_t n;
    int64_t incident;
};

static void see(void *context, const struct alert_view *view)
{
    struct seen *seen = context;
    seen->n++;
    seen->incident = view->incident;
    assert_string_equal(view->source, "alertmanager-api");
    assert_string_equal(label_value(view->alert.labels, view->alert.n_labels, "service"), "checkout");
}

static void views_show_each_alert_that_fires(void **state)
{
    struct world *w = *state;
    struct seen seen = {0};
    world_hear(w, down);
    engine_each_alert(w->engine, w->now_us, see, &seen);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.incident, 1);
    engine_each_alert(w->engine, w->now_us + 5 * MINUTES, see, &seen);
    assert_int_equal(seen.n, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(first_alert_opens_an_incident_that_says_why),
        TEST(alerts_of_one_trouble_join_one_incident),
        TEST(another_trouble_is_another_incident),
        TEST(sending_it_again_keeps_an_alert_alive_and_says_nothing),
        TEST(alert_that_has_ended_before_it_was_known_is_nothing),
        TEST(late_firing_message_does_not_reopen_what_has_ended),
        TEST(trouble_that_comes_again_is_heard_although_its_clock_is_slow),
        TEST(trouble_that_is_said_twice_is_over_once),
        TEST(start_that_is_heard_after_its_end_pages_somebody),
        TEST(late_end_does_not_end_what_started_since),
        TEST(firing_message_that_outlived_its_own_end_ends_nothing),
        TEST(resolved_group_takes_alerts_with_it_that_it_does_not_name),
        TEST(alert_that_its_group_does_not_name_any_more_is_over),
        TEST(worse_alert_raises_the_severity_and_a_lesser_one_does_not_lower_it),
        TEST(worse_alert_is_noticed_in_a_storm_too),
        TEST(of_alerts_worded_alike_one_is_asked_how_bad_it_is),
        TEST(storm_is_told_once_a_second),
        TEST(what_a_storm_did_is_told_before_what_people_did),
        TEST(service_without_configuration_is_named_by_its_labels),
        TEST(views_show_each_alert_that_fires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
