/* The way back of a change, known before it runs: the commands that the document has for going back, else the
 * one that follows from the change itself (runbook/way_back.h). That one is a row of the run from the
 * beginning, which nobody needs to look at until the change did not do well; and what it needs to know is
 * read by a row before the change.
 *
 * The look before runs when the run is planned, so that whoever approves sees the way back whole, and again
 * right before the change. If it finds something else then, the approval is void: it was given for another
 * way back. */
#include <string.h>

#include "engine/engine_priv.h"
#include "runbook/verification.h"

enum { SHOWN_BYTES = 200, SHOWN_WAYS = 3 };

/* ---- what is shown ---- */

static bool runbook_ways(struct turn *turn, const struct runbook *runbook, int line,
                         struct ways_back *ret_ways)
{
    for (size_t i = 0; i < runbook->procedures.n && !ret_ways->n; i++)
        change_ways_back(turn->arena, &runbook->procedures.at[i], line, ret_ways);
    return ret_ways->n > 0;
}

static const char *runbook_ways_text(struct turn *turn, const struct ways_back *ways)
{
    const char *text = "the runbook's own: ";
    for (size_t i = 0; i < ways->n && i < SHOWN_WAYS; i++)
        text = arena_printf(turn->arena, "%s%sline %d `%s`", text, i ? ", " : "", ways->at[i]->line,
                            text_head(turn->arena, ways->at[i]->text, SHOWN_BYTES));
    return ways->n > SHOWN_WAYS ? arena_printf(turn->arena, "%s, and %zu more", text, ways->n - SHOWN_WAYS)
                                : text;
}

static const char *derived_text(struct turn *turn, const struct run_step *change, const struct run_step *back)
{
    struct way_back way = way_back_of(turn->arena, change->text);
    bool open = strstr(step_text(back), WAY_BACK_EARLIER) != NULL;
    return arena_printf(turn->arena, "`%s`%s%s%s%s", step_text(back),
                        open ? ", with what a look before the change prints" : "", way.but ? " (" : "",
                        way.but ? way.but : "", way.but ? ")" : "");
}

/* ---- rows ---- */

/* The values of the change that the derived command asks for, too. */
static void values_shared(struct turn *turn, const struct command *command, const char *given,
                          struct step_values *ret_values)
{
    struct step_values all = {0};
    struct fill_slots slots = {0};
    step_values_read(turn->arena, given, &all);
    fill_slots(turn->arena, command->text, &slots);
    list_each (value, &all)
        list_each (slot, &slots)
            if (strcmp(slot->name, value->name) == 0)
                *list_push(turn->arena, ret_values) = *value;
}

/* Whether it looks at nothing secret, with values that need nobody's eyes. */
static bool is_harmless(const struct filled *filled)
{
    return filled->text && !filled->free_value && !step_must_ask(&filled->risk);
}

static struct filled row_prepare(struct turn *turn, const struct command *command, const char *given,
                                 struct run_step *ret_row)
{
    struct step_values values = {0};
    values_shared(turn, command, given, &values);
    return values_prepare(turn, command, &values, NULL, ret_row);
}

static void row_plan(struct turn *turn, const struct incident_record *record, const struct command *command,
                     const struct run_step *change, struct run_step *ret_row)
{
    struct filled filled = row_prepare(turn, command, change->given, ret_row);
    bool looks = part_of(command->line) == PART_BEFORE;
    bool runs = looks && is_harmless(&filled) && turn->engine->config->runner.diagnose;
    ret_row->kind = STEP_COMMAND;
    ret_row->line = command->line;
    ret_row->text = command->text;
    ret_row->risk = command->risk.class;
    ret_row->risk_why = command->risk.why;
    ret_row->state = runs ? STEP_QUEUED : STEP_NOT_TAKEN;
    ret_row->why =
        runs ? ""
             : arena_printf(turn->arena, looks ? "It runs before line %d does." : "It takes line %d back.",
                            step_line(change));
    if (!looks)
        ret_row->changes = change_in_words(turn->arena, step_text(ret_row));
    step_place_plan(turn, record, ret_row);
}

struct way_back_rows way_back_plan(struct turn *turn, const struct incident_record *record,
                                   const struct runbook *runbook, const struct command *command,
                                   struct run_step *change)
{
    struct way_back_rows rows = {0};
    struct ways_back ways = {0};
    if (command->risk.class == RISK_READ)
        return rows;
    change->changes = change_in_words(turn->arena, step_text(change));
    if (runbook_ways(turn, runbook, command->line, &ways)) {
        change->way_back = runbook_ways_text(turn, &ways);
        return rows;
    }
    const struct risk_rules *rules = risk_rules_in_force();
    const struct command *back = way_back_command(turn->arena, rules, command, PART_BACK);
    const struct command *before = way_back_command(turn->arena, rules, command, PART_BEFORE);
    if (!back || (before && before->risk.class != RISK_READ))
        return rows;
    row_plan(turn, record, back, change, &rows.back);
    if (before)
        row_plan(turn, record, before, change, &rows.before);
    change->way_back = derived_text(turn, change, &rows.back);
    return rows;
}

static struct run_step *part_row(struct incident_record *record, const struct run_step *step,
                                 enum step_part part)
{
    return step_on_line(record, part_number(step_line(step), part));
}

/* ---- values of the change ---- */

