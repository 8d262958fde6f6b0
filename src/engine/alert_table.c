/* Texts of an alert are packed into one block, which is also its key: two label sets are the same when their
 * packed bytes are. The index hashes them with a secret key, because labels come from outside and FNV-1a, the
 * fingerprint that people see, can be made to collide at will. The secret decides nothing else: no iteration
 * follows the index. */
#include "engine/alert_table.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/must.h"

_Static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8, "the key of the index");

void alert_table_start(struct alert_table *table, struct due_heap *due)
{
    *table = (struct alert_table){.due = due, .groups = map_new(), .sources = map_new(), .n_slots = 1024};
    table->slots = heap_alloc(table->n_slots * sizeof *table->slots);
    random_bytes(table->secret, sizeof table->secret);
}

void alert_table_end(struct alert_table *table)
{
    while (table->n)
        alert_table_remove(table, table->records[table->n - 1]);
    size_t position = 0;
    for (void *source; (source = map_next(table->sources, &position));)
        free(source);
    map_free(table->sources);
    map_free(table->groups);
    free(table->records);
    free(table->slots);
    buf_free(&table->packed);
}

static size_t pack(struct buf *buf, const struct label *labels, size_t n_labels)
{
    size_t start = buf->n_bytes;
    for (size_t i = 0; i < n_labels; i++) {
        buf_add(buf, labels[i].name, strlen(labels[i].name) + 1);
        buf_add(buf, labels[i].value, strlen(labels[i].value) + 1);
    }
    return buf->n_bytes - start;
}

static uint64_t hash_of(const struct alert_table *table, size_t n_bytes)
{
    uint64_t hash;
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)buf_text(&table->packed), n_bytes,
                     table->secret);
    return hash;
}

/* The slot of the labels in table->packed, or the free one where they would go. */
static uint32_t slot_of(const struct alert_table *table, uint64_t hash, size_t labels_bytes)
{
    uint32_t mask = table->n_slots - 1;
    uint32_t slot = (uint32_t)hash & mask;
    for (; table->slots[slot]; slot = (slot + 1) & mask) {
        const struct alert_record *record = table->records[table->slots[slot] - 1];
        if (record->hash == hash && record->labels_bytes == labels_bytes &&
            memcmp(record->text, buf_text(&table->packed), labels_bytes) == 0)
            break;
    }
    return slot;
}

static uint32_t slot_of_place(const struct alert_table *table, uint64_t hash, uint32_t place)
{
    uint32_t mask = table->n_slots - 1;
    uint32_t slot = (uint32_t)hash & mask;
    while (table->slots[slot] != place + 1) {
        must(table->slots[slot]);
        slot = (slot + 1) & mask;
    }
    return slot;
}

static void grow(struct alert_table *table)
{
    if (table->n == table->capacity) {
        table->capacity = table->capacity ? table->capacity * 2 : 512;
        table->records = heap_resize(table->records, table->capacity * sizeof(struct alert_record *));
    }
    if (table->n < table->n_slots / 2)
        return;
    free(table->slots);
    table->n_slots *= 2;
    table->slots = heap_alloc(table->n_slots * sizeof *table->slots);
    for (uint32_t place = 0; place < table->n; place++) {
        uint32_t slot = (uint32_t)table->records[place]->hash & (table->n_slots - 1);
        while (table->slots[slot])
            slot = (slot + 1) & (table->n_slots - 1);
        table->slots[slot] = place + 1;
    }
}

struct alert_record *alert_table_find(struct alert_table *table, const struct alert *alert)
{
    buf_clear(&table->packed);
    size_t n_bytes = pack(&table->packed, alert->labels, alert->n_labels);
    uint32_t found = table->slots[slot_of(table, hash_of(table, n_bytes), n_bytes)];
    return found ? table->records[found - 1] : NULL;
}

struct alert_record *alert_table_add(struct alert_table *table, const struct alert *alert)
{
    grow(table);
    struct alert_record *record = heap_alloc(sizeof *record);
    record->ends.kind = TIMER_ALERT_ENDS;
    record->n_labels = (uint32_t)alert->n_labels;
    record->labels_bytes = (uint32_t)table->packed.n_bytes;
    record->hash = hash_of(table, record->labels_bytes);
    record->place = table->n;
    /* No annotations and an empty URL, until alert_table_update() below. */
    record->text =
        memcpy(heap_alloc(record->labels_bytes + 1), buf_text(&table->packed), record->labels_bytes);

    uint32_t slot = slot_of(table, record->hash, record->labels_bytes);
    must(!table->slots[slot]);
    table->slots[slot] = record->place + 1;
    table->records[table->n++] = record;
    alert_table_update(table, record, alert);
    return record;
}

static size_t tail_bytes(const struct alert_record *record)
{
    const char *url = record->text + record->labels_bytes + record->annotations_bytes;
    return record->annotations_bytes + strlen(url) + 1;
}

