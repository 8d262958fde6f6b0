/* Sections are told apart by the words of their headings: a row a kind, the first that fits wins. What the
 * ledger knows is written; what only people know stays a marked blank with the template's own prompt. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "review/report_priv.h"
#include "review/report_text.h"

enum { COMMAND_BYTES = 70, OUTPUT_LINES = 40 };

static void add_blank(struct report *report, const char *what)
{
    buf_puts(report->out, "_To be filled in: ");
    report_add_text(report->out, what);
    buf_puts(report->out, "_\n");
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool has_text(const char *text)
{
    return text && *text;
}

static const char *class_of(const struct run_step *step)
{
    return risk_name(step->risk);
}

/* ---- what a section says ---- */

static void section_summary(struct report *report, const char *prompt)
{
    const struct incident *incident = report->input->incident;
    struct buf *out = report->out;
    report_add_text(out, incident->title);
    buf_puts(out, ": ");
    report_add_text(out, incident->severity);
    buf_puts(out, ", service ");
    report_add_text(out, incident->service);
    buf_puts(out, ", from ");
    report_add_time(out, incident->started_us ? incident->started_us : incident->opened_us);
    if (incident->resolved_us) {
        buf_puts(out, " until ");
        report_add_time(out, incident->resolved_us);
        buf_puts(out, " UTC (");
        report_add_span(out, incident->started_us ? incident->started_us : incident->opened_us,
                        incident->resolved_us);
        buf_puts(out, ").\n\n");
    } else {
        buf_printf(out, " UTC; now %s.\n\n", incident_state_name(incident->state));
    }
    add_blank(report, prompt ? prompt : "what happened, in two sentences.");
}

void section_timeline(struct report *report, const char *prompt)
{
    (void)prompt;
    struct buf *out = report->out;
    report->has_timeline = true;
    buf_puts(out, "All times are UTC.\n\n| Time | Who | What |\n|---|---|---|\n");
    for (size_t i = 0; i < report->input->n_timeline; i++) {
        const struct event_row *event = &report->input->timeline[i];
        if (strcmp(or_empty(event->kind), "step.started") == 0 ||
            strcmp(or_empty(event->kind), "page.queued") == 0)
            continue; /* the next event of the same thing says it too, and so do the tables below */
        buf_puts(out, "| ");
        report_add_time(out, event->at_us);
        buf_puts(out, " | ");
        report_add_text(out, event->actor);
        buf_puts(out, strcmp(or_empty(event->kind), "note.added") == 0 ? " | Note: " : " | ");
        report_add_text(out, event->summary);
        buf_puts(out, " |\n");
    }
}

/* "Users affected: [Number/Percentage]": filled when we know, else the template's own words stay. */
static bool fill_field(struct report *report, const char *name, size_t n)
{
    const struct incident *incident = report->input->incident;
    struct buf *out = report->out;
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word - 1 ? n : sizeof word - 1), name);
    if (strcasestr(word, "duration")) {
        report_add_span(out, incident->started_us ? incident->started_us : incident->opened_us,
                        incident->resolved_us ? incident->resolved_us : report->input->now_us);
        return true;
    }
    if (strcasestr(word, "service")) {
        report_add_text(out, incident->service);
        return true;
    }
    if (strcasestr(word, "severity")) {
        report_add_text(out, incident->severity);
        return true;
    }
    return false;
}

static void section_impact(struct report *report, const char *prompt)
{
    const struct incident *incident = report->input->incident;
    struct buf *out = report->out;
    buf_printf(out, "- Alerts: %lld\n", (long long)incident->n_alerts);
    for (const char *part = or_empty(prompt); *part;) {
        size_t n = strcspn(part, ";"), colon = strcspn(part, ":");
        if (colon < n) {
            buf_puts(out, "- ");
            buf_add(out, part, colon + 1);
            buf_putc(out, ' ');
            if (!fill_field(report, part, colon)) {
                struct buf rest = {0};
                buf_add(&rest, part + colon + 1, n - colon - 1);
                report_add_text(out, buf_text(&rest) + strspn(buf_text(&rest), " "));
                buf_free(&rest);
            }
            buf_putc(out, '\n');
        }
        part += n;
        part += strspn(part, "; ");
    }
    if (!has_text(prompt)) {
        buf_putc(out, '\n');
        add_blank(report, "who was affected, how many, and how.");
    }
}

static void section_resolution(struct report *report, const char *prompt)
{
    const struct report_input *input = report->input;
    struct buf *out = report->out;
    bool any = false;
    for (size_t i = 0; i < input->n_steps; i++) {
        const struct run_step *step = &input->steps[i];
        if (step->risk == RISK_READ || !step->started_us)
            continue;
        buf_puts(out, any ? "- " : "What was changed:\n\n- ");
        report_add_code(out, or_empty(step->text), COMMAND_BYTES);
        buf_printf(out, " (%s, approved by ", step_state_name(step->state));
        report_add_text(out, or_empty(step->approved_by));
        buf_puts(out, ")\n");
        any = true;
    }
    if (!any)
        buf_puts(out, "No step of the runbook changed anything.\n");
    buf_putc(out, '\n');
    add_blank(report, prompt ? prompt : "what ended it.");
}

