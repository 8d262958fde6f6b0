/* Many new incidents of one cause become one to be paged for: the incident of the storm. What it takes in
 * stays an incident of its own, with its alerts, its timeline and its place on the list, but pages through
 * the storm while that lasts, and is acknowledged with it. The storm is as bad as the worst that it holds,
 * and goes along the chain of that one's service.
 *
 * An incident of the worst level in a storm still pages the people of its own chain, but for those whom the
 * storm has paged. A storm into which nothing new has come for the configured time is over: whatever still
 * burns then pages by itself again, unless somebody has it.
 *
 * A cause is a label of the configuration with its value, the service, or nothing at all: the same moment.
 * Each new incident costs one look-up a cause. What was counted is not stored, so after a restart it is
 * counted anew; storms that have begun are. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

enum { NAME_BYTES = 120, FORGET_EVERY = 4096 };

static const char prefix[] = "\nstorm\n"; /* of the trouble, before the cause, where others have a service */
static const char *const default_by[] = {"cluster", "node", "datacenter", "region"};

/* The last new incidents of one cause. */
struct cause {
    char *key;
    int64_t *numbers; /* as many as make a storm, a ring */
    int64_t *opened_us;
    int64_t n; /* that came in all; the next one's place is n modulo the size */
    int64_t size;
};

bool incident_is_storm(const struct incident_record *record)
{
    return strncmp(record->incident.trouble, prefix, strlen(prefix)) == 0;
}

/* ---- causes ---- */

static void cause_free(struct cause *cause)
{
    free(cause->key);
    free(cause->numbers);
    free(cause->opened_us);
    free(cause);
}

void storms_free(struct engine *engine)
{
    size_t position = 0;
    for (struct cause *cause; (cause = map_next(engine->causes, &position));)
        cause_free(cause);
    map_free(engine->causes);
}

static struct cause *cause_of(struct engine *engine, const char *key)
{
    int64_t size = engine->config->storm.incidents;
    struct cause *cause = map_get(engine->causes, key, strlen(key));
    if (cause && cause->size == size)
        return cause;
    if (cause) {
        map_remove(engine->causes, key, strlen(key));
        cause_free(cause);
    }
    cause = heap_alloc(sizeof *cause);
    *cause = (struct cause){.key = heap_strdup(key),
                            .numbers = heap_alloc((size_t)size * sizeof(int64_t)),
                            .opened_us = heap_alloc((size_t)size * sizeof(int64_t)),
                            .size = size};
    map_put(engine->causes, cause->key, strlen(key), cause);
    return cause;
}

void storms_move(struct engine *engine, int64_t by_us)
{
    size_t position = 0;
    for (struct cause *cause; (cause = map_next(engine->causes, &position));)
        for (int64_t i = 0; i < cause->size; i++)
            cause->opened_us[i] -= by_us;
}

/* Labels may have any number of values: those of which nothing was heard lately are forgotten. */
static void forget_causes(struct engine *engine, int64_t since_us)
{
    struct map *kept = map_new();
    size_t position = 0;
    for (struct cause *cause; (cause = map_next(engine->causes, &position));)
        if (cause->opened_us[(cause->n - 1) % cause->size] >= since_us)
            map_put(kept, cause->key, strlen(cause->key), cause);
        else
            cause_free(cause);
    map_free(engine->causes);
    engine->causes = kept;
}

/* True when it is one too many. */
static bool cause_add(struct cause *cause, int64_t number, int64_t now_us, int64_t within_us)
{
    int64_t place = cause->n++ % cause->size;
    cause->numbers[place] = number;
    cause->opened_us[place] = now_us;
    return cause->n >= cause->size && cause->opened_us[cause->n % cause->size] > now_us - within_us;
}

/* ---- members ---- */

static struct incident_record *storm_of(const struct engine *engine, const struct incident_record *record)
{
    return record->incident.storm ? incident_find(engine, record->incident.storm) : NULL;
}

/* It burns, or has not been quiet for long enough. */
static bool counts(const struct incident_record *member)
{
    return incident_is_open(member) && member->incident.storm != 0;
}

bool storm_pages_for(const struct incident_record *record)
{
    return record->incident.storm != 0 && !incident_is_worst(record);
}

