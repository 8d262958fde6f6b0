/* The exact bytes that each channel by HTTP writes, to a receiver on loopback that keeps them. */
#include <sodium.h>

#include "base/hash.h"
#include "courier/channels_fixture.h"

/* ---- what each writes ---- */

static const struct {
    const char *channel, *address, *request, *authorization, *body;
} cases[] = {
    {"ntfy", "HERE/mia-pages", "POST / HTTP/1.1\r\n", "Bearer tk_1",
     "{\"topic\":\"mia-pages\",\"title\":\"[SEV-1] #4 shop: Shop is down\",\"message\":\"Since 11:53 "
     "UTC\\n\",\"priority\":5,\"tags\":[\"rotating_light\"],\"click\":\"https://c.example.org/incidents/"
     "4\",\"actions\":[{\"action\":\"http\",\"label\":\"Acknowledge\",\"url\":\"https://c.example.org/"
     "acknowledge/4/mia~1~x\",\"method\":\"POST\",\"clear\":true}]}"},
    {"slack", "U024BE7LH", "POST /api/chat.postMessage HTTP/1.1\r\n", "Bearer xoxb-1",
     "{\"channel\":\"U024BE7LH\",\"text\":\"[SEV-1] #4 shop: Shop is "
     "down\",\"blocks\":[{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"[SEV-1] #4 shop: "
     "Shop is "
     "down\",\"emoji\":false}},{\"type\":\"section\",\"text\":{\"type\":\"plain_text\",\"text\":\"Since "
     "11:53 "
     "UTC\\n\",\"emoji\":false}},{\"type\":\"actions\",\"elements\":[{\"type\":\"button\",\"action_id\":"
     "\"acknowledge\",\"text\":{\"type\":\"plain_text\",\"text\":\"Acknowledge\",\"emoji\":false},\"value\":"
     "\"4\"},{\"type\":\"button\",\"action_id\":\"open\",\"text\":{\"type\":\"plain_text\",\"text\":\"Open\","
     "\"emoji\":false},\"url\":\"https://c.example.org/incidents/4\"}]}],\"unfurl_links\":false}"},
    {"slack_webhook", "env:TEST_URL", "POST /hook/secret HTTP/1.1\r\n", "",
     "{\"text\":\"[SEV-1] #4 shop: Shop is "
     "down\",\"blocks\":[{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"[SEV-1] #4 shop: "
     "Shop is "
     "down\",\"emoji\":false}},{\"type\":\"section\",\"text\":{\"type\":\"plain_text\",\"text\":\"Since "
     "11:53 "
     "UTC\\n\",\"emoji\":false}},{\"type\":\"actions\",\"elements\":[{\"type\":\"button\",\"action_id\":"
     "\"acknowledge_link\",\"text\":{\"type\":\"plain_text\",\"text\":\"Acknowledge\",\"emoji\":false},"
     "\"url\":\"https://c.example.org/acknowledge/4/"
     "mia~1~x\"},{\"type\":\"button\",\"action_id\":\"open\",\"text\":{\"type\":\"plain_text\",\"text\":"
     "\"Open\",\"emoji\":false},\"url\":\"https://c.example.org/incidents/4\"}]}],\"unfurl_links\":false}"},
    {"teams", "env:TEST_URL", "POST /hook/secret HTTP/1.1\r\n", "",
     "{\"type\":\"message\",\"attachments\":[{\"contentType\":\"application/"
     "vnd.microsoft.card.adaptive\",\"contentUrl\":null,\"content\":{\"$schema\":\"http://adaptivecards.io/"
     "schemas/"
     "adaptive-card.json\",\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"body\":[{\"type\":"
     "\"RichTextBlock\",\"inlines\":[{\"type\":\"TextRun\",\"text\":\"[SEV-1] #4 shop: Shop is "
     "down\",\"size\":\"Large\",\"weight\":\"Bolder\"}]},{\"type\":\"RichTextBlock\",\"inlines\":[{\"type\":"
     "\"TextRun\",\"text\":\"Since 11:53 "
     "UTC\\n\"}]}],\"actions\":[{\"type\":\"Action.OpenUrl\",\"title\":\"Acknowledge\",\"url\":\"https://"
     "c.example.org/acknowledge/4/"
     "mia~1~x\"},{\"type\":\"Action.OpenUrl\",\"title\":\"Open\",\"url\":\"https://c.example.org/incidents/"
     "4\"}]}}]}"},
    {"sms", "+4930123456", "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\n", "Basic QUMxOnRva2Vu",
     "To=%2B4930123456&From=%2B15550100&Body=%5BSEV-1%5D%20%234%20shop%3A%20Shop%20is%20down%0ASince%2011%"
     "3A53%20UTC%0AAcknowledge%3A%20https%3A%2F%2Fc.example.org%2Facknowledge%2F4%2Fmia~1~x"},
    {"pagerduty", "env:TEST_KEY", "POST /v2/enqueue HTTP/1.1\r\n", "",
     "{\"routing_key\":\"0123456789abcdef0123456789abcdef\",\"event_action\":\"trigger\",\"dedup_key\":"
     "\"crashcart-7f3a-incident-4\",\"client\":\"Crashcart\",\"client_url\":\"https://c.example.org/"
     "incidents/4\",\"payload\":{\"summary\":\"[SEV-1] #4 shop: Shop is "
     "down\",\"source\":\"shop\",\"severity\":\"critical\",\"timestamp\":\"2026-03-02T11:53:20.000Z\","
     "\"custom_details\":{\"page\":\"[SEV-1] #4 shop: Shop is down\\nSince 11:53 UTC\\nAcknowledge: "
     "https://h\\n\"}},\"links\":[{\"href\":\"https://c.example.org/incidents/4\",\"text\":\"Open in "
     "Crashcart\"}]}"},
    {"opsgenie", "env:TEST_KEY", "POST /v2/alerts HTTP/1.1\r\n", "GenieKey 0123456789abcdef0123456789abcdef",
     "{\"message\":\"[SEV-1] #4 shop: Shop is "
     "down\",\"alias\":\"crashcart-7f3a-incident-4\",\"description\":\"[SEV-1] #4 shop: Shop is down\\nSince "
     "11:53 UTC\\nAcknowledge: "
     "https://h\\n\",\"priority\":\"P1\",\"entity\":\"shop\",\"details\":{\"crashcart\":\"https://"
     "c.example.org/incidents/4\"},\"source\":\"Crashcart\"}"},
};

