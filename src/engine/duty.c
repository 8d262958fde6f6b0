/* INPUT_OVERRIDE: somebody takes over a schedule for a time, or gives it back. Pages that are decided from
 * then on go to them; what was paged before stays with whom it reached. */
#include "engine/duty.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"
#include "engine/texts.h"

#define DAY_US ((int64_t)86400 * US_PER_S)

static void forget(struct duty_override *override)
{
    texts_free(&duty_override_texts, override);
    free(override);
}

void duty_free(struct engine *engine)
{
    list_each (override, &engine->overrides)
        forget(*override);
    free(engine->overrides.at);
}

/* Those that are over make room. */
static void tidy(struct engine *engine, int64_t now_us)
{
    size_t kept = 0;
    for (size_t i = 0; i < engine->overrides.n; i++) {
        struct duty_override *override = engine->overrides.at[i];
        if (override->ended_us || override->until_us <= now_us)
            forget(override);
        else
            engine->overrides.at[kept++] = override;
    }
    engine->overrides.n = kept;
}

static struct duty_override *keep(struct engine *engine, const struct duty_override *value)
{
    struct duty_override *override = heap_alloc(sizeof *override);
    *override = *value;
    texts_to_heap(&duty_override_texts, override);
    if (engine->overrides.n == engine->overrides.capacity) {
        engine->overrides.capacity = engine->overrides.capacity ? engine->overrides.capacity * 2 : 8;
        engine->overrides.at =
            heap_resize(engine->overrides.at, engine->overrides.capacity * sizeof(struct duty_override *));
    }
    engine->overrides.at[engine->overrides.n++] = override;
    if (override->number > engine->last_override)
        engine->last_override = override->number;
    return override;
}

void engine_restore_override(struct engine *engine, const struct duty_override *override)
{
    keep(engine, override);
}

const duty_overrides *engine_overrides(const struct engine *engine)
{
    return &engine->overrides;
}

void engine_people_at(const struct engine *engine, struct arena *arena, const struct schedule *schedule,
                      int64_t at_us, struct strings *ret_people, int64_t *ret_until_us)
{
    int64_t until_us;
    const char *instead = NULL;
    schedule_people_at(arena, schedule, at_us, ret_people, &until_us);
    list_each (each, &engine->overrides) {
        const struct duty_override *override = *each;
        if (override->ended_us || strcmp(override->schedule, schedule->id) != 0 ||
            !config_person(engine->config, override->person))
            continue;
        if (override->from_us <= at_us && at_us < override->until_us)
            instead = override->person;
        if (override->from_us > at_us && override->from_us < until_us)
            until_us = override->from_us;
        if (override->until_us > at_us && override->until_us < until_us)
            until_us = override->until_us;
    }
    if (instead) {
        *ret_people = (struct strings){0};
        strings_add(arena, ret_people, instead);
    }
    if (ret_until_us)
        *ret_until_us = until_us;
}

/* ---- what a person says ---- */

static void save(struct turn *turn, const struct duty_override *override)
{
    struct decision *decision = turn_push(turn, DECISION_OVERRIDE);
    decision->override = *override;
    texts_to_arena(&duty_override_texts, &decision->override, turn->arena);
}

static struct json_writer *begin(struct turn *turn, const struct duty_override *override)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "override", override->number);
    jw_pair(body, "schedule", override->schedule);
    jw_pair(body, "person", override->person);
    jw_pair_time(body, "from", override->from_us);
    jw_pair_time(body, "until", override->until_us);
    return body;
}

static const char *there_is_no(struct turn *turn, const char *what, const char *wanted,
                               const struct strings *known)
{
    const char *names = "";
    list_each (name, known)
        names = arena_printf(turn->arena, "%s%s%s", names, *names ? ", " : "", *name);
    return arena_printf(turn->arena, "There is no %s \"%.100s\"%s%s.", what, wanted ? wanted : "",
                        *names ? ". There are: " : "", names);
}

static const char *wrong_with(struct turn *turn, const struct duty_override *wanted)
{
    const struct config *config = turn->engine->config;
    struct strings schedules = {0}, people = {0};
    list_each (schedule, &config->schedules)
        strings_add(turn->arena, &schedules, schedule->id);
    list_each (person, &config->people)
        strings_add(turn->arena, &people, person->id);
    if (!wanted->schedule || !config_schedule(config, wanted->schedule))
        return there_is_no(turn, "schedule", wanted->schedule, &schedules);
    if (!wanted->person || !config_person(config, wanted->person))
        return there_is_no(turn, "person", wanted->person, &people);
    if (wanted->until_us <= turn->now_us || wanted->until_us <= wanted->from_us)
        return "An override ends after it begins, and in the time to come.";
    if (wanted->until_us - wanted->from_us > DUTY_OVERRIDE_DAYS * DAY_US)
        return arena_printf(
            turn->arena, "An override lasts %d days at most; a longer change belongs into the configuration.",
            DUTY_OVERRIDE_DAYS);
    if (turn->engine->overrides.n >= DUTY_OVERRIDES_MOST)
        return "There are too many overrides to come; end some of them.";
    return NULL;
}

static const char *moment(struct turn *turn, const char *schedule, int64_t at_us)
{
    char text[LOCAL_TEXT_BYTES];
    const struct schedule *of = config_schedule(turn->engine->config, schedule);
    timezone_format(of ? of->timezone : "UTC", at_us, text);
    return arena_strdup(turn->arena, text);
}

static void make(struct turn *turn, const struct input *input)
{
    struct duty_override wanted = *input->override;
    const char *actor = text_or(input->actor, "somebody");
    tidy(turn->engine, turn->now_us);
    wanted.from_us = wanted.from_us > 0 ? wanted.from_us : turn->now_us;
    const char *wrong = wrong_with(turn, &wanted);
    if (wrong) {
        turn_answer(turn, OUTCOME_INVALID, 0, "%s", wrong);
        return;
    }
    wanted.number =
        turn->now_us > turn->engine->last_override ? turn->now_us : turn->engine->last_override + 1;
    wanted.made_by = actor;
    wanted.why = text_head(turn->arena, text_or(wanted.why, ""), DUTY_WHY_BYTES);
    wanted.ended_us = 0;
    const struct duty_override *override = keep(turn->engine, &wanted);
    save(turn, override);
    jw_pair(begin(turn, override), "why", *override->why ? override->why : NULL);
    event_end(turn, 0, actor, "override.made", "%s is on call for %s from %s to %s%s%s", override->person,
              override->schedule, moment(turn, override->schedule, override->from_us),
              moment(turn, override->schedule, override->until_us), *override->why ? ": " : "",
              text_head(turn->arena, override->why, 200));
    turn_answer(turn, OUTCOME_DONE, 0, "%s is on call for %s.", override->person, override->schedule);
}

static void end(struct turn *turn, const struct input *input)
{
    const char *actor = text_or(input->actor, "somebody");
    list_each (each, &turn->engine->overrides) {
        struct duty_override *override = *each;
        if (override->number != input->override->number || override->ended_us ||
            override->until_us <= turn->now_us)
            continue;
        override->ended_us = turn->now_us;
        save(turn, override);
        begin(turn, override);
        event_end(turn, 0, actor, "override.ended", "%s is not on call for %s by override any more",
                  override->person, override->schedule);
        turn_answer(turn, OUTCOME_DONE, 0, "The override is ended.");
        return;
    }
    turn_answer(turn, OUTCOME_NOT_FOUND, 0, "There is no such override, or it is over.");
}

void decide_override(struct turn *turn, const struct input *input)
{
    if (input->flag)
        end(turn, input);
    else
        make(turn, input);
}
