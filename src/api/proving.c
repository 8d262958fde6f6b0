#include "api/proving.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/thread.h"
#include "ledger/note.h"
#include "ledger/proof.h"

enum { AWAY = -2 }; /* there was no reader */

struct proving {
    struct api *api;
    pthread_mutex_t lock;
    pthread_t thread;
    bool started; /* the thread is to be joined */
    bool running;
    atomic_bool stop, exporting;
    int64_t began_us, ended_us; /* 0: not yet */
    char given[NOTE_BYTES];     /* the checkpoint that it is held against, or "" */
    int result;
    struct ledger_proof proof;
    struct err err;
};

struct proving *proving_new(struct api *api)
{
    struct proving *proving = heap_alloc(sizeof *proving);
    proving->api = api;
    pthread_mutex_init(&proving->lock, NULL);
    return proving;
}

void proving_stop(struct proving *proving)
{
    atomic_store(&proving->stop, true);
}

void proving_free(struct proving *proving)
{
    if (!proving)
        return;
    proving_stop(proving);
    if (proving->started)
        pthread_join(proving->thread, NULL);
    pthread_mutex_destroy(&proving->lock);
    heap_free_(&proving);
}

bool proving_begin_export(struct proving *proving)
{
    return !atomic_exchange(&proving->exporting, true);
}

void proving_end_export(struct proving *proving)
{
    atomic_store(&proving->exporting, false);
}

static void *prove(void *context)
{
    struct proving *proving = context;
    struct ledger_check check = {.checkpoint = *proving->given ? proving->given : NULL,
                                 .stop = &proving->stop};
    struct ledger_proof proof = {0};
    struct err err = {0};
    int result = AWAY;
    struct ledger *ledger = api_take_ledger(proving->api);
    if (ledger) {
        result = ledger_verify_open(ledger, &check, &proof, &err);
        api_give_ledger(proving->api, ledger);
    }
    pthread_mutex_lock(&proving->lock);
    proving->result = result;
    proving->proof = proof;
    proving->err = err;
    proving->ended_us = clock_wall_us(proving->api->clock);
    proving->running = false;
    pthread_mutex_unlock(&proving->lock);
    return NULL;
}

/* With the lock held. */
static bool begin(struct proving *proving, const char *checkpoint)
{
    if (proving->started)
        pthread_join(proving->thread, NULL); /* it has ended */
    snprintf(proving->given, sizeof proving->given, "%s", checkpoint ? checkpoint : "");
    proving->began_us = clock_wall_us(proving->api->clock);
    proving->ended_us = 0;
    proving->running = proving->started = thread_start(&proving->thread, prove, proving) == 0;
    return proving->running;
}

static const char *problem_of(const struct proving *proving)
{
    if (proving->result == AWAY)
        return "the ledger cannot be read now: try again in a moment";
    return proving->result < 0 ? proving->err.text : NULL;
}

/* With the lock held. */
static void write_state(struct json_writer *w, const struct proving *proving)
{
    const struct ledger_proof *proof = &proving->proof;
    bool proved = !proving->running && proving->began_us && proving->result >= 0;
    jw_begin_object(w);
    jw_pair(w, "state", proving->running ? "running" : proving->began_us ? "done" : "never");
    jw_pair_time(w, "began_at", proving->began_us);
    jw_pair_time(w, "ended_at", proving->ended_us);
    jw_pair_bool(w, "against_checkpoint", *proving->given != '\0');
    jw_pair(w, "problem", proving->running ? NULL : problem_of(proving));
    jw_name(w, "proof");
    if (proved) {
        jw_begin_object(w);
        jw_pair_bool(w, "fits", proof->first_bad[0] == '\0');
        jw_pair(w, "first_bad", proof->first_bad[0] ? proof->first_bad : NULL);
        jw_pair_int(w, "streams", proof->n_streams);
        jw_pair_int(w, "events", proof->n_events);
        jw_pair_int(w, "signed_events", proof->n_signed);
        jw_pair_int(w, "checkpoints", proof->n_checkpoints);
        jw_pair(w, "signed_by", proof->origin[0] ? proof->origin : NULL);
        jw_end_object(w);
    } else {
        jw_null(w);
    }
    jw_end_object(w);
}

void get_ledger_verify(struct request *request)
{
    struct proving *proving = request->api->proving;
    struct json_writer w = answer_json(request);
    pthread_mutex_lock(&proving->lock);
    write_state(&w, proving);
    pthread_mutex_unlock(&proving->lock);
}

void post_ledger_verify(struct request *request)
{
    struct proving *proving = request->api->proving;
    struct checkpoint read;
    struct json root;
    const char *checkpoint;
    struct err err = {0};
    if (request_object(request, &root) < 0 || request_text(request, root, "checkpoint", &checkpoint) < 0)
        return;
    if (checkpoint && (strlen(checkpoint) >= NOTE_BYTES ||
                       checkpoint_read(checkpoint, strlen(checkpoint), NULL, &read, &err) < 0)) {
        answer_problem(request, PROBLEM_INVALID, "checkpoint",
                       "that is no checkpoint: it is what DATA/checkpoint held at some time, whole");
        return;
    }
    pthread_mutex_lock(&proving->lock);
    bool busy = proving->running, begun = !busy && begin(proving, checkpoint);
    pthread_mutex_unlock(&proving->lock);
    if (begun)
        get_ledger_verify(request);
    else if (busy)
        answer_problem(request, PROBLEM_CONFLICT, NULL, "the ledger is being verified already");
    else
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "no thread is to be had: try again in a moment");
}
