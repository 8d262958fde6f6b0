#include "base/testing.h"

#include <stdlib.h>

#include "engine/due.h"

static void earliest_comes_first_whatever_the_order_of_setting(void **state)
{
    (void)state;
    enum { N = 500 };
    struct due_heap heap = {0};
    static struct due nodes[N];
    uint64_t seed = 7;
    for (size_t i = 0; i < N; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        due_set(&heap, &nodes[i], (int64_t)(seed >> 40));
    }
    for (size_t i = 0; i < N; i += 3)
        due_clear(&heap, &nodes[i]);
    for (size_t i = 1; i < N; i += 3)
        due_set(&heap, &nodes[i], nodes[i].at_us / 2);

    int64_t last_us = INT64_MIN;
    size_t n = 0;
    for (struct due *due; (due = due_first(&heap)); n++) {
        assert_true(due->at_us >= last_us);
        last_us = due->at_us;
        due_clear(&heap, due);
        assert_false(due_is_set(due));
    }
    assert_int_equal(n, N - (N + 2) / 3);
    free(heap.nodes);
}

static void same_time_comes_in_the_order_of_setting(void **state)
{
    (void)state;
    struct due_heap heap = {0};
    struct due nodes[20] = {0};
    for (size_t i = 0; i < 20; i++)
        due_set(&heap, &nodes[i], 5);
    for (size_t i = 0; i < 20; i++) {
        assert_ptr_equal(due_first(&heap), &nodes[i]);
        due_clear(&heap, &nodes[i]);
    }
    free(heap.nodes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(earliest_comes_first_whatever_the_order_of_setting),
        cmocka_unit_test(same_time_comes_in_the_order_of_setting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
