/* The incident's own channel is asked for once, follows what changes, and is given up when it cannot work. */
#include "engine/clock_fixture.h"

enum { LOOK = 27, LAST_LOOK = 29 }; /* lines of the world's own runbook */

static struct world *start_world(void **state, int64_t worst)
{
    world_start(state);
    struct world *w = *state;
    list_each (person, &w->config.people) {
        struct config_contact *slack = list_push(w->arena, &person->contacts);
        *slack = (struct config_contact){.channel = "slack",
                                         .address = arena_printf(w->arena, "U0%s", person->id)};
    }
    w->config.incident_channel = (struct config_incident_channel){.chat = "slack", .worst = worst};
    strings_add(w->arena, &w->config.incident_channel.invite, "eve");
    return w;
}

static int start_with(void **state, int64_t worst)
{
    struct world *w = start_world(state, worst);
    clock_learn(w, clock_runbook);
    world_hear(w, clock_alert);
    return 0;
}

static int start_looking(void **state)
{
    world_hear(start_world(state, 1),
               (struct alert_words){.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2});
    return 0;
}

static int start(void **state)
{
    return start_with(state, 1);
}

static int start_without(void **state)
{
    return start_with(state, 0);
}

static const struct incident *incident(const struct world *w)
{
    return &incident_find(w->engine, 1)->incident;
}

static struct delivery_record *under_way(const struct world *w)
{
    for (struct delivery_record *d = incident_find(w->engine, 1)->deliveries; d; d = d->next)
        if (delivery_is_chat(&d->delivery))
            return d;
    return NULL;
}

static void comes_back(struct world *w, enum delivery_verdict verdict)
{
    struct delivery_record *delivery = under_way(w);
    assert_non_null(delivery);
    struct delivery_result result = {.verdict = verdict,
                                     .detail = "as it should be",
                                     .made = verdict == VERDICT_DEAD ? NULL : "C024BE7LX",
                                     .made_name = "incident-1"};
    world_decide(w, (struct input){.kind = INPUT_DELIVERY_DONE,
                                   .delivery = delivery->delivery.id,
                                   .delivery_result = &result});
}

static void one_delivery_makes_it_and_the_next_one_brings_what_came_meanwhile(void **state)
{
    struct world *w = *state;
    assert_string_equal(incident(w)->chat_people, "eve");
    assert_int_equal(under_way(w)->delivery.way, 1);
    int64_t first = under_way(w)->delivery.id;
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_string_equal(incident(w)->chat_people, "eve,ana");
    assert_int_equal(under_way(w)->delivery.id, first);
    comes_back(w, VERDICT_SENT);
    assert_text_has(event_of(w, "channel.created")->summary, "#incident-1");
    assert_text_has(event_of(w, "channel.invited")->summary, "eve");
    assert_int_equal(incident(w)->chat_invited, 1);
    assert_int_equal(under_way(w)->delivery.way, 2);
    assert_text_has(incident(w)->chat_topic, "Commander: ana");
    comes_back(w, VERDICT_SENT);
    assert_null(event_of(w, "channel.created"));
    assert_text_has(event_of(w, "channel.invited")->summary, "ana");
    assert_null(under_way(w));
    world_person_says(w, INPUT_NOTE, 1, "person:ana", "still at it");
    assert_null(under_way(w));
}

static void what_waits_takes_along_who_came_meanwhile(void **state)
{
    struct world *w = *state;
    comes_back(w, VERDICT_RETRY);
    assert_non_null(event_of(w, "channel.created")); /* although not all of it is done */
    int64_t first = under_way(w)->delivery.id;
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_int_equal(under_way(w)->delivery.id, first);
    assert_int_equal(under_way(w)->delivery.way, 2);
    clock_await(w, "no such event", 2 * MINUTES);
    assert_int_equal(under_way(w)->delivery.state, DELIVERY_DUE);
    comes_back(w, VERDICT_SENT);
    assert_int_equal(incident(w)->chat_invited, 2);
    assert_null(under_way(w));
}

static void a_complete_diagnosis_edits_the_first_message_once(void **state)
{
    struct world *w = *state;
    comes_back(w, VERDICT_SENT);
    assert_null(under_way(w));
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    assert_null(under_way(w)); /* it goes on */
    world_step_done(w, 1, LAST_LOOK, STEP_FAILED, NULL);
    assert_non_null(event_of(w, "run.diagnosed"));
    assert_non_null(under_way(w));
    comes_back(w, VERDICT_SENT);
    assert_null(under_way(w));
}

static void a_diagnosis_that_ends_meanwhile_is_told_by_the_next_delivery(void **state)
{
    struct world *w = *state;
    int64_t first = under_way(w)->delivery.id;
    world_step_done(w, 1, LOOK, STEP_SUCCEEDED, NULL);
    world_step_done(w, 1, LAST_LOOK, STEP_FAILED, NULL);
    assert_int_equal(under_way(w)->delivery.id, first);
    comes_back(w, VERDICT_SENT);
    assert_non_null(under_way(w));
    comes_back(w, VERDICT_SENT);
    assert_null(under_way(w));
}

static void one_that_cannot_work_is_told_and_not_asked_for_again(void **state)
{
    struct world *w = *state;
    comes_back(w, VERDICT_DEAD);
    assert_non_null(event_of(w, "channel.failed"));
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_null(under_way(w));
}

static void its_failure_stops_no_page(void **state)
{
    struct world *w = *state;
    comes_back(w, VERDICT_DEAD);
    assert_null(event_of(w, "page.failed"));
    assert_true(page_matters(incident_find(w->engine, 1)));
}

static void a_level_that_is_not_bad_enough_has_none(void **state)
{
    struct world *w = *state;
    struct alert_words minor = clock_alert;
    minor.name = "ServiceSlow";
    minor.severity = "P2";
    world_hear(w, minor);
    const struct incident_record *record = w->engine->last;
    assert_int_equal(record->incident.severity_rank, 2);
    assert_string_equal(text_or(record->incident.chat_name, ""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_delivery_makes_it_and_the_next_one_brings_what_came_meanwhile,
                                        start, world_stop),
        cmocka_unit_test_setup_teardown(what_waits_takes_along_who_came_meanwhile, start, world_stop),
        cmocka_unit_test_setup_teardown(a_complete_diagnosis_edits_the_first_message_once, start_looking,
                                        world_stop),
        cmocka_unit_test_setup_teardown(a_diagnosis_that_ends_meanwhile_is_told_by_the_next_delivery,
                                        start_looking, world_stop),
        cmocka_unit_test_setup_teardown(one_that_cannot_work_is_told_and_not_asked_for_again, start,
                                        world_stop),
        cmocka_unit_test_setup_teardown(its_failure_stops_no_page, start_without, world_stop),
        cmocka_unit_test_setup_teardown(a_level_that_is_not_bad_enough_has_none, start, world_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
