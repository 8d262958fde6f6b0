/* The server as its clients meet it, over real sockets. */
#include <errno.h>

#include "api/server.h"
#include "api/server_fixture.h"

static const char one_alert[] = " [{\"labels\":{\"alertname\":\"QueueGrows\"}}]\n";

static void an_alert_is_kept_as_its_bytes_and_answered_empty(void **state)
{
    (void)state;
    scoped_answer struct http_answer answer = post("/api/v2/alerts", one_alert);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body.n_bytes, 0);
    assert_int_equal(backend.n_alerts, 1);
    assert_string_equal(backend.format, "alertmanager-api");
    assert_string_equal(buf_text(&backend.body), one_alert);
    assert_non_null(strstr(buf_text(&answer.header), "nosniff"));
    assert_posted("/intake/alertmanager", "{\"groupKey\":\"g\",\"alerts\":[]}", 200, "");
    assert_string_equal(backend.format, "alertmanager-webhook");
}

static void *post_alert(void *status)
{
    scoped_answer struct http_answer answer = post("/api/v2/alerts", one_alert);
    *(long *)status = answer.status;
    return NULL;
}

static void wait_for_submissions(size_t n)
{
    pthread_mutex_lock(&backend.lock);
    while (backend.n_submitted < n)
        pthread_cond_wait(&backend.changed, &backend.lock);
    pthread_mutex_unlock(&backend.lock);
}

static void no_answer_leaves_before_the_commit(void **state)
{
    (void)state;
    pthread_t thread;
    long status = -1;
    set_mode(MODE_HOLD);
    pthread_create(&thread, NULL, post_alert, &status);
    wait_for_submissions(1);
    assert_got("/-/healthy", 200, "OK"); /* a whole other request fits in, and still no answer */
    assert_int_equal(pthread_tryjoin_np(thread, NULL), EBUSY);
    set_mode(MODE_DONE);
    pthread_join(thread, NULL);
    assert_int_equal(status, 200);
}

/* Those of one commit: given one by one, sent when all of them are. */
static void answers_that_were_held_are_sent_when_the_holding_ends(void **state)
{
    (void)state;
    enum { POSTS = 5 };
    static const struct outcome done = {.code = OUTCOME_DONE};
    pthread_t threads[POSTS];
    long status[POSTS];
    set_mode(MODE_HOLD);
    for (size_t i = 0; i < POSTS; i++)
        pthread_create(&threads[i], NULL, post_alert, &status[i]);
    wait_for_submissions(POSTS);
    pthread_mutex_lock(&backend.lock);
    backend.n_waiting = 0; /* the backend forgets them: it is done here */
    pthread_mutex_unlock(&backend.lock);
    api_hold_answers(api);
    for (size_t i = 0; i < POSTS; i++)
        backend.waiting[i].done(backend.waiting[i].context, &done);
    api_give_answers(api);
    for (size_t i = 0; i < POSTS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(status[i], 200);
    }
}

static void overload_and_a_full_disk_are_503_with_a_time_to_retry(void **state)
{
    (void)state;
    static const enum mode modes[] = {MODE_FULL, MODE_UNAVAILABLE};
    for (size_t i = 0; i < 2; i++) {
        set_mode(modes[i]);
        scoped_answer struct http_answer answer = post("/api/v2/alerts", one_alert);
        assert_says(&answer, 503, "\"code\":\"unavailable\"");
        assert_non_null(strstr(buf_text(&answer.header), "Retry-After: 5"));
    }
}

static void bad_alerts_are_refused_with_their_place(void **state)
{
    (void)state;
    scoped_buf struct buf deep = {0};
    for (int i = 0; i < 100000; i++)
        buf_putc(&deep, '[');
    assert_posted("/api/v2/alerts", deep.at, 400, "bad_request");
    for (int i = 0; i < 100000; i++)
        buf_putc(&deep, ']');
    assert_posted("/api/v2/alerts", deep.at, 400, "levels");
    assert_posted("/api/v2/alerts", "[{\"labels\":{}}]", 400, "\"field\":\"[0].labels\"");
    assert_posted("/api/v2/alerts", "{\"labels\":", 400, "bad_request");
    assert_posted("/api/v2/alerts", "[{\"labels\":{\"alertname\":\"\xff\xfe\"}}]", 400, "UTF-8");
    assert_posted("/api/v2/alerts", "", 400, "empty");
    assert_posted("/api/v2/alerts", "[]", 200, "");
    assert_int_equal(backend.n_submitted, 0);
}

