#include "runner/walk_evidence.h"

#include <string.h>

#include "runbook/evidence.h"

enum { SHOWN_ROWS = 3 };

static bool captures(const struct walk_row *row)
{
    return row->change < 0 && row->kind != STEP_DECISION &&
           step_captures_evidence(row->phase, row->step, row->command);
}

bool walk_evidence_captured(const struct walk *walk, const struct walk_row *row)
{
    return procedure_keeps_evidence(walk->procedure) && captures(row);
}

/* Where its question is not answered it may not be meant. */
static bool is_wanted(const struct walk *walk, const struct walk_row *row)
{
    const char *answer = row->branch < 0 ? "yes" : walk->rows.at[row->branch].answer;
    return row->state == WALK_OPEN && answer && strcmp(answer, "yes") == 0 && captures(row);
}

const char *walk_evidence_lost(struct arena *arena, const struct walk *walk, const struct walk_row *row,
                               const char *text)
{
    if (!row->command || !procedure_keeps_evidence(walk->procedure) || captures(row))
        return NULL;
    return evidence_lost(arena, row->command->risk.class, text);
}

const char *walk_evidence_missing(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                                  const char *text)
{
    const char *lost = walk_evidence_lost(arena, walk, change, text), *lines = "";
    size_t n = 0;
    list_each (row, &walk->rows)
        if (lost && row != change && is_wanted(walk, row) && n++ < SHOWN_ROWS)
            lines = arena_printf(arena, "%s%s%d", lines, *lines ? ", " : "", row->line);
    if (!n)
        return NULL;
    return arena_printf(arena, "Evidence is lost by it (%s), and %s not captured yet: line%s %s%s.", lost,
                        n == 1 ? "one step of it is" : "some of it is", n == 1 ? "" : "s", lines,
                        n > SHOWN_ROWS ? " and more" : "");
}
