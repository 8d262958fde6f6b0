/* What Crashcart promises of itself, and how far it has kept it since the server started: the figures of
 * GET /metrics, as the people see them who rely on it. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "ledger/review.h"

struct promise {
    const char *id;
    double aim;        /* the part that is to be kept */
    double within_s;   /* 0: it has no time */
    uint64_t kept, of; /* of 0: there was nothing to keep yet */
    int64_t most_us; /* 99 % took at most that; 0: nothing is measured, INT64_MAX: more than is told apart */
};

static struct promise timed(const char *id, const struct histogram *histogram, int64_t within_us)
{
    struct promise promise = {.id = id, .aim = 0.999, .within_s = (double)within_us / (double)US_PER_S};
    if (!histogram)
        return promise;
    promise.kept = histogram_within(histogram, within_us, &promise.of);
    promise.most_us = histogram_quantile_us(histogram, 0.99);
    return promise;
}

struct ways {
    const struct channel_proof *proofs;
    size_t n_proofs;
    struct promise *promise;
};

static bool is_proved(const struct ways *ways, const struct person *person,
                      const struct config_contact *contact)
{
    for (size_t i = 0; i < ways->n_proofs; i++) {
        const struct channel_proof *proof = &ways->proofs[i];
        if (proof->state == PROOF_HOLDS && strcmp(proof->person, person->id) == 0 &&
            strcmp(proof->channel, contact->channel) == 0 && strcmp(proof->address, contact->address) == 0)
            return true;
    }
    return false;
}

static void count_ways(void *context, const struct engine *engine)
{
    const struct ways *ways = context;
    list_each (person, &engine_config(engine)->people)
        list_each (contact, &person->contacts) {
            ways->promise->of++;
            ways->promise->kept += is_proved(ways, person, contact);
        }
}

static void write_promise(struct json_writer *w, const struct promise *promise)
{
    jw_begin_object(w);
    jw_pair(w, "id", promise->id);
    jw_name(w, "aim");
    jw_double(w, promise->aim);
    jw_name(w, "within_s");
    if (promise->within_s > 0)
        jw_double(w, promise->within_s);
    else
        jw_null(w);
    jw_pair_int(w, "kept", (int64_t)promise->kept);
    jw_pair_int(w, "of", (int64_t)promise->of);
    jw_name(w, "p99_s");
    if (promise->most_us > 0 && promise->most_us < INT64_MAX)
        jw_double(w, (double)promise->most_us / (double)US_PER_S);
    else
        jw_null(w);
    jw_end_object(w);
}

void get_promises(struct request *request)
{
    struct api *api = request->api;
    const struct core_figures *figures = api->backend.figures;
    struct promise pages = timed("pages", figures ? &figures->page : NULL, 30 * US_PER_S);
    struct promise updates = {.id = "updates", .aim = 0.99};
    struct promise proved = {.id = "ways", .aim = 1};
    struct ways ways = {.promise = &proved};
    struct channel_proof *proofs = NULL;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    if (ledger_proofs(ledger, request->arena, &proofs, &ways.n_proofs, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    ways.proofs = proofs;
    if (!request_ask(request, count_ways, &ways))
        return;
    if (figures) {
        updates.kept = atomic_load(&figures->updates_told);
        updates.of = updates.kept + atomic_load(&figures->updates_missed);
        pages.of += atomic_load(&figures->pages_dead); /* a way that does not work took none */
    }
    const struct promise promises[] = {timed("alerts", &api->metrics.alerts, US_PER_S / 2), pages, updates,
                                       proved};
    struct json_writer w = answer_json(request);
    jw_begin_object(&w);
    jw_pair_time(&w, "since", api->started_us);
    jw_name(&w, "promises");
    jw_begin_array(&w);
    for (size_t i = 0; i < sizeof promises / sizeof *promises; i++)
        write_promise(&w, &promises[i]);
    jw_end_array(&w);
    jw_end_object(&w);
}
