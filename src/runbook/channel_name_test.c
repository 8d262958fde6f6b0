/* A runbook's pattern becomes the name of a channel that a chat service takes. */
#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "runbook/channel_name.h"

static const struct channel_name_facts facts = {.number = 42,
                                                .service = "Lab Gateway",
                                                .severity = "SEV-1",
                                                .description = "Queue stands: still & full!"};

static void assert_named(const char *pattern, const char *expected)
{
    scoped_buf struct buf name = {0};
    struct channel_name_facts at = facts;
    static const char opened[] = "2026-03-01T09:05:00Z";
    assert_int_equal(time_parse_rfc3339(opened, strlen(opened), &at.opened_us), 0);
    channel_name_write(&name, pattern, &at);
    assert_string_equal(buf_text(&name), expected);
}

static void a_pattern_is_filled_with_what_it_asks_for(void **state)
{
    (void)state;
    assert_named("incident-YYYY-MM-DD-brief-description", "incident-2026-03-01-queue-stands-still-full-42");
    assert_named("inc-<number>-<service>", "inc-42-lab-gateway");
    assert_named("#war-room-{date}-{short description}", "war-room-2026-03-01-queue-stands-still-full-42");
    assert_named("INC-[YYYYMMDD]-[service name]", "inc-20260301-lab-gateway-42");
    assert_named("sev-NNN-yyyy-mm-dd-hh-mm", "sev-42-2026-03-01-09-05");
    assert_named("<severity>_incident_<ID>", "sev-1_incident_42");
    assert_named("outage-<what happened>", "outage-queue-stands-still-full-42");
}

static void the_date_of_an_example_and_other_signs_for_a_date_are_that_of_the_day(void **state)
{
    (void)state;
    assert_named("#incident-20250115-imaging", "incident-20260301-imaging-42");
    assert_named("#sev1-2024-05-03", "sev1-2026-03-01-42");
    assert_named("war-room-%Y%m%d-%H", "war-room-20260301-09-42");
    assert_named("area-2031-a", "area-2031-a-42");
    assert_named("INC####-<system>", "inc42-lab-gateway");
    assert_named("inc-<n>-sevX", "inc-42-sev-1");
    assert_named("#Incident Response - <date>", "incident-response-2026-03-01-42");
}

static void without_a_pattern_there_is_a_name_all_the_same(void **state)
{
    (void)state;
    assert_named(NULL, "incident-2026-03-01-queue-stands-still-full-42");
    assert_named("", "42");
    assert_named("<", "queue-stands-still-full-42");
}

static void a_name_has_only_what_chat_services_take(void **state)
{
    (void)state;
    assert_named("Störung-<number>", "strung-42");
    assert_named("a\x1b@b-YYYY", "ab-2026-42");
    assert_named(
        "eighty-bytes-and-more-for-a-room-that-nobody-would-ever-want-to-read-or-write-at-night-yyyy",
        "eighty-bytes-and-more-for-a-room-that-nobody-would-ever-want-to-read-or-write-42");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_filled_with_what_it_asks_for),
        cmocka_unit_test(the_date_of_an_example_and_other_signs_for_a_date_are_that_of_the_day),
        cmocka_unit_test(without_a_pattern_there_is_a_name_all_the_same),
        cmocka_unit_test(a_name_has_only_what_chat_services_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
