#include "base/testing.h"

#include <string.h>

#include "runbook/runbook.h"
#include "runbook/severity.h"

static struct runbook *read_text(struct arena *arena, const char *text)
{
    return runbook_read(arena, "x.md", text, strlen(text));
}

static void headings_with_labelled_lines_define_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# R\n## Severity levels\n"
                                               "### \xf0\x9f\x94\xb4 SEV-1 (Critical)\n"
                                               "- **Impact**: Everything is down, or data is lost\n"
                                               "- **Response time**: Immediate (< 10 minutes)\n"
                                               "- **Escalation**: Immediate to lead and director\n\n"
                                               "### SEV-2 (High)\n"
                                               "- **Response time**: < 2 hours (during business hours)\n"
                                               "- **Resolution target**: 1 day\n"
                                               "- **Escalation**: 3 hours if unresolved\n\n"
                                               "**Examples:**\n- Errors (>10%)\n- Slow or stuck\n");

    assert_int_equal(runbook->severities.n, 2);
    const struct severity *first = runbook_severity(runbook, "sev1"),
                          *second = runbook_severity(runbook, "Sev-2");
    assert_string_equal(first->id, "SEV-1");
    assert_string_equal(first->label, "Critical");
    assert_int_equal(first->rank, 1);
    assert_int_equal(first->response_time_s, 600);
    assert_string_equal(first->response_op, "<");
    assert_int_equal(first->escalate_after_s, 0);
    assert_int_equal(first->escalate_to.n, 2);
    assert_int_equal(first->criteria.n, 2);
    assert_int_equal(second->response_time_s, 7200);
    assert_string_equal(second->response_note, "during business hours");
    assert_int_equal(second->resolution_target_s, 86400);
    assert_int_equal(second->escalate_after_s, 10800);
    assert_int_equal(second->examples.n, 2);
    assert_string_equal(second->examples.at[0].condition.metric, "errors");
    assert_int_equal(second->line, 8);
}

static void a_time_behind_its_label_counts_before_one_in_the_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# R\n## Severity levels\n"
                                               "### Critical (P0) - Immediate response needed\n"
                                               "- **Response time**: 15 minutes\n\n"
                                               "### High (P1) - Response within 2 hours\n"
                                               "- **Escalation**: 8 hours if unresolved\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook_severity(runbook, "P0")->response_time_s, 900);
    assert_int_equal(runbook_severity(runbook, "P1")->response_time_s, 7200);
}

static void a_number_with_its_word_is_a_level_wherever_it_stands(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *headings =
        read_text(arena, "# R\n## 분류\n### Critical (P0) - 10분 이내 대응\n"
                         "- **예시**:\n  - 전체 중단\n\n### High (P1) - 2시간 이내 대응\n- x\n");
    struct runbook *fence =
        read_text(arena, "# R\n```yaml\nLevels:\n  Level 1 - Critical (P0):\n    Effect:\n"
                         "      - Ward closed\n    Response needed:\n"
                         "      - At once, respond within 20 minutes\n"
                         "  Level 2 - High (P1):\n    Effect:\n      - Slow\n```\n");

    assert_int_equal(headings->severities.n, 2);
    assert_string_equal(headings->severities.at[0].id, "P0");
    assert_int_equal(headings->severities.at[0].response_time_s, 600);
    assert_int_equal(headings->severities.at[1].response_time_s, 7200);
    assert_int_equal(headings->severities.at[0].examples.n, 1);
    assert_int_equal(fence->severities.n, 2);
    assert_string_equal(fence->severities.at[0].id, "P0");
    assert_int_equal(fence->severities.at[0].line, 4);
    assert_int_equal(fence->severities.at[0].criteria.n, 1);
    assert_int_equal(fence->severities.at[0].response_time_s, 1200);
    assert_int_equal(fence->severities.at[1].response_time_s, UNSTATED);
}

