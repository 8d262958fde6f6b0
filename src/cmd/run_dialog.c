/* The conversation about one row: a line of the person becomes a verb of the walk, or another question. What
 * the two faces show differs; what can be said and what comes of it is here. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/run.h"
#include "cmd/terminal.h"
#include "engine/texts.h"
#include "runbook/repair.h"
#include "runbook/way_back.h"
#include "runner/walk_evidence.h"

enum { WORD_BYTES = 40 };

static struct walk_row *row_of(const struct run_dialog *dialog)
{
    return dialog->row >= 0 ? &dialog->walk->rows.at[dialog->row] : NULL;
}

__attribute__((format(printf, 2, 3))) static void say(struct run_dialog *dialog, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (dialog->says.n_bytes)
        buf_putc(&dialog->says, '\n');
    buf_vprintf(&dialog->says, format, ap);
    va_end(ap);
}

/* True: it is on record. */
static bool done(struct run_dialog *dialog, struct walk_entry entry)
{
    struct err err;
    if (walk_session_do(dialog->session, entry, &err) == 0)
        return true;
    say(dialog, "%s", err.text);
    return false;
}

static void row_show(struct run_dialog *dialog, int row)
{
    dialog->row = row;
    dialog->ask = ASK_KEY;
    dialog->then_run = false;
    dialog->moved = true;
}

void run_dialog_next(struct run_dialog *dialog)
{
    int next = walk_next(dialog->walk, dialog->row + 1);
    row_show(dialog, next >= 0 ? next : walk_next(dialog->walk, 0));
}

void run_dialog_begin(struct run_dialog *dialog)
{
    dialog->looks_for = -1;
    row_show(dialog, walk_next(dialog->walk, 0));
}

/* ---- running ---- */

static void start(struct run_dialog *dialog, const char *reason)
{
    struct err err;
    dialog->ask = ASK_KEY;
    dialog->then_run = false;
    if (walk_session_run(dialog->session, dialog->row, false, reason, &err) < 0)
        say(dialog, "%s", err.text);
}

static void values_ask(struct run_dialog *dialog, const struct strings *only)
{
    struct fill_slots all = {0};
    dialog->slots = (struct fill_slots){0};
    dialog->slot = 0;
    fill_slots(dialog->arena, row_of(dialog)->command->text, &all);
    list_each (slot, &all) {
        bool wanted = !only;
        for (size_t i = 0; only && i < only->n; i++)
            wanted |= strcmp(only->at[i], slot->name) == 0;
        if (wanted)
            *list_push(dialog->arena, &dialog->slots) = *slot;
    }
    if (dialog->slots.n)
        dialog->ask = ASK_VALUE;
    else
        say(dialog, "This command has no placeholders.");
}

/* Reads what the way back of a change needs to know, right before it. True: that has begun. */
static bool look_first(struct run_dialog *dialog, const struct walk_row *change)
{
    struct walk_command command;
    struct err err;
    if (change->before < 0)
        return false;
    walk_prepare(dialog->arena, dialog->walk, &dialog->walk->rows.at[change->before], &command);
    const char *why = command.cannot                      ? command.cannot
                      : command.ask && !command.seen_only ? command.ask
                                                          : NULL;
    if (!why && walk_session_run(dialog->session, change->before, !command.ask, NULL, &err) == 0) {
        dialog->looks_for = dialog->row;
        return true;
    }
    say(dialog, "What its way back needs could not be read: %s", why ? why : err.text);
    return false;
}

