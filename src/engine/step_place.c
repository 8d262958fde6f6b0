/* Where the steps of a run happen: the target of the service, fixed when the run is planned and shown, looked
 * at again before a step is let run, and before it starts.
 *
 * A lock is no thing of its own: a step that changes something holds its place from the intent until its
 * outcome is known, and the steps are durable. One whose effect is unknown holds it until somebody has
 * looked: until the incident is over, or the step is settled otherwise. Steps of one run never wait for each
 * other here, they run one by one anyway. */
#include <string.h>

#include "engine/engine_priv.h"

enum { HOUR_S = 3600 };

static bool changes(const struct run_step *step)
{
    return step->risk != RISK_READ;
}

static bool has_not_started(const struct run_step *step)
{
    return step->state == STEP_WAITING || step->state == STEP_HELD || step->state == STEP_QUEUED;
}

static const struct target *target_of(const struct turn *turn, const struct incident_record *record,
                                      const struct run_step *step, const char **ret_service)
{
    return config_target(turn->engine->config, record->incident.service, step->file, ret_service);
}

/* Fills in where it runs; why it cannot be meant for there, or NULL. */
static const char *place_find(struct turn *turn, const struct incident_record *record, struct run_step *step)
{
    struct run_step at = {.file = step->file ? step->file : record->incident.runbook_file};
    const struct target *target = target_of(turn, record, &at, &step->service);
    step->target = target_text(turn->arena, target);
    step->place = target->line ? target_place(turn->arena, target) : "";
    return target_contradicts(turn->arena, target->kube_context, step_text(step));
}

void step_place_plan(struct turn *turn, const struct incident_record *record, struct run_step *step)
{
    const char *contradiction = place_find(turn, record, step);
    if (contradiction) {
        step->state = STEP_HELD;
        step->why = contradiction;
    }
}

/* The body of an event about the step, with the members that all of them have. */
static struct json_writer *body_begin(struct turn *turn, const struct run_step *step)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "command", step->text);
    return body;
}

static const char *name_of(const char *target)
{
    return *target ? target : "this host";
}

bool step_place_stands(struct turn *turn, const struct incident_record *record, struct run_step *step)
{
    struct run_step now = *step;
    const char *before = step->target;
    const char *contradiction = place_find(turn, record, &now);
    if (!has_not_started(step) ||
        (strcmp(now.target, before) == 0 && strcmp(now.service, step->service) == 0))
        return true;
    before = arena_strdup(turn->arena, before);
    bool approved = *step->approved_by != '\0';
    text_keep(&step->service, now.service);
    text_keep(&step->target, now.target);
    text_keep(&step->place, now.place);
    text_keep(&step->approved_by, "");
    step->approval_ends_us = 0;
    if (contradiction) {
        step->state = STEP_HELD;
        text_keep(&step->why, contradiction);
    } else if (step->state == STEP_HELD) {
        values_reopen(turn, step); /* the former target may have been what spoke against it */
    } else if (approved) {
        step->state = STEP_WAITING;
        text_keep(&step->why, "The configuration says another target now: look at it and approve it again.");
    }
    turn_save_step(turn, step, NULL);
    struct json_writer *body = body_begin(turn, step);
    jw_pair(body, "before", before);
    jw_pair(body, "target", step->target);
    jw_pair_bool(body, "approval_void", approved);
    event_end(turn, step->incident, NULL, "step.target_changed", "`%s` would run on %s now, not on %s%s",
              text_head(turn->arena, step_text(step), 160),
              text_head(turn->arena, name_of(step->target), 160),
              text_head(turn->arena, name_of(before), 160), approved ? ": its approval is void" : "");
    return false;
}

bool step_place_may(struct turn *turn, const struct incident_record *record, struct run_step *step)
{
    const char *service;
    if (!step_place_stands(turn, record, step)) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident,
                    "Line %d would run on %s now, by the configuration. Look at it and approve it again.",
                    step_line(step), name_of(step->target));
        return false;
    }
    const char *contradiction = target_contradicts(
        turn->arena, target_of(turn, record, step, &service)->kube_context, step_text(step));
    if (contradiction)
        turn_answer(turn, OUTCOME_CONFLICT, step->incident, "%s", contradiction);
    return !contradiction;
}

/* ---- locks ---- */

static bool holds(const struct incident_record *record, const struct run_step *step, const char *place)
{
    if (!changes(step) || strcmp(step->place, place) != 0)
        return false;
    return step->state == STEP_STARTING || step->state == STEP_RUNNING || step->state == STEP_STOPPING ||
           (step->state == STEP_EFFECT_UNKNOWN && incident_is_open(record));
}

static const struct run_step *holder_of(const struct engine *engine, const struct incident_record *except,
                                        const char *place)
{
    for (const struct incident_record *record = engine->first; record; record = record->next)
        for (size_t i = 0; record != except && i < record->n_steps; i++)
            if (holds(record, &record->steps[i], place))
                return &record->steps[i];
    return NULL;
}

