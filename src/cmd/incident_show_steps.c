/* The steps of a run as a person reads them: each with its class, its state and what brings it on. */
#include <stdio.h>
#include <string.h>

#include "cmd/command_line.h"
#include "cmd/incident_show_priv.h"

/* What fills the placeholders of a step, what is missing, and what cannot work as written. */
static void add_prepared(struct buf *out, struct json step)
{
    char label[STEP_LABEL_BYTES];
    if (*text_of(step, "runs")) {
        buf_puts(out, "      runs:\n");
        text_add_exact(out, text_of(step, "runs"), 8);
    }
    for (struct json_iter i = json_first(json_get(step, "values")); json_more(&i); json_next(&i)) {
        scoped_buf struct buf row = {0};
        buf_printf(&row, "%s = %s (%s)", text_of(i.value, "name"), text_of(i.value, "value"),
                   text_of(i.value, "by"));
        buf_puts(out, "      ");
        text_add_wrapped(out, buf_text(&row), 6, 8);
    }
    for (struct json_iter i = json_first(json_get(step, "missing")); json_more(&i); json_next(&i))
        buf_printf(out, "      missing: %s (%s)\n        crashcart approve %lld %s --set '%s=...'\n",
                   text_of(i.value, "name"), text_of(i.value, "type"), number_of(step, "run"),
                   step_label(number_of(step, "line"), label), text_of(i.value, "name"));
    for (struct json_iter i = json_first(json_get(step, "faults")); json_more(&i); json_next(&i)) {
        scoped_buf struct buf row = {0};
        if (strstr(text_of(step, "repairs"), text_of(i.value, "code")))
            continue;
        buf_printf(&row, "%s Mended (crashcart approve %lld %s --repair %s):", text_of(i.value, "says"),
                   number_of(step, "run"), step_label(number_of(step, "line"), label),
                   text_of(i.value, "code"));
        buf_puts(out, "      ");
        text_add_wrapped(out, buf_text(&row), 6, 6);
        text_add_exact(out, text_of(i.value, "repaired"), 8);
    }
}

/* The verb is the last word of the command; watching is always possible. */
static bool is_offered(struct json step, const char *command)
{
    const char *space = strrchr(command, ' '), *verb = space ? space + 1 : command;
    for (struct json_iter i = json_first(json_get(step, "can")); json_more(&i); json_next(&i)) {
        const char *can = json_text(i.value, NULL);
        if (can && strcmp(can, verb) == 0)
            return true;
    }
    return strcmp(verb, "watch") == 0;
}

void show_step_hint(struct buf *out, struct json step, bool colours)
{
    static const struct {
        const char *state, *kind, *verb, *more;
    } hints[] = {
        {"running", "command", "step watch", ""},
        {"waiting", "command", "approve", ""},
        {"open", "decision", "step answer", " yes|no"},
        {"effect unknown", "command", "step start", "  (or step done, step skip)"},
        {"open", "", "step done", ""},
    };
    const char *state = text_of(step, "state");
    const char *kind = *text_of(step, "text") ? text_of(step, "kind") : "command";
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        bool answered = *text_of(step, "answer") && strcmp(hints[i].verb, "step answer") == 0;
        if (strcmp(hints[i].state, state) != 0 || answered ||
            (*hints[i].kind && strcmp(hints[i].kind, kind) != 0) || !is_offered(step, hints[i].verb))
            continue;
        char command[120], label[STEP_LABEL_BYTES];
        snprintf(command, sizeof command, "crashcart %s %lld %s%s", hints[i].verb, number_of(step, "run"),
                 step_label(number_of(step, "line"), label), hints[i].more);
        buf_puts(out, "      ");
        text_add(out, colours, STYLE_YELLOW, command);
        buf_putc(out, '\n');
        return;
    }
}

/* Said once for steps that follow each other in one place. */
static void add_where(struct buf *out, struct json step, const char **before)
{
    scoped_buf struct buf row = {0};
    const char *target = text_of(step, "target");
    if (*text_of(step, "text") || strcmp(target, *before) == 0)
        return;
    *before = target;
    buf_printf(&row, "on %s", *target ? target : "this host");
    buf_puts(out, "    ");
    text_add_wrapped(out, buf_text(&row), 4, 6);
}