static void nothing_is_cut_at_a_byte_of_zero(void **state)
{
    (void)state;
    static const char *const paths[] = {"/api/v1/incidents?state=open%00all",
                                        "/api/v1/ledger?kind=%00",
                                        "/api/v1/incidents?limit%00x=1",
                                        "/api/v1/incidents/1%00",
                                        "/api/v1/incidents/%00",
                                        "/heartbeat/nightly%00job",
                                        "/api/v1/incidents?state=%ff"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        scoped_answer struct http_answer answer =
            http_send(port, &(struct http_request){.method = "GET", .path = paths[i]});
        if (answer.status != 400)
            fail_msg("%s is answered %u", paths[i], (unsigned)answer.status);
    }
}

static void what_is_asked_twice_is_not_answered_once(void **state)
{
    (void)state;
    struct http_request request = {.method = "GET", .path = "/api/v1/incidents?state=open&state=all"};
    scoped_answer struct http_answer twice = http_send(port, &request);
    assert_says(&twice, 400, "given twice");
    request.path = "/api/v1/silences?filter=a%3Db&filter=c%3Dd";
    scoped_answer struct http_answer filters = http_send(port, &request);
    assert_int_equal(filters.status, 200);
}

static void a_body_of_another_type_is_refused(void **state)
{
    (void)state;
    struct http_request request = {.method = "POST",
                                   .path = "/api/v2/alerts",
                                   .body = one_alert,
                                   .headers = {"Content-Type: text/plain"}};
    scoped_answer struct http_answer answer = http_send(port, &request);
    assert_says(&answer, 415, "application/json");
    request.headers[0] = "Content-Type: application/JSON; charset=utf-8";
    scoped_answer struct http_answer taken = http_send(port, &request);
    assert_int_equal(taken.status, 200);
}

/* As `curl -d` sends it, from a script that never looks at the answer. */
static void an_event_of_another_tool_is_heard_whatever_its_type(void **state)
{
    (void)state;
    struct http_request request = {
        .method = "POST",
        .path = "/v2/enqueue",
        .body = "{\"routing_key\":\"k\",\"event_action\":\"trigger\",\"payload\":"
                "{\"summary\":\"disk full\",\"source\":\"db\",\"severity\":\"critical\"}}",
        .anonymous = true,
        .headers = {"Content-Type: application/x-www-form-urlencoded"}};
    scoped_answer struct http_answer heard = http_send(port, &request);
    assert_says(&heard, 202, "Event processed");
    request.headers[1] = "Origin: http://elsewhere.example";
    scoped_answer struct http_answer page = http_send(port, &request);
    assert_says(&page, 401, "token");
}

/* Alertmanager and clients that join a URL and "" do. */
static void what_is_sent_to_a_path_with_a_slash_at_its_end_is_heard(void **state)
{
    (void)state;
    static const char event[] = "{\"routing_key\":\"k\",\"event_action\":\"trigger\",\"payload\":"
                                "{\"summary\":\"disk full\",\"source\":\"db\",\"severity\":\"critical\"}}";
    assert_posted("/v2/enqueue/", event, 202, "Event processed");
    assert_posted("/api/v2/alerts/", one_alert, 200, "");
    assert_int_equal(backend.n_submitted, 2);
    assert_got("/api/v2/receivers/", 200, "[");
    assert_posted("/v2/enqueue//", event, 404, "");
    assert_got("/api/v1/incidents/", 404, "");
    assert_got("/v2/alerts/disk%2F", 404,
               "there is nothing at this path"); /* the alias "disk/", not "disk" */
    assert_int_equal(backend.n_submitted, 2);
}

