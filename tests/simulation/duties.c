/* Who is on call: by the schedules of the configuration, and above them by what people agree between them,
 * who take over for each other and give it back. */
#include <string.h>

#include "simulation.h"

static const char *const schedules[] = {"primary", "berlin-day", "newyork-day"};
static const char *const people[] = {"ana", "ben", "eve"};

static void planned_people(struct arena *arena, struct sim *sim, const struct schedule *schedule,
                           struct strings *ret_people)
{
    int64_t until_us;
    schedule_people_at(arena, schedule, sim->now_us, ret_people, &until_us);
    check_rota(sim, schedule->id, ret_people);
}

/* The rule told once more: of several the one that was made last, while it lasts and nobody has ended it. */
void duty_people(struct arena *arena, struct sim *sim, const struct schedule *schedule,
                 struct strings *people_now)
{
    const struct duty_override *instead = NULL;
    size_t position = 0;
    for (const struct duty_override *each; (each = map_next(sim->model.overrides, &position));)
        if (!each->ended_us && strcmp(each->schedule, schedule->id) == 0 && each->from_us <= sim->now_us &&
            each->until_us > sim->now_us && config_person(sim->config, each->person) &&
            (!instead || each->number > instead->number))
            instead = each;
    if (instead) {
        sim_case(sim, CASE_OVERRIDE);
        strings_add(arena, people_now, instead->person);
        return;
    }
    struct strings planned;
    planned_people(arena, sim, schedule, &planned);
    list_each (person, &planned)
        strings_add(arena, people_now, *person);
}

static void give_back(struct sim *sim, const char *actor)
{
    const struct duty_override *last = NULL;
    size_t position = 0;
    for (const struct duty_override *each; (each = map_next(sim->model.overrides, &position));)
        if (!each->ended_us && each->until_us > sim->now_us && (!last || each->number > last->number))
            last = each;
    if (!last)
        return;
    struct duty_override ended = {.number = last->number};
    sim_say(sim, "%s gives back %s", actor, last->schedule);
    sim_input(sim, &(struct input){.kind = INPUT_OVERRIDE, .actor = actor, .override = &ended, .flag = true});
}

/* The one that was made last; those of long ago are forgotten. */
static int64_t last_number(const struct sim *sim)
{
    int64_t last = 0;
    size_t position = 0;
    for (const struct duty_override *each; (each = map_next(sim->model.overrides, &position));)
        last = each->number > last ? each->number : last;
    return last;
}

void duty_changes(struct sim *sim, const struct happening *happening)
{
    (void)happening;
    scoped_arena struct arena *arena = arena_new();
    struct strings planned;
    for (int i = 0; i < 3; i++)
        planned_people(arena, sim, config_schedule(sim->config, schedules[i]), &planned);
    sim_plan(sim, (struct happening){.kind = HAPPEN_DUTY,
                                     .at_us = sim->now_us + sim_between(sim, 2 * HOUR, 2 * DAY)});
    if (sim_chance(sim, 25)) {
        give_back(sim, "person:ana");
        return;
    }
    int64_t from_us = sim->now_us + (sim_chance(sim, 50) ? 0 : sim_between(sim, MINUTE, 12 * HOUR));
    struct duty_override wanted = {.schedule = schedules[sim_between(sim, 0, 2)],
                                   .person = people[sim_between(sim, 0, 2)],
                                   .why = "a theatre evening",
                                   .from_us = from_us,
                                   .until_us = from_us + sim_between(sim, 10 * MINUTE, 2 * DAY)};
    int64_t last = last_number(sim);
    sim_say(sim, "%s takes over %s", wanted.person, wanted.schedule);
    bool answered =
        sim_input(sim, &(struct input){.kind = INPUT_OVERRIDE, .actor = "person:ben", .override = &wanted});
    bool is_there = config_person(sim->config, wanted.person);
    if (answered && is_there && last_number(sim) == last)
        sim_fail(sim, "%s took over, and it is not on record", wanted.person);
}
