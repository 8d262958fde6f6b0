/* A runbook for a person at a terminal. Long texts are wrapped under their own start; commands are never
 * wrapped, so that they can be copied, but a command of several lines shows its first. */
#include <stdio.h>
#include <string.h>

#include "runbook/policy_plan.h"
#include "runbook/print.h"
#include "runbook/print_page.h"

static const struct style risk_styles[] = {
    [RISK_READ] = {"\033[32m", "\033[0m"},
    [RISK_UNKNOWN] = {"\033[35m", "\033[0m"},
    [RISK_MUTATE] = {"\033[33m", "\033[0m"},
    [RISK_DESTRUCTIVE] = {"\033[31m", "\033[0m"},
};

static void put_time(struct page *page, const char *what, int64_t s, const char **separator)
{
    char text[SECONDS_TEXT_BYTES];

    if (s == UNSTATED)
        return;
    buf_printf(page->out, "%s%s %s%s", *separator, what, s == 0 ? "" : "within ", seconds_text(s, text));
    *separator = ", ";
}

/* Who hears of it when: what is not common to all levels. Gives whether the level's own words about
 * escalation are in it. */
static bool put_plan(struct page *page, const struct runbook *runbook, const struct severity *level)
{
    scoped_arena struct arena *arena = arena_new();
    struct plan plan;

    severity_plan(arena, runbook, level, &plan);
    bool told = false;

    list_each (entry, &plan.entries) {
        if (entry->kind != PLAN_PAGE && entry->kind != PLAN_ESCALATION && entry->kind != PLAN_UPDATE)
            continue;
        put_plan_entry(page, entry);
        told |= entry->kind == PLAN_ESCALATION && entry->to.n > 0 &&
                (entry->line == level->escalation_line ||
                 (entry->line >= level->line && entry->line <= level->line_end));
    }
    return told;
}

static void put_level(struct page *page, const struct runbook *runbook, const struct severity *level,
                      size_t id_columns)
{
    const char *separator = "";
    size_t n = columns_of(level->id, strlen(level->id));

    buf_puts(page->out, "  ");
    put_styled(page, bold, level->id);
    put_blanks(page, id_columns - n + 2);
    if (level->label && strcmp(level->label, level->id) != 0)
        buf_printf(page->out, "%s; ", level->label);
    put_time(page, "respond", level->response_time_s, &separator);
    put_time(page, "resolve", level->resolution_target_s, &separator);
    if (level->response_time_s == UNSTATED && level->response_text)
        buf_printf(page->out, "%srespond: %s", separator, level->response_text);
    else if (separator[0] == '\0')
        buf_puts(page->out, "no response time stated");
    buf_putc(page->out, '\n');
    if (!put_plan(page, runbook, level) && level->escalation_text) {
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
    for (int rank = 1; rank <= (int)runbook->severities.n;
         rank++) /* the document may have them the other way */
        list_each (level, &runbook->severities)
            if (level->rank == rank)
                put_level(page, runbook, level, columns);
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
    char time[SECONDS_TEXT_BYTES];

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
    list_each (trigger, &procedure->triggers) {
        put_texts(page, "opens on", trigger->text, first);
        first = false;
    }
    first = true;
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

/* ---- what runs, what asks, what is sent ---- */

/* A `read` command that waits for a responder all the same. */
static bool read_asks(const struct risk *risk)
{
    return risk->class == RISK_READ &&
           (risk->unfilled || !risk->parses || risk->wants_terminal || risk->sensitive);
}

static void put_amount(struct page *page, size_t n, const char *what)
{
    if (n == 0)
        return;
    char head[32];
    int width = snprintf(head, sizeof head, "%5zu  ", n);
    buf_puts(page->out, head);
    put_wrapped(page, (size_t)width, (size_t)width, what);
}

enum { LINES_SHOWN = 12 };

static void put_running(struct page *page, const struct runbook *runbook)
{
    scoped_buf struct buf lines = {0};
    size_t n_runs = 0, n_reads_ask = 0, n_asks = 0, n_two = 0;

    list_each (procedure, &runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            const struct risk *risk = &walk.command->risk;
            n_reads_ask += read_asks(risk);
            n_runs += risk->class == RISK_READ && !read_asks(risk);
            n_asks += risk->class == RISK_MUTATE || risk->class == RISK_UNKNOWN;
            if (risk->class == RISK_DESTRUCTIVE && n_two++ < LINES_SHOWN)
                buf_printf(&lines, "%s%d", n_two > 1 ? ", " : "", walk.command->line);
        }
    }
    if (n_runs + n_reads_ask + n_asks + n_two == 0)
        return;
    buf_putc(page->out, '\n');
    put_styled(page, bold, "Commands");
    buf_putc(page->out, '\n');
    put_amount(page, n_runs, "run by themselves when an incident opens their procedure (read)");
    put_amount(page, n_reads_ask,
               "only look, and ask first: a placeholder to fill, a terminal, secrets or patient data");
    put_amount(page, n_asks, "ask a responder first (mutate, unknown)");
    scoped_buf struct buf two = {0};
    buf_printf(&two, "ask two people first (destructive), line %s%s", buf_text(&lines),
               n_two > LINES_SHOWN ? " ..." : "");
    put_amount(page, n_two, buf_text(&two));
}

static void put_messages(struct page *page, const struct runbook *runbook)
{
    if (runbook->parts.templates.n == 0)
        return;
    buf_putc(page->out, '\n');
    put_styled(page, bold, "Messages that are drafted");
    buf_putc(page->out, '\n');
    list_each (template, &runbook->parts.templates) {
        scoped_buf struct buf text = {0};
        put_line_number(page, template->line);
        buf_puts(&text, template->name ? template->name : template->id);
        if (template->audience)
            buf_printf(&text, ", to %s", template->audience);
        if (template->medium)
            buf_printf(&text, ", by %s", template->medium);
        if (template->condition)
            buf_printf(&text, ", %s", template->condition);
        if (template->placeholders.n > 0)
            buf_printf(&text, ": %zu %s to fill", template->placeholders.n,
                       template->placeholders.n == 1 ? "place" : "places");
        put_wrapped(page, 7, 9, buf_text(&text));
    }
}

/* Deadlines of phases and of what comes after: they hold for every level. */
static void put_deadlines(struct page *page, const struct runbook *runbook)
{
    bool titled = false;

    list_each (deadline, &runbook->parts.deadlines) {
        struct plan_entry entry = {
            .kind = PLAN_FOLLOW_UP, .after_s = deadline->due_s, .line = deadline->line};
        scoped_buf struct buf condition = {0};
        if (deadline->kind && strcmp(deadline->kind, "escalation") == 0)
            continue;
        if (!titled) {
            buf_putc(page->out, '\n');
            put_styled(page, bold, "Deadlines");
            buf_putc(page->out, '\n');
        }
        titled = true;
        entry.what = deadline->what ? deadline->what : "";
        if (deadline->after)
            buf_printf(&condition, "after: %s", deadline->after);
        entry.condition = deadline->after ? buf_text(&condition) : NULL;
        put_plan_entry(page, &entry);
    }
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
    put_running(&page, runbook);
    put_messages(&page, runbook);
    put_deadlines(&page, runbook);
    list_each (procedure, &runbook->procedures)
        put_procedure(&page, procedure);
    if (runbook->procedures.n == 0)
        buf_puts(out,
                 "\nNo procedure was found: no heading has numbered steps or shell commands below it.\n");
    put_review(&page, runbook);
    put_counts(&page, runbook);
    put_not_understood(&page, runbook);
}
