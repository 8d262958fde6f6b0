/* Ways of reaching people: whether each is proved, and tests of them. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "ledger/review.h"

struct listing {
    struct request *request;
    const struct channel_proof *proofs;
    size_t n_proofs;
};

static const struct channel_proof *proof_of(const struct listing *listing, const struct person *person,
                                            const struct config_contact *contact)
{
    for (size_t i = 0; i < listing->n_proofs; i++) {
        const struct channel_proof *proof = &listing->proofs[i];
        if (strcmp(proof->person, person->id) == 0 && strcmp(proof->channel, contact->channel) == 0 &&
            strcmp(proof->address, contact->address) == 0)
            return proof;
    }
    return NULL;
}

static void write_way(struct json_writer *writer, const struct listing *listing, const struct person *person,
                      const struct config_contact *contact)
{
    const struct channel_proof *proof = proof_of(listing, person, contact);
    jw_begin_object(writer);
    jw_pair(writer, "person", person->id);
    jw_pair(writer, "channel", contact->channel);
    jw_pair(writer, "state", proof ? proof_state_name(proof->state) : "unproved");
    jw_pair(writer, "detail", proof && *proof->detail ? proof->detail : NULL);
    jw_pair_time(writer, "asked_at", proof ? proof->asked_us : 0);
    jw_pair_time(writer, "ended_at", proof ? proof->ended_us : 0);
    jw_pair_time(writer, "held_at", proof ? proof->held_us : 0);
    jw_end_object(writer);
}

/* Those of the configuration: what is not in it any more reaches nobody. */
static void list(void *context, const struct engine *engine)
{
    struct listing *listing = context;
    const struct config *config = engine_config(engine);
    struct json_writer writer = answer_json(listing->request);
    jw_begin_object(&writer);
    jw_pair(&writer, "proof", config->channels.proof);
    jw_name(&writer, "channels");
    jw_begin_array(&writer);
    list_each (person, &config->people)
        list_each (contact, &person->contacts)
            write_way(&writer, listing, person, contact);
    jw_end_array(&writer);
    jw_end_object(&writer);
}

void get_channels(struct request *request)
{
    struct listing listing = {.request = request};
    struct channel_proof *proofs = NULL;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    if (ledger_proofs(ledger, request->arena, &proofs, &listing.n_proofs, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    listing.proofs = proofs;
    request_ask(request, list, &listing);
}

void post_channels_test(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_PROVE};
    if (request_object(request, &root) < 0 || request_person(request, root, "person", &input.person) < 0 ||
        request_text(request, root, "channel", &input.word) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    request->input = input;
    request_submit(request, NULL);
}
