/* The silences that are kept, and INPUT_SILENCE, INPUT_SILENCE_EXPIRE and TIMER_SILENCE.
 *
 * A silence that changes in what it hides, or in the past, becomes a new one with a new id, and the old one
 * ends (as Alertmanager has it), so that a silence on the record is what was in force. Active silences are
 * found by a label that they want to be equal, so that many of them cost an alert no more than a few. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/words.h"
#include "engine/engine_priv.h"

enum { WARN_BEFORE_S = 15 * 60, WARN_SHARE = 4 };

void silences_start(struct silences *silences)
{
    *silences = (struct silences){.by_id = map_new(), .by_label = map_new()};
}

/* ---- which ones are active ---- */

static struct buf index_key(const struct matcher *matcher)
{
    struct buf key = {0};
    buf_add(&key, matcher->name, strlen(matcher->name) + 1);
    buf_add(&key, matcher->value, strlen(matcher->value) + 1);
    return key;
}

static const struct matcher *index_matcher(const struct matchers *matchers)
{
    for (size_t i = 0; i < matchers->n; i++)
        if (!matchers->at[i]->negative && !matchers->at[i]->expression && *matchers->at[i]->value)
            return matchers->at[i];
    return NULL;
}

static void put_first(struct silences *silences, const struct buf *key, struct silence_record *first)
{
    if (!key->n_bytes)
        silences->others = first;
    else if (first)
        map_put(silences->by_label, key->at, key->n_bytes, first);
    else
        map_remove(silences->by_label, key->at, key->n_bytes);
}

static struct silence_record *get_first(const struct silences *silences, const struct buf *key)
{
    return key->n_bytes ? map_get(silences->by_label, key->at, key->n_bytes) : silences->others;
}

static void activate(struct silences *silences, struct silence_record *record)
{
    record->indexed_by = index_matcher(&record->matchers);
    scoped_buf struct buf key = {0};
    if (record->indexed_by)
        key = index_key(record->indexed_by);
    record->next_of = get_first(silences, &key);
    if (record->next_of)
        record->next_of->previous_of = record;
    put_first(silences, &key, record);
    silences->n_active++;
}

static void deactivate(struct silences *silences, struct silence_record *record)
{
    scoped_buf struct buf key = {0};
    if (record->indexed_by)
        key = index_key(record->indexed_by);
    if (record->next_of)
        record->next_of->previous_of = record->previous_of;
    if (record->previous_of)
        record->previous_of->next_of = record->next_of;
    else
        put_first(silences, &key, record->next_of);
    record->next_of = record->previous_of = NULL;
    silences->n_active--;
}

static size_t add_fitting(const struct silence_record *first, const char *packed, size_t n_labels,
                          const struct silence_record **found, size_t n, size_t most, unsigned kinds)
{
    for (; first && n < most; first = first->next_of)
        if (kinds & (first->silence.maintenance ? SILENCES_MAINTENANCE : SILENCES_PLAIN) &&
            !(first->silence.wide && kinds & SILENCES_NOT_WIDE) &&
            matchers_fit(&first->matchers, packed, n_labels))
            found[n++] = first;
    return n;
}

size_t silences_of(const struct engine *engine, unsigned kinds, const struct alert_record *record,
                   const struct silence_record **ret_found, size_t most)
{
    const struct silences *silences = &engine->silences;
    if (!silences->n_active)
        return 0;
    const char *packed = alert_table_text(&engine->alerts, record);
    size_t n_labels = record->n_labels;
    size_t n = add_fitting(silences->others, packed, n_labels, ret_found, 0, most, kinds);
    const char *label = packed;
    for (size_t i = 0; i < n_labels && map_count(silences->by_label); i++) {
        const char *value = label + strlen(label) + 1, *end = value + strlen(value) + 1;
        n = add_fitting(map_get(silences->by_label, label, (size_t)(end - label)), packed, n_labels,
                        ret_found, n, most, kinds);
        label = end;
    }
    return n;
}

/* ---- the records ---- */

struct silence_record *silence_find(const struct engine *engine, const char *id)
{
    return map_get(engine->silences.by_id, id, strlen(id));
}

