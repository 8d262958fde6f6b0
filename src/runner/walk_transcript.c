#include "runner/walk_transcript.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "runbook/verification.h"
#include "runner/walk_journal.h"
#include "runner/walk_verify.h"

static int64_t last_us(const struct walk *walk)
{
    int64_t us = walk->left_us > walk->about.began_us ? walk->left_us : walk->about.began_us;
    list_each (row, &walk->rows)
        us = row->ended_us > us ? row->ended_us : us;
    return us;
}

/* ---- Markdown ---- */

/* A fence that nothing in the text can close. */
static void fence_add(struct buf *out, const char *lang, const char *text)
{
    size_t longest = 2, run = 0, n_bytes = strlen(text);
    for (const char *c = text; *c; c++) {
        run = *c == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    buf_putc(out, '\n');
    for (size_t i = 0; i <= longest; i++)
        buf_putc(out, '`');
    buf_printf(out, "%s\n%s%s", lang, text, n_bytes && text[n_bytes - 1] == '\n' ? "" : "\n");
    for (size_t i = 0; i <= longest; i++)
        buf_putc(out, '`');
    buf_puts(out, "\n\n");
}

/* One line, with nothing in it that Markdown or HTML would read. */
static void line_add(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (strchr("\\`*_[]<>#|&", *c))
            buf_putc(out, '\\');
        buf_putc(out, (unsigned char)*c < 0x20 ? ' ' : *c);
    }
}

static void labelled_add(struct buf *out, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    buf_printf(out, "- %s: ", label);
    line_add(out, text);
    buf_putc(out, '\n');
}

static void time_add(struct buf *out, const char *label, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    if (!us)
        return;
    time_format_rfc3339(us, text);
    buf_printf(out, "- %s: %s\n", label, text);
}

static void head_add(const struct walk *walk, const struct redact_rules *rules, struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    const struct walk_about *about = &walk->about;
    buf_puts(out, "# ");
    line_add(out, walk->procedure->title);
    buf_puts(out, "\n\n");
    labelled_add(out, "walk", about->id);
    labelled_add(out, "runbook", arena_printf(arena, "%s, line %d", about->file, about->line));
    labelled_add(out, "SHA-256 of the runbook", about->sha256);
    labelled_add(out, "by", arena_printf(arena, "%s on %s", about->by, about->host ? about->host : "?"));
    labelled_add(out, "commands ran on", about->target);
    time_add(out, "began", about->began_us);
    time_add(out, walk_next(walk, 0) < 0 ? "ended" : "left", last_us(walk));
    for (int state = 0; state < N_WALK_STATES; state++)
        if (state != WALK_SPARE && walk_count(walk, (enum walk_state)state))
            buf_printf(out, "- %s: %zu\n", walk_state_text((enum walk_state)state),
                       walk_count(walk, (enum walk_state)state));
    list_each (value, &walk->values) {
        int from = walk_value_row(walk, value->value);
        const char *text =
            from < 0 ? value->value : arena_printf(arena, "what line %d printed", walk->rows.at[from].line);
        labelled_add(out, arena_printf(arena, "value of `%s`", value->name),
                     walk_text_redacted(arena, rules, text, NULL));
    }
    list_each (note, &walk->notes)
        labelled_add(out, "note", *note);
}

static void result_add(struct buf *out, const struct walk_row *row)
{
    const struct step_result *result = &row->result;
    if (!row->has_result)
        return;
    buf_printf(out, "- exit code: %d, after %.1f s\n", result->exit_code,
               (double)result->duration_us / (double)US_PER_S);
    labelled_add(out, "result", result->why);
    labelled_add(out, "taken out of the output", result->redacted);
    if (*result->output)
        fence_add(out, "text", result->output);
}

/* What a change does, how it is taken back, and what its checks said. */
static void change_add(struct buf *out, const struct walk *walk, const struct walk_row *row,
                       const struct redact_rules *rules)
{
    scoped_arena struct arena *arena = arena_new();
    struct walk_rows ways = {0};
    labelled_add(out, "checks the change of",
                 row->checks_for < 0 ? NULL : walk_place(arena, &walk->rows.at[row->checks_for]));
    if (command_changes(row->command)) {
        labelled_add(
            out, "changes",
            walk_text_redacted(arena, rules, change_in_words(arena, row->ran ? row->ran : row->text), NULL));
        walk_ways_back(arena, walk, row, &ways);
        list_each (at, &ways) {
            struct walk_command command;
            const struct walk_row *way = &walk->rows.at[*at];
            walk_prepare(arena, walk, way, &command);
            labelled_add(out, "way back",
                         walk_text_redacted(arena, rules,
                                            command.filled.text ? command.filled.text : way->text, NULL));
        }
    }
    if (row->verdict != VERDICT_NONE)
        labelled_add(out, "verdict",
                     arena_printf(arena, "%s%s%s", step_verdict_name(row->verdict),
                                  row->verdict_why ? ": " : "", row->verdict_why ? row->verdict_why : ""));
}

