/* Puts the report together: the title, the facts, the sections of the shape, and then whatever a report must
 * hold that the shape did not ask for. */
#include "review/report.h"

#include <string.h>

#include "review/report_priv.h"

static const enum topic always[] = {TOPIC_IMPACT,   TOPIC_TIMELINE, TOPIC_ACTION_ITEMS,
                                    TOPIC_COMMANDS, TOPIC_PAGES,    TOPIC_DELAYS};

static void write_title(struct report *report)
{
    const struct incident *incident = report->input->incident;
    buf_printf(report->out, "# %s: #%lld ",
               incident->drill ? "DRILL: report of a rehearsal" : "Incident report",
               (long long)incident->number);
    fact_write(report, "title", report->out);
    buf_puts(report->out, " (");
    fact_write(report, "date", report->out);
    buf_puts(report->out, ")\n");
}

static void write_origin(struct report *report)
{
    const struct incident *incident = report->input->incident;
    block_begin(report);
    buf_printf(report->out, "_Written from the ledger at %s UTC. All times are UTC",
               moment_text(report->arena, report->input->now_us));
    if (has_text(incident->runbook_file)) {
        buf_puts(report->out, "; line numbers are those of ");
        markdown_text(report->out, incident->runbook_file);
        if (has_text(incident->runbook_sha256))
            buf_printf(report->out, " (SHA-256 %.12s)", incident->runbook_sha256);
        if (report->runbook && !report->procedure && has_text(incident->procedure_title))
            buf_puts(report->out, " as it was then: it has changed since");
    }
    buf_puts(report->out, "._\n");
}

/* NULL when the document is another than the one the incident went by. */
static const struct procedure *procedure_of(const struct report_input *input)
{
    const struct incident *incident = input->incident;
    if (!input->runbook ||
        (has_text(incident->runbook_sha256) && strcmp(input->runbook->sha256, incident->runbook_sha256) != 0))
        return NULL;
    list_each (procedure, &input->runbook->procedures)
        if (procedure->line == incident->procedure_line)
            return procedure;
    return NULL;
}

void report_write(struct buf *out, const struct report_input *input)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf text = {0};
    struct report report = {
        .input = input, .runbook = input->runbook, .arena = arena, .json = json_document_new(), .out = &text};
    report.procedure = procedure_of(input);
    struct shape shape = shape_of(&report);

    write_title(&report);
    facts_write(&report);
    list_each (section, &shape.sections)
        section_write(&report, section);
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (!report.told[always[i]] && !(always[i] == TOPIC_IMPACT && report.told[TOPIC_SUMMARY]))
            section_write(&report, &(struct section){.level = shape.level,
                                                     .heading = topic_words(always[i])->heading,
                                                     .topic = always[i]});
    write_origin(&report);
    json_document_free(report.json);
    buf_add(out, buf_text(&text), text.n_bytes);
}
