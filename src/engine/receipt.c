/* INPUT_UNDELIVERED: a service that took a page says later that it has not arrived ("no answer",
 * "undelivered"). Then the person's next way is tried, as after a page that was not taken. */
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

void decide_undelivered(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    const struct reply *receipt = input->reply;
    if (!record)
        return;
    const struct person *person = config_person(turn->engine->config, receipt->person);
    int way = person ? way_of(person, receipt->channel, text_or(input->word, "")) : -1;
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
              "%s took the page to %s, and it has not arrived: %s", receipt->channel, person->id,
              text_head(turn->arena, text_or(input->text, "no reason given"), WHY_BYTES));
    if (page_matters(record) &&
        !page_way(turn, record, person, way + 1,
                  arena_printf(turn->arena, "%s does not reach them", receipt->channel), 0))
        escalate_past(turn, record);
    turn_answer(turn, OUTCOME_DONE, input->incident, "The next way is tried.");
}
