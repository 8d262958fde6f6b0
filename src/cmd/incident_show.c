#include "cmd/incident_show.h"
#include "cmd/command_line.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/incident_show_priv.h"

enum { OUTPUT_LINES = 6, ALL_LINES = 1000000, LABEL_COLUMNS = 14, EVENT_COLUMNS = 12 };

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

enum style show_state_style(const char *state)
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

void show_column(struct buf *out, const char *text, size_t n_columns, bool colours, enum style style)
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
        show_column(out, number, 6, options->colours, STYLE_BOLD);
        show_column(out, text_of(i.value, "severity"), 9, options->colours, STYLE_PLAIN);
        show_column(out, state, 13, options->colours, show_state_style(state));
        show_column(out, age, 13, options->colours, STYLE_PLAIN);
        bool drill = json_bool(json_get(i.value, "drill"), false);
        if (drill)
            text_add(out, options->colours, STYLE_BOLD, "DRILL ");
        bool harm = json_bool(json_get(i.value, "patient_safety"), false);
        if (harm)
            text_add(out, options->colours, STYLE_RED, "PATIENTS ");
        text_add_fit(out, text_of(i.value, "title"), (size_t)35 - (harm ? 9 : 0) - (drill ? 6 : 0), false);
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
    text_add(out, colours, show_state_style(state), state);
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

static void add_drill(struct buf *out, struct json incident)
{
    if (json_bool(json_get(incident, "drill"), false))
        add_row(out, "DRILL", "a rehearsal: nothing real is broken, and it is counted nowhere");
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

static void add_legal_hold(struct buf *out, struct json incident)
{
    scoped_buf struct buf row = {0};
    if (!*text_of(incident, "legal_hold_since"))
        return;
    buf_printf(&row, "%s, since ", text_of(incident, "legal_hold_by"));
    add_moment(&row, text_of(incident, "legal_hold_since"));
    buf_printf(&row, ": %s", text_of(incident, "legal_hold_why"));
    add_row(out, "LEGAL HOLD", buf_text(&row));
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

/* "ben in 4 min 10 s (step 2 of 3)" */
static void add_next_page(struct buf *out, struct json incident, struct json next, int64_t now_us)
{
    scoped_buf struct buf row = {0};
    char left[TIME_TEXT_BYTES];
    int64_t at_us = time_of(next, "at");
    bool has_owner = *text_of(incident, "acknowledged_by") != '\0';
    if (!at_us) {
        add_row(out, "paged next", has_owner ? "" : "nobody, as it stands");
        return;
    }
    duration_format(at_us > now_us ? at_us - now_us : 0, left);
    for (struct json_iter i = json_first(json_get(next, "people")); json_more(&i); json_next(&i))
        buf_printf(&row, "%s%s", row.n_bytes ? ", " : "", json_text(i.value, NULL));
    buf_printf(&row, " in %s", left);
    if (json_bool(json_get(next, "reminder"), false))
        buf_puts(&row, ", who has it, unless it moves on");
    else if (number_of(next, "step"))
        buf_printf(&row, " (step %lld of %lld)", number_of(next, "step"), number_of(next, "steps"));
    add_row(out, "paged next", buf_text(&row));
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
    add_drill(out, incident);
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
    add_legal_hold(out, incident);
    add_lease(out, incident);
    add_roles(out, json_get(incident, "roles"));
}

void show_heading(struct buf *out, const char *heading, bool colours)
{
    buf_putc(out, '\n');
    text_add(out, colours, STYLE_BOLD, heading);
    buf_putc(out, '\n');
}

static void add_checklist(struct buf *out, struct json incident, bool colours)
{
    struct json checklist = json_get(incident, "checklist");
    if (json_count(checklist) == 0)
        return;
    show_heading(out, "VERIFY BEFORE IT IS RESOLVED", colours);
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
    if (!incident)
        buf_printf(out, "          crashcart incident done %lld\n", n);
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
            show_heading(out, heading, options->colours);
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
            show_heading(out, "OUTPUT", options->colours);
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
    show_heading(out, "TIMELINE (UTC)", options->colours);
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
        char label[STEP_LABEL_BYTES];
        const char *text = text_of(i.value, "text");
        if (number_of(i.value, "line") != line)
            continue;
        buf_printf(&row, "line %s is %s: ", step_label(line, label), text_of(i.value, "state"));
        text_add_fit(&row, *text ? text : text_of(i.value, "command"), 2 * TERMINAL_COLUMNS, false);
        buf_puts(out, "\nnext: ");
        text_add_wrapped(out, buf_text(&row), 6, 6);
        show_step_hint(out, i.value, false);
    }
}

void incident_print(struct buf *out, struct json incident, struct json run, struct json events,
                    struct json next_page, const struct show_options *options)
{
    struct json steps = json_get(run, "steps");
    add_header(out, incident, options);
    if (!is_over(text_of(incident, "state")))
        add_next_page(out, incident, next_page, options->now_us);
    show_steps(out, steps, options->colours);
    add_checklist(out, incident, options->colours);
    add_clocks(out, json_get(incident, "clocks"), options, "WHAT IS DUE");
    add_outputs(out, steps, options);
    add_events(out, events, options);
    add_next_clock(out, json_get(incident, "clocks"), options->now_us);
    add_next_step(out, steps, number_of(run, "next"));
    add_next(out, incident);
}

void procedures_print(struct buf *out, struct json procedures, const struct show_options *options)
{
    (void)options;
    for (struct json_iter i = json_first(procedures); json_more(&i); json_next(&i)) {
        scoped_buf struct buf row = {0};
        const char *title = json_text(json_get(i.value, "title"), NULL);
        buf_printf(&row, "%6lld  %4lld %s  ", (long long)json_int(json_get(i.value, "line"), 0),
                   (long long)json_int(json_get(i.value, "commands"), 0), "commands");
        text_add_fit(&row, title ? title : "", TERMINAL_COLUMNS - text_columns(buf_text(&row)), false);
        buf_printf(out, "%s\n", buf_text(&row));
    }
    if (!out->n_bytes)
        buf_puts(out, "The incident has no runbook, or it has no procedures.\n");
}
