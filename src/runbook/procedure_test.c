#include "base/testing.h"

#include <string.h>

#include "runbook/runbook.h"

static struct runbook *read_text(struct arena *arena, const char *text)
{
    return runbook_read(arena, "x.md", text, strlen(text));
}

static void an_alert_page_is_one_procedure_with_phases(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# DiskFull\n\n## Meaning\n\nThe disk is full.\n\n"
                         "## Diagnosis\n\n- Check the disk:\n\n  ```console\n  $ df -h\n  ```\n\n"
                         "## Mitigation\n\nDelete old logs. They may be large.\n");

    assert_int_equal(runbook->procedures.n, 1);
    const struct procedure *procedure = &runbook->procedures.at[0];
    assert_string_equal(procedure->title, "DiskFull");
    assert_int_equal(procedure->phases.n, 2);
    assert_int_equal(procedure->phases.at[0].stage, STAGE_DIAGNOSIS);
    assert_string_equal(procedure->phases.at[0].steps.at[0].commands.at[0].text, "df -h");
    assert_int_equal(procedure->phases.at[1].stage, STAGE_MITIGATION);
    assert_int_equal(procedure->phases.at[1].steps.n, 1);
}

static void phases_have_budgets_and_order(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n## Alerts\n### Service gone\n"
               "#### Immediate actions (< 5 minutes)\n1. **Look** at it:\n   ```bash\n   ls\n   ```\n"
               "#### Investigation (5-15 minutes)\n1. Dig\n   - here\n   - there\n"
               "#### Resolution\n1. **If broken**: Mend it\n");
    const struct procedure *procedure = &runbook->procedures.at[0];

    assert_int_equal(runbook->procedures.n, 1);
    assert_string_equal(procedure->title, "Service gone");
    assert_int_equal(procedure->phases.n, 3);
    assert_string_equal(procedure->phases.at[0].name, "Immediate actions");
    assert_int_equal(procedure->phases.at[0].budget_s, 300);
    assert_string_equal(procedure->phases.at[0].budget_op, "<");
    assert_int_equal(procedure->phases.at[1].budget_min_s, 300);
    const struct step *dig = &procedure->phases.at[1].steps.at[0];
    assert_int_equal(dig->substeps.n, 2);
    assert_string_equal(dig->substeps.at[1].number, "1.2");
    const struct step *mend = &procedure->phases.at[2].steps.at[0];
    assert_int_equal(mend->kind, STEP_DECISION);
    assert_string_equal(mend->branches.at[0].when, "broken");
    assert_string_equal(mend->branches.at[0].then.at[0], "Mend it");
}

static void comments_of_a_free_fence_open_steps_and_phases(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n## Issues\n**Symptom**: Logins fail (>100ms)\n"
               "```bash\n# Diagnosis (all nodes)\nuptime\n\n# Resolution\n# 1. Restart if needed\nreboot\n\n"
               "# 2. Order\n# a) First\nls\n# b) Second\nls\n\n# Tell the team\n```\n");
    const struct procedure *procedure = &runbook->procedures.at[0];

    assert_int_equal(runbook->procedures.n, 1);
    assert_string_equal(procedure->title, "Logins fail");
    assert_int_equal(procedure->line, 3);
    assert_int_equal(procedure->phases.n, 2);
    assert_string_equal(procedure->phases.at[0].name, "Diagnosis");
    assert_int_equal(procedure->phases.at[0].steps.at[0].line, 5);
    const struct phase *resolution = &procedure->phases.at[1];
    assert_int_equal(resolution->line, 8);
    assert_int_equal(resolution->steps.n, 4);
    assert_string_equal(resolution->steps.at[0].number, "1");
    assert_string_equal(resolution->steps.at[0].commands.at[0].condition, "if needed");
    assert_string_equal(resolution->steps.at[1].number, "2.a");
    assert_string_equal(resolution->steps.at[2].number, "2.b");
    assert_int_equal(resolution->steps.at[3].commands.n, 0);
}

static void list_items_with_labelled_parts_are_procedures(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Alerts\n- **Slow pages**: p95 > 2 s\n"
                         "  - Likely causes: cold cache, few workers\n"
                         "  - Immediate actions: warm the cache, add workers\n"
                         "- **No disk**\n  - Likely causes: logs\n  - Immediate actions: delete logs\n");
    const struct procedure *procedure = &runbook->procedures.at[0];

    assert_int_equal(runbook->procedures.n, 2);
    assert_string_equal(procedure->title, "Slow pages");
    assert_int_equal(procedure->likely_causes.n, 2);
    assert_string_equal(procedure->symptoms.at[0].text, "p95 > 2 s");
    assert_int_equal(procedure->phases.at[0].steps.n, 2);
    assert_string_equal(procedure->phases.at[0].steps.at[1].text, "add workers");
    assert_int_equal(runbook->procedures.at[1].line, 6);
}

