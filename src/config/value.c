/* Reading one value of each kind: a row a kind, a function a form. Messages say what is wrong and what to
 * write instead; the walker puts file, line and key before them. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "config/config.h"
#include "config/value_priv.h"
#include "runbook/role_words.h"

enum { MOST_TEXT_BYTES = 2000, MOST_ID_BYTES = 100, MOST_LABELS = 64, DAY_MINUTES = 1440 };

/* ---- texts ---- */

static int store_text(struct arena *arena, const char *text, void *target)
{
    *(const char **)target = arena_strdup(arena, text);
    return 0;
}

int value_text(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err)
{
    (void)key;
    if (!text[0])
        return err_set(err, "is empty");
    if (strnlen(text, MOST_TEXT_BYTES + 1) > MOST_TEXT_BYTES)
        return err_set(err, "is longer than %d bytes", MOST_TEXT_BYTES);
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return err_set(err, "holds a line break or another control character");
    }
    return store_text(arena, text, target);
}

static int check_id(const char *text, struct err *err)
{
    bool ok = text[0] && strnlen(text, MOST_ID_BYTES + 1) <= MOST_ID_BYTES;
    for (const char *p = text; ok && *p; p++)
        ok = isalnum((unsigned char)*p) || strchr("-_.", *p);
    return ok ? 0 : err_set(err, "\"%.60s\" is no id; use letters, digits, - _ and . only", text);
}

static int read_id(struct arena *arena, const struct key *key, const char *text, void *target,
                   struct err *err)
{
    (void)key;
    store_text(arena, text, target);
    return check_id(text, err);
}

/* Inside the runbook folder: nothing that leads out of it. */
static int read_document(struct arena *arena, const struct key *key, const char *text, void *target,
                         struct err *err)
{
    if (value_text(arena, key, text, target, err))
        return -1;
    size_t n = strlen(text);
    if (text[0] == '/' || strncmp(text, "../", 3) == 0 || strstr(text, "/../") ||
        (n >= 3 && strcmp(text + n - 3, "/..") == 0) || strcmp(text, "..") == 0)
        return err_set(err, "\"%.80s\" leads out of the runbook folder; name a file inside it", text);
    return 0;
}

static int read_web_url(struct arena *arena, const struct key *key, const char *text, void *target,
                        struct err *err)
{
    return value_text(arena, key, text, target, err) ? -1 : web_url_check(text, err);
}

/* The same rules as for the web, under the names of mail. */
static int read_mail_url(struct arena *arena, const struct key *key, const char *text, void *target,
                         struct err *err)
{
    if (value_text(arena, key, text, target, err))
        return -1;
    const char *rest = strncmp(text, "smtp://", 7) == 0    ? text + 7
                       : strncmp(text, "smtps://", 8) == 0 ? text + 8
                                                           : NULL;
    scoped_buf struct buf as_web = {0};
    buf_printf(&as_web, "http://%s", rest ? rest : "");
    struct err ignored;
    if (!rest || strchr(rest, '/') || web_url_check(as_web.at, &ignored))
        return err_set(err, "\"%.80s\" is no mail server; write it like smtp://mail.example.org:25", text);
    return 0;
}

/* libpq reads the rest of it when it connects. */
static int read_store(struct arena *arena, const struct key *key, const char *text, void *target,
                      struct err *err)
{
    static const char scheme[] = "postgresql://";
    if (strncmp(text, scheme, sizeof scheme - 1) != 0)
        return err_set(err,
                       "\"%.20s\" is no store; write it like postgresql://crashcart@db.example.org/crashcart",
                       text);
    const char *rest = text + sizeof scheme - 1;
    size_t n_authority = strcspn(rest, "/?");
    const char *at = memchr(rest, '@', n_authority);
    if ((at && memchr(rest, ':', (size_t)(at - rest))) || strcasestr(rest, "password="))
        return err_set(err, "holds a password; secrets do not belong in a configuration: write store_secret: "
                            "file:PATH");
    return value_text(arena, key, text, target, err);
}

static int read_mail_address(struct arena *arena, const struct key *key, const char *text, void *target,
                             struct err *err)
{
    return value_text(arena, key, text, target, err) ? -1 : mail_address_check(text, err);
}

static int read_port(const char *text)
{
    char *end;
    long port = isdigit((unsigned char)text[0]) ? strtol(text, &end, 10) : -1;
    return port >= 1 && port <= 65535 && !*end ? (int)port : -1;
}

