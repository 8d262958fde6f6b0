#include <stdio.h>
#include <string.h>

#include "api/incident_json.h"
#include "engine/step_values.h"
#include "engine/texts.h"
#include "runbook/runbook.h"

static void write_procedure(struct json_writer *writer, const struct incident *incident)
{
    jw_name(writer, "procedure");
    if (!text_or(incident->runbook_file, NULL)) {
        jw_null(writer);
        return;
    }
    jw_begin_object(writer);
    jw_pair(writer, "title", text_or(incident->procedure_title, NULL));
    jw_pair(writer, "file", incident->runbook_file);
    jw_pair_int(writer, "line", incident->procedure_line);
    jw_pair(writer, "why", text_or(incident->procedure_why, NULL));
    jw_end_object(writer);
}

static void write_response_time(struct json_writer *writer, int64_t response_time_s)
{
    jw_name(writer, "response_time_s");
    if (response_time_s == UNSTATED)
        jw_null(writer);
    else
        jw_int(writer, response_time_s);
}

/* What keeps it from paging, or from paging each time. */
static void write_noise(struct json_writer *writer, const struct incident *incident)
{
    jw_pair_time(writer, "muted_until", incident->muted_until_us);
    jw_pair(writer, "muted_by", text_or(incident->muted_by, NULL));
    jw_pair(writer, "muted_why", text_or(incident->muted_why, NULL));
    jw_pair_time(writer, "legal_hold_since", incident->hold_us);
    jw_pair(writer, "legal_hold_by", text_or(incident->hold_by, NULL));
    jw_pair(writer, "legal_hold_why", text_or(incident->hold_why, NULL));
    jw_pair_time(writer, "flapping_since", incident->flapping_us);
    jw_pair_int_or_null(writer, "storm", incident->storm, incident->storm);
}

static void write_channel(struct json_writer *writer, const struct incident *incident)
{
    jw_name(writer, "channel");
    if (!*text_or(incident->chat_id, "")) {
        jw_null(writer);
        return;
    }
    jw_begin_object(writer);
    jw_pair(writer, "id", incident->chat_id);
    jw_pair(writer, "name", text_or(incident->chat_name, NULL));
    jw_end_object(writer);
}

void json_incident_members(struct json_writer *writer, const struct incident *incident)
{
    char id[40];
    snprintf(id, sizeof id, "incident/%lld", (long long)incident->number);
    jw_pair(writer, "id", id);
    jw_pair_int(writer, "number", incident->number);
    jw_pair(writer, "title", incident->title);
    jw_pair(writer, "service", text_or(incident->service, NULL));
    jw_pair(writer, "severity", incident->severity);
    jw_pair_int(writer, "severity_rank", incident->severity_rank);
    jw_pair(writer, "severity_why", text_or(incident->severity_why, NULL));
    jw_pair_int(writer, "severity_line", incident->severity_line);
    jw_pair(writer, "severity_by", text_or(incident->severity_by, NULL));
    jw_pair_bool(writer, "drill", incident->drill);
    jw_pair_bool(writer, "patient_safety", incident->patient_safety);
    jw_pair(writer, "patient_safety_why", text_or(incident->patient_safety_why, NULL));
    jw_pair_int(writer, "patient_safety_line", incident->patient_safety_line);
    jw_pair(writer, "state", incident_state_name(incident->state));
    write_procedure(writer, incident);
    write_channel(writer, incident);
    jw_name(writer, "alerts");
    jw_begin_object(writer);
    jw_pair_int(writer, "total", incident->n_alerts);
    jw_pair_int(writer, "firing", incident->n_firing);
    jw_end_object(writer);
    jw_pair_time(writer, "started_at", incident->started_us);
    jw_pair_time(writer, "opened_at", incident->opened_us);
    jw_pair_time(writer, "acknowledged_at", incident->acknowledged_us);
    jw_pair(writer, "acknowledged_by", text_or(incident->acknowledged_by, NULL));
    jw_pair_time(writer, "monitoring_at", incident->monitoring_us);
    jw_pair_time(writer, "resolved_at", incident->resolved_us);
    jw_pair(writer, "resolved_by", text_or(incident->resolved_by, NULL));
    jw_pair_time(writer, "closed_at", incident->closed_us);
    jw_pair(writer, "closed_by", text_or(incident->closed_by, NULL));
    jw_pair_time(writer, "reopened_at", incident->reopened_us);
    jw_pair_int(writer, "times_reopened", incident->n_reopened);
    jw_pair_int_or_null(writer, "earlier_incident", incident->earlier, incident->earlier);
    jw_pair_time(writer, "lease_until", incident->lease_us);
    jw_pair_time(writer, "progress_at", incident->progress_us);
    jw_pair_int(writer, "lease_lapses", incident->lease_lapses);
    write_response_time(writer, incident->response_time_s);
    write_noise(writer, incident);
}

