/* Procedures in other houses' styles: numbered chapters, tables with commands, word processors. */
#include "base/testing.h"

#include <string.h>

#include "runbook/runbook.h"

static struct runbook *read_text(struct arena *arena, const char *text)
{
    return runbook_read(arena, "x.md", text, strlen(text));
}

static void numbered_troubles_are_a_procedure_each_and_numbered_orders_are_one(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Manual\n## 3. Measures\n### 3.1 Storage full\n1. Delete old logs\n"
                         "### 3.2 Scores look odd\n1. Call the physicist\n");
    assert_int_equal(runbook->procedures.n, 2);
    assert_string_equal(runbook->procedures.at[1].title, "3.2 Scores look odd");
    runbook = read_text(arena, "# Manual\n## 3. Exchange of keys\n### 3.1 Create the key\n1. Run `ls -l`\n"
                               "### 3.2 Restarting the service\n1. Call the physicist\n");
    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.n, 2);
}

static void a_trouble_with_a_word_of_work_amid_it_is_a_procedure(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Oven\n## Slow responses at the door\n1. Push\n## Heat is stuck\n1. Pull\n");

    assert_int_equal(runbook->procedures.n, 2);
    assert_string_equal(runbook->procedures.at[0].title, "Slow responses at the door");
    runbook = read_text(arena,
                        "# Oven\n## Response to slow doors\n1. Push\n## Recovery after heat loss\n1. Pull\n");
    assert_int_equal(runbook->procedures.n, 1);
}

static void code_that_is_all_of_an_ordered_item_is_a_command_and_of_a_bullet_a_name(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Oven is cold\n1. `uptime`\n2. Push the door\n\nTools\n\n- `kubectl`\n");
    const struct phase *phase = &runbook->procedures.at[0].phases.at[0];

    assert_int_equal(phase->steps.at[0].commands.n, 1);
    assert_string_equal(phase->steps.at[0].commands.at[0].text, "uptime");
    for (size_t i = 1; i < phase->steps.n; i++)
        assert_int_equal(phase->steps.at[i].commands.n, 0);
}

static void clauses_below_a_phase_are_no_steps(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Plan\n## Incident: lost key\n### Phase 1: Contain (0-30 minutes)\n"
                         "1. Disable the account.\n2. \xc2\xa7 12.308(a)(6) response and reporting\n"
                         "3. GDPR Art. 33 notification\n4. Write down what Article 9 asks for\n");
    const struct phase *phase = &runbook->procedures.at[0].phases.at[0];

    assert_int_equal(phase->steps.n, 2);
    assert_int_equal(phase->steps.at[0].line, 4);
    assert_int_equal(phase->steps.at[1].line, 7);
}

static void instructions_that_gather_troubles_are_no_phase(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Viewer\n## Work instructions\n### W1 Viewer loads no slides\n"
                         "1. Check the mount\n### W2 Detector gives no result\n"
                         "1. Restart the workers\n");

    assert_int_equal(runbook->procedures.n, 2);
    assert_string_equal(runbook->procedures.at[0].title, "W1 Viewer loads no slides");
}

static void the_command_of_a_row_may_stand_in_a_column_of_its_own(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# Pump down\n\n| # | Do | Command |\n|---|---|---|\n"
               "| 1 | Renew | `certbot renew` |\n| 2 | Reload the proxy | nginx -s reload |\n\n"
               "| Activity | Lead | Desk |\n|---|---|---|\n| Close | A/R | C |\n| Call | R | I |\n");
    const struct phase *phase = &runbook->procedures.at[0].phases.at[0];

    assert_int_equal(phase->steps.n, 2);
    assert_string_equal(phase->steps.at[0].commands.at[0].text, "certbot renew");
    assert_string_equal(phase->steps.at[1].commands.at[0].text, "nginx -s reload");
}

static void a_command_in_a_quote_belongs_to_the_step_that_leads_to_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Pump down\n\n1. Look at the queue:\n\n> rabbitmqctl list_queues name\n\n"
                         "2. Tell the ward.\n\n> Make sure they hear it.\n");
    const struct phase *phase = &runbook->procedures.at[0].phases.at[0];

    assert_int_equal(phase->steps.at[0].commands.n, 1);
    assert_string_equal(phase->steps.at[0].commands.at[0].text, "rabbitmqctl list_queues name");
    assert_int_equal(phase->steps.at[0].kind, STEP_COMMAND);
    assert_int_equal(phase->steps.at[1].commands.n, 0);
}

