/* The risk rules of a site, read from disk as the server reads them, and the expectations of the project's
 * own. */
#include "base/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "config/policy.h"

static void file_put(const char *path, const char *text)
{
    struct err err = {0};
    assert_int_equal(file_write(path, text, strlen(text), 0600, &err), 0);
}

static void every_command_is_classed_as_its_line_expects(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct risk_rules *rules;
    struct err err = {0};
    struct strings complaints = {0};
    size_t n_expectations;
    assert_int_equal(policy_read(SOURCE_ROOT "/tests/risk", &rules, &err), 0);
    risk_rules_check(arena, rules, &complaints, &n_expectations);
    list_each (complaint, &complaints)
        print_error("%s\n", *complaint);
    assert_int_equal(complaints.n, 0);
    assert_true(n_expectations > 1500);
    risk_rules_free(rules);
}

static void a_folder_gives_all_its_rules_and_a_file_its_own(void **state)
{
    (void)state;
    char folder[] = "/tmp/policy-XXXXXX", path[64], other[64];
    struct risk_rules *rules;
    struct err err = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.rules", folder);
    snprintf(other, sizeof other, "%s/b.rules", folder);
    file_put(path, "tool deployctl\n    read: status\n");
    file_put(other, "tool rollctl\n    read: status\n");

    scoped_arena struct arena *arena = arena_new();
    assert_int_equal(policy_read(folder, &rules, &err), 0);
    assert_int_equal(risk_of_command(arena, rules, "deployctl status", 16).class, RISK_READ);
    assert_int_equal(risk_of_command(arena, rules, "rollctl status", 14).class, RISK_READ);
    risk_rules_free(rules);
    assert_int_equal(policy_read(path, &rules, &err), 0);
    assert_int_equal(risk_of_command(arena, rules, "deployctl status", 16).class, RISK_READ);
    assert_int_equal(risk_of_command(arena, rules, "rollctl status", 14).class, RISK_UNKNOWN);
    risk_rules_free(rules);
    unlink(path);
    unlink(other);
    rmdir(folder);
}

static void a_path_that_is_not_there_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct risk_rules *rules;
    struct err err = {0};
    assert_int_equal(policy_read("/nowhere/a.rules", &rules, &err), -1);
    assert_non_null(strstr(err.text, "/nowhere/a.rules"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_classed_as_its_line_expects),
        cmocka_unit_test(a_folder_gives_all_its_rules_and_a_file_its_own),
        cmocka_unit_test(a_path_that_is_not_there_is_an_error_that_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
