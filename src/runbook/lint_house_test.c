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

static void what_is_no_fault_is_not_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code;
        int line;
        bool fault;
    } cases[] = {
        {"# P\n\n```sh\ncf curl /v3/users -X DELETE\n```\n", "no-timeout", 4, false},
        {"# P\n\n```sh\nkubectl get nodes\n```\n", "namespace-missing", 4, false},
        {"# P\n\n```sh\nkubectl get nodes\nkubectl get pods\n```\n", "namespace-missing", 5, true},
        {"# P\n\n```sh\n# df -h\n```\n", "comment-only-fence", 3, false},
        {"# P\n\n```sh\n# ask the dam keeper\n```\n", "comment-only-fence", 3, true},
        {"# P\n\n## Emergency drill\n\n1. `df -h`\n", "trigger-missing", 3, false},
        {"# P\n\n```sh\nterraform show old.tfstate\n```\n", "misleading-command", 4, false},
        {"# P\n\nA space is like a private Slack channel.\n", "channel-unnamed", 3, false},
        {"# P\n\nEscalation path: keeper -> lead (15-minute intervals)\n", "escalation-untimed", 3, false},
        {"# P\n\nA part, e.g. the API, answers at /api now.\n", "relative-endpoint", 3, false},
        {"# P\n\n1. Look at /api/pumps\n", "relative-endpoint", 3, true},
        {"# P\n\n```sh\nps -p $(pgrep -n -f pump)\n```\n", "quoting", 4, false},
        {"# P\n\n```sh\ngitlab-psql -c 'select 1'\n```\n", "no-database", 4, false},
        {"# P\n\n```sh\npsql \"${PUMPS_URI}\" -c 'select 1'\n```\n", "no-database", 4, false},
        {"# P\n\n```sh\npg_dump -U keeper -t logs pumps > x\n```\n", "no-database", 4, false},
        {"# P\n\n```sh\npg_dump -U keeper -t logs > x\n```\n", "no-database", 4, true},
        {"# P\n\nThe database is fine; fail over to the second site.\n", "unsafe-step", 3, false},
        {"# P\n\nAn increase in anonymous memory may follow.\n", "threshold-undefined", 3, false},
        {"# P\n\n## Breach notification and forensics\n", "deadline-missing", 3, false},
        {"# P\n\n## Dam down\n\n1. Identify how high the water is\n", "command-missing", 5, false},
        {"# P\n\n## Dam down\n\n1. Restart the pump\n", "command-missing", 5, true},
        {"# P\n\n## Dam down\n\n1. Identify trends of the week\n", "command-missing", 5, false},
        {"# P\n\n## Dam down\n\n1. List failed jobs of the pumps\n", "command-missing", 5, true},
        {"# P\n\n## Dam down\n\n```sh\n# Who has the port?\nss -tlnp\n```\n", "misleading-command", 7, false},
        {"# P\n\n## Dam down\n\n```sh\n# Watch the connections\nss -tlnp\n```\n", "misleading-command", 7,
         true},
        {"# P\n\n## Dam down\n\n```sh\n# Watch the connections\nss -tanl\n```\n", "misleading-command", 7,
         false},
        {"# P\n\n## Dam down\n\n```sh\nsystemctl restart pump\n```\n", "way-back-missing", 6, false},
        {"# P\n\n## Dam down\n\n```sh\nsystemctl stop pump\n```\n", "way-back-missing", 6, true},
        {"# P\n\n## Dam down\n\n```sh\naws eks --region north update-kubeconfig --name dam\n```\n",
         "verification-missing", 6, false},
        {"# P\n\n## Before work\n\n- [ ] Notify stakeholders\n", "cadence-missing", 5, false},
        {"# P\n\n## Contacts\n\n```python\nto=['on_call', 'contact']\n```\n", "placeholder-contact", 6,
         false},
        {"# P\n\n## Dam down\n\n```sh\nkubectl config use-context dam\n```\n", "verification-missing", 6,
         false},
        {"# P\n\n```sh\nkubectl -n [NAME] get pods\n```\n", "namespace-missing", 4, false},
        {"# P\n\n## Dam down\n\n### Diagnosis\n\n```sh\nkubectl get pods\nkubectl run x -it --rm "
         "--image=busybox -- "
         "id\n```\n",
         "mixed-fence", 9, false},
        {"# P\n\n## Paint the dam\n\n1. `df -h`\n", "severity-missing", 3, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (found(cases[i].text, cases[i].code, cases[i].line) != cases[i].fault)
            fail_msg("%s: %s", cases[i].code, cases[i].text);
}

static void a_variable_that_nothing_sets_and_nobody_speaks_of_is_told(void **state)
{
    (void)state;
    assert_true(found("# P\n\n```sh\nkubectl logs \"$PUMP\"\n```\n", "variable-unset", 4));
    assert_false(found("# P\n\nPUMP is the name in the alert.\n\n```sh\nkubectl logs \"$PUMP\"\n```\n",
                       "variable-unset", 6));
    assert_false(found("# P\n\n```sh\nls $HOME $PUMP_URL\n```\n", "variable-unset", 4));
    assert_false(found("# P\n\n```sh\nawk '{print $NF, $PUMP}' x\n```\n", "variable-unset", 4));
}

static void a_task_among_troubles_without_levels_is_not_asked_for_one(void **state)
{
    (void)state;
    const char *page =
        "# P\n\n| Severity | Response time |\n|---|---|\n| SEV1 | 10 min |\n| SEV2 | 30 min |\n\n"
        "## Renew the token\n\n1. `vault login`\n\n## Pump down\n\n1. Restart it.\n";

    assert_false(found(page, "severity-missing", 8));
    assert_true(found(page, "severity-missing", 12));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_fault_is_not_told),
        cmocka_unit_test(a_variable_that_nothing_sets_and_nobody_speaks_of_is_told),
        cmocka_unit_test(a_procedure_may_not_contradict_the_time_of_its_level),
        cmocka_unit_test(a_bold_label_may_open_the_table_of_contents),
        cmocka_unit_test(comments_that_look_and_change_do_not_set_a_block_apart),
        cmocka_unit_test(a_task_among_troubles_without_levels_is_not_asked_for_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