static void row_add(struct buf *out, const struct walk *walk, const struct walk_row *row,
                    const struct redact_rules *rules)
{
    scoped_arena struct arena *arena = arena_new();
    const char *text = walk_text_redacted(arena, rules, row->text, NULL);
    buf_printf(out, "\n### %s: %s\n\n", walk_place(arena, row), walk_state_text(row->state));
    if (row->command) {
        labelled_add(out, "step", row->step->text);
        labelled_add(out, "only", row->condition);
        buf_printf(out, "- class: %s. ", risk_name(row->command->risk.class));
        line_add(out, row->command->risk.why ? row->command->risk.why : "");
        buf_putc(out, '\n');
        fence_add(out, "bash", text);
        if (row->ran && strcmp(row->ran, text) != 0) {
            labelled_add(out, "mended", row->repairs);
            buf_puts(out, "- ran as:\n");
            fence_add(out, "bash", row->ran);
        }
        time_add(out, "began", row->begun_us);
    } else {
        line_add(out, text);
        buf_puts(out, "\n\n");
    }
    labelled_add(out, "answer", row->answer);
    labelled_add(out, "by", row->by);
    labelled_add(out, row->ran && row->reason ? "reason, confirmed alone" : "reason", row->reason);
    labelled_add(out, "because", row->why);
    time_add(out, "ended", row->ended_us);
    list_each (note, &row->notes)
        labelled_add(out, "note", *note);
    if (row->command)
        change_add(out, walk, row, rules);
    result_add(out, row);
}

void walk_transcript_markdown(const struct walk *walk, const struct redact_rules *rules, struct buf *out)
{
    const struct phase *phase = NULL;
    head_add(walk, rules, out);
    list_each (row, &walk->rows) {
        if (row->state == WALK_SPARE)
            continue;
        if (row->phase != phase && row->phase->name) {
            buf_puts(out, "\n## ");
            line_add(out, row->phase->name);
            buf_putc(out, '\n');
        }
        phase = row->phase;
        row_add(out, walk, row, rules);
    }
}

/* ---- JSON ---- */

static void strings_write(struct json_writer *w, const char *name, const struct strings *list)
{
    jw_name(w, name);
    jw_begin_array(w);
    list_each (text, list)
        jw_string(w, *text);
    jw_end_array(w);
}

static void row_write(struct json_writer *w, const struct walk *walk, const struct walk_row *row,
                      const struct redact_rules *rules)
{
    scoped_arena struct arena *arena = arena_new();
    jw_begin_object(w);
    jw_pair_int(w, "line", part_line(row->line));
    if (part_of(row->line) != PART_ITSELF)
        jw_pair(w, "part", part_name(part_of(row->line)));
    jw_pair(w, "kind", step_kind_name(row->kind));
    jw_pair(w, "phase", row->phase->name);
    jw_pair(w, "text", walk_text_redacted(arena, rules, row->text, NULL));
    jw_pair(w, "condition", row->condition);
    if (row->command) {
        jw_pair(w, "risk", risk_name(row->command->risk.class));
        jw_pair(w, "risk_why", row->command->risk.why);
        jw_pair(w, "ran", row->ran);
        jw_pair(w, "repairs", row->repairs);
        jw_pair_int(w, "begun", row->n_begun);
        jw_pair_time(w, "began_at", row->begun_us);
        if (row->checks_for >= 0)
            jw_pair_int(w, "checks_line", walk->rows.at[row->checks_for].line);
        if (row->verdict != VERDICT_NONE) {
            jw_pair(w, "verdict", step_verdict_name(row->verdict));
            jw_pair(w, "verdict_why", row->verdict_why);
        }
    }
    jw_pair(w, "state", walk_state_text(row->state));
    jw_pair(w, "answer", row->answer);
    jw_pair(w, "by", row->by);
    jw_pair(w, "reason", row->reason);
    jw_pair(w, "because", row->why);
    jw_pair_time(w, "ended_at", row->ended_us);
    strings_write(w, "notes", &row->notes);
    if (row->has_result)
        walk_result_write(w, &row->result);
    jw_end_object(w);
}

static void values_write(struct json_writer *w, const struct walk *walk, const struct redact_rules *rules)
{
    scoped_arena struct arena *arena = arena_new();
    jw_name(w, "values");
    jw_begin_array(w);
    list_each (value, &walk->values) {
        jw_begin_object(w);
        jw_pair(w, "name", value->name);
        jw_pair(w, "value", walk_text_redacted(arena, rules, value->value, NULL));
        jw_end_object(w);
    }
    jw_end_array(w);
}

void walk_transcript_json(const struct walk *walk, const struct redact_rules *rules, struct buf *out)
{
    const struct walk_about *about = &walk->about;
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "walk", about->id);
    jw_pair(&w, "file", about->file);
    jw_pair(&w, "sha256", about->sha256);
    jw_pair(&w, "procedure", walk->procedure->title);
    jw_pair_int(&w, "line", about->line);
    jw_pair(&w, "by", about->by);
    jw_pair(&w, "host", about->host);
    jw_pair(&w, "folder", about->folder);
    jw_pair(&w, "target", about->target);
    jw_pair_time(&w, "began_at", about->began_us);
    jw_pair_time(&w, "ended_at", last_us(walk));
    jw_pair_bool(&w, "finished", walk_next(walk, 0) < 0);
    jw_pair_int(&w, "problems", (int64_t)walk_problems(walk));
    values_write(&w, walk, rules);
    strings_write(&w, "notes", &walk->notes);
    jw_name(&w, "steps");
    jw_begin_array(&w);
    list_each (row, &walk->rows)
        if (row->state != WALK_SPARE)
            row_write(&w, walk, row, rules);
    jw_end_array(&w);
    jw_end_object(&w);
    buf_putc(out, '\n');
}
