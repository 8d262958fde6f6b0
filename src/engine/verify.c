/* What follows a change: the checks that the document has for it run by themselves (they only look), and when
 * one of them fails, all run again after a while, for what was changed may need time to come up. So a change
 * is verified, or failed, or nothing in the document can tell.
 *
 * A round is over when no check of it waits or runs; the state of a round is in the rows, so that it goes on
 * after a restart. A row checks one change at a time: the next change takes it over, and what the first one
 * did can not be told any more.
 *
 * When it failed, the commands of the document that take it back are offered; they wait for an approval like
 * any other. */
#include <string.h>

#include "engine/engine_priv.h"
#include "runbook/verification.h"

enum { SHOWN_BYTES = 160 };

static bool is_pending(const struct run_step *row)
{
    return row->state == STEP_QUEUED || row->state == STEP_STARTING || row->state == STEP_RUNNING ||
           row->state == STEP_STOPPING;
}

/* The document as it was when the run was planned, or NULL. */
static const struct runbook *runbook_of(const struct turn *turn, const struct run_step *step)
{
    const struct runbook *runbook = library_find(turn->engine->library, step->file);
    return runbook && strcmp(runbook->sha256, step->sha256) == 0 ? runbook : NULL;
}

static void checks_of(const struct turn *turn, const struct run_step *change, struct checks *ret_checks)
{
    const struct runbook *runbook = runbook_of(turn, change);
    if (!runbook)
        return;
    list_each (procedure, &runbook->procedures) {
        change_checks(turn->arena, runbook->document, procedure, step_line(change), ret_checks);
        if (ret_checks->n)
            return;
    }
}

/* ---- what is said ---- */

static const char *change_text(struct turn *turn, const struct run_step *change)
{
    return text_head(turn->arena, step_text(change), SHOWN_BYTES);
}

static void verdict_say(struct turn *turn, struct run_step *change, const char *kind, const char *says)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", change->run);
    jw_pair_int(body, "line", change->line);
    jw_pair(body, "file", change->file);
    jw_pair(body, "command", change->text);
    jw_pair(body, "verdict", step_verdict_name(change->verdict));
    jw_pair(body, "why", change->verdict_why);
    event_end(turn, change->incident, NULL, kind, "`%s` (%s): %s%s%s", change_text(turn, change),
              place_text(turn->arena, change->file, change->line), says, *change->verdict_why ? ": " : "",
              text_head(turn->arena, change->verdict_why, 2 * SHOWN_BYTES));
}

static void verdict_set(struct turn *turn, struct incident_record *record, struct run_step *change,
                        enum step_verdict verdict, const char *why)
{
    static const struct {
        const char *kind, *says;
    } words[N_STEP_VERDICTS] = {
        [VERDICT_PASSED] = {"change.verified", "the change is verified"},
        [VERDICT_FAILED] = {"change.failed", "the change did not do well"},
        [VERDICT_UNVERIFIABLE] = {"change.not_verifiable", "whether the change did well is not verified"},
    };
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].checks_for == change->line) {
            record->steps[i].checks_for = 0;
            turn_save_step(turn, &record->steps[i], NULL);
        }
    change->verdict = verdict;
    change->verify_next_us = 0;
    text_keep(&change->verdict_why, why);
    turn_save_step(turn, change, NULL);
    verdict_say(turn, change, words[verdict].kind, words[verdict].says);
}

/* ---- the way back ---- */

/* What has run, or may have, is not opened again by itself. */
static void offer(struct turn *turn, const struct run_step *change, struct run_step *row,
                  const char **ret_lines)
{
    bool untouched =
        row && (row->state == STEP_WAITING || row->state == STEP_HELD || row->state == STEP_NOT_TAKEN);
    if (!untouched || row->kind != STEP_COMMAND || *row->approved_by)
        return;
    values_reopen(turn, row);
    text_keep(&row->why, arena_printf(turn->arena, "It takes back line %d, which did not do well. %s",
                                      step_line(change), row->why));
    turn_save_step(turn, row, NULL);
    *ret_lines = arena_printf(turn->arena, "%s%sline %d `%s`", *ret_lines, **ret_lines ? ", " : "",
                              step_line(row), change_text(turn, row));
}