/* "127.0.0.1:8480", "[::1]:8480" */
static int read_listen(struct arena *arena, const struct key *key, const char *text, void *target,
                       struct err *err)
{
    if (value_text(arena, key, text, target, err))
        return -1;
    const char *colon = strrchr(text, ':');
    if (!colon || read_port(colon + 1) < 0)
        return err_set(err, "\"%.80s\" names no port from 1 to 65535; write it like 127.0.0.1:8480", text);
    char *host = arena_strndup(arena, text, (size_t)(colon - text));
    size_t n = strlen(host);
    bool six = n > 2 && host[0] == '[' && host[n - 1] == ']';
    if (six) {
        host[n - 1] = '\0';
        host++;
    }
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(six ? AF_INET6 : AF_INET, host, address) != 1)
        return err_set(err,
                       "\"%.80s\" is no address of this machine; write it like 127.0.0.1:8480 or "
                       "[::1]:8480",
                       text);
    return 0;
}

int value_secret(struct arena *arena, const struct key *key, const char *text, void *target, struct err *err)
{
    return secret_place_check(text, err) ? -1 : value_text(arena, key, text, target, err);
}

static int read_choice(struct arena *arena, const struct key *key, const char *text, void *target,
                       struct err *err)
{
    scoped_buf struct buf all = {0};
    for (size_t i = 0; key->choices[i]; i++) {
        if (strcmp(key->choices[i], text) == 0)
            return store_text(arena, text, target);
        buf_printf(&all, "%s%s", i ? ", " : "", key->choices[i]);
    }
    return err_set(err, "\"%.60s\" is none of: %s", text, all.at);
}

static int read_zone(struct arena *arena, const struct key *key, const char *text, void *target,
                     struct err *err)
{
    return value_text(arena, key, text, target, err) ? -1 : timezone_check(text, err);
}

static int read_pointer(struct arena *arena, const struct key *key, const char *text, void *target,
                        struct err *err)
{
    if (text[0] != '/')
        return err_set(err, "\"%.60s\" is no place in JSON; write it like /event/name", text);
    return value_text(arena, key, text, target, err);
}

/* ---- numbers and times ---- */

static int check_range(const struct key *key, int64_t value, const char *unit, struct err *err)
{
    if (value >= key->least && value <= key->most)
        return 0;
    return err_set(err, "must lie between %lld and %lld %s", (long long)key->least, (long long)key->most,
                   unit);
}

static int read_duration(struct arena *arena, const struct key *key, const char *text, void *target,
                         struct err *err)
{
    (void)arena;
    int64_t s;
    if (duration_parse(text, &s))
        return err_set(err, "\"%.60s\" is no duration; write it like 30s, 5m or 1h30m", text);
    if (check_range(key, s, "seconds", err))
        return -1;
    *(int64_t *)target = s;
    return 0;
}

static int read_after(struct arena *arena, const struct key *key, const char *text, void *target,
                      struct err *err)
{
    if (strcmp(text, "severity") != 0)
        return read_duration(arena, key, text, target, err);
    *(int64_t *)target = UNSTATED;
    return 0;
}

static int read_bytes(struct arena *arena, const struct key *key, const char *text, void *target,
                      struct err *err)
{
    (void)arena;
    char *end = NULL;
    long long n = isdigit((unsigned char)text[0]) && strlen(text) < 16 ? strtoll(text, &end, 10) : -1;
    long long unit = end && strcmp(end, "KiB") == 0   ? 1024
                     : end && strcmp(end, "MiB") == 0 ? 1024LL * 1024
                     : end && !*end                   ? 1
                                                      : 0;
    if (n < 0 || !unit || n > INT64_MAX / unit)
        return err_set(err, "\"%.60s\" is no size; write it like 65536 or 64KiB", text);
    if (check_range(key, n * unit, "bytes", err))
        return -1;
    *(int64_t *)target = n * unit;
    return 0;
}

static int read_count(struct arena *arena, const struct key *key, const char *text, void *target,
                      struct err *err)
{
    (void)arena;
    char *end = NULL;
    long long n = isdigit((unsigned char)text[0]) && strlen(text) < 16 ? strtoll(text, &end, 10) : -1;
    if (!end || *end)
        return err_set(err, "\"%.60s\" is no whole number", text);
    if (check_range(key, n, "", err))
        return -1;
    *(int64_t *)target = n;
    return 0;
}

static int read_bool(struct arena *arena, const struct key *key, const char *text, void *target,
                     struct err *err)
{
    (void)arena;
    (void)key;
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            *(bool *)target = i % 2;
            return 0;
        }
    }
    return err_set(err, "\"%.60s\" is neither true nor false", text);
}