static void a_client_that_sends_too_much_is_told_so(void **state)
{
    (void)state;
    size_t n_bytes = 40 * 1000 * 1000;
    char *body = malloc(n_bytes);
    memset(body, ' ', n_bytes);
    struct http_request request = {
        .method = "POST", .path = "/api/v2/alerts", .body = body, .n_bytes = n_bytes};
    scoped_answer struct http_answer answer = http_send(port, &request);
    assert_says(&answer, 413, "too_large");
    request.chunked = true;
    scoped_answer struct http_answer chunked = http_send(port, &request);
    assert_says(&chunked, 413, "too_large");
    request.headers[0] = "Expect: 100-continue";
    request.chunked = false;
    scoped_answer struct http_answer asked = http_send(port, &request);
    assert_says(&asked, 413, "too_large");
    request = (struct http_request){
        .method = "POST", .path = "/api/v1/incidents/4/notes", .body = body, .n_bytes = 1024 * 1024 + 1};
    scoped_answer struct http_answer note = http_send(port, &request);
    assert_says(&note, 413, "1 MiB");
    free(body);
}

static void only_this_machine_and_the_token_get_in(void **state)
{
    (void)state;
    struct http_request request = {.method = "GET", .path = "/api/v1/incidents", .anonymous = true};
    scoped_answer struct http_answer none = http_send(port, &request);
    assert_says(&none, 401, "unauthorized");
    assert_non_null(strstr(buf_text(&none.header), "WWW-Authenticate: Bearer"));
    request.headers[0] =
        "Authorization: Bearer 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee";
    scoped_answer struct http_answer wrong = http_send(port, &request);
    assert_says(&wrong, 401, "unauthorized");
    request = (struct http_request){
        .method = "POST", .path = "/api/v2/alerts", .body = one_alert, .anonymous = true};
    scoped_answer struct http_answer local = http_send(port, &request);
    assert_int_equal(local.status, 200);
    request.headers[0] = "X-Forwarded-For: 10.0.0.7";
    scoped_answer struct http_answer proxied = http_send(port, &request);
    assert_says(&proxied, 401, "token");
    request.headers[0] = "Origin: http://elsewhere.example";
    scoped_answer struct http_answer page = http_send(port, &request);
    assert_says(&page, 401, "token");
}

static void unknown_paths_methods_and_queries_are_named(void **state)
{
    (void)state;
    assert_got("/api/v1/nothing", 404, "not_found");
    assert_got("/api/v1/incidents/four", 404, "not_found");
    assert_got("/api/v1/incidents/99999999999999999999", 404, "not_found");
    scoped_answer struct http_answer answer =
        http_send(port, &(struct http_request){.method = "DELETE", .path = "/api/v2/alerts"});
    assert_says(&answer, 405, "method_not_allowed");
    assert_non_null(strstr(buf_text(&answer.header), "Allow: POST, GET"));
    assert_got("/api/v1/incidents?state=broken", 400, "\"field\":\"state\"");
    assert_got("/api/v1/incidents?stat=open", 400, "\"field\":\"stat\"");
    assert_got("/api/v1/incidents?limit=-1", 400, "\"field\":\"limit\"");
    assert_got("/api/v1/incidents?limit=9999999", 400, "\"field\":\"limit\"");
    assert_got("/api/v2/alerts?active=perhaps", 400, "\"active must be true or false\"");
    assert_got("/api/v2/alerts?filter=%22", 400, "\"bad filter: ");
    assert_got("/api/v2/alerts?filter=a%3D~(", 400, "expression");
    assert_got("/api/v1/runbooks", 200, "\"runbooks\":[]");
    assert_got("/api/v1/promises", 200, "{\"id\":\"alerts\",\"aim\":0.999,\"within_s\":0.5,\"kept\":");
    assert_got("/api/v1/runbooks/a%2Fb.md/understood", 404, "no runbook \\\"a/b.md\\\"");
}

