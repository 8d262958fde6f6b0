#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/testing.h"
#include "loop/suspect.h"

static int fd;

static int set_up(void **state)
{
    struct err err;
    (void)state;
    return suspects_make(&fd, &err);
}

static int tear_down(void **state)
{
    (void)state;
    return close(fd);
}

/* A process that opens the place at that second and ends at the item; false: the item was left. */
static bool die_at(int64_t item, int64_t second)
{
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        struct suspect *suspect = suspect_open(fd, SUSPECT_INBOX, second * US_PER_S);
        bool taken = suspect_begin(suspect, 5);
        suspect_end(suspect);
        if (!taken || !suspect_begin(suspect, item))
            _exit(1);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status);
}

static void an_item_at_which_three_have_died_is_set_aside_and_no_other(void **state)
{
    (void)state;
    const int64_t *aside;
    for (int i = 0; i < 3; i++)
        assert_true(die_at(7, i));
    assert_false(die_at(7, 3));
    struct suspect *suspect = suspect_open(fd, SUSPECT_INBOX, 4 * US_PER_S);
    assert_int_equal(suspect_aside(suspect, &aside), 1);
    assert_int_equal(aside[0], 7);
    assert_false(suspect_has_news(suspect)); /* the one before has told of it */
    assert_true(suspect_begin(suspect, 8));
}

static void who_sets_it_aside_has_news(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(die_at(7, i));
    assert_true(suspect_has_news(suspect_open(fd, SUSPECT_INBOX, 4 * US_PER_S)));
}

static void deaths_at_different_items_or_long_ago_do_not_count_together(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(die_at(7, i));
        assert_true(die_at(8, i));
    }
    for (int i = 0; i < 3; i++)
        assert_true(die_at(9, 1000 + i * 400));
    assert_true(die_at(9, 2200));
}

static void places_are_told_apart_and_none_is_needed(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(die_at(7, i));
    assert_true(suspect_begin(suspect_open(fd, SUSPECT_DELIVERY, 0), 7));
    assert_null(suspect_open(0, SUSPECT_INBOX, 0));
    assert_true(suspect_begin(NULL, 7));
    suspect_end(NULL);
    assert_null(suspect_item(NULL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_item_at_which_three_have_died_is_set_aside_and_no_other),
        TEST(who_sets_it_aside_has_news),
        TEST(deaths_at_different_items_or_long_ago_do_not_count_together),
        TEST(places_are_told_apart_and_none_is_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
