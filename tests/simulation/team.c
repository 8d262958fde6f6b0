#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/testing_priv.h"

static const char configuration[] =
    "people:\n"
    "  - id: ana\n"
    "    name: Ana\n"
    "    contacts:\n"
    "      - webhook: http://127.0.0.1:9000/ana\n"
    "      - email: ana@example.org\n"
    "  - id: ben\n"
    "    name: Ben\n"
    "    contacts:\n"
    "      - webhook: http://127.0.0.1:9000/ben\n"
    "  - id: eve\n"
    "    name: Eve\n"
    "    contacts:\n"
    "      - email: eve@example.org\n"
    "      - webhook: http://127.0.0.1:9000/eve\n"
    "flapping: {after: 4, within: 15m, calm: 20m}\n"
    "storm: {incidents: 3, within: 10m}\n"
    "budget: {pages: 1, within: 15m}\n"
    "channels: {proof: weekly}\n"
    "mail:\n"
    "  server: smtp://127.0.0.1:25\n"
    "  from: crashcart@example.org\n"
    "schedules:\n"
    "  - id: primary\n"
    "    timezone: America/New_York\n"
    "    layers:\n"
    "      - rotation: weekly\n"
    "        start: 2026-03-02T09:00\n"
    "        people: [ana, eve]\n"
    "  - id: berlin-day\n"
    "    timezone: Europe/Berlin\n"
    "    layers:\n"
    "      - rotation: daily\n"
    "        start: 2026-02-02T09:00\n"
    "        people: [ana]\n"
    "        hours: {days: [mon, tue, wed, thu, fri], from: \"09:00\", until: \"17:00\"}\n"
    "  - id: newyork-day\n"
    "    timezone: America/New_York\n"
    "    layers:\n"
    "      - rotation: daily\n"
    "        start: 2026-02-02T00:00\n"
    "        people: [eve]\n"
    "        hours: {days: [mon, tue, wed, thu, fri, sun], from: \"01:30\", until: \"17:00\"}\n"
    "roles:\n"
    "  clinical-director: [person:eve]\n"
    "  team-lead: [person:ben]\n"
    "services:\n"
    "  - id: checkout\n"
    "    escalation:\n"
    "      - notify: [person:ana]\n"
    "      - notify: [person:ben]\n"
    "        after: 5m\n"
    "  - id: search\n"
    "    escalation:\n"
    "      - notify: [schedule:berlin-day]\n"
    "      - notify: [schedule:newyork-day]\n"
    "      - notify: [person:ben]\n"
    "  - id: mailer\n"
    "    escalation:\n"
    "      - notify: [schedule:berlin-day]\n" /* nobody at night: then it is everybody's */
    "  - id: billing\n"
    "    depends_on: [checkout]\n"
    "    escalation:\n"
    "      - notify: [schedule:primary]\n"
    "      - notify: [person:ben]\n"
    "inhibit:\n"
    "  - source_matchers: ['alertname=\"ServiceDown\"']\n"
    "    target_matchers: ['alertname=\"SlowReplies\"']\n"
    "    equal: [service]\n"
    "heartbeats:\n"
    "  - id: nightly\n"
    "    every: 1h\n"
    "    grace: 10m\n"
    "    service: search\n";

/* What is promised beside the first answer; the lines of the commands stay where they are. */
static const char more_runbook[] = "\n## Verification Checklist\n\n"
                                   "- [ ] Orders are accepted again\n"
                                   "- [ ] No payment is lost\n"
                                   "\n## Communication\n\n"
                                   "- SEV-1: send an update to stakeholders every 30 minutes\n"
                                   "- SEV-2: send an update to stakeholders every hour\n"
                                   "\n## Post-incident\n\n"
                                   "- Hold a review within 48 hours of resolution\n"
                                   "\n## Maintenance\n\n"
                                   "- Rotate the service keys weekly\n"
                                   "- Run a restore drill every month\n";

struct config *team_config(bool eve_has_left)
{
    struct config_errors errors = {.arena = arena_new()};
    char *text = arena_strdup(errors.arena, configuration);
    for (char *at = text; eve_has_left && (at = strcasestr(at, "eve")); at += 3)
        if (at[3] != 'r') /* "every" */
            memcpy(at, *at == 'E' ? "Dan" : "dan", 3);
    struct config *config = config_parse("simulation.yaml", text, strlen(text), &errors);
    if (!config)
        list_each (error, &errors.list)
            fprintf(stderr, "%s\n", *error);
    arena_free(errors.arena);
    must(config);
    return config;
}

struct library *team_library(void)
{
    struct arena *arena = arena_new();
    const char *level = strstr(world_runbook, "\n\n**Response Time**: 15 minutes");
    must(level);
    struct library *library =
        world_library(arena_printf(arena, "%.*s\n**Resolution Time**: 4 hours%s%s",
                                   (int)(level - world_runbook), world_runbook, level + 1, more_runbook));
    arena_free(arena);
    return library;
}
