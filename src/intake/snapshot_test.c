#include <string.h>

#include "base/testing.h"
#include "engine/engine.h"
#include "intake/intake.h"

#define TAKEN_US INT64_C(1772355600200000)

static struct json_document *document;

struct expected {
    const struct alert_view *views;
    size_t n;
};

static void same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a)
        assert_string_equal(a, b);
}

static void same_labels(const struct label *a, size_t n_a, const struct label *b, size_t n_b)
{
    assert_int_equal(n_a, n_b);
    for (size_t i = 0; i < n_a; i++) {
        assert_string_equal(a[i].name, b[i].name);
        assert_string_equal(a[i].value, b[i].value);
    }
}

static void compare(void *context, const struct alert_batch *batch, int64_t received_us)
{
    struct expected *expected = context;
    const struct alert_view *view = &expected->views[expected->n++];
    assert_int_equal(batch->n_alerts, 1);
    const struct alert *alert = batch->alerts;
    same_labels(alert->labels, alert->n_labels, view->alert.labels, view->alert.n_labels);
    same_labels(alert->annotations, alert->n_annotations, view->alert.annotations, view->alert.n_annotations);
    same_text(alert->generator_url, view->alert.generator_url);
    same_text(batch->source, view->source);
    same_text(batch->group_key, view->group_key);
    same_text(alert->key, view->one_trouble ? view->group_key : NULL);
    assert_true(alert->starts_us == view->alert.starts_us);
    assert_true(alert->ends_us == view->alert.ends_us);
    assert_true(received_us == (view->updated_us < TAKEN_US ? view->updated_us : TAKEN_US));
    assert_true(batch->lasting == view->lasting);
    assert_false(batch->group_whole || batch->group_resolved);
}

/* But for a time of hearing that is later than the snapshot: the clock was set back between. */
static void what_stands_is_read_back_with_nothing_lost(void **state)
{
    (void)state;
    struct label labels[] = {
        {"alertname", "A\nB"}, {"path", "C:\\x \"y\" \t"}, {"\xc3\xa9t\xc3\xa9", "\x7f"}};
    struct label notes[] = {{"summary", "two\nlines, ] and ,{"}};
    const struct alert_view views[] = {
        {.alert = {.labels = labels,
                   .n_labels = 3,
                   .annotations = notes,
                   .n_annotations = 1,
                   .starts_us = INT64_C(1772355600123457),
                   .ends_us = INT64_C(253402300799000000),
                   .generator_url = "http://p/?a=\"b\""},
         .updated_us = INT64_C(1772355600123458),
         .source = "alertmanager-api"},
        {.alert = {.labels = labels, .n_labels = 1, .starts_us = -5},
         .updated_us = 1,
         .lasting = true,
         .source = "alertmanager-webhook",
         .group_key = "{}:{a=\"b\"}"},
        {.alert = {.labels = labels, .n_labels = 2},
         .updated_us = TAKEN_US + 1,
         .source = "alertmanager-api"},
        {.alert = {.labels = labels, .n_labels = 1, .starts_us = 7},
         .updated_us = 2,
         .lasting = true,
         .source = "pagerduty",
         .group_key = "r/k",
         .one_trouble = true},
    };
    scoped_buf struct buf out = {0};
    struct json_writer writer = jw_start(&out);
    intake_snapshot_begin(&writer);
    for (size_t i = 0; i < 4; i++)
        intake_snapshot_add(&writer, &views[i]);
    intake_snapshot_end(&writer);

    struct err err;
    struct json root;
    assert_int_equal(json_parse(document, out.at, out.n_bytes, 8, &root, &err), 0);
    assert_int_equal(json_count(root), 4);

    struct expected expected = {.views = views};
    struct intake_body body = {intake_format(INTAKE_SNAPSHOT), out.at, out.n_bytes, TAKEN_US};
    assert_int_equal(intake_each_batch(&body, document, compare, &expected, &err), 0);
    assert_int_equal(expected.n, 4);
}

static void an_empty_snapshot_brings_nothing(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct json_writer writer = jw_start(&out);
    intake_snapshot_begin(&writer);
    intake_snapshot_end(&writer);
    struct expected expected = {0};
    struct intake_body body = {intake_format(INTAKE_SNAPSHOT), out.at, out.n_bytes, 99};
    assert_int_equal(intake_each_batch(&body, document, compare, &expected, NULL), 0);
    assert_int_equal(expected.n, 0);
}

static void a_damaged_line_is_named(void **state)
{
    (void)state;
    struct err err;
    struct intake_body body = {intake_format(INTAKE_SNAPSHOT), "[\n{\"labels\":\n]", 14, 99};
    assert_int_equal(intake_each_batch(&body, document, compare, NULL, &err), -1);
    assert_non_null(strstr(err.text, "alert 1"));
}

static void count(void *context, const struct alert_batch *batch, int64_t received_us)
{
    assert_true(received_us == 99);
    *(size_t *)context += batch->n_alerts;
}

static void other_formats_give_their_one_batch(void **state)
{
    (void)state;
    static const char text[] = "[{\"labels\":{\"a\":\"1\"}},{\"labels\":{\"a\":\"2\"}}]";
    struct intake_body body = {intake_format("alertmanager-api"), text, sizeof text - 1, 99};
    size_t n = 0;
    assert_int_equal(intake_each_batch(&body, document, count, &n, NULL), 0);
    assert_int_equal(n, 2);
}

int main(void)
{
    document = json_document_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_is_read_back_with_nothing_lost),
        cmocka_unit_test(an_empty_snapshot_brings_nothing),
        cmocka_unit_test(a_damaged_line_is_named),
        cmocka_unit_test(other_formats_give_their_one_batch),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_document_free(document);
    return failed;
}
