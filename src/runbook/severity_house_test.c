/* Levels in other houses' styles: names of their own, tabs, lines with dots, contracts. */
#include "base/testing.h"

#include <string.h>

#include "runbook/runbook.h"

static struct runbook *read_text(struct arena *arena, const char *text)
{
    return runbook_read(arena, "x.md", text, strlen(text));
}

static void a_column_of_times_makes_any_names_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n\n| Stufe | What | Reaction time | Recovery time | Information to |\n"
                         "|---|---|---|---|---|\n| Rot | all | 15 Min. | 4 Std. | Head of IT |\n"
                         "| Gelb | some | 1 Std. | 1 Arbeitstag | - |\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "Rot");
    assert_int_equal(runbook->severities.at[0].rank, 1);
    assert_int_equal(runbook->severities.at[0].response_time_s, 900);
    assert_int_equal(runbook->severities.at[1].resolution_target_s, 86400);
    runbook = read_text(arena, "# R\n\n| Tier | Service | Recovery |\n|---|---|---|\n| Gold | web | 1 h |\n"
                               "| Silver | mail | 4 h |\n");
    assert_int_equal(runbook->severities.n, 0);
}

static void names_of_the_house_may_stand_across_with_rungs_below(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## Severity\n\n| | page | ticket |\n|---|---|---|\n"
               "| Time to acknowledge | 5 min | next business day |\n| Time to mitigate | 1 h | 5 days |\n"
               "| If unacknowledged | team lead after 10 min, engineering manager after 25 min | - |\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "page");
    assert_int_equal(runbook->severities.at[0].escalate_after_s, 600);
    assert_int_equal(runbook->parts.escalations.n, 2);
    assert_int_equal(runbook->parts.escalations.at[1].after_s, 1500);
    assert_string_equal(runbook->parts.escalations.at[1].to.at[0], "engineering manager");
}

static void a_tab_may_define_a_level_with_fields_set_apart_by_dots(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n\n## Incident levels\n\n=== \"P1\"\n    **Criteria:** notes are lost\n\n"
                         "    **Acknowledge:** 5 minutes \xc2\xb7 **Mitigate:** 1 hour \xc2\xb7 **Updates:** "
                         "every 15 minutes\n\n"
                         "=== \"P2\"\n    **Acknowledge:** 15 minutes \xc2\xb7 **Mitigate:** 4 hours\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 300);
    assert_int_equal(runbook->severities.at[0].resolution_target_s, 3600);
    assert_string_equal(runbook->severities.at[0].criteria.at[0].text, "notes are lost");
    assert_int_equal(runbook->severities.at[1].response_time_s, 900);
}

static void lines_with_dots_define_levels_under_any_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# Notes\n\nSEV1 \xc2\xb7 ack 10m \xc2\xb7 mitigate 45m \xc2\xb7 page: primary \xe2\x86\x92 "
               "team lead (20m)\nSEV2 \xc2\xb7 ack 30m\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 600);
    assert_int_equal(runbook->severities.at[0].resolution_target_s, 2700);
    assert_int_equal(runbook->severities.at[0].escalate_after_s, 1200);
    assert_int_equal(runbook->severities.at[1].line, 4);
}

static void lines_with_letters_define_levels_and_say_in_brackets_what_they_are(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# Notes\n\nLevel A (no image can be read by anybody): answer within 5 minutes, fixed within 1 h.\n"
        "Level B (Slow): answer within 30 minutes.\nLevel C: next working day.\n");

    assert_int_equal(runbook->severities.n, 3);
    const struct severity *worst = &runbook->severities.at[0];
    assert_string_equal(worst->id, "Level A");
    assert_null(worst->label);
    assert_string_equal(worst->description, "no image can be read by anybody");
    assert_int_equal(worst->response_time_s, 300);
    assert_int_equal(worst->resolution_target_s, 3600);
    assert_int_equal(worst->criteria.n, 0);
    assert_string_equal(runbook->severities.at[1].label, "Slow");
}

static void a_time_after_which_nothing_happened_is_no_target(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## How bad is it?\n\n- **SEV0** - wrong doses. Ack within 5 min.\n"
               "- **SEV1** - slow. Ack within 15 min. If not mitigated after 1 h, loop in the head of "
               "platform.\n");

    assert_int_equal(runbook->severities.at[1].response_time_s, 900);
    assert_int_equal(runbook->severities.at[1].resolution_target_s, UNSTATED);
    assert_int_equal(runbook->severities.at[1].escalate_after_s, 3600);
}