static void each_channel_writes_what_its_receiver_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct catcher catcher;
        struct world w;
        deliver(&catcher, TAKEN, cases[i].channel, cases[i].address, page, &w);
        assert_int_equal(strncmp(catcher.heard, cases[i].request, strlen(cases[i].request)), 0);
        assert_string_equal(header_of(&catcher, "Authorization"), cases[i].authorization);
        assert_string_equal(body_of(&catcher), cases[i].body);
        assert_int_equal(w.done[0].verdict, VERDICT_SENT);
    }
}

static void a_call_reads_the_page_and_takes_a_key(void **state)
{
    (void)state;
    struct catcher catcher;
    struct world w;
    deliver(&catcher, TAKEN, "voice", "+4930123456", hostile, &w);
    assert_int_equal(w.done[0].verdict, VERDICT_SENT);
    const char *twiml = strstr(body_of(&catcher), "&Twiml=");
    assert_non_null(twiml);
    assert_null(strstr(twiml, "script%3E")); /* its "<" is an entity */
    assert_non_null(strstr(twiml, "%26lt%3B%21channel%26gt%3B%20%26amp%3B%20"));
    assert_null(strstr(twiml, "Gather"));
    deliver(&catcher, TAKEN, "voice", "+4930123456", page, &w);
    assert_non_null(
        strstr(body_of(&catcher),
               "&Twiml=%3CResponse%3E%3CGather%20input%3D%22dtmf%22%20numDigits%3D%221%22%20timeout%3D%2210"
               "%22%20method%3D%22POST%22%20action%3D%22https%3A%2F%2Fc.example.org%2Facknowledge%2F4%2Fmia"
               "~1~x%22%3E%3CSay%3ECrashcart%20incident%204.%20SEV-1.%20shop.%20Shop%20is%20down.%20Since%"
               "2011%3A53%20UTC.%3C%2FSay"));
}

