/* From the lists of a runbook to the clock of one level. */
#include "runbook/policy_plan.h"

#include <stdlib.h>
#include <string.h>

#include "runbook/idle_words.h"
#include "runbook/text.h"

enum {
    PATIENCE_S = 900,         /* when nothing is said */
    RUNG_LINES = 3,           /* from one rung of a list to the next */
    PATIENCE_AT_ONCE_S = 300, /* a response time of "immediate" still needs time to answer the telephone */
};

const char *plan_kind_name(enum plan_kind kind)
{
    static const char *const names[N_PLAN_KINDS] = {"page",   "diagnosis", "response",   "escalation",
                                                    "update", "phase",     "resolution", "follow_up"};
    return names[kind];
}

const char *plan_basis_name(enum plan_basis basis)
{
    static const char *const names[] = {"stated", "derived", "default"};
    return names[basis];
}

const char *plan_event_name(enum plan_event event)
{
    static const char *const names[] = {"opened", "acknowledged", "resolved", "review"};
    return names[event];
}

static bool states_response_times(const struct runbook *runbook)
{
    list_each (severity, &runbook->severities)
        if (severity->response_time_s != UNSTATED)
            return true;
    return false;
}

int64_t severity_patience_s(const struct runbook *runbook, const struct severity *severity,
                            int64_t response_s, enum plan_basis *ret_basis)
{
    enum plan_basis ignored;
    enum plan_basis *basis = ret_basis ? ret_basis : &ignored;

    if (severity)
        response_s = severity->response_time_s;
    *basis = PLAN_STATED;
    /* The shorter of two: "2 hours if unresolved" does not excuse silence beyond the response time. */
    if (severity && severity->escalate_after_s > 0 &&
        (response_s <= 0 || severity->escalate_after_s < response_s))
        return severity->escalate_after_s;
    *basis = response_s != UNSTATED && response_s > 0 ? PLAN_DERIVED : PLAN_DEFAULT;
    if (response_s != UNSTATED)
        return response_s > 0 ? response_s : PATIENCE_AT_ONCE_S;
    if (severity && severity->rank != 1 && states_response_times(runbook))
        return 0;
    return PATIENCE_S;
}

/* ---- building ---- */

struct planning {
    struct arena *arena;
    const struct runbook *runbook;
    const struct severity *severity;
    struct plan *plan;
};

static struct plan_entry *add(struct planning *planning, enum plan_kind kind, int64_t after_s,
                              const char *what, int line)
{
    struct plan_entry *entry = list_push(planning->arena, &planning->plan->entries);

    *entry = (struct plan_entry){.kind = kind, .after_s = after_s, .every_s = UNSTATED, .what = what};
    entry->line = line;
    entry->basis = line > 0 ? PLAN_STATED : PLAN_DEFAULT;
    return entry;
}

static bool has(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (text_same(list->at[i], text))
            return true;
    return false;
}

static const struct procedure *procedure_at(const struct runbook *runbook, int line)
{
    list_each (procedure, &runbook->procedures)
        if (procedure->line <= line && line <= procedure->line_end)
            return procedure;
    return NULL;
}

/* What stands in a procedure of another level says nothing about this one. */
static bool concerns(const struct planning *planning, int line)
{
    const struct procedure *procedure = procedure_at(planning->runbook, line);
    const struct severity *other =
        procedure && procedure->severity ? runbook_severity(planning->runbook, procedure->severity) : NULL;

    return other == NULL || other == planning->severity;
}

static void add_pages(struct planning *planning)
{
    const struct severity *severity = planning->severity;
    enum plan_basis basis;
    int64_t patience_s = severity_patience_s(planning->runbook, severity, UNSTATED, &basis);

    add(planning, PLAN_PAGE, 0, "page the first of the chain", 0);
    add(planning, PLAN_DIAGNOSIS, 0, "run the procedure's `read` steps", 0);
    if (severity->response_time_s != UNSTATED)
        add(planning, PLAN_RESPONSE, severity->response_time_s, "acknowledged by then", severity->line);
    if (basis == PLAN_STATED || patience_s == 0) /* the runbook's own escalation is an entry of its own */
        return;
    struct plan_entry *next = add(planning, PLAN_ESCALATION, patience_s, "page the next of the chain",
                                  basis == PLAN_DERIVED ? severity->line : 0);
    next->basis = basis;
    next->condition = "nobody has acknowledged";
}

static enum plan_event event_of(const struct escalation *rule)
{
    return rule->from_answer ? PLAN_AFTER_ANSWERED : PLAN_AFTER_OPENED;
}

/* The same people at the same time were told of before: a level and a table both say so. */
static bool told(const struct planning *planning, const struct escalation *rule)
{
    const struct strings *to = &rule->to;
    list_each (entry, &planning->plan->entries) {
        bool all = entry->kind == PLAN_ESCALATION && entry->after_s == rule->after_s &&
                   entry->event == event_of(rule) && entry->to.n >= to->n;
        for (size_t i = 0; all && i < to->n; i++)
            all = has(&entry->to, to->at[i]);
        if (all && (to->n > 0 || entry->line > 0))
            return true;
    }
    return false;
}

