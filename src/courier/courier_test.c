/* The courier against real servers on loopback: libmicrohttpd for well-behaved ones, scripts for those that
 * misbehave. */
#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>

#include "courier/courier_fixture.h"

/* ---- a web server ---- */

struct web {
    struct MHD_Daemon *daemon;
    pthread_mutex_t lock;
    int n_requests;
    char last[8192]; /* "POST /ok|content-type|key|body" */
};

struct request {
    char body[2048];
    size_t n_bytes;
};

static enum MHD_Result respond(struct MHD_Connection *connection, const char *path)
{
    static const struct {
        const char *path;
        unsigned status;
        const char *header, *value;
    } answers[] = {{"/ok", 200, NULL, NULL},
                   {"/accepted", 202, NULL, NULL},
                   {"/404", 404, NULL, NULL},
                   {"/408", 408, NULL, NULL},
                   {"/429", 429, "Retry-After", "7"},
                   {"/429-date", 429, "Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT"},
                   {"/503", 503, "Retry-After", "nonsense"},
                   {"/302", 302, "Location", "/ok"},
                   {"/large", 200, NULL, NULL}};
    size_t n_bytes = strcmp(path, "/large") == 0 ? 1024 * 1024 : 2;
    char *body = calloc(1, n_bytes);
    struct MHD_Response *response = MHD_create_response_from_buffer(n_bytes, body, MHD_RESPMEM_MUST_FREE);
    unsigned status = 500;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        if (strcmp(answers[i].path, path) != 0)
            continue;
        status = answers[i].status;
        if (answers[i].header)
            MHD_add_response_header(response, answers[i].header, answers[i].value);
    }
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value ? value : "-";
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *bytes, size_t *n_bytes,
                              void **state)
{
    struct web *web = context;
    (void)version;
    struct request *request = *state;
    if (!request) {
        *state = calloc(1, sizeof *request);
        return MHD_YES;
    }
    if (*n_bytes) {
        size_t room = sizeof request->body - 1 - request->n_bytes;
        size_t n = *n_bytes < room ? *n_bytes : room;
        memcpy(request->body + request->n_bytes, bytes, n);
        request->n_bytes += n;
        *n_bytes = 0;
        return MHD_YES;
    }
    pthread_mutex_lock(&web->lock);
    web->n_requests++;
    snprintf(web->last, sizeof web->last, "%s %s|%s|%s|%s", method, path,
             header_of(connection, "Content-Type"), header_of(connection, "Idempotency-Key"), request->body);
    pthread_mutex_unlock(&web->lock);
    free(request);
    *state = NULL;
    return respond(connection, path);
}

static void web_open(struct web *web)
{
    memset(web, 0, sizeof *web);
    pthread_mutex_init(&web->lock, NULL);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    web->daemon = MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, handle, web,
                                   MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
    assert_non_null(web->daemon);
}

static void web_close(struct web *web)
{
    MHD_stop_daemon(web->daemon);
    pthread_mutex_destroy(&web->lock);
}

static const char *web_url(const struct web *web, const char *path)
{
    static char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s",
             (int)MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_BIND_PORT)->port, path);
    return url;
}

/* ---- webhook ---- */

static struct config *defaults(void)
{
    static struct config config; /* nothing set: no mail */
    return &config;
}

static void a_page_is_posted_with_its_key(void **state)
{
    (void)state;
    struct world w;
    struct web web;
    web_open(&web);
    world_open(&w, defaults());
    send_page(&w, 7, "webhook", web_url(&web, "/ok"));
    assert_int_equal(w.n_done, 0);
    wait_done(&w, 1);
    assert_int_equal(w.done[0].delivery, 7);
    assert_int_equal(w.done[0].verdict, VERDICT_SENT);
    assert_string_equal(w.done[0].detail, "HTTP 200");
    assert_int_equal(
        strncmp(web.last, "POST /ok|application/json|crashcart-7f3a-incident-4-page-2|{\"kind\"", 66), 0);
    world_close(&w);
    web_close(&web);
}

