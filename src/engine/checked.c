/* Alerts of checks whose check the configuration does not name any more, or names with other labels: nobody
 * looks for their end, so they end here. */
#include <string.h>

#include "engine/engine_priv.h"

/* All labels of the alert that do not name whom the check found. */
static size_t own_labels(const struct config_check *check, const struct alert *alert, struct label *labels)
{
    size_t n = 0;
    for (size_t i = 0; i < alert->n_labels; i++)
        if (!check_names_subject(check, alert->labels[i].name))
            labels[n++] = alert->labels[i];
    return n;
}

static bool is_alert_of(const struct config_check *check, const struct alert *alert)
{
    scoped_arena struct arena *arena = arena_new();
    struct label *own = arena_alloc(arena, alert->n_labels * sizeof *own);
    uint64_t fingerprint = alert_fingerprint(own, own_labels(check, alert, own));
    for (int is_error = 0; is_error < 2; is_error++) {
        size_t n;
        const struct label *labels = check_labels(arena, check, is_error, &n);
        if (alert_fingerprint(labels, n) == fingerprint)
            return true;
    }
    return false;
}

static bool is_looked_for(const struct config *config, const struct alert *alert)
{
    const char *id = label_value(alert->labels, alert->n_labels, "check");
    list_each (check, &config->checks)
        if (id && strcmp(check->id, id) == 0)
            return is_alert_of(check, alert);
    return false;
}

void checked_forget(const struct hearing *hearing)
{
    struct engine *engine = hearing->engine;
    scoped_arena struct arena *arena = arena_new();
    for (uint32_t place = 0; place < engine->alerts.n; place++) {
        struct alert_record *record = engine->alerts.records[place];
        struct alert alert;
        if (!record->firing || strcmp(alert_source(&engine->alerts, record), CHECK_SOURCE) != 0)
            continue;
        alert_record_view(record, arena, &alert);
        if (is_looked_for(engine->config, &alert))
            continue;
        alert_end(engine, record, hearing->now_us, hearing->now_us);
        if (record->role == ALERT_ORDINARY)
            hearing->changed(hearing->context, record, NULL, ALERT_RESOLVED,
                             "its check is not configured any more");
    }
    engine->checks_changed = false;
}
