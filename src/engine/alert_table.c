/* Two label sets are the same when their packed bytes are. The index hashes them with a secret key, because
 * labels come from outside and FNV-1a, the fingerprint that people see, can be made to collide at will. The
 * secret decides nothing else: no iteration follows the index.
 *
 * A storm is many alerts of few rules, so the texts are kept as differences from a model (alert_text.h): a
 * million alerts are 300 MB rather than 1.2 GB. */
#include "engine/alert_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/must.h"
#include "engine/alert_text.h"

struct alert_scratch {
    const struct alert_record *of; /* whose text it holds, or NULL */
    struct buf text, label;
};

void alert_table_start(struct alert_table *table, struct due_heap *due)
{
    *table = (struct alert_table){.due = due, .groups = map_new(), .models = map_new(), .n_slots = 1024};
    table->scratch = heap_alloc(sizeof *table->scratch);
    table->slots = heap_alloc(table->n_slots * sizeof *table->slots);
}

void alert_table_end(struct alert_table *table)
{
    while (table->n)
        alert_table_remove(table, table->records[table->n - 1]);
    for (uint8_t i = 0; i < table->n_sources; i++)
        free(table->sources[i]);
    map_free(table->groups);
    map_free(table->models);
    free(table->records);
    free(table->slots);
    buf_free(&table->packed);
    buf_free(&table->difference);
    buf_free(&table->key);
    buf_free(&table->scratch->text);
    buf_free(&table->scratch->label);
    free(table->scratch);
}

/* ---- texts ---- */

struct whole { /* all texts of an alert, in one piece */
    const char *at;
    size_t labels_bytes, text_bytes;
    uint32_t hash; /* of the labels */
};

static void pack(struct buf *buf, const struct label *labels, size_t n_labels)
{
    for (size_t i = 0; i < n_labels; i++) {
        buf_add(buf, labels[i].name, strlen(labels[i].name) + 1);
        buf_add(buf, labels[i].value, strlen(labels[i].value) + 1);
    }
}

static const char *unpack(const char *text, struct label *labels, size_t n_labels)
{
    for (size_t i = 0; i < n_labels; i++) {
        labels[i].name = text;
        labels[i].value = text + strlen(text) + 1;
        text = labels[i].value + strlen(labels[i].value) + 1;
    }
    return text;
}

static struct whole whole_of(struct alert_table *table, const struct alert *alert)
{
    if (alert->text)
        return (struct whole){alert->text, alert->labels_bytes, alert->text_bytes,
                              (uint32_t)(alert->labels_hash ? alert->labels_hash
                                                            : index_hash(alert->text, alert->labels_bytes))};
    struct buf *packed = &table->packed;
    const char *url = alert->generator_url ? alert->generator_url : "";
    buf_clear(packed);
    pack(packed, alert->labels, alert->n_labels);
    size_t labels_bytes = packed->n_bytes;
    pack(packed, alert->annotations, alert->n_annotations);
    buf_add(packed, url, strlen(url) + 1);
    return (struct whole){buf_text(packed), labels_bytes, packed->n_bytes,
                          (uint32_t)index_hash(buf_text(packed), labels_bytes)};
}

static struct text model_text(const struct alert_record *record)
{
    return (struct text){record->model->text, record->model->text_bytes};
}

static char *difference_apart(const struct alert_record *record)
{
    char *at;
    memcpy(&at, record->inside, sizeof at);
    return at;
}

static struct text difference_text(const struct alert_record *record)
{
    return (struct text){record->apart ? difference_apart(record) : record->inside, record->difference_bytes};
}

static const char *name_of(const struct label *labels, size_t n_labels)
{
    const char *name = label_value(labels, n_labels, "alertname");
    return name ? name : "";
}

/* The names of the labels, and the name of the alert. */
static void model_key(struct buf *key, const struct alert *alert, const char *name)
{
    buf_clear(key);
    buf_puts(key, name);
    for (size_t i = 0; i < alert->n_labels; i++) {
        buf_putc(key, '\0');
        buf_puts(key, alert->labels[i].name);
    }
}

