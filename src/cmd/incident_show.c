#include "cmd/incident_show.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/terminal.h"

enum { OUTPUT_LINES = 6, ALL_LINES = 1000000, LABEL_COLUMNS = 14, EVENT_COLUMNS = 12 };

static const char *text_of(struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? text : "";
}

static long long number_of(struct json object, const char *name)
{
    return (long long)json_int(json_get(object, name), 0);
}

static int64_t time_of(struct json object, const char *name)
{
    size_t n_bytes = 0;
    int64_t us;
    const char *text = json_text(json_get(object, name), &n_bytes);
    return text && time_parse_rfc3339(text, n_bytes, &us) == 0 ? us : 0;
}

/* "2026-03-01 09:00:12 UTC" */
static void add_moment(struct buf *out, const char *rfc3339)
{
    if (strlen(rfc3339) < 20)
        buf_puts(out, "?");
    else
        buf_printf(out, "%.10s %.8s UTC", rfc3339, rfc3339 + 11);
}

static enum style style_of_state(const char *state)
{
    static const struct {
        const char *state;
        enum style style;
    } styles[] = {
        {"triggered", STYLE_RED},   {"resolved", STYLE_GREEN},     {"closed", STYLE_GREEN},
        {"succeeded", STYLE_GREEN}, {"failed", STYLE_RED},         {"timed out", STYLE_RED},
        {"waiting", STYLE_YELLOW},  {"refused", STYLE_RED},        {"held", STYLE_YELLOW},
        {"denied", STYLE_DIM},      {"effect unknown", STYLE_RED}, {"open", STYLE_YELLOW},
        {"done", STYLE_GREEN},      {"skipped", STYLE_DIM},        {"not taken", STYLE_DIM},
    };
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        if (strcmp(styles[i].state, state) == 0)
            return styles[i].style;
    return STYLE_PLAIN;
}

static void add_column(struct buf *out, const char *text, size_t n_columns, bool colours, enum style style)
{
    scoped_buf struct buf fitted = {0};
    text_add_fit(&fitted, text, n_columns, true);
    text_add(out, colours, style, buf_text(&fitted));
    buf_putc(out, ' ');
}

static bool is_over(const char *state)
{
    return strcmp(state, "resolved") == 0 || strcmp(state, "closed") == 0;
}

static void add_age(struct json incident, int64_t now_us, char *ret_age)
{
    int64_t start_us = time_of(incident, "opened_at");
    int64_t end_us = is_over(text_of(incident, "state")) ? time_of(incident, "resolved_at") : now_us;
    duration_format(end_us > start_us ? end_us - start_us : 0, ret_age);
}

void incidents_print(struct buf *out, struct json incidents, const struct show_options *options)
{
    long long newest = 0;
    for (struct json_iter i = json_first(incidents); json_more(&i); json_next(&i)) {
        char number[24], age[TIME_TEXT_BYTES];
        const char *state = text_of(i.value, "state");
        newest = newest ? newest : number_of(i.value, "number");
        snprintf(number, sizeof number, "#%lld", number_of(i.value, "number"));
        add_age(i.value, options->now_us, age);
        add_column(out, number, 6, options->colours, STYLE_BOLD);
        add_column(out, text_of(i.value, "severity"), 9, options->colours, STYLE_PLAIN);
        add_column(out, state, 13, options->colours, style_of_state(state));
        add_column(out, age, 13, options->colours, STYLE_PLAIN);
        bool harm = json_bool(json_get(i.value, "patient_safety"), false);
        if (harm)
            text_add(out, options->colours, STYLE_RED, "PATIENTS ");
        text_add_fit(out, text_of(i.value, "title"), harm ? 26 : 35, false);
        buf_putc(out, '\n');
    }
    if (newest)
        buf_printf(out, "\nnext: crashcart incident show %lld\n", newest);
    else
        buf_puts(out, "No incidents. Alerts go to POST /api/v2/alerts; `crashcart serve` says where.\n");
}

/* ---- one incident ---- */

static void add_row(struct buf *out, const char *label, const char *text)
{
    if (!*text)
        return;
    buf_printf(out, "%-*s", LABEL_COLUMNS, label);
    text_add_wrapped(out, text, LABEL_COLUMNS, LABEL_COLUMNS);
}

