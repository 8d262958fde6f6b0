#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/testing.h"
#include "roster/roster.h"

static int64_t us(const char *rfc3339)
{
    int64_t t = 0;
    assert_int_equal(time_parse_rfc3339(rfc3339, strlen(rfc3339), &t), 0);
    return t;
}

/* A calendar of those events, read for 2026 with Ana (ana@example.org), Ben and Eve Adams around. */
static int read_events(struct arena *arena, struct schedule *schedule, const char *events, struct err *err)
{
    *schedule = (struct schedule){.id = "night", .timezone = "Europe/Berlin"};
    struct roster_name names[] = {
        {.id = "ana", .name = "Ana"}, {.id = "ben", .name = "Ben"}, {.id = "eve", .name = "Eve Adams"}};
    strings_add(arena, &names[0].emails, "ana@example.org");
    const char *text = arena_printf(arena, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n%sEND:VCALENDAR\r\n", events);
    return schedule_read_calendar(arena, schedule, text, names, 3, us("2026-01-01T00:00:00Z"),
                                  us("2027-01-01T00:00:00Z"), err);
}

/* "ana ben": in the order to call */
static const char *on_call(struct arena *arena, const struct schedule *schedule, const char *at)
{
    struct strings people;
    struct buf text = {0};
    schedule_people_at(arena, schedule, us(at), &people, NULL);
    for (size_t i = 0; i < people.n; i++)
        buf_printf(&text, "%s%s", i ? " " : "", people.at[i]);
    const char *kept = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return kept;
}

#define EVENT(lines) "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\n"

static void a_duty_names_people_by_address_name_or_id(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule;
    struct err err = {0};
    assert_int_equal(read_events(arena, &schedule,
                                 EVENT("DTSTART:20260302T080000Z\r\nDTEND:20260302T160000Z\r\n"
                                       "SUMMARY:Duty\r\nATTENDEE;CN=A:MAILTO:Ana@example.org\r\n")
                                     EVENT("DTSTART:20260302T120000Z\r\nDTEND:20260302T200000Z\r\n"
                                           "SUMMARY:On call: Eve Adams\\, BEN (night)\r\n")
                                         EVENT("DTSTART:20260303T120000Z\r\nDTEND:20260303T130000Z\r\n"
                                               "SUMMARY:Benefits and banana party\r\n"),
                                 &err),
                     0);
    assert_string_equal(on_call(arena, &schedule, "2026-03-02T08:00:00Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-03-02T12:00:00Z"), "ana ben eve");
    assert_string_equal(on_call(arena, &schedule, "2026-03-02T16:00:00Z"), "ben eve");
    assert_string_equal(on_call(arena, &schedule, "2026-03-02T20:00:00Z"), "");
    assert_int_equal(schedule.unassigned.n, 1);
    assert_string_equal(schedule.unassigned.at[0], "Benefits and banana party (2026-03-03)");
}

static void a_recurring_duty_keeps_its_wall_time_when_clocks_change(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule;
    struct err err = {0};
    assert_int_equal(read_events(arena, &schedule,
                                 EVENT("DTSTART;TZID=America/New_York:20260302T180000\r\n"
                                       "DTEND;TZID=America/New_York:20260303T090000\r\n"
                                       "RRULE:FREQ=WEEKLY\r\nSUMMARY:ana\r\n"),
                                 &err),
                     0);
    assert_string_equal(on_call(arena, &schedule, "2026-03-02T23:00:00Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-03-09T21:59:59Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-03-09T22:00:00Z"), "ana"); /* EDT since the 8th */
    assert_string_equal(on_call(arena, &schedule, "2026-03-10T12:59:59Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-03-10T13:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-12-07T23:00:00Z"), "ana");
}

static void floating_times_and_whole_days_are_of_the_schedules_zone(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule;
    struct err err = {0};
    assert_int_equal(read_events(arena, &schedule,
                                 EVENT("DTSTART:20260701T090000\r\nDURATION:PT8H\r\nSUMMARY:Ana\r\n")
                                     EVENT("DTSTART;VALUE=DATE:20260703\r\nDTEND;VALUE=DATE:20260705\r\n"
                                           "SUMMARY:Ben\r\n"),
                                 &err),
                     0);
    assert_string_equal(on_call(arena, &schedule, "2026-07-01T07:00:00Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-07-01T15:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-07-02T21:59:59Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-07-02T22:00:00Z"), "ben");
    assert_string_equal(on_call(arena, &schedule, "2026-07-04T21:59:59Z"), "ben");
}

static void zones_may_have_the_names_that_outlook_and_other_programs_give_them(void **state)
{
    (void)state;
    static const char *const tzids[] = {"\"Eastern Standard Time\"", "Eastern Standard Time",
                                        "/example.org/20260101/America/New_York"};
    for (size_t i = 0; i < sizeof tzids / sizeof *tzids; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct schedule schedule;
        struct err err = {0};
        const char *event = arena_printf(arena,
                                         "BEGIN:VEVENT\r\nDTSTART;TZID=%s:20260601T090000\r\n"
                                         "DTEND;TZID=%s:20260601T170000\r\nSUMMARY:Ana\r\nEND:VEVENT\r\n",
                                         tzids[i], tzids[i]);
        assert_int_equal(read_events(arena, &schedule, event, &err), 0);
        assert_string_equal(on_call(arena, &schedule, "2026-06-01T12:59:59Z"), "");
        assert_string_equal(on_call(arena, &schedule, "2026-06-01T13:00:00Z"), "ana");
        assert_string_equal(on_call(arena, &schedule, "2026-06-01T21:00:00Z"), "");
    }
}

static void what_is_cancelled_excluded_or_moved_does_not_take_place(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule;
    struct err err = {0};
    assert_int_equal(
        read_events(arena, &schedule,
                    EVENT("UID:1\r\nDTSTART:20260301T100000Z\r\nDURATION:PT1H\r\n"
                          "RRULE:FREQ=DAILY;COUNT=4\r\nEXDATE:20260302T100000Z\r\nSUMMARY:Ana\r\n"
                          "RDATE:20260320T100000Z\r\nRDATE:20260321T100000Z\r\n")
                        EVENT("UID:1\r\nRECURRENCE-ID:20260303T100000Z\r\nDTSTART:20260303T200000Z\r\n"
                              "DURATION:PT1H\r\nSUMMARY:Ben\r\n")
                            EVENT("DTSTART:20260310T100000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED\r\n"
                                  "SUMMARY:Ana\r\n"),
                    &err),
        0);
    assert_string_equal(on_call(arena, &schedule, "2026-03-01T10:00:00Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-03-02T10:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-03-03T10:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-03-03T20:00:00Z"), "ben");
    assert_string_equal(on_call(arena, &schedule, "2026-03-04T10:00:00Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-03-10T10:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-03-20T10:00:00Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-03-21T10:00:00Z"), "ana");
}

#define SERIES                                                                                               \
    EVENT("UID:1\r\nDTSTART:20260301T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=6\r\n"               \
          "SUMMARY:Ana\r\n")

static void a_change_of_this_and_all_that_follow_holds_until_the_next(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule;
    struct err err = {0};
    assert_int_equal(
        read_events(arena, &schedule,
                    SERIES EVENT("UID:1\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260303T100000Z\r\n"
                                 "DTSTART:20260303T140000Z\r\nDURATION:PT2H\r\nSUMMARY:Ben\r\n")
                        EVENT("UID:1\r\nRECURRENCE-ID:20260304T100000Z\r\nDTSTART:20260304T200000Z\r\n"
                              "DURATION:PT1H\r\nSUMMARY:Ana\r\n")
                            EVENT("UID:1\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260306T100000Z\r\n"
                                  "DTSTART:20260306T100000Z\r\nSTATUS:CANCELLED\r\n"),
                    &err),
        0);
    assert_string_equal(on_call(arena, &schedule, "2026-03-02T10:00:00Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-03-03T10:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-03-03T15:30:00Z"), "ben");
    assert_string_equal(on_call(arena, &schedule, "2026-03-04T15:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-03-04T20:00:00Z"), "ana");
    assert_string_equal(on_call(arena, &schedule, "2026-03-05T10:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-03-05T14:00:00Z"), "ben");
    assert_string_equal(on_call(arena, &schedule, "2026-03-06T10:00:00Z"), "");
    assert_string_equal(on_call(arena, &schedule, "2026-03-06T14:00:00Z"), "");
}

static void a_zone_that_nobody_knows_is_listed_with_its_line(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule;
    struct err err = {0};
    assert_int_equal(read_events(arena, &schedule,
                                 EVENT("DTSTART;TZID=Europe/Paris:20260301T100000\r\nDURATION:PT1H\r\n"
                                       "SUMMARY:Ana\r\n")
                                     EVENT("DTSTART;TZID=\"Team Time\":20260302T100000\r\nDURATION:PT1H\r\n"
                                           "SUMMARY:Ana\r\n")
                                         EVENT("DTSTART;TZID=Team Time:20260303T100000\r\nDURATION:PT1H\r\n"
                                               "SUMMARY:Ana\r\n"),
                                 &err),
                     0);
    assert_int_equal(schedule.unzoned.n, 1);
    assert_string_equal(schedule.unzoned.at[0], "9: Team Time");
    assert_string_equal(on_call(arena, &schedule, "2026-03-02T09:30:00Z"), "ana"); /* as in Berlin */
}

static const char *same_name(const void *context, const char *id)
{
    (void)context;
    return id;
}

static void what_goes_out_comes_in_again(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule out = {.id = "primary", .timezone = "America/New_York"}, in = {.timezone = "UTC"};
    struct roster_layer *layer = list_push(arena, &out.layers);
    layer->rotation.period_s = 86400;
    layer->start = (struct local_time){2026, 3, 1, 2, 30};
    strings_add(arena, &layer->people, "ana");
    strings_add(arena, &layer->people, "ben");
    struct buf text = {0};
    schedules_ical(&text, &out, 1, us("2026-03-05T00:00:00Z"), us("2026-03-15T00:00:00Z"), same_name, NULL);
    struct roster_name names[] = {{.id = "ana", .name = "ana"}, {.id = "ben", .name = "ben"}};
    struct err err = {0};
    assert_int_equal(schedule_read_calendar(arena, &in, buf_text(&text), names, 2, us("2026-03-05T00:00:00Z"),
                                            us("2026-03-15T00:00:00Z"), &err),
                     0);
    buf_free(&text);
    for (int64_t at = us("2026-03-05T00:00:00Z"); at < us("2026-03-14T00:00:00Z"); at += 600 * US_PER_S) {
        struct strings a, b;
        schedule_people_at(arena, &out, at, &a, NULL);
        schedule_people_at(arena, &in, at, &b, NULL);
        assert_int_equal(b.n, 1);
        assert_string_equal(a.at[0], b.at[0]);
    }
}

static void what_is_no_calendar_or_too_much_is_refused(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule = {.timezone = "UTC"};
    struct err err = {0};
    assert_int_equal(schedule_read_calendar(arena, &schedule, "<html>", NULL, 0, 0, INT64_MAX, &err), -1);
    assert_int_equal(schedule_read_calendar(arena, &schedule, "", NULL, 0, 0, INT64_MAX, &err), -1);
    assert_int_equal(read_events(arena, &schedule,
                                 EVENT("DTSTART:20260101T000000Z\r\nDURATION:PT1S\r\nSUMMARY:Ana\r\n"
                                       "RRULE:FREQ=SECONDLY\r\n"),
                                 &err),
                     -1);
    assert_non_null(strstr(err.text, "\"Ana\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duty_names_people_by_address_name_or_id),
        cmocka_unit_test(a_recurring_duty_keeps_its_wall_time_when_clocks_change),
        cmocka_unit_test(floating_times_and_whole_days_are_of_the_schedules_zone),
        cmocka_unit_test(zones_may_have_the_names_that_outlook_and_other_programs_give_them),
        cmocka_unit_test(what_is_cancelled_excluded_or_moved_does_not_take_place),
        cmocka_unit_test(a_change_of_this_and_all_that_follow_holds_until_the_next),
        cmocka_unit_test(a_zone_that_nobody_knows_is_listed_with_its_line),
        cmocka_unit_test(what_goes_out_comes_in_again),
        cmocka_unit_test(what_is_no_calendar_or_too_much_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