void alert_table_update(struct alert_table *table, struct alert_record *record, const struct alert *alert)
{
    struct buf *tail = &table->packed;
    buf_clear(tail);
    size_t annotations_bytes = pack(tail, alert->annotations, alert->n_annotations);
    const char *url = alert->generator_url ? alert->generator_url : "";
    buf_add(tail, url, strlen(url) + 1);

    if (record->annotations_bytes == annotations_bytes && tail_bytes(record) == tail->n_bytes &&
        memcmp(record->text + record->labels_bytes, buf_text(tail), tail->n_bytes) == 0)
        return;
    record->text = heap_resize(record->text, record->labels_bytes + tail->n_bytes);
    memcpy(record->text + record->labels_bytes, buf_text(tail), tail->n_bytes);
    record->annotations_bytes = (uint32_t)annotations_bytes;
    record->n_annotations = (uint32_t)alert->n_annotations;
}

/* Closes the gap behind a freed slot: whatever stands after it and could stand in it moves up. */
static void free_slot(struct alert_table *table, uint32_t gap)
{
    uint32_t mask = table->n_slots - 1;
    for (uint32_t slot = (gap + 1) & mask; table->slots[slot]; slot = (slot + 1) & mask) {
        uint32_t home = (uint32_t)table->records[table->slots[slot] - 1]->hash & mask;
        if (((slot - home) & mask) < ((slot - gap) & mask))
            continue;
        table->slots[gap] = table->slots[slot];
        gap = slot;
    }
    table->slots[gap] = 0;
}

static void leave_group(struct alert_table *table, struct alert_record *record)
{
    struct alert_group *group = record->group;
    if (!group)
        return;
    if (record->group_previous)
        record->group_previous->group_next = record->group_next;
    else
        group->first = record->group_next;
    if (record->group_next)
        record->group_next->group_previous = record->group_previous;
    record->group = NULL;
    record->group_next = record->group_previous = NULL;
    if (group->first)
        return;
    map_remove(table->groups, group->key, group->key_bytes);
    free(group->key);
    free(group);
}

void alert_table_remove(struct alert_table *table, struct alert_record *record)
{
    leave_group(table, record);
    due_clear(table->due, &record->ends);
    if (record->firing)
        table->n_firing--;
    free_slot(table, slot_of_place(table, record->hash, record->place));

    struct alert_record *last = table->records[--table->n];
    if (last != record) {
        table->slots[slot_of_place(table, last->hash, last->place)] = record->place + 1;
        last->place = record->place;
        table->records[last->place] = last;
    }
    free(record->text);
    free(record);
}

/* The table's own copy of a source; there are as many as formats. */
static const char *source_keep(struct alert_table *table, const char *source)
{
    size_t n_bytes = strlen(source) + 1;
    char *kept = map_get(table->sources, source, n_bytes);
    if (!kept) {
        kept = heap_strdup(source);
        map_put(table->sources, source, n_bytes, kept);
    }
    return kept;
}

static size_t group_key_pack(struct buf *buf, const char *source, const char *group_key)
{
    buf_add(buf, source, strlen(source) + 1);
    buf_add(buf, group_key, strlen(group_key) + 1);
    return buf->n_bytes;
}

struct alert_group *alert_table_group(struct alert_table *table, const char *source, const char *group_key)
{
    scoped_buf struct buf key = {0};
    size_t key_bytes = group_key_pack(&key, source, group_key);
    return map_get(table->groups, buf_text(&key), key_bytes);
}

void alert_table_join(struct alert_table *table, struct alert_record *record, const char *source,
                      const char *group_key)
{
    if (!record->source || strcmp(record->source, source) != 0)
        record->source = source_keep(table, source);
    struct alert_group *group = group_key ? alert_table_group(table, source, group_key) : NULL;
    if (record->group && record->group == group)
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
        map_put(table->groups, group->key, group->key_bytes, group);
    }
    record->group = group;
    record->group_next = group->first;
    if (group->first)
        group->first->group_previous = record;
    group->first = record;
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

void alert_record_view(const struct alert_record *record, struct arena *arena, struct alert *ret_alert)
{
    struct label *labels = arena_alloc(arena, (record->n_labels + record->n_annotations) * sizeof *labels);
    const char *annotations = unpack(record->text, labels, record->n_labels);
    const char *url = unpack(annotations, labels + record->n_labels, record->n_annotations);
    *ret_alert = (struct alert){
        .labels = labels,
        .n_labels = record->n_labels,
        .annotations = labels + record->n_labels,
        .n_annotations = record->n_annotations,
        .starts_us = record->starts_us,
        .ends_us = record->ends_us == INT64_MAX ? 0 : record->ends_us,
        .generator_url = *url ? url : NULL,
    };
}
