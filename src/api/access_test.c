/* Who may do what: every route by every right, and everything that takes a right away. */
#include <liboath/oath.h>

#include "api/moved_clock_fixture.h"
#include "api/routes.h"
#include "base/hash.h"
#include "ledger/access.h"

#define SECRET "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* A token "cc_0000000N_SECRET" as the ledger would hold it. */
static void give_token(int n, struct access_key key, char bearer[100])
{
    char text[80], id[12], sha256[SHA256_HEX_BYTES];
    snprintf(id, sizeof id, "%08d", n);
    snprintf(text, sizeof text, "cc_%s_" SECRET, id);
    sha256_hex(text, strlen(text), sha256);
    key.id = id;
    key.sha256 = sha256;
    key.name = "test";
    key.person = key.person ? key.person : "";
    key.services = key.services ? key.services : "";
    key.source = key.source ? key.source : "";
    key.since_us = clock_wall_us(clock_system());
    decide(&(struct input){
        .kind = INPUT_ACCESS, .access_act = ACCESS_TOKEN, .actor = "test", .access_key = &key});
    snprintf(bearer, 100, "Authorization: Bearer %s", text);
}

static long ask_as(const char *method, const char *path, const char *body, const char *header)
{
    struct http_request request = {.method = method, .path = path, .body = body, .anonymous = true};
    request.headers[0] = "X-Forwarded-For: 192.0.2.1"; /* not this machine itself */
    request.headers[1] = header;
    scoped_answer struct http_answer answer = http_send(port, &request);
    return answer.status;
}

/* A path that fits the pattern. An event stream is asked for in a way that it refuses at once. */
static void path_of(const struct route *route, char out[200])
{
    size_t n = 0;
    for (const char *p = route->path; *p && n < 150; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        bool is_number = p[1] == '}';
        out[n++] = is_number ? '7' : 'x';
        p += is_number ? 1 : 2;
    }
    out[n] = '\0';
    if (strcmp(route->path, "/api/v1/events") == 0)
        snprintf(out + n, 200 - n, "?after=x");
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
    size_t n = strlen(text), n_with = strlen(with);
    return n >= n_with && strcmp(text + n - n_with, with) == 0;
}

/* What the rights are meant to be, in words other than those of the table of routes. */
static enum right right_meant(const struct route *route)
{
    bool reads = strcmp(route->method, "GET") == 0;
    const char *path = route->path;
    static const char *const for_all[] = {"/api/v1/accounts", "/api/v1/tokens"};
    if (strcmp(path, "/reply/mail") == 0)
        return RIGHT_RESPOND;
    if (!begins(path, "/api/") && !begins(path, "/v2/") && !begins(path, "/intake/") &&
        !begins(path, "/heartbeat/") && strcmp(path, "/metrics") != 0)
        return RIGHT_NONE;
    if (strcmp(path, "/api/v1/session") == 0 || strcmp(path, "/api/v1/sign-in") == 0 ||
        (begins(path, "/api/v2/") && ends(path, ".json")))
        return RIGHT_NONE;
    if (begins(path, "/api/v2/silence") && !reads)
        return RIGHT_RESPOND;
    if (!begins(path, "/api/v1/"))
        return RIGHT_SEND;
    for (size_t i = 0; i < sizeof for_all / sizeof *for_all; i++)
        if (begins(path, for_all[i]))
            return RIGHT_ADMINISTER;
    if (reads || begins(path, "/api/v1/keys") || begins(path, "/api/v1/session/"))
        return RIGHT_READ;
    return ends(path, "/approve") || ends(path, "/deny") || ends(path, "/hold") || ends(path, "/release")
               ? RIGHT_APPROVE
               : RIGHT_RESPOND;
}

