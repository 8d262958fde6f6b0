/* INPUT_PROVE, INPUT_PROOF_DONE, TIMER_PROOF: ways of reaching people are proved before the night. A test
 * goes the way of every page; a page that arrived is a proof, too, and saves the test. When one fails, the
 * person is told by another way, and the system's stream says so.
 *
 * Every week on Monday at 09:00, in the zone of the first schedule, each way is tested that has not proved
 * itself within the six days before. It wakes nobody: a telephone is called only when somebody asks for it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"
#include "engine/names.h"
#include "roster/recurrence.h"
#include "roster/zone.h"

enum { FRESH_S = 6 * 86400, PROVED_S = 86400, DETAIL_BYTES = 200 };

static const char *const states[N_PROOF_STATES] = {
    [PROOF_ASKED] = "asked", [PROOF_HOLDS] = "holds", [PROOF_FAILED] = "failed"};

const char *proof_state_name(enum proof_state state)
{
    return states[state];
}

int proof_state_of(const char *name)
{
    return name_find(states, N_PROOF_STATES, name);
}

/* ---- the list ---- */

static struct channel_proof *find(struct proofs *proofs, const char *person, const char *channel,
                                  const char *address)
{
    for (size_t i = 0; i < proofs->n; i++) {
        struct channel_proof *proof = &proofs->at[i];
        if (strcmp(proof->person, person) == 0 && strcmp(proof->channel, channel) == 0 &&
            strcmp(proof->address, address) == 0)
            return proof;
    }
    return NULL;
}

static struct channel_proof *add(struct proofs *proofs, const struct channel_proof *proof)
{
    proofs->at = heap_resize(proofs->at, (proofs->n + 1) * sizeof *proofs->at);
    proofs->at[proofs->n] = *proof;
    texts_to_heap(&proof_texts, &proofs->at[proofs->n]);
    return &proofs->at[proofs->n++];
}

static struct channel_proof *of(struct turn *turn, const struct person *person,
                                const struct config_contact *contact)
{
    struct proofs *proofs = &turn->engine->proofs;
    struct channel_proof *proof = find(proofs, person->id, contact->channel, contact->address);
    return proof ? proof
                 : add(proofs, &(struct channel_proof){.person = person->id,
                                                       .channel = contact->channel,
                                                       .address = contact->address});
}

void engine_restore_proof(struct engine *engine, const struct channel_proof *proof)
{
    struct channel_proof *added = add(&engine->proofs, proof);
    added->number = 0; /* what was under way is not heard of any more */
    if (added->state == PROOF_ASKED && !added->held_us)
        added->state = PROOF_FAILED;
    else if (added->state == PROOF_ASKED)
        added->state = PROOF_HOLDS;
    text_keep(&added->notice, "");
}

void proofs_free(struct engine *engine)
{
    due_clear(&engine->due, &engine->proofs.due);
    for (size_t i = 0; i < engine->proofs.n; i++)
        texts_free(&proof_texts, &engine->proofs.at[i]);
    free(engine->proofs.at);
}

static void save(struct turn *turn, const struct channel_proof *proof)
{
    struct decision *decision = turn_push(turn, DECISION_PROOF);
    decision->proof = *proof;
    texts_to_arena(&proof_texts, &decision->proof, turn->arena);
}

/* ---- asking ---- */

static void ask(struct turn *turn, struct channel_proof *proof, const char *actor, const char *notice)
{
    if (proof->number)
        return; /* one is on its way */
    proof->number = ++turn->engine->proofs.last;
    proof->state = PROOF_ASKED;
    proof->asked_us = turn->now_us;
    text_keep(&proof->asked_by, actor);
    text_keep(&proof->notice, notice);
    text_keep(&proof->detail, "");
    save(turn, proof);
}

void prove_way(struct turn *turn, const struct person *person, const struct config_contact *way,
               const char *actor)
{
    ask(turn, of(turn, person, way), actor, "");
}

static bool is_wanted(const struct input *input, const struct person *person,
                      const struct config_contact *contact)
{
    return (!input->person || strcmp(input->person, person->id) == 0) &&
           (!input->word || strcmp(input->word, contact->channel) == 0);
}

void decide_prove(struct turn *turn, const struct input *input)
{
    const char *actor = text_or(input->actor, "somebody");
    int n = 0;
    list_each (person, &turn->engine->config->people)
        list_each (contact, &person->contacts)
            if (is_wanted(input, person, contact)) {
                ask(turn, of(turn, person, contact), actor, "");
                n++;
            }
    if (!n) {
        turn_answer(turn, OUTCOME_NOT_FOUND, 0, "Nobody in the configuration has such a contact.");
        return;
    }
    jw_pair_int(event_begin(turn), "n", n);
    event_end(turn, 0, actor, "channel.tested", "%d %s tested", n, n == 1 ? "way is" : "ways are");
    turn_answer(turn, OUTCOME_DONE, 0, "%d tests are on their way.", n);
}

/* ---- what came of it ---- */

/* The person hears of it by the first other way that is not known to fail. */
static void tell_elsewhere(struct turn *turn, const struct channel_proof *failed)
{
    const struct person *person = config_person(turn->engine->config, failed->person);
    const char *notice =
        arena_printf(turn->arena, "Your contact by %s does not work: %s", failed->channel, failed->detail);
    for (size_t i = 0; person && i < person->contacts.n; i++) {
        const struct config_contact *contact = &person->contacts.at[i];
        struct channel_proof *other = of(turn, person, contact);
        if (other->state == PROOF_FAILED || other->number || strcmp(contact->channel, "voice") == 0)
            continue;
        ask(turn, other, "system", notice);
        return;
    }
}