static void row_follow(struct turn *turn, struct run_step *row, const char *given)
{
    struct run_step with = *row;
    const struct command *command = step_command(turn, row);
    if (!command || (row->state != STEP_NOT_TAKEN && row->state != STEP_QUEUED &&
                     row->state != STEP_SUCCEEDED && row->state != STEP_FAILED))
        return;
    struct filled filled = row_prepare(turn, command, given, &with);
    text_keep(&row->given, with.given);
    text_keep(&row->prepared, with.prepared);
    text_keep(&row->missing, with.missing);
    if (part_of(row->line) == PART_BEFORE)
        row->state =
            is_harmless(&filled) && turn->engine->config->runner.diagnose ? STEP_QUEUED : STEP_NOT_TAKEN;
    turn_save_step(turn, row, NULL);
}

void way_back_follow(struct turn *turn, struct incident_record *record, struct run_step *change)
{
    struct run_step *before = part_row(record, change, PART_BEFORE);
    struct run_step *back = part_row(record, change, PART_BACK);
    if (change->risk == RISK_READ || part_of(change->line) != PART_ITSELF)
        return;
    const char *changes = change_in_words(turn->arena, step_text(change));
    text_keep(&change->changes, evidence_is_kept(record) ? evidence_warning(turn, change, changes) : changes);
    if (before)
        row_follow(turn, before, change->given);
    if (back) {
        row_follow(turn, back, change->given);
        text_keep(&change->way_back, derived_text(turn, change, back));
    }
}

/* ---- the look before ---- */

void way_back_look(struct turn *turn, struct incident_record *record, const struct run_step *change)
{
    struct run_step *before =
        part_of(change->line) == PART_ITSELF ? part_row(record, change, PART_BEFORE) : NULL;
    /* One that has failed is not tried again: whoever approves has seen that nothing is known. */
    if (!before || *before->missing ||
        (before->state != STEP_QUEUED && before->state != STEP_NOT_TAKEN && before->state != STEP_SUCCEEDED))
        return;
    before->state = STEP_QUEUED;
    before->approval_ends_us = change->approval_ends_us;
    text_keep(&before->approved_by, change->approved_by);
    text_keep(&before->why, "");
    turn_save_step(turn, before, NULL);
}

/* The one line that it printed, or NULL. */
static const char *line_of(struct turn *turn, const struct run_step *before, const struct step_result *result)
{
    const char *output = text_or(result->output, "");
    size_t n = strlen(output);
    while (n && strchr(" \t\n", output[n - 1]))
        n--;
    bool whole = before->state == STEP_SUCCEEDED && n > 0 && n < FILL_VALUE_BYTES &&
                 !memchr(output, '\n', n) && !*text_or(result->redacted, "");
    return whole ? arena_strndup(turn->arena, output, n) : NULL;
}

/* Puts it into the way back; false: it does not take it. */
static bool back_takes(struct turn *turn, struct run_step *back, const char *line, int from)
{
    const struct command *command = step_command(turn, back);
    struct step_values values = {0}, given = {0};
    struct run_step with = *back;
    if (!command)
        return false;
    step_values_read(turn->arena, back->given, &given);
    list_each (value, &given)
        if (strcmp(value->name, WAY_BACK_EARLIER) != 0)
            *list_push(turn->arena, &values) = *value;
    *list_push(turn->arena, &values) = (struct step_value){
        WAY_BACK_EARLIER, line, arena_printf(turn->arena, "what was read before line %d", part_line(from))};
    struct filled filled = values_prepare(turn, command, &values, NULL, &with);
    if (!filled.text)
        return false;
    text_keep(&back->given, with.given);
    text_keep(&back->prepared, with.prepared);
    text_keep(&back->missing, with.missing);
    turn_save_step(turn, back, NULL);
    return true;
}

void way_back_seen(struct turn *turn, struct incident_record *record, const struct run_step *before,
                   const struct step_result *result)
{
    if (part_of(before->line) != PART_BEFORE)
        return;
    struct run_step *change = part_row(record, before, PART_ITSELF);
    struct run_step *back = part_row(record, before, PART_BACK);
    if (!change || !back ||
        (change->state != STEP_QUEUED && change->state != STEP_WAITING && change->state != STEP_HELD &&
         change->state != STEP_NOT_TAKEN))
        return;
    const char *line = line_of(turn, before, result), *shown = arena_strdup(turn->arena, change->way_back);
    bool known = strstr(shown, WAY_BACK_EARLIER) == NULL;
    bool taken = line && back_takes(turn, back, line, before->line);
    if (taken)
        text_keep(&change->way_back, derived_text(turn, change, back));
    turn_save_step(turn, change, NULL);
    if (change->state != STEP_QUEUED || !*change->approved_by)
        return;
    if (!taken)
        approval_void(turn, change,
                      "what its way back needs could not be read. Approve it again to do without.");
    else if (known && strcmp(shown, change->way_back) != 0)
        approval_void(turn, change,
                      arena_printf(turn->arena, "its way back would be %s now, and was shown as %s.",
                                   text_head(turn->arena, change->way_back, SHOWN_BYTES),
                                   text_head(turn->arena, shown, SHOWN_BYTES)));
}

struct run_step *way_back_row(struct incident_record *record, const struct run_step *change)
{
    return part_of(change->line) == PART_ITSELF ? part_row(record, change, PART_BACK) : NULL;
}