bool step_place_waits(struct turn *turn, const struct incident_record *record, struct run_step *step)
{
    if (!changes(step) || !*step->place)
        return false;
    const struct run_step *holder = holder_of(turn->engine, record, step->place);
    if (!holder)
        return false;
    turn->engine->places_wanted = true;
    const char *why =
        arena_printf(turn->arena, "It waits for %s: line %d of incident %lld is %s there, approved by %s.",
                     step->place, step_line(holder), (long long)holder->incident,
                     step_state_name(holder->state), *holder->approved_by ? holder->approved_by : "nobody");
    if (strcmp(step->why, why) == 0)
        return true;
    text_keep(&step->why, why);
    turn_save_step(turn, step, NULL);
    struct json_writer *body = body_begin(turn, step);
    jw_pair(body, "place", step->place);
    jw_pair_int(body, "holder_run", holder->run);
    jw_pair_int(body, "holder_line", holder->line);
    event_end(turn, step->incident, NULL, "step.waits", "`%s` waits. %s",
              text_head(turn->arena, step_text(step), 160), why);
    return true;
}

void step_places_review(struct turn *turn)
{
    if (!turn->engine->places_wanted)
        return;
    turn->engine->places_wanted = false;
    for (struct incident_record *record = turn->engine->first; record; record = record->next)
        if (incident_is_open(record) && record->n_steps)
            run_continue(turn, record);
}

/* What was approved before the service was frozen has not been let run since. */
static void freeze(struct turn *turn, const struct incident_record *record, struct run_step *step)
{
    const char *service;
    bool approved = step->state == STEP_QUEUED && *step->approved_by;
    if (!approved || !changes(step) || !target_of(turn, record, step, &service)->frozen)
        return;
    const char *by = arena_strdup(turn->arena, step->approved_by);
    step->state = STEP_WAITING;
    step->approval_ends_us = 0;
    text_keep(&step->approved_by, "");
    text_keep(&step->why, arena_printf(turn->arena, "Service %s is frozen now: approve it again.", service));
    turn_save_step(turn, step, NULL);
    struct json_writer *body = body_begin(turn, step);
    jw_pair(body, "service", service);
    jw_pair(body, "approved_by", by);
    event_end(turn, step->incident, NULL, "step.frozen",
              "`%s` does not run: service %s is frozen, and the approval by %s is void",
              text_head(turn->arena, step_text(step), 160), service, by);
}

void step_places_learn(struct turn *turn)
{
    turn->engine->places_changed = false;
    for (struct incident_record *record = turn->engine->first; record; record = record->next)
        for (size_t i = 0; incident_is_open(record) && i < record->n_steps; i++)
            if (record->steps[i].kind == STEP_COMMAND && step_place_stands(turn, record, &record->steps[i]))
                freeze(turn, record, &record->steps[i]);
}

/* ---- limits ---- */

/* How often it began in the last hour, or is about to. Earlier attempts of a step that began again count as
 * of its last: rather too many than too few. */
static int64_t changes_of(const struct turn *turn, const struct run_step *step)
{
    if (step->state == STEP_QUEUED || step->state == STEP_STARTING)
        return *step->approved_by ? step->attempt + (step->state == STEP_QUEUED) : 0;
    bool recent = step->started_us > 0 && step->started_us > turn->now_us - HOUR_S * US_PER_S;
    return step->state != STEP_REFUSED && recent ? step->attempt : 0;
}

static int64_t changes_an_hour(const struct turn *turn, const char *place)
{
    int64_t n = 0;
    for (const struct incident_record *record = turn->engine->first; record; record = record->next)
        for (size_t i = 0; i < record->n_steps; i++)
            if (changes(&record->steps[i]) && strcmp(record->steps[i].place, place) == 0)
                n += changes_of(turn, &record->steps[i]);
    return n;
}

static int64_t destructive_steps(const struct incident_record *record)
{
    int64_t n = 0;
    for (size_t i = 0; i < record->n_steps; i++) {
        const struct run_step *step = &record->steps[i];
        n += step->risk == RISK_DESTRUCTIVE && step->state != STEP_REFUSED &&
             (step->attempt > 0 || step->state == STEP_QUEUED);
    }
    return n;
}

const char *step_place_limit(struct turn *turn, const struct incident_record *record,
                             const struct run_step *step)
{
    const char *service;
    const struct target *target = target_of(turn, record, step, &service);
    const char *name = name_of(step->target);
    if (!changes(step))
        return NULL;
    if (target->frozen)
        return arena_printf(turn->arena, "Nothing may be changed on %s: service %s is frozen.", name,
                            service);
    if (target->changes_an_hour && changes_an_hour(turn, step->place) >= target->changes_an_hour)
        return arena_printf(
            turn->arena,
            "%lld changes within an hour is the limit of service %s on %s, and that many there "
            "were.",
            (long long)target->changes_an_hour, service, name);
    if (step->risk == RISK_DESTRUCTIVE && target->destructive_an_incident &&
        destructive_steps(record) >= target->destructive_an_incident)
        return arena_printf(
            turn->arena,
            "%lld destructive steps in one incident is the limit of service %s, and that many "
            "there were.",
            (long long)target->destructive_an_incident, service);
    return NULL;
}

void step_place_override(struct turn *turn, const struct run_step *step, const struct input *input,
                         const char *limit)
{
    struct json_writer *body = body_begin(turn, step);
    jw_pair(body, "limit", limit);
    jw_pair(body, "text", text_head(turn->arena, input->text, 4096));
    event_end(turn, step->incident, input->actor, "limit.overridden", "%s overrides a limit: %s Because: %s",
              input->actor, limit, text_head(turn->arena, input->text, 300));
}
