#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "roster/roster.h"

static const char *long_name(const void *context, const char *id)
{
    (void)id;
    return context;
}

static struct buf calendar(const char *name, const char *from)
{
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule = {.id = "primary", .timezone = "Europe/Berlin"};
    struct roster_layer *layer = list_push(arena, &schedule.layers);
    layer->rotation.period_s = 7 * 86400;
    layer->start = (struct local_time){2026, 3, 23, 9, 0};
    strings_add(arena, &layer->people, "ana");
    strings_add(arena, &layer->people, "ben");
    int64_t from_us = 0;
    assert_int_equal(time_parse_rfc3339(from, strlen(from), &from_us), 0);
    struct buf out = {0};
    schedules_ical(&out, &schedule, 1, from_us, from_us + 14 * 86400 * US_PER_S, long_name, name);
    return out;
}

static void a_stretch_is_an_event_in_utc(void **state)
{
    (void)state;
    scoped_buf struct buf out = calendar("Ana", "2026-03-24T00:00:00Z");
    assert_int_equal(strncmp(out.at, "BEGIN:VCALENDAR\r\n", 17), 0);
    assert_non_null(strstr(out.at, "DTSTART:20260324T000000Z\r\nDTEND:20260330T070000Z\r\n"
                                   "SUMMARY:On call: Ana (primary)\r\n"));
    assert_non_null(strstr(out.at, "\r\nEND:VCALENDAR\r\n"));
}

static void an_event_keeps_its_uid_the_next_day(void **state)
{
    (void)state;
    scoped_buf struct buf today = calendar("Ana", "2026-03-24T00:00:00Z");
    scoped_buf struct buf tomorrow = calendar("Ana", "2026-03-25T00:00:00Z");
    const char *uid = strstr(today.at, "UID:");
    assert_non_null(uid);
    assert_int_equal(strncmp(uid, strstr(tomorrow.at, "UID:"), 36), 0);
}

static void lines_are_folded_between_characters_and_text_is_escaped(void **state)
{
    (void)state;
    scoped_buf struct buf out = calendar(
        "Æther; of, the \\ \nnorth: ææææææææææææææææææææææææææææææææææææææææ", "2026-03-24T00:00:00Z");
    assert_non_null(strstr(out.at, "Æther\\; of\\, the \\\\  north"));
    for (const char *line = out.at; *line;) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 75);
        assert_true(((unsigned char)line[line[0] == ' '] & 0xc0) != 0x80);
        line = end + 2;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stretch_is_an_event_in_utc),
        cmocka_unit_test(an_event_keeps_its_uid_the_next_day),
        cmocka_unit_test(lines_are_folded_between_characters_and_text_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
