#include "base/nearest.h"

#include <string.h>

#include "base/testing.h"

static const char *const words[] = {"contacts", "name", "id", "timezone", "escalation"};

static const char *meant(const char *word)
{
    return word_nearest(word, words, sizeof words / sizeof *words);
}

static void a_slip_of_the_finger_is_understood(void **state)
{
    (void)state;
    assert_string_equal(meant("contact"), "contacts");
    assert_string_equal(meant("nmae"), "name");
    assert_string_equal(meant("TimeZone"), "timezone");
    assert_string_equal(meant("escalatoin"), "escalation");
}

static void what_is_not_near_is_not_guessed(void **state)
{
    (void)state;
    assert_null(meant("pager"));
    assert_null(meant("zz"));
    char endless[200];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(meant(endless));
}

static void the_distance_counts_a_swap_as_one(void **state)
{
    (void)state;
    assert_int_equal(word_distance("ab", "ba"), 1);
    assert_int_equal(word_distance("", "abc"), 3);
    assert_int_equal(word_distance("kitten", "sitting"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_finger_is_understood),
        cmocka_unit_test(what_is_not_near_is_not_guessed),
        cmocka_unit_test(the_distance_counts_a_swap_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
