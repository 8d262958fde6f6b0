/* Browsers that get pages: the configuration and the engine know them by a name, the ledger knows who answers
 * to it, and the courier knows the key by which push services know us. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ledger/subscription.h"
#include "role/core_priv.h"

void core_push_key_heard(struct core *core, const char *payload, size_t n_bytes)
{
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    const char *key = json_parse(document, payload, n_bytes, 4, &root, &err) < 0
                          ? NULL
                          : json_text(json_get(root, "key"), NULL);
    pthread_mutex_lock(&core->site_lock);
    if (key && strlen(key) < sizeof core->push_key)
        snprintf(core->push_key, sizeof core->push_key, "%s", key);
    pthread_mutex_unlock(&core->site_lock);
    json_document_free(document);
}

bool core_push_key(void *context, struct buf *out)
{
    struct core *core = context;
    pthread_mutex_lock(&core->site_lock);
    buf_puts(out, core->push_key);
    pthread_mutex_unlock(&core->site_lock);
    return out->n_bytes > 0;
}

void core_push_address(struct core *core, struct arena *arena, struct delivery *delivery)
{
    struct push_subscription browser;
    struct err err = {0};
    if (strcmp(delivery->channel, "push") != 0)
        return;
    int got = ledger_subscription(core->ledger, arena, delivery->person, delivery->address, &browser, &err);
    if (got != 0 && got != LEDGER_NOT_FOUND)
        log_event(LOG_ERROR, "push.not_read", "error=%s", log_quote(err.text));
    delivery->address =
        got == 0 ? arena_printf(arena, "%s %s %s", browser.endpoint, browser.p256dh, browser.auth) : "";
}