static void a_call_says_each_thing_once_and_that_it_is_a_drill(void **state)
{
    (void)state;
    static const char drill[] =
        "{\"kind\":\"page\",\"incident\":{\"number\":4,\"severity\":\"SEV-1\",\"severity_rank\":1,"
        "\"drill\":true,\"service\":\"shop\",\"title\":\"ShopDown on shop\"},"
        "\"text\":\"DRILL [SEV-1] #4 ShopDown on shop\\nSince 11:53 UTC, 6 min ago\\nRunbook: x\\n\"}";
    struct catcher catcher;
    struct world w;
    deliver(&catcher, TAKEN, "voice", "+4930123456", drill, &w);
    assert_non_null(
        strstr(body_of(&catcher),
               "%3CSay%3EThis%20is%20a%20drill.%20Crashcart%20incident%204.%20SEV-1.%20ShopDown%20on%20"
               "shop.%20Since%2011%3A53%20UTC%2C%206%20min%20ago.%3C%2FSay%3E"));
    deliver(&catcher, TAKEN, "voice", "+4930123456", "no document", &w);
    assert_non_null(strstr(body_of(&catcher), "%3CSay%3ECrashcart.%20a%20page%20that%20could%20not"));
}

static void a_signed_page_proves_who_sent_it_when_and_unchanged(void **state)
{
    (void)state;
    struct catcher catcher;
    struct world w;
    deliver(&catcher, TAKEN, "webhook", "HERE/page", page, &w);
    assert_string_equal(body_of(&catcher), page);
    char stamp[40];
    snprintf(stamp, sizeof stamp, "%.39s", header_of(&catcher, "X-Timestamp"));
    scoped_buf struct buf signed_text = {0};
    scoped_buf struct buf expected = {0};
    buf_printf(&signed_text, "%s.%s", stamp, page);
    static const char *const secrets[] = {"hook-secret", "old-secret"};
    for (int i = 0; i < 2; i++) {
        /* RFC 2104, by hand, so that the library is not its own witness. */
        uint8_t inner[SHA256_BYTES], outer[SHA256_BYTES], pad[64];
        scoped_buf struct buf bytes = {0};
        for (int k = 0; k < 64; k++)
            pad[k] = (uint8_t)(((size_t)k < strlen(secrets[i]) ? secrets[i][k] : 0) ^ 0x36);
        buf_add(&bytes, pad, sizeof pad);
        buf_add(&bytes, signed_text.at, signed_text.n_bytes);
        sha256(bytes.at, bytes.n_bytes, inner);
        for (int k = 0; k < 64; k++)
            pad[k] ^= 0x36 ^ 0x5c;
        buf_clear(&bytes);
        buf_add(&bytes, pad, sizeof pad);
        buf_add(&bytes, inner, sizeof inner);
        sha256(bytes.at, bytes.n_bytes, outer);
        char hex[SHA256_HEX_BYTES];
        hex_encode(outer, sizeof outer, hex);
        buf_printf(&expected, "%sv1=%s", i ? "," : "", hex);
    }
    assert_string_equal(header_of(&catcher, "X-Signature"), expected.at);
    assert_true(strtoll(stamp, NULL, 10) > 1700000000);
}

/* ---- what others wrote stays a text ---- */

static void hostile_texts_become_no_mention_markup_or_header(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct catcher catcher;
        struct world w;
        deliver(&catcher, TAKEN, cases[i].channel, cases[i].address, hostile, &w);
        assert_int_equal(w.done[0].verdict, VERDICT_SENT);
        assert_string_equal(header_of(&catcher, "X-Evil"), "");
        assert_string_equal(header_of(&catcher, "Bcc"), "");
        if (strncmp(cases[i].channel, "slack", 5) == 0) {
            assert_null(strchr(body_of(&catcher), '<'));
            assert_null(strstr(body_of(&catcher), "mrkdwn"));
            assert_non_null(strstr(body_of(&catcher), "&lt;!channel&gt; &amp; &lt;@U1&gt;"));
        }
        if (strcmp(cases[i].channel, "teams") == 0)
            assert_null(strstr(body_of(&catcher), "TextBlock\",\"text\""));
    }
}

/* ---- texts of any length ---- */

/* To a way that is not cleared the public's update is its subject, and nothing below it; Slack refuses a
 * section of no text, and ntfy shows "triggered" for a message of none. */