static void each_answer_has_its_verdict(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum delivery_verdict verdict;
        int64_t least_retry_s, most_retry_s;
        const char *detail;
    } cases[] = {
        {"/accepted", VERDICT_SENT, 0, 0, "HTTP 202"},
        {"/404", VERDICT_DEAD, 0, 0, "HTTP 404"},
        {"/408", VERDICT_RETRY, 0, 0, "HTTP 408"},
        {"/429", VERDICT_RETRY, 7, 7, "HTTP 429"},
        {"/429-date", VERDICT_RETRY, 86400, 86400, "HTTP 429"},
        {"/503", VERDICT_RETRY, 0, 0, "HTTP 503"},
        {"/302", VERDICT_DEAD, 0, 0, "HTTP 302, and redirects are not followed"},
        {"/large", VERDICT_SENT, 0, 0, "HTTP 200"},
    };
    struct world w;
    struct web web;
    web_open(&web);
    world_open(&w, defaults());
    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++) {
        send_page(&w, i, "webhook", web_url(&web, cases[i].path));
        wait_done(&w, i + 1);
        assert_int_equal(w.done[i].verdict, cases[i].verdict);
        assert_string_equal(w.done[i].detail, cases[i].detail);
        assert_in_range(w.done[i].retry_after_s, cases[i].least_retry_s, cases[i].most_retry_s);
        assert_int_equal(web.n_requests, i + 1); /* nothing was followed or repeated */
    }
    world_close(&w);
    web_close(&web);
}

static void what_cannot_be_sent_is_dead_and_said_from_the_loop(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, defaults());
    send_page(&w, 1, "pigeon", "home");
    send_page(&w, 2, "webhook", "file:///etc/passwd");
    send_page(&w, 3, "webhook", "gopher://127.0.0.1/");
    send_page(&w, 4, "webhook", "http://127.0.0.1/\r\nX: y");
    send_page(&w, 5, "email", "mia@example.org");
    courier_send(w.courier, 6, 1, 1, "webhook", "http://127.0.0.1:9/", "key\r\nX: y", "{}", 2);
    assert_int_equal(w.n_done, 0);
    wait_done(&w, 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(w.done[i].verdict, VERDICT_DEAD);
    assert_string_equal(w.done[0].detail, "there is no channel \"pigeon\"");
    assert_non_null(strstr(w.done[4].detail, "no mail server is configured"));
    world_close(&w);
}

static void nobody_listening_is_tried_again(void **state)
{
    (void)state;
    struct world w;
    int port;
    close(listen_on(&port));
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    world_open(&w, defaults());
    send_page(&w, 1, "webhook", url);
    wait_done(&w, 1);
    assert_int_equal(w.done[0].verdict, VERDICT_RETRY);
    assert_non_null(strstr(w.done[0].detail, "connect"));
    world_close(&w);
}

