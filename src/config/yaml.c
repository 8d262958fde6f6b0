/* libyaml's events are put together here and not by its document loader: the loader looks anchors up by
 * walking all of them, follows an alias into the node that holds it, and shows neither to its caller. Here an
 * alias can only name a node that is finished, and its size counts each time it is used. */
#include "config/yaml.h"

#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"

struct composer {
    yaml_parser_t parser;
    struct arena *arena;
    struct map *anchors;
    struct err *err;
    int line; /* of the error */
};

static int fail_at(struct composer *c, size_t line, const char *what)
{
    c->line = (int)line + 1;
    return err_set(c->err, "%s", what);
}

static int next_event(struct composer *c, yaml_event_t *ret_event)
{
    if (yaml_parser_parse(&c->parser, ret_event))
        return 0;
    const char *problem = c->parser.problem ? c->parser.problem : "cannot be read";
    size_t line = c->parser.problem_mark.line;
    c->line = (int)line + 1;
    if (c->parser.error == YAML_READER_ERROR)
        return err_set(c->err, "not text in UTF-8: %s", problem);
    if (c->parser.context)
        return err_set(c->err, "not YAML: %s, %s (line %zu)", problem, c->parser.context,
                       c->parser.context_mark.line + 1);
    return err_set(c->err, "not YAML: %s", problem);
}

static int compose(struct composer *c, const yaml_event_t *event, int depth, const struct node **ret_node);

static int compose_text(struct composer *c, const yaml_event_t *event, struct node *node)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t n = event->data.scalar.length;
    if (memchr(value, '\0', n))
        return fail_at(c, event->start_mark.line, "the text holds a NUL byte");
    node->text = arena_strndup(c->arena, value, n);
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return 0;
}

/* The value is the next event, or the end of this list or map (outcome 1). */
static int compose_next(struct composer *c, int depth, const struct node **ret_node)
{
    yaml_event_t event;
    if (next_event(c, &event))
        return -1;
    int result = 1;
    if (event.type != YAML_SEQUENCE_END_EVENT && event.type != YAML_MAPPING_END_EVENT)
        result = compose(c, &event, depth, ret_node);
    yaml_event_delete(&event);
    return result;
}

static int compose_entries(struct composer *c, struct node *node, int depth)
{
    if (depth >= YAML_DEPTH)
        return fail_at(c, (size_t)node->line - 1, "nested too deeply");
    for (;;) {
        struct node_entry entry = {0};
        int result = compose_next(c, depth + 1, node->kind == NODE_MAP ? &entry.key : &entry.value);
        if (result)
            return result < 0 ? -1 : 0;
        if (node->kind == NODE_MAP && compose_next(c, depth + 1, &entry.value))
            return -1;
        node->weight += entry.value->weight + (entry.key ? entry.key->weight : 0);
        if (node->weight > YAML_WEIGHT)
            return fail_at(c, (size_t)entry.value->line - 1, "too many values in one document");
        *list_push(c->arena, &node->entries) = entry;
    }
}

static int compose_alias(struct composer *c, const yaml_event_t *event, const struct node **ret_node)
{
    const char *anchor = (const char *)event->data.alias.anchor;
    const struct node *node = map_get(c->anchors, anchor, strlen(anchor));
    if (!node) {
        c->line = (int)event->start_mark.line + 1;
        return err_set(c->err, "*%.60s names no anchor before it", anchor);
    }
    *ret_node = node;
    return 0;
}

static const char *anchor_of(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return (const char *)event->data.scalar.anchor;
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return (const char *)event->data.sequence_start.anchor;
    return (const char *)event->data.mapping_start.anchor;
}

static int compose(struct composer *c, const yaml_event_t *event, int depth, const struct node **ret_node)
{
    if (event->type == YAML_ALIAS_EVENT)
        return compose_alias(c, event, ret_node);
    struct node *node = arena_alloc(c->arena, sizeof *node);
    node->line = (int)event->start_mark.line + 1;
    node->weight = 1;
    node->text = "";
    int failed;
    if (event->type == YAML_SCALAR_EVENT) {
        node->kind = NODE_TEXT;
        failed = compose_text(c, event, node);
    } else {
        node->kind = event->type == YAML_SEQUENCE_START_EVENT ? NODE_LIST : NODE_MAP;
        failed = compose_entries(c, node, depth);
    }
    if (failed)
        return -1;
    const char *anchor = anchor_of(event);
    if (anchor)
        map_put(c->anchors, anchor, strlen(anchor), node);
    *ret_node = node;
    return 0;
}

/* STREAM-START [DOCUMENT-START node DOCUMENT-END]... STREAM-END. An anchor ends with its document. */
static int compose_stream(struct composer *c, size_t most_documents, struct nodes *roots)
{
    const struct node **root = NULL;
    for (;;) {
        yaml_event_t event;
        if (next_event(c, &event))
            return -1;
        yaml_event_type_t type = event.type;
        size_t line = event.start_mark.line;
        int failed = 0;
        if (type == YAML_DOCUMENT_START_EVENT && roots->n == most_documents)
            failed = fail_at(c, line, "a second document starts here; a configuration is one");
        else if (type == YAML_DOCUMENT_START_EVENT) {
            root = list_push(c->arena, roots);
            *root = NULL;
            map_free(c->anchors);
            c->anchors = map_new();
        } else if (root && type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT)
            failed = compose(c, &event, 0, root);
        yaml_event_delete(&event);
        if (failed)
            return -1;
        if (type == YAML_STREAM_END_EVENT)
            return 0;
    }
}

static int read_documents(struct arena *arena, const char *bytes, size_t n_bytes, size_t most_documents,
                          struct nodes *roots, int *ret_line, struct err *err)
{
    struct composer c = {.arena = arena, .err = err};
    *ret_line = 0;
    if (!yaml_parser_initialize(&c.parser))
        return err_set(err, "out of memory");
    c.anchors = map_new();
    yaml_parser_set_input_string(&c.parser, (const unsigned char *)bytes, n_bytes);
    yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
    int failed = compose_stream(&c, most_documents, roots);
    *ret_line = c.line;
    map_free(c.anchors);
    yaml_parser_delete(&c.parser);
    return failed;
}

int yaml_read(struct arena *arena, const char *bytes, size_t n_bytes, const struct node **ret_root,
              int *ret_line, struct err *err)
{
    struct nodes roots = {0};
    int failed = read_documents(arena, bytes, n_bytes, 1, &roots, ret_line, err);
    if (!failed)
        *ret_root = roots.n ? roots.at[0] : NULL;
    return failed;
}

int yaml_read_all(struct arena *arena, const char *bytes, size_t n_bytes, struct nodes *ret_roots,
                  int *ret_line, struct err *err)
{
    return read_documents(arena, bytes, n_bytes, SIZE_MAX, ret_roots, ret_line, err);
}

const struct node *node_find(const struct node *map, const char *key)
{
    if (map && map->kind == NODE_MAP)
        list_each (entry, &map->entries)
            if (entry->key->kind == NODE_TEXT && strcmp(entry->key->text, key) == 0)
                return entry->value;
    return NULL;
}

bool node_is_empty(const struct node *node)
{
    return node->kind == NODE_TEXT && node->plain &&
           (!node->text[0] || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}
