/* Secrets, read once when a courier begins: a page that leaves later must not wait for a disk. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "courier/courier_priv.h"

struct place {
    struct place *next;
    char *secret; /* NULL: */
    struct err err;
};

struct settings {
    struct map *places;
    struct place *first;
};

static void learn(struct settings *settings, const char *what, const char *spec)
{
    if (!spec || map_get(settings->places, spec, strlen(spec)))
        return;
    struct place *place = heap_alloc(sizeof *place);
    if (secret_read(spec, &place->secret, &place->err)) {
        place->secret = NULL;
        log_event(LOG_ERROR, "channel.secret_missing", "channel=%s error=%s", what,
                  log_quote(place->err.text));
    }
    place->next = settings->first;
    settings->first = place;
    map_put(settings->places, spec, strlen(spec), place);
}

static void learn_way(struct settings *settings, const struct config_contact *way)
{
    const struct contact_channel *channel = contact_channel_find(way->channel);
    if (channel && channel->kind == CONTACT_SECRET)
        learn(settings, way->channel, way->address);
}

struct settings *settings_new(const struct config *config)
{
    const struct config_channels *c = &config->channels;
    const struct {
        const char *name, *secret;
    } secrets[] = {{"email", config->mail.secret},
                   {"webhook", c->webhook.secret},
                   {"webhook", c->webhook.previous_secret},
                   {"ntfy", c->ntfy.secret},
                   {"slack", c->slack.secret},
                   {"twilio", c->twilio.secret},
                   {"statuspage", c->statuspage.secret},
                   {"push", c->push.secret}};
    struct settings *settings = heap_alloc(sizeof *settings);
    settings->places = map_new();
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        learn(settings, secrets[i].name, secrets[i].secret);
    list_each (person, &config->people)
        list_each (contact, &person->contacts)
            learn_way(settings, contact);
    list_each (audience, &config->audiences)
        list_each (way, &audience->send)
            learn_way(settings, way);
    return settings;
}

void settings_free(struct settings *settings)
{
    for (struct place *place = settings->first, *next; place; place = next) {
        next = place->next;
        secret_free(place->secret);
        free(place);
    }
    map_free(settings->places);
    free(settings);
}

const char *settings_secret(const struct settings *settings, const char *spec, struct err *err)
{
    if (!spec)
        return NULL;
    const struct place *place = map_get(settings->places, spec, strlen(spec));
    if (!place)
        err_set(err, "%.80s is in no contact of the configuration any more", spec);
    else if (!place->secret)
        *err = place->err;
    return place ? place->secret : NULL;
}
