#include "api/moved_clock_fixture.h"

static struct http_answer sign_in(const char *body)
{
    return http_send(port, &(struct http_request){
                               .method = "POST", .path = "/api/v1/session", .body = body, .anonymous = true});
}

/* "Cookie: crashcart-session=..." as a browser would send it back. */
static void keep_cookie(const struct http_answer *answer, char header[500])
{
    const char *cookie = strstr(buf_text(&answer->header), "Set-Cookie: ");
    assert_non_null(cookie);
    cookie += strlen("Set-Cookie: ");
    assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Strict; Path=/"));
    snprintf(header, 500, "Cookie: %.*s", (int)strcspn(cookie, ";"), cookie);
}

static void signed_in(char header[500])
{
    scoped_answer struct http_answer answer = sign_in("{\"person\":\"ana\",\"token\":\"" TOKEN "\"}");
    assert_int_equal(answer.status, 200);
    keep_cookie(&answer, header);
}

static long ask_with(const char *method, const char *path, const char *body, const char *cookie,
                     const char *more)
{
    struct http_request request = {.method = method, .path = path, .body = body, .anonymous = true};
    request.headers[0] = cookie;
    request.headers[1] = more;
    scoped_answer struct http_answer answer = http_send(port, &request);
    return answer.status;
}

static void who_signed_in_reads_and_writes_under_their_own_name(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, cookie, "Sec-Fetch-Site: same-origin"), 200);
    /* what is asked does not matter: there is no incident 1, and the engine says so */
    assert_int_equal(
        ask_with("POST", "/api/v1/incidents/1/notes", "{\"text\":\"x\",\"as\":\"eve\"}", cookie, NULL), 404);
    assert_string_equal(backend.actor, "person:ana");
}

static void another_token_signs_nobody_in(void **state)
{
    (void)state;
    static const char wrong[] = "{\"person\":\"ana\",\"token\":\"1" TOKEN "\"}";
    static const char longer[] = "{\"person\":\"ana\",\"token\":\"" TOKEN "0\"}";
    static const char *const bodies[] = {wrong, longer};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        scoped_answer struct http_answer answer = sign_in(bodies[i]);
        assert_int_equal(answer.status, 403);
        assert_null(strstr(buf_text(&answer.header), "Set-Cookie"));
    }
    scoped_answer struct http_answer empty = sign_in("{\"person\":\"ana\",\"token\":\"\"}");
    assert_int_equal(empty.status, 422);
    scoped_answer struct http_answer nobody = sign_in("{\"token\":\"" TOKEN "\"}");
    assert_int_equal(nobody.status, 422);
    scoped_answer struct http_answer odd = sign_in("{\"person\":\"a; Domain=x\",\"token\":\"" TOKEN "\"}");
    assert_int_equal(odd.status, 422);
}

static void a_cookie_that_was_changed_counts_for_nothing(void **state)
{
    (void)state;
    char cookie[500], changed[500];
    signed_in(cookie);
    for (size_t i = strlen("Cookie: crashcart-session="); cookie[i]; i++) {
        memcpy(changed, cookie, sizeof changed);
        changed[i] = changed[i] == '1' ? '2' : '1';
        assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, changed, NULL), 401);
    }
}

static void a_session_ends_after_twelve_hours(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    atomic_store(&moved_us, (12 * 3600 - 60) * (int64_t)US_PER_S);
    assert_int_equal(ask_with("GET", "/api/v1/session", NULL, cookie, NULL), 200);
    atomic_store(&moved_us, 12 * 3600 * (int64_t)US_PER_S);
    assert_int_equal(ask_with("GET", "/api/v1/session", NULL, cookie, NULL), 404);
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, cookie, NULL), 401);
}

static void a_page_of_another_site_cannot_use_the_session(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, cookie, "Sec-Fetch-Site: cross-site"), 401);
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, cookie, "Sec-Fetch-Site: same-site"), 401);
}

static void the_console_is_for_everybody_and_may_only_draw_from_here(void **state)
{
    (void)state;
    static const struct {
        const char *path, *type;
    } files[] = {{"/", "text/html"},
                 {"/incidents/4", "text/html"},
                 {"/service-worker.js", "text/javascript"},
                 {"/console/console.css", "text/css"},
                 {"/console/icon.svg", "image/svg+xml"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        scoped_answer struct http_answer answer = http_send(
            port, &(struct http_request){.method = "GET", .path = files[i].path, .anonymous = true});
        assert_int_equal(answer.status, 200);
        assert_non_null(strstr(buf_text(&answer.header), files[i].type));
        assert_non_null(strstr(buf_text(&answer.header), "default-src 'none'; script-src 'self'"));
    }
    assert_int_equal(ask_with("GET", "/console/..%2Fsecret", NULL, NULL, NULL), 404);
}

static void a_file_of_the_console_is_kept_by_browsers_as_long_as_its_name_says_what_is_in_it(void **state)
{
    (void)state;
    char path[100];
    scoped_answer struct http_answer page =
        http_send(port, &(struct http_request){.method = "GET", .path = "/", .anonymous = true});
    const char *script = strstr(buf_text(&page.body), "/console/main-");
    assert_non_null(script);
    assert_non_null(strstr(buf_text(&page.header), "Cache-Control: no-store"));
    snprintf(path, sizeof path, "%.*s", (int)strcspn(script, "\""), script);
    struct http_request request = {.method = "GET", .path = path, .anonymous = true};
    scoped_answer struct http_answer plain = http_send(port, &request);
    assert_non_null(strstr(buf_text(&plain.header), "immutable"));
    assert_non_null(strstr(buf_text(&plain.header), "Vary: Accept-Encoding"));
    assert_null(strstr(buf_text(&plain.header), "Content-Encoding"));
    request.headers[0] = "Accept-Encoding: br, gzip";
    scoped_answer struct http_answer packed = http_send(port, &request);
    assert_non_null(strstr(buf_text(&packed.header), "Content-Encoding: gzip"));
    assert_true(packed.body.n_bytes * 2 < plain.body.n_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_signed_in_reads_and_writes_under_their_own_name, start_moved,
                                        stop),
        cmocka_unit_test_setup_teardown(another_token_signs_nobody_in, start_moved, stop),
        cmocka_unit_test_setup_teardown(a_cookie_that_was_changed_counts_for_nothing, start_moved, stop),
        cmocka_unit_test_setup_teardown(a_session_ends_after_twelve_hours, start_moved, stop),
        cmocka_unit_test_setup_teardown(a_page_of_another_site_cannot_use_the_session, start_moved, stop),
        cmocka_unit_test_setup_teardown(the_console_is_for_everybody_and_may_only_draw_from_here, start_moved,
                                        stop),
        cmocka_unit_test_setup_teardown(
            a_file_of_the_console_is_kept_by_browsers_as_long_as_its_name_says_what_is_in_it, start_moved,
            stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
