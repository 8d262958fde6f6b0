#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "simulation.h"
#include "team.h"

enum { COMPARED_EVERY = 10 };

/* Before clocks go forward and back; a run of 50 days sees them change in America and in Europe. */
#define SPRING_US INT64_C(1772355600000000) /* 2026-03-01T09:00:00Z */
#define AUTUMN_US INT64_C(1790845200000000) /* 2026-10-01T09:00:00Z */

/* ---- chance ---- */

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t sim_random(struct sim *sim)
{
    uint64_t x = sim->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

int64_t sim_between(struct sim *sim, int64_t from, int64_t to)
{
    return from + (int64_t)(sim_random(sim) % (uint64_t)(to - from + 1));
}

bool sim_chance(struct sim *sim, int percent)
{
    return sim_between(sim, 0, 99) < percent;
}

/* ---- telling what happened ---- */

void sim_say(struct sim *sim, const char *format, ...)
{
    char at[TIME_TEXT_BYTES];
    time_format_rfc3339(sim->now_us, at);
    struct buf *story = &sim->history[sim->n_history++ % HISTORY];
    buf_clear(story);
    buf_printf(story, "%s  ", at);
    va_list ap;
    va_start(ap, format);
    buf_vprintf(story, format, ap);
    va_end(ap);
    if (sim->story)
        puts(buf_text(story));
}

void sim_fail(struct sim *sim, const char *format, ...)
{
    scoped_buf struct buf why = {0};
    va_list ap;
    va_start(ap, format);
    buf_vprintf(&why, format, ap);
    va_end(ap);
    size_t first = sim->n_history > HISTORY ? sim->n_history - HISTORY : 0;
    for (size_t i = first; i < sim->n_history; i++)
        fprintf(stderr, "%s\n", buf_text(&sim->history[i % HISTORY]));
    fprintf(stderr, "\nBROKEN on day %lld: %s\nreplay: simulation --seed %llu --days %lld\n",
            (long long)((sim->now_us - sim->start_us) / DAY), buf_text(&why), (unsigned long long)sim->seed,
            (long long)((sim->end_us - sim->start_us) / DAY));
    exit(1);
}

/* ---- what happens next: a binary heap ---- */

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

void sim_plan(struct sim *sim, struct happening happening)
{
    if (sim->n_happenings == sim->happenings_capacity) {
        sim->happenings_capacity = sim->happenings_capacity ? sim->happenings_capacity * 2 : 256;
        sim->happenings = heap_resize(sim->happenings, sim->happenings_capacity * sizeof happening);
    }
    happening.order = ++sim->n_ordered;
    size_t i = sim->n_happenings++;
    for (; i > 0 && is_before(&happening, &sim->happenings[(i - 1) / 2]); i = (i - 1) / 2)
        sim->happenings[i] = sim->happenings[(i - 1) / 2];
    sim->happenings[i] = happening;
}

static struct happening take_next(struct sim *sim)
{
    struct happening next = sim->happenings[0], last = sim->happenings[--sim->n_happenings];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < sim->n_happenings; i = child) {
        if (child + 1 < sim->n_happenings && is_before(&sim->happenings[child + 1], &sim->happenings[child]))
            child++;
        if (!is_before(&sim->happenings[child], &last))
            break;
        sim->happenings[i] = sim->happenings[child];
    }
    sim->happenings[i] = last;
    return next;
}

void sim_mark(struct sim *sim, struct map *times, int64_t number)
{
    int64_t *at = map_get(times, &number, sizeof number);
    if (!at) {
        at = heap_alloc(sizeof *at);
        map_put(times, &number, sizeof number, at);
    }
    *at = sim->now_us;
}

/* ---- the program, and its end ---- */

static void add_digest(struct sim *sim, const char *text)
{
    for (; text && *text; text++)
        sim->digest = (sim->digest ^ (unsigned char)*text) * UINT64_C(1099511628211);
}

static void digest(struct sim *sim, const struct decisions *decisions)
{
    list_each (d, &decisions->list)
        if (d->kind == DECISION_EVENT)
            add_digest(sim, d->event.summary);
        else
            sim->digest = (sim->digest ^ (uint64_t)d->kind) * UINT64_C(1099511628211);
}

