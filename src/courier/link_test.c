#include "courier/link.h"

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"

#define ISSUED INT64_C(1772452800)

static const struct link mine = {4, "mia.b-c_1", ISSUED};

static void a_link_reads_back_and_nothing_in_it_can_be_changed(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf url = {0};
    struct link_key key, other;
    struct link got;
    link_key_make("secret", &key);
    link_key_make("another", &other);
    link_write(&url, &key, &mine, "https://c.example.org/", 21);
    static const char start[] = "https://c.example.org/acknowledge/4/mia.b-c_1~69a57bc0~";
    assert_int_equal(strncmp(url.at, start, sizeof start - 1), 0);
    char *name = strrchr(url.at, '/') + 1;
    assert_int_equal(link_read(arena, &key, 4, name, &got), 0);
    assert_string_equal(got.person, mine.person);
    assert_int_equal(got.issued_s, ISSUED);
    assert_int_equal(link_read(arena, &key, 5, name, &got), -1);
    assert_int_equal(link_read(arena, &other, 4, name, &got), -1);
    for (char *p = name; *p; p++) {
        char kept = *p;
        *p = kept == 'b' ? 'c' : 'b';
        assert_int_equal(link_read(arena, &key, 4, name, &got), -1);
        *p = '\0'; /* cut short */
        assert_int_equal(link_read(arena, &key, 4, name, &got), -1);
        *p = kept;
    }
    assert_int_equal(link_read(arena, &key, 4, "~~", &got), -1);
    assert_int_equal(
        link_read(arena, &key, 4, "mia~69a57bc0000000000000000~00000000000000000000000000000000", &got), -1);
}

static void a_link_is_spent_by_what_is_later(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    int64_t issued_us = ISSUED * US_PER_S, later_us = issued_us + 60 * US_PER_S;
    struct incident incident = {.number = 4, .state = INCIDENT_TRIGGERED, .opened_us = issued_us - 1};
    assert_null(link_spent(arena, &mine, &incident, later_us));
    assert_non_null(link_spent(arena, &mine, &incident, issued_us + (LINK_LIFE_S + 1) * US_PER_S));

    incident.state = INCIDENT_ACKNOWLEDGED;
    incident.acknowledged_us = incident.progress_us = later_us;
    incident.acknowledged_by = "person:mia";
    assert_string_equal(link_spent(arena, &mine, &incident, later_us + 1),
                        "it is acknowledged already, by mia");
    struct link newer = mine; /* of the page that the lapse of that acknowledgement sent */
    newer.issued_s += 3600;
    assert_null(link_spent(arena, &newer, &incident, later_us + 3600 * US_PER_S));

    incident = (struct incident){.number = 4, .state = INCIDENT_TRIGGERED, .reopened_us = later_us};
    assert_non_null(link_spent(arena, &mine, &incident, later_us + 1));
    incident.state = INCIDENT_RESOLVED;
    assert_string_equal(link_spent(arena, &newer, &incident, later_us), "it is resolved already");
}

/* Numbers that were given from memory, while nothing could be kept, are given again. */
static void a_link_is_for_the_incident_that_was_paged_for_not_for_a_later_one_of_its_number(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    int64_t issued_us = ISSUED * US_PER_S;
    struct incident incident = {
        .number = 4, .state = INCIDENT_TRIGGERED, .opened_us = issued_us + 60 * US_PER_S};
    assert_non_null(link_spent(arena, &mine, &incident, issued_us + 61 * US_PER_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_reads_back_and_nothing_in_it_can_be_changed),
        cmocka_unit_test(a_link_is_spent_by_what_is_later),
        cmocka_unit_test(a_link_is_for_the_incident_that_was_paged_for_not_for_a_later_one_of_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
