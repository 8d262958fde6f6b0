#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "roster/moment.h"

/* It is Wed 2026-10-28 14:30 in New York. */
#define NOW "2026-10-28T18:30:00Z"

static int64_t us(const char *rfc3339)
{
    int64_t t = 0;
    assert_int_equal(time_parse_rfc3339(rfc3339, strlen(rfc3339), &t), 0);
    return t;
}

static void assert_moment(const char *text, const char *want, const char *zone)
{
    scoped_arena struct arena *arena = arena_new();
    struct moment moment = {0};
    struct err err = {0};
    int got = moment_parse(arena, text, "Europe/Berlin", us(NOW), &moment, &err);
    if (got < 0)
        fail_msg("%s: %s", text, err.text);
    char shown[TIME_TEXT_BYTES], wanted[TIME_TEXT_BYTES];
    time_format_rfc3339(moment.at_us, shown);
    time_format_rfc3339(us(want), wanted);
    assert_string_equal(shown, wanted);
    assert_string_equal(moment.timezone, zone);
}

static void weekday_is_the_next_one_in_its_zone(void **state)
{
    (void)state;
    assert_moment("Sat 03:00 America/New_York", "2026-10-31T03:00:00-04:00", "America/New_York");
    assert_moment("wednesday 14:30 America/New_York", NOW, "America/New_York");
    assert_moment("Wed 14:29 America/New_York", "2026-11-04T14:29:00-05:00", "America/New_York");
    assert_moment("Thu 04:00 Asia/Tokyo", "2026-10-29T04:00:00+09:00",
                  "Asia/Tokyo"); /* Thursday there already */
}

static void time_of_the_day_is_the_next_one(void **state)
{
    (void)state;
    assert_moment("03:00", "2026-10-29T03:00:00+01:00", "Europe/Berlin");
    assert_moment("19:30", NOW, "Europe/Berlin");
    assert_moment("now Asia/Tokyo", NOW, "Asia/Tokyo");
}

static void dates_are_of_the_zone_that_is_named_or_given(void **state)
{
    (void)state;
    assert_moment("2026-11-01T01:30:00-05:00", "2026-11-01T06:30:00Z", "Europe/Berlin");
    assert_moment("2026-12-01T01:30", "2026-12-01T01:30:00+01:00", "Europe/Berlin");
    assert_moment("2026-12-01 01:30 America/New_York", "2026-12-01T01:30:00-05:00", "America/New_York");
}

static void hours_that_the_clocks_repeat_or_skip_have_a_moment(void **state)
{
    (void)state;
    assert_moment("Sun 01:30 America/New_York", "2026-11-01T01:30:00-04:00", "America/New_York");
    assert_moment("2027-03-14 02:30 America/New_York", "2027-03-14T03:00:00-04:00", "America/New_York");
    assert_moment("2027-03-28 02:30", "2027-03-28T03:00:00+02:00", "Europe/Berlin");
}

static void what_is_no_moment_is_refused_with_what_to_write(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "   ",
                                      "soon",
                                      "Sat 25:00",
                                      "Sat Sun 03:00",
                                      "03:00 04:00",
                                      "Sat 03:00 Mars/Base",
                                      "2026-02-30 03:00",
                                      "2026-11-01T",
                                      "now now",
                                      "Sat 03:00 Europe/Berlin please",
                                      "03:00:99",
                                      "-1:00",
                                      "Europe/Berlin",
                                      "Sat"};
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct moment moment = {0};
        struct err err = {0};
        if (moment_parse(arena, bad[i], "UTC", us(NOW), &moment, &err) == 0)
            fail_msg("\"%s\" is taken for a moment", bad[i]);
        assert_true(strlen(err.text) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weekday_is_the_next_one_in_its_zone),
        cmocka_unit_test(time_of_the_day_is_the_next_one),
        cmocka_unit_test(dates_are_of_the_zone_that_is_named_or_given),
        cmocka_unit_test(hours_that_the_clocks_repeat_or_skip_have_a_moment),
        cmocka_unit_test(what_is_no_moment_is_refused_with_what_to_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
