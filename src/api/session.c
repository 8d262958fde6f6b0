/* Signing in and out. Somebody signs in with the password of their account, and the code of their second
 * factor when they have one; or, under any id, with the administrator's token. */
#include "api/session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "api/origin.h"
#include "api/second_factor.h"
#include "api/server.h"
#include "base/hash.h"
#include "ledger/access.h"

#define ATTRIBUTES "; HttpOnly; SameSite=Strict; Path=/"

/* A cookie that came over TLS goes back over nothing else. */
const char *session_if_secure(const struct request *request)
{
    const char *proxied = request_header(request, "X-Forwarded-Proto");
    return request->api->tls || (proxied && strcmp(proxied, "https") == 0) ? "; Secure" : "";
}

const char *session_cookie_name(const struct request *request, const char *name)
{
    return *session_if_secure(request) ? arena_printf(request->arena, "__Host-%s", name) : name;
}

/* What is under way while a password is looked at. */
struct sign_in {
    const char *person, *password, *code, *cookie;
    struct account account; /* person NULL: there is none */
    struct access_key key;
    bool refused;
};

const char *session_make(struct request *request, const char *person, struct access_key *key)
{
    key->person = person;
    key->name = "";
    key->source = access_source(request);
    key->since_us = request_now_us(request);
    key->until_us = key->since_us + SESSION_TIME_S * US_PER_S;
    key->is_session = true;
    request->input = (struct input){.kind = INPUT_ACCESS,
                                    .access_act = ACCESS_SIGNED_IN,
                                    .actor = arena_printf(request->arena, "person:%s", person),
                                    .access_key = key};
    return access_key_make(request, key);
}

void session_set(struct request *request, const char *cookie)
{
    request->answer.cookie = arena_printf(request->arena, "%s=%s; Max-Age=%d" ATTRIBUTES "%s",
                                          session_cookie_name(request, SESSION_COOKIE), cookie,
                                          SESSION_TIME_S, session_if_secure(request));
}

static void write_access(struct request *request, const struct access *access)
{
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "person", access->person);
    jw_pair(&writer, "right", right_name(access->right));
    access_write_services(&writer, access->services);
    jw_end_object(&writer);
}

void get_session(struct request *request)
{
    if (access_find(request) < 0)
        return;
    if (request->access.person && request->access.right)
        write_access(request, &request->access);
    else
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "nobody is signed in here");
}

/* ---- signing in ---- */

static void begin_session(struct request *request, struct sign_in *in, enum right right)
{
    struct access_key *key = &in->key;
    *key = (struct access_key){.right = right, .services = ""};
    key->given_by = right ? "token:admin" : arena_printf(request->arena, "person:%s", in->person);
    in->cookie = session_make(request, in->person, key);
    request->work = in;
    request->input.account = in->account.person ? &in->account : NULL;
}

static void refuse(struct request *request, struct sign_in *in)
{
    static const struct outcome done = {.code = OUTCOME_DONE};
    const char *source = in->key.source;
    in->refused = true;
    bool of_person = throttle_failed(request->api->throttle, in->person, request_now_us(request));
    bool of_source = throttle_failed(request->api->throttle, source, request_now_us(request));
    if (!of_person && !of_source) {
        request_decided(request, &done);
        return;
    }
    in->account = (struct account){.person = in->person};
    request->input = (struct input){.kind = INPUT_ACCESS,
                                    .access_act = ACCESS_SIGN_IN_FAILED,
                                    .account = &in->account,
                                    .access_key = &in->key};
    request_submit_suspended(request);
}

/* On the door's thread. An unknown person costs the same time as a wrong password. */
static void look_at_password(struct request *request)
{
    static const char nobodys[] = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    struct sign_in *in = request->work;
    struct account *account = &in->account;
    const char *password = account->person && *account->password ? account->password : nobodys;
    bool fits = crypto_pwhash_str_verify(password, in->password, strlen(in->password)) == 0;
    if (fits && *account->second_key) {
        int64_t step = second_factor_step(account->second_key, in->code ? in->code : "",
                                          request_now_us(request) / US_PER_S, account->second_step);
        fits = step >= 0;
        if (fits)
            account->second_step = step;
    }
    if (!fits) {
        refuse(request, in);
        return;
    }
    if (!*account->second_key)
        account->person = NULL; /* nothing of it changes */
    throttle_succeeded(request->api->throttle, in->person);
    begin_session(request, in, RIGHT_NONE);
    request_submit_suspended(request);
}

