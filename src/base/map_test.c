#include "base/map.h"
#include "base/testing.h"

static void what_was_put_is_found_until_it_is_removed(void **state)
{
    (void)state;
    enum { N = 5000 };
    static int values[N];
    struct map *map = map_new();
    for (int i = 0; i < N; i++)
        map_put(map, &i, sizeof i, &values[i]);
    for (int i = 0; i < N; i += 3)
        assert_ptr_equal(map_remove(map, &i, sizeof i), &values[i]);
    for (int i = 0; i < N; i++)
        assert_ptr_equal(map_get(map, &i, sizeof i), i % 3 == 0 ? NULL : &values[i]);
    for (int i = 0; i < N; i += 3)
        map_put(map, &i, sizeof i, &values[0]);
    assert_int_equal(map_count(map), N);
    int one = 1;
    map_put(map, &one, sizeof one, &values[7]);
    assert_ptr_equal(map_get(map, &one, sizeof one), &values[7]);
    assert_int_equal(map_count(map), N);
    map_free(map);
}

static void iteration_gives_each_value_once_in_order(void **state)
{
    (void)state;
    static int values[3];
    struct map *map = map_new();
    map_put(map, "a", 1, &values[0]);
    map_put(map, "b", 1, &values[1]);
    map_put(map, "c", 1, &values[2]);
    map_remove(map, "b", 1);
    size_t at = 0;
    assert_ptr_equal(map_next(map, &at), &values[0]);
    assert_ptr_equal(map_next(map, &at), &values[2]);
    assert_null(map_next(map, &at));
    map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_until_it_is_removed),
        cmocka_unit_test(iteration_gives_each_value_once_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
