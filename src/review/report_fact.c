/* What is known of an incident, by name: for the table at the top and for the fields of templates. */
#include <string.h>

#include "review/report_priv.h"

typedef void write_fact(const struct report *report, struct buf *out);

static void moment(const struct report *report, struct buf *out, int64_t us)
{
    if (us)
        buf_printf(out, "%s UTC", moment_text(report->arena, us));
}

static void in_brackets(const char *place, struct buf *out)
{
    if (!*place)
        return;
    buf_puts(out, " (");
    markdown_text(out, place);
    buf_putc(out, ')');
}

static int64_t start_of(const struct incident *incident)
{
    return incident->started_us ? incident->started_us : incident->opened_us;
}

static void write_title(const struct report *report, struct buf *out)
{
    markdown_text(out, report->input->incident->title);
}

static void write_number(const struct report *report, struct buf *out)
{
    buf_printf(out, "#%lld", (long long)report->input->incident->number);
}

static void write_date(const struct report *report, struct buf *out)
{
    buf_add(out, moment_text(report->arena, start_of(report->input->incident)), sizeof "2026-03-01" - 1);
}

static void write_severity(const struct report *report, struct buf *out)
{
    markdown_text(out, report->input->incident->severity);
}

static void write_service(const struct report *report, struct buf *out)
{
    markdown_text(out, report->input->incident->service);
}

static void write_state(const struct report *report, struct buf *out)
{
    buf_puts(out, incident_state_name(report->input->incident->state));
}

static void write_started(const struct report *report, struct buf *out)
{
    moment(report, out, report->input->incident->started_us);
}

static void write_detected(const struct report *report, struct buf *out)
{
    moment(report, out, report->input->incident->opened_us);
}

static void write_acknowledged(const struct report *report, struct buf *out)
{
    moment(report, out, report->input->incident->acknowledged_us);
}

static void write_acknowledged_by(const struct report *report, struct buf *out)
{
    markdown_text(out, who_text(report->arena, report->input->incident->acknowledged_by));
}

static void write_resolved(const struct report *report, struct buf *out)
{
    moment(report, out, report->input->incident->resolved_us);
}

static void write_resolved_by(const struct report *report, struct buf *out)
{
    markdown_text(out, who_text(report->arena, report->input->incident->resolved_by));
}

static void write_duration(const struct report *report, struct buf *out)
{
    const struct incident *incident = report->input->incident;
    int64_t end_us = incident->resolved_us ? incident->resolved_us : report->input->now_us;
    buf_printf(out, "%s%s", span_text(report->arena, start_of(incident), end_us),
               incident->resolved_us ? "" : " so far");
}

/* From when it was detected until then. */
static void span(const struct report *report, struct buf *out, int64_t until_us)
{
    if (until_us)
        buf_puts(out, span_text(report->arena, report->input->incident->opened_us, until_us));
}

static void write_time_to_detect(const struct report *report, struct buf *out)
{
    const struct incident *incident = report->input->incident;
    if (incident->started_us)
        buf_puts(out, span_text(report->arena, incident->started_us, incident->opened_us));
}

static void write_time_to_acknowledge(const struct report *report, struct buf *out)
{
    span(report, out, report->input->incident->acknowledged_us);
}

static void write_time_to_resolve(const struct report *report, struct buf *out)
{
    span(report, out, report->input->incident->resolved_us);
}

static void write_alerts(const struct report *report, struct buf *out)
{
    buf_printf(out, "%lld", (long long)report->input->incident->n_alerts);
}

static void write_responders(const struct report *report, struct buf *out)
{
    markdown_text(out, responders_text(report));
}

static void write_procedure(const struct report *report, struct buf *out)
{
    const struct incident *incident = report->input->incident;
    if (!has_text(incident->procedure_title))
        return;
    markdown_text(out, incident->procedure_title);
    in_brackets(place_in(report->arena, incident->runbook_file, incident->procedure_line), out);
}

static void write_impact(const struct report *report, struct buf *out)
{
    markdown_text(out, finding_text(report, "impact"));
}

static void write_cause(const struct report *report, struct buf *out)
{
    markdown_text(out, finding_text(report, "cause"));
}

static const struct {
    const char *name;
    write_fact *write;
} facts[] = {
    {"title", write_title},
    {"number", write_number},
    {"date", write_date},
    {"severity", write_severity},
    {"service", write_service},
    {"state", write_state},
    {"started", write_started},
    {"detected", write_detected},
    {"acknowledged", write_acknowledged},
    {"acknowledged_by", write_acknowledged_by},
    {"resolved", write_resolved},
    {"resolved_by", write_resolved_by},
    {"duration", write_duration},
    {"time_to_detect", write_time_to_detect},
    {"time_to_acknowledge", write_time_to_acknowledge},
    {"time_to_resolve", write_time_to_resolve},
    {"alerts", write_alerts},
    {"responders", write_responders},
    {"procedure", write_procedure},
    {"impact", write_impact},
    {"cause", write_cause},
};

void fact_write(const struct report *report, const char *name, struct buf *out)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (strcmp(name, facts[i].name) == 0)
            facts[i].write(report, out);
}

