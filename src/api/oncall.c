/* Who is on call, now and over a stretch of days. The calendar library belongs to the engine's thread, so
 * that is where days are walked, a piece at a time: nobody who waits for a page waits for a calendar. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/clock.h"
#include "roster/zone.h"

enum { PIECE_STRETCHES = 50, STRETCHES_MOST = 1500, DAYS_MOST = 100 };

struct asking {
    struct request *request;
    struct json_writer writer;
    int64_t now_us;
    int64_t holds_until_us; /* until somebody else comes on call */
    bool walked;            /* from and to were given */
    size_t schedule;
    const char *id; /* of the one that is walked */
    int64_t at_us, until_us;
    bool began;
    struct strings people; /* of the stretch that is not written yet */
    int64_t people_from_us;
    size_t n_stretches;
};

static void write_person(struct json_writer *writer, const struct config *config, const char *id)
{
    const struct person *person = config_person(config, id);
    jw_begin_object(writer);
    jw_pair(writer, "id", id);
    jw_pair(writer, "name", person ? person->name : id);
    jw_end_object(writer);
}

static void write_now(struct asking *asking, const struct engine *engine, const struct schedule *schedule)
{
    const struct config *config = engine_config(engine);
    struct json_writer *writer = &asking->writer;
    struct strings people;
    int64_t until_us;
    engine_people_at(engine, asking->request->arena, schedule, asking->now_us, &people, &until_us);
    if (until_us < asking->holds_until_us)
        asking->holds_until_us = until_us;
    jw_pair(writer, "id", schedule->id);
    jw_pair(writer, "timezone", schedule->timezone);
    jw_name(writer, "people");
    jw_begin_array(writer);
    for (size_t i = 0; i < people.n; i++)
        write_person(writer, config, people.at[i]);
    jw_end_array(writer);
    jw_pair_time(writer, "until", until_us);
}

/* Those of the configuration have no number: nobody ends them here. */
static void write_override(struct json_writer *writer, const struct duty_override *override)
{
    jw_begin_object(writer);
    jw_pair_int_or_null(writer, "number", override->number, override->number > 0);
    jw_pair(writer, "person", override->person);
    jw_pair_time(writer, "from", override->from_us);
    jw_pair_time(writer, "until", override->until_us);
    jw_pair(writer, "made_by", override->made_by);
    jw_pair(writer, "why", override->why && *override->why ? override->why : NULL);
    jw_end_object(writer);
}

static void write_overrides(struct json_writer *writer, const struct engine *engine,
                            const struct schedule *schedule)
{
    const struct zone *zone = zone_find(schedule->timezone);
    jw_name(writer, "overrides");
    jw_begin_array(writer);
    list_each (override, &schedule->overrides) {
        if (!zone)
            break;
        write_override(writer, &(struct duty_override){
                                   .person = override->person,
                                   .from_us = zone_utc_s(zone, local_seconds(&override->from)) * US_PER_S,
                                   .until_us = zone_utc_s(zone, local_seconds(&override->until)) * US_PER_S});
    }
    list_each (override, engine_overrides(engine))
        if (!(*override)->ended_us && strcmp((*override)->schedule, schedule->id) == 0)
            write_override(writer, *override);
    jw_end_array(writer);
}

static void write_stretch(struct asking *asking, int64_t until_us)
{
    struct json_writer *writer = &asking->writer;
    jw_begin_object(writer);
    jw_pair_time(writer, "from", asking->people_from_us);
    jw_pair_time(writer, "until", until_us);
    jw_name(writer, "people");
    jw_begin_array(writer);
    for (size_t i = 0; i < asking->people.n; i++)
        jw_string(writer, asking->people.at[i]);
    jw_end_array(writer);
    jw_end_object(writer);
    asking->n_stretches++;
}

static bool same_people(const struct strings *a, const struct strings *b)
{
    for (size_t i = 0; i < a->n && a->n == b->n; i++)
        if (strcmp(a->at[i], b->at[i]) != 0)
            return false;
    return a->n == b->n;
}

/* True: the schedule is walked to the end. */
static bool walk_piece(struct asking *asking, const struct engine *engine, const struct schedule *schedule)
{
    struct arena *arena = asking->request->arena;
    for (int i = 0; i < PIECE_STRETCHES; i++) {
        if (asking->at_us >= asking->until_us || asking->n_stretches >= STRETCHES_MOST) {
            if (asking->began)
                write_stretch(asking, asking->at_us < asking->until_us ? asking->at_us : asking->until_us);
            return true;
        }
        struct strings people;
        int64_t next_us;
        engine_people_at(engine, arena, schedule, asking->at_us, &people, &next_us);
        if (!asking->began || !same_people(&people, &asking->people)) {
            if (asking->began)
                write_stretch(asking, asking->at_us);
            asking->people = (struct strings){0};
            for (size_t j = 0; j < people.n; j++)
                strings_add(arena, &asking->people, arena_strdup(arena, people.at[j]));
            asking->people_from_us = asking->at_us;
            asking->began = true;
        }
        asking->at_us = next_us > asking->at_us ? next_us : asking->until_us;
    }
    return false;
}

static void begin_schedule(struct asking *asking, const struct engine *engine,
                           const struct schedule *schedule)
{
    jw_begin_object(&asking->writer);
    write_now(asking, engine, schedule);
    write_overrides(&asking->writer, engine, schedule);
    jw_name(&asking->writer, "stretches");
    jw_begin_array(&asking->writer);
    asking->id = arena_strdup(asking->request->arena, schedule->id);
}