static void classes_by_letter_and_bare_numbers_are_levels_in_tables(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *letters =
        read_text(arena, "# R\n## Incident severity\n| | Class A | Class B |\n|---|---|---|\n"
                         "| Respond within | 10 minutes | EOD |\n| Escalate after | 20 minutes | - |\n"
                         "| Examples | Ward stops; wrong dose, twice | Slow |\n");
    struct runbook *numbers = read_text(
        arena, "# R\n| Sev | Acknowledge | Mitigate |\n|---|---|---|\n| 1 | 5m | 1h |\n| 2 | 15m | 4h |\n");

    assert_int_equal(letters->severities.n, 2);
    assert_string_equal(letters->severities.at[0].id, "Class A");
    assert_int_equal(letters->severities.at[1].rank, 2);
    assert_int_equal(letters->severities.at[0].escalate_after_s, 1200);
    assert_int_equal(letters->severities.at[1].response_time_s, 86400);
    assert_int_equal(letters->severities.at[0].examples.n, 2);
    assert_string_equal(letters->severities.at[0].examples.at[1].text, "wrong dose, twice");
    assert_int_equal(letters->parts.escalations.at[0].line, 6);
    assert_int_equal(numbers->severities.n, 2);
    assert_string_equal(numbers->severities.at[0].id, "Sev 1");
    assert_int_equal(numbers->severities.at[1].resolution_target_s, 14400);
}

static void one_line_may_define_several_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *both =
        read_text(arena, "# R\n## Severities\n\nP0/P1: page at once, ack in 5 min.\nP2: backlog.\n\n"
                         "- P0 - dose wrong\n- P1 - alerts late\n- P2 - slow\n");
    struct runbook *listed =
        read_text(arena, "# R\n## First\n- [ ] Set severity: SEV1 (harm possible), SEV2 (no harm, yet)\n\n"
                         "Response times: SEV1 10 minutes, SEV2 by end of day.\n");

    assert_int_equal(both->severities.n, 3);
    assert_int_equal(both->severities.at[1].response_time_s, 300);
    assert_int_equal(both->severities.at[0].criteria.n, 1);
    assert_string_equal(both->severities.at[0].criteria.at[0].text, "dose wrong");
    assert_string_equal(both->severities.at[2].criteria.at[0].text, "slow");
    assert_int_equal(listed->severities.n, 2);
    assert_string_equal(listed->severities.at[1].criteria.at[0].text, "no harm, yet");
    assert_int_equal(listed->severities.at[0].response_time_s, 600);
    assert_int_equal(listed->severities.at[1].response_time_s, 86400);
}

static void lists_under_other_labels_are_no_criteria(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Severity levels\n### P1 - High\n**Impact**: Wards wait, affecting care\n\n"
                         "**Examples**:\n- Late\n\n**Notification channels**:\n- Pager\n- Mail\n");

    assert_int_equal(runbook->severities.at[0].examples.n, 1);
    assert_int_equal(runbook->severities.at[0].criteria.n, 1);
    assert_string_equal(runbook->severities.at[0].criteria.at[0].text, "Wards wait, affecting care");
    assert_null(runbook->severities.at[0].escalation_text);
}

static void levels_that_rules_name_are_known_by_name(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *named = read_text(arena, "# R\n## Rules\n1. Page the lead for Sev1 and Sev3.\n"
                                             "2. Acknowledge in time (4 min for Sev1, 1 hour for Sev3).\n");
    struct runbook *other = read_text(arena, "# R\n- Traffic of class P3 and P7 keeps its lane\n");

    assert_int_equal(named->severities.n, 2);
    assert_string_equal(named->severities.at[1].id, "Sev3");
    assert_string_equal(named->severities.at[1].source, "usage");
    assert_int_equal(named->severities.at[0].response_time_s, 240);
    assert_int_equal(named->severities.at[1].response_time_s, 3600);
    assert_int_equal(other->severities.n, 0);
}

static void a_remark_across_a_table_is_no_level_and_a_gap_in_a_row_is_one(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Severity\n\n| Level | Response time | Examples |\n|-|-|-|\n"
                         "| P1 | 15 minutes | Ward closed |\n| Above this line people are woken | | |\n"
                         "| P2 | | Slow |\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[1].id, "P2");
    assert_int_equal(runbook->severities.at[1].response_time_s, UNSTATED);
}

