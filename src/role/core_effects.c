/* What the decisions ask for outside: pages to the courier, steps to the runner; and what those two report.
 */
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "courier/courier.h"
#include "role/core_priv.h"
#include "role/frames.h"
#include "runner/runner.h"

static const char *public_url(const struct core *core, struct arena *arena)
{
    const struct config *config = core->site->config;
    return config->public_url ? config->public_url
                              : arena_printf(arena, "http%s://%s", config->tls.certificate ? "s" : "",
                                             core->options->listen);
}

/* As it was just decided, as the engine knows it, which the ledger may not be there to tell, or as the ledger
 * has it. */
static void find_incident(struct core *core, struct arena *arena, const struct decisions *decisions,
                          int64_t number, struct incident *ret_incident)
{
    struct err err = {0};
    const struct incident *decided = NULL;
    list_each (decision, &decisions->list)
        if (decision->kind == DECISION_INCIDENT && decision->incident.number == number)
            decided = &decision->incident;
    if (!decided)
        decided = engine_incident(core->engine, number);
    if (decided)
        *ret_incident = *decided;
    else if (ledger_incident(core->ledger, arena, number, ret_incident, &err) != 0)
        *ret_incident = (struct incident){.number = number, .severity = "unknown"}; /* page all the same */
}

/* This process ended three times while it wrote it: the person's next way is tried. */
static void refuse_delivery(struct core *core, int64_t id)
{
    struct arena *arena = arena_new();
    struct delivery_result *result = arena_alloc(arena, sizeof *result);
    struct input *input = arena_alloc(arena, sizeof *input);
    *result = (struct delivery_result){.verdict = VERDICT_DEAD, .detail = SUSPECT_DETAIL};
    *input = (struct input){
        .kind = INPUT_DELIVERY_DONE, .actor = "courier", .delivery = id, .delivery_result = result};
    core_submit_own(core, arena, input);
}

static void send_delivery(struct core *core, const struct decisions *decisions,
                          const struct delivery *delivery, uint16_t frame)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf page = {0};
    scoped_buf struct buf order = {0};
    struct err err = {0};
    struct incident incident;
    struct run_step *steps = NULL;
    size_t n_steps = 0;
    if (!suspect_begin(core->suspects.page, delivery->id)) {
        refuse_delivery(core, delivery->id);
        return;
    }
    find_incident(core, arena, decisions, delivery->incident, &incident);
    if (ledger_steps(core->ledger, arena, delivery->incident, &steps, &n_steps, &err) != 0)
        n_steps = 0;
    if (delivery_is_chat(delivery))
        core_send_chat(core, delivery, &incident, steps, n_steps, public_url(core, arena), &page);
    else if (delivery->update)
        core_send_update(core, delivery, &incident, public_url(core, arena), &page);
    else
        page_render(&page, delivery, &incident, config_person(core->site->config, delivery->person), steps,
                    n_steps, public_url(core, arena), &core->links, clock_wall_us(core->clock));
    struct delivery addressed = *delivery;
    core_push_address(core, arena, &addressed);
    courier_order_write(&order, &addressed, page.at, page.n_bytes);
    suspect_end(core->suspects.page);
    frames_send(core->courier, frame, order.at, order.n_bytes);
}

bool core_prepare_pages(struct core *core, const struct decisions *decisions)
{
    bool any = false;
    list_each (decision, &decisions->list)
        if (decision_sends(decisions, decision)) {
            send_delivery(core, decisions, &decision->delivery, FRAME_PREPARE);
            any = true;
        }
    return any;
}

void core_let_pages_leave(struct core *core)
{
    frames_send(core->courier, FRAME_LEAVE, "{}", 2);
}

/* It may wait behind others of a receiver that is slow. */
static void drop_delivery(struct core *core, const struct delivery *delivery)
{
    scoped_buf struct buf order = {0};
    courier_order_write(&order, delivery, "", 0);
    frames_send(core->courier, FRAME_DELIVER, order.at, order.n_bytes);
}

/* Numbers of tests are far beyond those of deliveries. */
enum { PROOFS_FROM_BIT = 61 };
static const int64_t proofs_from = INT64_C(1) << PROOFS_FROM_BIT;

static void send_proof(struct core *core, const struct channel_proof *proof)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf page = {0};
    scoped_buf struct buf order = {0};
    const char *key = arena_printf(arena, "crashcart-%s-proof-%lld-%lld", ledger_instance(core->ledger),
                                   (long long)(proof->asked_us / US_PER_S), (long long)proof->number);
    struct delivery delivery = {.id = proofs_from + proof->number,
                                .key = key,
                                .person = proof->person,
                                .channel = proof->channel,
                                .address = proof->address};
    proof_render(&page, proof, config_person(core->site->config, proof->person), key,
                 core->site->config->public_url);
    core_push_address(core, arena, &delivery);
    courier_order_write(&order, &delivery, page.at, page.n_bytes);
    frames_send(core->courier, FRAME_DELIVER, order.at, order.n_bytes);
}