static void the_terms_of_a_contract_are_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Terms\n\n### 2 RESPONSE TIMES\n\n2.1 The engineer shall acknowledge a Major "
                         "Incident within ten (10) "
                         "minutes and shall restore the service within two (2) hours.\n\n"
                         "2.2 A Minor Incident shall be acknowledged within two (2) business days.\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "Major");
    assert_int_equal(runbook->severities.at[0].response_time_s, 600);
    assert_int_equal(runbook->severities.at[0].resolution_target_s, 7200);
}

static void steps_of_a_policy_begin_with_their_time(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## Paging\n\nEscalation `pumps`:\n\n1. 0 min - notify on-call user in `pumps-1`\n"
               "2. 5 min, if not acknowledged - notify on-call user in `pumps-2`\n\n"
               "Escalation policy: pump-crew \xe2\x86\x92 ward-crew (after 15m)\n");
    const struct escalation *chain = &runbook->parts.escalations.at[2];

    assert_int_equal(runbook->parts.escalations.n, 4);
    assert_int_equal(runbook->parts.escalations.at[0].after_s, 0);
    assert_int_equal(runbook->parts.escalations.at[1].after_s, 300);
    assert_string_equal(chain->kind, "chain");
    assert_string_equal(chain->to.at[1], "ward-crew");
    assert_int_equal(runbook->parts.escalations.at[3].after_s, 900);
}

static void a_line_that_says_when_to_escalate_is_the_rule_of_its_level(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## Severity levels\n\n### P1\n\n- Response time: 15 minutes\n"
               "- Escalate to the ward lead after 30 minutes if unresolved\n- All beds are dark\n\n"
               "### P2\n\n- Response time: 1 hour\n\nEscalate to the site manager after 2 hours.\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].escalate_after_s, 1800);
    assert_string_equal(runbook->severities.at[0].escalate_to.at[0], "ward lead");
    assert_string_equal(runbook->severities.at[0].escalate_condition, "if unresolved");
    assert_int_equal(runbook->severities.at[0].criteria.n, 1);
    assert_int_equal(runbook->severities.at[1].escalate_after_s, 7200);
    assert_null(runbook->severities.at[1].description);
}

static void a_heading_beside_a_level_is_one_even_without_times(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Levels\n\n### P1\n- **Response time**: 15 minutes\n\n### P2 - High\n- All is slow\n\n"
        "### P3 Printer down\n1. Restart the printer\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[1].id, "P2");
    assert_true(runbook->severities.at[1].response_time_s == UNSTATED);
    assert_int_equal(runbook->procedures.n, 1);
}

static void a_heading_says_within_which_time_somebody_is_paged(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## Alert classes\n\n### SEV-1 (Critical) - Page within 5 minutes\n\nFlood.\n\n"
               "### SEV-2 (High) - Investigate within 1 hour\n\nDamp.\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 300);
    assert_int_equal(runbook->severities.at[1].response_time_s, 3600);
}

static void comments_of_a_fence_without_commands_say_what_a_level_is(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## Alert classes\n\n### SEV-1 (Critical) - Page at once\n```bash\n# Response time: 5 "
               "minutes\n"
               "# Escalation: after 15 minutes if nobody answers\n# Examples:\n# - Flood\n# - Fire\n```\n\n"
               "### SEV-2 (High)\n```bash\n# Response time: 1 hour\n```\n");
    const struct severity *first = runbook->severities.at;

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(first->response_time_s, 300);
    assert_int_equal(first->escalate_after_s, 900);
    assert_int_equal(first->examples.n, 2);
    assert_string_equal(first->examples.at[1].text, "Fire");
    runbook = read_text(
        arena, "# R\n\n## Severity levels\n\n```sh\n# SEV1 - all wet\n#   Acknowledge within: 5 minutes\n"
               "#\n# SEV2\n#   Acknowledge within: 2 hours\n#   Restore within: 1 day\n```\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 300);
    assert_int_equal(runbook->severities.at[0].line, 6);
    assert_int_equal(runbook->severities.at[1].resolution_target_s, 86400);
    runbook =
        read_text(arena, "# R\n\n## Severity levels\n\n```sh\n# SEV1 - respond within 5 minutes\nls\n```\n");
    assert_int_equal(runbook->severities.n, 0);
}

