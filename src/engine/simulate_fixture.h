/* A team and a runbook for the tests of simulations. Only tests include this. */
#pragma once

#include "base/testing.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "engine/simulate.h"

static const char simulate_config[] =
    "mail: {server: \"smtp://127.0.0.1:25\", from: c@example.org, starttls: \"off\"}\n"   /* 1 */
    "people:\n"                                                                           /* 2 */
    "  - {id: ana, name: Ana, contacts: [{webhook: \"https://push.example.org/ana\"}]}\n" /* 3 */
    "  - {id: ben, contacts: [{email: ben@example.org}]}\n"                               /* 4 */
    "  - {id: eve, contacts: [{email: eve@example.org}]}\n"                               /* 5 */
    "schedules:\n"                                                                        /* 6 */
    "  - id: daily\n"                                                                     /* 7 */
    "    timezone: America/New_York\n"
    "    layers: [{rotation: daily, start: 2026-10-01T02:00, people: [ana, ben]}]\n"
    "  - id: office\n" /* 10 */
    "    timezone: Europe/Berlin\n"
    "    layers: [{start: 2026-01-01T00:00, people: [ana], hours: {days: [mon, tue, wed, thu, fri], from: "
    "\"09:00\", until: \"17:00\"}}]\n"
    "  - id: empty\n" /* 13 */
    "    timezone: Europe/Berlin\n"
    "    layers: [{start: 2026-01-01T00:00, until: 2026-02-01T00:00, people: [ana]}]\n"
    "roles: {cto: [person:eve]}\n" /* 16 */
    "services:\n"
    "  - id: scanner\n" /* 18 */
    "    runbook: scanner.md\n"
    "    escalation:\n"
    "      - notify: [schedule:daily]\n"  /* 21 */
    "      - notify: [schedule:office]\n" /* 22 */
    "      - notify: [person:ben]\n"      /* 23 */
    "        after: 10m\n"
    "  - id: bed-monitor\n" /* 25 */
    "    runbook: scanner.md\n"
    "    escalation:\n"
    "      - notify: [schedule:empty]\n"  /* 28 */
    "      - notify: [schedule:office]\n" /* 29 */
    "        after: 45m\n";

static const char simulate_runbook[] = "# Scanner Runbook\n" /* 1 */
                                       "\n"
                                       "## Severity Levels\n"
                                       "\n"
                                       "### SEV-1 (Critical)\n" /* 5 */
                                       "\n"
                                       "**Response Time**: 15 minutes\n"
                                       "**Resolution Time**: 2 hours\n"
                                       "**Escalation**: to the CTO after 1 hour if unresolved\n"
                                       "\n"
                                       "### SEV-2 (Minor)\n" /* 11 */
                                       "\n"
                                       "**Response Time**: 1 hour\n"
                                       "\n"
                                       "## Communication\n"
                                       "\n"
                                       "- SEV-1: send an update to stakeholders every 30 minutes\n" /* 17 */
                                       "\n"
                                       "## Post-incident\n"
                                       "\n"
                                       "- Hold a review within 48 hours of resolution\n" /* 21 */
                                       "\n"
                                       "## Alerts\n"
                                       "\n"
                                       "### Queue Stuck\n" /* 25 */
                                       "\n"
                                       "**Severity**: SEV-2\n"
                                       "\n"
                                       "```bash\n"
                                       "curl -f http://scanner:8000/queue\n"
                                       "```\n"
                                       "\n"
                                       "### Scanner Down\n" /* 33 */
                                       "\n"
                                       "**Severity**: SEV-1\n"
                                       "\n"
                                       "```bash\n"
                                       "curl -f http://scanner:8000/health\n"
                                       "```\n";

struct simulated {
    struct arena *arena;
    struct config *config;
    struct library *library;
    struct simulate_question question;
    struct simulation simulation;
    struct err err;
};

static inline int64_t simulate_us(const char *rfc3339)
{
    int64_t t = 0;
    assert_int_equal(time_parse_rfc3339(rfc3339, strlen(rfc3339), &t), 0);
    return t;
}

static inline struct simulated *simulated_new(const char *service, const char *severity, const char *at)
{
    struct arena *arena = arena_new();
    struct simulated *s = arena_alloc(arena, sizeof *s);
    *s = (struct simulated){.arena = arena};
    struct config_errors errors = {.arena = arena};
    s->config = config_parse("c.yaml", simulate_config, strlen(simulate_config), &errors);
    if (!s->config)
        fail_msg("%s", errors.list.at[0]);
    struct folder_file file = {
        .path = "scanner.md", .bytes = simulate_runbook, .n_bytes = strlen(simulate_runbook)};
    sha256_hex(file.bytes, file.n_bytes, file.sha256);
    s->library = library_new(&(struct folder){.files = &file, .n_files = 1});
    s->question = (struct simulate_question){
        .config = s->config,
        .library = s->library,
        .runbook = s->library->runbooks[0],
        .service = service ? config_service(s->config, service) : NULL,
        .severity = severity,
        .at_us = simulate_us(at),
        .for_s = UNSTATED,
        .ack_s = UNSTATED,
        .resolve_s = UNSTATED,
    };
    return s;
}

static inline void simulated_run(struct simulated *s)
{
    if (simulate(s->arena, &s->question, &s->simulation, &s->err) < 0)
        fail_msg("%s", s->err.text);
}

static inline void simulated_free(struct simulated *s)
{
    config_free(s->config);
    library_free(s->library);
    arena_free(s->arena);
}
