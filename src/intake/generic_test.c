#include "intake/intake_fixture.h"

static struct alert_batch parsed(const char *text)
{
    return parsed_as("generic", text);
}

/* What the mapping of a source makes of the text. */
static struct alert_batch mapped_by(const char *id, const char *source, const char *text)
{
    struct config_errors errors = {.arena = arena};
    const char *yaml = arena_printf(arena, "sources:\n  - id: %s\n%s", id, source);
    struct config *config = config_parse("c.yaml", yaml, strlen(yaml), &errors);
    if (!config)
        fail_msg("%s", errors.list.at[0]);
    struct json root;
    struct buf body = {0};
    assert_int_equal(json_parse(document, text, strlen(text), 32, &root, &err), 0);
    assert_int_equal(intake_map(arena, config_source(config, id), root, &body, &err), 0);
    const char *kept = arena_strdup(arena, buf_text(&body));
    buf_free(&body);
    config_free(config);
    return parsed(kept);
}

static struct alert_batch mapped(const char *source, const char *text)
{
    return mapped_by("s", source, text);
}

static void the_usual_words_are_understood(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("{\"title\":\"Disk full\",\"host\":\"db-1\",\"priority\":2,\"message\":\"97 %\","
               "\"id\":77,\"timestamp\":1772355540,\"link\":\"http://x/77\"}");
    const struct alert *alert = batch.alerts;
    assert_string_equal(label(alert, "alertname"), "Disk full");
    assert_string_equal(label(alert, "service"), "db-1");
    assert_string_equal(label(alert, "severity"), "2");
    assert_string_equal(label(alert, "key"), "77");
    assert_string_equal(annotation(alert, "summary"), "97 %");
    assert_true(alert->starts_us == now_us - 60 * US_PER_S && alert->ends_us == 0);
    assert_string_equal(alert->generator_url, "http://x/77");
    assert_string_equal(batch.group_key, "77");
    assert_true(batch.group_whole && batch.lasting && !batch.group_resolved);
}

static void a_state_that_means_over_resolves_the_whole_key(void **state)
{
    (void)state;
    static const char *const words[] = {"resolved", "OK", "closed", "Normal", "up"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct alert_batch batch =
            parsed(arena_printf(arena, "{\"name\":\"X\",\"key\":\"k\",\"state\":\"%s\"}", words[i]));
        assert_true(batch.group_resolved);
        assert_true(batch.alerts->ends_us == now_us);
    }
    assert_false(parsed("{\"name\":\"X\",\"key\":\"k\",\"state\":\"alerting\"}").group_resolved);
}

static void an_array_holds_alerts_of_their_own(void **state)
{
    (void)state;
    struct alert_batch batch = parsed("{\"alerts\":[{\"labels\":{\"alertname\":\"A\",\"n\":1,\"on\":true}},"
                                      "{\"name\":\"B\",\"status\":\"resolved\"}]}");
    assert_int_equal(batch.n_alerts, 2);
    assert_string_equal(label(&batch.alerts[0], "n"), "1");
    assert_string_equal(label(&batch.alerts[0], "on"), "true");
    assert_true(batch.alerts[0].ends_us == 0 && batch.alerts[1].ends_us == now_us);
    assert_null(batch.group_key);
}

static void what_says_nothing_does_not_keep_the_others_out(void **state)
{
    (void)state;
    struct alert_batch batch;
    assert_int_equal(
        parse_as(INTAKE_GENERIC, "{\"alerts\":[{\"nothing\":1},{\"name\":\"DiskFull\"}]}", &batch),
        INTAKE_PARTLY);
    assert_string_equal(field, "alerts[0]");
    assert_int_equal(batch.n_alerts, 1);
    assert_string_equal(label(&batch.alerts[0], "alertname"), "DiskFull");
}

static void what_says_nothing_is_refused_with_its_place(void **state)
{
    (void)state;
    struct alert_batch batch = {0};
    assert_int_equal(parse_as("generic", "[{\"x\":1}]", &batch), -1);
    assert_string_equal(field, "[0]");
    assert_int_equal(parse_as("generic", "\"text\"", &batch), -1);
    assert_int_equal(parse_as("generic", "[3]", &batch), -1);
}

