#include "intake/intake_fixture.h"

#define PAYLOAD                                                                                              \
    "\"payload\":{\"summary\":\"disk of db-1 is full\",\"source\":\"db-1\",\"severity\":\"critical\","       \
    "\"component\":\"postgres\",\"class\":\"DiskFull\",\"timestamp\":\"2026-03-01T08:59:00Z\","              \
    "\"custom_details\":{\"free\":0.5,\"mount\":{\"path\":\"/var\"}}}"

static struct alert_batch parsed(const char *text)
{
    return parsed_as("pagerduty", text);
}

static void assert_refused(const char *text, const char *at, const char *words)
{
    struct alert_batch batch = {0};
    assert_int_equal(parse_as("pagerduty", text, &batch), -1);
    assert_string_equal(field, at);
    assert_non_null(strstr(err.text, words));
}

static void a_trigger_is_one_alert_of_its_keys_group(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("{\"routing_key\":\"r\",\"event_action\":\"trigger\",\"dedup_key\":\"k\"," PAYLOAD
               ",\"client\":\"monit\",\"client_url\":\"http://monit/1\"}");
    assert_int_equal(batch.n_alerts, 1);
    const struct alert *alert = batch.alerts;
    assert_string_equal(label(alert, "alertname"), "DiskFull");
    assert_string_equal(label(alert, "service"), "postgres");
    assert_string_equal(label(alert, "severity"), "critical");
    assert_string_equal(label(alert, "dedup_key"), "k");
    assert_string_equal(annotation(alert, "summary"), "disk of db-1 is full");
    assert_string_equal(annotation(alert, "free"), "0.5");
    assert_string_equal(annotation(alert, "mount.path"), "/var");
    assert_string_equal(alert->generator_url, "http://monit/1");
    assert_true(alert->starts_us == now_us - 60 * US_PER_S);
    assert_string_equal(batch.group_key, "r/k");
    assert_string_equal(alert->key, "r/k");
    assert_string_equal(batch.dedup_key, "k");
    assert_true(batch.group_whole && batch.lasting && !batch.group_resolved);
}

static void every_link_and_image_is_kept_with_what_it_is_called(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("{\"routing_key\":\"r\",\"event_action\":\"trigger\",\"dedup_key\":\"k\"," PAYLOAD
               ",\"links\":[{\"href\":\"http://a/1\"},{\"text\":\"nowhere\"},7,"
               "{\"href\":\"http://b/2\",\"text\":\"disk board\"}],"
               "\"images\":[{\"src\":\"http://c/3.png\",\"alt\":\"free space\",\"href\":\"http://c\"},"
               "{\"src\":\"http://d/4.png\"}]}");
    const struct alert *alert = batch.alerts;
    assert_string_equal(annotation(alert, "link"), "http://a/1");
    assert_string_equal(annotation(alert, "link_2"), "http://b/2 (disk board)");
    assert_string_equal(annotation(alert, "image"), "http://c/3.png (free space)");
    assert_string_equal(annotation(alert, "image_2"), "http://d/4.png");
    assert_string_equal(annotation(alert, "free"), "0.5");
}

static void resolve_and_acknowledge_name_the_group_alone(void **state)
{
    (void)state;
    struct alert_batch resolve =
        parsed("{\"routing_key\":\"r\",\"event_action\":\"resolve\",\"dedup_key\":\"k\"}");
    assert_true(resolve.group_resolved && resolve.n_alerts == 0 && !resolve.acknowledged_by);
    struct alert_batch acknowledge =
        parsed("{\"routing_key\":\"r\",\"event_action\":\"acknowledge\",\"dedup_key\":\"k\"}");
    assert_true(!acknowledge.group_resolved && !acknowledge.group_whole && acknowledge.acknowledged_by);
    assert_string_equal(acknowledge.group_key, "r/k");
}

static void a_missing_key_is_made_the_same_for_the_same_message(void **state)
{
    (void)state;
    const char *text = "{\"routing_key\":\"r\",\"event_action\":\"trigger\"," PAYLOAD "}";
    struct alert_batch first = parsed(text);
    const char *key = arena_strdup(arena, first.dedup_key);
    assert_string_equal(parsed(text).dedup_key, key);
    assert_int_equal(strlen(key), 32);
}