/* ---- people ---- */

enum { RESPONDERS_AT_MOST = 50 };

const char *responders_text(const struct report *report)
{
    const struct report_input *input = report->input;
    const char *names[RESPONDERS_AT_MOST];
    size_t n = 0;
    scoped_buf struct buf text = {0};
    for (size_t i = 0; i < input->n_timeline && n < RESPONDERS_AT_MOST; i++) {
        const char *actor = input->timeline[i].actor;
        bool reads = strcmp(input->timeline[i].kind, "evidence.read") == 0; /* an auditor, perhaps */
        bool known = reads || !actor || strncmp(actor, "person:", 7) != 0;
        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(names[k], actor) == 0;
        if (!known)
            names[n++] = actor;
    }
    for (size_t i = 0; i < n; i++)
        buf_printf(&text, "%s%s", i ? ", " : "", who_text(report->arena, names[i]));
    return arena_strdup(report->arena, buf_text(&text));
}

/* ---- the table at the top ---- */

static void row_severity(const struct report *report, struct buf *out)
{
    const struct incident *incident = report->input->incident;
    write_severity(report, out);
    if (has_text(incident->severity_why)) {
        buf_puts(out, ", because ");
        markdown_sentence(out, incident->severity_why);
    }
    if (incident->severity_line > 0)
        in_brackets(place_in(report->arena, incident->runbook_file, incident->severity_line), out);
}

static void row_procedure(const struct report *report, struct buf *out)
{
    const char *why = report->input->incident->procedure_why;
    write_procedure(report, out);
    if (out->n_bytes && has_text(why)) {
        buf_puts(out, ": ");
        markdown_sentence(out, why);
    }
}

static const struct event_row *first_alert(const struct report_input *input)
{
    for (size_t i = 0; i < input->n_timeline; i++)
        if (strcmp(input->timeline[i].kind, "alert.fired") == 0)
            return &input->timeline[i];
    return NULL;
}

static void by(const struct report *report, const char *actor, struct buf *out)
{
    if (!out->n_bytes || !has_text(actor))
        return;
    buf_puts(out, ", by ");
    markdown_text(out, who_text(report->arena, actor));
}

static void row_detected(const struct report *report, struct buf *out)
{
    const struct event_row *alert = first_alert(report->input);
    write_detected(report, out);
    by(report, alert ? alert->actor : NULL, out);
}

static void row_acknowledged(const struct report *report, struct buf *out)
{
    write_acknowledged(report, out);
    by(report, report->input->incident->acknowledged_by, out);
}

static void row_resolved(const struct report *report, struct buf *out)
{
    write_resolved(report, out);
    by(report, report->input->incident->resolved_by, out);
}

static void row_time_to_acknowledge(const struct report *report, struct buf *out)
{
    const struct incident *incident = report->input->incident;
    int64_t allowed_s = incident->response_time_s;
    write_time_to_acknowledge(report, out);
    if (!out->n_bytes || allowed_s == UNSTATED || allowed_s <= 0)
        return;
    bool late = incident->acknowledged_us - incident->opened_us > allowed_s * US_PER_S;
    buf_printf(out, "%s (the runbook asks for %s)", late ? ", too late" : "",
               span_text(report->arena, 0, allowed_s * US_PER_S));
}

static void row_alerts_over(const struct report *report, struct buf *out)
{
    moment(report, out, report->input->incident->monitoring_us);
}

static void row_alerts(const struct report *report, struct buf *out)
{
    const struct incident *incident = report->input->incident;
    buf_printf(out, "%lld, of which %lld still firing", (long long)incident->n_alerts,
               (long long)incident->n_firing);
}

static const struct {
    const char *label;
    write_fact *write;
    const char *otherwise; /* NULL: no row */
} rows[] = {
    {"Severity", row_severity, "unknown"},
    {"Service", write_service, "unknown"},
    {"Procedure", row_procedure, "no procedure answers it"},
    {"State", write_state, NULL},
    {"Alerts", row_alerts, NULL},
    {"Started", write_started, "unknown"},
    {"Detected", row_detected, NULL},
    {"Acknowledged", row_acknowledged, "not yet"},
    {"Alerts over", row_alerts_over, NULL},
    {"Resolved", row_resolved, "not yet"},
    {"Time to detect", write_time_to_detect, "unknown"},
    {"Time to acknowledge", row_time_to_acknowledge, "not acknowledged"},
    {"Time to resolve", write_time_to_resolve, "not resolved"},
    {"Duration", write_duration, NULL},
    {"Responders", write_responders, NULL},
};

void facts_write(struct report *report)
{
    struct markdown_table table = markdown_table(report->arena, 2, (const char *const[]){"Fact", "Value"});
    scoped_buf struct buf cell = {0}, value = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_clear(&value);
        rows[i].write(report, &value);
        if (!value.n_bytes && rows[i].otherwise)
            buf_puts(&value, rows[i].otherwise);
        if (!value.n_bytes)
            continue;
        buf_puts(&cell, rows[i].label);
        markdown_table_add(&table, &cell);
        markdown_table_add(&table, &value);
    }
    table_write(report, &table);
}
