/* What was run for the incident: a table of all steps, then the output of those that ran. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "review/report_priv.h"

enum { OUTPUT_LINES = 40, COMMAND_CHARACTERS = 100, TARGET_CHARACTERS = 60 };

static bool has_run(const struct run_step *step)
{
    return step->started_us != 0;
}

/* Those that ran in the order of time, then the others in the order of the procedure. */
static int compare_steps(const void *a, const void *b)
{
    const struct run_step *x = *(const struct run_step *const *)a, *y = *(const struct run_step *const *)b;
    if (has_run(x) != has_run(y))
        return has_run(x) ? -1 : 1;
    if (x->started_us != y->started_us)
        return x->started_us < y->started_us ? -1 : 1;
    return (x->position > y->position) - (x->position < y->position);
}

void step_result_write(const struct run_step *step, struct buf *out)
{
    bool ended = step->state == STEP_SUCCEEDED || step->state == STEP_FAILED;
    if (ended && step->exit_code >= 0)
        buf_printf(out, "exit %d", step->exit_code);
    else
        buf_puts(out, step_state_name(step->state));
}

static const char *part_words(const struct run_step *step)
{
    static const char *const words[N_STEP_PARTS] = {
        [PART_ITSELF] = "", [PART_BEFORE] = ", the look before it", [PART_BACK] = ", its way back"};
    return words[part_of(step->line)];
}

/* What follows from a change, and was not needed. */
static bool is_set_aside(const struct run_step *step)
{
    return part_of(step->line) != PART_ITSELF && step->state == STEP_NOT_TAKEN;
}

static void add_row(struct report *report, const struct run_step *step, struct markdown_table *table)
{
    scoped_buf struct buf cell = {0};
    buf_puts(&cell, has_run(step) ? moment_text(report->arena, step->started_us) : "not run");
    markdown_table_add(table, &cell);
    markdown_text(&cell, risk_name(step->risk));
    markdown_table_add(table, &cell);
    if (has_text(step->approved_by))
        markdown_text(&cell, who_text(report->arena, step->approved_by));
    else
        buf_puts(&cell, has_run(step) && step->risk == RISK_READ ? "not needed" : "nobody");
    if (has_text(step->approved_by) && has_text(step->note)) {
        buf_puts(&cell, ": ");
        markdown_sentence(&cell, people_text(report->arena, step->note));
    }
    markdown_table_add(table, &cell);
    step_result_write(step, &cell);
    if (has_text(step->why)) {
        buf_puts(&cell, ": ");
        markdown_sentence(&cell, people_text(report->arena, step->why));
    }
    if (step->verdict && step->risk != RISK_READ) {
        buf_printf(&cell, "; checks: %s", step_verdict_name(step->verdict));
        if (has_text(step->verdict_why)) {
            buf_puts(&cell, ": ");
            markdown_sentence(&cell, people_text(report->arena, step->verdict_why));
        }
    }
    if (step->attempt > 1)
        buf_printf(&cell, " (attempt %d)", step->attempt);
    markdown_table_add(table, &cell);
    if (has_run(step) && step->finished_us)
        buf_puts(&cell, span_text(report->arena, step->started_us, step->finished_us));
    markdown_table_add(table, &cell);
    markdown_code(&cell, step->text, COMMAND_CHARACTERS);
    buf_printf(&cell, " (line %d%s)", step_line(step), part_words(step));
    if (has_text(step->target)) {
        buf_puts(&cell, ", on ");
        markdown_code(&cell, step->target, TARGET_CHARACTERS);
    }
    markdown_table_add(table, &cell);
}

static void write_counts(struct report *report)
{
    const struct report_input *input = report->input;
    size_t n_run = 0, n_good = 0, n_going = 0, n_changes = 0, n_commands = 0;
    for (size_t i = 0; i < input->n_steps; i++) {
        n_commands += input->steps[i].kind == STEP_COMMAND && !is_set_aside(&input->steps[i]);
        n_run += has_run(&input->steps[i]);
        n_good += input->steps[i].state == STEP_SUCCEEDED;
        n_going += has_run(&input->steps[i]) &&
                   (input->steps[i].state == STEP_STARTING || input->steps[i].state == STEP_RUNNING ||
                    input->steps[i].state == STEP_STOPPING);
        n_changes += has_run(&input->steps[i]) && input->steps[i].risk != RISK_READ;
    }
    block_begin(report);
    if (n_commands == 0)
        buf_puts(report->out, "The procedure has no commands");
    else if (n_run == 0)
        buf_printf(report->out, "None of the %zu commands of the procedure ran", n_commands);
    else
        buf_printf(report->out, "%zu of %zu commands of the procedure ran: %zu succeeded, %zu did not", n_run,
                   n_commands, n_good, n_run > n_good + n_going ? n_run - n_good - n_going : 0);
    if (n_going)
        buf_printf(report->out, ", %zu still %s", n_going, n_going == 1 ? "runs" : "run");
    if (n_changes)
        buf_printf(report->out, ". %zu of them may have changed something", n_changes);
    buf_puts(report->out, ".\n");
}

