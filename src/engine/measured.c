/* What alerts of an incident measured, so that a storm is not asked alert by alert, and a value that gets
 * worse is: of each quantity the lowest and the highest value that was asked about are kept, and only one
 * beyond them is asked about again. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"
#include "runbook/measure.h"

/* Quantities that are told apart for an incident, and alerts whose values are looked at in a turn. */
enum { QUANTITIES = 16, MEASURED_A_TURN = 256 };

struct heard_values {
    const struct library *library; /* by which the next two are known */
    bool has_thresholds;
    int worst_rank;
    size_t n;
    struct heard_value {
        uint64_t quantity; /* hash of its words and unit */
        double low, high;
    } of[QUANTITIES];
};

static bool has_thresholds(const struct runbook *runbook)
{
    list_each (severity, &runbook->severities) {
        list_each (example, &severity->examples)
            if (example->condition.has_value)
                return true;
        list_each (criterion, &severity->criteria)
            if (criterion->condition.has_value)
                return true;
    }
    return false;
}

/* Whether a value could make it worse. */
static bool may_get_worse(const struct engine *engine, struct incident_record *incident)
{
    if (!incident->heard)
        incident->heard = heap_alloc(sizeof *incident->heard);
    struct heard_values *heard = incident->heard;
    if (heard->library != engine->library) {
        const struct procedure *procedure;
        const struct runbook *runbook = incident_runbook(engine, incident, &procedure);
        const struct severity *worst = runbook ? severity_most_severe(runbook) : NULL;
        heard->library = engine->library;
        heard->has_thresholds = runbook && has_thresholds(runbook);
        heard->worst_rank = worst ? worst->rank : 0;
    }
    return heard->has_thresholds && incident->incident.severity_heard > heard->worst_rank;
}

static uint64_t quantity_of(const struct measure *measure)
{
    uint64_t hash = UINT64_C(14695981039346656037) + (uint64_t)measure->unit; /* FNV-1a */
    for (const char *at = measure->words; *at; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    return hash;
}

/* Whether the value is beyond those before. Quantities beyond the last place share the places there are. */
static bool is_beyond(struct heard_values *heard, const struct measure *measure)
{
    uint64_t quantity = quantity_of(measure);
    struct heard_value *value = NULL;
    for (size_t i = 0; i < heard->n; i++)
        if (heard->of[i].quantity == quantity)
            value = &heard->of[i];
    if (!value && heard->n < QUANTITIES) {
        heard->of[heard->n++] = (struct heard_value){quantity, measure->value, measure->value};
        return true;
    }
    if (!value)
        value = &heard->of[quantity % QUANTITIES];
    bool lower = measure->value<value->low, higher = measure->value> value->high;
    if (lower)
        value->low = measure->value;
    if (higher)
        value->high = measure->value;
    return lower || higher;
}

bool measured_beyond(struct turn *turn, struct incident_record *incident, const struct alert *alert)
{
    bool beyond = false;
    if (!may_get_worse(turn->engine, incident) || turn->n_measured >= MEASURED_A_TURN)
        return false;
    turn->n_measured++;
    struct measures measures;
    trouble_measures(turn->arena, alert, &measures);
    list_each (measure, &measures)
        beyond |= is_beyond(incident->heard, measure);
    return beyond;
}
