/* A row in words: where it stands, what it is, its class and why, what comes back from it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/run.h"
#include "cmd/terminal.h"
#include "runbook/alternatives.h"
#include "runbook/text.h"
#include "runbook/verification.h"
#include "runner/walk_evidence.h"

enum { INDENT = 12, COMMAND_INDENT = 4 };

static const enum style class_styles[] = {
    [RISK_READ] = STYLE_GREEN,
    [RISK_UNKNOWN] = STYLE_YELLOW,
    [RISK_MUTATE] = STYLE_YELLOW,
    [RISK_DESTRUCTIVE] = STYLE_RED,
};

static void budget_add(struct buf *out, const struct phase *phase)
{
    char text[TIME_TEXT_BYTES];
    if (phase->budget_s == UNSTATED || phase->budget_s <= 0)
        return;
    duration_format(phase->budget_s * US_PER_S, text);
    buf_printf(out, ", within %s", text);
}

static void head_add(const struct walk *walk, int at, bool colours, struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf line = {0};
    const struct walk_row *row = &walk->rows.at[at];
    if (row->change < 0)
        buf_printf(&line, "%d of %zu", at + 1, walk->n_listed);
    else
        buf_puts(&line, walk_place(arena, row));
    if (row->phase->name) {
        buf_printf(&line, " · %s", row->phase->name);
        budget_add(&line, row->phase);
    }
    if (row->change < 0)
        buf_printf(&line, " · line %d", row->line);
    text_add(out, colours, STYLE_BOLD, buf_text(&line));
    buf_putc(out, '\n');
}

/* "label:   text", wrapped under itself. */
static void field_add(struct buf *out, bool colours, enum style style, const char *label, const char *text)
{
    scoped_buf struct buf name = {0};
    if (!text || !*text)
        return;
    text_add_fit(&name, label, INDENT, true);
    text_add(out, colours, style, buf_text(&name));
    text_add_wrapped(out, text, INDENT, INDENT);
}

const char *run_verdict(struct arena *arena, const struct walk_row *row)
{
    static const char *const words[N_STEP_VERDICTS] = {
        [VERDICT_CHECKING] = "is being checked",
        [VERDICT_PASSED] = "passed",
        [VERDICT_FAILED] = "FAILED",
        [VERDICT_UNVERIFIABLE] = "could not be checked",
    };
    if (!words[row->verdict])
        return NULL;
    return row->verdict_why ? arena_printf(arena, "%s: %s", words[row->verdict], row->verdict_why)
                            : words[row->verdict];
}

/* The checks that follow it, with what they said last. */
static void checks_add(struct arena *arena, const struct walk *walk, int at, struct buf *out)
{
    const struct walk_row *change = &walk->rows.at[at];
    struct walk_rows checks = {0};
    walk_checks(arena, walk, change, &checks);
    if (!checks.n)
        field_add(out, false, STYLE_PLAIN, "checks", "the runbook has none for it");
    list_each (check, &checks) {
        const struct walk_row *row = &walk->rows.at[*check];
        const char *verdict = row->checks_for == at ? run_verdict(arena, row) : NULL;
        field_add(out, false, STYLE_PLAIN, "check",
                  arena_printf(arena, "line %d: %s%s%s", row->line, row->text, verdict ? " -> " : "",
                               verdict ? verdict : ""));
    }
}

static const char *command_text(struct arena *arena, const struct walk *walk, const struct walk_row *row)
{
    struct walk_command command;
    walk_prepare(arena, walk, row, &command);
    return command.filled.text ? command.filled.text : row->text;
}

/* What was derived from the command: what is read before it, and what takes it back. */
static void derived_add(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                        struct buf *out)
{
    struct way_back way = way_back_of(arena, change->text);
    const char *but = way.but ? arena_printf(arena, " (%s)", way.but) : "";
    if (change->before >= 0)
        field_add(out, false, STYLE_PLAIN, "look first",
                  command_text(arena, walk, &walk->rows.at[change->before]));
    field_add(out, false, STYLE_PLAIN, "way back",
              arena_printf(arena, "%s%s", command_text(arena, walk, &walk->rows.at[change->back]), but));
}

static void ways_add(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                     struct buf *out)
{
    struct walk_rows ways = {0};
    walk_ways_back(arena, walk, change, &ways);
    if (!ways.n && change->change < 0)
        field_add(out, false, STYLE_PLAIN, "way back", "the runbook names none");
    list_each (at, &ways) {
        const struct walk_row *way = &walk->rows.at[*at];
        if (way->change >= 0)
            derived_add(arena, walk, change, out);
        else
            field_add(out, false, STYLE_PLAIN, "way back",
                      arena_printf(arena, "line %d: %s", way->line, way->text));
    }
}

