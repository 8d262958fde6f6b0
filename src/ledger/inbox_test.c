#include "ledger/open_ledger_testing.h"
#include "ledger/received.h"

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

static void accept_together(const struct received *received, size_t n, int64_t received_us)
{
    struct err err = {0};
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_accept_all(ledger, received, n, received_us, &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);
}

static void what_comes_together_is_one_row_and_heard_one_by_one(void **state)
{
    (void)state;
    static const struct received together[] = {{"f", "b1", 2}, {"g", "", 0}, {"f", "a\0b", 3}};
    accept_together(NULL, 0, T0_US);
    assert_int_equal(ledger_inbox_last_id(ledger), 0);
    accept_together(together, 3, T0_US + 1);
    accept_together(together, 1, T0_US + 2);
    assert_int_equal(ledger_inbox_last_id(ledger), 2);
    reopen();
    struct err err = {0};
    struct buf words scoped_buf = {0};
    assert_int_equal(ledger_each_inbox(ledger, on_row, &words, &err), 0);
    static const char expected[] = "f@1:b1;g@1:;f@1:a\0b;f@2:b1;";
    assert_int_equal(words.n_bytes, sizeof expected - 1);
    assert_memory_equal(words.at, expected, sizeof expected - 1);
    assert_int_equal(ledger_each_inbox(ledger, stop_at_once, NULL, &err), 42);
}

static void what_comes_together_is_packed_one_by_one(void **state)
{
    (void)state;
    static char body[8000];
    const void *packed;
    size_t n_packed;
    struct ledger_packer *packer = ledger_packer_new();
    memset(body, 'x', sizeof body);
    ledger_pack(packer, body, sizeof body, &packed, &n_packed);
    assert_true(n_packed < 100);
    accept_together((struct received[]){{"f", packed, n_packed}, {"f", "b2", 2}}, 2, T0_US);
    ledger_packer_free(packer);
    struct err err = {0};
    struct buf words scoped_buf = {0};
    assert_int_equal(ledger_each_inbox(ledger, on_row, &words, &err), 0);
    assert_int_equal(words.n_bytes, strlen("f@0:") + sizeof body + strlen(";f@0:b2;"));
    assert_memory_equal(words.at + strlen("f@0:"), body, sizeof body);
}

static void a_row_has_its_limit_and_what_is_longer_one_of_its_own(void **state)
{
    (void)state;
    static char large[100000], body[10000];
    struct err err = {0};
    int64_t n = 0;
    struct received received[9] = {[0] = {"f", "b", 1}, [1] = {"f", large, sizeof large}};
    for (size_t i = 2; i < 9; i++)
        received[i] = (struct received){"f", body, sizeof body};
    accept_together(received, 9, T0_US);
    assert_int_equal(ledger_inbox_last_id(ledger), 1 + 1 + 3);
    assert_int_equal(ledger_each_inbox(ledger, count_row, &n, &err), 0);
    assert_int_equal(n, 9);
}

/* Whoever visits it knows no such format, and says so. */
static void a_row_that_is_damaged_is_visited_with_what_is_left_of_it(void **state)
{
    (void)state;
    struct err err = {0};
    static const struct {
        const char *body;
        size_t n_bytes;
        const char *visited;
    } rows[] = {
        {"", 0, "several@0:;"},
        {"f", 1, "several@0:f;"},
        {"f\0\2\0\0", 5, NULL},
        {"f\0\2\0\0\0b1g\0\3\0\0\0b2", 16, NULL},
        {"f\0\2\0\0\0b1f\0\377\377\377\377b2", 16, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf words scoped_buf = {0};
        int64_t after_id = ledger_inbox_last_id(ledger);
        assert_int_equal(ledger_begin(ledger, &err), 0);
        assert_int_equal(ledger_accept(ledger, "several", rows[i].body, rows[i].n_bytes, T0_US, &err), 0);
        assert_int_equal(ledger_commit(ledger, &err), 0);
        assert_int_equal(ledger_next_inbox(ledger, &after_id, on_row, &words, &err), 0);
        if (rows[i].visited)
            assert_string_equal(buf_text(&words), rows[i].visited);
        else
            assert_non_null(memmem(words.at, words.n_bytes, "several@0:", strlen("several@0:")));
        assert_int_equal(rows[i].n_bytes == 16 && !strncmp(buf_text(&words), "f@0:b1;several@0:", 17),
                         i >= 3);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_forgotten_is_not_heard_again_and_erased_in_steps),
        TEST(what_is_taken_back_is_not_forgotten),
        TEST(a_long_inbox_is_read_in_pieces),
        TEST(what_comes_together_is_one_row_and_heard_one_by_one),
        TEST(what_comes_together_is_packed_one_by_one),
        TEST(a_row_has_its_limit_and_what_is_longer_one_of_its_own),
        TEST(a_row_that_is_damaged_is_visited_with_what_is_left_of_it),
    };
    return test_on_each_store("inbox", tests, sizeof tests / sizeof *tests);
}
