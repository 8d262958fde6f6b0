#include "base/testing.h"

#include "engine/decision.h"

enum { MOST = 4 };

struct made {
    struct decision at[MOST];
    size_t n;
};

static void add(struct made *made, enum decision_kind kind, int64_t id, enum delivery_state state)
{
    struct decision *decision = &made->at[made->n++];
    *decision = (struct decision){.kind = kind};
    if (kind == DECISION_DELIVERY)
        decision->delivery = (struct delivery){.id = id, .state = state};
}

/* Which of them are sent, as "x" and "." in their order. */
static const char *sent(struct made *made)
{
    static char text[MOST + 1];
    struct decisions decisions = {.list = {.at = made->at, .n = made->n}};
    for (size_t i = 0; i < made->n; i++)
        text[i] = decision_sends(&decisions, &made->at[i]) ? 'x' : '.';
    text[made->n] = '\0';
    return text;
}

static void only_a_delivery_that_is_due_is_sent(void **state)
{
    (void)state;
    for (int other = 0; other <= DELIVERY_CANCELLED; other++) {
        struct made made = {0};
        add(&made, DECISION_DELIVERY, 1, (enum delivery_state)other);
        assert_string_equal(sent(&made), other == DELIVERY_DUE ? "x" : ".");
    }
    struct made made = {0};
    add(&made, DECISION_INCIDENT, 0, 0);
    add(&made, DECISION_TIMER_SET, 0, 0);
    assert_string_equal(sent(&made), "..");
}

static void what_is_cancelled_by_the_same_input_is_not_sent(void **state)
{
    (void)state;
    struct made made = {0};
    add(&made, DECISION_DELIVERY, 1, DELIVERY_DUE);
    add(&made, DECISION_DELIVERY, 2, DELIVERY_DUE);
    add(&made, DECISION_EVENT, 0, 0);
    add(&made, DECISION_DELIVERY, 1, DELIVERY_CANCELLED);
    assert_string_equal(sent(&made), ".x..");
}

static void what_is_decided_twice_is_sent_once(void **state)
{
    (void)state;
    struct made made = {0};
    add(&made, DECISION_DELIVERY, 1, DELIVERY_DUE);
    add(&made, DECISION_DELIVERY, 1, DELIVERY_DUE);
    assert_string_equal(sent(&made), ".x");
}

static void what_was_put_off_before_and_is_due_now_is_sent(void **state)
{
    (void)state;
    struct made made = {0};
    add(&made, DECISION_DELIVERY, 1, DELIVERY_RETRY);
    add(&made, DECISION_DELIVERY, 1, DELIVERY_DUE);
    add(&made, DECISION_DELIVERY, 2, DELIVERY_CANCELLED);
    assert_string_equal(sent(&made), ".x.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_delivery_that_is_due_is_sent),
        cmocka_unit_test(what_is_cancelled_by_the_same_input_is_not_sent),
        cmocka_unit_test(what_is_decided_twice_is_sent_once),
        cmocka_unit_test(what_was_put_off_before_and_is_due_now_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