static void every_route_is_for_its_right_and_those_above(void **state)
{
    (void)state;
    char bearers[N_RIGHTS][100], path[200];
    for (int right = RIGHT_SEND; right < N_RIGHTS; right++)
        give_token(right, (struct access_key){.right = (enum right)right}, bearers[right]);
    for (const struct route *route = routes; route->path; route++) {
        enum right meant = right_meant(route);
        const char *body = strcmp(route->method, "GET") == 0 ? NULL : "{}";
        if (begins(route->path, "/reply/") &&
            !ends(route->path, "/mail")) /* who sends is proved by a signature */
            continue;
        path_of(route, path);
        for (int right = RIGHT_NONE; right < N_RIGHTS; right++) {
            long status = ask_as(route->method, path, body, right ? bearers[right] : NULL);
            long wanted = meant == RIGHT_NONE || right >= (int)meant ? 0 : right ? 403 : 401;
            bool refused = status == 401 || (meant != RIGHT_NONE && status == 403);
            if (wanted ? status != wanted : refused)
                fail_msg("%s %s as %s: %ld", route->method, route->path,
                         right ? right_name((enum right)right) : "nobody", status);
        }
    }
}

static void a_token_counts_from_its_source_and_until_its_end(void **state)
{
    (void)state;
    static const char path[] = "/api/v1/incidents";
    char here[100], elsewhere[100], short_lived[100], wrong[100];
    int64_t until_us = clock_wall_us(clock_system()) + 60 * US_PER_S;
    give_token(1, (struct access_key){.right = RIGHT_READ, .source = "127.0.0.0/8"}, here);
    give_token(2, (struct access_key){.right = RIGHT_READ, .source = "10.0.0.0/8"}, elsewhere);
    give_token(3, (struct access_key){.right = RIGHT_READ, .until_us = until_us}, short_lived);
    assert_int_equal(ask_as("GET", path, NULL, here), 200);
    assert_int_equal(ask_as("GET", path, NULL, elsewhere), 401);
    assert_int_equal(ask_as("GET", path, NULL, short_lived), 200);
    atomic_store(&moved_us, 61 * US_PER_S);
    assert_int_equal(ask_as("GET", path, NULL, short_lived), 401);
    snprintf(wrong, sizeof wrong, "%s", here);
    wrong[strlen(wrong) - 1] = 'B';
    assert_int_equal(ask_as("GET", path, NULL, wrong), 401);
    assert_int_equal(ask_as("GET", path, NULL, "Authorization: Bearer cc_00000001_"), 401);
    assert_int_equal(ask_as("GET", path, NULL, "Cookie: crashcart-session=cc_00000001_" SECRET), 401);
}

/* ---- people ---- */

static struct http_answer as_administrator(const char *method, const char *path, const char *body)
{
    return http_send(port, &(struct http_request){.method = method, .path = path, .body = body});
}

static void administer(const char *body)
{
    scoped_answer struct http_answer answer = as_administrator("POST", "/api/v1/accounts", body);
    assert_int_equal(answer.status, 200);
}

/* The status; the cookie, as a browser sends it back, when somebody is signed in. */
static long sign_in(const char *body, char cookie[200])
{
    scoped_answer struct http_answer answer = http_send(
        port,
        &(struct http_request){.method = "POST", .path = "/api/v1/session", .body = body, .anonymous = true});
    const char *set = strstr(buf_text(&answer.header), "Set-Cookie: ");
    snprintf(cookie, 200, "Cookie: %.*s", set ? (int)strcspn(set + 12, ";") : 0, set ? set + 12 : "");
    assert_int_equal(set != NULL, answer.status == 200);
    return answer.status;
}

#define ANA "{\"person\":\"ana\",\"password\":\"quiet night shift\""

static void a_person_signs_in_with_their_password_and_has_their_right(void **state)
{
    (void)state;
    char cookie[200], none[200];
    administer(ANA ",\"right\":\"viewer\"}");
    assert_int_equal(sign_in("{\"person\":\"ana\",\"password\":\"quiet night shift!\"}", none), 403);
    assert_int_equal(sign_in("{\"person\":\"eve\",\"password\":\"quiet night shift\"}", none), 403);
    assert_int_equal(sign_in(ANA "}", cookie), 200);
    assert_int_equal(ask_as("GET", "/api/v1/incidents", NULL, cookie), 200);
    assert_int_equal(ask_as("POST", "/api/v1/incidents/1/notes", "{\"text\":\"x\"}", cookie), 403);
    assert_int_equal(ask_as("GET", "/api/v1/accounts", NULL, cookie), 403);
}

