#include "engine/testing_priv.h"

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

static const char *holder_of(const struct world *w, const char *role)
{
    const struct incident_record *record = incident_find(w->engine, 1);
    for (size_t i = 0; i < record->n_roles; i++)
        if (strcmp(record->roles[i].role, role) == 0 && !record->roles[i].until_us)
            return record->roles[i].person;
    return "nobody";
}

static void whoever_acknowledges_first_is_commander(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "person:ana", NULL);
    assert_string_equal(holder_of(w, "commander"), "ana");
    assert_text_has(event_of(w, "role.assigned")->summary, "ana is commander");
}

static void token_that_acknowledges_is_nobody(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_person_says(w, INPUT_ACKNOWLEDGE, 1, "token:admin", NULL);
    assert_string_equal(holder_of(w, "commander"), "nobody");
}

static void role_is_handed_over_on_record(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_assign(w, "person:ana", "Incident Commander", "ana");
    world_pass(w, MINUTES);
    world_assign(w, "person:ana", "IC", "ben");
    assert_string_equal(holder_of(w, "commander"), "ben");
    assert_text_has(event_of(w, "role.assigned")->summary, "ben is commander, handed over by ana");
    world_assign(w, "person:ben", "commander", NULL);
    assert_string_equal(holder_of(w, "commander"), "nobody");
    assert_int_equal(world_assign(w, "person:ben", "commander", NULL)->code, OUTCOME_CONFLICT);
}

static void experts_are_several(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    world_assign(w, "person:ana", "expert", "ben");
    world_assign(w, "person:ana", "SME", "eve");
    size_t n = 0;
    const struct incident_record *record = incident_find(w->engine, 1);
    for (size_t i = 0; i < record->n_roles; i++)
        n += !record->roles[i].until_us;
    assert_int_equal(n, 2);
}

static void runbook_brings_roles_of_its_own(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_int_equal(world_assign(w, "person:ana", "Team Lead", "eve")->code, OUTCOME_DONE);
    assert_string_equal(holder_of(w, "team-lead"), "eve");
}

static void unknown_names_are_refused_with_what_there_is(void **state)
{
    struct world *w = *state;
    world_hear(w, down);
    assert_int_equal(world_assign(w, "person:ana", "juggler", "ben")->code, OUTCOME_INVALID);
    assert_text_has(w->decisions.outcome.message, "technical-lead");
    assert_int_equal(world_assign(w, "person:ana", "commander", "bob")->code, OUTCOME_INVALID);
    assert_text_has(w->decisions.outcome.message, "ana, ben, eve");
    assert_int_equal(w->decisions.list.n, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)
    const struct CMUnitTest tests[] = {
        TEST(whoever_acknowledges_first_is_commander), TEST(token_that_acknowledges_is_nobody),
        TEST(role_is_handed_over_on_record),           TEST(experts_are_several),
        TEST(runbook_brings_roles_of_its_own),         TEST(unknown_names_are_refused_with_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
