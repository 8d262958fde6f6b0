/* The walk along the changes. Who is on call by a schedule is asked once from start to end and kept as a list
 * of shifts; levels whose chains have the same targets share one walk, so that a hundred levels of a service
 * cost as much as one. */
#include "engine/reach.h"

#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "engine/chain.h"

enum { MOST_GAPS = 10000 };

static const char person_prefix[] = "person:", schedule_prefix[] = "schedule:";

struct shift {
    int64_t until_us;
    struct strings people;
};
struct shifts {
    LIST(struct shift) list;
    size_t at; /* where the walk is */
};

struct proof {
    struct arena *arena;
    const struct config *config;
    int64_t from_us, until_us;
    struct map *shifts; /* schedule id -> struct shifts */
    struct map *gaps;   /* targets of a chain -> struct reach_gaps */
    struct buf key;
};

const char *reach_fault_name(enum reach_fault_kind kind)
{
    static const char *const names[N_REACH_FAULTS] = {
        [REACH_NO_CHAIN] = "no_chain",
        [REACH_EMPTY_SCHEDULE] = "empty_schedule",
        [REACH_NO_CONTACT] = "no_contact",
        [REACH_NO_CHANNEL] = "no_channel",
    };
    return names[kind];
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ---- one target at one moment ---- */

static struct shifts *shifts_of(struct proof *proof, const struct schedule *schedule)
{
    struct shifts *shifts = map_get(proof->shifts, schedule->id, strlen(schedule->id));
    if (shifts)
        return shifts;
    shifts = arena_alloc(proof->arena, sizeof *shifts);
    *shifts = (struct shifts){0};
    for (int64_t at_us = proof->from_us; at_us < proof->until_us;) {
        struct shift *shift = list_push(proof->arena, &shifts->list);
        schedule_people_at(proof->arena, schedule, at_us, &shift->people, &shift->until_us);
        at_us = shift->until_us;
    }
    map_put(proof->shifts, schedule->id, strlen(schedule->id), shifts);
    return shifts;
}

/* True when the person can be reached; else one fault more. */
static bool person_reached(struct proof *proof, const char *target, const char *id, struct reach_gap *gap)
{
    const struct person *person = config_person(proof->config, id);
    const char *why = person ? person_unreachable(proof->config, person) : "there is no such person";
    if (!why)
        return true;
    *list_push(proof->arena, &gap->faults) = (struct reach_fault){
        .kind = person && person->contacts.n ? REACH_NO_CHANNEL : REACH_NO_CONTACT,
        .target = target,
        .person = id,
        .text =
            starts_with(target, person_prefix)
                ? arena_printf(proof->arena, "\"%s\" cannot be reached: %s", id, why)
                : arena_printf(proof->arena, "\"%s\", on call by %s, cannot be reached: %s", id, target, why),
        .line = person ? person->line : 0,
    };
    return false;
}

static bool schedule_reached(struct proof *proof, const char *target, int64_t at_us, struct reach_gap *gap)
{
    const struct schedule *schedule = config_schedule(proof->config, target + strlen(schedule_prefix));
    const struct shift *shift = NULL;
    bool reached = false;
    if (schedule) {
        struct shifts *shifts = shifts_of(proof, schedule);
        while (shifts->list.at[shifts->at].until_us <= at_us)
            shifts->at++;
        shift = &shifts->list.at[shifts->at];
        if (gap->until_us > shift->until_us)
            gap->until_us = shift->until_us;
    }
    for (size_t i = 0; shift && i < shift->people.n; i++)
        reached |= person_reached(proof, target, shift->people.at[i], gap);
    if (!shift || !shift->people.n)
        *list_push(proof->arena, &gap->faults) = (struct reach_fault){
            .kind = REACH_EMPTY_SCHEDULE,
            .target = target,
            .person = "",
            .text = arena_printf(proof->arena, "nobody is on call by %s", target),
            .line = schedule ? schedule->line : 0,
        };
    return reached;
}

/* ---- one chain ---- */

static bool same_faults(const struct reach_gap *a, const struct reach_gap *b)
{
    bool same = a->faults.n == b->faults.n;
    for (size_t i = 0; same && i < a->faults.n; i++)
        same = a->faults.at[i].kind == b->faults.at[i].kind &&
               strcmp(a->faults.at[i].target, b->faults.at[i].target) == 0 &&
               strcmp(a->faults.at[i].person, b->faults.at[i].person) == 0;
    return same;
}

/* Gives whether the targets reach anybody at gap->from_us, and until when the answer holds. */
static bool is_reached(struct proof *proof, const struct strings *targets, struct reach_gap *gap)
{
    bool reached = false;
    list_each (target, targets)
        reached |= starts_with(*target, person_prefix)
                       ? person_reached(proof, *target, *target + strlen(person_prefix), gap)
                       : schedule_reached(proof, *target, gap->from_us, gap);
    return reached;
}

static void walk(struct proof *proof, const struct strings *targets, struct reach_gaps *gaps)
{
    size_t position = 0;
    list_each (target, targets) { /* as most chains end, whatever the schedules say */
        const struct person *person = starts_with(*target, person_prefix)
                                          ? config_person(proof->config, *target + strlen(person_prefix))
                                          : NULL;
        if (person && !person_unreachable(proof->config, person))
            return;
    }
    for (struct shifts *shifts; (shifts = map_next(proof->shifts, &position));)
        shifts->at = 0;
    struct reach_gap gap;
    for (int64_t at_us = proof->from_us; at_us < proof->until_us && gaps->list.n < MOST_GAPS;
         at_us = gap.until_us) {
        gap = (struct reach_gap){.from_us = at_us, .until_us = proof->until_us};
        if (is_reached(proof, targets, &gap))
            continue;
        struct reach_gap *last = gaps->list.n ? &gaps->list.at[gaps->list.n - 1] : NULL;
        if (last && last->until_us == at_us && same_faults(last, &gap))
            last->until_us = gap.until_us;
        else
            *list_push(proof->arena, &gaps->list) = gap;
    }
}

static void add_no_chain(struct proof *proof, struct reach_gaps *gaps)
{
    struct reach_gap *gap = list_push(proof->arena, &gaps->list);
    *gap = (struct reach_gap){.from_us = proof->from_us, .until_us = proof->until_us};
    *list_push(proof->arena, &gap->faults) = (struct reach_fault){
        .kind = REACH_NO_CHAIN,
        .target = "",
        .person = "",
        .text = "the level has no chain: the configuration names no person; add people:",
    };
}

/* The targets of the chain, each once, in the order in which they are paged. */
static void add_targets(struct arena *arena, const struct chain *chain, struct strings *targets)
{
    list_each (step, &chain->steps)
        list_each (target, &step->notify) {
            bool known = false;
            list_each (other, targets)
                known |= strcmp(*other, *target) == 0;
            if (!known)
                strings_add(arena, targets, *target);
        }
}

static const struct reach_gaps *gaps_of(struct proof *proof, const struct strings *targets)
{
    buf_clear(&proof->key);
    list_each (target, targets)
        buf_add(&proof->key, *target, strlen(*target) + 1);
    struct reach_gaps *gaps = map_get(proof->gaps, buf_text(&proof->key), proof->key.n_bytes);
    if (gaps)
        return gaps;
    gaps = arena_alloc(proof->arena, sizeof *gaps);
    *gaps = (struct reach_gaps){0};
    if (targets->n)
        walk(proof, targets, gaps);
    else
        add_no_chain(proof, gaps);
    map_put(proof->gaps, buf_text(&proof->key), proof->key.n_bytes, gaps);
    return gaps;
}

/* ---- all of them ---- */

static void prove_level(struct proof *proof, const struct service *service, const struct runbook *runbook,
                        const struct severity *level, struct reach *reach)
{
    const struct chain_question question = {
        .config = proof->config,
        .service = service,
        .runbook = runbook,
        .level = level,
        .response_time_s = UNSTATED,
    };
    struct chain chain;
    struct strings targets = {0};
    chain_make(proof->arena, &question, &chain);
    add_targets(proof->arena, &chain, &targets);
    *list_push(proof->arena, &reach->levels) = (struct reach_level){
        .service = service,
        .runbook = runbook,
        .level = level,
        .timezone = chain_timezone(proof->config, &chain),
        .gaps = gaps_of(proof, &targets),
    };
}

static void prove_runbook(struct proof *proof, const struct service *service, const struct runbook *runbook,
                          struct reach *reach)
{
    list_each (level, &runbook->severities)
        prove_level(proof, service, runbook, level, reach);
    if (!runbook->severities.n)
        prove_level(proof, service, runbook, NULL, reach);
}

/* The runbooks that answer for the service: its own, or without one whatever fits the alert (trouble.c), or
 * nothing. */
static void prove_service(struct proof *proof, const struct service *service, const struct library *library,
                          struct reach *reach)
{
    const struct runbook *own =
        library && service && service->runbook ? library_find(library, service->runbook) : NULL;
    if (own) {
        prove_runbook(proof, service, own, reach);
        return;
    }
    for (size_t i = 0; library && i < library->n_runbooks; i++)
        prove_runbook(proof, service, library->runbooks[i], reach);
    prove_level(proof, service, NULL, NULL, reach);
}

void reach_prove(struct arena *arena, const struct config *config, const struct library *library,
                 int64_t from_us, int64_t until_us, struct reach *ret_reach)
{
    struct reach reach = {0};
    struct proof proof = {
        .arena = arena,
        .config = config,
        .from_us = from_us,
        .until_us = until_us,
        .shifts = map_new(),
        .gaps = map_new(),
    };
    list_each (service, &config->services)
        prove_service(&proof, service, library, &reach);
    prove_service(&proof, NULL, library, &reach);
    map_free(proof.shifts);
    map_free(proof.gaps);
    buf_free(&proof.key);
    *ret_reach = reach;
}
