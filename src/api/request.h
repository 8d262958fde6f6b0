/* A request, from its header to its answer. It belongs to the thread of its connection, except between
 * request_submit() and the backend's done(): then to the engine, and only `state` may be looked at.
 *
 * receiving -> run -> answered at once
 *                  -> held, and submitted (connection suspended) when that takes long -> decided -> answered
 *                          -> left, when the connection goes first
 *           -> waiting (suspended, until the server has begun) -> receiving
 *
 * Functions that read something of the request and give -1 have answered the problem already: the handler
 * only returns. */
#pragma once

#include <stdatomic.h>

#include "api/access.h"
#include "api/answer.h"
#include "api/microhttpd_library.h"
#include "api/routes.h"
#include "base/arena.h"
#include "engine/engine.h"
#include "intake/intake.h"
#include "ledger/ledger.h"

struct api;
struct api_provider_answer;
struct api_provider_question;
struct http_thread;

enum request_state {
    REQUEST_RECEIVING,
    REQUEST_WAITING,
    REQUEST_HELD, /* submitted, its connection left to the library, which asks again in every round */
    REQUEST_SUBMITTED,
    REQUEST_DECIDED,
    REQUEST_LEFT, /* its connection went while it was held */
};

struct request {
    struct api *api;
    struct http_thread *thread; /* of its connection */
    struct MHD_Connection *connection;
    const struct route *route; /* NULL: none fits */
    struct route_parts parts;
    char allow[ROUTE_ALLOW_BYTES];
    int64_t began_us; /* monotonic */
    size_t body_limit_bytes, n_received_bytes;
    struct buf body;
    struct arena *arena;
    struct json_document *document; /* of the body, once somebody has parsed it */
    struct ledger *ledger;          /* a reader, while the handler runs and asks for one */
    struct input input;             /* what is submitted, and the batch it points to */
    struct alert_batch batch;
    const char *refused,
        *refused_field; /* why, and where, alerts of its body were not taken; NULL: all were */
    struct outcome outcome;
    const struct input_once *once;              /* its Idempotency-Key, or NULL */
    struct access access;                       /* since it was admitted */
    void *work;                                 /* of its handler, between two threads */
    void (*work_next)(struct request *request); /* on the door's thread, after the provider's answer */
    struct answer answer;
    bool answers_refusal; /* the route's decided() words what the engine refused, too */
    _Atomic int state;
    bool held;            /* the thread's own; counted in its n_held */
    unsigned n_rounds;    /* of it */
    struct request *next; /* in the pool */
};

struct request *request_new(struct http_thread *thread, struct MHD_Connection *connection);
void request_done(struct request *request); /* back to the pool; any thread */
void request_free(struct request *request);

/* From the header alone: route, token, type and length of the body. Answers when it is refused already. */
void request_admit(struct request *request, const char *method, const char *path);
/* Refused already, and its body is too long to be read to the end: answered at once, and closed. */
bool request_is_hopeless(const struct request *request);
/* A piece of the body. -1: the connection is to be dropped. */
int request_receive(struct request *request, const char *bytes, size_t n_bytes);
/* All is there: calls the route's handler. True: it waits from now on. */
bool request_run(struct request *request);
/* Before its handler: does it have to wait until the server has begun? */
bool request_waits_for_start(struct request *request);
/* The library asks for it again. False: nothing is waited for, or not any more. */
bool request_still_waits(struct request *request);
/* Its connection is done with. False: the engine still has the request, and gives it back. */
bool request_may_go(struct request *request);
/* After the backend's answer. */
void request_finish(struct request *request);

/* ---- for handlers ---- */

/* A reader of the ledger, good until the handler returns; NULL: the problem is answered. */
struct ledger *request_ledger(struct request *request);
void request_drop_ledger(struct request *request);
/* Has the engine's thread answer a question. false: it cannot now, and the problem is answered. */
bool request_ask(struct request *request, void (*question)(void *context, const struct engine *engine),
                 void *context);
void request_unanswered(struct request *request);
/* The i-th name of the path. */
const char *request_name(const struct request *request, size_t i);
/* The value in the query string, or NULL. */
const char *request_query(const struct request *request, const char *name);
const char *request_header(const struct request *request, const char *name);
/* A number from the query, otherwise when it is not there; 0 to most. */
int request_query_number(struct request *request, const char *name, int64_t otherwise, int64_t most,
                         int64_t *ret_number);
/* The body as JSON; none when it is empty. */
int request_json(struct request *request, struct json *ret_root);
/* The same; it must be an object. */
int request_object(struct request *request, struct json *ret_root);
/* Takes the place of the body that came, for what is to be kept of it; body is empty afterwards. */
void request_replace_body(struct request *request, struct buf *body);
/* A text member of it; NULL when it is missing. */
int request_text(struct request *request, struct json root, const char *name, const char **ret_text);
/* The same; it must be there. */
int request_needed(struct request *request, struct json root, const char *name, const char **ret_text);
/* A member that is the id of a person; NULL when it is missing. */
int request_person(struct request *request, struct json root, const char *name, const char **ret_person);
/* Who writes: the person who signed in or has the token, the token of a program; with the administrator's,
 * the person that it speaks for (member "as", or header X-Crashcart-As). */
int request_actor(struct request *request, struct json root, const char **ret_actor);
/* Writes over the body, in its own memory, the shorter form in which the inbox keeps it. */
void request_pack_body(struct request *request, const void *bytes, size_t n_bytes);
/* Reads the Idempotency-Key, when the route takes one (api/once.c). */
int request_read_once(struct request *request);
/* Hands request->input to the engine, and with format the body to the inbox. The handler returns at once. */
void request_submit(struct request *request, const struct intake_format *format);

/* Wall clock. */
int64_t request_now_us(const struct request *request);
/* Too many tries of whoever that is have failed (api/throttle.h): the problem is answered. */
bool request_must_wait(struct request *request, const char *who);

/* Has work done on the thread of the door (api/door.h), where it ends by one of the next two. The handler
 * returns at once. */
void request_work(struct request *request, void (*work)(struct request *request));
/* Asks the identity provider first, into ret_answer. False: it cannot be asked. */
bool request_work_after_provider(struct request *request, const struct api_provider_question *question,
                                 struct api_provider_answer *ret_answer,
                                 void (*work)(struct request *request));
void request_submit_suspended(struct request *request);
void request_decided(struct request *request, const struct outcome *outcome);

/* Who it comes from, and whether they may use its route: the problem is answered when not (api/auth.c). */
void auth_check(struct request *request);
/* Of a path that is for everybody: may they read that incident? A problem may have been answered. */
bool auth_sees_incident(struct request *request, int64_t number);
