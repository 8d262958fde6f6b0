/* A question goes on from answer to answer of the provider, as far as it still lacks something: where things
 * are, the token for a code, the keys, what else it says about the person. What is the same for everybody is
 * kept for some minutes. */
#include "courier/provider_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/curl_library.h"
#include "base/log.h"
#include "base/secret.h"
#include "courier/address.h"
#include "courier/courier_priv.h"
#include "courier/id_token.h"
#include "courier/transfers.h"

enum {
    QUESTION_MS = 15000, /* all of one question together */
    CONNECT_MS = 5000,
    MOST_ANSWER_BYTES = 256 * 1024,
    MOST_QUESTIONS = 32,
};

static const char *const stages[] = {
    [STAGE_PLACES] = "its configuration",
    [STAGE_TOKEN] = "the token",
    [STAGE_KEYS] = "its keys",
    [STAGE_USER] = "the claims of the person",
};

/* ---- the end of a question ---- */

void said_clear(struct said *kept)
{
    json_document_free(kept->document);
    *kept = (struct said){0};
}

int said_read(struct said *kept, const char *text, size_t n_bytes, struct err *err)
{
    said_clear(kept);
    kept->document = json_document_new();
    if (json_parse(kept->document, text, n_bytes, ID_TOKEN_LEVELS, &kept->root, err) < 0)
        return -1;
    return json_kind(kept->root) == JSON_OBJECT ? 0 : err_set(err, "it is no JSON object");
}

static void transfer_end(struct question *question)
{
    if (question->easy)
        curl_easy_cleanup(question->easy);
    curl_slist_free_all(question->headers);
    question->easy = NULL;
    question->headers = NULL;
    buf_free(&question->body);
    buf_free(&question->answer);
}

static void question_free(struct question *question)
{
    transfer_end(question);
    said_clear(&question->claims);
    said_clear(&question->user);
    buf_free(&question->ended);
    arena_free(question->arena);
    free(question);
}

static void on_settle(uv_timer_t *timer)
{
    struct provider *provider = timer->data;
    for (struct question **at = &provider->first; *at;) {
        struct question *question = *at;
        if (!question->ended.n_bytes) {
            at = &question->next;
            continue;
        }
        *at = question->next;
        provider->n_questions--;
        provider->said(provider->context, question->ended.at, question->ended.n_bytes);
        question_free(question);
    }
}

struct json_writer question_end_begin(struct question *question, const char *say)
{
    buf_clear(&question->ended);
    struct json_writer w = jw_start(&question->ended);
    jw_begin_object(&w);
    jw_pair_int(&w, "id", question->id);
    jw_pair(&w, "say", say);
    uv_timer_start(&question->provider->settle, on_settle, 0, 0);
    return w;
}

void question_end(struct question *question, const char *say, const char *format, ...)
{
    scoped_buf struct buf why = {0};
    va_list ap;
    va_start(ap, format);
    buf_vprintf(&why, format, ap);
    va_end(ap);
    for (size_t i = 0; i < why.n_bytes; i++)
        if (!isprint((unsigned char)why.at[i]))
            why.at[i] = '?';
    struct json_writer w = question_end_begin(question, say);
    jw_pair(&w, "why", buf_text(&why));
    jw_end_object(&w);
}

/* ---- one transfer ---- */

static size_t take_answer(char *bytes, size_t size, size_t n, void *context)
{
    struct question *question = context;
    if (question->answer.n_bytes + size * n > MOST_ANSWER_BYTES)
        return 0;
    buf_add(&question->answer, bytes, size * n);
    return size * n;
}

static bool is_private_host(const struct config *config, const char *host)
{
    list_each (name, &config->channels.private_hosts)
        if (strcasecmp(*name, host) == 0)
            return true;
    return false;
}

/* The provider itself may lie in a network of the house; what it names elsewhere only where the operator says
 * so. */