static void end_schedule(struct asking *asking, int64_t from_us)
{
    jw_end_array(&asking->writer);
    jw_end_object(&asking->writer);
    asking->id = NULL;
    asking->schedule++;
    asking->at_us = from_us;
    asking->n_stretches = 0;
    asking->began = false;
}

struct walk {
    struct asking asking;
    int64_t from_us;
    bool ended;
};

/* On the engine's thread, as the next one. A schedule that a reload took away meanwhile ends where it is. */
static void take_piece(void *context, const struct engine *engine)
{
    struct walk *walk = context;
    struct asking *asking = &walk->asking;
    const struct config *config = engine_config(engine);
    if (!asking->id && asking->schedule >= config->schedules.n) {
        walk->ended = true;
        return;
    }
    if (!asking->id)
        begin_schedule(asking, engine, &config->schedules.at[asking->schedule]);
    const struct schedule *schedule = config_schedule(config, asking->id);
    if (!asking->walked || !schedule || walk_piece(asking, engine, schedule))
        end_schedule(asking, walk->from_us);
}

static void take_people(void *context, const struct engine *engine)
{
    struct json_writer *writer = context;
    const struct config *config = engine_config(engine);
    list_each (person, &config->people)
        write_person(writer, config, person->id);
}

static int read_moment(struct request *request, const char *name, int64_t *ret_us)
{
    const char *text = request_query(request, name);
    if (text && time_parse_rfc3339(text, strlen(text), ret_us) == 0 && *ret_us > 0)
        return 0;
    answer_problem(request, PROBLEM_BAD_REQUEST, name,
                   "from and to are given together, as times such as 2026-03-02T09:00:00Z");
    return -1;
}

static int read_range(struct request *request, struct walk *walk)
{
    struct asking *asking = &walk->asking;
    asking->walked = request_query(request, "from") || request_query(request, "to");
    if (!asking->walked)
        return 0;
    if (read_moment(request, "from", &walk->from_us) < 0 || read_moment(request, "to", &asking->until_us) < 0)
        return -1;
    asking->at_us = walk->from_us;
    int64_t lasts_us = asking->until_us - walk->from_us;
    if (lasts_us > 0 && lasts_us <= DAYS_MOST * INT64_C(86400) * US_PER_S)
        return 0;
    answer_problem(request, PROBLEM_BAD_REQUEST, "to", "to lies after from, by at most %d days", DAYS_MOST);
    return -1;
}

/* What was answered before holds until a turn or an override begins or ends, but for the moment that it
 * begins with. */
static bool is_known(struct request *request, int64_t now_us, struct known_place *ret_place)
{
    char at[TIME_TEXT_BYTES];
    if (!known_answer(request, "oncall", ret_place))
        return false;
    time_format_rfc3339(now_us, at);
    memcpy(request->answer.body.at + strlen("{\"at\":\""), at, strlen(at));
    request->answer.tag = NULL;
    return true;
}

void get_oncall(struct request *request)
{
    struct buf body = {0};
    struct known_place place;
    struct walk walk = {.asking = {.request = request,
                                   .now_us = clock_wall_us(request->api->clock),
                                   .holds_until_us = INT64_MAX}};
    struct json_writer *writer = &walk.asking.writer;
    if (is_known(request, walk.asking.now_us, &place) || read_range(request, &walk) < 0)
        return;
    *writer = jw_start(&body);
    jw_begin_object(writer);
    jw_pair_time(writer, "at", walk.asking.now_us);
    jw_name(writer, "schedules");
    jw_begin_array(writer);
    bool answered = true;
    while (answered && !walk.ended)
        answered = request_ask(request, take_piece, &walk);
    jw_end_array(writer);
    jw_name(writer, "people");
    jw_begin_array(writer);
    if (answered && request_ask(request, take_people, writer)) {
        jw_end_array(writer);
        jw_end_object(writer);
        buf_add(answer_text(request, "application/json"), body.at, body.n_bytes);
        place.from_us = walk.asking.now_us;
        place.until_us = walk.asking.holds_until_us;
        known_keep(request, &place);
        request->answer.tag = NULL;
    }
    buf_free(&body);
}

/* ---- overrides ---- */

static int read_time(struct request *request, struct json root, const char *name, int64_t *ret_us)
{
    const char *text;
    if (request_text(request, root, name, &text) < 0)
        return -1;
    if (!text || time_parse_rfc3339(text, strlen(text), ret_us) == 0)
        return 0;
    answer_problem(request, PROBLEM_INVALID, name, "a time is written such as 2026-03-02T09:00:00Z");
    return -1;
}

void post_override(struct request *request)
{
    struct json root;
    struct duty_override *override = arena_alloc(request->arena, sizeof *override);
    struct input input = {.kind = INPUT_OVERRIDE, .override = override};
    *override = (struct duty_override){0};
    if (request_object(request, &root) < 0 ||
        request_text(request, root, "schedule", &override->schedule) < 0 ||
        request_person(request, root, "person", &override->person) < 0 ||
        request_text(request, root, "why", &override->why) < 0 ||
        read_time(request, root, "from", &override->from_us) < 0 ||
        read_time(request, root, "until", &override->until_us) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    request->input = input;
    request_submit(request, NULL);
}

void delete_override(struct request *request)
{
    struct duty_override *override = arena_alloc(request->arena, sizeof *override);
    struct input input = {.kind = INPUT_OVERRIDE, .override = override, .flag = true};
    struct json nothing = {0};
    *override = (struct duty_override){.number = request->parts.numbers[0]};
    if (request_actor(request, nothing, &input.actor) < 0)
        return;
    request->input = input;
    request_submit(request, NULL);
}