/* What somebody answered or said of it. */
static void add_step_people(struct buf *out, struct json step)
{
    scoped_buf struct buf row = {0};
    if (*text_of(step, "answer"))
        buf_printf(&row, "answered %s ", text_of(step, "answer"));
    if (*text_of(step, "done_by"))
        buf_printf(&row, "by %s", text_of(step, "done_by"));
    if (*text_of(step, "note") && strcmp(text_of(step, "state"), "skipped") != 0)
        buf_printf(&row, "%s%s", row.n_bytes ? ": " : "", text_of(step, "note"));
    if (!row.n_bytes)
        return;
    buf_puts(out, "      ");
    text_add_wrapped(out, buf_text(&row), 6, 6);
}

/* What follows from a change, and has not been needed. */
static bool is_set_aside(struct json step)
{
    return *text_of(step, "part") && strcmp(text_of(step, "state"), "not taken") == 0;
}

/* What a change that waits would do, and how that is undone. */
static void add_change(struct buf *out, struct json step)
{
    struct json approval = json_get(step, "approval");
    const char *texts[] = {text_of(approval, "changes"), text_of(approval, "way_back")};
    const char *labels[] = {"does: ", "back: "};
    for (size_t i = 0; i < 2; i++) {
        if (!*texts[i])
            continue;
        buf_printf(out, "      %s", labels[i]);
        text_add_wrapped(out, texts[i], 12, 12);
    }
}

/* Whether a change did well, as its checks say. */
static void add_verdict(struct buf *out, struct json step)
{
    scoped_buf struct buf row = {0};
    const char *verdict = text_of(step, "verdict");
    if (!*verdict || strcmp(text_of(step, "class"), "read") == 0)
        return;
    buf_printf(&row, "checks: %s%s%s", verdict, *text_of(step, "verdict_why") ? ": " : "",
               text_of(step, "verdict_why"));
    buf_puts(out, "      ");
    text_add_wrapped(out, buf_text(&row), 6, 8);
}

static void add_step(struct buf *out, struct json step, bool colours)
{
    const char *state = text_of(step, "state");
    bool is_command = !*text_of(step, "text");
    char label[STEP_LABEL_BYTES], line[STEP_LABEL_BYTES + 8];
    snprintf(line, sizeof line, "%5s", step_label(number_of(step, "line"), label));
    show_column(out, line, 5, colours, STYLE_DIM);
    show_column(out, text_of(step, is_command ? "class" : "kind"), 11, colours, STYLE_PLAIN);
    show_column(out, state, 14, colours, show_state_style(state));
    if (is_command) {
        text_add_fit(out, text_of(step, "command"), TERMINAL_COLUMNS - 33, false);
        buf_putc(out, '\n');
    } else {
        text_add_wrapped(out, text_of(step, "text"), 33, 33);
    }
    if (*text_of(step, "why") && strcmp(state, "succeeded") != 0) {
        buf_puts(out, "      ");
        text_add_wrapped(out, text_of(step, "why"), 6, 6);
    }
    if (json_bool(json_get(step, "evidence"), false))
        buf_puts(out, "      evidence\n");
    add_change(out, step);
    add_verdict(out, step);
    add_step_people(out, step);
    add_prepared(out, step);
    show_step_hint(out, step, colours);
}

/* Where alternatives begin, and where another of them does. */
static void add_choice(struct buf *out, struct json step, long long *choice, long long *option)
{
    long long this_choice = number_of(step, "choice"), this_option = number_of(step, "option");
    if (this_choice && this_choice != *choice)
        buf_printf(out, "  one of these (crashcart step choose %lld LINE):\n", number_of(step, "run"));
    else if (this_choice && this_option != *option)
        buf_puts(out, "  or:\n");
    *choice = this_choice;
    *option = this_option;
}

void show_steps(struct buf *out, struct json steps, bool colours)
{
    const char *phase = "", *where = "";
    long long choice = 0, option = 0;
    if (json_count(steps) == 0)
        return;
    show_heading(out, "STEPS (line of the runbook, class, state, command)", colours);
    for (struct json_iter i = json_first(steps); json_more(&i); json_next(&i)) {
        if (is_set_aside(i.value))
            continue;
        if (*text_of(i.value, "phase") && strcmp(text_of(i.value, "phase"), phase) != 0) {
            phase = text_of(i.value, "phase");
            buf_puts(out, "  ");
            text_add_wrapped(out, phase, 2, 2);
        }
        add_where(out, i.value, &where);
        add_choice(out, i.value, &choice, &option);
        add_step(out, i.value, colours);
    }
}
