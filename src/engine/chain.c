/* Whom to page, and how long to wait: the service's escalation in the configuration, else everybody in its
 * order, a step each; and between and after them the people of the roles that the runbook escalates this
 * level to, at the time that it says. Waiting that nobody states is what the runbook's severity says.
 *
 * Roles become people by `roles:` of the configuration. One that nobody fills is no step: it costs no
 * waiting, and the timeline says so. */
#include "engine/chain.h"

#include <string.h>
#include <strings.h>

#include "base/must.h"
#include "engine/engine_priv.h"
#include "runbook/idle_words.h"
#include "runbook/policy_plan.h"
#include "runbook/role_words.h"
#include "runbook/text.h"

/* A step without a time of its own comes after all that have one. */
#define NO_TIME_S (INT64_C(100) * 366 * 86400)

/* Into its place by time, behind those of the same time. */
static void insert(struct arena *arena, struct chain *chain, struct chain_step step)
{
    list_push(arena, &chain->steps);
    size_t at = chain->steps.n - 1;
    for (; at > 0 && chain->steps.at[at - 1].at_s > step.at_s; at--)
        chain->steps.at[at] = chain->steps.at[at - 1];
    chain->steps.at[at] = step;
    if (step.after_s == UNSTATED && step.at_s >= NO_TIME_S)
        return;
    for (size_t i = at; i <= at + 1 && i < chain->steps.n; i++)
        if (chain->steps.at[i].at_s < NO_TIME_S && (i > 0 || step.after_s != UNSTATED))
            chain->steps.at[i].after_s = chain->steps.at[i].at_s - (i > 0 ? chain->steps.at[i - 1].at_s : 0);
}

static void add_configured(struct arena *arena, const struct chain_question *question, struct chain *chain)
{
    const struct config *config = question->config;
    const struct service *service = question->service;
    bool all = !service || !service->escalation.n;
    int64_t patience =
        severity_patience_s(question->runbook, question->level, question->response_time_s, NULL);
    int64_t at_s = 0;
    size_t n = all ? config->people.n : service->escalation.n;
    for (size_t i = 0; i < n; i++) {
        const struct escalation_step *step = all ? NULL : &service->escalation.at[i];
        int64_t after_s = step ? step->after_s : UNSTATED;
        int64_t wait_s = after_s != UNSTATED ? after_s : patience > 0 ? patience : NO_TIME_S;
        if (i > 0)
            at_s = at_s + wait_s < NO_TIME_S ? at_s + wait_s : NO_TIME_S;
        struct chain_step *added = list_push(arena, &chain->steps);
        *added = (struct chain_step){.at_s = at_s, .after_s = after_s};
        if (step) {
            added->notify = step->notify;
            added->line = step->line;
        } else {
            strings_add(arena, &added->notify, arena_printf(arena, "person:%s", config->people.at[i].id));
            added->line = config->people.at[i].line;
        }
    }
}

static const struct config_role *role_filled(struct arena *arena, const struct config *config,
                                             const char *name)
{
    list_each (role, &config->roles)
        if (role->notify.n && role_same(arena, role->name, name))
            return role;
    return NULL;
}

/* Whoever is on call is what the schedules are for. */
static bool is_on_call(const struct runbook *runbook, const char *name)
{
    list_each (role, &runbook->parts.roles)
        if (strcasecmp(role->name, name) == 0)
            return role->kind && strcmp(role->kind, "oncall") == 0;
    return false;
}

static void add_role(struct arena *arena, const struct chain_question *question, const char *name, int line,
                     struct chain_step *step, struct chain *chain)
{
    const struct config_role *role = role_filled(arena, question->config, name);
    if (role) {
        list_each (target, &role->notify)
            strings_add(arena, &step->notify, *target);
        if (!step->line)
            step->line = role->line;
    } else if (!is_on_call(question->runbook, name)) {
        strings_add(arena, &chain->unfilled, arena_printf(arena, "%s (line %d)", name, line));
    }
}

