/* What is held back pages nobody, and is not forgotten. */
#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};
static const struct alert_words full = {.name = "DiskFull", .severity = "SEV-2", .ends_us = INT64_MAX / 2};

#define ID "7f3a0000-0000-4000-8000-000000000001"

static const struct outcome *silence(struct world *w, const char *id, const char *matchers, int64_t for_us)
{
    struct silence value = {.id = id,
                            .matchers = matchers,
                            .created_by = "ana",
                            .comment = "upgrade",
                            .starts_us = w->now_us,
                            .ends_us = w->now_us + for_us};
    return world_decide(w, (struct input){.kind = INPUT_SILENCE, .silence = &value, .text = ID});
}

static void hear_of(struct world *w, const char *name, const char *service, const char *severity, bool over)
{
    struct label labels[] = {{"alertname", name}, {"service", service}, {"severity", severity}};
    struct alert alert = {.labels = labels, .n_labels = 3, .ends_us = over ? w->now_us : INT64_MAX / 2};
    struct alert_batch batch = {.source = "alertmanager-api", .alerts = &alert, .n_alerts = 1};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
}

/* What is due at once, as the server does it after each input. */
static void settle(struct world *w)
{
    world_decide(w, (struct input){.kind = INPUT_TIMER});
}

static void a_silenced_alert_opens_no_incident_until_the_silence_ends(void **state)
{
    struct world *w = *state;
    assert_string_equal(silence(w, "", "{alertname=\"ServiceDown\"}", 60 * MINUTES)->message, ID);
    assert_string_equal(event_of(w, "silence.created")->actor, "person:ana");
    world_pass(w, MINUTES);
    world_hear(w, down);
    assert_null(incident_of(w, 1));
    assert_text_has(event_of(w, "alert.held")->summary, "a silence hides it");
    world_hear(w, full);
    assert_string_equal(incident_of(w, 1)->title, "DiskFull on checkout");
    world_pass(w, 59 * MINUTES);
    assert_string_equal(incident_of(w, 2)->title, "ServiceDown on checkout");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "silence of ana (“upgrade”) has ended");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "since 2026-03-01T09:01:00");
    assert_non_null(event_of(w, "silence.expired"));
}

static void a_silence_stops_the_paging_of_an_incident_and_its_end_starts_it_anew(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
    world_pass(w, MINUTES);
    silence(w, "", "{service=\"checkout\"}", 60 * MINUTES);
    assert_non_null(event_of(w, "incident.silenced"));
    assert_true(world_sets_timer(w, TIMER_ESCALATE, false));
    world_delivered(w, 1, VERDICT_DEAD); /* which leads to the next way otherwise */
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_pass(w, 30 * MINUTES);
    world_decide(w, (struct input){.kind = INPUT_SILENCE_EXPIRE, .text = ID, .actor = "person:ben"});
    assert_string_equal(event_of(w, "silence.expired")->actor, "person:ben");
    assert_non_null(event_of(w, "incident.unsilenced"));
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_TRIGGERED);
}

static void an_alert_that_nothing_holds_pages_for_a_quiet_incident(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    silence(w, "", "{instance=\"\",service=\"checkout\"}", 60 * MINUTES);
    settle(w);
    assert_true(incident_find(w->engine, 1)->hushed);
    struct alert_words other = down;
    other.instance = "b";
    world_hear(w, other);
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_false(incident_find(w->engine, 1)->hushed);
}

static void the_end_of_an_alert_passes_through_a_silence(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    silence(w, "", "{service=\"checkout\"}", 60 * MINUTES);
    settle(w);
    struct alert_words over = down;
    over.ends_us = w->now_us;
    world_hear(w, over);
    assert_non_null(event_of(w, "alert.resolved"));
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    world_pass(w, 5 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    assert_int_equal(incident_find(w->engine, 1)->n_held, 0);
}

static void a_silence_warns_before_it_lapses_while_alerts_fire_under_it(void **state)
{
    struct world *w = *state;
    silence(w, "", "{service=\"checkout\"}", 120 * MINUTES);
    world_hear(w, down);
    world_pass(w, 105 * MINUTES);
    assert_text_has(event_of(w, "silence.lapses")->summary, "1 alert fires still under it");
    silence(w, ID, "{service=\"checkout\"}", 120 * MINUTES); /* made longer: starts_us differs */
    assert_non_null(event_of(w, "silence.created"));
}

static void a_silence_is_forgotten_five_days_after_its_end(void **state)
{
    struct world *w = *state;
    silence(w, "", "{service=\"other\"}", 60 * MINUTES);
    world_pass(w, 60 * MINUTES + INT64_C(5) * 86400 * US_PER_S);
    assert_int_equal(w->engine->silences.n, 0);
    assert_int_equal(w->decisions.list.at[0].kind, DECISION_SILENCE_FORGET);
}

static void many_silences_are_found_by_the_label_they_want(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 2000; i++) {
        struct silence value = {.id = "",
                                .matchers = arena_printf(w->arena, "{instance=\"i%d\",x!=\"y\"}", i),
                                .created_by = "ana",
                                .comment = "c",
                                .ends_us = w->now_us + 60 * MINUTES};
        world_decide(w, (struct input){.kind = INPUT_SILENCE,
                                       .silence = &value,
                                       .text = arena_printf(w->arena, "id-%d", i)});
    }
    struct alert_words words = down;
    words.instance = "i1999";
    world_hear(w, words);
    assert_null(incident_of(w, 1));
    world_decide(w, (struct input){.kind = INPUT_SILENCE_EXPIRE, .text = "id-1999"});
    world_pass(w, US_PER_S);
    assert_non_null(incident_of(w, 1));
}

