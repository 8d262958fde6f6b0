/* The steps of a question (OpenID Connect Discovery, RFC 6749, OpenID Connect Core). */
#include "courier/provider_priv.h"

#include <string.h>
#include <strings.h>

#include "courier/id_token.h"

enum { FRESH_MS = 10 * 60 * 1000, MOST_GROUPS = 500, MOST_CLAIM_BYTES = 255 };

/* ---- what the provider says of itself ---- */

const char *provider_text(struct json object, const char *name, size_t most)
{
    size_t n_bytes;
    const char *text = json_text(json_get(object, name), &n_bytes);
    return text && n_bytes > 0 && n_bytes <= most && !memchr(text, '\0', n_bytes) ? text : NULL;
}

const char *provider_place(const struct provider *provider, const char *name)
{
    struct err err;
    const char *url = provider_text(provider->places.root, name, 2000);
    bool wants_tls = strncasecmp(provider->config->sign_in.provider, "https:", 6) == 0;
    return url && web_url_check(url, &err) == 0 && (!wants_tls || strncasecmp(url, "https:", 6) == 0) ? url
                                                                                                      : NULL;
}

void provider_places_heard(struct question *question)
{
    struct provider *provider = question->provider;
    struct err err = {0};
    const char *issuer;
    if (said_read(&provider->places, buf_text(&question->answer), question->answer.n_bytes, &err) < 0)
        question_end(question, "away", "its configuration cannot be read: %s", err.text);
    else if (!(issuer = provider_text(provider->places.root, "issuer", 2000)) ||
             strcmp(issuer, provider->config->sign_in.provider) != 0)
        question_end(question, "away", "it calls itself \"%.200s\", and sign_in.provider is \"%.200s\"",
                     issuer ? issuer : "", provider->config->sign_in.provider);
    else if (!provider_place(provider, "authorization_endpoint") ||
             !provider_place(provider, "token_endpoint") || !provider_place(provider, "jwks_uri"))
        question_end(question, "away", "its configuration lacks an endpoint that is safe to use");
    else
        provider->places.until_ms = uv_now(provider->loop) + FRESH_MS;
    if (question->ended.n_bytes)
        said_clear(&provider->places);
}

void provider_tell_where(struct question *question)
{
    const struct provider *provider = question->provider;
    struct json says = json_get(provider->places.root, "authorization_response_iss_parameter_supported");
    struct json_writer w = question_end_begin(question, "where");
    jw_pair(&w, "authorize", provider_place(provider, "authorization_endpoint"));
    jw_pair_bool(&w, "says_issuer", json_bool(says, false));
    jw_end_object(&w);
}

/* ---- the token ---- */

static bool lists(struct json object, const char *name, const char *text)
{
    for (struct json_iter i = json_first(json_get(object, name)); json_more(&i); json_next(&i)) {
        const char *each = json_text(i.value, NULL);
        if (each && strcmp(each, text) == 0)
            return true;
    }
    return false;
}

/* In the header, which every provider must understand (RFC 6749, 2.3.1), unless it says that it does not. */
static void add_secret(struct question *question)
{
    static const char methods[] = "token_endpoint_auth_methods_supported";
    const struct provider *provider = question->provider;
    scoped_buf struct buf pair = {0};
    if (!provider->secret) {
        form_pair(&question->body, "client_id", provider->config->sign_in.client);
        return;
    }
    if (lists(provider->places.root, methods, "client_secret_post") &&
        !lists(provider->places.root, methods, "client_secret_basic")) {
        form_pair(&question->body, "client_id", provider->config->sign_in.client);
        form_pair(&question->body, "client_secret", provider->secret);
        return;
    }
    url_encode(&pair, provider->config->sign_in.client);
    buf_putc(&pair, ':');
    url_encode(&pair, provider->secret);
    question->login = arena_strdup(question->arena, buf_text(&pair));
}

void provider_redeem(struct question *question)
{
    const struct provider *provider = question->provider;
    if (*provider->secret_missing.text) {
        question_end(question, "away", "the secret of this server for it cannot be read: %s",
                     provider->secret_missing.text);
        return;
    }
    form_pair(&question->body, "grant_type", "authorization_code");
    form_pair(&question->body, "code", question->code);
    form_pair(&question->body, "redirect_uri", question->return_url);
    form_pair(&question->body, "code_verifier", question->verifier);
    add_secret(question);
    question_fetch(question, STAGE_TOKEN, provider_place(provider, "token_endpoint"), NULL);
}

void provider_token_heard(struct question *question)
{
    struct said answer = {0};
    struct err err = {0};
    const char *token = NULL, *access = NULL;
    if (said_read(&answer, buf_text(&question->answer), question->answer.n_bytes, &err) == 0) {
        token = provider_text(answer.root, "id_token", ID_TOKEN_BYTES);
        access = provider_text(answer.root, "access_token", ID_TOKEN_BYTES);
    }
    question->token = token ? arena_strdup(question->arena, token) : NULL;
    question->access = access ? arena_strdup(question->arena, access) : NULL;
    said_clear(&answer);
    if (!token)
        question_end(question, "refused", "the provider gave no ID token; scopes must have openid");
}

