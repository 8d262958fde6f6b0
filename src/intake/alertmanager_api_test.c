#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "intake/intake.h"

static const int64_t now_us = INT64_C(1772355600) * US_PER_S; /* 2026-03-01T09:00:00Z */
static struct json_document *document;
static struct arena *arena;
static const char *field;
static struct err err;

static int parse(const char *bytes, size_t n_bytes, struct alert_batch *ret_batch)
{
    struct intake_body body = {intake_format("alertmanager-api"), bytes, n_bytes, now_us};
    return intake_parse(&body, document, arena, ret_batch, &field, &err);
}

static struct alert_batch parsed(const char *text)
{
    struct alert_batch batch = {0};
    if (parse(text, strlen(text), &batch) < 0)
        fail_msg("%s", err.text);
    return batch;
}

static void assert_refused(const char *text, const char *at, const char *why)
{
    struct alert_batch batch;
    assert_int_equal(parse(text, strlen(text), &batch), -1);
    if (at)
        assert_string_equal(field, at);
    else
        assert_null(field);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

/* The texts that the labels point to are those of the one piece, in its order. */
static void assert_in_one_piece(const struct alert *alert)
{
    const char *at = alert->text;
    assert_non_null(at);
    for (size_t i = 0; i < alert->n_labels + alert->n_annotations; i++) {
        bool annotation = i >= alert->n_labels;
        const struct label *label = annotation ? &alert->annotations[i - alert->n_labels] : &alert->labels[i];
        if (i == alert->n_labels)
            assert_int_equal(at - alert->text, alert->labels_bytes);
        assert_string_equal(at, label->name);
        at += strlen(at) + 1;
        assert_string_equal(at, label->value);
        at += strlen(at) + 1;
    }
    assert_string_equal(at, alert->generator_url ? alert->generator_url : "");
    assert_int_equal(at + strlen(at) + 1 - alert->text, alert->text_bytes);
}

/* Sorted or not, twice, empty, longer than what is kept together. */
static void however_an_alert_is_written_its_texts_are_one_piece(void **state)
{
    (void)state;
    scoped_buf struct buf body = {0};
    buf_puts(&body, "[{\"labels\":{\"alertname\":\"A\",\"job\":\"j\"},\"annotations\":{\"x\":\"y\"}}"
                    ",{\"labels\":{\"job\":\"j\",\"alertname\":\"A\"},\"annotations\":{\"x\":\"y\"}}"
                    ",{\"labels\":{\"alertname\":\"B\",\"alertname\":\"A\",\"job\":\"j\"},"
                    "\"annotations\":{\"w\":\"\",\"x\":\"y\"},\"generatorURL\":\"http://a/\"}"
                    ",{\"labels\":{\"alertname\":\"A\",\"job\":\"j\"},\"annotations\":{");
    for (int i = 10; i < 16; i++)
        buf_printf(&body, "%s\"text%d\":\"%08000d\"", i > 10 ? "," : "", i, i);
    buf_puts(&body, "}},{\"labels\":{\"alertname\":\"A\",\"job\":\"j\"},\"generatorURL\":\"http://a/\"}]");
    struct alert_batch batch = parsed(buf_text(&body));
    assert_int_equal(batch.n_alerts, 5);
    for (size_t i = 0; i < batch.n_alerts; i++) {
        assert_in_one_piece(&batch.alerts[i]);
        assert_int_equal(batch.alerts[i].n_labels, 2);
        assert_int_equal(batch.alerts[i].labels_bytes, strlen("alertname A job j") + 1);
        assert_true(batch.alerts[i].labels_hash == batch.alerts[0].labels_hash);
    }
    assert_int_equal(batch.alerts[2].n_annotations, 2);
    assert_int_equal(batch.alerts[3].text_bytes, 18 + 6 * (7 + 8001) + 1);
}

/* As Prometheus 2.42 sends it. */
static void an_alert_keeps_what_prometheus_says(void **state)
{
    (void)state;
    struct alert_batch batch = parsed(
        "[{\"annotations\":{\"summary\":\"queue grows\"},\"endsAt\":\"2026-03-01T09:04:00.5Z\","
        "\"startsAt\":\"2026-03-01T08:59:30.25Z\",\"generatorURL\":\"http://prom:9090/graph?g0.expr=up\","
        "\"labels\":{\"alertname\":\"QueueGrows\",\"job\":\"billing\",\"severity\":\"page\"}}]");
    assert_int_equal(batch.n_alerts, 1);
    const struct alert *alert = batch.alerts;
    assert_int_equal(alert->n_labels, 3);
    assert_string_equal(alert->labels[1].name, "job");
    assert_string_equal(alert->labels[1].value, "billing");
    assert_int_equal(alert->n_annotations, 1);
    assert_true(alert->starts_us == now_us - 29750000);
    assert_true(alert->ends_us == now_us + 240500000);
    assert_string_equal(alert->generator_url, "http://prom:9090/graph?g0.expr=up");
    assert_string_equal(batch.source, "alertmanager-api");
    assert_false(batch.lasting);
    assert_null(batch.group_key);
}

/* As amtool 0.25 sends an alert that was given no times. */
static void zero_times_are_absent_not_long_ago(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("[{\"labels\":{\"alertname\":\"a\"},\"startsAt\":\"0001-01-01T00:00:00.000Z\","
               "\"endsAt\":\"0001-01-01T00:00:00.000Z\",\"generatorURL\":\"\"}]");
    assert_true(batch.alerts[0].starts_us == 0);
    assert_true(batch.alerts[0].ends_us == 0);
    assert_null(batch.alerts[0].generator_url);
    batch = parsed("[{\"labels\":{\"alertname\":\"a\"},\"startsAt\":null,\"endsAt\":\"\"}]");
    assert_true(batch.alerts[0].starts_us == 0 && batch.alerts[0].ends_us == 0);
}

static void times_at_the_edges_stay_on_their_side(void **state)
{
    (void)state;
    struct alert_batch batch = parsed("[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"1970-01-01T00:00:00Z\","
                                      "\"endsAt\":\"9999-12-31T23:59:59Z\"}]");
    assert_true(batch.alerts[0].starts_us != 0 && batch.alerts[0].starts_us < now_us);
    assert_true(batch.alerts[0].ends_us > now_us);
    batch = parsed("[{\"labels\":{\"a\":\"b\"},\"endsAt\":\"0000-01-01T00:00:00Z\"}]");
    assert_int_equal(batch.alerts[0].ends_us, 0); /* none, as the year 1: it fires */
    assert_refused("[{\"labels\":{\"a\":\"b\"},\"endsAt\":\"0000-00-00T00:00:00Z\"}]", "[0].endsAt",
                   "not a time");
    assert_refused("[{\"labels\":{\"a\":\"b\"},\"startsAt\":1772355600}]", "[0].startsAt", "not a time");
}

static void labels_are_sorted_unique_and_never_empty(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("[{\"labels\":{\"z\":\"1\",\"a\":\"2\",\"m\":\"\",\"a\":\"3\",\"b\":\"4\"}}]");
    const struct alert *alert = batch.alerts;
    assert_int_equal(alert->n_labels, 3);
    assert_string_equal(alert->labels[0].name, "a");
    assert_string_equal(alert->labels[0].value, "3");
    assert_string_equal(alert->labels[1].name, "b");
    assert_string_equal(alert->labels[2].name, "z");
}

static void an_annotation_may_be_empty_as_in_alertmanager(void **state)
{
    (void)state;
    struct alert_batch batch =
        parsed("[{\"labels\":{\"a\":\"b\"},\"annotations\":{\"z\":\"1\",\"runbook_url\":\"\"}}]");
    const struct alert *alert = batch.alerts;
    assert_int_equal(alert->n_annotations, 2);
    assert_string_equal(alert->annotations[0].name, "runbook_url");
    assert_string_equal(alert->annotations[0].value, "");
    assert_null(label_value(alert->annotations, alert->n_annotations, "runbook_url")); /* it names nothing */
}

static void an_alert_without_labels_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_refused("[{\"labels\":{}},{\"annotations\":{}}]", "[0].labels", "alert 1");
    assert_refused("[{\"annotations\":{}}]", "[0].labels", "label");
    assert_refused("[{\"labels\":{\"a\":\"\"}}]", "[0].labels", "label");
    assert_refused("[{\"labels\":{\"a\":1}}]", "[0].labels", "\"a\"");
    assert_refused("[{\"labels\":{\"\":\"x\"}}]", "[0].labels", "empty");
    assert_refused("[{\"labels\":[]}]", "[0].labels", "object");
    assert_refused("[{\"labels\":{\"a\":\"x\\u0000y\"}}]", "[0].labels", "NUL");
    assert_refused("[{\"labels\":{\"a\":\"b\"},\"annotations\":{\"s\":{}}}]", "[0].annotations", "text");
    assert_refused("[7]", "[0]", "object");
    assert_refused("{\"labels\":{\"a\":\"b\"}}", NULL, "array");
}

