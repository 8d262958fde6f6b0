#include "ledger/repeat.h"

#include "ledger/open_ledger_testing.h"

static const struct input_once asked = {.key = "key", .sha256 = "what"};

static void keep(const struct input_once *once, int64_t now_us)
{
    struct err err = {0};
    struct outcome done = {.code = OUTCOME_DONE, .message = "id-7", .incident = 7};
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_repeat_keep(ledger, once, &done, now_us, &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);
}

static int find(const struct input_once *once, int64_t now_us, struct outcome *ret_outcome)
{
    struct err err = {0};
    return ledger_repeat_find(ledger, once, now_us, ret_outcome, &err);
}

static void a_repetition_is_answered_by_what_was_done(void **state)
{
    (void)state;
    struct outcome outcome;
    assert_int_equal(find(&asked, T0_US, &outcome), LEDGER_NOT_FOUND);
    keep(&asked, T0_US);
    ledger_close(ledger);
    ledger = test_open(&folder);
    assert_int_equal(find(&asked, T0_US + US_PER_S, &outcome), 0);
    assert_int_equal(outcome.code, OUTCOME_DONE);
    assert_int_equal(outcome.incident, 7);
    assert_string_equal(outcome.message, "id-7");
}

static void a_key_for_something_else_is_refused(void **state)
{
    (void)state;
    struct outcome outcome;
    keep(&asked, T0_US);
    assert_int_equal(find(&(struct input_once){.key = "key", .sha256 = "other"}, T0_US, &outcome), 0);
    assert_int_equal(outcome.code, OUTCOME_INVALID);
    assert_int_equal(find(&(struct input_once){.key = "key2", .sha256 = "what"}, T0_US, &outcome),
                     LEDGER_NOT_FOUND);
}

static void a_key_counts_for_a_day(void **state)
{
    (void)state;
    struct outcome outcome;
    int64_t day_us = REPEAT_KEPT_S * US_PER_S;
    keep(&asked, T0_US);
    assert_int_equal(find(&asked, T0_US + day_us - 1, &outcome), 0);
    assert_int_equal(find(&asked, T0_US + day_us, &outcome), LEDGER_NOT_FOUND);
    keep(&(struct input_once){.key = "later", .sha256 = "what"}, T0_US + day_us);
    assert_int_equal(find(&asked, T0_US, &outcome), LEDGER_NOT_FOUND); /* it is erased */
    keep(&asked, T0_US + day_us);
    assert_int_equal(find(&asked, T0_US + day_us, &outcome), 0);
}

int main(void)
{
#define with_ledger(test) cmocka_unit_test_setup_teardown(test, open_ledger, close_ledger)
    const struct CMUnitTest tests[] = {
        with_ledger(a_repetition_is_answered_by_what_was_done),
        with_ledger(a_key_for_something_else_is_refused),
        with_ledger(a_key_counts_for_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
