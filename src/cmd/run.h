/* `crashcart run`, shared by its files: one conversation (cmd/run_dialog.c) for both faces, lines
 * (cmd/run_plain.c) and the full screen (cmd/run_screen.c). */
#pragma once

#include <uv.h>

#include "base/buf.h"
#include "cmd/exit_code.h"
#include "runner/walk_session.h"

/* What the next line of the person means. */
enum run_ask {
    ASK_KEY,    /* a letter of run_keys(), in plain mode with a text behind it */
    ASK_SURE,   /* yes or no: it changes something, or shows what is sensitive */
    ASK_PHRASE, /* destructive: what must be typed exactly */
    ASK_REASON, /* of who confirms it alone, or does not wait for evidence */
    ASK_SKIP,   /* why it is skipped; may be empty */
    ASK_NOTE,
    ASK_VALUE, /* of one placeholder; empty: as it was, "-": none */
    ASK_MEND,  /* which repairs; "" or "-": none */
};

struct run_dialog {
    struct arena *arena;
    struct walk *walk;
    struct walk_session *session;
    bool unattended; /* --yes: harmless steps run by themselves */

    int row; /* that is shown; -1: all of it has been looked at */
    enum run_ask ask;
    struct fill_slots slots; /* of ASK_VALUE */
    size_t slot;
    bool then_run;   /* when the values are there */
    int looks_for;   /* the change before which is looked for what its way back needs, or -1 */
    struct buf says; /* to the person, after the last line; "" for nothing */
    bool moved;      /* another row is shown */
    bool left;       /* the person has left, or everything has been looked at and that was seen */
};

/* Shows the first row that is to be looked at. */
void run_dialog_begin(struct run_dialog *dialog);
/* Takes a line (or letter); NULL: the question is called off. */
void run_dialog_take(struct run_dialog *dialog, const char *line);
/* The step has ended. tell: its result is said, else only how to go on; go_on: the next row is shown. */
void run_dialog_ended(struct run_dialog *dialog, int row, bool tell, bool go_on);
/* The checks of a change have given a verdict: it is said, and the way back is shown when they failed. */
void run_dialog_judged(struct run_dialog *dialog, int row);
/* Is anything at work: a step, or a change whose checks are repeated? */
bool run_dialog_busy(const struct run_dialog *dialog);
/* With --yes: starts the row if it may run unasked. */
bool run_dialog_start_unasked(struct run_dialog *dialog);
/* The question, as a prompt: "Run it? yes or no > ", "Value for <pod-name>, a name. ...". */
void run_dialog_prompt(const struct run_dialog *dialog, struct buf *out);
/* The letters that make sense now: "r run  s skip  ...". */
void run_keys(const struct run_dialog *dialog, struct buf *out);
extern const char run_help[];
/* "r" and "run"; a word that is none of these runs nothing. */
char run_letter(const char *word, size_t n_bytes);
/* What must be typed to run a destructive command. */
const char *run_phrase(struct arena *arena, const struct walk_command *command);
/* Moves to the next row to be looked at, or to the end. */
void run_dialog_next(struct run_dialog *dialog);

/* ---- cmd/run_card.c ---- */

/* "passed: line 40: it printed 0": of a change that ran, or of a check. NULL: there is none. */
const char *run_verdict(struct arena *arena, const struct walk_row *row);
/* What is to be known of the row before one decides: 80 columns. */
void run_card(const struct walk *walk, int row, bool colours, struct buf *out);
/* The alternatives of an open choice that begins at the row: numbers and headings. False: there is none. */
bool run_choice_open(const struct walk *walk, int row);
int run_choice_option(const struct walk *walk, int row, int number); /* the row of that option, or -1 */
/* "7 succeeded, 1 skipped, 2 not done yet". */
void run_summary(const struct walk *walk, struct buf *out);
/* Every command as it would run; whether all of them can. */
bool run_dry(const struct walk *walk, bool colours, struct buf *out);

/* ---- cmd/run_target.c ---- */

/* Sets where the commands of a new walk run. service_id: NULL, then by the document. -1: no such service. */
int run_target_find(struct arena *arena, const struct config *config, const char *service_id,
                    struct walk *walk, struct err *err);
/* A walk that is taken up runs where it ran; -1: the configuration says another place now. */
int run_target_again(struct arena *arena, const struct config *config, struct walk *walk, struct err *err);

/* ---- faces ---- */

enum { RUN_SIGNALS = 4 };

struct run_face {
    struct run_dialog *dialog;
    uv_loop_t *loop;
    uv_signal_t signals[RUN_SIGNALS];
    bool hung_up;    /* the terminal is gone: what runs comes to its end, nothing else begins */
    bool terminated; /* SIGTERM: what runs is ended, too */
    bool interrupted, resized;
    int ended;         /* row of a step that has ended and is still to be told, or -1 */
    struct buf output; /* of the step that runs, still to be shown */
};
void run_face_open(struct run_face *face, uv_loop_t *loop);
void run_face_close(struct run_face *face); /* the loop has to turn once more */
/* Of the session's watcher; context is the face. */
void run_face_output(void *context, const char *bytes, size_t n_bytes);
void run_face_ended(void *context, int row);
/* Waits until there is input on standard input (then true) or anything else happened. */
bool run_wait(struct run_face *face, bool want_input);

/* Each walks until the person has left, all is done or the terminal is gone. */
void run_plain(struct run_face *face);
int run_screen(struct run_face *face, struct err *err);

/* FILE#PROCEDURE, where the name of the file may hold '#', too; ret_name NULL: none is given. */
void run_word_split(struct arena *arena, const char *word, const char **ret_file, const char **ret_name);

/* ---- cmd/run_choose.c ---- */

/* The procedure that the words after '#' mean: number in the list, slug, title, line, words of an alert.
 * NULL: none; then the list of procedures, or the nearest name, is in `says`. */
const struct procedure *run_choose(struct arena *arena, const struct runbook *runbook, const char *file,
                                   const char *name, struct buf *says);
