#include "base/testing.h"

#include "runbook/alternatives.h"

static void headings_of_alternatives_are_told_by_how_they_begin(void **state)
{
    (void)state;
    static const struct {
        const char *heading;
        int is;
    } cases[] = {
        {"Option 1: Taint and recreate", 1},
        {"Option B - from the backup", 2},
        {"**Method 3** (slow)", 3},
        {"ALTERNATIVE 2: by hand", 2},
        {"Or switch to the other slot", ALTERNATIVE_OR},
        {"or", ALTERNATIVE_OR},
        {"OR", ALTERNATIVE_OR},
        {"Or, if the lock is on the group:", ALTERNATIVE_OR},
        {"Alternatively restart the pod", ALTERNATIVE_OR},
        {"Alternative: use the console", ALTERNATIVE_OR},
        {"or snapshots every second over the past 30 minutes", ALTERNATIVE_NONE},
        {"Order the pods by age", ALTERNATIVE_NONE},
        {"Options are listed below", ALTERNATIVE_NONE},
        {"Option to consider", ALTERNATIVE_NONE},
        {"Method 100", ALTERNATIVE_NONE},
        {"Check the logs", ALTERNATIVE_NONE},
        {"", ALTERNATIVE_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(alternative_of(cases[i].heading), cases[i].is);
}

static void only_the_next_number_goes_on_with_the_same_choice(void **state)
{
    (void)state;
    assert_true(alternative_follows("Option 1: x", "Option 2: y"));
    assert_true(alternative_follows("Restart it", "Or move it"));
    assert_true(alternative_follows("Or move it", "Or drop it"));
    assert_false(alternative_follows("Option 2: y", "Option 1: x")); /* another choice begins */
    assert_false(alternative_follows("Restart it", "Option 1: x"));
    assert_false(alternative_follows("Option 1: x", "Check it"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_of_alternatives_are_told_by_how_they_begin),
        cmocka_unit_test(only_the_next_number_goes_on_with_the_same_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
