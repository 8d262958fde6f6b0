/* The status page shows what was sent to it, encoded, and nothing of the inside. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/testing.h"
#include "update/status.h"

static const char configuration[] = "services:\n  - {id: image-reader, public: 'Image <b>Reading</b>'}\n"
                                    "  - {id: inner-queue}\n"
                                    "audiences:\n  - {id: status-page, status_page: true}\n"
                                    "status_page: {title: 'A & B'}\n";
static const char windows[] = "maintenance:\n"
                              "  - {id: disks, service: image-reader, timezone: Etc/UTC, from: "
                              "2026-03-02T10:00, until: 2026-03-02T12:00,\n"
                              "     comment: node-17 gets disks}\n"
                              "  - {id: far, service: image-reader, timezone: Etc/UTC, from: "
                              "2026-04-02T10:00, until: 2026-04-02T12:00}\n"
                              "  - {id: inner, service: inner-queue, timezone: Etc/UTC, from: "
                              "2026-03-02T10:00, until: 2026-03-02T12:00}\n";

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

/* "2026-03-02T09:00:00Z"; NULL: while the incidents go on, without maintenance. */
static void page_at(const char *path, const char *time, struct buf *out)
{
    struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    const char *text = arena_printf(arena, "%s%s", configuration, time ? windows : "");
    struct config *config = config_parse("c.yaml", text, strlen(text), &errors);
    assert_non_null(config);
    struct status_input input = {.config = config,
                                 .updates = updates,
                                 .n_updates = time ? 0 : 3,
                                 .incidents = incidents,
                                 .n_incidents = 2,
                                 .url = "https://status.example.org",
                                 .instance = "00112233aabbccdd",
                                 .now_us = 5000000};
    if (time)
        assert_int_equal(time_parse_rfc3339(time, strlen(time), &input.now_us), 0);
    buf_clear(out);
    status_format_of(path)->write(out, &input);
    config_free(config);
    arena_free(arena);
}

static void page(const char *path, struct buf *out)
{
    page_at(path, NULL, out);
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

/* Programs that read Statuspage go through these names without asking whether they are there. */
static void test_what_clients_of_statuspage_read_is_there(void **state)
{
    (void)state;
    static const char *const paths[] = {"/api/v2/summary.json", "/api/v2/incidents.json",
                                        "/api/v2/incidents/unresolved.json"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        scoped_buf struct buf out = {0};
        struct json_document *document = json_document_new();
        struct json root;
        page(paths[i], &out);
        assert_int_equal(json_parse(document, out.at, out.n_bytes, 16, &root, NULL), 0);
        assert_int_equal(json_count(json_get(root, "incidents")), 1);
        struct json incident = json_first(json_get(root, "incidents")).value;
        struct json component = json_first(json_get(incident, "components")).value;
        struct json update = json_first(json_get(incident, "incident_updates")).value;
        assert_string_equal(json_text(json_get(component, "name"), NULL), "Image <b>Reading</b>");
        assert_non_null(strstr(json_text(json_get(component, "updated_at"), NULL), "1970-01-01T00:00:03"));
        assert_string_equal(json_text(json_get(update, "incident_id"), NULL),
                            json_text(json_get(incident, "id"), NULL));
        assert_int_equal(json_kind(json_get(update, "affected_components")), JSON_ARRAY);
        json_document_free(document);
    }
}

static void test_some_of_the_incidents_and_windows_are_asked_for_alone(void **state)
{
    (void)state;
    static const struct {
        const char *path, *time;
        size_t n;
    } cases[] = {{"/api/v2/scheduled-maintenances/upcoming.json", "2026-03-01T09:00:00Z", 1},
                 {"/api/v2/scheduled-maintenances/upcoming.json", "2026-03-02T11:00:00Z", 0},
                 {"/api/v2/scheduled-maintenances/active.json", "2026-03-01T09:00:00Z", 0},
                 {"/api/v2/scheduled-maintenances/active.json", "2026-03-02T11:00:00Z", 1}};
    scoped_buf struct buf out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        page_at(cases[i].path, cases[i].time, &out);
        assert_int_equal(json_parse(document, out.at, out.n_bytes, 16, &root, NULL), 0);
        assert_int_equal(json_count(json_get(root, "scheduled_maintenances")), cases[i].n);
    }
    updates[1].status = "resolved";
    page("/api/v2/incidents/unresolved.json", &out);
    updates[1].status = "identified";
    assert_int_equal(json_parse(document, out.at, out.n_bytes, 16, &root, NULL), 0);
    assert_int_equal(json_count(json_get(root, "incidents")), 0);
    json_document_free(document);
}