static void a_message_without_text_below_its_subject_has_no_empty_part(void **state)
{
    static const char document[] = "{\"kind\":\"update\",\"incident\":{\"service\":\"Shop\",\"state\":"
                                   "\"investigating\",\"title\":\"Shop: investigating\"},"
                                   "\"text\":\"Shop: investigating\\n\"}";
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct catcher catcher;
        struct world w;
        if (!strstr(" slack slack_webhook teams ntfy ", cases[i].channel))
            continue;
        deliver(&catcher, TAKEN, cases[i].channel, cases[i].address, document, &w);
        assert_non_null(strstr(body_of(&catcher), "Shop: investigating"));
        if (strstr(body_of(&catcher), "\"text\":\"\"") || strstr(body_of(&catcher), "\"message\":\"\""))
            fail_msg("%s: %s", cases[i].channel, body_of(&catcher));
    }
}

/* Slack counts a text as it is escaped, and refuses the whole message for one that is too long. */
static void slack_gets_a_long_text_whole_and_no_part_longer_than_it_takes(void **state)
{
    scoped_buf struct buf document = {0};
    struct catcher catcher;
    struct world w;
    struct json_document *read = json_document_new();
    struct json root;
    size_t n_lines = 0;
    (void)state;
    buf_puts(&document, "{\"kind\":\"update\",\"incident\":{\"title\":\"");
    for (int i = 0; i < 60; i++)
        buf_puts(&document, "<<&");
    buf_puts(&document, "\"},\"text\":\"");
    for (int i = 0; i < 200; i++)
        buf_puts(&document, "Ward & lab: 12 < 40 & waiting\\n");
    buf_puts(&document, "\"}");
    deliver(&catcher, TAKEN, "slack_webhook", "env:TEST_URL", document.at, &w);
    assert_int_equal(json_parse(read, body_of(&catcher), strlen(body_of(&catcher)), 16, &root, NULL), 0);
    for (struct json_iter i = json_first(json_get(root, "blocks")); json_more(&i); json_next(&i)) {
        const char *type = json_text(json_get(i.value, "type"), NULL);
        const char *text = json_text(json_get(json_get(i.value, "text"), "text"), NULL);
        assert_in_range(strlen(text), 1, strcmp(type, "header") == 0 ? 150 : 3000);
        for (const char *at = text; (at = strstr(at, "lab: 12 &lt; 40 &amp; waiting\n")); at++)
            n_lines++;
    }
    assert_int_equal(n_lines, 200);
    json_document_free(read);
}

/* ---- events ---- */

static void services_that_follow_are_told_what_a_person_did(void **state)
{
    (void)state;
    static const struct {
        const char *channel, *kind, *request, *body;
    } events[] = {
        {"pagerduty", "acknowledged", "POST /v2/enqueue HTTP/1.1\r\n",
         "{\"routing_key\":\"0123456789abcdef0123456789abcdef\",\"event_action\":\"acknowledge\",\"dedup_"
         "key\":"
         "\"crashcart-7f3a-incident-4\"}"},
        {"pagerduty", "resolved", "POST /v2/enqueue HTTP/1.1\r\n",
         "{\"routing_key\":\"0123456789abcdef0123456789abcdef\",\"event_action\":\"resolve\",\"dedup_key\":"
         "\"crashcart-7f3a-incident-4\"}"},
        {"opsgenie", "acknowledged",
         "POST /v2/alerts/crashcart-7f3a-incident-4/acknowledge?identifierType=alias HTTP/1.1\r\n",
         "{\"source\":\"Crashcart\"}"},
        {"opsgenie", "resolved",
         "POST /v2/alerts/crashcart-7f3a-incident-4/close?identifierType=alias HTTP/1.1\r\n",
         "{\"source\":\"Crashcart\"}"},
    };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        struct catcher catcher;
        struct world w;
        char document[200];
        snprintf(document, sizeof document, "{\"kind\":\"%s\",\"incident\":{\"number\":4}}", events[i].kind);
        deliver(&catcher, TAKEN, events[i].channel, "env:TEST_KEY", document, &w);
        assert_int_equal(strncmp(catcher.heard, events[i].request, strlen(events[i].request)), 0);
        assert_string_equal(body_of(&catcher), events[i].body);
    }
}

/* ---- answers ---- */

