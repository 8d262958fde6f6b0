/* A runbook for a person at a terminal. Long texts are wrapped under their own start; commands are never
 * wrapped, so that they can be copied, but a command of several lines shows its first. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "runbook/print.h"

enum { COLUMNS = 80 };

struct page {
    struct buf *out;
    bool colour;
};

struct style {
    const char *on, *off;
};

static const struct style bold = {"\033[1m", "\033[0m"};
static const struct style faint = {"\033[2m", "\033[0m"};
static const struct style risk_styles[] = {
    [RISK_READ] = {"\033[32m", "\033[0m"},
    [RISK_UNKNOWN] = {"\033[35m", "\033[0m"},
    [RISK_MUTATE] = {"\033[33m", "\033[0m"},
    [RISK_DESTRUCTIVE] = {"\033[31m", "\033[0m"},
};

static void put_styled(struct page *page, struct style style, const char *text)
{
    if (page->colour)
        buf_puts(page->out, style.on);
    buf_puts(page->out, text);
    if (page->colour)
        buf_puts(page->out, style.off);
}

/* Columns that UTF-8 text takes, counted as one a character. */
static size_t columns_of(const char *text, size_t n_bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < n_bytes; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

static void put_blanks(struct page *page, size_t n)
{
    while (n-- > 0)
        buf_putc(page->out, ' ');
}

/* Words from column `at`, further lines from column `under`; ends with a newline. Control characters of the
 * document do not reach the terminal. */
static void put_wrapped(struct page *page, size_t at, size_t under, const char *text)
{
    bool first = true;

    while (*text) {
        size_t n = strcspn(text, " ");
        size_t width = columns_of(text, n);
        if (!first && at + 1 + width > COLUMNS) {
            buf_putc(page->out, '\n');
            put_blanks(page, under);
            at = under;
        } else if (!first) {
            buf_putc(page->out, ' ');
            at++;
        }
        for (size_t i = 0; i < n; i++)
            buf_putc(page->out, (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i]);
        at += width;
        first = false;
        text += n;
        text += strspn(text, " ");
    }
    buf_putc(page->out, '\n');
}

/* "5 min", "24 h", "7 days", "at once". */
static const char *seconds_text(int64_t s, char out[TIME_TEXT_BYTES])
{
    static const struct {
        int64_t s;
        const char *unit;
    } steps[] = {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}};

    if (s == 0)
        return "at once";
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (s % steps[i].s != 0 || (i == 0 && s < 2 * steps[i].s))
            continue;
        snprintf(out, TIME_TEXT_BYTES, "%lld %s", (long long)(s / steps[i].s), steps[i].unit);
        break;
    }
    return out;
}

static void put_time(struct page *page, const char *what, int64_t s, const char **separator)
{
    char text[TIME_TEXT_BYTES];

    if (s == UNSTATED)
        return;
    buf_printf(page->out, "%s%s %s", *separator, what, seconds_text(s, text));
    *separator = ", ";
}

static void put_level(struct page *page, const struct severity *level, size_t id_columns)
{
    const char *separator = "";
    size_t n = columns_of(level->id, strlen(level->id));

    buf_puts(page->out, "  ");
    put_styled(page, bold, level->id);
    put_blanks(page, id_columns - n + 2);
    if (level->label && strcmp(level->label, level->id) != 0)
        buf_printf(page->out, "%s; ", level->label);
    put_time(page, "respond within", level->response_time_s, &separator);
    put_time(page, "resolve within", level->resolution_target_s, &separator);
    put_time(page, level->escalate_after_s == 0 ? "escalate" : "escalate after", level->escalate_after_s,
             &separator);
    if (level->response_time_s == UNSTATED && level->response_text)
        buf_printf(page->out, "%srespond: %s", separator, level->response_text);
    else if (separator[0] == '\0')
        buf_puts(page->out, "no response time stated");
    buf_putc(page->out, '\n');
    if (level->escalation_text) {
        put_blanks(page, id_columns + 4);
        buf_puts(page->out, "escalate: ");
        put_wrapped(page, id_columns + 14, id_columns + 14, level->escalation_text);
    }
}

static void put_levels(struct page *page, const struct runbook *runbook)
{
    size_t columns = 0;

    if (runbook->severities.n == 0) {
        buf_puts(page->out,
                 "\nNo severity levels are defined: every alert will be treated as the most severe.\n");
        return;
    }
    buf_putc(page->out, '\n');
    put_styled(page, bold, "Severity levels");
    buf_printf(page->out, " (%s)\n",
               strcmp(runbook->severities.at[0].source, "usage") == 0 ? "used by procedures, defined nowhere"
                                                                      : "most severe first");
    list_each (level, &runbook->severities) {
        size_t n = columns_of(level->id, strlen(level->id));
        columns = n > columns ? n : columns;
    }
    list_each (level, &runbook->severities)
        put_level(page, level, columns);
}

static void put_command(struct page *page, const struct command *command)
{
    const struct risk *risk = &command->risk;
    size_t n = strcspn(command->text, "\n");
    char head[32];

    snprintf(head, sizeof head, "%5d  ", command->line);
    put_styled(page, faint, head);
    put_styled(page, risk_styles[risk->class], risk_name(risk->class));
    put_blanks(page, 12 - strlen(risk_name(risk->class)));
    buf_puts(page->out, "$ ");
    for (size_t i = 0; i < n; i++)
        buf_putc(page->out, (unsigned char)command->text[i] < 0x20 ? ' ' : command->text[i]);
    if (command->text[n] == '\n')
        buf_printf(page->out, " ... (%d lines)", command->line_end - command->line + 1);
    if (risk->endless)
        buf_puts(page->out, "  [runs until stopped]");
    if (risk->sensitive)
        buf_puts(page->out, "  [prints secrets]");
    if (command->condition)
        buf_printf(page->out, "  [%s]", command->condition);
    buf_putc(page->out, '\n');
}

