/* Another configuration, or another version of a runbook, while people are paged: learnt by a reload or by a
 * start. How far a chain was walked
 * is the number of a step; when steps come, go or get other people, that number is somebody else's. Without
 * this the one behind a person who was taken out is passed over, and was never paged.
 *
 * So what was told is remembered by whom the steps notified, and the walk goes on behind the last step of the
 * new chain that was told. Whoever now stands before that, and was not told, is paged at once; and when the
 * walk is thrown back, the next step is, too, for by the chain in force it would have been.
 *
 *   before   ana, ben, eve   ana is told
 *   then     ben, eve        ben at once, and eve as long after him as the chain says */
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

/* The chain before: incident.chain, of which the first steps were told. */
struct chain_before {
    const char *steps;
    size_t n, n_told;
};

static struct chain_before chain_before(const struct incident *incident)
{
    struct chain_before before = {.steps = incident->chain};
    for (const char *at = before.steps; (at = strchr(at, '\n')); at++)
        before.n++;
    size_t step = (size_t)incident->escalation_step;
    before.n_told = step < before.n ? step : before.n;
    return before;
}

static const char *chain_text(struct turn *turn, const struct chain *chain)
{
    scoped_buf struct buf text = {0};
    list_each (step, &chain->steps) {
        list_each (target, &step->notify)
            buf_printf(&text, "%s ", *target);
        buf_putc(&text, '\n');
    }
    return arena_strdup(turn->arena, buf_text(&text));
}

void chain_keep(struct turn *turn, struct incident_record *record)
{
    struct chain chain;
    incident_chain(turn->arena, turn->engine, record, &chain);
    text_keep(&record->incident.chain, chain_text(turn, &chain));
}

/* A target of a step that was told. */
static bool is_known(const struct chain_before *before, const char *target)
{
    const char *at = before->steps;
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

static void page_passed_over(struct turn *turn, struct incident_record *record,
                             const struct chain_before *before, const struct chain *chain, size_t n_walked)
{
    for (size_t i = 0; i < n_walked; i++)
        if (!is_told(before, &chain->steps.at[i]))
            escalate_missed(turn, record, i);
}

static void go_on_in(struct turn *turn, struct incident_record *record, const struct chain *chain)
{
    struct incident *incident = &record->incident;
    const struct chain_before before = chain_before(incident);
    size_t n_walked = chain->steps.n;
    while (n_walked > 0 && !is_told(&before, &chain->steps.at[n_walked - 1]))
        n_walked--;
    size_t rounds = before.n ? ((size_t)incident->escalation_step - 1) / before.n : 0;
    bool back = n_walked < before.n_told && (n_walked < chain->steps.n || n_walked == 0);
    bool wanted = incident_wants_people(record) && !incident_is_held(record);
    jw_pair_int(event_begin(turn), "step", (int64_t)n_walked + 1);
    event_end(turn, incident->number, NULL, "escalation.changed",
              "Its chain is another one since the configuration or the runbook changed: %zu of %zu %s told",
              n_walked, chain->steps.n, chain->steps.n == 1 ? "step is" : "steps are");
    if (wanted)
        page_passed_over(turn, record, &before, chain, n_walked);
    incident->escalation_step = (int)(rounds * chain->steps.n + n_walked);
    if (wanted && back)
        turn_set_timer(turn, &record->escalate, incident->number, turn->now_us);
    turn_touch(turn, record);
}

void chains_review(struct turn *turn)
{
    struct engine *engine = turn->engine;
    engine->chains_changed = false;
    for (struct incident_record *record = engine->first; record; record = record->next) {
        struct chain chain;
        deliveries_learn(turn, record);
        if (!incident_is_open(record) || record->incident.escalation_step == 0 ||
            !*text_or(record->incident.chain, ""))
            continue;
        incident_chain(turn->arena, engine, record, &chain);
        const char *now = chain_text(turn, &chain);
        if (strcmp(now, record->incident.chain) == 0)
            continue;
        go_on_in(turn, record, &chain);
        text_keep(&record->incident.chain, now);
    }
}