/* What has to be said before the command of the row runs; the command, when nothing has to be. */
static void run_confirm(struct run_dialog *dialog)
{
    const struct walk_row *row = row_of(dialog);
    struct walk_command command;
    walk_prepare(dialog->arena, dialog->walk, row, &command);
    const char *missing = walk_evidence_missing(dialog->arena, dialog->walk, row, command.filled.text);
    if (missing)
        say(dialog, "%s Capture it first, or say why it cannot wait.", missing);
    if (command.filled.risk.class == RISK_DESTRUCTIVE) {
        say(dialog, "%s, and that cannot be undone. Nobody else is here to confirm it: look twice.",
            command.filled.risk.why ? command.filled.risk.why : "It destroys something");
        dialog->ask = ASK_PHRASE;
    } else if (command.filled.risk.class != RISK_READ && dialog->walk->frozen) {
        say(dialog, "Nothing of %s may be changed now, says the configuration.", dialog->walk->frozen);
        dialog->ask = ASK_PHRASE;
    } else if (missing) {
        dialog->ask = ASK_REASON;
    } else if (command.filled.risk.class != RISK_READ || command.filled.risk.sensitive ||
               row->state == WALK_UNKNOWN) {
        if (row->state == WALK_UNKNOWN)
            say(dialog, "It had begun once, and nobody knows how it ended. Look first at what it did.");
        dialog->ask = ASK_SURE;
    } else {
        start(dialog, NULL);
    }
}

static void run_wanted(struct run_dialog *dialog)
{
    const struct walk_row *row = row_of(dialog);
    struct walk_command command;
    if (walk_session_running(dialog->session) >= 0) {
        say(dialog, "A step is running; Ctrl-C stops it.");
        return;
    }
    walk_prepare(dialog->arena, dialog->walk, row, &command);
    if (command.filled.missing.n) {
        values_ask(dialog, &command.filled.missing);
        dialog->then_run = true;
    } else if (command.cannot) {
        say(dialog, "%s Mend it (m), run it by hand elsewhere and tick it (d), or skip it (s).",
            command.cannot);
    } else if (!look_first(dialog, row)) {
        run_confirm(dialog);
    }
}

bool run_dialog_start_unasked(struct run_dialog *dialog)
{
    const struct walk_row *row = row_of(dialog);
    struct walk_command command;
    struct err err;
    if (!dialog->unattended || dialog->ask != ASK_KEY || !row || !row->command || row->state != WALK_OPEN ||
        run_choice_open(dialog->walk, dialog->row))
        return false;
    walk_prepare(dialog->arena, dialog->walk, row, &command);
    /* Values and repairs come from the command line or the person: they have been looked at. */
    if (command.cannot || (command.ask && !command.seen_only))
        return false;
    return walk_session_run(dialog->session, dialog->row, !command.ask, NULL, &err) == 0;
}

static void say_result(struct run_dialog *dialog, const struct walk_row *row)
{
    const struct step_result *result = &row->result;
    say(dialog, "%s %s, exit %d after %.1f s%s%s", walk_place(dialog->arena, row),
        walk_state_text(row->state), result->exit_code, (double)result->duration_us / 1e6,
        result->why && *result->why ? ": " : "", result->why ? result->why : "");
}

static void say_check(struct run_dialog *dialog, const struct walk_row *row)
{
    const char *verdict = run_verdict(dialog->arena, row);
    say(dialog, "Check on line %d %s", row->line, verdict ? verdict : walk_state_text(row->state));
}

/* The look before the change has ended: the change is shown with its way back, and asked for. */
static void looked(struct run_dialog *dialog, const struct walk_row *look)
{
    if (!walk_line_printed(dialog->arena, look))
        say(dialog, "What its way back needs could not be read: the look before %s.",
            look->state == WALK_SUCCEEDED ? "did not print one line" : walk_state_text(look->state));
    dialog->row = dialog->looks_for;
    dialog->looks_for = -1;
    dialog->moved = true;
    run_confirm(dialog);
}

void run_dialog_ended(struct run_dialog *dialog, int at, bool tell, bool go_on)
{
    const char *trouble = walk_session_trouble(dialog->session);
    const struct walk_row *row = &dialog->walk->rows.at[at];
    buf_clear(&dialog->says);
    if (row->checks_for >= 0)
        say_check(dialog, row);
    else if (tell)
        say_result(dialog, row);
    else if (row->verdict != VERDICT_CHECKING)
        say(dialog, "Enter goes on.");
    if (trouble)
        say(dialog, "This could not be recorded: %s", trouble);
    if (dialog->looks_for >= 0 && dialog->walk->rows.at[dialog->looks_for].before == at)
        looked(dialog, row);
    else if (row->verdict == VERDICT_UNVERIFIABLE && row->state == WALK_SUCCEEDED)
        say(dialog, "Whether it did well is not checked: %s.", row->verdict_why);
    if (at == dialog->row && dialog->ask == ASK_KEY && go_on && row->verdict != VERDICT_CHECKING)
        run_dialog_next(dialog);
}

