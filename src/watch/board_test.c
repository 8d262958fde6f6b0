#include "watch/board.h"

#include <math.h>
#include <string.h>

#include "base/testing.h"

static struct board *board;

static int hear(const char *body)
{
    struct err err;
    return board_hear(board, body, strlen(body), &err);
}

static int start(void **state)
{
    (void)state;
    board = board_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    board_free(board);
    return 0;
}

#define API                                                                                                  \
    "{\"id\":\"api\",\"state\":\"bad\",\"bad\":true,\"since_us\":5,\"looked_us\":9,\"value\":0.5,"           \
    "\"says\":\"slow\"}"

static void test_what_a_check_found_last_is_shown(void **state)
{
    (void)state;
    assert_int_equal(hear("{\"figures\":{\"looks\":7,\"errors\":2},\"checks\":[" API "]}"), 0);
    struct board_row row = board_row(board, "api");
    assert_int_equal(row.state, CHECK_BAD);
    assert_true(row.bad);
    assert_int_equal(row.since_us, 5);
    assert_int_equal(row.looked_us, 9);
    assert_true(row.value == 0.5);
    assert_string_equal(row.says, "slow");
    assert_int_equal(board_figures(board).n_looks, 7);
    assert_int_equal(board_figures(board).n_errors, 2);
}

static void test_a_check_that_has_not_looked_is_unknown(void **state)
{
    (void)state;
    struct board_row row = board_row(board, "api");
    assert_int_equal(row.state, CHECK_UNKNOWN);
    assert_int_equal(row.looked_us, 0);
    assert_true(isnan(row.value));
}

static void test_checks_that_are_gone_leave_the_board(void **state)
{
    (void)state;
    assert_int_equal(hear("{\"checks\":[" API "]}"), 0);
    assert_int_equal(hear("{\"checks\":[{\"id\":\"db\",\"state\":\"well\"}]}"), 0);
    assert_int_equal(board_row(board, "api").state, CHECK_BAD);
    assert_int_equal(hear("{\"anew\":true,\"checks\":[{\"id\":\"db\",\"state\":\"error\"}]}"), 0);
    assert_int_equal(board_row(board, "api").state, CHECK_UNKNOWN);
    assert_int_equal(board_row(board, "db").state, CHECK_ERROR);
}

static void test_a_body_with_a_bad_row_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(hear("{\"anew\":true,\"checks\":[" API ",{\"id\":\"db\",\"state\":\"fine\"}]}"), -1);
    assert_int_equal(hear("{\"checks\":[" API ",{\"state\":\"well\"}]}"), -1);
    assert_int_equal(hear("{\"checks\":[" API), -1);
    assert_int_equal(board_row(board, "api").state, CHECK_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_a_check_found_last_is_shown, start, stop),
        cmocka_unit_test_setup_teardown(test_a_check_that_has_not_looked_is_unknown, start, stop),
        cmocka_unit_test_setup_teardown(test_checks_that_are_gone_leave_the_board, start, stop),
        cmocka_unit_test_setup_teardown(test_a_body_with_a_bad_row_changes_nothing, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
