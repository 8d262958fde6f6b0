#include "runbook/parts_ladder.h"

#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"

enum { PIECE_BYTES = 300, LEAD_BYTES = 12 };

static bool is_level(const struct runbook *runbook, const char *id)
{
    list_each (level, &runbook->severities)
        if (text_same(level->id, id))
            return true;
    return false;
}

const char *ladder_without_place(const struct parts_reading *reading, const char *text)
{
    size_t n = call_place(text);
    const char *place = arena_strndup(reading->arena, text, n);

    return is_level(reading->runbook, place) ? text : text + n;
}

const struct strings *ladder_called_last(const struct ladder *ladder)
{
    static const struct strings nobody;

    for (size_t i = ladder->n; i > 0; i--)
        if (ladder->at[i - 1].call.to.n > 0)
            return &ladder->at[i - 1].call.to;
    return &nobody;
}

/* "Site director, P0 only": P0 is nobody. */
static void drop_levels(struct parts_reading *reading, struct strings *names)
{
    size_t n = 0;

    for (size_t i = 0; i < names->n; i++) {
        struct strings levels = {0};
        part_levels(reading, names->at[i], &levels);
        if (levels.n == 0)
            names->at[n++] = names->at[i];
    }
    names->n = n;
}

/* Below "Contacts", and in sentences that tell nobody, many a word is no name. */
static void drop_unknown(const struct parts_reading *reading, struct strings *names)
{
    struct person person;
    size_t n = 0;

    for (size_t i = 0; i < names->n; i++)
        if (person_next(reading->arena, names->at[i], 0, &person) ||
            part_words_value(PART_LAYER, names->at[i]))
            names->at[n++] = names->at[i];
    names->n = n;
}

static bool tells(const char *text)
{
    struct word_match verb;

    return part_words_next(PART_TELL_VERB, text, 0, &verb) ||
           calling_within(CALLING_GOES_TO, text, strlen(text));
}

/* Those of the runbook, or where it says nothing of them any; "level 1" of a ladder is none. */
static struct strings known_levels(const struct parts_reading *reading, struct strings levels)
{
    size_t n = 0;

    for (size_t i = 0; i < levels.n; i++)
        if (is_level(reading->runbook, levels.at[i]) ||
            (reading->runbook->severities.n == 0 && call_place(levels.at[i]) == 0))
            levels.at[n++] = levels.at[i];
    levels.n = n;
    return levels;
}

/* The levels that a text names: "SEV1: ...", "... (Red only)", "..., Red and Amber only". */
static struct strings levels_in(struct parts_reading *reading, const char *text)
{
    struct strings levels = {0};
    const char *label, *rest, *bracket = strrchr(text, '('), *comma = strrchr(text, ',');

    part_levels(reading, text, &levels);
    if (levels.n == 0 && text_label(reading->arena, text, &label, &rest))
        part_levels(reading, label, &levels);
    if (levels.n == 0 && bracket)
        part_levels(reading, arena_strndup(reading->arena, bracket + 1, strcspn(bracket + 1, ")")), &levels);
    if (levels.n == 0 && comma)
        part_levels(reading, comma + strspn(comma, ", "), &levels);
    return known_levels(reading, levels);
}

struct strings ladder_levels_at_start(struct parts_reading *reading, const char *sentence)
{
    struct strings levels = {0};
    const char *label, *rest;

    sentence = ladder_without_place(reading, sentence);
    part_levels(reading, arena_strndup(reading->arena, sentence, strnlen(sentence, LEAD_BYTES)), &levels);
    if (levels.n == 0 && text_label(reading->arena, sentence, &label, &rest))
        part_levels(reading, label, &levels);
    return levels;
}

/* Somebody is called later, at a time that is known: what calls nobody may stand behind it. */
static bool later_known(const struct ladder *ladder)
{
    if (ladder->n < 2)
        return false;
    const struct call *last = &ladder->at[ladder->n - 1].call, *before = &ladder->at[ladder->n - 2].call;

    return last->time_s >= LADDER_SHORTEST_S || before->clock == CALL_UNTIL_NEXT;
}

/* The last of them says how long it is waited for the next, or may do so. */
static bool waited_for(const struct ladder *ladder)
{
    const struct call *last = &ladder->at[ladder->n - 1].call;

    return last->clock == CALL_UNTIL_NEXT || (last->in_bracket && last->time_s >= LADDER_SHORTEST_S);
}

static void append(struct parts_reading *reading, const struct call *call, const char *text, int line,
                   struct ladder *ladder)
{
    ladder->at[ladder->n++] = (struct ladder_call){
        .call = *call,
        .text = text,
        .levels = levels_in(reading, ladder_without_place(reading, text)),
        .line = line,
    };
}