static struct engine *program_start(struct sim *sim)
{
    struct engine *engine = engine_new(sim->config, sim->library);
    engine_name(engine, "51a7");
    sim->process++;
    sim->process_us = sim->now_us;
    return engine;
}

static void compare(struct sim *sim)
{
    scoped_buf struct buf why = {0};
    if (sim->disk && !sim->behind)
        sim_case(sim, CASE_COMPARED);
    if (sim->disk && !sim->behind && disk_differs(sim->disk, &sim->model, sim->now_us, &why))
        sim_fail(sim, "%s", buf_text(&why));
}

/* Decisions of a turn become durable, and then real. */
static void commit(struct sim *sim, const struct input *input, const struct decisions *decisions)
{
    check_decisions(sim, input, decisions);
    check_waves(sim, input, decisions);
    check_told(sim, input, decisions);
    digest(sim, decisions);
    model_commit(&sim->model, decisions, sim->posting);
    if (sim->disk && !sim->behind && !disk_commit(sim->disk, sim->posting, decisions, sim->now_us)) {
        sim_say(sim, "   the disk is full: the program goes on from memory");
        sim->behind = true;
        sim_case(sim, CASE_DISK_FULL);
        sim->behind_us = sim->now_us;
    }
    sim->learning &= sim->behind;
    check_state(sim, input);
    list_each (d, &decisions->list)
        if (d->kind == DECISION_INCIDENT)
            check_clocks(sim, model_incident(&sim->model, d->incident.number));
    if (++sim->n_commits % COMPARED_EVERY == 0)
        compare(sim);
}

/* From the model, which is what the ledger holds; with a real ledger, from that. */
static void restore(struct sim *sim)
{
    if (!sim->disk) {
        model_restore(&sim->model, sim->engine, sim->now_us);
        return;
    }
    disk_crash(sim->disk);
    compare(sim);
    model_end(&sim->model);
    model_start(&sim->model);
    disk_load(sim->disk, &sim->model, sim->now_us);
    size_t position = 0; /* what was forced while the disk was full never was */
    for (const struct incident *incident; (incident = map_next(sim->model.incidents, &position));)
        if (incident->state < INCIDENT_RESOLVED)
            map_remove(sim->forced, &incident->number, sizeof incident->number);
    disk_restore(sim->disk, sim->engine, sim->now_us);
    sim->behind = false;
    /* Nor does the ledger when the disk was full again at the next start. */
    if (sim->step_lost || model_is_ahead(&sim->model, sim->now_us))
        jobs_forget(sim);
    sim->step_lost = false;
}

void sim_crash(struct sim *sim, int64_t down_us)
{
    sim_say(sim, "-- the program ends, for %lld s", (long long)(down_us / SECOND));
    sim->count.crashes++;
    sim->posting = NULL;
    engine_free(sim->engine);
    held_down(sim, down_us);
    sim->now_us += down_us;
    if (model_timer_is_due(&sim->model, sim->now_us - down_us, sim->now_us))
        sim_case(sim, CASE_DUE_WHILE_DOWN);
    sim->unkept_us = sim->behind ? sim->now_us - sim->behind_us : 0;
    if (sim->behind)
        waves_unsure(sim);
    sim->engine = program_start(sim);
    if (sim->learning)
        sim->learned_us = sim->now_us;
    restore(sim);
    struct decisions decisions = {.arena = sim->arena};
    engine_restored(sim->engine, sim->now_us, &decisions);
    commit(sim, NULL, &decisions);
    carry_out(sim, &decisions);
    arena_reset(sim->arena);
    if (model_is_ahead(&sim->model, sim->now_us))
        sim_compact(sim);
}

/* While the disk is full a body is refused before the engine has seen it; and once the ledger lacks
 * something, only what the program tells itself is heard. */
