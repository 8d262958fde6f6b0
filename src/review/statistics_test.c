#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "review/statistics.h"

static const int64_t nine = INT64_C(1772442000) * US_PER_S; /* 2026-03-02 09:00:00 UTC */

static int64_t at(int64_t s)
{
    return nine + s * US_PER_S;
}

static struct incident an_incident(int64_t number, const char *service, const char *severity,
                                   int64_t opened_s)
{
    return (struct incident){.number = number,
                             .service = service,
                             .severity = severity,
                             .severity_rank = severity[1] - '0',
                             .state = INCIDENT_RESOLVED,
                             .started_us = at(opened_s - 30),
                             .opened_us = at(opened_s),
                             .response_time_s = 100};
}

static const struct statistics_group *group_of(const struct statistics *statistics, const char *service,
                                               const char *severity, const char *month)
{
    const char *const wanted[] = {service, severity, month};
    for (size_t i = 0; i < statistics->n_groups; i++) {
        const struct statistics_group *group = &statistics->groups[i];
        const char *const has[] = {group->service, group->severity, group->month};
        bool same = true;
        for (size_t k = 0; k < 3; k++)
            same &= wanted[k] && has[k] ? strcmp(wanted[k], has[k]) == 0 : wanted[k] == has[k];
        if (same)
            return group;
    }
    fail_msg("there is no such group");
    return NULL;
}

static void a_drill_is_counted_nowhere_and_told_as_left_out(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incidents[] = {an_incident(2, "till", "P1", 1000), an_incident(1, "till", "P2", 0)};
    incidents[0].drill = true;
    struct statistics got = statistics_of(arena, incidents, 2, NULL, 0, at(9999));
    assert_int_equal(group_of(&got, NULL, NULL, NULL)->n_incidents, 1);
    assert_int_equal(got.n_drills, 1);
    for (size_t i = 0; i < got.n_groups; i++)
        assert_true(!got.groups[i].severity || strcmp(got.groups[i].severity, "P2") == 0);
}

static void times_are_counted_between_the_moments_that_define_them(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incidents[] = {an_incident(2, "till", "P1", 1000), an_incident(1, "till", "P2", 0)};
    incidents[0].resolved_us = at(1600);
    incidents[1].resolved_us = at(300);
    incidents[1].n_reopened = 1;
    const struct incident_move moves[] = {
        {1, at(0), INCIDENT_TRIGGERED},      {1, at(50), INCIDENT_ACKNOWLEDGED},
        {1, at(100), INCIDENT_RESOLVED},     {1, at(200), INCIDENT_TRIGGERED},
        {1, at(210), INCIDENT_ACKNOWLEDGED}, {1, at(300), INCIDENT_RESOLVED},
        {2, at(1000), INCIDENT_TRIGGERED},   {2, at(1150), INCIDENT_INVESTIGATING},
        {2, at(1400), INCIDENT_MONITORING},  {2, at(1600), INCIDENT_RESOLVED},
    };
    struct statistics got = statistics_of(arena, incidents, 2, moves, 10, at(9999));
    const struct statistics_group *all = group_of(&got, NULL, NULL, NULL);
    assert_int_equal(all->n_incidents, 2);
    assert_int_equal(all->n_reopened, 1);
    assert_int_equal(all->n_promised, 2);
    assert_int_equal(all->n_kept, 1);
    assert_float_equal(all->times[TIME_TO_DETECT].mean, 30, 0);
    assert_float_equal(all->times[TIME_TO_ACKNOWLEDGE].mean, 100, 0); /* 50 and 150 */
    assert_float_equal(all->times[TIME_TO_ACKNOWLEDGE].median, 50, 0);
    assert_float_equal(all->times[TIME_TO_ACKNOWLEDGE].p90, 150, 0);
    assert_float_equal(all->times[TIME_TO_RESOLVE].mean, 450, 0); /* 300 and 600 */
    const struct statistics_group *first = group_of(&got, "till", "P2", "2026-03");
    assert_float_equal(first->states[INCIDENT_TRIGGERED].mean, 60, 0);
    assert_float_equal(first->states[INCIDENT_ACKNOWLEDGED].mean, 140, 0);
    assert_int_equal(first->states[INCIDENT_MONITORING].n, 0);
    const struct statistics_group *second = group_of(&got, NULL, "P1", NULL);
    assert_float_equal(second->states[INCIDENT_INVESTIGATING].mean, 250, 0);
}

static void what_has_not_happened_counts_for_no_mean(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incident = an_incident(7, "till", "P1", 0);
    incident.state = INCIDENT_TRIGGERED;
    incident.started_us = 0;
    const struct incident_move move = {7, at(0), INCIDENT_TRIGGERED};
    struct statistics got = statistics_of(arena, &incident, 1, &move, 1, at(60));
    const struct statistics_group *all = group_of(&got, NULL, NULL, NULL);
    for (int i = 0; i < N_STATISTICS; i++)
        assert_int_equal(all->times[i].n, 0);
    assert_int_equal(all->n_resolved, 0);
    assert_float_equal(all->states[INCIDENT_TRIGGERED].mean, 60, 0); /* so far */
    assert_int_equal(statistics_of(arena, NULL, 0, NULL, 0, at(0)).n_groups, 0);
}

static void groups_are_by_service_severity_and_month(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const int64_t month_s = 31 * 86400;
    struct incident incidents[] = {an_incident(4, "till", "P2", month_s), an_incident(3, "shop", "P1", 9),
                                   an_incident(2, "till", "P1", 5), an_incident(1, "till", "P1", 0)};
    struct statistics got = statistics_of(arena, incidents, 4, NULL, 0, at(0));
    assert_int_equal(got.n_groups, 1 + 2 + 2 + 2 + 3);
    assert_int_equal(group_of(&got, "till", NULL, NULL)->n_incidents, 3);
    assert_int_equal(group_of(&got, NULL, "P1", NULL)->n_incidents, 3);
    assert_int_equal(group_of(&got, NULL, NULL, "2026-03")->n_incidents, 3);
    assert_int_equal(group_of(&got, "till", "P2", "2026-04")->n_incidents, 1);
    incidents[1].drill = true;
    got = statistics_of(arena, incidents, 4, NULL, 0, at(0));
    assert_int_equal(got.n_drills, 1);
    assert_int_equal(group_of(&got, NULL, NULL, NULL)->n_incidents, 3);
    incidents[1].drill = false;
    scoped_buf struct buf csv = {0};
    incidents[0].service = "=HYPERLINK(\"http://x\")";
    got = statistics_of(arena, incidents, 4, NULL, 0, at(0));
    statistics_csv(&csv, &got);
    assert_non_null(
        strstr(buf_text(&csv), "\r\n\"2026-04\",\"'=HYPERLINK(\"\"http://x\"\")\",\"P2\",1,0,0,"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drill_is_counted_nowhere_and_told_as_left_out),
        cmocka_unit_test(times_are_counted_between_the_moments_that_define_them),
        cmocka_unit_test(what_has_not_happened_counts_for_no_mean),
        cmocka_unit_test(groups_are_by_service_severity_and_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
