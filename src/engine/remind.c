/* Whom a clock tells, and how. A reminder is a page like any other, and arrives although somebody has the
 * incident. */
#include <string.h>

#include "engine/engine_priv.h"
#include "runbook/role_words.h"

/* Who has left the configuration is nobody; where it names nobody, anybody may be meant. */
static void add_once(struct turn *turn, const char *person, struct strings *people)
{
    const struct config *config = turn->engine->config;
    list_each (known, people)
        if (strcmp(*known, person) == 0)
            return;
    if (config->people.n == 0 || config_person(config, person))
        strings_add(turn->arena, people, person);
}

void role_people(struct turn *turn, const struct incident_record *record, const char *general,
                 struct strings *ret_people)
{
    struct strings people = {0}, name = {0};
    for (size_t i = 0; i < record->n_roles; i++) {
        const struct role_holder *holder = &record->roles[i];
        const char *role = role_general(turn->arena, holder->role);
        if (!holder->until_us && strcmp(role ? role : holder->role, general) == 0)
            add_once(turn, holder->person, &people);
    }
    if (people.n == 0) {
        strings_add(turn->arena, &name, general);
        chain_roles(turn, &name, &people);
    }
    *ret_people = people;
}

void commanding_people(struct turn *turn, const struct incident_record *record, struct strings *ret_people)
{
    static const char prefix[] = "person:";
    const char *holder = record->incident.acknowledged_us ? record->incident.acknowledged_by : "";
    role_people(turn, record, "commander", ret_people);
    if (ret_people->n == 0 && strncmp(holder, prefix, strlen(prefix)) == 0)
        add_once(turn, holder + strlen(prefix), ret_people);
}

static size_t remind_people(struct turn *turn, struct incident_record *record, const struct strings *people,
                            const char *why)
{
    size_t n = 0;
    list_each (person, people)
        n += page_person(turn, record, *person, why);
    if (n && !incident_wants_people(record))
        record->incident.pages_owed = true;
    return n;
}

/* Who is hushed is still whom it concerns. */
static bool is_reminded(struct turn *turn, struct incident_record *record, const struct strings *people,
                        const char *why)
{
    bool hushed = !incident_is_open(record) || incident_is_held(record);
    return people->n > 0 && (hushed || remind_people(turn, record, people, why) > 0);
}

void remind_first(struct turn *turn, struct incident_record *record, const struct strings *first,
                  const char *why, struct strings *ret_people)
{
    *ret_people = *first;
    if (is_reminded(turn, record, ret_people, why))
        return;
    commanding_people(turn, record, ret_people);
    if (is_reminded(turn, record, ret_people, why))
        return;
    /* While nobody has it the chain is being paged for that. */
    size_t n_steps = incident_has_owner(record) ? chain_length(turn->engine, record) : 0;
    for (size_t i = 0; i < n_steps; i++) {
        chain_people(turn, record, i, ret_people);
        if (is_reminded(turn, record, ret_people, why))
            return;
    }
    *ret_people = (struct strings){0};
}

void write_told(struct json_writer *body, const struct strings *people)
{
    jw_name(body, "told");
    jw_begin_array(body);
    list_each (person, people)
        jw_string(body, *person);
    jw_end_array(body);
}
