/* The frame of the report: the facts first, then the sections in the runbook's order, then what no report may
 * lack. */
#include "review/report.h"

#include <string.h>

#include "review/report_priv.h"
#include "review/report_text.h"

static void add_place(struct buf *out, const char *file, int line)
{
    if (!file || !*file || line <= 0)
        return;
    buf_puts(out, " (");
    report_add_text(out, file);
    buf_printf(out, ":%d)", line);
}

static void add_when(struct buf *out, const char *name, int64_t at_us, const char *by)
{
    buf_printf(out, "| %s | ", name);
    if (at_us)
        report_add_time(out, at_us);
    else
        buf_puts(out, "not yet");
    if (at_us && by && *by) {
        buf_puts(out, " by ");
        report_add_text(out, by);
    }
    buf_puts(out, " |\n");
}

static void add_duration(struct buf *out, const char *name, int64_t from_us, int64_t until_us)
{
    buf_printf(out, "| %s | ", name);
    report_add_span(out, from_us, until_us);
    buf_puts(out, " |\n");
}

static void add_facts(struct buf *out, const struct incident *incident)
{
    int64_t began_us = incident->started_us ? incident->started_us : incident->opened_us;
    buf_puts(out, "| | |\n|---|---|\n| Severity | ");
    report_add_text(out, incident->severity);
    buf_puts(out, ": ");
    report_add_text(out, incident->severity_why);
    add_place(out, incident->runbook_file, incident->severity_line);
    buf_puts(out, " |\n| Service | ");
    report_add_text(out, incident->service);
    buf_puts(out, " |\n| Procedure | ");
    report_add_text(out, incident->procedure_title && *incident->procedure_title ? incident->procedure_title
                                                                                 : "none was found");
    add_place(out, incident->runbook_file, incident->procedure_line);
    buf_printf(out, " |\n| State | %s |\n", incident_state_name(incident->state));
    add_when(out, "Began (UTC)", began_us, NULL);
    add_when(out, "Detected", incident->opened_us, NULL);
    add_when(out, "Acknowledged", incident->acknowledged_us, incident->acknowledged_by);
    add_when(out, "Resolved", incident->resolved_us, incident->resolved_by);
    add_duration(out, "Time to detect", began_us, incident->opened_us);
    add_duration(out, "Time to acknowledge", incident->opened_us, incident->acknowledged_us);
    add_duration(out, "Time to resolve", incident->opened_us, incident->resolved_us);
}

static void begin_section(struct report *report, const char *name)
{
    buf_puts(report->out, "\n## ");
    report_add_text(report->out, name);
    buf_puts(report->out, "\n\n");
}

/* The sections of the runbook's own report: those of one template, or a plain list. */
static bool belongs(const struct report_section *section, const struct report_section *first)
{
    const char *a = section->template_name ? section->template_name : "";
    const char *b = first->template_name ? first->template_name : "";
    return strcmp(a, b) == 0;
}

static void add_runbook_sections(struct report *report, const struct runbook *runbook)
{
    const struct report_section *first = runbook->parts.report_sections.at;
    list_each (section, &runbook->parts.report_sections) {
        if (!belongs(section, first))
            continue;
        begin_section(report, section->name);
        section_fill(report, section->name, section->prompt);
    }
}

static void add_usual_sections(struct report *report)
{
    static const char *const usual[] = {"Summary",    "Impact",         "Timeline",         "Root cause",
                                        "Resolution", "What went well", "What went poorly", "Action items"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        begin_section(report, usual[i]);
        section_fill(report, usual[i], NULL);
    }
}

void report_write(struct buf *out, const struct report_input *input)
{
    const struct incident *incident = input->incident;
    struct report report = {.out = out, .input = input};
    buf_printf(out, "# Incident report: #%lld ", (long long)incident->number);
    report_add_text(out, incident->title);
    buf_puts(out, "\n\n");
    add_facts(out, incident);
    if (input->runbook && input->runbook->parts.report_sections.n)
        add_runbook_sections(&report, input->runbook);
    else
        add_usual_sections(&report);
    if (!report.has_timeline) {
        begin_section(&report, "Timeline");
        section_timeline(&report, NULL);
    }
    if (!report.has_commands) {
        begin_section(&report, "Commands and results");
        section_commands(&report, NULL);
    }
    if (!report.has_pages) {
        begin_section(&report, "Pages");
        section_pages(&report, NULL);
    }
    if (!report.has_actions) {
        begin_section(&report, "Action items");
        section_fill(&report, "Action items", NULL);
    }
}