static void duties_of_a_contract_are_steps_and_access_may_be_a_trouble(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# Terms\n\n## 4.2 Unauthorised access\n\n(a) The Security Officer shall notify the "
               "authority.\n\n(b) Access tokens shall be revoked by `ward-admin token revoke --all`.\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.n, 2);
    assert_string_equal(runbook->procedures.at[0].phases.at[0].steps.at[1].commands.at[0].text,
                        "ward-admin token revoke --all");
}

static void a_numbered_list_behind_the_list_of_symptoms_is_what_to_do(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Portal\n## Pages are slow\n**Symptoms**:\n- Pages take long\n\n"
                         "1. Look: `curl -fsS https://portal.example/health`\n");
    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].symptoms.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.at[0].commands.n, 1);
    runbook = read_text(arena, "# Portal\n## Pages are slow\n**Likely causes**:\n1. Check of the disk runs\n"
                               "2. Restart of a node\n\n**Fix**:\n1. Restart the portal\n");
    assert_int_equal(runbook->procedures.at[0].likely_causes.n, 2);
    assert_int_equal(runbook->procedures.at[0].phases.n, 1);
}

static void a_fence_below_a_numbered_list_belongs_to_its_last_item(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Restore\n1) Restore it:\n```bash\nkubectl apply -f db.yaml\n```\n\n"
                         "2) Wait for it:\n```bash\nkubectl get pods\n```\n\n"
                         "## Rollback\nIf it is not valid:\n1) Delete it\n```bash\n"
                         "kubectl delete -f db.yaml\n```\n");
    assert_int_equal(runbook->procedures.n, 2);
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.n, 2);
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.at[1].commands.n, 1);
    const struct phase *back = &runbook->procedures.at[1].phases.at[0];
    assert_int_equal(back->steps.n, 1);
    assert_string_equal(back->steps.at[0].text, "Delete it");
    assert_int_equal(back->steps.at[0].commands.n, 1);
}

static void sentences_and_printed_lines_of_a_shell_fence_are_no_commands(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# Pool\n## Look\n```bash\n# The pager\nAcknowledge and add a note: \"Looking into it\"\n\n"
        "# Look at the pool\nkubectl get pods\n# Expected output:\n# pool_total 50\n# pool_idle 2\n```\n");
    const struct phase *look = &runbook->procedures.at[0].phases.at[0];
    size_t n_commands = 0;
    for (size_t i = 0; i < look->steps.n; i++)
        n_commands += look->steps.at[i].commands.n;
    assert_int_equal(n_commands, 1);
    assert_string_equal(look->steps.at[look->steps.n - 1].text, "Look at the pool");
}

static void objectives_of_recovery_are_no_steps_and_an_alert_may_be_named_in_a_list(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# Pumps down - runbook\n## Recovery\n- **Data loss**: 24 hours\n- **Time**: 4 hours\n\n"
               "## Alert information\n- **Alert name**: PumpsDown\n\n## Diagnosis\n1. Look at the pumps\n\n"
               "## Resolution\n1. Restart the pumps\n");
    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.n, 2);
    assert_string_equal(runbook->procedures.at[0].triggers.at[0].text, "PumpsDown");
}

static void a_part_may_be_named_on_a_line_without_marks(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Runbook: slow pumps\n\nTriage\n\n- Check the pressure.\n\nMitigation\n\n"
                         "- Restart the pump.\n");
    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.n, 2);
    assert_string_equal(runbook->procedures.at[0].phases.at[0].name, "Triage");
    assert_int_equal(runbook->procedures.at[0].phases.at[1].stage, STAGE_MITIGATION);
}

static void a_table_of_symptoms_is_a_procedure_a_row(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text =
        "# Router handbook\n\n## Symptoms\n\n| What you see | Likely cause | What to do |\n|---|---|---|\n"
        "| Images arrive late | queue | 1. Open the monitor. 2. Restart it: `systemctl restart router`. |\n"
        "| Worklist is empty | feed | Check the feed: `systemctl status feed` |\n";
    const struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));

    assert_int_equal(runbook->procedures.n, 2);
    const struct procedure *late = &runbook->procedures.at[0];
    assert_string_equal(late->title, "Images arrive late");
    assert_int_equal(late->line, 7);
    assert_string_equal(late->symptoms.at[0].text, "Images arrive late");
    assert_string_equal(late->likely_causes.at[0].text, "queue");
    assert_int_equal(late->phases.at[0].steps.n, 2);
    assert_string_equal(late->phases.at[0].steps.at[1].commands.at[0].text, "systemctl restart router");
}

