#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-2", .ends_us = INT64_MAX / 2};
static const struct alert_words dose = {
    .name = "WrongDoseRecommended", .severity = "SEV-3", .ends_us = INT64_MAX / 2};

static void fill(struct world *w, const char *name, const char *whom)
{
    struct config_role *role = list_push(w->arena, &w->config.roles);
    role->name = name;
    strings_add(w->arena, &role->notify, whom);
}

/* SEV-2 names the harm. */
static void name_harm(struct world *w)
{
    const char *at = strstr(world_runbook, "**Response Time**: 1 hour\n");
    int n = (int)(at - world_runbook);
    world_learn(
        w, arena_printf(w->arena, "%.*sExamples:\n- Patients may be harmed\n\n%s", n, world_runbook, at));
}

static void alert_that_speaks_of_harm_lifts_the_level_and_pages_who_answers_for_it(void **state)
{
    struct world *w = *state;
    name_harm(w);
    fill(w, "clinical-director", "person:eve");
    world_hear(w, dose);
    assert_true(incident_of(w, 1)->patient_safety);
    assert_text_has(event_of(w, "incident.patient_safety")->summary, "WrongDoseRecommended");
    assert_string_equal(incident_of(w, 1)->severity, "SEV-2");
    assert_text_has(incident_of(w, 1)->severity_why, "patients may be harmed, which is SEV-2");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 1)->person, "eve");
    assert_text_has(delivery_of(w, DELIVERY_DUE, 1)->why, "Patients may be harmed");
    assert_text_has(event_of(w, "role.assigned")->summary, "eve is clinical-director");
}

static void other_alerts_say_nothing_of_patients(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_false(incident_of(w, 1)->patient_safety);
}

static void person_says_so_and_the_page_is_owed_although_somebody_has_it(void **state)
{
    struct world *w = *state;
    fill(w, "patient-safety-officer", "person:eve");
    world_hear(w, down);
    world_delivered(w, 1, VERDICT_SENT);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    world_decide(w, (struct input){.kind = INPUT_PATIENT_SAFETY,
                                   .incident = 1,
                                   .actor = "person:ana",
                                   .flag = true,
                                   .text = "a ward saw wrong doses"});
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "eve");
    assert_true(incident_of(w, 1)->pages_owed);
    assert_string_equal(incident_of(w, 1)->patient_safety_by, "person:ana");
}

static void mark(struct world *w)
{
    world_pass(w, US_PER_S);
    world_decide(w, (struct input){.kind = INPUT_PATIENT_SAFETY,
                                   .incident = 1,
                                   .actor = "person:ben",
                                   .flag = true,
                                   .text = "a ward saw wrong doses"});
}

/* Whether the page before is on its way, has arrived, or was answered. */
static void mark_on_an_open_incident_brings_a_page_of_its_own(void **state)
{
    enum { ON_ITS_WAY, ARRIVED, ANSWERED, N_STATES };
    for (int at = ON_ITS_WAY; at < N_STATES; at++) {
        struct world *w = *state;
        fill(w, "patient-safety-officer", "person:ana");
        world_hear(w, down);
        int64_t before = delivery_of(w, DELIVERY_DUE, 0)->id;
        if (at >= ARRIVED)
            world_delivered(w, before, VERDICT_SENT);
        if (at == ANSWERED)
            world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
        mark(w);
        const struct delivery *page = delivery_of(w, DELIVERY_DUE, 0);
        assert_non_null(page);
        assert_string_equal(page->person, "ana");
        assert_true(page->id != before);
        assert_text_has(page->why, "a ward saw wrong doses");
        world_stop(state);
        world_start(state);
    }
}

static void mark_that_lifts_the_level_pages_who_is_on_call_anew(void **state)
{
    struct world *w = *state;
    struct alert_words minor = down;
    minor.severity = "SEV-3";
    name_harm(w);
    world_hear(w, minor);
    int64_t before = delivery_of(w, DELIVERY_DUE, 0)->id;
    world_delivered(w, before, VERDICT_SENT);
    mark(w);
    const struct delivery *page = delivery_of(w, DELIVERY_DUE, 0);
    assert_non_null(page);
    assert_string_equal(page->person, "ana");
    assert_true(page->id != before);
    assert_text_has(page->why, "SEV-2");
}

static void what_a_person_cleared_stays_cleared(void **state)
{
    struct world *w = *state;
    struct alert_words other = dose;
    struct input input = {.kind = INPUT_PATIENT_SAFETY, .incident = 1, .actor = "person:eve"};
    world_hear(w, dose);
    assert_int_equal(world_decide(w, input)->code, OUTCOME_INVALID);
    input.text = "a test ward";
    world_decide(w, input);
    assert_false(incident_of(w, 1)->patient_safety);
    assert_text_has(event_of(w, "incident.patient_safety_cleared")->summary, "a test ward");
    other.instance = "b";
    world_hear(w, other);
    assert_false(incident_of(w, 1)->patient_safety);
}

static void role_of_the_runbook_that_nobody_fills_is_said(void **state)
{
    struct world *w = *state;
    world_append(w, "## Escalation\n\nEscalation path: Clinical Director -> CTO\n");
    world_hear(w, dose);
    assert_text_has(event_of(w, "escalation.unfilled")->summary, "Clinical Director");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(alert_that_speaks_of_harm_lifts_the_level_and_pages_who_answers_for_it),
        TEST(other_alerts_say_nothing_of_patients),
        TEST(person_says_so_and_the_page_is_owed_although_somebody_has_it),
        TEST(mark_on_an_open_incident_brings_a_page_of_its_own),
        TEST(mark_that_lifts_the_level_pages_who_is_on_call_anew),
        TEST(what_a_person_cleared_stays_cleared),
        TEST(role_of_the_runbook_that_nobody_fills_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
