/* Whoever is paged too often gets the rest in one page, and nothing is lost in it. */
#include "engine/testing_priv.h"

static int start(void **state)
{
    world_start(state);
    struct world *w = *state;
    w->config.budget.pages = 2;
    w->config.budget.within_s = 600;
    return 0;
}

/* Each name is a trouble of its own. */
static void trouble(struct world *w, const char *name, const char *severity, bool over)
{
    world_hear(w, (struct alert_words){
                      .name = name, .severity = severity, .ends_us = over ? w->now_us : INT64_MAX / 2});
}

static void spend(struct world *w)
{
    trouble(w, "One", "SEV-2", false);
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
    trouble(w, "Two", "SEV-2", false);
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
}

static void pages_above_the_budget_become_one_digest(void **state)
{
    struct world *w = *state;
    spend(w);
    trouble(w, "Three", "SEV-2", false);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    assert_text_has(event_of(w, "page.bundled")->summary, "ana had 2 pages in 10 min");
    trouble(w, "Four", "SEV-2", false);
    assert_int_equal(delivery_of(w, DELIVERY_BUNDLED, 0)->due_us - w->now_us, 10 * MINUTES);
    w->now_us += 10 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    int64_t id = 0;
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_DELIVERY && decision->delivery.state == DELIVERY_DUE &&
            decision->delivery.digest) {
            assert_text_has(decision->delivery.why, "2 more, of one service: #3 Three");
            assert_text_has(decision->delivery.why, "#4 Four");
            assert_text_has(decision->delivery.key, "-digest-");
            id = decision->delivery.id;
        }
    assert_true(id > 0);
    world_delivered(w, id, VERDICT_SENT);
    assert_int_equal(count_events(w, "page.sent"), 3); /* the digest, and each that it tells */
}

static void the_worst_level_does_not_wait(void **state)
{
    struct world *w = *state;
    spend(w);
    trouble(w, "Three", "SEV-2", false);
    trouble(w, "Worst", "SEV-1", false);
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0));
    world_hear(w, (struct alert_words){
                      .name = "Three", .instance = "b", .severity = "SEV-1", .ends_us = INT64_MAX / 2});
    assert_non_null(delivery_of(w, DELIVERY_DUE, 0)); /* it waited, and became worse */
    assert_null(delivery_of(w, DELIVERY_BUNDLED, 0));
}

static void what_is_acknowledged_leaves_the_digest(void **state)
{
    struct world *w = *state;
    spend(w);
    trouble(w, "Three", "SEV-3", false);
    trouble(w, "Four", "SEV-3", false);
    world_person_says(w, INPUT_ACKNOWLEDGE, 3, "person:ben", NULL);
    assert_int_equal(delivery_of(w, DELIVERY_CANCELLED, 0)->incident, 3);
    w->now_us += 10 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_DELIVERY && decision->delivery.digest)
            assert_int_equal(decision->delivery.incident, 4);
}

static void a_digest_is_sent_although_its_first_incident_is_acknowledged(void **state)
{
    struct world *w = *state;
    spend(w);
    trouble(w, "Three", "SEV-3", false);
    trouble(w, "Four", "SEV-3", false);
    w->now_us += 10 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    int64_t id = 0;
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_DELIVERY && decision->delivery.state == DELIVERY_DUE &&
            decision->delivery.digest)
            id = decision->delivery.id;
    world_person_says(w, INPUT_ACKNOWLEDGE, 3, "person:ben", NULL);
    world_delivered(w, id, VERDICT_RETRY);
    assert_non_null(delivery_of(w, DELIVERY_RETRY, 0));
    world_person_says(w, INPUT_ACKNOWLEDGE, 4, "person:ben", NULL);
    world_pass(w, 10 * MINUTES);
    assert_null(map_get(w->engine->deliveries, &id, sizeof id)); /* nobody needs it any more */
}

static void a_digest_that_reaches_nobody_gives_over_to_the_next_in_the_chain(void **state)
{
    struct world *w = *state;
    w->config.services.at[0].escalation.at[1].after_s = 3600;
    spend(w);
    for (int64_t number = 1; number <= 2; number++)
        world_person_says(w, INPUT_ACKNOWLEDGE, number, "person:ana", NULL);
    trouble(w, "Three", "SEV-3", false);
    w->now_us += 10 * MINUTES;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
    int64_t id = w->engine->last_delivery;
    assert_non_null(map_get(w->engine->deliveries, &id, sizeof id));
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_DELIVERY && decision->delivery.state == DELIVERY_DUE &&
            decision->delivery.digest)
            id = decision->delivery.id;
    world_delivered(w, id, VERDICT_DEAD);
    const struct delivery *mail = delivery_of(w, DELIVERY_DUE, 0);
    assert_string_equal(mail->channel, "email");
    assert_int_equal(mail->digest, id);
    world_delivered(w, mail->id, VERDICT_DEAD);
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ben");
    assert_int_equal(delivery_of(w, DELIVERY_DUE, 0)->incident, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_above_the_budget_become_one_digest, start, world_stop),
        cmocka_unit_test_setup_teardown(the_worst_level_does_not_wait, start, world_stop),
        cmocka_unit_test_setup_teardown(what_is_acknowledged_leaves_the_digest, start, world_stop),
        cmocka_unit_test_setup_teardown(a_digest_is_sent_although_its_first_incident_is_acknowledged, start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_digest_that_reaches_nobody_gives_over_to_the_next_in_the_chain,
                                        start, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
