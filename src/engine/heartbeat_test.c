#include "engine/testing_priv.h"

/* nightly: every 60 minutes, 5 minutes of grace. */
static void expect_nightly(struct world *w)
{
    struct heartbeat *heartbeat = list_push(w->arena, &w->config.heartbeats);
    *heartbeat = (struct heartbeat){
        .id = "nightly", .every_s = 3600, .grace_s = 300, .service = "checkout", .severity = "SEV-2"};
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
}

static void ping(struct world *w, enum heartbeat_signal signal)
{
    struct alert_batch batch = {.source = "heartbeat",
                                .heartbeat = "nightly",
                                .signal = signal,
                                .signal_text = signal == HEARTBEAT_FAIL ? "exit status 3" : NULL};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

static void hear_watchdog(struct world *w, int64_t ends_us)
{
    world_hear(w, (struct alert_words){.name = "Watchdog", .severity = "none", .ends_us = ends_us});
}

static const char *state_of(const struct world *w, int64_t number)
{
    const struct incident *incident = incident_of(w, number);
    return incident ? incident_state_name(incident->state) : "none";
}

static void a_watchdog_that_is_heard_is_no_incident(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 20; i++) {
        hear_watchdog(w, w->now_us + 4 * MINUTES);
        assert_int_equal(w->decisions.list.n, 0);
        world_pass(w, MINUTES);
    }
    assert_null(incident_of(w, 1));
    assert_int_equal(engine_count_alerts(w->engine), 1);
}

static void the_silence_of_a_watchdog_pages_and_its_return_ends_it(void **state)
{
    struct world *w = *state;
    hear_watchdog(w, w->now_us + 4 * MINUTES);
    world_next(w, 4 * MINUTES);
    assert_text_has(event_of(w, "incident.opened")->summary, "WatchdogMissing on checkout");
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_string_equal(incident_of(w, 1)->severity, "SEV-1"); /* "none" is no severity: the worst counts */
    world_pass(w, 30 * MINUTES);
    assert_int_equal(incident_of(w, 1)->n_firing, 1);
    hear_watchdog(w, w->now_us + 4 * MINUTES);
    assert_string_equal(state_of(w, 1), "monitoring");
    assert_null(incident_of(w, 2));
}

static void count_watchdogs(void *context, const struct alert_view *view)
{
    *(int *)context +=
        strcmp(label_value(view->alert.labels, view->alert.n_labels, "alertname"), "Watchdog") == 0;
}

/* Or a restart at that moment would know neither of the watchdog nor of its alarm. */
static void a_watchdog_is_kept_until_its_silence_is_told(void **state)
{
    struct world *w = *state;
    int n_kept = 0, n_shown = 0;
    hear_watchdog(w, w->now_us + 4 * MINUTES);
    w->now_us += 5 * MINUTES; /* its timer has not fired yet */
    engine_each_alert(w->engine, 0, count_watchdogs, &n_kept);
    engine_each_alert(w->engine, w->now_us, count_watchdogs, &n_shown);
    assert_int_equal(n_kept, 1);
    assert_int_equal(n_shown, 0);
}

static void a_heartbeat_in_time_is_silent_and_a_late_one_pages(void **state)
{
    struct world *w = *state;
    expect_nightly(w);
    world_pass(w, 50 * MINUTES);
    ping(w, HEARTBEAT_SUCCESS);
    world_pass(w, 64 * MINUTES);
    assert_null(incident_of(w, 1));
    world_next(w, MINUTES);
    assert_text_has(event_of(w, "incident.opened")->summary, "HeartbeatMissing on checkout, SEV-2");
    ping(w, HEARTBEAT_SUCCESS);
    assert_string_equal(state_of(w, 1), "monitoring");
}

static void a_heartbeat_that_was_never_heard_counts_from_the_start(void **state)
{
    struct world *w = *state;
    expect_nightly(w);
    world_next(w, 65 * MINUTES);
    assert_text_has(event_of(w, "incident.opened")->summary, "HeartbeatMissing");
}

static void a_failure_pages_at_once_and_a_success_ends_it(void **state)
{
    struct world *w = *state;
    expect_nightly(w);
    ping(w, HEARTBEAT_FAIL);
    assert_text_has(event_of(w, "incident.opened")->summary, "HeartbeatFailed on checkout");
    ping(w, HEARTBEAT_SUCCESS);
    assert_string_equal(state_of(w, 1), "monitoring");
}

static const char runbook_of_jobs[] =
    "# Jobs\n\n## Severity Levels\n\n### SEV-1\n\n**Response Time**: 5 minutes\n\n"
    "### SEV-3\n\n**Response Time**: 8 hours\n\n"
    "## Login failures\n\nSeverity: SEV-3\n\nAsk the desk.\n\n"
    "## Audit events are missing\n\nSeverity: SEV-3\n\nAsk the auditor.\n\n"
    "## Nightly reports are late\n\nSeverity: SEV-3\n\nStart them again.\n";