static int read_rotation(struct arena *arena, const struct key *key, const char *text, void *target,
                         struct err *err)
{
    (void)key;
    return rotation_parse(arena, text, target, err);
}

/* The number that n digits from text on show; -1 when they are no digits. */
static int read_digits(const char *text, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i]))
            return -1;
        value = value * 10 + text[i] - '0';
    }
    return value;
}

/* "2026-03-02T09:00": whether such a day exists is asked as of RFC 3339. */
static int read_local_time(struct arena *arena, const struct key *key, const char *text, void *target,
                           struct err *err)
{
    (void)arena;
    (void)key;
    int64_t us;
    char as_utc[TIME_TEXT_BYTES];
    snprintf(as_utc, sizeof as_utc, "%.16s:00Z", text);
    if (strlen(text) != 16 || text[10] != 'T' || time_parse_rfc3339(as_utc, strlen(as_utc), &us) || us <= 0)
        return err_set(err, "\"%.60s\" is no local time; write it like 2026-03-02T09:00", text);
    *(struct local_time *)target =
        (struct local_time){read_digits(text, 4), read_digits(text + 5, 2), read_digits(text + 8, 2),
                            read_digits(text + 11, 2), read_digits(text + 14, 2)};
    return 0;
}

static int read_minute(struct arena *arena, const struct key *key, const char *text, void *target,
                       struct err *err)
{
    (void)arena;
    (void)key;
    bool shape = strlen(text) == 5 && text[2] == ':';
    int hour = shape ? read_digits(text, 2) : -1, minute = shape ? read_digits(text + 3, 2) : -1;
    if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > DAY_MINUTES)
        return err_set(err, "\"%.60s\" is no time of the day; write it like \"09:00\"", text);
    *(int *)target = hour * 60 + minute;
    return 0;
}

/* ---- entries of lists and maps ---- */

static int read_every_day(struct arena *arena, const struct key *key, const char *text, void *target,
                          struct err *err)
{
    (void)arena;
    (void)key;
    if (strcmp(text, "every") != 0)
        return err_set(err, "must be a list of days like [mon, tue]");
    *(unsigned *)target = 0x7f;
    return 0;
}

static int read_day(struct arena *arena, const struct key *key, const struct node_entry *entry, void *target,
                    struct err *err)
{
    (void)arena;
    (void)key;
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (unsigned i = 0; i < 7; i++) {
        if (strcmp(entry->value->text, days[i]) == 0) {
            *(unsigned *)target |= 1u << i;
            return 0;
        }
    }
    return err_set(err, "\"%.60s\" is no day; use mon, tue, wed, thu, fri, sat, sun", entry->value->text);
}

static int read_id_entry(struct arena *arena, const struct key *key, const struct node_entry *entry,
                         void *target, struct err *err)
{
    (void)key;
    strings_add(arena, target, arena_strdup(arena, entry->value->text));
    return check_id(entry->value->text, err);
}

static int read_name_entry(struct arena *arena, const struct key *key, const struct node_entry *entry,
                           void *target, struct err *err)
{
    const char *name;
    if (value_text(arena, key, entry->value->text, &name, err))
        return -1;
    strings_add(arena, target, name);
    return 0;
}

/* The list is on the heap: config_free() ends it. */
static int read_matcher(struct arena *arena, const struct key *key, const struct node_entry *entry,
                        void *target, struct err *err)
{
    (void)arena, (void)key;
    return matchers_parse(entry->value->text, target, err)
               ? err_prefix(err, "\"%.60s\": ", entry->value->text)
               : 0;
}

static int read_target(struct arena *arena, const struct key *key, const struct node_entry *entry,
                       void *target, struct err *err)
{
    (void)key;
    const char *text = entry->value->text;
    if (strncmp(text, "person:", 7) != 0 && strncmp(text, "schedule:", 9) != 0)
        return err_set(err, "\"%.60s\" names nobody; write person:ID or schedule:ID", text);
    strings_add(arena, target, arena_strdup(arena, text));
    return check_id(strchr(text, ':') + 1, err);
}

typedef LIST(struct config_role) config_roles;

