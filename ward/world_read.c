/* A system file becomes a world: docs in ward/README.md, examples in ward/systems/. Every mistake comes with
 * its line; a name that a formula uses and that is nowhere is found here, and not in the middle of a drill.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"
#include "config/yaml.h"
#include "ward/world.h"

enum { SYSTEM_FILE_BYTES = 1024 * 1024 };

struct reader {
    struct world *world;
    struct err *err;
};

static int wrong(struct reader *reader, const struct node *node, const char *what)
{
    return err_set(reader->err, "line %d: %s", node ? node->line : 0, what);
}

/* Puts the line before what the formula reader said. */
static int at_line(struct err *err, const struct node *node)
{
    return err_prefix(err, "line %d: ", node->line);
}

/* "= FORMULA", or else the text or number itself. */
static int value_read(struct arena *arena, const struct node *node, const struct formula **ret,
                      struct err *err)
{
    if (!node || node->kind != NODE_TEXT)
        return err_set(err, "line %d: a value or = FORMULA is wanted", node ? node->line : 0);
    const char *text = node->text;
    if (*text == '=')
        return formula_parse(arena, text + 1, ret, err) < 0 ? at_line(err, node) : 0;
    struct formula *constant = arena_alloc(arena, sizeof *constant);
    char *end;
    constant->constant.number = strtod(text, &end);
    if (!node->plain || end == text || *end)
        constant->constant.text = text;
    *ret = constant;
    return 0;
}

/* Always a formula, "=" or not; NULL node: stays NULL. */
static int condition_read(struct reader *reader, const struct node *node, const struct formula **ret)
{
    if (!node)
        return 0;
    if (node->kind != NODE_TEXT)
        return wrong(reader, node, "a formula is wanted");
    const char *text = node->text + (*node->text == '=');
    return formula_parse(reader->world->arena, text, ret, reader->err) < 0 ? at_line(reader->err, node) : 0;
}

int assignments_read(struct arena *arena, const struct node *map, struct assignments *ret, struct err *err)
{
    if (!map)
        return 0;
    if (map->kind != NODE_MAP)
        return err_set(err, "line %d: NAME: VALUE is wanted", map->line);
    list_each (entry, &map->entries) {
        struct assignment *assignment = list_push(arena, ret);
        assignment->name = entry->key->text;
        if (value_read(arena, entry->value, &assignment->formula, err) < 0)
            return -1;
    }
    return 0;
}

static int line_read(struct reader *reader, const struct node *node, const struct template_part **ret)
{
    if (!node || node->kind != NODE_TEXT)
        return wrong(reader, node, "a text is wanted");
    return template_parse(reader->world->arena, node->text, ret, reader->err) < 0 ? at_line(reader->err, node)
                                                                                  : 0;
}

/* A text, or a list of texts and {each: KIND, where: FORMULA, line: TEXT}. */
static int output_read(struct reader *reader, const struct node *node, struct output *ret)
{
    if (!node)
        return 0;
    if (node->kind == NODE_TEXT)
        return line_read(reader, node, &((struct output_part *)list_push(reader->world->arena, ret))->line);
    list_each (entry, &node->entries) {
        struct output_part *part = list_push(reader->world->arena, ret);
        const struct node *item = entry->value, *each = node_find(item, "each");
        part->each = each ? each->text : NULL;
        if (line_read(reader, item->kind == NODE_MAP ? node_find(item, "line") : item, &part->line) < 0 ||
            condition_read(reader, node_find(item, "where"), &part->where) < 0)
            return -1;
    }
    return 0;
}

static int field_read(struct reader *reader, const struct node_entry *entry, struct thing *thing)
{
    struct arena *arena = reader->world->arena;
    if (strcmp(entry->key->text, "on_start") == 0)
        return assignments_read(arena, entry->value, &thing->on_start, reader->err);
    struct field *field = list_push(arena, &thing->fields);
    const struct node *from = node_find(entry->value, "from");
    const struct formula *value = NULL;
    field->name = entry->key->text;
    if (condition_read(reader, node_find(entry->value, "per_s"), &field->per_s) < 0 ||
        value_read(arena, from ? from : entry->value, &value, reader->err) < 0 || !value)
        return -1;
    if (value->kind == FORMULA_CONSTANT && value->constant.text)
        field->value.text = world_intern(reader->world, value->constant.text);
    else if (value->kind == FORMULA_CONSTANT)
        field->value = value->constant;
    else
        field->formula = value;
    return 0;
}

