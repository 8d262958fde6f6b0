#include "base/testing.h"

#include <string.h>

#include "runbook/step_undo.h"
#include "runbook/verification.h"

static const struct runbook *read_text(struct arena *arena, const char *text)
{
    return runbook_read(arena, "x.md", text, strlen(text));
}

/* The line of the first command that has those words. */
static int line_of(const struct runbook *runbook, const char *words)
{
    struct command_walk walk = {0};
    while (procedure_next_command(&runbook->procedures.at[0], &walk))
        if (strstr(walk.command->text, words))
            return walk.command->line;
    fail_msg("no command with %s", words);
    return 0;
}

/* "a; b" */
static const char *checks_of(struct arena *arena, const struct runbook *runbook, const char *change)
{
    struct checks checks = {0};
    const char *text = "";
    change_checks(arena, runbook->document, &runbook->procedures.at[0], line_of(runbook, change), &checks);
    list_each (check, &checks)
        text = arena_printf(arena, "%s%s%s", text, *text ? "; " : "", check->command->text);
    return text;
}

static const char *ways_of(struct arena *arena, const struct runbook *runbook, const char *change)
{
    struct ways_back ways = {0};
    const char *text = "";
    change_ways_back(arena, &runbook->procedures.at[0], line_of(runbook, change), &ways);
    list_each (way, &ways)
        text = arena_printf(arena, "%s%s%s", text, *text ? "; " : "", (*way)->text);
    return text;
}

static const char numbered[] =
    "# Ingest is stuck\n\n## Diagnosis\n\n1. Look at the queue\n   ```bash\n   redis-cli llen jobs\n   "
    "```\n\n"
    "## Fix\n\n1. Restart the worker\n   ```bash\n   kubectl rollout restart deployment/worker\n"
    "   kubectl rollout status deployment/worker --timeout=60s\n   ```\n"
    "2. Confirm that jobs leave the queue (should be below 10)\n   ```bash\n   redis-cli llen jobs\n   ```\n"
    "3. Read what it logs\n   ```bash\n   kubectl logs deployment/worker --tail=50\n   ```\n"
    "4. If that does not help, roll back\n   ```bash\n   kubectl rollout undo deployment/worker\n   ```\n\n"
    "## Smoke test\n\n- Ask the API, expect 200:\n\n  ```bash\n  curl -fsS http://worker/health\n  ```\n";

static void checks_follow_the_change_say_so_or_stand_in_the_part_that_verifies(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(arena, numbered);
    assert_string_equal(checks_of(arena, runbook, "rollout restart"),
                        "kubectl rollout status deployment/worker --timeout=60s; redis-cli llen jobs; "
                        "curl -fsS http://worker/health");
}

static void checks_carry_what_the_document_expects(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(arena, numbered);
    struct checks checks = {0};
    change_checks(arena, runbook->document, &runbook->procedures.at[0], line_of(runbook, "rollout restart"),
                  &checks);
    assert_int_equal(checks.n, 3);
    assert_int_equal(checks.at[0].expects.kind, EXPECT_SUCCESS);
    assert_int_equal(checks.at[1].expects.kind, EXPECT_NUMBER);
    assert_string_equal(checks.at[1].expects.op, "<");
    assert_int_equal(checks.at[2].expects.kind, EXPECT_STATUS);
}

static void what_is_expected_may_stand_below_the_fence(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# R\n\n## Resolution\n\nStart it again:\n\n```bash\nsystemctl restart cache\n"
                         "systemctl is-active cache\n```\n\nExpected output: `active`\n");
    struct checks checks = {0};
    change_checks(arena, runbook->document, &runbook->procedures.at[0], line_of(runbook, "restart"), &checks);
    assert_int_equal(checks.n, 1);
    assert_int_equal(checks.at[0].expects.kind, EXPECT_TEXT);
    assert_string_equal(checks.at[0].expects.text, "active");
}

static void what_is_expected_may_stand_in_items(void **state)
{
    static const char *const forms[] = {
        "2. Verify the queue:\n   - Run `redis-cli llen jobs`\n   - It should return 0\n",
        "2. Verify that the queue is empty (should return 0)\n   - Run `redis-cli llen jobs`\n",
        "2. Verify it\n   ```bash\n   redis-cli llen jobs\n   ```\n   - Should return 0\n   - Else wait\n",
    };
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct runbook *runbook =
            read_text(arena, arena_printf(arena,
                                          "# R\n\n## Resolution\n\n1. Restart\n   ```bash\n   systemctl "
                                          "restart cache\n   ```\n%s3. Tell them\n",
                                          forms[i]));
        struct checks checks = {0};
        change_checks(arena, runbook->document, &runbook->procedures.at[0], line_of(runbook, "restart"),
                      &checks);
        if (checks.n != 1 || checks.at[0].expects.kind != EXPECT_NUMBER)
            fail_msg("form %zu: %zu checks", i, checks.n);
    }
}

