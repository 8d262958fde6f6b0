/* INPUT_ASSIGN: roles, given and handed over on record. A role is held by one person at a time, but for those
 * that several may hold (experts). Whoever acknowledges first is the commander until somebody else is. */
#include <string.h>

#include "engine/engine_priv.h"
#include "runbook/role_words.h"

enum { NAME_BYTES = 80, REASON_BYTES = 300 };

static const char commander[] = "commander";
static const char person_prefix[] = "person:";

static struct role_holder *holder_of(struct incident_record *record, const char *role, const char *person)
{
    for (size_t i = 0; i < record->n_roles; i++) {
        struct role_holder *holder = &record->roles[i];
        if (strcmp(holder->role, role) == 0 &&
            (person ? strcmp(holder->person, person) == 0 : holder->until_us == 0))
            return holder;
    }
    return NULL;
}

void role_add(struct incident_record *record, const struct role_holder *holder)
{
    record->roles = heap_resize(record->roles, (record->n_roles + 1) * sizeof *record->roles);
    record->roles[record->n_roles] = *holder;
    texts_to_heap(&role_texts, &record->roles[record->n_roles++]);
}

static void end(struct turn *turn, struct role_holder *holder)
{
    holder->until_us = turn->now_us;
    turn_save_role(turn, holder);
}

static void begin(struct turn *turn, struct incident_record *record, const char *role, const char *person,
                  const char *actor)
{
    struct role_holder *known = holder_of(record, role, person);
    if (!known) {
        role_add(record,
                 &(struct role_holder){.incident = record->incident.number, .role = role, .person = person});
        known = &record->roles[record->n_roles - 1];
    }
    known->since_us = turn->now_us;
    known->until_us = 0;
    text_keep(&known->assigned_by, actor);
    turn_save_role(turn, known);
    chat_join(turn, record, person);
}

static void say(struct turn *turn, const struct incident_record *record, const char *role, const char *from,
                const char *to, const char *actor, const char *why)
{
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "role", role);
    if (*from)
        jw_pair(body, "from", from);
    if (*to)
        jw_pair(body, "to", to);
    const char *what = !*to    ? arena_printf(turn->arena, "%s is %s no more", from, role)
                       : *from ? arena_printf(turn->arena, "%s is %s, handed over by %s", to, role, from)
                               : arena_printf(turn->arena, "%s is %s", to, role);
    event_end(turn, record->incident.number, actor, *to ? "role.assigned" : "role.ended", "%s%s%s", what,
              *why ? ": " : "", why);
}

void role_default(struct turn *turn, struct incident_record *record, const char *actor)
{
    const size_t n = strlen(person_prefix);
    if (strncmp(actor, person_prefix, n) != 0 || holder_of(record, commander, NULL))
        return;
    begin(turn, record, commander, actor + n, "system");
    say(turn, record, commander, "", actor + n, NULL, "who acknowledges leads until somebody else does");
}

void role_give(struct turn *turn, struct incident_record *record, const char *role, const char *person,
               const char *why)
{
    const struct role_holder *known = holder_of(record, role, person);
    if (known && !known->until_us)
        return;
    begin(turn, record, role, person, "system");
    say(turn, record, role, "", person, NULL, why);
}

static const char *roles_text(struct turn *turn, const struct runbook *runbook)
{
    const char *text = "commander, technical-lead, communications-lead, expert";
    if (runbook)
        list_each (role, &runbook->parts.roles)
            if (!role_general(turn->arena, role->name))
                text = arena_printf(turn->arena, "%s, %s", text, role_slug(turn->arena, role->name));
    return text;
}

/* The role of that name: a general one, or one of the runbook's own. NULL after answering. */
static const char *role_wanted(struct turn *turn, const struct incident_record *record, const char *name)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    const char *general = role_general(turn->arena, name);
    if (general)
        return general;
    if (runbook)
        list_each (role, &runbook->parts.roles)
            if (role_same(turn->arena, role->name, name) ||
                (role->abbreviation && role_same(turn->arena, role->abbreviation, name)))
                return role_slug(turn->arena, role->name);
    turn_answer(turn, OUTCOME_INVALID, record->incident.number, "There is no role \"%s\". There are: %s.",
                name, roles_text(turn, runbook));
    return NULL;
}

static bool is_known_person(struct turn *turn, const struct incident_record *record, const char *person)
{
    const struct config *config = turn->engine->config;
    if (config->people.n == 0 || config_person(config, person))
        return true;
    const char *names = "";
    list_each (known, &config->people)
        names = arena_printf(turn->arena, "%s%s%s", names, *names ? ", " : "", known->id);
    turn_answer(turn, OUTCOME_INVALID, record->incident.number, "There is no person \"%s\". There are: %s.",
                person, names);
    return false;
}

/* Nobody holds it any more. */
static void vacate(struct turn *turn, struct incident_record *record, const char *role,
                   const struct input *input, const char *why)
{
    struct role_holder *holder = holder_of(record, role, NULL);
    if (!holder) {
        turn_answer(turn, OUTCOME_CONFLICT, record->incident.number, "Nobody is %s of incident %lld.", role,
                    (long long)record->incident.number);
        return;
    }
    say(turn, record, role, holder->person, "", text_or(input->actor, "somebody"), why);
    end(turn, holder);
    turn_answer(turn, OUTCOME_DONE, record->incident.number, "Nobody is %s now.", role);
}

static void assign(struct turn *turn, struct incident_record *record, const char *role, const char *person,
                   const struct input *input, const char *why)
{
    const char *actor = text_or(input->actor, "somebody");
    struct role_holder *same = holder_of(record, role, person);
    struct role_holder *before = role_is_shared(role) ? NULL : holder_of(record, role, NULL);
    if (!same || same->until_us) {
        say(turn, record, role, before ? before->person : "", person, actor, why);
        if (before)
            end(turn, before);
        begin(turn, record, role, person, actor);
    }
    turn_answer(turn, OUTCOME_DONE, record->incident.number, "%s is %s of incident %lld.", person, role,
                (long long)record->incident.number);
}

void decide_assign(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    const char *name = text_head(turn->arena, text_or(input->word, ""), NAME_BYTES);
    const char *person = text_head(turn->arena, text_or(input->person, ""), NAME_BYTES);
    const char *why = text_head(turn->arena, text_or(input->text, ""), REASON_BYTES);
    const char *role = role_wanted(turn, record, name);
    if (!role || (*person && !is_known_person(turn, record, person)))
        return;
    if (*person)
        assign(turn, record, role, person, input, why);
    else
        vacate(turn, record, role, input, why);
    if (turn->decisions->list.n)
        incident_progress(turn, record, text_or(input->actor, "somebody"));
}