static void add_place(struct buf *out, const char *file, long long line)
{
    if (*file && line > 0)
        buf_printf(out, " (%s:%lld)", file, line);
    else if (*file)
        buf_printf(out, " (%s)", file);
}

static void add_title(struct buf *out, struct json incident, bool colours)
{
    const char *state = text_of(incident, "state");
    char number[24];
    snprintf(number, sizeof number, "#%lld", number_of(incident, "number"));
    text_add(out, colours, STYLE_BOLD, number);
    buf_puts(out, "  ");
    text_add(out, colours, STYLE_BOLD, text_of(incident, "severity"));
    buf_puts(out, "  ");
    text_add(out, colours, style_of_state(state), state);
    buf_puts(out, "  ");
    size_t at = text_columns(number) + text_columns(text_of(incident, "severity")) + text_columns(state) + 6;
    text_add_wrapped(out, text_of(incident, "title"), at, LABEL_COLUMNS);
}

static void add_since(struct buf *out, struct json incident, int64_t now_us)
{
    scoped_buf struct buf row = {0};
    char age[TIME_TEXT_BYTES];
    add_age(incident, now_us, age);
    add_moment(&row, text_of(incident, "started_at"));
    buf_printf(&row, is_over(text_of(incident, "state")) ? ", took %s" : ", open for %s", age);
    add_row(out, "since", buf_text(&row));
}

static void add_acknowledged(struct buf *out, struct json incident)
{
    scoped_buf struct buf row = {0};
    char within[TIME_TEXT_BYTES];
    int64_t response_time_s = json_int(json_get(incident, "response_time_s"), -1);
    if (*text_of(incident, "acknowledged_at")) {
        buf_printf(&row, "%s, ", text_of(incident, "acknowledged_by"));
        add_moment(&row, text_of(incident, "acknowledged_at"));
    } else if (is_over(text_of(incident, "state"))) {
        buf_puts(&row, "by nobody");
    } else if (response_time_s >= 0) {
        duration_format(response_time_s * US_PER_S, within);
        buf_printf(&row, "not yet; the runbook asks for an answer within %s", within);
    } else {
        buf_puts(&row, "not yet");
    }
    add_row(out, "acknowledged", buf_text(&row));
}

static void add_safety(struct buf *out, struct json incident)
{
    scoped_buf struct buf row = {0};
    if (!json_bool(json_get(incident, "patient_safety"), false))
        return;
    buf_puts(&row, text_of(incident, "patient_safety_why"));
    add_place(&row, text_of(json_get(incident, "procedure"), "file"),
              number_of(incident, "patient_safety_line"));
    add_row(out, "PATIENTS", buf_text(&row));
}

/* Until when the acknowledgement holds without progress. */
static void add_lease(struct buf *out, struct json incident)
{
    scoped_buf struct buf row = {0};
    long long lapses = number_of(incident, "lease_lapses");
    if (*text_of(incident, "lease_until")) {
        add_moment(&row, text_of(incident, "lease_until"));
        buf_puts(&row, lapses ? ", then others are paged: no resolution progress"
                              : " without progress; every step, note and change renews it");
    } else if (lapses > 1) {
        buf_puts(&row, "no resolution progress: others are paged");
    }
    add_row(out, "holds until", buf_text(&row));
}

static void add_roles(struct buf *out, struct json roles)
{
    scoped_buf struct buf row = {0};
    for (struct json_iter i = json_first(roles); json_more(&i); json_next(&i))
        if (!*text_of(i.value, "until"))
            buf_printf(&row, "%s%s %s", row.n_bytes ? ", " : "", text_of(i.value, "role"),
                       text_of(i.value, "person"));
    add_row(out, "roles", buf_text(&row));
}

