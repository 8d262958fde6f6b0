/* A walk in lines: for a pipe, a script and a dumb terminal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run.h"
#include "cmd/terminal.h"

enum { SHOWN_BYTES = 1024 * 1024, LINE_BYTES = 8192 };

struct plain {
    struct run_face *face;
    struct run_dialog *dialog;
    bool colours, input_over;
    struct buf input;
    size_t shown_bytes; /* of the step that runs */
    bool in_line;       /* the last output did not end its line */
};

static void out_write(struct plain *plain, const struct buf *text)
{
    fwrite(buf_text(text), 1, text->n_bytes, stdout);
    /* Nobody reads it any more: that is a closed terminal. */
    if (fflush(stdout) != 0)
        plain->face->hung_up = true;
}

/* ---- what is shown ---- */

static void output_show(struct plain *plain)
{
    scoped_buf struct buf out = {0};
    struct buf *from = &plain->face->output;
    bool full = plain->shown_bytes > SHOWN_BYTES;
    plain->shown_bytes += from->n_bytes;
    for (size_t i = 0; !full && i < from->n_bytes; i++) {
        if (!plain->in_line)
            buf_puts(&out, "  | ");
        char c = from->at[i] == '\r' ? '\n' : from->at[i];
        plain->in_line = c != '\n';
        buf_putc(&out, c);
    }
    if (!full && plain->shown_bytes > SHOWN_BYTES) {
        buf_puts(&out, plain->in_line ? "\n" : "");
        buf_puts(&out, "  | [... more is printed; the transcript keeps the first and the last part ...]\n");
        plain->in_line = false;
    }
    buf_clear(from);
    out_write(plain, &out);
}

static void ended_show(struct plain *plain)
{
    scoped_buf struct buf out = {0};
    struct run_face *face = plain->face;
    const struct walk_row *row = &plain->dialog->walk->rows.at[face->ended];
    output_show(plain);
    if (plain->in_line)
        buf_putc(&out, '\n');
    plain->in_line = false;
    plain->shown_bytes = 0;
    out_write(plain, &out);
    run_dialog_ended(plain->dialog, face->ended, true, row->state == WALK_SUCCEEDED);
    face->ended = -1;
}

static void says_show(struct plain *plain)
{
    scoped_buf struct buf out = {0};
    if (!plain->dialog->says.n_bytes)
        return;
    text_add_exact(&out, buf_text(&plain->dialog->says), 2);
    buf_clear(&plain->dialog->says);
    out_write(plain, &out);
}

static void card_show(struct plain *plain)
{
    scoped_buf struct buf out = {0};
    if (!plain->dialog->moved || plain->dialog->row < 0)
        return;
    plain->dialog->moved = false;
    buf_putc(&out, '\n');
    run_card(plain->dialog->walk, plain->dialog->row, plain->colours, &out);
    out_write(plain, &out);
}

/* ---- what is said ---- */

static void input_read(struct plain *plain)
{
    char bytes[LINE_BYTES];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n > 0)
        buf_add(&plain->input, bytes, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        plain->input_over = true;
}

/* The next line, good until the next call; NULL: there is none, for the reason in the face or the input. */
static const char *line_read(struct plain *plain, struct buf *line)
{
    struct run_face *face = plain->face;
    for (;;) {
        const char *end = plain->input.n_bytes ? memchr(plain->input.at, '\n', plain->input.n_bytes) : NULL;
        if (end || (plain->input_over && plain->input.n_bytes)) {
            size_t n = end ? (size_t)(end - plain->input.at) : plain->input.n_bytes;
            buf_clear(line);
            buf_add(line, plain->input.at, n);
            buf_consume(&plain->input, end ? n + 1 : n);
            while (line->n_bytes && strchr("\r \t", line->at[line->n_bytes - 1]))
                line->at[--line->n_bytes] = '\0';
            return buf_text(line);
        }
        if (plain->input_over || face->hung_up || face->terminated || face->interrupted)
            return NULL;
        face->resized = false;
        if (run_wait(face, true))
            input_read(plain);
    }
}

