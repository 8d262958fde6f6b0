#include "runbook/parts_testing.h"

static void contacts_have_values_and_tell_whether_they_are_usable(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Emergency Contacts\n\n- **Store Team**: store@shop.test\n- **Guard Vendor**: "
               "[PHONE]\n- **Door Lead**: +1-555-DOORS\n- **Web Lead**: pages and links\n");

    assert_int_equal(parts->contacts.n, 4);
    assert_string_equal(parts->contacts.at[0].value_kind, "email");
    assert_false(parts->contacts.at[0].placeholder);
    assert_true(parts->contacts.at[1].placeholder);
    assert_string_equal(parts->contacts.at[2].value_kind, "phone-placeholder");
    assert_null(parts->contacts.at[3].value);
    assert_string_equal(parts->contacts.at[3].purpose, "pages and links");
}

static void a_table_with_phones_holds_contacts(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## People\n\n| Role | Phone | Note |\n|---|---|---|\n| Shop manager | (555) "
                        "123-4567 | day |\n| Guard | | night |\n");

    assert_int_equal(parts->contacts.n, 1);
    assert_string_equal(parts->contacts.at[0].value, "(555) 123-4567");
}

static void an_escalation_list_is_a_chain_with_the_rotation_in_front(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Escalation Path\n\n1. **On-call engineer**: first look\n2. **Web lead**: "
                        "hard cases\n3. **CTO**: decisions\n");

    assert_int_equal(parts->escalations.n, 1);
    assert_string_equal(parts->escalations.at[0].kind, "chain");
    assert_int_equal(parts->escalations.at[0].to.n, 3);
    assert_int_equal(parts->escalations.at[0].line_end, 7);
    assert_int_equal(parts->oncall.n, 1);
    assert_int_equal(parts->roles.n, 3);
}

static void layers_of_a_rotation_have_hours(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Team\n\n**On-Call Rotation**:\n- **Primary**: Shop engineer (24/7)\n- "
               "**Secondary**: Web engineer (business hours)\n- **Escalation**: Shop manager → CTO\n");

    assert_int_equal(parts->oncall.n, 2);
    assert_string_equal(parts->oncall.at[0].role, "Shop engineer");
    assert_string_equal(parts->oncall.at[0].hours, "24/7");
    assert_string_equal(parts->oncall.at[1].hours, "business");
    assert_int_equal(parts->escalations.n, 1);
    assert_string_equal(parts->escalations.at[0].to.at[1], "CTO");
}

static void levels_and_lists_of_when_to_escalate_are_rules(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Severity Levels\n\n### SEV-1 (Critical)\n- **Response Time**: 5 "
                        "minutes\n- **Escalation**: Immediate to the shop manager\n\n"
                        "## Escalation\n\n### When to Escalate\n\n- **SEV-1**: within 30 minutes if nothing "
                        "helps\n- Latency > 2s at all tills\n");

    assert_int_equal(parts->escalations.n, 3);
    assert_int_equal(parts->escalations.at[0].line, 7);
    assert_int_equal(parts->escalations.at[0].after_s, 0);
    assert_int_equal(parts->escalations.at[1].after_s, 1800);
    assert_string_equal(parts->escalations.at[1].applies_to.at[0], "SEV-1");
    assert_true(parts->escalations.at[2].after_s == UNSTATED);
}

static void tiers_with_hours_are_layers_and_tiers_of_data_are_not(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Support\n\n| Tier | Does | Hours |\n|-|-|-|\n| L1: Desk | Questions | Mon-Fri |\n"
               "| L2: Engineers | Servers | 24x7x365 |\n\n## Data\n\n| Tier | Holds |\n|-|-|\n"
               "| Tier 1 | Names |\n| Tier 2 | Counts |\n");

    assert_int_equal(parts->oncall.n, 2);
    assert_string_equal(parts->oncall.at[0].hours, "business");
    assert_string_equal(parts->oncall.at[1].hours, "24/7");
    assert_int_equal(parts->oncall.at[1].line, 8);
}

static void an_address_alone_is_a_contact(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Contacts\n\n- pumps@ward.example\n- Bring a torch\n");

    assert_int_equal(parts->contacts.n, 1);
    assert_string_equal(parts->contacts.at[0].value_kind, "email");
}