static bool is_timed_rule(const struct escalation *escalation)
{
    return strcmp(escalation->kind, "rule") == 0 && escalation->to.n > 0 && escalation->after_s != UNSTATED;
}

/* "Red only, after 30 minutes: the director" right below rungs that name no level is one more of them. */
static bool adds_a_rung(const struct runbook *runbook, const struct escalation *rule)
{
    const struct escalation *before = rule;

    while (before > runbook->parts.escalations.at && is_timed_rule(before - 1) &&
           before->line - (before - 1)->line_end <= RUNG_LINES) {
        before--;
        if (before->applies_to.n == 0)
            return true;
    }
    return false;
}

/* The level says itself who is called when, or that nobody is; a step of a procedure says it for its trouble
 * alone. */
static bool has_own_escalation(const struct planning *planning)
{
    const struct severity *severity = planning->severity;
    bool own = severity->escalation_text != NULL;

    list_each (escalation, &planning->runbook->parts.escalations) {
        if (!is_timed_rule(escalation) || !has(&escalation->applies_to, severity->id) ||
            procedure_at(planning->runbook, escalation->line) != NULL)
            continue;
        if (!adds_a_rung(planning->runbook, escalation))
            return true;
        own &= escalation->line != severity->escalation_line;
    }
    return own;
}

static void take_rule(struct plan_entry *entry, const struct escalation *rule)
{
    entry->event = event_of(rule);
    entry->to = rule->to;
    entry->condition = rule->condition;
    entry->procedure = rule->procedure;
}

/* Rules beside no level are for each that has none of its own. */
static void add_escalations(struct planning *planning)
{
    bool own = has_own_escalation(planning);

    list_each (escalation, &planning->runbook->parts.escalations) {
        bool chain = strcmp(escalation->kind, "chain") == 0;
        bool named = has(&escalation->applies_to, planning->severity->id);
        bool every = escalation->applies_to.n == 0 && (chain || (!own && is_timed_rule(escalation)));
        if (!named && !every)
            continue;
        if ((escalation->to.n == 0 && escalation->after_s == UNSTATED) || told(planning, escalation))
            continue;
        const char *what = chain ? "escalate, in this order" : every ? "escalate (any level)" : "escalate";
        struct plan_entry *entry =
            add(planning, PLAN_ESCALATION, escalation->after_s, what, escalation->line);
        take_rule(entry, escalation);
    }
}

static void add_procedure(struct planning *planning, const struct procedure *procedure)
{
    list_each (escalation, &planning->runbook->parts.escalations) {
        if (!escalation->procedure || strcmp(escalation->procedure, procedure->id) != 0 ||
            !escalation->waits || !is_timed_rule(escalation) || told(planning, escalation))
            continue;
        struct plan_entry *entry =
            add(planning, PLAN_ESCALATION, escalation->after_s, "escalate", escalation->line);
        take_rule(entry, escalation);
    }
}

/* A level that says when to escalate, where no rule was read from the same words. */
static void add_own_escalation(struct planning *planning)
{
    const struct severity *severity = planning->severity;

    if (severity->escalate_after_s == UNSTATED || severity->escalate_after_s < 0)
        return;
    list_each (entry, &planning->plan->entries)
        if (entry->kind == PLAN_ESCALATION && entry->after_s == severity->escalate_after_s &&
            entry->basis == PLAN_STATED)
            return;
    struct plan_entry *entry =
        add(planning, PLAN_ESCALATION, severity->escalate_after_s, "escalate", severity->line);
    entry->to = severity->escalate_to;
    entry->condition = severity->escalate_condition;
}

static void add_updates(struct planning *planning)
{
    list_each (cadence, &planning->runbook->parts.cadences) {
        bool all = cadence->applies_to.n == 0;
        if (!has(&cadence->applies_to, planning->severity->id) &&
            (!all || !concerns(planning, cadence->line)))
            continue;
        struct plan_entry *entry =
            add(planning, PLAN_UPDATE, cadence->every_s, "send an update", cadence->line);
        entry->every_s = cadence->every_s;
        if (cadence->channel)
            entry->what = arena_printf(planning->arena, "send an update by %s", cadence->channel);
        if (cadence->audience)
            strings_add(planning->arena, &entry->to, cadence->audience);
        if (cadence->until)
            entry->condition = arena_printf(planning->arena, "until %s", cadence->until);
    }
}

