#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "config/gaps.h"

static int64_t us(const char *rfc3339)
{
    int64_t t = 0;
    assert_int_equal(time_parse_rfc3339(rfc3339, strlen(rfc3339), &t), 0);
    return t;
}

#define PEOPLE                                                                                               \
    "people:\n  - {id: ana, contacts: [{email: ana@example.org}]}\n"                                         \
    "schedules:\n"                                                                                           \
    "  - id: office\n    timezone: Europe/Berlin\n    layers:\n"                                             \
    "      - {start: 2026-01-01T00:00, people: [ana], hours: {days: [mon, tue, wed, thu, fri], from: "       \
    "\"08:00\", "                                                                                            \
    "until: \"18:00\"}}\n"                                                                                   \
    "  - id: night\n    timezone: Europe/Berlin\n    layers:\n"                                              \
    "      - {start: 2026-01-01T00:00, people: [ana], hours: {from: \"18:00\", until: \"08:00\"}}\n"

static struct config_gaps gaps_of(struct arena *arena, const char *services)
{
    struct config_errors errors = {.arena = arena};
    const char *yaml = arena_printf(arena, "%s%s", PEOPLE, services);
    struct config *config = config_parse("c.yaml", yaml, strlen(yaml), &errors);
    assert_non_null(config);
    struct config_gaps gaps;
    config_gaps(arena, config, us("2026-03-27T00:00:00Z"), us("2026-04-03T00:00:00Z"), &gaps);
    for (size_t i = 0; i < gaps.list.n; i++)
        assert_string_equal(gaps.list.at[i].timezone, "Europe/Berlin");
    config_free(config);
    return gaps;
}

static void hours_without_anybody_are_found_across_the_change_of_clocks(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct config_gaps gaps =
        gaps_of(arena, "services: [{id: api, escalation: [{notify: [schedule:office]}]}]\n");
    assert_int_equal(gaps.list.n, 6);
    assert_int_equal(gaps.list.at[1].from_us, us("2026-03-27T18:00:00+01:00"));
    assert_int_equal(gaps.list.at[1].until_us, us("2026-03-30T08:00:00+02:00"));
}

static void a_later_step_fills_the_hours_that_an_earlier_one_leaves(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct config_gaps gaps = gaps_of(arena, "services: [{id: api, escalation: [{notify: [schedule:office]}, "
                                             "{notify: [schedule:night]}]}]\n");
    assert_int_equal(gaps.list.n, 2); /* the days of the weekend */
    assert_int_equal(gaps.list.at[0].from_us, us("2026-03-28T08:00:00+01:00"));
    assert_int_equal(gaps.list.at[0].until_us, us("2026-03-28T18:00:00+01:00"));
    assert_int_equal(gaps.list.at[1].until_us, us("2026-03-29T18:00:00+02:00"));
}

static void a_chain_that_names_a_person_has_no_gap(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct config_gaps gaps = gaps_of(arena, "services: [{id: api, escalation: [{notify: [schedule:office]}, "
                                             "{notify: [person:ana], after: 5m}]}]\n");
    assert_int_equal(gaps.list.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_without_anybody_are_found_across_the_change_of_clocks),
        cmocka_unit_test(a_later_step_fills_the_hours_that_an_earlier_one_leaves),
        cmocka_unit_test(a_chain_that_names_a_person_has_no_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
