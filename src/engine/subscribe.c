/* INPUT_SUBSCRIBE: a browser takes the place of a way that the configuration names. It is proved at once. */
#include <string.h>

#include "engine/engine_priv.h"

static const struct config_contact *way_named(const struct person *person, const char *name)
{
    for (size_t i = 0; person && i < person->contacts.n; i++)
        if (strcmp(person->contacts.at[i].channel, "push") == 0 &&
            strcmp(person->contacts.at[i].address, name) == 0)
            return &person->contacts.at[i];
    return NULL;
}

void decide_subscribe(struct turn *turn, const struct input *input)
{
    const struct push_subscription *wanted = input->subscription;
    const char *actor = text_or(input->actor, "somebody");
    const struct person *person = config_person(turn->engine->config, text_or(wanted->person, ""));
    const struct config_contact *way = way_named(person, text_or(wanted->name, ""));
    if (!way) {
        turn_answer(turn, OUTCOME_INVALID, 0,
                    "%s has no contact \"push: %s\"; add it in the configuration first.",
                    text_head(turn->arena, text_or(wanted->person, "nobody"), 80),
                    text_head(turn->arena, text_or(wanted->name, ""), 80));
        return;
    }
    struct push_subscription *saved = &turn_push(turn, DECISION_SUBSCRIPTION)->subscription;
    *saved = *wanted;
    saved->given_by = actor;
    saved->at_us = turn->now_us;
    texts_to_arena(&subscription_texts, saved, turn->arena);
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "person", person->id);
    jw_pair(body, "name", way->address);
    event_end(turn, 0, actor, "push.subscribed", "Pages to %s by push: %s go to another browser from now on",
              person->id, way->address);
    prove_way(turn, person, way, actor);
    turn_answer(turn, OUTCOME_DONE, 0, "%s gets pages on \"%s\"; a test is on its way.", person->name,
                way->address);
}
