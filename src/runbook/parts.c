/* The lists of a runbook beside severities and procedures: which readers there are, and in which order they
 * run. */
#include "runbook/parts_read.h"

#include "runbook/parts_priv.h"

static void (*const readers[])(struct parts_reading *) = {
    parts_read_metadata,  parts_read_templates,    parts_read_report,      parts_read_checklists,
    parts_read_cadences,  parts_read_action_items, parts_read_deadlines,   parts_read_thresholds,
    parts_read_endpoints, parts_read_contacts,     parts_read_escalations, parts_read_roles,
    parts_read_channels,  parts_read_recovery,     parts_read_maintenance, parts_read_review,
};

void runbook_read_parts(struct arena *arena, struct runbook *runbook)
{
    struct parts_reading reading = {
        .arena = arena, .runbook = runbook, .document = runbook->document, .parts = &runbook->parts};

    reading.titles = arena_alloc(arena, (runbook->document->blocks.n + 1) * sizeof *reading.titles);
    parts_index_lines(&reading);
    parts_collect_facts(&reading);
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        readers[i](&reading);
}
