/* What programs rely on when they send again, ask again and go on: keys, tags and cursors. */
#include "api/server_fixture.h"

static const char one_alert[] = "[{\"labels\":{\"alertname\":\"QueueGrows\",\"service\":\"billing\"}}]";

static struct http_answer send_with(const char *method, const char *path, const char *body,
                                    const char *header)
{
    return http_send(
        port, &(struct http_request){.method = method, .path = path, .body = body, .headers = {header}});
}

static void note(const char *body, const char *header)
{
    scoped_answer struct http_answer answer = send_with("POST", "/api/v1/incidents/1/notes", body, header);
    assert_says(&answer, 200, "\"number\":1");
}

static void a_key_names_who_asks_and_what_is_asked(void **state)
{
    (void)state;
    char key[65], sha256[65];
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    note("{\"text\":\"a\"}", NULL);
    assert_string_equal(backend.once_key, "");
    note("{\"text\":\"a\"}", "Idempotency-Key: k1");
    snprintf(key, sizeof key, "%s", backend.once_key);
    snprintf(sha256, sizeof sha256, "%s", backend.once_sha256);
    assert_int_equal(strlen(key), 64);
    note("{\"text\":\"a\"}", "Idempotency-Key: k1");
    assert_string_equal(backend.once_key, key);
    assert_string_equal(backend.once_sha256, sha256);
    note("{\"text\":\"b\"}", "Idempotency-Key: k1");
    assert_string_equal(backend.once_key, key);
    assert_string_not_equal(backend.once_sha256, sha256);
    note("{\"text\":\"a\"}", "Idempotency-Key: k2");
    assert_string_not_equal(backend.once_key, key);
    assert_string_equal(backend.once_sha256, sha256);
    scoped_answer struct http_answer other =
        http_send(port, &(struct http_request){.method = "POST",
                                               .path = "/api/v1/incidents/1/notes",
                                               .body = "{\"text\":\"a\"}",
                                               .headers = {"Idempotency-Key: k1", "X-Crashcart-As: ana"}});
    assert_says(&other, 200, "\"number\":1");
    assert_string_not_equal(backend.once_key, key);
}

static void a_key_that_could_not_be_kept_is_refused(void **state)
{
    (void)state;
    char long_key[300] = "Idempotency-Key: ";
    memset(long_key + strlen(long_key), 'k', 256);
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    scoped_answer struct http_answer too_long =
        send_with("POST", "/api/v1/incidents/1/acknowledge", "", long_key);
    assert_says(&too_long, 400, "\"field\":\"Idempotency-Key\"");
    scoped_answer struct http_answer account =
        send_with("POST", "/api/v1/accounts", "{\"person\":\"ana\"}", "Idempotency-Key: k1");
    assert_says(&account, 400, "takes no Idempotency-Key");
    assert_int_equal(backend.n_submitted, 1);
}

static void what_has_not_changed_is_not_sent_again(void **state)
{
    (void)state;
    char header[80];
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    scoped_answer struct http_answer first = get("/api/v1/incidents/1");
    const char *tag = strstr(buf_text(&first.header), "\r\nETag: ");
    if (!tag)
        tag = strstr(buf_text(&first.header), "\r\netag: ");
    assert_non_null(tag);
    snprintf(header, sizeof header, "If-None-Match: W/\"x\", %.34s", tag + 8);
    scoped_answer struct http_answer again = send_with("GET", "/api/v1/incidents/1", NULL, header);
    assert_int_equal(again.status, 304);
    assert_int_equal(again.body.n_bytes, 0);
    note("{\"text\":\"a\"}", NULL);
    assert_posted("/api/v1/incidents/1/acknowledge", "", 200, "");
    scoped_answer struct http_answer changed = send_with("GET", "/api/v1/incidents/1", NULL, header);
    assert_says(&changed, 200, "\"state\":\"acknowledged\"");
}

static void a_list_is_walked_page_by_page(void **state)
{
    (void)state;
    char body[120];
    for (int i = 1; i <= 3; i++) {
        snprintf(body, sizeof body, "[{\"labels\":{\"alertname\":\"Trouble%d\",\"service\":\"s%d\"}}]", i, i);
        assert_posted("/api/v2/alerts", body, 200, "");
    }
    assert_got("/api/v1/incidents?limit=2", 200, "\"next\":2}");
    assert_got("/api/v1/incidents?limit=2&before=2", 200, "\"number\":1,");
    assert_got("/api/v1/incidents?limit=2&before=2", 200, "\"next\":null}");
    assert_got("/api/v1/incidents/1/timeline?limit=1", 200, "\"next\":1}");
    assert_got("/api/v1/incidents/1/timeline?after=1&limit=1", 200, "\"n\":2,");
}

int main(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
#define served(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        served(a_key_names_who_asks_and_what_is_asked),
        served(a_key_that_could_not_be_kept_is_refused),
        served(what_has_not_changed_is_not_sent_again),
        served(a_list_is_walked_page_by_page),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
