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

/* Incident 2 is taken by somebody who is no person, and has no lead. */
static void take_by_token(struct world *w)
{
    world_hear(w, (struct alert_words){.name = "DiskFull", .severity = "P1", .ends_us = INT64_MAX / 2});
    world_person_says(w, INPUT_ACKNOWLEDGE, 2, "token:admin", NULL);
}

/* Lets time pass until that is said of incident 2; who is paged with the same words, "": nobody. */
static const char *await_of_second(struct world *w, const char *kind, const char **ret_summary)
{
    clock_all_arrive(w);
    world_person_says(w, INPUT_NOTE, 2, "token:admin", "still at it");
    for (int64_t until = w->now_us + 60 * MINUTES; engine_next_due_us(w->engine) <= until;) {
        w->now_us = engine_next_due_us(w->engine);
        world_decide(w, (struct input){.kind = INPUT_TIMER});
        *ret_summary = NULL;
        list_each (decision, &w->decisions.list)
            if (decision->kind == DECISION_EVENT && decision->event.incident == 2 &&
                strcmp(decision->event.kind, kind) == 0)
                *ret_summary = decision->event.summary;
        for (size_t n = 0; *ret_summary && delivery_of(w, DELIVERY_DUE, n); n++) {
            const struct delivery *delivery = delivery_of(w, DELIVERY_DUE, n);
            if (delivery->incident == 2 && strstr(*ret_summary, delivery->why) == *ret_summary)
                return delivery->person;
        }
        if (*ret_summary)
            return "";
        clock_all_arrive(w);
        world_person_says(w, INPUT_NOTE, 2, "token:admin", "still at it");
    }
    fail_msg("%s is not said", kind);
    return "";
}

static void reminders_go_to_who_is_on_call_when_nobody_commands(void **state)
{
    struct world *w = *state;
    const char *summary;
    take_by_token(w);
    assert_string_equal(await_of_second(w, "update.due", &summary), "ana");
    assert_null(strstr(summary, "nobody"));
    assert_string_equal(await_of_second(w, "update.overdue", &summary), "ana");
    assert_null(strstr(summary, "nobody"));
}

static void a_step_that_reaches_nobody_is_passed_over_by_reminders(void **state)
{
    struct world *w = *state;
    const char *summary;
    w->config.people.at[0].contacts.n = 0; /* ana */
    take_by_token(w);
    assert_string_equal(await_of_second(w, "update.due", &summary), "ben");
}

static void who_acknowledged_is_reminded_when_the_commander_has_left(void **state)
{
    struct world *w = *state;
    world_assign(w, "person:ben", "communications lead", NULL);
    world_assign(w, "person:ana", "commander", "eve");
    list_each (person, &w->config.people)
        if (strcmp(person->id, "eve") == 0)
            person->id = "dan";
    clock_await_working(w, "update.due", 60 * MINUTES);
    assert_true(clock_paged(w, "ana"));
    assert_text_has(event_of(w, "update.due")->body, "\"told\":[\"ana\"]");
}

static void nobody_to_remind_is_said(void **state)
{
    struct world *w = *state;
    const char *summary;
    list_each (person, &w->config.people)
        person->contacts.n = 0;
    take_by_token(w);
    assert_string_equal(await_of_second(w, "update.due", &summary), "");
    assert_text_has(summary, "nobody is there to be reminded");
}

static void a_target_that_is_missed_is_told_to_who_is_on_call(void **state)
{
    struct world *w = *state;
    const char *summary;
    take_by_token(w);
    for (int i = 0; i < 4; i++)
        await_of_second(w, "update.overdue", &summary);
    await_of_second(w, "resolution.near", &summary); /* the page for an update is on its way */
    list_each (decision, &w->decisions.list)
        if (decision->kind == DECISION_EVENT && decision->event.summary == summary)
            assert_text_has(decision->event.body, "\"told\":[\"ana\"]");
}

#define test(name) cmocka_unit_test_setup_teardown(name, start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(communications_lead_hears_first_and_then_the_commander),
        test(recorded_update_starts_the_time_anew),
        test(update_for_nobody_is_refused),
        test(reminders_go_to_who_is_on_call_when_nobody_commands),
        test(a_step_that_reaches_nobody_is_passed_over_by_reminders),
        test(who_acknowledged_is_reminded_when_the_commander_has_left),
        test(nobody_to_remind_is_said),
        test(a_target_that_is_missed_is_told_to_who_is_on_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