static void a_password_that_is_tried_first_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *password;
        long status;
    } tried[] = {{"quiet shifts", 422},     {"123456789012345", 422},         {"qwertyuiopasdfgh", 422},
                 {"aaaaaaaaaaaaaaaa", 422}, {"1qaz2wsx3edc4rfv", 422},        {"Password1234567", 422},
                 {"abcdefghijklmnop", 422}, {"ZYXWVUTSRQPONMLK", 422},        {"crashcartcrashcart", 422},
                 {"P@ssw0rd2026!!!", 422},  {"anaanaanaanaana", 422},         {"iloveyouforever", 422},
                 {"administrator-1", 422},  {"dragondragondragon", 422},      {"a calm new morning", 200},
                 {"Thu-9fXk!rrw2-a", 200},  {"crashcart walks at night", 200}};
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        char body[200];
        snprintf(body, sizeof body, "{\"person\":\"ana\",\"password\":\"%s\"}", tried[i].password);
        scoped_answer struct http_answer answer = as_administrator("POST", "/api/v1/accounts", body);
        if (answer.status != tried[i].status)
            fail_msg("%s: %ld", tried[i].password, answer.status);
    }
}

static void a_changed_account_ends_its_sessions_and_a_removed_one_its_tokens(void **state)
{
    (void)state;
    char cookie[200], again[200], bearer[100];
    administer(ANA "}");
    assert_int_equal(sign_in(ANA "}", cookie), 200);
    atomic_store(&moved_us, US_PER_S);
    administer("{\"person\":\"ana\",\"right\":\"approver\"}");
    assert_int_equal(ask_as("GET", "/api/v1/incidents", NULL, cookie), 401);
    assert_int_equal(sign_in(ANA "}", again), 200); /* the password stayed */
    give_token(1, (struct access_key){.person = "ana"}, bearer);
    assert_int_equal(ask_as("POST", "/api/v1/incidents/1/notes", "{\"text\":\"x\"}", bearer), 404);
    assert_string_equal(backend.actor, "person:ana");
    scoped_answer struct http_answer removed = as_administrator("DELETE", "/api/v1/accounts/ana", NULL);
    assert_int_equal(removed.status, 200);
    assert_int_equal(ask_as("GET", "/api/v1/incidents", NULL, again), 401);
    assert_int_equal(ask_as("GET", "/api/v1/incidents", NULL, bearer), 401);
    assert_int_equal(sign_in(ANA "}", again), 403);
}

static void who_guesses_has_to_wait_longer_and_longer(void **state)
{
    (void)state;
    char cookie[200];
    administer(ANA "}");
    for (int i = 0; i < 5; i++)
        assert_int_equal(sign_in("{\"person\":\"ana\",\"password\":\"a wrong one here\"}", cookie), 403);
    assert_int_equal(sign_in(ANA "}", cookie), 429);
    atomic_store(&moved_us, 3 * US_PER_S);
    assert_int_equal(sign_in("{\"person\":\"ana\",\"password\":\"a wrong one here\"}", cookie), 403);
    atomic_store(&moved_us, 4 * US_PER_S);
    assert_int_equal(sign_in(ANA "}", cookie), 429);
    atomic_store(&moved_us, 10 * US_PER_S);
    assert_int_equal(sign_in(ANA "}", cookie), 200);
    assert_got("/api/v1/incidents", 200, "[]");
}

/* The code of an authenticator that has the key of the answer. */
static void code_of(const char *answer, int64_t at_s, char code[7])
{
    const char *key = strstr(answer, "secret=");
    char *secret = NULL;
    size_t n_secret = 0;
    assert_non_null(key);
    key += strlen("secret=");
    assert_int_equal(oath_base32_decode(key, strcspn(key, "&"), &secret, &n_secret), OATH_OK);
    assert_int_equal(oath_totp_generate(secret, n_secret, (time_t)at_s, 30, 0, 6, code), OATH_OK);
    free(secret);
}

