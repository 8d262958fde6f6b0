#include "api/session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/hash.h"

#define COOKIE     "crashcart-session"
#define ATTRIBUTES "; HttpOnly; SameSite=Strict; Path=/"

enum { COOKIE_BYTES = 300 };

/* What stands in the cookie: "1764400000.ana.<64 hex>". */
static void authenticate(const struct api *api, const char *said, char out[SHA256_HEX_BYTES])
{
    static const char purpose[] = "crashcart-session-1\n";
    uint8_t key[SHA256_BYTES], code[crypto_auth_hmacsha256_BYTES];
    char keyed[sizeof purpose + sizeof api->token];
    int n = snprintf(keyed, sizeof keyed, "%s%s", purpose, api->token);
    sha256(keyed, (size_t)n, key);
    crypto_auth_hmacsha256(code, (const unsigned char *)said, strlen(said), key);
    hex_encode(code, sizeof code, out);
    sodium_memzero(key, sizeof key);
    sodium_memzero(keyed, sizeof keyed);
}

static long long now_s(const struct api *api)
{
    return clock_wall_us(api->clock) / US_PER_S;
}

/* SameSite keeps the cookie from other sites; this from pages of the same site under other names as well. */
static bool from_elsewhere(const struct request *request)
{
    const char *from = request_header(request, "Sec-Fetch-Site");
    return from && strcmp(from, "same-origin") != 0 && strcmp(from, "none") != 0;
}

bool session_person(const struct request *request, char ret_person[SESSION_PERSON_BYTES])
{
    const char *cookie = MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, COOKIE);
    char said[COOKIE_BYTES], code[SHA256_HEX_BYTES], *rest;
    const char *code_given = cookie ? strrchr(cookie, '.') : NULL;
    if (!code_given || strlen(cookie) >= sizeof said || strlen(code_given + 1) != sizeof code - 1 ||
        from_elsewhere(request))
        return false;
    size_t n = (size_t)(code_given - cookie);
    memcpy(said, cookie, n);
    said[n] = '\0';
    authenticate(request->api, said, code);
    if (!equal_constant_time(code, code_given + 1, sizeof code - 1))
        return false;
    long long until_s = strtoll(said, &rest, 10);
    if (*rest != '.' || until_s <= now_s(request->api) || strlen(rest + 1) >= SESSION_PERSON_BYTES)
        return false;
    snprintf(ret_person, SESSION_PERSON_BYTES, "%s", rest + 1);
    return true;
}

static void answer_person(struct request *request, const char *person)
{
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "person", person);
    jw_end_object(&writer);
}

void get_session(struct request *request)
{
    char person[SESSION_PERSON_BYTES];
    if (session_person(request, person))
        answer_person(request, person);
    else
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "nobody is signed in here");
}

void post_session(struct request *request)
{
    struct json root;
    const char *token, *person;
    char code[SHA256_HEX_BYTES];
    size_t n = strlen(request->api->token);
    if (request_object(request, &root) < 0 || request_text(request, root, "token", &token) < 0 ||
        request_person(request, root, "person", &person) < 0)
        return;
    if (from_elsewhere(request) || !token || strlen(token) != n ||
        !equal_constant_time(token, request->api->token, n)) {
        answer_problem(request, PROBLEM_FORBIDDEN, "token",
                       "this is not the token (the first is in DATA/admin.token)");
        return;
    }
    if (!person) {
        answer_problem(request, PROBLEM_INVALID, "person", "say who you are: an id such as \"ana\"");
        return;
    }
    char *said = arena_printf(request->arena, "%lld.%s", now_s(request->api) + SESSION_TIME_S, person);
    authenticate(request->api, said, code);
    answer_person(request, person);
    request->answer.cookie =
        arena_printf(request->arena, COOKIE "=%s.%s; Max-Age=%d" ATTRIBUTES, said, code, SESSION_TIME_S);
}

void delete_session(struct request *request)
{
    answer_empty(request);
    request->answer.content_type =
        "application/json"; /* the shared empty answer has no room for the cookie */
    request->answer.cookie = COOKIE "=; Max-Age=0" ATTRIBUTES;
}