static int read_role(struct arena *arena, const struct key *key, const struct node_entry *entry, void *target,
                     struct err *err)
{
    config_roles *roles = target;
    struct config_role role = {.name = role_slug(arena, entry->key->text), .line = entry->key->line};
    if (!*role.name)
        return err_set(err, "\"%.60s\" is no name of a role", entry->key->text);
    if (entry->value->kind != NODE_LIST)
        return err_set(err, "\"%.60s\" needs a list like [person:ana]", entry->key->text);
    list_each (other, roles)
        if (role_same(arena, other->name, role.name))
            return err_set(err, "\"%.60s\" is given twice (first in line %d)", entry->key->text, other->line);
    list_each (item, &entry->value->entries)
        if (item->value->kind != NODE_TEXT || read_target(arena, key, item, &role.notify, err))
            return err_prefix(err, "role \"%.60s\": ", entry->key->text);
    *list_push(arena, roles) = role;
    return 0;
}

typedef LIST(struct label) config_labels;
typedef LIST(struct config_contact) config_contacts;

static int read_label(struct arena *arena, const struct key *key, const struct node_entry *entry,
                      void *target, struct err *err)
{
    config_labels *labels = target;
    struct label label;
    if (labels->n >= MOST_LABELS)
        return err_set(err, "has more than %d labels", MOST_LABELS);
    if (value_text(arena, key, entry->key->text, &label.name, err) ||
        value_text(arena, key, entry->value->text, &label.value, err))
        return err_prefix(err, "label \"%.60s\" ", entry->key->text);
    list_each (other, labels) {
        if (strcmp(other->name, label.name) == 0)
            return err_set(err, "label \"%s\" is given twice", label.name);
    }
    *list_push(arena, labels) = label;
    return 0;
}

static int unknown_channel(const char *name, struct err *err)
{
    const char *names[16] = {0};
    size_t n = 0;
    scoped_buf struct buf all = {0};
    for (const struct contact_channel *c = contact_channels; c->name && n < 16; c++) {
        names[n++] = c->name;
        buf_printf(&all, "%s%s", all.n_bytes ? ", " : "", c->name);
    }
    const char *nearest = word_nearest(name, names, n);
    if (nearest)
        return err_set(err, "unknown way \"%.60s\" to reach somebody; did you mean \"%s\"?", name, nearest);
    return err_set(err, "unknown way \"%.60s\" to reach somebody; there are: %s", name, buf_text(&all));
}

/* "cleared: true" beside the way; gives the entry of the way, or NULL. */
static const struct node_entry *way_of(const struct node *node, bool *ret_cleared)
{
    const struct node_entry *way = NULL;
    bool cleared = false;
    if (node->kind != NODE_MAP || node->entries.n < 1 || node->entries.n > 2)
        return NULL;
    list_each (entry, &node->entries) {
        bool flag = strcmp(entry->key->text, "cleared") == 0;
        if (flag && (entry->value->kind != NODE_TEXT ||
                     (strcmp(entry->value->text, "true") != 0 && strcmp(entry->value->text, "false") != 0)))
            return NULL;
        cleared |= flag && strcmp(entry->value->text, "true") == 0;
        way = flag ? way : entry;
    }
    *ret_cleared = cleared;
    return way;
}

/* `- webhook: URL`; kept even when it is wrong, so that one mistake is not reported twice. */
static int read_contact(struct arena *arena, const struct key *key, const struct node_entry *entry,
                        void *target, struct err *err)
{
    config_contacts *contacts = target;
    struct config_contact *contact = list_push(arena, contacts);
    contact->line = entry->value->line;
    contact->channel = contact->address = "";
    const struct node_entry *way = way_of(entry->value, &contact->cleared);
    if (!way)
        return err_set(err, "must be one way to reach somebody, like \"- email: ana@example.org\", and "
                            "\"cleared: true\" beside it where patient data may be written");
    const struct contact_channel *channel = contact_channel_find(way->key->text);
    if (!channel)
        return unknown_channel(way->key->text, err);
    if (way->value->kind != NODE_TEXT)
        return err_set(err, "%s must be an address like %s", channel->name, channel->example);
    contact->channel = channel->name;
    return value_text(arena, key, way->value->text, &contact->address, err)
               ? -1
               : channel->check(contact->address, err);
}

