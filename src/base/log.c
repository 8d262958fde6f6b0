#include "base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

static struct {
    char role[24];
    enum log_level lowest;
    int fd;
    enum { LOG_WAITS, LOG_POLLS, LOG_SENDS, LOG_NEVER_WAITS } manner;
    _Atomic unsigned long n_dropped;
} logger = {.role = "crashcart", .lowest = LOG_INFO, .fd = STDERR_FILENO};

/* Standard error is shared with others, and so is whether it waits: a pipe or a terminal is opened once more.
 */
static void choose_manner(void)
{
    struct stat st;
    if (fstat(STDERR_FILENO, &st) < 0)
        return;
    if (S_ISSOCK(st.st_mode)) {
        logger.manner = LOG_SENDS;
    } else if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
        int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        logger.fd = fd >= 0 ? fd : STDERR_FILENO;
        logger.manner = fd >= 0 ? LOG_NEVER_WAITS : LOG_POLLS; /* it belongs to another user */
    }
}

void log_setup(const char *role, enum log_level lowest)
{
    snprintf(logger.role, sizeof logger.role, "%s", role);
    logger.lowest = lowest;
    if (logger.manner == LOG_WAITS)
        choose_manner();
}

static bool log_put(const char *line, size_t n_bytes)
{
    if (logger.manner == LOG_SENDS)
        return send(logger.fd, line, n_bytes, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
    if (logger.manner == LOG_POLLS && poll(&(struct pollfd){.fd = logger.fd, .events = POLLOUT}, 1, 0) != 1)
        return false;
    return write(logger.fd, line, n_bytes) >= 0;
}

static void log_begin_line(struct buf *line, enum log_level level, const char *name)
{
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    char now[TIME_TEXT_BYTES];
    time_format_rfc3339(clock_wall_us(clock_system()), now);
    buf_printf(line, "%s %s %s %s ", now, levels[level], logger.role, name);
}

/* Behind whoever reads the log, and now no longer. */
static void log_tell_dropped(void)
{
    unsigned long n = atomic_exchange(&logger.n_dropped, 0);
    scoped_buf struct buf line = {0};
    if (!n)
        return;
    log_begin_line(&line, LOG_WARNING, "log.dropped");
    buf_printf(&line, "lines=%lu why=%s\n", n, log_quote("nobody read them in time"));
    if (!log_put(line.at, line.n_bytes))
        atomic_fetch_add(&logger.n_dropped, n);
}

void log_event(enum log_level level, const char *name, const char *fields, ...)
{
    if (level < logger.lowest)
        return;
    scoped_buf struct buf line = {0};
    log_begin_line(&line, level, name);
    va_list ap;
    va_start(ap, fields);
    buf_vprintf(&line, fields, ap);
    va_end(ap);
    buf_putc(&line, '\n');
    log_tell_dropped();
    /* One write a line, so that the lines of several processes do not mix. A log that cannot be written, or
     * that nobody reads, is no reason to stop paging. */
    if (!log_put(line.at, line.n_bytes))
        atomic_fetch_add(&logger.n_dropped, 1);
}

const char *log_quote(const char *text)
{
    enum { QUOTES = 8, LONGEST = 200 };
    static _Thread_local char ring[QUOTES][LONGEST * 2 + 8];
    static _Thread_local unsigned turn;
    char *out = ring[turn++ % QUOTES];
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; text && text[i] && i < LONGEST; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            out[n++] = '\\';
        out[n++] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    }
    out[n++] = '"';
    out[n] = '\0';
    return out;
}
