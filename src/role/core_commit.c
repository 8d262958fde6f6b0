/* Group commit: everything that waits is accepted, decided, recorded and made durable in one transaction;
 * only then is anybody answered and anything carried out.
 *
 * Bodies go to the inbox before the engine decides on them, so a full disk refuses an alert without the
 * engine ever having seen it. When recording or the commit fails after the engine has decided, engine and
 * ledger no longer agree: from then on paging goes on from memory (its keys are the same after a restart, so
 * a repeated page collapses at the receiver), nobody else is served, no command starts; as soon as the ledger
 * can be written again the process ends and starts anew from the ledger. A database server that is gone is
 * the same: whether the last commit took effect is only known there, so nobody is answered before. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ledger/received.h"
#include "ledger/repeat.h"
#include "role/core_priv.h"

enum { LEDGER_RETRY_MS = 1000, UNKEPT_S = 30 /* a server that is started anew is back by then */ };
enum { CHECKPOINT_S = 10, CLOCK_BACK_S = 2 };
enum { IDLE_US = 500000 };
enum { TURN_US = 2000 }; /* that inputs are decided for before the first of them are answered */
enum { SEAL_S = 10, SEAL_LATEST_S = 60, SEAL_EVENTS = 1000 /* at once: a few milliseconds */ };

static const struct outcome unavailable = {.code = OUTCOME_UNAVAILABLE,
                                           .message = "the ledger cannot be written; send it again later"};

static int64_t now_us(const struct core *core)
{
    return clock_wall_us(core->clock);
}

/* For what is done every so often, whatever the wall clock says. */
static int64_t monotonic_us(const struct core *core)
{
    return clock_monotonic_us(core->clock);
}

static void answer(struct job *job, const struct outcome *outcome)
{
    struct arena *arena = job->arena; /* the job itself lives there */
    struct job *on_heap = job->on_heap ? job : NULL;
    if (job->done)
        job->done(job->context, outcome);
    arena_free(arena);
    free(on_heap);
}

static size_t count(const struct job *jobs)
{
    size_t n = 0;
    for (; jobs; jobs = jobs->next)
        n++;
    return n;
}

/* Puts every body that is not there yet into the open transaction. n: of the jobs. 0, LEDGER_FULL or -1. */
static int accept_bodies(struct core *core, struct job *jobs, size_t n, struct err *err)
{
    scoped_heap struct received *received = heap_alloc(n * sizeof *received);
    size_t n_received = 0;
    for (struct job *job = jobs; job; job = job->next)
        if (job->body && !job->accepted)
            received[n_received++] = (struct received){job->format->name, job->body, job->n_bytes};
    core->n_requests += (int)n_received;
    return ledger_accept_all(core->ledger, received, n_received, now_us(core), err);
}

/* The engine decides, unless it was asked the same before. *ret_decided_on: it has, whatever came after. */
static int decide_once(struct core *core, const struct input *input, int64_t now,
                       struct decisions *ret_decided, bool *ret_decided_on, struct err *err)
{
    int got = input->once ? ledger_repeat_find(core->ledger, input->once, now, &ret_decided->outcome, err)
                          : LEDGER_NOT_FOUND;
    if (got != LEDGER_NOT_FOUND)
        return got;
    engine_decide(core->engine, input, now, ret_decided);
    *ret_decided_on = true;
    got = ledger_record(core->ledger, ret_decided, now, err);
    if (got == 0 && input->once && ret_decided->outcome.code == OUTCOME_DONE)
        got = ledger_repeat_keep(core->ledger, input->once, &ret_decided->outcome, now, err);
    return got;
}

/* One decision after the other, all into the open transaction; outcomes[i] and decided[i] belong to jobs in
 * order. *ret_n: how many there was time for, or how many it has decided on when that fails. */
static int decide_some(struct core *core, struct job *jobs, struct decisions *decided, size_t *ret_n,
                       struct err *err)
{
    int64_t now = now_us(core), until_us = clock_monotonic_us(core->clock) + TURN_US;
    size_t i = 0;
    for (struct job *job = jobs; job; job = job->next) {
        decided[i].arena = core->arena;
        bool decided_on = false;
        int got = core_recall(core, job->input, err);
        if (got == 0)
            got = decide_once(core, job->input, now, &decided[i], &decided_on, err);
        if (got != 0) {
            *ret_n = i + decided_on;
            return got;
        }
        i++;
        heap_ahead(&core->heap);
        if (clock_monotonic_us(core->clock) > until_us)
            break;
    }
    *ret_n = i;
    return 0;
}