static void add_header(struct buf *out, struct json incident, const struct show_options *options)
{
    scoped_buf struct buf why = {0}, procedure = {0}, alerts = {0};
    struct json found = json_get(incident, "procedure");
    const char *file = text_of(found, "file");
    add_title(out, incident, options->colours);
    add_row(out, "service", text_of(incident, "service"));
    add_since(out, incident, options->now_us);
    buf_puts(&why, text_of(incident, "severity_why"));
    if (why.n_bytes)
        add_place(&why, file, number_of(incident, "severity_line"));
    add_row(out, "why", buf_text(&why));
    add_safety(out, incident);
    if (json_kind(found) == JSON_OBJECT) {
        buf_puts(&procedure, text_of(found, "title"));
        add_place(&procedure, file, number_of(found, "line"));
        if (*text_of(found, "why"))
            buf_printf(&procedure, ": %s", text_of(found, "why"));
    } else {
        buf_puts(&procedure, "none fits; `crashcart match ALERTNAME` shows what was tried");
    }
    add_row(out, "procedure", buf_text(&procedure));
    buf_printf(&alerts, "%lld firing of %lld", number_of(json_get(incident, "alerts"), "firing"),
               number_of(json_get(incident, "alerts"), "total"));
    add_row(out, "alerts", buf_text(&alerts));
    add_acknowledged(out, incident);
    add_lease(out, incident);
    add_roles(out, json_get(incident, "roles"));
}

static void add_heading(struct buf *out, const char *heading, bool colours)
{
    buf_putc(out, '\n');
    text_add(out, colours, STYLE_BOLD, heading);
    buf_putc(out, '\n');
}

/* What fills the placeholders of a step, what is missing, and what cannot work as written. */
static void add_prepared(struct buf *out, struct json step)
{
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
        buf_printf(out, "      missing: %s (%s)\n        crashcart approve %lld %lld --set '%s=...'\n",
                   text_of(i.value, "name"), text_of(i.value, "type"), number_of(step, "run"),
                   number_of(step, "line"), text_of(i.value, "name"));
    for (struct json_iter i = json_first(json_get(step, "faults")); json_more(&i); json_next(&i)) {
        scoped_buf struct buf row = {0};
        if (strstr(text_of(step, "repairs"), text_of(i.value, "code")))
            continue;
        buf_printf(&row, "%s Mended (--repair %s):", text_of(i.value, "says"), text_of(i.value, "code"));
        buf_puts(out, "      ");
        text_add_wrapped(out, buf_text(&row), 6, 6);
        text_add_exact(out, text_of(i.value, "repaired"), 8);
    }
}

/* "crashcart approve 4 85", or what else brings the step on. */
static void add_step_hint(struct buf *out, struct json step, bool colours)
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
            (*hints[i].kind && strcmp(hints[i].kind, kind) != 0))
            continue;
        char command[120];
        snprintf(command, sizeof command, "crashcart %s %lld %lld%s", hints[i].verb, number_of(step, "run"),
                 number_of(step, "line"), hints[i].more);
        buf_puts(out, "      ");
        text_add(out, colours, STYLE_YELLOW, command);
        buf_putc(out, '\n');
        return;
    }
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
    char line[24];
    snprintf(line, sizeof line, "%5lld", number_of(step, "line"));
    add_column(out, line, 5, colours, STYLE_DIM);
    add_column(out, text_of(step, is_command ? "class" : "kind"), 11, colours, STYLE_PLAIN);
    add_column(out, state, 14, colours, style_of_state(state));
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
    add_verdict(out, step);
    add_step_people(out, step);
    add_prepared(out, step);
    add_step_hint(out, step, colours);
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

static void add_steps(struct buf *out, struct json steps, bool colours)
{
    const char *phase = "";
    long long choice = 0, option = 0;
    if (json_count(steps) == 0)
        return;
    add_heading(out, "STEPS (line of the runbook, class, state, command)", colours);
    for (struct json_iter i = json_first(steps); json_more(&i); json_next(&i)) {
        if (*text_of(i.value, "phase") && strcmp(text_of(i.value, "phase"), phase) != 0) {
            phase = text_of(i.value, "phase");
            buf_puts(out, "  ");
            text_add_wrapped(out, phase, 2, 2);
        }
        add_choice(out, i.value, &choice, &option);
        add_step(out, i.value, colours);
    }
}