/* A look that nobody has asked for, of an incident that nobody is at. */
static bool is_unasked_look(struct core *core, struct arena *arena, const struct decisions *decisions,
                            const struct run_step *step)
{
    struct incident incident;
    if (step->risk != RISK_READ || step->checks_for || (step->approved_by && *step->approved_by))
        return false;
    if (held_looks_wait_ms(core->looks) == UINT64_MAX) /* it would not wait for long */
        return true;
    find_incident(core, arena, decisions, step->incident, &incident);
    return incident.state == INCIDENT_TRIGGERED;
}

static void start_step(struct core *core, const struct decisions *decisions, const struct run_step *step)
{
    if (core->ledger_failed) /* the intent is not durable: a command must not run */
        return;
    char sha256[SHA256_HEX_BYTES];
    step_sha256(step, sha256);
    scoped_arena struct arena *arena = arena_new();
    struct step_values values = {0};
    step_values_read(arena, step->given, &values);
    scoped_buf struct buf order = {0};
    runner_order_write(&order, &(struct runner_order){.run = step->run,
                                                      .attempt = step->attempt,
                                                      .file = step->file,
                                                      .sha256 = step->sha256,
                                                      .line = step->line,
                                                      .approved = step->approved_by && *step->approved_by,
                                                      .approved_by = step->approved_by,
                                                      .approved_sha256 = sha256,
                                                      .repairs = step->repairs,
                                                      .service = step->service,
                                                      .target = step->target,
                                                      .values = step_values_plain(arena, &values),
                                                      .n_values = values.n});
    if (is_unasked_look(core, arena, decisions, step))
        held_looks_add(core->looks, step->run, order.at, order.n_bytes, core->others_wait,
                       clock_monotonic_us(core->clock));
    else
        frames_send(core->runner, FRAME_STEP_START, order.at, order.n_bytes);
}

/* {"run":4,"stopped_by":"person:ana"} */
static void stop_step(struct core *core, const struct run_step *step)
{
    scoped_buf struct buf order = {0};
    held_looks_start(core->looks, step->run, clock_monotonic_us(core->clock));
    struct json_writer w = jw_start(&order);
    jw_begin_object(&w);
    jw_pair_int(&w, "run", step->run);
    jw_pair(&w, "stopped_by", step->done_by);
    jw_end_object(&w);
    frames_send(core->runner, FRAME_STEP_STOP, order.at, order.n_bytes);
}

static void count_page(struct core *core, const struct delivery *delivery)
{
    struct core_figures *figures = &core->figures;
    if (delivery->update)
        return;
    if (delivery->state == DELIVERY_SENT) {
        atomic_fetch_add(&figures->pages_sent, 1);
        histogram_add(&figures->page, clock_wall_us(core->clock) - delivery->queued_us);
    } else if (delivery->state == DELIVERY_RETRY) {
        atomic_fetch_add(&figures->pages_retried, 1);
    } else if (delivery->state == DELIVERY_DEAD) {
        atomic_fetch_add(&figures->pages_dead, 1);
    }
}

static void count_update(struct core *core, const char *kind)
{
    if (strcmp(kind, "update.recorded") == 0 || strcmp(kind, "update.sent") == 0)
        atomic_fetch_add(&core->figures.updates_told, 1);
    else if (strcmp(kind, "update.overdue") == 0)
        atomic_fetch_add(&core->figures.updates_missed, 1);
}

void core_carry_out(struct core *core, const struct decisions *decisions, bool pages_left)
{
    core_mirror_follow(core, decisions);
    list_each (decision, &decisions->list) {
        if (decision->kind == DECISION_DELIVERY)
            count_page(core, &decision->delivery);
        if (decision->kind == DECISION_EVENT)
            count_update(core, decision->event.kind);
        if (decision->kind == DECISION_INCIDENT && decision->incident.state != INCIDENT_TRIGGERED)
            held_looks_start(core->looks, decision->incident.number, clock_monotonic_us(core->clock));
        if (!pages_left && decision_sends(decisions, decision))
            send_delivery(core, decisions, &decision->delivery, FRAME_DELIVER);
        else if (decision->kind == DECISION_DELIVERY && decision->delivery.state == DELIVERY_CANCELLED)
            drop_delivery(core, &decision->delivery);
        else if (decision->kind == DECISION_PROOF && decision->proof.number)
            send_proof(core, &decision->proof);
        else if (decision->kind == DECISION_STEP && decision->starts)
            start_step(core, decisions, &decision->step);
        else if (decision->kind == DECISION_STEP && decision->step.state == STEP_STOPPING)
            stop_step(core, &decision->step);
        else if (decision->kind == DECISION_UPDATE && decision->update.state == UPDATE_WANTED)
            core_write_update(core, &decision->update);
        else if (decision->kind == DECISION_EVENT)
            log_event(LOG_INFO, decision->event.kind, "incident=%lld actor=%s",
                      (long long)decision->event.incident, decision->event.actor);
    }
}

