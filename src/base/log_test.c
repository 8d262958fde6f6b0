#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/testing.h"

enum { LINES = 20000, PATIENCE_S = 60 };

/* A process whose log goes to fd and is read only when it has said all that it has to say; then it says one
 * more. */
static pid_t speaker_begin(int fd, int said_fd, int go_on_fd)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char byte = 0;
    alarm(PATIENCE_S); /* it would wait for ever */
    dup2(fd, STDERR_FILENO);
    log_setup("speaker", LOG_INFO);
    for (int i = 0; i < LINES; i++)
        log_event(LOG_INFO, "word.said", "n=%d", i);
    if (write(said_fd, &byte, 1) != 1 || read(go_on_fd, &byte, 1) != 1)
        _exit(2);
    log_event(LOG_INFO, "last.said", "n=%d", LINES);
    _exit(0);
}

static size_t drain(int fd, char *text, size_t limit)
{
    size_t n = 0;
    ssize_t got;
    while (n < limit && (got = read(fd, text + n, limit - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    return n;
}

static void assert_goes_on(int read_fd, int write_fd)
{
    static char text[4 * 1024 * 1024];
    int said[2], go_on[2], status;
    char byte = 0;
    assert_int_equal(pipe(said), 0);
    assert_int_equal(pipe(go_on), 0);
    pid_t pid = speaker_begin(write_fd, said[1], go_on[0]);
    close(write_fd);
    close(said[1]);
    assert_int_equal(read(said[0], &byte, 1), 1); /* it has not waited for anybody */
    assert_int_equal(fcntl(read_fd, F_SETFL, O_NONBLOCK), 0);
    drain(read_fd, text, sizeof text - 1);
    assert_non_null(strstr(text, " info speaker word.said n=0\n"));
    assert_null(strstr(text, "n=19999\n"));
    assert_int_equal(write(go_on[1], &byte, 1), 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    drain(read_fd, text, sizeof text - 1);
    assert_non_null(strstr(text, " warning speaker log.dropped lines="));
    assert_non_null(strstr(text, " info speaker last.said n=20000\n"));
    close(read_fd);
    close(said[0]);
    close(go_on[0]);
    close(go_on[1]);
}

static void a_log_that_nobody_reads_holds_nobody_up(void **state)
{
    (void)state;
    int pipe_ends[2], socket_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    assert_goes_on(pipe_ends[0], pipe_ends[1]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, socket_ends), 0); /* the journal's */
    assert_goes_on(socket_ends[0], socket_ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_that_nobody_reads_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
