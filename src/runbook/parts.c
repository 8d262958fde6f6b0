/* The lists of a runbook beside severities and procedures: which readers there are, and in which order they
 * run. */
#include "runbook/parts_read.h"

#include "runbook/parts_priv.h"

struct part {
    const char *name; /* of the lists, as in JSON */
    void (*read)(struct parts_reading *reading);
};

/* A later one may use what an earlier one found. */
static const struct part parts[] = {
    {"metadata", parts_read_metadata},
    {"templates", parts_read_templates},
    {"report_sections, timeline_events", parts_read_report},
    {"checklists", parts_read_checklists},
    {"cadences", parts_read_cadences},
    {"action_items", parts_read_action_items},
    {"deadlines", parts_read_deadlines},
    {"thresholds", parts_read_thresholds},
    {"endpoints", parts_read_endpoints},
    {"contacts, oncall", parts_read_contacts},
    {"escalations", parts_read_escalations},
    {"roles", parts_read_roles},
    {"channels", parts_read_channels},
    {"recovery_order", parts_read_recovery},
    {"maintenance, drills", parts_read_maintenance},
    {"review, metrics", parts_read_review},
};

void runbook_read_parts(struct arena *arena, struct runbook *runbook)
{
    struct parts_reading reading = {
        .arena = arena, .runbook = runbook, .document = runbook->document, .parts = &runbook->parts};

    parts_index_places(&reading);
    parts_index_lines(&reading);
    parts_collect_facts(&reading);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        parts[i].read(&reading);
}
