/* Signing in by the identity provider of the house: OpenID Connect, authorization code flow with PKCE.
 *
 * The browser is sent there with a state, a nonce and a challenge, and keeps a sealed ticket of them; it
 * comes back with a code, for which the courier gets a token and says whom that names. They must be somebody
 * of the configuration, and have a right: by a group of theirs, or by an account here.
 * docs/decisions/0044-sign-in-by-a-provider.md. */
#include <stdio.h>
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "api/session.h"
#include "api/sign_in_ticket.h"
#include "base/hash.h"
#include "base/url.h"
#include "ledger/access.h"

#define TICKET_COOKIE "crashcart-sign-in"
#define RETURN_PATH   "/sign-in/return"

static const struct outcome done = {.code = OUTCOME_DONE};

/* What the configuration says, and what becomes of it. */
struct coming {
    struct arena *arena;
    const char *provider, *name, *client, *scopes, *return_url; /* provider NULL: there is none */
    struct sign_in_ticket ticket;
    struct api_provider_answer answer;
    const char *person; /* their id */
    enum right right;
    const char *services;
    struct account account;
    struct access_key key;
    const char *cookie;
    unsigned status; /* of the page that says why not; 0: they are signed in */
    const char *why;
};

/* ---- the configuration ---- */

static void read_config(void *context, const struct config *config, const struct library *library)
{
    struct coming *coming = context;
    const struct config_sign_in *sign_in = &config->sign_in;
    scoped_buf struct buf scopes = {0};
    (void)library;
    if (!sign_in->provider)
        return;
    size_t n_base = strlen(config->public_url);
    while (n_base && config->public_url[n_base - 1] == '/')
        n_base--;
    buf_puts(&scopes, "openid");
    list_each (scope, &sign_in->scopes)
        buf_printf(&scopes, " %s", *scope);
    if (!sign_in->scopes.n)
        buf_puts(&scopes, " email profile");
    coming->provider = arena_strdup(coming->arena, sign_in->provider);
    coming->name = arena_strdup(coming->arena, sign_in->name);
    coming->client = arena_strdup(coming->arena, sign_in->client);
    coming->scopes = arena_strdup(coming->arena, buf_text(&scopes));
    coming->return_url = arena_printf(coming->arena, "%.*s" RETURN_PATH, (int)n_base, config->public_url);
}

/* NULL: answered. */
static struct coming *coming_new(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct coming *coming = arena_alloc(request->arena, sizeof *coming);
    *coming = (struct coming){.arena = request->arena, .services = ""};
    if (!backend->ask_site(backend->core, read_config, coming)) {
        request_unanswered(request);
        return NULL;
    }
    return coming;
}

void get_sign_in(struct request *request)
{
    struct coming *coming = coming_new(request);
    if (!coming)
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "provider", coming->provider ? coming->name : NULL);
    jw_pair(&writer, "at", coming->provider ? "/sign-in/provider" : NULL);
    jw_end_object(&writer);
}

static void go_on(struct request *request)
{
    request_decided(request, &done);
}

/* ---- does it work now? ---- */

void get_sign_in_works(struct request *request)
{
    struct coming *coming = coming_new(request);
    struct api_provider_question where = {0};
    if (!coming)
        return;
    request->work = coming;
    if (!coming->provider || !request_work_after_provider(request, &where, &coming->answer, go_on))
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "nobody signs in here by an identity provider");
}

void answer_sign_in_works(struct request *request)
{
    const struct coming *coming = request->work;
    bool works = coming->answer.say == PROVIDER_WHERE;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "provider", coming->provider);
    jw_pair_bool(&writer, "works", works);
    jw_pair(&writer, "why", works ? NULL : coming->answer.why);
    jw_pair(&writer, "return_url", coming->return_url);
    jw_end_object(&writer);
}

/* ---- why not ---- */

static void answer_why(struct request *request, const struct coming *coming)
{
    struct buf *out = answer_page(request, coming->status, "You are not signed in");
    buf_puts(out, "<p>Why: ");
    html_add(out, coming->why);
    buf_puts(out, ".</p>\n<p><a href=\"/sign-in/provider\">Try again</a></p>\n"
                  "<p><a href=\"/\">Sign in with a password</a></p>\n</div></main></body></html>\n");
}

static void set_away(struct coming *coming, const char *why)
{
    coming->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    coming->why =
        arena_printf(coming->arena, "%s does not work now: %s. A password still does", coming->name, why);
}

/* Of a provider's failures one address does not hold up those who have passwords. */
static const char *throttled_as(struct request *request)
{
    return arena_printf(request->arena, "provider %s", access_source(request));
}

