#include "base/testing.h"

#include <stdlib.h>
#include <string.h>

#include "role/live.h"

static struct api_output piece;
static struct buf out;

static const char *read_from(struct live *live, int64_t run, int line, uint64_t from)
{
    buf_clear(&out);
    return live_read(live, run, line, from, &out, &piece) ? buf_text(&out) : NULL;
}

static void a_watcher_goes_on_where_it_was(void **state)
{
    struct live *live = *state;
    live_begin(live, 4, 80, 1);
    live_add(live, 4, "one\n", 4);
    assert_string_equal(read_from(live, 4, 80, 0), "one\n");
    assert_true(piece.running);
    live_add(live, 4, "two\n", 4);
    assert_string_equal(read_from(live, 4, 80, piece.next), "two\n");
    assert_string_equal(read_from(live, 4, 80, piece.next), "");
    live_end(live, 4);
    assert_string_equal(read_from(live, 4, 80, 4), "two\n"); /* the rest is there after the end */
    assert_false(piece.running);
    live_add(live, 4, "late", 4);
    assert_string_equal(read_from(live, 4, 80, 8), "");
    assert_null(read_from(live, 4, 81, 0));
    assert_null(read_from(live, 5, 80, 0));
}

static void the_next_step_of_a_run_takes_the_place(void **state)
{
    struct live *live = *state;
    live_begin(live, 4, 80, 1);
    live_add(live, 4, "one", 3);
    live_begin(live, 4, 85, 1);
    assert_null(read_from(live, 4, 80, 0));
    assert_string_equal(read_from(live, 4, 85, 0), "");
}

static void only_the_last_of_much_is_kept_and_says_where_it_begins(void **state)
{
    struct live *live = *state;
    char line[1001];
    memset(line, 'x', 999);
    line[999] = '\n';
    live_begin(live, 4, 80, 1);
    for (int i = 0; i < 1000; i++)
        live_add(live, 4, line, 1000);
    assert_non_null(read_from(live, 4, 80, 0));
    assert_int_equal(piece.next, 1000000);
    assert_true(piece.from > 0 && out.n_bytes <= 128 * 1024 && out.n_bytes == piece.next - piece.from);
}

static void characters_are_whole_and_returns_are_line_ends(void **state)
{
    struct live *live = *state;
    live_begin(live, 4, 80, 1);
    live_add(live, 4, "a\xc3", 2);
    assert_string_equal(read_from(live, 4, 80, 0), "a");
    live_add(live, 4, "\xa4\r", 2);
    live_add(live, 4, "\n10%\r20%", 8);
    assert_string_equal(read_from(live, 4, 80, 1), "\xc3\xa4\n10%\n20%");
}

static void a_run_that_is_over_makes_place_first(void **state)
{
    struct live *live = *state;
    for (int64_t run = 1; run <= 32; run++)
        live_begin(live, run, 1, 1);
    live_end(live, 7);
    live_begin(live, 99, 1, 1);
    assert_null(read_from(live, 7, 1, 0));
    assert_non_null(read_from(live, 1, 1, 0));
    assert_non_null(read_from(live, 99, 1, 0));
}

static int begin(void **state)
{
    *state = live_new();
    return 0;
}

static int end(void **state)
{
    live_free(*state);
    buf_free(&out);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_watcher_goes_on_where_it_was),
        TEST(the_next_step_of_a_run_takes_the_place),
        TEST(only_the_last_of_much_is_kept_and_says_where_it_begins),
        TEST(characters_are_whole_and_returns_are_line_ends),
        TEST(a_run_that_is_over_makes_place_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