static void words_with_times_are_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Levels and promises\n### CRITICAL alerts\n"
                         "**Response SLA**: Acknowledge within 2 minutes, resolved within 3 hours\n"
                         "### WARNING alerts\n**Response SLA**: within the hour\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "CRITICAL");
    assert_int_equal(runbook->severities.at[0].response_time_s, 120);
    assert_int_equal(runbook->severities.at[0].resolution_target_s, 10800);
    assert_int_equal(runbook->severities.at[1].response_time_s, 3600);
}

static void a_table_defines_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "## Priorities\n\n"
                         "| Priority | Description | Response time | Escalation |\n|-|-|-|-|\n"
                         "| **P1 - Critical** | Outage, breach | <5 minutes | CTO |\n"
                         "| **P2 - Minor** | Small bugs | next business day | none |\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "P1");
    assert_int_equal(runbook->severities.at[0].response_time_s, 300);
    assert_int_equal(runbook->severities.at[0].criteria.n, 2);
    assert_true(runbook->severities.at[1].response_time_s == UNSTATED);
    assert_string_equal(runbook->severities.at[1].response_text, "next business day");
    assert_int_equal(runbook->severities.at[1].line, 6);
}

static void levels_without_numbers_are_ranked_by_their_words(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "## Severity levels\n\n| Severity | Response time |\n|-|-|\n"
                                               "| Low | 1 day |\n| Critical | 5 min |\n| High | 1 hour |\n");

    assert_int_equal(runbook_severity(runbook, "critical")->rank, 1);
    assert_int_equal(runbook_severity(runbook, "Low")->rank, 3);
}

static void where_the_highest_number_is_critical_ranks_are_turned(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "## Severity levels\n\n| Level | Response time |\n|-|-|\n"
                                               "| Level 1 (Low) | 1 day |\n| Level 2 (Medium) | 2 h |\n"
                                               "| Level 3 (Critical) | 5 min |\n");

    assert_int_equal(runbook_severity(runbook, "Level 3")->rank, 1);
    assert_int_equal(runbook_severity(runbook, "Level 1")->rank, 3);
}

static void levels_only_used_are_taken_from_procedures(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Slow\n\n**Severity:** S2 \xe2\x80\x93 Degraded.\n\n1. Look\n\n"
                         "## Down\n\n**Severity:** S0 \xe2\x80\x93 All is lost.\n\n1. Look\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "S0");
    assert_string_equal(runbook->severities.at[0].source, "usage");
    assert_string_equal(runbook->severities.at[1].description, "Degraded");
    assert_string_equal(runbook->procedures.at[0].severity, "S2");
    assert_string_equal(runbook->procedures.at[0].severity_basis, "stated");
    assert_int_equal(runbook->procedures.at[0].severity_line, 4);
}

static void a_form_to_fill_in_states_no_severity(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# R\n## Report\n\n**Severity:** P1 / P2 / P3\n\n1. Write\n");

    assert_int_equal(runbook->severities.n, 0);
    assert_null(runbook->procedures.at[0].severity);
}

static void a_page_states_the_severity_of_its_procedures(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Disk\n\n**Severity**: P2\n\n## Clean the log\n\n1. Rotate it\n");

    assert_string_equal(runbook->procedures.at[0].severity, "P2");
}

static void a_severity_is_concluded_from_words_and_says_so(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Severity levels\n\n| Severity | Description | Response time |\n|-|-|-|\n"
                         "| P0 | Database corruption | 5 min |\n| P1 | Slow pages | 1 h |\n\n"
                         "## Database corruption found\n\n1. Stop writes\n");

    assert_string_equal(runbook->procedures.at[0].severity, "P0");
    assert_string_equal(runbook->procedures.at[0].severity_basis, "inferred");
}

struct condition_case {
    const char *text, *op, *unit;
    double value, value_hi;
};