/* On record, and told. */
static void set_refused(struct request *request, struct coming *coming, const char *why)
{
    throttle_failed(request->api->throttle, throttled_as(request), request_now_us(request));
    coming->status = MHD_HTTP_FORBIDDEN;
    coming->why = why;
    coming->account = (struct account){.person = coming->answer.person ? coming->answer.person : ""};
    coming->key = (struct access_key){.id = "", .person = "", .source = access_source(request)};
    request->work = coming;
    request->input = (struct input){.kind = INPUT_ACCESS,
                                    .access_act = ACCESS_SIGN_IN_REFUSED,
                                    .account = &coming->account,
                                    .access_key = &coming->key,
                                    .text = why};
}

static void refuse(struct request *request, struct coming *coming, const char *why)
{
    set_refused(request, coming, why);
    request_submit(request, NULL);
}

/* ---- there ---- */

void get_sign_in_begin(struct request *request)
{
    struct coming *coming = coming_new(request);
    struct api_provider_question where = {0};
    if (!coming || request_must_wait(request, throttled_as(request)))
        return;
    request->work = coming;
    if (!coming->provider || !request_work_after_provider(request, &where, &coming->answer, go_on))
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "nobody signs in here by an identity provider");
}

void answer_sign_in_begin(struct request *request)
{
    struct coming *coming = request->work;
    struct sign_in_ticket *ticket = &coming->ticket;
    scoped_buf struct buf query = {0};
    if (coming->answer.say != PROVIDER_WHERE) {
        set_away(coming, coming->answer.why);
        answer_why(request, coming);
        return;
    }
    ticket_make(ticket, request_now_us(request) / US_PER_S);
    ticket->says_issuer = coming->answer.says_issuer;
    ticket->asks_again = request_query(request, "again") != NULL;
    if (request_query(request, "to"))
        ticket_set_path(ticket, request_query(request, "to"));
    form_pair(&query, "response_type", "code");
    form_pair(&query, "client_id", coming->client);
    form_pair(&query, "redirect_uri", coming->return_url);
    form_pair(&query, "scope", coming->scopes);
    form_pair(&query, "state", ticket->state);
    form_pair(&query, "nonce", ticket->nonce);
    form_pair(&query, "code_challenge", ticket_challenge(request->arena, ticket));
    form_pair(&query, "code_challenge_method", "S256");
    if (ticket->asks_again) {
        form_pair(&query, "prompt", "login");
        form_pair(&query, "max_age", "0"); /* then the token has to say when they were asked */
    }
    answer_elsewhere(request, arena_printf(request->arena, "%s%c%s", coming->answer.authorize,
                                           strchr(coming->answer.authorize, '?') ? '&' : '?', query.at));
    request->answer.cookie = arena_printf(
        request->arena, "%s=%s; Max-Age=%d; HttpOnly; SameSite=Lax; Path=/%s",
        session_cookie_name(request, TICKET_COOKIE), ticket_seal(request->arena, request->api->token, ticket),
        TICKET_TIME_S, session_if_secure(request));
}

/* ---- and back ---- */

/* Under the lock of the site. The highest right of the person's groups; services when all of that right are
 * kept to some. */
static void find_right(struct coming *coming, const struct config_sign_in *sign_in)
{
    scoped_buf struct buf services = {0};
    bool all = false;
    list_each (each, &sign_in->rights) {
        int right = right_of(each->right);
        bool is_theirs = false;
        list_each (group, &coming->answer.groups)
            is_theirs = is_theirs || strcmp(*group, each->group) == 0;
        if (!is_theirs || right < (int)coming->right)
            continue;
        if (right > (int)coming->right) {
            buf_clear(&services);
            all = false;
        }
        coming->right = (enum right)right;
        all = all || !each->services.n;
        list_each (service, &each->services)
            buf_printf(&services, "%s%s", services.n_bytes ? " " : "", *service);
    }
    coming->services = all ? "" : arena_strdup(coming->arena, buf_text(&services));
}

static void find_person(void *context, const struct config *config, const struct library *library)
{
    struct coming *coming = context;
    const struct person *person;
    (void)library;
    if (!config->sign_in.provider || strcmp(config->sign_in.provider, coming->provider) != 0) {
        coming->why = "the configuration has changed meanwhile";
        return;
    }
    switch (config_sign_in_person(config, coming->answer.person, &person)) {
    case SIGN_IN_FOUND:
        coming->person = arena_strdup(coming->arena, person->id);
        find_right(coming, &config->sign_in);
        break;
    case SIGN_IN_SEVERAL:
        coming->why = "several people of the configuration are known by that name; give each a sign_in";
        break;
    default:
        coming->why = "nobody of the configuration is known by that name";
    }
}

