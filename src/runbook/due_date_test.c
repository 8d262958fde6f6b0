#include "runbook/due_date.h"

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"

static struct due_dates dates_of(struct arena *arena, const char *text)
{
    struct due_dates dates = {0};
    due_dates_read(arena, document_read(arena, text, strlen(text)), &dates);
    return dates;
}

static void assert_dates(const char *text, size_t n, const char *what, const char *date, int line)
{
    scoped_arena struct arena *arena = arena_new();
    struct due_dates dates = dates_of(arena, text);
    assert_int_equal(dates.n, n);
    if (n) {
        assert_string_equal(dates.at[0].what, what);
        assert_string_equal(dates.at[0].date, date);
        assert_int_equal(dates.at[0].line, line);
    }
}

static void dates_to_come_are_read_wherever_they_stand(void **state)
{
    (void)state;
    assert_dates("---\nnext_drill: 2026-02-01\n---\n# A\n", 1, "next_drill", "2026-02-01", 2);
    assert_dates("# A\n\n**Next Review:** March 1, 2026\n", 1, "Next Review", "2026-03-01", 3);
    assert_dates("# A\n\n| Key | Value |\n|---|---|\n| Review due | 2026-04-01 |\n", 1, "Review due",
                 "2026-04-01", 5);
    assert_dates("# A\n\n| Certificate expires | 2026-05-01 |\n|---|---|\n", 1, "Certificate expires",
                 "2026-05-01", 3);
    assert_dates("# A\n\nNext review: 2026-03-01\n\nText.\n\nNext review: 2026-03-01\n", 1, "Next review",
                 "2026-03-01", 3);
}

static void other_dates_promise_nothing(void **state)
{
    (void)state;
    assert_dates("# A\n\n**Last review**: 2020-01-01\n\nReviewed by: Ana, 2020-01-01\n", 0, NULL, NULL, 0);
    assert_dates("# A\n\nDue: 2020-01-01\n\n- Next: call 2020-01-01 by its name\n", 0, NULL, NULL, 0);
    assert_dates("# A\n\n```\nNext review: 2020-01-01\n```\n", 0, NULL, NULL, 0);
}

static void a_review_holds_as_long_as_the_document_says(void **state)
{
    (void)state;
    assert_dates("---\nlast_reviewed_on: 2026-01-01\nreview_in: 30 days\n---\n# A\n", 1, "review_in",
                 "2026-01-31", 3);
    assert_dates("---\nlast_reviewed_on: 2026-01-01\n---\n# A\n", 0, NULL, NULL, 0);
    assert_dates("---\nreview_in: 30 days\n---\n# A\n", 0, NULL, NULL, 0);
}

static void a_date_has_passed_on_the_day_after(void **state)
{
    (void)state;
    int64_t today_us;
    struct due_date date = {.date = "2026-03-01"};
    time_parse_rfc3339("2026-03-01T23:59:59Z", 20, &today_us);
    assert_false(due_date_passed(&date, today_us));
    assert_true(due_date_passed(&date, today_us + US_PER_S));
    assert_false(due_date_passed(&date, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_to_come_are_read_wherever_they_stand),
        cmocka_unit_test(other_dates_promise_nothing),
        cmocka_unit_test(a_review_holds_as_long_as_the_document_says),
        cmocka_unit_test(a_date_has_passed_on_the_day_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
