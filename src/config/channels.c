/* The section `channels`: a row a key, and how the addresses of people on them look. */
#include "config/channels.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "config/config.h"
#include "config/schema.h"

enum {
    LEAST_DIGITS = 7,
    MOST_DIGITS = 15 /* E.164 */,
    MOST_SLACK_ID = 30,
    MOST_TOPIC = 64,
    MOST_SHORT_NAME = 40
};

#define FIELD(member) offsetof(struct config_channel, member)
#define SECRET_HELP   ": env:NAME, file:PATH or credential:NAME"
#define SECTION(variable, name, rows)                                                                        \
    static const struct section variable = {name, rows, sizeof(rows) / sizeof *(rows), 0, -1}

static const struct key webhook_keys[] = {
    {"secret", VALUE_SECRET, FIELD(secret), .help = "signs every page (X-Signature)" SECRET_HELP},
    {"previous_secret", VALUE_SECRET, FIELD(previous_secret),
     .help = "signs as well, while receivers change over" SECRET_HELP},
};
SECTION(webhook_section, "webhook", webhook_keys);

static const struct key ntfy_keys[] = {
    {"secret", VALUE_SECRET, FIELD(secret), .help = "access token of the ntfy server" SECRET_HELP},
};
SECTION(ntfy_section, "ntfy", ntfy_keys);

static const struct key slack_keys[] = {
    {"server", VALUE_WEB_URL, FIELD(server), .fallback = "https://slack.com",
     .help = "where the bot speaks to Slack"},
    {"secret", VALUE_SECRET, FIELD(secret), .help = "the bot's token, xoxb-..." SECRET_HELP},
    {"signing_secret", VALUE_SECRET, FIELD(signing_secret),
     .help = "shows that a pressed button comes from Slack" SECRET_HELP},
};
SECTION(slack_section, "slack", slack_keys);

static const struct key twilio_keys[] = {
    {"server", VALUE_WEB_URL, FIELD(server), .fallback = "https://api.twilio.com",
     .help = "where text messages and calls are ordered"},
    {"user", VALUE_TEXT, FIELD(user), .help = "the account's SID, AC..."},
    {"secret", VALUE_SECRET, FIELD(secret), .help = "the account's token" SECRET_HELP},
    {"from", VALUE_TEXT, FIELD(from), .help = "the number that sends and calls, +15550100"},
    {"signing_secret", VALUE_SECRET, FIELD(signing_secret),
     .help = "the account's token again: shows that a text message comes from Twilio" SECRET_HELP},
};
SECTION(twilio_section, "twilio", twilio_keys);

static const struct key pagerduty_keys[] = {
    {"server", VALUE_WEB_URL, FIELD(server), .fallback = "https://events.pagerduty.com",
     .help = "where events are sent"},
};
SECTION(pagerduty_section, "pagerduty", pagerduty_keys);

static const struct key opsgenie_keys[] = {
    {"server", VALUE_WEB_URL, FIELD(server), .fallback = "https://api.opsgenie.com",
     .help = "where alerts are sent; https://api.eu.opsgenie.com in Europe"},
};
SECTION(opsgenie_section, "opsgenie", opsgenie_keys);

static const struct key alertmanager_keys[] = {
    {"server", VALUE_WEB_URL, FIELD(server),
     .help = "an Alertmanager beside this program, which is to be silent where it is"},
    {"secret", VALUE_SECRET, FIELD(secret), .help = "its bearer token" SECRET_HELP},
};
SECTION(alertmanager_section, "alertmanager", alertmanager_keys);

static const struct key statuspage_keys[] = {
    {"server", VALUE_WEB_URL, FIELD(server), .fallback = "https://api.statuspage.io",
     .help = "where updates are mirrored to"},
    {"secret", VALUE_SECRET, FIELD(secret), .help = "an API key of the account" SECRET_HELP},
};
SECTION(statuspage_section, "statuspage", statuspage_keys);

static const struct key push_keys[] = {
    {"secret", VALUE_SECRET, FIELD(secret),
     .help = "the key that crashcart channel key makes, by which push services know us" SECRET_HELP},
    {"from", VALUE_TEXT, FIELD(from),
     .help = "whom a push service writes to about us, mailto:ops@example.org; public_url when not given"},
};
SECTION(push_section, "push", push_keys);

static const struct key program_keys[] = {
    {"id", VALUE_ID, offsetof(struct config_program, id), .required = true,
     .help = "by which people's contacts name it: program: ID"},
    {"run", VALUE_TEXT, offsetof(struct config_program, run), .required = true,
     .help = "a command for the shell; the page is its standard input, its exit status the receipt"},
    {"timeout", VALUE_DURATION, offsetof(struct config_program, timeout_s), .fallback = "30s", .least = 1,
     .most = 300, .help = "after which it is ended, with all that it started, and tried again"},
    {"confine", VALUE_BOOL, offsetof(struct config_program, confine), .fallback = "true",
     .help = "it may not listen, trace, gain rights, or open the data folder and the secrets of channels"},
};
static const struct section program_section = {
    "program", program_keys, sizeof program_keys / sizeof *program_keys, sizeof(struct config_program),
    offsetof(struct config_program, line)};

