#include "engine/clock_fixture.h"

static void tell(struct world *w, const char *audience)
{
    world_decide(w, (struct input){.kind = INPUT_UPDATE,
                                   .incident = 1,
                                   .actor = "person:ana",
                                   .word = audience,
                                   .text = "Orders fail; we know why"});
}

static int start(void **state)
{
    clock_world_start(state);
    struct world *w = *state;
    clock_all_arrive(w);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    world_decide(w, (struct input){.kind = INPUT_ASSIGN,
                                   .incident = 1,
                                   .actor = "person:ana",
                                   .word = "communications lead",
                                   .person = "ben"});
    return 0;
}

static void communications_lead_hears_first_and_then_the_commander(void **state)
{
    struct world *w = *state;
    assert_int_equal(clock_await_working(w, "update.due", 60 * MINUTES), 30 * MINUTES);
    assert_text_has(event_of(w, "update.due")->summary, "An update to stakeholder is due");
    assert_text_has(event_of(w, "update.due")->summary, "checkout.md line 18");
    assert_true(clock_paged(w, "ben"));
    assert_false(clock_paged(w, "ana"));
    assert_int_equal(clock_await_working(w, "update.overdue", 60 * MINUTES), 40 * MINUTES);
    assert_true(clock_paged(w, "ana"));
    assert_int_equal(clock_await_working(w, "update.due", 60 * MINUTES), 60 * MINUTES);
}

static void recorded_update_starts_the_time_anew(void **state)
{
    struct world *w = *state;
    world_pass(w, 10 * MINUTES);
    tell(w, "stakeholders");
    assert_int_equal(w->decisions.outcome.code, OUTCOME_DONE);
    assert_text_has(event_of(w, "update.recorded")->body, "we know why");
    assert_int_equal(clock_await_working(w, "update.due", 60 * MINUTES), 40 * MINUTES);
    tell(w, NULL);
    assert_int_equal(clock_await_working(w, "update.overdue", 29 * MINUTES), -1);
}

static void update_for_nobody_is_refused(void **state)
{
    struct world *w = *state;
    tell(w, "the moon");
    assert_int_equal(w->decisions.outcome.code, OUTCOME_INVALID);
    assert_text_has(w->decisions.outcome.message, "stakeholder");
    assert_int_equal(w->decisions.list.n, 0);
}

static void nobody_to_remind_is_said(void **state)
{
    struct world *w = *state;
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "P1", .ends_us = INT64_MAX / 2});
    world_person_says(w, INPUT_ACKNOWLEDGE, 2, "token:admin", NULL);
    world_pass(w, 30 * MINUTES);
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_EVENT && decision->event.incident == 2 &&
            strcmp(decision->event.kind, "update.due") == 0) {
            assert_text_has(decision->event.summary, "nobody is there to be reminded");
            return;
        }
    fail();
}

#define test(name) cmocka_unit_test_setup_teardown(name, start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(communications_lead_hears_first_and_then_the_commander),
        test(recorded_update_starts_the_time_anew),
        test(update_for_nobody_is_refused),
        test(nobody_to_remind_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
