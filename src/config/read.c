/* The one walker of the schema: fills a struct from a YAML map, row by row. Every mistake is noted and passed
 * over, so that all of them are told at once. */
#include <stdint.h>
#include <string.h>

#include "base/nearest.h"
#include "config/read_priv.h"
#include "config/schema.h"

enum { MOST_KEYS = 40 }; /* of one section */

static void read_section(const struct reading *r, const struct node *node, const struct section *section,
                         void *target);

static void *field_of(void *target, size_t offset)
{
    return (char *)target + offset;
}

static void read_text(const struct reading *r, const struct key *key, const struct node *node, void *field)
{
    const struct value_reader *reader = &value_readers[key->kind];
    struct err err = {0};
    if (reader->text(r->arena, key, node->text, field, &err))
        error_add(r, node->line, "%s: %s", key->name, err.text);
}

/* Lists and maps of values that are texts, and contacts. */
static void read_entries(const struct reading *r, const struct key *key, const struct node *node, void *field)
{
    const struct value_reader *reader = &value_readers[key->kind];
    if (!node->entries.n && key->kind != VALUE_CONTACTS && key->kind != VALUE_LABELS)
        error_add(r, node->line, "%s: is empty; it must be %s", key->name, reader->expects);
    list_each (entry, &node->entries) {
        struct err err = {0};
        int line = entry->value->line;
        bool texts = entry->value->kind == NODE_TEXT || key->kind == VALUE_ROLES;
        texts &= !entry->key || entry->key->kind == NODE_TEXT;
        if (errors_full(r))
            return;
        if (!texts && key->kind != VALUE_CONTACTS)
            error_add(r, line, "%s: must be %s", key->name, reader->expects);
        else if (reader->entry(r->arena, key, entry, field, &err))
            error_add(r, line, "%s: %s", key->name, err.text);
    }
}

/* Any LIST(type), pushed to without knowing the type. */
struct any_list {
    void *at;
    size_t n;
    size_t capacity;
};

static void *any_list_push(struct arena *arena, void *field, size_t item_bytes)
{
    struct any_list list;
    memcpy(&list, field, sizeof list);
    list.at = list_grow_(arena, list.at, list.n, &list.capacity, item_bytes);
    void *item = (char *)list.at + list.n++ * item_bytes;
    memcpy(field, &list, sizeof list);
    return item;
}

static void read_items(const struct reading *r, const struct key *key, const struct node *node, void *field)
{
    list_each (entry, &node->entries) {
        if (entry->value->kind == NODE_MAP)
            read_section(r, entry->value, key->section,
                         any_list_push(r->arena, field, key->section->item_bytes));
        else
            error_add(r, entry->value->line, "%s: each must be a %s with keys of its own", key->name,
                      key->section->name);
    }
}

static void read_value(const struct reading *r, const struct key *key, const struct node *node, void *field)
{
    const struct value_reader *reader = &value_readers[key->kind];
    if (node->kind == NODE_TEXT && reader->text)
        read_text(r, key, node, field);
    else if (node->kind != reader->node_kind)
        error_add(r, node->line, "%s: must be %s", key->name, reader->expects);
    else if (reader->entry)
        read_entries(r, key, node, field);
    else if (key->kind == VALUE_LIST)
        read_items(r, key, node, field);
    else
        read_section(r, node, key->section, field);
}

static void unknown_key(const struct reading *r, const struct section *section, const struct node *key)
{
    const char *names[MOST_KEYS];
    if (errors_full(r))
        return;
    for (size_t i = 0; i < section->n_keys; i++)
        names[i] = section->keys[i].name;
    const char *nearest = word_nearest(key->text, names, section->n_keys);
    if (nearest) {
        error_add(r, key->line, "unknown key \"%.60s\"; did you mean \"%s\"?", key->text, nearest);
        return;
    }
    scoped_buf struct buf all = {0};
    for (size_t i = 0; i < section->n_keys; i++)
        buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
    error_add(r, key->line, "unknown key \"%.60s\"; a %s has: %s", key->text, section->name, buf_text(&all));
}

/* What was not given, with nothing for those that have nothing to fall back on. */
static void read_fallbacks(const struct reading *r, int line, const struct section *section,
                           const int *lines_of_keys, void *target)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *key = &section->keys[i];
        void *field = field_of(target, key->offset);
        if (lines_of_keys[i])
            continue;
        if (key->required)
            error_add(r, line, "the %s has no \"%s\"; it wants %s", section->name, key->name,
                      value_readers[key->kind].expects);
        if (key->kind == VALUE_SECTION)
            read_section(r, NULL, key->section, field);
        else if (key->fallback)
            read_text(r, key, &(struct node){.kind = NODE_TEXT, .text = key->fallback}, field);
    }
}

/* One key of a section and its value. lines_of_keys: where each was given first, 0 for not yet. */
static void read_entry(const struct reading *r, const struct section *section, const struct node_entry *entry,
                       int *lines_of_keys, void *target)
{
    size_t i = 0;
    while (i < section->n_keys && strcmp(section->keys[i].name, entry->key->text) != 0)
        i++;
    if (entry->key->kind != NODE_TEXT || i == section->n_keys) {
        unknown_key(r, section, entry->key);
        return;
    }
    if (lines_of_keys[i]) {
        error_add(r, entry->key->line, "\"%s\" is given twice (first in line %d)", entry->key->text,
                  lines_of_keys[i]);
        return;
    }
    if (node_is_empty(entry->value))
        return;
    lines_of_keys[i] = entry->key->line;
    read_value(r, &section->keys[i], entry->value, field_of(target, section->keys[i].offset));
}

/* node NULL: only what stands when nothing is given. */
static void read_section(const struct reading *r, const struct node *node, const struct section *section,
                         void *target)
{
    int lines_of_keys[MOST_KEYS] = {0};
    int line = node ? node->line : 0;
    if (section->line_offset >= 0)
        *(int *)field_of(target, (size_t)section->line_offset) = line;
    for (size_t i = 0; i < section->n_keys; i++) { /* an id is a text, even when it is missing or no id */
        if (section->keys[i].kind == VALUE_ID)
            *(const char **)field_of(target, section->keys[i].offset) = "";
    }
    for (size_t i = 0; node && i < node->entries.n && !errors_full(r); i++)
        read_entry(r, section, &node->entries.at[i], lines_of_keys, target);
    read_fallbacks(r, line, section, lines_of_keys, target);
}

void config_read(const struct reading *r, const struct node *root, struct config *config)
{
    if (root && root->kind != NODE_MAP) {
        if (!node_is_empty(root))
            error_add(r, root->line, "a configuration is a map of keys such as \"people:\"");
        root = NULL;
    }
    read_section(r, root, &config_schema, config);
}
