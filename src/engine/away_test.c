/* A start by a ledger from a backup, or by a clock that cannot be right. */
#include "engine/kept_testing_priv.h"

/* The backup of three days ago, with one incident that it calls open. firing: what fires now, or NULL. */
static void bring_back(struct world *w, const struct alert_words *firing)
{
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    from_backup = true;
    restart(w, &kept, firing, 3 * DAYS);
}

static void what_a_backup_calls_open_pages_nobody_until_it_is_heard_of_again(void **state)
{
    struct world *w = *state;
    bring_back(w, &down);
    assert_text_has(event_of(w, "ledger.brought_back")->summary, "1 open incident pages nobody");
    assert_text_has(event_of(w, "incident.muted")->summary, "brought back from a backup");
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_pass(w, MINUTES);
    world_hear(w, down);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    world_next(w, w->config.resolve_timeout_s / 60 * MINUTES);
    assert_text_has(delivery_of(w, DELIVERY_DUE, 0)->why, "still burns");
}

static void what_is_over_since_the_backup_pages_nobody(void **state)
{
    struct world *w = *state;
    bring_back(w, NULL);
    assert_null(delivery_of(w, DELIVERY_DUE, 0));
    for (int minute = 0; minute < 20; minute++) {
        world_pass(w, MINUTES);
        assert_null(delivery_of(w, DELIVERY_DUE, 0));
    }
}

static void what_is_heard_first_after_a_backup_pages_at_once(void **state)
{
    struct world *w = *state;
    const struct alert_words other = {.name = "DiskFull", .severity = "SEV-1", .ends_us = INT64_MAX / 2};
    bring_back(w, &down);
    world_hear(w, other);
    assert_int_equal(delivery_of(w, DELIVERY_DUE, 0)->incident, 2);
}

static void a_clock_that_cannot_be_right_is_said_and_pages_all_the_same(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    restart(w, &kept, &down, 1000000 - w->now_us);
    assert_text_has(event_of(w, "clock.doubtful")->summary, "1970-01-01");
    assert_string_equal(delivery_of(w, DELIVERY_DUE, 0)->person, "ana");
    keep(w, &kept);
    restart(w, &kept, NULL, 20 * 365 * DAYS);
    assert_text_has(event_of(w, "clock.doubtful")->summary, "set the clock right");
}

static void a_clock_that_is_right_is_not_doubted(void **state)
{
    struct world *w = *state;
    struct kept kept = {0};
    world_hear(w, down);
    keep(w, &kept);
    restart(w, &kept, &down, 30 * DAYS);
    assert_null(event_of(w, "clock.doubtful"));
    keep(w, &kept);
    restart(w, &kept, &down, -180 * MINUTES);
    assert_null(event_of(w, "clock.doubtful"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_start, world_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_backup_calls_open_pages_nobody_until_it_is_heard_of_again),
        TEST(what_is_over_since_the_backup_pages_nobody),
        TEST(what_is_heard_first_after_a_backup_pages_at_once),
        TEST(a_clock_that_cannot_be_right_is_said_and_pages_all_the_same),
        TEST(a_clock_that_is_right_is_not_doubted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
