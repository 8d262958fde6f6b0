/* Accounts of people, tokens of programs, and the sessions that stand: made, listed and ended by
 * administrators. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "api/password.h"
#include "api/second_factor.h"
#include "api/server.h"
#include "api/source.h"
#include "ledger/access.h"
#include "runbook/text.h"

enum { SERVICES_MOST = 200 };

/* OWASP and RFC 9106 ask for less; docs/decisions/0037-accounts-and-keys.md. */
enum { HASH_PASSES = 3, HASH_BYTES = 64 * 1024 * 1024 };

/* What is being made. */
struct making {
    struct account account;
    struct access_key key;
    const char *old, *password; /* for the door's thread: to be looked at, to be hashed */
    const char *secret;         /* the new key or second factor, shown once */
};

static int read_failed(struct request *request, const struct err *err)
{
    answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the ledger cannot be read: %s", err->text);
    return -1;
}

static int find_account(struct request *request, const char *person, struct account *ret_account)
{
    struct account *accounts = NULL;
    size_t n = 0;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return -1;
    if (ledger_accounts(ledger, request->arena, person, &accounts, &n, &err) < 0)
        return read_failed(request, &err);
    *ret_account = n ? *accounts : (struct account){.services = "", .password = "", .second_key = ""};
    return 0;
}

static void submit(struct request *request, enum access_act act, const struct account *account,
                   const struct access_key *key)
{
    struct input input = {.kind = INPUT_ACCESS, .access_act = act, .account = account, .access_key = key};
    if (request_actor(request, (struct json){0}, &input.actor) < 0)
        return;
    request->input = input;
    request_submit(request, NULL);
}

/* ["pacs","triage"], as one text with blanks. */
static int read_services(struct request *request, struct json root, const char **ret_services)
{
    struct json list = json_get(root, "services");
    scoped_buf struct buf services = {0};
    if (json_kind(list) <= JSON_NULL)
        return 0;
    bool fits = json_kind(list) == JSON_ARRAY && json_count(list) <= SERVICES_MOST;
    for (struct json_iter i = json_first(list); fits && json_more(&i); json_next(&i)) {
        const char *service = json_text(i.value, NULL);
        fits = service && *service && !strpbrk(service, " \t\r\n") && strlen(service) < 100;
        if (fits)
            buf_printf(&services, "%s%s", services.n_bytes ? " " : "", service);
    }
    if (!fits) {
        answer_problem(request, PROBLEM_INVALID, "services", "services is a list of ids of services");
        return -1;
    }
    *ret_services = arena_printf(request->arena, "%s", buf_text(&services));
    return 0;
}

static int read_right(struct request *request, struct json root, enum right *ret_right)
{
    const char *name;
    if (request_text(request, root, "right", &name) < 0)
        return -1;
    int right = name ? right_of(name) : (int)*ret_right;
    if (name && right <= RIGHT_NONE) {
        answer_problem(request, PROBLEM_INVALID, "right",
                       "a right is sender, viewer, responder, approver or administrator");
        return -1;
    }
    *ret_right = (enum right)right;
    return 0;
}

/* ---- passwords ---- */

/* On the door's thread. */
static void hash_password(struct request *request)
{
    static const struct outcome no_memory = {.code = OUTCOME_UNAVAILABLE,
                                             .message = "there is no memory to hash a password; try again"};
    struct making *making = request->work;
    char *hash = arena_alloc(request->arena, crypto_pwhash_STRBYTES);
    if (crypto_pwhash_str(hash, making->password, strlen(making->password), HASH_PASSES, HASH_BYTES) != 0) {
        request_decided(request, &no_memory);
        return;
    }
    making->account.password = hash;
    request_submit_suspended(request);
}

/* On the door's thread. */
static void change_password(struct request *request)
{
    static const struct outcome refused = {.code = OUTCOME_INVALID, .message = "this is not your password"};
    struct making *making = request->work;
    if (crypto_pwhash_str_verify(making->account.password, making->old, strlen(making->old)) == 0) {
        throttle_succeeded(request->api->throttle, making->account.person);
        hash_password(request);
        return;
    }
    throttle_failed(request->api->throttle, making->account.person, request_now_us(request));
    request_decided(request, &refused);
}

/* ---- accounts ---- */

static void write_account(struct json_writer *writer, const struct account *account)
{
    jw_begin_object(writer);
    jw_pair(writer, "person", account->person);
    jw_pair(writer, "right", right_name(account->right));
    access_write_services(writer, account->services);
    jw_pair_bool(writer, "password", *account->password);
    jw_pair_bool(writer, "second_factor", *account->second_key);
    jw_pair_time(writer, "changed_at", account->changed_us);
    jw_pair(writer, "changed_by", account->changed_by);
    jw_end_object(writer);
}

