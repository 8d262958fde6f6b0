#include "base/testing.h"

#include <string.h>

#include "base/clock.h"
#include "roster/recurrence.h"
#include "roster/zone.h"

static int64_t at(const char *text)
{
    int64_t us = 0;
    assert_int_equal(time_parse_rfc3339(text, strlen(text), &us), 0);
    return us;
}

static void assert_next(const char *rule, const char *zone, const char *after, const char *want)
{
    assert_int_equal(recurrence_next_us(rule, zone_find(zone), at(after)), at(want));
}

static void words_of_runbooks_come_where_people_expect_them(void **state)
{
    (void)state;
    assert_next("FREQ=DAILY", "UTC", "2026-03-05T09:00:00Z", "2026-03-06T09:00:00Z");
    assert_next("FREQ=WEEKLY", "UTC", "2026-03-05T09:00:00Z", "2026-03-09T09:00:00Z"); /* a Monday */
    assert_next("FREQ=WEEKLY;INTERVAL=2", "UTC", "2026-03-09T09:00:00Z", "2026-03-23T09:00:00Z");
    assert_next("FREQ=MONTHLY", "UTC", "2026-03-01T09:00:00Z", "2026-04-01T09:00:00Z");
    assert_next("FREQ=MONTHLY;INTERVAL=3", "UTC", "2026-03-01T09:00:00Z", "2026-04-01T09:00:00Z");
    assert_next("FREQ=YEARLY", "UTC", "2026-03-01T09:00:00Z", "2027-01-01T09:00:00Z");
    assert_next("FREQ=HOURLY", "UTC", "2026-03-01T09:20:00Z", "2026-03-01T10:00:00Z");
    assert_next("FREQ=WEEKLY;BYDAY=FR", "UTC", "2026-03-05T09:00:00Z", "2026-03-06T09:00:00Z");
}

static void the_hour_stays_across_both_changes_of_the_clocks(void **state)
{
    (void)state;
    assert_next("FREQ=DAILY", "America/New_York", "2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z");
    assert_next("FREQ=DAILY", "America/New_York", "2026-10-31T13:00:00Z", "2026-11-01T14:00:00Z");
}

static void what_makes_no_sense_never_comes(void **state)
{
    (void)state;
    assert_int_equal(recurrence_next_us("often", zone_find("UTC"), at("2026-03-01T00:00:00Z")), 0);
    assert_int_equal(recurrence_next_us("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", zone_find("UTC"),
                                        at("2026-03-01T00:00:00Z")),
                     0);
}

static void a_date_is_nine_in_the_morning_of_its_day(void **state)
{
    (void)state;
    assert_int_equal(recurrence_day_us("2026-07-01", zone_find("America/New_York")),
                     at("2026-07-01T13:00:00Z"));
    assert_int_equal(recurrence_day_us("2026-02-30", zone_find("UTC")), 0);
    assert_int_equal(recurrence_day_us("soon", zone_find("UTC")), 0);
    assert_int_equal(recurrence_day_us("2026-07-01 or so", zone_find("UTC")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_runbooks_come_where_people_expect_them),
        cmocka_unit_test(the_hour_stays_across_both_changes_of_the_clocks),
        cmocka_unit_test(what_makes_no_sense_never_comes),
        cmocka_unit_test(a_date_is_nine_in_the_morning_of_its_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
