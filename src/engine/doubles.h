/* Stand-ins for rooms that are not built yet; goes away with them. */
#pragma once
#include "config/config.h"
#include "runbook/library.h"
#include "runbook/policy.h"
#include <ctype.h>
#include <string.h>

const struct runbook *library_find(const struct library *library, const char *file)
{
    for (size_t i = 0; i < library->n_runbooks; i++)
        if (strcmp(library->runbooks[i]->file, file) == 0)
            return library->runbooks[i];
    return NULL;
}
const struct severity *runbook_severity(const struct runbook *runbook, const char *id)
{
    list_each (severity, &runbook->severities)
        if (strcmp(severity->id, id) == 0)
            return severity;
    return NULL;
}
bool procedure_next_command(const struct procedure *procedure, struct command_walk *walk)
{
    for (; walk->phase_at_ < procedure->phases.n; walk->phase_at_++, walk->step_at_ = 0) {
        walk->phase = &procedure->phases.at[walk->phase_at_];
        for (; walk->step_at_ < walk->phase->steps.n; walk->step_at_++, walk->command_at_ = 0) {
            walk->step = &walk->phase->steps.at[walk->step_at_];
            if (walk->command_at_ < walk->step->commands.n) {
                walk->command = &walk->step->commands.at[walk->command_at_++];
                return true;
            }
        }
    }
    return false;
}
struct match_index *match_index_new(struct arena *arena, struct runbook *const *runbooks, size_t n_runbooks)
{
    (void)arena, (void)runbooks, (void)n_runbooks;
    return NULL;
}
static bool same_words(const char *title, const char *name)
{
    for (; *title; title++)
        if (*title != ' ' && tolower(*title) != tolower(*name++))
            return false;
    return *name == 0;
}
void match_alert(struct arena *arena, const struct library *library, const struct match_query *query,
                 struct match *ret_best, struct match *ret_second)
{
    (void)arena;
    memset(ret_best, 0, sizeof *ret_best);
    memset(ret_second, 0, sizeof *ret_second);
    for (size_t i = 0; i < library->n_runbooks; i++)
        list_each (procedure, &library->runbooks[i]->procedures)
            if ((!query->only || query->only == library->runbooks[i]) &&
                same_words(procedure->title, query->alertname))
                *ret_best = (struct match){
                    library->runbooks[i], procedure, procedure->title, procedure->line, 1, true, "its words"};
}
const char *risk_name(enum risk_class risk)
{
    return (const char *[]){"read", "unknown", "mutate", "destructive"}[risk];
}
