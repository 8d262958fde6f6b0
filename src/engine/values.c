/* Values for the placeholders of steps: labels of the alert that opened the incident and what the incident
 * itself knows are put in when the run is planned; the rest a person gives (INPUT_STEP_VALUES, or with an
 * approval). A step is run only with all of them, and only a name, a number or one of a list that an alert
 * gave runs without a person having seen it. */
#include <string.h>

#include "engine/engine_priv.h"

/* The label of the alert, or the fact of the incident, that the slot asks for. */
static bool value_known(struct turn *turn, const struct incident_record *record, const struct fill_slot *slot,
                        struct step_value *ret_value)
{
    const struct incident *incident = &record->incident;
    const struct alert *alert = record->opener;
    for (size_t i = 0; alert && i < alert->n_labels; i++) {
        const struct label *label = &alert->labels[i];
        if (strcmp(label->name, slot->key) != 0 && !fill_names_slot(label->name, slot))
            continue;
        *ret_value = (struct step_value){slot->name, label->value,
                                         arena_printf(turn->arena, "label %s of the alert", label->name)};
        return true;
    }
    const struct {
        const char *name, *value;
    } facts[] = {{"service", incident->service},
                 {"incident", arena_printf(turn->arena, "%lld", (long long)incident->number)},
                 {"incident id", arena_printf(turn->arena, "%lld", (long long)incident->number)},
                 {"incident number", arena_printf(turn->arena, "%lld", (long long)incident->number)},
                 {"severity", incident->severity}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (!slot->label && *text_or(facts[i].value, "") && fill_names_slot(facts[i].name, slot)) {
            *ret_value = (struct step_value){slot->name, facts[i].value, "the incident"};
            return true;
        }
    return false;
}

void values_hear(struct turn *turn, const struct incident_record *record, const struct command *command,
                 struct step_values *ret_values, const char **ret_refused)
{
    struct fill_slots slots = {0};
    fill_slots(turn->arena, command->text, &slots);
    list_each (slot, &slots) {
        struct step_value value;
        if (!value_known(turn, record, slot, &value))
            continue;
        const char *why = fill_type_refuses(turn->arena, slot, value.value);
        if (why && !*ret_refused)
            *ret_refused = arena_printf(turn->arena, "%s It was the %s.", why, value.by);
        if (!why)
            *list_push(turn->arena, ret_values) = value;
    }
}

static const char *missing_text(struct arena *arena, const struct strings *missing)
{
    const char *text = "";
    list_each (name, missing)
        text = arena_printf(arena, "%s%s%s", text, *text ? "\n" : "", *name);
    return text;
}

struct filled values_prepare(struct turn *turn, const struct command *command,
                             const struct step_values *values, const char *repairs, struct run_step *ret_step)
{
    struct filled filled = command_prepared(turn->arena, risk_rules_in_force(), command->text, &command->risk,
                                            repairs, step_values_plain(turn->arena, values), values->n);
    bool changed = filled.text && strcmp(filled.text, command->text) != 0;
    ret_step->given = step_values_write(turn->arena, values);
    ret_step->repairs = text_or(repairs, "");
    ret_step->prepared = changed ? filled.text : "";
    ret_step->missing = missing_text(turn->arena, &filled.missing);
    return filled;
}

void values_say(struct turn *turn, const struct run_step *step, const char *actor)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "file", step->file);
    jw_pair(body, "command", step->text);
    jw_pair(body, "runs", *step->prepared ? step->prepared : NULL);
    jw_pair(body, "repairs", step->repairs);
    step_values_tell(body, step->given);
    event_end(turn, step->incident, actor, "step.filled", "`%s` becomes `%s` (%s)",
              text_head(turn->arena, step->text, 160),
              *step->prepared ? text_head(turn->arena, step->prepared, 160) : "nothing that can run yet",
              place_text(turn->arena, step->file, step->line));
}

const struct command *step_command(struct turn *turn, const struct run_step *step)
{
    enum step_part part = part_of(step->line);
    const struct runbook *runbook = library_find(turn->engine->library, step->file);
    if (!runbook || strcmp(runbook->sha256, step->sha256) != 0)
        return NULL;
    list_each (procedure, &runbook->procedures) {
        struct command_walk walk = {0};
        while (procedure_next_command(procedure, &walk)) {
            if (walk.command->line != step_line(step))
                continue;
            const struct command *command =
                part == PART_ITSELF
                    ? walk.command
                    : way_back_command(turn->arena, risk_rules_in_force(), walk.command, part);
            if (command && strcmp(command->text, step->text) == 0)
                return command;
        }
    }
    return NULL;
}

