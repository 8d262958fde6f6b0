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

static void pass_s(int64_t seconds)
{
    atomic_fetch_add(&moved_us, seconds * (int64_t)US_PER_S);
}

static long read_incidents(const char *cookie)
{
    return ask_with("GET", "/api/v1/incidents", NULL, cookie, NULL);
}

static long be_there(const char *cookie)
{
    return ask_with("POST", "/api/v1/session/here", "{}", cookie, NULL);
}

static void a_session_ends_after_twelve_hours(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    for (int i = 0; i < 35; i++) {
        pass_s(20 * 60);
        assert_int_equal(be_there(cookie), 200);
    }
    pass_s(19 * 60);
    assert_int_equal(ask_with("GET", "/api/v1/session", NULL, cookie, NULL), 200);
    pass_s(60);
    assert_int_equal(ask_with("GET", "/api/v1/session", NULL, cookie, NULL), 404);
    assert_int_equal(read_incidents(cookie), 401);
}

static void a_session_that_nobody_is_at_ends_after_half_an_hour(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    pass_s(29 * 60);
    assert_int_equal(read_incidents(cookie), 200); /* what a page reads by itself keeps nothing */
    pass_s(2 * 60);
    assert_int_equal(read_incidents(cookie), 401);
    assert_int_equal(be_there(cookie), 401);
    assert_got("/api/v1/keys", 200, "\"keys\":[]");
    scoped_answer struct http_answer said = http_send(
        port, &(struct http_request){
                  .method = "GET", .path = "/api/v1/incidents", .anonymous = true, .headers = {cookie}});
    assert_non_null(strstr(buf_text(&said.body), "Sign in again"));
}

static void who_is_there_stays_signed_in(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    pass_s(29 * 60);
    assert_int_equal(be_there(cookie), 200);
    size_t n_submitted = backend.n_submitted;
    assert_int_equal(be_there(cookie), 200); /* said often, written seldom */
    assert_int_equal(backend.n_submitted, n_submitted);
    pass_s(29 * 60);
    assert_int_equal(read_incidents(cookie), 200);
    pass_s(2 * 60);
    assert_int_equal(read_incidents(cookie), 401);
    assert_posted("/api/v1/session/here", "{}", 404, "nobody is signed in"); /* a token is no session */
}

static void open_incident(void)
{
    assert_posted("/api/v2/alerts", "[{\"labels\":{\"alertname\":\"Down\",\"severity\":\"SEV-1\"}}]", 200,
                  "");
}

static void who_has_an_incident_is_not_put_out_in_the_middle_of_it(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    open_incident();
    assert_int_equal(ask_with("POST", "/api/v1/incidents/1/acknowledge", "{}", cookie, NULL), 200);
    pass_s(3 * 3600);
    assert_int_equal(read_incidents(cookie), 200);
    assert_int_equal(ask_with("POST", "/api/v1/incidents/1/resolve", "{\"force\":true}", cookie, NULL), 200);
    assert_int_equal(read_incidents(cookie), 401);
}

static void an_incident_keeps_no_session_for_ever(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    open_incident();
    assert_int_equal(ask_with("POST", "/api/v1/incidents/1/acknowledge", "{}", cookie, NULL), 200);
    pass_s(4 * 3600 + 60);
    assert_int_equal(read_incidents(cookie), 401);
}

static void a_session_that_has_ended_does_not_come_back_by_an_incident(void **state)
{
    (void)state;
    char cookie[500];
    atomic_store(&moved_us, -3600 * (int64_t)US_PER_S);
    signed_in(cookie);
    pass_s(3600); /* the engine of the fixture lives by the real clock, so this is when it is acknowledged */
    open_incident();
    assert_posted("/api/v1/incidents/1/acknowledge", "{\"as\":\"ana\"}", 200,
                  "\"acknowledged_by\":\"person:ana\"");
    assert_int_equal(read_incidents(cookie), 401);
}

static void behind_tls_the_cookie_is_of_this_very_host(void **state)
{
    (void)state;
    static const char proxied[] = "X-Forwarded-Proto: https";
    struct http_request request = {.method = "POST",
                                   .path = "/api/v1/session",
                                   .body = "{\"person\":\"ana\",\"token\":\"" TOKEN "\"}",
                                   .anonymous = true,
                                   .headers = {proxied}};
    scoped_answer struct http_answer answer = http_send(port, &request);
    char cookie[500], plain[500];
    const char *name = strstr(buf_text(&answer.header), "Set-Cookie: __Host-crashcart-session=");
    assert_non_null(name);
    assert_non_null(strstr(name, "; HttpOnly; SameSite=Strict; Path=/; Secure"));
    assert_null(strstr(name, "Domain"));
    keep_cookie(&answer, cookie);
    snprintf(plain, sizeof plain, "Cookie: %s", cookie + strlen("Cookie: __Host-"));
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, cookie, proxied), 200);
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, plain, proxied),
                     401); /* anybody could have set it */
    request.method = "DELETE";
    request.body = NULL;
    request.headers[1] = cookie;
    scoped_answer struct http_answer out = http_send(port, &request);
    assert_non_null(strstr(
        buf_text(&out.header),
        "Set-Cookie: __Host-crashcart-session=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/; Secure"));
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, cookie, proxied), 401);
}

