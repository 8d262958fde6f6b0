/* What the tests of the ledger share: values to record, and how. */
#pragma once

#include <string.h>

#include "ledger/folder_testing.h"

enum { T0_S = 1772355600 }; /* 2026-03-01T09:00:00Z */
#define T0_US (T0_S * US_PER_S)

static inline struct decision event_for(int64_t incident, const char *kind, const char *summary)
{
    return (struct decision){.kind = DECISION_EVENT,
                             .event = {.incident = incident,
                                       .actor = "system",
                                       .kind = kind,
                                       .summary = summary,
                                       .body = "{\"alert\":\"QueueFull\"}"}};
}

static inline struct incident incident_numbered(int64_t number, enum incident_state state)
{
    return (struct incident){.number = number,
                             .trouble = "till|QueueFull",
                             .title = "QueueFull on till",
                             .service = "till",
                             .severity = "SEV-2",
                             .severity_rank = 2,
                             .severity_why = "\"queue over 90 %\" is SEV-2",
                             .severity_line = 14,
                             .state = state,
                             .runbook_file = "till.md",
                             .procedure_title = "Queue is full",
                             .procedure_line = 30,
                             .started_us = T0_US - 60 * US_PER_S,
                             .opened_us = T0_US,
                             .n_alerts = 3,
                             .n_firing = 2,
                             .response_time_s = INT64_MIN,
                             .next_delivery = 2};
}

static inline struct delivery delivery_numbered(int64_t id, int64_t incident, enum delivery_state state)
{
    return (struct delivery){.id = id,
                             .incident = incident,
                             .key = "crashcart-1-incident-1-page-1",
                             .state = state,
                             .person = "ana",
                             .way = 1,
                             .channel = "webhook",
                             .address = "http://127.0.0.1:9000/page",
                             .why = "SEV-2 is paged at once (line 14)",
                             .attempts = 1,
                             .queued_us = T0_US,
                             .due_us = T0_US + US_PER_S,
                             .detail = "HTTP 503"};
}

static inline struct run_step step_at(int64_t run, int line, enum step_state state)
{
    return (struct run_step){.run = run,
                             .incident = run,
                             .line = line,
                             .position = line / 10,
                             .file = "till.md",
                             .sha256 = "0011",
                             .phase = "Look",
                             .text = "till queue --depth",
                             .risk = RISK_MUTATE,
                             .risk_why = "it is not known",
                             .state = state,
                             .started_us = T0_US,
                             .finished_us = T0_US + 2 * US_PER_S,
                             .exit_code = -1,
                             .output = "depth 912\n",
                             .output_cut = true,
                             .attempt = 1};
}

/* Records the decisions in the open transaction. */
static inline int test_record(struct ledger *ledger, struct decision *decisions, size_t n, int64_t now_us,
                              struct err *err)
{
    struct decisions list = {.list = {.at = decisions, .n = n}};
    return ledger_record(ledger, &list, now_us, err);
}

/* A transaction that must succeed. */
static inline void test_commit(struct ledger *ledger, struct decision *decisions, size_t n)
{
    struct err err = {0};
    if (ledger_begin(ledger, &err) != 0 || test_record(ledger, decisions, n, T0_US, &err) != 0 ||
        ledger_commit(ledger, &err) != 0)
        fail_msg("%s", err.text);
}

static inline size_t test_count_events(struct ledger *ledger, int64_t incident)
{
    struct arena *arena scoped_arena = arena_new();
    struct event_row *rows;
    size_t n;
    assert_int_equal(ledger_timeline(ledger, arena, incident, 0, SIZE_MAX, &rows, &n, NULL), 0);
    return n;
}
