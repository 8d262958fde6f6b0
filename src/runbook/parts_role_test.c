#include "runbook/parts_testing.h"

#include "runbook/parts_person.h"

static void a_section_describes_a_role(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Roles and Responsibilities\n\n### Incident Commander (IC)\n- **Primary**: Shop "
               "manager\n- **Backup**: Web lead\n- **Responsibilities**:\n  - Decide\n  - Speak\n");

    assert_int_equal(parts->roles.n, 1);
    assert_string_equal(parts->roles.at[0].name, "Incident Commander");
    assert_string_equal(parts->roles.at[0].abbreviation, "IC");
    assert_string_equal(parts->roles.at[0].primary, "Shop manager");
    assert_string_equal(parts->roles.at[0].secondary, "Web lead");
    assert_int_equal(parts->roles.at[0].responsibilities.n, 2);
}

static void who_is_told_and_who_owns_the_page_has_a_role(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Leak\n\n1. Notify the security team and close the door.\n2. Notify "
                        "all.\n\n---\n\n**Owner**: Shop Team\n");

    assert_int_equal(parts->roles.n, 2);
    assert_string_equal(parts->roles.at[0].name, "security team");
    assert_int_equal(parts->roles.at[0].line, 5);
    assert_string_equal(parts->roles.at[1].kind, "owner");
}

static void a_response_team_is_a_list_of_roles(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Fire\n\n**Response Team Assembly**:\n1. **Shop lead** (speaks)\n2. **Web "
                        "engineer**\n\n**Steps**:\n1. Run.\n");

    assert_int_equal(parts->roles.n, 2);
    assert_string_equal(parts->roles.at[0].kind, "emergency");
    assert_string_equal(parts->roles.at[0].responsibilities.at[0], "speaks");
    assert_string_equal(parts->escalations.at[0].kind, "team");
}

static void the_name_of_a_role_ends_where_the_sentence_goes_on(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct person person;

    assert_true(person_next(arena, "Please tell the senior shop engineer and wait", 0, &person));
    assert_string_equal(person.name, "shop engineer");
    assert_true(person_next(arena, "Ask Senior Shop Engineer today", 0, &person));
    assert_string_equal(person.name, "Senior Shop Engineer");
    assert_false(person_next(arena, "the team of an engineer", 0, &person));
    assert_true(person_next(arena, "Ask the Head of IT", 0, &person));
    assert_int_equal(person.end, strlen("Ask the Head of IT"));
    assert_true(person_next(arena, "ask the head of oncology today", 0, &person));
    assert_string_equal(person.name, "head of oncology");
    assert_true(person_is(arena, "Security Team Lead (nights)", &person));
    assert_string_equal(person.name, "Security Team Lead");
}

static void tables_chapters_and_lists_of_names_give_roles(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## 3 Roles\n\n### 3.1 Pump Manager\n- Runs the pumps.\n\n"
                        "| Role | Primary | Secondary |\n|---|---|---|\n| Valve desk | Ana | Ben |\n\n"
                        "| Role | May delete |\n|---|---|\n| Reader | no |\n\n"
                        "## Start\n- [ ] Assign roles: Commander (IC), Scribe\n");

    assert_int_equal(parts->roles.n, 4);
    assert_string_equal(parts->roles.at[0].name, "Pump Manager");
    assert_string_equal(parts->roles.at[1].name, "Valve desk");
    assert_string_equal(parts->roles.at[1].secondary, "Ben");
    assert_string_equal(parts->roles.at[3].name, "Scribe");
}

static void items_below_a_heading_about_roles_name_them(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Structure of roles\n\n- Command team\n  - Incident commander\n  - Scribe\n- Open the "
        "doors early\n");

    assert_int_equal(parts->roles.n, 3);
    assert_string_equal(parts->roles.at[1].name, "Incident commander");
    assert_int_equal(parts->roles.at[2].line, 7);
}

static void labelled_items_below_a_heading_about_roles_describe_them(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Response team\n\n- **Data Protection Officer (DPO)**: coordination, notices\n"
               "- **Pump Lead**: shuts the valves\n");

    assert_int_equal(parts->roles.n, 2);
    assert_string_equal(parts->roles.at[0].name, "Data Protection Officer");
    assert_int_equal(parts->roles.at[0].responsibilities.n, 2);
    assert_int_equal(parts->roles.at[1].line, 6);
}

static void who_does_a_step_has_a_role(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Wards\n\n- Charge nurse switches to the paper form.\n"
                        "- Unit clerk records every patient.\n- Suspicious doors stay shut.\n");

    assert_int_equal(parts->roles.n, 2);
    assert_string_equal(parts->roles.at[0].name, "Charge nurse");
    assert_string_equal(parts->roles.at[1].name, "Unit clerk");
}

static void people_stand_in_columns_and_behind_labels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Pump stands still\n\n| Time | Action | Responsible |\n|---|---|---|\n"
                        "| 0 min | Open the valve | Valve technician |\n| 5 min | Call a car | nobody |\n\n"
                        "| Field | Value |\n|---|---|\n| Backup on-call | Site engineer |\n\n"
                        "Escalation: pump lead, then VP Water\n");

    assert_int_equal(parts->roles.n, 4);
    assert_string_equal(parts->roles.at[0].name, "Valve technician");
    assert_int_equal(parts->roles.at[0].line, 7);
    assert_string_equal(parts->roles.at[1].name, "Site engineer");
    assert_string_equal(parts->roles.at[1].kind, "oncall");
    assert_string_equal(parts->roles.at[2].name, "pump lead");
    assert_string_equal(parts->roles.at[3].name, "VP Water");
}

static void a_list_that_begins_with_people_says_what_each_does(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\nWhen the water stops:\n\n- Shift supervisor: closes the gate\n- Ward clerk: counts "
               "bottles\n\nOn the wall:\n\n- Ward clerk desk: green\n- Duty engineer: red\n- Door: blue\n");

    assert_int_equal(parts->roles.n, 2);
    assert_string_equal(parts->roles.at[0].name, "Shift supervisor");
    assert_string_equal(parts->roles.at[0].responsibilities.at[0], "closes the gate");
    assert_string_equal(parts->roles.at[1].name, "Ward clerk");
}

static void a_sentence_that_calls_names_a_role(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(arena, "# P\n\n## Flood\n\nIf the water is brown, wake the "
                                                        "site engineer on duty. The page alerts nobody.\n");

    assert_int_equal(parts->roles.n, 1);
    assert_string_equal(parts->roles.at[0].name, "site engineer on duty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_section_describes_a_role),
        cmocka_unit_test(who_is_told_and_who_owns_the_page_has_a_role),
        cmocka_unit_test(a_response_team_is_a_list_of_roles),
        cmocka_unit_test(the_name_of_a_role_ends_where_the_sentence_goes_on),
        cmocka_unit_test(tables_chapters_and_lists_of_names_give_roles),
        cmocka_unit_test(items_below_a_heading_about_roles_name_them),
        cmocka_unit_test(labelled_items_below_a_heading_about_roles_describe_them),
        cmocka_unit_test(who_does_a_step_has_a_role),
        cmocka_unit_test(people_stand_in_columns_and_behind_labels),
        cmocka_unit_test(a_list_that_begins_with_people_says_what_each_does),
        cmocka_unit_test(a_sentence_that_calls_names_a_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
