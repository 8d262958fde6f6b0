/* A walk on the whole screen: what the step is, what it printed, what can be done. One picture is made of
 * lines and drawn anew after each event; what does not fit is scrolled. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/full_screen.h"
#include "cmd/keys.h"
#include "cmd/run.h"
#include "cmd/terminal.h"

enum { LIVE_BYTES = 256 * 1024, READ_BYTES = 4096, LINE_BYTES = 2048, LEAST_ROWS = 8 };

struct screen {
    struct run_face *face;
    struct run_dialog *dialog;
    bool colours;
    struct key_decoder decoder;
    struct buf line; /* that is being typed */
    struct buf live; /* of the step that runs */
    size_t back;     /* lines scrolled back from where the view would be */
    bool at_end;     /* the view holds to the end of the content, not to its beginning */
};

/* ---- the picture ---- */

static bool is_running(const struct screen *screen)
{
    return walk_session_running(screen->dialog->session) >= 0;
}

static void title_add(const struct screen *screen, size_t columns, struct screen_lines *lines)
{
    scoped_buf struct buf text = {0};
    scoped_buf struct buf fit = {0};
    const struct walk *walk = screen->dialog->walk;
    size_t n_over = walk->rows.n - walk_count(walk, WALK_SPARE) - walk_count(walk, WALK_OPEN) -
                    walk_count(walk, WALK_UNKNOWN) - walk_count(walk, WALK_RUNNING);
    const char *file = strrchr(walk->about.file, '/');
    buf_printf(&text, " %s · %s · %zu of %zu done", walk->procedure->title,
               file ? file + 1 : walk->about.file, n_over, walk->rows.n - walk_count(walk, WALK_SPARE));
    if (is_running(screen))
        buf_puts(&text, " · running");
    text_add_fit(&fit, buf_text(&text), columns, true);
    buf_clear(&text);
    buf_printf(&text, "\033[7m%s\033[0m\n\n", buf_text(&fit));
    screen_lines_add(lines, buf_text(&text), columns);
}

/* What the last step that ran under this row printed. */
static const char *output_of(const struct screen *screen)
{
    const struct run_dialog *dialog = screen->dialog;
    if (dialog->row < 0)
        return "";
    int running = walk_session_running(dialog->session);
    const struct walk_row *row = &dialog->walk->rows.at[dialog->row];
    if (running == dialog->row || (running >= 0 && dialog->walk->rows.at[running].checks_for == dialog->row))
        return buf_text(&screen->live);
    return row->has_result ? row->result.output : "";
}

static void end_add(const struct walk *walk, struct buf *out)
{
    buf_puts(out, "Everything has been looked at: ");
    run_summary(walk, out);
    buf_puts(out, ".\n\n");
    list_each (row, &walk->rows) {
        bool bad_verdict = row->verdict == VERDICT_FAILED && row->checks_for < 0;
        if (row->state != WALK_FAILED && row->state != WALK_TIMED_OUT && row->state != WALK_REFUSED &&
            !bad_verdict)
            continue;
        buf_printf(out, "line %d, %s:\n", part_line(row->line),
                   bad_verdict ? "its checks fail" : walk_state_text(row->state));
        text_add_exact(out, row->text, 4);
    }
    buf_puts(out, "q leaves and writes the transcript.\n");
}

static void content_add(const struct screen *screen, size_t columns, struct screen_lines *lines)
{
    scoped_buf struct buf text = {0};
    const struct run_dialog *dialog = screen->dialog;
    if (dialog->row < 0)
        end_add(dialog->walk, &text);
    else
        run_card(dialog->walk, dialog->row, screen->colours, &text);
    screen_lines_add(lines, buf_text(&text), columns);
    const char *output = output_of(screen);
    if (!*output)
        return;
    buf_clear(&text);
    buf_putc(&text, '\n');
    for (size_t i = 0; i < columns && i < TERMINAL_COLUMNS; i++)
        buf_puts(&text, "─");
    buf_putc(&text, '\n');
    screen_lines_add(lines, buf_text(&text), columns);
    screen_lines_add(lines, output, columns);
}

static void says_add(const char *says, struct buf *out)
{
    for (size_t n; *says; says += n + (says[n] == '\n')) {
        n = strcspn(says, "\n");
        scoped_buf struct buf line = {0};
        buf_add(&line, says, n);
        text_add_wrapped(out, buf_text(&line), 0, 0);
    }
}

