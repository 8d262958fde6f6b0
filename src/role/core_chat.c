/* What an incident's own channel is to be, when the delivery that brings it about leaves. */
#include <string.h>

#include "courier/courier.h"
#include "role/core_priv.h"

/* Of "ana,ben,eve" those from the first that is not in it yet on, by their ids in the chat. */
static void add_people(struct arena *arena, const struct config *config, const struct incident *incident,
                       int until, struct strings *ret_people)
{
    int i = 0;
    for (const char *at = incident->chat_people ? incident->chat_people : ""; *at; i++) {
        size_t n = strcspn(at, ",");
        const struct person *person = config_person(config, arena_strndup(arena, at, n));
        const char *id = person ? person_slack_id(person) : NULL;
        if (i >= incident->chat_invited && i < until && id)
            strings_add(arena, ret_people, id);
        at += n + (at[n] == ',');
    }
}

void core_send_chat(struct core *core, const struct delivery *delivery, const struct incident *incident,
                    const struct run_step *steps, size_t n_steps, const char *public_url, struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf page = {0};
    const struct config *config = core->site->config;
    struct incident_channel channel = {
        .incident = incident,
        .key = arena_printf(arena, "crashcart-%s-incident-%lld", ledger_instance(core->ledger),
                            (long long)incident->number),
        .is_private = config->incident_channel.is_private,
    };
    add_people(arena, config, incident, delivery->way, &channel.people);
    page_render(
        &page,
        &(struct delivery){
            .key = delivery->key, .channel = delivery->channel, .person = "", .why = "", .notice = true},
        incident, NULL, steps, n_steps, public_url, NULL, clock_wall_us(core->clock));
    incident_channel_render(out, &channel, page.at, page.n_bytes);
}
