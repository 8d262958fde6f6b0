#include "api/server_fixture.h"

/* A connection that watches, as a browser's EventSource does. */
static int watch(const char *query, const char *header)
{
    char text[400];
    struct timeval limit = {.tv_sec = 20};
    int fd = http_connect(port);
    snprintf(text, sizeof text,
             "GET /api/v1/events%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " TOKEN "\r\n%s\r\n", query,
             header);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    return fd;
}

/* Reads until all that is looked for has come, in that order, and gives what came. */
static void expect(int fd, struct buf *got, const char *const *wanted)
{
    char bytes[4096];
    for (;;) {
        const char *at = buf_text(got);
        const char *const *next = wanted;
        while (*next && (at = strstr(at, *next)))
            at += strlen(*next++);
        if (!*next)
            return;
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0)
            fail_msg("%s has not come, but: %s", *next, buf_text(got));
        buf_add(got, bytes, (size_t)n);
    }
}

static void fire(const char *name)
{
    char body[200];
    snprintf(body, sizeof body, "[{\"labels\":{\"alertname\":\"%s\",\"service\":\"%s\"}}]", name, name);
    scoped_answer struct http_answer answer =
        http_send(port, &(struct http_request){.method = "POST", .path = "/api/v2/alerts", .body = body});
    assert_int_equal(answer.status, 200);
}

static void who_watches_hears_what_happens(void **state)
{
    (void)state;
    scoped_buf struct buf got = {0};
    int fd = watch("", "");
    expect(fd, &got, (const char *const[]){"Content-Type: text/event-stream", "id: 0", NULL});
    fire("Down");
    expect(fd, &got, (const char *const[]){"\"kind\":\"incident.opened\"", "\"kind\":\"alert.fired\"", NULL});
    fire("Slow");
    expect(fd, &got, (const char *const[]){"\"incident\":1", "\"incident\":2", NULL});
    close(fd);
}

static void who_comes_back_misses_nothing_and_hears_nothing_twice(void **state)
{
    (void)state;
    scoped_buf struct buf first = {0}, second = {0};
    fire("Down");
    int fd = watch("?after=0", "");
    expect(fd, &first, (const char *const[]){"id: 1\n", "id: 2\n", NULL});
    close(fd);
    fd = watch("", "Last-Event-ID: 1\r\n");
    expect(fd, &second, (const char *const[]){"id: 2\n", NULL});
    assert_null(strstr(buf_text(&second), "id: 1\n"));
    close(fd);
}

static void one_incident_can_be_watched_alone(void **state)
{
    (void)state;
    scoped_buf struct buf got = {0};
    fire("Down");
    fire("Slow");
    int fd = watch("?after=0&incident=2", "");
    expect(fd, &got, (const char *const[]){"\"incident\":2", "\"kind\":\"incident.opened\"", NULL});
    assert_null(strstr(buf_text(&got), "\"incident\":1,"));
    close(fd);
}

static void a_long_history_comes_whole(void **state)
{
    (void)state;
    enum { MANY = 300 };
    scoped_buf struct buf got = {0};
    fire("Down");
    for (int i = 0; i < MANY; i++) {
        scoped_answer struct http_answer answer = http_send(
            port, &(struct http_request){
                      .method = "POST", .path = "/api/v1/incidents/1/notes", .body = "{\"text\":\"x\"}"});
        assert_int_equal(answer.status, 200);
    }
    int fd = watch("?after=0", "");
    char last[40];
    snprintf(last, sizeof last, "\"n\":%d,", MANY);
    expect(fd, &got, (const char *const[]){"id: 1\n", "id: 256\n", last, NULL});
    close(fd);
}

static void a_foreign_id_is_refused(void **state)
{
    (void)state;
    static const char *const ids[] = {"x", "-4", "1x"};
    for (size_t i = 0; i < 3; i++) {
        char header[40];
        snprintf(header, sizeof header, "Last-Event-ID: %s", ids[i]);
        scoped_answer struct http_answer answer = http_send(
            port, &(struct http_request){.method = "GET", .path = "/api/v1/events", .headers = {header}});
        assert_int_equal(answer.status, 400);
    }
}

static void a_server_that_stops_lets_its_watchers_go(void **state)
{
    (void)state;
    char bytes[4096];
    start(NULL);
    scoped_buf struct buf got = {0};
    int fd = watch("", "");
    expect(fd, &got, (const char *const[]){"id: 0", NULL});
    stop(NULL);
    while (read(fd, bytes, sizeof bytes) > 0) {
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_watches_hears_what_happens, start, stop),
        cmocka_unit_test_setup_teardown(who_comes_back_misses_nothing_and_hears_nothing_twice, start, stop),
        cmocka_unit_test_setup_teardown(one_incident_can_be_watched_alone, start, stop),
        cmocka_unit_test_setup_teardown(a_long_history_comes_whole, start, stop),
        cmocka_unit_test_setup_teardown(a_foreign_id_is_refused, start, stop),
        cmocka_unit_test(a_server_that_stops_lets_its_watchers_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