static void put_step(struct page *page, const struct step *step, size_t indent)
{
    put_blanks(page, indent);
    size_t at = indent;
    const char *mark = step->number ? step->number : "-";
    buf_printf(page->out, "%s%s ", mark, step->number ? "." : "");
    at += strlen(mark) + (step->number ? 2 : 1);
    put_wrapped(page, at, at, step->text ? step->text : "");
    list_each (command, &step->commands)
        put_command(page, command);
    list_each (substep, &step->substeps)
        put_step(page, substep, indent + 3);
}

static const char *const stage_titles[] = {"Immediate",      "Diagnosis",     "Resolution",
                                           "Mitigation",     "Communication", "Verification",
                                           "After the fact", "Reference",     "Steps"};

static void put_phase(struct page *page, const struct phase *phase)
{
    char time[TIME_TEXT_BYTES];

    buf_puts(page->out, "  ");
    put_styled(page, bold, phase->name ? phase->name : stage_titles[phase->stage]);
    if (phase->budget_s != UNSTATED)
        buf_printf(page->out, " (within %s)", seconds_text(phase->budget_s, time));
    if (phase->condition)
        buf_printf(page->out, " (%s)", phase->condition);
    buf_putc(page->out, '\n');
    list_each (step, &phase->steps)
        put_step(page, step, 4);
}

static void put_texts(struct page *page, const char *title, const char *text, bool first)
{
    size_t n = strlen(title) + 4;

    if (first)
        buf_printf(page->out, "  %s: ", title);
    else
        put_blanks(page, n);
    put_wrapped(page, n, n, text);
}

static void put_procedure(struct page *page, const struct procedure *procedure)
{
    bool first = true;

    buf_putc(page->out, '\n');
    put_styled(page, bold, procedure->title);
    buf_printf(page->out, "  (line %d", procedure->line);
    if (procedure->kind)
        buf_printf(page->out, ", %s", procedure->kind);
    if (procedure->severity)
        buf_printf(page->out, ", %s%s", procedure->severity,
                   procedure->severity_basis && strcmp(procedure->severity_basis, "inferred") == 0
                       ? " by its words"
                       : "");
    buf_puts(page->out, ")\n");
    list_each (symptom, &procedure->symptoms) {
        put_texts(page, "when", symptom->text, first);
        first = false;
    }
    first = true;
    list_each (cause, &procedure->likely_causes) {
        put_texts(page, "maybe", cause->text, first);
        first = false;
    }
    list_each (phase, &procedure->phases)
        put_phase(page, phase);
}

struct count {
    const char *one, *many;
    size_t n;
};

static void put_counts(struct page *page, const struct runbook *runbook)
{
    const struct runbook_parts *parts = &runbook->parts;
    const struct count counts[] = {
        {"message template", "message templates", parts->templates.n},
        {"update interval", "update intervals", parts->cadences.n},
        {"deadline", "deadlines", parts->deadlines.n},
        {"threshold", "thresholds", parts->thresholds.n},
        {"checklist", "checklists", parts->checklists.n},
        {"role", "roles", parts->roles.n},
        {"contact", "contacts", parts->contacts.n},
        {"escalation rule", "escalation rules", parts->escalations.n},
        {"channel", "channels", parts->channels.n},
        {"endpoint", "endpoints", parts->endpoints.n},
    };
    scoped_buf struct buf line = {0};

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].n > 0)
            buf_printf(&line, "%s%zu %s", line.n_bytes ? ", " : "", counts[i].n,
                       counts[i].n == 1 ? counts[i].one : counts[i].many);
    if (line.n_bytes == 0)
        return;
    buf_puts(page->out, "\nAlso found: ");
    put_wrapped(page, 12, 12, buf_text(&line));
}

static void put_summary(struct page *page, const struct runbook *runbook)
{
    size_t commands[4] = {0}, all = 0;

    list_each (procedure, &runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            commands[walk.command->risk.class]++;
            all++;
        }
    }
    buf_printf(page->out, "%zu %s, %zu %s", runbook->procedures.n,
               runbook->procedures.n == 1 ? "procedure" : "procedures", all,
               all == 1 ? "command" : "commands");
    for (int class = RISK_READ; all > 0 && class <= RISK_DESTRUCTIVE; class ++)
        if (commands[class] > 0)
            buf_printf(page->out, ", %zu %s", commands[class], risk_name((enum risk_class) class));
    buf_putc(page->out, '\n');
}

void runbook_print_text(const struct runbook *runbook, bool colour, struct buf *out)
{
    struct page page = {.out = out, .colour = colour};

    put_styled(&page, bold, runbook->title ? runbook->title : runbook->file);
    buf_putc(out, '\n');
    if (runbook->title)
        buf_printf(out, "%s, %d lines\n", runbook->file, runbook->n_lines);
    put_summary(&page, runbook);
    put_levels(&page, runbook);
    list_each (procedure, &runbook->procedures)
        put_procedure(&page, procedure);
    if (runbook->procedures.n == 0)
        buf_puts(out,
                 "\nNo procedure was found: no heading has numbered steps or shell commands below it.\n");
    put_counts(&page, runbook);
}