/* ---- after a change ---- */

bool run_dialog_busy(const struct run_dialog *dialog)
{
    return walk_session_running(dialog->session) >= 0 || walk_checking(dialog->walk) >= 0;
}

/* Shows the first way back that has not been taken. */
static void way_back_offer(struct run_dialog *dialog, const struct walk_row *change)
{
    struct walk_rows ways = {0};
    walk_ways_back(dialog->arena, dialog->walk, change, &ways);
    list_each (at, &ways) {
        const struct walk_row *way = &dialog->walk->rows.at[*at];
        if (way->state == WALK_SUCCEEDED || way->state == WALK_DONE)
            continue;
        say(dialog, "This takes it back. r runs it, f leaves it as it is.");
        row_show(dialog, *at);
        return;
    }
    if (change->change < 0)
        say(dialog, "No way back is known that has not been taken.");
}

void run_dialog_judged(struct run_dialog *dialog, int at)
{
    const struct walk_row *change = &dialog->walk->rows.at[at];
    const char *trouble = walk_session_trouble(dialog->session);
    say(dialog, "The change on line %d %s", part_line(change->line), run_verdict(dialog->arena, change));
    if (trouble)
        say(dialog, "This could not be recorded: %s", trouble);
    if (change->verdict == VERDICT_FAILED)
        way_back_offer(dialog, change);
    else if (at == dialog->row && dialog->ask == ASK_KEY)
        run_dialog_next(dialog);
}

/* ---- the letters ---- */

static void repairs_ask(struct run_dialog *dialog)
{
    struct walk_row *row = row_of(dialog);
    struct repairs repairs = {0};
    command_repairs(dialog->arena, risk_rules_in_force(), row->command->text, &repairs);
    if (row->repairs) {
        if (done(dialog, (struct walk_entry){.verb = WALK_MEND, .row = dialog->row, .text = ""}))
            say(dialog, "It runs as it is written.");
    } else if (!repairs.n) {
        say(dialog, "Nothing is known to be wrong with it.");
    } else if (repairs.n == 1) {
        if (done(dialog,
                 (struct walk_entry){.verb = WALK_MEND, .row = dialog->row, .text = repairs.at[0].code}))
            say(dialog, "Mended. m again: as it is written.");
    } else {
        dialog->ask = ASK_MEND;
    }
    dialog->moved = dialog->ask == ASK_KEY;
}

static void tick(struct run_dialog *dialog)
{
    if (done(dialog, (struct walk_entry){.verb = WALK_TICK, .row = dialog->row}))
        run_dialog_next(dialog);
}

static void answer(struct run_dialog *dialog, const char *word)
{
    if (done(dialog, (struct walk_entry){.verb = WALK_ANSWER, .row = dialog->row, .text = word}))
        run_dialog_next(dialog);
}

static void choose(struct run_dialog *dialog, int number)
{
    int option = run_choice_option(dialog->walk, dialog->row, number);
    if (option < 0)
        say(dialog, "There is no way of that number.");
    else if (done(dialog, (struct walk_entry){.verb = WALK_CHOOSE, .row = option}))
        row_show(dialog, option);
}

static void skip(struct run_dialog *dialog, const char *reason)
{
    dialog->ask = ASK_KEY;
    if (done(dialog,
             (struct walk_entry){.verb = WALK_SKIP, .row = dialog->row, .reason = *reason ? reason : NULL}))
        run_dialog_next(dialog);
}

static void note(struct run_dialog *dialog, const char *text)
{
    dialog->ask = ASK_KEY;
    if (*text && done(dialog, (struct walk_entry){.verb = WALK_NOTE, .row = dialog->row, .text = text}))
        say(dialog, "Noted.");
}

