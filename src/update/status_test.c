/* The status page shows what was sent to it, encoded, and nothing of the inside. */
#include <string.h>

#include "base/json.h"
#include "base/testing.h"
#include "update/status.h"

static const char configuration[] = "services:\n  - {id: image-reader, public: 'Image <b>Reading</b>'}\n"
                                    "  - {id: inner-queue}\n"
                                    "audiences:\n  - {id: status-page, status_page: true}\n"
                                    "status_page: {title: 'A & B'}\n";

static const struct incident incidents[] = {
    {.number = 4,
     .title = "PodCrash node-17",
     .service = "image-reader",
     .severity = "SEV-2",
     .severity_rank = 2},
    {.number = 5, .title = "a rehearsal", .service = "image-reader", .severity_rank = 1, .drill = true},
};
static struct update updates[] = {
    {.incident = 5,
     .number = 3,
     .status = "investigating",
     .subject = "Rehearsed",
     .text = "r",
     .at_us = 4000000},
    {.incident = 4,
     .number = 2,
     .status = "identified",
     .subject = "Reading <script>",
     .text = "We \"know\" & work.",
     .at_us = 3000000},
    {.incident = 4,
     .number = 1,
     .status = "investigating",
     .subject = "Reading",
     .text = "We look.",
     .at_us = 2000000},
};

static void page(const char *path, struct buf *out)
{
    struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct config *config = config_parse("c.yaml", configuration, strlen(configuration), &errors);
    assert_non_null(config);
    struct status_input input = {.config = config,
                                 .updates = updates,
                                 .n_updates = 3,
                                 .incidents = incidents,
                                 .n_incidents = 2,
                                 .url = "https://status.example.org",
                                 .now_us = 5000000};
    buf_clear(out);
    status_format_of(path)->write(out, &input);
    config_free(config);
    arena_free(arena);
}

static void test_page_encodes_every_text_and_tells_nothing_of_the_inside(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    page("/status", &out);
    assert_non_null(strstr(out.at, "Reading &#60;script&#62;"));
    assert_non_null(strstr(out.at, "We &#34;know&#34; &#38; work."));
    assert_non_null(strstr(out.at, "Partial outage"));
    static const char *const inside[] = {"<script",     "<b>Reading",   "node-17",  "SEV-2",
                                         "inner-queue", "image-reader", "Rehearsed"};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        assert_null(strstr(out.at, inside[i]));
}

static void test_summary_has_the_shape_of_statuspage(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    page("/api/v2/summary.json", &out);
    assert_int_equal(json_parse(document, out.at, out.n_bytes, 16, &root, NULL), 0);
    assert_string_equal(json_text(json_get(json_get(root, "status"), "indicator"), NULL), "major");
    assert_int_equal(json_count(json_get(root, "components")), 1);
    assert_string_equal(json_text(json_get(json_first(json_get(root, "components")).value, "status"), NULL),
                        "partial_outage");
    assert_int_equal(json_count(json_get(root, "incidents")), 1);
    struct json incident = json_first(json_get(root, "incidents")).value;
    assert_string_equal(json_text(json_get(incident, "status"), NULL), "identified");
    assert_int_equal(json_count(json_get(incident, "incident_updates")), 2);
    json_document_free(document);
}

static void test_what_is_over_leaves_everything_operational(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    updates[1].status = "resolved";
    page("/status", &out);
    updates[1].status = "identified";
    assert_non_null(strstr(out.at, "All systems operational"));
    assert_non_null(strstr(out.at, "Past incidents"));
}

static void test_feed_is_xml_whatever_was_written(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    page("/status.rss", &out);
    assert_non_null(strstr(out.at, "<title>A &#38; B status</title>"));
    assert_null(strstr(out.at, "<script"));
    assert_non_null(strstr(out.at, "Thu, 01 Jan 1970 00:00:03 GMT"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_encodes_every_text_and_tells_nothing_of_the_inside),
        cmocka_unit_test(test_summary_has_the_shape_of_statuspage),
        cmocka_unit_test(test_what_is_over_leaves_everything_operational),
        cmocka_unit_test(test_feed_is_xml_whatever_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
