/* Chooses the level of an alert. Each source says what it knows, in the order of the table; the most severe
 * wins, and the reason names every source that spoke. What the reader only concluded counts when nothing else
 * spoke, or nothing but the words of a limit ("1 to 5 % of jobs failing"), which fit what is beyond it as
 * well. */
#include "runbook/policy.h"

#include <string.h>

#include "base/buf.h"
#include "base/words.h"
#include "runbook/policy_priv.h"

struct choosing {
    struct arena *arena;
    const struct severity_scale *scale;
    const struct runbook *runbook;
    const struct procedure *procedure;
    const struct match_query *query;
    const struct measured *measured;
};

const char *severity_name(struct arena *arena, const struct severity *severity)
{
    const char *id = severity->id ? severity->id : "a level";
    return severity->label && strcmp(severity->label, id) != 0
               ? arena_printf(arena, "%s (%s)", id, severity->label)
               : id;
}

/* Calls with each label that says how bad it is; the most severe answer stands. */
static struct severity_finding each_label(const struct choosing *choosing,
                                          struct severity_finding (*read)(const struct choosing *choosing,
                                                                          const struct label *label))
{
    struct severity_finding best = {0};
    for (size_t i = 0; i < choosing->query->n_labels; i++) {
        const struct label *label = &choosing->query->labels[i];
        if (!label->name || !label->value || !severity_scale_label(choosing->scale, label->name))
            continue;
        struct severity_finding found = read(choosing, label);
        if (found.severity && (!best.severity || found.severity->rank < best.severity->rank))
            best = found;
    }
    return best;
}

/* A level's name may have more said beside it. */
static const char *value_text(const struct choosing *choosing, const struct label *label)
{
    return words_are_name(label->value) ? label->value : words_quoted(choosing->arena, label->value);
}

static struct severity_finding label_named(const struct choosing *choosing, const struct label *label)
{
    const struct severity *severity = severity_scale_named(choosing->scale, choosing->runbook, label->value);
    if (!severity)
        return (struct severity_finding){0};
    return (struct severity_finding){.severity = severity,
                                     .line = severity->line,
                                     .why = arena_printf(choosing->arena, "label %s=%s names %s (line %d)",
                                                         label->name, value_text(choosing, label),
                                                         severity_name(choosing->arena, severity),
                                                         severity->line)};
}

static struct severity_finding by_label_name(const struct choosing *choosing)
{
    return each_label(choosing, label_named);
}

static struct severity_finding of_procedure(const struct choosing *choosing, const char *basis,
                                            const char *verb)
{
    const struct procedure *procedure = choosing->procedure;
    if (!procedure || !procedure->severity || !procedure->severity_basis ||
        strcmp(procedure->severity_basis, basis) != 0)
        return (struct severity_finding){0};
    const struct severity *severity =
        severity_scale_named(choosing->scale, choosing->runbook, procedure->severity);
    if (!severity)
        return (struct severity_finding){0};
    int line = procedure->severity_line > 0 ? procedure->severity_line : procedure->line;
    return (struct severity_finding){.severity = severity,
                                     .line = line,
                                     .why =
                                         arena_printf(choosing->arena, "the procedure \"%s\" %s %s (line %d)",
                                                      procedure->title ? procedure->title : "", verb,
                                                      severity_name(choosing->arena, severity), line)};
}

static struct severity_finding by_procedure(const struct choosing *choosing)
{
    return of_procedure(choosing, "stated", "states");
}

static struct severity_finding by_example(const struct choosing *choosing)
{
    return severity_by_example(choosing->arena, choosing->scale, choosing->runbook, choosing->procedure,
                               choosing->query, choosing->measured);
}

static struct severity_finding by_measure(const struct choosing *choosing)
{
    return severity_by_measure(choosing->measured, choosing->runbook);
}

static struct severity_finding label_general(const struct choosing *choosing, const struct label *label)
{
    enum severity_basis basis = SEVERITY_BY_LABEL;
    if (severity_scale_named(choosing->scale, choosing->runbook, label->value))
        return (struct severity_finding){0}; /* the first source has it */
    const struct severity *severity =
        severity_scale_general(choosing->scale, choosing->runbook, label->value, &basis);
    if (!severity)
        return (struct severity_finding){0};
    return (struct severity_finding){
        .severity = severity,
        .line = severity->line,
        .why =
            arena_printf(choosing->arena, "label %s=%s is %s%s (line %d)", label->name,
                         value_text(choosing, label), severity_name(choosing->arena, severity),
                         basis == SEVERITY_BY_LABEL ? "" : ", by its place among the levels", severity->line),
        .estimated = basis == SEVERITY_BY_PLACE};
}