static void rules_say_how_long_to_wait_and_which_line_of_support_comes_next(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Escalation\n\n- Escalate to L2 if unresolved in 20 minutes\n"
        "- If 40 minutes passed: page the director\n- The manager when a valve takes 3 minutes to close\n");

    assert_int_equal(parts->escalations.n, 3);
    assert_int_equal(parts->escalations.at[0].after_s, 1200);
    assert_string_equal(parts->escalations.at[0].to.at[0], "L2");
    assert_int_equal(parts->escalations.at[1].after_s, 2400);
    assert_int_equal(parts->escalations.at[2].after_s, UNSTATED);
}

static void rules_of_levels_set_when_the_level_escalates(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *page =
        "# P\n\n## Severity\n\n| Sev | Response |\n|---|---|\n| P0 | 5m |\n| P1 | 1h |\n\n## Escalation\n\n"
        "**P1**:\n\n1. **0 min**: primary on-call engineer\n2. **15 min**: pump lead\n\n"
        "1. Head of Pump Services, T+40m, P0 only\n\n## Calls\n\nP0: page the pump lead at once.\n";
    const struct runbook *runbook = runbook_read(arena, "page.md", page, strlen(page));
    const struct severity *p0 = runbook_severity(runbook, "P0"), *p1 = runbook_severity(runbook, "P1");

    assert_int_equal(p0->escalate_after_s, 0); /* not 40 minutes: that is not for all of P0 */
    assert_int_equal(p0->escalation_line, 21);
    assert_int_equal(p1->escalate_after_s, 0);
    assert_int_equal(runbook->parts.escalations.n, 4);
    assert_int_equal(runbook->parts.escalations.at[1].after_s, 900);
    assert_string_equal(runbook->parts.escalations.at[1].applies_to.at[0], "P1");
    assert_string_equal(runbook->parts.escalations.at[2].to.at[0], "Head of Pump Services");
    assert_int_equal(runbook->parts.escalations.at[2].after_s, 2400);
}

static void tables_of_conditions_and_actions_are_rules(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Escalation criteria\n\n| Condition | Action |\n|---|---|\n"
               "| Valve stuck | P1 - page the pump lead immediately |\n| It heals | no escalation |\n");

    assert_int_equal(parts->escalations.n, 1);
    assert_int_equal(parts->escalations.at[0].line, 7);
    assert_int_equal(parts->escalations.at[0].after_s, 0);
    assert_string_equal(parts->escalations.at[0].condition, "Valve stuck");
}

static void names_in_bold_and_tables_of_wards_are_contacts(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Help\n\n**Pump administrator**\nExt. 4471, pumps@ward.example\n\n"
                        "**Status**\nall good\n\n| Ward | Phone |\n|---|---|\n| North | 555-0111 |\n");

    assert_int_equal(parts->contacts.n, 2);
    assert_string_equal(parts->contacts.at[0].name, "Pump administrator");
    assert_string_equal(parts->contacts.at[0].value, "pumps@ward.example");
    assert_string_equal(parts->contacts.at[1].name, "North");
}

static void a_directory_of_teams_holds_contacts(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Contact directory\n\n### Pumps\n- **Pump director:** dir@ward.example\n"
                        "- **Talk:** #pumps\n");

    assert_int_equal(parts->contacts.n, 1);
    assert_string_equal(parts->contacts.at[0].name, "Pump director");
}

static void a_date_is_no_number_to_dial_and_an_item_with_an_address_is_a_contact(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(arena, "# P\n\n> **Changed**: 2026-01-26\n\n## Contact\n\n- "
                                                        "Changed: 2026/02/03 10:00\n\n## Doors\n\n- Night "
                                                        "porter: porter@shop.test\n- Ask @anna: she knows\n");

    assert_int_equal(parts->contacts.n, 1);
    assert_string_equal(parts->contacts.at[0].name, "Night porter");
    assert_string_equal(parts->contacts.at[0].value_kind, "email");
}

static void the_rungs_of_a_call_tree_name_roles(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Escalation chain\n\n1. **Level 1**: Pump Lead\n2. **Level 2**: Site Manager\n");

    assert_int_equal(parts->contacts.n, 2);
    assert_string_equal(parts->contacts.at[1].name, "Site Manager");
    assert_int_equal(parts->escalations.n, 1);
    assert_string_equal(parts->escalations.at[0].kind, "chain");
    assert_int_equal(parts->escalations.at[0].to.n, 2);

    parts = parts_of(arena, "# P\n\n## Escalation chain\n\n1. **Pump Lead** - answers first\n"
                            "2. **Site Manager** - if no response within 5 minutes\n");
    assert_int_equal(parts->escalations.n, 2);
    assert_int_equal(parts->escalations.at[1].line, 6);
    assert_int_equal(parts->escalations.at[1].after_s, 300);
    assert_string_equal(parts->escalations.at[1].to.at[0], "Site Manager");
}

