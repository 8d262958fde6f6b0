/* Evidence of a breach. Rows that capture it (runbook/evidence.h) run first: those that only look by
 * themselves, whatever part of the procedure they stand in; the others are asked for. A change by which
 * something of it is lost waits until they are through, or somebody gives a reason: whether to contain or to
 * collect first is for a person to say, and the record shows what was chosen.
 *
 * Custody: what was captured by whose word, where, when, with the hash of what is kept, is an event of the
 * incident's chain, so that a copy can be held against it later. */
#include <string.h>

#include "base/hash.h"
#include "engine/engine_priv.h"
#include "runbook/evidence.h"

enum { SHOWN_BYTES = 160, SHOWN_ROWS = 3 };

bool evidence_is_kept(const struct incident_record *record)
{
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].evidence)
            return true;
    return false;
}

/* What is lost, in words; NULL: nothing, as far as is known. */
static const char *loss_of(struct turn *turn, const struct run_step *change)
{
    return change->evidence ? NULL : evidence_lost(turn->arena, change->risk, step_text(change));
}

const char *evidence_warning(struct turn *turn, const struct run_step *change, const char *changes)
{
    const char *loss = loss_of(turn, change);
    return loss ? arena_printf(turn->arena, "%s%sEVIDENCE is lost by it: %s", changes, *changes ? "; " : "",
                               loss)
                : changes;
}

static bool wants_person(const struct incident_record *record, const struct run_step *step)
{
    bool open = step->state == STEP_WAITING || step->state == STEP_HELD || step->state == STEP_OPEN;
    if (!step->evidence || !open)
        return false;
    for (size_t i = 0; i < record->n_steps; i++) /* its decision is not answered: it may not be meant */
        if (step->branch && record->steps[i].line == step->branch)
            return strcmp(record->steps[i].answer, "yes") == 0;
    return true;
}

void evidence_say(struct turn *turn, const struct incident_record *record, size_t first)
{
    size_t n = 0, n_people = 0;
    for (size_t i = first; i < record->n_steps; i++) {
        n += record->steps[i].evidence;
        n_people += wants_person(record, &record->steps[i]);
    }
    if (!n)
        return;
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", record->incident.number);
    jw_pair_int(body, "evidence", (int64_t)n);
    jw_pair_int(body, "for_people", (int64_t)n_people);
    event_end(turn, record->incident.number, NULL, "evidence.begun",
              "Evidence is captured before anything is changed: %zu steps, of which %zu want a person", n,
              n_people);
}

const char *evidence_missing(struct turn *turn, const struct incident_record *record,
                             const struct run_step *change)
{
    const char *loss = evidence_is_kept(record) ? loss_of(turn, change) : NULL;
    const char *lines = "";
    size_t n = 0;
    for (size_t i = 0; loss && i < record->n_steps; i++) {
        const struct run_step *step = &record->steps[i];
        if (step == change || !wants_person(record, step))
            continue;
        if (n++ < SHOWN_ROWS)
            lines = arena_printf(turn->arena, "%s%s%d", lines, *lines ? ", " : "", step_line(step));
    }
    if (!n)
        return NULL;
    return arena_printf(turn->arena, "Evidence is lost by it (%s), and %s not captured yet: line%s %s%s.",
                        text_head(turn->arena, loss, SHOWN_BYTES),
                        n == 1 ? "one step of it is" : "some of it is", n == 1 ? "" : "s", lines,
                        n > SHOWN_ROWS ? " and more" : "");
}

void evidence_left(struct turn *turn, const struct run_step *change, const struct input *input,
                   const char *missing)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", change->run);
    jw_pair_int(body, "line", change->line);
    jw_pair(body, "command", change->text);
    jw_pair(body, "missing", missing);
    jw_pair(body, "text", text_head(turn->arena, input->text, 4096));
    event_end(turn, change->incident, input->actor, "evidence.left",
              "%s does not wait for evidence. %s Because: %s", input->actor, missing,
              text_head(turn->arena, input->text, 300));
}

bool evidence_goes_first(const struct run_step *step, const struct run_step *other)
{
    return step->evidence && !other->evidence && other->risk != RISK_READ && !*other->note;
}

void evidence_kept(struct turn *turn, const struct run_step *step, const char *kept,
                   const struct step_result *result)
{
    char sha256[SHA256_HEX_BYTES];
    size_t n_bytes = strlen(kept);
    if (!step->evidence || step->state == STEP_REFUSED || step->state == STEP_EFFECT_UNKNOWN)
        return;
    sha256_hex(kept, n_bytes, sha256);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "file", step->file);
    jw_pair(body, "document_sha256", step->sha256);
    jw_pair(body, "runs", step_text(step));
    jw_pair(body, "target", step->target);
    jw_pair(body, "by", *step->approved_by ? step->approved_by : "unasked");
    jw_pair_int(body, "attempt", step->attempt);
    jw_pair_int(body, "exit_code", step->exit_code);
    jw_pair_int(body, "bytes", (int64_t)n_bytes);
    jw_pair(body, "sha256", sha256);
    jw_pair_bool(body, "cut", step->output_cut);
    jw_pair(body, "redacted", text_or(result->redacted, ""));
    event_end(turn, step->incident, "runner", "evidence.kept",
              "Evidence: what `%s` (%s) printed is kept, %zu bytes%s%s, SHA-256 %.16s...",
              text_head(turn->arena, step_text(step), SHOWN_BYTES),
              place_text(turn->arena, step->file, step->line), n_bytes,
              step->output_cut ? ", the middle cut out" : "",
              *text_or(result->redacted, "") ? ", secrets taken out" : "", sha256);
}
