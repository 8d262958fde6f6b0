#include "runbook/policy_plan.h"

#include <string.h>

#include "base/testing.h"
#include "runbook/print.h"

static const char document[] =
    "# Lab results\n"
    "\n"
    "## Severity levels\n"
    "\n"
    "| Level | Meaning | Response time | Escalation |\n"
    "|---|---|---|---|\n"
    "| SEV-1 | No results reach the wards | 10 minutes | Immediate: Engineering Manager |\n"
    "| SEV-2 | Results are late | 1 hour | Team lead after 30 minutes if unresolved |\n"
    "| SEV-3 | A report looks odd |  | None |\n"
    "\n"
    "## Communication\n"
    "\n"
    "- Post an update every 20 minutes for SEV-1 until results flow again.\n"
    "\n"
    "## After the incident\n"
    "\n"
    "- Hold the review within 3 days of resolution.\n";

struct fixture {
    struct arena *arena;
    const struct runbook *runbook;
};

static int setup(void **state)
{
    struct fixture *fixture = heap_alloc(sizeof *fixture);
    fixture->arena = arena_new();
    fixture->runbook = runbook_read(fixture->arena, "lab.md", document, strlen(document));
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    arena_free(fixture->arena);
    __builtin_free(fixture);
    return 0;
}

static struct plan plan_of(const struct fixture *fixture, const char *id)
{
    const struct severity *severity = runbook_severity(fixture->runbook, id);
    struct plan plan;
    assert_non_null(severity);
    severity_plan(fixture->arena, fixture->runbook, severity, &plan);
    return plan;
}

static const struct plan_entry *entry_of(const struct plan *plan, enum plan_kind kind, int64_t after_s)
{
    list_each (entry, &plan->entries)
        if (entry->kind == kind && entry->after_s == after_s)
            return entry;
    return NULL;
}

static void every_entry_names_its_line_or_says_that_it_is_a_default(void **state)
{
    static const char *const ids[] = {"SEV-1", "SEV-2", "SEV-3"};
    for (size_t i = 0; i < 3; i++) {
        struct plan plan = plan_of(*state, ids[i]);
        assert_true(plan.entries.n > 0);
        list_each (entry, &plan.entries)
            assert_int_equal(entry->basis == PLAN_DEFAULT, entry->line == 0);
    }
}

static void the_document_s_times_are_the_plan_s(void **state)
{
    struct plan plan = plan_of(*state, "SEV-1");
    const struct plan_entry *response = entry_of(&plan, PLAN_RESPONSE, 600);
    assert_non_null(response);
    assert_int_equal(response->line, 7);
    const struct plan_entry *told = entry_of(&plan, PLAN_ESCALATION, 0);
    assert_non_null(told);
    assert_int_equal(told->to.n, 1);
    const struct plan_entry *update = entry_of(&plan, PLAN_UPDATE, 1200);
    assert_non_null(update);
    assert_int_equal(update->line, 13);
    assert_string_equal(update->condition, "until results flow again");
    const struct plan_entry *review = entry_of(&plan, PLAN_FOLLOW_UP, 3 * 86400);
    assert_non_null(review);
    assert_int_equal(review->event, PLAN_AFTER_RESOLVED);
}

static void an_update_of_one_level_is_not_in_the_plan_of_another(void **state)
{
    struct plan plan = plan_of(*state, "SEV-2");
    assert_null(entry_of(&plan, PLAN_UPDATE, 1200));
}

static void nobody_answers_until_the_response_time_and_the_next_one_is_paged(void **state)
{
    struct plan plan = plan_of(*state, "SEV-1");
    const struct plan_entry *next = entry_of(&plan, PLAN_ESCALATION, 600);
    assert_non_null(next);
    assert_int_equal(next->basis, PLAN_DERIVED);
    assert_int_equal(next->line, 7);
}

static void an_escalation_before_the_response_time_replaces_the_derived_one(void **state)
{
    struct plan plan = plan_of(*state, "SEV-2");
    const struct plan_entry *stated = entry_of(&plan, PLAN_ESCALATION, 1800);
    assert_non_null(stated);
    assert_int_equal(stated->basis, PLAN_STATED);
    assert_null(entry_of(&plan, PLAN_ESCALATION, 3600));
}

static void a_level_without_a_time_among_others_with_one_is_paged_once(void **state)
{
    const struct fixture *fixture = *state;
    enum plan_basis basis;
    const struct severity *third = runbook_severity(fixture->runbook, "SEV-3");
    assert_int_equal(severity_patience_s(fixture->runbook, third, UNSTATED, &basis), 0);
    assert_int_equal(severity_patience_s(fixture->runbook, NULL, UNSTATED, &basis), 900);
    assert_int_equal(basis, PLAN_DEFAULT);
    assert_int_equal(severity_patience_s(fixture->runbook, NULL, 0, &basis), 300);
}

