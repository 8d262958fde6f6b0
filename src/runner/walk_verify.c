/* A round begins with the first check, and each check is run once in it: one that began before the first one
 * did belongs to the round before. So the entries tell where it stands, also after a walk was taken up. */
#include "runner/walk_verify.h"

#include <string.h>

#include "base/clock.h"
#include "runbook/verification.h"

static int row_of(const struct walk *walk, const struct command *command)
{
    for (size_t i = 0; i < walk->rows.n; i++)
        if (walk->rows.at[i].command && walk->rows.at[i].line == command->line)
            return (int)i;
    return -1;
}

static bool is_change(const struct walk_row *row)
{
    return row->command && command_changes(row->command);
}

static void checks_of(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                      struct checks *ret_checks)
{
    change_checks(arena, walk->runbook->document, walk->procedure, part_line(change->line), ret_checks);
}

void walk_checks(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                 struct walk_rows *ret_rows)
{
    struct checks checks = {0};
    if (!is_change(change))
        return;
    checks_of(arena, walk, change, &checks);
    list_each (check, &checks) {
        int at = row_of(walk, check->command);
        if (at >= 0)
            *list_push(arena, ret_rows) = at;
    }
}

void walk_ways_back(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                    struct walk_rows *ret_rows)
{
    struct ways_back ways = {0};
    if (!is_change(change) || change->change >= 0)
        return;
    change_ways_back(arena, walk->procedure, change->line, &ways);
    list_each (way, &ways) {
        int at = row_of(walk, *way);
        if (at >= 0)
            *list_push(arena, ret_rows) = at;
    }
    if (!ways.n && change->back >= 0)
        *list_push(arena, ret_rows) = change->back;
}

/* Those that can run without a person. */
static void checks_unasked(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                           struct walk_rows *ret_rows)
{
    struct walk_rows all = {0};
    walk_checks(arena, walk, change, &all);
    list_each (at, &all) {
        const struct walk_row *row = &walk->rows.at[*at];
        struct walk_command command;
        walk_prepare(arena, walk, row, &command);
        bool left_out = row->state == WALK_NOT_TAKEN || row->state == WALK_SKIPPED;
        if (!left_out && !command.cannot && (!command.ask || command.seen_only))
            *list_push(arena, ret_rows) = *at;
    }
}

int walk_checking(const struct walk *walk)
{
    for (size_t i = 0; i < walk->rows.n; i++)
        if (walk->rows.at[i].verdict == VERDICT_CHECKING)
            return (int)i;
    return -1;
}

/* ---- what the entries do ---- */

static void verdict_set(struct walk *walk, struct walk_row *row, enum step_verdict verdict, const char *why)
{
    row->verdict = verdict;
    row->verdict_why = arena_strdup(walk->arena, why);
}

void walk_verify_begin(struct walk *walk, struct walk_row *row, int check_line)
{
    row->verdict = VERDICT_NONE;
    row->verdict_why = NULL;
    row->checks_for = -1;
    for (size_t i = 0; check_line && i < walk->rows.n; i++)
        if (walk->rows.at[i].line == check_line)
            row->checks_for = (int)i;
    int earlier = is_change(row) ? walk_checking(walk) : -1;
    if (earlier >= 0)
        verdict_set(walk, &walk->rows.at[earlier], VERDICT_UNVERIFIABLE,
                    arena_printf(walk->arena, "line %d changed something before its checks were done",
                                 part_line(row->line)));
}

static void check_take(struct walk *walk, struct walk_row *row)
{
    scoped_arena struct arena *arena = arena_new();
    struct checks checks = {0};
    struct expectation expects = {0};
    const char *why = row->result.why ? row->result.why : walk_state_text(row->state);
    checks_of(arena, walk, &walk->rows.at[row->checks_for], &checks);
    list_each (check, &checks)
        if (check->command->line == row->line)
            expects = check->expects;
    bool ran = row->state == WALK_SUCCEEDED || (row->state == WALK_FAILED && row->result.exit_code >= 0);
    bool met =
        ran && expectation_met(arena, &expects, row->state == WALK_SUCCEEDED ? 0 : row->result.exit_code,
                               row->result.output, &why);
    verdict_set(walk, row, met ? VERDICT_PASSED : VERDICT_FAILED, why);
}

