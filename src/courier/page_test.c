#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "courier/courier.h"

#define NOON INT64_C(1772452800000000) /* 2026-03-02T12:00:00Z */

static const struct delivery delivery = {.id = 3,
                                         .key = "crashcart-7f3a-incident-4-page-2",
                                         .person = "mia",
                                         .channel = "webhook",
                                         .why = "Nobody acknowledged within 15 min"};
static const struct person mia = {.id = "mia", .name = "Mia"};
static const struct incident whole = {.number = 4,
                                      .title = "Shop is down",
                                      .service = "shop",
                                      .severity = "SEV-1",
                                      .severity_rank = 1,
                                      .severity_why = "the alert says severity critical",
                                      .severity_line = 12,
                                      .runbook_file = "shop.md",
                                      .procedure_title = "Shop is down",
                                      .procedure_line = 45,
                                      .started_us = NOON - 400 * US_PER_S,
                                      .opened_us = NOON - 390 * US_PER_S};
static const struct run_step steps[] = {
    {.text = "systemctl status shop",
     .state = STEP_SUCCEEDED,
     .started_us = NOON,
     .finished_us = NOON + 20000,
     .output = "name of a patient"},
    {.text = "curl -fsS http://127.0.0.1:8000/health",
     .state = STEP_FAILED,
     .exit_code = 7,
     .started_us = NOON,
     .finished_us = NOON + 2 * US_PER_S,
     .output = "secret=hunter2"},
    {.text = "journalctl -u shop -f", .state = STEP_RUNNING, .exit_code = -1},
    {.text = "systemctl restart shop", .state = STEP_WAITING, .exit_code = -1},
    {.text = "vi /etc/shop.conf", .state = STEP_HELD, .exit_code = -1},
};

/* The document, and its "text". */
static const char *page(struct arena *arena, const struct incident *incident, const char *url, size_t n_steps,
                        const char **ret_text)
{
    scoped_buf struct buf out = {0};
    page_render(&out, &delivery, incident, &mia, steps, n_steps, url, NULL, NOON);
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    assert_int_equal(json_parse(document, out.at, out.n_bytes, 16, &root, &err), 0);
    *ret_text = arena_strdup(arena, json_text(json_get(root, "text"), NULL));
    json_document_free(document);
    return arena_strdup(arena, out.at);
}

static void a_page_says_what_is_needed_and_no_more(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text;
    const char *document = page(arena, &whole, "https://crashcart.example.org/", 5, &text);
    assert_string_equal(text, "[SEV-1] #4 shop: Shop is down\n"
                              "Since 11:53 UTC, 6 min ago\n"
                              "Diagnosis: 1 done, 1 failed, 1 running, 1 waiting for approval\n"
                              "First failure: curl -fsS http://127.0.0.1:8000/health (exit 7 after 2 s)\n"
                              "SEV-1: the alert says severity critical (shop.md, line 12)\n"
                              "Paged: Nobody acknowledged within 15 min\n"
                              "Runbook: Shop is down (shop.md, line 45)\n"
                              "https://crashcart.example.org/incidents/4\n"
                              "Acknowledge: crashcart incident ack 4\n");
    const char *expected =
        "{\"kind\":\"page\",\"idempotency_key\":\"crashcart-7f3a-incident-4-page-2\",\"incident\":{"
        "\"number\":4,"
        "\"title\":\"Shop is down\",\"service\":\"shop\",\"severity\":\"SEV-1\","
        "\"severity_rank\":1,\"severity_why\":\"the alert says severity critical\",\"state\":\"triggered\","
        "\"started_at\":\"2026-03-02T11:53:20.000Z\",\"opened_at\":\"2026-03-02T11:53:30.000Z\","
        "\"procedure\":{\"title\":\"Shop is down\",\"file\":\"shop.md\",\"line\":45},"
        "\"url\":\"https://crashcart.example.org/incidents/4\"},\"to\":{\"id\":\"mia\",\"name\":\"Mia\"},"
        "\"why\":\"Nobody acknowledged within 15 min\",\"diagnosis\":["
        "{\"command\":\"systemctl status shop\",\"state\":\"succeeded\",\"summary\":\"exit 0 after 20 ms\"},"
        "{\"command\":\"curl -fsS http://127.0.0.1:8000/health\",\"state\":\"failed\","
        "\"summary\":\"exit 7 after 2 s\"},"
        "{\"command\":\"journalctl -u shop -f\",\"state\":\"running\",\"summary\":\"\"}],\"text\":\"[SEV-1] "
        "#4 ";
    assert_int_equal(strncmp(document, expected, strlen(expected)), 0);
}

static void a_page_of_a_drill_says_so_before_anything_else(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident drill = whole;
    const char *text;
    drill.drill = true;
    assert_non_null(strstr(page(arena, &drill, NULL, 0, &text), "\"drill\":true"));
    assert_memory_equal(text, "DRILL [SEV-1]", strlen("DRILL [SEV-1]"));
    assert_null(strstr(page(arena, &whole, NULL, 0, &text), "drill"));
}