#define CHANNEL(name) #name, VALUE_SECTION, offsetof(struct config_channels, name), .section = &name##_section
static const char *const proof_choices[] = {"weekly", "off", NULL};
static const struct key channels_keys[] = {
    {CHANNEL(webhook), .help = "how pages by webhook are signed"},
    {CHANNEL(ntfy), .help = "push messages by ntfy"},
    {CHANNEL(slack), .help = "Slack, by a bot"},
    {CHANNEL(twilio), .help = "text messages and calls"},
    {CHANNEL(pagerduty), .help = "PagerDuty, beside Crashcart"},
    {CHANNEL(opsgenie), .help = "Opsgenie, beside Crashcart"},
    {CHANNEL(push), .help = "pages to browsers in which the console is"},
    {CHANNEL(statuspage), .help = "updates stand on a page of Atlassian Statuspage, too"},
    {CHANNEL(alertmanager), .help = "silences and mutes hold in an Alertmanager, too"},
    {"programs", VALUE_LIST, offsetof(struct config_channels, programs), .section = &program_section,
     .help = "programs of your own that take pages"},
    {"private_hosts", VALUE_IDS, offsetof(struct config_channels, private_hosts),
     .help = "names of receivers that may lie in a private network"},
    {"proof", VALUE_CHOICE, offsetof(struct config_channels, proof), .choices = proof_choices,
     .fallback = "off", .help = "whether each way of each person is tested every week"},
    {"proxy", VALUE_WEB_URL, offsetof(struct config_channels, proxy),
     .help = "requests by HTTP go through it; straight to the receiver when not given"},
};
const struct section channels_section = {"channels", channels_keys,
                                         sizeof channels_keys / sizeof *channels_keys, 0, -1};

const struct config_program *config_program(const struct config *config, const char *id)
{
    list_each (program, &config->channels.programs)
        if (strcmp(program->id, id) == 0)
            return program;
    return NULL;
}

/* ---- addresses ---- */

int secret_place_check(const char *place, struct err *err)
{
    static const char *const kinds[] = {"env:", "file:", "credential:"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i]);
        if (strncmp(place, kinds[i], n) == 0 && place[n])
            return 0;
    }
    /* The text may be the secret itself: it is not repeated. */
    return err_set(err, "must say where the secret lies, not what it is: env:NAME, file:PATH or "
                        "credential:NAME");
}

int telephone_check(const char *number, struct err *err)
{
    size_t n = number[0] == '+' ? strspn(number + 1, "0123456789") : 0;
    if (n >= LEAST_DIGITS && n <= MOST_DIGITS && number[1] != '0' && !number[1 + n])
        return 0;
    return err_set(err, "\"%.40s\" is no telephone number; write it like +4930123456", number);
}

int slack_id_check(const char *id, struct err *err)
{
    size_t n = 0;
    while (n <= MOST_SLACK_ID && (isupper((unsigned char)id[n]) || isdigit((unsigned char)id[n])))
        n++;
    if (n >= 3 && n <= MOST_SLACK_ID && !id[n] && strchr("CDGUW", id[0]))
        return 0;
    return err_set(err, "\"%.40s\" is no id of Slack; copy it from the profile or channel, like U024BE7LH",
                   id);
}

int ntfy_url_check(const char *url, struct err *err)
{
    if (web_url_check(url, err))
        return -1;
    const char *host = strstr(url, "://"), *slash = host ? strchr(host + 3, '/') : NULL;
    const char *topic = slash ? slash + 1 : "";
    size_t n = 0;
    while (isalnum((unsigned char)topic[n]) || topic[n] == '-' || topic[n] == '_')
        n++;
    if (n > 0 && n <= MOST_TOPIC && !topic[n])
        return 0;
    return err_set(err, "\"%.80s\" names no topic; write it like https://ntfy.sh/TOPIC", url);
}

static bool is_short_name(const char *name)
{
    size_t n = 0;
    while (n <= MOST_SHORT_NAME && (isalnum((unsigned char)name[n]) || strchr("-_.", name[n])) && name[n])
        n++;
    return n > 0 && n <= MOST_SHORT_NAME && !name[n];
}

int program_name_check(const char *name, struct err *err)
{
    return is_short_name(name)
               ? 0
               : err_set(err,
                         "\"%.60s\" is no name of a program; write the id that it has in channels.programs",
                         name);
}

int statuspage_id_check(const char *id, struct err *err)
{
    return is_short_name(id) && !strpbrk(id, "-_.")
               ? 0
               : err_set(err,
                         "\"%.60s\" is no id of a page; it stands in the page's settings, like kctbh9vrtdwd",
                         id);
}

int push_name_check(const char *name, struct err *err)
{
    if (is_short_name(name) && !strchr(name, '.'))
        return 0;
    return err_set(err, "\"%.60s\" is no name for a browser; write it like phone or laptop-2", name);
}