/* NULL when its matchers are none that this program can read. */
static struct silence_record *add(struct engine *engine, const struct silence *value)
{
    struct silences *silences = &engine->silences;
    struct silence_record *record = heap_alloc(sizeof *record);
    struct err err;
    if (matchers_parse(value->matchers, &record->matchers, &err) < 0) {
        free(record);
        return NULL;
    }
    record->silence = *value;
    record->silence.wide = silence_is_wide(&record->matchers) && !maintenance_is_planned(value);
    texts_to_heap(&silence_texts, &record->silence);
    record->next.kind = TIMER_SILENCE;
    if (silences->n == silences->capacity) {
        silences->capacity = silences->capacity ? silences->capacity * 2 : 16;
        silences->all = heap_resize(silences->all, silences->capacity * sizeof(struct silence_record *));
    }
    record->place = silences->n;
    silences->all[silences->n++] = record;
    map_put(silences->by_id, record->silence.id, strlen(record->silence.id), record);
    if (value->state == SILENCE_ACTIVE)
        activate(silences, record);
    return record;
}

static void drop(struct engine *engine, struct silence_record *record)
{
    struct silences *silences = &engine->silences;
    if (record->silence.state == SILENCE_ACTIVE)
        deactivate(silences, record);
    due_clear(&engine->due, &record->next);
    map_remove(silences->by_id, record->silence.id, strlen(record->silence.id));
    struct silence_record *last = silences->all[--silences->n];
    silences->all[record->place] = last;
    last->place = record->place;
    matchers_free(&record->matchers);
    texts_free(&silence_texts, &record->silence);
    free(record);
}

void silences_end(struct engine *engine)
{
    while (engine->silences.n)
        drop(engine, engine->silences.all[engine->silences.n - 1]);
    map_free(engine->silences.by_id);
    map_free(engine->silences.by_label);
    free(engine->silences.all);
}

static void save(struct turn *turn, const struct silence_record *record)
{
    struct decision *decision = turn_push(turn, DECISION_SILENCE);
    decision->silence = record->silence;
    texts_to_arena(&silence_texts, &decision->silence, turn->arena);
}

/* ---- what happens to it ---- */

static int64_t warn_us(const struct silence *silence)
{
    int64_t share_us = (silence->ends_us - silence->starts_us) / WARN_SHARE;
    int64_t before_us = WARN_BEFORE_S * US_PER_S;
    return silence->ends_us - (share_us < before_us ? share_us : before_us);
}

static void plan(struct engine *engine, struct silence_record *record)
{
    const struct silence *silence = &record->silence;
    int64_t at_us = silence->state == SILENCE_PENDING ? silence->starts_us
                    : silence->state == SILENCE_EXPIRED
                        ? time_after_s(silence->ends_us, SILENCE_KEPT_S)
                        : (record->warned ? silence->ends_us : warn_us(silence));
    due_set(&engine->due, &record->next, at_us);
}

/* "The silence of ana (“database upgrade”)" */
static const char *title(struct arena *arena, const struct silence *silence)
{
    const char *by = text_head(arena, silence->created_by, 80);
    return arena_printf(arena, "%s of %s (%s)", silence->maintenance ? "maintenance window" : "silence",
                        silence->maintenance || words_are_name(by) ? by : words_quoted(arena, by),
                        words_quoted(arena, text_head(arena, silence->comment, 120)));
}

static size_t count_hidden(const struct engine *engine, const struct silence_record *record)
{
    size_t n = 0;
    for (uint32_t i = 0; i < engine->alerts.n; i++) {
        const struct alert_record *alert = engine->alerts.records[i];
        n += alert->firing &&
             matchers_fit(&record->matchers, alert_table_text(&engine->alerts, alert), alert->n_labels);
    }
    return n;
}

static void say(struct turn *turn, const struct silence_record *record, const char *actor, const char *kind,
                const char *summary)
{
    const struct silence *silence = &record->silence;
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "id", silence->id);
    jw_pair(body, "matchers", silence->matchers);
    jw_pair(body, "created_by", silence->created_by);
    jw_pair(body, "comment", silence->comment);
    jw_pair_time(body, "starts_at", silence->starts_us);
    jw_pair_time(body, "ends_at", silence->ends_us);
    event_end(turn, 0, actor, kind, "%s", summary);
}

static const char *author(struct turn *turn, const struct silence *silence)
{
    if (maintenance_is_planned(silence))
        return NULL;
    return arena_printf(turn->arena, "person:%s", text_head(turn->arena, silence->created_by, 80));
}

