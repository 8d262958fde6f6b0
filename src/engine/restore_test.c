/* A restart at any moment: what the ledger holds is given to a new engine, and the two must go on as one. */
#include "engine/kept_testing_priv.h"

static void page_that_was_under_way_leaves_again_with_the_same_key(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    restart(w, &kept, &down, MINUTES);
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->key, "crashcart-7f3a-incident-1-page-1-");
    assert_null(delivery_of(w, DELIVERY_DUE, 1));
    assert_int_equal(incident_of(w, 1)->n_firing, 1);
    world_hear(w, down);
    assert_int_equal(w->decisions.list.n, 0); /* the alert is known, and so is its incident */
    world_next(w, 4 * MINUTES);
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->key, "crashcart-7f3a-incident-1-page-1-");
}

static void page_that_was_sent_is_not_sent_again(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    world_delivered(w, 1, VERDICT_SENT);
    keep(w, &kept);
    restart(w, &kept, &down, MINUTES);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
}

static void a_digest_comes_in_its_time_although_the_clock_was_set_back_meanwhile(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    bool told = false;
    w->config.budget.pages = 1;
    w->config.budget.within_s = 600;
    const struct alert_words mild[] = {{.name = "DiskFull", .severity = "SEV-2", .ends_us = INT64_MAX / 2},
                                       {.name = "QueueGrows", .severity = "SEV-2", .ends_us = INT64_MAX / 2}};
    struct alert_batch batch = world_batch(w, 2, mild);
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    assert_non_null(delivery_of(w, DELIVERY_BUNDLED, 0));
    keep(w, &kept);
    batch = world_batch(w, 2, mild);
    restart_with(w, &kept, &batch, -120 * MINUTES);
    for (int64_t until = w->now_us + 10 * MINUTES; !told && engine_next_due_us(w->engine) <= until;) {
        w->now_us = engine_next_due_us(w->engine);
        world_decide(w, (struct input){.kind = INPUT_TIMER});
        list_each (d, &w->decisions.list)
            told |= d->kind == DECISION_DELIVERY && d->delivery.state == DELIVERY_DUE && d->delivery.digest;
    }
    assert_true(told);
}

static void acknowledged_incident_wakes_nobody_after_a_restart(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    keep(w, &kept);
    restart(w, &kept, &down, 5 * MINUTES);
    world_pass(w, 9 * MINUTES);
    assert_int_equal(w->engine->last_delivery, 1);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_ACKNOWLEDGED);
}

static void roles_and_ticks_outlive_a_restart(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_verify(w);
    world_hear(w, down);
    keep(w, &kept);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    keep(w, &kept);
    world_check(w, 2, true, NULL);
    keep(w, &kept);
    restart(w, &kept, &down, MINUTES);
    const struct incident_record *record = incident_find(w->engine, 1);
    assert_int_equal(record->n_roles, 1);
    assert_string_equal(record->roles[0].person, "ana");
    assert_int_equal(record->n_checks, 2);
    assert_string_equal(record->checks[1].checked_by, "person:ana");
    assert_int_equal(checklist_open(record), 1);
}

static void acknowledgement_that_ran_out_meanwhile_says_how_late(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    keep(w, &kept);
    restart(w, &kept, &down, 60 * MINUTES);
    assert_int_equal(w->engine->last_delivery, 1);
    world_next(w, engine_next_due_us(w->engine) - w->now_us);
    assert_text_has(event_of(w, "lease.lapsed")->summary, "late: the server was not running");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

static void timer_that_came_due_meanwhile_fires_once_and_says_how_late(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    world_delivered(w, 1, VERDICT_SENT);
    keep(w, &kept);
    restart(w, &kept, &down, 65 * MINUTES);
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "1 h late: the server was not running");
    assert_int_equal(count_events(w, "page.queued"), 1);
    assert_true(engine_next_due_us(w->engine) > w->now_us);
}