bool storm_has_paged(const struct engine *engine, const struct incident_record *record, const char *person)
{
    const struct incident_record *storm = storm_of(engine, record);
    if (!storm || !incident_is_open(storm) || incident_has_owner(storm))
        return false;
    for (size_t i = 0; i < storm->paged.n; i++)
        if (strcmp(storm->paged.at[i], person) == 0)
            return true;
    return false;
}

void storm_paged(struct incident_record *record, const char *person)
{
    if (!incident_is_storm(record))
        return;
    for (size_t i = 0; i < record->paged.n; i++)
        if (strcmp(record->paged.at[i], person) == 0)
            return;
    record->paged.at = heap_resize(record->paged.at, (record->paged.n + 1) * sizeof *record->paged.at);
    record->paged.at[record->paged.n++] = heap_strdup(person);
}

void storm_forget_paged(struct incident_record *record)
{
    for (size_t i = 0; i < record->paged.n; i++)
        free(record->paged.at[i]);
    free(record->paged.at);
    record->paged.at = NULL;
    record->paged.n = 0;
}

/* A level that nobody knows has no rank: what it is compared by is how long its page may stay unanswered. */
static bool waits_longer(const struct engine *engine, const struct incident_record *record,
                         const struct incident_record *than)
{
    int64_t patience = patience_s(engine, record), other = patience_s(engine, than);
    return patience == 0 ? other > 0 : other > 0 && patience > other;
}

/* Takes the level of the member when that is worse, with the runbook that says what it means. */
static void worsen(struct turn *turn, struct incident_record *storm, const struct incident_record *member)
{
    struct incident *to = &storm->incident;
    const struct incident *from = &member->incident;
    if (from->patient_safety && !to->patient_safety) {
        to->patient_safety = true;
        text_keep(&to->patient_safety_why, from->patient_safety_why);
        turn_touch(turn, storm);
    }
    if (from->severity_rank == 0 || (to->severity_rank != 0 && to->severity_rank <= from->severity_rank) ||
        (to->severity_rank == 0 && waits_longer(turn->engine, member, storm)))
        return;
    struct severity_choice choice = {
        .id = arena_strdup(turn->arena, from->severity),
        .rank = from->severity_rank,
        .line = from->severity_line,
        .why = arena_printf(turn->arena, "it holds incident %lld", (long long)from->number),
        .severity = incident_level(turn->engine, member)};
    dependency_changed(turn->engine, to->service); /* which it stands for no more */
    text_keep(&to->service, from->service);
    text_keep(&to->runbook_file, from->runbook_file);
    text_keep(&to->runbook_sha256, from->runbook_sha256);
    incident_raise(turn, storm, &choice, from->title);
}

static void take_in(struct turn *turn, struct incident_record *storm, struct incident_record *member)
{
    struct incident *incident = &storm->incident;
    if (!incident_is_open(member) || member->incident.storm || member == storm || incident_is_storm(member))
        return;
    if (member->incident.severity_rank == 0 && waits_longer(turn->engine, storm, member))
        return; /* it would be paged once with the storm, and is paged until somebody has it alone */
    member->incident.storm = incident->number;
    incident->n_alerts++;
    incident->n_firing++;
    turn_touch(turn, member);
    turn_touch(turn, storm);
    jw_pair_int(event_begin(turn), "storm", incident->number);
    event_end(turn, member->incident.number, NULL, "incident.joined_storm",
              "One of the %lld incidents of the storm %lld, which is paged for%s",
              (long long)incident->n_alerts, (long long)incident->number,
              incident_is_worst(member) ? "; at its level its own people are paged, too" : " instead");
    worsen(turn, storm, member);
    due_set(&turn->engine->due, &storm->calm,
            time_after_s(turn->now_us, turn->engine->config->storm.within_s));
    if (incident_has_owner(storm) && !member->incident.acknowledged_us && !incident_is_worst(member))
        incident_take(turn, member, incident->acknowledged_by);
}

/* ---- storms ---- */

static const char *cause_text(struct arena *arena, const char *key)
{
    const char *value = strchr(key, '=');
    return !*key ? "at once"
                 : arena_printf(arena, "of %.*s %s", (int)(value - key), key,
                                text_head(arena, value + 1, NAME_BYTES));
}