static void a_key_has_255_characters_in_any_alphabet(void **state)
{
    (void)state;
    char key[2 * 256 + 1] = "";
    for (size_t i = 0; i < 255; i++)
        memcpy(key + 2 * i, "\u00e9", 3);
    const char *form = "{\"routing_key\":\"r\",\"event_action\":\"resolve\",\"dedup_key\":\"%s\"}";
    assert_string_equal(parsed(arena_printf(arena, form, key)).dedup_key, key);
    memcpy(key + sizeof key - 3, "\u00e9", 3);
    assert_refused(arena_printf(arena, form, key), "dedup_key", "255");
}

static void a_key_may_be_a_number(void **state)
{
    (void)state;
    struct alert_batch fires =
        parsed("{\"routing_key\":\"r\",\"event_action\":\"trigger\",\"dedup_key\":17," PAYLOAD "}");
    assert_string_equal(fires.group_key, "r/17");
    assert_string_equal(
        parsed("{\"routing_key\":\"r\",\"event_action\":\"resolve\",\"dedup_key\":17}").group_key, "r/17");
}

/* The shape that Alertmanager 0.25 sends for a group of two. */
static void alerts_that_alertmanager_lists_as_text_are_read_as_alerts(void **state)
{
    (void)state;
    struct alert_batch batch = parsed(
        "{\"routing_key\":\"r\",\"event_action\":\"trigger\",\"dedup_key\":\"5f\",\"payload\":{\"summary\":"
        "\"[FIRING:2] QueueGrows\",\"source\":\"Alertmanager\",\"severity\":\"critical\",\"custom_details\":"
        "{\"firing\":\"Labels:\\n - alertname = QueueGrows\\n - service = mail\\nAnnotations:\\n - summary = "
        "a = b\\nSource: http://prom/g\\nLabels:\\n - alertname = QueueGrows\\n - service = "
        "fax\\nAnnotations:\\nSource: \\n\",\"num_firing\":\"2\"}}}");
    assert_int_equal(batch.n_alerts, 2);
    assert_string_equal(label(&batch.alerts[0], "service"), "mail");
    assert_string_equal(annotation(&batch.alerts[0], "summary"), "a = b");
    assert_string_equal(batch.alerts[0].generator_url, "http://prom/g");
    assert_string_equal(label(&batch.alerts[1], "service"), "fax");
    assert_null(batch.alerts[1].generator_url);
    assert_int_equal(batch.alerts[1].n_labels, 2);
}

static void what_pagerduty_would_refuse_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_refused("{\"routing_key\":\"r\",\"dedup_key\":\"k\"," PAYLOAD "}", "event_action", "trigger");
    assert_refused("{\"routing_key\":\"r\",\"event_action\":\"resolve\"}", "dedup_key", "missing");
    assert_refused("{\"event_action\":\"trigger\"," PAYLOAD "}", "routing_key", "missing");
    assert_refused("{\"routing_key\":\"r\",\"event_action\":\"trigger\"}", "payload.summary", "missing");
    assert_refused(
        "{\"routing_key\":\"r\",\"event_action\":\"trigger\",\"payload\":{\"summary\":\"s\",\"source\":"
        "\"x\",\"severity\":\"bad\"}}",
        "payload.severity", "warning");
    const char *long_key = arena_printf(
        arena, "{\"routing_key\":\"r\",\"event_action\":\"resolve\",\"dedup_key\":\"%0300d\"}", 1);
    assert_refused(long_key, "dedup_key", "255");
}

#define LISTING(firing)                                                                                      \
    "{\"routing_key\":\"r\",\"event_action\":\"trigger\",\"dedup_key\":\"k\",\"payload\":{\"summary\":"      \
    "\"[FIRING:2] "                                                                                          \
    "disk\",\"source\":\"Alertmanager\",\"severity\":\"error\",\"custom_details\":{\"firing\":" firing "}}}"