static void rows_of_a_procedure_are_its_symptoms_and_conditions(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text = "# P\n\n## No scores\n\n| Symptom | Likely cause | Action |\n|---|---|---|\n"
                       "| Service returns 503 | out of memory | `systemctl restart score` |\n"
                       "| Scores are old | queue | Restart the consumer: `systemctl restart consumer` |\n";
    const struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));

    assert_int_equal(runbook->procedures.n, 1);
    const struct procedure *procedure = &runbook->procedures.at[0];
    assert_string_equal(procedure->title, "No scores");
    assert_int_equal(procedure->symptoms.n, 2);
    assert_string_equal(procedure->likely_causes.at[1].text, "queue");
    assert_string_equal(procedure->phases.at[0].steps.at[0].condition, "if Service returns 503");
}

static void a_table_of_steps_may_hold_commands_alone(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text =
        "# P\n\n## Timeouts\n\n### Resolution\n\n| Step | Action | Expected |\n|---|---|---|\n"
        "| 1 | `kubectl get pods` | Running |\n| 2 | `kubectl rollout restart deploy/x` | ok |\n";
    const struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));

    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.n, 2);
    assert_string_equal(runbook->procedures.at[0].phases.at[0].steps.at[1].number, "2");
    assert_string_equal(runbook->procedures.at[0].phases.at[0].steps.at[1].commands.at[0].text,
                        "kubectl rollout restart deploy/x");
}

static void a_line_between_symptoms_and_steps_names_the_steps(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Pumps\n\n## Pump is hot\n\nSigns\n- the gauge is red\n- it smells\n\n"
                         "Do this now (within 10 minutes)\n- [ ] Stop the pump\n- [ ] Call the pump lead\n");
    const struct procedure *procedure = &runbook->procedures.at[0];

    assert_int_equal(procedure->symptoms.n, 2);
    assert_string_equal(procedure->phases.at[0].name, "Do this now");
    assert_int_equal(procedure->phases.at[0].budget_s, 600);
    assert_int_equal(procedure->phases.at[0].steps.n, 2);
}

static void a_column_that_counts_is_no_condition(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Pumps\n\n## Pump is hot\n\n| # | Action | Command |\n|---|---|---|\n"
                         "| 1 | Look at the pump | `systemctl status pump` |\n| 2 | Restart it | `systemctl "
                         "restart pump` |\n");
    const struct phase *phase = &runbook->procedures.at[0].phases.at[0];

    assert_null(phase->steps.at[0].condition);
    assert_string_equal(phase->steps.at[1].number, "2");
}

static void a_quoted_message_below_templates_is_no_procedure(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# Pumps\n\n## Pump is hot\n\n1. Stop the pump.\n\n## Message templates\n\n**To the towns**\n"
               "> Please keep off the meadow until {{time}}.\n> Call the desk at {{phone}}.\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->parts.templates.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_symptoms_is_a_procedure_a_row),
        cmocka_unit_test(rows_of_a_procedure_are_its_symptoms_and_conditions),
        cmocka_unit_test(a_table_of_steps_may_hold_commands_alone),
        cmocka_unit_test(a_trouble_with_a_word_of_work_amid_it_is_a_procedure),
        cmocka_unit_test(code_that_is_all_of_an_ordered_item_is_a_command_and_of_a_bullet_a_name),
        cmocka_unit_test(clauses_below_a_phase_are_no_steps),
        cmocka_unit_test(numbered_troubles_are_a_procedure_each_and_numbered_orders_are_one),
        cmocka_unit_test(instructions_that_gather_troubles_are_no_phase),
        cmocka_unit_test(the_command_of_a_row_may_stand_in_a_column_of_its_own),
        cmocka_unit_test(a_command_in_a_quote_belongs_to_the_step_that_leads_to_it),
        cmocka_unit_test(duties_of_a_contract_are_steps_and_access_may_be_a_trouble),
        cmocka_unit_test(a_numbered_list_behind_the_list_of_symptoms_is_what_to_do),
        cmocka_unit_test(a_fence_below_a_numbered_list_belongs_to_its_last_item),
        cmocka_unit_test(sentences_and_printed_lines_of_a_shell_fence_are_no_commands),
        cmocka_unit_test(objectives_of_recovery_are_no_steps_and_an_alert_may_be_named_in_a_list),
        cmocka_unit_test(a_part_may_be_named_on_a_line_without_marks),
        cmocka_unit_test(a_line_between_symptoms_and_steps_names_the_steps),
        cmocka_unit_test(a_column_that_counts_is_no_condition),
        cmocka_unit_test(a_quoted_message_below_templates_is_no_procedure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