static struct incident_record *open_storm(struct turn *turn, const char *key,
                                          const struct incident_record *first, int64_t n)
{
    struct engine *engine = turn->engine;
    struct arena *arena = turn->arena;
    const struct incident *like = &first->incident;
    struct incident value = {
        .number = engine->last_incident + 1,
        .trouble = arena_printf(arena, "%s%s", prefix, key),
        .title = arena_printf(arena, "Storm %s", cause_text(arena, key)),
        .service = like->service,
        .drill = like->drill,
        .severity = like->severity,
        .severity_rank = like->severity_rank,
        .severity_why = arena_printf(arena, "it holds incident %lld", (long long)like->number),
        .severity_line = like->severity_line,
        .severity_heard = like->severity_rank,
        .state = INCIDENT_TRIGGERED,
        .runbook_file = like->runbook_file,
        .runbook_sha256 = like->runbook_sha256,
        .started_us = like->started_us,
        .opened_us = turn->now_us,
        .response_time_s = like->response_time_s,
        .next_delivery = 1,
    };
    struct incident_record *storm = incident_add(engine, &value);
    turn_touch(turn, storm);
    jw_pair_int(event_begin(turn), "incidents", n);
    event_end(turn, value.number, NULL, "incident.opened", "Incident %lld: %s, %lld new incidents in %s",
              (long long)value.number, value.title, (long long)n,
              duration_text(arena, engine->config->storm.within_s * US_PER_S));
    return storm;
}

/* The storm of that cause: the one that lasts, or a new one when there are enough. */
static struct incident_record *storm_for(struct turn *turn, struct cause *cause,
                                         struct incident_record *record)
{
    struct engine *engine = turn->engine;
    int64_t within_us = engine->config->storm.within_s * US_PER_S;
    const char *trouble = arena_printf(turn->arena, "%s%s", prefix, cause->key);
    bool enough = cause_add(cause, record->incident.number, turn->now_us, within_us);
    struct incident_record *storm = incident_of_trouble(engine, trouble);
    if (storm && incident_is_open(storm))
        return storm;
    if (!enough)
        return NULL;
    struct incident_record *worst = NULL; /* the first of them */
    int64_t n = 0;
    for (int64_t i = 0; i < cause->size; i++) {
        struct incident_record *member = incident_find(engine, cause->numbers[i]);
        if (!member || !incident_is_open(member) || member->incident.storm)
            continue;
        n++;
        int rank = member->incident.severity_rank;
        if (!worst)
            worst = member;
        if (rank > 0 && (worst->incident.severity_rank == 0 || rank < worst->incident.severity_rank))
            worst = member;
    }
    if (!worst || n < cause->size)
        return NULL; /* some are over, or in another storm */
    storm = open_storm(turn, cause->key, worst, n);
    for (int64_t i = 0; i < cause->size; i++)
        take_in(turn, storm, incident_find(engine, cause->numbers[i]));
    escalate(turn, storm,
             arena_printf(turn->arena, "%lld incidents in %s", (long long)n,
                          duration_text(turn->arena, within_us)));
    incident_changed(turn, storm, CHANGE_OPENED);
    return storm;
}

static struct incident_record *by_label(struct turn *turn, struct incident_record *record,
                                        const struct alert *alert, const char *name)
{
    const char *value = label_value(alert->labels, alert->n_labels, name);
    if (!value || !*value)
        return NULL;
    const char *key = arena_printf(turn->arena, "%s=%s", name, text_head(turn->arena, value, NAME_BYTES));
    return storm_for(turn, cause_of(turn->engine, key), record);
}

void storm_opened(struct turn *turn, struct incident_record *record, const struct alert *alert)
{
    struct engine *engine = turn->engine;
    const struct config *config = engine->config;
    if (config->storm.incidents == 0)
        return;
    if (map_count(engine->causes) > engine->causes_limit) {
        forget_causes(engine, turn->now_us - config->storm.within_s * US_PER_S);
        engine->causes_limit = 2 * map_count(engine->causes) + FORGET_EVERY;
    }
    struct incident_record *storm = NULL;
    size_t n_by = config->storm.by.n ? config->storm.by.n : sizeof default_by / sizeof *default_by;
    const char *const *by = config->storm.by.n ? config->storm.by.at : default_by;
    for (size_t i = 0; i < n_by && !storm; i++)
        storm = by_label(turn, record, alert, by[i]);
    if (!storm)
        storm = storm_for(turn,
                          cause_of(engine, arena_printf(turn->arena, "service=%s", record->incident.service)),
                          record);
    if (!storm)
        storm = storm_for(turn, cause_of(engine, ""), record);
    if (storm)
        take_in(turn, storm, record);
}

