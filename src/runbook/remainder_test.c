#include "base/testing.h"

#include <string.h>

#include "runbook/print.h"
#include "runbook/remainder.h"

static const char text[] = "# Ward feed\n\n"
                           "This page is about the feed.\n\n"
                           "## Feed stops\n\n"
                           "1. Restart the feed\n\n"
                           "```promql\nrate(feed_total[5m])\n```\n\n"
                           "## Other matters\n\n"
                           "Lambs are counted by shepherds.\n\n"
                           "| Desk | Until |\n|-|-|\n| Ward manager | within 20 minutes |\n\n"
                           "## Overview\n\n- The ward manager owns the feed\n";

static void what_no_reader_took_is_listed_with_its_line(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct runbook *runbook = runbook_read(arena, "x.md", text, strlen(text));
    struct remainders list;

    runbook_not_understood(arena, runbook, &list);
    assert_int_equal(list.n, 1);
    assert_string_equal(list.at[0].kind, "table");
    assert_int_equal(list.at[0].line, 19);
    assert_string_equal(list.at[0].words, "Ward manager");
}

static void plain_prose_and_what_was_read_are_not_in_the_list(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char plain[] =
        "# Feed\n\nThe feed carries results.\n\n## Feed stops\n\n1. Restart it\n2. Wait\n";
    struct runbook *runbook = runbook_read(arena, "x.md", plain, strlen(plain));
    struct remainders list;

    runbook_not_understood(arena, runbook, &list);
    assert_int_equal(list.n, 0);
}

static void the_page_shows_what_opens_a_procedure_who_is_invited_and_what_was_not_understood(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    static const char page[] =
        "# Feed stops\n\n**Triggers:**\n- FeedSilent fires\n\n**Steps:**\n1. Restart the feed\n\n"
        "## Post-incident review\n\n**Attendees**: ward lead, feed team\n\n"
        "## Other matters\n\n| Desk | Until |\n|-|-|\n| Ward manager | within 20 minutes |\n";
    struct runbook *runbook = runbook_read(arena, "x.md", page, strlen(page));

    runbook_print_text(runbook, false, &out);
    assert_non_null(strstr(buf_text(&out), "opens on: FeedSilent fires"));
    assert_non_null(strstr(buf_text(&out), "invited: ward lead"));
    assert_non_null(strstr(buf_text(&out), "Not understood (1 place)"));
    assert_non_null(strstr(buf_text(&out), "table: Ward manager"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_reader_took_is_listed_with_its_line),
        cmocka_unit_test(plain_prose_and_what_was_read_are_not_in_the_list),
        cmocka_unit_test(the_page_shows_what_opens_a_procedure_who_is_invited_and_what_was_not_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