static void checks_of_one_change_end_at_the_next(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, "# R\n\n## Resolution\n\n```bash\n# Stop the writer\nsystemctl stop writer\n"
               "# Verify that it is gone\npgrep -c writer\n\n# Clean the spool\nrm -rf /var/spool/writer\n"
               "# Check the disk\ndf -h /var\n\n# Follow the log\njournalctl -f -u writer\n```\n");
    assert_string_equal(checks_of(arena, runbook, "systemctl stop"), "pgrep -c writer");
    assert_string_equal(checks_of(arena, runbook, "rm -rf"), "df -h /var");
}

static void change_without_checks_has_none(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# R\n\n## Diagnosis\n\n```bash\nuptime\n```\n\n## Resolution\n\n"
                         "```bash\nsystemctl restart cache\n```\n\n## Follow-up\n\n```bash\nls /tmp\n```\n");
    assert_string_equal(checks_of(arena, runbook, "restart"), "");
    assert_string_equal(checks_of(arena, runbook, "uptime"), "");
}

static void document_says_how_a_change_is_taken_back(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(arena, numbered);
    assert_string_equal(ways_of(arena, runbook, "rollout restart"), "kubectl rollout undo deployment/worker");
    assert_string_equal(ways_of(arena, runbook, "rollout undo"), "");
    runbook =
        read_text(arena, "# R\n\n## Resolution\n\n```bash\n# Turn the new path on\nflagctl on fast-path\n"
                         "```\n\n## Rollback\n\n```bash\nflagctl off fast-path\nflagctl list\n```\n");
    assert_string_equal(ways_of(arena, runbook, "on fast"), "flagctl off fast-path; flagctl list");
}

static void way_back_behind_another_change_is_of_that_one(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# R\n\n## Resolution\n\n1. Drain\n   ```bash\n   kubectl drain node-1\n   ```\n"
                         "2. Deploy\n   ```bash\n   helm upgrade web ./web\n   ```\n"
                         "3. Roll back if it fails\n   ```bash\n   helm rollback web\n   ```\n");
    assert_string_equal(ways_of(arena, runbook, "drain"), "");
    assert_string_equal(ways_of(arena, runbook, "helm upgrade"), "helm rollback web");
}

static void a_step_that_names_another_is_the_way_back_of_that_one_only(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# R\n\n## Resolution\n\n1. Stop it: `systemctl stop cache`\n2. Pin it: `apt-get install cache=1.2`\n"
        "3. Start it: `systemctl start cache`\n\n   Back out 3: `systemctl kill cache`\n\n"
        "Undo step 2: `apt-get install cache=1.3`\n\nTo revert step 1, run `systemctl restart cache`\n");
    struct ways_back ways = {0};

    change_ways_back(arena, &runbook->procedures.at[0], line_of(runbook, "install cache=1.2"), &ways);
    assert_int_equal(ways.n, 1);
    assert_string_equal(ways.at[0]->text, "apt-get install cache=1.3");
    ways = (struct ways_back){0};
    change_ways_back(arena, &runbook->procedures.at[0], line_of(runbook, "stop cache"), &ways);
    assert_int_equal(ways.n, 1);
    assert_string_equal(ways.at[0]->text, "systemctl restart cache");
    ways = (struct ways_back){0};
    change_ways_back(arena, &runbook->procedures.at[0], line_of(runbook, "start cache"), &ways);
    assert_int_equal(ways.n, 1);
    assert_string_equal(ways.at[0]->text, "systemctl kill cache");
    const struct step *undo = &runbook->procedures.at[0].phases.at[0].steps.at[4];
    assert_string_equal(undo->undoes, "2");
    assert_string_equal(undo->condition, "to undo step 2");
}

static void numbers_of_steps_are_told_from_counts(void **state)
{
    (void)state;
    static const char *const of[][2] = {{"Undo step 4b: x", "4b"},
                                        {"Back out 3: x", "3"},
                                        {"Rollback of step 2", "2"},
                                        {"Schritt 1 r\xc3\xbc"
                                         "ckg\xc3\xa4ngig: x",
                                         "1"},
                                        {"Step 2 rollback: x", "2"},
                                        {"To undo step 2, nothing is needed.", "2"}};
    static const char *const none[] = {"Roll back 3 replicas", "Undo the change", "Revert 2 commits",
                                       "Undo 3 deploys",       "Step 2: look",    "Back out 12 pods"};
    scoped_arena struct arena *arena = arena_new();

    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        const char *number = step_undone_by(arena, of[i][0]);
        assert_non_null(number);
        assert_string_equal(number, of[i][1]);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(step_undone_by(arena, none[i]));
    assert_true(step_number_same("4b", "4.2"));
    assert_false(step_number_same("1", "1.1"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_follow_the_change_say_so_or_stand_in_the_part_that_verifies),
        cmocka_unit_test(checks_carry_what_the_document_expects),
        cmocka_unit_test(what_is_expected_may_stand_below_the_fence),
        cmocka_unit_test(what_is_expected_may_stand_in_items),
        cmocka_unit_test(checks_of_one_change_end_at_the_next),
        cmocka_unit_test(change_without_checks_has_none),
        cmocka_unit_test(document_says_how_a_change_is_taken_back),
        cmocka_unit_test(way_back_behind_another_change_is_of_that_one),
        cmocka_unit_test(a_step_that_names_another_is_the_way_back_of_that_one_only),
        cmocka_unit_test(numbers_of_steps_are_told_from_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
