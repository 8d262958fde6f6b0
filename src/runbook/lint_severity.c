/* Levels that are used, and what they lack. */
#include <string.h>
#include <strings.h>

#include "runbook/heading_words.h"
#include "runbook/lint_priv.h"
#include "runbook/text.h"

static bool is_used_only(const struct severity *severity)
{
    return severity->source && strcmp(severity->source, "usage") == 0;
}

static const char *level_text(struct arena *arena, const struct severity *severity)
{
    return severity->label ? arena_printf(arena, "%s (%s)", severity->id, severity->label) : severity->id;
}

static bool lacks_response(const struct severity *severity)
{
    return severity->id && !is_used_only(severity) && severity->response_time_s == UNSTATED &&
           !severity->response_text;
}

/* Its own line speaks of a time, in words that the reader of levels did not take for the response. */
static bool tells_some_time(const struct lint *lint, const struct severity *severity)
{
    struct duration_words length;
    struct source_line source = document_line(lint->document, severity->line);
    return text_duration(arena_strndup(lint->arena, source.at, source.n_bytes), &length);
}

/* Where most levels have no response time, the first is told; else each one without: that is a hole. */
static void responses_check(struct lint *lint)
{
    size_t n_lacking = 0, n_told = 0;
    list_each (severity, &lint->runbook->severities)
        n_lacking += lacks_response(severity);
    bool all = 2 * n_lacking > lint->runbook->severities.n; /* or nearly: another kind of list */
    list_each (severity, &lint->runbook->severities) {
        if (!lacks_response(severity) || tells_some_time(lint, severity) || (all && n_told > 0))
            continue;
        lint_add_level(lint, "response-time-missing", all ? "warning" : NULL, severity->line,
                       level_text(lint->arena, severity));
        n_told++;
    }
}

static bool defined_elsewhere(const struct lint *lint, const char *id)
{
    const struct lint_surroundings *around = lint->surroundings;
    return around->level_defined && around->level_defined(around->context, id);
}

static void definitions_check(struct lint *lint)
{
    list_each (severity, &lint->runbook->severities)
        if (severity->id && is_used_only(severity) && !defined_elsewhere(lint, severity->id)) {
            lint_add(lint, "severity-undefined", severity->line, 1, severity->id);
            return;
        }
}

static void duplicates_check(struct lint *lint)
{
    const struct severity *levels = lint->runbook->severities.at;
    for (size_t i = 1; i < lint->runbook->severities.n; i++)
        if (levels[i].id && levels[i - 1].id && strcasecmp(levels[i].id, levels[i - 1].id) == 0 &&
            levels[i].response_time_s != levels[i - 1].response_time_s)
            lint_add(lint, "conflicting-number", levels[i].line, 1, levels[i].id);
}

/* "50 % or more" and "25 to 50 %": the limit belongs to both. */
static void overlap_check(struct lint *lint, const struct criterion *a, const struct criterion *b)
{
    const struct condition *low = &a->condition, *range = &b->condition;
    if (!low->metric || !range->metric || strcmp(low->metric, range->metric) != 0 || !low->has_value ||
        !range->has_value_hi || !low->op || !range->op_hi)
        return;
    if (strcmp(low->op, ">=") == 0 && strcmp(range->op_hi, "<=") == 0 && !(low->value < range->value_hi) &&
        !(low->value > range->value_hi))
        lint_add(lint, "range-overlap", b->line, 1,
                 arena_printf(lint->arena, "%s and %s", a->text ? a->text : "", b->text ? b->text : ""));
}

static void overlaps_check(struct lint *lint)
{
    const struct severity *levels = lint->runbook->severities.at;
    for (size_t i = 1; i < lint->runbook->severities.n; i++)
        if (levels[i].criteria.n + levels[i - 1].criteria.n < 100) /* each with each */
            list_each (above, &levels[i - 1].criteria)
                list_each (below, &levels[i].criteria)
                    overlap_check(lint, above, below);
}

/* "Disk is full"; "Renew the token" and "CSV format" happen to nobody. */
static bool tells_trouble(const struct procedure *procedure)
{
    return procedure->symptoms.n > 0 || procedure->triggers.n > 0 || procedure->likely_causes.n > 0 ||
           words_occur(WORDS_PROBLEMS, procedure->title);
}

static bool answers_alerts(const struct procedure *procedure)
{
    static const char *const kinds[] = {"alert", "symptom", "recipe", "mitigation", "security", "emergency"};
    for (size_t i = 0; procedure->kind && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(procedure->kind, kinds[i]) == 0)
            return true;
    return false;
}

/* Where the document has levels, the procedures that state none; where none does, the first one. */
static void procedures_check(struct lint *lint)
{
    bool some = false, levels = false;
    list_each (severity, &lint->runbook->severities)
        levels = levels || !is_used_only(severity);
    bool incidents = levels;
    list_each (procedure, &lint->runbook->procedures) {
        some = some || (procedure->severity_basis && strcmp(procedure->severity_basis, "stated") == 0);
        incidents |= some || (answers_alerts(procedure) && strcmp(procedure->kind, "recipe") != 0);
    }
    list_each (procedure, &lint->runbook->procedures) {
        bool stated = procedure->severity_basis && strcmp(procedure->severity_basis, "stated") == 0;
        if (stated || !answers_alerts(procedure) ||
            lint_cleared(lint, "severity-missing", procedure->title, strlen(procedure->title)))
            continue;
        bool recipe = strcmp(procedure->kind, "recipe") == 0;
        bool mitigation = strcmp(procedure->kind, "mitigation") == 0;
        if ((recipe && (!incidents || (!some && !tells_trouble(procedure)))) || (mitigation && !levels))
            continue; /* a handbook, and nothing that happens to anybody */
        lint_add_level(lint, "severity-missing", levels && some && !recipe ? NULL : "info", procedure->line,
                       procedure->title);
        if (!some)
            return;
    }
}

/* "Classify the severity" in a document that has no levels. */
static void classify_check(struct lint *lint)
{
    if (lint->runbook->severities.n > 0)
        return;
    list_each (block, &lint->document->blocks) {
        const char *text = block->prose.text;
        if (block->kind == BLOCK_ITEM && text && text_find_word(text, "severity") &&
            (text_find_word(text, "classify") || text_find_word(text, "determine") ||
             text_find_word(text, "assess") || text_find_word(text, "assign")))
            lint_add(lint, "severity-undefined", block->line, 1, NULL);
    }
}

void lint_severity(struct lint *lint)
{
    definitions_check(lint);
    responses_check(lint);
    duplicates_check(lint);
    overlaps_check(lint);
    procedures_check(lint);
    classify_check(lint);
}