static void bold_labels_that_name_troubles_are_procedures(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Phase two\n### 1. Mend\n\n**Database down:**\n```sh\nls\n```\n\n"
                         "**High load:**\n```sh\nls\n```\n### 2. Find the cause\n- [ ] Think\n");

    assert_int_equal(runbook->procedures.n, 3);
    assert_string_equal(runbook->procedures.at[0].title, "Phase two");
    assert_string_equal(runbook->procedures.at[1].title, "Database down");
    assert_string_equal(runbook->procedures.at[2].title, "High load");
    assert_int_equal(runbook->procedures.at[1].heading_path.n, 3);
    assert_string_equal(runbook->procedures.at[0].phases.at[0].steps.at[0].marker, "checkbox");
}

static void labels_below_a_heading_say_what_follows(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Model drift\n\n**Symptoms:** Scores fall; alarms ring.\n\n"
                         "**Actions:**\n\n1. Retrain with `make train`.\n\n"
                         "**Post-mortem:** After the fix, write it up. Close the ticket.\n");
    const struct procedure *procedure = &runbook->procedures.at[0];

    assert_int_equal(procedure->symptoms.n, 2);
    assert_string_equal(procedure->symptoms.at[1].text, "alarms ring");
    assert_string_equal(procedure->phases.at[0].name, "Actions");
    assert_string_equal(procedure->phases.at[0].steps.at[0].commands.at[0].text, "make train");
    assert_int_equal(procedure->phases.at[1].stage, STAGE_POST_INCIDENT);
    assert_int_equal(procedure->phases.at[1].steps.n, 2);
}

static void what_is_looked_for_may_be_the_cause(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n## Load\n1. **Check for heavy work**:\n   - Nightly jobs\n   - Backups\n");

    assert_int_equal(runbook->procedures.at[0].likely_causes.n, 2);
    assert_int_equal(runbook->procedures.at[0].likely_causes.at[0].line, 4);
}

static void contacts_roles_links_and_templates_are_no_procedures(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n\n1. [A](#a)\n2. [B](#b)\n\n## Escalation contacts\n1. Ana\n2. Ben\n\n"
                         "## Response team\n- **Lead**: Ana\n\n## Status template\n```\nSubject: x\n```\n\n"
                         "## Review questions\n- What went well?\n- What did not?\n");

    assert_int_equal(runbook->procedures.n, 0);
}

static void a_walk_gives_every_command_in_order(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# R\n## Do\n1. A\n   ```sh\n   a1\n   a2\n   ```\n"
               "2. B\n   - C\n     ```sh\n     c1\n     ```\n   - D\n3. E\n   ```sh\n   e1\n   ```\n");
    static const char *const expected[] = {"a1", "a2", "c1", "e1"};
    struct command_walk walk = {0};
    size_t n = 0;

    while (procedure_next_command(&runbook->procedures.at[0], &walk)) {
        assert_true(n < 4);
        assert_string_equal(walk.command->text, expected[n++]);
    }
    assert_int_equal(n, 4);
}

static void commands_are_classed(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# R\n## Do\n```sh\nnonsense-program --all\n```\n");

    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.at[0].commands.at[0].risk.class,
                     RISK_UNKNOWN);
}

static void steps_above_the_first_heading_belong_to_the_document(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "---\ntitle: Restart it\n---\n1. Stop\n2. Start\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_string_equal(runbook->procedures.at[0].title, "Restart it");
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.n, 2);
}

static void what_opens_a_procedure_is_a_trigger(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# R\n\n## Lost orders\n\nUse this runbook when no orders arrive. They come by fax too.\n\n"
               "**Trigger**: the queue is empty for an hour\n\n1. Check the fax\n\n"
               "## Late orders\n\n### When to use\n\n- Orders are late\n- A ward calls\n\n### "
               "Resolution\n\n1. Call back\n");

    assert_int_equal(runbook->procedures.n, 2);
    const struct procedure *lost = &runbook->procedures.at[0], *late = &runbook->procedures.at[1];
    assert_int_equal(lost->triggers.n, 2);
    assert_string_equal(lost->triggers.at[0].text, "Use this runbook when no orders arrive.");
    assert_string_equal(lost->triggers.at[1].text, "the queue is empty for an hour");
    assert_int_equal(lost->phases.at[0].steps.n, 1);
    assert_int_equal(late->triggers.n, 2);
    assert_int_equal(late->triggers.at[1].line, 16);
}