/* "system": what bare names mean; else "kind.name". */
static int thing_read(struct reader *reader, const char *path, const struct node *fields)
{
    struct arena *arena = reader->world->arena;
    const char *point = strchr(path, '.');
    struct thing *thing = list_push(arena, &reader->world->things);
    thing->kind = point ? arena_strndup(arena, path, (size_t)(point - path)) : path;
    thing->name = point ? point + 1 : "";
    if (fields->kind == NODE_MAP)
        list_each (entry, &fields->entries)
            if (field_read(reader, entry, thing) < 0)
                return -1;
    if (!thing_has(thing, "started")) {
        struct field *started = list_push(arena, &thing->fields);
        *started = (struct field){.name = "started", .value.number = -86400};
    }
    return 0;
}

/* "HOST:PORT" or "HOST:PORT/PATH". */
static int place_read(struct reader *reader, const struct node *node, const char *text, const char **ret_host,
                      int *ret_port, const char **ret_path)
{
    const char *colon = strchr(text, ':');
    char *end;
    long port = colon ? strtol(colon + 1, &end, 10) : 0;
    if (port < 1 || port > 65535)
        return wrong(reader, node, "HOST:PORT is wanted");
    *ret_host = arena_strndup(reader->world->arena, text, (size_t)(colon - text));
    *ret_port = (int)port;
    *ret_path = end;
    return 0;
}

static int port_read(struct reader *reader, const struct node *key, const struct node *node)
{
    struct port *port = list_push(reader->world->arena, &reader->world->ports);
    const char *rest;
    port->tls = node_find(node, "tls") != NULL;
    port->real = node_find(node, "real") != NULL;
    if (place_read(reader, key, key->text, &port->host, &port->number, &rest) < 0)
        return -1;
    return condition_read(reader, node_find(node, "up"), &port->up);
}

/* "GET host:8000/health: {...}" */
static int endpoint_read(struct reader *reader, const struct node *key, const struct node *node)
{
    struct arena *arena = reader->world->arena;
    struct endpoint *endpoint = list_push(arena, &reader->world->endpoints);
    const char *blank = strchr(key->text, ' ');
    const struct node *type = node_find(node, "type");
    if (!blank)
        return wrong(reader, key, "METHOD HOST:PORT/PATH is wanted");
    endpoint->method = arena_strndup(arena, key->text, (size_t)(blank - key->text));
    endpoint->type = type ? type->text : "application/json";
    if (place_read(reader, key, blank + 1, &endpoint->host, &endpoint->port, &endpoint->path) < 0 ||
        condition_read(reader, node_find(node, "after_s"), &endpoint->after_s) < 0 ||
        condition_read(reader, node_find(node, "status"), &endpoint->status) < 0 ||
        output_read(reader, node_find(node, "body"), &endpoint->body) < 0)
        return -1;
    const struct node *run = node_find(node, "run");
    endpoint->run = run && run->kind == NODE_TEXT ? run->text : NULL;
    return assignments_read(arena, node_find(node, "set"), &endpoint->set, reader->err);
}

static int command_read(struct reader *reader, const struct node *key, const struct node *node)
{
    struct arena *arena = reader->world->arena;
    struct command *command = list_push(arena, &reader->world->commands);
    struct strings words = {0};
    for (const char *at = key->text; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        strings_add(arena, &words, arena_strndup(arena, at, n));
        at += n;
    }
    command->words = words.at;
    command->n_words = words.n;
    command->inside = node_find(node, "inside") != NULL;
    command->real = node_find(node, "real") != NULL;
    const struct node *run = node_find(node, "run");
    command->run = run && run->kind == NODE_TEXT ? run->text : NULL;
    if (condition_read(reader, node_find(node, "exit"), &command->exit) < 0 ||
        condition_read(reader, node_find(node, "where"), &command->where) < 0 ||
        output_read(reader, node_find(node, "out"), &command->out) < 0)
        return -1;
    return assignments_read(arena, node_find(node, "set"), &command->set, reader->err);
}

static int log_read(struct reader *reader, const struct node *node)
{
    struct log_rule *rule = list_push(reader->world->arena, &reader->world->log_rules);
    const struct node *of = node_find(node, "of"), *every = node_find(node, "every_s");
    if (!of || !node_find(node, "when"))
        return wrong(reader, node, "a log line has of, when and line");
    rule->of = of->text;
    rule->every_s = every ? strtod(every->text, NULL) : 5;
    rule->last_s = -1e9;
    if (condition_read(reader, node_find(node, "when"), &rule->when) < 0)
        return -1;
    return line_read(reader, node_find(node, "line"), &rule->line);
}

