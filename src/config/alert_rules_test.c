#include "config/alert_rules.h"

#include <string.h>

#include "base/testing.h"

static struct arena *arena;
static struct alert_rules rules;
static struct config_errors errors;

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    rules = (struct alert_rules){0};
    errors = (struct config_errors){.arena = arena};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static int read_text(const char *yaml)
{
    return alert_rules_read(arena, "r.yaml", yaml, strlen(yaml), &rules, &errors);
}

#define GROUP                                                                                                \
    "groups:\n- name: a\n  rules:\n  - alert: DiskFull\n    expr: up == 0\n    for: 5m\n    labels:\n"       \
    "      severity: page\n      node: '{{ $labels.node }}'\n    annotations:\n"                             \
    "      runbook_url: https://wiki.example.com/disk\n  - record: job:up\n    expr: up\n"

static void a_rule_file_gives_its_alerts_with_fixed_labels(void **state)
{
    (void)state;
    assert_int_equal(read_text(GROUP), 0);
    assert_int_equal(rules.n, 1);
    assert_string_equal(rules.at[0].alertname, "DiskFull");
    assert_string_equal(rules.at[0].file, "r.yaml");
    assert_int_equal(rules.at[0].line, 4);
    assert_string_equal(rules.at[0].runbook_url, "https://wiki.example.com/disk");
    assert_int_equal(rules.at[0].labels.n, 1);
    assert_string_equal(rules.at[0].labels.at[0].value, "page");
}

static void manifests_lists_and_several_documents_are_read(void **state)
{
    (void)state;
    assert_int_equal(
        read_text("kind: PrometheusRule\nspec:\n  groups:\n  - rules:\n    - {alert: A, expr: x}\n---\n"
                  "kind: ConfigMap\n---\n---\nkind: List\nitems:\n- spec:\n    groups:\n    - rules:\n"
                  "      - {alert: B, expr: x}\n"),
        0);
    assert_int_equal(rules.n, 2);
    assert_string_equal(rules.at[1].alertname, "B");
    assert_int_equal(rules.at[1].line, 15);
}

static void other_files_have_no_rules(void **state)
{
    (void)state;
    assert_int_equal(read_text("kind: ConfigMap\n"), 1);
    assert_int_equal(read_text(""), 1);
    assert_int_equal(read_text("- a\n- b\n"), 1);
    assert_int_equal(errors.list.n, 0);
}

static void faults_are_told_with_their_line_and_the_rest_is_read(void **state)
{
    (void)state;
    assert_int_equal(read_text("groups:\n- rules:\n  - {expr: x}\n  - {alert: A}\n  - {alert: B, expr: x}\n"
                               "- rules: none\n"),
                     -1);
    assert_int_equal(errors.list.n, 3);
    assert_non_null(strstr(errors.list.at[0], "r.yaml:3: a rule has neither"));
    assert_non_null(strstr(errors.list.at[1], "r.yaml:4: alert A has no \"expr:\""));
    assert_non_null(strstr(errors.list.at[2], "r.yaml:6: \"rules\" is no list"));
    assert_string_equal(rules.at[rules.n - 1].alertname, "B");
}

static void a_template_of_a_file_is_told_as_such(void **state)
{
    (void)state;
    assert_int_equal(read_text("groups:\n{{- if .Values.on }}\n- rules: [\n"), -1);
    assert_non_null(strstr(errors.list.at[0], "r.yaml:"));
    assert_non_null(strstr(errors.list.at[0], "render the file first"));
}

static void a_rule_belongs_to_the_service_that_the_server_would_choose(void **state)
{
    (void)state;
    struct config config = {0};
    assert_int_equal(read_text(GROUP), 0);
    struct service *other = list_push(arena, &config.services);
    *other = (struct service){.id = "disk", .runbook = "other.md"};
    struct service *service = list_push(arena, &config.services);
    *service = (struct service){.id = "x", .runbook = "disk.md"};
    *list_push(arena, &service->match) = (struct label){"severity", "page"};
    alert_rules_place(&rules, &config);
    assert_string_equal(rules.at[0].document, "disk.md");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rule_file_gives_its_alerts_with_fixed_labels, start, stop),
        cmocka_unit_test_setup_teardown(manifests_lists_and_several_documents_are_read, start, stop),
        cmocka_unit_test_setup_teardown(other_files_have_no_rules, start, stop),
        cmocka_unit_test_setup_teardown(faults_are_told_with_their_line_and_the_rest_is_read, start, stop),
        cmocka_unit_test_setup_teardown(a_template_of_a_file_is_told_as_such, start, stop),
        cmocka_unit_test_setup_teardown(a_rule_belongs_to_the_service_that_the_server_would_choose, start,
                                        stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