/* The ways that wait for an approval now, in words; "": none. */
static const char *offer_ways_back(struct turn *turn, struct incident_record *record,
                                   const struct run_step *change)
{
    const struct runbook *runbook = runbook_of(turn, change);
    struct ways_back ways = {0};
    size_t n = runbook && part_of(change->line) == PART_ITSELF ? runbook->procedures.n : 0;
    for (size_t i = 0; i < n && !ways.n; i++)
        change_ways_back(turn->arena, &runbook->procedures.at[i], change->line, &ways);
    const char *lines = "";
    struct run_step *derived = ways.n ? NULL : way_back_row(record, change);
    list_each (way, &ways)
        offer(turn, change, step_on_line(record, (*way)->line), &lines);
    if (derived)
        offer(turn, change, derived, &lines);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", change->run);
    jw_pair_int(body, "line", change->line);
    jw_pair(body, "offered", lines);
    if (*lines)
        event_end(turn, change->incident, NULL, "way_back.offered",
                  "The way back of line %d waits for an approval: %s", step_line(change),
                  text_head(turn->arena, lines, 2 * SHOWN_BYTES));
    else
        event_end(turn, change->incident, NULL, "way_back.missing",
                  ways.n || derived
                      ? "The way back of line %d has been decided on before: look at it"
                      : "The runbook names no way back for line %d, and none follows from the command",
                  step_line(change));
    return lines;
}

/* ---- rounds ---- */

static void schedule(struct turn *turn, struct incident_record *record)
{
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < record->n_steps; i++) {
        const struct run_step *step = &record->steps[i];
        if (step->verdict == VERDICT_CHECKING && step->verify_next_us && step->verify_next_us < next_us)
            next_us = step->verify_next_us;
    }
    if (next_us == INT64_MAX)
        due_clear(&turn->engine->due, &record->verify);
    else
        due_set(&turn->engine->due, &record->verify, next_us);
}

static void queue(struct turn *turn, struct run_step *row, const struct run_step *change)
{
    row->state = STEP_QUEUED;
    row->checks_for = change->line;
    row->verdict = VERDICT_NONE;
    row->approval_ends_us = 0;
    text_keep(&row->approved_by, "");
    text_keep(&row->verdict_why, "");
    text_keep(&row->why, "");
    turn_save_step(turn, row, NULL);
}

/* Can the row check the change by itself now? */
static bool can_queue(struct turn *turn, const struct incident_record *record, const struct run_step *row)
{
    bool approved = (row->state == STEP_QUEUED || row->state == STEP_WAITING) && *row->approved_by;
    bool busy = is_pending(row) && row->state != STEP_QUEUED;
    bool left_out = row->state == STEP_NOT_TAKEN || row->state == STEP_DENIED || row->state == STEP_SKIPPED;
    return row->kind == STEP_COMMAND && !left_out && !approved && !busy && !custody_holds(record, row) &&
           values_harmless(turn, row);
}

static void supersede(struct turn *turn, struct incident_record *record, int line,
                      const struct run_step *change)
{
    struct run_step *earlier = line && line != change->line ? step_on_line(record, line) : NULL;
    if (earlier && earlier->verdict == VERDICT_CHECKING)
        verdict_set(turn, record, earlier, VERDICT_UNVERIFIABLE,
                    arena_printf(turn->arena, "line %d changed something before its checks were done",
                                 step_line(change)));
}

static void begin(struct turn *turn, struct incident_record *record, struct run_step *change)
{
    struct checks checks = {0};
    size_t n = 0;
    checks_of(turn, change, &checks);
    list_each (check, &checks) {
        struct run_step *row = step_on_line(record, check->command->line);
        if (!row || !can_queue(turn, record, row))
            continue;
        supersede(turn, record, row->checks_for, change);
        queue(turn, row, change);
        n++;
    }
    if (n == 0) {
        verdict_set(turn, record, change, VERDICT_UNVERIFIABLE,
                    checks.n ? "its checks want a person" : "the runbook has no check for it");
        return;
    }
    change->verdict = VERDICT_CHECKING;
    change->verify_until_us = time_after_s(turn->now_us, turn->engine->config->runner.verify_time_s);
    change->verify_next_us = 0;
    text_keep(&change->verdict_why, "");
    turn_save_step(turn, change, NULL);
}

