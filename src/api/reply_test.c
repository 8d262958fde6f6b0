#include <sodium.h>

#include "api/form.h"
#include "api/nettle_library.h"
#include "api/reply.h"
#include "api/server_fixture.h"

static const char one_alert[] =
    "[{\"labels\":{\"alertname\":\"Down\",\"service\":\"shop\",\"severity\":\"critical\"}}]";

/* ---- words ---- */

static void words_are_found_however_they_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum reply_verb verb;
        int64_t incident;
    } cases[] = {{"ack 42", REPLY_ACKNOWLEDGE, 42},
                 {"ACK", REPLY_ACKNOWLEDGE, 0},
                 {" Acknowledge #7!", REPLY_ACKNOWLEDGE, 7},
                 {"/crashcart resolve 3", REPLY_RESOLVE, 3},
                 {"status?", REPLY_STATUS, 0},
                 {"ack ack", REPLY_ACKNOWLEDGE, 0},
                 {"acked", REPLY_UNKNOWN, 0},
                 {"", REPLY_UNKNOWN, 0},
                 {"no ack 4", REPLY_UNKNOWN, 0},
                 {"ack incident 42", REPLY_ACKNOWLEDGE, 42},
                 {"Resolve INC-42, thanks", REPLY_RESOLVE, 42},
                 {"ack page no. 42", REPLY_ACKNOWLEDGE, 42},
                 {"ack, there in 10 min", REPLY_ACKNOWLEDGE, 0},
                 {"ack incident", REPLY_ACKNOWLEDGE, 0},
                 {"ack 4x", REPLY_ACKNOWLEDGE, 0},
                 {"ack 9999999999999999999999", REPLY_ACKNOWLEDGE, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reply_words words = reply_words_read(cases[i].text);
        if (words.verb != cases[i].verb || words.incident != cases[i].incident)
            fail_msg("\"%s\": %d %lld", cases[i].text, (int)words.verb, (long long)words.incident);
    }
}

static void a_form_is_decoded_pair_by_pair(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct form form;
    static const char body[] = "a=1+2&b%3D=%26%zz&c&&=x&a=3&n=%00y";
    form_read(arena, body, sizeof body - 1, &form);
    assert_string_equal(form_value(&form, "a"), "1 2");
    assert_string_equal(form_value(&form, "b="), "&%zz");
    assert_string_equal(form_value(&form, "c"), "");
    assert_string_equal(form_value(&form, ""), "x");
    assert_string_equal(form_value(&form, "n"), " y");
    assert_string_equal(form_value(&form, "z"), "");
}

/* ---- Twilio ---- */