static void leave(struct run_dialog *dialog)
{
    if (walk_session_running(dialog->session) >= 0) {
        say(dialog, "A step is running; Ctrl-C stops it.");
        return;
    }
    if (dialog->row >= 0)
        done(dialog, (struct walk_entry){.verb = WALK_LEAVE, .row = -1});
    dialog->left = true;
}

/* The row before (-1) or behind (1) that is not out of the way, or -1. */
static int row_beside(const struct run_dialog *dialog, int by)
{
    const struct walk *walk = dialog->walk;
    int at = dialog->row < 0 ? (int)walk->rows.n : dialog->row;
    for (at += by; at >= 0 && (size_t)at < walk->rows.n; at += by)
        if (walk->rows.at[at].state != WALK_NOT_TAKEN && walk->rows.at[at].state != WALK_SPARE)
            return at;
    return -1;
}

static void step_back(struct run_dialog *dialog)
{
    int row = row_beside(dialog, -1);
    if (row >= 0)
        row_show(dialog, row);
    else
        say(dialog, "This is the first step.");
}

/* Behind the last row: to what is not done yet, or to the end. */
static void step_on(struct run_dialog *dialog)
{
    int row = dialog->row < 0 ? -1 : row_beside(dialog, 1);
    if (dialog->row < 0)
        leave(dialog);
    else
        row_show(dialog, row >= 0 ? row : walk_next(dialog->walk, 0));
}

/* Letters of a row that has the kind for them. */
static void key_of_row(struct run_dialog *dialog, char key, const char *line, const char *rest)
{
    const struct walk_row *row = row_of(dialog);
    bool command = row->command != NULL, question = row->kind == STEP_DECISION;
    if (run_choice_open(dialog->walk, dialog->row) && key != 's' && key != 'c') {
        if (isdigit((unsigned char)key))
            choose(dialog, key - '0');
        else
            say(dialog, "Choose a way by its number first.");
    } else if (key == 'r' && command) {
        run_wanted(dialog);
    } else if (key == 'd' && !question) {
        tick(dialog);
    } else if (key == 'y' && question) {
        answer(dialog, "yes");
    } else if (key == 'n' && question) {
        answer(dialog, "no");
    } else if (key == 'v' && command) {
        values_ask(dialog, NULL);
    } else if (key == 'm' && command) {
        repairs_ask(dialog);
    } else if (key == 's' && *rest) {
        skip(dialog, rest);
    } else if (key == 's') {
        dialog->ask = ASK_SKIP;
    } else if (key == 'c' && *rest) {
        note(dialog, rest);
    } else if (key == 'c') {
        dialog->ask = ASK_NOTE;
    } else {
        say(dialog, "\"%s\" means nothing here.", text_head(dialog->arena, line, WORD_BYTES));
    }
}

static void key_take(struct run_dialog *dialog, const char *line)
{
    size_t n_bytes = strcspn(line, " \t");
    char key = run_letter(line, n_bytes);
    const char *rest = line + n_bytes + strspn(line + n_bytes, " \t");
    if (key == '\0' || key == 'f')
        step_on(dialog);
    else if (key == 'b')
        step_back(dialog);
    else if (key == 'q')
        leave(dialog);
    else if (key == '?' || key == 'h')
        say(dialog, "%s", run_help);
    else if (dialog->row >= 0)
        key_of_row(dialog, key, line, rest);
}

/* ---- the questions ---- */

static void value_take(struct run_dialog *dialog, const char *line)
{
    const struct fill_slot *slot = &dialog->slots.at[dialog->slot];
    int from = walk_value_row(dialog->walk, line);
    const char *refused =
        *line && strcmp(line, "-") != 0 && from < 0 ? fill_type_refuses(dialog->arena, slot, line) : NULL;
    if (refused) {
        say(dialog, "%s", refused);
        return;
    }
    if (*line && !done(dialog, (struct walk_entry){.verb = WALK_SET,
                                                   .row = -1,
                                                   .name = slot->name,
                                                   .text = strcmp(line, "-") == 0 ? "" : line}))
        return;
    if (++dialog->slot < dialog->slots.n)
        return;
    dialog->ask = ASK_KEY;
    dialog->moved = true; /* what runs is another text now: show it before it runs */
    if (!dialog->then_run)
        return;
    struct walk_command command;
    walk_prepare(dialog->arena, dialog->walk, row_of(dialog), &command);
    dialog->then_run = false;
    if (command.filled.missing.n)
        say(dialog, "It does not run without %s.", command.filled.missing.at[0]);
    else
        say(dialog, "This is what runs. r runs it.");
}

