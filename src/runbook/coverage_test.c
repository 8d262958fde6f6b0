#include "runbook/coverage.h"

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"

static const char disk[] =
    "# Storage\n\nNext review: 2026-01-01\n\n## DiskAlmostFull\n\n**Symptoms:**\n- writes fail\n\n"
    "```sh\ndf -h\n```\n\n## ReplicaLagging\n\n**Symptoms:**\n- old reads\n\n```sh\nuptime\n```\n";
static const char web[] =
    "# Web\n\n## CertificateExpired\n\n**Symptoms:**\n- browsers warn\n\n```sh\nls\n```\n";

struct world {
    struct arena *arena;
    struct library *library;
    struct alert_rules rules;
};

static int start(void **state)
{
    static struct world world;
    struct folder_file files[] = {{.path = "disk.md", .bytes = disk, .n_bytes = sizeof disk - 1},
                                  {.path = "web.md", .bytes = web, .n_bytes = sizeof web - 1}};
    struct folder folder = {.files = files, .n_files = 2};
    world = (struct world){.arena = arena_new(), .library = library_new(&folder)};
    *state = &world;
    return 0;
}

static int stop(void **state)
{
    struct world *world = *state;
    library_free(world->library);
    arena_free(world->arena);
    return 0;
}

static struct alert_rule *rule(struct world *world, const char *name)
{
    struct alert_rule *rule = list_push(world->arena, &world->rules);
    *rule = (struct alert_rule){.alertname = name, .file = "rules.yaml", .line = (int)world->rules.n};
    return rule;
}

static struct coverage coverage_of(struct world *world)
{
    struct coverage coverage;
    int64_t today_us;
    time_parse_rfc3339("2026-03-01T12:00:00Z", 20, &today_us);
    coverage_read(world->arena, world->library, &world->rules, today_us, &coverage);
    return coverage;
}

static void an_alert_without_a_procedure_is_told(void **state)
{
    rule(*state, "DiskAlmostFull");
    rule(*state, "QuorumLost");
    struct coverage coverage = coverage_of(*state);
    assert_int_equal(coverage.rules.n, 2);
    assert_int_equal(coverage.rules.at[0].state, COVERAGE_SURE);
    assert_string_equal(coverage.rules.at[0].best.heading, "DiskAlmostFull");
    assert_int_equal(coverage.rules.at[1].state, COVERAGE_NONE);
    assert_null(coverage.rules.at[1].best.runbook);
    assert_int_equal(coverage.n_none, 1);
}

static void a_procedure_that_no_alert_leads_to_is_told(void **state)
{
    rule(*state, "DiskAlmostFull");
    rule(*state, "CertificateExpired");
    struct coverage coverage = coverage_of(*state);
    assert_int_equal(coverage.unreached.n, 1);
    assert_string_equal(coverage.unreached.at[0].procedure->title, "ReplicaLagging");
}

static void without_rules_no_procedure_is_blamed(void **state)
{
    assert_int_equal(coverage_of(*state).unreached.n, 0);
}

static void the_annotation_and_the_configuration_win(void **state)
{
    struct world *world = *state;
    rule(world, "Mystery")->runbook_url = "https://wiki.example.com/disk.md#replicalagging";
    rule(world, "DiskAlmostFull")->document = "web.md";
    rule(world, "DiskAlmostFull")->document = "gone.md";
    struct coverage coverage = coverage_of(world);
    assert_int_equal(coverage.rules.at[0].state, COVERAGE_SURE);
    assert_int_equal(coverage.rules.at[0].best.line, 14);
    /* nothing in web.md fits: as the server does, all are searched then */
    assert_string_equal(coverage.rules.at[1].best.runbook->file, "disk.md");
    assert_string_equal(coverage.rules.at[2].best.runbook->file, "disk.md");
}

static void a_rule_says_how_bad_it_is_by_a_label(void **state)
{
    struct world *world = *state;
    struct alert_rule *with = rule(world, "DiskAlmostFull");
    *list_push(world->arena, &with->labels) = (struct label){.name = "severity", .value = "page"};
    struct alert_rule *without = rule(world, "ReplicaLagging");
    *list_push(world->arena, &without->labels) = (struct label){.name = "team", .value = "db"};
    struct coverage coverage = coverage_of(world);
    assert_true(coverage.rules.at[0].has_severity);
    assert_false(coverage.rules.at[1].has_severity);
    assert_int_equal(coverage.n_without_severity, 1);
}

static void what_is_overdue_has_its_file_and_line(void **state)
{
    struct coverage coverage = coverage_of(*state);
    assert_int_equal(coverage.overdue.n, 1);
    assert_string_equal(coverage.overdue.at[0].runbook->file, "disk.md");
    assert_int_equal(coverage.overdue.at[0].date.line, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_alert_without_a_procedure_is_told, start, stop),
        cmocka_unit_test_setup_teardown(a_procedure_that_no_alert_leads_to_is_told, start, stop),
        cmocka_unit_test_setup_teardown(without_rules_no_procedure_is_blamed, start, stop),
        cmocka_unit_test_setup_teardown(the_annotation_and_the_configuration_win, start, stop),
        cmocka_unit_test_setup_teardown(a_rule_says_how_bad_it_is_by_a_label, start, stop),
        cmocka_unit_test_setup_teardown(what_is_overdue_has_its_file_and_line, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
