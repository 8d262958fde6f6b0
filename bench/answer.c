/* An HTTP server that costs next to nothing, for bench/checks: answer PORT
 * Every read that ends a request is answered with the same bytes; a request whose path begins with /bad gets
 * 503 once SIGUSR1 has come. One thread, connections are kept. Ends with its parent. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t fails;

static void on_signal(int number)
{
    (void)number;
    fails = 1;
}

static int listen_on(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0) {
        perror("answer");
        exit(1);
    }
    return fd;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void answer(int fd)
{
    static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
    static const char bad[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nno\n";
    char bytes[4096];
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n <= 0) {
        close(fd);
        return;
    }
    int is_bad = fails && n > 8 && memcmp(bytes, "GET /bad", 8) == 0;
    if (n >= 4 && memcmp(bytes + n - 4, "\r\n\r\n", 4) == 0 &&
        write(fd, is_bad ? bad : good, is_bad ? sizeof bad - 1 : sizeof good - 1) < 0)
        close(fd);
}

int main(int argc, char **argv)
{
    int listening = listen_on(argc > 1 ? atoi(argv[1]) : 0), epoll = epoll_create1(0), on = 1;
    struct epoll_event events[256];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, on_signal);
    watch(epoll, listening);
    for (;;) {
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd != listening) {
                answer(fd);
                continue;
            }
            while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                watch(epoll, fd);
            }
        }
    }
}