static void section_detection(struct report *report, const char *prompt)
{
    (void)prompt;
    buf_puts(report->out, "By an alert, ");
    report_add_span(report->out, report->input->incident->started_us, report->input->incident->opened_us);
    buf_puts(report->out, " after it began.\n");
}

static void add_step_row(struct buf *out, const struct run_step *step)
{
    buf_puts(out, "| ");
    report_add_time(out, step->started_us);
    buf_puts(out, " | ");
    report_add_code(out, or_empty(step->text), COMMAND_BYTES);
    buf_printf(out, " | %s | ", class_of(step));
    report_add_text(out, step->approved_by);
    buf_printf(out, " | %s", step_state_name(step->state));
    if (step->state == STEP_FAILED)
        buf_printf(out, " (exit %d)", step->exit_code);
    if (!step->started_us && has_text(step->why)) {
        buf_puts(out, ": ");
        report_add_text(out, step->why);
    }
    buf_puts(out, " | ");
    report_add_span(out, step->started_us, step->finished_us);
    buf_puts(out, " |\n");
}

void section_commands(struct report *report, const char *prompt)
{
    (void)prompt;
    const struct report_input *input = report->input;
    struct buf *out = report->out;
    report->has_commands = true;
    if (input->n_steps == 0) {
        buf_puts(out, "No procedure with commands answered this incident.\n");
        return;
    }
    buf_puts(out, "| Time | Command | Class | Approved by | Result | Took |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < input->n_steps; i++)
        add_step_row(out, &input->steps[i]);
    for (size_t i = 0; i < input->n_steps; i++) {
        const struct run_step *step = &input->steps[i];
        if (!has_text(step->output))
            continue;
        buf_putc(out, '\n');
        report_add_code(out, or_empty(step->text), COMMAND_BYTES);
        buf_puts(out, " printed:\n\n");
        report_add_block(out, step->output, OUTPUT_LINES);
    }
}

void section_pages(struct report *report, const char *prompt)
{
    (void)prompt;
    const struct report_input *input = report->input;
    struct buf *out = report->out;
    report->has_pages = true;
    if (input->n_deliveries == 0) {
        buf_puts(out, "Nobody was paged.\n");
        return;
    }
    buf_puts(out, "| Time | Person | Way | Why | Result | Attempts |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < input->n_deliveries; i++) {
        const struct delivery *delivery = &input->deliveries[i];
        buf_puts(out, "| ");
        report_add_time(out, delivery->queued_us);
        buf_puts(out, " | ");
        report_add_text(out, delivery->person);
        buf_puts(out, " | ");
        report_add_text(out, delivery->channel);
        buf_puts(out, " | ");
        report_add_text(out, delivery->why);
        buf_printf(out, " | %s | %d |\n", delivery_state_name(delivery->state), delivery->attempts);
    }
}

static void section_actions(struct report *report, const char *prompt)
{
    static const char *const usual[] = {"Action", "Owner", "Due", "Priority", "Status"};
    const struct runbook *runbook = report->input->runbook;
    struct buf *out = report->out;
    size_t n = runbook ? runbook->parts.action_columns.n : 0;
    (void)prompt;
    report->has_actions = true;
    buf_putc(out, '|');
    for (size_t i = 0; i < (n ? n : sizeof usual / sizeof *usual); i++) {
        buf_putc(out, ' ');
        report_add_text(out, n ? runbook->parts.action_columns.at[i].text : usual[i]);
        buf_puts(out, " |");
    }
    buf_puts(out, "\n|");
    for (size_t i = 0; i < (n ? n : sizeof usual / sizeof *usual); i++)
        buf_puts(out, "---|");
    buf_puts(out, "\n|");
    for (size_t i = 0; i < (n ? n : sizeof usual / sizeof *usual); i++)
        buf_puts(out, "  |");
    buf_putc(out, '\n');
}

static void section_people_only(struct report *report, const char *prompt)
{
    add_blank(report, has_text(prompt) ? prompt : "by the people who were there.");
}

void section_fill(struct report *report, const char *name, const char *prompt)
{
    static const struct {
        const char *words;
        void (*fill)(struct report *report, const char *prompt);
    } kinds[] = {
        {"timeline", section_timeline},     {"chronology", section_timeline}, {"action", section_actions},
        {"summary", section_summary},       {"overview", section_summary},    {"impact", section_impact},
        {"resolution", section_resolution}, {"remediat", section_resolution}, {"mitigat", section_resolution},
        {"detect", section_detection},      {"command", section_commands},    {"", section_people_only},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!strcasestr(name, kinds[i].words))
            continue;
        kinds[i].fill(report, prompt);
        return;
    }
}