static struct severity_finding by_general_label(const struct choosing *choosing)
{
    return each_label(choosing, label_general);
}

static struct severity_finding (*const sources[])(const struct choosing *choosing) = {
    by_label_name, by_procedure, by_measure, by_example, by_general_label,
};
enum { N_SOURCES = sizeof sources / sizeof *sources };

/* The word of the alert itself, for a runbook without levels. */
static const char *own_word(const struct choosing *choosing)
{
    for (size_t i = 0; i < choosing->query->n_labels; i++) {
        const struct label *label = &choosing->query->labels[i];
        if (label->name && label->value && label->value[0] &&
            severity_scale_label(choosing->scale, label->name))
            return arena_strdup(choosing->arena, label->value);
    }
    return NULL;
}

static struct severity_choice without_levels(const struct choosing *choosing)
{
    const char *word = own_word(choosing);
    const char *stated = choosing->procedure ? choosing->procedure->severity : NULL;
    struct severity_choice choice = {.id = word ? word : stated ? stated : "unknown"};
    choice.why = word     ? "the runbook has no severity levels; the alert's own word is kept"
                 : stated ? "the runbook defines no severity levels; the procedure's word is kept"
                          : "the runbook has no severity levels and the alert names none";
    if (!word && stated)
        choice.line = choosing->procedure->severity_line;
    return choice;
}

/* Every finding of the winning level, then those that say otherwise. */
static const char *why_all(struct arena *arena, const struct severity_finding *findings, size_t n,
                           const struct severity *winner)
{
    scoped_buf struct buf why = {0};
    for (size_t i = 0; i < n; i++)
        if (findings[i].severity == winner)
            buf_printf(&why, "%s%s", why.n_bytes > 0 ? " and " : "", findings[i].why);
    const char *joint = "; the more severe of two wins: ";
    for (size_t i = 0; i < n; i++)
        if (findings[i].severity && findings[i].severity != winner && !findings[i].estimated) {
            buf_printf(&why, "%s%s", joint, findings[i].why);
            joint = ", ";
        }
    for (size_t i = 0; i < n; i++)
        if (findings[i].severity && findings[i].severity != winner && findings[i].estimated)
            buf_printf(&why, "; what is stated wins over the estimate: %s", findings[i].why);
    return arena_strdup(arena, buf_text(&why));
}

static struct severity_choice choice_of(const struct severity *severity, const char *why, int line)
{
    return (struct severity_choice){.severity = severity,
                                    .id = severity->id ? severity->id : "unknown",
                                    .rank = severity->rank,
                                    .why = why,
                                    .line = line};
}

/* Of equals the first; NULL when nothing spoke. */
static const struct severity_finding *most_severe(const struct severity_finding *findings, size_t n,
                                                  bool estimates)
{
    const struct severity_finding *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (findings[i].severity && findings[i].estimated == estimates &&
            (!best || findings[i].severity->rank < best->severity->rank))
            best = &findings[i];
    return best;
}

struct severity_choice severity_choose(struct arena *arena, const struct runbook *runbook,
                                       const struct procedure *procedure, const struct match_query *query)
{
    struct choosing choosing = {.arena = arena,
                                .scale = severity_scale_builtin(),
                                .runbook = runbook,
                                .procedure = procedure,
                                .query = query};
    struct severity_finding findings[N_SOURCES];
    if (runbook->severities.n == 0)
        return without_levels(&choosing);
    choosing.measured = measured_of(arena, choosing.scale, procedure, query);
    for (size_t i = 0; i < N_SOURCES; i++)
        findings[i] = sources[i](&choosing);
    const struct severity_finding *winner = most_severe(findings, N_SOURCES, false);
    if (!winner)
        winner = most_severe(findings, N_SOURCES, true);
    const struct severity_finding inferred = of_procedure(&choosing, "inferred", "suggests");
    if (inferred.severity && !winner)
        return choice_of(inferred.severity, inferred.why, inferred.line);
    if (winner) {
        const char *why = why_all(arena, findings, N_SOURCES, winner->severity);
        if (!winner->unmeasured || !inferred.severity || inferred.severity->rank >= winner->severity->rank)
            return choice_of(winner->severity, why, winner->line);
        why = arena_printf(arena, "%s; the more severe of two wins: %s", inferred.why, why);
        return choice_of(inferred.severity, why, inferred.line);
    }
    const struct severity *worst = severity_most_severe(runbook);
    return choice_of(worst,
                     arena_printf(arena,
                                  "nothing states a severity, so the most severe level stands: %s (line %d)",
                                  severity_name(arena, worst), worst->line),
                     worst->line);
}