static void a_page_of_people_gives_each_by_its_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# Site contacts\n\n## Pumps\n\n### Ana Roth - Crew lead\n- **Email**: ana@site.test\n"
               "- **Team**: Pumps\n- **Escalation**: After 15 minutes if no response\n");

    assert_int_equal(parts->contacts.n, 1);
    assert_string_equal(parts->contacts.at[0].name, "Ana Roth");
    assert_string_equal(parts->contacts.at[0].value, "ana@site.test");
    assert_int_equal(parts->escalations.n, 1);
    assert_int_equal(parts->escalations.at[0].after_s, 900);
}

static void a_rule_that_says_escalation_counts_under_any_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Rotation\n\n- Weekly, from Monday\n"
                        "- Escalation to the site manager after 30 min\n- Escalation is no shame\n");

    assert_int_equal(parts->escalations.n, 1);
    assert_int_equal(parts->escalations.at[0].line, 6);
    assert_int_equal(parts->escalations.at[0].after_s, 1800);
    assert_int_equal(parts->escalations.at[0].to.n, 1);
}

static void a_table_without_names_of_columns_is_a_list_of_contacts_too(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Contacts\n\n<table>\n<tr><td>Pump desk</td><td>+43 1 555 0101</td></tr>\n"
                        "<tr><td>Lab desk</td><td>lab@ward.example</td></tr>\n</table>\n\n"
                        "| | |\n|---|---|\n| Vendor | +1 555 010 0199 |\n");

    assert_int_equal(parts->contacts.n, 3);
    assert_string_equal(parts->contacts.at[0].name, "Pump desk");
    assert_int_equal(parts->contacts.at[1].line, 7);
    assert_string_equal(parts->contacts.at[2].value, "+1 555 010 0199");
}

static void a_column_of_handles_tells_how_people_are_called(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Team\n\n| Role | GitHub | Slack |\n|---|---|---|\n| Pump lead | @ana-r | @ana |\n\n"
               "| Handle | Area |\n|---|---|\n| @pump-oncall | Pumps |\n\n"
               "| Repository | Reviewer |\n|---|---|\n| pumps | @ana |\n");

    assert_int_equal(parts->contacts.n, 2);
    assert_string_equal(parts->contacts.at[0].name, "Pump lead");
    assert_string_equal(parts->contacts.at[0].value, "@ana");
    assert_string_equal(parts->contacts.at[1].name, "Pumps");
    assert_string_equal(parts->contacts.at[1].value, "@pump-oncall");
}

static void numbers_of_the_house_are_ways_to_reach_somebody(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Contacts\n\n- Gate lead: ext. 4410\n- Night porter: bleep 2231\n"
                        "- Dam lead: DECT 70 112\n- Warden: telephone box 3\n");

    assert_int_equal(parts->contacts.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(parts->contacts.at[i].value_kind, "phone");
    assert_string_equal(parts->contacts.at[1].value, "bleep 2231");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_the_house_are_ways_to_reach_somebody),
        cmocka_unit_test(contacts_have_values_and_tell_whether_they_are_usable),
        cmocka_unit_test(a_table_with_phones_holds_contacts),
        cmocka_unit_test(an_escalation_list_is_a_chain_with_the_rotation_in_front),
        cmocka_unit_test(layers_of_a_rotation_have_hours),
        cmocka_unit_test(levels_and_lists_of_when_to_escalate_are_rules),
        cmocka_unit_test(tiers_with_hours_are_layers_and_tiers_of_data_are_not),
        cmocka_unit_test(an_address_alone_is_a_contact),
        cmocka_unit_test(rules_of_levels_set_when_the_level_escalates),
        cmocka_unit_test(tables_of_conditions_and_actions_are_rules),
        cmocka_unit_test(names_in_bold_and_tables_of_wards_are_contacts),
        cmocka_unit_test(rules_say_how_long_to_wait_and_which_line_of_support_comes_next),
        cmocka_unit_test(a_directory_of_teams_holds_contacts),
        cmocka_unit_test(a_date_is_no_number_to_dial_and_an_item_with_an_address_is_a_contact),
        cmocka_unit_test(the_rungs_of_a_call_tree_name_roles),
        cmocka_unit_test(a_page_of_people_gives_each_by_its_heading),
        cmocka_unit_test(a_rule_that_says_escalation_counts_under_any_heading),
        cmocka_unit_test(a_table_without_names_of_columns_is_a_list_of_contacts_too),
        cmocka_unit_test(a_column_of_handles_tells_how_people_are_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