static struct alert_model *model_find(struct alert_table *table, const struct alert *alert, const char *name,
                                      struct whole whole)
{
    model_key(&table->key, alert, name);
    struct alert_model *model = map_get(table->models, table->key.at, table->key.n_bytes);
    if (model)
        return model;
    model = heap_alloc(sizeof *model);
    model->key_bytes = table->key.n_bytes;
    model->key = memcpy(heap_alloc(model->key_bytes), table->key.at, model->key_bytes);
    model->text_bytes = whole.text_bytes;
    model->text = memcpy(heap_alloc(whole.text_bytes), whole.at, whole.text_bytes);
    model->n_labels = alert->n_labels;
    model->labels = heap_alloc(alert->n_labels * sizeof *model->labels);
    unpack(model->text, model->labels, model->n_labels);
    model->name = name_of(model->labels, model->n_labels);
    map_put(table->models, model->key, model->key_bytes, model);
    return model;
}

/* A storm is of few rules: where the models of such a name stand, the last that was looked up first. */
static struct alert_model **models_near(struct alert_table *table, const char *name)
{
    size_t n = strlen(name);
    uint64_t end = 0;
    memcpy(&end, n > sizeof end ? name + n - sizeof end : name, n > sizeof end ? sizeof end : n);
    uint64_t mixed = (end + n) * UINT64_C(0x9e3779b97f4a7c15); /* 2^64 by the golden ratio */
    return table->near[mixed >> 32 & (NEAR_SETS - 1)];
}

static bool is_like(const struct alert_model *model, const struct alert *alert, const char *name)
{
    if (model->n_labels != alert->n_labels || strcmp(model->name, name) != 0)
        return false;
    for (size_t i = 0; i < alert->n_labels; i++)
        if (strcmp(model->labels[i].name, alert->labels[i].name) != 0)
            return false;
    return true;
}

static struct alert_model *model_join(struct alert_table *table, const struct alert *alert,
                                      struct whole whole)
{
    const char *name = name_of(alert->labels, alert->n_labels);
    struct alert_model **near = models_near(table, name), *model = NULL;
    for (size_t i = 0; i < NEAR_MODELS && !model; i++)
        if (near[i] && is_like(near[i], alert, name))
            model = near[i];
    if (!model) {
        model = model_find(table, alert, name, whole);
        memmove(near + 1, near, (NEAR_MODELS - 1) * sizeof(struct alert_model *));
        near[0] = model;
    }
    model->n_alerts++;
    return model;
}

static void model_leave(struct alert_table *table, struct alert_model *model)
{
    if (--model->n_alerts)
        return;
    struct alert_model **near = models_near(table, model->name);
    for (size_t i = 0; i < NEAR_MODELS; i++)
        if (near[i] == model)
            near[i] = NULL;
    map_remove(table->models, model->key, model->key_bytes);
    free(model->key);
    free(model->text);
    free(model->labels);
    free(model);
}

/* Into table->difference. */
static struct buf *difference_make(struct alert_table *table, const struct alert_model *model,
                                   struct whole whole)
{
    buf_clear(&table->difference);
    text_difference(&table->difference, (struct text){model->text, model->text_bytes},
                    (struct text){whole.at, whole.text_bytes});
    return &table->difference;
}

static void note_bytes(struct alert_record *record, struct whole whole, size_t difference_bytes)
{
    record->labels_bytes = (uint32_t)whole.labels_bytes;
    record->text_bytes = (uint32_t)whole.text_bytes;
    record->difference_bytes = (uint32_t)difference_bytes;
}

/* In one piece with its difference: one miss of the cache instead of two, and 16 bytes less. */
static struct alert_record *record_new(struct alert_table *table, const struct alert *alert,
                                       struct whole whole)
{
    struct alert_model *model = model_join(table, alert, whole);
    const struct buf *difference = difference_make(table, model, whole);
    size_t inside = difference->n_bytes > sizeof(char *) ? difference->n_bytes : sizeof(char *);
    struct alert_record *record = heap_alloc(sizeof *record + inside);
    record->model = model;
    if (difference->n_bytes)
        memcpy(record->inside, difference->at, difference->n_bytes);
    note_bytes(record, whole, difference->n_bytes);
    return record;
}