static void add_roles(struct arena *arena, const struct chain_question *question, const struct strings *names,
                      int line, int64_t at_s, const char *condition, struct chain *chain)
{
    struct chain_step step = {
        .at_s = at_s, .after_s = UNSTATED, .runbook_line = line, .condition = condition};
    list_each (name, names)
        add_role(arena, question, *name, line, &step, chain);
    if (step.notify.n)
        insert(arena, chain, step);
}

static const struct escalation *ordered_chain(const struct runbook *runbook, const char *level, int line)
{
    list_each (escalation, &runbook->parts.escalations) {
        bool applies = escalation->applies_to.n == 0;
        list_each (id, &escalation->applies_to)
            applies |= strcmp(*id, level) == 0;
        if (applies && escalation->ordered && (line == 0 || escalation->line == line))
            return escalation;
    }
    return NULL;
}

/* When the line of an ordered chain says that the i-th of it is called ("lead -> manager (15 min)"): the
 * first at once when a later one waits; where nobody does, one follows the other. */
static int64_t time_in_chain_s(const struct runbook *runbook, const struct escalation *ordered, size_t i)
{
    int64_t at_s = NO_TIME_S;
    list_each (rule, &runbook->parts.escalations) {
        if (rule->ordered || rule->line != ordered->line || rule->after_s == UNSTATED || rule->to.n != 1)
            continue;
        if (strcmp(rule->to.at[0], ordered->to.at[i]) == 0)
            return rule->after_s;
        if (i == 0)
            at_s = 0;
    }
    return at_s;
}

/* When an entry comes to pass in an incident that nobody takes. What counts from the acknowledgement does so
 * from the moment at which it should have been there: silence is no reason to call nobody. */
static int64_t unanswered_s(const struct chain_question *question, const struct plan_entry *entry)
{
    if (entry->after_s == UNSTATED)
        return NO_TIME_S;
    return entry->event == PLAN_AFTER_OPENED
               ? entry->after_s
               : entry->after_s +
                     severity_patience_s(question->runbook, question->level, question->response_time_s, NULL);
}

static void add_stated(struct arena *arena, const struct chain_question *question, struct chain *chain)
{
    const struct runbook *runbook = question->runbook;
    const struct severity *level = question->level;
    struct plan plan = {0};
    if (!runbook)
        return;
    incident_plan(arena, runbook, level, question->procedure, &plan);
    list_each (entry, &plan.entries)
        if (entry->kind == PLAN_ESCALATION && entry->to.n && idle_holds(entry->condition) &&
            !(level && ordered_chain(runbook, level->id, entry->line)))
            add_roles(arena, question, &entry->to, entry->line, unanswered_s(question, entry),
                      entry->condition, chain);
    const struct escalation *ordered = level ? ordered_chain(runbook, level->id, 0) : NULL;
    for (size_t i = 0; ordered && i < ordered->to.n; i++) {
        struct strings one = {0};
        strings_add(arena, &one, ordered->to.at[i]);
        add_roles(arena, question, &one, ordered->line, time_in_chain_s(runbook, ordered, i), NULL, chain);
    }
}

void chain_make(struct arena *arena, const struct chain_question *question, struct chain *ret_chain)
{
    struct chain chain = {0};
    add_configured(arena, question, &chain);
    add_stated(arena, question, &chain);
    *ret_chain = chain;
}

void incident_chain(struct arena *arena, const struct engine *engine, const struct incident_record *record,
                    struct chain *ret_chain)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(engine, record, &procedure);
    const struct chain_question question = {
        .config = engine->config,
        .service = config_service(engine->config, record->incident.service),
        .runbook = runbook,
        .level = incident_level(engine, record),
        .procedure = incident_procedure(engine, record),
        .response_time_s = record->incident.response_time_s,
    };
    chain_make(arena, &question, ret_chain);
}