static void add_deadlines(struct planning *planning)
{
    static const struct {
        const char *after;
        enum plan_event event;
    } events[] = {{"acknowledged", PLAN_AFTER_ANSWERED},
                  {"resolved", PLAN_AFTER_RESOLVED},
                  {"review", PLAN_AFTER_REVIEW}};

    if (planning->severity->resolution_target_s != UNSTATED)
        add(planning, PLAN_RESOLUTION, planning->severity->resolution_target_s, "resolved by then",
            planning->severity->line);
    list_each (deadline, &planning->runbook->parts.deadlines) {
        bool escalation = deadline->kind && strcmp(deadline->kind, "escalation") == 0; /* told already */
        if (escalation || !concerns(planning, deadline->line))
            continue;
        bool phase = deadline->kind && strcmp(deadline->kind, "phase") == 0;
        struct plan_entry *entry = add(planning, phase ? PLAN_PHASE : PLAN_FOLLOW_UP, deadline->due_s,
                                       deadline->what ? deadline->what : "", deadline->line);
        const struct procedure *procedure = phase ? procedure_at(planning->runbook, deadline->line) : NULL;
        if (procedure)
            entry->condition = arena_printf(planning->arena, "in \"%s\"", procedure->title);
        for (size_t i = 0; deadline->after && i < sizeof events / sizeof *events; i++)
            if (strcmp(deadline->after, events[i].after) == 0)
                entry->event = events[i].event;
    }
}

static int compare_entries(const void *a, const void *b)
{
    const struct plan_entry *left = a, *right = b;
    int64_t left_s = left->after_s == UNSTATED ? INT64_MAX : left->after_s;
    int64_t right_s = right->after_s == UNSTATED ? INT64_MAX : right->after_s;

    if (left->event != right->event)
        return (int)left->event - (int)right->event;
    if (left_s != right_s)
        return left_s < right_s ? -1 : 1;
    if (left->kind != right->kind)
        return (int)left->kind - (int)right->kind;
    return left->line - right->line;
}

void severity_plan(struct arena *arena, const struct runbook *runbook, const struct severity *severity,
                   struct plan *ret_plan)
{
    struct planning planning = {.arena = arena, .runbook = runbook, .severity = severity, .plan = ret_plan};

    *ret_plan = (struct plan){.severity = severity};
    add_pages(&planning);
    add_escalations(&planning);
    add_own_escalation(&planning);
    add_updates(&planning);
    add_deadlines(&planning);
    qsort(ret_plan->entries.at, ret_plan->entries.n, sizeof *ret_plan->entries.at, compare_entries);
}

/* Phases, updates that are steps, and whom steps call, are of their procedure only. */
static bool is_of_procedure(const struct runbook *runbook, const struct plan_entry *entry)
{
    list_each (cadence, &runbook->parts.cadences)
        if (entry->kind == PLAN_UPDATE && cadence->line == entry->line)
            return cadence->source && strcmp(cadence->source, "step") == 0;
    return entry->kind == PLAN_PHASE || entry->procedure;
}

static bool is_of_incident(const struct runbook *runbook, const struct procedure *procedure,
                           const struct plan_entry *entry)
{
    if (!is_of_procedure(runbook, entry))
        return true;
    return procedure && !entry->procedure && procedure->line <= entry->line &&
           entry->line <= procedure->line_end;
}

static bool has_all(const struct strings *list, const struct strings *names)
{
    for (size_t i = 0; i < names->n; i++)
        if (!has(list, names->at[i]))
            return false;
    return true;
}

/* The level's ladder and the procedure both call them: the sooner call is enough, when it holds as long
 * (decision 88). */
static bool is_called_before(const struct plan *plan, const struct plan_entry *entry)
{
    if (entry->kind != PLAN_ESCALATION || entry->after_s == UNSTATED || entry->to.n == 0)
        return false;
    list_each (other, &plan->entries) {
        bool two = other->kind == PLAN_ESCALATION && other->after_s != UNSTATED &&
                   other->event == entry->event && !other->procedure != !entry->procedure &&
                   has_all(&other->to, &entry->to);
        bool sooner =
            other->after_s < entry->after_s || (other->after_s == entry->after_s && entry->procedure);
        if (two && sooner && idle_holds(other->condition) &&
            (idle_outlasts_answer(other->condition) || !idle_outlasts_answer(entry->condition)))
            return true;
    }
    return false;
}

void incident_plan(struct arena *arena, const struct runbook *runbook, const struct severity *severity,
                   const struct procedure *procedure, struct plan *ret_plan)
{
    struct planning planning = {.arena = arena, .runbook = runbook, .severity = severity, .plan = ret_plan};
    struct plan level = {0}, all = {.severity = severity};

    planning.plan = &all;
    if (severity)
        severity_plan(arena, runbook, severity, &level);
    list_each (entry, &level.entries)
        if (is_of_incident(runbook, procedure, entry))
            *list_push(arena, &all.entries) = *entry;
    if (procedure)
        add_procedure(&planning, procedure);
    *ret_plan = (struct plan){.severity = severity};
    list_each (entry, &all.entries)
        if (!is_called_before(&all, entry))
            *list_push(arena, &ret_plan->entries) = *entry;
    if (ret_plan->entries.n > 0)
        qsort(ret_plan->entries.at, ret_plan->entries.n, sizeof *ret_plan->entries.at, compare_entries);
}
