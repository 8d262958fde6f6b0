/* Rebuilding the engine from the ledger.
 *
 * At the start alerts are taken before the runbooks are read: they go to the inbox and are answered, as
 * durable as any. The engine comes after, and hears the whole inbox, those alerts among the rest: the way is
 * the same as after a crash between the answer and the decision. */
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/spare.h"
#include "ledger/review.h"
#include "role/core_priv.h"

/* How long who posts alerts waits while the inbox is read, which must be read faster than it grows. */
enum { UNHEARD_US = 4000 };

struct replay {
    struct core *core;
    struct json_document *document;
    size_t n_rows;
    int64_t newest_us;
    int64_t row_id; /* of the row at hand, */
    int64_t of_row; /* the row that the last request was of, */
    int64_t place;  /* and its place there */
};

static void replay_batch(void *context, const struct alert_batch *batch, int64_t received_us)
{
    engine_restore_alerts(((struct replay *)context)->core->engine, batch, received_us);
}

/* What is set aside is one request, not the row that it shares with others. */
enum { PLACES = 1 << 16 };

static int64_t request_at_hand(struct replay *replay)
{
    replay->place = replay->of_row == replay->row_id ? replay->place + 1 : 0;
    replay->of_row = replay->row_id;
    return replay->row_id * PLACES + replay->place;
}

/* 0: none. */
static int64_t set_aside_now(const struct suspect *suspect)
{
    const int64_t *items;
    size_t n = suspect_aside(suspect, &items);
    return suspect_has_news(suspect) && n > 0 ? items[n - 1] : 0;
}

/* It is a trouble of its own, told once; who mends it finds what it was. */
static void raise_aside(struct core *core, const char *what, const char *effect)
{
    core_raise(core, "SetAside", what,
               arena_printf(core->arena, "Crashcart ended three times at %s, and goes on without it: %s",
                            what, effect));
}

static void raise_all_aside(struct core *core)
{
    int64_t request = set_aside_now(core->suspects.inbox), incident = set_aside_now(core->suspects.incident);
    if (request)
        raise_aside(
            core,
            arena_printf(core->arena, "inbox row %lld, request %lld", (long long)(request / PLACES),
                         (long long)(request % PLACES + 1)),
            "its alerts are not heard; the file inbox-*.aside in the data folder has what was received");
    if (incident)
        raise_aside(core, arena_printf(core->arena, "incident %lld", (long long)incident),
                    "nobody is paged for it any more; look at it, and at its alerts");
}

static void keep_body(struct core *core, int64_t request, const void *bytes, size_t n_bytes)
{
    struct err err;
    const char *path = arena_printf(core->arena, "%s/inbox-%lld-%lld.aside", core->options->data,
                                    (long long)(request / PLACES), (long long)(request % PLACES + 1));
    if (file_write(path, bytes, n_bytes, 0600, &err) != 0)
        log_event(LOG_ERROR, "inbox.aside_not_kept", "error=%s", log_quote(err.text));
}

static int replay_row(void *context, const char *format_name, const void *bytes, size_t n_bytes,
                      int64_t received_us)
{
    struct replay *replay = context;
    struct intake_body body = {intake_format(format_name), bytes, n_bytes, received_us};
    struct err err = {0};
    struct suspect *suspect = replay->core->suspects.inbox;
    int64_t request = request_at_hand(replay);
    if (!suspect_begin(suspect, request)) {
        keep_body(replay->core, request, bytes, n_bytes);
        return 0;
    }
    /* It was accepted once by the same parser: only a defect or a damaged ledger leads to an error here. */
    if (!body.format)
        log_event(LOG_ERROR, "inbox.unreadable", "format=%s", log_quote(format_name));
    else if (intake_each_batch(&body, replay->document, replay_batch, replay, &err) < 0)
        log_event(LOG_ERROR, "inbox.unreadable", "format=%s error=%s", log_quote(format_name),
                  log_quote(err.text));
    suspect_end(suspect);
    replay->n_rows++;
    if (received_us > replay->newest_us)
        replay->newest_us = received_us;
    return 0;
}

static int replay_inbox(struct core *core, int64_t *ret_newest_us, struct err *err)
{
    struct replay replay = {.core = core, .document = json_document_new()};
    int64_t kept_us = 0;
    int failed;
    while ((failed = ledger_next_inbox(core->ledger, &replay.row_id, replay_row, &replay, err)) ==
           LEDGER_MORE) {
        if (clock_monotonic_us(core->clock) - kept_us < UNHEARD_US)
            continue;
        core_keep_alerts(core); /* further rows of the inbox */
        kept_us = clock_monotonic_us(core->clock);
    }
    json_document_free(replay.document);
    if (failed == 0)
        log_event(LOG_INFO, "engine.restored", "rows=%zu alerts=%zu", replay.n_rows,
                  engine_count_alerts(core->engine));
    *ret_newest_us = replay.newest_us;
    return failed;
}

static void leave_out(struct core *core)
{
    const int64_t *incidents;
    size_t n = suspect_aside(core->suspects.incident, &incidents);
    for (size_t i = 0; i < n; i++)
        engine_leave_out(core->engine, incidents[i]);
    engine_tell_work(core->engine, suspect_item(core->suspects.incident));
}

