/* Another configuration, or another version of a runbook, while people are paged. How far a chain was walked
 * is the number of a step; when steps come, go or get other people, that number is somebody else's. Without
 * this the one behind a person who was taken out is passed over, and was never paged.
 *
 * So what was told is remembered by whom the steps notified, and the walk goes on behind the last step of the
 * new chain that was told. Whoever now stands before that, and was not told, is paged at once; and when the
 * walk is thrown back, the next step is, too, for by the chain in force it would have been.
 *
 *   before   ana, ben, eve   ana is told
 *   then     ben, eve        ben at once, and eve as long after him as the chain says */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

/* The chain before, a text of its targets a step: "person:ana person:ben\n". */
struct chain_before {
    struct buf steps;
    size_t n, n_told;
};

static void add_step(struct buf *text, const struct chain_step *step)
{
    list_each (target, &step->notify)
        buf_printf(text, "%s ", *target);
    buf_putc(text, '\n');
}

static void add_chain(const struct engine *engine, const struct incident_record *record, struct buf *text,
                      size_t *ret_n)
{
    scoped_arena struct arena *arena = arena_new();
    struct chain chain;
    incident_chain(arena, engine, record, &chain);
    list_each (step, &chain.steps)
        add_step(text, step);
    *ret_n = chain.steps.n;
}

void chain_forget_before(struct incident_record *record)
{
    if (record->chain_before)
        buf_free(&record->chain_before->steps);
    free(record->chain_before);
    record->chain_before = NULL;
}

void chains_remember(struct engine *engine)
{
    for (struct incident_record *record = engine->first; record; record = record->next) {
        const int step = record->incident.escalation_step;
        if (!incident_is_open(record) || step == 0 || record->chain_before)
            continue;
        struct chain_before *before = heap_alloc(sizeof *before);
        *before = (struct chain_before){0};
        add_chain(engine, record, &before->steps, &before->n);
        before->n_told = (size_t)step < before->n ? (size_t)step : before->n;
        record->chain_before = before;
        engine->chains_before = true;
    }
}

/* A target of a step that was told. */
static bool is_known(const struct chain_before *before, const char *target)
{
    const char *at = buf_text(&before->steps);
    const size_t n = strlen(target);
    for (size_t step = 0; step < before->n_told && *at; at++) {
        if (*at == '\n') {
            step++;
        } else if (strncmp(at, target, n) == 0 && at[n] == ' ') {
            return true;
        } else {
            while (*at != ' ')
                at++;
        }
    }
    return false;
}

static bool is_told(const struct chain_before *before, const struct chain_step *step)
{
    must(step); /* for the analyzer, which does not see that a list of none is not asked */
    list_each (target, &step->notify)
        if (!is_known(before, *target))
            return false;
    return step->notify.n > 0;
}

static void page_passed_over(struct turn *turn, struct incident_record *record, const struct chain *chain,
                             size_t n_walked)
{
    for (size_t i = 0; i < n_walked; i++)
        if (!is_told(record->chain_before, &chain->steps.at[i]))
            escalate_missed(turn, record, i);
}

static void go_on_in(struct turn *turn, struct incident_record *record, const struct chain *chain)
{
    const struct chain_before *before = record->chain_before;
    struct incident *incident = &record->incident;
    size_t n_walked = chain->steps.n;
    while (n_walked > 0 && !is_told(before, &chain->steps.at[n_walked - 1]))
        n_walked--;
    size_t rounds = before->n ? ((size_t)incident->escalation_step - 1) / before->n : 0;
    bool back = n_walked < before->n_told && (n_walked < chain->steps.n || n_walked == 0);
    bool wanted = incident_wants_people(record) && !incident_is_held(record);
    jw_pair_int(event_begin(turn), "step", (int64_t)n_walked + 1);
    event_end(turn, incident->number, NULL, "escalation.changed",
              "Its chain is another one since the configuration or the runbook changed: %zu of %zu %s told",
              n_walked, chain->steps.n, chain->steps.n == 1 ? "step is" : "steps are");
    if (wanted)
        page_passed_over(turn, record, chain, n_walked);
    incident->escalation_step = (int)(rounds * chain->steps.n + n_walked);
    if (wanted && back)
        turn_set_timer(turn, &record->escalate, incident->number, turn->now_us);
    turn_touch(turn, record);
}

void chains_review(struct turn *turn)
{
    struct engine *engine = turn->engine;
    engine->chains_before = false;
    for (struct incident_record *record = engine->first; record; record = record->next) {
        deliveries_learn(turn, record);
        if (!record->chain_before)
            continue;
        scoped_buf struct buf now = {0};
        struct chain chain;
        incident_chain(turn->arena, engine, record, &chain);
        list_each (step, &chain.steps)
            add_step(&now, step);
        if (incident_is_open(record) && record->incident.escalation_step > 0 &&
            strcmp(buf_text(&now), buf_text(&record->chain_before->steps)) != 0)
            go_on_in(turn, record, &chain);
        chain_forget_before(record);
    }
}