/* Says so where the system's own news are, and keeps it. */
static void ended(struct turn *turn, struct channel_proof *proof, enum proof_state state, const char *detail)
{
    if (state == PROOF_HOLDS)
        proof->held_us = turn->now_us;
    proof->state = state;
    proof->ended_us = turn->now_us;
    text_keep(&proof->detail, detail);
    save(turn, proof);
    bool failed = state == PROOF_FAILED;
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "person", proof->person);
    jw_pair(body, "channel", proof->channel);
    jw_pair(body, "detail", proof->detail);
    event_end(turn, 0, NULL, failed ? "channel.failed" : "channel.proved", "%s %s %s: %s", proof->channel,
              failed ? "does not reach" : "reaches", proof->person, proof->detail);
}

static void test_ended(struct turn *turn, struct channel_proof *proof, enum proof_state state,
                       const char *detail)
{
    bool was_notice = *proof->notice != '\0';
    ended(turn, proof, state, detail);
    if (state == PROOF_FAILED && !was_notice) {
        struct channel_proof copy = *proof; /* the list may move */
        copy.person = arena_strdup(turn->arena, proof->person);
        copy.channel = arena_strdup(turn->arena, proof->channel);
        copy.detail = arena_strdup(turn->arena, proof->detail);
        tell_elsewhere(turn, &copy);
    }
}

void decide_proof_done(struct turn *turn, const struct input *input)
{
    struct proofs *proofs = &turn->engine->proofs;
    const struct delivery_result *result = input->delivery_result;
    size_t at = 0;
    while (at < proofs->n && proofs->at[at].number != input->delivery)
        at++;
    if (!input->delivery || at == proofs->n) {
        turn_answer(turn, OUTCOME_NOT_FOUND, 0, "No test %lld is under way.", (long long)input->delivery);
        return;
    }
    proofs->at[at].number = 0;
    test_ended(turn, &proofs->at[at], result->verdict == VERDICT_SENT ? PROOF_HOLDS : PROOF_FAILED,
               text_head(turn->arena, text_or(result->detail, "no reason given"), DETAIL_BYTES));
}

/* NULL: the configuration has that way no more. */
static struct channel_proof *of_way(struct turn *turn, const char *id, const char *channel,
                                    const char *address)
{
    struct channel_proof *proof = find(&turn->engine->proofs, id, channel, address);
    const struct person *person = proof ? NULL : config_person(turn->engine->config, id);
    for (size_t i = 0; person && !proof && i < person->contacts.n; i++)
        if (strcmp(person->contacts.at[i].channel, channel) == 0 &&
            strcmp(person->contacts.at[i].address, address) == 0)
            proof = of(turn, person, &person->contacts.at[i]);
    return proof;
}

void proof_page_arrived(struct turn *turn, const struct delivery *delivery)
{
    struct channel_proof *proof = of_way(turn, delivery->person, delivery->channel, delivery->address);
    /* Once a day is enough: a storm of pages is no storm of proofs. */
    if (!proof || proof->number ||
        (proof->state == PROOF_HOLDS && proof->held_us &&
         turn->now_us < time_after_s(proof->held_us, PROVED_S)))
        return;
    proof->state = PROOF_HOLDS;
    proof->held_us = proof->ended_us = turn->now_us;
    text_keep(&proof->detail, "a page arrived");
    save(turn, proof);
}

void proof_page_lost(struct turn *turn, const char *person, const char *channel, const char *address,
                     const char *why)
{
    struct channel_proof *proof = of_way(turn, person, channel, address);
    if (proof && !proof->number && proof->state != PROOF_FAILED)
        ended(turn, proof, PROOF_FAILED, text_head(turn->arena, why, DETAIL_BYTES));
}

bool proof_test_lost(struct turn *turn, const char *key, const char *person, const char *channel,
                     const char *address, const char *why)
{
    struct channel_proof *proof = find(&turn->engine->proofs, person, channel, address);
    const char *start = proof ? arena_printf(turn->arena, "crashcart-%s-proof-%lld-", turn->engine->instance,
                                             (long long)(proof->asked_us / US_PER_S))
                              : NULL;
    if (!proof || strncmp(key, start, strlen(start)) != 0 || proof->state == PROOF_FAILED)
        return false;
    proof->number = 0;
    test_ended(turn, proof, PROOF_FAILED, text_head(turn->arena, why, DETAIL_BYTES));
    return true;
}

/* ---- every week ---- */

void proofs_learn(struct turn *turn)
{
    struct engine *engine = turn->engine;
    const struct config *config = engine->config;
    const struct zone *zone = config->schedules.n ? zone_find(config->schedules.at[0].timezone) : NULL;
    if (config->channels.proof && strcmp(config->channels.proof, "weekly") == 0)
        due_set(&engine->due, &engine->proofs.due,
                recurrence_next_us("FREQ=WEEKLY", zone ? zone : zone_find("UTC"), turn->now_us));
    else
        due_clear(&engine->due, &engine->proofs.due);
}

void due_proofs(struct turn *turn, struct due *due)
{
    struct engine *engine = turn->engine;
    int n = 0;
    due_clear(&engine->due, due);
    list_each (person, &engine->config->people)
        list_each (contact, &person->contacts) {
            struct channel_proof *proof = of(turn, person, contact);
            bool fresh = proof->state != PROOF_FAILED && turn->now_us < time_after_s(proof->held_us, FRESH_S);
            if (fresh || strcmp(contact->channel, "voice") == 0)
                continue;
            ask(turn, proof, "system", "");
            n++;
        }
    if (n) {
        jw_pair_int(event_begin(turn), "n", n);
        event_end(turn, 0, NULL, "channel.tested", "%d %s tested: it is the week's proof", n,
                  n == 1 ? "way is" : "ways are");
    }
    proofs_learn(turn);
}