static void add_checklist(struct buf *out, struct json incident, bool colours)
{
    struct json checklist = json_get(incident, "checklist");
    if (json_count(checklist) == 0)
        return;
    add_heading(out, "VERIFY BEFORE IT IS RESOLVED", colours);
    for (struct json_iter i = json_first(checklist); json_more(&i); json_next(&i)) {
        char number[32];
        bool done = *text_of(i.value, "checked_by") != '\0';
        snprintf(number, sizeof number, "%5lld %s ", number_of(i.value, "item"), done ? "[x]" : "[ ]");
        text_add(out, colours, done ? STYLE_GREEN : STYLE_YELLOW, number);
        scoped_buf struct buf row = {0};
        buf_puts(&row, text_of(i.value, "text"));
        if (done)
            buf_printf(&row, " (%s)", text_of(i.value, "checked_by"));
        text_add_wrapped(out, buf_text(&row), 10, 10);
        if (!done && !is_over(text_of(incident, "state"))) {
            buf_puts(out, "          ");
            char command[80];
            snprintf(command, sizeof command, "crashcart incident check %lld %lld",
                     number_of(incident, "number"), number_of(i.value, "item"));
            text_add(out, colours, STYLE_YELLOW, command);
            buf_putc(out, '\n');
        }
    }
}

/* ---- clocks ---- */

static bool is_running(struct json clock)
{
    const char *state = text_of(clock, "state");
    return strcmp(state, "running") == 0 || strcmp(state, "overdue") == 0;
}

/* "in 12 min: an update to stakeholder (checkout.md:18)" */
static void add_promise(struct buf *out, struct json clock, int64_t now_us)
{
    static const struct {
        const char *kind, *text;
    } words[] = {{"response", "acknowledge it"}, {"resolution", "resolve it"},
                 {"escalation", "escalate it"},  {"update", "send an update"},
                 {"drill", "drill: "},           {"maintenance", "maintenance: "}};
    char left[TIME_TEXT_BYTES];
    const char *text = "", *audience = text_of(clock, "audience"), *kind = text_of(clock, "kind");
    int64_t due_us = time_of(clock, "due_at");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].kind, kind) == 0)
            text = words[i].text;
    duration_format(due_us > now_us ? due_us - now_us : now_us - due_us, left);
    buf_printf(out, due_us > now_us ? "in %s: " : "%s overdue: ", left);
    buf_puts(out, text);
    if (!*text || text[strlen(text) - 1] == ' ')
        buf_puts(out, text_of(clock, "what"));
    if (*audience)
        buf_printf(out, " to %s", audience);
    add_place(out, text_of(clock, "file"), number_of(clock, "line"));
}

static const char *verb_of(struct json clock)
{
    static const char *const verbs[][2] = {{"response", "ack"},   {"resolution", "resolve"},
                                           {"update", "update"},  {"escalation", "done"},
                                           {"follow_up", "done"}, {"phase", "done"}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i][0], text_of(clock, "kind")) == 0)
            return verbs[i][1];
    return NULL;
}

static void add_clock(struct buf *out, struct json clock, const struct show_options *options)
{
    scoped_buf struct buf row = {0};
    char number[32];
    long long incident = number_of(clock, "incident"), n = number_of(clock, "clock");
    bool overdue = strcmp(text_of(clock, "state"), "overdue") == 0;
    const char *verb = verb_of(clock);
    if (incident)
        snprintf(number, sizeof number, "%5lld/%-3lld ", incident, n);
    else
        snprintf(number, sizeof number, "      %-3lld ", n);
    text_add(out, options->colours, overdue ? STYLE_RED : STYLE_YELLOW, number);
    add_promise(&row, clock, options->now_us);
    text_add_wrapped(out, buf_text(&row), 10, 10);
    if (!verb || !incident)
        return;
    buf_printf(out, "          crashcart incident %s %lld", verb, incident);
    if (strcmp(verb, "done") == 0)
        buf_printf(out, " %lld", n);
    buf_puts(out, strcmp(verb, "update") ? "\n" : " TEXT\n");
}

static bool add_clocks(struct buf *out, struct json clocks, const struct show_options *options,
                       const char *heading)
{
    bool any = false;
    for (struct json_iter i = json_first(clocks); json_more(&i); json_next(&i)) {
        if (!is_running(i.value))
            continue;
        if (!any && heading)
            add_heading(out, heading, options->colours);
        any = true;
        add_clock(out, i.value, options);
    }
    return any;
}

void clocks_print(struct buf *out, struct json clocks, const struct show_options *options)
{
    if (!add_clocks(out, clocks, options, NULL))
        buf_puts(out, "Nothing is due: no clock of a runbook runs.\n");
}

