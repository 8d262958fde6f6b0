/* INPUT_FINDING: what somebody found out, by its topic, so that updates may say it; or that it does not hold
 * any more. */
#include <string.h>

#include "engine/engine_priv.h"

enum { FINDING_BYTES = 4096, TOPIC_BYTES = 40 };

void decide_finding(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    int64_t number = record->incident.number;
    const char *actor = text_or(input->actor, "somebody");
    const char *topic = text_head(turn->arena, text_or(input->word, ""), TOPIC_BYTES);
    const char *text = text_head(turn->arena, text_or(input->text, ""), FINDING_BYTES);
    if (!*topic || (!*text && input->flag)) {
        turn_answer(turn, OUTCOME_INVALID, number, "A finding needs a topic and a text.");
        return;
    }
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "topic", topic);
    jw_pair(body, "text", text);
    jw_pair_bool(body, "holds", input->flag);
    event_end(turn, number, actor, "finding.recorded", "%s: %s%s%s", topic,
              input->flag ? "" : "does not hold any more", !input->flag && *text ? ": " : "",
              text_head(turn->arena, text, 300));
    incident_progress(turn, record, actor);
    turn_answer(turn, OUTCOME_DONE, number, "Recorded on incident %lld.", (long long)number);
}
