#include "intake/intake_fixture.h"

static struct alert_batch parsed(const char *text)
{
    return parsed_as("opsgenie", text);
}

static void a_message_is_one_alert_of_its_aliass_group(void **state)
{
    (void)state;
    struct alert_batch batch = parsed(
        "{\"message\":\"disk full\",\"alias\":\"disk-1\",\"description\":\"of db-1\",\"priority\":\"P1\","
        "\"entity\":\"postgres\",\"source\":\"monit\",\"tags\":[\"db\",\"prod\"],\"details\":{\"region\":"
        "\"eu\"}}");
    assert_int_equal(batch.n_alerts, 1);
    assert_string_equal(label(batch.alerts, "alertname"), "disk full");
    assert_string_equal(label(batch.alerts, "service"), "postgres");
    assert_string_equal(label(batch.alerts, "severity"), "P1");
    assert_string_equal(label(batch.alerts, "alias"), "disk-1");
    assert_string_equal(annotation(batch.alerts, "region"), "eu");
    assert_string_equal(annotation(batch.alerts, "tags"), "db, prod");
    assert_string_equal(batch.group_key, "disk-1");
    assert_string_equal(batch.alerts->key, "disk-1");
    assert_true(batch.group_whole && batch.lasting);
}

static void details_with_an_alertname_are_labels(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("{\"message\":\"[FIRING:1] QueueGrows\",\"alias\":\"a\",\"details\":"
               "{\"alertname\":\"QueueGrows\",\"severity\":\"critical\"},\"priority\":\"P3\"}");
    assert_string_equal(label(batch.alerts, "alertname"), "QueueGrows");
    assert_string_equal(label(batch.alerts, "severity"), "critical");
}

static void a_service_in_the_details_goes_before_the_entity(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("{\"message\":\"slow\",\"entity\":\"host-1\",\"details\":{\"service\":\"mail\"}}");
    assert_string_equal(label(batch.alerts, "service"), "mail");
}

static void a_description_that_lists_alerts_is_read_as_alerts(void **state)
{
    (void)state;
    struct alert_batch batch = parsed(
        "{\"message\":\"[FIRING:1] X\",\"alias\":\"a\",\"description\":\"\\nAlerts Firing:\\nLabels:\\n - "
        "alertname = QueueGrows\\n - service = mail\\nAnnotations:\\nSource: \\n\\n\"}");
    assert_int_equal(batch.n_alerts, 1);
    assert_string_equal(label(batch.alerts, "service"), "mail");
    assert_null(label(batch.alerts, "alias"));
}

static void without_an_alias_the_same_words_of_two_things_are_two_alerts(void **state)
{
    (void)state;
    const char *one = parsed("{\"message\":\"down\",\"entity\":\"web-1\"}").group_key;
    assert_string_not_equal(one, parsed("{\"message\":\"down\",\"entity\":\"web-2\"}").group_key);
    assert_string_not_equal(one,
                            parsed("{\"message\":\"down\",\"entity\":\"web-1\",\"source\":\"x\"}").group_key);
    assert_string_equal(one, parsed("{\"message\":\"down\",\"entity\":\"web-1\",\"note\":\"n\"}").group_key);
}

static void close_acknowledge_and_note_name_the_group(void **state)
{
    (void)state;
    struct alert_batch close =
        parsed("{\"alias\":\"a\",\"action\":\"close\",\"user\":\"zoe\",\"note\":\"fixed\"}");
    assert_true(close.group_resolved && close.n_alerts == 0);
    assert_string_equal(close.note, "fixed");
    assert_string_equal(close.noted_by, "opsgenie:zoe");
    struct alert_batch acknowledge = parsed("{\"alias\":\"a\",\"action\":\"acknowledge\",\"user\":\"zoe\"}");
    assert_string_equal(acknowledge.acknowledged_by, "opsgenie:zoe");
    assert_true(!acknowledge.group_resolved && !acknowledge.note);
    struct alert_batch snooze = parsed(
        "{\"alias\":\"a\",\"action\":\"snooze\",\"user\":\"zoe\",\"endTime\":\"2026-03-01T09:00:00Z\"}");
    assert_string_equal(snooze.muted_by, "opsgenie:zoe");
    assert_int_equal(snooze.muted_until_us, INT64_C(1772355600000000));
}

static void without_a_message_there_is_no_alert(void **state)
{
    (void)state;
    struct alert_batch batch = {0};
    assert_int_equal(parse_as("opsgenie", "{\"alias\":\"a\"}", &batch), -1);
    assert_string_equal(field, "message");
    assert_int_equal(parse_as("opsgenie", "{\"alias\":\"a\",\"action\":\"burn\"}", &batch), -1);
    assert_int_equal(parse_as("opsgenie", "{\"action\":\"close\"}", &batch), -1);
    assert_int_equal(parse_as("opsgenie", "{\"alias\":\"a\",\"action\":\"snooze\"}", &batch), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_one_alert_of_its_aliass_group),
        cmocka_unit_test(details_with_an_alertname_are_labels),
        cmocka_unit_test(a_service_in_the_details_goes_before_the_entity),
        cmocka_unit_test(a_description_that_lists_alerts_is_read_as_alerts),
        cmocka_unit_test(without_an_alias_the_same_words_of_two_things_are_two_alerts),
        cmocka_unit_test(close_acknowledge_and_note_name_the_group),
        cmocka_unit_test(without_a_message_there_is_no_alert),
    };
    return cmocka_run_group_tests(tests, intake_start, intake_stop);
}
