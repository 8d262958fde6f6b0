/* INPUT_CHANGED: a tool says that it changed something: a deployment, a migration, a flag. It is on record,
 * for whoever asks what came before a trouble, and nobody is paged for it. */
#include "engine/engine_priv.h"

enum { SUMMARY_BYTES = 1024, WHERE_BYTES = 255, LINK_BYTES = 2048 };

void decide_changed(struct turn *turn, const struct input *input)
{
    const char *summary = text_head(turn->arena, text_or(input->text, ""), SUMMARY_BYTES);
    const char *where = text_head(turn->arena, text_or(input->word, ""), WHERE_BYTES);
    if (!*summary) {
        turn_answer(turn, OUTCOME_INVALID, 0, "A change needs a summary.");
        return;
    }
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "summary", summary);
    jw_pair(body, "where", where);
    jw_pair(body, "link", text_head(turn->arena, text_or(input->link, ""), LINK_BYTES));
    event_end(turn, 0, text_or(input->actor, "somebody"), "change.reported", "%s%s%s", where,
              *where ? ": " : "", text_head(turn->arena, summary, 300));
    turn_answer(turn, OUTCOME_DONE, 0, "The change is on record.");
}