size_t chain_length(const struct engine *engine, const struct incident_record *record)
{
    scoped_arena struct arena *arena = arena_new();
    struct chain chain;
    incident_chain(arena, engine, record, &chain);
    return chain.steps.n;
}

int64_t chain_after_s(const struct engine *engine, const struct incident_record *record, size_t index)
{
    scoped_arena struct arena *arena = arena_new();
    struct chain chain;
    incident_chain(arena, engine, record, &chain);
    must(index < chain.steps.n);
    return chain.steps.at[index].after_s;
}

void chain_say_unfilled(struct turn *turn, const struct incident_record *record)
{
    const char *names = "";
    struct chain chain;
    incident_chain(turn->arena, turn->engine, record, &chain);
    if (!chain.unfilled.n)
        return;
    struct json_writer *body = event_begin(turn);
    jw_name(body, "roles");
    jw_begin_array(body);
    list_each (name, &chain.unfilled) {
        jw_string(body, *name);
        names = arena_printf(turn->arena, "%s%s%s", names, *names ? ", " : "", *name);
    }
    jw_end_array(body);
    event_end(turn, record->incident.number, NULL, "escalation.unfilled",
              "%s escalates %s to %s: nobody fills that; name people under roles: in the configuration",
              record->incident.runbook_file, record->incident.severity, names);
}

static void add_once(struct arena *arena, struct strings *people, const char *id)
{
    list_each (known, people)
        if (strcmp(*known, id) == 0)
            return;
    strings_add(arena, people, id);
}

static const char person_prefix[] = "person:", schedule_prefix[] = "schedule:";

static const struct schedule *schedule_of(const struct config *config, const char *target)
{
    size_t n = strlen(schedule_prefix);
    return strncmp(target, schedule_prefix, n) == 0 ? config_schedule(config, target + n) : NULL;
}

void chain_target_people(struct arena *arena, const struct engine *engine, const char *target, int64_t at_us,
                         struct strings *people)
{
    const struct schedule *schedule = schedule_of(engine->config, target);
    struct strings on_call = {0};
    if (strncmp(target, person_prefix, strlen(person_prefix)) == 0)
        add_once(arena, people, target + strlen(person_prefix));
    else if (schedule)
        engine_people_at(engine, arena, schedule, at_us < engine->shift_us ? engine->shift_us : at_us,
                         &on_call, NULL);
    list_each (id, &on_call)
        add_once(arena, people, *id);
}

const char *chain_timezone(const struct config *config, const struct chain *chain)
{
    list_each (step, &chain->steps)
        list_each (target, &step->notify) {
            const struct schedule *schedule = schedule_of(config, *target);
            if (schedule)
                return schedule->timezone;
        }
    return config->schedules.n ? config->schedules.at[0].timezone : "UTC";
}

void chain_notified(struct turn *turn, const struct strings *notify, struct strings *people)
{
    list_each (target, notify)
        chain_target_people(turn->arena, turn->engine, *target, turn->now_us, people);
}

void chain_roles(struct turn *turn, const struct strings *names, struct strings *people)
{
    list_each (name, names) {
        const struct config_role *role = role_filled(turn->arena, turn->engine->config, *name);
        if (role)
            chain_notified(turn, &role->notify, people);
    }
}

void chain_people(struct turn *turn, const struct incident_record *record, size_t index,
                  struct strings *ret_people)
{
    struct strings people = {0};
    struct chain chain;
    incident_chain(turn->arena, turn->engine, record, &chain);
    must(index < chain.steps.n);
    chain_notified(turn, &chain.steps.at[index].notify, &people);
    *ret_people = people;
}

int64_t patience_s(const struct engine *engine, const struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(engine, record, &procedure);
    const struct severity *severity = runbook ? runbook_severity(runbook, record->incident.severity) : NULL;
    return severity_patience_s(runbook, severity, record->incident.response_time_s, NULL);
}