static void text_keep_difference(struct alert_table *table, struct alert_record *record, struct whole whole)
{
    const struct buf *difference = difference_make(table, record->model, whole);
    if (table->scratch->of == record)
        table->scratch->of = NULL;
    bool grown = difference->n_bytes > record->difference_bytes;
    char *at = record->apart ? difference_apart(record) : record->inside;
    if (grown) {
        if (record->apart)
            free(at);
        at = heap_alloc(difference->n_bytes);
        memcpy(record->inside, &at, sizeof at);
        record->apart = true;
    }
    if (difference->n_bytes)
        memcpy(at, difference->at, difference->n_bytes);
    note_bytes(record, whole, difference->n_bytes);
}

const char *alert_table_text(const struct alert_table *table, const struct alert_record *record)
{
    struct alert_scratch *scratch = table->scratch;
    if (scratch->of == record)
        return scratch->text.at;
    buf_clear(&scratch->text);
    text_restore(model_text(record), difference_text(record), buf_room(&scratch->text, record->text_bytes),
                 record->text_bytes);
    scratch->of = record;
    return scratch->text.at;
}

/* The model has the same labels by name. */
const char *alert_table_label(const struct alert_table *table, const struct alert_record *record,
                              const char *name)
{
    const struct alert_model *model = record->model;
    struct buf *label = &table->scratch->label;
    const char *modelled = label_value(model->labels, model->n_labels, name);
    if (!modelled)
        return "";
    size_t from = (size_t)(modelled - model->text);
    buf_clear(label);
    text_restore_string(label, model_text(record), difference_text(record), from,
                        from + strlen(modelled) + 1);
    return label->at;
}

/* ---- the index ---- */

static bool has_labels(const struct alert_record *record, struct whole whole)
{
    return record->labels_bytes == whole.labels_bytes &&
           text_begins(model_text(record), difference_text(record), whole.at, whole.labels_bytes);
}

/* The slot of these labels, or the free one where they would go. */
static uint32_t slot_of(const struct alert_table *table, struct whole whole)
{
    uint32_t mask = table->n_slots - 1;
    uint32_t slot = whole.hash & mask;
    for (; table->slots[slot].place_1; slot = (slot + 1) & mask)
        if (table->slots[slot].hash == whole.hash &&
            has_labels(table->records[table->slots[slot].place_1 - 1], whole))
            break;
    return slot;
}

static uint32_t slot_of_record(const struct alert_table *table, const struct alert_record *record)
{
    uint32_t mask = table->n_slots - 1;
    uint32_t slot = record->hash & mask;
    while (table->slots[slot].place_1 != record->place + 1) {
        must(table->slots[slot].place_1);
        slot = (slot + 1) & mask;
    }
    return slot;
}

/* True: the slots are others now. */
static bool grow(struct alert_table *table)
{
    if (table->n == table->capacity) {
        table->capacity = table->capacity ? table->capacity * 2 : 512;
        table->records = heap_resize(table->records, table->capacity * sizeof(struct alert_record *));
    }
    if (table->n < table->n_slots / 5 * 4)
        return false;
    struct alert_slot *old = table->slots;
    uint32_t n_old = table->n_slots, mask = n_old * 2 - 1;
    table->n_slots = n_old * 2;
    table->slots = heap_alloc(table->n_slots * sizeof *table->slots);
    for (uint32_t i = 0; i < n_old; i++) {
        if (!old[i].place_1)
            continue;
        uint32_t slot = old[i].hash & mask;
        while (table->slots[slot].place_1)
            slot = (slot + 1) & mask;
        table->slots[slot] = old[i];
    }
    free(old);
    return true;
}

static uint32_t home_of(const struct alert_table *table, const struct alert *alert)
{
    return (uint32_t)alert->labels_hash & (table->n_slots - 1);
}