const struct value_reader value_readers[N_VALUE_KINDS] = {
    [VALUE_TEXT] = {"a text", NODE_TEXT, value_text, NULL},
    [VALUE_ID] = {"an id", NODE_TEXT, read_id, NULL},
    [VALUE_PATH] = {"a path", NODE_TEXT, value_text, NULL},
    [VALUE_DOCUMENT] = {"a path in the runbook folder", NODE_TEXT, read_document, NULL},
    [VALUE_WEB_URL] = {"a URL", NODE_TEXT, read_web_url, NULL},
    [VALUE_MAIL_URL] = {"a URL like smtp://mail.example.org:25", NODE_TEXT, read_mail_url, NULL},
    [VALUE_STORE] = {"a store like postgresql://crashcart@db.example.org/crashcart", NODE_TEXT, read_store,
                     NULL},
    [VALUE_MAIL_ADDRESS] = {"an e-mail address", NODE_TEXT, read_mail_address, NULL},
    [VALUE_LISTEN] = {"ADDRESS:PORT", NODE_TEXT, read_listen, NULL},
    [VALUE_SECRET] = {"env:NAME, file:PATH or credential:NAME", NODE_TEXT, value_secret, NULL},
    [VALUE_CHOICE] = {"one word", NODE_TEXT, read_choice, NULL},
    [VALUE_ZONE] = {"a time zone like Europe/Berlin", NODE_TEXT, read_zone, NULL},
    [VALUE_SELECTOR] = {"a series like http_requests_total{code=~\"5..\"}", NODE_TEXT, value_selector, NULL},
    [VALUE_ADDRESS] = {"an address like db.example.org:5432", NODE_TEXT, value_address, NULL},
    [VALUE_PATTERN] = {"an expression like ERROR|FATAL", NODE_TEXT, value_pattern, NULL},
    [VALUE_STATUS] = {"a range like 200-299", NODE_TEXT, value_status, NULL},
    [VALUE_NUMBER] = {"a number like 0.2, 200ms, 5% or 2GiB", NODE_TEXT, value_number, NULL},
    [VALUE_SSH] = {"USER@HOST or ssh://USER@HOST:PORT", NODE_TEXT, value_ssh, NULL},
    [VALUE_WORD] = {"one word", NODE_TEXT, value_word, NULL},
    [VALUE_POINTER] = {"a place in JSON like /event/name", NODE_TEXT, read_pointer, NULL},
    [VALUE_DURATION] = {"a duration like 5m", NODE_TEXT, read_duration, NULL},
    [VALUE_AFTER] = {"a duration like 5m", NODE_TEXT, read_after, NULL},
    [VALUE_BYTES] = {"a size like 64KiB", NODE_TEXT, read_bytes, NULL},
    [VALUE_COUNT] = {"a whole number", NODE_TEXT, read_count, NULL},
    [VALUE_BOOL] = {"true or false", NODE_TEXT, read_bool, NULL},
    [VALUE_ROTATION] = {"daily, weekly, a time like 12h or a rule like FREQ=WEEKLY;BYDAY=MO,FR", NODE_TEXT,
                        read_rotation, NULL},
    [VALUE_LOCAL_TIME] = {"a local time like 2026-03-02T09:00", NODE_TEXT, read_local_time, NULL},
    [VALUE_MINUTE] = {"a time of the day like \"09:00\"", NODE_TEXT, read_minute, NULL},
    [VALUE_DAYS] = {"a list of days like [mon, tue]", NODE_LIST, read_every_day, read_day},
    [VALUE_IDS] = {"a list of ids like [ana, ben]", NODE_LIST, NULL, read_id_entry},
    [VALUE_ROLES] = {"roles like {cto: [person:ana]}", NODE_MAP, NULL, read_role},
    [VALUE_TARGETS] = {"a list like [schedule:primary, person:ana]", NODE_LIST, NULL, read_target},
    [VALUE_NAMES] = {"a list of label names like [service, region]", NODE_LIST, NULL, read_name_entry},
    [VALUE_MATCHERS] = {"a list of matchers like ['severity=\"critical\"']", NODE_LIST, NULL, read_matcher},
    [VALUE_LABELS] = {"labels like {service: api}", NODE_MAP, NULL, read_label},
    [VALUE_VARIABLES] = {"variables like {PGHOST: db}", NODE_MAP, NULL, value_variable},
    [VALUE_SECRETS] = {"variables like {PGPASSWORD: file:/etc/db-password}", NODE_MAP, NULL,
                       value_secret_variable},
    [VALUE_CONTACTS] = {"a list of ways like \"- email: ana@example.org\"", NODE_LIST, NULL, read_contact},
    [VALUE_SECTION] = {"keys of its own", NODE_MAP, NULL, NULL},
    [VALUE_OPTIONAL] = {"keys of its own", NODE_MAP, NULL, NULL},
    [VALUE_LIST] = {"a list", NODE_LIST, NULL, NULL},
};
