/* The other ends: receivers of pages that are up, down, slow or gone, and that may take a page without its
 * sender hearing of it; and a runner. Ben's webhook always works, though it may be slow. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "simulation.h"

/* Each address has bad hours of its own, found from the time and its name, so that they outlive crashes. */
static enum delivery_verdict health_of(const struct sim *sim, const char *person, const char *address)
{
    if (strcmp(person, "ben") == 0)
        return VERDICT_SENT;
    uint64_t hash = UINT64_C(14695981039346656037) ^ sim->seed;
    for (const char *c = address; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    hash = (hash ^ (uint64_t)(sim->now_us / (2 * HOUR))) * UINT64_C(1099511628211);
    uint64_t hour = hash >> 33;
    return hour % 10 < 6 ? VERDICT_SENT : hour % 10 < 9 ? VERDICT_RETRY : VERDICT_DEAD;
}

static struct page *page_of(struct sim *sim, const char *key)
{
    struct page *page = map_get(sim->pages, key, strlen(key));
    if (!page) {
        page = heap_alloc(sizeof *page);
        map_put(sim->pages, key, strlen(key), page);
    }
    return page;
}

static const char *trouble_of(struct sim *sim, const struct decisions *decisions, int64_t number)
{
    list_each (d, &decisions->list)
        if (d->kind == DECISION_INCIDENT && d->incident.number == number)
            return d->incident.trouble;
    const struct incident *incident = model_incident(&sim->model, number);
    return incident ? incident->trouble : "";
}

static void check_about(struct sim *sim, const struct decisions *decisions, const struct delivery *delivery)
{
    struct page *page = page_of(sim, delivery->key);
    const char *trouble = delivery->digest ? "" : trouble_of(sim, decisions, delivery->incident);
    const char *about = arena_printf(sim->arena, "%s\n%s", delivery->person, trouble);
    uint64_t hash = index_hash(about, strlen(about));
    if (page->about && page->about != hash)
        sim_fail(sim, "the key %s has told something else, or somebody else", delivery->key);
    page->about = hash;
}

void leaves_unkept(struct sim *sim, const struct decisions *decisions)
{
    list_each (d, &decisions->list)
        if (decision_sends(decisions, d)) {
            sim_say(sim, "   page %s to %s leaves, and is not kept", d->delivery.key, d->delivery.person);
            sim_case(sim, CASE_UNKEPT);
            check_about(sim, decisions, &d->delivery);
        }
}

static void arrives(struct sim *sim, const struct delivery *delivery)
{
    int64_t incident = delivery->incident;
    sim_mark(sim, sim->reach, incident);
    size_t position = 0;
    for (const struct delivery *told; (told = map_next(sim->model.deliveries, &position));)
        if (delivery->digest && told->digest == delivery->digest && told->state == DELIVERY_BUNDLED)
            sim_mark(sim, sim->reach, told->incident);
    int64_t thinks_us = sim_between(sim, 10 * SECOND, sim_chance(sim, 20) ? 3 * HOUR : 10 * MINUTE);
    if (sim_chance(sim, 60))
        sim_plan(sim, (struct happening){
                          .kind = HAPPEN_PERSON, .subject = incident, .at_us = sim->now_us + thinks_us});
}

static void leaves(struct sim *sim, const struct delivery *delivery)
{
    check_page(sim, delivery);
    struct page *page = page_of(sim, delivery->key);
    sim->count.attempts++;
    sim->count.pages += page->sent == 0;
    if (page->sent && page->process != sim->process && !page->failed)
        sim_case(sim, CASE_SAME_KEY);
    page->sent++;
    page->process = sim->process;
    page->failed = false;

    enum delivery_verdict health = health_of(sim, delivery->person, delivery->address);
    bool answer_lost = health == VERDICT_SENT && sim_chance(sim, 3);
    sim_say(sim, "   page %s to %s by %s (%s)", delivery->key, delivery->person, delivery->channel,
            delivery->why);
    if (health == VERDICT_SENT)
        arrives(sim, delivery);
    int64_t takes_us = sim_between(sim, SECOND / 10, sim_chance(sim, 10) ? MINUTE : 2 * SECOND);
    sim_plan(sim, (struct happening){.kind = HAPPEN_ANSWER,
                                     .subject = delivery->id,
                                     .detail = answer_lost ? VERDICT_RETRY : (int)health,
                                     .process = sim->process,
                                     .at_us = sim->now_us + takes_us});
}

void courier_answers(struct sim *sim, const struct happening *happening)
{
    struct delivery_result result = {.verdict = (enum delivery_verdict)happening->detail,
                                     .detail = happening->detail == VERDICT_SENT ? "HTTP 200" : "HTTP 503",
                                     .retry_after_s = sim_chance(sim, 5) ? 90 : 0};
    const struct delivery *delivery = model_delivery(&sim->model, happening->subject);
    if (!delivery)
        return;
    struct page *page = page_of(sim, delivery->key);
    struct input input = {.kind = INPUT_DELIVERY_DONE,
                          .actor = "courier",
                          .delivery = happening->subject,
                          .delivery_result = &result};
    sim_say(sim, "courier: delivery %lld is %s", (long long)happening->subject,
            (const char *[]){"sent", "to be tried again", "dead"}[result.verdict]);
    /* What the engine does with it happens inside sim_input: judge it by what it knows then. */
    page->failed = result.verdict == VERDICT_RETRY;
    bool taken = sim_input(sim, &input);
    page->told_sent |= taken && result.verdict == VERDICT_SENT;
}

/* A test of a way goes out. */
static void tests(struct sim *sim, const struct channel_proof *proof)
{
    sim_say(sim, "   a test %lld to %s by %s%s%s", (long long)proof->number, proof->person, proof->channel,
            *proof->notice ? ": " : "", proof->notice);
    sim_plan(sim, (struct happening){.kind = HAPPEN_PROOF,
                                     .subject = proof->number,
                                     .detail = (int)health_of(sim, proof->person, proof->address),
                                     .process = sim->process,
                                     .at_us = sim->now_us + sim_between(sim, SECOND / 10, MINUTE)});
}

void courier_proved(struct sim *sim, const struct happening *happening)
{
    struct delivery_result result = {.verdict = (enum delivery_verdict)happening->detail,
                                     .detail = happening->detail == VERDICT_SENT ? "HTTP 200" : "HTTP 503"};
    sim_input(sim, &(struct input){.kind = INPUT_PROOF_DONE,
                                   .actor = "courier",
                                   .delivery = happening->subject,
                                   .delivery_result = &result});
}

static void begins(struct sim *sim, const struct run_step *step)
{
    check_step(sim, step);
    sim->count.steps++;
    sim_say(sim, "   step %lld:%d %s", (long long)step->run, step->line, step->text);
    int64_t at_us = sim->now_us + sim_between(sim, 1000, SECOND);
    sim_plan(sim, (struct happening){.kind = HAPPEN_STARTED,
                                     .subject = step->run,
                                     .detail = step->line,
                                     .process = sim->process,
                                     .at_us = at_us});
    sim_plan(sim, (struct happening){
                      .kind = HAPPEN_FINISHED,
                      .subject = step->run,
                      .detail = step->line,
                      .process = sim->process,
                      .at_us = at_us + sim_between(sim, 1000, step->risk == RISK_READ ? MINUTE : HOUR)});
}

void runner_started(struct sim *sim, const struct happening *happening)
{
    sim_input(sim, &(struct input){.kind = INPUT_STEP_STARTED,
                                   .actor = "runner",
                                   .run = happening->subject,
                                   .step = happening->detail});
}

void runner_finished(struct sim *sim, const struct happening *happening)
{
    static const enum step_state ends[] = {STEP_SUCCEEDED, STEP_SUCCEEDED, STEP_FAILED, STEP_TIMED_OUT,
                                           STEP_REFUSED};
    struct step_result result = {
        .state = ends[sim_between(sim, 0, 4)], .duration_us = SECOND, .output = "one line\nand another\n"};
    result.exit_code = result.state == STEP_SUCCEEDED ? 0 : 1;
    sim_say(sim, "runner: %lld:%d is %s", (long long)happening->subject, happening->detail,
            step_state_name(result.state));
    sim_input(sim, &(struct input){.kind = INPUT_STEP_DONE,
                                   .actor = "runner",
                                   .run = happening->subject,
                                   .step = happening->detail,
                                   .step_result = &result});
}

void carry_out(struct sim *sim, const struct decisions *decisions)
{
    list_each (d, &decisions->list) {
        if (decision_sends(decisions, d)) {
            check_about(sim, decisions, &d->delivery);
            leaves(sim, &d->delivery);
        } else if (d->kind == DECISION_PROOF && d->proof.number)
            tests(sim, &d->proof);
        else if (d->kind == DECISION_STEP && d->starts && !sim->behind)
            begins(sim, &d->step);
    }
}