static void slack_says_no_in_an_answer_of_200(void **state)
{
    (void)state;
#define SLACK(body) "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" body
    static const struct {
        const char *answer;
        enum delivery_verdict verdict;
        const char *detail;
    } answers[] = {
        {SLACK("{\"ok\":true,\"ts\":\"1.2\"}"), VERDICT_SENT, "HTTP 200"},
        {SLACK("{\"ok\":false,\"error\":\"channel_not_found\"}"), VERDICT_DEAD,
         "Slack says channel_not_found"},
        {SLACK("{\"ok\":false,\"error\":\"ratelimited\"}"), VERDICT_RETRY, "Slack says ratelimited"},
        {SLACK("{\"ok\":false}"), VERDICT_RETRY, "Slack says no, and not why"},
        {SLACK("<html>portal</html>"), VERDICT_RETRY, "HTTP 200, but its answer is not Slack's"},
        {"HTTP/1.1 429 x\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n", VERDICT_RETRY, "HTTP 429"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct catcher catcher;
        struct world w;
        deliver(&catcher, answers[i].answer, "slack", "U024BE7LH", page, &w);
        assert_string_equal(w.done[0].detail, answers[i].detail);
        assert_int_equal(w.done[0].verdict, answers[i].verdict);
    }
    struct catcher catcher;
    struct world w;
    deliver(&catcher, SLACK("{\"ok\":false}"), "slack_webhook", "env:TEST_URL", page, &w);
    assert_int_equal(w.done[0].verdict, VERDICT_SENT); /* it has no such answers */
}

static void a_page_that_cannot_be_read_is_told_all_the_same(void **state)
{
    (void)state;
    static const char *const ways[][2] = {{"webhook", "HERE/page"},     {"ntfy", "HERE/mia"},
                                          {"slack", "U024BE7LH"},       {"teams", "env:TEST_URL"},
                                          {"sms", "+4930123456"},       {"voice", "+4930123456"},
                                          {"opsgenie", "env:TEST_KEY"}, {"pagerduty", "env:TEST_KEY"}};
    static const char *const broken[] = {"{\"kind\":\"page\",", "{}", "[1]"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (size_t k = 0; k < sizeof broken / sizeof *broken; k++) {
            struct catcher catcher;
            struct world w;
            deliver(&catcher, TAKEN, ways[i][0], ways[i][1], broken[k], &w);
            assert_int_equal(w.done[0].verdict, VERDICT_SENT);
            assert_true(strstr(body_of(&catcher), "could not be written in full") ||
                        strstr(body_of(&catcher), "could%20not%20be%20written%20in%20full"));
        }
}

/* ---- where pages may go ---- */

static void verdict_of(struct setting *s, const char *channel, const char *address, struct world *w)
{
    world_open(w, &s->config);
    courier_set_limits(w->courier, (struct courier_limits){.connect_ms = 300, .total_ms = 300});
    courier_send(w->courier, 1, 1, 1, channel, address, "k", "{\"incident\":{}}", 15);
    wait_done(w, 1);
    world_close(w);
}

static void no_page_goes_where_the_operator_did_not_plainly_say(void **state)
{
    (void)state;
    static const char *const hostile_urls[] = {
        "http://127.1:PORT/",
        "http://127.0.1:PORT/",
        "http://2130706433:PORT/",
        "http://0x7f000001:PORT/",
        "http://0x7f.0.0.1:PORT/",
        "http://017700000001:PORT/",
        "http://0177.0.0.1:PORT/",
        "http://0177.0.0.01:PORT/",
        "http://[::ffff:127.0.0.1]:PORT/",
        "http://[::ffff:7f00:1]:PORT/",
        "http://0.0.0.0:PORT/",
        "http://0:PORT/",
        "http://[::]:PORT/",
        "http://127.0.0.1.:PORT/",
        "http://push.localhost:PORT/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[ff02::1]/",
        "http://[::7f00:1]:PORT/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:PORT/_x",
        "dict://127.0.0.1:PORT/",
        "ftp://127.0.0.1:PORT/",
        "http://a@127.0.0.1:PORT/",
        "http://x:y@127.0.0.1:PORT/",
        "http://127.0.0.1:PORT@example.org/",
        "//127.0.0.1:PORT/",
        "http:127.0.0.1:PORT/",
        "http:///127.0.0.1:PORT/",
        "HTTP://127.0.0.1:PORT/",
        "http://127.0.0.1\\@x:PORT/",
        "http://127.0.0.1:PORT\t/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "ldap://127.0.0.1:PORT/",
        "http://%31%32%37.0.0.1:PORT/",
        "",
    };
    struct setting s;
    int port, fd = listen_on(&port);
    setting_make(&s, port);
    for (size_t i = 0; i < sizeof hostile_urls / sizeof *hostile_urls; i++) {
        scoped_buf struct buf url = {0};
        struct world w;
        const char *hole = strstr(hostile_urls[i], "PORT");
        if (hole)
            buf_printf(&url, "%.*s%d%s", (int)(hole - hostile_urls[i]), hostile_urls[i], port, hole + 4);
        else
            buf_puts(&url, hostile_urls[i]);
        verdict_of(&s, "webhook", buf_text(&url), &w);
        /* A name that does not resolve here is tried again; what counts is that nobody was connected to. */
        if (w.done[0].verdict == VERDICT_SENT)
            fail_msg("%s was sent", url.at);
        if (w.done[0].verdict != VERDICT_DEAD && !strstr(w.done[0].detail, "resolve"))
            fail_msg("%s: %s", buf_text(&url), w.done[0].detail);
    }
    struct timeval at_once = {0, 1000};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &at_once, sizeof at_once), 0);
    assert_int_equal(accept(fd, NULL, NULL), -1);
    close(fd);
}

