/* Steps of procedures that escalate: "If it does not come up in 20 minutes, escalate to the pump lead". */
#include <string.h>

#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"
#include "runbook/parts_read.h"
#include "runbook/procedure_priv.h"

static void read_step(struct parts_reading *reading, const struct procedure *procedure,
                      const struct phase *phase, const struct step *step)
{
    struct word_match verb;
    struct duration_words after;

    if (step->text == NULL || strnlen(step->text, RULE_BYTES) == RULE_BYTES ||
        !part_words_next(PART_ESCALATE_VERB, step->text, 0, &verb) ||
        escalation_has_line(reading, step->line))
        return;
    const char *whom =
        arena_strndup(reading->arena, step->text + verb.at, strcspn(step->text + verb.at, ".;"));
    struct strings names = {0};
    bool waits = escalation_wait(step->text, &after);
    persons_add(reading->arena, whom, &names);
    if (names.n == 0 && waits)
        escalation_add_house(reading->arena, step->text + verb.at + verb.n_bytes, &names);
    if (names.n == 0)
        return;
    struct escalation *rule = escalation_add(reading, "rule", step->line, step->line);
    rule->to = names;
    escalation_set_procedure(reading, rule, procedure, waits);
    rule->condition = step->condition ? step->condition : escalation_condition(reading->arena, step->text);
    const struct severity *level =
        procedure->severity ? runbook_severity(reading->runbook, procedure->severity) : NULL;
    if (text_duration(step->text, &after))
        rule->after_s = after.value_s;
    else if (phase->stage == STAGE_IMMEDIATE && level && level->rank == 1)
        rule->after_s = 0, rule->waits = true; /* an immediate action of the most severe level */
}

void escalation_read_steps(struct parts_reading *reading)
{
    list_each (procedure, &reading->runbook->procedures)
        list_each (phase, &procedure->phases)
            list_each (step, &phase->steps) {
                read_step(reading, procedure, phase, step);
                list_each (substep, &step->substeps)
                    read_step(reading, procedure, phase, substep);
            }
}