static void no_output_of_a_command_is_in_a_page(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text;
    const char *document = page(arena, &whole, NULL, 5, &text);
    assert_null(strstr(document, "patient"));
    assert_null(strstr(document, "hunter2"));
}

/* The page by that way; cleared: it is marked so. */
static const char *page_by(struct arena *arena, const struct incident *incident, const char *why,
                           bool cleared)
{
    scoped_buf struct buf out = {0};
    struct config_contact ways[] = {{"sms", "+4930123456", .cleared = !cleared},
                                    {"webhook", "https://example.org/page", .cleared = cleared}};
    struct person person = mia;
    struct delivery sent = delivery;
    person.contacts.at = ways;
    person.contacts.n = 2;
    sent.address = ways[1].address;
    sent.why = why;
    page_render(&out, &sent, incident, &person, NULL, 0, NULL, NULL, NOON);
    return arena_strdup(arena, out.at);
}

static void what_somebody_wrote_is_told_only_where_the_way_is_cleared_for_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incident = whole;
    incident.title = "J. Doe in bed 12 has no report on shop";
    incident.severity_by = "person:ana";
    incident.severity_why = "the report of J. Doe is wrong";
    incident.patient_safety = true;
    incident.patient_safety_why = "J. Doe got the wrong dose";
    const char *why = "ana approved alone what wants two people: “J. Doe waits”; sms failed";
    const char *lock_screen = page_by(arena, &incident, why, false);
    assert_null(strstr(lock_screen, "Doe"));
    assert_non_null(strstr(lock_screen, "\"title\":\"Shop is down\""));
    assert_non_null(strstr(lock_screen, "SEV-1: set by ana (shop.md, line 12)"));
    assert_non_null(strstr(lock_screen, "Paged: ana approved alone what wants two people: ...; sms failed"));
    assert_non_null(strstr(lock_screen, "\"patient_safety\":true"));
    assert_non_null(strstr(lock_screen, "\"cleared\":false"));

    const char *cleared = page_by(arena, &incident, why, true);
    assert_non_null(strstr(cleared, "[SEV-1] #4 J. Doe in bed 12 has no report on shop"));
    assert_non_null(strstr(cleared, "SEV-1: the report of J. Doe is wrong"));
    assert_non_null(strstr(cleared, "Patient safety: J. Doe got the wrong dose"));
    assert_non_null(strstr(cleared, "two people: “J. Doe waits”"));
    assert_non_null(strstr(cleared, "\"cleared\":true"));
}

static void labels_of_an_alert_that_are_no_names_are_not_told(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incident = whole;
    incident.procedure_title = "";
    incident.title = "MRN1234567";
    incident.service = "ward of J. Doe";
    incident.severity = "bad for J. Doe";
    incident.severity_rank = 0;
    incident.severity_why = "label severity=“bad for J. Doe” is kept";
    const char *document = page_by(arena, &incident, "It has just opened", false);
    assert_null(strstr(document, "Doe"));
    assert_null(strstr(document, "MRN"));
    assert_non_null(
        strstr(document, "[unknown] #4 a service: an alert, in words that are not for every screen"));
    incident.title = "ShopDown on shop";
    incident.service = "shop";
    assert_non_null(strstr(page_by(arena, &incident, "It has just opened", false), "#4 ShopDown on shop"));
}

static void a_page_of_an_incident_of_which_little_is_known_still_stands(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *text;
    const char *document = page(arena, &(struct incident){.number = 9}, NULL, 0, &text);
    assert_string_equal(text, "[unknown] #9 an alert, in words that are not for every screen\n"
                              "Paged: Nobody acknowledged within 15 min\n"
                              "Acknowledge: crashcart incident ack 9\n");
    assert_non_null(strstr(document, "\"procedure\":null"));
    assert_non_null(strstr(document, "\"url\":null"));
}

static void nothing_in_a_page_is_said_twice(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incident = whole;
    incident.title = "ShopDown on shop";
    incident.severity_why = "label severity=critical is SEV-1 (line 12)";
    const char *text = page_by(arena, &incident, "It has just opened (SEV-1, shop.md line 12)", true);
    assert_non_null(strstr(text, "[SEV-1] #4 ShopDown on shop\\n"));
    assert_non_null(strstr(text, "SEV-1: label severity=critical is SEV-1 (line 12) (shop.md)\\n"));
    assert_non_null(strstr(text, "Paged: It has just opened\\n"));
    assert_non_null(
        strstr(page_by(arena, &incident, "It has just opened (PATIENT SAFETY, SEV-1, shop.md line 12)", true),
               "Paged: It has just opened (PATIENT SAFETY)\\n"));
    assert_non_null(strstr(page_by(arena, &incident, "ben is away (until nine)", true),
                           "Paged: ben is away (until nine)\\n"));
}

static void what_has_been_taken_says_so(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incident = whole;
    incident.state = INCIDENT_INVESTIGATING;
    const char *text;
    page(arena, &incident, NULL, 0, &text);
    assert_non_null(strstr(text, "\nState: investigating\n"));
    page(arena, &whole, NULL, 0, &text);
    assert_null(strstr(text, "State: "));
}

