#include "ledger/open_ledger_testing.h"

static int on_row(void *context, const char *format, const void *body, size_t n_bytes, int64_t received_us)
{
    buf_printf(context, "%s@%lld:", format, (long long)(received_us - T0_US));
    buf_add(context, body, n_bytes);
    buf_puts(context, ";");
    return 0;
}

static int stop_at_once(void *context, const char *format, const void *body, size_t n_bytes,
                        int64_t received_us)
{
    (void)context, (void)format, (void)body, (void)n_bytes, (void)received_us;
    return 42;
}

static void accept_rows(int64_t from, int64_t to)
{
    struct err err = {0};
    for (int64_t i = from; i <= to; i++) {
        char body[16];
        int n = snprintf(body, sizeof body, "b%lld", (long long)i);
        assert_int_equal(ledger_begin(ledger, &err), 0);
        assert_int_equal(ledger_accept(ledger, "f", body, (size_t)n, T0_US + i, &err), 0);
        assert_int_equal(ledger_commit(ledger, &err), 0);
    }
}

static void trim(size_t most, int outcome)
{
    struct err err = {0};
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_trim_inbox(ledger, most, &err), outcome);
    assert_int_equal(ledger_commit(ledger, &err), 0);
}

static void assert_inbox(const char *rows)
{
    struct err err = {0};
    struct buf words scoped_buf = {0};
    assert_int_equal(ledger_each_inbox(ledger, on_row, &words, &err), 0);
    assert_string_equal(buf_text(&words), rows);
}

static void what_is_forgotten_is_not_heard_again_and_erased_in_steps(void **state)
{
    (void)state;
    struct err err = {0};
    accept_rows(1, 4);
    assert_int_equal(ledger_inbox_last_id(ledger), 4);
    assert_int_equal(ledger_inbox_bytes(ledger), 8);
    trim(10, 0);
    assert_inbox("f@1:b1;f@2:b2;f@3:b3;f@4:b4;");
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_accept(ledger, "snapshot", "all", 3, T0_US, &err), 0);
    assert_int_equal(ledger_forget_inbox(ledger, 3, &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);
    assert_inbox("f@4:b4;snapshot@0:all;");
    trim(2, LEDGER_MORE);
    reopen(); /* as after a crash on the way */
    assert_inbox("f@4:b4;snapshot@0:all;");
    assert_int_equal(ledger_inbox_bytes(ledger), 7);
    trim(2, 0);
    assert_int_equal(ledger_inbox_last_id(ledger), 5);
    assert_int_equal(ledger_inbox_bytes(ledger), 5);
    accept_rows(6, 6);
    assert_inbox("f@4:b4;snapshot@0:all;f@6:b6;");
    assert_int_equal(ledger_each_inbox(ledger, stop_at_once, NULL, &err), 42);
}

static void what_is_taken_back_is_not_forgotten(void **state)
{
    (void)state;
    struct err err = {0};
    accept_rows(1, 2);
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_forget_inbox(ledger, 1, &err), 0);
    ledger_rollback(ledger);
    trim(10, 0);
    assert_inbox("f@1:b1;f@2:b2;");
}

static int count_row(void *context, const char *format, const void *body, size_t n_bytes, int64_t received_us)
{
    (void)format, (void)body, (void)n_bytes, (void)received_us;
    ++*(int64_t *)context;
    return 0;
}

static void a_long_inbox_is_read_in_pieces(void **state)
{
    (void)state;
    struct err err = {0};
    int64_t after_id = 0, n = 0, pieces = 0;
    accept_rows(1, 300);
    while (ledger_next_inbox(ledger, &after_id, count_row, &n, &err) == LEDGER_MORE)
        pieces++;
    assert_true(pieces > 1);
    assert_int_equal(n, 300);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_forgotten_is_not_heard_again_and_erased_in_steps),
        TEST(what_is_taken_back_is_not_forgotten),
        TEST(a_long_inbox_is_read_in_pieces),
    };
    return test_on_each_store("inbox", tests, sizeof tests / sizeof *tests);
}
