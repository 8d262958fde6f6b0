/* INPUT_HOLD, INPUT_EVIDENCE_READ: what becomes of evidence after it was captured (evidence.c).
 *
 * Events are never changed or erased. What can go is what stands beside them: the output of a step, which the
 * next attempt replaces, and the alerts as they came, which are erased from the inbox when what they said is
 * known otherwise. An incident under legal hold keeps both until a person releases it.
 *
 * Who reads evidence is on record before it is read. Somebody who reads again within some minutes, as a
 * console does all the time, is on record once. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

enum { WHY_BYTES = 4096, READ_AGAIN_S = 300, READERS = 32 };

/* ---- legal hold ---- */

bool custody_holds(const struct incident_record *record, const struct run_step *step)
{
    return record->incident.hold_us && step->evidence && step->kind == STEP_COMMAND && step->attempt > 0;
}

bool custody_refuses(struct turn *turn, const struct incident_record *record, const struct run_step *step)
{
    const struct incident *incident = &record->incident;
    if (!custody_holds(record, step))
        return false;
    turn_answer(turn, OUTCOME_CONFLICT, incident->number,
                "What line %d printed is evidence, and %s has put it under legal hold (%s): it does not run "
                "again. Run the same command by hand, or have the hold released.",
                step_line(step), incident->hold_by, text_head(turn->arena, incident->hold_why, 200));
    return true;
}

bool engine_is_on_hold(const struct engine *engine)
{
    return engine->n_on_hold > 0;
}

static void hold(struct turn *turn, struct incident_record *record, const char *actor, const char *why)
{
    struct incident *incident = &record->incident;
    bool first = incident->hold_us == 0;
    if (first)
        incident->hold_us = turn->now_us;
    turn->engine->n_on_hold += first;
    text_keep(&incident->hold_by, actor);
    text_keep(&incident->hold_why, text_head(turn->arena, why, WHY_BYTES));
    turn_touch(turn, record);
    jw_pair(event_begin(turn), "why", incident->hold_why);
    event_end(turn, incident->number, actor, "evidence.held",
              "Under legal hold: nothing that is kept of it is replaced or erased. Because: %s",
              text_head(turn->arena, why, 300));
    turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is under legal hold.",
                (long long)incident->number);
}

static void release(struct turn *turn, struct incident_record *record, const char *actor, const char *why)
{
    struct incident *incident = &record->incident;
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "why", text_head(turn->arena, why, WHY_BYTES));
    jw_pair(body, "held_by", incident->hold_by);
    jw_pair_time(body, "held_at", incident->hold_us);
    event_end(turn, incident->number, actor, "evidence.released", "The legal hold of %s is released: %s",
              incident->hold_by, text_head(turn->arena, why, 300));
    incident->hold_us = 0;
    turn->engine->n_on_hold--;
    text_keep(&incident->hold_by, "");
    text_keep(&incident->hold_why, "");
    turn_touch(turn, record);
    if (!incident_is_open(record)) /* it was kept in mind for the hold */
        incident_retire(turn->engine, record);
    turn_answer(turn, OUTCOME_DONE, incident->number, "Incident %lld is not under legal hold any more.",
                (long long)incident->number);
}

void decide_hold(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    const char *actor = text_or(input->actor, "somebody"), *why = text_or(input->text, "");
    if (!record)
        return;
    if (!*why)
        turn_answer(turn, OUTCOME_INVALID, input->incident, "A legal hold, and its release, need a reason.");
    else if (input->flag)
        hold(turn, record, actor, why);
    else if (record->incident.hold_us)
        release(turn, record, actor, why);
    else
        turn_answer(turn, OUTCOME_DONE, input->incident, "Incident %lld is not under legal hold.",
                    (long long)input->incident);
}

/* ---- who has read it ---- */

/* Notes that they read now; true: they did a moment ago, too. The one who did not read for the longest time
 * makes room. */
static bool reads_again(struct custody *custody, const char *who, int64_t now_us)
{
    struct custody_reader *oldest = NULL;
    for (size_t i = 0; i < custody->n_readers; i++) {
        struct custody_reader *reader = &custody->readers[i];
        if (strcmp(reader->who, who) == 0) {
            bool again = now_us < time_after_s(reader->at_us, READ_AGAIN_S);
            reader->at_us = again ? reader->at_us : now_us;
            return again;
        }
        oldest = !oldest || reader->at_us < oldest->at_us ? reader : oldest;
    }
    if (custody->n_readers < READERS) {
        custody->readers = heap_resize(custody->readers, (custody->n_readers + 1) * sizeof *custody->readers);
        oldest = &custody->readers[custody->n_readers++];
        oldest->who = NULL;
    }
    free(oldest->who);
    *oldest = (struct custody_reader){heap_strdup(who), now_us};
    return false;
}

void custody_free(struct custody *custody)
{
    for (size_t i = 0; i < custody->n_readers; i++)
        free(custody->readers[i].who);
    free(custody->readers);
    *custody = (struct custody){0};
}

void decide_evidence_read(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    const char *actor = text_or(input->actor, "somebody"), *what = text_or(input->text, "the evidence");
    if (!record)
        return;
    turn_answer(turn, OUTCOME_DONE, input->incident, "On record.");
    if (!evidence_is_kept(record) || reads_again(&record->custody, actor, turn->now_us))
        return;
    jw_pair(event_begin(turn), "what", what);
    event_end(turn, input->incident, actor, "evidence.read", "Reads evidence: %s", what);
}
