#include "runbook/parts_testing.h"

static void addresses_of_commands_count_once_with_all_their_lines(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Look\n\n```bash\ncurl http://till:8080/health\ncurl -X POST http://till:8080/open "
               "-d '{\"door\": 1}'\ncurl -f \"http://till:8080/health\"\nnc -zv till 5432\n```\n");

    assert_int_equal(parts->endpoints.n, 3);
    assert_string_equal(parts->endpoints.at[0].method, "GET");
    assert_string_equal(parts->endpoints.at[0].host, "till");
    assert_int_equal(parts->endpoints.at[0].port, 8080);
    assert_int_equal(parts->endpoints.at[0].lines.n, 2);
    assert_string_equal(parts->endpoints.at[1].method, "POST");
    assert_string_equal(parts->endpoints.at[2].method, "TCP");
}

static void links_to_documents_and_unfilled_addresses_are_none(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\nRead [the guide](https://shop.test/how-to) and https://github.com/shop/x "
                        "first. See http://<host>:80/health too. Files are in /etc/shop.\n");

    assert_int_equal(parts->endpoints.n, 0);
}

static void dashboards_and_paths_of_a_program_are_endpoints(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\nOpen the [tills dashboard](https://g.shop.test/d/1). Then ask `/v1/health`, "
                        "or `POST /api/open`.\n");

    assert_int_equal(parts->endpoints.n, 3);
    assert_string_equal(parts->endpoints.at[1].url, "/v1/health");
    assert_string_equal(parts->endpoints.at[1].method, "GET");
    assert_string_equal(parts->endpoints.at[2].method, "POST");
}

static void a_request_to_a_variable_host_is_an_endpoint(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Look\n\n```bash\ncurl -I \"$TILL/state\"\nwget -qO- http://<shop>/doors\ncurl "
               "\"$TILL\"\ncurl http://$NAME\n```\n");

    assert_int_equal(parts->endpoints.n, 2);
    assert_string_equal(parts->endpoints.at[0].url, "$TILL/state");
    assert_string_equal(parts->endpoints.at[0].method, "HEAD");
    assert_string_equal(parts->endpoints.at[1].url, "http://<shop>/doors");
    assert_int_equal(parts->endpoints.at[1].lines.at[0], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_commands_count_once_with_all_their_lines),
        cmocka_unit_test(links_to_documents_and_unfilled_addresses_are_none),
        cmocka_unit_test(dashboards_and_paths_of_a_program_are_endpoints),
        cmocka_unit_test(a_request_to_a_variable_host_is_an_endpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
