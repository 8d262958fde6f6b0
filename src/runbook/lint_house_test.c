/* Findings that need the whole page as it is read, in the words that teams use among themselves. */
#include "runbook/lint.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "runbook/runbook.h"

static bool found(const char *text, const char *code, int line)
{
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));
    struct defect_list defects = {0};
    int64_t today_us;

    assert_int_equal(time_parse_rfc3339("2026-03-01T12:00:00Z", 20, &today_us), 0);
    lint_runbook(arena, runbook, &(struct lint_surroundings){.today_us = today_us}, &defects);
    list_each (defect, &defects)
        if (strcmp(defect->code, code) == 0 && defect->line == line)
            return true;
    return false;
}

static void a_procedure_may_not_contradict_the_time_of_its_level(void **state)
{
    (void)state;
    const char *page =
        "# P\n\n| Severity | Response time |\n|---|---|\n| SEV1 | 10 min |\n| SEV2 | 30 min |\n\n"
        "## Pump down\n\nSeverity: %s\n\nRespond within 30 minutes.\n\n1. Restart it\n";
    char text[400];

    (void)snprintf(text, sizeof text, page, "SEV1");
    assert_true(found(text, "conflicting-number", 12));
    (void)snprintf(text, sizeof text, page, "SEV2");
    assert_false(found(text, "conflicting-number", 12));
}

static void a_bold_label_may_open_the_table_of_contents(void **state)
{
    (void)state;
    const char *page = "# P\n\n**Contents**\n\n- [Pump](#pump)\n- [Fan](#fan)\n- [Gone](#gone)\n\n"
                       "## Pump\n\n## Fan\n\n## Door\n";

    assert_true(found(page, "toc-dead-anchor", 7));
    assert_true(found(page, "toc-missing-section", 13));
    assert_false(found(page, "toc-missing-section", 9));
}

static void comments_that_look_and_change_do_not_set_a_block_apart(void **state)
{
    (void)state;
    assert_true(found("## Pump down\n\n```sh\n# look\nkubectl get pods\n# fix\nkubectl delete pod x\n```\n",
                      "mixed-fence", 7));
    assert_false(found("## Pump down\n\n```sh\n# fix\nkubectl delete pod x\n# look\nkubectl get pods\n```\n",
                       "mixed-fence", 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_procedure_may_not_contradict_the_time_of_its_level),
        cmocka_unit_test(a_bold_label_may_open_the_table_of_contents),
        cmocka_unit_test(comments_that_look_and_change_do_not_set_a_block_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