static void one_silence_that_follows_another_lets_nothing_through(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    silence(w, "", "{service=\"checkout\"}", 60 * MINUTES);
    world_pass(w, 55 * MINUTES);
    struct silence next = {.id = "",
                           .matchers = "{alertname=\"ServiceDown\"}",
                           .created_by = "ana",
                           .comment = "upgrade",
                           .starts_us = w->now_us + 5 * MINUTES,
                           .ends_us = w->now_us + 60 * MINUTES};
    world_decide(w, (struct input){.kind = INPUT_SILENCE, .silence = &next, .text = "next"});
    world_pass(w, 30 * MINUTES);
    assert_true(incident_find(w->engine, 1)->hushed);
    assert_int_equal(w->engine->last_delivery, 1);
}

/* ---- rules ---- */

static void add_rule(struct world *w, const char *source, const char *target, const char *equal)
{
    struct inhibit_rule *rule = list_push(w->arena, &w->config.inhibit_rules);
    struct err err;
    assert_int_equal(matchers_parse(source, &rule->source, &err), 0);
    assert_int_equal(matchers_parse(target, &rule->target, &err), 0);
    strings_add(w->arena, &rule->equal, equal);
    engine_learn(w->engine, &w->config, w->library);
}

static void free_rules(struct world *w)
{
    list_each (rule, &w->config.inhibit_rules) {
        matchers_free(&rule->source);
        matchers_free(&rule->target);
    }
    w->config.inhibit_rules.n = 0;
    engine_learn(w->engine, &w->config, w->library);
}

static void an_alert_is_inhibited_by_one_of_the_same_batch_and_pages_when_that_is_over(void **state)
{
    struct world *w = *state;
    add_rule(w, "alertname=\"ServiceDown\"", "severity=\"SEV-2\"", "service");
    struct alert_words both[] = {full, down};
    struct alert_batch batch = world_batch(w, 2, both);
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    settle(w);
    assert_string_equal(incident_of(w, 1)->title, "ServiceDown on checkout");
    assert_null(incident_of(w, 2));
    /* The same again, and the configuration read again. */
    engine_learn(w->engine, &w->config, w->library);
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    settle(w);
    world_pass(w, US_PER_S);
    assert_null(incident_of(w, 2));
    struct alert_words over = down;
    over.ends_us = w->now_us;
    world_hear(w, over);
    world_pass(w, US_PER_S);
    assert_string_equal(incident_of(w, 2)->title, "DiskFull on checkout");
    free_rules(w);
}

static void alerts_that_fit_both_sides_of_a_rule_do_not_hold_each_other(void **state)
{
    struct world *w = *state;
    add_rule(w, "severity=~\"SEV.*\"", "severity=~\"SEV.*\"", "service");
    world_hear(w, down);
    world_hear(w, full);
    settle(w);
    assert_non_null(incident_of(w, 2));
    free_rules(w);
}

/* ---- dependencies ---- */

