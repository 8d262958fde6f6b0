#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

static struct {
    char role[24];
    enum log_level lowest;
} logger = {"crashcart", LOG_INFO};

void log_setup(const char *role, enum log_level lowest)
{
    snprintf(logger.role, sizeof logger.role, "%s", role);
    logger.lowest = lowest;
}

void log_event(enum log_level level, const char *name, const char *fields, ...)
{
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    if (level < logger.lowest)
        return;
    char now[TIME_TEXT_BYTES];
    time_format_rfc3339(clock_wall_us(clock_system()), now);
    scoped_buf struct buf line = {0};
    buf_printf(&line, "%s %s %s %s ", now, levels[level], logger.role, name);
    va_list ap;
    va_start(ap, fields);
    buf_vprintf(&line, fields, ap);
    va_end(ap);
    buf_putc(&line, '\n');
    /* One write a line, so that the lines of several processes do not mix. A log that cannot be written is
     * no reason to stop paging. */
    ssize_t written = write(STDERR_FILENO, line.at, line.n_bytes);
    (void)written;
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
