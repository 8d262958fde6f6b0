/* What provider.c and provider_steps.c share. */
#pragma once

#include "base/curl_library.h"
#include "courier/courier_priv.h"
#include "courier/provider.h"
#include "courier/transfers.h"

enum provider_stage { STAGE_PLACES, STAGE_TOKEN, STAGE_KEYS, STAGE_USER };

struct said { /* something of the provider's, for a while */
    struct json_document *document;
    struct json root;
    uint64_t until_ms; /* of the loop */
};

struct provider {
    uv_loop_t *loop;
    struct transfers *transfers; /* NULL until the first question */
    uv_timer_t settle;           /* tells what ended without a transfer */
    const struct clock *clock;
    void (*said)(void *context, const char *answer, size_t n_bytes);
    void *context;
    const struct config *config;
    char *secret;
    struct err secret_missing; /* why it is not there; "": it is, or none is needed */
    struct said places, keys;
    struct question *first;
    size_t n_questions;
};

struct question {
    struct question *next;
    struct provider *provider;
    struct arena *arena;
    int64_t id;
    const char *code, *verifier, *nonce, *return_url; /* code NULL: it asks where */
    uint64_t until_ms;
    enum provider_stage stage;
    CURL *easy;
    struct curl_slist *headers;
    struct buf body, answer;
    char reason[CURL_ERROR_SIZE];
    struct transfer_guard guard;
    bool keys_are_new;
    const char *login;          /* of the next transfer, "client:secret", or NULL */
    const char *token, *access; /* the ID token; the one for its user endpoint, or NULL */
    struct said claims, user;
    bool verified, user_asked;
    struct buf ended; /* the answer that is still to be told; empty: it goes on */
};

/* ---- provider.c ---- */

void said_clear(struct said *kept);
int said_read(struct said *kept, const char *text, size_t n_bytes, struct err *err);
/* Asks the provider; an empty body: by GET. bearer NULL: with no token of its own. */
void question_fetch(struct question *question, enum provider_stage stage, const char *url,
                    const char *bearer);
/* The answer, which the caller writes on and closes; or, "refused" and "away", why. Words of others become
 * printable ASCII. */
struct json_writer question_end_begin(struct question *question, const char *say);
void question_end(struct question *question, const char *say, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- provider_steps.c: what is asked next, and what an answer means ---- */

/* A member that is a text, not empty and without NUL bytes, or NULL. */
const char *provider_text(struct json object, const char *name, size_t most);
/* An endpoint of the metadata, or NULL: secrets go to none that is less safe than the provider itself. */
const char *provider_place(const struct provider *provider, const char *name);
void provider_places_heard(struct question *question);
void provider_tell_where(struct question *question);
void provider_redeem(struct question *question);
void provider_token_heard(struct question *question);
void provider_keys_heard(struct question *question);
void provider_verify(struct question *question);
void provider_user_heard(struct question *question);
bool provider_lacks_claims(const struct question *question);
void provider_tell_who(struct question *question);
