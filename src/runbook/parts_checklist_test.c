#include "runbook/parts_testing.h"

static void items_with_boxes_are_a_checklist_named_by_its_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## 3. Ready to Open\n\nBefore the doors open:\n\n- [ ] Lights on\n- [x] Till counted\n");

    assert_int_equal(parts->checklists.n, 1);
    assert_string_equal(parts->checklists.at[0].name, "Ready to Open");
    assert_int_equal(parts->checklists.at[0].items.n, 2);
    assert_int_equal(parts->checklists.at[0].items.at[1].line, 8);
}

static void numbered_comments_of_a_fence_called_a_checklist_are_its_points(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Slow shop\n\n**Diagnosis Checklist**:\n```bash\n# 1. Look at "
                        "load\nuptime\n\n# 2. Look at memory\nfree -m\n```\n");

    assert_int_equal(parts->checklists.n, 1);
    assert_string_equal(parts->checklists.at[0].stage, "diagnosis");
    assert_string_equal(parts->checklists.at[0].items.at[1].text, "Look at memory");
}

static void points_below_a_closing_step_are_a_checklist_but_people_are_not(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Post-Incident Tasks\n\n1. **Keep evidence**:\n   - Save the tape\n   - "
                        "Copy the list\n2. **Gather stakeholders**:\n   - Shop owner\n   - Cleaner\n");

    assert_int_equal(parts->checklists.n, 1);
    assert_string_equal(parts->checklists.at[0].name, "Keep evidence");
}

static void a_plain_list_of_steps_is_no_checklist(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(arena, "# P\n\n## Restart\n\n1. Stop it.\n2. Start it.\n");

    assert_int_equal(parts->checklists.n, 0);
}

static void boxes_in_a_template_are_one_too(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Report template\n\n```markdown\n# Report [date]\n\n## Afterwards\n- [ ] "
                        "Tell all\n- [ ] File it\n```\n");

    assert_int_equal(parts->checklists.n, 1);
    assert_string_equal(parts->checklists.at[0].name, "Afterwards");
}

static void a_sentence_says_by_what_a_procedure_is_over(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Flood\n\n1. Shut it: `gate shut`\n\nDone when the hall is dry and the lead has signed.\n\n"
        "## Fire\n\n1. Leave: `alarm ring`\n\n**Exit criteria:**\n\n- no smoke\n- all are counted\n");

    assert_int_equal(parts->checklists.n, 2);
    assert_string_equal(parts->checklists.at[0].name, "Exit criteria");
    assert_string_equal(parts->checklists.at[0].stage, "verification");
    assert_int_equal(parts->checklists.at[0].items.n, 2);
    assert_string_equal(parts->checklists.at[1].stage, "verification");
    assert_int_equal(parts->checklists.at[1].items.n, 1);
    assert_int_equal(parts->checklists.at[1].line, 7);
    parts =
        parts_of(arena, "# P\n\n## Flood\n\n1. Shut it: `gate shut`\n\nThis is done when it rains; nobody "
                        "knows.\n\n# Q\n\nThe report is due, and the season is over when it snows.\n");
    assert_int_equal(parts->checklists.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_with_boxes_are_a_checklist_named_by_its_heading),
        cmocka_unit_test(numbered_comments_of_a_fence_called_a_checklist_are_its_points),
        cmocka_unit_test(points_below_a_closing_step_are_a_checklist_but_people_are_not),
        cmocka_unit_test(a_plain_list_of_steps_is_no_checklist),
        cmocka_unit_test(boxes_in_a_template_are_one_too),
        cmocka_unit_test(a_sentence_says_by_what_a_procedure_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