static void further_columns_of_escalation_are_rungs_and_the_first_counts(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Severity\n\n| Level | Acknowledge | Escalation 1 | Escalation 2 (20 min) "
        "|\n|---|---|---|---|\n"
        "| SEV1 | 5 min | 10 min: secondary on-call | CTO |\n| SEV2 | 15 min | 2nd line after 1 hr | - |\n");

    assert_int_equal(runbook->severities.at[0].escalate_after_s, 600);
    assert_string_equal(runbook->severities.at[0].escalate_to.at[0], "secondary on-call");
    assert_int_equal(runbook->severities.at[1].escalate_after_s, 3600);
    assert_string_equal(runbook->severities.at[1].escalate_to.at[0], "2nd line");
    assert_int_equal(runbook->parts.escalations.n, 3);
    assert_int_equal(runbook->parts.escalations.at[1].after_s, 1200);
    assert_string_equal(runbook->parts.escalations.at[1].to.at[0], "CTO");
    assert_string_equal(runbook->parts.escalations.at[1].applies_to.at[0], "SEV1");
}

static void names_of_the_house_in_a_list_are_levels_with_the_ladder_below(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# R\n\n## How bad is it?\n\n* **Green** \xe2\x80\x94 typos. Answer within 8 h.\n"
        "* **Amber** \xe2\x80\x94 slow answers (> 10 s). Answer within 1 h.\n"
        "* **Red** \xe2\x80\x94 all down. Answer at once.\n\n"
        "Red: page the gate lead; after 10 min page the dam lead; after 20 min page the site director.\n");

    assert_int_equal(runbook->severities.n, 3);
    assert_string_equal(runbook->severities.at[2].id, "Red");
    assert_int_equal(runbook->severities.at[2].rank, 1);
    assert_int_equal(runbook->severities.at[2].response_time_s, 0);
    assert_int_equal(runbook->severities.at[2].escalate_after_s, 600);
    assert_string_equal(runbook->severities.at[2].escalate_to.at[0], "dam lead");
    assert_int_equal(runbook->severities.at[1].response_time_s, 3600);
    assert_int_equal(runbook->parts.escalations.n, 2);
    assert_int_equal(runbook->parts.escalations.at[1].after_s, 1200);
}

static void names_in_capitals_are_levels_under_any_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Card\n\nURGENT = whole house, answered in 10 min, fixed in 2 hrs.\nSOON = one "
                         "ward, same shift.\n\n"
                         "URGENT not answered in 10 min -> gate lead. 20 min -> site director.\n"
                         "SOON not answered in 1h30 -> dam lead.\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "URGENT");
    assert_int_equal(runbook->severities.at[0].resolution_target_s, 7200);
    assert_string_equal(runbook->severities.at[1].response_note, "same shift");
    assert_int_equal(runbook->parts.escalations.n, 3);
    assert_int_equal(runbook->parts.escalations.at[1].after_s, 1200);
    assert_string_equal(runbook->parts.escalations.at[1].applies_to.at[0], "URGENT");
    assert_int_equal(runbook->parts.escalations.at[2].after_s, 5400);
    assert_string_equal(runbook->parts.escalations.at[2].applies_to.at[0], "SOON");
    runbook = read_text(arena, "# Card\n\nReception: answers in 10 min.\nPorters: answer in 20 min.\n");
    assert_int_equal(runbook->severities.n, 0);
}

static void pictures_numbers_and_classes_may_stand_before_or_for_a_level(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Severity\n\n\xf0\x9f\x94\xb4 **SEV-0** \xe2\x80\x94 all. Ack \xe2\x89\xa4 5 min \xc2\xb7 "
        "page VP Eng after 15 min\n"
        "\xf0\x9f\x9f\xa0 **SEV-1** \xe2\x80\x94 some. Ack \xe2\x89\xa4 15 min\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[1].response_time_s, 900);
    runbook = read_text(
        arena, "# R\n\n## Support levels\n\n2.1 Priority 1 (System down): response time 30 min, fix 4 h.\n\n"
               "2.2 Priority 2 (Impaired): response time 2 h.\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[1].response_time_s, 7200);
    runbook = read_text(
        arena,
        "# R\n\n## Classification\n\n- Class 1: all down. Answer: at once. First escalation after 5 min "
        "(gate lead), second after 10 min (site director).\n- Class 2: slow. Answer: within 15 min.\n");
    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "Class 1");
    assert_int_equal(runbook->severities.at[0].rungs.n, 2);
}

static void terms_with_definitions_below_are_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## Severity\n\nSEV-1\n: Gauges show wrong levels.\n: Response: page immediately\n"
               ": Update: every 15 minutes\n: Escalation: site manager after 20 minutes\n\n"
               "SEV-2\n: Gauges are late.\n: Response: page within 15 minutes\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 0);
    assert_int_equal(runbook->severities.at[0].escalate_after_s, 1200);
    assert_int_equal(runbook->severities.at[0].escalate_to.n, 1);
    assert_string_equal(runbook->severities.at[0].escalate_to.at[0], "site manager");
    assert_int_equal(runbook->severities.at[1].response_time_s, 900);
}