/* "Failed" and "missing" are in many headings: what is silent is as bad as can be, unless somebody says else.
 */
static void a_silence_is_not_answered_by_a_procedure_that_has_one_of_its_words(void **state)
{
    struct world *w = *state;
    world_learn(w, runbook_of_jobs);
    *list_push(w->arena, &w->config.heartbeats) =
        (struct heartbeat){.id = "mailer", .every_s = 3600, .grace_s = 300};
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    struct alert_batch batch = {.source = "heartbeat", .heartbeat = "mailer", .signal = HEARTBEAT_FAIL};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    assert_string_equal(incident_of(w, 1)->procedure_title, "");
    assert_int_equal(incident_of(w, 1)->severity_rank, 0);
    struct alert_words missing = {.name = "WatchdogMissing"};
    world_hear(w, missing);
    assert_string_equal(incident_of(w, 2)->procedure_title, "");
    assert_string_equal(incident_of(w, 2)->severity, "SEV-1");
}

static void a_heartbeat_finds_its_procedure_by_what_it_is_called(void **state)
{
    struct world *w = *state;
    world_learn(w, runbook_of_jobs);
    *list_push(w->arena, &w->config.heartbeats) =
        (struct heartbeat){.id = "nightly-reports", .every_s = 3600, .grace_s = 300, .service = "checkout"};
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    world_next(w, 65 * MINUTES);
    assert_string_equal(incident_of(w, 1)->procedure_title, "Nightly reports are late");
    assert_string_equal(incident_of(w, 1)->title, "HeartbeatMissing on checkout");
}

static void a_job_that_starts_and_does_not_end_pages_after_the_grace(void **state)
{
    struct world *w = *state;
    expect_nightly(w);
    ping(w, HEARTBEAT_START);
    world_next(w, 5 * MINUTES);
    assert_text_has(event_of(w, "incident.opened")->summary, "HeartbeatMissing");
    ping(w, HEARTBEAT_START); /* it begins again: that is no end */
    assert_string_equal(state_of(w, 1), "triggered");
    ping(w, HEARTBEAT_SUCCESS);
    assert_string_equal(state_of(w, 1), "monitoring");
}

static void an_alert_can_be_a_sign_of_life(void **state)
{
    struct world *w = *state;
    expect_nightly(w);
    *list_push(w->arena, &w->config.heartbeats.at[0].match) = (struct label){"alertname", "BatchAlive"};
    for (int i = 0; i < 5; i++) {
        world_hear(w, (struct alert_words){.name = "BatchAlive"});
        assert_null(event_of(w, "incident.opened"));
        world_pass(w, 60 * MINUTES);
    }
    assert_null(incident_of(w, 1));
    world_pass(w, 5 * MINUTES);
    assert_string_equal(incident_of(w, 1)->title, "HeartbeatMissing on checkout");
    assert_null(incident_of(w, 2));
}

static void a_heartbeat_that_leaves_the_configuration_is_not_missed(void **state)
{
    struct world *w = *state;
    expect_nightly(w);
    world_next(w, 65 * MINUTES);
    assert_string_equal(state_of(w, 1), "triggered");
    w->config.heartbeats.n = 0;
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_string_equal(state_of(w, 1), "monitoring");
    ping(w, HEARTBEAT_SUCCESS);
    assert_int_equal(w->decisions.list.n, 0);
}

static void silence_during_a_restart_is_forgiven_once(void **state)
{
    struct world *w = *state;
    expect_nightly(w);
    struct engine *again = engine_new(&w->config, w->library);
    struct alert_batch batch = {.source = "heartbeat", .heartbeat = "nightly", .signal = HEARTBEAT_SUCCESS};
    engine_restore_alerts(again, &batch, w->now_us);
    engine_free(w->engine);
    w->engine = again;
    w->now_us += 3 * 60 * MINUTES; /* the server was down while it was due */
    arena_reset(w->decisions.arena);
    memset(&w->decisions.list, 0, sizeof w->decisions.list);
    engine_restored(w->engine, w->now_us, &w->decisions);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_null(incident_of(w, 1));
    world_pass(w, 65 * MINUTES);
    assert_string_equal(incident_of(w, 1)->title, "HeartbeatMissing on checkout");
}

static void the_sender_of_a_group_acknowledges_and_notes_its_incidents(void **state)
{
    struct world *w = *state;
    struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1"};
    world_hear_group(w, false, 1, &down);
    struct alert_batch batch = {.source = "alertmanager-webhook",
                                .group_key = "{}:{service=\"checkout\"}",
                                .acknowledged_by = "source:pagerduty",
                                .noted_by = "opsgenie:zoe",
                                .note = "mine"};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    assert_string_equal(incident_of(w, 1)->acknowledged_by, "source:pagerduty");
    assert_non_null(event_of(w, "incident.acknowledged"));
    assert_non_null(event_of(w, "note.added"));
    batch.group_key = "nobody's";
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    assert_int_equal(w->decisions.list.n, 0);
}