static void a_label_with_an_introduction_opens_its_list(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# R\n\n## Slow triage\n\n**Symptoms**:\n- Nurses wait\n\n**Likely causes**, most likely "
               "first:\n- The model server\n- The network\n\n### Diagnosis\n\n1. Check the model server\n");
    const struct procedure *procedure = &runbook->procedures.at[0];

    assert_int_equal(procedure->symptoms.n, 1);
    assert_int_equal(procedure->likely_causes.n, 2);
    assert_string_equal(procedure->likely_causes.at[0].text, "The model server");
}

static void a_page_called_a_runbook_is_one_procedure_when_its_parts_are_stages(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# Runbook: wrong labels\n\n## 1. Diagnosis\n\n1. Check labels\n\n## 2. Containment\n\n"
               "### 2a. One image\n\n1. Remove it\n\n### 2b. Many images\n\n1. Stop the model\n\n"
               "## 3. Verification\n\n1. Test a label\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_string_equal(runbook->procedures.at[0].title, "Runbook: wrong labels");
    assert_int_equal(runbook->procedures.at[0].phases.n, 4);

    runbook = read_text(arena, "# Ward runbook\n\n## Restart the model\n\n1. Stop it\n2. Start it\n\n"
                               "## Verification\n\n1. Test it\n");
    assert_int_equal(runbook->procedures.n, 2);
}

static void options_are_parts_of_one_procedure_with_their_conditions(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Mitigation of lost scans\n\n### Option 1: Resend\n\n**Use when:** one ward calls\n\n"
        "1. Send a test scan\n\n### Option 2: Import\n\n1. Import the archive\n");

    assert_int_equal(runbook->procedures.n, 1);
    const struct procedure *procedure = &runbook->procedures.at[0];
    assert_int_equal(procedure->phases.n, 2);
    assert_string_equal(procedure->phases.at[0].condition, "one ward calls");
    assert_null(procedure->phases.at[1].condition);
    assert_int_equal(procedure->phases.at[0].steps.at[0].kind, STEP_MANUAL);
}

static void the_second_of_two_ways_names_the_first(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Scans are lost\n\n```bash\n# Look\nkubectl get pods\n# Option 1: resend\nresend scans\n"
        "# Option 2: import\nimport scans\n# Or by hand\ntype scans\n```\n");
    const struct phase *phase = &runbook->procedures.at[0].phases.at[0];
    assert_int_equal(phase->steps.n, 4);
    assert_int_equal(phase->steps.at[1].alternative_to, 0);
    assert_int_equal(phase->steps.at[2].alternative_to, phase->steps.at[1].line);
    assert_int_equal(phase->steps.at[3].alternative_to, phase->steps.at[1].line);
}

static void a_list_that_describes_is_no_procedure(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# R\n\n## Key components\n\n1. Ward gateway\n2. Image store\n"
                                               "3. Printer of labels\n");
    assert_int_equal(runbook->procedures.n, 0);

    runbook = read_text(arena, "# R\n\n## Printing labels\n\n1. Paper into tray two\n2. Power on\n");
    assert_int_equal(runbook->procedures.n, 1);
    runbook = read_text(arena, "# R\n\n## Labels\n\n1. Paper into tray two\n2. Press the button\n");
    assert_int_equal(runbook->procedures.n, 1);
}

static void a_query_is_a_step_for_a_person(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char text[] =
        "# R\n## Backlog grows\n\nCount what waits:\n\n```sql\nSELECT count(*)\nFROM waiting;\n```\n\n"
        "1. Look\n\n   ```kql\n   heartbeats | count\n   ```\n";
    struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));
    const struct phase *phase = &runbook->procedures.at[0].phases.at[0];

    assert_int_equal(phase->steps.n, 2);
    assert_string_equal(phase->steps.at[0].text, "Count what waits (sql): SELECT count(*) FROM waiting;");
    assert_int_equal(phase->steps.at[0].kind, STEP_MANUAL);
    assert_int_equal(phase->steps.at[0].commands.n, 0);
    assert_int_equal(phase->steps.at[0].line, 6);
    assert_string_equal(phase->steps.at[1].substeps.at[0].text, "Run this query (kql): heartbeats | count");
}