static void a_table_of_house_levels_says_who_is_called_if_nobody_answers(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## How bad is it?\n\n| | Red | Orange |\n|---|---|---|\n| What | flood | damp |\n"
               "| First response | 10 min | 30 min |\n| Fixed by | 2 h | 12 h |\n"
               "| If no answer in | 10 min -> site manager | 30 min -> team lead |\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 600);
    assert_int_equal(runbook->severities.at[0].resolution_target_s, 7200);
    assert_int_equal(runbook->severities.at[1].escalate_after_s, 1800);
    assert_string_equal(runbook->severities.at[1].escalate_to.at[0], "team lead");
}

static void the_paragraph_below_a_level_s_heading_states_its_times(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## Incident classes\n\n### P1\n\nAll gauges are down. Respond within 15 minutes.\n\n"
               "### P2\n\nOne gauge is down. Respond within 1 hour.\n");

    assert_int_equal(runbook->severities.at[0].response_time_s, 900);
    assert_int_equal(runbook->severities.at[1].response_time_s, 3600);
    assert_string_equal(runbook->severities.at[0].description,
                        "All gauges are down. Respond within 15 minutes.");
}

static void bold_classes_with_labels_in_their_lines_are_levels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n\n## 1. Incident classes\n\n**Class A \xe2\x80\x94 Flood**\nNobody can pass.\n"
                         "*Respond:* within 5 minutes. *Restore:* within 1 hour.\n\n"
                         "**Class B \xe2\x80\x94 Damp**\nOne lane.\n*Respond:* within 30 minutes.\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 300);
    assert_int_equal(runbook->severities.at[0].resolution_target_s, 3600);
    assert_int_equal(runbook->severities.at[1].response_time_s, 1800);
}

/* What leads from one to the next is no part of a name that somebody could fill. */
static void whoever_comes_then_is_somebody_else(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# Locks\n\n"
               "| Level | Response time | Escalation |\n|---|---|---|\n"
               "| P0 | 5 minutes | after 15 minutes to the Lock Manager, then the CTO, finally Legal |\n"
               "| P1 | 1 hour | to Lock Manager or CTO after 30 minutes |\n");
    static const char *const names[] = {"Lock Manager", "CTO", "Legal"};
    for (size_t level = 0; level < 2; level++) {
        const struct strings *to = &runbook->severities.at[level].escalate_to;
        assert_int_equal(to->n, 3 - level);
        for (size_t i = 0; i < to->n; i++)
            assert_string_equal(to->at[i], names[i]);
    }
}

static void assert_rung(const struct runbook *runbook, size_t at, const char *level, int64_t after_s,
                        const char *whom)
{
    const struct escalation *rule = &runbook->parts.escalations.at[at];

    assert_string_equal(rule->applies_to.at[0], level);
    assert_int_equal(rule->after_s, after_s);
    assert_int_equal(rule->to.n, 1);
    assert_string_equal(rule->to.at[0], whom);
}

static void items_below_a_level_say_when_people_answer_and_whom_they_call(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n\n## Severity\n\n### SEV-1\n\n- All gates shut\n- Ack within 5 min\n"
               "- Page the gate lead if there is no ack in 10 min\n- Water above 2 m for 30 minutes\n\n"
               "### SEV-2\n\n- Resolve in 8 hours\n- If the water rises for 10 min, page the gate lead\n");
    const struct severity *first = &runbook->severities.at[0], *second = &runbook->severities.at[1];

    assert_int_equal(first->response_time_s, 300);
    assert_int_equal(first->escalate_after_s, 600);
    assert_string_equal(first->escalate_to.at[0], "gate lead");
    assert_int_equal(first->criteria.n, 2);
    assert_int_equal(second->resolution_target_s, 28800);
    assert_int_equal(second->escalate_after_s, UNSTATED);
    assert_int_equal(second->response_time_s, UNSTATED);
}

static void items_of_a_level_hold_a_ladder_and_what_follows_it_is_none_of_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Severity and response\n\n- SEV1 - all gates shut\n  - Acknowledge: 5m\n"
        "  - Escalation:\n    - 10m: gate lead\n    - 20m: site director\n  - Status updates: every 15m\n"
        "- SEV2 - one gate shut\n  - Acknowledge: 15m\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 300);
    assert_int_equal(runbook->severities.at[1].response_time_s, 900);
    assert_int_equal(runbook->parts.escalations.n, 2);
    assert_rung(runbook, 0, "SEV1", 600, "gate lead");
    assert_rung(runbook, 1, "SEV1", 1200, "site director");
    assert_int_equal(runbook->procedures.n, 0);
}

