/* Who makes up a response team: a list of roles below "Response team assembly". */
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"

void escalation_read_team(struct parts_reading *reading, size_t first)
{
    const struct document *document = reading->document;
    struct part_label label;
    struct escalation *team = NULL;
    struct person person;

    if (!part_label_before(reading, first, &label) || !part_label_value(&label, PART_ASSEMBLY))
        return;
    for (size_t i = first; i < document->blocks.n && document->blocks.at[i].kind == BLOCK_ITEM &&
                           document->blocks.at[i].list_first == first;
         i = document->blocks.at[i].end) {
        if (!person_is(reading->arena, part_item_title(reading, i), &person))
            continue;
        if (team == NULL)
            team = escalation_add(reading, "team", document->blocks.at[i].line, document->blocks.at[i].line);
        strings_add(reading->arena, &team->to, person.name);
        team->line_end = document->blocks.at[i].line;
    }
    if (team) {
        const struct procedure *procedure = part_procedure_at(reading, team->line);
        team->ordered = document->blocks.at[first].marker == MARKER_ORDERED;
        if (procedure)
            strings_add(reading->arena, &team->applies_to, procedure->id);
    }
}