static bool is_refused(const struct sim *sim, const struct input *input)
{
    bool own = input->kind == INPUT_TIMER || input->kind == INPUT_CLOCK_BACK ||
               input->kind == INPUT_DELIVERY_DONE || input->kind == INPUT_PROOF_DONE ||
               input->kind == INPUT_STEP_STARTED || input->kind == INPUT_STEP_DONE;
    return (sim->full && sim->posting) || (sim->behind && !own);
}

bool sim_input(struct sim *sim, const struct input *input)
{
    sim->count.inputs++;
    check_under_way(sim);
    if (is_refused(sim, input)) {
        sim_say(sim, "   refused: the ledger cannot be written");
        if (input->kind == INPUT_ALERTS)
            sim_case(sim, CASE_REFUSED);
        return false;
    }
    struct decisions decisions = {.arena = sim->arena};
    engine_decide(sim->engine, input, sim->now_us, &decisions);
    int crash = (int)sim_between(sim, 0, 999); /* one input in 250 */
    if (crash < 2) {
        if (sim->disk && !sim->behind)
            disk_lose(sim->disk, sim->posting, &decisions, sim->now_us);
        if (crash == 0) /* the commit failed, and did not just not begin */
            leaves_unkept(sim, &decisions);
        arena_reset(sim->arena);
        sim_crash(sim, sim_between(sim, SECOND, 20 * MINUTE));
        return false;
    }
    commit(sim, input, &decisions);
    if (crash < 4)
        sim_crash(sim, sim_between(sim, SECOND, 20 * MINUTE));
    else
        carry_out(sim, &decisions);
    arena_reset(sim->arena);
    return !sim->behind;
}

bool sim_post(struct sim *sim, struct row *row, struct alert_batch *ret_batch)
{
    row->received_us = sim->now_us;
    arena_reset(sim->posted);
    *ret_batch = row_read_batch(row, sim->document, sim->posted);
    sim->posting = row;
    bool taken =
        sim_input(sim, &(struct input){.kind = INPUT_ALERTS, .actor = ret_batch->source, .batch = ret_batch});
    sim->posting = NULL;
    return taken;
}

static void crash_happens(struct sim *sim, const struct happening *happening)
{
    (void)happening;
    sim_plan(sim, (struct happening){.kind = HAPPEN_CRASH,
                                     .at_us = sim->now_us + sim_between(sim, HOUR, 4 * DAY)});
    sim_crash(sim, sim_chance(sim, 20) ? sim_between(sim, HOUR, 10 * HOUR) : sim_between(sim, SECOND, HOUR));
}

static void (*const handlers[N_HAPPENINGS])(struct sim *, const struct happening *) = {
    [HAPPEN_TROUBLE] = trouble_starts,   [HAPPEN_SEND] = sender_posts,
    [HAPPEN_ECHO] = echo_arrives,        [HAPPEN_ANSWER] = courier_answers,
    [HAPPEN_PROOF] = courier_proved,     [HAPPEN_STARTED] = runner_started,
    [HAPPEN_FINISHED] = runner_finished, [HAPPEN_SILENCE] = silence_is_made,
    [HAPPEN_JOB] = job_reports,          [HAPPEN_CLOCK] = clock_is_stepped,
    [HAPPEN_DISK] = disk_is_full,        [HAPPEN_PERSON] = person_reacts,
    [HAPPEN_CRASH] = crash_happens,      [HAPPEN_COMPACT] = compact_happens,
    [HAPPEN_TEAM] = team_changes,        [HAPPEN_DUTY] = duty_changes,
};

