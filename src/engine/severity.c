/* How bad an incident is: alerts raise its level, and people set it, up or down, with a reason. Either way
 * everything that depends on the level follows. */
#include <string.h>

#include "engine/engine_priv.h"

enum { WHY_BYTES = 4096, LEVEL_BYTES = 60 };

/* A level to be taken. */
struct taken {
    const char *id, *why, *by; /* by "": alerts */
    int rank, line;
    int64_t response_time_s;
};

static bool is_worse(int rank, int than)
{
    return rank > 0 && (than <= 0 || rank < than);
}

const struct severity *incident_level(const struct engine *engine, const struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(engine, record, &procedure);
    return runbook ? runbook_severity(runbook, record->incident.severity) : NULL;
}

const struct procedure *incident_procedure(const struct engine *engine, const struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(engine, record, &procedure);
    if (procedure || !runbook || !*record->incident.procedure_title)
        return procedure;
    list_each (other, &runbook->procedures)
        if (strcmp(other->title, record->incident.procedure_title) == 0)
            return other;
    return NULL;
}

static void take(struct turn *turn, struct incident_record *record, const struct taken *level)
{
    struct incident *incident = &record->incident;
    struct escalate_change change = {
        .from = arena_strdup(turn->arena, incident->severity),
        .n_steps = chain_length(turn->engine, record),
        .worse = is_worse(level->rank, incident->severity_rank),
        .actor = level->by,
    };
    text_keep(&incident->severity, level->id);
    text_keep(&incident->severity_why, level->why);
    text_keep(&incident->severity_by, level->by);
    incident->severity_rank = level->rank;
    incident->severity_line = level->line;
    incident->response_time_s = level->response_time_s;
    incident_changed(turn, record, CHANGE_SEVERITY);
    escalate_level_changed(turn, record, &change);
    chain_say_unfilled(turn, record);
}

static struct json_writer *change_begin(struct turn *turn, const struct incident *incident, const char *to,
                                        int rank, const char *why, int line)
{
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "from", incident->severity);
    jw_pair(body, "to", to);
    jw_pair_int(body, "rank", rank);
    jw_pair(body, "why", why);
    jw_pair_int(body, "line", line);
    return body;
}

void incident_raise(struct turn *turn, struct incident_record *record, const struct severity_choice *choice,
                    const char *alertname)
{
    struct incident *incident = &record->incident;
    /* What a person decided stands against alerts that say nothing worse than those before. */
    bool unheard = is_worse(choice->rank, incident->severity_heard);
    if (unheard) {
        incident->severity_heard = choice->rank;
        turn_touch(turn, record);
    }
    if (!is_worse(choice->rank, incident->severity_rank) || (*incident->severity_by && !unheard))
        return;
    struct json_writer *body =
        change_begin(turn, incident, choice->id, choice->rank, choice->why, choice->line);
    jw_pair(body, "alert", text_head(turn->arena, alertname, 200));
    event_end(turn, incident->number, NULL, "incident.severity_raised",
              "Severity raised from %s to %s by %s, because %s", incident->severity, choice->id,
              text_head(turn->arena, alertname, 80), choice->why);
    take(turn, record,
         &(struct taken){
             .id = choice->id,
             .why = choice->why,
             .by = "",
             .rank = choice->rank,
             .line = choice->line,
             .response_time_s = choice->severity ? choice->severity->response_time_s : UNSTATED,
         });
}

static const char *levels_text(struct turn *turn, const struct runbook *runbook)
{
    const char *text = "";
    list_each (severity, &runbook->severities)
        if (severity->id)
            text = arena_printf(turn->arena, "%s%s%s", text, *text ? ", " : "", severity->id);
    return text;
}

/* The level that the word names; false after answering why it names none. */
static bool level_wanted(struct turn *turn, const struct incident_record *record, const struct input *input,
                         struct taken *ret_level)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    int64_t number = record->incident.number;
    const char *word = text_head(turn->arena, text_or(input->word, ""), LEVEL_BYTES);
    if (!*word || !input->text || !*input->text) {
        turn_answer(turn, OUTCOME_INVALID, number, "A severity needs a level and a reason.");
        return false;
    }
    ret_level->by = text_or(input->actor, "somebody");
    ret_level->why = text_head(turn->arena, input->text, WHY_BYTES);
    ret_level->response_time_s = UNSTATED;
    if (!runbook || !runbook->severities.n) {
        ret_level->id = word; /* nothing says which levels there are */
        return true;
    }
    const struct severity *level = runbook_severity(runbook, word);
    if (!level) {
        turn_answer(turn, OUTCOME_INVALID, number, "%s has no level \"%s\". Its levels are %s.",
                    runbook->file, word, levels_text(turn, runbook));
        return false;
    }
    ret_level->id = level->id;
    ret_level->rank = level->rank;
    ret_level->line = level->line;
    ret_level->response_time_s = level->response_time_s;
    return true;
}

void decide_severity(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    struct taken level = {0};
    if (!record || !level_wanted(turn, record, input, &level))
        return;
    struct incident *incident = &record->incident;
    if (!incident_is_open(record)) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number, "Incident %lld is %s: its severity stands.",
                    (long long)incident->number, incident_state_name(incident->state));
        return;
    }
    if (strcmp(level.id, incident->severity) == 0) {
        turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is %s already.",
                    (long long)incident->number, level.id);
        return;
    }
    bool worse = is_worse(level.rank, incident->severity_rank);
    incident_progress(turn, record, level.by);
    change_begin(turn, incident, level.id, level.rank, level.why, level.line);
    event_end(turn, incident->number, level.by,
              worse ? "incident.severity_raised" : "incident.severity_lowered",
              "Severity %s from %s to %s by %s: %s", worse ? "raised" : "lowered", incident->severity,
              level.id, level.by, text_head(turn->arena, level.why, 300));
    take(turn, record, &level);
    incident_progress(turn, record, level.by); /* the lease is as long as the new level's */
    turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is %s.", (long long)incident->number,
                level.id);
}
