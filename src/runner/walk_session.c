#include "runner/walk_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "runner/launcher.h"
#include "runner/place.h"
#include "runner/shell.h"
#include "runner/walk_verify.h"

enum { RUN = 1 }; /* a work folder holds one walk */

struct walk_session {
    struct arena *arena;
    struct walk *walk;
    struct walk_journal *journal;
    struct launcher *launcher;
    struct runner *runner;
    const struct config *config;
    struct place_secrets *secrets; /* of targets, or NULL */
    struct walk_watcher watcher;
    const struct redact_rules *rules;
    const char *by, *document, *sha256;
    uv_timer_t *pause; /* until the next round of checks */
    bool judge;        /* a person wants the verdict now */
    int running, n_orders;
    bool troubled;
    struct err trouble;
};

static int record(struct walk_session *session, const struct walk_entry *entry, struct err *err)
{
    if (walk_check(session->walk, entry, err) < 0 ||
        walk_journal_add(session->journal, session->walk, entry, err) < 0)
        return -1;
    walk_apply(session->walk, entry);
    return 0;
}

static void on_event(void *context, const struct runner_event *event)
{
    struct walk_session *session = context;
    if (event->started || session->running < 0)
        return;
    int row = session->running;
    struct walk_entry entry = {.verb = WALK_RESULT,
                               .row = row,
                               .at_us = clock_wall_us(clock_system()),
                               .by = session->by,
                               .result = event->result};
    session->running = -1;
    if (walk_journal_add(session->journal, session->walk, &entry, &session->trouble) < 0)
        session->troubled = true;
    walk_apply(session->walk, &entry); /* it has happened, recorded or not */
    session->watcher.ended(session->watcher.context, row);
}

static void on_watch(void *context, int64_t run, const char *bytes, size_t n_bytes)
{
    struct walk_session *session = context;
    (void)run;
    session->watcher.output(session->watcher.context, bytes, n_bytes);
}

static const struct config *config_in_force(void *context, const char **ret_why)
{
    const struct walk_session *session = context;
    (void)ret_why;
    return session->config;
}

int walk_session_new(uv_loop_t *loop, struct walk *walk, struct walk_journal *journal, const char *by,
                     const struct config *config, struct redact_rules *rules,
                     const struct walk_watcher *watcher, struct walk_session **ret_session, struct err *err)
{
    struct arena *arena = arena_new();
    struct walk_session *session = arena_alloc(arena, sizeof *session);
    struct runner_limits limits = runner_limits_of(config);
    const char *folder, *run_folder;
    *session = (struct walk_session){.arena = arena,
                                     .walk = walk,
                                     .journal = journal,
                                     .config = config,
                                     .watcher = *watcher,
                                     .rules = rules,
                                     .by = by,
                                     .sha256 = walk->about.sha256,
                                     .running = -1};
    session->document = walk_journal_document(journal, &folder);
    const char *work = arena_printf(arena, "%s/work", walk_journal_folder(journal));
    const struct cgroup_bounds bounds = {limits.processes, limits.memory_bytes};
    if (launcher_new(loop, folder, work, &bounds, &session->launcher, err) < 0 ||
        shell_folder(arena, work, RUN, &run_folder, err) < 0 ||
        shell_state_begin(run_folder, walk->about.folder, err) < 0) {
        walk_session_free(session);
        return -1;
    }
    redact_rules_know_environment(rules, shell_environment(arena, true));
    if (walk->about.target) {
        session->secrets = place_secrets_read(config, rules);
        launcher_know_site(session->launcher,
                           &(struct launcher_site){config_in_force, session, session->secrets});
    }
    session->runner = runner_new(loop, session->launcher, &limits, rules, on_event, session);
    runner_watch(session->runner, on_watch, session);
    session->pause = heap_alloc(sizeof *session->pause);
    uv_timer_init(loop, session->pause);
    *ret_session = session;
    return 0;
}

void walk_session_confine(struct walk_session *session, struct sandbox_child *sandbox)
{
    launcher_confine(session->launcher, sandbox, true);
}

static void pause_closed(uv_handle_t *pause)
{
    free(pause);
}

void walk_session_free(struct walk_session *session)
{
    if (!session)
        return;
    runner_free(session->runner);
    launcher_free(session->launcher);
    if (session->pause)
        uv_close((uv_handle_t *)session->pause, pause_closed);
    place_secrets_free(session->secrets);
    arena_free(session->arena);
}

