#include "base/testing.h"

#include <string.h>

#include "runbook/runbook.h"

static const struct command *command_of(struct arena *arena, const char *title, const char *fence)
{
    const char *text = arena_printf(arena, "# R\n\n## %s\n\n```bash\n%s\n```\n", title, fence);
    const struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));
    struct command_walk walk = {0};

    assert_int_equal(runbook->procedures.n, 1);
    assert_true(procedure_next_command(&runbook->procedures.at[0], &walk));
    return walk.command;
}

static enum risk_class class_of(struct arena *arena, const char *fence)
{
    return command_of(arena, "Stale results", fence)->risk.class;
}

static void a_name_that_says_change_waits_as_a_change(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    const struct command *command =
        command_of(arena, "Stale results", "make reseed-cache\nmake rebuild-cache");
    assert_int_equal(command->risk.class, RISK_UNKNOWN); /* no word of the vocabulary */
    command = command_of(arena, "Stale results", "make rebuild-cache");
    assert_int_equal(command->risk.class, RISK_MUTATE);
    assert_non_null(strstr(command->risk.why, "`rebuild-cache`"));
    assert_int_equal(class_of(arena, "python jobs/ward_list_migration.py"), RISK_MUTATE);
    assert_int_equal(class_of(arena, "./ops/clearQueue.sh"), RISK_MUTATE);
}

static void a_name_for_looking_is_not_raised(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_int_equal(class_of(arena, "make check-deploy"), RISK_UNKNOWN);
    assert_int_equal(class_of(arena, "./restore-status.sh"), RISK_UNKNOWN);
    assert_int_equal(class_of(arena, "./migrate.sh --dry-run"), RISK_UNKNOWN);
    assert_int_equal(class_of(arena, "./deploy.local.internal/x"), RISK_UNKNOWN);
}

static void the_nearest_words_that_speak_decide(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_int_equal(class_of(arena, "# 2. Restart the intake workers\n./workers.sh"), RISK_MUTATE);
    assert_int_equal(class_of(arena, "# Restart\n./workers.sh  # Show what runs"), RISK_UNKNOWN);
    assert_int_equal(class_of(arena, "./workers.sh  # Restarts the intake workers"), RISK_MUTATE);
    /* The words speak of the second command as likely as of the first. */
    assert_int_equal(class_of(arena, "# Restart the intake\n./workers.sh\nsystemctl restart intake"),
                     RISK_UNKNOWN);
}

static void words_never_lower_a_class(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_int_equal(class_of(arena, "# Check the disk\nrm -rf /srv/x"), RISK_DESTRUCTIVE);
    assert_int_equal(class_of(arena, "# Check the disk\n./x.sh"), RISK_UNKNOWN);
    assert_int_equal(class_of(arena, "# Delete everything\nkubectl get pods"), RISK_READ);
}

static void logs_of_a_breach_of_patient_data_are_sensitive(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();

    assert_true(command_of(arena, "Suspected leak: PHI exposure", "kubectl logs deploy/x")->risk.sensitive);
    assert_false(command_of(arena, "Slow answers", "kubectl logs deploy/x")->risk.sensitive);
    assert_false(command_of(arena, "PHI exposure", "kubectl get pods")->risk.sensitive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_says_change_waits_as_a_change),
        cmocka_unit_test(a_name_for_looking_is_not_raised),
        cmocka_unit_test(the_nearest_words_that_speak_decide),
        cmocka_unit_test(words_never_lower_a_class),
        cmocka_unit_test(logs_of_a_breach_of_patient_data_are_sensitive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
