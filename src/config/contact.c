/* The ways in which people can be reached, and what an address of each looks like. Adding a channel is a row
 * here and a row and a file in courier/. */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

enum { MOST_MAIL_BYTES = 254 /* RFC 5321, 4.5.3.1.3 */, MOST_URL_BYTES = 2000 };

static const char *mail_missing(const struct config *config)
{
    return config->mail.server ? NULL : "there is no mail server; add mail: {server: ..., from: ...}";
}

static const char *slack_missing(const struct config *config)
{
    return config->channels.slack.secret
               ? NULL
               : "there is no bot of Slack; add channels: {slack: {secret: PLACE OF ITS TOKEN}}";
}

static const char *twilio_missing(const struct config *config)
{
    const struct config_channel *twilio = &config->channels.twilio;
    return twilio->user && twilio->secret && twilio->from
               ? NULL
               : "there is no account for it; add channels: {twilio: {user: ..., secret: ..., from: ...}}";
}

static const char *statuspage_missing(const struct config *config)
{
    return config->channels.statuspage.secret
               ? NULL
               : "there is no key for it; add channels: {statuspage: {secret: PLACE OF AN API KEY}}";
}

static const char *push_missing(const struct config *config)
{
    return config->channels.push.secret ? NULL
                                        : "there is no key for it; crashcart channel key makes one, for "
                                          "channels: {push: {secret: ...}}";
}

static const char *program_missing(const struct config *config)
{
    return config->channels.programs.n
               ? NULL
               : "there is no program; add channels: {programs: [{id: ..., run: ...}]}";
}

const struct contact_channel contact_channels[] = {
    {"webhook", "https://example.org/page", web_url_check, NULL, CONTACT_PLAIN, false, false},
    {"email", "ana@example.org", mail_address_check, mail_missing, CONTACT_PLAIN, false, false},
    {"ntfy", "https://ntfy.sh/ana-pages", ntfy_url_check, NULL, CONTACT_PLAIN, false, false},
    {"slack", "U024BE7LH", slack_id_check, slack_missing, CONTACT_PLAIN, false, false},
    {"slack_webhook", "file:/etc/crashcart/slack-url", secret_place_check, NULL, CONTACT_SECRET, false,
     false},
    {"teams", "file:/etc/crashcart/teams-url", secret_place_check, NULL, CONTACT_SECRET, false, false},
    {"sms", "+4930123456", telephone_check, twilio_missing, CONTACT_PLAIN, false, false},
    {"voice", "+4930123456", telephone_check, twilio_missing, CONTACT_PLAIN, false, false},
    {"pagerduty", "file:/etc/crashcart/pagerduty-key", secret_place_check, NULL, CONTACT_SECRET, true, false},
    {"opsgenie", "file:/etc/crashcart/opsgenie-key", secret_place_check, NULL, CONTACT_SECRET, true, false},
    {"program", "pager", program_name_check, program_missing, CONTACT_PLAIN, false, false},
    {"push", "phone", push_name_check, push_missing, CONTACT_PLAIN, false, false},
    {"statuspage", "kctbh9vrtdwd", statuspage_id_check, statuspage_missing, CONTACT_PLAIN, false, true},
    {0},
};

const struct contact_channel *contact_channel_find(const char *name)
{
    for (const struct contact_channel *c = contact_channels; c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

const char *contact_missing(const struct config *config, const char *channel)
{
    const struct contact_channel *found = contact_channel_find(channel);
    return found && found->missing ? found->missing(config) : NULL;
}

const char *person_unreachable(const struct config *config, const struct person *person)
{
    const char *why = "no way to reach them is given; add contacts:";
    list_each (contact, &person->contacts) {
        const char *missing = contact_missing(config, contact->channel);
        if (!missing)
            return NULL;
        if (contact == person->contacts.at)
            why = missing;
    }
    return why;
}

const char *person_slack_id(const struct person *person)
{
    list_each (contact, &person->contacts)
        if (strcmp(contact->channel, "slack") == 0 && strchr("UW", contact->address[0]))
            return contact->address;
    return NULL;
}

/* The dot-atom of RFC 5322 on both sides, which is what people have; quoted local parts are refused. */
int mail_address_check(const char *address, struct err *err)
{
    size_t n = strnlen(address, MOST_MAIL_BYTES + 1);
    const char *at = memchr(address, '@', n);
    bool ok = n <= MOST_MAIL_BYTES && at && at > address && at[1] && address[0] != '-';
    for (size_t i = 0; ok && i < n; i++) {
        unsigned char c = (unsigned char)address[i];
        bool local = address + i < at;
        bool dot = c == '.';
        if (dot)
            ok =
                i > 0 && address[i - 1] != '.' && address + i != at + 1 && address + i + 1 != at && i + 1 < n;
        else if (address + i != at)
            ok = isalnum(c) || c == '-' || (local && c < 0x80 && c && strchr("!#$%&'*+/=?^_`{|}~", c));
    }
    return ok ? 0 : err_set(err, "\"%.80s\" is no e-mail address; write it like ana@example.org", address);
}

/* NAME, 192.0.2.1 or [2001:db8::1], and a port. What the name means is the resolver's to say. */
static bool host_port_fits(const char *host, size_t n_bytes)
{
    bool bracket = *host == '[';
    size_t n =
        bracket ? 1 + strspn(host + 1, "0123456789abcdefABCDEF:.") : strcspn(host, ":/?#[]\\^`{|}<>\"%");
    if (bracket && (n < 3 || host[n++] != ']'))
        return false;
    if (n == 0 || n > n_bytes)
        return false;
    if (n == n_bytes)
        return true;
    char *end;
    long port = host[n] == ':' && isdigit((unsigned char)host[n + 1]) ? strtol(host + n + 1, &end, 10) : 0;
    return port > 0 && port < 65536 && end == host + n_bytes;
}

int web_url_check(const char *url, struct err *err)
{
    if (strnlen(url, MOST_URL_BYTES + 1) > MOST_URL_BYTES)
        return err_set(err, "the URL is longer than %d bytes", MOST_URL_BYTES);
    for (const char *p = url; *p; p++) {
        if ((unsigned char)*p <= 0x20 || *p == 0x7f)
            return err_set(err, "the URL holds a blank or a control character");
    }
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    size_t authority = strcspn(url + scheme, "/?#"); /* RFC 3986, 3.2 */
    const char *host = url + scheme;
    if (memchr(host, '@', authority))
        return err_set(err, "the URL holds a user or a password; secrets do not belong in a configuration");
    if (!scheme || !host_port_fits(host, authority))
        return err_set(err, "\"%.80s\" is no web address; write it like https://example.org/page", url);
    return 0;
}
