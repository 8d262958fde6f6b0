#include "cmd/suggest_access.h"

#include "base/testing.h"

static struct arena *arena;
static struct access_query found;

static bool find(const char *command)
{
    found = (struct access_query){0};
    return access_query_find(arena, command, &found);
}

static void test_a_query_that_counts_by_somebody_is_found_in_its_command(void **state)
{
    (void)state;
    assert_true(
        find("psql -c \"\n  SELECT clerk_id, COUNT(*)\n  FROM reads WHERE at > now() - interval '2 hours'\n"
             "  GROUP BY clerk_id\n  HAVING COUNT(*) > 40;\" | tee out"));
    assert_string_equal(found.label, "clerk_id");
    assert_true(found.above == 40);
    assert_string_equal(found.query,
                        "SELECT clerk_id, COUNT(*) FROM reads WHERE at > now() - interval '2 hours' "
                        "GROUP BY clerk_id HAVING COUNT(*) > 40");
    assert_true(find("psql <<< 'select who , count(id) from a group  by who having count(id) >= 7'"));
    assert_true(found.above == 6);
    assert_string_equal(found.query, "select who , count(id) from a group by who having count(id) >= 7");
}

static void test_what_counts_by_nobody_or_without_a_limit_is_none(void **state)
{
    (void)state;
    assert_false(find("psql -c 'SELECT count(*) FROM reads'"));
    assert_false(find("psql -c 'SELECT who, count(*) FROM reads GROUP BY who'"));
    assert_false(find("psql -c 'SELECT who, ward FROM reads GROUP BY who HAVING count(*) > 3'"));
    assert_false(find("psql -c 'SELECT who, count(*) FROM reads GROUP BY ward HAVING count(*) > 3'"));
    assert_false(find("psql -c 'SELECT who, count(*) FROM reads GROUP BY who HAVING count(*) < 3'"));
    assert_false(find("psql -c 'SELECT who, count(*) FROM reads GROUP BY who HAVING count(*) > many'"));
    assert_false(find("echo having count(*) > 3"));
    assert_false(find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_query_that_counts_by_somebody_is_found_in_its_command),
        cmocka_unit_test(test_what_counts_by_nobody_or_without_a_limit_is_none),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