static void sure_take(struct run_dialog *dialog, const char *line)
{
    if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0) {
        start(dialog, NULL);
    } else if (strcasecmp(line, "n") == 0 || strcasecmp(line, "no") == 0 || !*line) {
        dialog->ask = ASK_KEY;
        say(dialog, "Not run.");
    } else {
        say(dialog, "yes or no?");
    }
}

static void phrase_take(struct run_dialog *dialog, const char *line)
{
    struct walk_command command;
    walk_prepare(dialog->arena, dialog->walk, row_of(dialog), &command);
    if (strcmp(line, run_phrase(dialog->arena, &command)) == 0) {
        dialog->ask = ASK_REASON;
        return;
    }
    dialog->ask = ASK_KEY;
    say(dialog, "That is not what was asked for. Not run.");
}

/* Without one the question is over: what is typed next must not become the reason. */
static void reason_take(struct run_dialog *dialog, const char *line)
{
    dialog->ask = ASK_KEY;
    if (*line)
        start(dialog, line);
    else
        say(dialog, "It does not run without a reason. Not run.");
}

/* "all", the number of one in the order in which they are shown, or codes. */
static const char *codes_of(struct run_dialog *dialog, const char *line)
{
    struct repairs repairs = {0};
    const char *codes = "";
    command_repairs(dialog->arena, risk_rules_in_force(), row_of(dialog)->command->text, &repairs);
    if (isdigit((unsigned char)line[0]) && !line[1])
        return line[0] > '0' && (size_t)(line[0] - '0') <= repairs.n ? repairs.at[line[0] - '1'].code : line;
    if (strcasecmp(line, "all") != 0 && strcasecmp(line, "a") != 0)
        return line;
    list_each (repair, &repairs)
        codes = arena_printf(dialog->arena, "%s%s%s", codes, *codes ? " " : "", repair->code);
    return codes;
}

static void mend_take(struct run_dialog *dialog, const char *line)
{
    const char *why = NULL, *codes = codes_of(dialog, line);
    dialog->ask = ASK_KEY;
    if (!*line || strcmp(line, "-") == 0)
        return;
    if (!command_repaired(dialog->arena, row_of(dialog)->command->text, codes, &why)) {
        say(dialog, "%s", why);
        return;
    }
    if (done(dialog, (struct walk_entry){.verb = WALK_MEND, .row = dialog->row, .text = codes}))
        dialog->moved = true;
}

static void called_off(struct run_dialog *dialog)
{
    bool running = dialog->ask == ASK_SURE || dialog->ask == ASK_PHRASE || dialog->ask == ASK_REASON;
    dialog->ask = ASK_KEY;
    dialog->then_run = false;
    if (running)
        say(dialog, "Not run.");
}

void run_dialog_take(struct run_dialog *dialog, const char *line)
{
    buf_clear(&dialog->says);
    dialog->moved = false;
    if (!line) {
        called_off(dialog);
        return;
    }
    line += strspn(line, " \t");
    switch (dialog->ask) {
    case ASK_KEY:
        key_take(dialog, line);
        break;
    case ASK_SURE:
        sure_take(dialog, line);
        break;
    case ASK_PHRASE:
        phrase_take(dialog, line);
        break;
    case ASK_REASON:
        reason_take(dialog, line);
        break;
    case ASK_SKIP:
        skip(dialog, line);
        break;
    case ASK_NOTE:
        note(dialog, line);
        break;
    case ASK_VALUE:
        value_take(dialog, line);
        break;
    case ASK_MEND:
        mend_take(dialog, line);
        break;
    }
}