static void a_code_of_the_second_factor_counts_once(void **state)
{
    (void)state;
    char cookie[200], code[7], body[200];
    scoped_answer struct http_answer made =
        as_administrator("POST", "/api/v1/accounts", ANA ",\"second_factor\":true}");
    code_of(buf_text(&made.body), now_moved_us(NULL) / US_PER_S, code);
    assert_int_equal(sign_in(ANA "}", cookie), 403);
    snprintf(body, sizeof body, ANA ",\"code\":\"%s\"}", code);
    assert_int_equal(sign_in(body, cookie), 200);
    assert_int_equal(ask_as("GET", "/api/v1/session", NULL, cookie), 200);
    assert_int_equal(sign_in(body, cookie), 403);
    scoped_answer struct http_answer list = as_administrator("GET", "/api/v1/accounts", NULL);
    assert_null(strstr(buf_text(&list.body), "secret"));
    assert_null(strstr(buf_text(&list.body), "argon2"));
}

static void a_person_changes_their_own_password(void **state)
{
    (void)state;
    char cookie[200], again[200];
    administer(ANA "}");
    assert_int_equal(sign_in(ANA "}", cookie), 200);
    atomic_store(&moved_us, US_PER_S);
    static const char path[] = "/api/v1/session/password";
    assert_int_equal(
        ask_as("POST", path, "{\"old\":\"not mine at all\",\"password\":\"a calm new morning\"}", cookie),
        422);
    assert_int_equal(ask_as("POST", path, "{\"old\":\"quiet night shift\",\"password\":\"short\"}", cookie),
                     422);
    assert_int_equal(
        ask_as("POST", path, "{\"old\":\"quiet night shift\",\"password\":\"a calm new morning\"}", cookie),
        200);
    assert_int_equal(ask_as("GET", "/api/v1/incidents", NULL, cookie), 401);
    assert_int_equal(sign_in("{\"person\":\"ana\",\"password\":\"a calm new morning\"}", again), 200);
}

/* What the engine makes of it: engine/approval_test.c. */
static void an_approval_says_when_its_session_began_and_of_a_token_nothing(void **state)
{
    (void)state;
    static const char path[] = "/api/v1/runs/1/steps/1/approve";
    char cookie[200], bearer[100];
    int64_t before_us = now_moved_us(NULL);
    administer("{\"person\":\"ana\",\"right\":\"approver\",\"password\":\"quiet night shift\"}");
    assert_int_equal(sign_in(ANA "}", cookie), 200);
    int64_t after_us = now_moved_us(NULL);
    atomic_store(&moved_us, 20 * 60 * US_PER_S);
    ask_as("POST", path, "{}", cookie);
    assert_in_range(backend.last.signed_in_us, before_us, after_us);
    give_token(1, (struct access_key){.person = "ana"}, bearer);
    ask_as("POST", path, "{}", bearer);
    assert_int_equal(backend.last.kind, INPUT_APPROVE);
    assert_int_equal(backend.last.signed_in_us, 0);
}

static void a_session_is_listed_and_ended_from_elsewhere(void **state)
{
    (void)state;
    char cookie[200], path[100];
    administer(ANA "}");
    assert_int_equal(sign_in(ANA "}", cookie), 200);
    scoped_answer struct http_answer list = as_administrator("GET", "/api/v1/keys", NULL);
    const char *id = strstr(buf_text(&list.body), "\"id\":\"");
    assert_non_null(id);
    assert_null(strstr(buf_text(&list.body), "cc_"));
    snprintf(path, sizeof path, "/api/v1/keys/%.8s", id + 6);
    scoped_answer struct http_answer ended = as_administrator("DELETE", path, NULL);
    assert_int_equal(ended.status, 200);
    assert_int_equal(ask_as("GET", "/api/v1/incidents", NULL, cookie), 401);
}

