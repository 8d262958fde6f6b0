/* What is known of an incident, by name, as an update says it. */
#include <string.h>

#include "base/clock.h"
#include "runbook/role_words.h"
#include "update/update_priv.h"

typedef const char *fact_writer(struct arena *arena, const struct draft_input *input);

static bool has_text(const char *text)
{
    return text && *text;
}

const char *moment_words(struct arena *arena, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(us, text);
    return us ? arena_printf(arena, "%.10s %.5s UTC", text, text + 11) : NULL;
}

static const char *number(struct arena *arena, const struct draft_input *input)
{
    return arena_printf(arena, "#%lld", (long long)input->incident->number);
}

static const char *severity(struct arena *arena, const struct draft_input *input)
{
    (void)arena;
    return has_text(input->incident->severity) && strcmp(input->incident->severity, "unknown") != 0
               ? input->incident->severity
               : NULL;
}

static const char *service(struct arena *arena, const struct draft_input *input)
{
    const char *id = input->incident->service;
    const struct service *found = has_text(id) ? config_service(input->config, id) : NULL;
    (void)arena;
    if (found && found->public_name)
        return found->public_name;
    return input->is_public || !has_text(id) ? NULL : id;
}

static const char *status(struct arena *arena, const struct draft_input *input)
{
    char *word = arena_strdup(arena, update_status(input->incident));
    word[0] = (char)(word[0] - 'a' + 'A');
    return word;
}

static int64_t start_of(const struct incident *incident)
{
    return incident->started_us ? incident->started_us : incident->opened_us;
}

static const char *started(struct arena *arena, const struct draft_input *input)
{
    return moment_words(arena, start_of(input->incident));
}

static const char *resolved_at(struct arena *arena, const struct draft_input *input)
{
    return moment_words(arena, input->incident->resolved_us);
}

static const char *duration(struct arena *arena, const struct draft_input *input)
{
    char text[TIME_TEXT_BYTES];
    int64_t end_us = input->incident->resolved_us ? input->incident->resolved_us : input->now_us;
    int64_t start_us = start_of(input->incident), gone_us = end_us - start_us, minute_us = 60 * US_PER_S;
    if (gone_us >= minute_us) /* as one reckons it from the two moments, which have no seconds */
        gone_us = (end_us / minute_us - start_us / minute_us) * minute_us;
    duration_format(gone_us, text);
    return arena_printf(arena, "%s%s", text, input->incident->resolved_us ? "" : " so far");
}

static const char *next_update(struct arena *arena, const struct draft_input *input)
{
    return input->incident->state >= INCIDENT_RESOLVED ? NULL : moment_words(arena, input->next_us);
}

static const char *now(struct arena *arena, const struct draft_input *input)
{
    return moment_words(arena, input->now_us);
}

static const char *date(struct arena *arena, const struct draft_input *input)
{
    return arena_strndup(arena, moment_words(arena, input->now_us), sizeof "2026-03-01" - 1);
}

static const char *name_of(const struct draft_input *input, const char *person)
{
    const struct person *known = config_person(input->config, person);
    return known ? known->name : person;
}

static const char *holder(struct arena *arena, const struct draft_input *input, const char *general)
{
    for (size_t i = 0; i < input->n_roles; i++) {
        const struct role_holder *role = &input->roles[i];
        const char *known = role_general(arena, role->role);
        if (!role->until_us && strcmp(known ? known : role->role, general) == 0)
            return name_of(input, role->person);
    }
    return NULL;
}

static const char *commander(struct arena *arena, const struct draft_input *input)
{
    return holder(arena, input, "commander");
}

static const char *technical_lead(struct arena *arena, const struct draft_input *input)
{
    return holder(arena, input, "technical-lead");
}

static const char *communications_lead(struct arena *arena, const struct draft_input *input)
{
    return holder(arena, input, "communications-lead");
}

static const char *people(struct arena *arena, const struct draft_input *input)
{
    const char *text = NULL;
    for (size_t i = 0; i < input->n_roles; i++) {
        bool again = input->roles[i].until_us != 0;
        for (size_t k = 0; k < i; k++)
            again |= !input->roles[k].until_us && strcmp(input->roles[k].person, input->roles[i].person) == 0;
        if (!again)
            text = arena_printf(arena, "%s%s%s", text ? text : "", text ? ", " : "",
                                name_of(input, input->roles[i].person));
    }
    return text;
}

static const char *link(struct arena *arena, const struct draft_input *input)
{
    return input->is_public || !has_text(input->public_url)
               ? NULL
               : arena_printf(arena, "%s/incidents/%lld", input->public_url,
                              (long long)input->incident->number);
}

static const char *audience(struct arena *arena, const struct draft_input *input)
{
    (void)arena;
    return input->audience;
}

/* The names of roles, and who is where, are not for the public. */
static const struct {
    const char *name;
    fact_writer *write;
    bool internal;
} facts[] = {
    {"number", number, false},
    {"severity", severity, true},
    {"service", service, false},
    {"status", status, false},
    {"started", started, false},
    {"resolved_at", resolved_at, false},
    {"duration", duration, false},
    {"next_update", next_update, false},
    {"now", now, false},
    {"date", date, false},
    {"commander", commander, true},
    {"technical_lead", technical_lead, true},
    {"communications_lead", communications_lead, true},
    {"people", people, true},
    {"link", link, true},
    {"audience", audience, false},
};

/* What was found out for people inside leaves to the public only when a person has looked at it. */
static const char *found(const struct draft_input *input, const char *topic)
{
    if (!input->findings || (input->is_public && input->closing))
        return NULL;
    list_each (finding, input->findings)
        if (strcmp(finding->topic, topic) == 0 && *finding->text)
            return finding->text;
    return NULL;
}

const char *fact_value(struct arena *arena, const struct draft_input *input, const char *fact)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (strcmp(fact, facts[i].name) == 0)
            return facts[i].internal && input->is_public ? NULL : facts[i].write(arena, input);
    const char *text = found(input, fact);
    if (!text && strcmp(fact, "description") == 0 && !input->is_public)
        text = input->incident->title;
    return text;
}
