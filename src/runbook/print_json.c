#include <string.h>

#include "runbook/command.h"
#include "runbook/document.h"
#include "runbook/print.h"
#include "runbook/print_json_priv.h"
#include "runbook/procedure_priv.h"
#include "runbook/remainder.h"

void print_json_strings(struct json_writer *w, const char *name, const struct strings *strings)
{
    jw_name(w, name);
    jw_begin_array(w);
    list_each (item, strings)
        jw_string(w, *item);
    jw_end_array(w);
}

void print_json_seconds(struct json_writer *w, const char *name, int64_t seconds)
{
    jw_name(w, name);
    if (seconds == UNSTATED)
        jw_null(w);
    else
        jw_int(w, seconds);
}

void print_json_lines(struct json_writer *w, int line, int line_end)
{
    jw_pair_int(w, "line", line);
    if (line_end > line)
        jw_pair_int(w, "line_end", line_end);
}

static void number_or_null(struct json_writer *w, const char *name, bool stated, double value)
{
    jw_name(w, name);
    if (stated)
        jw_double(w, value);
    else
        jw_null(w);
}

void print_json_condition(const struct condition *condition, struct json_writer *w)
{
    if (condition->metric == NULL) {
        jw_null(w);
        return;
    }
    jw_begin_object(w);
    jw_pair(w, "metric", condition->metric);
    jw_pair(w, "words", condition->words);
    jw_pair(w, "op", condition->op);
    number_or_null(w, "value", condition->has_value, condition->value);
    jw_pair(w, "unit", condition->unit);
    number_or_null(w, "value_hi", condition->has_value_hi, condition->value_hi);
    jw_pair(w, "op_hi", condition->op_hi);
    jw_pair(w, "agg", condition->aggregate);
    print_json_seconds(w, "window_s", condition->window_s);
    jw_pair(w, "scope", condition->scope);
    jw_end_object(w);
}