/* What a change does, loses, and what comes after it. */
static void change_add(const struct walk *walk, const struct walk_row *row, const char *text, bool colours,
                       struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    if (!command_changes(row->command))
        return;
    field_add(out, false, STYLE_PLAIN, "changes", change_in_words(arena, text));
    const char *loses = walk_evidence_lost(arena, walk, row, text);
    if (loses)
        field_add(out, colours, STYLE_RED, "EVIDENCE", arena_printf(arena, "is lost by it: %s", loses));
    checks_add(arena, walk, (int)(row - walk->rows.at), out);
    ways_add(arena, walk, row, out);
    const char *verdict = run_verdict(arena, row);
    if (verdict)
        field_add(out, colours, row->verdict == VERDICT_FAILED ? STYLE_RED : STYLE_PLAIN, "verdict", verdict);
}

static void repairs_add(struct arena *arena, const struct walk_row *row, struct buf *out)
{
    struct repairs repairs = {0};
    command_repairs(arena, risk_rules_in_force(), row->command->text, &repairs);
    list_each (repair, &repairs) {
        field_add(out, false, STYLE_PLAIN, "fault",
                  arena_printf(arena, "%s [%s]", repair->says, repair->code));
        buf_puts(out, "mended form:\n");
        text_add_exact(out, repair->text, COMMAND_INDENT);
    }
}

static void values_add(struct arena *arena, const struct walk_command *command, struct buf *out)
{
    for (size_t i = 0; i < command->n_values; i++)
        field_add(out, false, STYLE_PLAIN, "value",
                  arena_printf(arena, "%s = %s", command->values[i].name, command->values[i].value));
    field_add(out, false, STYLE_PLAIN, "later", command->later);
    list_each (name, &command->filled.missing)
        field_add(out, false, STYLE_PLAIN, "missing", *name);
}

static void command_add(const struct walk *walk, const struct walk_row *row, bool colours, struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    struct walk_command command;
    walk_prepare(arena, walk, row, &command);
    const struct risk *risk = command.filled.text ? &command.filled.risk : &row->command->risk;
    buf_putc(out, '\n');
    text_add_exact(out, command.filled.text ? command.filled.text : row->text, COMMAND_INDENT);
    buf_putc(out, '\n');
    if (command.filled.text && strcmp(command.filled.text, row->text) != 0)
        field_add(out, false, STYLE_PLAIN, "written", row->text);
    field_add(out, colours, class_styles[risk->class], risk_name(risk->class), risk->why);
    field_add(out, false, STYLE_PLAIN, "where", walk->about.target);
    if (walk->frozen && risk->class != RISK_READ)
        field_add(out, colours, STYLE_RED, "frozen",
                  arena_printf(arena, "The configuration says that nothing of %s may be changed now.",
                               walk->frozen));
    if (risk->sensitive)
        field_add(out, colours, STYLE_YELLOW, "sensitive",
                  risk->sensitive_why ? risk->sensitive_why : "It may print secrets or patient data.");
    list_each (file, &risk->writes_files)
        field_add(out, false, STYLE_PLAIN, "writes", *file);
    values_add(arena, &command, out);
    if (risk->endless)
        field_add(out, false, STYLE_PLAIN, "endless",
                  "It runs until it is stopped; here after a few seconds.");
    if (command.cannot && !command.filled.missing.n)
        field_add(out, colours, STYLE_RED, "cannot", command.cannot);
    if (row->repairs)
        field_add(out, false, STYLE_PLAIN, "mended", row->repairs);
    else
        repairs_add(arena, row, out);
    change_add(walk, row, command.filled.text ? command.filled.text : row->text, colours, out);
}

static void state_add(const struct walk_row *row, bool colours, struct buf *out)
{
    scoped_buf struct buf text = {0};
    if (row->state == WALK_OPEN)
        return;
    buf_puts(&text, walk_state_text(row->state));
    if (row->answer)
        buf_printf(&text, ": %s", row->answer);
    if (row->has_result)
        buf_printf(&text, ", exit %d after %.1f s", row->result.exit_code,
                   (double)row->result.duration_us / (double)US_PER_S);
    if (row->has_result && row->result.why)
        buf_printf(&text, " (%s)", row->result.why);
    if (row->why)
        buf_printf(&text, ": %s", row->why);
    if (row->reason)
        buf_printf(&text, ". Reason: %s", row->reason);
    bool bad = row->state == WALK_FAILED || row->state == WALK_TIMED_OUT || row->state == WALK_UNKNOWN ||
               row->state == WALK_REFUSED;
    field_add(out, colours, bad ? STYLE_RED : STYLE_GREEN, "state", buf_text(&text));
}

static const char *heading_of(const struct walk_row *row)
{
    return row->command && row->command->comment ? row->command->comment : alternative_heading(row->step);
}