/* check_line: number of the change that it checks, or 0. */
static int row_run(struct walk_session *session, int row, bool unasked, const char *reason, int check_line,
                   struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    struct walk_command command;
    struct walk_entry probe = {.verb = WALK_BEGIN, .row = row, .text = ""};
    if (walk_check(session->walk, &probe, err) < 0)
        return -1;
    const struct walk_row *at = &session->walk->rows.at[row];
    walk_prepare(arena, session->walk, at, &command);
    if (command.cannot || (unasked && command.ask))
        return err_set(err, "%s", command.cannot ? command.cannot : command.ask);
    struct walk_entry entry = {.verb = WALK_BEGIN,
                               .row = row,
                               .check_line = check_line,
                               .at_us = clock_wall_us(clock_system()),
                               .by = session->by,
                               .text = walk_text_redacted(arena, session->rules, command.filled.text, NULL),
                               .reason =
                                   reason ? walk_text_redacted(arena, session->rules, reason, NULL) : NULL};
    if (record(session, &entry, err) < 0)
        return -1;
    struct runner_order order = {.run = RUN,
                                 .attempt = ++session->n_orders,
                                 .file = session->document,
                                 .sha256 = session->sha256,
                                 .line = at->line,
                                 .approved = !unasked,
                                 .approved_by = session->by,
                                 .approved_sha256 = command.sha256,
                                 .repairs = at->repairs ? at->repairs : "",
                                 .values = command.values,
                                 .n_values = command.n_values,
                                 .service = session->walk->about.service,
                                 .target = session->walk->about.target};
    session->running = row;
    runner_start(session->runner, &order);
    return 0;
}

int walk_session_run(struct walk_session *session, int row, bool unasked, const char *reason, struct err *err)
{
    return row_run(session, row, unasked, reason, 0, err);
}

bool walk_session_stop(struct walk_session *session)
{
    session->judge = walk_checking(session->walk) >= 0;
    if (session->running < 0)
        return session->judge;
    return runner_stop(session->runner, RUN, session->by);
}

/* ---- checks of a change ---- */

static void on_pause_over(uv_timer_t *pause)
{
    (void)pause; /* the loop is awake now */
}

static void judge(struct walk_session *session, struct walk_move *move)
{
    struct walk_entry entry = {.verb = WALK_JUDGE,
                               .row = move->change,
                               .text = step_verdict_name(move->verdict),
                               .reason = move->why};
    session->judge = false;
    if (walk_session_do(session, entry, &session->trouble) == 0)
        return;
    session->troubled = true;
    entry.by = session->by;
    entry.at_us = clock_wall_us(clock_system());
    walk_apply(session->walk, &entry); /* it is so, recorded or not */
}

void walk_session_verify(struct walk_session *session, struct arena *arena, struct walk_move *ret_move)
{
    int64_t now_us = clock_wall_us(clock_system());
    struct walk_move move = walk_verify_next(
        arena, session->walk, now_us, session->config->runner.verify_time_s * US_PER_S, session->judge);
    struct err err;
    if (move.kind == WALK_MOVE_RUN) {
        const struct walk_row *row = &session->walk->rows.at[move.row];
        struct walk_command command;
        walk_prepare(arena, session->walk, row, &command);
        if (row_run(session, move.row, !command.ask, NULL, session->walk->rows.at[move.change].line, &err) <
            0) {
            move.kind = WALK_MOVE_JUDGE;
            move.verdict = VERDICT_UNVERIFIABLE;
            move.why = arena_printf(arena, "a check could not begin: %s", err.text);
        }
    }
    if (move.kind == WALK_MOVE_WAIT)
        uv_timer_start(session->pause, on_pause_over, (uint64_t)((move.until_us - now_us) / 1000 + 1), 0);
    if (move.kind == WALK_MOVE_JUDGE)
        judge(session, &move);
    *ret_move = move;
}

int walk_session_running(const struct walk_session *session)
{
    return session->running;
}

int walk_session_do(struct walk_session *session, struct walk_entry entry, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    entry.by = session->by;
    entry.at_us = clock_wall_us(clock_system());
    if (entry.verb == WALK_NOTE && entry.text)
        entry.text = walk_text_redacted(arena, session->rules, entry.text, NULL);
    if (entry.reason)
        entry.reason = walk_text_redacted(arena, session->rules, entry.reason, NULL);
    return record(session, &entry, err);
}

const char *walk_session_trouble(struct walk_session *session)
{
    bool troubled = session->troubled;
    session->troubled = false;
    return troubled ? session->trouble.text : NULL;
}
