/* Patient safety, an axis beside severity: set by the words of an alert or of the procedure that answers it,
 * or by a person, who alone can clear it. It lifts the severity to the level that names such harm, and pages
 * the people who answer for it. */
#include <string.h>

#include "base/words.h"
#include "engine/engine_priv.h"
#include "runbook/role_words.h"
#include "runbook/safety.h"

enum { WHY_BYTES = 4096, VALUE_BYTES = 80 };

static void page_safety_people(struct turn *turn, struct incident_record *record)
{
    const char *why = arena_printf(
        turn->arena, "Patients may be harmed: %s",
        words_quoted(turn->arena, text_head(turn->arena, record->incident.patient_safety_why, 300)));
    bool paged = false;
    list_each (role, &turn->engine->config->roles) {
        struct strings people = {0};
        if (!role_is_safety(turn->arena, role->name))
            continue;
        chain_notified(turn, &role->notify, &people);
        list_each (person, &people) {
            role_give(turn, record, role->name, *person, "who answers for the safety of patients");
            paged |= page_person_anew(turn, record, *person, why);
        }
    }
    record->incident.pages_owed |= paged;
}

/* Roles of the runbook that answer for patients and that nobody fills. */
static void say_unfilled(struct turn *turn, const struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    if (!runbook)
        return;
    list_each (role, &runbook->parts.roles) {
        bool filled = !role_is_safety(turn->arena, role->name);
        list_each (known, &turn->engine->config->roles)
            filled |= known->notify.n > 0 && role_same(turn->arena, known->name, role->name);
        if (filled)
            continue;
        jw_pair(event_begin(turn), "role", role->name);
        event_end(
            turn, record->incident.number, NULL, "escalation.unfilled",
            "%s answers for the safety of patients (%s): nobody fills that; name people under roles: in "
            "the configuration",
            role->name, place_text(turn->arena, runbook->file, role->line));
    }
}

static void lift(struct turn *turn, struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    int line = 0;
    const struct severity *level = runbook ? safety_level(turn->arena, runbook, &line) : NULL;
    if (!level || !level->id)
        return;
    struct severity_choice choice = {
        .severity = level,
        .id = level->id,
        .rank = level->rank,
        .why = arena_printf(turn->arena, "patients may be harmed, which is %s (line %d)", level->id, line),
        .line = line,
    };
    incident_raise(turn, record, &choice, "patient safety");
}

static void set(struct turn *turn, struct incident_record *record, const char *why, int line, const char *by)
{
    struct incident *incident = &record->incident;
    incident->patient_safety = true;
    incident->patient_safety_line = line;
    text_keep(&incident->patient_safety_why, why);
    text_keep(&incident->patient_safety_by, by);
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "why", why);
    jw_pair_int(body, "line", line);
    event_end(turn, incident->number, *by ? by : NULL, "incident.patient_safety",
              "Patients may be harmed: %s%s", text_head(turn->arena, why, 300),
              line > 0 ? arena_printf(turn->arena, " (line %d)", line) : "");
    incident_changed(turn, record, CHANGE_SEVERITY);
    lift(turn, record);
    say_unfilled(turn, record);
    if (incident->escalation_step > 0 || incident->acknowledged_us)
        page_safety_people(turn, record);
}

void safety_opened(struct turn *turn, struct incident_record *record)
{
    if (record->incident.patient_safety)
        page_safety_people(turn, record);
}

/* What the alert says; "" when it says nothing of it. */
static const char *alert_says(struct turn *turn, const struct alert *alert)
{
    const char *value = label_value(alert->labels, alert->n_labels, "patient_safety");
    const char *words = safety_words(turn->arena, alert_name(alert));
    if (value && (strcmp(value, "true") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "1") == 0))
        return arena_printf(turn->arena, "the alert's label patient_safety=%s",
                            text_head(turn->arena, value, VALUE_BYTES));
    for (size_t i = 0; !words && i < alert->n_annotations; i++)
        if (strcmp(alert->annotations[i].name, "runbook_url") != 0)
            words = safety_words(turn->arena, alert->annotations[i].value);
    return words ? arena_printf(turn->arena, "the alert %s speaks of \"%s\"",
                                text_head(turn->arena, alert_name(alert), VALUE_BYTES),
                                text_head(turn->arena, words, VALUE_BYTES))
                 : "";
}

bool safety_is_named(struct turn *turn, const struct procedure *procedure, const struct alert *alert)
{
    return *alert_says(turn, alert) || (procedure && safety_of_procedure(turn->arena, procedure).why);
}

void safety_hear(struct turn *turn, struct incident_record *record, const struct alert *alert)
{
    const struct incident *incident = &record->incident;
    const struct procedure *procedure;
    if (incident->patient_safety || *incident->patient_safety_by)
        return; /* known, or a person has judged */
    struct safety_finding finding = {.why = alert_says(turn, alert)};
    incident_runbook(turn->engine, record, &procedure);
    if (!*finding.why && procedure)
        finding = safety_of_procedure(turn->arena, procedure);
    if (finding.why && *finding.why)
        set(turn, record, finding.why, finding.line, "");
}

static void clear(struct turn *turn, struct incident_record *record, const char *why, const char *by)
{
    struct incident *incident = &record->incident;
    incident->patient_safety = false;
    incident->patient_safety_line = 0;
    text_keep(&incident->patient_safety_why, why);
    text_keep(&incident->patient_safety_by, by);
    jw_pair(event_begin(turn), "why", why);
    event_end(turn, incident->number, by, "incident.patient_safety_cleared", "No harm to patients: %s",
              text_head(turn->arena, why, 300));
    incident_changed(turn, record, CHANGE_SEVERITY);
}

void decide_patient_safety(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    struct incident *incident = &record->incident;
    const char *actor = text_or(input->actor, "somebody");
    if (!input->text || !*input->text) {
        turn_answer(turn, OUTCOME_INVALID, incident->number,
                    "Whether patients may be harmed needs a reason, for the record.");
        return;
    }
    if (!incident_is_open(record)) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number, "Incident %lld is %s: what was said stands.",
                    (long long)incident->number, incident_state_name(incident->state));
        return;
    }
    if (input->flag == incident->patient_safety) {
        turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld says so already.",
                    (long long)incident->number);
        return;
    }
    const char *why = text_head(turn->arena, input->text, WHY_BYTES);
    incident_progress(turn, record, actor);
    if (input->flag)
        set(turn, record, why, 0, actor);
    else
        clear(turn, record, why, actor);
    turn_answer(turn, OUTCOME_DONE, incident->number, "Noted on incident %lld.", (long long)incident->number);
}
