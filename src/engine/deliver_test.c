#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static void failed_attempt_is_repeated_with_the_same_key(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_RETRY);
    const struct delivery *retry = delivery_of(w, DELIVERY_RETRY, 0);
    assert_int_equal(retry->attempts, 1);
    assert_true(retry->due_us > w->now_us && retry->due_us <= w->now_us + 2 * US_PER_S);
    assert_true(world_sets_timer(w, TIMER_DELIVERY_RETRY, true));
    w->now_us = retry->due_us;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->key, "crashcart-7f3a-incident-1-page-1-");
    assert_true(world_sets_timer(w, TIMER_DELIVERY_RETRY, false));
}

static void after_three_failures_the_next_way_is_tried_as_well(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    for (int i = 0; i < 3; i++) {
        world_delivered(w, 1, VERDICT_RETRY);
        if (i < 2)
            world_next(w, engine_next_due_us(w->engine) - w->now_us);
    }
    const struct delivery *second = delivery_of(w, DELIVERY_DUE, 0);
    assert_string_equal(second->channel, "email");
    assert_string_equal(second->person, "ana");
    world_pass(w, MINUTES);
    world_delivered(w, 1, VERDICT_RETRY);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
}

static void dead_way_gives_over_to_the_next_one_at_once(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_DEAD);
    assert_non_null(event_of(w, "page.failed"));
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->channel, "email");
}

static void person_whom_no_way_reaches_is_passed_over_at_once(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_DEAD);
    world_delivered(w, 2, VERDICT_DEAD);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "could be reached");
    world_delivered(w, 3, VERDICT_DEAD); /* the last of the chain: now everybody else */
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 2)->person, "eve");
}

static void dead_ways_do_not_spin(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    int64_t n = 0;
    for (int64_t id = 1; id <= w->engine->last_delivery; id++, n++) {
        world_delivered(w, id, VERDICT_DEAD);
        assert_true(n < 20);
    }
    assert_true(engine_next_due_us(w->engine) >= w->now_us + MINUTES);
}

static void page_that_arrives_after_the_acknowledgement_is_told_as_it_was(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_non_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    world_delivered(w, 1, VERDICT_SENT);
    assert_text_has(event_of(w, "page.sent")->summary, "already on its way");
    world_delivered(w, 1, VERDICT_SENT);
    assert_int_equal(w->decisions.outcome.code, OUTCOME_NOT_FOUND);
}

static void newer_page_takes_the_place_of_one_that_waits(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.n = 1;
    world_hear(w, down);
    while (!world_sets_timer(w, TIMER_ESCALATE, false)) {
        world_delivered(w, 1, VERDICT_RETRY);
        world_delivered(w, 2, VERDICT_SENT);
        world_next(w, engine_next_due_us(w->engine) - w->now_us);
    }
    assert_non_null(delivery_of(w, DELIVERY_CANCELLED, 0));
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->key, "crashcart-7f3a-incident-1-page-3-");
}

static int n_of_kind(struct world *w, const char *channel)
{
    int n = 0;
    for (const struct delivery *d; (d = delivery_of(w, DELIVERY_DUE, (size_t)n)); n++)
        if (strcmp(d->channel, channel) != 0 || !d->notice)
            return -1;
    return n;
}

static void whoever_keeps_the_incident_hears_that_it_is_acknowledged_and_resolved(void **state)
{
    struct world *w = *state;
    list_each (person, &w->config.people)
        if (strcmp(person->id, "eve") == 0)
            person->contacts.at[0].channel = "pagerduty";
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_int_equal(n_of_kind(w, "pagerduty"), 1);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL); /* it is already */
    assert_int_equal(n_of_kind(w, "pagerduty"), 0);
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_int_equal(n_of_kind(w, "pagerduty"), 1);
}

/* A start by a ledger that lacks what left before: the same pages in another order, incidents under other
 * numbers. */
static void key_says_who_is_paged_of_what_in_whatever_order(void **state)
{
    struct world *w = *state;
    void *later = NULL, *other = NULL;
    static const struct alert_words full = {
        .name = "DiskFull", .severity = "SEV-1", .ends_us = INT64_MAX / 2};
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_DEAD);
    const char *second = arena_strdup(w->arena, delivery_of(w, DELIVERY_DUE, 0)->key);
    world_next(w, 5 * MINUTES);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    const char *ben = arena_strdup(w->arena, delivery_of(w, DELIVERY_DUE, 0)->key);
    assert_string_not_equal(ben, second);

    world_start(&later);
    world_hear(later, down);
    world_next(later, 5 * MINUTES);
    assert_string_equal(delivery_of(later, DELIVERY_DUE, 0)->key, ben);
    world_delivered(later, 1, VERDICT_DEAD);
    assert_string_equal(delivery_of(later, DELIVERY_DUE, 0)->key, second);
    world_stop(&later);

    world_start(&other);
    world_hear(other, full);
    world_next(other, 5 * MINUTES);
    assert_string_equal(delivery_of(other, DELIVERY_DUE, 0)->person, "ben");
    assert_string_not_equal(delivery_of(other, DELIVERY_DUE, 0)->key, ben);
    world_stop(&other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(failed_attempt_is_repeated_with_the_same_key),
        TEST(after_three_failures_the_next_way_is_tried_as_well),
        TEST(dead_way_gives_over_to_the_next_one_at_once),
        TEST(person_whom_no_way_reaches_is_passed_over_at_once),
        TEST(dead_ways_do_not_spin),
        TEST(page_that_arrives_after_the_acknowledgement_is_told_as_it_was),
        TEST(whoever_keeps_the_incident_hears_that_it_is_acknowledged_and_resolved),
        TEST(newer_page_takes_the_place_of_one_that_waits),
        TEST(key_says_who_is_paged_of_what_in_whatever_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