static void hostile_texts_stay_on_their_line_and_are_cut_between_characters(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf title = {0};
    struct incident incident = whole;
    buf_puts(&title, "down\r\nAcknowledge: nothing\x1b[2J");
    for (int i = 0; i < 300; i++)
        buf_puts(&title, "ö");
    incident.procedure_title = title.at;
    const char *text;
    page(arena, &incident, NULL, 0, &text);
    assert_int_equal(strncmp(text, "[SEV-1] #4 shop: down  Acknowledge: nothing [2J", 47), 0);
    assert_true(strchr(text, '\n') - text < 260);
    assert_non_null(strstr(text, "ö...\nSince"));
    assert_true(utf8_valid(text, strlen(text)));
}

static void yesterday_is_told_with_its_date(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incident = whole;
    const char *text;
    incident.started_us = NOON - 13 * 3600 * US_PER_S;
    page(arena, &incident, NULL, 0, &text);
    assert_non_null(strstr(text, "\nSince 2026-03-01 23:00 UTC, 13 h ago\n"));
}

static void what_is_pinned_in_a_chat_says_the_moment_and_not_how_long_ago(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct delivery pinned = delivery;
    pinned.channel = "slack_channel";
    page_render(&out, &pinned, &whole, NULL, NULL, 0, NULL, NULL, NOON);
    assert_non_null(strstr(out.at, "\\nSince 2026-03-02 11:53 UTC\\n"));
}

static void what_has_just_begun_is_not_told_in_milliseconds(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct incident incident = whole;
    const char *text;
    incident.started_us = NOON - 181 * 1000;
    page(arena, &incident, NULL, 0, &text);
    assert_non_null(strstr(text, "\nSince 11:59 UTC, just now\n"));
    incident.started_us = NOON - 5181 * INT64_C(1000);
    page(arena, &incident, NULL, 0, &text);
    assert_non_null(strstr(text, "\nSince 11:59 UTC, 5 s ago\n"));
}

static void the_one_link_of_a_page_acknowledges(void **state)
{
    (void)state;
    scoped_buf struct buf out = {0};
    struct link_key key;
    link_key_make("secret", &key);
    page_render(&out, &delivery, &whole, &mia, NULL, 0, "https://c.example.org", &key, NOON);
    const char *link = strstr(out.at, "Acknowledge: https://c.example.org/acknowledge/4/mia~69a57bc0~");
    assert_non_null(link);
    assert_null(strstr(strstr(out.at, "\"text\":"), "/incidents/4"));
    assert_non_null(
        strstr(out.at, "\"acknowledge_url\":\"https://c.example.org/acknowledge/4/mia~69a57bc0~"));
}

static void whoever_follows_an_incident_is_told_what_became_of_it(void **state)
{
    (void)state;
    static const struct {
        const char *channel;
        bool notice;
        enum incident_state state;
        const char *kind;
    } cases[] = {{"pagerduty", false, INCIDENT_TRIGGERED, "page"},
                 {"pagerduty", true, INCIDENT_TRIGGERED, "page"},
                 {"pagerduty", false, INCIDENT_ACKNOWLEDGED, "page"},
                 {"pagerduty", true, INCIDENT_ACKNOWLEDGED, "acknowledged"},
                 {"opsgenie", true, INCIDENT_MONITORING, "acknowledged"},
                 {"opsgenie", true, INCIDENT_RESOLVED, "resolved"},
                 {"opsgenie", true, INCIDENT_CLOSED, "resolved"},
                 {"webhook", true, INCIDENT_RESOLVED, "page"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scoped_buf struct buf out = {0};
        scoped_buf struct buf start = {0};
        struct delivery told = delivery;
        struct incident incident = whole;
        told.channel = cases[i].channel;
        told.notice = cases[i].notice;
        incident.state = cases[i].state;
        page_render(&out, &told, &incident, &mia, NULL, 0, NULL, NULL, NOON);
        buf_printf(&start, "{\"kind\":\"%s\",", cases[i].kind);
        assert_int_equal(strncmp(out.at, start.at, start.n_bytes), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_just_begun_is_not_told_in_milliseconds),
        cmocka_unit_test(what_is_pinned_in_a_chat_says_the_moment_and_not_how_long_ago),
        cmocka_unit_test(the_one_link_of_a_page_acknowledges),
        cmocka_unit_test(whoever_follows_an_incident_is_told_what_became_of_it),
        cmocka_unit_test(a_page_says_what_is_needed_and_no_more),
        cmocka_unit_test(a_page_of_a_drill_says_so_before_anything_else),
        cmocka_unit_test(no_output_of_a_command_is_in_a_page),
        cmocka_unit_test(what_somebody_wrote_is_told_only_where_the_way_is_cleared_for_it),
        cmocka_unit_test(labels_of_an_alert_that_are_no_names_are_not_told),
        cmocka_unit_test(a_page_of_an_incident_of_which_little_is_known_still_stands),
        cmocka_unit_test(nothing_in_a_page_is_said_twice),
        cmocka_unit_test(what_has_been_taken_says_so),
        cmocka_unit_test(hostile_texts_stay_on_their_line_and_are_cut_between_characters),
        cmocka_unit_test(yesterday_is_told_with_its_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
