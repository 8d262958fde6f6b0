#include "engine/scan.h"

#include <stdio.h>
#include <string.h>

#include "engine/engine_priv.h"

enum { AHEAD = 8 }; /* records whose text is called from memory before it is needed */

struct holders {
    const struct silence_record *silences[SCAN_HOLDERS];
    uint64_t inhibitors[SCAN_HOLDERS];
    size_t n_silences, n_inhibitors;
    int64_t dependency;
};

static bool equalities_fit(const struct engine *engine, const struct matchers *matchers,
                           const struct alert_record *record)
{
    for (size_t i = 0; i < matchers->n; i++) {
        const struct matcher *matcher = matchers->at[i];
        const char *value = alert_table_label(&engine->alerts, record, matcher->name);
        if ((strcmp(value, matcher->value) == 0) == matcher->negative)
            return false;
    }
    return true;
}

/* Silences and rules are asked as they are now; a review may still be on its way to what follows from them.
 */
static void find_holders(const struct engine *engine, const struct alert_record *record,
                         struct holders *ret_holders)
{
    unsigned kinds = SILENCES_PLAIN | SILENCES_MAINTENANCE;
    const struct incident_record *own =
        record->held & HELD_APART ? NULL : incident_find(engine, record->incident);
    if (own && incident_is_worst(own))
        kinds |= SILENCES_NOT_WIDE;
    ret_holders->n_silences = silences_of(engine, kinds, record, ret_holders->silences, SCAN_HOLDERS);
    ret_holders->n_inhibitors = inhibitors_of(engine, record, ret_holders->inhibitors, SCAN_HOLDERS);
    ret_holders->dependency = 0;
    if (record->held & HELD_DEPENDS)
        ret_holders->dependency = record->held & HELD_APART ? record->incident : -1;
}

static bool is_wanted(const struct engine *engine, const struct alert_record *record, int64_t now_us,
                      const struct alert_scan *scan, struct holders *ret_holders)
{
    if (!record->firing || record->ends_us <= now_us || !equalities_fit(engine, scan->equalities, record))
        return false;
    find_holders(engine, record, ret_holders);
    bool silenced = ret_holders->n_silences > 0;
    bool inhibited = ret_holders->n_inhibitors > 0 || ret_holders->dependency;
    if ((silenced && scan->no_silenced) || (inhibited && scan->no_inhibited))
        return false;
    return silenced || inhibited || !scan->no_active;
}

static void add_text(struct buf *out, const char *text)
{
    buf_add(out, text, strlen(text) + 1);
}

/* Who would be paged, and what the incident is about. */
static void add_incident(struct buf *out, const struct engine *engine, const struct alert_record *record,
                         const struct incident_record *incident)
{
    scoped_arena struct arena *arena = engine->config->services.n ? arena_new() : NULL;
    const struct service *service = NULL;
    if (incident && engine->config->services.n) {
        service = config_service(engine->config, incident->incident.service);
    } else if (engine->config->services.n) {
        struct alert alert;
        alert_record_view(record, arena, &alert);
        alert_service(engine->config, &alert, &service);
    }
    add_text(out, service_receiver(arena, service));
    add_text(out, incident ? incident->incident.service : "");
    add_text(out, incident ? text_or(incident->incident.procedure_title, incident->incident.title) : "");
}

static void add_inhibitors(struct buf *out, const struct holders *holders)
{
    for (size_t i = 0; i < holders->n_inhibitors; i++) {
        buf_printf(out, "%016llx", (unsigned long long)holders->inhibitors[i]);
        buf_putc(out, '\0');
    }
    if (holders->dependency > 0)
        buf_printf(out, "incident/%lld", (long long)holders->dependency);
    else if (holders->dependency)
        buf_puts(out, "dependency");
    if (holders->dependency)
        buf_putc(out, '\0');
}

static void copy(const struct engine *engine, const struct alert_record *record,
                 const struct holders *holders, struct buf *out)
{
    const struct incident_record *incident =
        record->held & HELD_APART ? NULL : incident_find(engine, record->incident);
    struct alert_copy head = {
        .starts_us = record->starts_us,
        .ends_us = record->ends_us == INT64_MAX ? 0 : record->ends_us,
        .updated_us = record->updated_us,
        .incident = incident ? record->incident : 0,
        .n_labels = record->n_labels,
        .n_annotations = record->n_annotations,
        .n_silences = (uint32_t)holders->n_silences,
        .n_inhibitors = (uint32_t)(holders->n_inhibitors + (holders->dependency != 0)),
    };
    size_t at = out->n_bytes;
    buf_add(out, &head, sizeof head);
    buf_add(out, alert_table_text(&engine->alerts, record), record->text_bytes);
    add_incident(out, engine, record, incident);
    for (size_t i = 0; i < holders->n_silences; i++)
        add_text(out, holders->silences[i]->silence.id);
    add_inhibitors(out, holders);
    while (out->n_bytes % 8)
        buf_putc(out, '\0');
    head.n_bytes = out->n_bytes - at;
    memcpy(out->at + at, &head.n_bytes, sizeof head.n_bytes);
}

static void add_key(const struct engine *engine, const struct alert_record *record,
                    const struct matchers *expressions, struct buf *out)
{
    struct scan_key key = {.hash = record->hash, .place = record->place};
    size_t at = out->n_bytes;
    key.incident = record->held & HELD_APART ? 0 : record->incident;
    buf_add(out, &key, sizeof key);
    for (size_t i = 0; i < expressions->n; i++)
        add_text(out, alert_table_label(&engine->alerts, record, expressions->at[i]->name));
    while (out->n_bytes % 8)
        buf_putc(out, '\0');
    key.n_bytes = (uint32_t)(out->n_bytes - at);
    memcpy(out->at + at, &key, sizeof key);
}

static void scan_piece(const struct engine *engine, int64_t now_us, struct alert_scan *scan, bool keys)
{
    struct alert_record *const *records = engine->alerts.records;
    struct holders holders;
    uint32_t at = scan->before < engine->alerts.n ? scan->before : engine->alerts.n;
    for (size_t n = 0; at > 0 && n < SCAN_ALERTS && scan->out->n_bytes < SCAN_BYTES; n++) {
        const struct alert_record *record = records[--at];
        if (at >= 2 * AHEAD) {
            __builtin_prefetch(records[at - 2 * AHEAD]);
            __builtin_prefetch(records[at - AHEAD]->inside);
        }
        if (!is_wanted(engine, record, now_us, scan, &holders))
            continue;
        if (keys)
            add_key(engine, record, scan->expressions, scan->out);
        else
            copy(engine, record, &holders, scan->out);
    }
    scan->before = at;
    scan->done = at == 0;
}

void engine_scan_alerts(const struct engine *engine, int64_t now_us, struct alert_scan *scan)
{
    scan_piece(engine, now_us, scan, false);
}

void engine_scan_keys(const struct engine *engine, int64_t now_us, struct alert_scan *scan)
{
    scan_piece(engine, now_us, scan, true);
}

size_t engine_fetch_alerts(const struct engine *engine, int64_t now_us, const struct scan_key *keys, size_t n,
                           struct alert_scan *scan)
{
    struct holders holders;
    size_t i = 0;
    for (; i < n && scan->out->n_bytes < SCAN_BYTES; i++) {
        const struct alert_record *record =
            keys[i].place < engine->alerts.n ? engine->alerts.records[keys[i].place] : NULL;
        if (record && record->hash == keys[i].hash && is_wanted(engine, record, now_us, scan, &holders))
            copy(engine, record, &holders, scan->out);
    }
    return i;
}
