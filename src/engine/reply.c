/* Answers that came by a channel: those that count are kept, and those that do not are on record. */
#include "engine/engine_priv.h"

enum { WHY_BYTES = 300 };

void reply_remember(struct turn *turn, const struct input *input)
{
    const struct reply *reply = input->reply;
    turn_push(turn, DECISION_REPLY)->reply =
        (struct reply){.id = arena_strdup(turn->arena, reply->id),
                       .channel = arena_strdup(turn->arena, reply->channel),
                       .person = arena_strdup(turn->arena, reply->person),
                       .incident = input->incident,
                       .at_us = turn->now_us};
}

void reply_keep(struct turn *turn, const struct input *input)
{
    const struct reply *reply = input->reply;
    reply_remember(turn, input);
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "channel", reply->channel);
    jw_pair(body, "id", reply->id);
    event_end(turn, input->incident, input->actor, "reply.heard", "%s answered by %s", reply->person,
              reply->channel);
}

void decide_reply_refused(struct turn *turn, const struct input *input)
{
    const struct reply *reply = input->reply;
    int64_t incident =
        input->incident > 0 && input->incident <= turn->engine->last_incident ? input->incident : 0;
    reply_remember(turn, input); /* played again it is not even on record */
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "channel", reply->channel);
    jw_pair(body, "id", reply->id);
    event_end(turn, incident, NULL, "reply.refused", "An answer by %s does not count: %s", reply->channel,
              text_head(turn->arena, text_or(input->text, "no reason given"), WHY_BYTES));
}