static void what_is_called_a_procedure_is_one(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char text[] =
        "# R\n\n## Answers\n\n### Procedure: Lost results\n\n**Steps:**\n1. Stop the feed\n\n"
        "### Procedure: Wrong ward\n\n**Steps:**\n1. Call the ward\n\n"
        "## Procedure 2: Escalation workflow\n\n1. Page the lead\n2. Write it down\n";
    struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));

    assert_int_equal(runbook->procedures.n, 3);
    assert_int_equal(runbook->procedures.at[0].line, 5);
    assert_int_equal(runbook->procedures.at[1].line, 10);
    assert_int_equal(runbook->procedures.at[2].line, 15);
    assert_int_equal(runbook->procedures.at[2].phases.at[0].steps.n, 2);
}

static void a_page_about_one_trouble_is_one_procedure(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *one = read_text(
        arena, "# Pump outage runbook\n\n## First checks\n1. Look at the pump.\n\n## Likely causes\n"
               "1. **Bad seal.** It leaks.\n   *Mitigation:* replace the seal.\n\n"
               "## Recovery procedures\n### Restart it\n- Press start\n### Swap it\n1. Fetch one\n"
               "2. Swap them\n");
    struct runbook *many =
        read_text(arena, "# Pump runbook\n\n## Common operations\n### Check the pump\n```bash\nls\n```\n"
                         "### Restart the pump\n```bash\nls -l\n```\n");

    struct runbook *bare = read_text(arena, "# Runbook: pump outage\n\n## Procedure\n1. Press start\n");

    assert_string_equal(bare->procedures.at[0].title, "Runbook: pump outage");
    assert_int_equal(one->procedures.n, 1);
    assert_int_equal(one->procedures.at[0].line, 1);
    assert_string_equal(one->procedures.at[0].likely_causes.at[0].text, "Bad seal. It leaks.");
    assert_string_equal(one->procedures.at[0].phases.at[1].steps.at[0].text, "replace the seal.");
    assert_int_equal(many->procedures.n, 2);
}

static void parts_named_for_their_time_are_phases(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# Wrong dose\n\n## First 15 minutes\n- [ ] Stop the pump\n\n"
                                               "## Within 4 hours\n- [ ] File a report\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.n, 2);
}

static void rows_that_tell_what_to_do_are_steps(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# P\n\n## 4 Procedure\n\n| Step | Action | Who |\n|---|---|---|\n"
                         "| 1 | Log the call | Desk |\n| 2 | Restart it: `docker restart pump` | Lead |\n\n"
                         "## Left over\n\n| Action | Owner | Due |\n|---|---|---|\n| Fix it | A | 1w |\n| "
                         "Test it | B | 1w |\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.n, 2);
    assert_string_equal(runbook->procedures.at[0].phases.at[0].steps.at[1].number, "2");
    assert_string_equal(runbook->procedures.at[0].phases.at[0].steps.at[1].commands.at[0].text,
                        "docker restart pump");
}

static void what_is_forbidden_is_no_step_and_its_command_is_not_offered(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# P\n\n## Wash the pump\n- Drain the pump\n- Restart the pump\n"
                         "- Never run `docker rm -f pump`\n\n## Paint the pump\n"
                         "Do not run `docker kill pump`. Run `docker ps -a`.\n");

    list_each (procedure, &runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk))
            assert_string_equal(walk.command->text, "docker ps -a");
    }
    assert_int_equal(runbook->procedures.n, 2);
}

static void queries_that_nobody_is_told_to_run_open_no_procedure(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# P\n\n## Queries\n```promql\nup == 0\n```\n\n"
                                               "## Ask for the beds\n```sql\nselect 1;\n```\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_string_equal(runbook->procedures.at[0].title, "Ask for the beds");
}

static void fields_of_the_document_are_no_orders(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# P\n\nDocument owner: Ana\nNext review: 2027-02-01\n\n"
                                               "## Start the pump\n1. Press start\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_string_equal(runbook->procedures.at[0].title, "Start the pump");
}

static void boxes_in_a_fence_are_steps_for_a_person(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# R\n\n## Change the lock\n\n1. Open the door.\n\n```text\n[ ] The old "
                         "key is back\n[ ] The new key turns\n\n```\n");
    const struct procedure *procedure = &runbook->procedures.at[0];

    assert_int_equal(procedure->phases.at[0].steps.n, 3);
    assert_string_equal(procedure->phases.at[0].steps.at[1].text, "The old key is back");
    assert_string_equal(procedure->phases.at[0].steps.at[2].marker, "checkbox");
    assert_int_equal(procedure->phases.at[0].steps.at[2].line, 9);
    assert_int_equal(runbook->parts.checklists.n, 1);
    assert_int_equal(runbook->parts.checklists.at[0].items.n, 2);
}