static void add_next_clock(struct buf *out, struct json clocks, int64_t now_us)
{
    for (struct json_iter i = json_first(clocks); json_more(&i); json_next(&i)) {
        if (!is_running(i.value))
            continue;
        scoped_buf struct buf row = {0};
        add_promise(&row, i.value, now_us);
        buf_puts(out, "\nnext: ");
        text_add_wrapped(out, buf_text(&row), 6, 6);
        return;
    }
}

static void add_outputs(struct buf *out, struct json steps, const struct show_options *options)
{
    bool any = false;
    for (struct json_iter i = json_first(steps); json_more(&i); json_next(&i)) {
        if (!*text_of(i.value, "output"))
            continue;
        if (!any)
            add_heading(out, "OUTPUT", options->colours);
        any = true;
        buf_puts(out, "  $ ");
        text_add_fit(out, text_of(i.value, "command"), TERMINAL_COLUMNS - 4, false);
        buf_putc(out, '\n');
        size_t left =
            text_add_lines(out, text_of(i.value, "output"), 4, options->full ? ALL_LINES : OUTPUT_LINES);
        if (left)
            buf_printf(out, "    ... %zu more lines: --full\n", left);
        if (json_bool(json_get(i.value, "output_cut"), false))
            buf_puts(out, "    (the middle was not kept)\n");
    }
}

/* What the next event of the same thing says too. */
static bool is_announcement(const char *kind)
{
    return strcmp(kind, "step.started") == 0 || strcmp(kind, "page.queued") == 0;
}

static void add_events(struct buf *out, struct json events, const struct show_options *options)
{
    char day[11] = "";
    if (json_count(events) == 0)
        return;
    add_heading(out, "TIMELINE (UTC)", options->colours);
    for (struct json_iter i = json_first(events); json_more(&i); json_next(&i)) {
        const char *at = text_of(i.value, "at");
        if (strlen(at) < 20 || (!options->full && is_announcement(text_of(i.value, "kind"))))
            continue;
        if (strncmp(at, day, 10) != 0) {
            snprintf(day, sizeof day, "%.10s", at);
            buf_printf(out, "  %s\n", day);
        }
        buf_printf(out, "  %.8s  ", at + 11);
        text_add_wrapped(out, text_of(i.value, "summary"), EVENT_COLUMNS, EVENT_COLUMNS);
    }
}

static void add_next(struct buf *out, struct json incident)
{
    static const struct {
        const char *state, *verb;
    } verbs[] = {{"triggered", "ack"},         {"monitoring", "resolve"}, {"acknowledged", "resolve"},
                 {"investigating", "resolve"}, {"identified", "resolve"}, {"resolved", "report"},
                 {"closed", "report"}};
    const char *state = text_of(incident, "state");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].state, state) == 0)
            buf_printf(out, "\nnext: crashcart incident %s %lld\n", verbs[i].verb,
                       number_of(incident, "number"));
}

/* What is first to be done of the procedure, by its line; 0: nothing. */
static void add_next_step(struct buf *out, struct json steps, long long line)
{
    for (struct json_iter i = json_first(steps); line && json_more(&i); json_next(&i)) {
        scoped_buf struct buf row = {0};
        const char *text = text_of(i.value, "text");
        if (number_of(i.value, "line") != line)
            continue;
        buf_printf(&row, "line %lld is %s: ", line, text_of(i.value, "state"));
        text_add_fit(&row, *text ? text : text_of(i.value, "command"), 2 * TERMINAL_COLUMNS, false);
        buf_puts(out, "\nnext: ");
        text_add_wrapped(out, buf_text(&row), 6, 6);
        add_step_hint(out, i.value, false);
    }
}

void incident_print(struct buf *out, struct json incident, struct json run, struct json events,
                    const struct show_options *options)
{
    struct json steps = json_get(run, "steps");
    add_header(out, incident, options);
    add_steps(out, steps, options->colours);
    add_checklist(out, incident, options->colours);
    add_clocks(out, json_get(incident, "clocks"), options, "WHAT IS DUE");
    add_outputs(out, steps, options);
    add_events(out, events, options);
    add_next_clock(out, json_get(incident, "clocks"), options->now_us);
    add_next_step(out, steps, number_of(run, "next"));
    add_next(out, incident);
}
