/* The HTTP side: routes, JSON in and out, tokens. Routes are a table (api/routes.c), a file a noun. HTTP
 * worker threads (libmicrohttpd) parse and answer; what changes something becomes a struct input that the
 * engine thread takes through api_backend.submit, and the answer leaves only after the commit. Reads use a
 * ledger reader of the worker's own. No SQL and no decision here. */
#pragma once

#include "base/clock.h"
#include "base/histogram.h"
#include "config/config.h"
#include "engine/engine.h"
#include "intake/intake.h"
#include "ledger/ledger.h"

struct api;
struct board;

/* What is asked of the identity provider: where it takes people (code NULL), or whom its code names. */
struct api_provider_question {
    const char *code, *verifier, *nonce, *return_url;
};

struct api_provider_answer {
    enum { PROVIDER_WHERE, PROVIDER_WHO, PROVIDER_REFUSED, PROVIDER_AWAY } say;
    const char *authorize; /* WHERE: an URL */
    bool says_issuer;      /* WHERE: what it sends people back with says who it is (RFC 9207) */
    const char *person;    /* WHO: by the claim of the configuration */
    struct strings groups; /* WHO */
    int64_t asked_s;       /* WHO: when it asked who they are; 0: it does not say */
    const char *why;       /* REFUSED, AWAY */
};

/* What the engine's side counts since the start; any thread reads it. */
struct core_figures {
    struct histogram commit; /* how long it took to make what was decided durable */
    struct histogram page;   /* from the decision to page until a channel took it, of each that did */
    _Atomic uint64_t pages_sent, pages_retried, pages_dead;
    _Atomic uint64_t updates_told, updates_missed; /* missed: a period went by without the one promised */
};

struct api_output {
    uint64_t from, next; /* bytes: where the text begins and ends */
    int attempt;
    bool running;
};

struct api_backend {
    void *core;
    /* Hands an input to the engine thread; done is called there, once, after the commit (or with
     * OUTCOME_UNAVAILABLE: disk full, overloaded, stopping). The input with all it points to, and body with
     * its format (the bytes to keep in the inbox, or NULL), must stay until then. -1: the queue is full, done
     * is not called. Any thread. The engine may sleep on: see wake. */
    int (*submit)(void *core, const struct input *input, const struct intake_format *format, const char *body,
                  size_t n_bytes, void (*done)(void *context, const struct outcome *outcome), void *context);
    /* Wakes the engine thread for what was submitted: once for several, at the end of a round. Member NULL:
     * submit does. Any thread. */
    void (*wake)(void *core);
    /* Runs question on the engine thread between inputs and returns when it is done. False: it was not put,
     * for too many wait or the server stops. Any thread but that one. */
    bool (*ask)(void *core, void (*question)(void *context, const struct engine *engine), void *context);
    bool (*ready)(void *core);
    /* Ready means that alerts are taken; shortly after, what was kept is all in force again. False: it is.
     * True: not yet, then will be called once when it is or when the server stops. Any thread. Member NULL:
     * it is. */
    bool (*not_begun)(void *core, void (*then)(void *context), void *context);
    /* Calls question with the configuration and the library in force, which stay as they are until it
     * returns. The library may be NULL: there is none. False: they are still being read. Any thread. */
    bool (*ask_site)(void *core,
                     void (*question)(void *context, const struct config *config,
                                      const struct library *library),
                     void *context);
    /* A reader that was opened before has lost its connection and cannot be replaced: start again. Member
     * NULL: no reader ever does. Any thread. */
    void (*reader_lost)(void *core);
    /* Adds to out what a step that runs, or ended a moment ago, has printed from that byte on; false: nothing
     * is known of it. Member NULL: nothing ever is. Any thread. */
    bool (*step_output)(void *core, int64_t run, int line, uint64_t from, struct buf *out,
                        struct api_output *ret_output);
    /* The configuration or the runbooks in force are older than the files, which have errors. Member NULL:
     * they never are. Any thread. */
    bool (*site_kept)(void *core);
    struct board *checks;               /* what the checks have found; NULL: nothing looks */
    const struct core_figures *figures; /* NULL: nothing counts */
    /* Adds the key that a browser wants who is to get pages; false: there is none. Member NULL: none ever
     * is. Any thread. */
    bool (*push_key)(void *core, struct buf *out);
    /* Asks the identity provider. done is called once, on the engine thread, when ret_answer is filled, in
     * the arena, which is the engine's until then. -1: it cannot be asked now, and done is not called. Member
     * NULL: there is none. Any thread. */
    int (*ask_provider)(void *core, const struct api_provider_question *question, struct arena *arena,
                        struct api_provider_answer *ret_answer, void (*done)(void *context), void *context);
};

enum {
    API_READERS = 6,              /* more than there are threads, with a proof and an export under way */
    API_CONNECTIONS = 3072,       /* most of them are people who watch */
    API_STATUS_CONNECTIONS = 512, /* of the status page's own address, beside those */
};

struct api_options {
    int listen_fd;              /* already bound and listening; api_stop() closes it */
    struct ledger_place ledger; /* for the readers */
    struct ledger *
        *readers;     /* n_readers that were opened before, ours from api_start() on; no others are then */
    size_t n_readers; /* at most API_READERS; 0: they are opened when they are wanted */
    int status_fd;    /* of the status page's own address, likewise; 0: it has none */
    const char *status_folder;     /* the status page is written there at each change; NULL: nowhere */
    const char *token;             /* the administrator's, 64 hex */
    const char *certificate, *key; /* PEM files (api/tls.h); NULL: plain HTTP */
    const char *slack_secret;      /* shows that Slack calls; NULL: it does not call */
    const char *twilio_secret;     /* the same for Twilio */
    const struct clock *clock;
    unsigned n_threads;     /* 0: as many as proved best (2) */
    unsigned n_connections; /* at most; 0: API_CONNECTIONS */
    unsigned idle_time_s;   /* a connection that says nothing for so long is closed; 0: 13 */
};

/* Loads what serving needs; before the sandbox. For TLS, api_prepare_tls() too. */
void api_prepare(void);
void api_prepare_tls(void);
int api_start(const struct api_options *options, const struct api_backend *backend, struct api **ret_api,
              struct err *err);
/* Events were committed: whoever watches is told. NULL is allowed. Any thread. */
void api_news(struct api *api);
/* Between the two, calls of done() gather: the threads that send the answers are woken once and find all of
 * them, where they would begin with the first and then look again for the next. NULL is allowed. One thread.
 */
void api_hold_answers(struct api *api);
void api_give_answers(struct api *api);
/* Stops taking requests, lets those under way finish (bounded to 5 s), frees. The backend must still answer:
 * while it owes a done(), api and its threads stay, for the process is about to end. NULL is allowed. */
void api_stop(struct api *api);