/* Should the process end before: what waited is withdrawn once more, which is nothing. */
static int settle(struct core *core, struct err *err)
{
    if (ledger_begin(core->ledger, err) != 0)
        return -1;
    if (ledger_settled(core->ledger, err) == 0)
        return ledger_commit(core->ledger, err) == 0 ? 0 : -1;
    ledger_rollback(core->ledger);
    return -1;
}

static void raise_doubt(struct core *core, const struct decisions *decisions)
{
    list_each (decision, &decisions->list)
        if (decision->kind == DECISION_EVENT && strcmp(decision->event.kind, "clock.doubtful") == 0)
            core_raise(core, "ClockDoubtful", "clock", decision->event.summary);
        else if (decision->kind == DECISION_EVENT && strcmp(decision->event.kind, "ledger.brought_back") == 0)
            log_event(LOG_WARNING, "ledger.brought_back", "what=%s", log_quote(decision->event.summary));
}

static int restore(struct core *core, struct err *err)
{
    int64_t newest_us;
    leave_out(core);
    if (ledger_restore(core->ledger, core->engine, clock_wall_us(core->clock), err) != 0)
        return -1;
    suspect_end(core->suspects.incident);
    if (replay_inbox(core, &newest_us, err) != 0)
        return -1;
    int64_t now = clock_wall_us(core->clock);
    struct decisions decisions = {.arena = core->arena};
    engine_restored(core->engine, now, &decisions);
    int got = core_record(core, &decisions, err);
    if (got == LEDGER_FULL ||
        ledger_is_lost(core->ledger)) { /* serve what can be served; see core_commit.c */
        log_event(LOG_ERROR, "ledger.full", "error=%s", log_quote(err->text));
        got = LEDGER_FULL;
        core->ledger_failed = true;
        core->failed_us = clock_monotonic_us(core->clock);
        __atomic_store_n(&core->ready, false, __ATOMIC_RELEASE);
    } else if (got != 0) {
        return -1;
    }
    core_carry_out(core, &decisions, false);
    if (got == 0 && settle(core, err) != 0)
        return -1;
    raise_doubt(core, &decisions);
    arena_reset(core->arena);
    /* The clock was set back, and the engine has brought the alerts near: so must the next one find them. */
    if (newest_us > now)
        core_compact_now(core);
    return 0;
}

int core_begin(struct core *core, struct err *err)
{
    core->engine = engine_new(core->site->config, core->site->library);
    if (restore(core, err) < 0) { /* in good order: nothing that it was at is to blame */
        suspect_end(core->suspects.incident);
        return -1;
    }
    log_event(LOG_INFO, "core.ready", "listen=%s runbooks=%zu people=%zu", core->options->listen,
              core->site->library->n_runbooks, core->site->config->people.n);
    /* What the process before may have left. */
    core->cleaning = (struct cleaning){.state = CLEANING_ERASES, .patient = true};
    __atomic_store_n(&core->begun, true, __ATOMIC_RELEASE);
    core_write_updates(core);
    core_mirror_soon(core);
    core_alive_plan(core);
    raise_all_aside(core);
    if (ledger_unread(core->ledger))
        core_raise(
            core, "Unreadable", "ledger",
            arena_printf(core->arena,
                         "%zu rows of the ledger cannot be read and were passed over: the log names them "
                         "(ledger.unreadable)",
                         ledger_unread(core->ledger)));
    core_work(core); /* what was held */
    spare_give_back();
    return 0;
}

int core_recall(struct core *core, const struct input *input, struct err *err)
{
    struct incident incident;
    struct run_step *steps;
    struct role_holder *roles;
    struct check_item *checks;
    struct runbook_clock *clocks;
    struct action_item *actions;
    size_t n_steps, n_roles, n_checks, n_clocks, n_actions;
    int64_t number = input->incident ? input->incident : input->run; /* a run has the incident's number */
    if (number <= 0 || engine_knows(core->engine, number))
        return 0;
    int got = ledger_incident(core->ledger, core->arena, number, &incident, err);
    if (got != 0)
        return got == LEDGER_NOT_FOUND ? 0 : got;
    if (ledger_steps(core->ledger, core->arena, number, &steps, &n_steps, err) != 0 ||
        ledger_roles(core->ledger, core->arena, number, &roles, &n_roles, err) != 0 ||
        ledger_checks(core->ledger, core->arena, number, &checks, &n_checks, err) != 0 ||
        ledger_clocks(core->ledger, core->arena, number, SIZE_MAX, &clocks, &n_clocks, err) != 0 ||
        ledger_actions(core->ledger, core->arena, number, SIZE_MAX, &actions, &n_actions, err) != 0)
        return -1;
    engine_recall_incident(core->engine, &incident);
    for (size_t i = 0; i < n_steps; i++)
        engine_restore_step(core->engine, &steps[i]);
    for (size_t i = 0; i < n_roles; i++)
        engine_restore_role(core->engine, &roles[i]);
    for (size_t i = 0; i < n_checks; i++)
        engine_restore_check(core->engine, &checks[i]);
    for (size_t i = 0; i < n_clocks; i++)
        engine_restore_clock(core->engine, &clocks[i]);
    for (size_t i = 0; i < n_actions; i++)
        engine_restore_action(core->engine, &actions[i]);
    return 0;
}
