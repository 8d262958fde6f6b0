#include "cmd/incident_watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/client_stream.h"
#include "cmd/event_lines.h"
#include "cmd/exit_code.h"
#include "cmd/full_screen.h"
#include "cmd/incident_show_priv.h"
#include "cmd/keys.h"

enum { AGES_MS = 5000 /* "3 min ago" is drawn anew */, READ_BYTES = 256, PATH_BYTES = 80, FOOT_ROWS = 1 };

int incident_look(const struct client *client, long long number, const struct show_options *options,
                  struct buf *out, struct err *err)
{
    static const char *const parts[] = {"", "/steps", "/timeline", "/next-page"};
    enum { N_PARTS = sizeof parts / sizeof *parts };
    struct json_document *documents[N_PARTS] = {0};
    struct json roots[N_PARTS];
    int code = EXIT_DONE;
    for (size_t i = 0; i < N_PARTS && code == EXIT_DONE; i++) {
        char path[PATH_BYTES];
        scoped_buf struct buf answer = {0};
        snprintf(path, sizeof path, "/api/v1/incidents/%lld%s", number, parts[i]);
        documents[i] = json_document_new();
        code = client_get(client, path, documents[i], &answer, &roots[i], err);
    }
    if (code == EXIT_DONE)
        incident_print(out, roots[0], roots[1], json_get(roots[2], "events"), roots[3], options);
    for (size_t i = 0; i < N_PARTS; i++)
        json_document_free(documents[i]);
    return code;
}

/* ---- lines, for a program or a file ---- */

/* ---- the screen ---- */

struct watch {
    const struct client *client;
    long long number;
    struct show_options options;
    struct client_stream *stream;
    struct key_decoder decoder;
    size_t top; /* the first line that is shown */
    bool left;
};

static void add_foot(const struct watch *watch, bool more, struct screen_lines *picture, size_t columns)
{
    scoped_buf struct buf text = {0};
    buf_puts(&text, "\033[2m");
    buf_puts(&text, client_stream_lives(watch->stream) ? "live" : "the server is away; it is tried again");
    buf_puts(&text, " · q leaves");
    if (more || watch->top)
        buf_puts(&text, " · arrows and PgUp, PgDn show the rest");
    buf_puts(&text, "\033[0m");
    screen_lines_add(picture, buf_text(&text), columns);
}

/* What fits, from the line on that was scrolled to. What was last seen stays while the server is away. */
static int draw(struct watch *watch, const struct buf *seen)
{
    struct screen_lines content = {0}, picture = {0};
    size_t rows, columns;
    full_screen_size(&rows, &columns);
    screen_lines_add(&content, buf_text(seen), columns);
    size_t room = rows > FOOT_ROWS + 1 ? rows - FOOT_ROWS : 1;
    size_t hidden = content.n > room ? content.n - room : 0;
    if (watch->top > hidden)
        watch->top = hidden;
    for (size_t i = watch->top; i < watch->top + room; i++)
        screen_lines_add(&picture, i < content.n && *content.at[i] ? content.at[i] : "\n", SIZE_MAX);
    add_foot(watch, hidden > 0, &picture, columns);
    int drawn = full_screen_draw(&picture);
    screen_lines_free(&content);
    screen_lines_free(&picture);
    return drawn;
}

static void take_key(struct watch *watch, const struct key *key)
{
    size_t rows, columns, page;
    full_screen_size(&rows, &columns);
    page = rows > 4 ? rows - 3 : 1;
    size_t back = key->kind == KEY_UP        ? 1
                  : key->kind == KEY_PAGE_UP ? page
                  : key->kind == KEY_HOME    ? SIZE_MAX
                                             : 0;
    size_t on = key->kind == KEY_DOWN        ? 1
                : key->kind == KEY_PAGE_DOWN ? page
                : key->kind == KEY_END       ? SIZE_MAX / 2
                                             : 0;
    watch->top = (watch->top > back ? watch->top - back : 0) + on;
    watch->left |=
        key->kind == KEY_ESCAPE || (key->kind == KEY_TEXT && (*key->text == 'q' || *key->text == 'Q'));
}

static void read_keys(struct watch *watch)
{
    char bytes[READ_BYTES];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    watch->left |= n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
    for (size_t at = 0; n > 0 && at < (size_t)n;) {
        struct key key;
        at += key_decode(&watch->decoder, bytes + at, (size_t)n - at, &key);
        take_key(watch, &key);
    }
}

static bool has_input(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) > 0;
}

static int watch_on_screen(struct watch *watch, struct err *err)
{
    scoped_buf struct buf seen = {0};
    if (full_screen_open(err) < 0)
        return EXIT_REFUSED;
    while (!watch->left) {
        scoped_buf struct buf now = {0}, events = {0};
        struct err away = {0};
        watch->options.now_us = clock_wall_us(clock_system());
        if (incident_look(watch->client, watch->number, &watch->options, &now, &away) == EXIT_DONE) {
            buf_clear(&seen);
            buf_add(&seen, now.at, now.n_bytes);
        }
        if (draw(watch, &seen) < 0)
            break;
        client_stream_wait(watch->stream, STDIN_FILENO, AGES_MS, &events);
        if (has_input())
            read_keys(watch);
    }
    full_screen_close();
    return EXIT_DONE;
}

int incident_watch(const struct client *client, long long number, const struct show_options *options,
                   struct err *err)
{
    scoped_buf struct buf first = {0};
    char path[PATH_BYTES];
    int code = incident_look(client, number, options, &first, err);
    if (code != EXIT_DONE)
        return code;
    snprintf(path, sizeof path, "/api/v1/events?incident=%lld", number);
    struct watch watch = {
        .client = client, .number = number, .options = *options, .stream = client_stream_open(client, path)};
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
        code = watch_on_screen(&watch, err);
    } else {
        fwrite(buf_text(&first), 1, first.n_bytes, stdout);
        while (!ferror(stdout)) {
            scoped_buf struct buf events = {0};
            client_stream_wait(watch.stream, -1, AGES_MS, &events);
            event_lines_print(buf_text(&events), false);
        }
    }
    client_stream_close(watch.stream);
    return code;
}