void walk_verify_result(struct walk *walk, struct walk_row *row)
{
    scoped_arena struct arena *arena = arena_new();
    struct walk_rows all = {0}, unasked = {0};
    if (row->checks_for >= 0) {
        check_take(walk, row);
        return;
    }
    bool ran = row->state == WALK_SUCCEEDED || row->state == WALK_FAILED || row->state == WALK_TIMED_OUT;
    if (!ran || !is_change(row))
        return;
    walk_checks(arena, walk, row, &all);
    checks_unasked(arena, walk, row, &unasked);
    if (unasked.n)
        verdict_set(walk, row, VERDICT_CHECKING, NULL);
    else
        verdict_set(walk, row, VERDICT_UNVERIFIABLE,
                    all.n ? "its checks want a person" : "the runbook has no check for it");
}

void walk_verify_judge(struct walk *walk, struct walk_row *row, enum step_verdict verdict, const char *why)
{
    verdict_set(walk, row, verdict, why);
    if (verdict == VERDICT_FAILED && row->back >= 0 && walk->rows.at[row->back].state == WALK_SPARE)
        walk->rows.at[row->back].state = WALK_OPEN;
}

/* ---- rounds ---- */

static bool is_done(const struct walk *walk, const struct walk_row *check, const struct walk_row *first,
                    int change)
{
    return check->checks_for == change && check->verdict != VERDICT_NONE &&
           check->begun_us >= first->begun_us && check->begun_us >= walk->rows.at[change].ended_us;
}

/* All checks of the round have ended. */
static void round_conclude(struct arena *arena, const struct walk *walk, const struct walk_rows *checks,
                           int64_t now_us, int64_t window_us, bool at_once, struct walk_move *move)
{
    const struct walk_row *change = &walk->rows.at[move->change];
    const char *failed = "", *passed = "";
    int64_t last_us = 0;
    list_each (at, checks) {
        const struct walk_row *row = &walk->rows.at[*at];
        const char **list = row->verdict == VERDICT_PASSED ? &passed : &failed;
        *list = arena_printf(arena, "%s%sline %d: %s", *list, **list ? "; " : "", row->line,
                             row->verdict_why ? row->verdict_why : walk_state_text(row->state));
        last_us = row->ended_us > last_us ? row->ended_us : last_us;
    }
    move->kind = WALK_MOVE_JUDGE;
    move->verdict = *failed ? VERDICT_FAILED : VERDICT_PASSED;
    move->why = *failed ? failed : passed;
    if (!*failed || at_once || now_us >= change->ended_us + window_us)
        return;
    move->until_us = last_us + check_pause_s((last_us - change->ended_us) / US_PER_S) * US_PER_S;
    move->row = checks->at[0];
    move->kind = now_us < move->until_us ? WALK_MOVE_WAIT : WALK_MOVE_RUN;
}

struct walk_move walk_verify_next(struct arena *arena, const struct walk *walk, int64_t now_us,
                                  int64_t window_us, bool at_once)
{
    struct walk_move move = {.kind = WALK_MOVE_NONE, .change = walk_checking(walk), .row = -1};
    struct walk_rows checks = {0};
    if (move.change < 0)
        return move;
    checks_unasked(arena, walk, &walk->rows.at[move.change], &checks);
    if (!checks.n) {
        move.kind = WALK_MOVE_JUDGE;
        move.verdict = VERDICT_UNVERIFIABLE;
        move.why = "its checks want a person";
        return move;
    }
    const struct walk_row *first = &walk->rows.at[checks.at[0]];
    list_each (at, &checks) {
        const struct walk_row *check = &walk->rows.at[*at];
        if (is_done(walk, check, first, move.change))
            continue;
        move.kind = at_once ? WALK_MOVE_JUDGE : WALK_MOVE_RUN;
        move.row = *at;
        move.verdict = VERDICT_UNVERIFIABLE;
        move.why = "its checks were broken off";
        return move;
    }
    round_conclude(arena, walk, &checks, now_us, window_us, at_once, &move);
    return move;
}