void ladder_add_call(struct parts_reading *reading, struct call *call, const char *text, int line,
                     struct ladder *ladder)
{
    drop_levels(reading, &call->to);
    ladder->broken |= call->to.n == 0;
    append(reading, call, text, line, ladder);
}

void ladder_add(struct parts_reading *reading, const char *text, int line, struct ladder *ladder)
{
    struct call call;

    if (ladder->ended || ladder->broken)
        return;
    if (strnlen(text, PIECE_BYTES) == PIECE_BYTES || ladder->n == LADDER_CALLS) {
        ladder->broken = true;
        return;
    }
    call_read(reading->arena, text, ladder_called_last(ladder), &call);
    if (ladder->interval_s > 0 && call.clock == CALL_UNTIMED) {
        call.clock = CALL_UNTIL_NEXT;
        call.time_s = ladder->interval_s;
    }
    drop_levels(reading, &call.to);
    if (ladder->known || (ladder->prose && !call.leads && !tells(text)))
        drop_unknown(reading, &call.to);
    bool timed = call.clock != CALL_UNTIMED;
    if (ladder->chain && timed && call.to.n == 0 && ladder->n > 0) {
        ladder->at[ladder->n - 1].call.clock = CALL_UNTIL_NEXT; /* "lead -> (10 min) -> manager" */
        ladder->at[ladder->n - 1].call.time_s = call.time_s;
        return;
    }
    if (!timed && !ladder->chain && later_known(ladder) && !waited_for(ladder)) {
        ladder->ended |= call.to.n > 0;
        return;
    }
    if (call.depends || call.to.n == 0 || (ladder->n > 0 && !timed && !waited_for(ladder))) {
        ladder->broken |= !ladder->prose || timed || ladder->chain;
        return;
    }
    append(reading, &call, text, line, ladder);
}

/* "On-call (15 min), lead (30 min), head": the last has nothing to wait for, so each says how long it is
 * waited for it. */
static void brackets_wait(struct ladder *ladder)
{
    size_t last = ladder->n - 1;

    if (ladder->at[last].call.clock != CALL_UNTIMED || ladder->at[0].call.time_s < LADDER_SHORTEST_S)
        return;
    for (size_t i = 0; i < last; i++)
        if (ladder->at[i].call.in_bracket && ladder->at[i].call.clock == CALL_SINCE_START)
            ladder->at[i].call.clock = CALL_UNTIL_NEXT;
}

/* False: somebody's time is not known. */
static bool set_moments(struct ladder *ladder)
{
    int64_t before_s = 0, wait_s = 0;

    for (size_t i = 0; i < ladder->n; i++) {
        struct ladder_call *piece = &ladder->at[i];
        const struct call *call = &piece->call;
        bool until_next = call->clock == CALL_UNTIL_NEXT;
        if (i > 0 && wait_s == 0 && (call->clock == CALL_UNTIMED || until_next))
            return false;
        piece->at_s = before_s + wait_s;
        bool start = call->clock == CALL_SINCE_START || (call->clock == CALL_LATER && ladder->prose);
        if (start && call->time_s < before_s && !call->condition && !ladder->prose)
            return false; /* what calls nobody in order is no ladder */
        if (start && call->time_s >= before_s)
            piece->at_s = call->time_s;
        else if (call->clock != CALL_UNTIMED && !until_next)
            piece->at_s = before_s + call->time_s;
        wait_s = until_next ? call->time_s : 0;
        before_s = piece->at_s;
    }
    return ladder->n > 1 && before_s >= LADDER_SHORTEST_S;
}

/* Whose ladder it is: what the pieces say first holds for those behind, too. */
static void add_rules(struct parts_reading *reading, const struct ladder *ladder,
                      const struct strings *around, bool *taken)
{
    for (size_t i = 0; i < ladder->n; i++) {
        const struct ladder_call *piece = &ladder->at[i];
        taken[piece->line] = true;
        if (piece->call.clock != CALL_SINCE_START && piece->at_s == 0)
            continue; /* who is called at first is on no rung */
        struct escalation *rule = escalation_add(reading, "rule", piece->line, piece->line);
        rule->applies_to = piece->levels.n > 0 ? piece->levels : *around;
        rule->to = piece->call.to;
        rule->after_s = piece->at_s;
        rule->condition = piece->call.condition;
        if (piece->levels.n == 0) /* "..., P0 only" is no rule for all of P0 */
            rule->text = piece->text;
    }
}

bool ladder_take(struct parts_reading *reading, struct ladder *ladder, const struct strings *around,
                 bool *taken)
{
    if (ladder->broken || ladder->n < 2)
        return false;
    brackets_wait(ladder);
    if (!set_moments(ladder))
        return false;
    add_rules(reading, ladder, around, taken);
    return true;
}
