#include "runbook/parts_testing.h"

static void lettered_comments_are_stages_with_the_services_they_start(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Outage\n\n```bash\n# 1. Look\nkubectl get nodes\n\n# 2. Restoration "
                        "order\n# a) Data first\nkubectl scale statefulset pg --replicas=3\n"
                        "kubectl -n shop scale deployment/cache --replicas=2\n\n# b) Tills\nsudo systemctl "
                        "start till\n```\n");

    assert_int_equal(parts->recovery_order.n, 2);
    assert_string_equal(parts->recovery_order.at[0].id, "a");
    assert_string_equal(parts->recovery_order.at[0].name, "Data first");
    assert_int_equal(parts->recovery_order.at[0].services.n, 2);
    assert_string_equal(parts->recovery_order.at[0].services.at[0].kind, "statefulset");
    assert_int_equal(parts->recovery_order.at[0].services.at[0].replicas, 3);
    assert_string_equal(parts->recovery_order.at[1].services.at[0].name, "till");
    assert_int_equal(parts->recovery_order.at[1].services.at[0].replicas, -1);
}

static void an_ordered_list_under_a_heading_about_the_order_is_one(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Startup order\n\n1. **Data**: pg, cache\n2. **Front**: till\n\n## Other\n\n1. Scale up\n");

    assert_int_equal(parts->recovery_order.n, 2);
    assert_int_equal(parts->recovery_order.at[0].services.n, 2);
    assert_string_equal(parts->recovery_order.at[1].services.at[0].name, "till");
}

static void commands_without_an_order_are_no_recovery(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Slow\n\n```bash\n# 1. Scale\nkubectl scale deployment till --replicas=3\n```\n");

    assert_int_equal(parts->recovery_order.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lettered_comments_are_stages_with_the_services_they_start),
        cmocka_unit_test(an_ordered_list_under_a_heading_about_the_order_is_one),
        cmocka_unit_test(commands_without_an_order_are_no_recovery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