/* ---- what happens to it ---- */

static void each_member(struct turn *turn, struct incident_record *storm,
                        void (*visit)(struct turn *turn, struct incident_record *storm,
                                      struct incident_record *member))
{
    for (struct incident_record *at = turn->engine->first; at; at = at->next)
        if (at->incident.storm == storm->incident.number)
            visit(turn, storm, at);
}

static void take_member(struct turn *turn, struct incident_record *storm, struct incident_record *member)
{
    if (!incident_is_open(member) || incident_has_owner(member))
        return;
    event_begin(turn);
    event_end(turn, member->incident.number, storm->incident.acknowledged_by, "incident.acknowledged",
              "Acknowledged by %s, with the storm %lld", storm->incident.acknowledged_by,
              (long long)storm->incident.number);
    incident_take(turn, member, storm->incident.acknowledged_by);
}

static void let_go(struct turn *turn, struct incident_record *storm, struct incident_record *member)
{
    member->incident.storm = 0;
    turn_touch(turn, member);
    if (!incident_is_open(member))
        return;
    member->released_why = arena_printf(turn->arena, "The storm %lld is over, and it still burns",
                                        (long long)storm->incident.number);
    event_begin(turn);
    event_end(turn, member->incident.number, NULL, "incident.left_storm",
              "The storm %lld is over: it is paged for by itself again", (long long)storm->incident.number);
    /* Those of the worst level were not hidden, but the pages of the storm may have stood for theirs. */
    if (!member->hushed && incident_wants_people(member) && member->incident.escalation_step > 0)
        escalate(turn, member, member->released_why);
}

/* A clock of every incident: members leave when they are over, a storm takes its members along. */
void storm_follow(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    if (incident_is_storm(record)) {
        if (what == CHANGE_OWNER)
            each_member(turn, record, take_member);
        else if (what == CHANGE_OVER)
            each_member(turn, record, let_go);
        else if ((what == CHANGE_RESTORED || what == CHANGE_REOPENED) && !due_is_set(&record->calm) &&
                 incident_is_open(record))
            due_set(&turn->engine->due, &record->calm,
                    time_after_s(turn->now_us, turn->engine->config->storm.within_s));
        if (what == CHANGE_OVER)
            due_clear(&turn->engine->due, &record->calm);
        return;
    }
    struct incident_record *storm =
        what == CHANGE_OVER || what == CHANGE_SEVERITY ? storm_of(turn->engine, record) : NULL;
    if (!storm || !incident_is_open(storm))
        return;
    if (what == CHANGE_SEVERITY) {
        worsen(turn, storm, record);
        return;
    }
    record->incident.storm = 0;
    storm->incident.n_firing--;
    turn_touch(turn, storm);
    if (incident_is_quiet(storm)) /* somebody had moved it to monitoring, and that was the last of it */
        incident_changed(turn, storm, CHANGE_ALERTS);
}

void due_storm(struct turn *turn, struct due *due)
{
    struct incident_record *storm = DUE_HOLDER(due, struct incident_record, calm);
    const char *late = lateness(turn, due->at_us);
    due_clear(&turn->engine->due, due);
    long long n = storm->incident.n_firing;
    storm->incident.n_firing = 0;
    incident_resolve(turn, storm, "system",
                     arena_printf(turn->arena,
                                  "Nothing new has come into the storm for %s%s; %lld of its %lld "
                                  "incidents %s still open",
                                  duration_text(turn->arena, turn->engine->config->storm.within_s * US_PER_S),
                                  late, n, (long long)storm->incident.n_alerts, n == 1 ? "is" : "are"));
}

/* Its alerts are its members, which are counted when the incidents are there. */
void storms_restored(struct engine *engine)
{
    for (struct incident_record *at = engine->first; at; at = at->next)
        if (incident_is_storm(at))
            at->incident.n_firing = 0;
    for (struct incident_record *at = engine->first; at; at = at->next) {
        struct incident_record *storm = counts(at) ? storm_of(engine, at) : NULL;
        if (storm && incident_is_open(storm))
            storm->incident.n_firing++;
        else
            at->incident.storm = 0;
    }
}