static void foot_add(const struct screen *screen, size_t columns, struct screen_lines *lines)
{
    scoped_buf struct buf text = {0};
    const struct run_dialog *dialog = screen->dialog;
    buf_putc(&text, '\n');
    if (dialog->says.n_bytes)
        says_add(buf_text(&dialog->says), &text);
    if (is_running(screen))
        buf_puts(&text, "running; Ctrl-C stops it ");
    else if (run_dialog_busy(dialog))
        buf_puts(&text, "not well yet: the checks are repeated; Ctrl-C takes that for the verdict ");
    else if (dialog->ask == ASK_KEY)
        run_keys(dialog, &text);
    else
        run_dialog_prompt(dialog, &text);
    if (dialog->ask != ASK_KEY)
        buf_add(&text, buf_text(&screen->line), screen->line.n_bytes);
    screen_lines_add(lines, buf_text(&text), columns);
}

static void lines_move(struct screen_lines *to, struct screen_lines *from, size_t first, size_t n)
{
    for (size_t i = first; i < first + n && i < from->n; i++)
        screen_lines_add(to, *from->at[i] ? from->at[i] : "\n", SIZE_MAX);
}

static void line_replace(struct screen_lines *lines, size_t at, const char *text)
{
    free(lines->at[at]);
    lines->at[at] = heap_strdup(text);
}

/* Title, what fits of the content, foot on the last lines. */
static int draw(struct screen *screen)
{
    struct screen_lines picture = {0}, content = {0}, foot = {0};
    size_t rows, columns;
    full_screen_size(&rows, &columns);
    title_add(screen, columns, &picture);
    content_add(screen, columns, &content);
    foot_add(screen, columns, &foot);
    size_t least = rows > LEAST_ROWS ? rows : LEAST_ROWS;
    size_t taken = picture.n + foot.n;
    size_t room = least > taken + 1 ? least - taken : 1;
    size_t hidden = content.n > room ? content.n - room : 0;
    if (screen->back > hidden)
        screen->back = hidden;
    size_t first = screen->at_end ? hidden - screen->back : screen->back;
    lines_move(&picture, &content, first, room);
    while (picture.n < 2 + room)
        screen_lines_add(&picture, "\n", columns);
    if (first > 0)
        line_replace(&picture, 1, "\033[2m… PgUp shows what is above\033[0m");
    if (first + room < content.n)
        line_replace(&foot, 0, "\033[2m… PgDn shows what is below\033[0m");
    lines_move(&picture, &foot, 0, foot.n);
    int drawn = full_screen_draw(&picture);
    screen_lines_free(&picture);
    screen_lines_free(&content);
    screen_lines_free(&foot);
    return drawn;
}

/* ---- keys ---- */

static void line_take(struct screen *screen)
{
    scoped_heap char *line = heap_strdup(buf_text(&screen->line));
    buf_clear(&screen->line);
    run_dialog_take(screen->dialog, line);
}

static void scroll(struct screen *screen, bool up)
{
    size_t rows, columns, page;
    full_screen_size(&rows, &columns);
    page = rows > 12 ? rows - 10 : 2;
    if (up == screen->at_end)
        screen->back += page;
    else
        screen->back = screen->back > page ? screen->back - page : 0;
}

static void erase(struct buf *line)
{
    while (line->n_bytes && ((unsigned char)line->at[line->n_bytes - 1] & 0xc0) == 0x80)
        line->n_bytes--;
    if (line->n_bytes)
        line->n_bytes--;
    if (line->at)
        line->at[line->n_bytes] = '\0';
}

/* One key while a question with a line for an answer stands there. */
static void key_in_line(struct screen *screen, const struct key *key)
{
    if (key->kind == KEY_TEXT && screen->line.n_bytes < LINE_BYTES)
        buf_puts(&screen->line, key->text);
    else if (key->kind == KEY_ERASE)
        erase(&screen->line);
    else if (key->kind == KEY_ERASE_LINE)
        buf_clear(&screen->line);
    else if (key->kind == KEY_ENTER && !key->pasted)
        line_take(screen);
    else if (key->kind == KEY_ESCAPE) {
        buf_clear(&screen->line);
        run_dialog_take(screen->dialog, NULL);
    }
}

