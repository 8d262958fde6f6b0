/* INPUT_NOTE: what somebody wants on the timeline, in any state. */
#include <string.h>

#include "engine/engine_priv.h"

enum { NOTE_BYTES = 16 * 1024 };

void decide_note(struct turn *turn, const struct input *input)
{
    int64_t number = input->incident;
    if (number < 1 || number > turn->engine->last_incident) {
        incident_wanted(turn, number);
        return;
    }
    if (!input->text || !*input->text) {
        turn_answer(turn, OUTCOME_INVALID, number, "A note needs a text.");
        return;
    }
    const char *text = arena_strndup(turn->arena, input->text, strnlen(input->text, NOTE_BYTES));
    jw_pair(event_begin(turn), "text", text);
    event_end(turn, number, text_or(input->actor, "somebody"), "note.added", "%s",
              text_head(turn->arena, text, 300));
    struct incident_record *record = incident_find(turn->engine, number);
    if (record)
        incident_progress(turn, record, text_or(input->actor, "somebody"));
    turn_answer(turn, OUTCOME_DONE, number, "Noted on incident %lld.", (long long)number);
}