static void half_an_answer_is_tried_again(void **state)
{
    (void)state;
    struct world w;
    struct peer peer = {.greeting = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"};
    char url[100];
    peer_open(&peer);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", peer.port);
    world_open(&w, defaults());
    send_page(&w, 1, "webhook", url);
    wait_done(&w, 1);
    assert_int_equal(w.done[0].verdict, VERDICT_RETRY);
    world_close(&w);
    peer_close(&peer);
}

/* The kernel takes the connections; nobody ever answers. */
static void a_receiver_that_hangs_delays_only_itself(void **state)
{
    (void)state;
    enum { HANGING = 12, GOOD = 20 };
    struct world w;
    struct web web;
    int port, hanging = listen_on(&port);
    char url[100];
    web_open(&web);
    world_open(&w, defaults());
    courier_set_limits(w.courier, (struct courier_limits){.connect_ms = 1000, .total_ms = 1000});
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    for (int i = 0; i < HANGING; i++)
        send_page(&w, 100 + i, "webhook", url);
    for (int i = 0; i < GOOD; i++)
        send_page(&w, i, "webhook", web_url(&web, "/ok"));
    wait_done(&w, GOOD);
    for (int i = 0; i < GOOD; i++) {
        assert_true(w.done[i].delivery < 100);
        assert_int_equal(w.done[i].verdict, VERDICT_SENT);
    }
    int n_connections = 0;
    assert_int_equal(fcntl(hanging, F_SETFL, O_NONBLOCK), 0);
    for (int fd; (fd = accept(hanging, NULL, NULL)) >= 0; n_connections++)
        close(fd);
    assert_int_equal(n_connections, 8); /* the others wait for a place */
    wait_done(&w, GOOD + HANGING);
    for (int i = GOOD; i < GOOD + HANGING; i++)
        assert_int_equal(w.done[i].verdict, VERDICT_RETRY);
    world_close(&w);
    web_close(&web);
    close(hanging);
}

/* Twenty mild pages came first; eight are on their way at once, and none is answered. */
static void what_waits_goes_worst_first(void **state)
{
    (void)state;
    enum { MILD = 20, WORST = 5, PLACES = 8 };
    struct world w;
    int port;
    int fd = listen_on(&port);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    world_open(&w, defaults());
    courier_set_limits(w.courier, (struct courier_limits){.connect_ms = 300, .total_ms = 300});
    for (int i = 0; i < MILD; i++)
        courier_send(w.courier, i, 1, 3, "webhook", url, "k", "{}", 2);
    for (int i = 0; i < WORST; i++) /* 0: nobody knows how bad */
        courier_send(w.courier, 100 + i, 1, i % 2, "webhook", url, "k", "{}", 2);
    wait_done(&w, MILD + WORST);
    int n_worst = 0;
    for (int i = 0; i < PLACES; i++)
        n_worst += w.done[i].delivery >= 100;
    assert_int_equal(n_worst, WORST);
    world_close(&w);
    close(fd);
}

static void what_is_not_needed_any_more_is_not_sent(void **state)
{
    (void)state;
    struct world w;
    struct web web;
    web_open(&web);
    world_open(&w, defaults());
    send_page(&w, 1, "webhook", web_url(&web, "/ok"));
    send_page(&w, 2, "webhook", web_url(&web, "/ok"));
    courier_drop(w.courier, 1);
    courier_drop(w.courier, 7); /* nobody has it */
    wait_done(&w, 2);
    assert_int_equal(w.done[0].verdict + w.done[1].verdict, VERDICT_SENT + VERDICT_DEAD);
    assert_int_equal(web.n_requests, 1);
    for (int i = 0; i < 2; i++)
        if (w.done[i].delivery == 1)
            assert_string_equal(w.done[i].detail, "not needed any more");
    world_close(&w);
    web_close(&web);
}

static void turn(struct world *w, int n)
{
    for (int i = 0; i < n; i++) {
        uv_run(&w->loop, UV_RUN_NOWAIT);
        usleep(1000);
    }
}

/* One that starts at once, those beyond its places, and one that cannot start. */
static void what_is_held_leaves_when_it_is_released(void **state)
{
    (void)state;
    enum { PAGES = 20, TURNS = 100 };
    struct world w;
    struct web web;
    web_open(&web);
    world_open(&w, defaults());
    courier_hold(w.courier);
    for (int i = 0; i < PAGES; i++)
        send_page(&w, i, "webhook", web_url(&web, "/ok"));
    courier_send(w.courier, PAGES, 1, 1, "webhook", web_url(&web, "/ok"), "a key", "{}", 2);
    turn(&w, TURNS);
    assert_int_equal(web.n_requests, 0);
    courier_release(w.courier);
    wait_done(&w, PAGES + 1);
    assert_int_equal(web.n_requests, PAGES);
    send_page(&w, PAGES + 1, "webhook", web_url(&web, "/ok"));
    wait_done(&w, PAGES + 2);
    assert_int_equal(web.n_requests, PAGES + 1);
    world_close(&w);
    web_close(&web);
}

static void a_courier_can_end_while_pages_are_held(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, defaults());
    courier_hold(w.courier);
    for (int i = 0; i < 20; i++)
        send_page(&w, i, "webhook", "http://127.0.0.1:9/");
    world_close(&w);
    assert_int_equal(w.n_done, 0);
}

static void a_courier_can_end_while_pages_are_under_way(void **state)
{
    (void)state;
    struct world w;
    int port, hanging = listen_on(&port);
    char url[100];
    world_open(&w, defaults());
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    for (int i = 0; i < 20; i++)
        send_page(&w, i, "webhook", url);
    send_page(&w, 20, "pigeon", "home");
    wait_done(&w, 1);
    world_close(&w);
    assert_int_equal(w.n_done, 1);
    close(hanging);
}