/* Both children are ours, but a child may have been taken over: what does not parse is logged and dropped. */
static struct json parse_frame(struct json_document *document, const char *from, const char *payload,
                               size_t n_bytes)
{
    struct json root = {0};
    struct err err = {0};
    if (json_parse(document, payload, n_bytes, 16, &root, &err) < 0)
        log_event(LOG_ERROR, "frame.refused", "from=%s error=%s", from, log_quote(err.text));
    return root;
}

void core_from_courier(void *context, uint16_t kind, const char *payload, size_t n_bytes)
{
    struct core *core = context;
    if (kind == FRAME_CHECKS_FOUND) {
        core_checks_found(core, payload, n_bytes);
        return;
    }
    if (kind == FRAME_LOOK_START ||
        kind == FRAME_PROGRAM_START) { /* the runner reads it, and what it may run */
        frames_send(core->runner, kind, payload, n_bytes);
        return;
    }
    if (kind == FRAME_PUSH_KEY) {
        core_push_key_heard(core, payload, n_bytes);
        return;
    }
    if (kind == FRAME_PROVIDER_SAID) {
        core_provider_said(core, payload, n_bytes);
        return;
    }
    if (kind == FRAME_CHECKS_SEEN) {
        core_checks_seen(core, payload, n_bytes);
        return;
    }
    struct json_document *document = json_document_new();
    struct arena *arena = arena_new();
    struct courier_done *done = arena_alloc(arena, sizeof *done);
    struct input *input = arena_alloc(arena, sizeof *input);
    struct err err = {0};
    if (courier_answer_read(arena, parse_frame(document, "courier", payload, n_bytes), done, &err) == 0) {
        bool proof = done->delivery >= proofs_from;
        *input = (struct input){.kind = proof ? INPUT_PROOF_DONE : INPUT_DELIVERY_DONE,
                                .actor = "courier",
                                .delivery = proof ? done->delivery - proofs_from : done->delivery,
                                .delivery_result = &done->result};
        core_submit_own(core, arena, input);
    } else {
        log_event(LOG_ERROR, "frame.refused", "from=courier error=%s", log_quote(err.text));
        arena_free(arena);
    }
    json_document_free(document);
}

/* "4\n" and what it printed (role/runner_watch.c). */
static void output_take(struct core *core, const char *payload, size_t n_bytes)
{
    int64_t run = 0;
    size_t n = 0;
    for (; n < n_bytes && n < 18 && payload[n] >= '0' && payload[n] <= '9'; n++)
        run = run * 10 + (payload[n] - '0');
    if (n == n_bytes || payload[n] != '\n')
        log_event(LOG_ERROR, "frame.refused", "from=runner error=\"output without its run\"");
    else
        live_add(core->live, run, payload + n + 1, n_bytes - n - 1);
}

void core_from_runner(void *context, uint16_t kind, const char *payload, size_t n_bytes)
{
    struct core *core = context;
    if (kind == FRAME_LOOK_DONE || kind == FRAME_PROGRAM_DONE) {
        frames_send(core->courier, kind, payload, n_bytes);
        return;
    }
    if (kind == FRAME_STEP_OUTPUT) {
        output_take(core, payload, n_bytes);
        return;
    }
    struct json_document *document = json_document_new();
    struct arena *arena = arena_new();
    struct runner_event *event = arena_alloc(arena, sizeof *event);
    struct input *input = arena_alloc(arena, sizeof *input);
    struct err err = {0};
    if (runner_event_read(arena, parse_frame(document, "runner", payload, n_bytes), event, &err) == 0) {
        if (event->started) {
            live_begin(core->live, event->run, event->line, event->attempt);
        } else {
            live_end(core->live, event->run);
            held_looks_ended(core->looks, event->run);
        }
        *input = (struct input){.kind = event->started ? INPUT_STEP_STARTED : INPUT_STEP_DONE,
                                .actor = "runner",
                                .run = event->run,
                                .step = event->line,
                                .step_result = event->started ? NULL : &event->result};
        core_submit_own(core, arena, input);
    } else {
        log_event(LOG_ERROR, "frame.refused", "from=runner error=%s", log_quote(err.text));
        arena_free(arena);
    }
    json_document_free(document);
}