/* ---- the page of an incident ---- */

static void the_page_of_an_incident_can_be_read_before_any_script_has_run(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    assert_posted("/api/v2/alerts",
                  "[{\"labels\":{\"alertname\":\"<b>Down</b> & "
                  "\\\"out\\\"\",\"service\":\"pacs\",\"severity\":\"SEV-1\"}}]",
                  200, "");
    struct http_request request = {
        .method = "GET", .path = "/incidents/1", .anonymous = true, .headers = {cookie}};
    scoped_answer struct http_answer page = http_send(port, &request);
    const char *html = buf_text(&page.body), *script = strstr(html, "<script id=\"brought\"");
    const char *title = strstr(html, "<h1 id=\"title\">");
    assert_non_null(title);
    assert_true(title < script);
    assert_non_null(strstr(title, "&#60;b&#62;Down&#60;/b&#62; &#38; &#34;out&#34;"));
    assert_non_null(strstr(title, "nobody has it yet"));
    assert_non_null(strstr(title, "pacs"));
    assert_null(strstr(html, "<b>Down"));
    assert_int_equal(ask_with("POST", "/api/v1/incidents/1/acknowledge", "{}", cookie, NULL), 200);
    scoped_answer struct http_answer again = http_send(port, &request);
    assert_non_null(strstr(buf_text(&again.body), "<b>ana has it</b>"));
    request.headers[0] = NULL;
    scoped_answer struct http_answer anonymous = http_send(port, &request);
    assert_null(strstr(buf_text(&anonymous.body), "title\">"));
    assert_null(strstr(buf_text(&anonymous.body), "pacs"));
}

static void a_page_of_another_site_cannot_use_the_session(void **state)
{
    (void)state;
    char cookie[500];
    signed_in(cookie);
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, cookie, "Sec-Fetch-Site: cross-site"), 401);
    assert_int_equal(ask_with("GET", "/api/v1/incidents", NULL, cookie, "Sec-Fetch-Site: same-site"), 401);
}

/* Origin is sent by every browser with what changes something, Sec-Fetch-Site by newer ones alone. */
static void a_session_acts_for_pages_of_this_server_alone(void **state)
{
    (void)state;
    static const char notes[] = "/api/v1/incidents/1/notes", text[] = "{\"text\":\"x\"}";
    static const struct {
        const char *origin, *more;
        long status; /* 404: it was asked of the engine, which has no such incident */
    } cases[] = {{"Origin: http://crashcart.test:8480", NULL, 404},
                 {"Origin: http://CRASHCART.test:8480", NULL, 404},
                 {"Origin: https://crashcart.test:8480", "X-Forwarded-Proto: http", 404},
                 {"Origin: http://inner.test", "X-Forwarded-Host: inner.test, other.test", 404},
                 {"Origin: https://pager.example.org", NULL, 404}, /* public_url */
                 {"Origin: http://pager.example.org", NULL, 403},
                 {"Origin: http://crashcart.test", NULL, 403},
                 {"Origin: http://crashcart.test:84800", NULL, 403},
                 {"Origin: http://evil.test/crashcart.test:8480", NULL, 403},
                 {"Origin: null", NULL, 403},
                 {"Origin: ://", NULL, 403}};
    char cookie[500];
    signed_in(cookie);
    config->public_url = "https://pager.example.org/crashcart/";
    struct http_request request = {.method = "POST", .path = notes, .body = text, .anonymous = true};
    request.headers[0] = cookie;
    request.headers[1] = "Host: crashcart.test:8480";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        request.headers[2] = cases[i].origin;
        request.headers[3] = cases[i].more;
        scoped_answer struct http_answer answer = http_send(port, &request);
        if (answer.status != cases[i].status)
            fail_msg("%s: %ld", cases[i].origin, answer.status);
        assert_int_equal(strstr(buf_text(&answer.body), "a session acts for pages of this server alone") !=
                             NULL,
                         cases[i].status == 403);
    }
    request.headers[2] = "Origin: http://evil.test";
    request.headers[0] = "Authorization: Bearer " TOKEN; /* no browser sends that by itself */
    scoped_answer struct http_answer program = http_send(port, &request);
    assert_int_not_equal(program.status, 403);
    request.headers[0] = cookie;
    request.method = "DELETE";
    request.path = "/api/v1/session";
    request.body = NULL;
    scoped_answer struct http_answer signs_out = http_send(port, &request);
    assert_int_equal(signs_out.status, 403);
    request = (struct http_request){.method = "POST",
                                    .path = "/api/v1/session",
                                    .body = "{\"person\":\"ana\",\"token\":\"" TOKEN "\"}",
                                    .anonymous = true};
    request.headers[0] = "Origin: http://evil.test";
    scoped_answer struct http_answer signs_in = http_send(port, &request);
    assert_int_equal(signs_in.status, 403);
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

