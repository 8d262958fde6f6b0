/* Sees every program that a process and all below it execute, by asking the kernel: nothing that runs there
 * can keep it from being seen. Only tests include this. */
#pragma once

#include "base/testing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The filter that reports, to whoever holds the descriptor. -1: this kernel has no such thing. */
static inline int spy_enter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter || seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(execve), 0) < 0 ||
        seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(execveat), 0) < 0 || seccomp_load(filter) < 0)
        return -1;
    return seccomp_notify_fd(filter);
}

static inline void fd_send(int socket, int fd)
{
    char byte = fd >= 0 ? 'y' : 'n';
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    if (sendmsg(socket, &message, 0) != 1)
        _exit(125);
}

static inline int fd_receive(int socket)
{
    char byte;
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    assert_int_equal(recvmsg(socket, &message, MSG_CMSG_CLOEXEC), 1);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int fd = -1;
    if (header)
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

/* The path that the process is about to execute. */
static inline void spy_path(const struct seccomp_notif *seen, char *ret_path, size_t n_bytes)
{
    char memory[40];
    bool at = seen->data.nr == SCMP_SYS(execveat);
    snprintf(memory, sizeof memory, "/proc/%u/mem", seen->pid);
    int fd = open(memory, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? pread(fd, ret_path, n_bytes - 1, (off_t)seen->data.args[at ? 1 : 0]) : -1;
    ret_path[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* Executes the program, and tells each that is executed from then on, itself too. Its status; -1 and nothing
 * told: this kernel cannot. */
static inline int spy_run(const char *const *arguments, void (*tell)(void *context, const char *path),
                          void *context)
{
    int pair[2], status = -1;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = spy_enter();
        fd_send(pair[1], fd);
        if (fd < 0)
            _exit(124);
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(126);
    }
    close(pair[1]);
    int fd = fd_receive(pair[0]);
    close(pair[0]);
    struct seccomp_notif *seen = NULL;
    struct seccomp_notif_resp *answer = NULL;
    if (fd >= 0)
        assert_int_equal(seccomp_notify_alloc(&seen, &answer), 0);
    /* The descriptor hangs up when nobody is left whom it watches. */
    for (struct pollfd polled = {.fd = fd, .events = POLLIN}; fd >= 0;) {
        if (poll(&polled, 1, -1) < 0 || !(polled.revents & POLLIN))
            break;
        memset(seen, 0, sizeof *seen);
        if (seccomp_notify_receive(fd, seen) < 0)
            continue;
        char path[4096];
        spy_path(seen, path, sizeof path);
        if (seccomp_notify_id_valid(fd, seen->id) == 0)
            tell(context, path);
        *answer = (struct seccomp_notif_resp){.id = seen->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        seccomp_notify_respond(fd, answer);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (fd >= 0) {
        seccomp_notify_free(seen, answer);
        close(fd);
    }
    return fd < 0 ? -1 : status;
}