static void choose_way(struct question *question, const char *url)
{
    const struct config *config = question->provider->config;
    char host[RECEIVER_BYTES], home[RECEIVER_BYTES];
    url_host(url, host, sizeof host);
    url_host(config->sign_in.provider, home, sizeof home);
    bool of_house = is_private_host(config, host);
    const char *proxy = of_house || host_is_plain(host) ? NULL : config->channels.proxy;
    question->guard =
        (struct transfer_guard){.private_allowed = of_house || proxy || strcasecmp(host, home) == 0};
    curl_easy_setopt(question->easy, CURLOPT_PROXY, proxy ? proxy : "");
}

/* Asks the provider; form empty: by GET. bearer NULL: it is for everybody. */
void question_fetch(struct question *question, enum provider_stage stage, const char *url, const char *bearer)
{
    struct err err = {0};
    uint64_t now_ms = uv_now(question->provider->loop);
    CURL *easy = question->easy = curl_easy_init();
    question->stage = stage;
    question->reason[0] = '\0';
    if (!easy || now_ms >= question->until_ms) {
        question_end(question, "away", easy ? "it takes too long" : "libcurl cannot start a transfer");
        return;
    }
    question->headers = curl_slist_append(question->headers, "Accept: application/json");
    question->headers = curl_slist_append(question->headers, "Expect:");
    if (bearer) {
        scoped_buf struct buf header = {0};
        buf_printf(&header, "Authorization: Bearer %s", bearer);
        question->headers = curl_slist_append(question->headers, header.at);
    }
    transfer_prepare(easy, &question->guard);
    choose_way(question, url);
    if (question->login)
        curl_easy_setopt(easy, CURLOPT_USERPWD, question->login);
    question->login = NULL;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, question);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, question->headers);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, question->reason);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(question->until_ms - now_ms));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, question);
    if (question->body.n_bytes) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)question->body.n_bytes);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, question->body.at);
    }
    if (transfers_add(question->provider->transfers, easy, &err) < 0)
        question_end(question, "away", "%s", err.text);
}

/* ---- from one to the next ---- */

static void go_on(struct question *question)
{
    struct provider *provider = question->provider;
    uint64_t now_ms = uv_now(provider->loop);
    if (provider->places.until_ms <= now_ms) {
        scoped_buf struct buf url = {0};
        http_url(&url, provider->config->sign_in.provider, "/.well-known/openid-configuration");
        question_fetch(question, STAGE_PLACES, url.at, NULL);
    } else if (!question->code) {
        provider_tell_where(question);
    } else if (!question->token) {
        provider_redeem(question);
    } else if (provider->keys.until_ms <= now_ms) {
        question_fetch(question, STAGE_KEYS, provider_place(provider, "jwks_uri"), NULL);
    } else if (!question->verified) {
        provider_verify(question);
        if (question->verified)
            go_on(question);
    } else if (!question->user_asked && provider_lacks_claims(question) && question->access &&
               provider_place(provider, "userinfo_endpoint")) {
        question->user_asked = true;
        question_fetch(question, STAGE_USER, provider_place(provider, "userinfo_endpoint"), question->access);
    } else {
        provider_tell_who(question);
    }
}

/* An error of the token endpoint (RFC 6749, 5.2) is a word; nothing else of it is told. */
static void end_refused(struct question *question, long status)
{
    struct said answer = {0};
    struct err err = {0};
    const char *word = NULL;
    if (said_read(&answer, buf_text(&question->answer), question->answer.n_bytes, &err) == 0)
        word = provider_text(answer.root, "error", 60);
    if (status >= 500 || status == 408 || status == 429 || question->stage != STAGE_TOKEN)
        question_end(question, "away", "HTTP %ld for %s", status, stages[question->stage]);
    else if (word && (strcmp(word, "invalid_client") == 0 || strcmp(word, "unauthorized_client") == 0))
        question_end(question, "away",
                     "it does not know this server (%s); see sign_in.client and sign_in.secret", word);
    else
        question_end(question, "refused", "the provider does not take the code (%s)",
                     word ? word : "without a reason");
    said_clear(&answer);
}