static void every_answer_keeps_browsers_in_their_place(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
        "'self'; "
        "img-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
        "form-action 'self'\r\n",
        "X-Content-Type-Options: nosniff\r\n",
        "Referrer-Policy: no-referrer\r\n",
        "Cross-Origin-Opener-Policy: same-origin\r\n",
        "Cross-Origin-Resource-Policy: same-origin\r\n",
        "X-Frame-Options: DENY\r\n",
        "Cache-Control: no-store\r\n",
    };
    static const char *const paths[] = {"/", "/incidents/1", "/api/v1/incidents", "/api/v1/session",
                                        "/nowhere"};
    static const char hsts[] = "Strict-Transport-Security: max-age=31536000\r\n";
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct http_request request = {.method = "GET", .path = paths[i], .anonymous = true};
        scoped_answer struct http_answer plain = http_send(port, &request);
        request.headers[0] = "X-Forwarded-Proto: https";
        scoped_answer struct http_answer secure = http_send(port, &request);
        for (size_t j = 0; j < sizeof wanted / sizeof *wanted; j++)
            if (!strstr(buf_text(&plain.header), wanted[j]))
                fail_msg("%s lacks %s: %s", paths[i], wanted[j], buf_text(&plain.header));
        assert_null(strstr(buf_text(&plain.header), hsts));
        assert_non_null(strstr(buf_text(&secure.header), hsts));
    }
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

static void a_page_that_another_could_hold_is_kept_apart_from_it(void **state)
{
    (void)state;
    static const char policy[] = "Cross-Origin-Opener-Policy: same-origin\r\n";
    static const char *const from[] = {"cross-site", "same-site", "same-origin"};
    struct http_request request = {.method = "GET", .path = "/incidents/1", .anonymous = true};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        char header[64];
        snprintf(header, sizeof header, "Sec-Fetch-Site: %s", from[i]);
        request.headers[0] = header;
        scoped_answer struct http_answer linked = http_send(port, &request);
        assert_non_null(strstr(buf_text(&linked.header), policy));
    }
    request.headers[0] = "Sec-Fetch-Site: none";
    scoped_answer struct http_answer by_hand = http_send(port, &request);
    assert_null(strstr(buf_text(&by_hand.header), policy));
    request.path = "/";
    scoped_answer struct http_answer other = http_send(port, &request);
    assert_non_null(strstr(buf_text(&other.header), policy));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_signed_in_reads_and_writes_under_their_own_name, start_moved,
                                        stop),
        cmocka_unit_test_setup_teardown(another_token_signs_nobody_in, start_moved, stop),
        cmocka_unit_test_setup_teardown(a_cookie_that_was_changed_counts_for_nothing, start_moved, stop),
        cmocka_unit_test_setup_teardown(a_session_ends_after_twelve_hours, start_moved, stop),
        cmocka_unit_test_setup_teardown(a_session_that_nobody_is_at_ends_after_half_an_hour, start_moved,
                                        stop),
        cmocka_unit_test_setup_teardown(who_is_there_stays_signed_in, start_moved, stop),
        cmocka_unit_test_setup_teardown(who_has_an_incident_is_not_put_out_in_the_middle_of_it, start_moved,
                                        stop),
        cmocka_unit_test_setup_teardown(an_incident_keeps_no_session_for_ever, start_moved, stop),
        cmocka_unit_test_setup_teardown(a_session_that_has_ended_does_not_come_back_by_an_incident,
                                        start_moved, stop),
        cmocka_unit_test_setup_teardown(behind_tls_the_cookie_is_of_this_very_host, start_moved, stop),
        cmocka_unit_test_setup_teardown(the_page_of_an_incident_can_be_read_before_any_script_has_run,
                                        start_moved, stop),
        cmocka_unit_test_setup_teardown(a_page_of_another_site_cannot_use_the_session, start_moved, stop),
        cmocka_unit_test_setup_teardown(a_session_acts_for_pages_of_this_server_alone, start_moved, stop),
        cmocka_unit_test_setup_teardown(the_console_is_for_everybody_and_may_only_draw_from_here, start_moved,
                                        stop),
        cmocka_unit_test_setup_teardown(a_page_that_another_could_hold_is_kept_apart_from_it, start, stop),
        cmocka_unit_test_setup_teardown(every_answer_keeps_browsers_in_their_place, start_moved, stop),
        cmocka_unit_test_setup_teardown(
            a_file_of_the_console_is_kept_by_browsers_as_long_as_its_name_says_what_is_in_it, start_moved,
            stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
