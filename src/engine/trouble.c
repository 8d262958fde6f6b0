/* What an alert is about: its service, the procedure that answers it, how bad it is, and the trouble, which
 * is what alerts must share to be one incident: the service with the procedure, or with the alert's name when
 * no procedure is sure to fit. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

/* What tools call the thing that an alert speaks of, the most telling first. */
static const char *const service_labels[] = {"service", "app", "job", "namespace"};

enum { NAME_BYTES = 200 };

static const double ALL_WORDS = 0.9; /* of a match whose heading has all words of the alert */

const char *alert_name(const struct alert *alert)
{
    return text_or(label_value(alert->labels, alert->n_labels, "alertname"), "unnamed alert");
}

const char *alert_service(const struct config *config, const struct alert *alert,
                          const struct service **ret_configured)
{
    *ret_configured = config_service_of(config, alert->labels, alert->n_labels);
    if (*ret_configured)
        return (*ret_configured)->id;
    for (size_t i = 0; i < sizeof service_labels / sizeof *service_labels; i++) {
        const char *value = label_value(alert->labels, alert->n_labels, service_labels[i]);
        if (value)
            return value;
    }
    return alert_name(alert);
}

static struct match_query query_of(const struct alert *alert)
{
    return (struct match_query){
        .alertname = alert_name(alert),
        .labels = alert->labels,
        .n_labels = alert->n_labels,
        .annotations = alert->annotations,
        .n_annotations = alert->n_annotations,
        .runbook_url = label_value(alert->annotations, alert->n_annotations, "runbook_url"),
    };
}

struct severity_choice trouble_severity(struct arena *arena, const struct runbook *runbook,
                                        const struct procedure *procedure, const struct alert *alert)
{
    struct severity_choice choice = {0};
    if (runbook) {
        struct match_query query = query_of(alert);
        choice = severity_choose(arena, runbook, procedure, &query);
    } else {
        choice.id = label_value(alert->labels, alert->n_labels, "severity");
        choice.why = choice.id ? "the alert's own label, and no runbook answers it"
                               : "no runbook answers it and no label says";
    }
    choice.id = text_or(choice.id, "unknown");
    choice.why = text_or(choice.why, "nothing states it");
    return choice;
}

void trouble_measures(struct arena *arena, const struct alert *alert, struct measures *ret_measures)
{
    struct match_query query = query_of(alert);
    measures_read(arena, &query, ret_measures);
}

/* The names that checks give their alerts when nobody does, and those of alerts for a silence, say that
 * something is looked at or was not heard, and not what: a procedure "High error rate" or "Login fails" is
 * not about them because of a word. */
