/* INPUT_ACCESS: accounts, tokens and sessions on the record. Nothing secret is in an event. */
#include "engine/access.h"

#include <string.h>

#include "engine/engine_priv.h"
#include "engine/names.h"

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

bool given_by_provider(const struct access_key *key)
{
    return begins(key->given_by, GIVEN_BY_PROVIDER);
}

bool given_by_provider_session(const struct access_key *key)
{
    return begins(key->given_by, GIVEN_BY_PROVIDER_SESSION);
}

static const char *const rights[N_RIGHTS] = {"none",      "sender",   "viewer",
                                             "responder", "approver", "administrator"};

const char *right_name(enum right right)
{
    return rights[right];
}

int right_of(const char *name)
{
    return name_find(rights, N_RIGHTS, name);
}

static void save_account(struct turn *turn, const struct account *account)
{
    struct decision *decision = turn_push(turn, DECISION_ACCOUNT);
    decision->account = *account;
    texts_to_arena(&account_texts, &decision->account, turn->arena);
}

static void save_key(struct turn *turn, const struct access_key *key)
{
    struct decision *decision = turn_push(turn, DECISION_ACCESS_KEY);
    decision->access_key = *key;
    texts_to_arena(&access_key_texts, &decision->access_key, turn->arena);
}

static void save_seen(struct turn *turn, const struct session_seen *seen)
{
    struct decision *decision = turn_push(turn, DECISION_SESSION_SEEN);
    decision->session_seen = *seen;
    decision->session_seen.id = arena_strdup(turn->arena, seen->id);
}

static void tell_account(struct turn *turn, const char *actor, const struct account *account)
{
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "person", account->person);
    jw_pair(body, "right", right_name(account->right));
    jw_pair(body, "services", account->services);
    jw_pair_bool(body, "password", *account->password);
    jw_pair_bool(body, "second_factor", *account->second_key);
    if (account->removed)
        event_end(turn, 0, actor, "account.removed", "%s has no account any more.", account->person);
    else
        event_end(turn, 0, actor, "account.changed", "The account of %s: %s%s%s.", account->person,
                  right_name(account->right), *account->services ? ", for " : "", account->services);
}

static struct json_writer *begin_key(struct turn *turn, const struct access_key *key)
{
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "key", key->id);
    jw_pair(body, "person", *key->person ? key->person : NULL);
    jw_pair(body, "source", *key->source ? key->source : NULL);
    return body;
}

static void tell_key(struct turn *turn, const char *actor, enum access_act act, const struct access_key *key)
{
    struct json_writer *body = begin_key(turn, key);
    if (act == ACCESS_TOKEN) {
        jw_pair(body, "name", key->name);
        jw_pair(body, "right", key->right ? right_name(key->right) : NULL);
        jw_pair(body, "services", key->services);
        jw_pair_time(body, "until", key->until_us);
        event_end(turn, 0, actor, "token.given", "A token for %s: %s.", key->name,
                  key->right ? right_name(key->right) : key->person);
    } else if (act == ACCESS_ENDED) {
        event_end(turn, 0, actor, key->is_session ? "session.ended" : "token.ended", "%s %s was ended.",
                  key->is_session ? "The session" : "The token", key->id);
    } else {
        jw_pair(body, "by", key->given_by);
        event_end(turn, 0, actor, "session.begun", "%s signed in%s%s%s.", key->person,
                  *key->source ? " from " : "", key->source,
                  given_by_provider(key) ? ", by the identity provider"
                  : given_by_provider_session(key)
                      ? ", by the identity provider, which did not ask who they are"
                      : "");
    }
}

static void tell_refused(struct turn *turn, const struct account *account, const struct access_key *key,
                         const char *why)
{
    struct json_writer *body = begin_key(turn, key);
    jw_pair(body, "who", *account->person ? account->person : NULL);
    jw_pair(body, "why", why);
    event_end(turn, 0, "system", "session.refused",
              "Somebody%s%s was not let in by the identity provider: %s.", *account->person ? ", " : "",
              account->person, why);
}

void decide_access(struct turn *turn, const struct input *input)
{
    const struct account *account = input->account;
    const struct access_key *key = input->access_key;
    const char *actor = text_or(input->actor, "somebody");
    turn_answer(turn, OUTCOME_DONE, 0, "%s", "");
    if (input->access_act == ACCESS_SEEN) {
        if (input->session_seen)
            save_seen(turn, input->session_seen);
        return;
    }
    if (input->access_act == ACCESS_SIGN_IN_FAILED) {
        if (!account || !key)
            return;
        begin_key(turn, key);
        event_end(turn, 0, "system", "session.refused",
                  "Somebody tried to sign in as %s from %s and failed too often.", account->person,
                  key->source);
        return;
    }
    if (input->access_act == ACCESS_SIGN_IN_REFUSED) {
        if (account && key)
            tell_refused(turn, account, key, text_or(input->text, ""));
        return;
    }
    if (account)
        save_account(turn, account);
    if (account && input->access_act == ACCESS_ACCOUNT)
        tell_account(turn, actor, account);
    if (account && (account->removed || account->right < RIGHT_APPROVE))
        approvals_of(turn, account->person);
    if (key) {
        save_key(turn, key);
        tell_key(turn, actor, input->access_act, key);
    }
}