struct sim *sim_new(uint64_t seed, int64_t days, enum store store)
{
    struct sim *sim = heap_alloc(sizeof *sim);
    sim->seed = sim->random = seed;
    sim->start_us = sim->now_us = seed % 3 == 2 ? AUTUMN_US : SPRING_US;
    sim->end_us = sim->start_us + days * DAY;
    sim->config = team_config(false);
    sim->library = team_library();
    sim->arena = arena_new();
    sim->posted = arena_new();
    sim->document = json_document_new();
    sim->disk = store == STORE_MODEL ? NULL : disk_new();
    sim->pages = map_new();
    sim->reach = map_new();
    sim->shown = map_new();
    sim->began = map_new();
    sim->attempts = map_new();
    sim->silent = map_new();
    sim->forced = map_new();
    sim->by_hand = map_new();
    sim->flaps = map_new();
    sim->waves = map_new();
    held_start(sim);
    model_start(&sim->model);
    sim->engine = program_start(sim);
    for (int slot = 0; slot < TROUBLES; slot++)
        sim_plan(sim, (struct happening){.kind = HAPPEN_TROUBLE,
                                         .subject = slot,
                                         .at_us = sim->start_us + sim_between(sim, 0, DAY)});
    sim_plan(sim,
             (struct happening){.kind = HAPPEN_CRASH, .at_us = sim->start_us + sim_between(sim, 0, DAY)});
    sim_plan(sim, (struct happening){.kind = HAPPEN_COMPACT, .at_us = sim->start_us + 6 * HOUR});
    sim_plan(sim, (struct happening){.kind = HAPPEN_ECHO, .at_us = sim->start_us + HOUR});
    sim_plan(sim, (struct happening){.kind = HAPPEN_SILENCE, .at_us = sim->start_us + HOUR});
    for (int kind = 0; kind < JOBS; kind++)
        sim_plan(sim,
                 (struct happening){.kind = HAPPEN_JOB, .subject = kind, .at_us = sim->start_us + MINUTE});
    sim_plan(sim, (struct happening){.kind = HAPPEN_CLOCK, .at_us = sim->start_us + 2 * DAY});
    sim_plan(sim, (struct happening){.kind = HAPPEN_TEAM, .at_us = sim->start_us + 3 * DAY});
    sim_plan(sim, (struct happening){.kind = HAPPEN_DUTY, .at_us = sim->start_us + 5 * HOUR});
    if (store == STORE_LEDGER_THAT_FILLS)
        sim_plan(sim, (struct happening){.kind = HAPPEN_DISK, .subject = true, .at_us = sim->start_us + DAY});
    return sim;
}

static void map_free_values(struct map *map)
{
    size_t position = 0;
    for (void *value; (value = map_next(map, &position));)
        free(value);
    map_free(map);
}

void sim_free(struct sim *sim)
{
    engine_free(sim->engine);
    model_end(&sim->model);
    map_free_values(sim->pages);
    map_free_values(sim->reach);
    map_free_values(sim->shown);
    map_free_values(sim->silent);
    map_free_values(sim->waves);
    map_free_values(sim->flaps);
    map_free(sim->began);
    map_free(sim->attempts);
    map_free(sim->forced);
    map_free(sim->by_hand);
    for (size_t i = 0; i < sim->n_old; i++)
        row_free(&sim->old[i]);
    for (size_t i = 0; i < HISTORY; i++)
        buf_free(&sim->history[i]);
    free(sim->old);
    free(sim->happenings);
    arena_free(sim->arena);
    arena_free(sim->posted);
    held_end(sim);
    json_document_free(sim->document);
    disk_free(sim->disk);
    config_free(sim->config);
    library_free(sim->library);
    free(sim);
}

void sim_run(struct sim *sim)
{
    const struct input timer = {.kind = INPUT_TIMER, .actor = "system"};
    while (sim->now_us < sim->end_us) {
        int64_t due_us = engine_next_due_us(sim->engine);
        if (due_us <= sim->happenings[0].at_us) {
            if (due_us > sim->now_us)
                sim->now_us = due_us;
            sim_say(sim, "timer");
            sim_input(sim, &timer);
            continue;
        }
        struct happening happening = take_next(sim);
        if (happening.process && happening.process != sim->process)
            continue;
        if (happening.at_us > sim->now_us)
            sim->now_us = happening.at_us;
        handlers[happening.kind](sim, &happening);
    }
    scoped_buf struct buf why = {0};
    if (sim->disk && !sim->behind && !disk_verifies(sim->disk, sim->now_us, &why))
        sim_fail(sim, "the ledger does not verify: %s", buf_text(&why));
    if (sim->disk && !sim->behind)
        sim_case(sim, CASE_VERIFIED);
}
