#include "api/server_fixture.h"
#include "base/clock.h"
#include "courier/link.h"

static const char one_alert[] =
    "[{\"labels\":{\"alertname\":\"<b>Down\",\"service\":\"shop\",\"severity\":\"critical\"}}]";

/* "/acknowledge/1/mia~..." as a page would have it, issued so long ago. */
static const char *path_of(int64_t incident, int64_t ago_s)
{
    static char path[200];
    scoped_buf struct buf out = {0};
    struct link_key key;
    link_key_make(TOKEN, &key);
    link_write(&out, &key, &(struct link){incident, "mia", clock_wall_us(clock_system()) / US_PER_S - ago_s},
               "", 0);
    snprintf(path, sizeof path, "%s", out.at);
    return path;
}

static struct http_answer sent(const char *method, const char *path, const char *body)
{
    struct http_request request = {.method = method, .path = path, .body = body, .anonymous = true};
    if (body)
        request.headers[0] = "Content-Type: application/x-www-form-urlencoded";
    return http_send(port, &request);
}

static void assert_acknowledged(bool expected)
{
    assert_got("/api/v1/incidents/1", 200,
               expected ? "\"acknowledged_by\":\"person:mia\"" : "\"state\":\"triggered\"");
}

static void a_link_that_is_only_opened_acknowledges_nothing(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    const char *path = path_of(1, 0);
    for (int i = 0; i < 3; i++) {
        scoped_answer struct http_answer shown = sent("GET", path, NULL);
        assert_says(&shown, 200, "<form method=\"post\"><button>Acknowledge as mia</button></form>");
        assert_non_null(strstr(buf_text(&shown.body), "&#60;b&#62;Down"));
        assert_null(strstr(buf_text(&shown.body), "<b>"));
    }
    assert_acknowledged(false);
}

static void the_button_acknowledges_once_for_the_person_of_the_page(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    char path[200];
    snprintf(path, sizeof path, "%s", path_of(1, 0));
    scoped_answer struct http_answer pressed = sent("POST", path, "");
    assert_says(&pressed, 200, "Incident 1 is acknowledged.");
    assert_acknowledged(true);
    size_t n = backend.n_submitted;
    scoped_answer struct http_answer again = sent("POST", path, "");
    assert_says(&again, 200, "it is acknowledged already, by person:mia");
    scoped_answer struct http_answer opened = sent("GET", path, NULL);
    assert_says(&opened, 200, "it is acknowledged already");
    assert_null(strstr(buf_text(&opened.body), "<button>"));
    assert_int_equal(backend.n_submitted, n);
}

static void a_link_of_somebody_else_or_of_long_ago_does_nothing(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    char path[200];
    snprintf(path, sizeof path, "%s", path_of(1, 0));
    strstr(path, "/mia~")[1] = 'n'; /* nia */
    scoped_answer struct http_answer forged = sent("POST", path, "");
    assert_says(&forged, 404, "not of this server");
    scoped_answer struct http_answer old = sent("POST", path_of(1, LINK_LIFE_S + 60), "");
    assert_says(&old, 200, "the link is too old");
    scoped_answer struct http_answer missing = sent("POST", path_of(7, 0), "");
    assert_says(&missing, 404, "no such incident");
    assert_acknowledged(false);
}

static void a_call_acknowledges_by_the_key_1_alone(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    scoped_answer struct http_answer other = sent("POST", path_of(1, 0), "CallSid=CA1&Digits=2&To=%2B1");
    assert_string_equal(buf_text(&other.body), "<Response><Say>Not acknowledged.</Say></Response>");
    assert_acknowledged(false);
    scoped_answer struct http_answer one = sent("POST", path_of(1, 0), "CallSid=CA1&Digits=1&To=%2B1");
    assert_string_equal(buf_text(&one.body), "<Response><Say>Incident 1 is acknowledged.</Say></Response>");
    assert_acknowledged(true);
}

#define served(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        served(a_link_that_is_only_opened_acknowledges_nothing),
        served(the_button_acknowledges_once_for_the_person_of_the_page),
        served(a_link_of_somebody_else_or_of_long_ago_does_nothing),
        served(a_call_acknowledges_by_the_key_1_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
