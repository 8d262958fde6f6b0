/* INPUT_UNDELIVERED: a service that took a message says later that it has not arrived ("no answer", a
 * bounce). It reads incident, reply (the receipt: whom it was to reach), word: the address, text: why, and
 * flag: it was no page of the chain but told something.
 *
 * - an incident and a person: a page, whose next way is tried as after one that was not taken
 * - an incident and "audience:stakeholders": an update
 * - incident 0: a test of a way, of the key that ends the receipt's id */
#include <string.h>

#include "engine/engine_priv.h"

enum { WHY_BYTES = 200 };

/* Which of the person's ways that is; -1: none is any more. */
static int way_of(const struct person *person, const char *channel, const char *address)
{
    for (size_t i = 0; i < person->contacts.n; i++)
        if (strcmp(person->contacts.at[i].channel, channel) == 0 &&
            strcmp(person->contacts.at[i].address, address) == 0)
            return (int)i;
    return -1;
}

static void try_next_way(struct turn *turn, struct incident_record *record, const struct person *person,
                         const struct input *input, int way)
{
    const char *why = arena_printf(turn->arena, "%s does not reach them", input->reply->channel);
    if (input->flag) {
        page_notice(turn, record, person, way + 1, why);
        return;
    }
    record->n_reached -= record->n_reached > 0;
    if (page_matters(record) && !page_way(turn, record, person, way + 1, why, 0))
        escalate_past(turn, record);
}

static void lose_page(struct turn *turn, struct incident_record *record, const struct input *input,
                      const char *why)
{
    const struct reply *receipt = input->reply;
    const char *address = text_or(input->word, "");
    const struct person *person = config_person(turn->engine->config, receipt->person);
    int way = person ? way_of(person, receipt->channel, address) : -1;
    if (way < 0) {
        turn_answer(turn, OUTCOME_NOT_FOUND, input->incident, "Nobody is paged there any more.");
        return;
    }
    reply_remember(turn, input);
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "person", person->id);
    jw_pair(body, "channel", receipt->channel);
    jw_pair(body, "id", receipt->id);
    event_end(turn, input->incident, NULL, "page.failed",
              "%s took the page to %s, and it has not arrived: %s", receipt->channel, person->id, why);
    proof_page_lost(turn, person->id, receipt->channel, address, why);
    try_next_way(turn, record, person, input, way);
    turn_answer(turn, OUTCOME_DONE, input->incident, "The next way is tried.");
}

static void lose_test(struct turn *turn, const struct input *input, const char *why)
{
    const struct reply *receipt = input->reply;
    const char *colon = strchr(receipt->id, ':');
    if (!proof_test_lost(turn, colon ? colon + 1 : "", receipt->person, receipt->channel,
                         text_or(input->word, ""), why)) {
        turn_answer(turn, OUTCOME_NOT_FOUND, 0, "No test went there.");
        return;
    }
    reply_remember(turn, input);
    turn_answer(turn, OUTCOME_DONE, 0, "The way is known to fail.");
}

void decide_undelivered(struct turn *turn, const struct input *input)
{
    const char *why = text_head(turn->arena, text_or(input->text, "no reason given"), WHY_BYTES);
    if (!input->incident) {
        lose_test(turn, input, why);
        return;
    }
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    if (strncmp(input->reply->person, "audience:", 9) != 0) {
        lose_page(turn, record, input, why);
        return;
    }
    reply_remember(turn, input);
    update_lost(turn, record, input->reply, why);
    turn_answer(turn, OUTCOME_DONE, input->incident, "It is on the timeline.");
}
