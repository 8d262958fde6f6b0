#include "runbook/coverage.h"

#include <string.h>

#include "base/map.h"
#include "runbook/severity_scale.h"

const char *coverage_state_name(enum coverage_state state)
{
    static const char *const names[] = {
        [COVERAGE_SURE] = "sure", [COVERAGE_WEAK] = "weak", [COVERAGE_NONE] = "none"};
    return names[state];
}

struct reading {
    struct arena *arena;
    const struct library *library;
    const struct severity_scale *scale;
    struct map *reached; /* addresses of procedures, and of runbooks that answer as a whole */
    struct coverage *coverage;
};

static void reach(struct reading *reading, const struct match *match)
{
    const void *answer = match->procedure ? (const void *)match->procedure : (const void *)match->runbook;
    map_put(reading->reached, &answer, sizeof answer, reading->reached);
}

static bool is_reached(const struct reading *reading, const void *answer)
{
    return map_get(reading->reached, &answer, sizeof answer) != NULL;
}

/* As the server looks: in the document that is configured, else in all. */
static void find(struct reading *reading, const struct alert_rule *rule, struct covered_rule *covered)
{
    struct match_query query = {.alertname = rule->alertname,
                                .labels = rule->labels.at,
                                .n_labels = rule->labels.n,
                                .runbook_url = rule->runbook_url};
    query.only = rule->document ? library_find(reading->library, rule->document) : NULL;
    match_alert(reading->arena, reading->library, &query, &covered->best, &covered->nearest);
    if (query.only && !covered->best.runbook) {
        query.only = NULL;
        match_alert(reading->arena, reading->library, &query, &covered->best, &covered->nearest);
    }
}

static void rule_read(struct reading *reading, const struct alert_rule *rule)
{
    struct coverage *coverage = reading->coverage;
    struct covered_rule *covered = list_push(reading->arena, &coverage->rules);
    covered->rule = rule;
    find(reading, rule, covered);
    covered->state = !covered->best.runbook    ? COVERAGE_NONE
                     : covered->best.confident ? COVERAGE_SURE
                                               : COVERAGE_WEAK;
    list_each (label, &rule->labels)
        covered->has_severity = covered->has_severity || severity_scale_label(reading->scale, label->name);
    if (covered->best.runbook)
        reach(reading, &covered->best);
    coverage->n_none += covered->state == COVERAGE_NONE;
    coverage->n_weak += covered->state == COVERAGE_WEAK;
    coverage->n_without_severity += !covered->has_severity;
}

static void runbook_read_dates(struct reading *reading, const struct runbook *runbook, int64_t today_us)
{
    struct due_dates dates = {0};
    if (!runbook->document)
        return;
    due_dates_read(reading->arena, runbook->document, &dates);
    list_each (date, &dates)
        if (due_date_passed(date, today_us))
            *list_push(reading->arena, &reading->coverage->overdue) =
                (struct overdue){.runbook = runbook, .date = *date};
}

/* Emergencies are declared by people, recipes are looked up. */
static bool awaits_alert(const struct procedure *procedure)
{
    return procedure->kind &&
           (strcmp(procedure->kind, "alert") == 0 || strcmp(procedure->kind, "symptom") == 0);
}

static void runbook_check(struct reading *reading, const struct runbook *runbook)
{
    list_each (procedure, &runbook->procedures)
        if (awaits_alert(procedure) && !is_reached(reading, procedure) && !is_reached(reading, runbook))
            *list_push(reading->arena, &reading->coverage->unreached) =
                (struct unreached){.runbook = runbook, .procedure = procedure};
}

void coverage_read(struct arena *arena, const struct library *library, const struct alert_rules *rules,
                   int64_t today_us, struct coverage *ret_coverage)
{
    *ret_coverage = (struct coverage){0};
    struct reading reading = {.arena = arena,
                              .library = library,
                              .scale = severity_scale_builtin(),
                              .reached = map_new(),
                              .coverage = ret_coverage};
    list_each (rule, rules)
        rule_read(&reading, rule);
    for (size_t i = 0; i < library->n_runbooks; i++) {
        if (rules->n > 0)
            runbook_check(&reading, library->runbooks[i]);
        runbook_read_dates(&reading, library->runbooks[i], today_us);
    }
    map_free(reading.reached);
}