static void a_mapping_finds_its_places_in_a_foreign_shape(void **state)
{
    (void)state;
    struct alert_batch batch =
        mapped("    each: /events\n"
               "    labels: {alertname: /rule/na~1me, service: shop, n: /values/1, none: /values/, past: "
               "/values/2}\n"
               "    annotations: {summary: /text}\n"
               "    resolved: {/state: cleared, /gone: \"true\"}\n"
               "    starts: /since\n",
               "{\"events\":[{\"rule\":{\"na/me\":\"Slow\"},\"values\":[1,2.5],\"text\":\"t\","
               "\"since\":1772355540000,\"state\":\"raised\"},"
               "{\"rule\":{\"na/me\":\"Down\"},\"state\":\"CLEARED\"},"
               "{\"rule\":{\"na/me\":\"Gone\"},\"gone\":true}]}");
    assert_int_equal(batch.n_alerts, 3);
    assert_string_equal(label(&batch.alerts[0], "alertname"), "Slow");
    assert_string_equal(label(&batch.alerts[0], "service"), "shop");
    assert_string_equal(label(&batch.alerts[0], "n"), "2.5");
    assert_null(label(&batch.alerts[0], "none"));
    assert_null(label(&batch.alerts[0], "past"));
    assert_string_equal(annotation(&batch.alerts[0], "summary"), "t");
    assert_true(batch.alerts[0].starts_us == now_us - 60 * US_PER_S && batch.alerts[0].ends_us == 0);
    assert_true(batch.alerts[1].ends_us == now_us && batch.alerts[2].ends_us == now_us);
}

static void the_keys_of_two_sources_are_not_the_same(void **state)
{
    (void)state;
    static const char source[] = "    labels: {alertname: /name}\n    key: /id\n";
    struct alert_batch one = mapped_by("legacy", source, "{\"name\":\"A\",\"id\":17}");
    struct alert_batch two = mapped_by("other", source, "{\"name\":\"B\",\"id\":17}");
    assert_string_not_equal(one.group_key, two.group_key);
    assert_string_equal(label(one.alerts, "key"), "17");
    assert_string_equal(one.alerts->key, one.group_key);
}

static void each_alert_of_an_array_has_the_name_that_its_sender_gives_the_trouble(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("[{\"name\":\"A\",\"key\":\"1\"},{\"name\":\"B\",\"id\":2},{\"name\":\"C\"}]");
    assert_string_equal(batch.alerts[0].key, "1");
    assert_string_equal(batch.alerts[1].key, "2");
    assert_null(batch.alerts[2].key);
    assert_null(batch.group_key);
}

static void a_mapping_that_finds_no_array_says_where_it_looked(void **state)
{
    (void)state;
    struct config_source source = {.id = "s", .each = "/events"};
    struct json root;
    struct buf body = {0};
    assert_int_equal(json_parse(document, "{}", 2, 32, &root, &err), 0);
    assert_int_equal(intake_map(arena, &source, root, &body, &err), -1);
    assert_non_null(strstr(err.text, "/events"));
    buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_words_are_understood),
        cmocka_unit_test(a_state_that_means_over_resolves_the_whole_key),
        cmocka_unit_test(an_array_holds_alerts_of_their_own),
        cmocka_unit_test(what_says_nothing_does_not_keep_the_others_out),
        cmocka_unit_test(what_says_nothing_is_refused_with_its_place),
        cmocka_unit_test(a_mapping_finds_its_places_in_a_foreign_shape),
        cmocka_unit_test(the_keys_of_two_sources_are_not_the_same),
        cmocka_unit_test(each_alert_of_an_array_has_the_name_that_its_sender_gives_the_trouble),
        cmocka_unit_test(a_mapping_that_finds_no_array_says_where_it_looked),
    };
    return cmocka_run_group_tests(tests, intake_start, intake_stop);
}
