#include "runbook/parts_testing.h"

static void the_headings_of_a_report_template_are_its_sections(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Post-mortem template\n\n```markdown\n# Post-mortem: [title]\n\n## Summary\nTwo "
               "sentences.\n\n## Timeline\n"
               "[10:00] - Pump stopped\n[10:05] - Pager rang\n\n## Causes\n- Technical\n- Human\n```\n");

    assert_int_equal(parts->report_sections.n, 3);
    assert_string_equal(parts->report_sections.at[0].name, "Summary");
    assert_string_equal(parts->report_sections.at[0].prompt, "Two sentences.");
    assert_string_equal(parts->report_sections.at[0].template_name, "post-mortem");
    assert_string_equal(parts->report_sections.at[2].prompt, "Technical; Human");
    assert_int_equal(parts->report_sections.at[2].order, 3);
    assert_int_equal(parts->timeline_events.n, 2);
    assert_string_equal(parts->timeline_events.at[1].text, "Pager rang");
}

static void a_sentence_lists_what_a_postmortem_holds(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Post Incident\n\n- Write a short postmortem with impact, root cause, and "
                        "follow-ups.\n- Thank everybody, sleep, and eat.\n");

    assert_int_equal(parts->report_sections.n, 3);
    assert_string_equal(parts->report_sections.at[0].name, "impact");
    assert_int_equal(parts->report_sections.at[2].line, 5);
}

static void a_list_below_lessons_learned_gives_sections_and_one_of_things_to_do_does_not(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## After the incident\n\n1. **Document lessons learned**:\n   - Root cause\n   - What "
               "went well\n   - Ideas\n2. **Tidy up**:\n   - Close doors\n   - Switch off\n");

    assert_int_equal(parts->report_sections.n, 3);
    assert_int_equal(parts->report_sections.at[0].line, 6);
}

static void the_agenda_has_times_and_the_questions_are_kept(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Post-Incident Review\n\nHold the review within 2-3 days.\n\n### Agenda\n\n1. **Timeline** "
        "(10 min)\n2. **Causes**\n\n### Questions\n\n- What surprised us?\n- Say thanks.\n");

    assert_int_equal(parts->agenda.n, 2);
    assert_int_equal(parts->agenda.at[0].duration_s, 600);
    assert_true(parts->agenda.at[1].duration_s == UNSTATED);
    assert_int_equal(parts->questions.n, 1);
    assert_int_equal(parts->review_due_s, 3 * 86400);
    assert_int_equal(parts->review_due_min_s, 2 * 86400);
}

static void a_review_has_participants(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Post-incident review\n\n**Participants**:\n- Ward lead\n- All responders\n\n"
               "**Attendees**: vendor, ward nurse\n\n1. Gather stakeholders:\n   - Head nurse\n\n"
               "Hold the meeting with:\n\n- The board\n\n## Ward\n\n**Participants**: nobody\n");

    assert_int_equal(parts->participants.n, 6);
    assert_string_equal(parts->participants.at[1].text, "All responders");
    assert_int_equal(parts->participants.at[1].line, 7);
    assert_string_equal(parts->participants.at[3].text, "ward nurse");
    assert_string_equal(parts->participants.at[4].text, "Head nurse");
    assert_string_equal(parts->participants.at[5].text, "The board");
}

static void a_question_may_say_in_brackets_what_it_asks_for(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Post-incident review\n\n### Key questions\n\n1. Which valve stuck? (Cause)\n"
               "2. Valves are stuck (often)\n");

    assert_int_equal(parts->questions.n, 1);
    assert_int_equal(parts->questions.at[0].line, 7);
}

static void the_template_of_a_report_asks_questions_and_has_columns(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Post-mortem template\n\n```markdown\n# Post-mortem: [Title]\n\nWho found it? (Guest, "
        "till)\n\n## To do\n| Action | Owner | Due |\n|---|---|---|\n| [task] | [Name] | [date] |\n\n## "
        "Lessons\n- Which door jammed?\n- Who was told late?\n```\n");

    assert_int_equal(parts->questions.n, 2);
    assert_string_equal(parts->questions.at[0].text, "Which door jammed?");
    assert_int_equal(parts->questions.at[0].line, 16);
    assert_int_equal(parts->action_columns.n, 3);
    assert_string_equal(parts->action_columns.at[2].text, "Due");
    assert_int_equal(parts->action_columns.at[2].line, 11);
    assert_int_equal(parts->action_rows.n, 0);
}

static void an_agenda_may_stand_on_one_line(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Within a week\n\n- Hold the review (50 min): story 10 min, doors 15 min, tasks (25 "
               "min)\n- Send the review: one copy, in 10 min\n");

    assert_int_equal(parts->agenda.n, 3);
    assert_string_equal(parts->agenda.at[0].name, "story");
    assert_int_equal(parts->agenda.at[1].duration_s, 900);
    assert_string_equal(parts->agenda.at[2].name, "tasks");
    assert_int_equal(parts->agenda.at[2].order, 3);
}

static void letters_mark_the_sections_of_a_report(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Incident report\n\nA. Summary\n\nB. Timeline (in UTC)\nC. Root cause: five whys\n\n"
               "## Post-mortem contents\n\n### A. What happened\n\n### B. Impact on the ward\n\n"
               "### C. Lessons learned\n");

    assert_int_equal(parts->report_sections.n, 6);
    assert_string_equal(parts->report_sections.at[0].name, "Summary");
    assert_string_equal(parts->report_sections.at[1].name, "Timeline");
    assert_string_equal(parts->report_sections.at[2].name, "Root cause");
    assert_int_equal(parts->report_sections.at[2].line, 8);
    assert_string_equal(parts->report_sections.at[4].name, "Impact on the ward");
}

static void a_sentence_may_hold_the_whole_agenda(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Review\n\nThe agenda is the story (10 minutes), causes (15 minutes) and tasks (20 "
               "minutes). The review is held within 2 days, 3 days or 5 days.\n");

    assert_int_equal(parts->agenda.n, 3);
    assert_string_equal(parts->agenda.at[0].name, "story");
    assert_string_equal(parts->agenda.at[2].name, "tasks");
    assert_int_equal(parts->agenda.at[2].duration_s, 1200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_review_has_participants),
        cmocka_unit_test(the_headings_of_a_report_template_are_its_sections),
        cmocka_unit_test(a_sentence_lists_what_a_postmortem_holds),
        cmocka_unit_test(a_list_below_lessons_learned_gives_sections_and_one_of_things_to_do_does_not),
        cmocka_unit_test(the_agenda_has_times_and_the_questions_are_kept),
        cmocka_unit_test(a_question_may_say_in_brackets_what_it_asks_for),
        cmocka_unit_test(the_template_of_a_report_asks_questions_and_has_columns),
        cmocka_unit_test(an_agenda_may_stand_on_one_line),
        cmocka_unit_test(letters_mark_the_sections_of_a_report),
        cmocka_unit_test(a_sentence_may_hold_the_whole_agenda),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
