#include "update/drafts.h"

#include <string.h>

enum { EVENTS_LIMIT = 20000 };

int draft_record_read(struct ledger *ledger, struct arena *arena, int64_t incident,
                      struct draft_record *ret_record, struct err *err)
{
    struct draft_record record = {0};
    struct event_row *timeline = NULL;
    size_t n = 0;
    int got = ledger_incident(ledger, arena, incident, &record.incident, err);
    if (got == 0)
        got = ledger_timeline(ledger, arena, incident, 0, EVENTS_LIMIT, &timeline, &n, err);
    if (got == 0)
        got = ledger_roles(ledger, arena, incident, &record.roles, &record.n_roles, err);
    if (got == 0)
        got = ledger_clocks(ledger, arena, incident, SIZE_MAX, &record.clocks, &record.n_clocks, err);
    if (got == 0)
        got = ledger_updates(ledger, arena, incident, SIZE_MAX, &record.sent, &record.n_sent, err);
    if (got != 0)
        return got;
    findings_read(arena, timeline, n, &record.findings);
    *ret_record = record;
    return 0;
}

static const struct runbook *runbook_of(const struct draft_record *record, const struct library *library)
{
    const char *file = record->incident.runbook_file;
    return library && file && *file ? library_find(library, file) : NULL;
}

static void add_audience(struct arena *arena, struct strings *names, const char *name, size_t n)
{
    const char *copy = arena_strndup(arena, name, n);
    while (*copy == ' ')
        copy++;
    if (!*copy)
        return;
    list_each (known, names)
        if (audience_same(*known, copy))
            return;
    strings_add(arena, names, copy);
}

static void add_audiences(struct arena *arena, struct strings *names, const char *several)
{
    while (several && *several) {
        size_t n = strcspn(several, ",");
        add_audience(arena, names, several, n);
        several += n + (several[n] == ',');
    }
}

void draft_audiences(struct arena *arena, const struct draft_record *record, const struct config *config,
                     const struct library *library, struct strings *ret_names)
{
    const struct runbook *runbook = runbook_of(record, library);
    struct strings names = {0};
    list_each (audience, &config->audiences)
        add_audiences(arena, &names, audience->id);
    for (size_t i = 0; i < record->n_clocks; i++)
        if (record->clocks[i].kind == CLOCK_UPDATE && record->clocks[i].since_us)
            add_audiences(arena, &names, record->clocks[i].audience);
    for (size_t i = 0; runbook && i < runbook->parts.templates.n; i++) {
        const char *audience = runbook->parts.templates.at[i].audience;
        if (audience && strcmp(audience, "report") != 0)
            add_audiences(arena, &names, audience);
    }
    list_each (name, &names) { /* one that others are told by is none of this incident's */
        const struct config_audience *audience = config_audience(config, *name);
        if (!audience || audience_hears(audience, record->incident.service))
            strings_add(arena, ret_names, *name);
    }
}

int64_t draft_next_us(const struct draft_record *record, const char *audience, int64_t now_us)
{
    int64_t shortest_s = 0;
    for (size_t i = 0; i < record->n_clocks; i++) {
        const struct runbook_clock *clock = &record->clocks[i];
        bool theirs = clock->kind == CLOCK_UPDATE && clock->state != CLOCK_STOPPED &&
                      (!*clock->audience || audience_among(clock->audience, audience));
        if (theirs && (!shortest_s || clock->after_s < shortest_s))
            shortest_s = clock->after_s;
    }
    return shortest_s ? now_us + shortest_s * US_PER_S : 0;
}

int64_t draft_due_us(const struct draft_record *record, const char *audience)
{
    int64_t due_us = 0;
    for (size_t i = 0; i < record->n_clocks; i++) {
        const struct runbook_clock *clock = &record->clocks[i];
        bool runs = clock->state == CLOCK_RUNNING || clock->state == CLOCK_OVERDUE;
        bool theirs = !*clock->audience || audience_among(clock->audience, audience); /* or everybody's */
        if (clock->kind == CLOCK_UPDATE && runs && theirs && (!due_us || clock->due_us < due_us))
            due_us = clock->due_us;
    }
    return due_us;
}

struct draft_input draft_input_of(const struct draft_record *record, const struct config *config,
                                  const struct library *library, const char *audience, int64_t now_us)
{
    const struct config_audience *known = config_audience(config, audience);
    bool is_public = known ? known->is_public || known->status_page : audience_same(audience, "status-page");
    return (struct draft_input){.incident = &record->incident,
                                .runbook = runbook_of(record, library),
                                .config = config,
                                .audience = audience,
                                .is_public = is_public,
                                .next_us = draft_next_us(record, audience, now_us),
                                .findings = &record->findings,
                                .roles = record->roles,
                                .n_roles = record->n_roles,
                                .public_url = config->public_url,
                                .now_us = now_us};
}

const char *draft_withheld_text(struct arena *arena, const struct draft *draft)
{
    const char *text = "";
    list_each (withheld, &draft->withheld)
        text = arena_printf(arena, "%s%s%s: \"%s\"", text, *text ? "; " : "",
                            withheld->claim ? withheld->claim : withheld->placeholder, withheld->text);
    return text;
}