static void assert_partly(const char *text, const char *at, const char *why)
{
    struct alert_batch batch;
    assert_int_equal(parse(text, strlen(text), &batch), INTAKE_PARTLY);
    assert_string_equal(field, at);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    assert_int_equal(batch.n_alerts, 2);
    assert_string_equal(batch.alerts[0].labels[0].value, "first");
    assert_string_equal(batch.alerts[1].labels[0].value, "last");
    assert_non_null(batch.alerts[1].text); /* kept in one piece like any */
}

/* As Alertmanager 0.25 answers the same bodies: the others are taken, and the answer is 400. */
static void an_alert_without_sense_does_not_keep_the_others_out(void **state)
{
    (void)state;
    assert_partly(
        "[{\"labels\":{\"a\":\"first\"}},{\"labels\":{}},{\"labels\":{\"a\":\"last\"}}]", "[1].labels",
        "alert 2 of the body: it needs at least one label that is not empty (of the 3 alerts 1 refused");
    assert_partly("[{\"labels\":{\"a\":\"x\"},\"startsAt\":\"2026-03-01T10:00:01Z\",\"endsAt\":\"2026-03-"
                  "01T10:00:00Z\"},"
                  "{\"labels\":{\"a\":\"first\"}},{\"annotations\":{}},{\"labels\":{\"a\":\"last\"}}]",
                  "[0].endsAt", "startsAt is after endsAt (of the 4 alerts 2 refused");
    scoped_buf struct buf body = {0};
    buf_puts(&body, "[{\"labels\":{\"a\":\"first\"}},{\"labels\":{\"a\":\"");
    for (int i = 0; i <= 4 * 1024; i++)
        buf_putc(&body, 'x');
    buf_puts(&body, "\"}},{\"labels\":{\"a\":\"last\"}}]");
    assert_partly(buf_text(&body), "[1].labels", "longer");
}