/* The example of Twilio's documentation, and of its own library's tests: an HMAC-SHA1 by another hand. */
static void the_signature_is_that_of_the_documentation(void **state)
{
    (void)state;
    static const char text[] =
        "https://mycompany.com/myapp.php?foo=1&bar=2CallSidCA1234567890ABCDECaller+14158675309"
        "Digits1234From+14158675309To+18005551212";
    uint8_t mac[SHA1_DIGEST_SIZE];
    char base64[40];
    struct hmac_sha1_ctx context;
    nettle_library()->set_key(&context, 5, (const uint8_t *)"12345");
    nettle_library()->update(&context, sizeof text - 1, (const uint8_t *)text);
    nettle_library()->digest(&context, sizeof mac, mac);
    sodium_bin2base64(base64, sizeof base64, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    assert_string_equal(base64, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
}

static struct http_answer text_message(const char *secret, const char *from, const char *sid,
                                       const char *text)
{
    scoped_buf struct buf body = {0}, signed_text = {0};
    uint8_t mac[SHA1_DIGEST_SIZE];
    char base64[40], header[100];
    struct hmac_sha1_ctx context;
    buf_printf(&body, "MessageSid=%s&From=%%2B%s&Body=%s", sid, from, text);
    buf_printf(&signed_text, "https://crashcart.example.org/reply/smsBody%sFrom+%sMessageSid%s", text, from,
               sid);
    nettle_library()->set_key(&context, strlen(secret), (const uint8_t *)secret);
    nettle_library()->update(&context, signed_text.n_bytes, (const uint8_t *)buf_text(&signed_text));
    nettle_library()->digest(&context, sizeof mac, mac);
    sodium_bin2base64(base64, sizeof base64, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    snprintf(header, sizeof header, "X-Twilio-Signature: %s", base64);
    struct http_request request = {
        .method = "POST", .path = "/reply/sms", .body = buf_text(&body), .anonymous = true};
    request.headers[0] = header;
    request.headers[1] = "Content-Type: application/x-www-form-urlencoded";
    return http_send(port, &request);
}

#define assert_told(call, status_, words)                                                                    \
    do {                                                                                                     \
        scoped_answer struct http_answer told_ = call;                                                       \
        assert_says(&told_, status_, words);                                                                 \
    } while (0)

static void a_text_message_of_a_person_acknowledges_once(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    assert_told(text_message("guessed", "15550001", "SM1", "ack"), 401, "not signed by Twilio");
    assert_told(text_message("twilio-secret", "15550009", "SM2", "ack"), 200, "does not count: no person");
    assert_got("/api/v1/incidents/1", 200, "\"state\":\"triggered\"");
    assert_told(text_message("twilio-secret", "15550001", "SM3", "status"), 200, "#1 ");
    assert_told(text_message("twilio-secret", "15550001", "SM4", "hello"), 200, "Say &#34;ack 4&#34;");
    assert_told(text_message("twilio-secret", "15550001", "SM5", "ack"), 200,
                "<Message>Incident 1 is acknowledged.");
    assert_got("/api/v1/incidents/1", 200, "\"acknowledged_by\":\"person:mia\"");
    assert_got("/api/v1/incidents/1/timeline", 200, "mia answered by sms");
    assert_told(text_message("twilio-secret", "15550001", "SM5", "ack"), 200, "heard already");
    assert_told(text_message("twilio-secret", "15550001", "SM6", "resolve"), 200, "<Message>");
    assert_told(text_message("twilio-secret", "15550001", "SM7", "ack+9"), 401, "");
}

static void what_is_open_is_told_without_the_words_of_an_alert_to_a_way_that_may_not_show_them(void **state)
{
    (void)state;
    static const char named[] = "[{\"labels\":{\"alertname\":\"Scan of John Miller failed\",\"service\":"
                                "\"shop\",\"severity\":\"critical\"}}]";
    assert_posted("/api/v2/alerts", named, 200, "");
    for (int cleared = 0; cleared < 2; cleared++) {
        config->people.at[0].contacts.at[1].cleared = cleared == 1;
        scoped_answer struct http_answer told =
            text_message("twilio-secret", "15550001", cleared ? "SM2" : "SM1", "status");
        assert_says(&told, 200, "#1 ");
        assert_int_equal(strstr(buf_text(&told.body), "Miller") != NULL, cleared);
    }
    config->people.at[0].contacts.at[1].cleared = false;
}

/* ---- mail ---- */

static void a_mail_counts_when_it_answers_a_page_of_its_sender(void **state)
{
    (void)state;
    static const char by_eve[] = "{\"from\":\"eve@example.org\",\"message_id\":\"<e1>\",\"references\":["
                                 "\"<%s@example.org>\"],\"text\":\"ack\"}";
    static const char by_mia[] = "{\"from\":\"Mia@example.org\",\"message_id\":\"<m%d>\",\"references\":["
                                 "\"<x>\",\"<%s@example.org>\"],\"text\":\"ack\"}";
    char body[400], key[100] = "";
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    scoped_answer struct http_answer timeline = get("/api/v1/incidents/1/timeline");
    const char *found = strstr(buf_text(&timeline.body), "\"key\":\"");
    assert_non_null(found);
    sscanf(found, "\"key\":\"%90[^\"]", key);
    snprintf(body, sizeof body, by_eve, key);
    assert_posted("/reply/mail", body, 200, "does not count");
    snprintf(body, sizeof body, by_mia, 1, "crashcart-0000000000000000-incident-1-page-1");
    assert_posted("/reply/mail", body, 200, "answers no page that went there");
    assert_got("/api/v1/incidents/1", 200, "\"state\":\"triggered\"");
    snprintf(body, sizeof body, by_mia, 2, key);
    assert_posted("/reply/mail", body, 200, "Incident 1 is acknowledged.");
    assert_posted("/reply/mail", body, 200, "heard already");
    assert_posted("/reply/mail", "{\"from\":\"a@b\"}", 422, "message_id");
}

static void a_mail_that_came_back_is_a_page_that_failed_once(void **state)
{
    (void)state;
    static const char bounce[] = "{\"undelivered\":\"5.1.1 (no such mailbox)\",\"to\":\"mia@example.org\","
                                 "\"recipient\":\"m@elsewhere\",\"references\":[\"<%s@example.org>\"]}";
    char body[400], key[100] = "";
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    scoped_answer struct http_answer timeline = get("/api/v1/incidents/1/timeline");
    const char *found = strstr(buf_text(&timeline.body), "\"key\":\"");
    assert_non_null(found);
    sscanf(found, "\"key\":\"%90[^\"]", key);
    snprintf(body, sizeof body, bounce, "crashcart-0000000000000000-incident-1-page-1");
    assert_posted("/reply/mail", body, 200, "Nothing that was sent from here came back.");
    snprintf(body, sizeof body, bounce, "crashcart-0000000000000000-digest-1-0");
    assert_posted("/reply/mail", body, 200, "Nothing that was sent from here came back.");
    snprintf(body, sizeof body, bounce, "crashcart-0000000000000000-proof-1-1");
    assert_posted("/reply/mail", body, 200, "No test went there.");
    snprintf(body, sizeof body, bounce, key);
    assert_posted("/reply/mail", body, 200, "The next way is tried.");
    assert_got("/api/v1/incidents/1/timeline", 200,
               "it has not arrived: the mail came back from m@elsewhere: 5.1.1 (no such mailbox)");
    assert_posted("/reply/mail", body, 200, "This was heard already.");
    assert_posted("/reply/mail", "{\"undelivered\":4}", 422, "undelivered");
    assert_posted("/reply/mail", "{\"undelivered\":\"x\",\"references\":[4,\"x\",\"<>\"]}", 200, "Nothing");
}

static int start_with_people(void **state)
{
    static struct config_contact ways[] = {{.channel = "email", .address = "mia@example.org"},
                                           {.channel = "sms", .address = "+15550001"},
                                           {.channel = "slack", .address = "U024BE7LH"}};
    static struct config_contact other = {.channel = "email", .address = "eve@example.org"};
    static struct person people[] = {{.id = "mia", .name = "Mia"}, {.id = "eve", .name = "Eve"}};
    (void)state;
    start_with(
        (struct api_options){.clock = clock_system(), .idle_time_s = 5, .twilio_secret = "twilio-secret"});
    people[0].contacts.at = ways;
    people[0].contacts.n = 3;
    people[1].contacts.at = &other;
    people[1].contacts.n = 1;
    config->people.at = people;
    config->people.n = 2;
    config->public_url = "https://crashcart.example.org/";
    return 0;
}

#define test(name) cmocka_unit_test_setup_teardown(name, start_with_people, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_however_they_are_written),
        cmocka_unit_test(a_form_is_decoded_pair_by_pair),
        cmocka_unit_test(the_signature_is_that_of_the_documentation),
        test(a_text_message_of_a_person_acknowledges_once),
        test(what_is_open_is_told_without_the_words_of_an_alert_to_a_way_that_may_not_show_them),
        test(a_mail_counts_when_it_answers_a_page_of_its_sender),
        test(a_mail_that_came_back_is_a_page_that_failed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