static void a_later_escalation_does_not_excuse_silence_beyond_the_response_time(void **state)
{
    const struct fixture *fixture = *state;
    struct severity severity = *runbook_severity(fixture->runbook, "SEV-2");
    enum plan_basis basis;
    severity.escalate_after_s = 7200;
    assert_int_equal(severity_patience_s(fixture->runbook, &severity, UNSTATED, &basis), 3600);
    assert_int_equal(basis, PLAN_DERIVED);
}

static void entries_stand_in_the_order_of_time(void **state)
{
    struct plan plan = plan_of(*state, "SEV-2");
    for (size_t i = 1; i < plan.entries.n; i++) {
        const struct plan_entry *before = &plan.entries.at[i - 1], *entry = &plan.entries.at[i];
        assert_true(before->event <= entry->event);
        if (before->event == entry->event && entry->after_s != UNSTATED)
            assert_true(before->after_s != UNSTATED && before->after_s <= entry->after_s);
    }
}

static void the_printed_plan_fits_80_columns(void **state)
{
    const struct fixture *fixture = *state;
    struct plan plan = plan_of(fixture, "SEV-2");
    scoped_buf struct buf out = {0};
    plan_print_text(fixture->runbook, &plan, false, &out);
    assert_non_null(strstr(buf_text(&out), "1 h"));
    for (const char *line = buf_text(&out); *line;) {
        size_t n = strcspn(line, "\n");
        assert_true(n <= 80);
        line += n + (line[n] == '\n');
    }
}

static void a_ladder_beside_no_level_is_for_each_that_has_none_of_its_own(void **state)
{
    struct fixture *fixture = *state;
    struct fixture other = {.arena = fixture->arena};
    static const char text[] = "# Lab\n\n## Severity\n\n| Level | Meaning | Escalation |\n|---|---|---|\n"
                               "| P1 | No results |  |\n| P2 | Late results | Team lead after 45 minutes |\n"
                               "| P3 | Odd report | None |\n\n## Who is called\n\n1. 0 min: lab engineer\n"
                               "2. 15 min: lab lead\n3. 30 min: IT director\n\n"
                               "## Analyser stuck (P1)\n\n1. Restart the analyser.\n"
                               "2. If it does not start within 10 minutes, escalate to the vendor manager.\n";
    other.runbook = runbook_read(fixture->arena, "lab.md", text, strlen(text));
    struct plan first = plan_of(&other, "P1"), second = plan_of(&other, "P2"), third = plan_of(&other, "P3");
    const struct plan_entry *lead = entry_of(&first, PLAN_ESCALATION, 1800);

    assert_non_null(lead);
    assert_int_equal(lead->line, 15);
    assert_string_equal(lead->to.at[0], "IT director");
    assert_string_equal(lead->what, "escalate (any level)");
    assert_null(entry_of(&second, PLAN_ESCALATION, 1800));
    assert_null(entry_of(&third, PLAN_ESCALATION, 1800));
}

static void a_rung_of_some_levels_is_one_more_of_the_ladder_it_stands_in(void **state)
{
    struct fixture *fixture = *state;
    struct fixture other = {.arena = fixture->arena};
    static const char text[] =
        "# Lab\n\n## Severity\n\n| Level | Meaning | Response time |\n|---|---|---|\n"
        "| Red | No results | 1 hour |\n| Amber | Late results | 2 hours |\n| Green | Odd report | 1 day "
        "|\n\n"
        "## Who is called\n\n1. Lab on-call\n2. No answer after 10 minutes -> lab lead\n"
        "3. Still nobody after another 10 minutes -> IT manager\n"
        "4. Red and Amber only: 45 minutes in -> medical director\n";
    other.runbook = runbook_read(fixture->arena, "lab.md", text, strlen(text));
    struct plan red = plan_of(&other, "Red"), amber = plan_of(&other, "Amber"),
                green = plan_of(&other, "Green");

    assert_non_null(entry_of(&red, PLAN_ESCALATION, 600));
    assert_non_null(entry_of(&red, PLAN_ESCALATION, 1200));
    const struct plan_entry *director = entry_of(&red, PLAN_ESCALATION, 2700);
    assert_non_null(director);
    assert_string_equal(director->to.at[0], "medical director");
    assert_non_null(entry_of(&amber, PLAN_ESCALATION, 2700));
    assert_non_null(entry_of(&green, PLAN_ESCALATION, 1200));
    assert_null(entry_of(&green, PLAN_ESCALATION, 2700));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_entry_names_its_line_or_says_that_it_is_a_default, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_document_s_times_are_the_plan_s, setup, teardown),
        cmocka_unit_test_setup_teardown(an_update_of_one_level_is_not_in_the_plan_of_another, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(nobody_answers_until_the_response_time_and_the_next_one_is_paged,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(an_escalation_before_the_response_time_replaces_the_derived_one,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_level_without_a_time_among_others_with_one_is_paged_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_later_escalation_does_not_excuse_silence_beyond_the_response_time,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(entries_stand_in_the_order_of_time, setup, teardown),
        cmocka_unit_test_setup_teardown(the_printed_plan_fits_80_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(a_rung_of_some_levels_is_one_more_of_the_ladder_it_stands_in, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_ladder_beside_no_level_is_for_each_that_has_none_of_its_own, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