void get_accounts(struct request *request)
{
    struct account *accounts = NULL;
    size_t n = 0;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    if (ledger_accounts(ledger, request->arena, NULL, &accounts, &n, &err) < 0) {
        read_failed(request, &err);
        return;
    }
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "accounts");
    jw_begin_array(&writer);
    for (size_t i = 0; i < n; i++)
        write_account(&writer, &accounts[i]);
    jw_end_array(&writer);
    jw_end_object(&writer);
}

static void save_account(struct request *request, struct making *making)
{
    struct account *account = &making->account;
    struct input input = {.kind = INPUT_ACCESS, .access_act = ACCESS_ACCOUNT, .account = account};
    if (request_actor(request, (struct json){0}, &input.actor) < 0)
        return;
    account->changed_us = request_now_us(request);
    account->changed_by = input.actor;
    request->input = input;
    request->work = making;
    if (making->old)
        request_work(request, change_password);
    else if (making->password)
        request_work(request, hash_password);
    else
        request_submit(request, NULL);
}

/* Makes the account, or changes what is given of it; that ends its sessions. */
void post_account(struct request *request)
{
    struct json root;
    const char *person;
    struct making *making = arena_alloc(request->arena, sizeof *making);
    struct account *account = &making->account;
    *making = (struct making){0};
    if (request_object(request, &root) < 0 || request_person(request, root, "person", &person) < 0 ||
        request_text(request, root, "password", &making->password) < 0)
        return;
    if (!person) {
        answer_problem(request, PROBLEM_INVALID, "person", "\"person\" is missing: an id such as \"ana\"");
        return;
    }
    if ((making->password && password_check(request, making->password, person) < 0) ||
        find_account(request, person, account) < 0)
        return;
    account->person = person;
    if (account->right == RIGHT_NONE)
        account->right = RIGHT_RESPOND;
    if (read_right(request, root, &account->right) < 0 ||
        read_services(request, root, &account->services) < 0)
        return;
    struct json second = json_get(root, "second_factor");
    if (json_kind(second) == JSON_BOOL) {
        making->secret = json_bool(second, false) ? second_factor_key(request->arena) : NULL;
        account->second_key = making->secret ? making->secret : "";
    }
    save_account(request, making);
}

/* Of whoever asks: the old one, and another. Ends their sessions, as every change of an account does. */
void post_password(struct request *request)
{
    struct json root;
    struct making *making = arena_alloc(request->arena, sizeof *making);
    *making = (struct making){0};
    if (request_object(request, &root) < 0 || request_text(request, root, "old", &making->old) < 0 ||
        request_text(request, root, "password", &making->password) < 0)
        return;
    const char *person = request->access.person;
    if (!person || find_account(request, person, &making->account) < 0 || !making->account.person) {
        if (!request->answer.status)
            answer_problem(request, PROBLEM_NOT_FOUND, NULL,
                           "there is no account behind this session or token");
        return;
    }
    if (request_must_wait(request, person))
        return;
    if (!making->old || !making->password)
        answer_problem(request, PROBLEM_INVALID, making->old ? "password" : "old",
                       "give your password (old) and the new one (password)");
    else if (password_check(request, making->password, person) == 0)
        save_account(request, making);
}

void answer_account(struct request *request)
{
    const struct making *making = request->work;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "account");
    write_account(&writer, &making->account);
    jw_pair(&writer, "second_factor_uri",
            making->secret ? second_factor_uri(request->arena, making->account.person, making->secret)
                           : NULL);
    jw_end_object(&writer);
}

void delete_account(struct request *request)
{
    struct account *account = arena_alloc(request->arena, sizeof *account);
    const char *person = request_name(request, 0);
    if (find_account(request, person, account) < 0)
        return;
    if (!account->person) {
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "%.60s has no account", person);
        return;
    }
    account->removed = true;
    account->password = account->second_key = "";
    submit(request, ACCESS_ACCOUNT, account, NULL);
}

/* ---- tokens and sessions ---- */