void json_incident(struct json_writer *writer, const struct incident *incident)
{
    jw_begin_object(writer);
    json_incident_members(writer, incident);
    jw_end_object(writer);
}

void json_role(struct json_writer *writer, const struct role_holder *holder)
{
    jw_begin_object(writer);
    jw_pair(writer, "role", holder->role);
    jw_pair(writer, "person", holder->person);
    jw_pair(writer, "assigned_by", holder->assigned_by);
    jw_pair_time(writer, "since", holder->since_us);
    jw_pair_time(writer, "until", holder->until_us);
    jw_end_object(writer);
}

void json_check(struct json_writer *writer, const struct check_item *item)
{
    jw_begin_object(writer);
    jw_pair_int(writer, "item", item->item);
    jw_pair(writer, "text", item->text);
    jw_pair(writer, "file", item->file);
    jw_pair_int(writer, "line", item->line);
    jw_pair_bool(writer, "done", *item->checked_by != '\0');
    jw_pair(writer, "checked_by", text_or(item->checked_by, NULL));
    jw_pair_time(writer, "checked_at", item->checked_us);
    jw_pair(writer, "note", text_or(item->note, NULL));
    jw_end_object(writer);
}

void json_clock(struct json_writer *writer, const struct runbook_clock *clock)
{
    jw_begin_object(writer);
    jw_pair_int(writer, "clock", clock->number);
    if (clock->incident) {
        jw_pair_int(writer, "incident", clock->incident);
    } else {
        jw_name(writer, "incident");
        jw_null(writer);
    }
    jw_pair(writer, "kind", runbook_clock_kind_name(clock->kind));
    jw_pair(writer, "state", runbook_clock_state_name(clock->state));
    jw_pair(writer, "what", clock->what);
    jw_pair(writer, "audience", text_or(clock->audience, NULL));
    jw_pair(writer, "file", text_or(clock->file, NULL));
    jw_pair_int(writer, "line", clock->line);
    jw_pair(writer, "rule", text_or(clock->rule, NULL));
    jw_pair_time(writer, "since", clock->since_us);
    jw_pair_time(writer, "due_at", clock->due_us);
    jw_pair_time(writer, "ended_at", clock->ended_us);
    jw_end_object(writer);
}

/* The placeholders that want a value still, with what belongs there. */
static void write_missing(struct json_writer *writer, const struct fill_slots *slots, const char *missing)
{
    jw_name(writer, "missing");
    jw_begin_array(writer);
    list_each (slot, slots) {
        size_t n_bytes = strlen(slot->name);
        for (const char *at = missing; *at; at += strcspn(at, "\n"), at += *at == '\n') {
            if (strcspn(at, "\n") != n_bytes || strncmp(at, slot->name, n_bytes) != 0)
                continue;
            jw_begin_object(writer);
            jw_pair(writer, "name", slot->name);
            jw_pair(writer, "type", fill_type_name(slot->type));
            jw_end_object(writer);
        }
    }
    jw_end_array(writer);
}

/* What cannot work as written, and how it would read when mended; for what has not run, and looks that
 * failed. */
static void write_faults(struct json_writer *writer, struct arena *arena, const struct run_step *step)
{
    struct repairs repairs = {0};
    bool went_wrong =
        step->risk == RISK_READ && (step->state == STEP_FAILED || step->state == STEP_TIMED_OUT);
    if (step->state == STEP_WAITING || step->state == STEP_HELD || went_wrong)
        command_repairs(arena, risk_rules_in_force(), step->text, &repairs);
    jw_name(writer, "faults");
    jw_begin_array(writer);
    list_each (repair, &repairs) {
        jw_begin_object(writer);
        jw_pair(writer, "code", repair->code);
        jw_pair(writer, "says", repair->says);
        jw_pair(writer, "repaired", repair->text);
        jw_end_object(writer);
    }
    jw_end_array(writer);
}

static void write_prepared(struct json_writer *writer, const struct run_step *step)
{
    scoped_arena struct arena *arena = arena_new();
    struct fill_slots slots = {0};
    const char *missing = step->missing ? step->missing : "";
    jw_pair(writer, "runs", text_or(step->prepared, NULL));
    jw_pair(writer, "repairs", text_or(step->repairs, NULL));
    step_values_tell(writer, step->given);
    if (*missing)
        fill_slots(arena, step->text, &slots);
    write_missing(writer, &slots, missing);
    write_faults(writer, arena, step);
}

/* What a person can do with it now: approve, deny, start, done, answer, choose, skip, stop. */
static void write_verbs(struct json_writer *writer, const struct run_step *step, bool is_open)
{
    jw_name(writer, "can");
    jw_begin_array(writer);
    for (int verb = 0; verb < N_STEP_VERBS; verb++)
        if (step_verb_fits((enum step_verb)verb, step, is_open))
            jw_string(writer, step_verb_name((enum step_verb)verb));
    jw_end_array(writer);
}

