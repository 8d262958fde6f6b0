#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/server.h"
#include "base/testing.h"

enum { CLIENTS = 8 };

static struct http_thread threads[2];
static struct api api;
static int clients[CLIENTS];

static int connect_to(int listening)
{
    struct sockaddr_in address;
    socklen_t n_bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &n_bytes), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, n_bytes), 0);
    return fd;
}

static int set_up(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    api = (struct api){.threads = threads, .n_threads = 2};
    api.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(api.listen_fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(api.listen_fd, CLIENTS), 0);
    for (size_t i = 0; i < 2; i++) {
        threads[i] = (struct http_thread){.api = &api, .wake_fd = eventfd(0, EFD_NONBLOCK)};
        arrivals_start(&threads[i].arrivals);
    }
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = connect_to(api.listen_fd);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLIENTS; i++)
        close(clients[i]);
    for (size_t i = 0; i < 2; i++) {
        arrivals_end(&threads[i].arrivals);
        close(threads[i].wake_fd);
    }
    close(api.listen_fd);
    return 0;
}

static void assert_shares(unsigned first, unsigned second)
{
    assert_int_equal(threads[0].arrivals.n_connections, first);
    assert_int_equal(threads[1].arrivals.n_connections, second);
}

static void connections_that_come_together_are_served_by_all_threads(void **state)
{
    (void)state;
    eventfd_t n = 0;
    assert_int_equal(arrivals_accept(&api, api.listen_fd), -1);
    assert_shares(CLIENTS / 2, CLIENTS / 2);
    assert_int_equal(eventfd_read(threads[1].wake_fd, &n), 0);
    assert_int_equal(eventfd_read(threads[0].wake_fd, &n), -1); /* it accepts, so it is awake */
}

static void who_has_fewer_gets_the_next(void **state)
{
    (void)state;
    arrivals_accept(&api, api.listen_fd);
    arrivals_left(&threads[1].arrivals);
    arrivals_left(&threads[1].arrivals);
    int late = connect_to(api.listen_fd);
    arrivals_accept(&api, api.listen_fd);
    close(late);
    assert_shares(CLIENTS / 2, CLIENTS / 2 - 1);
}

static void who_was_not_served_at_the_end_is_hung_up_on(void **state)
{
    char byte;
    (void)state;
    arrivals_accept(&api, api.listen_fd);
    for (size_t i = 0; i < 2; i++) {
        arrivals_end(&threads[i].arrivals);
        arrivals_start(&threads[i].arrivals); /* for tear_down */
    }
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(read(clients[i], &byte, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(connections_that_come_together_are_served_by_all_threads, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_has_fewer_gets_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_was_not_served_at_the_end_is_hung_up_on, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