static void nobody_waits_longer_because_the_clock_was_set_back(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    world_delivered(w, 1, VERDICT_SENT);
    keep(w, &kept);
    restart(w, &kept, &down, -180 * MINUTES);
    keep(w, &kept);
    world_next(w, 5 * MINUTES);
    keep(w, &kept);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");

    world_decide(w, (struct input){.kind = INPUT_ACKNOWLEDGE, .incident = 1, .actor = "person:ben"});
    keep(w, &kept);
    restart(w, &kept, &down, -180 * MINUTES);
    world_next(w, 15 * MINUTES);
    assert_int_equal(count_events(w, "lease.lapsed"), 1);
    assert_null(strstr(delivery_of(w, DELIVERY_DUE, 0)->why, "-"));
}

static void silence_of_who_has_it_is_counted_from_the_clock_as_it_was_set_back(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    world_decide(w, (struct input){.kind = INPUT_ACKNOWLEDGE, .incident = 1, .actor = "person:ben"});
    world_decide(w,
                 (struct input){
                     .kind = INPUT_MUTE, .incident = 1, .actor = "person:ben", .text = "x", .for_s = 36000});
    keep(w, &kept);
    restart(w, &kept, &down, -180 * MINUTES);
    keep(w, &kept);
    world_decide(w, (struct input){.kind = INPUT_UNMUTE, .incident = 1, .actor = "person:ben"});
    world_next(w, 15 * MINUTES);
    assert_text_has(event_of(w, "lease.lapsed")->summary, "No resolution progress for 15 min");
}

static void alert_gets_another_chance_although_the_clock_was_set_back_before(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept); /* opened at a time that is not yet, from now on */
    w->now_us -= 120 * MINUTES;
    struct alert_words timed = down;
    timed.ends_us = w->now_us + 4 * MINUTES;
    restart(w, &kept, &timed, 10 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_TRIGGERED);
    assert_int_equal(incident_of(w, 1)->n_firing, 1);
}

static void clocks_of_an_incident_come_back_although_it_explains_other_alerts(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_need_postgres(w);
    struct label cause[] = {{"alertname", "ServiceDown"}, {"service", "postgres"}, {"severity", "SEV-2"}};
    struct label effect[] = {{"alertname", "SlowReplies"}, {"service", "checkout"}, {"severity", "SEV-2"}};
    struct alert alerts[] = {{.labels = cause, .n_labels = 3, .ends_us = INT64_MAX / 2},
                             {.labels = effect, .n_labels = 3, .ends_us = INT64_MAX / 2}};
    struct alert_batch batch = {.source = "alertmanager-api", .alerts = alerts, .n_alerts = 1};
    world_decide(w, (struct input){.kind = INPUT_ALERTS, .batch = &batch});
    keep(w, &kept);
    world_delivered(w, 1, VERDICT_SENT);
    keep(w, &kept);
    int64_t wait_us = incident_find(w->engine, 1)->escalate.at_us - w->now_us;
    batch.n_alerts = 2;
    restart_with(w, &kept, &batch, -180 * MINUTES);
    assert_int_equal(event_of(w, "alert.held")->incident, 1);
    assert_null(incident_of(w, 2));
    assert_true(incident_find(w->engine, 1)->escalate.at_us <= w->now_us + wait_us);
}

static void look_is_taken_again_and_a_touch_is_not(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    restart(w, &kept, &down, MINUTES);
    assert_int_equal(step_of(w, 27)->state, STEP_STARTING);
    assert_int_equal(step_of(w, 27)->attempt, 2);
    keep(w, &kept);
    restart(w, &kept, &down, MINUTES);
    keep(w, &kept);
    restart(w, &kept, &down, MINUTES);
    assert_int_equal(step_of(w, 27)->state, STEP_EFFECT_UNKNOWN); /* three times are enough */
    assert_int_equal(step_of(w, 29)->state, STEP_STARTING);
    keep(w, &kept);

    world_decide(w, (struct input){.kind = INPUT_APPROVE, .run = 1, .step = 35, .actor = "person:ana"});
    keep(w, &kept);
    world_step_done(w, 1, 29, STEP_SUCCEEDED, NULL);
    keep(w, &kept);
    restart(w, &kept, &down, MINUTES);
    assert_int_equal(step_of(w, 35)->state, STEP_EFFECT_UNKNOWN);
    assert_non_null(event_of(w, "step.effect_unknown"));
    assert_null(event_of(w, "step.started"));
}

