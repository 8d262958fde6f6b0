/* Audiences are told on every way that they have; what fails is tried again, told, and replaced by what is
 * newer. */
#include "engine/clock_fixture.h"

static struct config_contact stakeholder_ways[] = {{.channel = "email", .address = "leads@example.org"},
                                                   {.channel = "slack", .address = "C024BE7LX"}};
static struct config_audience audiences[3];

static int start(void **state)
{
    clock_world_start(state);
    struct world *w = *state;
    audiences[0] = (struct config_audience){.id = "stakeholders"};
    audiences[0].send.at = stakeholder_ways;
    audiences[0].send.n = 2;
    audiences[1] = (struct config_audience){.id = "status-page", .status_page = true};
    audiences[2] = (struct config_audience){.id = "customers", .is_public = true};
    audiences[2].send.at = stakeholder_ways;
    audiences[2].send.n = 1;
    w->config.audiences.at = audiences;
    w->config.audiences.n = 3;
    clock_all_arrive(w);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    return 0;
}

static void send_to(struct world *w, const char *audience)
{
    struct update_message message = {.audience = audience,
                                     .status = "investigating",
                                     .subject = "Checkout: investigating",
                                     .text = "Orders fail."};
    world_decide(w, (struct input){.kind = INPUT_UPDATE_SEND,
                                   .incident = 1,
                                   .actor = "person:ana",
                                   .updates = &message,
                                   .n_updates = 1});
}

static size_t deliveries_in(struct world *w, enum delivery_state state, int64_t *ret_id)
{
    size_t n = 0;
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_DELIVERY && decision->delivery.update &&
            decision->delivery.state == state) {
            *ret_id = decision->delivery.id;
            n++;
        }
    return n;
}

static const struct update *updates_in(struct world *w, enum update_state state, const char *audience)
{
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_UPDATE && decision->update.state == state &&
            strcmp(decision->update.audience, audience) == 0)
            return &decision->update;
    return NULL;
}

static void every_way_of_the_audience_gets_it_and_its_time_begins_anew(void **state)
{
    struct world *w = *state;
    int64_t id = 0;
    world_pass(w, 10 * MINUTES);
    send_to(w, "stakeholder");
    assert_int_equal(deliveries_in(w, DELIVERY_DUE, &id), 2);
    assert_non_null(updates_in(w, UPDATE_SENT, "stakeholders"));
    assert_text_has(event_of(w, "update.sent")->summary, "Checkout: investigating");
    world_delivered(w, id, VERDICT_SENT);
    assert_non_null(event_of(w, "update.delivered"));
    assert_null(event_of(w, "page.sent"));
    assert_int_equal(clock_await_working(w, "update.due", 60 * MINUTES), 40 * MINUTES);
}

static void draft_is_said_to_be_ready_before_it_is_due(void **state)
{
    struct world *w = *state;
    assert_int_equal(clock_await_working(w, "update.ready", 60 * MINUTES), 25 * MINUTES);
    assert_false(clock_paged(w, "ana"));
    assert_int_equal(clock_await_working(w, "update.due", 60 * MINUTES), 30 * MINUTES);
}

static void way_that_fails_is_tried_again_until_something_newer_is_sent(void **state)
{
    struct world *w = *state;
    int64_t id = 0, newer = 0;
    send_to(w, "stakeholders");
    assert_int_equal(deliveries_in(w, DELIVERY_DUE, &id), 2);
    world_delivered(w, id, VERDICT_RETRY);
    assert_non_null(event_of(w, "update.delayed"));
    send_to(w, "stakeholders");
    bool replaced = deliveries_in(w, DELIVERY_CANCELLED, &newer) == 1 && newer == id;
    assert_true(replaced);
}

static void dead_way_is_told_to_who_answers_for_it(void **state)
{
    struct world *w = *state;
    int64_t id = 0;
    send_to(w, "stakeholders");
    deliveries_in(w, DELIVERY_DUE, &id);
    world_delivered(w, id, VERDICT_DEAD);
    assert_non_null(event_of(w, "update.failed"));
    assert_true(clock_paged(w, "ana"));
}

static void resolve_asks_for_the_closing_update_of_whom_it_concerns(void **state)
{
    struct world *w = *state;
    send_to(w, "status-page");
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_non_null(updates_in(w, UPDATE_WANTED, "stakeholders")); /* they were promised updates */
    assert_non_null(updates_in(w, UPDATE_WANTED, "status-page"));  /* it stood there */
    assert_null(updates_in(w, UPDATE_WANTED, "customers"));        /* they never heard of it */
}

static void public_that_never_heard_of_it_hears_of_no_end(void **state)
{
    struct world *w = *state;
    world_decide(w,
                 (struct input){.kind = INPUT_RESOLVE, .incident = 1, .actor = "person:ana", .force = true});
    assert_null(updates_in(w, UPDATE_WANTED, "status-page"));
}

static void nobody_configured_is_said(void **state)
{
    struct world *w = *state;
    send_to(w, "the moon");
    assert_int_equal(w->decisions.outcome.code, OUTCOME_INVALID);
    assert_text_has(w->decisions.outcome.message, "audiences:");
}

static void finding_is_kept_with_its_topic(void **state)
{
    struct world *w = *state;
    world_decide(w, (struct input){.kind = INPUT_FINDING,
                                   .incident = 1,
                                   .actor = "person:ana",
                                   .word = "data-safe",
                                   .text = "the access log is clean",
                                   .flag = true});
    assert_text_has(event_of(w, "finding.recorded")->body, "\"topic\":\"data-safe\"");
    assert_text_has(event_of(w, "finding.recorded")->body, "\"holds\":true");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_way_of_the_audience_gets_it_and_its_time_begins_anew),
        TEST(draft_is_said_to_be_ready_before_it_is_due),
        TEST(way_that_fails_is_tried_again_until_something_newer_is_sent),
        TEST(dead_way_is_told_to_who_answers_for_it),
        TEST(resolve_asks_for_the_closing_update_of_whom_it_concerns),
        TEST(public_that_never_heard_of_it_hears_of_no_end),
        TEST(nobody_configured_is_said),
        TEST(finding_is_kept_with_its_topic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