/* ---- services ---- */

static void open_incident(const char *name, const char *service)
{
    char body[200];
    snprintf(body, sizeof body,
             "[{\"labels\":{\"alertname\":\"%s\",\"service\":\"%s\",\"severity\":\"SEV-1\"}}]", name,
             service);
    scoped_answer struct http_answer answer = post("/api/v2/alerts", body);
    assert_int_equal(answer.status, 200);
}

static void who_is_kept_to_a_service_sees_and_moves_its_incidents_alone(void **state)
{
    (void)state;
    char bearer[100];
    open_incident("PacsDown", "pacs");
    open_incident("ShopDown", "shop");
    give_token(1, (struct access_key){.right = RIGHT_APPROVE, .services = "triage shop"}, bearer);
    struct http_request list = {
        .method = "GET", .path = "/api/v1/incidents", .anonymous = true, .headers = {bearer}};
    scoped_answer struct http_answer seen = http_send(port, &list);
    assert_non_null(strstr(buf_text(&seen.body), "ShopDown"));
    assert_null(strstr(buf_text(&seen.body), "PacsDown"));
    assert_int_equal(ask_as("GET", "/api/v1/incidents/2", NULL, bearer), 200);
    assert_int_equal(ask_as("GET", "/api/v1/incidents/1", NULL, bearer), 404);
    assert_int_equal(ask_as("POST", "/api/v1/incidents/2/acknowledge", "{}", bearer), 200);
    assert_int_equal(ask_as("POST", "/api/v1/incidents/1/acknowledge", "{}", bearer), 404);
    assert_int_equal(ask_as("GET", "/api/v1/runs/1/steps/4", NULL, bearer), 404);
    assert_int_equal(ask_as("POST", "/api/v2/silences", "{}", bearer), 403);
}

static bool sees(const char *bearer, const char *path, const char *what)
{
    struct http_request request = {.method = "GET", .path = path, .anonymous = true, .headers = {bearer}};
    scoped_answer struct http_answer answer = http_send(port, &request);
    assert_int_equal(answer.status, 200);
    return strstr(buf_text(&answer.body), what) != NULL;
}

/* What is told of an incident elsewhere is as much theirs, or not, as the incident. */
static void who_is_kept_to_a_service_hears_nothing_of_the_others_in_lists_and_the_ledger(void **state)
{
    (void)state;
    char of_shop[100];
    open_incident("PacsDown", "pacs");
    open_incident("PacsSlow", "pacs");
    open_incident("ShopDown", "shop");
    for (int i = 1; i <= 3; i++) {
        char path[60], body[80];
        snprintf(path, sizeof path, "/api/v1/incidents/%d/actions", i);
        snprintf(body, sizeof body, "{\"what\":\"mend %s\"}", i == 3 ? "the till" : "the viewer");
        scoped_answer struct http_answer answer = post(path, body);
        assert_int_equal(answer.status, 200);
    }
    give_token(1, (struct access_key){.right = RIGHT_READ, .services = "shop"}, of_shop);
    assert_true(sees(of_shop, "/api/v1/incidents?state=open&order=worst&limit=1", "ShopDown"));
    assert_true(sees(of_shop, "/api/v1/incidents", "\"open\":1,"));
    assert_true(sees(of_shop, "/api/v1/actions", "the till") &&
                !sees(of_shop, "/api/v1/actions", "the viewer"));
    assert_true(sees(of_shop, "/api/v1/ledger", "the till") &&
                !sees(of_shop, "/api/v1/ledger", "the viewer"));
    assert_false(sees(of_shop, "/api/v1/ledger?incident=1", "the viewer"));
    assert_true(sees(of_shop, "/api/v1/statistics", "shop") && !sees(of_shop, "/api/v1/statistics", "pacs"));
    assert_true(sees(of_shop, "/api/v1/ledger/export?incident=3", "the till"));
    assert_int_equal(ask_as("GET", "/api/v1/ledger/export?incident=1", NULL, of_shop), 404);
    assert_int_equal(ask_as("GET", "/api/v1/ledger/export", NULL, of_shop), 403);
}

