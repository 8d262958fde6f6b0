/* Requests that wait for the engine: their connections stay with the HTTP library meanwhile. */
#include "api/server_fixture.h"

#define ALERT                                                                                                \
    "POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " TOKEN "\r\n"                         \
    "Content-Type: application/json\r\nContent-Length: 31\r\n\r\n[{\"labels\":{\"alertname\":\"Up\"}}]"

static int start_with_one_thread(void **state)
{
    (void)state;
    start_with((struct api_options){.clock = clock_system(), .idle_time_s = 5, .n_threads = 1});
    set_mode(MODE_HOLD);
    return 0;
}

static void wait_for_submissions(size_t n)
{
    pthread_mutex_lock(&backend.lock);
    while (backend.n_submitted < n)
        pthread_cond_wait(&backend.changed, &backend.lock);
    pthread_mutex_unlock(&backend.lock);
}

static void put(int fd, const char *bytes)
{
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
}

/* So many answers of "200" come. */
static void assert_accepted(int fd, size_t n_expected)
{
    struct timeval limit = {.tv_sec = 20};
    char bytes[4096];
    size_t n = 0, n_answers = 0;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    while (n_answers < n_expected) {
        ssize_t got = read(fd, bytes + n, sizeof bytes - 1 - n);
        assert_true(got > 0);
        bytes[n += (size_t)got] = '\0';
        n_answers = 0;
        for (const char *at = bytes; (at = strstr(at, "HTTP/1.1 200 OK")); at++)
            n_answers++;
    }
    assert_int_equal(n_answers, n_expected);
}

/* The thread of the connections has gone round that often while something waited. */
static void go_round(size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_got("/-/healthy", 200, "OK");
}

static void who_waits_for_long_is_answered_all_the_same(void **state)
{
    (void)state;
    int fd = http_connect(port);
    put(fd, ALERT);
    wait_for_submissions(1);
    go_round(200);
    set_mode(MODE_DONE);
    assert_accepted(fd, 1);
    put(fd, ALERT);
    assert_accepted(fd, 1);
    close(fd);
}

static void what_a_client_sends_on_while_it_waits_is_heard_after_it(void **state)
{
    (void)state;
    int fd = http_connect(port);
    put(fd, ALERT ALERT);
    wait_for_submissions(1);
    go_round(1);
    put(fd, ALERT);
    go_round(1);
    assert_int_equal(backend.n_submitted, 1);
    set_mode(MODE_DONE);
    assert_accepted(fd, 3);
    close(fd);
}

static void a_client_that_is_gone_before_the_decision_leaves_nothing_behind(void **state)
{
    (void)state;
    const struct linger reset = {.l_onoff = 1};
    int fd = http_connect(port);
    set_mode(MODE_DONE);
    put(fd, ALERT); /* the library listens to a connection from its second request on */
    assert_accepted(fd, 1);
    set_mode(MODE_HOLD);
    put(fd, ALERT);
    wait_for_submissions(2);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    go_round(3);
    set_mode(MODE_DONE);
    fd = http_connect(port);
    put(fd, ALERT);
    assert_accepted(fd, 1);
    close(fd);
    assert_int_equal(backend.n_alerts, 3);
}

#define waiting(test) cmocka_unit_test_setup_teardown(test, start_with_one_thread, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        waiting(who_waits_for_long_is_answered_all_the_same),
        waiting(what_a_client_sends_on_while_it_waits_is_heard_after_it),
        waiting(a_client_that_is_gone_before_the_decision_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