static void conditions_are_read_from_prose(void **state)
{
    (void)state;
    static const struct condition_case cases[] = {
        {"API latency > 200 ms", ">", "ms", 200, 0},
        {"High error rate (>10%)", ">", "%", 10, 0},
        {"Elevated error rate (1-10%)", ">=", "%", 1, 10},
        {"50%+ of users affected", ">=", "%", 50, 0},
        {"<25% of users", "<", "%", 25, 0},
        {"queue above 1,500", ">", NULL, 1500, 0},
        {"p95 latency exceeds 2.5s", ">", "s", 2.5, 0},
        {"25 % to less than 50 % of users", ">=", "%", 25, 50},
        {"25% - 50% of users", ">=", "%", 25, 50},
        {"error rate between 1 and 10 %", ">=", "%", 1, 10},
        {"error rate >= 1 % and < 10 %", ">=", "%", 1, 10},
        {"error rate < 10 % but at least 1 %", ">=", "%", 1, 10},
        {"50 % or more of all wards", ">=", "%", 50, 0},
        {"at least 5 sites", ">=", NULL, 5, 0},
        {"no more than three sites", "<=", NULL, 3, 0},
        {"availability >= 99.9 %", ">=", "%", 99.9, 0},
        {"more than a quarter of users", ">", "%", 25, 0},
        {"up to 10 minutes or 5 sites", "<=", "min", 10, 0},
        {"error rate between 1 and 10 % for more than 5 minutes", ">=", "%", 1, 10},
        {"unreachable for more than 5 minutes", ">", "min", 5, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct condition condition;
        condition_read(arena, cases[i].text, &condition);
        assert_non_null(condition.metric);
        assert_string_equal(condition.op, cases[i].op);
        assert_true(condition.value > cases[i].value - 1e-9 && condition.value < cases[i].value + 1e-9);
        assert_true(condition.value_hi > cases[i].value_hi - 1e-9 &&
                    condition.value_hi < cases[i].value_hi + 1e-9);
        if (cases[i].unit)
            assert_string_equal(condition.unit, cases[i].unit);
    }
}

static void a_range_keeps_whether_its_ends_belong_to_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct condition condition;

    condition_read(arena, "25 % to less than 50 % of users", &condition);
    assert_string_equal(condition.op_hi, "<");
    assert_string_equal(condition.words, "of users");
    condition_read(arena, "error rate < 10 % but > 1 %", &condition);
    assert_string_equal(condition.op, ">");
    assert_string_equal(condition.op_hi, "<");
    condition_read(arena, "wait times between 1 and 10 min", &condition);
    assert_string_equal(condition.op_hi, "<=");
    assert_string_equal(condition.words, "wait times");
    /* two limits of different things are no range */
    condition_read(arena, "latency > 5 s, memory < 2 GB", &condition);
    assert_false(condition.has_value_hi);
}

static void a_state_without_a_number_is_a_condition_too(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct condition condition;

    condition_read(arena, "Complete service outage", &condition);
    assert_string_equal(condition.op, "down");
    assert_false(condition.has_value);
    condition_read(arena, "Cosmetic issues", &condition);
    assert_null(condition.metric);
}

static void levels_that_stand_across_a_table_are_read(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Urgency\n\n|  | SEV1 | SEV2 |\n|---|---|---|\n| Meaning | No triage | Slow triage |\n"
        "| Response time | within 15 min | next business day |\n| Updates | every 30 minutes | - |\n"
        "| Escalate to | to the ward lead after 20 minutes | n/a |\n");

    assert_int_equal(runbook->severities.n, 2);
    const struct severity *first = &runbook->severities.at[0], *second = &runbook->severities.at[1];
    assert_string_equal(first->id, "SEV1");
    assert_int_equal(first->response_time_s, 900);
    assert_int_equal(first->escalate_after_s, 1200);
    assert_string_equal(first->escalate_to.at[0], "ward lead");
    assert_string_equal(second->description, "Slow triage");
    assert_string_equal(second->response_note, "next business day");
    assert_null(second->escalation_text);
    assert_int_equal(runbook->parts.cadences.n, 1);
    assert_string_equal(runbook->parts.cadences.at[0].applies_to.at[0], "SEV1");
    assert_int_equal(runbook->parts.cadences.at[0].line, 9);
}

static void a_matrix_of_risks_defines_no_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# R\n\n## Risks\n\n| Likelihood | High | Low |\n|---|---|---|\n| Often | act | watch |\n");

    assert_int_equal(runbook->severities.n, 0);
}