static void sign_in_with_password(struct request *request, struct sign_in *in)
{
    struct account *accounts = NULL;
    size_t n = 0;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    if (ledger_accounts(ledger, request->arena, in->person, &accounts, &n, &err) < 0) {
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    if (n)
        in->account = *accounts;
    in->key = (struct access_key){.id = "", .person = in->person, .source = access_source(request)};
    request->work = in;
    request_work(request, look_at_password);
}

static void sign_in_with_token(struct request *request, struct sign_in *in, const char *token)
{
    size_t n = strlen(request->api->token);
    if (strlen(token) != n || !equal_constant_time(token, request->api->token, n)) {
        throttle_failed(request->api->throttle, access_source(request), request_now_us(request));
        answer_problem(request, PROBLEM_FORBIDDEN, "token",
                       "this is not the token (the first is in DATA/admin.token)");
        return;
    }
    begin_session(request, in, RIGHT_ADMINISTER);
    request_submit(request, NULL);
}

void post_session(struct request *request)
{
    struct json root;
    const char *token;
    struct sign_in *in = arena_alloc(request->arena, sizeof *in);
    *in = (struct sign_in){0};
    if (request_object(request, &root) < 0 || request_text(request, root, "token", &token) < 0 ||
        request_text(request, root, "password", &in->password) < 0 ||
        request_text(request, root, "code", &in->code) < 0 ||
        request_person(request, root, "person", &in->person) < 0)
        return;
    if (access_from_elsewhere(request))
        answer_problem(request, PROBLEM_FORBIDDEN, NULL, "another site cannot sign anybody in");
    else if (origin_check(request) < 0)
        return;
    else if (!in->person)
        answer_problem(request, PROBLEM_INVALID, "person", "say who you are: an id such as \"ana\"");
    else if (!token && !in->password)
        answer_problem(request, PROBLEM_INVALID, "password", "a password is missing, or a token");
    else if (request_must_wait(request, in->person) || request_must_wait(request, access_source(request)))
        return;
    else if (in->password)
        sign_in_with_password(request, in);
    else
        sign_in_with_token(request, in, token);
}

void answer_session(struct request *request)
{
    const struct sign_in *in = request->work;
    if (in->refused) {
        answer_problem(request, PROBLEM_FORBIDDEN, NULL,
                       "this person, password and code do not go together (a code counts once)");
        return;
    }
    struct access access = {.person = in->person, .right = in->key.right, .services = ""};
    struct account *accounts = NULL;
    size_t n = 0;
    struct err err = {0};
    struct ledger *ledger = in->key.right ? NULL : request_ledger(request);
    if (ledger && ledger_accounts(ledger, request->arena, in->person, &accounts, &n, &err) == 0 && n) {
        access.right = accounts->right;
        access.services = accounts->services;
    }
    write_access(request, &access);
    session_set(request, in->cookie);
}

/* ---- being there ---- */

/* Who is at the console says so by keys and touches, not by what their pages ask for by themselves. */
void post_session_here(struct request *request)
{
    enum { OFTEN_S = 20 };
    const struct access *access = &request->access;
    int64_t now_us = request_now_us(request), seen_us;
    struct err err = {0};
    if (!access->is_session) {
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "nobody is signed in here");
        return;
    }
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    if (ledger_session_seen(ledger, access->key, &seen_us, &err) < 0) {
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    if (seen_us <= now_us && now_us - seen_us < OFTEN_S * US_PER_S) {
        answer_empty(request);
        return;
    }
    struct session_seen *seen = arena_alloc(request->arena, sizeof *seen);
    *seen = (struct session_seen){.id = access->key, .seen_us = now_us};
    request->input = (struct input){
        .kind = INPUT_ACCESS, .access_act = ACCESS_SEEN, .actor = "system", .session_seen = seen};
    request_submit(request, NULL);
}

/* ---- signing out ---- */

void delete_session(struct request *request)
{
    struct access_key *keys = NULL;
    size_t n = 0;
    struct err err = {0};
    if (access_find(request) < 0)
        return;
    struct ledger *ledger = request->access.key ? request_ledger(request) : NULL;
    if (!ledger ||
        ledger_access_keys(ledger, request->arena, request->access.key, request_now_us(request), &keys, &n,
                           &err) < 0 ||
        n == 0 || !keys->is_session) {
        answer_signed_out(request);
        return;
    }
    keys->ended_us = request_now_us(request);
    request->input = (struct input){.kind = INPUT_ACCESS,
                                    .access_act = ACCESS_ENDED,
                                    .actor = arena_printf(request->arena, "person:%s", keys->person),
                                    .access_key = keys};
    request_submit(request, NULL);
}

void answer_signed_out(struct request *request)
{
    answer_empty(request);
    request->answer.content_type =
        "application/json"; /* the shared empty answer has no room for the cookie */
    request->answer.cookie =
        arena_printf(request->arena, "%s=; Max-Age=0" ATTRIBUTES "%s",
                     session_cookie_name(request, SESSION_COOKIE), session_if_secure(request));
}
