/* The section `sign_in`. */
#include "config/sign_in.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "config/config.h"
#include "config/read_priv.h"
#include "config/schema.h"

#define OFFSET(type, member) offsetof(struct type, member)

static const char *const rights[] = {"viewer", "responder", "approver", "administrator", NULL};

static const struct key right_keys[] = {
    {"group", VALUE_TEXT, OFFSET(config_sign_in_right, group), .required = true, .help = "of the provider"},
    {"right", VALUE_CHOICE, OFFSET(config_sign_in_right, right), .required = true, .choices = rights,
     .help = "of who is in it; the highest of several counts"},
    {"services", VALUE_IDS, OFFSET(config_sign_in_right, services),
     .help = "they see and move incidents of these only; of all when not given"},
};
static const struct section right_section = {"right", right_keys, sizeof right_keys / sizeof *right_keys,
                                             sizeof(struct config_sign_in_right),
                                             OFFSET(config_sign_in_right, line)};

static const struct key sign_in_keys[] = {
    {"provider", VALUE_WEB_URL, OFFSET(config_sign_in, provider), .required = true,
     .help = "its issuer, below which /.well-known/openid-configuration lies"},
    {"name", VALUE_TEXT, OFFSET(config_sign_in, name), .fallback = "single sign-on",
     .help = "on the button: Sign in by NAME"},
    {"client", VALUE_TEXT, OFFSET(config_sign_in, client), .required = true,
     .help = "as whom the provider knows this server"},
    {"secret", VALUE_SECRET, OFFSET(config_sign_in, secret),
     .help = "the client's secret: env:NAME, file:PATH or credential:NAME; none when not given"},
    {"person", VALUE_TEXT, OFFSET(config_sign_in, person), .fallback = "email",
     .help = "the claim by which people are known"},
    {"groups", VALUE_TEXT, OFFSET(config_sign_in, groups), .fallback = "groups",
     .help = "the claim that lists groups"},
    {"scopes", VALUE_IDS, OFFSET(config_sign_in, scopes),
     .help = "asked for beside openid; email and profile when not given"},
    {"rights", VALUE_LIST, OFFSET(config_sign_in, rights), .section = &right_section,
     .help = "what groups may here; who is in none has the right of their account"},
};
const struct section sign_in_section = {"sign-in", sign_in_keys, sizeof sign_in_keys / sizeof *sign_in_keys,
                                        0, OFFSET(config_sign_in, line)};

/* Codes and tokens go over no network in the clear; a provider on this machine itself is for trying. */
static bool url_is_safe(const char *url)
{
    static const char *const here[] = {"http://127.0.0.1", "http://[::1]", "http://localhost"};
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        size_t n = strlen(here[i]);
        if (strncasecmp(url, here[i], n) == 0 && (url[n] == '\0' || url[n] == ':' || url[n] == '/'))
            return true;
    }
    return strncasecmp(url, "https://", 8) == 0;
}

void config_sign_in_check(const struct reading *reading, const struct config *config)
{
    const struct config_sign_in *sign_in = &config->sign_in;
    if (!sign_in->provider || !*sign_in->provider)
        return;
    if (!url_is_safe(sign_in->provider))
        error_add(reading, sign_in->line, "sign_in.provider must be an https:// address");
    if (strpbrk(sign_in->provider, "?#"))
        error_add(reading, sign_in->line,
                  "sign_in.provider is the provider's issuer: an address without '?' and '#'");
    if (!config->public_url)
        error_add(reading, sign_in->line,
                  "sign_in: the provider sends people back to public_url; add public_url: "
                  "https://crashcart.example.org");
    list_each (right, &sign_in->rights)
        list_each (service, &right->services)
            if (!config_service(config, *service))
                error_add(reading, right->line,
                          "sign_in: group \"%s\" names service \"%s\", which is not defined", right->group,
                          *service);
}

static bool has_mail(const struct person *person, const char *address)
{
    list_each (contact, &person->contacts)
        if (strcmp(contact->channel, "email") == 0 && strcasecmp(contact->address, address) == 0)
            return true;
    return false;
}

static bool is_known_by(const struct config *config, const struct person *person, const char *value)
{
    bool by_mail = strcmp(config->sign_in.person, "email") == 0;
    if (person->sign_in)
        return (by_mail ? strcasecmp : strcmp)(person->sign_in, value) == 0;
    return by_mail ? has_mail(person, value) : strcmp(person->id, value) == 0;
}

enum sign_in_found config_sign_in_person(const struct config *config, const char *value,
                                         const struct person **ret_person)
{
    *ret_person = NULL;
    list_each (person, &config->people) {
        if (!is_known_by(config, person, value))
            continue;
        if (*ret_person)
            return SIGN_IN_SEVERAL;
        *ret_person = person;
    }
    return *ret_person ? SIGN_IN_FOUND : SIGN_IN_UNKNOWN;
}