static void print_criteria(struct json_writer *w, const char *name, const struct criterion *at, size_t n)
{
    jw_name(w, name);
    jw_begin_array(w);
    for (size_t i = 0; i < n; i++) {
        jw_begin_object(w);
        jw_pair(w, "text", at[i].text);
        jw_name(w, "condition");
        print_json_condition(&at[i].condition, w);
        jw_pair_int(w, "line", at[i].line);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void print_severity(struct json_writer *w, const struct severity *level)
{
    jw_begin_object(w);
    jw_pair(w, "id", level->id);
    jw_pair_int(w, "rank", level->rank);
    jw_pair(w, "label", level->label);
    jw_pair(w, "decoration", level->decoration);
    jw_pair(w, "source", level->source);
    jw_pair(w, "description", level->description);
    print_json_seconds(w, "response_time_s", level->response_time_s);
    jw_pair(w, "response_op", level->response_op);
    jw_pair(w, "response_text", level->response_text);
    jw_pair(w, "response_note", level->response_note);
    print_json_seconds(w, "resolution_target_s", level->resolution_target_s);
    jw_pair(w, "escalation_text", level->escalation_text);
    print_json_seconds(w, "escalate_after_s", level->escalate_after_s);
    jw_pair(w, "escalate_condition", level->escalate_condition);
    print_json_strings(w, "escalate_to", &level->escalate_to);
    print_criteria(w, "examples", level->examples.at, level->examples.n);
    print_criteria(w, "criteria", level->criteria.at, level->criteria.n);
    print_json_lines(w, level->line, level->line_end);
    jw_end_object(w);
}

static void print_command(struct json_writer *w, const struct command *command)
{
    const struct risk *risk = &command->risk;

    jw_begin_object(w);
    jw_pair(w, "text", command->text);
    jw_pair(w, "logical", command->logical);
    jw_pair(w, "lang", command->lang);
    print_json_lines(w, command->line, command->line_end);
    jw_pair_int_or_null(w, "fence_line", command->fence_line, command->fence_line > 0);
    jw_pair(w, "comment", command->comment);
    jw_pair(w, "trailing_comment", command->trailing_comment);
    jw_pair(w, "tool", risk->tool);
    print_json_strings(w, "programs", &risk->programs);
    jw_pair(w, "risk", risk_name(risk->class));
    jw_pair(w, "risk_why", risk->why);
    print_json_strings(w, "placeholders", &command->placeholders);
    jw_pair(w, "condition", command->condition);
    jw_pair_bool(w, "terminates", !risk->endless);
    jw_pair_bool(w, "tty", risk->wants_terminal);
    jw_pair_bool(w, "sensitive", risk->sensitive);
    jw_pair(w, "sensitive_why", risk->sensitive_why);
    print_json_strings(w, "needs_files", &risk->needs_files);
    print_json_strings(w, "writes_files", &risk->writes_files);
    jw_pair_bool(w, "shell_parses", risk->parses);
    jw_name(w, "http");
    if (risk->http_url) {
        jw_begin_object(w);
        jw_pair(w, "method", risk->http_method);
        jw_pair(w, "url", risk->http_url);
        jw_end_object(w);
    } else {
        jw_null(w);
    }
    jw_end_object(w);
}

/* Substeps have no substeps of their own: the recursion is one deep. */
static void print_step(struct json_writer *w, const struct step *step)
{
    jw_begin_object(w);
    jw_pair(w, "n", step->number);
    if (step->undoes)
        jw_pair(w, "undoes", step->undoes);
    jw_pair(w, "marker", step->marker);
    jw_pair(w, "title", step->title);
    jw_pair(w, "text", step->text);
    jw_pair(w, "kind", step_kind_name(step->kind));
    jw_pair(w, "condition", step->condition);
    if (step->alternative_to > 0)
        jw_pair_int(w, "alternative_to", step->alternative_to);
    jw_name(w, "branches");
    jw_begin_array(w);
    list_each (branch, &step->branches) {
        jw_begin_object(w);
        jw_pair(w, "if", branch->when);
        print_json_strings(w, "then", &branch->then);
        jw_pair_int(w, "line", branch->line);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_name(w, "commands");
    jw_begin_array(w);
    list_each (command, &step->commands)
        print_command(w, command);
    jw_end_array(w);
    jw_name(w, "substeps");
    jw_begin_array(w);
    list_each (substep, &step->substeps)
        print_step(w, substep);
    jw_end_array(w);
    print_json_lines(w, step->line, step->line_end);
    jw_end_object(w);
}

static const char *const stages[] = {"immediate",     "diagnosis",     "resolution",
                                     "mitigation",    "communication", "verification",
                                     "post_incident", "reference",     "other"};

static void print_phase(struct json_writer *w, const struct phase *phase)
{
    jw_begin_object(w);
    jw_pair(w, "name", phase->name);
    jw_pair(w, "stage", stages[phase->stage]);
    print_json_seconds(w, "budget_s", phase->budget_s);
    print_json_seconds(w, "budget_min_s", phase->budget_min_s);
    jw_pair(w, "budget_op", phase->budget_op);
    jw_pair(w, "condition", phase->condition);
    jw_name(w, "steps");
    jw_begin_array(w);
    list_each (step, &phase->steps)
        print_step(w, step);
    jw_end_array(w);
    print_json_lines(w, phase->line, phase->line_end);
    jw_end_object(w);
}

static void print_procedure(struct json_writer *w, const struct procedure *procedure)
{
    jw_begin_object(w);
    jw_pair(w, "id", procedure->id);
    jw_pair(w, "title", procedure->title);
    print_json_strings(w, "heading_path", &procedure->heading_path);
    jw_pair(w, "kind", procedure->kind);
    jw_pair(w, "severity", procedure->severity);
    jw_pair(w, "severity_basis", procedure->severity_basis);
    jw_pair(w, "severity_note", procedure->severity_note);
    jw_pair_int_or_null(w, "severity_line", procedure->severity_line, procedure->severity_line > 0);
    print_criteria(w, "triggers", procedure->triggers.at, procedure->triggers.n);
    print_criteria(w, "symptoms", procedure->symptoms.at, procedure->symptoms.n);
    jw_name(w, "likely_causes");
    jw_begin_array(w);
    list_each (cause, &procedure->likely_causes) {
        jw_begin_object(w);
        jw_pair(w, "text", cause->text);
        jw_pair_int(w, "line", cause->line);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_name(w, "phases");
    jw_begin_array(w);
    list_each (phase, &procedure->phases)
        print_phase(w, phase);
    jw_end_array(w);
    print_json_seconds(w, "budget_s", procedure->budget_s);
    jw_pair_int(w, "line", procedure->line);
    jw_pair_int(w, "first_line", procedure->line);
    jw_pair_int(w, "last_line", procedure->line_end);
    jw_end_object(w);
}

static void print_heading(struct json_writer *w, struct arena *arena, const struct document *document,
                          size_t i)
{
    const struct block *block = &document->blocks.at[i];
    struct strings path = document_path(arena, document, i);

    jw_begin_object(w);
    jw_pair_int(w, "level", block->level);
    jw_pair(w, "text", block->prose.text);
    jw_pair(w, "slug", block->slug);
    print_json_strings(w, "path", &path);
    jw_pair_int(w, "line", block->line);
    jw_end_object(w);
}

static void print_headings(struct json_writer *w, const struct document *document)
{
    scoped_arena struct arena *arena = arena_new();

    jw_name(w, "headings");
    jw_begin_array(w);
    for (size_t i = 0; i < document->blocks.n; i++) {
        if (!is_section(&document->blocks.at[i]))
            continue;
        print_heading(w, arena, document, i);
        arena_reset(arena);
    }
    jw_end_array(w);
}

static void print_fences(struct json_writer *w, const struct document *document)
{
    jw_name(w, "fences");
    jw_begin_array(w);
    list_each (block, &document->blocks) {
        if (block->kind != BLOCK_FENCE || !block->fenced)
            continue;
        jw_begin_object(w);
        jw_pair(w, "lang", block->lang);
        jw_pair_int(w, "indent", block->indent);
        jw_pair(w, "role", fence_role(block) == FENCE_OTHER ? "other" : "shell");
        print_json_lines(w, block->line, block->line_end);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void print_cells(struct json_writer *w, const struct prose *cells, size_t n)
{
    jw_begin_array(w);
    for (size_t i = 0; i < n; i++)
        jw_string(w, cells[i].text);
    jw_end_array(w);
}

static void print_tables(struct json_writer *w, const struct document *document)
{
    jw_name(w, "tables");
    jw_begin_array(w);
    list_each (block, &document->blocks) {
        if (block->kind != BLOCK_TABLE)
            continue;
        jw_begin_object(w);
        jw_name(w, "columns");
        print_cells(w, block->columns, block->n_columns);
        jw_name(w, "rows");
        jw_begin_array(w);
        list_each (row, &block->rows)
            print_cells(w, row->cells, row->n_cells);
        jw_end_array(w);
        print_json_lines(w, block->line, block->line_end);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void print_identity(struct json_writer *w, const struct runbook *runbook)
{
    jw_pair_int(w, "schema", 1);
    jw_pair(w, "file", runbook->file);
    jw_pair(w, "sha256", runbook->sha256);
    jw_pair_int(w, "bytes", (int64_t)runbook->n_bytes);
    jw_pair_int(w, "line_count", runbook->n_lines);
    jw_pair_bool(w, "trailing_newline", runbook->document->final_newline);
    jw_name(w, "title");
    if (runbook->title) {
        jw_begin_object(w);
        jw_pair(w, "text", runbook->title);
        jw_pair_int(w, "line", runbook->title_line);
        jw_end_object(w);
    } else {
        jw_null(w);
    }
    jw_name(w, "system");
    jw_begin_object(w);
    jw_pair(w, "name", runbook->system_name);
    jw_end_object(w);
}

static void print_defects(struct json_writer *w, const struct defect_list *defects)
{
    jw_name(w, "defects");
    jw_begin_array(w);
    list_each (defect, defects) {
        jw_begin_object(w);
        jw_pair(w, "code", defect->code);
        jw_pair(w, "group", defect->group);
        jw_pair(w, "severity", defect->level);
        jw_pair(w, "message", defect->message);
        jw_pair_int(w, "line", defect->line);
        jw_pair_int(w, "column", defect->column);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void print_not_understood(struct json_writer *w, const struct runbook *runbook)
{
    scoped_arena struct arena *arena = arena_new();
    struct remainders list;

    runbook_not_understood(arena, runbook, &list);
    jw_name(w, "not_understood");
    jw_begin_array(w);
    list_each (remainder, &list) {
        jw_begin_object(w);
        jw_pair(w, "kind", remainder->kind);
        jw_pair(w, "text", remainder->words);
        print_json_lines(w, remainder->line, remainder->line_end);
        jw_end_object(w);
    }
    jw_end_array(w);
}

void runbook_print_json(const struct runbook *runbook, const struct defect_list *defects,
                        struct json_writer *w)
{
    jw_begin_object(w);
    print_identity(w, runbook);
    print_headings(w, runbook->document);
    print_fences(w, runbook->document);
    print_tables(w, runbook->document);
    jw_name(w, "severities");
    jw_begin_array(w);
    list_each (level, &runbook->severities)
        print_severity(w, level);
    jw_end_array(w);
    jw_name(w, "procedures");
    jw_begin_array(w);
    list_each (procedure, &runbook->procedures)
        print_procedure(w, procedure);
    jw_end_array(w);
    print_json_parts(runbook, w);
    print_not_understood(w, runbook);
    if (defects)
        print_defects(w, defects);
    jw_end_object(w);
}