/* got: LEDGER_FULL, or -1, as which a lock of another program is told in some places, and a server that is
 * gone. */
static void ledger_failed(struct core *core, int got, const struct err *err)
{
    if (got != LEDGER_FULL && (ledger_is_locked(core->ledger) || ledger_is_lost(core->ledger)))
        got = LEDGER_FULL;
    log_event(LOG_ERROR, "ledger.failed", "error=%s effect=%s", log_quote(err->text),
              log_quote(got == LEDGER_FULL
                            ? "paging goes on from memory; alerts and commands are refused until "
                              "the ledger can be written"
                            : "starting again from the ledger"));
    if (!core->ledger_failed) {
        core->failed_us = monotonic_us(core);
        core_keep_peers(core);
    }
    core->ledger_failed = true;
    __atomic_store_n(&core->ready, false, __ATOMIC_RELEASE);
    if (got != LEDGER_FULL)
        core_stop(core, EXIT_RESTART);
}

/* Pages leave before anybody is answered, and also when the commit has failed: paging goes on from memory. */
static int commit_with_pages(struct core *core, const struct decisions *decided, size_t n, struct err *err)
{
    bool pages = false;
    for (size_t i = 0; i < n; i++)
        pages |= core_prepare_pages(core, &decided[i]);
    int got = ledger_commit(core->ledger, err);
    if (pages)
        core_let_pages_leave(core);
    return got;
}

void core_hear_from_memory(struct core *core, const struct input *input)
{
    struct decisions decisions = {.arena = core->arena};
    engine_decide(core->engine, input, now_us(core), &decisions);
    core_carry_out(core, &decisions, false);
    arena_reset(core->arena);
}

/* Refuses who can send it again, and gives what came from within, which nobody would say twice: that a page
 * did not reach anybody, that one is due. */
static struct job *refuse_others(struct job *jobs)
{
    struct job *own = NULL, **last = &own;
    for (struct job *job = jobs, *next; job; job = next) {
        next = job->next;
        if (job->internal) {
            *last = job;
            last = &job->next;
        } else {
            answer(job, &unavailable);
        }
    }
    *last = NULL;
    return own;
}

static void hear_from_memory(struct core *core, struct job *own)
{
    for (struct job *job = own, *next; job; job = next) {
        next = job->next;
        core_hear_from_memory(core, job->input);
        answer(job, &unavailable);
    }
}

/* Nothing of it was written, and the engine has seen nothing of it. Gives what is tried once more: what came
 * from within, without the bodies of others, for which there may have been no room. */
static struct job *turn_away(struct core *core, struct job *jobs, bool begun, int got, const struct err *err)
{
    log_event(LOG_ERROR, "ledger.refused", "inputs=%zu error=%s", count(jobs), log_quote(err->text));
    size_t n = count(jobs);
    struct job *own = refuse_others(jobs);
    if (!own || (begun && count(own) < n))
        return own;
    ledger_failed(core, got, err);
    hear_from_memory(core, own);
    return NULL;
}

/* Decides the first of some inputs and answers them; gives those that are left. Their bodies are kept
 * already. */