static void an_order_carries_the_page_through_unchanged(void **state)
{
    (void)state;
    struct world w;
    struct web web;
    web_open(&web);
    world_open(&w, defaults());
    static const char page[] = "{\"incident\":{},\"a\":[1,-2.5,true,null,\"\\u00f6\\n\"],\"b\":{\"c\":{}}}";
    struct delivery delivery = {
        .id = 9, .attempts = 2, .key = "k-1", .channel = "webhook", .address = web_url(&web, "/ok")};
    scoped_buf struct buf order = {0};
    courier_order_write(&order, &delivery, page, sizeof page - 1);
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    assert_int_equal(json_parse(document, order.at, order.n_bytes, 16, &root, &err), 0);
    assert_int_equal(json_int(json_get(root, "attempt"), 0), 3);
    assert_int_equal(courier_order_send(w.courier, root, &err), 0);
    wait_done(&w, 1);
    assert_int_equal(w.done[0].delivery, 9);
    assert_string_equal(
        web.last,
        "POST /ok|application/json|k-1|{\"incident\":{},\"a\":[1,-2.5,true,null,\"ö\\n\"],\"b\":{\"c\":{}}}");
    json_document_free(document);
    world_close(&w);
    web_close(&web);
}

static void a_missing_secret_stops_mail_and_nothing_else(void **state)
{
    (void)state;
    struct world w;
    struct web web;
    struct config config = {.mail = {.server = "smtp://127.0.0.1:9",
                                     .from = "crashcart@example.org",
                                     .user = "crashcart",
                                     .secret = "env:COURIER_TEST_NOT_SET"}};
    web_open(&web);
    world_open(&w, &config);
    send_page(&w, 1, "email", "mia@example.org");
    wait_done(&w, 1);
    send_page(&w, 2, "webhook", web_url(&web, "/ok"));
    wait_done(&w, 2);
    assert_int_equal(w.done[0].verdict, VERDICT_DEAD);
    assert_non_null(strstr(w.done[0].detail, "env:COURIER_TEST_NOT_SET"));
    assert_int_equal(w.done[1].verdict, VERDICT_SENT);
    world_close(&w);
    web_close(&web);
}

/* ---- secrets and tables ---- */

static void a_secret_is_read_from_its_place_without_its_line_break(void **state)
{
    (void)state;
    char folder[] = "/tmp/courier-test-XXXXXX", path[100], spec[120];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/password", folder);
    snprintf(spec, sizeof spec, "file:%s", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("hunter2\n", file);
    fclose(file);
    char *secret = NULL;
    struct err err;
    assert_int_equal(secret_read(spec, &secret, &err), 0);
    assert_string_equal(secret, "hunter2");
    secret_free(secret);
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_int_equal(secret_read("credential:password", &secret, &err), 0);
    assert_string_equal(secret, "hunter2");
    secret_free(secret);
    assert_int_equal(secret_read("credential:../password", &secret, &err), -1);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(secret_read("credential:password", &secret, &err), -1);
    assert_int_equal(secret_read("hunter3", &secret, &err), -1);
    assert_null(strstr(err.text, "hunter3"));
    unlink(path);
    rmdir(folder);
}

static void every_way_of_the_configuration_has_a_channel(void **state)
{
    (void)state;
    const struct channel *channel = channels;
    for (const struct contact_channel *c = contact_channels; c->name; c++, channel++) {
        assert_non_null(channel->name);
        assert_string_equal(channel->name, c->name);
    }
    assert_string_equal((channel++)->name, "slack_channel"); /* of an incident, and of nobody */
    assert_null(channel->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_posted_with_its_key),
        cmocka_unit_test(each_answer_has_its_verdict),
        cmocka_unit_test(what_cannot_be_sent_is_dead_and_said_from_the_loop),
        cmocka_unit_test(nobody_listening_is_tried_again),
        cmocka_unit_test(half_an_answer_is_tried_again),
        cmocka_unit_test(a_receiver_that_hangs_delays_only_itself),
        cmocka_unit_test(what_waits_goes_worst_first),
        cmocka_unit_test(what_is_not_needed_any_more_is_not_sent),
        cmocka_unit_test(what_is_held_leaves_when_it_is_released),
        cmocka_unit_test(a_courier_can_end_while_pages_are_held),
        cmocka_unit_test(a_courier_can_end_while_pages_are_under_way),
        cmocka_unit_test(an_order_carries_the_page_through_unchanged),
        cmocka_unit_test(a_missing_secret_stops_mail_and_nothing_else),
        cmocka_unit_test(a_secret_is_read_from_its_place_without_its_line_break),
        cmocka_unit_test(every_way_of_the_configuration_has_a_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
