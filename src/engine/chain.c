/* Whom to page, and how long to wait: the service's escalation in the configuration, else everybody in its
 * order, a step each; the waiting is what the configuration says, else what the runbook's severity says. */
#include <string.h>

#include "engine/engine_priv.h"
#include "runbook/policy_plan.h"

static const struct service *chain_service(const struct engine *engine, const struct incident_record *record)
{
    const struct service *service = config_service(engine->config, record->incident.service);
    return service && service->escalation.n ? service : NULL;
}

size_t chain_length(const struct engine *engine, const struct incident_record *record)
{
    const struct service *service = chain_service(engine, record);
    return service ? service->escalation.n : engine->config->people.n;
}

int64_t chain_after_s(const struct engine *engine, const struct incident_record *record, size_t index)
{
    const struct service *service = chain_service(engine, record);
    return service ? service->escalation.at[index].after_s : UNSTATED;
}

static void add_once(struct arena *arena, struct strings *people, const char *id)
{
    list_each (known, people)
        if (strcmp(*known, id) == 0)
            return;
    strings_add(arena, people, id);
}

static void add_notified(struct turn *turn, const char *notify, struct strings *people)
{
    static const char person[] = "person:", schedule[] = "schedule:";
    const struct config *config = turn->engine->config;
    if (strncmp(notify, person, strlen(person)) == 0) {
        add_once(turn->arena, people, notify + strlen(person));
    } else if (strncmp(notify, schedule, strlen(schedule)) == 0) {
        const struct schedule *found = config_schedule(config, notify + strlen(schedule));
        struct strings on_call = {0};
        if (found)
            schedule_people_at(turn->arena, found, turn->now_us, &on_call, NULL);
        list_each (id, &on_call)
            add_once(turn->arena, people, *id);
    }
}

void chain_people(struct turn *turn, const struct incident_record *record, size_t index,
                  struct strings *ret_people)
{
    const struct service *service = chain_service(turn->engine, record);
    struct strings people = {0};
    if (service)
        list_each (notify, &service->escalation.at[index].notify)
            add_notified(turn, *notify, &people);
    else
        add_once(turn->arena, &people, turn->engine->config->people.at[index].id);
    *ret_people = people;
}

int64_t patience_s(const struct engine *engine, const struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(engine, record, &procedure);
    const struct severity *severity = runbook ? runbook_severity(runbook, record->incident.severity) : NULL;
    return severity_patience_s(runbook, severity, record->incident.response_time_s, NULL);
}
