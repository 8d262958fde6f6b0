/* Any bytes are a calendar or a message. Seeds: tests/fuzz/calendar_fuzz. */
#include "roster/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct schedule schedule = {.id = "fuzz", .timezone = "Europe/Berlin"};
    struct roster_name name = {.id = "ana", .name = "Ana"};
    struct err err = {0};
    strings_add(arena, &name.emails, "ana@example.org");
    int64_t year_2026_us = INT64_C(1767225600000000), two_years_us = INT64_C(63072000000000);
    schedule_read_calendar(arena, &schedule, arena_strndup(arena, (const char *)bytes, n_bytes), &name, 1,
                           year_2026_us, year_2026_us + two_years_us, &err);
    list_each (shift, &schedule.shifts) {
        if (shift->until_us <= shift->from_us)
            __builtin_trap();
    }
    return 0;
}
