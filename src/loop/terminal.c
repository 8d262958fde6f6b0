#include "loop/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static int theirs_open(int ours)
{
    char name[64];
    struct winsize size = {.ws_col = 120, .ws_row = 40};
    struct termios settings;
    if (grantpt(ours) < 0 || unlockpt(ours) < 0 || ptsname_r(ours, name, sizeof name) != 0)
        return -1;
    int theirs = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (theirs < 0)
        return -1;
    if (tcgetattr(theirs, &settings) == 0) {
        settings.c_oflag &= ~(tcflag_t)OPOST;
        settings.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(theirs, TCSANOW, &settings);
    }
    ioctl(theirs, TIOCSWINSZ, &size);
    return theirs;
}

int terminal_open(int ret_fds[2], struct err *err)
{
    int ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int theirs = ours < 0 ? -1 : theirs_open(ours);
    if (theirs >= 0) {
        ret_fds[0] = ours;
        ret_fds[1] = theirs;
        return 0;
    }
    err_set(err, "no terminal for the command: %s", strerror(errno));
    if (ours >= 0)
        close(ours);
    return -1;
}