static void key_take(struct screen *screen, const struct key *key)
{
    bool free_hands = !run_dialog_busy(screen->dialog);
    if (key->kind == KEY_PAGE_UP || key->kind == KEY_PAGE_DOWN)
        scroll(screen, key->kind == KEY_PAGE_UP);
    else if (key->kind == KEY_REDRAW)
        screen->face->resized = true;
    else if (screen->dialog->ask != ASK_KEY)
        key_in_line(screen, key);
    else if (key->pasted || !free_hands)
        return;
    else if (key->kind == KEY_TEXT)
        run_dialog_take(screen->dialog, key->text);
    else if (key->kind == KEY_ENTER || key->kind == KEY_DOWN)
        run_dialog_take(screen->dialog, "f");
    else if (key->kind == KEY_UP)
        run_dialog_take(screen->dialog, "b");
    if (screen->dialog->moved) {
        screen->back = 0;
        screen->at_end = false;
        screen->dialog->moved = false;
    }
}

static void input_read(struct screen *screen)
{
    char bytes[READ_BYTES];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        screen->face->hung_up = true;
    for (size_t at = 0; n > 0 && at < (size_t)n && !screen->dialog->left;) {
        struct key key;
        at += key_decode(&screen->decoder, bytes + at, (size_t)n - at, &key);
        key_take(screen, &key);
    }
}

/* ---- what happens ---- */

/* A carriage return overwrites its line; the oldest lines go. */
static void live_add(struct screen *screen)
{
    struct buf *from = &screen->face->output, *live = &screen->live;
    for (size_t i = 0; i < from->n_bytes; i++) {
        if (from->at[i] != '\r') {
            buf_putc(live, from->at[i]);
            continue;
        }
        while (live->n_bytes && live->at[live->n_bytes - 1] != '\n')
            live->at[--live->n_bytes] = '\0';
    }
    if (live->n_bytes > LIVE_BYTES)
        buf_consume(live, live->n_bytes - LIVE_BYTES / 2);
    buf_clear(from);
    screen->at_end = true;
}

/* The checks of a change that has run, one after the other, until there is a verdict. */
static void checks_go_on(struct screen *screen)
{
    scoped_arena struct arena *arena = arena_new();
    struct walk_move move;
    walk_session_verify(screen->dialog->session, arena, &move);
    if (move.kind != WALK_MOVE_JUDGE)
        return;
    buf_clear(&screen->dialog->says);
    run_dialog_judged(screen->dialog, move.change);
    screen->at_end = screen->dialog->moved = false;
    screen->back = 0;
}

static void events_take(struct screen *screen)
{
    struct run_face *face = screen->face;
    struct run_dialog *dialog = screen->dialog;
    if (face->output.n_bytes)
        live_add(screen);
    if (face->ended >= 0) {
        const struct walk_row *row = &dialog->walk->rows.at[face->ended];
        bool go_on = dialog->unattended && row->state == WALK_SUCCEEDED;
        run_dialog_ended(dialog, face->ended, go_on, go_on);
        buf_clear(&screen->live);
        face->ended = -1;
        screen->at_end = !dialog->moved;
        screen->back = 0;
        dialog->moved = false;
    }
    if (!is_running(screen) && !face->hung_up && !face->terminated)
        checks_go_on(screen);
    if (face->interrupted && !walk_session_stop(dialog->session)) {
        buf_clear(&screen->line);
        run_dialog_take(dialog, dialog->ask == ASK_KEY ? "?" : NULL);
    }
    if (face->terminated)
        walk_session_stop(dialog->session);
    face->interrupted = face->resized = false;
}

int run_screen(struct run_face *face, struct err *err)
{
    struct screen screen = {.face = face, .dialog = face->dialog, .colours = terminal_colours()};
    if (full_screen_open(err) < 0)
        return -1;
    face->dialog->moved = false;
    for (;;) {
        events_take(&screen);
        bool over = face->hung_up || face->terminated || face->dialog->left;
        if (over && !is_running(&screen))
            break;
        if (!over && !is_running(&screen) && run_dialog_start_unasked(face->dialog))
            continue;
        if (!face->hung_up && draw(&screen) < 0)
            face->hung_up = true;
        if (run_wait(face, !face->hung_up))
            input_read(&screen);
    }
    full_screen_close();
    buf_free(&screen.line);
    buf_free(&screen.live);
    return 0;
}