static bool says_nothing(const struct match_query *query)
{
    static const struct {
        const char *label, *name;
    } names[] = {
        {"check", CHECK_ERROR_ALERT},           {"check", CHECK_FAILING_ALERT},
        {HEARTBEAT_LABEL, HEARTBEAT_MISSING},   {HEARTBEAT_LABEL, HEARTBEAT_FAILED},
        {"alertname", "WatchdogMissing"},       {"alertname", "DeadMansSwitchMissing"},
        {"alertname", "DeadMansSnitchMissing"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(query->alertname, names[i].name) == 0 &&
            label_value(query->labels, query->n_labels, names[i].label))
            return true;
    return false;
}

static void find_by(struct arena *arena, const struct library *library, const struct match_query *query,
                    struct finding *finding)
{
    finding->best = finding->second = (struct match){0};
    if (finding->runbook) {
        struct match_query within = *query;
        within.only = finding->runbook;
        match_alert(arena, library, &within, &finding->best, &finding->second);
    }
    if (!finding->best.runbook)
        match_alert(arena, library, query, &finding->best, &finding->second);
}

/* What a heartbeat is called says more than that it is missing: "Nightly batch does not run". */
static void find_by_heartbeat(struct arena *arena, const struct library *library,
                              const struct match_query *query, struct finding *finding)
{
    struct match_query named = {.labels = query->labels, .n_labels = query->n_labels};
    named.alertname = label_value(query->labels, query->n_labels, HEARTBEAT_LABEL);
    finding->best = finding->second = (struct match){0};
    if (named.alertname)
        find_by(arena, library, &named, finding);
    if (!finding->best.runbook)
        finding->best =
            (struct match){.why = "no procedure: the name of the alert says nothing of the trouble"};
}

static void find_procedure(struct arena *arena, const struct engine *engine, const struct match_query *query,
                           struct finding *finding)
{
    const struct library *library = engine->library;
    const struct service *service = finding->configured;
    if (!library)
        return;
    if (service && service->runbook)
        finding->runbook = library_find(library, service->runbook);
    find_by(arena, library, query, finding);
    if (says_nothing(query) && finding->best.score < ALL_WORDS)
        find_by_heartbeat(arena, library, query, finding);
    if (finding->best.runbook)
        finding->runbook = finding->best.runbook;
}

struct finding *trouble_find(struct arena *arena, const struct engine *engine, const struct alert *alert)
{
    struct finding *finding = arena_alloc(arena, sizeof *finding);
    struct match_query query = query_of(alert);
    finding->alertname = text_head(arena, alert_name(alert), NAME_BYTES);
    finding->service =
        text_head(arena, alert_service(engine->config, alert, &finding->configured), NAME_BYTES);
    find_procedure(arena, engine, &query, finding);

    const struct match *best = &finding->best;
    finding->severity = trouble_severity(arena, finding->runbook, best->procedure, alert);
    if (best->runbook && best->confident && best->heading)
        finding->trouble =
            arena_printf(arena, "%s\n%s#%s", finding->service, best->runbook->file, best->heading);
    else
        finding->trouble = arena_printf(arena, "%s\n%s", finding->service, finding->alertname);
    return finding;
}

const char *trouble_title(struct arena *arena, const struct finding *finding)
{
    if (strcmp(finding->alertname, finding->service) == 0)
        return finding->alertname;
    return arena_printf(arena, "%s on %s", finding->alertname, finding->service);
}

static void add_text(struct buf *key, const char *text)
{
    buf_add(key, text, strlen(text) + 1);
}

static const struct buf *kin_key(struct engine *engine, const struct alert *alert)
{
    const struct service *configured;
    const char *parts[] = {
        alert_service(engine->config, alert, &configured),
        alert_name(alert),
        text_or(label_value(alert->annotations, alert->n_annotations, "runbook_url"), ""),
    };
    buf_clear(&engine->kin_key);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add_text(&engine->kin_key, parts[i]);
    return &engine->kin_key;
}

struct incident_record *kin_find(struct engine *engine, const struct alert *alert)
{
    const struct buf *key = kin_key(engine, alert);
    return map_get(engine->kin, key->at, key->n_bytes);
}

static bool kin_put(struct engine *engine, struct incident_record *record, const struct buf *key)
{
    if (map_get(engine->kin, key->at, key->n_bytes))
        return false;
    struct kin *kin = heap_alloc(sizeof *kin + key->n_bytes);
    *kin = (struct kin){.next = record->kin, .n_bytes = key->n_bytes};
    memcpy(kin->key, key->at, key->n_bytes);
    record->kin = kin;
    map_put(engine->kin, kin->key, kin->n_bytes, record);
    return true;
}

const char *trouble_key(struct arena *arena, const struct alert_record *record)
{
    const struct alert_group *group = alert_trouble_group(record);
    char hash[GROUP_HASH_BYTES];
    if (!group)
        return "";
    alert_group_hash(group->source, group->group_key, hash);
    return arena_strdup(arena, hash);
}

static const struct buf *kin_keyed(struct engine *engine, const char *sender_key)
{
    buf_clear(&engine->kin_key);
    buf_putc(&engine->kin_key, (char)0xfe); /* as no text begins that is UTF-8 */
    add_text(&engine->kin_key, sender_key);
    return &engine->kin_key;
}

struct incident_record *kin_find_keyed(struct engine *engine, const char *sender_key)
{
    if (!*sender_key)
        return NULL;
    const struct buf *key = kin_keyed(engine, sender_key);
    struct incident_record *open = map_get(engine->kin, key->at, key->n_bytes);
    return open ? open : map_get(engine->keyed, sender_key, strlen(sender_key));
}

void kin_add_keyed(struct engine *engine, struct incident_record *record, const char *sender_key)
{
    if (*sender_key)
        kin_put(engine, record, kin_keyed(engine, sender_key));
}

void kin_add(struct engine *engine, struct incident_record *record, const struct alert *alert)
{
    kin_put(engine, record, kin_key(engine, alert));
}

/* Which labels speak of severity is the same for all alerts of a model. */
static uint64_t severity_labels(const struct engine *engine, struct alert_model *model,
                                const struct alert *alert)
{
    if (model->knows_severity_labels)
        return model->severity_labels;
    for (size_t i = 0; i < alert->n_labels && i < 64; i++)
        if (severity_scale_label(engine->scale, alert->labels[i].name))
            model->severity_labels |= UINT64_C(1) << i;
    model->knows_severity_labels = true;
    return model->severity_labels;
}

bool kin_new_severity(struct engine *engine, struct incident_record *incident,
                      const struct alert_record *record, const struct alert *alert)
{
    struct buf *key = &engine->kin_key;
    buf_clear(key);
    buf_putc(key, (char)0xff); /* as no text begins that is UTF-8 */
    buf_add(key, &incident->incident.number, sizeof incident->incident.number);
    add_text(key, alert_name(alert));
    for (uint64_t left = severity_labels(engine, record->model, alert); left; left &= left - 1) {
        const struct label *label = &alert->labels[__builtin_ctzll(left)];
        add_text(key, label->name);
        add_text(key, label->value);
    }
    return kin_put(engine, incident, key);
}

void kin_drop(struct engine *engine, struct incident_record *record)
{
    while (record->kin) {
        struct kin *kin = record->kin;
        record->kin = kin->next;
        map_remove(engine->kin, kin->key, kin->n_bytes);
        free(kin);
    }
}