/* Closed by the server, seen as the end of the stream. */
static void a_body_that_stops_in_the_middle_is_not_waited_for(void **state)
{
    (void)state;
    static const char half[] = "POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                               "Content-Length: 100\r\n\r\n[{";
    static const char *const starts[] = {half, "POST /api/v2/al"};
    for (size_t i = 0; i < 2; i++) {
        char answer[512];
        int fd = http_connect(port);
        ssize_t n = write(fd, starts[i], strlen(starts[i]));
        assert_int_equal(n, strlen(starts[i]));
        struct timeval limit = {.tv_sec = 20};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        while ((n = read(fd, answer, sizeof answer)) > 0) {
        }
        assert_true(n == 0 || errno == ECONNRESET);
        close(fd);
    }
    assert_int_equal(backend.n_submitted, 0);
}

static int64_t at_us(void *now_us)
{
    return atomic_load((_Atomic int64_t *)now_us);
}

static void clients_that_never_finish_a_header_make_room(void **state)
{
    (void)state;
    static _Atomic int64_t now_us = 1000 * US_PER_S;
    const struct clock clock = {at_us, at_us, &now_us};
    int slow[4];
    start_with(
        (struct api_options){.clock = &clock, .idle_time_s = 100, .n_connections = 16, .n_threads = 1});
    for (size_t i = 0; i < 4; i++) {
        slow[i] = http_connect(port);
        assert_int_equal(write(slow[i], "GET / H", 7), 7);
    }
    assert_got("/-/healthy", 200, "OK"); /* the four before it are accepted, then */
    atomic_fetch_add(&now_us, 16 * US_PER_S);
    assert_got("/-/healthy", 200, "OK");
    for (size_t i = 0; i < 4; i++) {
        char byte;
        assert_true(read(slow[i], &byte, 1) <= 0);
        close(slow[i]);
    }
    stop(NULL);
}

static unsigned n_taken(void)
{
    return atomic_load(&api->threads[0].n_connections) + atomic_load(&api->threads[1].n_connections);
}

/* The library would give them all to the thread that wakes first. Exactly half is not promised: who is kept
 * from its processor for a millisecond leaves one to the other. */
static void connections_are_shared_between_the_threads(void **state)
{
    (void)state;
    int fds[20];
    start_with((struct api_options){.clock = clock_system(), .idle_time_s = 100, .n_threads = 2});
    for (unsigned i = 0; i < 20; i++)
        fds[i] = http_connect(port);
    while (n_taken() < 20)
        usleep(100);
    assert_in_range(atomic_load(&api->threads[0].n_connections), 5, 15);
    for (unsigned i = 0; i < 20; i++)
        close(fds[i]);
    while (n_taken() > 0)
        usleep(100);
    stop(NULL);
}

static void *post_many(void *n_good)
{
    for (int i = 0; i < 50; i++) {
        scoped_answer struct http_answer answer = post("/api/v2/alerts", one_alert);
        *(int *)n_good += answer.status == 200;
    }
    return NULL;
}

static void many_clients_at_once_are_all_answered(void **state)
{
    (void)state;
    pthread_t threads[8];
    int n_good[8] = {0}, n = 0;
    for (size_t i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, post_many, &n_good[i]);
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        n += n_good[i];
    }
    assert_int_equal(n, 400);
    assert_int_equal(backend.n_alerts, 400);
    assert_got("/metrics", 200, "crashcart_alerts_accepted_total 400");
    assert_got("/metrics", 200, "route=\"/api/v2/alerts\",status=\"200\"} 400");
}

static void what_is_under_way_is_finished_before_a_stop(void **state)
{
    (void)state;
    pthread_t thread;
    long status = -1;
    start(NULL);
    set_mode(MODE_HOLD);
    pthread_create(&thread, NULL, post_alert, &status);
    wait_for_submissions(1);
    stop(NULL); /* the backend answers what it holds, then the server goes */
    pthread_join(thread, NULL);
    assert_int_equal(status, 200);
}

static void amtool_finds_what_it_asks_for(void **state)
{
    (void)state;
    assert_got("/api/v2/status", 200, "\"status\":\"disabled\"");
    assert_got("/api/v2/status", 200, "\"goVersion\":\"\"");
    assert_got("/api/v2/status", 200, "receiver: everyone");
    assert_got("/api/v2/receivers", 200, "[{\"name\":\"everyone\"}]");
    assert_got("/api/v2/silences", 200, "[]");
}

static void amtool_can_select_alerts(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts",
                  "[{\"labels\":{\"alertname\":\"QueueGrows\",\"severity\":\"page\"},\"startsAt\":"
                  "\"2026-03-01T09:00:00.5Z\"},{\"labels\":{\"alertname\":\"Lag\",\"pod\":\"a-1\"}}]",
                  200, "");
    assert_got("/api/v2/alerts?active=true&inhibited=false&silenced=false&unprocessed=false", 200,
               "QueueGrows");
    assert_got("/api/v2/alerts", 200, "\"receivers\":[{\"name\":\"everyone\"}]");
    assert_got("/api/v2/alerts?filter=severity%3Dpage", 200, "\"startsAt\":\"2026-03-01T09:00:00.500Z\"");
    static const struct {
        const char *query, *has, *has_not;
    } rows[] = {
        {"filter=severity%3D%22page%22", "QueueGrows", "Lag"},
        {"filter=severity!%3Dpage", "Lag", "QueueGrows"},
        {"filter=pod%3D~%22a-.*|b%22", "Lag", "QueueGrows"},
        {"filter=pod%3D~a", "[]", "Lag"},
        {"filter=pod!~a-.", "QueueGrows", "Lag"},
        {"filter=alertname%3D~.%2B&filter=pod%3D", "QueueGrows", "Lag"},
        {"active=false", "[]", "Lag"},
        {"receiver=every.*", "Lag", "nothing"},
        {"receiver=every", "[]", "Lag"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[120];
        snprintf(path, sizeof path, "/api/v2/alerts?%s", rows[i].query);
        scoped_answer struct http_answer answer = get(path);
        assert_says(&answer, 200, rows[i].has);
        if (strstr(buf_text(&answer.body), rows[i].has_not))
            fail_msg("%s: %s", path, buf_text(&answer.body));
    }
    assert_got("/api/v2/alerts/groups", 200,
               "\"procedure\":\"Lag\",\"service\":\"Lag\"},\"receiver\":{\"name\":\"everyone\"}");
    assert_got("/api/v2/alerts/groups?filter=pod%3Da-1", 200, "Lag");
}

static void an_expression_that_would_take_for_ever_is_given_up(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", "[{\"labels\":{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx!\"}}]",
                  200, "");
    assert_got("/api/v2/alerts?filter=a%3D~(x%2Bx%2B)%2B%5Byz%5D", 400, "too long");
}

static void a_question_that_nobody_can_answer_now_is_503_and_no_wrong_answer(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/api/v2/alerts",    "/api/v2/alerts/groups", "/api/v2/alerts?filter=a%3D~b", "/api/v2/silences",
        "/api/v2/receivers", "/api/v2/status",        "/api/v2/silence/none",         "/metrics",
    };
    set_mode(MODE_STOPS);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_got(paths[i], 503, "try again");
    set_mode(MODE_DONE);
}

static void an_incident_is_shown_with_its_reasons_and_its_timeline(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", "[{\"labels\":{\"alertname\":\"QueueGrows\",\"service\":\"billing\"}}]",
                  200, "");
    assert_got("/api/v1/incidents", 200, "{\"open\":1,\"incidents\":[{\"id\":\"incident/1\",\"number\":1,");
    assert_got("/api/v1/incidents?state=open&limit=5", 200, "\"service\":\"billing\"");
    assert_got("/api/v1/incidents?before=1", 200, "{\"open\":1,\"incidents\":[],\"next\":null}");
    assert_got("/api/v1/incidents/1", 200, "\"state\":\"triggered\"");
    assert_got("/api/v1/incidents/1", 200, "\"alerts\":{\"total\":1,\"firing\":1}");
    assert_got("/api/v1/incidents/1/timeline", 200, "\"kind\":\"incident.opened\"");
    assert_got("/api/v1/incidents/1/timeline?after=100000", 200, "{\"events\":[],\"next\":null}");
    assert_got("/api/v1/incidents/1/steps", 200, "{\"next\":null,\"steps\":[");
    scoped_answer struct http_answer report = get("/api/v1/incidents/1/report");
    assert_says(&report, 200, "# Incident report: #1 ");
    assert_non_null(strstr(buf_text(&report.header), "text/markdown"));
    assert_got("/api/v1/incidents/2", 404, "there is no incident 2");
    assert_got("/api/v1/incidents/2/timeline", 404, "not_found");
    assert_got("/api/v1/incidents/1/report?format=html", 200, "<h1>Incident report: #1 ");
    assert_got("/api/v1/incidents/1/report?format=csv", 200, "\"n\",\"at\",\"actor\"");
    assert_got("/api/v1/incidents/1/report?format=json", 200, "\"markdown\":\"# Incident report: #1 ");
    assert_got("/api/v1/incidents/1/report?format=pdf", 400, "format must be markdown, html, json or csv");
    assert_got("/api/v1/statistics", 200, "\"groups\":[{\"service\":null");
    assert_got("/api/v1/statistics?format=csv&from=2000-01-01", 200, "\"all\",\"all\",\"all\",1,");
    assert_got("/api/v1/statistics?from=yesterday", 400, "from must be a day or a time");
    assert_posted("/api/v1/incidents/1/actions", "{\"what\":\"add an alert\",\"due\":\"2031-01-01\"}", 200,
                  "\"item\":1,\"kind\":\"task\",\"state\":\"open\",\"priority\":\"medium\",");
    assert_posted("/api/v1/incidents/1/actions", "{\"what\":\"x\",\"due\":\"soon\"}", 422,
                  "A due date is a day");
    assert_posted("/api/v1/incidents/1/actions/1", "{\"state\":\"done\",\"note\":\"it is there\"}", 200,
                  "\"note\":\"it is there\"");
    assert_posted("/api/v1/incidents/1/actions/2", "{\"state\":\"done\"}", 404, "has no action item 2");
    assert_got("/api/v1/actions?state=all", 200, "\"what\":\"add an alert\"");
    assert_got("/api/v1/incidents/1/review", 200, "\"review\":null");
    assert_got("/api/v1/incidents/2/actions", 404, "no incident 2");
    assert_got("/api/v1/incidents/2/report", 404, "not_found");
    assert_got("/metrics", 200, "crashcart_incidents_open{state=\"triggered\"} 1");
}

static void a_responders_words_reach_the_engine(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    assert_posted("/api/v1/incidents/1/notes", "{}", 422, "\"field\":\"text\"");
    assert_posted("/api/v1/incidents/1/notes", "{\"text\":7}", 422, "\"field\":\"text\"");
    assert_posted("/api/v1/incidents/1/notes", "[]", 400, "object");
    assert_posted("/api/v1/incidents/1/notes", "{\"text\":\"x\",\"as\":\"a b\"}", 422, "\"field\":\"as\"");
    assert_int_equal(backend.n_submitted, 1);
    assert_posted("/api/v1/incidents/1/notes", "{\"text\":\"drained the pool\",\"as\":\"ana\"}", 200,
                  "\"number\":1");
    assert_string_equal(backend.text, "drained the pool");
    assert_got("/api/v1/incidents/1/timeline", 200, "person:ana");
    assert_posted("/api/v1/incidents/1/acknowledge", "", 200, "\"acknowledged_by\":\"token:admin\"");
    assert_posted("/api/v1/incidents/9/acknowledge", "", 404, "not_found");
    assert_posted("/api/v1/incidents/1/resolve", "", 409, "conflict");
    assert_posted("/api/v1/incidents/1/resolve", "{\"force\":true}", 200, "\"state\":\"resolved\"");
}

static void a_person_moves_an_incident_through_its_life(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    assert_posted("/api/v1/incidents/1/state", "{}", 422, "\"field\":\"state\"");
    assert_posted("/api/v1/incidents/1/state", "{\"state\":\"lost\"}", 422, "The states are");
    assert_posted("/api/v1/incidents/1/state", "{\"state\":\"closed\"}", 409, "It can become: acknowledged,");
    assert_posted("/api/v1/incidents/1/state", "{\"state\":\"identified\",\"as\":\"ana\"}", 200,
                  "\"state\":\"identified\"");
    assert_got("/api/v1/incidents/1", 200, "\"roles\":[{\"role\":\"commander\",\"person\":\"ana\"");
    assert_got("/api/v1/incidents/1", 200, "\"lease_until\":\"");
    assert_posted("/api/v1/incidents/1/severity", "{\"severity\":\"low\"}", 422, "\"field\":\"why\"");
    assert_posted("/api/v1/incidents/1/severity", "{\"severity\":\"low\",\"why\":\"a test\"}", 200,
                  "\"severity_by\":\"token:admin\"");
    assert_posted("/api/v1/incidents/1/patient-safety", "{}", 422, "\"field\":\"why\"");
    assert_posted("/api/v1/incidents/1/patient-safety", "{\"why\":\"a ward called\"}", 200,
                  "\"patient_safety\":true,\"patient_safety_why\":\"a ward called\"");
    assert_posted("/api/v1/incidents/1/roles", "{\"role\":\"IC\",\"person\":\"ben\"}", 200,
                  "\"role\":\"commander\",\"person\":\"ben\"");
    assert_posted("/api/v1/incidents/1/roles", "{\"role\":\"juggler\",\"person\":\"ben\"}", 422,
                  "There are:");
    assert_posted("/api/v1/incidents/1/checklist/1", "{}", 404, "no verification checklist");
    assert_int_equal(backend.last.kind, INPUT_CHECK);
    assert_int_equal(backend.last.item, 1);
    assert_true(backend.last.flag);
    assert_posted("/api/v1/incidents/1/state", "{\"state\":\"resolved\",\"force\":true}", 200,
                  "\"state\":\"resolved\"");
    assert_posted("/api/v1/incidents/1/state", "{\"state\":\"closed\"}", 200,
                  "\"closed_by\":\"token:admin\"");
}

static void an_update_is_recorded_and_what_is_due_is_listed(void **state)
{
    (void)state;
    assert_posted("/api/v2/alerts", one_alert, 200, "");
    assert_posted("/api/v1/incidents/1/updates", "{}", 422, "\"field\":\"text\"");
    assert_posted("/api/v1/incidents/1/updates", "{\"text\":\"t\",\"audience\":\"the moon\"}", 422,
                  "No update is promised to");
    assert_posted("/api/v1/incidents/1/updates", "{\"text\":\"orders work again\",\"as\":\"ana\"}", 200,
                  "\"clocks\":[");
    assert_got("/api/v1/incidents/1/timeline", 200, "Update: orders work again");
    assert_got("/api/v1/clocks", 200, "{\"clocks\":[");
    assert_posted("/api/v1/incidents/1/clocks/7/done", "{\"text\":\"held\"}", 404, "no clock 7");
    assert_int_equal(backend.last.kind, INPUT_CLOCK_DONE);
    assert_int_equal(backend.last.item, 7);
}

static void a_yes_and_a_no_name_the_run_and_the_line(void **state)
{
    (void)state;
    assert_posted("/api/v1/runs/4/steps/57/approve", "{\"reason\":\"seen\",\"break_glass\":true}", 404,
                  "not_found");
    assert_int_equal(backend.last.kind, INPUT_APPROVE);
    assert_int_equal(backend.last.run, 4);
    assert_int_equal(backend.last.step, 57);
    assert_true(backend.last.force);
    assert_string_equal(backend.text, "seen");
    assert_posted("/api/v1/runs/4/steps/57/deny", "", 404, "not_found");
    assert_int_equal(backend.last.kind, INPUT_DENY);
    assert_posted("/api/v1/runs/4/steps/99999999999/deny", "", 404, "not_found");
}

int main(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
#define served(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        served(an_alert_is_kept_as_its_bytes_and_answered_empty),
        served(no_answer_leaves_before_the_commit),
        served(answers_that_were_held_are_sent_when_the_holding_ends),
        served(overload_and_a_full_disk_are_503_with_a_time_to_retry),
        served(bad_alerts_are_refused_with_their_place),
        served(nothing_is_cut_at_a_byte_of_zero),
        served(what_is_asked_twice_is_not_answered_once),
        served(a_body_of_another_type_is_refused),
        served(an_event_of_another_tool_is_heard_whatever_its_type),
        served(what_is_sent_to_a_path_with_a_slash_at_its_end_is_heard),
        served(a_client_that_sends_too_much_is_told_so),
        served(only_this_machine_and_the_token_get_in),
        served(unknown_paths_methods_and_queries_are_named),
        served(a_body_that_stops_in_the_middle_is_not_waited_for),
        served(many_clients_at_once_are_all_answered),
        served(amtool_finds_what_it_asks_for),
        served(amtool_can_select_alerts),
        served(an_expression_that_would_take_for_ever_is_given_up),
        served(a_question_that_nobody_can_answer_now_is_503_and_no_wrong_answer),
        served(an_incident_is_shown_with_its_reasons_and_its_timeline),
        served(a_responders_words_reach_the_engine),
        served(a_person_moves_an_incident_through_its_life),
        served(an_update_is_recorded_and_what_is_due_is_listed),
        served(a_yes_and_a_no_name_the_run_and_the_line),
        cmocka_unit_test(clients_that_never_finish_a_header_make_room),
        cmocka_unit_test(connections_are_shared_between_the_threads),
        cmocka_unit_test(what_is_under_way_is_finished_before_a_stop),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
