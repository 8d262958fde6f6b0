/* A firing alert finds its incident: the open one of its trouble, or a new one. */
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

/* Alerts of one incident that are asked how severe they are when they are worded as none before; after that
 * only the first with each alert name and severity labels is, or one that measures more, so that a storm does
 * not hold up everybody else. Never more in a turn: what is not looked up then is when its like joins next.
 */
enum { LOOKED_AT = 16, SEVERITIES_A_TURN = 256 };

static bool severity_wanted(struct turn *turn, struct incident_record *incident,
                            const struct alert_record *record, const struct alert *alert)
{
    if (turn->n_severities >= SEVERITIES_A_TURN)
        return false;
    bool is_new = kin_new_severity(turn->engine, incident, record, alert);
    is_new |= measured_beyond(turn, incident, alert);
    if (incident->n_looked_at < LOOKED_AT) {
        incident->n_looked_at++;
        is_new |= wording_is_new(incident, alert);
    }
    if (!is_new)
        return false;
    incident->n_severities++;
    turn->n_severities++;
    return true;
}

void alert_attach(struct incident_record *incident, struct alert_record *record)
{
    struct incident *value = &incident->incident;
    if (record->incident != value->number)
        value->n_alerts++;
    record->incident = value->number;
    value->n_firing++;
    if (value->started_us == 0 || record->starts_us < value->started_us)
        value->started_us = record->starts_us;
}

static void join(struct turn *turn, struct incident_record *incident, struct alert_record *record,
                 const struct alert *alert, unsigned held)
{
    alert_attach(incident, record);
    news_add(turn, incident, record, alert, held ? ALERT_HELD : ALERT_FIRED, "");
    if (turn->released_why)
        incident->released_why = turn->released_why;
    if (held) {
        hold_within(incident, record, held);
    } else {
        alert_weigh(turn, incident, record, alert);
    }
}

static void weigh(struct turn *turn, struct incident_record *incident, const struct alert *alert)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, incident, &procedure);
    struct severity_choice choice = trouble_severity(turn->arena, runbook, procedure, alert);
    incident_raise(turn, incident, &choice, alert_name(alert));
    safety_hear(turn, incident, alert);
}

void alert_weigh(struct turn *turn, struct incident_record *incident, const struct alert_record *record,
                 const struct alert *alert)
{
    if (severity_wanted(turn, incident, record, alert))
        weigh(turn, incident, alert);
}

void alert_weigh_again(struct turn *turn, const struct alert_record *record)
{
    struct incident_record *incident = incident_find(turn->engine, record->incident);
    struct alert alert;
    if (!incident || !incident_is_open(incident) || record->held || turn->n_severities >= SEVERITIES_A_TURN)
        return;
    alert_record_view(record, turn->arena, &alert);
    if (!measured_beyond(turn, incident, &alert))
        return;
    turn->n_severities++;
    weigh(turn, incident, &alert);
}

static void kin_add_all(struct engine *engine, struct incident_record *incident, const struct alert *alert,
                        const char *sender_key)
{
    kin_add(engine, incident, alert);
    kin_add_keyed(engine, incident, sender_key);
}

void alert_join(struct turn *turn, struct alert_record *record, const struct alert *alert)
{
    struct alert view;
    if (!alert) {
        alert_record_view(record, turn->arena, &view);
        alert = &view;
    }
    const char *sender_key = trouble_key(turn->arena, record);
    struct incident_record *keyed = kin_find_keyed(turn->engine, sender_key);
    struct incident_record *incident = incident_find(turn->engine, record->incident);
    if (!incident || !incident_is_open(incident))
        incident = keyed && incident_is_open(keyed) ? keyed : kin_find(turn->engine, alert);
    if (incident)
        kin_add_all(turn->engine, incident, alert, sender_key);
    int64_t dependency;
    unsigned held = hold_find(turn->engine, record, incident, &dependency);
    held = hold_spare_worst(turn, record, alert, incident, held);
    if (incident) {
        join(turn, incident, record, alert, held);
        return;
    }
    if (held & ~(unsigned)HELD_MAINTENANCE) {
        hold_apart(turn, record, held, dependency);
        return;
    }
    struct finding *finding = trouble_find(turn->arena, turn->engine, alert);
    finding->sender_key = sender_key;
    incident = keyed && incident_may_reopen(turn, keyed)
                   ? keyed
                   : incident_of_trouble(turn->engine, finding->trouble);
    if (incident && incident_may_reopen(turn, incident)) {
        incident_reopen(turn, incident, NULL,
                        arena_printf(turn->arena, "%s fires again", finding->alertname));
        if (flapping_swing(turn, incident, true))
            incident->released_why = flapping_text(turn, incident);
        news_opened(turn, incident);
    }
    if (incident && incident_is_open(incident)) {
        kin_add_all(turn->engine, incident, alert, sender_key);
        join(turn, incident, record, alert, held);
        return;
    }
    incident = incident_open(turn, finding, incident);
    incident->released_why = turn->released_why;
    struct alert *opener = arena_alloc(turn->arena, sizeof *opener);
    *opener = *alert;
    incident->opener = opener;
    dependency_changed(turn->engine, incident->incident.service);
    alert_attach(incident, record);
    kin_add_all(turn->engine, incident, alert, sender_key);
    if (held)
        hold_within(incident, record, held);
    news_add(turn, incident, record, alert, held ? ALERT_HELD : ALERT_FIRED, "");
    news_opened(turn, incident);
    safety_hear(turn, incident, alert);
    if (!held)
        storm_opened(turn, incident, alert);
}

