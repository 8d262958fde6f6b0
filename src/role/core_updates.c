/* The closing update of an incident that is over: asked for by the resolve (engine/update.c), written here
 * from the record, and sent like any other. It is asked for durably, so that a crash in between loses none.
 */
#include <string.h>

#include "base/log.h"
#include "courier/courier.h"
#include "engine/texts.h"
#include "role/core_priv.h"
#include "update/drafts.h"

static void write_draft(struct core *core, struct arena *arena, const struct update *wanted,
                        struct update_message *ret_message, struct err *err)
{
    struct draft_record record;
    struct draft draft;
    if (draft_record_read(core->ledger, arena, wanted->incident, &record, err) != 0)
        return;
    struct draft_input input = draft_input_of(&record, core->site->config, core->site->library,
                                              wanted->audience, clock_wall_us(core->clock));
    input.closing = true;
    draft_make(arena, &input, &draft);
    *ret_message = (struct update_message){.audience = arena_strdup(arena, wanted->audience),
                                           .status = draft.status,
                                           .subject = arena_strdup(arena, draft.subject),
                                           .text = draft.text,
                                           .withheld = draft_withheld_text(arena, &draft),
                                           .number = wanted->number};
}

void core_write_update(struct core *core, const struct update *wanted)
{
    struct arena *arena = arena_new();
    struct update_message *message = arena_alloc(arena, sizeof *message);
    struct input *input = arena_alloc(arena, sizeof *input);
    struct err err = {0};
    if (!core->ledger_failed)
        write_draft(core, arena, wanted, message, &err);
    if (!message->text) {
        if (err.text[0])
            log_event(LOG_ERROR, "update.not_written", "incident=%lld error=%s", (long long)wanted->incident,
                      log_quote(err.text));
        arena_free(arena);
        return;
    }
    *input = (struct input){.kind = INPUT_UPDATE_SEND,
                            .actor = "system",
                            .incident = wanted->incident,
                            .updates = message,
                            .n_updates = 1};
    core_submit_own(core, arena, input);
}

void core_write_updates(struct core *core)
{
    enum { AT_ONCE = 1000 };
    scoped_arena struct arena *arena = arena_new();
    struct update *wanted = NULL;
    size_t n = 0;
    struct err err = {0};
    if (ledger_updates(core->ledger, arena, LEDGER_UPDATES_WANTED, AT_ONCE, &wanted, &n, &err) != 0)
        log_event(LOG_ERROR, "update.not_written", "error=%s", log_quote(err.text));
    for (size_t i = 0; i < n; i++)
        core_write_update(core, &wanted[i]);
}

void core_send_update(struct core *core, const struct delivery *delivery, const struct incident *incident,
                      const char *public_url, struct buf *out)
{
    scoped_arena struct arena *arena = arena_new();
    struct update *sent = NULL,
                  unknown = {.status = update_status(incident), .text = "", .subject = "", .audience = ""};
    const struct config *config = core->site->config;
    const char *id = strchr(delivery->person, ':');
    const struct config_audience *audience = config_audience(config, id ? id + 1 : "");
    const struct service *service = config_service(config, incident->service ? incident->service : "");
    size_t n = 0;
    struct err err = {0};
    bool cleared = false;
    if (ledger_updates(core->ledger, arena, incident->number, SIZE_MAX, &sent, &n, &err) != 0)
        log_event(LOG_ERROR, "update.not_read", "error=%s", log_quote(err.text));
    const struct update *update = &unknown;
    for (size_t i = 0; i < n; i++)
        update = sent[i].number == delivery->update ? &sent[i] : update;
    for (size_t i = 0; audience && i < audience->send.n; i++)
        cleared |= audience->send.at[i].cleared &&
                   strcmp(audience->send.at[i].address, delivery->address) == 0 &&
                   strcmp(audience->send.at[i].channel, delivery->channel) == 0;
    const struct contact_channel *channel = contact_channel_find(delivery->channel);
    cleared |= channel && channel->is_page; /* the text is one for the public */
    cleared |= audience && audience->incident_channel && config->incident_channel.cleared &&
               strcmp(text_or(incident->chat_id, ""), delivery->address) == 0;
    update_render(
        out, &(struct update_page){
                 .update = update,
                 .incident = incident,
                 .key = delivery->key,
                 .public_name = service ? service->public_name : NULL,
                 .component = service ? service->statuspage : NULL,
                 .url = arena_printf(arena, "%s/incidents/%lld", public_url, (long long)incident->number),
                 .is_public = !audience || audience->is_public || audience->status_page,
                 .cleared = cleared && update != &unknown});
}
