/* A change that did not do well is told at once to whom it concerns: those who let it run, and whoever has
 * the incident. When none of them can be reached, to those who are paged now. */
#include <string.h>

#include "base/words.h"
#include "engine/engine_priv.h"

enum { SHOWN_BYTES = 300 };

static void person_add(struct turn *turn, const char *actor, size_t n, struct strings *people)
{
    static const char prefix[] = "person:";
    if (n > strlen(prefix) && strncmp(actor, prefix, strlen(prefix)) == 0) {
        actor += strlen(prefix);
        n -= strlen(prefix);
    }
    const char *id = arena_strndup(turn->arena, actor, n);
    list_each (known, people)
        if (strcmp(*known, id) == 0)
            return;
    if (n)
        strings_add(turn->arena, people, id);
}

static size_t people_tell(struct turn *turn, struct incident_record *record, const struct strings *people,
                          const char *why)
{
    size_t n = 0;
    list_each (id, people) {
        const struct person *person = config_person(turn->engine->config, *id);
        n += person && page_notice(turn, record, person, 0, why);
    }
    return n;
}

void verify_tell(struct turn *turn, struct incident_record *record, const struct run_step *change,
                 const char *way_back)
{
    struct strings people = {0}, others = {0};
    const char *why = arena_printf(
        turn->arena, "The change %s (%s) did not do well: %s. %s%s",
        words_quoted(turn->arena, text_head(turn->arena, step_text(change), SHOWN_BYTES)),
        place_text(turn->arena, change->file, change->line),
        words_quoted(turn->arena, text_head(turn->arena, change->verdict_why, SHOWN_BYTES)),
        *way_back ? "Its way back waits for an approval: " : "No way back of it is known.",
        *way_back ? words_quoted(turn->arena, text_head(turn->arena, way_back, SHOWN_BYTES)) : "");
    for (const char *at = change->approved_by; *at; at += strspn(at, ", ")) {
        size_t n = strcspn(at, ",");
        person_add(turn, at, n, &people);
        at += n;
    }
    if (incident_has_owner(record))
        person_add(turn, record->incident.acknowledged_by, strlen(record->incident.acknowledged_by), &people);
    if (people_tell(turn, record, &people, why))
        return;
    size_t n_steps = chain_length(turn->engine, record);
    size_t paged = record->incident.escalation_step > 0 ? (size_t)record->incident.escalation_step - 1 : 0;
    if (n_steps)
        chain_people(turn, record, paged % n_steps, &others);
    if (people_tell(turn, record, &others, why))
        return;
    jw_pair_int(event_begin(turn), "line", change->line);
    event_end(turn, change->incident, NULL, "change.untold",
              "Nobody can be told that the change on line %d did not do well", step_line(change));
}