static void begin(struct turn *turn, struct silence_record *record, const char *actor, const char *kind)
{
    record->silence.state = SILENCE_ACTIVE;
    activate(&turn->engine->silences, record);
    size_t n = count_hidden(turn->engine, record);
    say(turn, record, actor, kind,
        arena_printf(turn->arena, "The %s%s hides %s until %s: %zu %s now%s",
                     record->silence.wide ? "WIDE " : "", title(turn->arena, &record->silence),
                     text_head(turn->arena, record->silence.matchers, 200),
                     time_text(turn->arena, record->silence.ends_us), n,
                     n == 1 ? "alert that fires" : "alerts that fire",
                     record->silence.wide ? "; what is of the worst level pages all the same" : ""));
    turn->review_wanted = true;
}

void silence_end(struct turn *turn, struct silence_record *record, const char *actor, const char *how)
{
    bool was_active = record->silence.state == SILENCE_ACTIVE;
    if (was_active)
        deactivate(&turn->engine->silences, record);
    record->silence.state = SILENCE_EXPIRED;
    if (record->silence.ends_us > turn->now_us)
        record->silence.ends_us = turn->now_us;
    if (record->silence.starts_us > record->silence.ends_us)
        record->silence.starts_us = record->silence.ends_us;
    record->silence.updated_us = turn->now_us;
    save(turn, record);
    plan(turn->engine, record);
    const char *what = title(turn->arena, &record->silence);
    say(turn, record, actor, "silence.expired", arena_printf(turn->arena, "The %s %s", what, how));
    if (!was_active)
        return;
    hold_say_why(turn->engine, arena_printf(turn->arena, "The %s has ended", what));
    turn->review_wanted = true;
}

static void warn(struct turn *turn, struct silence_record *record)
{
    record->warned = true;
    size_t n = count_hidden(turn->engine, record);
    if (n)
        say(turn, record, NULL, "silence.lapses",
            arena_printf(turn->arena, "The %s ends at %s, and %zu %s still under it",
                         title(turn->arena, &record->silence),
                         time_text(turn->arena, record->silence.ends_us), n,
                         n == 1 ? "alert fires" : "alerts fire"));
}

void due_silence(struct turn *turn, struct due *due)
{
    struct silence_record *record = DUE_HOLDER(due, struct silence_record, next);
    struct silence *silence = &record->silence;
    int64_t due_us = due->at_us;
    if (silence->state == SILENCE_EXPIRED) {
        struct decision *forget = turn_push(turn, DECISION_SILENCE_FORGET);
        forget->silence = (struct silence){.id = arena_strdup(turn->arena, silence->id)};
        drop(turn->engine, record);
    } else if (silence->ends_us <= turn->now_us) {
        silence_end(turn, record, NULL, arena_printf(turn->arena, "has ended%s", lateness(turn, due_us)));
    } else if (silence->state == SILENCE_PENDING) {
        begin(turn, record, NULL, "silence.started");
        save(turn, record);
        plan(turn->engine, record);
    } else {
        warn(turn, record);
        plan(turn->engine, record);
    }
}

/* ---- what people ask for ---- */

static bool may_change(const struct silence_record *record, const struct silence *to,
                       const struct matchers *matchers, int64_t now_us)
{
    const struct silence *from = &record->silence;
    if (!matchers_equal(&record->matchers, matchers))
        return false;
    if (from->state == SILENCE_ACTIVE)
        return to->starts_us / US_PER_S == from->starts_us / US_PER_S && to->ends_us > now_us;
    return from->state == SILENCE_PENDING && to->starts_us >= now_us;
}

static void change(struct turn *turn, struct silence_record *record, const struct silence *to)
{
    struct silence *silence = &record->silence;
    if (silence->state == SILENCE_PENDING)
        silence->starts_us = to->starts_us;
    silence->ends_us = to->ends_us;
    silence->updated_us = turn->now_us;
    text_keep(&silence->created_by, to->created_by);
    text_keep(&silence->comment, to->comment);
    record->warned = false;
    save(turn, record);
    plan(turn->engine, record);
    say(turn, record, author(turn, silence), "silence.updated",
        arena_printf(turn->arena, "The %s was changed: until %s", title(turn->arena, silence),
                     time_text(turn->arena, silence->ends_us)));
}