static void write_match(struct json_writer *body, const char *name, const struct match *match)
{
    if (!match->runbook)
        return;
    jw_name(body, name);
    jw_begin_object(body);
    jw_pair(body, "title", match->procedure ? match->procedure->title : match->heading);
    jw_pair(body, "file", match->runbook->file);
    jw_pair_int(body, "line", match->line);
    jw_name(body, "score");
    jw_double(body, match->score);
    jw_pair_bool(body, "confident", match->confident);
    jw_pair(body, "why", match->why);
    jw_end_object(body);
}

static void say_opened(struct turn *turn, const struct incident *incident, const struct finding *finding,
                       const struct incident_record *earlier)
{
    struct arena *arena = turn->arena;
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "alert", finding->alertname);
    jw_pair(body, "service", incident->service);
    jw_pair(body, "severity", incident->severity);
    jw_pair_int(body, "severity_rank", incident->severity_rank);
    jw_pair(body, "severity_why", incident->severity_why);
    jw_pair_int(body, "severity_line", incident->severity_line);
    if (finding->runbook)
        jw_pair(body, "runbook", finding->runbook->file);
    write_match(body, "procedure", &finding->best);
    write_match(body, "runner_up", &finding->second);
    if (incident->drill)
        jw_pair_bool(body, "drill", true);
    if (earlier)
        jw_pair_int(body, "earlier_incident", earlier->incident.number);

    const char *again =
        !earlier ? ""
                 : arena_printf(arena, "; the same trouble as incident %lld, resolved %s ago",
                                (long long)earlier->incident.number,
                                duration_text(arena, turn->now_us - earlier->incident.resolved_us));
    const char *answer =
        *incident->procedure_title
            ? arena_printf(arena, "; \"%s\" answers it (%s)", incident->procedure_title,
                           place_text(arena, incident->runbook_file, incident->procedure_line))
            : "; no procedure answers it";
    event_end(turn, incident->number, NULL, "incident.opened", "%sncident %lld: %s, %s, because %s%s%s",
              incident->drill ? "DRILL, i" : "I", (long long)incident->number, incident->title,
              incident->severity, incident->severity_why, answer, again);
}

struct incident_record *incident_open(struct turn *turn, const struct finding *finding,
                                      const struct incident_record *earlier)
{
    struct engine *engine = turn->engine;
    const struct match *best = &finding->best;
    const struct severity_choice *severity = &finding->severity;
    struct incident value = {
        .number = engine->last_incident + 1,
        .trouble = finding->trouble,
        .sender_key = finding->sender_key,
        .title = trouble_title(turn->arena, finding),
        .service = finding->service,
        .severity = severity->id,
        .severity_rank = severity->rank,
        .severity_why = severity->why,
        .severity_line = severity->line,
        .state = INCIDENT_TRIGGERED,
        .drill = engine->config->drill,
        .runbook_file = finding->runbook ? finding->runbook->file : "",
        .runbook_sha256 = finding->runbook ? finding->runbook->sha256 : "",
        .opened_us = turn->now_us,
        .severity_heard = severity->rank,
        .earlier = earlier ? earlier->incident.number : 0,
        .response_time_s = severity->severity ? severity->severity->response_time_s : UNSTATED,
        .next_delivery = 1,
    };
    if (best->runbook) {
        value.procedure_title = best->procedure ? best->procedure->title : best->heading;
        value.procedure_line = best->procedure ? best->procedure->line : best->line;
        value.procedure_why = best->why;
    }
    struct incident_record *record = incident_add(engine, &value);
    turn_touch(turn, record);
    turn->decisions->outcome.incident = record->incident.number;
    say_opened(turn, &record->incident, finding, earlier);
    return record;
}