static void alert_gets_another_chance_when_nobody_could_hear_it(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    struct alert_words timed = down;
    timed.ends_us = w->now_us + 4 * MINUTES;
    world_hear(w, timed);
    keep(w, &kept);
    restart(w, &kept, &timed, 60 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_TRIGGERED);
    world_pass(w, 5 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
}

static void alert_that_had_ended_before_stays_so(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    struct alert_words timed = down;
    timed.ends_us = w->now_us + 4 * MINUTES;
    world_hear(w, timed);
    keep(w, &kept);
    int64_t heard_us = w->now_us;
    world_next(w, 4 * MINUTES);
    keep(w, &kept);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    int64_t ended_us = w->now_us;
    w->now_us = heard_us;
    restart(w, &kept, &timed, ended_us - heard_us + MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);
    world_pass(w, 4 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
}

static void alert_in_the_inbox_without_an_incident_gets_one(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    restart(w, &kept, &down, MINUTES);
    assert_non_null(event_of(w, "incident.opened"));
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

static void alert_finds_its_incident_although_the_runbook_changed(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    library_free(w->library);
    w->library = world_library("# Checkout\n\n## Ordering\n\nNothing of the kind.\n");
    restart(w, &kept, &down, MINUTES);
    assert_null(event_of(w, "incident.opened"));
    assert_int_equal(incident_of(w, 1)->n_firing, 1);
}

static void numbers_are_never_given_twice(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    engine_restore_last(w->engine, 41, 900, 0);
    restart(w, &kept, NULL, 0);
    engine_restore_last(w->engine, 41, 900, 0);
    world_hear(w, down);
    assert_non_null(incident_of(w, 42));
    assert_int_equal(delivery_of(w, DELIVERY_DUE, 0)->id, 901);
}

static void silences_hold_from_before_the_first_alert(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    struct silence hour = {.id = "",
                           .matchers = "{service=\"checkout\"}",
                           .created_by = "ana",
                           .comment = "upgrade",
                           .ends_us = w->now_us + 60 * MINUTES};
    world_decide(w, (struct input){.kind = INPUT_SILENCE, .silence = &hour, .text = "one"});
    keep(w, &kept);
    world_hear(w, down);
    keep(w, &kept);
    restart(w, &kept, &down, 10 * MINUTES);
    keep(w, &kept);
    world_pass(w, MINUTES);
    assert_null(incident_of(w, 1));
    restart(w, &kept, &down, 60 * MINUTES); /* it ends while nobody is there */
    world_pass(w, US_PER_S);
    assert_non_null(incident_of(w, 1));
}

/* The page would be tried again before the silence is looked at. */
static void a_silence_that_was_to_begin_meanwhile_comes_before_the_pages(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    world_delivered(w, 1, VERDICT_RETRY);
    keep(w, &kept);
    struct silence soon = {.id = "",
                           .matchers = "{service=\"checkout\"}",
                           .created_by = "ana",
                           .comment = "upgrade",
                           .starts_us = w->now_us + 5 * MINUTES,
                           .ends_us = w->now_us + 60 * MINUTES};
    world_decide(w, (struct input){.kind = INPUT_SILENCE, .silence = &soon, .text = "one"});
    keep(w, &kept);
    restart(w, &kept, &down, 10 * MINUTES);
    list_each (decision, &w->decisions.list)
        assert_false(decision_sends(&w->decisions, decision));
    assert_non_null(event_of(w, "silence.started"));
    assert_non_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    keep(w, &kept);
    world_pass(w, 20 * MINUTES);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_pass(w, 40 * MINUTES); /* and still fires when the silence ends */
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
}

static void a_quiet_incident_stays_quiet(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    struct silence hour = {.id = "",
                           .matchers = "{service=\"checkout\"}",
                           .created_by = "ana",
                           .comment = "upgrade",
                           .ends_us = w->now_us + 60 * MINUTES};
    world_decide(w, (struct input){.kind = INPUT_SILENCE, .silence = &hour, .text = "one"});
    keep(w, &kept);
    restart(w, &kept, &down, 10 * MINUTES);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_null(event_of(w, "incident.silenced")); /* said before */
    world_pass(w, 20 * MINUTES);
    assert_int_equal(incident_of(w, 1)->escalation_step, 0);
    world_pass(w, 40 * MINUTES);
    assert_int_not_equal(incident_of(w, 1)->escalation_step, 0);
}

static void incident_of_long_ago_comes_back_for_the_input_that_names_it(void **state)
{
    struct world *w = *state;
    struct alert_words other = down, over = down;
    world_hear(w, down);
    over.ends_us = w->now_us;
    world_hear(w, over);
    world_pass(w, 10 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
    struct incident kept = *incident_of(w, 1);
    texts_to_arena(&incident_texts, &kept, w->arena);
    world_pass(w, 25 * 60 * MINUTES);
    world_person_says(w, INPUT_NOTE, 1, "person:ana", "x");
    assert_false(engine_knows(w->engine, 1));

    other.name = "CartsLost"; /* what was resolved since stays remembered */
    world_hear(w, other);
    world_decide(
        w, (struct input){
               .kind = INPUT_RESOLVE, .incident = 2, .actor = "person:ana", .text = "gone", .force = true});
    engine_recall_incident(w->engine, &kept);
    assert_int_equal(world_person_sets(w, INPUT_STATE, 1, "person:ana", "closed", "reviewed")->code,
                     OUTCOME_DONE);
    assert_non_null(event_of(w, "incident.closed"));
    assert_false(engine_knows(w->engine, 1));

    engine_recall_incident(w->engine, &kept);
    assert_int_equal(world_person_sets(w, INPUT_STATE, 1, "person:ana", "triggered", "not over")->code,
                     OUTCOME_DONE);
    assert_true(engine_knows(w->engine, 1));
    assert_true(engine_knows(w->engine, 2));
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(silences_hold_from_before_the_first_alert),
        TEST(a_silence_that_was_to_begin_meanwhile_comes_before_the_pages),
        TEST(a_quiet_incident_stays_quiet),
        TEST(page_that_was_under_way_leaves_again_with_the_same_key),
        TEST(a_digest_comes_in_its_time_although_the_clock_was_set_back_meanwhile),
        TEST(page_that_was_sent_is_not_sent_again),
        TEST(acknowledged_incident_wakes_nobody_after_a_restart),
        TEST(roles_and_ticks_outlive_a_restart),
        TEST(nobody_waits_longer_because_the_clock_was_set_back),
        TEST(silence_of_who_has_it_is_counted_from_the_clock_as_it_was_set_back),
        TEST(alert_gets_another_chance_although_the_clock_was_set_back_before),
        TEST(clocks_of_an_incident_come_back_although_it_explains_other_alerts),
        TEST(acknowledgement_that_ran_out_meanwhile_says_how_late),
        TEST(timer_that_came_due_meanwhile_fires_once_and_says_how_late),
        TEST(look_is_taken_again_and_a_touch_is_not),
        TEST(alert_gets_another_chance_when_nobody_could_hear_it),
        TEST(alert_that_had_ended_before_stays_so),
        TEST(alert_in_the_inbox_without_an_incident_gets_one),
        TEST(alert_finds_its_incident_although_the_runbook_changed),
        TEST(numbers_are_never_given_twice),
        TEST(incident_of_long_ago_comes_back_for_the_input_that_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
