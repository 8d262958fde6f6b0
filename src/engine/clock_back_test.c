/* A clock that is set back while the program runs: nobody waits longer for that. */
#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static void set_back(struct world *w, int64_t by_us)
{
    w->now_us -= by_us;
    world_decide(w, (struct input){.kind = INPUT_CLOCK_BACK, .actor = "system", .back_us = by_us});
}

static void the_next_page_leaves_when_it_would_have(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_pass(w, 2 * MINUTES);
    set_back(w, 180 * MINUTES);
    assert_text_has(event_of(w, "clock.set_back")->summary, "3 h");
    assert_true(world_sets_timer(w, TIMER_ESCALATE, true));
    world_next(w, 3 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "Nobody has acknowledged it (");
}

static void a_page_that_was_refused_is_tried_again_as_soon(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_RETRY);
    int64_t wait_us = engine_next_due_us(w->engine) - w->now_us;
    set_back(w, 180 * MINUTES);
    assert_int_equal(delivery_of(w, DELIVERY_RETRY, 0)->due_us, w->now_us + wait_us);
    world_next(w, wait_us);
    assert_int_equal(delivery_of(w, DELIVERY_DUE, 0)->id, 1);
}

static void silence_of_whoever_has_it_is_noticed_as_soon(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    world_pass(w, 10 * MINUTES);
    set_back(w, 180 * MINUTES);
    assert_int_equal(incident_of(w, 1)->lease_us, w->now_us + 5 * MINUTES);
    world_next(w, 5 * MINUTES);
    assert_text_has(event_of(w, "lease.lapsed")->summary, "for 15 min");
}

static void a_quiet_incident_is_resolved_as_soon(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    struct alert_words over = down;
    over.ends_us = w->now_us;
    world_hear(w, over);
    world_pass(w, MINUTES);
    set_back(w, 180 * MINUTES);
    world_next(w, 4 * MINUTES);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_RESOLVED);
}

static void a_mute_lasts_as_long_as_was_asked_for(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_decide(
        w,
        (struct input){.kind = INPUT_MUTE, .incident = 1, .actor = "person:ana", .text = "x", .for_s = 3600});
    world_pass(w, 30 * MINUTES);
    set_back(w, 180 * MINUTES);
    world_pass(w, 29 * MINUTES);
    assert_int_not_equal(incident_of(w, 1)->muted_until_us, 0);
    world_pass(w, MINUTES);
    assert_int_equal(incident_of(w, 1)->muted_until_us, 0);
}

static void a_silence_keeps_the_end_that_was_stated(void **state)
{
    struct world *w = *state;
    struct silence hour = {.id = "",
                           .matchers = "{service=\"checkout\"}",
                           .created_by = "ana",
                           .comment = "upgrade",
                           .ends_us = w->now_us + 60 * MINUTES};
    world_decide(w, (struct input){.kind = INPUT_SILENCE, .silence = &hour, .text = "one"});
    set_back(w, 30 * MINUTES);
    world_hear(w, down);
    world_pass(w, 89 * MINUTES);
    assert_null(incident_of(w, 1));
    world_pass(w, MINUTES);
    assert_non_null(incident_of(w, 1));
}

static void a_watchdog_that_falls_silent_is_missed_as_soon(void **state)
{
    struct world *w = *state;
    struct alert_words watchdog = {
        .name = "Watchdog", .severity = "none", .ends_us = w->now_us + 15 * MINUTES};
    world_hear(w, watchdog);
    world_pass(w, 5 * MINUTES);
    set_back(w, 180 * MINUTES);
    world_next(w, 10 * MINUTES);
    assert_text_has(incident_of(w, 1)->title, "WatchdogMissing");
}

static void what_was_heard_at_a_time_to_come_makes_nothing_late(void **state)
{
    struct world *w = *state;
    struct alert_words words = down;
    words.starts_us = w->now_us;
    world_hear(w, words);
    set_back(w, 60 * MINUTES);
    words.starts_us = w->now_us - MINUTES;
    words.ends_us = w->now_us;
    world_hear(w, words);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_MONITORING);

    set_back(w, 60 * MINUTES);
    words.starts_us = w->now_us;
    words.ends_us = w->now_us + 60 * MINUTES;
    world_hear(w, words);
    assert_int_equal(incident_of(w, 1)->state, INCIDENT_TRIGGERED);
}

static void the_pages_of_a_minute_ago_still_count(void **state)
{
    struct world *w = *state;
    w->config.budget.pages = 1;
    w->config.budget.within_s = 600;
    struct alert_words first = down, second = down;
    first.severity = second.severity = "SEV-2";
    second.name = "DiskFull";
    world_hear(w, first);
    world_pass(w, MINUTES);
    set_back(w, 180 * MINUTES);
    world_hear(w, second);
    assert_int_equal(delivery_of(w, DELIVERY_BUNDLED, 0)->due_us, w->now_us + 9 * MINUTES);
    world_pass(w, MINUTES);
    set_back(w, 180 * MINUTES);
    world_pass(w, 8 * MINUTES - 1);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_next(w, 1);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(the_next_page_leaves_when_it_would_have),
        TEST(a_page_that_was_refused_is_tried_again_as_soon),
        TEST(silence_of_whoever_has_it_is_noticed_as_soon),
        TEST(a_quiet_incident_is_resolved_as_soon),
        TEST(a_mute_lasts_as_long_as_was_asked_for),
        TEST(a_silence_keeps_the_end_that_was_stated),
        TEST(a_watchdog_that_falls_silent_is_missed_as_soon),
        TEST(what_was_heard_at_a_time_to_come_makes_nothing_late),
        TEST(the_pages_of_a_minute_ago_still_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
