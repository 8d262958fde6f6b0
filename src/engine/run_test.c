#include "base/testing.h"

#include "engine/run.h"

static void only_a_harmless_look_runs_unasked(void **state)
{
    (void)state;
    assert_null(step_must_ask(&(struct risk){.class = RISK_READ, .parses = true}));
    assert_null(step_must_ask(&(struct risk){.class = RISK_READ, .parses = true, .endless = true}));

    const struct risk asks[] = {
        {.class = RISK_UNKNOWN, .parses = true},
        {.class = RISK_MUTATE, .parses = true},
        {.class = RISK_DESTRUCTIVE, .parses = true},
        {.class = RISK_READ, .parses = true, .sensitive = true},
        {.class = RISK_READ, .parses = true, .wants_terminal = true},
        {.class = RISK_READ, .parses = true, .unfilled = true},
        {.class = RISK_READ, .parses = false},
    };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        assert_non_null(step_must_ask(&asks[i]));
}

static void reason_is_the_one_of_the_risk(void **state)
{
    (void)state;
    struct risk risk = {.class = RISK_MUTATE, .parses = true, .why = "`docker restart` restarts a container"};
    assert_string_equal(step_must_ask(&risk), risk.why);
    assert_null(step_cannot_run(&risk));
    risk.unfilled = true;
    assert_non_null(step_cannot_run(&risk));
}

static void names_read_back_as_the_same_state(void **state)
{
    (void)state;
    for (int s = 0; s < N_STEP_STATES; s++)
        assert_int_equal(step_state_of(step_state_name((enum step_state)s)), s);
    assert_int_equal(step_state_of("lost"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_harmless_look_runs_unasked),
        cmocka_unit_test(reason_is_the_one_of_the_risk),
        cmocka_unit_test(names_read_back_as_the_same_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