static void on_done(void *context, CURL *easy, CURLcode code)
{
    static void (*const heard[])(struct question *) = {[STAGE_PLACES] = provider_places_heard,
                                                       [STAGE_TOKEN] = provider_token_heard,
                                                       [STAGE_KEYS] = provider_keys_heard,
                                                       [STAGE_USER] = provider_user_heard};
    struct question *question = NULL;
    long status = 0;
    (void)context;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&question);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK)
        question_end(question, "away", "%s: %s", stages[question->stage],
                     question->guard.refused[0] ? question->guard.refused
                     : question->reason[0]      ? question->reason
                                                : curl_easy_strerror(code));
    else if (status != 200)
        end_refused(question, status);
    else
        heard[question->stage](question);
    transfer_end(question);
    if (!question->ended.n_bytes)
        go_on(question);
}

/* ---- from outside ---- */

static int transfers_begin(struct provider *provider, struct err *err)
{
    if (provider->transfers)
        return 0;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, "libcurl cannot start");
    return transfers_new(provider->loop, on_done, provider, &provider->transfers, err);
}

static const char *copy_of(struct question *question, struct json order, const char *name)
{
    const char *text = provider_text(order, name, 4096);
    return text ? arena_strdup(question->arena, text) : NULL;
}

void provider_ask(struct provider *provider, struct json order)
{
    struct question *question = heap_alloc(sizeof *question);
    const char *ask = json_text(json_get(order, "ask"), NULL);
    struct err err = {0};
    *question = (struct question){.next = provider->first,
                                  .provider = provider,
                                  .arena = arena_new(),
                                  .id = json_int(json_get(order, "id"), 0)};
    provider->first = question;
    question->code = copy_of(question, order, "code");
    question->verifier = copy_of(question, order, "verifier");
    question->nonce = copy_of(question, order, "nonce");
    question->return_url = copy_of(question, order, "return");
    uv_update_time(provider->loop);
    question->until_ms = uv_now(provider->loop) + QUESTION_MS;
    bool whole = ask && (strcmp(ask, "where") == 0 ? !question->code
                                                   : question->code && question->verifier &&
                                                         question->nonce && question->return_url);
    if (++provider->n_questions > MOST_QUESTIONS)
        question_end(question, "away", "too many sign in at once");
    else if (!whole || !provider->config->sign_in.provider)
        question_end(question, "away", "there is none in the configuration");
    else if (transfers_begin(provider, &err) < 0)
        question_end(question, "away", "%s", err.text);
    else
        go_on(question);
}

static void break_off(struct provider *provider)
{
    for (struct question *question = provider->first; question; question = question->next) {
        if (question->easy)
            transfers_remove(provider->transfers, question->easy);
        transfer_end(question);
        if (!question->ended.n_bytes)
            question_end(question, "away", "the configuration has changed");
    }
    said_clear(&provider->places);
    said_clear(&provider->keys);
}

void provider_learn(struct provider *provider, const struct config *config)
{
    break_off(provider);
    secret_free(provider->secret);
    provider->secret = NULL;
    provider->config = config;
    provider->secret_missing = (struct err){0};
    if (config->sign_in.secret &&
        secret_read(config->sign_in.secret, &provider->secret, &provider->secret_missing) < 0) {
        provider->secret = NULL;
        log_event(LOG_ERROR, "sign_in.secret_missing", "error=%s", log_quote(provider->secret_missing.text));
    }
}

struct provider *provider_new(uv_loop_t *loop, const struct clock *clock, const struct config *config,
                              void (*said)(void *context, const char *answer, size_t n_bytes), void *context)
{
    struct provider *provider = heap_alloc(sizeof *provider);
    *provider = (struct provider){.loop = loop, .clock = clock, .said = said, .context = context};
    uv_timer_init(loop, &provider->settle);
    provider->settle.data = provider;
    provider_learn(provider, config);
    return provider;
}

static void free_provider(uv_handle_t *handle)
{
    free(handle->data);
}

void provider_free(struct provider *provider)
{
    if (!provider)
        return;
    break_off(provider);
    for (struct question *next; provider->first; provider->first = next) {
        next = provider->first->next;
        question_free(provider->first);
    }
    if (provider->transfers) {
        transfers_free(provider->transfers);
        curl_global_cleanup();
    }
    secret_free(provider->secret);
    uv_timer_stop(&provider->settle);
    uv_close((uv_handle_t *)&provider->settle, free_provider);
}
