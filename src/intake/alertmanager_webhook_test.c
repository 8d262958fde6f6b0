#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "intake/intake.h"

static const int64_t now_us = INT64_C(1772355600) * US_PER_S; /* 2026-03-01T09:00:00Z */
static struct json_document *document;
static struct arena *arena;
static const char *field;
static struct err err;

static int parse(const char *text, struct alert_batch *ret_batch)
{
    struct intake_body body = {intake_format("alertmanager-webhook"), text, strlen(text), now_us};
    return intake_parse(&body, document, arena, ret_batch, &field, &err);
}

static struct alert_batch parsed(const char *text)
{
    struct alert_batch batch = {0};
    if (parse(text, &batch) < 0)
        fail_msg("%s", err.text);
    return batch;
}

/* The shape that Alertmanager 0.25 sends with max_alerts: 1 for a group of two. */
static void a_cut_group_is_not_taken_for_the_whole(void **state)
{
    (void)state;
    struct alert_batch batch = parsed(
        "{\"receiver\":\"cart\",\"status\":\"firing\",\"alerts\":[{\"status\":\"firing\",\"labels\":"
        "{\"alertname\":\"DiskFills\",\"host\":\"db-1\"},\"annotations\":{\"summary\":\"90 percent\"},"
        "\"startsAt\":\"2026-03-01T08:59:00.672471745Z\",\"endsAt\":\"0001-01-01T00:00:00Z\","
        "\"generatorURL\":\"http://prom/g\",\"fingerprint\":\"b6d46372a77fe500\"}],\"groupLabels\":"
        "{\"alertname\":\"DiskFills\"},\"commonLabels\":{\"alertname\":\"DiskFills\",\"host\":\"db-1\"},"
        "\"commonAnnotations\":{},\"externalURL\":\"http://am:9093\",\"version\":\"4\","
        "\"groupKey\":\"{}:{alertname=\\\"DiskFills\\\"}\",\"truncatedAlerts\":1}");
    assert_int_equal(batch.n_alerts, 1);
    assert_string_equal(batch.group_key, "{}:{alertname=\"DiskFills\"}");
    assert_false(batch.group_whole);
    assert_false(batch.group_resolved);
    assert_true(batch.lasting);
    assert_true(batch.alerts[0].ends_us == 0);
    assert_true(batch.alerts[0].starts_us == now_us - 59327529);
}

static void a_resolved_group_resolves_whatever_it_lists(void **state)
{
    (void)state;
    struct alert_batch batch = parsed(
        "{\"status\":\"resolved\",\"groupKey\":\"g\",\"version\":\"4\",\"truncatedAlerts\":1,\"alerts\":["
        "{\"status\":\"resolved\",\"labels\":{\"alertname\":\"DiskFills\"},\"annotations\":{},"
        "\"endsAt\":\"2026-03-01T08:59:59Z\"},{\"labels\":{\"alertname\":\"Other\"}}]}");
    assert_true(batch.group_resolved);
    assert_true(batch.alerts[0].ends_us == now_us - US_PER_S);
    assert_true(batch.alerts[1].ends_us == now_us);
}

static void one_group_may_mix_firing_and_resolved(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("{\"status\":\"firing\",\"groupKey\":\"g\",\"version\":\"4\",\"alerts\":["
               "{\"status\":\"firing\",\"labels\":{\"a\":\"1\"},\"endsAt\":\"2026-03-01T08:00:00Z\"},"
               "{\"status\":\"resolved\",\"labels\":{\"a\":\"2\"},\"endsAt\":\"2026-03-01T10:00:00Z\"}]}");
    assert_true(batch.group_whole);
    assert_true(batch.alerts[0].ends_us == 0);
    assert_true(batch.alerts[1].ends_us == now_us);
}

/* Grafana 9: another version, more members, null where it has nothing. */
static void the_superset_of_grafana_is_taken(void **state)
{
    (void)state;
    struct alert_batch batch = parsed(
        "{\"receiver\":\"cart\",\"status\":\"firing\",\"orgId\":1,\"version\":\"1\",\"groupKey\":\"{}:{}\","
        "\"truncatedAlerts\":0,\"title\":\"[FIRING:1]\",\"state\":\"alerting\",\"message\":\"m\",\"alerts\":["
        "{"
        "\"status\":\"firing\",\"labels\":{\"alertname\":\"Lag\",\"grafana_folder\":\"ops\"},"
        "\"annotations\":{},\"startsAt\":\"2026-03-01T10:00:00+01:00\",\"endsAt\":\"0001-01-01T00:00:00Z\","
        "\"generatorURL\":\"http://grafana/x\",\"fingerprint\":\"c6eadffa33fcdf37\",\"silenceURL\":\"s\","
        "\"dashboardURL\":\"\",\"panelURL\":\"\",\"values\":null,\"valueString\":\"[ var='B' ]\"}]}");
    assert_string_equal(
        label_value(batch.alerts[0].annotations, batch.alerts[0].n_annotations, "valueString"),
        "[ var='B' ]");
    assert_true(batch.group_whole);
    assert_true(batch.alerts[0].starts_us == now_us);
}

/* Else what was sound before would pass for over, because the group does not list it any more. */
static void a_group_with_an_alert_that_cannot_be_taken_is_not_the_whole(void **state)
{
    (void)state;
    struct alert_batch batch;
    assert_int_equal(
        parse("{\"status\":\"firing\",\"groupKey\":\"g\",\"version\":\"4\",\"truncatedAlerts\":0,\"alerts\":["
              "{\"status\":\"firing\",\"labels\":{}},"
              "{\"status\":\"firing\",\"labels\":{\"alertname\":\"DiskFills\"}}]}",
              &batch),
        INTAKE_PARTLY);
    assert_string_equal(field, "alerts[0].labels");
    assert_int_equal(batch.n_alerts, 1);
    assert_string_equal(batch.alerts[0].labels[0].value, "DiskFills");
    assert_false(batch.group_whole);
}

static void without_a_group_key_nothing_resolves_by_absence(void **state)
{
    (void)state;
    struct alert_batch batch = parsed("{\"status\":\"firing\",\"alerts\":[{\"labels\":{\"a\":\"1\"}}]}");
    assert_null(batch.group_key);
    assert_false(batch.group_whole);
}

static void a_bad_message_is_refused_with_its_place(void **state)
{
    (void)state;
    struct alert_batch batch;
    assert_int_equal(parse("{\"alerts\":[{\"labels\":{\"a\":\"1\"}},{\"labels\":7}]}", &batch), -1);
    assert_string_equal(field, "alerts[1].labels");
    assert_int_equal(parse("{\"alerts\":{}}", &batch), -1);
    assert_string_equal(field, "alerts");
    assert_int_equal(parse("{\"groupKey\":7,\"alerts\":[]}", &batch), -1);
    assert_string_equal(field, "groupKey");
    assert_int_equal(parse("[]", &batch), -1);
}

int main(void)
{
    document = json_document_new();
    arena = arena_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_group_is_not_taken_for_the_whole),
        cmocka_unit_test(a_resolved_group_resolves_whatever_it_lists),
        cmocka_unit_test(one_group_may_mix_firing_and_resolved),
        cmocka_unit_test(the_superset_of_grafana_is_taken),
        cmocka_unit_test(a_group_with_an_alert_that_cannot_be_taken_is_not_the_whole),
        cmocka_unit_test(without_a_group_key_nothing_resolves_by_absence),
        cmocka_unit_test(a_bad_message_is_refused_with_its_place),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    json_document_free(document);
    return failed;
}