void alert_table_call(const struct alert_table *table, const struct alert *alerts, size_t n_alerts, size_t i)
{
    enum { SLOT_AHEAD = 9, PLACE_AHEAD = 6, RECORD_AHEAD = 3, LINE_BYTES = 64 };
    if (i + SLOT_AHEAD < n_alerts)
        __builtin_prefetch(&table->slots[home_of(table, &alerts[i + SLOT_AHEAD])]);
    uint32_t place_1 =
        i + PLACE_AHEAD < n_alerts ? table->slots[home_of(table, &alerts[i + PLACE_AHEAD])].place_1 : 0;
    if (place_1)
        __builtin_prefetch(&table->records[place_1 - 1]);
    place_1 =
        i + RECORD_AHEAD < n_alerts ? table->slots[home_of(table, &alerts[i + RECORD_AHEAD])].place_1 : 0;
    const char *record = place_1 ? (const char *)table->records[place_1 - 1] : NULL;
    for (size_t line = 0; record && line < 4; line++)
        __builtin_prefetch(record + line * LINE_BYTES);
}

struct alert_record *alert_table_find(struct alert_table *table, const struct alert *alert)
{
    struct whole whole = whole_of(table, alert);
    table->missed = slot_of(table, whole);
    uint32_t found = table->slots[table->missed].place_1;
    return found ? table->records[found - 1] : NULL;
}

struct alert_record *alert_table_add(struct alert_table *table, const struct alert *alert)
{
    must(alert->n_labels <= UINT8_MAX && alert->n_annotations <= UINT8_MAX);
    bool moved = grow(table);
    struct whole whole = whole_of(table, alert);
    struct alert_record *record = record_new(table, alert, whole);
    record->ends.kind = TIMER_ALERT_ENDS;
    record->n_labels = (uint8_t)alert->n_labels;
    record->n_annotations = (uint8_t)alert->n_annotations;
    record->hash = whole.hash;
    record->place = table->n;

    uint32_t slot = moved ? slot_of(table, whole) : table->missed;
    must(!table->slots[slot].place_1);
    table->slots[slot] = (struct alert_slot){record->hash, record->place + 1};
    table->records[table->n++] = record;
    return record;
}

bool alert_table_update(struct alert_table *table, struct alert_record *record, const struct alert *alert)
{
    struct whole whole = whole_of(table, alert);
    record->n_annotations = (uint8_t)alert->n_annotations;
    if (record->text_bytes == whole.text_bytes &&
        text_begins(model_text(record), difference_text(record), whole.at, whole.text_bytes))
        return false;
    text_keep_difference(table, record, whole);
    return true;
}

/* Closes the gap behind a freed slot: whatever stands after it and could stand in it moves up. */
static void free_slot(struct alert_table *table, uint32_t gap)
{
    uint32_t mask = table->n_slots - 1;
    for (uint32_t slot = (gap + 1) & mask; table->slots[slot].place_1; slot = (slot + 1) & mask) {
        uint32_t home = table->slots[slot].hash & mask;
        if (((slot - home) & mask) < ((slot - gap) & mask))
            continue;
        table->slots[gap] = table->slots[slot];
        gap = slot;
    }
    table->slots[gap] = (struct alert_slot){0};
}

static void leave_group(struct alert_table *table, struct alert_record *record)
{
    struct alert_member *member = record->member;
    if (!member)
        return;
    struct alert_group *group = member->group;
    if (member->previous)
        member->previous->member->next = member->next;
    else
        group->first = member->next;
    if (member->next)
        member->next->member->previous = member->previous;
    record->member = NULL;
    free(member);
    if (group->first)
        return;
    map_remove(table->groups, group->key, group->key_bytes);
    free(group->key);
    free(group);
}

static void enter_group(struct alert_group *group, struct alert_record *record)
{
    record->member = heap_alloc(sizeof *record->member);
    *record->member = (struct alert_member){.group = group, .next = group->first};
    if (group->first)
        group->first->member->previous = record;
    group->first = record;
}