static void bold_names_with_their_lines_define_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Severity levels\n\n**P1 - Critical**\n\n- Response time: 10 minutes\n- Examples: no "
        "results\n\n"
        "\xf0\x9f\x9f\xa1 P2 \xe2\x80\x94 slow results, respond within 2 hours and resolve within 1 day\n\n"
        "P3 incidents must be acknowledged within 1 day.\n");

    assert_int_equal(runbook->severities.n, 3);
    assert_int_equal(runbook->severities.at[0].response_time_s, 600);
    assert_string_equal(runbook->severities.at[0].examples.at[0].text, "no results");
    assert_int_equal(runbook->severities.at[1].response_time_s, 7200);
    assert_int_equal(runbook->severities.at[1].resolution_target_s, 86400);
    assert_int_equal(runbook->severities.at[2].response_time_s, 86400);
    assert_int_equal(runbook->severities.at[2].line, 12);
}

static void words_alone_are_levels_when_the_whole_list_names_some(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_int_equal(
        read_text(arena, "# R\n\n## Severity\n\n- **Critical**: all down\n- **Minor**: one ward\n")
            ->severities.n,
        2);
    assert_int_equal(
        read_text(arena, "# R\n\n## Severity\n\n- **Page**: all down\n- **Minor**: one ward\n")->severities.n,
        0);
}

static void two_severities_with_conditions_state_the_first(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# Lost images\n\n**Severity:** P1 (if a scan is lost) / P2 (if it is late)\n\n"
                         "## Diagnosis\n\n1. Look at the queue\n");

    assert_string_equal(runbook->procedures.at[0].severity, "P1");
    assert_string_equal(runbook->procedures.at[0].severity_basis, "stated");
}

static void a_level_only_used_takes_the_times_beside_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# Scanner offline\n\n**Severity:** P2 (High)\n**Response time:** 2 hours\n**Owner:** Ana\n\n"
               "## Resolution\n\n1. Restart the scanner\n");

    assert_int_equal(runbook->severities.n, 1);
    assert_int_equal(runbook->severities.at[0].response_time_s, 7200);
}

static void a_column_of_people_says_whom_to_call(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(arena, "# R\n\n## Severity\n\n| Level | Response | Escalation "
                                                     "|\n|---|---|---|\n| P1 | 10 min | Ward IT Lead |\n"
                                                     "| P2 | 1 h | as needed |\n");

    assert_int_equal(runbook->severities.at[0].escalate_to.n, 1);
    assert_string_equal(runbook->severities.at[0].escalate_to.at[0], "Ward IT Lead");
    assert_int_equal(runbook->severities.at[1].escalate_to.n, 0);
}

static void levels_have_names_in_a_column_and_labels_above_a_list(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# R\n\n## Severity\n\n| Level | Name | Definition | Response time |\n|---|---|---|---|\n"
               "| SEV1 | Critical | No results | 5 minutes |\n| SEV2 | Minor | Late results | 1 h |\n");
    assert_string_equal(runbook->severities.at[0].label, "Critical");
    assert_string_equal(runbook->severities.at[0].description, "No results");

    runbook = read_text(arena, "# R\n\nSeverity levels:\n- P1: no results\n- P2: late results\n\n"
                               "## Calls\n\n- Update the board every 10 minutes for P1/P2\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->parts.cadences.at[0].applies_to.n, 2);
}

static void a_list_whose_items_are_levels_defines_them_under_any_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# R\n\n## Who picks up\n\n- P0: < 5 minutes to respond\n- P1: ack < 15 min\n\n"
                         "## Backlog\n\n- P2: paint the pump room\n- P3: label the valves\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 300);
    assert_int_equal(runbook->severities.at[1].response_time_s, 900);

    runbook = read_text(arena, "# R\n\n## First calls\n\n**Expected response times:**\n- P0: < 5 minutes\n"
                               "- P1: 1 hour\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[1].response_time_s, 3600);
}

static void what_follows_an_arrow_is_the_response(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# R\n\n## Path\n\n1. **P0 (Critical)**: No pump runs \xe2\x86\x92 duty officer immediately\n"
               "2. **P1 (High)**: One pump stands -> duty officer within 15 min\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 0);
    assert_int_equal(runbook->severities.at[1].response_time_s, 900);
    assert_string_equal(runbook->severities.at[1].description, "One pump stands");
}