static void a_column_or_row_may_name_whom_its_times_call(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Severity\n\n| | Critical | Low |\n|---|---|---|\n| Response time | 5 min | 1 day |\n"
        "| Escalate to gate lead after | 20 min | never |\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_rung(runbook, 0, "Critical", 1200, "gate lead");
    assert_int_equal(runbook->severities.at[1].escalate_after_s, UNSTATED);
    assert_non_null(runbook->severities.at[1].escalation_text); /* no ladder of the document is its */
    runbook = read_text(arena, "# R\n\n## Incident classes\n\n| Class | 1st call | 2nd call (after 15 min) | "
                               "3rd call (after 45 min) |\n"
                               "|---|---|---|---|\n| A (flood) | gatekeeper | gate lead | site director |\n"
                               "| B (rain) | gatekeeper | gate lead | none |\n");
    assert_int_equal(runbook->parts.escalations.n, 3);
    assert_rung(runbook, 0, "Class A", 900, "gate lead");
    assert_rung(runbook, 1, "Class A", 2700, "site director");
    assert_rung(runbook, 2, "Class B", 900, "gate lead");
}

static void a_heading_with_a_letter_and_times_below_is_a_level(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n\n## Sev A\n\nDefinition: flood\nInitial response: 15 min\n"
                         "Escalate: gate lead @ 30 min, site director @ 2 h\n\n"
                         "## Sev B\n\nInitial response: 1 hour\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->severities.at[0].id, "Sev A");
    assert_int_equal(runbook->severities.at[1].response_time_s, 3600);
    assert_rung(runbook, 0, "Sev A", 1800, "gate lead");
    assert_rung(runbook, 1, "Sev A", 7200, "site director");
}

static void words_for_levels_in_a_list_are_levels_without_times_and_marks(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n\n## Severity\n\n- Critical: all gates shut\n- Major: one gate shut\n"
                         "- Minor: a lamp is out\n");

    assert_int_equal(runbook->severities.n, 3);
    assert_string_equal(runbook->severities.at[0].id, "Critical");
    assert_int_equal(runbook->severities.at[0].rank, 1);
    assert_string_equal(runbook->severities.at[2].id, "Minor");
    runbook = read_text(arena, "# R\n\n## Severity\n\n- Water: rises\n- Gates: shut\n");
    assert_int_equal(runbook->severities.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heading_says_within_which_time_somebody_is_paged),
        cmocka_unit_test(comments_of_a_fence_without_commands_say_what_a_level_is),
        cmocka_unit_test(a_column_of_times_makes_any_names_levels),
        cmocka_unit_test(names_of_the_house_may_stand_across_with_rungs_below),
        cmocka_unit_test(a_tab_may_define_a_level_with_fields_set_apart_by_dots),
        cmocka_unit_test(lines_with_dots_define_levels_under_any_heading),
        cmocka_unit_test(lines_with_letters_define_levels_and_say_in_brackets_what_they_are),
        cmocka_unit_test(a_time_after_which_nothing_happened_is_no_target),
        cmocka_unit_test(the_terms_of_a_contract_are_levels),
        cmocka_unit_test(steps_of_a_policy_begin_with_their_time),
        cmocka_unit_test(a_line_that_says_when_to_escalate_is_the_rule_of_its_level),
        cmocka_unit_test(a_heading_beside_a_level_is_one_even_without_times),
        cmocka_unit_test(further_columns_of_escalation_are_rungs_and_the_first_counts),
        cmocka_unit_test(names_of_the_house_in_a_list_are_levels_with_the_ladder_below),
        cmocka_unit_test(names_in_capitals_are_levels_under_any_heading),
        cmocka_unit_test(pictures_numbers_and_classes_may_stand_before_or_for_a_level),
        cmocka_unit_test(whoever_comes_then_is_somebody_else),
        cmocka_unit_test(terms_with_definitions_below_are_levels),
        cmocka_unit_test(a_table_of_house_levels_says_who_is_called_if_nobody_answers),
        cmocka_unit_test(the_paragraph_below_a_level_s_heading_states_its_times),
        cmocka_unit_test(bold_classes_with_labels_in_their_lines_are_levels),
        cmocka_unit_test(items_below_a_level_say_when_people_answer_and_whom_they_call),
        cmocka_unit_test(items_of_a_level_hold_a_ladder_and_what_follows_it_is_none_of_it),
        cmocka_unit_test(a_column_or_row_may_name_whom_its_times_call),
        cmocka_unit_test(a_heading_with_a_letter_and_times_below_is_a_level),
        cmocka_unit_test(words_for_levels_in_a_list_are_levels_without_times_and_marks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