static void write_key(struct json_writer *writer, const struct access_key *key)
{
    jw_begin_object(writer);
    jw_pair(writer, "id", key->id);
    jw_pair(writer, "kind", key->is_session ? "session" : "token");
    jw_pair(writer, "name", *key->name ? key->name : NULL);
    jw_pair(writer, "person", *key->person ? key->person : NULL);
    jw_pair(writer, "right", key->right ? right_name(key->right) : NULL);
    access_write_services(writer, key->services);
    jw_pair(writer, "source", *key->source ? key->source : NULL);
    jw_pair_time(writer, "since", key->since_us);
    jw_pair_time(writer, "until", key->until_us);
    jw_pair(writer, "given_by", key->given_by);
    jw_end_object(writer);
}

static int find_keys(struct request *request, const char *id, struct access_key **ret_keys, size_t *ret_n)
{
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return -1;
    return ledger_access_keys(ledger, request->arena, id, request_now_us(request), ret_keys, ret_n, &err) < 0
               ? read_failed(request, &err)
               : 0;
}

/* Administrators see all of them, everybody else their own. */
void get_access_keys(struct request *request)
{
    struct access_key *keys = NULL;
    size_t n = 0;
    const struct access *access = &request->access;
    if (find_keys(request, NULL, &keys, &n) < 0)
        return;
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "keys");
    jw_begin_array(&writer);
    for (size_t i = 0; i < n; i++)
        if ((access->right == RIGHT_ADMINISTER ||
             (access->person && strcmp(keys[i].person, access->person) == 0)) &&
            (!keys[i].is_session || access_still_counts(ledger, keys[i].id, request_now_us(request))))
            write_key(&writer, &keys[i]);
    jw_end_array(&writer);
    jw_end_object(&writer);
}

static int read_token(struct request *request, struct json root, struct access_key *key)
{
    const char *name, *person, *source, *length;
    int64_t for_s = 0;
    struct err err = {0};
    *key =
        (struct access_key){.person = "", .services = "", .source = "", .since_us = request_now_us(request)};
    if (request_text(request, root, "name", &name) < 0 ||
        request_person(request, root, "person", &person) < 0 ||
        request_text(request, root, "source", &source) < 0 ||
        request_text(request, root, "for", &length) < 0 || read_right(request, root, &key->right) < 0 ||
        read_services(request, root, &key->services) < 0)
        return -1;
    key->name = name;
    key->person = person ? person : "";
    key->source = source ? source : "";
    if (!name || strlen(name) > 60 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789._-") != strlen(name))
        answer_problem(request, PROBLEM_INVALID, "name",
                       "a token has a name, such as \"prometheus\": letters, digits, '.', '_' and '-'");
    else if (source && source_check(source, &err) < 0)
        answer_problem(request, PROBLEM_INVALID, "source", "%s", err.text);
    else if (length && (duration_parse(length, &for_s) < 0 || for_s <= 0))
        answer_problem(request, PROBLEM_INVALID, "for", "\"for\" is a time such as 12h or 90d");
    else if ((key->right == RIGHT_NONE) == (person == NULL))
        answer_problem(request, PROBLEM_INVALID, person ? "person" : "right",
                       "a token has a right of its own, or the person whose right it has: one of the two");
    else
        key->until_us = for_s ? key->since_us + for_s * US_PER_S : 0;
    return request->answer.status ? -1 : 0;
}

void post_token(struct request *request)
{
    struct json root;
    struct account account;
    struct making *making = arena_alloc(request->arena, sizeof *making);
    struct access_key *key = &making->key;
    *making = (struct making){0};
    if (request_object(request, &root) < 0 || read_token(request, root, key) < 0 ||
        request_actor(request, root, &key->given_by) < 0 ||
        (*key->person && find_account(request, key->person, &account) < 0))
        return;
    if (*key->person && !account.person) {
        answer_problem(request, PROBLEM_NOT_FOUND, "person", "%.60s has no account", key->person);
        return;
    }
    making->secret = access_key_make(request, key);
    request->work = making;
    submit(request, ACCESS_TOKEN, NULL, key);
}

void answer_token(struct request *request)
{
    const struct making *making = request->work;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "token", making->secret);
    jw_name(&writer, "key");
    write_key(&writer, &making->key);
    jw_end_object(&writer);
}

void delete_access_key(struct request *request)
{
    struct access_key *keys = NULL;
    size_t n = 0;
    const struct access *access = &request->access;
    const char *id = request_name(request, 0);
    if (find_keys(request, *id ? id : "-", &keys, &n) < 0)
        return;
    if (n == 0 || (access->right < RIGHT_ADMINISTER &&
                   (!access->person || strcmp(keys->person, access->person) != 0))) {
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no token or session %.20s", id);
        return;
    }
    keys->ended_us = request_now_us(request);
    submit(request, ACCESS_ENDED, NULL, keys);
}