static void write_output(struct report *report, const struct run_step *step)
{
    block_begin(report);
    buf_puts(report->out, "**");
    markdown_text(report->out, place_in(report->arena, step->file, step_line(step)));
    buf_printf(report->out, "**, %s UTC, ", moment_text(report->arena, step->started_us));
    step_result_write(step, report->out);
    if (step->evidence) {
        char sha256[SHA256_HEX_BYTES];
        sha256_hex(step->output, strlen(step->output), sha256);
        buf_printf(report->out, ", evidence, SHA-256 `%s`", sha256);
    }
    buf_puts(report->out, ":\n");
    block_begin(report);
    size_t n_left_out =
        markdown_output(report->out, step->text ? step->text : "", step->output, OUTPUT_LINES);
    if (!n_left_out && !step->output_cut)
        return;
    block_begin(report);
    if (n_left_out)
        buf_printf(report->out, "_%zu lines from the middle are left out here._%s", n_left_out,
                   step->output_cut ? " " : "");
    if (step->output_cut)
        buf_puts(report->out, "_The output was longer than what is kept of it._");
    buf_putc(report->out, '\n');
}

/* "answered yes", "done", "skipped"; NULL: nobody did anything with it. */
static const char *people_did(struct report *report, const struct run_step *step)
{
    if (!has_text(step->done_by))
        return NULL;
    if (has_text(step->answer))
        return arena_printf(report->arena, "answered %s", step->answer);
    return step_state_name(step->state);
}

/* Tasks, decisions and commands by hand: who did them and when. */
static void write_people(struct report *report, const struct run_step **steps, size_t n_steps)
{
    const char *const headings[] = {"Time (UTC)", "Who", "What", "Step"};
    struct markdown_table table = markdown_table(report->arena, 4, headings);
    size_t n = 0;
    for (size_t i = 0; i < n_steps; i++) {
        const struct run_step *step = steps[i];
        scoped_buf struct buf cell = {0};
        const char *what = people_did(report, step);
        if (!what)
            continue;
        buf_puts(&cell, moment_text(report->arena, step->finished_us));
        markdown_table_add(&table, &cell);
        markdown_text(&cell, who_text(report->arena, step->done_by));
        markdown_table_add(&table, &cell);
        buf_puts(&cell, what);
        if (has_text(step->note)) {
            buf_puts(&cell, ": ");
            markdown_sentence(&cell, people_text(report->arena, step->note));
        }
        markdown_table_add(&table, &cell);
        markdown_text(&cell, step->text);
        buf_printf(&cell, " (line %d%s)", step_line(step), part_words(step));
        markdown_table_add(&table, &cell);
        n++;
    }
    if (n)
        table_write(report, &table);
}

void commands_tell(struct report *report)
{
    const struct report_input *input = report->input;
    const char *const headings[] = {"Time (UTC)", "Class", "Approved by", "Result", "Took", "Command"};
    if (!input->n_steps) {
        block_begin(report);
        buf_puts(report->out, "No command was run for it.\n");
        return;
    }
    const struct run_step **steps = arena_alloc(report->arena, input->n_steps * sizeof *steps);
    struct markdown_table table = markdown_table(report->arena, 6, headings);
    for (size_t i = 0; i < input->n_steps; i++)
        steps[i] = &input->steps[i];
    qsort(steps, input->n_steps, sizeof *steps, compare_steps);
    for (size_t i = 0; i < input->n_steps; i++)
        if (steps[i]->kind == STEP_COMMAND && !is_set_aside(steps[i]))
            add_row(report, steps[i], &table);
    write_counts(report);
    table_write(report, &table);
    write_people(report, steps, input->n_steps);
    for (size_t i = 0; i < input->n_steps; i++)
        if (has_run(steps[i]) && has_text(steps[i]->output))
            write_output(report, steps[i]);
}
