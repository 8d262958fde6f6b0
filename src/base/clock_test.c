#include <stdio.h>
#include <time.h>

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"

static int64_t parsed(const char *s)
{
    int64_t us;
    return time_parse_rfc3339(s, strlen(s), &us) == 0 ? us : -1;
}

static void times_are_read_with_any_offset_and_fraction(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-01T00:00:01Z"), 1000000);
    assert_int_equal(parsed("2026-03-02T09:00:00-05:00"), parsed("2026-03-02T14:00:00Z"));
    assert_int_equal(parsed("2026-03-02T14:00:00.123456789Z"), parsed("2026-03-02T14:00:00Z") + 123456);
    assert_int_equal(parsed("2024-02-29T00:00:00Z"), INT64_C(1709164800000000));
}

static void the_zero_time_of_go_is_no_time(void **state)
{
    (void)state;
    assert_int_equal(parsed("0001-01-01T00:00:00.000Z"), 0);
    assert_int_equal(parsed("0001-01-01T00:00:00Z"), 0);
    assert_int_equal(parsed("0000-01-01T00:00:00Z"), 0);
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         "2026",
                         "2026-13-01T00:00:00Z",
                         "2026-02-29T00:00:00Z",
                         "2026-01-01T24:00:00Z",
                         "2026-01-01T00:00:00",
                         "2026-01-01T00:00:00Zx",
                         "0000-00-01T00:00:00Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(parsed(bad[i]), -1);
}

static int64_t sent(const char *s)
{
    int64_t us;
    return time_parse_sent(s, strlen(s), &us) == 0 ? us : -1;
}

static void what_senders_leave_out_of_a_time_is_utc_on_the_minute(void **state)
{
    (void)state;
    const char *same[] = {"2026-03-01 09:00:00", "2026-03-01T09:00:00",   "2026-03-01T09:00Z",
                          "2026-03-01T09:00",    "2026-03-01T09:00:00.0", "2026-03-01T10:00:00+0100"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_int_equal(sent(same[i]), parsed("2026-03-01T09:00:00Z"));
    const char *bad[] = {"",
                         "Z",
                         "2026-03-01",
                         "2026-03-01T09",
                         "yesterday",
                         "2026-03-01T09:00:00ZZ",
                         "2026-03-01T09:00:00.00000000000000000000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sent(bad[i]), -1);
}

static void times_are_written_as_they_are_read(void **state)
{
    (void)state;
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(parsed("2026-03-02T14:00:00.120Z"), text);
    assert_string_equal(text, "2026-03-02T14:00:00.120Z");
    time_format_rfc3339(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void assert_written_as_the_system_does(int64_t us)
{
    char text[TIME_TEXT_BYTES], wanted[64], days[32];
    time_t seconds = (time_t)(us / US_PER_S);
    struct tm t;
    assert_non_null(gmtime_r(&seconds, &t));
    strftime(days, sizeof days, "%Y-%m-%dT%H:%M:%S", &t);
    snprintf(wanted, sizeof wanted, "%s.%03dZ", days, (int)(us % US_PER_S / 1000));
    time_format_rfc3339(us, text);
    assert_string_equal(text, wanted);
}

/* A step that is no multiple of anything, through leap years, centuries and the year 2000. */
static void every_day_is_written_as_the_system_does(void **state)
{
    (void)state;
    const int64_t first_us = parsed("1970-01-01T00:00:01Z"), last_us = parsed("2404-12-31T23:59:59Z");
    for (int64_t us = first_us; us < last_us; us += INT64_C(40000) * US_PER_S + 123457)
        assert_written_as_the_system_does(us);
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(parsed("1969-12-31T23:59:59.750Z"), text);
    assert_string_equal(text, "1969-12-31T23:59:59.750Z");
    time_format_rfc3339(parsed("1600-02-29T00:00:00Z"), text);
    assert_string_equal(text, "1600-02-29T00:00:00.000Z");
    time_format_rfc3339(INT64_MIN + US_PER_S, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void durations_are_read_and_written(void **state)
{
    (void)state;
    int64_t s;
    assert_int_equal(duration_parse("1h30m", &s), 0);
    assert_int_equal(s, 5400);
    assert_int_equal(duration_parse("5", &s), -1);
    assert_int_equal(duration_parse("", &s), -1);
    assert_int_equal(duration_parse("999999999999h", &s), -1);
    char text[TIME_TEXT_BYTES];
    duration_format(245 * US_PER_S, text);
    assert_string_equal(text, "4 min 05 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_with_any_offset_and_fraction),
        cmocka_unit_test(the_zero_time_of_go_is_no_time),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(what_senders_leave_out_of_a_time_is_utc_on_the_minute),
        cmocka_unit_test(times_are_written_as_they_are_read),
        cmocka_unit_test(every_day_is_written_as_the_system_does),
        cmocka_unit_test(durations_are_read_and_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