/* The command can run now, or why it cannot. */
static void step_settle(struct run_step *step, const struct run_step *with, const struct filled *filled)
{
    const char *cannot = filled->text ? step_cannot_run(&filled->risk) : filled->why_not;
    step->state = cannot ? STEP_HELD : STEP_WAITING;
    text_keep(&step->given, with->given);
    text_keep(&step->repairs, with->repairs);
    text_keep(&step->prepared, with->prepared);
    text_keep(&step->missing, with->missing);
    text_keep(&step->why, cannot ? cannot : text_or(step_must_ask(&filled->risk), STEP_VALUES_UNSEEN));
    text_keep(&step->approved_by, ""); /* what the first of two people saw is another command now */
    step->approval_ends_us = 0;
}

/* What the step would run now. false: the runbook has changed. */
static bool prepare_again(struct turn *turn, const struct run_step *step, struct run_step *ret_with,
                          struct filled *ret_filled)
{
    const struct command *command = step_command(turn, step);
    struct step_values values = {0};
    if (!command)
        return false;
    *ret_with = *step;
    step_values_read(turn->arena, step->given, &values);
    *ret_filled = values_prepare(turn, command, &values, step->repairs, ret_with);
    return true;
}

bool values_harmless(struct turn *turn, const struct run_step *step)
{
    struct run_step with;
    struct filled filled;
    return prepare_again(turn, step, &with, &filled) && filled.text && !filled.free_value &&
           !*step->repairs && !step_must_ask(&filled.risk);
}

void values_reopen(struct turn *turn, struct run_step *step)
{
    struct run_step with;
    struct filled filled;
    if (prepare_again(turn, step, &with, &filled)) {
        step_settle(step, &with, &filled);
    } else {
        step->state = STEP_HELD;
        text_keep(&step->why, "The runbook has changed since the run was planned. Look at it again.");
    }
}

/* Puts what the person gave into values. NULL, or why not. */
static const char *values_merge(struct turn *turn, const struct input *input, const struct fill_slots *slots,
                                struct step_values *values)
{
    for (size_t i = 0; i < input->n_values; i++) {
        const struct step_value *given = &input->values[i];
        const struct fill_slot *slot = NULL;
        list_each (at, slots)
            if (fill_names_slot(given->name, at) && (!slot || strcmp(at->name, given->name) == 0))
                slot = at;
        if (!slot)
            return arena_printf(turn->arena, "The command has no placeholder \"%s\".",
                                text_head(turn->arena, given->name, 80));
        size_t at = 0;
        while (at < values->n && strcmp(values->at[at].name, slot->name) != 0)
            at++;
        if (at == values->n)
            list_push(turn->arena, values);
        values->at[at] = (struct step_value){slot->name, given->value,
                                             text_or(given->by, text_or(input->actor, "somebody"))};
        if (!*given->value)
            values->at[at] = values->at[--values->n];
    }
    return NULL;
}

/* Why the step cannot take them now. */
static const char *values_come_too_late(struct turn *turn, const struct incident_record *record,
                                        const struct run_step *step)
{
    if (!incident_is_open(record))
        return arena_printf(turn->arena, "Incident %lld is %s: nothing runs for it.",
                            (long long)step->incident, incident_state_name(record->incident.state));
    /* A look that went wrong is looked at again, mended or with other values. */
    bool again = step->risk == RISK_READ && (step->state == STEP_FAILED || step->state == STEP_TIMED_OUT);
    if (step->state != STEP_WAITING && step->state != STEP_HELD && !again)
        return arena_printf(turn->arena, "The step on line %d is %s.", step_line(step),
                            step_state_name(step->state));
    return NULL;
}

bool values_give(struct turn *turn, const struct input *input, struct incident_record *record,
                 struct run_step *step)
{
    const char *why = values_come_too_late(turn, record, step);
    const struct command *command = why ? NULL : step_command(turn, step);
    if (!command) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident, "%s",
                    why ? why : "The runbook has changed since the run was planned. Look at it again.");
        return false;
    }
    struct fill_slots slots = {0};
    struct step_values values = {0};
    fill_slots(turn->arena, command->text, &slots);
    step_values_read(turn->arena, step->given, &values);
    why = values_merge(turn, input, &slots, &values);
    struct run_step with = *step;
    struct filled filled = {0};
    if (!why)
        filled =
            values_prepare(turn, command, &values, input->repairs ? input->repairs : step->repairs, &with);
    if (!why && !filled.text && !filled.missing.n)
        why = filled.why_not;
    if (why) {
        turn_answer(turn, OUTCOME_INVALID, step->incident, "%s", why);
        return false;
    }
    step_settle(step, &with, &filled);
    way_back_follow(turn, record, step);
    turn_save_step(turn, step, NULL);
    values_say(turn, step, input->actor);
    return true;
}

void decide_step_values(struct turn *turn, const struct input *input)
{
    struct incident_record *record;
    struct run_step *step = step_wanted(turn, input, &record);
    if (!step || !values_give(turn, input, record, step))
        return;
    run_continue(turn, record);
    incident_progress(turn, record, input->actor);
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is %s. %s", step_line(step),
                step_state_name(step->state), step->why);
}
