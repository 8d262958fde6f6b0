/* A descriptor goes from one of our processes to another, over a socket pair, with a letter that says what it
 * is. */
#pragma once

/* 0, or -1 with errno. The sender's own stays open. Never waits. */
int hand_over(int socket_fd, char what, int fd);
/* What has come, closed on exec, and what it is (NULL: that is known); -1: nothing more, or the other side is
 * gone. Never waits. */
int hand_over_take(int socket_fd, char *ret_what);