void silence_create(struct turn *turn, const struct silence *wanted, const char *new_id)
{
    struct silence value = *wanted;
    value.id = new_id;
    value.updated_us = turn->now_us;
    value.state = SILENCE_PENDING;
    value.maintenance |= *wanted->id && silence_find(turn->engine, wanted->id)->silence.maintenance;
    if (value.starts_us < turn->now_us)
        value.starts_us = turn->now_us;
    struct silence_record *record = add(turn->engine, &value);
    must(record); /* its matchers were read a moment ago */
    if (value.starts_us <= turn->now_us)
        begin(turn, record, author(turn, &value), "silence.created");
    else
        say(turn, record, author(turn, &value), "silence.created",
            arena_printf(turn->arena, "The %s will hide %s from %s to %s", title(turn->arena, &value),
                         text_head(turn->arena, value.matchers, 200), time_text(turn->arena, value.starts_us),
                         time_text(turn->arena, value.ends_us)));
    save(turn, record);
    plan(turn->engine, record);
}

static bool is_refused(struct turn *turn, const struct silence *wanted)
{
    const char *id = wanted->id;
    if (*id && !silence_find(turn->engine, id))
        turn_answer(turn, OUTCOME_NOT_FOUND, 0, "silence not found: there is none with the id %.40s", id);
    else if (wanted->ends_us <= turn->now_us)
        turn_answer(turn, OUTCOME_INVALID, 0, "end time can't be in the past");
    else if (turn->engine->silences.n >= SILENCES_LIMIT)
        turn_answer(turn, OUTCOME_UNAVAILABLE, 0, "%d silences are kept already, most of them useless",
                    SILENCES_LIMIT);
    else
        return false;
    return true;
}

void decide_silence(struct turn *turn, const struct input *input)
{
    const struct silence *wanted = input->silence;
    struct matchers matchers = {0};
    struct err err;
    if (is_refused(turn, wanted))
        return;
    if (matchers_parse(wanted->matchers, &matchers, &err) < 0) {
        turn_answer(turn, OUTCOME_INVALID, 0, "%s", err.text);
        return;
    }
    struct silence_record *record = *wanted->id ? silence_find(turn->engine, wanted->id) : NULL;
    if (record && may_change(record, wanted, &matchers, turn->now_us)) {
        change(turn, record, wanted);
        turn_answer(turn, OUTCOME_DONE, 0, "%s", record->silence.id);
    } else {
        silence_create(turn, wanted, input->text);
        if (record && record->silence.state != SILENCE_EXPIRED)
            silence_end(turn, record, author(turn, wanted), "was replaced by a changed one");
        turn_answer(turn, OUTCOME_DONE, 0, "%s", input->text);
    }
    matchers_free(&matchers);
}

void decide_silence_expire(struct turn *turn, const struct input *input)
{
    struct silence_record *record = silence_find(turn->engine, input->text);
    if (!record) {
        turn_answer(turn, OUTCOME_NOT_FOUND, 0, "silence not found: there is none with the id %.40s",
                    input->text);
        return;
    }
    if (record->silence.state != SILENCE_EXPIRED)
        silence_end(turn, record, input->actor,
                    arena_printf(turn->arena, "was ended by %s", text_or(input->actor, "somebody")));
}

/* ---- after a restart ---- */

void engine_restore_silence(struct engine *engine, const struct silence *silence)
{
    if (!silence_find(engine, silence->id))
        add(engine, silence);
}

/* One that was to begin meanwhile begins now: what it hides must not page first. */
void silences_restored(struct turn *turn)
{
    struct engine *engine = turn->engine;
    for (size_t i = 0; i < engine->silences.n; i++) {
        struct silence_record *record = engine->silences.all[i];
        const struct silence *silence = &record->silence;
        record->warned = warn_us(silence) <= engine->listened_us;
        if (silence->state == SILENCE_PENDING && silence->starts_us <= turn->now_us &&
            silence->ends_us > turn->now_us) {
            begin(turn, record, NULL, "silence.started");
            save(turn, record);
        }
        plan(engine, record);
    }
}

/* ---- questions ---- */

bool engine_silence(const struct engine *engine, const char *id, struct silence *ret_silence)
{
    const struct silence_record *record = silence_find(engine, id);
    if (record)
        *ret_silence = record->silence;
    return record != NULL;
}

size_t engine_silences(const struct engine *engine, size_t before, size_t most,
                       void (*visit)(void *context, const struct silence *silence,
                                     const struct matchers *matchers),
                       void *context)
{
    size_t at = before < engine->silences.n ? before : engine->silences.n;
    for (; at > 0 && most > 0; most--) {
        const struct silence_record *record = engine->silences.all[--at];
        visit(context, &record->silence, &record->matchers);
    }
    return at;
}
