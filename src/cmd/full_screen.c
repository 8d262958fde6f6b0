/* Plain ECMA-48 that every terminal of the last decades knows: the other screen, no automatic wrap (a wide
 * character that was counted as one column is clipped, and does not push the picture), pastes in brackets. */
#include "cmd/full_screen.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"

static const char enter[] = "\033[?1049h\033[?7l\033[?2004h\033[2J";
static const char leave[] = "\033[?2004l\033[?7h\033[0m\033[?25h\033[?1049l";

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT};

/* A signal handler can be given nothing: the one thing of the process that it must put back. */
static struct {
    volatile sig_atomic_t open;
    struct termios before;
} terminal;

static void put_back(void)
{
    if (!terminal.open)
        return;
    terminal.open = 0;
    ssize_t written = write(STDOUT_FILENO, leave, sizeof leave - 1);
    (void)written;
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
}

static void on_fatal(int number)
{
    put_back();
    signal(number, SIG_DFL);
    raise(number);
}

int full_screen_open(struct err *err)
{
    if (tcgetattr(STDIN_FILENO, &terminal.before) < 0)
        return err_set(err, "The terminal cannot be used as a screen: %s. Use --plain.", strerror(errno));
    struct termios keys = terminal.before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    keys.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
    keys.c_cc[VSUSP] = keys.c_cc[VQUIT] = _POSIX_VDISABLE;
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &keys) < 0)
        return err_set(err, "The terminal cannot be used as a screen: %s. Use --plain.", strerror(errno));
    terminal.open = 1;
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        signal(fatal[i], on_fatal);
    ssize_t written = write(STDOUT_FILENO, enter, sizeof enter - 1);
    (void)written;
    return 0;
}

void full_screen_close(void)
{
    put_back();
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        signal(fatal[i], SIG_DFL);
}

void full_screen_size(size_t *ret_rows, size_t *ret_columns)
{
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
    *ret_rows = known ? size.ws_row : 24;
    *ret_columns = known ? size.ws_col : 80;
}

/* ---- lines ---- */

static void line_push(struct screen_lines *lines, struct buf *line)
{
    if (lines->n == lines->capacity) {
        lines->capacity = lines->capacity ? lines->capacity * 2 : 64;
        lines->at = heap_resize(lines->at, lines->capacity * sizeof *lines->at);
    }
    lines->at[lines->n++] = buf_steal(line);
}

/* Bytes of the colour or character at text, and whether it takes a column. */
static size_t piece_bytes(const char *text, bool *ret_column)
{
    size_t n = 1;
    *ret_column = text[0] != '\033';
    if (text[0] == '\033') {
        n = strcspn(text, "m");
        return text[n] ? n + 1 : n;
    }
    while (((unsigned char)text[n] & 0xc0) == 0x80)
        n++;
    return n;
}

void screen_lines_add(struct screen_lines *lines, const char *text, size_t n_columns)
{
    scoped_buf struct buf line = {0};
    size_t columns = 0;
    bool takes_column;
    for (size_t n; *text; text += n) {
        n = 1;
        if (*text == '\n') {
            line_push(lines, &line);
            columns = 0;
            continue;
        }
        if (*text == '\t') {
            do
                buf_putc(&line, ' ');
            while (++columns % 8 && columns < n_columns);
            continue;
        }
        n = piece_bytes(text, &takes_column);
        if (takes_column && columns >= n_columns) {
            line_push(lines, &line);
            columns = 0;
        }
        buf_add(&line, text, n);
        columns += takes_column;
    }
    if (line.n_bytes)
        line_push(lines, &line);
}

void screen_lines_free(struct screen_lines *lines)
{
    for (size_t i = 0; i < lines->n; i++)
        free(lines->at[i]);
    free(lines->at);
    *lines = (struct screen_lines){0};
}

int full_screen_draw(const struct screen_lines *lines)
{
    scoped_buf struct buf out = {0};
    buf_puts(&out, "\033[?25l\033[H");
    for (size_t i = 0; i < lines->n; i++)
        /* Cleared before it is written: a full line would lose its last character to a clearing behind it. */
        buf_printf(&out, "%s\033[2K%s\033[0m", i ? "\r\n" : "", lines->at[i]);
    buf_puts(&out, "\033[J\033[?25h");
    for (size_t at = 0; at < out.n_bytes;) {
        ssize_t n = write(STDOUT_FILENO, out.at + at, out.n_bytes - at);
        if (n < 0 && errno != EINTR)
            return -1;
        at += n > 0 ? (size_t)n : 0;
    }
    return 0;
}