/* ---- who it is ---- */

void provider_keys_heard(struct question *question)
{
    struct provider *provider = question->provider;
    struct err err = {0};
    question->keys_are_new = true;
    if (said_read(&provider->keys, buf_text(&question->answer), question->answer.n_bytes, &err) < 0) {
        said_clear(&provider->keys);
        question_end(question, "away", "its keys cannot be read: %s", err.text);
        return;
    }
    provider->keys.until_ms = uv_now(provider->loop) + FRESH_MS;
}

void provider_verify(struct question *question)
{
    struct provider *provider = question->provider;
    const char *claims = NULL;
    size_t n_bytes = 0;
    struct err err = {0};
    struct id_token_wanted wanted = {.issuer = provider->config->sign_in.provider,
                                     .client = provider->config->sign_in.client,
                                     .nonce = question->nonce,
                                     .now_s = clock_wall_us(provider->clock) / US_PER_S};
    enum id_token_verdict verdict = id_token_verify(question->arena, question->token, provider->keys.root,
                                                    &wanted, &claims, &n_bytes, &err);
    if (verdict == ID_TOKEN_KEY_UNKNOWN && !question->keys_are_new)
        question_fetch(question, STAGE_KEYS, provider_place(provider, "jwks_uri"), NULL);
    else if (verdict != ID_TOKEN_GOOD || said_read(&question->claims, claims, n_bytes, &err) < 0)
        question_end(question, "refused", "%s", err.text);
    else
        question->verified = true;
}

void provider_user_heard(struct question *question)
{
    struct err err = {0};
    const char *subject = provider_text(question->claims.root, "sub", MOST_CLAIM_BYTES), *other;
    if (said_read(&question->user, buf_text(&question->answer), question->answer.n_bytes, &err) < 0)
        question_end(question, "away", "the claims of the person cannot be read: %s", err.text);
    else if (!(other = provider_text(question->user.root, "sub", MOST_CLAIM_BYTES)) || !subject ||
             strcmp(subject, other) != 0)
        question_end(question, "refused", "the provider's claims are about somebody else than its token");
}

static bool has(const struct said *kept, const char *claim)
{
    return json_kind(json_get(kept->root, claim)) > JSON_NULL;
}

/* Where the claim is said: the token counts before what was asked for afterwards. */
static struct json source_of(const struct question *question, const char *claim)
{
    return has(&question->claims, claim) ? question->claims.root : question->user.root;
}

bool provider_lacks_claims(const struct question *question)
{
    const struct config_sign_in *sign_in = &question->provider->config->sign_in;
    return !has(&question->claims, sign_in->person) ||
           (sign_in->rights.n && !has(&question->claims, sign_in->groups));
}

static void write_groups(struct json_writer *w, struct json groups)
{
    int n = 0;
    jw_name(w, "groups");
    jw_begin_array(w);
    if (json_kind(groups) == JSON_STRING)
        jw_string(w, json_text(groups, NULL));
    for (struct json_iter i = json_first(groups); json_more(&i) && n < MOST_GROUPS; json_next(&i), n++) {
        size_t n_bytes;
        const char *group = json_text(i.value, &n_bytes);
        if (group && n_bytes <= MOST_CLAIM_BYTES && !memchr(group, '\0', n_bytes))
            jw_string(w, group);
    }
    jw_end_array(w);
}

void provider_tell_who(struct question *question)
{
    const struct config_sign_in *sign_in = &question->provider->config->sign_in;
    struct json source = source_of(question, sign_in->person);
    const char *person = provider_text(source, sign_in->person, MOST_CLAIM_BYTES);
    struct json checked = json_get(source, "email_verified");
    const char *checked_text = json_text(checked, NULL);
    if (!person) {
        question_end(question, "refused", "the provider says no \"%s\" of the person", sign_in->person);
        return;
    }
    if (strcmp(sign_in->person, "email") == 0 && !json_bool(checked, false) &&
        !(checked_text && strcmp(checked_text, "true") == 0)) {
        question_end(question, "refused", "the provider does not say that it has verified the email");
        return;
    }
    struct json_writer w = question_end_begin(question, "who");
    jw_pair(&w, "subject", provider_text(question->claims.root, "sub", MOST_CLAIM_BYTES));
    jw_pair(&w, "person", person);
    jw_pair_int(&w, "asked", json_int(json_get(question->claims.root, "auth_time"), 0));
    write_groups(&w, json_get(source_of(question, sign_in->groups), sign_in->groups));
    jw_end_object(&w);
}