static void a_page_with_runbook_in_front_is_about_one_trouble(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena,
        "# Runbook: Door Issues\n\n## Diagnostic Steps\n\n### 1. Look\n\n```bash\nls\n```\n\n## Resolution "
        "Steps\n\n### Stuck\n\n1. Push it.\n\n### Locked\n\n1. Turn the key.\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_string_equal(runbook->procedures.at[0].title, "Runbook: Door Issues");
}

static void items_that_name_a_stage_and_what_to_do_are_steps(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(
        arena, "# Notas\n\n## Ca\xc3\xad"
               "da de la bomba\n- **Acci\xc3\xb3n inmediata:** Notificar a guardia\n"
               "- **Comunicaci\xc3\xb3n:** Informar a planta\n- **Seguimiento:** Control continuo\n\n"
               "## Alert information\n\n- **Alert name**: PumpDown\n- **Team**: Pumps\n"
               "- **Level**: high\n- **Action**: Page the crew\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.n, 3);
}

static void a_list_of_who_does_what_is_steps(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook =
        read_text(arena, "# Downtime\n\n## Emergency department\n\n- Charge nurse switches to paper.\n"
                         "- Physicians order by phone.\n- Unit clerk carries the forms.\n\n"
                         "## Facts\n\n- Charge nurse of the night\n- Physicians and wards\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_string_equal(runbook->procedures.at[0].title, "Emergency department");
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.n, 3);
}

static void the_number_of_a_condition_keeps_its_decimals(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = read_text(arena, "# Leaks\n\n## Fix\n\n1. If leak rate > 0.05 for 7d "
                                               "\xe2\x86\x92 close the valve\n2. Check the pump\n");
    const struct step *step = &runbook->procedures.at[0].phases.at[0].steps.at[0];

    assert_string_equal(step->condition, "If leak rate > 0.05 for 7d");
}

static void a_table_of_checks_gives_a_step_a_command(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# P\n\n## Alert: WaterHigh\n\n| Check | Who | Command |\n|---|---|---|\n"
                         "| Gate page | Ana | - |\n| Disk | Ben | `df -h /srv` |\n");

    assert_int_equal(runbook->procedures.n, 1);
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.n, 1);
    assert_string_equal(runbook->procedures.at[0].phases.at[0].steps.at[0].text, "Disk");
    assert_int_equal(runbook->procedures.at[0].phases.at[0].steps.at[0].commands.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_that_describes_is_no_procedure),
        cmocka_unit_test(options_are_parts_of_one_procedure_with_their_conditions),
        cmocka_unit_test(the_second_of_two_ways_names_the_first),
        cmocka_unit_test(what_opens_a_procedure_is_a_trigger),
        cmocka_unit_test(a_label_with_an_introduction_opens_its_list),
        cmocka_unit_test(a_page_called_a_runbook_is_one_procedure_when_its_parts_are_stages),
        cmocka_unit_test(an_alert_page_is_one_procedure_with_phases),
        cmocka_unit_test(phases_have_budgets_and_order),
        cmocka_unit_test(comments_of_a_free_fence_open_steps_and_phases),
        cmocka_unit_test(list_items_with_labelled_parts_are_procedures),
        cmocka_unit_test(bold_labels_that_name_troubles_are_procedures),
        cmocka_unit_test(labels_below_a_heading_say_what_follows),
        cmocka_unit_test(what_is_looked_for_may_be_the_cause),
        cmocka_unit_test(contacts_roles_links_and_templates_are_no_procedures),
        cmocka_unit_test(a_walk_gives_every_command_in_order),
        cmocka_unit_test(commands_are_classed),
        cmocka_unit_test(steps_above_the_first_heading_belong_to_the_document),
        cmocka_unit_test(a_query_is_a_step_for_a_person),
        cmocka_unit_test(what_is_called_a_procedure_is_one),
        cmocka_unit_test(a_page_about_one_trouble_is_one_procedure),
        cmocka_unit_test(parts_named_for_their_time_are_phases),
        cmocka_unit_test(rows_that_tell_what_to_do_are_steps),
        cmocka_unit_test(what_is_forbidden_is_no_step_and_its_command_is_not_offered),
        cmocka_unit_test(queries_that_nobody_is_told_to_run_open_no_procedure),
        cmocka_unit_test(fields_of_the_document_are_no_orders),
        cmocka_unit_test(boxes_in_a_fence_are_steps_for_a_person),
        cmocka_unit_test(a_page_with_runbook_in_front_is_about_one_trouble),
        cmocka_unit_test(items_that_name_a_stage_and_what_to_do_are_steps),
        cmocka_unit_test(a_list_of_who_does_what_is_steps),
        cmocka_unit_test(the_number_of_a_condition_keeps_its_decimals),
        cmocka_unit_test(a_table_of_checks_gives_a_step_a_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