static void again(struct turn *turn, struct incident_record *record, struct run_step *change, const char *why)
{
    int64_t wait_s = check_pause_s((turn->now_us - change->finished_us) / US_PER_S);
    bool first = *change->verdict_why == '\0';
    change->verify_next_us = time_after_s(turn->now_us, wait_s);
    text_keep(&change->verdict_why, why);
    turn_save_step(turn, change, NULL);
    if (first)
        verdict_say(turn, change, "change.checking",
                    arena_printf(turn->arena, "a check fails, and is repeated until %s",
                                 time_text(turn->arena, change->verify_until_us)));
    schedule(turn, record);
}

static void conclude(struct turn *turn, struct incident_record *record, struct run_step *change)
{
    size_t n = 0;
    const char *failed = "", *passed = "";
    for (size_t i = 0; i < record->n_steps; i++) {
        const struct run_step *row = &record->steps[i];
        if (row->checks_for != change->line)
            continue;
        if (is_pending(row))
            return;
        const char **list = row->verdict == VERDICT_PASSED ? &passed : &failed;
        *list = arena_printf(turn->arena, "%s%sline %d: %s", *list, **list ? "; " : "", row->line,
                             *row->verdict_why ? row->verdict_why : step_state_name(row->state));
        n++;
    }
    if (*failed == '\0' && n) {
        verdict_set(turn, record, change, VERDICT_PASSED, passed);
    } else if (turn->now_us < change->verify_until_us) {
        again(turn, record, change, failed);
    } else {
        verdict_set(turn, record, change, VERDICT_FAILED, n ? failed : "its checks did not run");
        verify_tell(turn, record, change, offer_ways_back(turn, record, change));
    }
}

static void check_done(struct turn *turn, struct incident_record *record, struct run_step *row,
                       const char *output)
{
    struct run_step *change = step_on_line(record, row->checks_for);
    struct checks checks = {0};
    struct expectation expects = {0};
    const char *why = *row->why ? row->why : step_state_name(row->state);
    if (!change || change->verdict != VERDICT_CHECKING)
        return;
    checks_of(turn, change, &checks);
    list_each (check, &checks)
        if (check->command->line == row->line)
            expects = check->expects;
    bool ran = row->state == STEP_SUCCEEDED || (row->state == STEP_FAILED && row->exit_code >= 0);
    bool met =
        ran && expectation_met(turn->arena, &expects, row->state == STEP_SUCCEEDED ? 0 : row->exit_code,
                               text_or(output, ""), &why);
    row->verdict = met ? VERDICT_PASSED : VERDICT_FAILED;
    text_keep(&row->verdict_why, why);
    turn_save_step(turn, row, NULL);
    conclude(turn, record, change);
}

void verify_done(struct turn *turn, struct incident_record *record, struct run_step *step, const char *output)
{
    bool ran = step->state == STEP_SUCCEEDED || step->state == STEP_FAILED || step->state == STEP_TIMED_OUT;
    if (step->kind != STEP_COMMAND || !incident_is_open(record))
        return;
    if (step->checks_for)
        check_done(turn, record, step, output);
    else if (step->risk != RISK_READ && ran)
        begin(turn, record, step);
}

void due_verify(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, verify);
    due_clear(&turn->engine->due, due);
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *change = &record->steps[i];
        if (change->verdict != VERDICT_CHECKING || !change->verify_next_us ||
            change->verify_next_us > turn->now_us)
            continue;
        change->verify_next_us = 0;
        turn_save_step(turn, change, NULL);
        for (size_t k = 0; k < record->n_steps; k++)
            if (record->steps[k].checks_for == change->line && can_queue(turn, record, &record->steps[k]))
                queue(turn, &record->steps[k], change);
        conclude(turn, record, change);
    }
    run_continue(turn, record);
    schedule(turn, record);
}

void verify_stop(struct turn *turn, struct incident_record *record)
{
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].verdict == VERDICT_CHECKING)
            verdict_set(turn, record, &record->steps[i], VERDICT_UNVERIFIABLE,
                        "the incident was resolved before its checks were done");
    schedule(turn, record);
}

void verify_restored(struct turn *turn, struct incident_record *record)
{
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].verdict == VERDICT_CHECKING && !record->steps[i].verify_next_us)
            conclude(turn, record, &record->steps[i]);
    schedule(turn, record);
}

void verify_move(struct turn *turn, struct incident_record *record, int64_t back_us)
{
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *change = &record->steps[i];
        if (change->verdict != VERDICT_CHECKING)
            continue;
        change->verify_until_us -= back_us;
        if (change->verify_next_us)
            change->verify_next_us -= back_us;
        turn_save_step(turn, change, NULL);
    }
    schedule(turn, record);
}