static void choice_add(const struct walk *walk, int at, struct buf *out)
{
    int second = run_choice_option(walk, at, 2);
    bool phases = second >= 0 && walk->rows.at[second].phase != walk->rows.at[at].phase; /* whole ones */
    buf_puts(out, "There is more than one way. Choose one:\n\n");
    for (int number = 1, option; (option = run_choice_option(walk, at, number)) >= 0; number++) {
        const struct walk_row *first = &walk->rows.at[option];
        buf_printf(out, "%4d  ", number);
        text_add_wrapped(out, phases ? first->phase->name : heading_of(first), 6, 6);
        list_each (row, &walk->rows)
            if (!phases && row->option == first->option && row->choice == first->choice && row->command)
                text_add_exact(out, row->text, 8);
    }
}

static void task_add(const struct walk_row *row, struct buf *out)
{
    buf_putc(out, '\n');
    text_add_wrapped(out, row->text, 0, 0);
    buf_putc(out, '\n');
    if (row->kind == STEP_DECISION)
        field_add(out, false, STYLE_PLAIN, "question", row->condition ? row->condition : "Is it so?");
    list_each (branch, &row->step->branches)
        list_each (then, &branch->then)
            field_add(out, false, STYLE_PLAIN, "then", *then);
}

/* The words above the command, when they say more than it does, and none twice. */
static void intro_add(const struct walk_row *row, struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    const char *text = row->step->text, *comment = row->command->comment;
    if (text && strcmp(text, row->text) != 0)
        text_add_wrapped(out, text, 0, 0);
    if (comment && (!text || strcmp(text_without_number(arena, comment, NULL), text) != 0))
        text_add_wrapped(out, comment, 0, 0);
    field_add(out, false, STYLE_PLAIN, "only", row->condition);
}

static void row_add(const struct walk *walk, int at, bool colours, struct buf *out)
{
    const struct walk_row *row = &walk->rows.at[at];
    head_add(walk, at, colours, out);
    if (row->command) {
        intro_add(row, out);
        command_add(walk, row, colours, out);
    } else {
        task_add(row, out);
    }
    if (walk_evidence_captured(walk, row))
        field_add(out, false, STYLE_PLAIN, "evidence", "it captures some: do it before anything is changed");
    state_add(row, colours, out);
    list_each (note, &row->notes)
        field_add(out, false, STYLE_PLAIN, "comment", *note);
}

void run_card(const struct walk *walk, int at, bool colours, struct buf *out)
{
    if (!run_choice_open(walk, at)) {
        row_add(walk, at, colours, out);
        return;
    }
    head_add(walk, at, colours, out);
    choice_add(walk, at, out);
}

/* ---- alternatives ---- */

bool run_choice_open(const struct walk *walk, int at)
{
    const struct walk_row *row = &walk->rows.at[at];
    if (!row->choice)
        return false;
    list_each (other, &walk->rows)
        if (other->choice == row->choice && other->state != WALK_OPEN)
            return false;
    return true;
}

int run_choice_option(const struct walk *walk, int at, int number)
{
    const struct walk_row *row = &walk->rows.at[at];
    int n = 0, before = -1;
    for (size_t i = 0; i < walk->rows.n; i++) {
        const struct walk_row *other = &walk->rows.at[i];
        if (other->choice != row->choice || other->option == before)
            continue;
        before = other->option;
        if (++n == number)
            return (int)i;
    }
    return -1;
}

/* ---- the whole ---- */

void run_summary(const struct walk *walk, struct buf *out)
{
    bool any = false;
    for (int state = 0; state < N_WALK_STATES; state++) {
        size_t n = walk_count(walk, (enum walk_state)state);
        if (!n || state == WALK_SPARE)
            continue;
        buf_printf(out, "%s%zu %s", any ? ", " : "", n, walk_state_text((enum walk_state)state));
        any = true;
    }
    size_t n_bad = 0;
    list_each (row, &walk->rows)
        n_bad += row->verdict == VERDICT_FAILED && row->checks_for < 0;
    if (n_bad)
        buf_printf(out, "; the checks of %zu FAILED", n_bad);
    if (!any)
        buf_puts(out, "nothing to do");
}

bool run_dry(const struct walk *walk, bool colours, struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    size_t n_commands = 0, n_not = 0;
    for (size_t i = 0; i < walk->n_listed; i++) {
        struct walk_command command;
        row_add(walk, (int)i, colours, out);
        buf_putc(out, '\n');
        if (!walk->rows.at[i].command)
            continue;
        walk_prepare(arena, walk, &walk->rows.at[i], &command);
        n_commands++;
        n_not += command.cannot && !command.later;
    }
    buf_printf(out, "%zu commands; nothing was run.", n_commands);
    if (n_not)
        buf_printf(out, " %zu cannot run as they stand (missing, cannot, above).", n_not);
    buf_putc(out, '\n');
    return n_not == 0;
}
