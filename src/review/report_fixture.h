/* An incident of 26 minutes with its timeline, commands and pages, and the report on it. For tests. */
#pragma once

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "review/report.h"

static const int64_t nine = INT64_C(1772442000) * US_PER_S; /* 2026-03-02 09:00:00 UTC */

static int64_t after_s(int64_t s)
{
    return nine + s * US_PER_S;
}

#define SHA "5f0c1e2d3b4a59687786958473625140aabbccddeeff00112233445566778899"

static struct incident an_incident(void)
{
    return (struct incident){
        .number = 4,
        .title = "QueueStuck on parcel-router",
        .service = "parcel-router",
        .severity = "P1",
        .severity_rank = 1,
        .severity_why = "the procedure states it",
        .severity_line = 9,
        .state = INCIDENT_RESOLVED,
        .runbook_file = "parcels.md",
        .runbook_sha256 = SHA,
        .procedure_title = "Queue does not move",
        .procedure_why = "the alert's name is in its heading",
        .procedure_line = 31,
        .started_us = nine,
        .opened_us = after_s(40),
        .acknowledged_us = after_s(160),
        .monitoring_us = after_s(1300),
        .resolved_us = after_s(1600),
        .acknowledged_by = "person:ana",
        .resolved_by = "system",
        .n_alerts = 3,
        .response_time_s = 900,
    };
}

static struct event_row events[] = {
    {.at_us = INT64_C(1772442040) * US_PER_S,
     .actor = "system",
     .kind = "incident.opened",
     .summary =
         "Incident 4: QueueStuck on parcel-router, P1, because the procedure states it; \"Queue does not "
         "move\" answers it (parcels.md:31)"},
    {.at_us = INT64_C(1772442040) * US_PER_S,
     .actor = "source:alertmanager-webhook",
     .kind = "alert.fired",
     .summary = "3 alerts joined: QueueStuck, WorkerIdle",
     .body = "{\"n\":3,\"firing\":3}"},
    {.at_us = INT64_C(1772442040) * US_PER_S,
     .actor = "system",
     .kind = "page.queued",
     .summary = "Paging ana by webhook: It has just opened (P1, parcels.md:9)"},
    {.at_us = INT64_C(1772442041) * US_PER_S,
     .actor = "system",
     .kind = "step.started",
     .summary = "Running `routerctl queue list | sort` (parcels.md:40)"},
    {.at_us = INT64_C(1772442042) * US_PER_S,
     .actor = "system",
     .kind = "page.sent",
     .summary = "Paged ana by webhook"},
    {.at_us = INT64_C(1772442043) * US_PER_S,
     .actor = "runner",
     .kind = "step.finished",
     .summary = "`routerctl queue list | sort` succeeded after 1.9 s: inbound 5200"},
    {.at_us = INT64_C(1772442160) * US_PER_S,
     .actor = "person:ana",
     .kind = "incident.acknowledged",
     .summary = "Acknowledged by person:ana after 2 min",
     .body = "{\"seconds\":120,\"text\":\"on it, at my desk in 5\"}"},
    {.at_us = INT64_C(1772442400) * US_PER_S,
     .actor = "person:ben",
     .kind = "note.added",
     .summary = "the broker | shows a stuck consumer",
     .body = "{\"text\":\"the broker | shows a stuck consumer\\nsince the release of 08:55\"}"},
    {.at_us = INT64_C(1772442500) * US_PER_S,
     .actor = "person:ben",
     .kind = "approval.given",
     .summary = "person:ben lets `routerctl worker restart inbound` run (parcels.md:52)"},
    {.at_us = INT64_C(1772442503) * US_PER_S,
     .actor = "runner",
     .kind = "step.finished",
     .summary = "`routerctl worker restart inbound` succeeded after 2.4 s"},
    {.at_us = INT64_C(1772443300) * US_PER_S,
     .actor = "system",
     .kind = "incident.monitoring",
     .summary = "All alerts are over; resolved if it stays so for 5 min"},
    {.at_us = INT64_C(1772443600) * US_PER_S,
     .actor = "system",
     .kind = "incident.resolved",
     .summary = "Resolved by system after 26 min",
     .body = "{\"seconds\":1560,\"firing\":0,\"text\":\"No alert has fired for 5 min\"}"},
};

