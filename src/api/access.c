#include "api/access.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/origin.h"
#include "api/server.h"
#include "api/session.h"
#include "api/source.h"
#include "base/hash.h"
#include "ledger/access.h"

#define KEY_PREFIX "cc_"

enum { ID_BYTES = 8, SECRET_BYTES = 32, SECRET_TEXT_BYTES = 44, KEY_LONGEST = 100 };

const char *access_key_make(struct request *request, struct access_key *ret_key)
{
    uint8_t id[ID_BYTES / 2], secret[SECRET_BYTES];
    char id_text[ID_BYTES + 1], text[SECRET_TEXT_BYTES], sha256[SHA256_HEX_BYTES];
    random_bytes(id, sizeof id);
    random_bytes(secret, sizeof secret);
    hex_encode(id, sizeof id, id_text);
    sodium_bin2base64(text, sizeof text, secret, sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    const char *key = arena_printf(request->arena, KEY_PREFIX "%s_%s", id_text, text);
    sha256_hex(key, strlen(key), sha256);
    ret_key->id = arena_printf(request->arena, "%s", id_text);
    ret_key->sha256 = arena_printf(request->arena, "%s", sha256);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
    return key;
}

static const struct sockaddr *address_of(const struct request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

const char *access_source(const struct request *request)
{
    char source[SOURCE_BYTES] = "";
    if (address_of(request))
        source_print(address_of(request), source);
    return arena_printf(request->arena, "%s", source);
}

/* SameSite keeps the cookie from other sites; this from pages of the same site under other names as well. */
bool access_from_elsewhere(const struct request *request)
{
    const char *from = request_header(request, "Sec-Fetch-Site");
    return from && strcmp(from, "same-origin") != 0 && strcmp(from, "none") != 0;
}

/* The second scheme is Opsgenie's. */
static const char *bearer(const struct request *request)
{
    static const char *const schemes[] = {"Bearer ", "GenieKey "};
    const char *value = request_header(request, MHD_HTTP_HEADER_AUTHORIZATION);
    for (size_t i = 0; value && i < sizeof schemes / sizeof *schemes; i++)
        if (strncasecmp(value, schemes[i], strlen(schemes[i])) == 0)
            return value + strlen(schemes[i]);
    return NULL;
}

static bool is_administrators(const struct api *api, const char *token)
{
    size_t n = strlen(api->token);
    return n && strlen(token) == n && equal_constant_time(token, api->token, n);
}

/* Was nobody at it for too long? Whoever is in an incident may have their hands elsewhere for a while; but an
 * incident that they took after the session had ended by itself does not bring it back. */
static int session_is_idle(struct ledger *ledger, const struct access_key *key, int64_t now_us,
                           bool *ret_idle, struct err *err)
{
    int64_t seen_us;
    bool in_incident;
    *ret_idle = false;
    if (now_us - key->since_us <= SESSION_IDLE_S * US_PER_S)
        return 0;
    if (ledger_session_seen(ledger, key->id, &seen_us, err) < 0)
        return -1;
    if (seen_us < key->since_us)
        seen_us = key->since_us;
    int64_t idle_us = now_us - seen_us, ends_us = seen_us + SESSION_IDLE_S * US_PER_S;
    if (now_us <= ends_us)
        return 0;
    if (ledger_person_has_incident(ledger, key->person, ends_us, &in_incident, err) < 0)
        return -1;
    *ret_idle = !in_incident || idle_us > SESSION_IDLE_IN_INCIDENT_S * US_PER_S;
    return 0;
}

/* What the key allows today: what it says itself, or the account of its person; an account that was changed
 * since has ended its sessions. */
static int take_right(struct ledger *ledger, struct arena *arena, const struct access_key *key,
                      int64_t now_us, struct access *access, struct err *err)
{
    struct account *accounts = NULL;
    size_t n = 0;
    bool idle = false;
    access->right = RIGHT_NONE;
    access->services = "";
    if (key->is_session && session_is_idle(ledger, key, now_us, &idle, err) < 0)
        return -1;
    if (idle)
        return 0;
    access->right = key->right;
    access->services = key->services;
    if (key->right != RIGHT_NONE)
        return 0;
    if (ledger_accounts(ledger, arena, key->person, &accounts, &n, err) < 0)
        return -1;
    if (n == 0 || (key->is_session && accounts->changed_us > key->since_us))
        return 0;
    access->right = accounts->right;
    access->services = accounts->services;
    return 0;
}

bool access_still_counts(struct ledger *ledger, const char *key, int64_t now_us)
{
    scoped_arena struct arena *arena = arena_new();
    struct access_key *keys = NULL;
    struct access access = {0};
    size_t n = 0;
    struct err err = {0};
    return ledger_access_keys(ledger, arena, key, now_us, &keys, &n, &err) == 0 && n &&
           take_right(ledger, arena, keys, now_us, &access, &err) == 0 && access.right >= RIGHT_READ;
}

static bool key_fits(const struct request *request, const struct access_key *key, const char *text,
                     bool is_session)
{
    char sha256[SHA256_HEX_BYTES];
    sha256_hex(text, strlen(text), sha256);
    return key->is_session == is_session && equal_constant_time(sha256, key->sha256, sizeof sha256 - 1) &&
           (is_session || !*key->source ||
            (address_of(request) && source_contains(key->source, address_of(request))));
}

static int take_key(struct request *request, const char *text, bool is_session, struct access *access)
{
    static const char prefix[] = KEY_PREFIX;
    struct access_key *keys = NULL;
    size_t n = 0;
    struct err err = {0};
    size_t n_prefix = sizeof prefix - 1, n_text = strlen(text);
    if (strncmp(text, prefix, n_prefix) != 0 || n_text > KEY_LONGEST || n_text <= n_prefix + ID_BYTES ||
        text[n_prefix + ID_BYTES] != '_')
        return 0;
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return -1;
    const char *id = arena_strndup(request->arena, text + n_prefix, ID_BYTES);
    int64_t now_us = request_now_us(request);
    if (ledger_access_keys(ledger, request->arena, id, now_us, &keys, &n, &err) < 0) {
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the ledger cannot be read: %s", err.text);
        return -1;
    }
    if (n == 0 || !key_fits(request, keys, text, is_session))
        return 0;
    access->person = *keys->person ? keys->person : NULL;
    access->name = keys->name;
    access->key = keys->id;
    access->is_session = is_session;
    access->proved_us = given_by_provider_session(keys) ? 1 : keys->since_us;
    if (take_right(ledger, request->arena, keys, now_us, access, &err) < 0) {
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the ledger cannot be read: %s", err.text);
        return -1;
    }
    return 0;
}

int access_find(struct request *request)
{
    struct access *access = &request->access;
    const char *token = bearer(request);
    const char *cookie = MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND,
                                                     session_cookie_name(request, SESSION_COOKIE));
    *access = (struct access){.services = ""};
    if (token && is_administrators(request->api, token)) {
        access->right = RIGHT_ADMINISTER;
        access->speaks_for_all = true;
        return 0;
    }
    if (token)
        return take_key(request, token, false, access);
    if (!cookie || access_from_elsewhere(request))
        return 0;
    if (strcmp(request->route->method, MHD_HTTP_METHOD_GET) != 0 && origin_check(request) < 0)
        return -1;
    int result = take_key(request, cookie, true, access);
    access->was_session = result == 0 && access->right == RIGHT_NONE;
    return result;
}

bool access_covers(const struct access *access, const char *service)
{
    size_t n = service ? strlen(service) : 0;
    if (!*access->services)
        return true;
    for (const char *at = access->services; n && (at = strstr(at, service)); at++)
        if ((at == access->services || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
            return true;
    return false;
}

bool access_sees(const struct access *access, struct ledger *ledger, struct sight *sight, int64_t incident)
{
    if (!*access->services || !incident)
        return !*access->services;
    if (incident == sight->incident)
        return sight->covered;
    scoped_arena struct arena *arena = arena_new();
    struct incident about;
    struct err err = {0};
    *sight = (struct sight){
        .incident = incident,
        .covered = ledger_incident(ledger, arena, incident, &about, &err) == 0 &&
                   access_covers(access, about.service),
    };
    return sight->covered;
}

void access_write_services(struct json_writer *writer, const char *services)
{
    jw_name(writer, "services");
    jw_begin_array(writer);
    for (const char *at = services; *at; at += *at == ' ') {
        size_t n_bytes = strcspn(at, " ");
        jw_string_n(writer, at, n_bytes);
        at += n_bytes;
    }
    jw_end_array(writer);
}
