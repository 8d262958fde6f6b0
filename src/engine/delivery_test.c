#include "base/testing.h"

#include "base/clock.h"
#include "engine/delivery.h"

static void waiting_doubles_from_a_second_to_five_minutes(void **state)
{
    (void)state;
    int64_t shortest_us = US_PER_S;
    for (int attempts = 1; attempts < 100; attempts++) {
        int64_t delay_us = delivery_backoff_us(42, attempts, 0);
        assert_true(delay_us >= shortest_us && delay_us <= 300 * US_PER_S);
        if (shortest_us < 240 * US_PER_S)
            assert_true(delay_us <= shortest_us + shortest_us / 4 + 1);
        shortest_us = shortest_us * 2 > 240 * US_PER_S ? 240 * US_PER_S : shortest_us * 2;
    }
}

static void deliveries_that_failed_together_do_not_come_back_together(void **state)
{
    (void)state;
    assert_true(delivery_backoff_us(1, 5, 0) != delivery_backoff_us(2, 5, 0));
    assert_true(delivery_backoff_us(1, 5, 0) == delivery_backoff_us(1, 5, 0));
}

static void receiver_may_ask_for_up_to_an_hour(void **state)
{
    (void)state;
    assert_true(delivery_backoff_us(1, 1, 120) == 120 * US_PER_S);
    assert_true(delivery_backoff_us(1, 1, INT64_MAX) == 3600 * US_PER_S);
    assert_true(delivery_backoff_us(1, 9, 1) >= 240 * US_PER_S);
    assert_true(delivery_backoff_us(1, 1, -5) >= US_PER_S);
}

static void names_read_back_as_the_same_state(void **state)
{
    (void)state;
    for (int s = DELIVERY_DUE; s <= DELIVERY_CANCELLED; s++)
        assert_int_equal(delivery_state_of(delivery_state_name((enum delivery_state)s)), s);
    assert_int_equal(delivery_state_of("lost"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_doubles_from_a_second_to_five_minutes),
        cmocka_unit_test(deliveries_that_failed_together_do_not_come_back_together),
        cmocka_unit_test(receiver_may_ask_for_up_to_an_hour),
        cmocka_unit_test(names_read_back_as_the_same_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