static struct run_step steps[] = {
    {.line = 40,
     .position = 0,
     .file = "parcels.md",
     .text = "routerctl queue list | sort",
     .risk = RISK_READ,
     .state = STEP_SUCCEEDED,
     .started_us = INT64_C(1772442041) * US_PER_S,
     .finished_us = INT64_C(1772442043) * US_PER_S,
     .output = "inbound 5200\noutbound 3\n",
     .attempt = 1},
    {.line = 44,
     .position = 1,
     .file = "parcels.md",
     .text = "routerctl worker logs <worker>",
     .risk = RISK_READ,
     .state = STEP_HELD,
     .why = "A placeholder in it is not filled.",
     .exit_code = -1},
    {.line = 52,
     .position = 2,
     .file = "parcels.md",
     .text = "routerctl worker restart inbound",
     .target = "ssh deploy@router-1",
     .risk = RISK_MUTATE,
     .state = STEP_SUCCEEDED,
     .approved_by = "person:ben",
     .started_us = INT64_C(1772442501) * US_PER_S,
     .finished_us = INT64_C(1772442503) * US_PER_S,
     .output = "restarted\n",
     .attempt = 1},
    {.line = 60,
     .position = 3,
     .file = "parcels.md",
     .text = "routerctl queue purge inbound",
     .risk = RISK_DESTRUCTIVE,
     .state = STEP_DENIED,
     .why = "person:ben denied it: not needed",
     .exit_code = -1},
};

static struct delivery deliveries[] = {
    {.id = 1,
     .state = DELIVERY_SENT,
     .person = "ana",
     .channel = "webhook",
     .address = "https://hooks.example/secret-token",
     .why = "It has just opened (P1, parcels.md:9)",
     .attempts = 1,
     .queued_us = INT64_C(1772442040) * US_PER_S},
    {.id = 2,
     .state = DELIVERY_CANCELLED,
     .person = "ben",
     .channel = "email",
     .why = "Nobody has acknowledged it for 2 min (P1, parcels.md:9)",
     .queued_us = INT64_C(1772442158) * US_PER_S,
     .detail = "acknowledged by person:ana"},
};

static struct stated questions[] = {{"Which alert was missing?", 90}};
static struct stated causes[] = {{"A consumer that holds its lease", 35}};
static struct procedure procedures[] = {
    {.title = "Queue does not move", .line = 31, .likely_causes = {.at = causes, .n = 1}}};

static struct runbook a_runbook(void)
{
    struct runbook runbook = {.file = "parcels.md", .sha256 = SHA, .procedures = {.at = procedures, .n = 1}};
    runbook.parts.review_due_s = 48 * 3600;
    runbook.parts.questions.at = questions;
    runbook.parts.questions.n = 1;
    return runbook;
}

static struct report_input an_input(const struct incident *incident, const struct runbook *runbook)
{
    return (struct report_input){
        .incident = incident,
        .timeline = events,
        .n_timeline = sizeof events / sizeof *events,
        .steps = steps,
        .n_steps = sizeof steps / sizeof *steps,
        .deliveries = deliveries,
        .n_deliveries = sizeof deliveries / sizeof *deliveries,
        .runbook = runbook,
        .now_us = after_s(2000),
    };
}

static char *report_of(const struct report_input *input)
{
    struct buf out = {0};
    report_write(&out, input);
    return buf_steal(&out);
}

static char *report_with(const char *template_body)
{
    struct incident incident = an_incident();
    struct runbook runbook = a_runbook();
    struct template template = {.name = "Post-mortem", .audience = "report", .body = template_body};
    if (template_body) {
        runbook.parts.templates.at = &template;
        runbook.parts.templates.n = 1;
    }
    struct report_input input = an_input(&incident, &runbook);
    return report_of(&input);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is missing in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in:\n%s", part, text);
}

static void assert_in_order(const char *text, const char *first, const char *second)
{
    assert_has(text, first);
    assert_has(text, second);
    if (strstr(text, first) > strstr(text, second))
        fail_msg("\"%s\" stands after \"%s\" in:\n%s", first, second, text);
}