/* A name of this machine that libcurl knows by itself (RFC 6761). */
static void a_name_may_lead_into_a_private_network_when_the_configuration_says_so(void **state)
{
    (void)state;
    struct catcher catcher;
    struct setting s;
    struct world w;
    char url[100];
    const char *allowed[] = {"push.localhost"};
    catcher_open(&catcher, TAKEN);
    setting_make(&s, catcher.port);
    snprintf(url, sizeof url, "http://push.localhost:%d/", catcher.port);
    verdict_of(&s, "webhook", url, &w);
    assert_int_equal(w.done[0].verdict, VERDICT_DEAD);
    assert_non_null(strstr(w.done[0].detail, "channels.private_hosts"));
    s.config.channels.private_hosts.at = allowed;
    s.config.channels.private_hosts.n = 1;
    verdict_of(&s, "webhook", url, &w);
    assert_int_equal(w.done[0].verdict, VERDICT_SENT);
    catcher_close(&catcher);
}

static void an_address_that_is_a_secret_never_shows(void **state)
{
    (void)state;
    struct setting s;
    struct world w;
    setting_make(&s, 9);
    setenv("TEST_URL", "http://hooks.example.org/ services/T0/SECRET", 1);
    verdict_of(&s, "slack_webhook", "env:TEST_URL", &w);
    assert_int_equal(w.done[0].verdict, VERDICT_DEAD);
    assert_string_equal(w.done[0].detail, "what lies at env:TEST_URL is no web address");
    unsetenv("TEST_URL");
    verdict_of(&s, "teams", "env:TEST_URL", &w);
    assert_int_equal(w.done[0].verdict, VERDICT_DEAD);
    assert_non_null(strstr(w.done[0].detail, "env:TEST_URL"));
    verdict_of(&s, "teams", "env:HOME", &w); /* core may name only what the configuration names */
    assert_string_equal(w.done[0].detail,
                        "its address: env:HOME is in no contact of the configuration any more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_channel_writes_what_its_receiver_reads),
        cmocka_unit_test(a_call_reads_the_page_and_takes_a_key),
        cmocka_unit_test(a_call_says_each_thing_once_and_that_it_is_a_drill),
        cmocka_unit_test(a_signed_page_proves_who_sent_it_when_and_unchanged),
        cmocka_unit_test(hostile_texts_become_no_mention_markup_or_header),
        cmocka_unit_test(a_message_without_text_below_its_subject_has_no_empty_part),
        cmocka_unit_test(slack_gets_a_long_text_whole_and_no_part_longer_than_it_takes),
        cmocka_unit_test(services_that_follow_are_told_what_a_person_did),
        cmocka_unit_test(slack_says_no_in_an_answer_of_200),
        cmocka_unit_test(a_page_that_cannot_be_read_is_told_all_the_same),
        cmocka_unit_test(no_page_goes_where_the_operator_did_not_plainly_say),
        cmocka_unit_test(a_name_may_lead_into_a_private_network_when_the_configuration_says_so),
        cmocka_unit_test(an_address_that_is_a_secret_never_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