/* What a person is asked to let happen; null when nothing waits for an approval. The hash stands for all of
 * it, and is taken back with the approval. */
static void write_approval(struct json_writer *writer, const struct run_step *step, bool is_open)
{
    char sha256[SHA256_HEX_BYTES];
    jw_name(writer, "approval");
    if (!step_verb_fits(VERB_APPROVE, step, is_open)) {
        jw_null(writer);
        return;
    }
    step_sha256(step, sha256);
    jw_begin_object(writer);
    jw_pair(writer, "runs", step_text(step));
    jw_pair(writer, "sha256", sha256);
    jw_pair(writer, "changes", text_or(step->changes, NULL));
    jw_pair(writer, "way_back", text_or(step->way_back, NULL));
    jw_pair_int(writer, "needs", step->risk == RISK_DESTRUCTIVE ? 2 : 1);
    jw_pair(writer, "first_by", text_or(step->approved_by, NULL));
    jw_pair_time(writer, "first_until", step->approval_ends_us);
    jw_end_object(writer);
}

/* What it is for people: tasks and decisions, and how it hangs together with other steps. */
static void write_people(struct json_writer *writer, const struct run_step *step)
{
    jw_pair(writer, "kind", step_kind_name(step->kind));
    jw_pair(writer, "text", step->kind == STEP_COMMAND ? NULL : step->text);
    jw_pair(writer, "condition", text_or(step->condition, NULL));
    jw_pair_int_or_null(writer, "branch_of", step->branch, step->branch != 0);
    jw_pair_int_or_null(writer, "choice", step->choice, step->choice != 0);
    jw_pair_int_or_null(writer, "option", step->option, step->option != 0);
    jw_pair(writer, "answer", text_or(step->answer, NULL));
    jw_pair(writer, "done_by", text_or(step->done_by, NULL));
    jw_pair(writer, "note", text_or(step->note, NULL));
}

void json_step(struct json_writer *writer, const struct run_step *step, const struct incident *incident)
{
    bool ended = step->finished_us != 0, is_command = step->kind == STEP_COMMAND;
    bool is_open = incident->state < INCIDENT_RESOLVED;
    jw_begin_object(writer);
    jw_pair_int(writer, "run", step->run);
    jw_pair_int(writer, "line", step->line);
    jw_pair(writer, "part", text_or(part_name(part_of(step->line)), NULL));
    jw_pair_int(writer, "document_line", step_line(step));
    jw_pair_int(writer, "position", step->position);
    jw_pair(writer, "file", step->file);
    jw_pair(writer, "phase", text_or(step->phase, NULL));
    jw_pair(writer, "command", is_command ? step->text : "");
    write_people(writer, step);
    write_prepared(writer, step);
    jw_pair(writer, "target", text_or(step->target, NULL));
    jw_pair(writer, "class", is_command ? risk_name(step->risk) : NULL);
    jw_pair(writer, "class_why", text_or(step->risk_why, NULL));
    jw_pair(writer, "state", step_state_name(step->state));
    jw_pair(writer, "why", text_or(step->why, NULL));
    jw_pair_bool(writer, "evidence", step->evidence);
    jw_pair(writer, "approved_by", text_or(step->approved_by, NULL));
    write_approval(writer, step, is_open);
    jw_pair(writer, "verdict", text_or(step_verdict_name(step->verdict), NULL));
    jw_pair(writer, "verdict_why", text_or(step->verdict_why, NULL));
    jw_pair_int_or_null(writer, "checks_for", step->checks_for, step->checks_for != 0);
    write_verbs(writer, step, is_open);
    jw_pair_time(writer, "started_at", step->started_us);
    jw_pair_time(writer, "finished_at", step->finished_us);
    jw_pair_int_or_null(writer, "exit_code", step->exit_code, ended && step->exit_code >= 0);
    jw_pair_int(writer, "attempt", step->attempt);
    jw_pair(writer, "output", step->output ? step->output : "");
    jw_pair_bool(writer, "output_cut", step->output_cut);
    jw_end_object(writer);
}

void json_event_members(struct json_writer *writer, const struct event_row *row)
{
    jw_pair_int_or_null(writer, "incident", row->incident, row->incident != 0);
    jw_pair_int(writer, "n", row->n);
    jw_pair_time(writer, "at", row->at_us);
    jw_pair(writer, "actor", row->actor);
    jw_pair(writer, "kind", row->kind);
    jw_pair(writer, "summary", row->summary);
    jw_name(writer, "body");
    jw_raw(writer, row->body && *row->body ? row->body : "{}",
           row->body && *row->body ? strlen(row->body) : 2);
    jw_pair(writer, "hash", row->hash);
}

void json_event(struct json_writer *writer, const struct event_row *row)
{
    jw_begin_object(writer);
    json_event_members(writer, row);
    jw_end_object(writer);
}