/* Also after one that could have been set aside: a sender that does not speak the format is told so. */
static void a_body_of_another_shape_is_refused_whole(void **state)
{
    (void)state;
    assert_refused("[{\"labels\":{\"a\":\"b\"}},{\"labels\":{}},{\"labels\":{\"a\":7}}]", "[2].labels",
                   "must be a text");
    assert_refused("[{\"labels\":{\"a\":\"b\"}},{\"labels\":{\"a\":\"c\"},\"startsAt\":\"yesterday\"}]",
                   "[1].startsAt", "not a time");
}

static void an_end_at_the_start_and_a_start_to_come_are_taken(void **state)
{
    (void)state;
    struct alert_batch batch = parsed("[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"2026-03-01T10:00:00Z\","
                                      "\"endsAt\":\"2026-03-01T10:00:00Z\"},"
                                      "{\"labels\":{\"a\":\"c\"},\"startsAt\":\"2026-03-09T10:00:00Z\"},"
                                      "{\"labels\":{\"a\":\"d\"},\"startsAt\":\"2026-03-01T10:00:00Z\","
                                      "\"endsAt\":\"0001-01-01T00:00:00Z\"}]");
    assert_int_equal(batch.n_alerts, 3);
}

/* The clock may have been set back between its beginning and its end, and then it must end. */
static void what_a_check_found_ends_in_any_order(void **state)
{
    (void)state;
    static const char text[] = "[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"2026-03-01T10:00:00Z\","
                               "\"endsAt\":\"2026-03-01T09:00:00Z\"}]";
    struct intake_body body = {intake_format(INTAKE_CHECK), text, strlen(text), now_us};
    struct alert_batch batch;
    assert_int_equal(intake_parse(&body, document, arena, &batch, &field, &err), 0);
    assert_int_equal(batch.n_alerts, 1);
    assert_string_equal(batch.source, INTAKE_CHECK);
    assert_true(batch.lasting);
}

