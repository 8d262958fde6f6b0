#include "runbook/idle_words.h"

#include "base/testing.h"

static void what_has_not_happened_in_a_time_holds_while_nobody_does_anything(void **state)
{
    (void)state;
    static const char *const conditions[] = {"not back in 10 minutes",
                                             "if the pump does not come up within 5 min",
                                             "after 30 minutes",
                                             "after 30 min, call them",
                                             "if it isn't ready after 20 minutes",
                                             "if still failing",
                                             "if nobody answers in 5 min",
                                             "if unresolved for 2 hours",
                                             "If not restored"};
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        if (!idle_holds(conditions[i]))
            fail_msg("%s", conditions[i]);
    assert_true(idle_holds(NULL));
}

static void what_people_must_judge_does_not(void **state)
{
    (void)state;
    static const char *const conditions[] = {"if data is lost",
                                             "after 30 minutes if data is lost",
                                             "if no order comes for 10 minutes",
                                             "if lag exceeds 30 minutes",
                                             "when the vendor asks",
                                             "if it is not our network"};
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        if (idle_holds(conditions[i]))
            fail_msg("%s", conditions[i]);
}

static void only_its_end_ends_what_waits_for_the_end(void **state)
{
    (void)state;
    assert_true(idle_outlasts_answer("if not restored within 20 minutes"));
    assert_true(idle_outlasts_answer("not back in 10 minutes"));
    assert_true(idle_outlasts_answer("2 hours if unresolved"));
    assert_false(idle_outlasts_answer("if nobody answers within 20 minutes"));
    assert_false(idle_outlasts_answer("if not acknowledged or resolved within 20 minutes"));
    assert_false(idle_outlasts_answer("if there is no progress for 20 minutes"));
    assert_false(idle_outlasts_answer("after 20 minutes"));
    assert_false(idle_outlasts_answer(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_not_happened_in_a_time_holds_while_nobody_does_anything),
        cmocka_unit_test(what_people_must_judge_does_not),
        cmocka_unit_test(only_its_end_ends_what_waits_for_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
