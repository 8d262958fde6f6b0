/* The sections `audiences`, `status_page` and `incident_channel`. */
#include "config/audiences.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "config/config.h"
#include "config/schema.h"

enum { AUDIENCE_BYTES = 120 };

#define OFFSET(type, member) offsetof(struct type, member)

static const struct key audience_keys[] = {
    {"id", VALUE_ID, OFFSET(config_audience, id), .required = true,
     .help = "as the runbooks call them: stakeholders, internal, status-page"},
    {"send", VALUE_CONTACTS, OFFSET(config_audience, send), .help = "where each update goes: all of them"},
    {"public", VALUE_BOOL, OFFSET(config_audience, is_public), .fallback = "false",
     .help = "internal names and levels are not for them"},
    {"status_page", VALUE_BOOL, OFFSET(config_audience, status_page), .fallback = "false",
     .help = "their updates stand on the status page"},
    {"incident_channel", VALUE_BOOL, OFFSET(config_audience, incident_channel), .fallback = "false",
     .help = "their updates are written into the incident's own channel, too"},
    {"services", VALUE_IDS, OFFSET(config_audience, services),
     .help = "told of incidents of these services only; of all when not given"},
};
const struct section audience_section = {"audience", audience_keys,
                                         sizeof audience_keys / sizeof *audience_keys,
                                         sizeof(struct config_audience), OFFSET(config_audience, line)};

static const struct key status_page_keys[] = {
    {"title", VALUE_TEXT, OFFSET(config_status_page, title), .required = true, .help = "whose status it is"},
    {"url", VALUE_WEB_URL, OFFSET(config_status_page, url),
     .help = "of the page as the public reaches it; public_url and /status when not given"},
    {"listen", VALUE_LISTEN, OFFSET(config_status_page, listen),
     .help = "an address of its own, with connections of its own; read when the server starts"},
    {"export", VALUE_PATH, OFFSET(config_status_page, folder),
     .help = "a folder into which it is written at each change; read when the server starts"},
};
const struct section status_page_section = {"status page", status_page_keys,
                                            sizeof status_page_keys / sizeof *status_page_keys, 0,
                                            OFFSET(config_status_page, line)};

static const char *const chats[] = {"slack", NULL};

static const struct key incident_channel_keys[] = {
    {"chat", VALUE_CHOICE, OFFSET(config_incident_channel, chat), .required = true, .choices = chats,
     .help = "slack: by the bot of channels.slack"},
    {"worst", VALUE_COUNT, OFFSET(config_incident_channel, worst), .fallback = "0", .least = 0, .most = 20,
     .help = "for so many of the worst levels of a runbook; 0: for all"},
    {"name", VALUE_TEXT, OFFSET(config_incident_channel, name),
     .help = "pattern of names, where the runbook gives none: inc-<number>-<service>"},
    {"private", VALUE_BOOL, OFFSET(config_incident_channel, is_private), .fallback = "false",
     .help = "only who is invited sees it"},
    {"cleared", VALUE_BOOL, OFFSET(config_incident_channel, cleared), .fallback = "false",
     .help = "what may hold patient data, and free text, may be written there"},
    {"invite", VALUE_IDS, OFFSET(config_incident_channel, invite),
     .help = "people who are invited whoever responds"},
};
const struct section incident_channel_section = {"incident channel", incident_channel_keys,
                                                 sizeof incident_channel_keys / sizeof *incident_channel_keys,
                                                 0, OFFSET(config_incident_channel, line)};

/* The next letter or digit of a name, in lower case; '\0' at its end or before a last "s". */
static char next_letter(const char **at)
{
    while (**at && !isalnum((unsigned char)**at))
        (*at)++;
    if (tolower((unsigned char)**at) == 's' && !(*at)[1])
        (*at)++;
    return **at ? (char)tolower((unsigned char)*(*at)++) : '\0';
}

bool audience_same(const char *one, const char *other)
{
    char a, b;
    do {
        a = next_letter(&one);
        b = next_letter(&other);
    } while (a == b && a);
    return a == b;
}

bool audience_among(const char *several, const char *one)
{
    char part[AUDIENCE_BYTES];
    while (*several) {
        size_t n = strcspn(several, ",");
        if (n < sizeof part) {
            memcpy(part, several, n);
            part[n] = '\0';
            if (audience_same(part, one))
                return true;
        }
        several += n + (several[n] == ',');
    }
    return false;
}

bool audience_hears(const struct config_audience *audience, const char *service)
{
    for (size_t i = 0; i < audience->services.n; i++)
        if (service && strcmp(audience->services.at[i], service) == 0)
            return true;
    return audience->services.n == 0;
}

const struct config_audience *config_audience(const struct config *config, const char *name)
{
    list_each (audience, &config->audiences)
        if (audience_same(audience->id, name))
            return audience;
    return NULL;
}
