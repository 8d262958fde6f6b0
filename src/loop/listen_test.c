#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/testing.h"
#include "loop/listen.h"

static void an_address_in_use_is_said_with_what_to_do(void **state)
{
    (void)state;
    int first, second;
    struct err err;
    struct sockaddr_in at;
    socklen_t n = sizeof at;
    assert_int_equal(listen_open("127.0.0.1:0", &first, &err), 0);
    assert_int_equal(getsockname(first, (struct sockaddr *)&at, &n), 0);
    char address[40];
    snprintf(address, sizeof address, "127.0.0.1:%d", ntohs(at.sin_port));
    assert_int_equal(listen_open(address, &second, &err), -1);
    assert_non_null(strstr(err.text, address));
    assert_non_null(strstr(err.text, "in use"));
    assert_non_null(strstr(err.text, "ss -ltnp"));
    assert_non_null(strstr(err.text, "--listen"));
    close(first);
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "8480", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "::1:8480", "127.0.0.1:-1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int fd;
        struct err err;
        assert_int_equal(listen_open(bad[i], &fd, &err), -1);
        assert_non_null(strstr(err.text, "127.0.0.1:8480"));
    }
}

static void a_socket_that_was_shut_down_listens_again_on_its_address(void **state)
{
    (void)state;
    int fd;
    struct err err;
    struct sockaddr_in before, after;
    socklen_t n = sizeof before;
    /* A port that was asked for by its number stays bound; one that the system chose would change. */
    char address[32];
    assert_int_equal(listen_open("127.0.0.1:0", &fd, &err), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&before, &n), 0);
    close(fd);
    snprintf(address, sizeof address, "127.0.0.1:%d", ntohs(before.sin_port));
    assert_int_equal(listen_open(address, &fd, &err), 0);
    assert_int_equal(shutdown(fd, SHUT_RDWR), 0);
    assert_int_equal(listen_again(fd, &err), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&after, &n), 0);
    assert_int_equal(before.sin_port, after.sin_port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&after, sizeof after), 0);
    assert_int_equal(listen_again(fd, &err), 0);
    close(client);
    close(fd);
}

static void names_brackets_and_no_host_are_understood(void **state)
{
    (void)state;
    static const char *const good[] = {"localhost:0", ":0", "127.0.0.1:0"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int fd;
        struct err err;
        assert_int_equal(listen_open(good[i], &fd, &err), 0);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_in_use_is_said_with_what_to_do),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_socket_that_was_shut_down_listens_again_on_its_address),
        cmocka_unit_test(names_brackets_and_no_host_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