static void a_bracket_behind_the_name_may_give_the_response(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# R\n\n## Severity\n\n**P0 - Critical (Immediate Response)**\n- No pump runs\n\n"
                         "**P1 - High (15-minute Response)**\n- One pump stands\n");
    assert_int_equal(runbook->severities.at[0].response_time_s, 0);
    assert_int_equal(runbook->severities.at[1].response_time_s, 900);
    assert_int_equal(runbook->severities.at[1].criteria.n, 1);

    runbook = read_text(arena, "# R\n\n## Severity\n\n- `SEV1`: water is lost\n"
                               "- `SEV2`: a strong suspicion that calls for immediate closing of a valve\n");
    assert_int_equal(runbook->severities.at[1].criteria.n, 1);
}

static void levels_of_a_call_tree_are_no_severities(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# R\n\n## Escalation levels\n\n### Level 1: Duty desk\n- **Response time**: 5 minutes\n\n"
               "### Level 2: Pump crew\n- **Response time**: 30 minutes\n");
    assert_int_equal(runbook->severities.n, 0);
}

static void columns_of_an_escalation_matrix_say_when(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Escalation matrix\n\n"
        "| Severity | First responder | Escalation 1 (15 min) | Escalation 2 (30 min) |\n|---|---|---|---|\n"
        "| P1 | Duty desk | Crew lead | Site manager |\n| P2 | Duty desk | Crew lead | - |\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].escalate_after_s, 900);
    assert_string_equal(runbook->severities.at[0].escalation_text, "Crew lead");
    assert_int_equal(runbook->severities.at[0].criteria.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_with_labelled_lines_define_levels),
        cmocka_unit_test(a_time_behind_its_label_counts_before_one_in_the_heading),
        cmocka_unit_test(a_number_with_its_word_is_a_level_wherever_it_stands),
        cmocka_unit_test(levels_that_rules_name_are_known_by_name),
        cmocka_unit_test(classes_by_letter_and_bare_numbers_are_levels_in_tables),
        cmocka_unit_test(one_line_may_define_several_levels),
        cmocka_unit_test(lists_under_other_labels_are_no_criteria),
        cmocka_unit_test(words_with_times_are_levels),
        cmocka_unit_test(a_remark_across_a_table_is_no_level_and_a_gap_in_a_row_is_one),
        cmocka_unit_test(a_table_defines_levels),
        cmocka_unit_test(levels_without_numbers_are_ranked_by_their_words),
        cmocka_unit_test(where_the_highest_number_is_critical_ranks_are_turned),
        cmocka_unit_test(levels_only_used_are_taken_from_procedures),
        cmocka_unit_test(a_form_to_fill_in_states_no_severity),
        cmocka_unit_test(a_page_states_the_severity_of_its_procedures),
        cmocka_unit_test(a_severity_is_concluded_from_words_and_says_so),
        cmocka_unit_test(levels_that_stand_across_a_table_are_read),
        cmocka_unit_test(a_matrix_of_risks_defines_no_levels),
        cmocka_unit_test(bold_names_with_their_lines_define_levels),
        cmocka_unit_test(words_alone_are_levels_when_the_whole_list_names_some),
        cmocka_unit_test(two_severities_with_conditions_state_the_first),
        cmocka_unit_test(a_level_only_used_takes_the_times_beside_it),
        cmocka_unit_test(a_column_of_people_says_whom_to_call),
        cmocka_unit_test(levels_have_names_in_a_column_and_labels_above_a_list),
        cmocka_unit_test(conditions_are_read_from_prose),
        cmocka_unit_test(a_range_keeps_whether_its_ends_belong_to_it),
        cmocka_unit_test(a_state_without_a_number_is_a_condition_too),
        cmocka_unit_test(a_list_whose_items_are_levels_defines_them_under_any_heading),
        cmocka_unit_test(what_follows_an_arrow_is_the_response),
        cmocka_unit_test(a_bracket_behind_the_name_may_give_the_response),
        cmocka_unit_test(levels_of_a_call_tree_are_no_severities),
        cmocka_unit_test(columns_of_an_escalation_matrix_say_when),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