/* ---- the inbox is written anew ---- */

struct rewritten {
    struct world *w;
    struct engine *again;
};

static void hear_again(void *context, const struct alert_view *view)
{
    const struct rewritten *to = context;
    struct alert alert = view->alert;
    struct alert_batch batch = {.source = view->source,
                                .group_key = view->group_key,
                                .lasting = view->lasting,
                                .alerts = &alert,
                                .n_alerts = 1};
    engine_restore_alerts(to->again, &batch, to->w->now_us);
}

/* Of all that was heard before, a new process hears what is visited. */
static uint32_t write_one(struct rewritten *to, uint32_t before)
{
    return engine_some_alerts(to->w->engine, 0, before, 1, hear_again, to);
}

static bool is_missed_after(struct rewritten *to)
{
    struct label labels[] = {{"alertname", "WatchdogMissing"}, {"service", "checkout"}};
    struct alert missing = {.labels = labels, .n_labels = 2};
    const struct alert_record *record = alert_table_find(&to->again->alerts, &missing);
    return record && record->firing;
}

static void
a_watchdog_that_falls_silent_while_the_inbox_is_written_anew_is_missed_after_a_restart(void **state)
{
    struct world *w = *state;
    struct rewritten to = {w, engine_new(&w->config, w->library)};
    hear_watchdog(w, w->now_us + 4 * MINUTES);
    world_hear(w, (struct alert_words){.name = "DiskFull", .ends_us = w->now_us + 60 * MINUTES});
    uint32_t before = write_one(&to, UINT32_MAX);
    assert_int_equal(before, 1);
    world_pass(w, 5 * MINUTES); /* its alarm stands above what was visited */
    assert_int_equal(write_one(&to, before), 0);
    assert_true(is_missed_after(&to));
    engine_free(to.again);
}

static void an_alarm_that_comes_back_while_the_inbox_is_written_anew_survives_a_restart(void **state)
{
    struct world *w = *state;
    struct rewritten to = {w, engine_new(&w->config, w->library)};
    hear_watchdog(w, w->now_us + 4 * MINUTES);
    world_pass(w, 5 * MINUTES);
    hear_watchdog(w, w->now_us + 4 * MINUTES); /* the alarm of before is known, and over */
    uint32_t before = write_one(&to, UINT32_MAX);
    assert_int_equal(before, 1);
    assert_false(is_missed_after(&to));
    world_pass(w, 5 * MINUTES);
    assert_int_equal(write_one(&to, before), 0);
    assert_true(is_missed_after(&to));
    engine_free(to.again);
}

static void an_alarm_that_is_over_is_not_written(void **state)
{
    struct world *w = *state;
    struct rewritten to = {w, engine_new(&w->config, w->library)};
    hear_watchdog(w, w->now_us + 4 * MINUTES);
    world_pass(w, 5 * MINUTES);
    hear_watchdog(w, w->now_us + 4 * MINUTES);
    for (uint32_t before = UINT32_MAX; before > 0;)
        before = write_one(&to, before);
    assert_false(is_missed_after(&to));
    assert_int_equal(engine_count_alerts(to.again), 1);
    engine_free(to.again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_watchdog_that_is_heard_is_no_incident, world_start, world_stop),
        cmocka_unit_test_setup_teardown(the_silence_of_a_watchdog_pages_and_its_return_ends_it, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_watchdog_is_kept_until_its_silence_is_told, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_heartbeat_in_time_is_silent_and_a_late_one_pages, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_heartbeat_that_was_never_heard_counts_from_the_start, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_failure_pages_at_once_and_a_success_ends_it, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_silence_is_not_answered_by_a_procedure_that_has_one_of_its_words,
                                        world_start, world_stop),
        cmocka_unit_test_setup_teardown(a_heartbeat_finds_its_procedure_by_what_it_is_called, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_job_that_starts_and_does_not_end_pages_after_the_grace, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(an_alert_can_be_a_sign_of_life, world_start, world_stop),
        cmocka_unit_test_setup_teardown(a_heartbeat_that_leaves_the_configuration_is_not_missed, world_start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(silence_during_a_restart_is_forgiven_once, world_start, world_stop),
        cmocka_unit_test_setup_teardown(
            a_watchdog_that_falls_silent_while_the_inbox_is_written_anew_is_missed_after_a_restart,
            world_start, world_stop),
        cmocka_unit_test_setup_teardown(
            an_alarm_that_comes_back_while_the_inbox_is_written_anew_survives_a_restart, world_start,
            world_stop),
        cmocka_unit_test_setup_teardown(an_alarm_that_is_over_is_not_written, world_start, world_stop),
        cmocka_unit_test_setup_teardown(the_sender_of_a_group_acknowledges_and_notes_its_incidents,
                                        world_start, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
