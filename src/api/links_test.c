#include "api/server_fixture.h"
#include "base/clock.h"
#include "base/hash.h"
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
        assert_null(strstr(buf_text(&shown.body), "Down")); /* no name: nobody has signed in */
        assert_non_null(strstr(buf_text(&shown.body), "words that are not for every screen"));
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
    assert_says(&again, 200, "it is acknowledged already, by mia");
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

/* ---- Slack ---- */

/* The signature by RFC 2104 itself, so that the library is not its own witness. */
static void sign_for_slack(const char *secret, long long stamp, const char *body, char *out, size_t n_out)
{
    uint8_t pad[64], digest[SHA256_BYTES];
    char hex[SHA256_HEX_BYTES];
    scoped_buf struct buf text = {0};
    for (size_t k = 0; k < sizeof pad; k++)
        pad[k] = (uint8_t)((k < strlen(secret) ? secret[k] : 0) ^ 0x36);
    buf_add(&text, pad, sizeof pad);
    buf_printf(&text, "v0:%lld:%s", stamp, body);
    sha256(text.at, text.n_bytes, digest);
    for (size_t k = 0; k < sizeof pad; k++)
        pad[k] ^= 0x36 ^ 0x5c;
    buf_clear(&text);
    buf_add(&text, pad, sizeof pad);
    buf_add(&text, digest, sizeof digest);
    sha256(text.at, text.n_bytes, digest);
    hex_encode(digest, sizeof digest, hex);
    snprintf(out, n_out, "X-Slack-Signature: v0=%s", hex);
}

static struct http_answer send_signed(const char *path, const char *secret, int64_t at_s, const char *body)
{
    char stamp[80], signature[120];
    long long at = at_s;
    snprintf(stamp, sizeof stamp, "X-Slack-Request-Timestamp: %lld", at);
    sign_for_slack(secret, at, body, signature, sizeof signature);
    struct http_request request = {.method = "POST", .path = path, .body = body, .anonymous = true};
    request.headers[0] = stamp;
    request.headers[1] = signature;
    return http_send(port, &request);
}

static struct http_answer press(const char *secret, int64_t ago_s, const char *body)
{
    return send_signed("/reply/slack", secret, clock_wall_us(clock_system()) / US_PER_S - ago_s, body);
}

/* payload={"user":{"id":"U024BE7LH"},"actions":[{"action_id":"acknowledge","value":"1"}]} */
#define PRESSED(user, action, value)                                                                         \
    "payload=%7B%22user%22%3A%7B%22id%22%3A%22" user                                                         \
    "%22%7D%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22" action "%22%2C%22value%22%3A%22" value            \
    "%22%7D%5D%7D"

static void a_button_counts_when_slack_signed_it_now_and_a_person_pressed_it(void **state)
{
    (void)state;
    static const char good[] = PRESSED("U024BE7LH", "acknowledge", "1");
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    const struct {
        const char *secret, *body;
        int64_t ago_s;
        long status;
    } refused[] = {{"guessed", good, 0, 401},
                   {"slack-secret", good, 310, 401},
                   {"slack-secret", good, -310, 401},
                   {"slack-secret", PRESSED("U999", "acknowledge", "1"), 0, 422},
                   {"slack-secret", PRESSED("U024BE7LH", "acknowledge", "9"), 0, 404},
                   {"slack-secret", PRESSED("U024BE7LH", "acknowledge", "1x"), 0, 200},
                   {"slack-secret", PRESSED("U024BE7LH", "open", "1"), 0, 200},
                   {"slack-secret", "payload=%7", 0, 400},
                   {"slack-secret", "", 0, 400}};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        scoped_answer struct http_answer answer = press(refused[i].secret, refused[i].ago_s, refused[i].body);
        if (answer.status != refused[i].status)
            fail_msg("%zu: %ld %s", i, answer.status, buf_text(&answer.body));
    }
    scoped_answer struct http_answer unsigned_one = sent("POST", "/reply/slack", good);
    assert_int_equal(unsigned_one.status, 401);
    assert_acknowledged(false);
    scoped_answer struct http_answer pressed = press("slack-secret", 60, good);
    assert_int_equal(pressed.status, 200);
    assert_acknowledged(true);
}

static void a_command_in_slack_is_heard_once(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    const struct {
        const char *secret, *body;
        long status;
        const char *says;
    } told[] = {{"guessed", "user_id=U024BE7LH&text=ack+1", 401, "not signed by Slack"},
                {"slack-secret", "user_id=U999&text=ack+1", 200, "does not count: no person"},
                {"slack-secret", "user_id=U024BE7LH&text=status", 200, "#1 "},
                {"slack-secret", "user_id=U024BE7LH&text=ack+9", 200, "There is no incident 9"},
                {"slack-secret", "user_id=U024BE7LH&text=ack+1", 200, "Incident 1 is acknowledged."},
                {"slack-secret", "user_id=U024BE7LH&text=ack+1", 200, "heard already"}};
    int64_t now_s = clock_wall_us(clock_system()) / US_PER_S;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        scoped_answer struct http_answer answer =
            send_signed("/reply/slack/command", told[i].secret, now_s, told[i].body);
        assert_says(&answer, told[i].status, told[i].says);
    }
    assert_acknowledged(true);
}

static int start_with_slack(void **state)
{
    static struct config_contact way = {.channel = "slack", .address = "U024BE7LH"};
    static struct person mia = {.id = "mia", .name = "Mia"};
    (void)state;
    start_with(
        (struct api_options){.clock = clock_system(), .idle_time_s = 5, .slack_secret = "slack-secret"});
    mia.contacts.at = &way;
    mia.contacts.n = 1;
    config->people.at = &mia;
    config->people.n = 1;
    return 0;
}

#define served(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        served(a_link_that_is_only_opened_acknowledges_nothing),
        served(the_button_acknowledges_once_for_the_person_of_the_page),
        served(a_link_of_somebody_else_or_of_long_ago_does_nothing),
        cmocka_unit_test_setup_teardown(a_button_counts_when_slack_signed_it_now_and_a_person_pressed_it,
                                        start_with_slack, stop),
        cmocka_unit_test_setup_teardown(a_command_in_slack_is_heard_once, start_with_slack, stop),
        served(a_call_acknowledges_by_the_key_1_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
