#include "runbook/parts_testing.h"

static void entries_of_a_channel_list_are_channels(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n**Communication Channels**:\n- **Now**: PagerDuty + SMS\n- **News**: Slack "
                        "#shop-news channel\n- **Board**: Email every week\n");

    assert_int_equal(parts->channels.n, 4);
    assert_string_equal(parts->channels.at[0].kind, "pager");
    assert_string_equal(parts->channels.at[1].kind, "sms");
    assert_string_equal(parts->channels.at[2].address, "#shop-news");
    assert_string_equal(parts->channels.at[3].kind, "email");
}

static void a_mention_counts_once_and_only_where_somebody_is_told(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\nSlack is a program.\n\n## Leak\n\n1. Post in the incident channel.\n2. Update the status "
        "page.\n3. Post in Slack again.\n4. Update the status page: https://status.shop.test/\n");

    assert_int_equal(parts->channels.n, 2);
    assert_string_equal(parts->channels.at[0].kind, "chat");
    assert_int_equal(parts->channels.at[0].line, 7);
    assert_string_equal(parts->channels.at[1].kind, "status_page");
    assert_int_equal(parts->channels.at[1].line, 10);
}

static void a_format_below_a_channel_heading_is_a_pattern(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Create a channel\n\n```bash\n# Open it\n# Format: shop-YYYY-MM-DD-name\n```\n");

    assert_int_equal(parts->channels.n, 1);
    assert_string_equal(parts->channels.at[0].pattern, "shop-YYYY-MM-DD-name");
}

static void each_address_counts_once_wherever_it_is_named(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\nSlack: #pumps (team), #pumps-now (incidents), not #fff or #12.\n\n"
                        "- Post an update in #pumps\n- Email the log to pump-log@ward.example\n");

    assert_int_equal(parts->channels.n, 3);
    assert_string_equal(parts->channels.at[0].address, "#pumps");
    assert_string_equal(parts->channels.at[1].address, "#pumps-now");
    assert_string_equal(parts->channels.at[2].kind, "email");
    assert_string_equal(parts->channels.at[2].address, "pump-log@ward.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_of_a_channel_list_are_channels),
        cmocka_unit_test(a_mention_counts_once_and_only_where_somebody_is_told),
        cmocka_unit_test(a_format_below_a_channel_heading_is_a_pattern),
        cmocka_unit_test(each_address_counts_once_wherever_it_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