static struct job *commit_some(struct core *core, struct job *jobs)
{
    struct err err = {0};
    size_t n = count(jobs);
    scoped_heap struct decisions *decided = heap_alloc(n * sizeof *decided);
    int got = ledger_begin(core->ledger, &err);
    bool begun = got == 0;
    if (begun)
        got = accept_bodies(core, jobs, n, &err);
    if (got != 0) {
        ledger_rollback(core->ledger);
        return turn_away(core, jobs, begun, got, &err);
    }
    got = decide_some(core, jobs, decided, &n, &err);
    int64_t decided_us = monotonic_us(core);
    bool pages_left = got == 0;
    if (got == 0)
        got = commit_with_pages(core, decided, n, &err);
    else
        ledger_rollback(core->ledger);
    if (got != 0)
        ledger_failed(core, got, &err);
    else
        histogram_add(&core->figures.commit, monotonic_us(core) - decided_us);
    if (got == 0) /* first of all: who is answered may ask what there is now */
        api_news(core->api);
    struct job *left = jobs;
    api_hold_answers(core->api);
    for (size_t i = 0; i < n; i++) {
        struct job *job = left;
        left = job->next;
        answer(job, got == 0 ? &decided[i].outcome : &unavailable);
    }
    api_give_answers(core->api);
    core->others_wait = left || !queue_is_empty(&core->queue);
    for (size_t i = 0; i < n; i++)
        core_carry_out(core, &decided[i], pages_left);
    arena_reset(core->arena);
    if (got != 0) {
        hear_from_memory(core, refuse_others(left));
        return NULL;
    }
    for (struct job *job = left; job; job = job->next)
        job->accepted = true;
    return left;
}

/* Decides inputs and answers them. The list may be empty. What takes long (opening incidents does) is
 * answered as it is done: who waits behind it waits for it anyway, but who stands before need not. */
static void commit_inputs(struct core *core, struct job *jobs)
{
    while (jobs)
        jobs = commit_some(core, jobs);
}

/* Before there is an engine. */
static void keep_alerts(struct core *core, struct job *alerts)
{
    static const struct outcome done = {.code = OUTCOME_DONE};
    struct err err = {0};
    if (!alerts)
        return;
    int got = ledger_begin(core->ledger, &err);
    if (got == 0)
        got = accept_bodies(core, alerts, count(alerts), &err);
    if (got == 0)
        got = ledger_commit(core->ledger, &err);
    else
        ledger_rollback(core->ledger);
    if (got != 0)
        log_event(LOG_ERROR, "ledger.refused", "error=%s", log_quote(err.text));
    api_hold_answers(core->api);
    for (struct job *job = alerts, *next; job; job = next) {
        next = job->next;
        answer(job, got == 0 ? &done : &unavailable);
    }
    api_give_answers(core->api);
}

void core_keep_alerts(struct core *core)
{
    struct job *alerts = NULL, **last_alert = &alerts, **last_held = &core->held;
    while (*last_held)
        last_held = &(*last_held)->next;
    for (struct job *job = queue_take_all(&core->queue), *next; job; job = next) {
        next = job->next;
        struct job ***last = job->body ? &last_alert : &last_held;
        job->next = NULL;
        **last = job;
        *last = &job->next;
    }
    keep_alerts(core, alerts);
}

void core_refuse_held(struct core *core)
{
    for (struct job *job = core->held, *next; job; job = next) {
        next = job->next;
        if (job->input)
            answer(job, &unavailable);
        else
            job->question(job->context, NULL);
    }
    core->held = NULL;
}

static void note_refusal(void *context, const struct outcome *outcome)
{
    *(bool *)context = outcome->code == OUTCOME_UNAVAILABLE;
}

/* False: the ledger refused it before the engine saw it. */
static bool decide_own(struct core *core, const struct input *input)
{
    bool refused = false;
    struct job job = {.input = input, .done = note_refusal, .context = &refused, .internal = true};
    if (core->ledger_failed)
        core_hear_from_memory(core, input);
    else
        commit_inputs(core, &job);
    return !refused || core->ledger_failed;
}

static void fire_timers(struct core *core)
{
    if (engine_next_due_us(core->engine) <= now_us(core))
        decide_own(core, &(struct input){.kind = INPUT_TIMER, .actor = "system"});
}

int core_record(struct core *core, struct decisions *decisions, struct err *err)
{
    int got = ledger_begin(core->ledger, err);
    if (got == 0)
        got = ledger_record(core->ledger, decisions, now_us(core), err);
    if (got == 0) {
        got = ledger_commit(core->ledger, err);
        if (got == 0)
            api_news(core->api);
        return got;
    }
    ledger_rollback(core->ledger);
    return got;
}

/* Tells questions from inputs, answers the questions, and gives the inputs in order. */
static struct job *answer_questions(struct core *core, struct job *jobs)
{
    struct job *inputs = NULL, **last = &inputs;
    for (struct job *job = jobs, *next; job; job = next) {
        next = job->next;
        if (job->input) {
            *last = job;
            last = &job->next;
        } else {
            job->question(job->context, core->engine); /* the asker goes on at once, and its job with it */
        }
    }
    *last = NULL;
    return inputs;
}