static int parts_read(struct reader *reader, const struct node *root)
{
    const struct node *things = node_find(root, "things"), *ports = node_find(root, "ports"),
                      *endpoints = node_find(root, "endpoints"), *commands = node_find(root, "commands"),
                      *logs = node_find(root, "logs");
    if (!things || things->kind != NODE_MAP)
        return wrong(reader, root, "a system file has things");
    list_each (entry, &things->entries)
        if (thing_read(reader, entry->key->text, entry->value) < 0)
            return -1;
    if (ports)
        list_each (entry, &ports->entries)
            if (!entry->key || port_read(reader, entry->key, entry->value) < 0)
                return entry->key ? -1 : wrong(reader, ports, "HOST:PORT: is wanted");
    if (endpoints)
        list_each (entry, &endpoints->entries)
            if (!entry->key || endpoint_read(reader, entry->key, entry->value) < 0)
                return entry->key ? -1 : wrong(reader, endpoints, "METHOD HOST:PORT/PATH: is wanted");
    if (commands)
        list_each (entry, &commands->entries)
            if (!entry->key || command_read(reader, entry->key, entry->value) < 0)
                return entry->key ? -1 : wrong(reader, commands, "WORDS: is wanted");
    if (logs)
        list_each (entry, &logs->entries)
            if (log_read(reader, entry->value) < 0)
                return -1;
    return 0;
}

/* Works everything out once, both branches of every choice, so that an unknown name shows now. */
static int check(struct reader *reader)
{
    struct world *world = reader->world;
    struct scope scope = {.world = world};
    world->checking = true;
    list_each (thing, &world->things)
        list_each (field, &thing->fields) {
            scope.self = thing;
            if (field->formula)
                formula_value(field->formula, &scope);
            if (field->per_s)
                formula_value(field->per_s, &scope);
        }
    scope.self = NULL;
    list_each (port, &world->ports)
        if (port->up)
            formula_value(port->up, &scope);
    list_each (endpoint, &world->endpoints) {
        if (endpoint->after_s)
            formula_value(endpoint->after_s, &scope);
        if (endpoint->status)
            formula_value(endpoint->status, &scope);
        output_text(world->scratch, &endpoint->body, &scope);
    }
    list_each (rule, &world->log_rules) {
        formula_value(rule->when, &scope);
        template_text(world->scratch, rule->line, &scope);
    }
    world->checking = false;
    return *world->complaint ? err_set(reader->err, "%s", world->complaint) : 0;
}

/* What every world has: the pager of whoever responds to the drill. */
static const char pager[] = "things:\n"
                            "  drill.pager: {pages: 0, text: \"\"}\n"
                            "ports:\n"
                            "  drill-pager:80: {}\n"
                            "endpoints:\n"
                            "  POST drill-pager:80/page: {set: {drill.pager.pages: \"= drill.pager.pages + "
                            "1\", drill.pager.text: = $text}}\n";

static int pager_add(struct reader *reader)
{
    const struct node *root = NULL;
    int line;
    return yaml_read(reader->world->arena, pager, sizeof pager - 1, &root, &line, reader->err) < 0
               ? -1
               : parts_read(reader, root);
}

struct world *world_read(const char *path, struct err *err)
{
    struct world *world = heap_alloc(sizeof *world);
    memset(world, 0, sizeof *world);
    world->arena = arena_new();
    world->scratch = arena_new();
    world->texts = map_new();
    world->begun_us = clock_wall_us(clock_system());
    struct reader reader = {.world = world, .err = err};
    const struct node *root = NULL, *name;
    char *bytes;
    size_t n_bytes;
    int line = 0;
    if (file_read(world->arena, path, SYSTEM_FILE_BYTES, &bytes, &n_bytes, err) < 0)
        goto out;
    if (yaml_read(world->arena, bytes, n_bytes, &root, &line, err) < 0) {
        err_prefix(err, "%s:%d: ", path, line);
        goto out;
    }
    name = node_find(root, "system");
    if (!name || name->kind != NODE_TEXT) {
        err_set(err, "%s: a system file begins with system: NAME", path);
        goto out;
    }
    world->name = name->text;
    if (parts_read(&reader, root) == 0 && pager_add(&reader) == 0 && check(&reader) == 0)
        return world;
    err_prefix(err, "%s: ", path);
out:
    world_free(world);
    return NULL;
}