static void no_alerts_are_no_error(void **state)
{
    (void)state;
    assert_int_equal(parsed("[]").n_alerts, 0);
}

static void hostile_bodies_are_refused(void **state)
{
    (void)state;
    scoped_buf struct buf body = {0};
    struct alert_batch batch;
    for (int i = 0; i < 100000; i++)
        buf_putc(&body, '[');
    assert_int_equal(parse(body.at, body.n_bytes, &batch), -1);
    buf_clear(&body);
    buf_puts(&body, "[{\"labels\":{\"n0\":\"v\"");
    for (int i = 1; i < 10000; i++)
        buf_printf(&body, ",\"n%d\":\"v\"", i);
    buf_puts(&body, "}}]");
    assert_refused(body.at, "[0].labels", "more than 64");
    buf_clear(&body);
    buf_puts(&body, "[1");
    for (int i = 0; i < 10000; i++)
        buf_puts(&body, ",1");
    buf_putc(&body, ']');
    assert_refused(body.at, NULL, "at most 10000");
    assert_int_equal(parse("[{\"labels\":{\"a\":\"\xff\xfe\"}}]", 22, &batch), -1);
    assert_refused("{\"labels\":", NULL, "JSON");
    assert_refused("", NULL, "empty");
}

static void values_at_the_limit_pass_and_one_more_byte_does_not(void **state)
{
    (void)state;
    static char value[4098];
    for (size_t n = 4096; n <= 4097; n++) {
        memset(value, 'x', n);
        value[n] = '\0';
        scoped_buf struct buf body = {0};
        buf_printf(&body, "[{\"labels\":{\"a\":\"%s\"}}]", value);
        struct alert_batch batch;
        assert_int_equal(parse(body.at, body.n_bytes, &batch), n == 4096 ? 0 : -1);
    }
}

/* A stack trace in the description is no reason to page nobody. */
static void prose_that_is_too_long_is_cut_and_the_alert_taken(void **state)
{
    (void)state;
    enum { LIMIT = 16 * 1024 };
    scoped_buf struct buf body = {0};
    buf_puts(&body, "[{\"labels\":{\"a\":\"b\"},\"annotations\":{\"description\":\"");
    for (int i = 0; i < LIMIT; i++)
        buf_puts(&body, "\xc3\xa9");
    buf_puts(&body, "\",\"summary\":\"short\"}}]");
    struct alert_batch batch;
    assert_int_equal(parse(body.at, body.n_bytes, &batch), 0);
    const struct label *annotations = batch.alerts[0].annotations;
    assert_int_equal(batch.alerts[0].n_annotations, 2);
    size_t n = strlen(annotations[0].value);
    assert_true(n <= LIMIT && n > LIMIT - 32);
    assert_string_equal(annotations[0].value + n - 12, "\xc3\xa9 ... (cut)");
    assert_string_equal(annotations[1].value, "short");
}

int main(void)
{
    document = json_document_new();
    arena = arena_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(however_an_alert_is_written_its_texts_are_one_piece),
        cmocka_unit_test(an_alert_keeps_what_prometheus_says),
        cmocka_unit_test(zero_times_are_absent_not_long_ago),
        cmocka_unit_test(times_at_the_edges_stay_on_their_side),
        cmocka_unit_test(labels_are_sorted_unique_and_never_empty),
        cmocka_unit_test(an_annotation_may_be_empty_as_in_alertmanager),
        cmocka_unit_test(an_alert_without_labels_is_refused_with_its_place),
        cmocka_unit_test(an_alert_without_sense_does_not_keep_the_others_out),
        cmocka_unit_test(a_body_of_another_shape_is_refused_whole),
        cmocka_unit_test(an_end_at_the_start_and_a_start_to_come_are_taken),
        cmocka_unit_test(what_a_check_found_ends_in_any_order),
        cmocka_unit_test(no_alerts_are_no_error),
        cmocka_unit_test(hostile_bodies_are_refused),
        cmocka_unit_test(values_at_the_limit_pass_and_one_more_byte_does_not),
        cmocka_unit_test(prose_that_is_too_long_is_cut_and_the_alert_taken),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    json_document_free(document);
    return failed;
}
