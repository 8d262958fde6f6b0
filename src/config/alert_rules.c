#include "config/alert_rules.h"

#include <string.h>

#include "config/yaml.h"

enum { DEPTH_OF_LISTS = 4 }; /* a List of Lists is let pass, no more */

struct reading {
    struct arena *arena;
    const char *file;
    struct alert_rules *rules;
    struct config_errors *errors;
    bool found_group;
    int n_errors;
};

static void fault(struct reading *reading, int line, const char *what)
{
    reading->n_errors++;
    strings_add(reading->errors->arena, &reading->errors->list,
                arena_printf(reading->errors->arena, "%s:%d: %s", reading->file, line, what));
}

/* Text without a template in it, or NULL. */
static const char *fixed_text(const struct node *node)
{
    return node && node->kind == NODE_TEXT && node->text[0] && !strstr(node->text, "{{") ? node->text : NULL;
}

/* A list below the key; NULL, with a word about it when something else is there. */
static const struct node *list_below(struct reading *reading, const struct node *map, const char *key)
{
    const struct node *list = node_find(map, key);
    if (!list || node_is_empty(list))
        return NULL;
    if (list->kind == NODE_LIST)
        return list;
    fault(reading, list->line,
          arena_printf(reading->arena, "\"%s\" is no list; begin each with \"- \"", key));
    return NULL;
}

static void read_labels(struct reading *reading, const struct node *labels, struct alert_rule *rule)
{
    if (labels && labels->kind == NODE_MAP)
        list_each (entry, &labels->entries)
            if (entry->key->kind == NODE_TEXT && fixed_text(entry->value))
                *list_push(reading->arena, &rule->labels) =
                    (struct label){.name = entry->key->text, .value = entry->value->text};
}

static void read_rule(struct reading *reading, const struct node *node)
{
    const struct node *name = node_find(node, "alert");
    if (!name && node_find(node, "record"))
        return;
    if (!name || name->kind != NODE_TEXT || !name->text[0]) {
        fault(reading, node->line, "a rule has neither \"alert:\" nor \"record:\" with a name");
        return;
    }
    if (!node_find(node, "expr"))
        fault(reading, node->line,
              arena_printf(reading->arena, "alert %.80s has no \"expr:\" and never fires", name->text));
    struct alert_rule *rule = list_push(reading->arena, reading->rules);
    *rule = (struct alert_rule){.alertname = name->text, .file = reading->file, .line = name->line};
    rule->runbook_url = fixed_text(node_find(node_find(node, "annotations"), "runbook_url"));
    read_labels(reading, node_find(node, "labels"), rule);
}

static void read_groups(struct reading *reading, const struct node *groups)
{
    list_each (group, &groups->entries) {
        reading->found_group = true;
        const struct node *rules = list_below(reading, group->value, "rules");
        if (rules)
            list_each (rule, &rules->entries)
                read_rule(reading, rule->value);
    }
}

static void read_document(struct reading *reading, const struct node *root, int depth)
{
    if (!root || root->kind != NODE_MAP || depth == DEPTH_OF_LISTS)
        return;
    const struct node *spec = node_find(root, "spec");
    const struct node *groups = list_below(reading, spec ? spec : root, "groups");
    if (groups)
        read_groups(reading, groups);
    const struct node *items = node_find(root, "items");
    if (items && items->kind == NODE_LIST)
        list_each (item, &items->entries)
            read_document(reading, item->value, depth + 1);
}

int alert_rules_read(struct arena *arena, const char *file, const char *bytes, size_t n_bytes,
                     struct alert_rules *ret_rules, struct config_errors *errors)
{
    struct reading reading = {.arena = arena, .file = file, .rules = ret_rules, .errors = errors};
    struct nodes roots = {0};
    struct err err = {0};
    int line;
    if (yaml_read_all(arena, bytes, n_bytes, &roots, &line, &err)) {
        bool template = memmem(bytes, n_bytes, "{{", 2) != NULL;
        fault(&reading, line,
              arena_printf(arena, "%s%s", err.text,
                           template ? "; render the file first if it is a template" : ""));
        return -1;
    }
    list_each (root, &roots)
        read_document(&reading, *root, 0);
    if (reading.n_errors > 0)
        return -1;
    return reading.found_group ? 0 : 1;
}

void alert_rules_place(struct alert_rules *rules, const struct config *config)
{
    list_each (rule, rules) {
        const struct service *service = config_service_of(config, rule->labels.at, rule->labels.n);
        if (service)
            rule->document = service->runbook;
    }
}