void alert_table_remove(struct alert_table *table, struct alert_record *record)
{
    leave_group(table, record);
    due_clear(table->due, &record->ends);
    if (record->firing)
        table->n_firing--;
    free_slot(table, slot_of_record(table, record));

    struct alert_record *last = table->records[--table->n];
    if (last != record) {
        table->slots[slot_of_record(table, last)].place_1 = record->place + 1;
        last->place = record->place;
        table->records[last->place] = last;
    }
    if (table->scratch->of == record)
        table->scratch->of = NULL;
    model_leave(table, record->model);
    if (record->apart)
        free(difference_apart(record));
    free(record);
}

static uint8_t source_keep(struct alert_table *table, const char *source)
{
    for (uint8_t i = 0; i < table->n_sources; i++)
        if (strcmp(table->sources[i], source) == 0)
            return i;
    if (table->n_sources == ALERT_SOURCES) /* of a snapshot that is not ours */
        return ALERT_SOURCES - 1;
    table->sources[table->n_sources] = heap_strdup(source);
    return table->n_sources++;
}

const char *alert_source(const struct alert_table *table, const struct alert_record *record)
{
    return table->n_sources ? table->sources[record->source] : "";
}

const char *alert_group_key(const struct alert_record *record)
{
    return record->member ? record->member->group->group_key : NULL;
}

const struct alert_group *alert_trouble_group(const struct alert_record *record)
{
    return record->member && record->member->group->one_trouble ? record->member->group : NULL;
}

struct alert_record *alert_group_next(const struct alert_record *record)
{
    return record->member ? record->member->next : NULL;
}

static size_t group_key_pack(struct buf *buf, const char *source, const char *group_key)
{
    buf_add(buf, source, strlen(source) + 1);
    buf_add(buf, group_key, strlen(group_key) + 1);
    return buf->n_bytes;
}

struct alert_group *alert_table_group(const struct alert_table *table, const char *source,
                                      const char *group_key)
{
    scoped_buf struct buf key = {0};
    size_t key_bytes = group_key_pack(&key, source, group_key);
    return map_get(table->groups, buf_text(&key), key_bytes);
}

void alert_table_join(struct alert_table *table, struct alert_record *record, const char *source,
                      const char *group_key, bool one_trouble)
{
    record->source = source_keep(table, source);
    struct alert_group *group = group_key ? alert_table_group(table, source, group_key) : NULL;
    if (group)
        group->one_trouble = one_trouble;
    if (record->member && record->member->group == group)
        return;
    leave_group(table, record);
    if (!group_key)
        return;
    if (!group) {
        scoped_buf struct buf key = {0};
        group = heap_alloc(sizeof *group);
        group->key_bytes = group_key_pack(&key, source, group_key);
        group->key = buf_steal(&key);
        group->source = group->key;
        group->group_key = group->key + strlen(source) + 1;
        group->one_trouble = one_trouble;
        map_put(table->groups, group->key, group->key_bytes, group);
    }
    enter_group(group, record);
}

void alert_record_view(const struct alert_record *record, struct arena *arena, struct alert *ret_alert)
{
    struct label *labels = arena_alloc(arena, (record->n_labels + record->n_annotations) * sizeof *labels);
    char *text = arena_alloc(arena, record->text_bytes);
    text_restore(model_text(record), difference_text(record), text, record->text_bytes);
    const char *annotations = unpack(text, labels, record->n_labels);
    const char *url = unpack(annotations, labels + record->n_labels, record->n_annotations);
    *ret_alert = (struct alert){
        .labels = labels,
        .n_labels = record->n_labels,
        .annotations = labels + record->n_labels,
        .n_annotations = record->n_annotations,
        .starts_us = record->starts_us,
        .ends_us = record->ends_us == INT64_MAX ? 0 : record->ends_us,
        .generator_url = *url ? url : NULL,
        .text = text,
        .labels_bytes = record->labels_bytes,
        .text_bytes = record->text_bytes,
    };
}