/* Ending before that would be the end of paging. */
static bool could_start_again(struct core *core)
{
    struct err err = {0};
    return ledger_is_lost(core->ledger) ? dialler_says(&core->dialler, DIALLER_ALL)
                                        : ledger_probe(core->ledger, now_us(core), &err) == 0;
}

/* Who keeps it running is paged, from memory like everybody: no record of it will be left. */
static void tell_when_unkept_for_long(struct core *core)
{
    int64_t for_s = (monotonic_us(core) - core->failed_us) / US_PER_S;
    if (core->unkept_told || for_s < UNKEPT_S)
        return;
    core->unkept_told = true;
    core_raise(
        core, "LedgerAway", "ledger",
        arena_printf(core->arena,
                     "Crashcart has not been able to write its ledger for %lld s. People are paged from "
                     "memory; alerts and acknowledgements are refused until it can. The log says why "
                     "(ledger.failed); this page itself is kept nowhere",
                     (long long)for_s));
    arena_reset(core->arena);
}

/* While the ledger cannot be written: what the couriers report is still heard (a dead way must lead to the
 * next one), everybody else is refused. Ends the process once the ledger takes writes again. */
static void work_without_ledger(struct core *core, struct job *inputs)
{
    for (struct job *job = inputs, *next; job; job = next) {
        next = job->next;
        if (job->internal)
            core_hear_from_memory(core, job->input);
        answer(job, &unavailable);
    }
    if (!could_start_again(core)) {
        tell_when_unkept_for_long(core);
        return;
    }
    log_event(LOG_WARNING, "ledger.writable", "effect=%s", log_quote("starting again from the ledger"));
    core_stop(core, EXIT_RESTART);
}

/* Moving the write-ahead log into the file takes a while: never while somebody waits. */
static void checkpoint_when_idle(struct core *core, bool idle)
{
    struct err err = {0};
    if (!idle || core->ledger_failed || monotonic_us(core) - core->checkpoint_us < CHECKPOINT_S * US_PER_S)
        return;
    core->checkpoint_us = monotonic_us(core);
    if (ledger_checkpoint(core->ledger, &err) != 0)
        log_event(LOG_WARNING, "ledger.not_checkpointed", "error=%s", log_quote(err.text));
}

/* What happened up to now is signed, and told to the log: whoever keeps the log keeps a checkpoint that
 * nobody who holds the ledger can take back. Idle time is not waited for without end. */
void core_seal(struct core *core)
{
    struct err err = {0};
    const char *before = arena_strdup(core->arena, ledger_checkpoint_text(core->ledger));
    int got = ledger_seal(core->ledger, now_us(core), SEAL_EVENTS, &err);
    core->seal_us = got == LEDGER_MORE ? 0 : monotonic_us(core);
    if (got == LEDGER_MORE)
        uv_async_send(&core->wake);
    else if (got < 0)
        ledger_failed(core, got, &err);
    else if (got != 0)
        log_event(LOG_WARNING, "ledger.not_sealed", "error=%s", log_quote(err.text));
    else if (strcmp(before, ledger_checkpoint_text(core->ledger)) != 0)
        log_event(LOG_INFO, "ledger.sealed", "checkpoint=%s",
                  log_quote(ledger_checkpoint_text(core->ledger)));
    arena_reset(core->arena);
}

static void seal_when_due(struct core *core, bool idle)
{
    int64_t since_us = monotonic_us(core) - core->seal_us;
    if (core->ledger_failed || since_us < (idle ? SEAL_S : SEAL_LATEST_S) * US_PER_S)
        return;
    core_seal(core);
}

/* What waits follows a clock that was set back, which is told by the one that never is; a little of it is
 * what keeps clocks right. The inbox is written anew, so that a restart finds the alerts by the new time,
 * too. */