/* Without a right by a group that of their account counts. False: they have none. */
static bool has_account(struct request *request, const struct coming *coming)
{
    struct account *accounts = NULL;
    size_t n = 0;
    struct err err = {0};
    struct ledger *ledger = api_take_ledger(request->api);
    if (!ledger)
        return false;
    bool has = ledger_accounts(ledger, request->arena, coming->person, &accounts, &n, &err) == 0 && n &&
               accounts->right > RIGHT_NONE;
    api_give_ledger(request->api, ledger);
    return has;
}

/* Did it ask them for this, and not let them in by a session of its own? A browser can take the words out of
 * what it is sent with; the token it cannot change. */
static bool was_asked(const struct coming *coming)
{
    enum { SKEW_S = 60 };
    return coming->answer.asked_s >= coming->ticket.until_s - TICKET_TIME_S - SKEW_S;
}

/* On the door's thread, with what the provider has said. */
static void weigh(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct coming *coming = request->work;
    if (coming->answer.say == PROVIDER_AWAY || coming->answer.say == PROVIDER_WHERE) {
        set_away(coming, coming->answer.why ? coming->answer.why : "its answer is none");
        go_on(request);
        return;
    }
    if (coming->answer.say == PROVIDER_REFUSED)
        coming->why = coming->answer.why;
    else if (!backend->ask_site(backend->core, find_person, coming))
        coming->why = "this server is stopping";
    else if (!coming->why && coming->right == RIGHT_NONE && !has_account(request, coming))
        coming->why = "no group of theirs has a right here, and they have no account";
    bool asked = was_asked(coming);
    if (!coming->why && coming->ticket.asks_again && !asked)
        coming->why = coming->answer.asked_s
                          ? "the provider did not ask again who you are; a password proves it, too"
                          : "the provider does not say when it asked who you are (auth_time); a password "
                            "proves it, too";
    if (coming->why) {
        set_refused(request, coming, coming->why);
    } else {
        throttle_succeeded(request->api->throttle, throttled_as(request));
        coming->key = (struct access_key){
            .right = coming->right,
            .services = coming->services,
            .given_by =
                arena_printf(request->arena, "%s%s", asked ? GIVEN_BY_PROVIDER : GIVEN_BY_PROVIDER_SESSION,
                             coming->provider)};
        coming->cookie = session_make(request, coming->person, &coming->key);
    }
    request_submit_suspended(request);
}

/* The provider's own word for an error (RFC 6749, 4.1.2.1), when it is one. */
static const char *error_words(struct request *request, const char *error)
{
    size_t n = strspn(error, "abcdefghijklmnopqrstuvwxyz_");
    return n && !error[n] && n < 60 ? arena_printf(request->arena, "the provider says: %s", error)
                                    : "the provider reports an error";
}

/* Is it an answer to what this browser asked, from whom it asked? NULL: it is. */
static const char *look_at_answer(struct request *request, struct coming *coming)
{
    struct sign_in_ticket *ticket = &coming->ticket;
    const char *kept = MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND,
                                                   session_cookie_name(request, TICKET_COOKIE));
    const char *state = request_query(request, "state"), *issuer = request_query(request, "iss");
    const char *error = request_query(request, "error");
    if (ticket_open(request->api->token, kept, request_now_us(request) / US_PER_S, ticket) < 0)
        return "this browser did not begin to sign in here, or more than ten minutes ago";
    if (!state || strlen(state) != TICKET_WORD_BYTES - 1 ||
        !equal_constant_time(state, ticket->state, TICKET_WORD_BYTES - 1))
        return "the answer belongs to another sign-in than this browser's";
    if (!ticket_spend(request->api->spent_tickets, ticket))
        return "the answer was used before";
    if (issuer ? strcmp(issuer, coming->provider) != 0 : ticket->says_issuer)
        return "the answer comes from another provider";
    if (error)
        return error_words(request, error);
    return request_query(request, "code") ? NULL : "the answer has no code";
}

void get_sign_in_return(struct request *request)
{
    struct coming *coming = coming_new(request);
    if (!coming || request_must_wait(request, throttled_as(request)))
        return;
    if (!coming->provider) {
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "nobody signs in here by an identity provider");
        return;
    }
    const char *why = look_at_answer(request, coming);
    request->work = coming;
    if (why) {
        refuse(request, coming, why);
        return;
    }
    struct api_provider_question who = {.code = request_query(request, "code"),
                                        .verifier = coming->ticket.verifier,
                                        .nonce = coming->ticket.nonce,
                                        .return_url = coming->return_url};
    if (!request_work_after_provider(request, &who, &coming->answer, weigh))
        request_unanswered(request);
}

void answer_sign_in_return(struct request *request)
{
    const struct coming *coming = request->work;
    if (coming->status) {
        answer_why(request, coming);
        return;
    }
    answer_elsewhere(request, *coming->ticket.to ? coming->ticket.to : "/");
    session_set(request, coming->cookie);
}
