/* The alert that a simulation begins with. It must come to the service and the level that were asked for by
 * the engine's own rules, so candidates are put to them: first an alert that a procedure of that level
 * answers, then one that any procedure answers, then one that none does. */
#include <stdlib.h>
#include <string.h>

#include "engine/simulate_priv.h"
#include "runbook/document.h"

static const char NO_PROCEDURE[] = "Rehearsal";

static bool has_label(const struct alert *alert, const char *name)
{
    return label_value(alert->labels, alert->n_labels, name) != NULL;
}

static void add_label(struct alert *alert, const char *name, const char *value)
{
    if (value && *value && !has_label(alert, name))
        alert->labels[alert->n_labels++] = (struct label){name, value};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct label *)a)->name, ((const struct label *)b)->name);
}

/* "checkout" of "shop/checkout.md" */
static const char *stem(struct arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    return arena_strndup(arena, name, strcspn(name, "."));
}

/* Leads to the procedure, or the page, as an alerting rule would; an alert that was asked for comes without.
 */
static const char *url_of(struct arena *arena, const struct simulate_question *question,
                          const struct procedure *procedure)
{
    const struct runbook *runbook = question->runbook;
    list_each (block, &runbook->document->blocks)
        if (procedure && block->line == procedure->line && block->slug)
            return arena_printf(arena, "%s#%s", runbook->file, block->slug);
    return procedure || question->alertname ? NULL : runbook->file;
}

static struct alert *alert_of(struct arena *arena, const struct simulate_question *question,
                              const char *alertname, const struct procedure *procedure)
{
    const struct service *service = question->service;
    struct alert *alert = arena_alloc(arena, sizeof *alert);
    *alert = (struct alert){0};
    alert->labels = arena_alloc(arena, ((service ? service->match.n : 0) + 3) * sizeof *alert->labels);
    for (size_t i = 0; service && i < service->match.n; i++)
        add_label(alert, service->match.at[i].name, service->match.at[i].value);
    add_label(alert, "alertname", alertname);
    add_label(alert, "service", service ? service->id : stem(arena, question->runbook->file));
    add_label(alert, "severity", question->severity);
    qsort(alert->labels, alert->n_labels, sizeof *alert->labels, by_name);
    const char *url = url_of(arena, question, procedure);
    if (url) {
        alert->annotations = arena_alloc(arena, sizeof *alert->annotations);
        alert->annotations[alert->n_annotations++] = (struct label){"runbook_url", url};
    }
    return alert;
}

static bool gives(const struct finding *finding, const struct simulate_question *question,
                  const struct severity *level, const struct procedure *procedure)
{
    return finding->runbook == question->runbook && finding->configured == question->service &&
           (!level || finding->severity.severity == level) &&
           (!procedure || (finding->best.procedure == procedure && finding->best.confident));
}

/* Procedures that state the level, then others that answer alerts, then any. */
enum choice { CHOICE_STATED, CHOICE_ALERT, CHOICE_ANY, N_CHOICES };

/* By its kind; what is done on other days is no answer to one. */
static bool answers_alerts(const struct procedure *procedure)
{
    static const char *const kinds[] = {"alert", "symptom", "emergency", "security"};
    for (size_t i = 0; procedure->kind && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(procedure->kind, kinds[i]) == 0)
            return true;
    return false;
}

static bool is_candidate(const struct simulate_question *question, const struct severity *level,
                         const struct procedure *procedure, enum choice choice)
{
    if (choice == CHOICE_STATED)
        return level && procedure->severity &&
               runbook_severity(question->runbook, procedure->severity) == level;
    return choice == CHOICE_ANY || answers_alerts(procedure);
}

static const struct alert *try_procedures(struct arena *arena, const struct engine *engine,
                                          const struct simulate_question *question,
                                          const struct severity *level, enum choice choice)
{
    list_each (procedure, &question->runbook->procedures) {
        if (!is_candidate(question, level, procedure, choice))
            continue;
        const struct alert *alert = alert_of(arena, question, procedure->title, procedure);
        if (gives(trouble_find(arena, engine, alert), question, level, procedure))
            return alert;
    }
    return NULL;
}

static const char *level_names(struct arena *arena, const struct runbook *runbook)
{
    const char *names = "";
    list_each (level, &runbook->severities)
        names = arena_printf(arena, "%s%s%s", names, *names ? ", " : "", level->id);
    return *names ? names : "none";
}

/* Whom the alert would go to instead. */
static int refuse(const struct simulate_question *question, const struct finding *finding, struct err *err)
{
    const struct service *other = finding->configured;
    if (other != question->service)
        return err_set(err,
                       "an alert of %s comes to service \"%s\" (line %d of the configuration) first; name it "
                       "with --service",
                       question->service ? question->service->id : question->runbook->file,
                       other ? other->id : "", other ? other->line : 0);
    if (!finding->runbook)
        return err_set(err,
                       "nothing in %s answers that alert, and no service of the configuration has it as its "
                       "runbook",
                       question->runbook->file);
    if (finding->runbook != question->runbook)
        return err_set(err, "another runbook answers that alert: %s", finding->runbook->file);
    return err_set(err, "no alert of %s comes to %s: %s makes it %s", question->runbook->file,
                   question->severity, finding->severity.why, finding->severity.id);
}

const struct alert *simulate_alert(struct arena *arena, const struct engine *engine,
                                   const struct simulate_question *question, struct err *err)
{
    const struct severity *level =
        question->severity ? runbook_severity(question->runbook, question->severity) : NULL;
    const struct alert *alert = NULL;
    if (question->severity && !level) {
        err_set(err, "%s has no level \"%s\"; it has: %s", question->runbook->file, question->severity,
                level_names(arena, question->runbook));
        return NULL;
    }
    for (int choice = 0; !question->alertname && !alert && choice < N_CHOICES; choice++)
        alert = try_procedures(arena, engine, question, level, (enum choice)choice);
    if (alert)
        return alert;
    alert = alert_of(arena, question, question->alertname ? question->alertname : NO_PROCEDURE, NULL);
    const struct finding *finding = trouble_find(arena, engine, alert);
    if (gives(finding, question, question->alertname ? NULL : level, NULL))
        return alert;
    refuse(question, finding, err);
    return NULL;
}