static void test_a_window_that_lasts_is_not_said_to_be_operational(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    page_at("/status", "2026-03-02T11:00:00Z", &out);
    assert_non_null(strstr(out.at, "Service under maintenance"));
    assert_null(strstr(out.at, "All systems"));
    page_at("/api/v2/status.json", "2026-03-02T11:00:00Z", &out);
    assert_non_null(strstr(out.at, "\"indicator\":\"maintenance\""));
    page_at("/api/v2/status.json", "2026-03-01T11:00:00Z", &out);
    assert_non_null(strstr(out.at, "\"indicator\":\"none\""));
}

/* How many incidents a hospital has, and how it calls what it runs, is not for the public. */
static void test_an_id_is_the_same_at_every_look_and_tells_no_number_and_no_name(void **state)
{
    (void)state;
    static const char *const paths[] = {"/api/v2/incidents.json", "/api/v2/components.json", "/status.rss"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        scoped_buf struct buf first = {0};
        scoped_buf struct buf again = {0};
        char numbered[40];
        page(paths[i], &first);
        page(paths[i], &again);
        assert_string_equal(buf_text(&first), buf_text(&again));
        for (size_t k = 0; k < sizeof incidents / sizeof *incidents; k++) {
            snprintf(numbered, sizeof numbered, "incident-%lld\"", (long long)incidents[k].number);
            assert_null(strstr(buf_text(&first), numbered));
            snprintf(numbered, sizeof numbered, "update-%lld-", (long long)incidents[k].number);
            assert_null(strstr(buf_text(&first), numbered));
        }
        assert_null(strstr(buf_text(&first), "image-reader"));
    }
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
    /* What a reader gets is HTML: there, too, it is a text. */
    assert_null(strstr(out.at, "<description>We &#34;know"));
    assert_non_null(strstr(out.at, "We &#38;#34;know&#38;#34; &#38;#38; work."));
    assert_non_null(strstr(out.at, "Thu, 01 Jan 1970 00:00:03 GMT"));
}

static const char *component_at(const char *time, char status[40])
{
    scoped_buf struct buf out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    page_at("/api/v2/components.json", time, &out);
    assert_int_equal(json_parse(document, out.at, out.n_bytes, 16, &root, NULL), 0);
    snprintf(status, 40, "%s",
             json_text(json_get(json_first(json_get(root, "components")).value, "status"), NULL));
    json_document_free(document);
    return status;
}

static void test_maintenance_is_announced_a_week_before_and_shown_while_it_lasts(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    char status[40];
    page_at("/status", "2026-02-20T09:00:00Z", &out);
    assert_null(strstr(out.at, "Maintenance"));
    page_at("/status", "2026-03-01T09:00:00Z", &out);
    assert_non_null(strstr(out.at,
                           "Maintenance of Image &#60;b&#62;Reading&#60;/b&#62;: 2026-03-02 10:00 UTC to "
                           "2026-03-02 12:00 UTC"));
    assert_null(strstr(strstr(out.at, "Maintenance") + 1, "Maintenance"));
    assert_null(strstr(out.at, "node-17"));
    assert_string_equal(component_at("2026-03-01T09:00:00Z", status), "operational");
    assert_string_equal(component_at("2026-03-02T11:00:00Z", status), "under_maintenance");
    assert_string_equal(component_at("2026-03-02T12:00:00Z", status), "operational");
    page_at("/status", "2026-03-02T12:00:00Z", &out);
    assert_null(strstr(out.at, "Maintenance"));
}

static void test_maintenances_have_the_shape_of_statuspage(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct json_document *document = json_document_new();
    struct json root;
    page_at("/api/v2/scheduled-maintenances.json", "2026-03-02T11:00:00Z", &out);
    assert_int_equal(json_parse(document, out.at, out.n_bytes, 16, &root, NULL), 0);
    struct json list = json_get(root, "scheduled_maintenances");
    assert_int_equal(json_count(list), 1);
    struct json window = json_first(list).value;
    assert_string_equal(json_text(json_get(window, "status"), NULL), "in_progress");
    assert_non_null(strstr(json_text(json_get(window, "scheduled_for"), NULL), "2026-03-02T10:00:00"));
    assert_null(strstr(out.at, "node-17"));
    assert_null(strstr(out.at, "disks")); /* how the configuration calls it */
    json_document_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_encodes_every_text_and_tells_nothing_of_the_inside),
        cmocka_unit_test(test_summary_has_the_shape_of_statuspage),
        cmocka_unit_test(test_what_clients_of_statuspage_read_is_there),
        cmocka_unit_test(test_some_of_the_incidents_and_windows_are_asked_for_alone),
        cmocka_unit_test(test_a_window_that_lasts_is_not_said_to_be_operational),
        cmocka_unit_test(test_an_id_is_the_same_at_every_look_and_tells_no_number_and_no_name),
        cmocka_unit_test(test_what_is_over_leaves_everything_operational),
        cmocka_unit_test(test_maintenance_is_announced_a_week_before_and_shown_while_it_lasts),
        cmocka_unit_test(test_maintenances_have_the_shape_of_statuspage),
        cmocka_unit_test(test_feed_is_xml_whatever_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
