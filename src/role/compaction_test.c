#include "base/testing.h"
#include "role/compaction.h"

enum { MB = 1024 * 1024 };

static void a_short_inbox_is_left_alone(void **state)
{
    (void)state;
    const struct compaction compaction = {0};
    assert_false(compaction_is_due(&compaction, 0, true));
    assert_false(compaction_is_due(&compaction, 7 * MB, true));
    assert_true(compaction_is_due(&compaction, 9 * MB, true));
}

static void it_waits_for_a_quiet_moment_as_long_as_it_can(void **state)
{
    (void)state;
    const struct compaction compaction = {0};
    assert_false(compaction_is_due(&compaction, 20 * MB, false));
    assert_true(compaction_is_due(&compaction, 20 * MB, true));
    assert_true(compaction_is_due(&compaction, 40 * MB, false));
}

static void what_began_in_a_quiet_moment_waits_until_the_inbox_is_full(void **state)
{
    (void)state;
    assert_true(compaction_can_wait(20 * MB));
    assert_false(compaction_can_wait(40 * MB));
}

/* Many alerts that stand make a long snapshot, and so does one that could not be written. */
static void a_long_snapshot_is_not_written_again_at_once(void **state)
{
    (void)state;
    struct compaction compaction = {0};
    compaction_done(&compaction, 500 * MB);
    assert_false(compaction_is_due(&compaction, 501 * MB, false));
    assert_false(compaction_is_due(&compaction, 990 * MB, true));
    assert_true(compaction_is_due(&compaction, (size_t)1010 * MB, false));
}

/* A load of nothing but new alerts, each transaction 60 KB of them. */
static void what_is_written_stays_in_proportion_to_what_came(void **state)
{
    (void)state;
    struct compaction compaction = {0};
    size_t written = 0, came = 0;
    for (int i = 0; i < 100000; i++) {
        came += 60000;
        if (!compaction_is_due(&compaction, came, i % 2 == 0))
            continue;
        written += came;
        compaction_done(&compaction, came);
    }
    assert_true(written > 0);
    assert_true(written < 2 * came);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_inbox_is_left_alone),
        cmocka_unit_test(it_waits_for_a_quiet_moment_as_long_as_it_can),
        cmocka_unit_test(what_began_in_a_quiet_moment_waits_until_the_inbox_is_full),
        cmocka_unit_test(a_long_snapshot_is_not_written_again_at_once),
        cmocka_unit_test(what_is_written_stays_in_proportion_to_what_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