/* As it does from 0.29 on. */
static void alerts_that_alertmanager_lists_as_json_are_read_as_alerts(void **state)
{
    (void)state;
    struct alert_batch batch = parsed(LISTING(
        "[{\"status\":\"firing\",\"labels\":{\"alertname\":\"DiskFull\",\"service\":\"mail\"},"
        "\"annotations\":{"
        "\"summary\":\"full\"},\"startsAt\":\"2026-03-01T08:59:00Z\",\"endsAt\":\"2026-03-01T08:59:30Z\","
        "\"generatorURL\":\"http://p/1\",\"fingerprint\":\"aa\"},"
        "{\"status\":\"firing\",\"labels\":{\"alertname\":\"DiskFull\",\"service\":\"fax\"},\"annotations\":"
        "null}]"));
    assert_int_equal(batch.n_alerts, 2);
    assert_string_equal(label(&batch.alerts[0], "service"), "mail");
    assert_string_equal(annotation(&batch.alerts[0], "summary"), "full");
    assert_string_equal(batch.alerts[0].generator_url, "http://p/1");
    assert_true(batch.alerts[0].starts_us == now_us - 60 * US_PER_S && batch.alerts[0].ends_us == 0);
    assert_string_equal(label(&batch.alerts[1], "service"), "fax");
    assert_null(label(&batch.alerts[1], "dedup_key"));
    assert_true(batch.group_whole && batch.lasting);
}

static void a_list_of_what_is_no_alert_leaves_the_message_itself(void **state)
{
    (void)state;
    static const char *const bodies[] = {LISTING("[]"), LISTING("[1]"), LISTING("[{\"labels\":{}}]"),
                                         LISTING("[{\"labels\":{\"alertname\":\"A\"}},{}]")};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct alert_batch batch = parsed(bodies[i]);
        assert_int_equal(batch.n_alerts, 1);
        assert_string_equal(label(batch.alerts, "alertname"), "[FIRING:2] disk");
        assert_string_equal(label(batch.alerts, "dedup_key"), "k");
    }
}

static void details_without_end_are_cut_and_the_alert_kept(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_puts(
        &text,
        "{\"routing_key\":\"r\",\"event_action\":\"trigger\",\"payload\":{\"summary\":\"s\",\"source\":\"x\","
        "\"severity\":\"info\",\"custom_details\":{\"log\":\"");
    for (int i = 0; i < 20000; i++)
        buf_puts(&text, "\u00e4");
    buf_puts(&text, "\"");
    for (int i = 0; i < 200; i++)
        buf_printf(&text, ",\"k%d\":%d", i, i);
    buf_puts(&text, "}}}");
    struct alert_batch batch = parsed(buf_text(&text));
    const char *log = annotation(batch.alerts, "log");
    assert_true(strlen(log) < 16 * 1024 && utf8_valid(log, strlen(log)));
    assert_non_null(strstr(log, "(cut)"));
    assert_string_equal(annotation(batch.alerts, "summary"), "s");
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trigger_is_one_alert_of_its_keys_group),
        cmocka_unit_test(every_link_and_image_is_kept_with_what_it_is_called),
        cmocka_unit_test(resolve_and_acknowledge_name_the_group_alone),
        cmocka_unit_test(a_key_has_255_characters_in_any_alphabet),
        cmocka_unit_test(a_key_may_be_a_number),
        cmocka_unit_test(a_missing_key_is_made_the_same_for_the_same_message),
        cmocka_unit_test(alerts_that_alertmanager_lists_as_text_are_read_as_alerts),
        cmocka_unit_test(alerts_that_alertmanager_lists_as_json_are_read_as_alerts),
        cmocka_unit_test(a_list_of_what_is_no_alert_leaves_the_message_itself),
        cmocka_unit_test(what_pagerduty_would_refuse_is_refused_with_its_place),
        cmocka_unit_test(details_without_end_are_cut_and_the_alert_kept),
    };
    return cmocka_run_group_tests(tests, intake_start, intake_stop);
}