static void follow_clock(struct core *core)
{
    int64_t before_us = core->wall_behind_us;
    core->wall_behind_us = monotonic_us(core) - now_us(core);
    int64_t back_us = core->wall_behind_us - before_us;
    if (before_us == 0 || back_us < CLOCK_BACK_S * US_PER_S)
        return;
    if (!decide_own(core, &(struct input){.kind = INPUT_CLOCK_BACK, .actor = "system", .back_us = back_us})) {
        core->wall_behind_us = before_us; /* once more, in a second */
        return;
    }
    log_event(LOG_WARNING, "clock.set_back", "seconds=%lld effect=%s", (long long)(back_us / US_PER_S),
              log_quote("what waits is due that much earlier"));
    core_compact_now(core);
}

/* What was held comes before what came after. */
static struct job *take_all(struct core *core)
{
    struct job *jobs = core->held, **last = &jobs;
    core->held = NULL;
    while (*last)
        last = &(*last)->next;
    *last = queue_take_all(&core->queue);
    return jobs;
}

/* Between two requests of a busy sender is no idle time. */
static bool is_idle(struct core *core, bool has_inputs)
{
    int64_t at_us = clock_monotonic_us(core->clock);
    if (has_inputs)
        core->input_us = at_us;
    return at_us - core->input_us > IDLE_US;
}

static void work_with_engine(struct core *core)
{
    follow_clock(core);
    struct job *inputs = answer_questions(core, take_all(core));
    bool idle = is_idle(core, inputs != NULL);
    if (core->ledger_failed)
        work_without_ledger(core, inputs);
    else
        commit_inputs(core, inputs);
    fire_timers(core);
    checkpoint_when_idle(core, idle);
    core_compact(core, idle);
    core_keep_versions(core, idle);
    seal_when_due(core, idle);
    core_plan_timer(core);
}

/* Whatever was under way when the database server went. Before the engine has heard all, nothing goes on from
 * memory. */
static void go_on_when_lost(struct core *core)
{
    const struct err lost = {"the connection to the database is gone"};
    if (core->ledger_failed || !ledger_is_lost(core->ledger))
        return;
    ledger_failed(core, LEDGER_FULL, &lost);
    if (!core->begun)
        core_stop(core, EXIT_RESTART);
}

/* A server that goes ends one connection before the other, so the writer's says nothing yet. */
static void replace_lost_readers(struct core *core)
{
    if (!__atomic_load_n(&core->reader_lost, __ATOMIC_ACQUIRE) || core->ledger_failed ||
        !dialler_says(&core->dialler, DIALLER_READERS))
        return;
    log_event(LOG_ERROR, "ledger.reader_lost", "effect=%s", log_quote("starting again from the ledger"));
    core_stop(core, EXIT_RESTART);
}

void core_work(struct core *core)
{
    int64_t began_us = monotonic_us(core);
    if (core->engine)
        work_with_engine(core);
    else
        core_keep_alerts(core);
    ledger_settle(core->ledger);
    go_on_when_lost(core);
    replace_lost_readers(core);
    held_looks_turn(core->looks, began_us, monotonic_us(core), core->n_requests,
                    !queue_is_empty(&core->queue));
    core->n_requests = 0;
}

static void on_timer(uv_timer_t *timer)
{
    core_work(timer->data);
}

void core_plan_timer(struct core *core)
{
    int64_t due = engine_next_due_us(core->engine), now = now_us(core);
    /* At most a second ahead: the wall clock may be stepped, and libuv's timers run on the monotonic one. */
    uint64_t wait_ms = due <= now ? 0 : due - now >= US_PER_S ? 1000 : (uint64_t)((due - now) / 1000 + 1);
    if (core->ledger_failed && wait_ms == 0)
        wait_ms = 50;
    if (wait_ms > held_looks_wait_ms(core->looks))
        wait_ms = held_looks_wait_ms(core->looks);
    uv_timer_start(&core->timer, on_timer, wait_ms > LEDGER_RETRY_MS ? LEDGER_RETRY_MS : wait_ms, 0);
}

void core_submit_own(struct core *core, struct arena *arena, const struct input *input)
{
    struct job *job = arena_alloc(arena, sizeof *job);
    *job = (struct job){.input = input, .internal = true, .arena = arena};
    if (queue_push(&core->queue, job) < 0) {
        /* Only while we stop: the ledger still says that this was under way, and a restart takes it up again.
         */
        arena_free(arena);
        return;
    }
    uv_async_send(&core->wake);
}