/* False: nobody answers. */
static bool ask(struct plain *plain)
{
    scoped_buf struct buf prompt = {0};
    scoped_buf struct buf line = {0};
    run_dialog_prompt(plain->dialog, &prompt);
    out_write(plain, &prompt);
    const char *text = line_read(plain, &line);
    if (!isatty(STDIN_FILENO)) { /* what was said is not repeated: it may be confidential */
        buf_clear(&prompt);
        buf_putc(&prompt, '\n');
        out_write(plain, &prompt);
    }
    if (text)
        run_dialog_take(plain->dialog, text);
    return text != NULL;
}

/* ---- the walk ---- */

/* Nobody is there: harmless steps go on without answers. False: nothing is left. */
static bool pass_over(struct plain *plain)
{
    struct run_dialog *dialog = plain->dialog;
    int next = walk_next(dialog->walk, dialog->row + 1);
    if (!dialog->unattended || dialog->row < 0 || next < 0)
        return false;
    dialog->ask = ASK_KEY;
    dialog->row = next;
    dialog->moved = true;
    return true;
}

/* Ctrl-C stops a step, never the walk: unless nobody is there who could go on. */
static bool interrupted(struct plain *plain)
{
    struct run_face *face = plain->face;
    face->interrupted = false;
    if (walk_session_stop(plain->dialog->session))
        return isatty(STDIN_FILENO);
    if (!isatty(STDIN_FILENO))
        return false;
    fputs("\nq leaves; the walk can be taken up again.\n", stdout);
    run_dialog_take(plain->dialog, NULL);
    return true;
}

/* Waits for the step that runs. False: the walk ends with it. */
static bool step_await(struct plain *plain)
{
    struct run_face *face = plain->face;
    bool go_on = true;
    while (walk_session_running(plain->dialog->session) >= 0) {
        face->resized = false;
        run_wait(face, false);
        output_show(plain);
        if (face->terminated)
            walk_session_stop(plain->dialog->session);
        if (face->interrupted)
            go_on &= interrupted(plain);
    }
    if (face->ended >= 0)
        ended_show(plain);
    return go_on;
}

/* A round of checks has failed, and the next one is to come. */
static void pause_show(struct plain *plain, const char *why, int64_t *said_until_us, int64_t until_us)
{
    scoped_buf struct buf out = {0};
    if (*said_until_us == until_us)
        return;
    *said_until_us = until_us;
    buf_printf(&out, "  Not well yet (%s). The checks are repeated; Ctrl-C takes that for the verdict.\n",
               why);
    out_write(plain, &out);
}

/* Waits for the step that runs and, when it was a change, for the verdict of its checks. */
static bool step_and_checks_await(struct plain *plain)
{
    struct run_face *face = plain->face;
    int64_t said_until_us = 0;
    bool go_on = true;
    for (;;) {
        scoped_arena struct arena *arena = arena_new();
        struct walk_move move;
        go_on &= step_await(plain);
        if (face->hung_up || face->terminated || !go_on)
            return go_on;
        walk_session_verify(plain->dialog->session, arena, &move);
        if (move.kind == WALK_MOVE_JUDGE)
            run_dialog_judged(plain->dialog, move.change);
        if (move.kind == WALK_MOVE_NONE || move.kind == WALK_MOVE_JUDGE)
            return go_on;
        if (move.kind == WALK_MOVE_RUN)
            says_show(plain);
        if (move.kind != WALK_MOVE_WAIT)
            continue;
        says_show(plain);
        pause_show(plain, move.why, &said_until_us, move.until_us);
        run_wait(face, false);
        if (face->interrupted)
            go_on &= interrupted(plain);
    }
}

void run_plain(struct run_face *face)
{
    struct run_dialog *dialog = face->dialog;
    struct plain plain = {.face = face, .dialog = dialog, .colours = terminal_colours()};
    bool go_on = true;
    while (go_on && !dialog->left) {
        go_on = step_and_checks_await(&plain);
        says_show(&plain);
        if (!go_on || face->hung_up || face->terminated || dialog->row < 0)
            break;
        card_show(&plain);
        if (run_dialog_start_unasked(dialog))
            continue;
        bool nobody = dialog->unattended && plain.input_over && !plain.input.n_bytes;
        if (!nobody && ask(&plain))
            continue;
        go_on = face->interrupted ? interrupted(&plain) : pass_over(&plain);
    }
    says_show(&plain);
    buf_free(&plain.input);
}
