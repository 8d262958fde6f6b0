/* Procedures that stop half-way. */
#include <string.h>

#include "runbook/heading_words.h"
#include "runbook/lint_priv.h"
#include "runbook/procedure_priv.h"
#include "runbook/text.h"

/* Actions that a machine carries out: whoever does them needs the command. */
static const char *const technical_verbs[] = {"restart",  "redeploy",   "rollback",  "roll back", "revert",
                                              "scale up", "scale down", "fail over", "failover",  "divert",
                                              "re-route", "reroute",    "restore",   "requeue",   "re-submit",
                                              "flush",    "drain",      NULL};
/* These may as well be done by looking or in a console. */
static const char *const loose_verbs[] = {"list",   "identify",          "rotate", "scale", "disable",
                                          "enable", "fix configuration", NULL};

static bool is_diagnosis(enum stage stage)
{
    return stage == STAGE_DIAGNOSIS || stage == STAGE_IMMEDIATE;
}

static bool is_change(enum stage stage)
{
    return stage == STAGE_RESOLUTION || stage == STAGE_MITIGATION;
}

static bool changes_something(const struct procedure *procedure)
{
    struct command_walk walk = {0};
    while (procedure_next_command(procedure, &walk))
        if (walk.command->risk.class != RISK_READ)
            return true;
    list_each (phase, &procedure->phases)
        list_each (step, &phase->steps)
            if (step->branches.n > 0)
                return true;
    return false;
}

static bool is_kind(const struct procedure *procedure, const char *kind)
{
    return procedure->kind && strcmp(procedure->kind, kind) == 0;
}

static void resolution_check(struct lint *lint, const struct procedure *procedure)
{
    bool diagnosis = false, change = false;
    list_each (phase, &procedure->phases) {
        diagnosis = diagnosis || is_diagnosis(phase->stage);
        change = change || is_change(phase->stage);
    }
    if (diagnosis && !change && (is_kind(procedure, "alert") || is_kind(procedure, "symptom")) &&
        !changes_something(procedure))
        lint_add(lint, "missing-resolution", procedure->line, 1, procedure->title);
}

static void trigger_check(struct lint *lint, const struct procedure *procedure)
{
    /* "Quarterly test": its title says when */
    bool planned = words_occur(WORDS_KIND_TESTING, procedure->title) ||
                   words_occur(WORDS_KIND_DRILL, procedure->title) ||
                   text_find_word(procedure->title, "schedule") ||
                   text_find_word(procedure->title, "strategy");
    if (is_kind(procedure, "emergency") && procedure->triggers.n == 0 && procedure->symptoms.n == 0 &&
        !planned)
        lint_add(lint, "trigger-missing", procedure->line, 1, procedure->title);
}

static bool begins_with(const char *text, const char *const *verbs)
{
    for (; *verbs; verbs++) {
        size_t n = strlen(*verbs);
        if (text_starts_with(text, *verbs) && (text[n] == ' ' || text[n] == '\0'))
            return true;
    }
    return false;
}

/* "Failover: by DNS": what is said of a part. */
static bool describes(const struct step *step)
{
    const char *colon = step->text ? strchr(step->text, ':') : NULL;

    return step->title && colon && colon[1] == ' ' && (size_t)(colon - step->text) == strlen(step->title) &&
           !sentence_is_order(colon + 2);
}

static void step_check(struct lint *lint, const struct step *step)
{
    const char *text = step->title ? step->title : step->text;
    bool bare = step->kind == STEP_MANUAL && step->commands.n == 0 && step->substeps.n == 0 && text &&
                !strchr(step->text ? step->text : "", '`') && !describes(step) &&
                !lint_cleared(lint, "command-missing", text, strlen(text));
    if (bare && begins_with(text, technical_verbs))
        lint_add(lint, "command-missing", step->line, 1, text);
    else if (bare && begins_with(text, loose_verbs))
        lint_add_level(lint, "command-missing", "info", step->line, text);
}

/* What the words of a part say of looking again, or of going back. */
static bool says(const struct lint *lint, const struct procedure *procedure, const char *const *words)
{
    for (int line = procedure->line; line <= procedure->line_end; line++) {
        struct source_line source = document_line(lint->document, line);
        const char *text = arena_strndup(lint->arena, source.at, source.n_bytes);
        for (size_t i = 0; words[i]; i++)
            if (strcasestr(text, words[i]))
                return true;
    }
    return false;
}

/* The last change of a procedure with nothing that looks after it; a change without a way back. */
static void change_check(struct lint *lint, const struct procedure *procedure)
{
    static const char *const looking[] = {"verif", "confirm", "check", "validate", "ensure", "monitor", NULL};
    static const char *const going_back[] = {"roll back", "rollback",   "roll-back", "revert",
                                             "undo",      "restore",    "backup",    "back up",
                                             "way back",  "scale back", NULL};
    const struct command *change = NULL, *first = NULL;
    bool looked = false;
    struct command_walk walk = {0};
    while (procedure_next_command(procedure, &walk)) {
        enum risk_class class = walk.command->risk.class;
        const char *text = walk.command->text;
        if (lint_cleared(lint, "verification-missing", text, strlen(text)))
            continue;
        if (class == RISK_DESTRUCTIVE || (class == RISK_MUTATE && walk.command->risk.writes_files.n == 0)) {
            change = walk.command;
            if (!first && !lint_cleared(lint, "way-back-missing", text, strlen(text)))
                first = change;
            looked = false;
        } else {
            looked = looked || class == RISK_READ;
        }
    }
    if (change && !looked && !says(lint, procedure, looking))
        lint_add(lint, "verification-missing", change->line, 1, change->text);
    if (first && !says(lint, procedure, going_back))
        lint_add(lint, "way-back-missing", first->line, 1, first->text);
}

static void steps_check(struct lint *lint, const struct procedure *procedure)
{
    list_each (phase, &procedure->phases) {
        if (phase->stage == STAGE_COMMUNICATION || phase->stage == STAGE_POST_INCIDENT)
            continue;
        list_each (step, &phase->steps) {
            step_check(lint, step);
            list_each (substep, &step->substeps)
                step_check(lint, substep);
        }
    }
}

void lint_procedure(struct lint *lint)
{
    list_each (procedure, &lint->runbook->procedures) {
        resolution_check(lint, procedure);
        trigger_check(lint, procedure);
        steps_check(lint, procedure);
        change_check(lint, procedure);
    }
}
