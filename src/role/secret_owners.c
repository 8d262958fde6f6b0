#include "role/secret_owners.h"

#include <stdlib.h>
#include <string.h>

/* place NULL: no secret. */
static void own(struct arena *arena, struct secret_owners *owners, enum secret_owner owner, const char *place)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    if (!place)
        return;
    if (strncmp(place, "env:", 4) == 0)
        strings_add(arena, &owners->variables[owner], arena_strdup(arena, place + 4));
    else if (strncmp(place, "file:", 5) == 0)
        strings_add(arena, &owners->files, arena_strdup(arena, place + 5));
    else if (credentials && strncmp(place, "credential:", 11) == 0)
        strings_add(arena, &owners->files, arena_printf(arena, "%s/%s", credentials, place + 11));
}

static void own_way(struct arena *arena, struct secret_owners *owners, const struct config_contact *way)
{
    const struct contact_channel *channel = contact_channel_find(way->channel);
    if (channel && channel->kind == CONTACT_SECRET)
        own(arena, owners, SECRET_COURIER, way->address);
}

void secret_owners_find(struct arena *arena, const struct config *config, struct secret_owners *ret_owners)
{
    const struct config_channels *channels = &config->channels;
    const struct config_channel *each[] = {
        &channels->webhook,    &channels->ntfy,         &channels->slack,
        &channels->twilio,     &channels->pagerduty,    &channels->opsgenie,
        &channels->statuspage, &channels->alertmanager, &channels->push};
    *ret_owners = (struct secret_owners){0};
    own(arena, ret_owners, SECRET_COURIER, config->sign_in.secret);
    own(arena, ret_owners, SECRET_CORE, config->store_secret);
    own(arena, ret_owners, SECRET_COURIER, config->mail.secret);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        own(arena, ret_owners, SECRET_COURIER, each[i]->secret);
        own(arena, ret_owners, SECRET_COURIER, each[i]->previous_secret);
        own(arena, ret_owners, SECRET_CORE, each[i]->signing_secret);
    }
    list_each (person, &config->people)
        list_each (contact, &person->contacts)
            own_way(arena, ret_owners, contact);
    list_each (audience, &config->audiences)
        list_each (way, &audience->send)
            own_way(arena, ret_owners, way);
    list_each (check, &config->checks) {
        own(arena, ret_owners, SECRET_COURIER, check->http.request.bearer);
        own(arena, ret_owners, SECRET_COURIER, check->metrics.request.bearer);
        own(arena, ret_owners, SECRET_COURIER, check->promql.request.bearer);
        own(arena, ret_owners, SECRET_COURIER, check->postgresql.secret);
        own(arena, ret_owners, SECRET_COURIER, check->redis.secret);
    }
}

bool secret_owner_sees(const struct secret_owners *owners, enum secret_owner owner, const char *variable)
{
    bool is_secret = false, is_own = false;
    for (int other = 0; other < SECRET_OWNERS; other++) {
        list_each (name, &owners->variables[other]) {
            size_t n = strlen(*name);
            if (n && strncmp(variable, *name, n) == 0 && variable[n] == '=') {
                is_secret = true;
                is_own = is_own || other == (int)owner;
            }
        }
    }
    return !is_secret || is_own;
}