static void an_answer_that_is_kept_is_of_this_moment_and_for_who_may_see_it(void **state)
{
    (void)state;
    static const char list[] = "/api/v1/incidents", one[] = "/api/v1/incidents/2";
    char of_shop[100], of_pacs[100];
    open_incident("PacsDown", "pacs");
    open_incident("ShopDown", "shop");
    give_token(1, (struct access_key){.right = RIGHT_RESPOND, .services = "shop"}, of_shop);
    give_token(2, (struct access_key){.right = RIGHT_RESPOND, .services = "pacs"}, of_pacs);
    for (int again = 0; again < 2; again++) {
        assert_true(sees(of_shop, list, "ShopDown") && !sees(of_shop, list, "PacsDown"));
        assert_true(sees(of_pacs, list, "PacsDown") && !sees(of_pacs, list, "ShopDown"));
        assert_true(sees(of_shop, "/api/v1/incidents?limit=0", "\"incidents\":[]"));
        assert_true(sees(of_shop, one, "\"state\":\"triggered\""));
    }
    assert_int_equal(ask_as("GET", one, NULL, of_pacs), 404);
    open_incident("ShopSlow", "shop");
    assert_true(sees(of_shop, list, "ShopSlow"));
    assert_int_equal(ask_as("POST", "/api/v1/incidents/2/acknowledge", "{}", of_shop), 200);
    assert_true(sees(of_shop, one, "\"state\":\"acknowledged\""));
}

static void the_page_of_an_incident_brings_it_to_who_may_read_it_alone(void **state)
{
    (void)state;
    char of_shop[100], sender[100];
    open_incident("PacsDown", "pacs");
    open_incident("ShopDown </script><b>", "shop");
    give_token(1, (struct access_key){.right = RIGHT_READ, .services = "shop"}, of_shop);
    give_token(2, (struct access_key){.right = RIGHT_SEND}, sender);
    const struct {
        const char *path, *header;
        bool brings;
    } asked[] = {{"/incidents/2", of_shop, true},
                 {"/incidents/1", of_shop, false},
                 {"/incidents/9", of_shop, false},
                 {"/incidents/2", sender, false},
                 {"/incidents/2", NULL, false}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct http_request request = {
            .method = "GET", .path = asked[i].path, .anonymous = true, .headers = {asked[i].header}};
        scoped_answer struct http_answer page = http_send(port, &request);
        const char *text = buf_text(&page.body);
        assert_int_equal(page.status, 200);
        assert_non_null(strstr(text, "<div id=\"console\">"));
        assert_int_equal(strstr(text, "\"/api/v1/incidents/2\":{") != NULL, asked[i].brings);
        assert_int_equal(strstr(text, "ShopDown \\u003c/script>") != NULL, asked[i].brings);
        assert_null(strstr(text, "PacsDown"));
        assert_null(strstr(text, "<b>"));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_moved, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_password_that_is_tried_first_is_refused, start_moved, stop),
        TEST(every_route_is_for_its_right_and_those_above),
        TEST(who_is_kept_to_a_service_hears_nothing_of_the_others_in_lists_and_the_ledger),
        TEST(a_token_counts_from_its_source_and_until_its_end),
        TEST(a_person_signs_in_with_their_password_and_has_their_right),
        TEST(a_changed_account_ends_its_sessions_and_a_removed_one_its_tokens),
        TEST(who_guesses_has_to_wait_longer_and_longer),
        TEST(a_code_of_the_second_factor_counts_once),
        TEST(a_person_changes_their_own_password),
        TEST(an_approval_says_when_its_session_began_and_of_a_token_nothing),
        TEST(a_session_is_listed_and_ended_from_elsewhere),
        TEST(who_is_kept_to_a_service_sees_and_moves_its_incidents_alone),
        TEST(an_answer_that_is_kept_is_of_this_moment_and_for_who_may_see_it),
        TEST(the_page_of_an_incident_brings_it_to_who_may_read_it_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