static void what_a_dependency_explains_is_named_in_its_incident_and_pages_nobody(void **state)
{
    struct world *w = *state;
    world_need_postgres(w);
    hear_of(w, "ServiceDown", "postgres", "SEV-2", false);
    settle(w);
    hear_of(w, "SlowReplies", "checkout", "SEV-2", false);
    assert_null(incident_of(w, 2));
    assert_int_equal(event_of(w, "alert.held")->incident, 1);
    assert_text_has(event_of(w, "alert.held")->summary, "SlowReplies");
    hear_of(w, "ServiceDown", "checkout", "SEV-1", false); /* worse than what is known */
    assert_string_equal(incident_of(w, 2)->title, "ServiceDown on checkout");
    hear_of(w, "ServiceDown", "postgres", "SEV-2", true);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    world_pass(w, 5 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    world_pass(w, US_PER_S);
    assert_string_equal(incident_of(w, 3)->title, "SlowReplies on checkout");
}

static void what_was_explained_and_fires_again_is_not_counted_by_the_dependency(void **state)
{
    struct world *w = *state;
    world_need_postgres(w);
    hear_of(w, "ServiceDown", "postgres", "SEV-2", false);
    settle(w);
    hear_of(w, "SlowReplies", "checkout", "SEV-2", false);
    hear_of(w, "SlowReplies", "checkout", "SEV-2", true);
    hear_of(w, "SlowReplies", "checkout", "SEV-2", false);
    assert_int_equal(incident_find(w->engine, 1)->incident.n_firing, 1);
    assert_null(incident_find(w->engine, 2));
}

static void what_an_incident_explains_does_not_make_it_burn(void **state)
{
    struct world *w = *state;
    world_need_postgres(w);
    hear_of(w, "ServiceDown", "postgres", "SEV-2", false);
    settle(w);
    world_person_sets(w, INPUT_STATE, 1, "person:eve", "monitoring", "it comes back");
    hear_of(w, "SlowReplies", "checkout", "SEV-2", false);
    assert_int_equal(event_of(w, "alert.held")->incident, 1);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
}

static void a_silenced_dependency_explains_nothing(void **state)
{
    struct world *w = *state;
    world_need_postgres(w);
    hear_of(w, "ServiceDown", "postgres", "SEV-1", false);
    hear_of(w, "SlowReplies", "checkout", "SEV-2", false);
    assert_null(incident_of(w, 2));
    silence(w, "", "{service=\"postgres\"}", 60 * MINUTES);
    world_pass(w, 2 * US_PER_S);
    assert_non_null(incident_of(w, 2));
}

/* Nobody thought of it when the silence was made. */
static void a_silence_of_a_whole_severity_does_not_hide_the_worst_level(void **state)
{
    struct world *w = *state;
    silence(w, "", "{severity=~\"SEV-.*\"}", 60 * MINUTES);
    assert_text_has(event_of(w, "silence.created")->summary, "WIDE");
    world_hear(w, full);
    assert_null(incident_of(w, 1));
    world_hear(w, down);
    assert_string_equal(incident_of(w, 1)->title, "ServiceDown on checkout");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    world_pass(w, 2 * MINUTES); /* and a review leaves it as it is */
    assert_false(incident_find(w->engine, 1)->hushed);
}

static void a_wide_silence_hides_what_is_not_of_the_worst_level(void **state)
{
    struct world *w = *state;
    silence(w, "", "{alertname=~\"[A-Z].*\"}", 60 * MINUTES);
    hear_of(w, "DiskFull", "checkout", "SEV-2", false);
    assert_null(incident_of(w, 1));
    hear_of(w, "ServiceDown", "checkout", "SEV-1", false);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

static void a_wide_silence_leaves_the_paging_for_the_worst_level_alone(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    silence(w, "", "{severity=\"SEV-1\"}", 60 * MINUTES);
    assert_null(event_of(w, "incident.silenced"));
    world_pass(w, 4 * MINUTES);
    assert_false(incident_find(w->engine, 1)->hushed);
    assert_true(due_is_set(&incident_find(w->engine, 1)->escalate));
}

static void what_names_an_alert_a_service_or_a_place_is_not_wide(void **state)
{
    (void)state;
    static const struct {
        const char *matchers;
        bool wide;
    } rows[] = {
        {"{severity=\"critical\"}", true},
        {"{priority=~\"P1|P2\",severity!=\"info\"}", true},
        {"{alertname=~\"[A-Za-z]+.*\"}", true},
        {"{alertname=~\"Disk|.*\"}", true},
        {"{severity=\"critical\",service=\"shop\"}", false},
        {"{env=\"staging\"}", false},
        {"{alertname=~\"Disk.*\"}", false},
        {"{pod=~\"web-[0-9]+\"}", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct matchers matchers = {0};
        struct err err;
        assert_int_equal(matchers_parse(rows[i].matchers, &matchers, &err), 0);
        if (silence_is_wide(&matchers) != rows[i].wide)
            fail_msg("%s", rows[i].matchers);
        matchers_free(&matchers);
    }
}

#define test(f) cmocka_unit_test_setup_teardown(f, world_start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_silence_of_a_whole_severity_does_not_hide_the_worst_level),
        test(a_wide_silence_hides_what_is_not_of_the_worst_level),
        test(a_wide_silence_leaves_the_paging_for_the_worst_level_alone),
        test(what_names_an_alert_a_service_or_a_place_is_not_wide),
        test(a_silenced_alert_opens_no_incident_until_the_silence_ends),
        test(a_silence_stops_the_paging_of_an_incident_and_its_end_starts_it_anew),
        test(an_alert_that_nothing_holds_pages_for_a_quiet_incident),
        test(the_end_of_an_alert_passes_through_a_silence),
        test(one_silence_that_follows_another_lets_nothing_through),
        test(a_silence_warns_before_it_lapses_while_alerts_fire_under_it),
        test(a_silence_is_forgotten_five_days_after_its_end),
        test(many_silences_are_found_by_the_label_they_want),
        test(an_alert_is_inhibited_by_one_of_the_same_batch_and_pages_when_that_is_over),
        test(alerts_that_fit_both_sides_of_a_rule_do_not_hold_each_other),
        test(what_a_dependency_explains_is_named_in_its_incident_and_pages_nobody),
        test(what_was_explained_and_fires_again_is_not_counted_by_the_dependency),
        test(what_an_incident_explains_does_not_make_it_burn),
        test(a_silenced_dependency_explains_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
