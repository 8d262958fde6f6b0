#include "drill/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "config/yaml.h"

struct reader {
    struct arena *arena;
    struct err *err;
};

static int wrong(struct reader *reader, const struct node *node, const char *what)
{
    return err_set(reader->err, "line %d: %s", node ? node->line : 1, what);
}

static int text_read(struct reader *reader, const struct node *map, const char *key, bool must_be,
                     const char **ret_text)
{
    const struct node *node = node_find(map, key);
    if (!node && !must_be)
        return 0;
    if (!node || node->kind != NODE_TEXT || !*node->text)
        return err_set(reader->err, "line %d: %s: a text is wanted",
                       node  ? node->line
                       : map ? map->line
                             : 1,
                       key);
    *ret_text = node->text;
    return 0;
}

static int pairs_read(struct reader *reader, const struct node *map, const char *key, struct drill_pairs *ret)
{
    const struct node *node = node_find(map, key);
    if (!node)
        return 0;
    if (node->kind != NODE_MAP)
        return wrong(reader, node, "NAME: VALUE is wanted");
    list_each (entry, &node->entries) {
        char *end;
        if (entry->value->kind != NODE_TEXT)
            return wrong(reader, entry->value, "a value is wanted");
        struct drill_pair *pair = list_push(reader->arena, ret);
        pair->name = entry->key->text;
        pair->value = entry->value->text;
        strtod(pair->value, &end);
        pair->is_number = entry->value->plain && end != pair->value && *end == '\0';
    }
    return 0;
}

static int act_read(struct reader *reader, const struct node *node, struct drill_plan *plan)
{
    struct drill_act *act = list_push(reader->arena, &plan->acts);
    if (node->kind != NODE_MAP)
        return wrong(reader, node, "run:, open: or by_hand: is wanted");
    if (text_read(reader, node, "run", false, &act->run) < 0 ||
        text_read(reader, node, "open", false, &act->open) < 0 ||
        text_read(reader, node, "by_hand", false, &act->by_hand) < 0 ||
        text_read(reader, node, "shell", false, &act->shell) < 0 ||
        pairs_read(reader, node, "set", &act->set) < 0 ||
        pairs_read(reader, node, "values", &act->values) < 0)
        return -1;
    if (!act->run + !act->open + !act->by_hand != 2)
        return wrong(reader, node, "one of run:, open: and by_hand: is wanted");
    return 0;
}

static int acts_read(struct reader *reader, const struct node *list, struct drill_plan *plan)
{
    if (list && list->kind != NODE_LIST)
        return wrong(reader, list, "a list is wanted");
    if (list)
        list_each (entry, &list->entries)
            if (act_read(reader, entry->value, plan) < 0)
                return -1;
    return 0;
}

static int texts_read(struct reader *reader, const struct node *list, struct strings *ret_texts)
{
    if (list && list->kind != NODE_LIST)
        return wrong(reader, list, "a list is wanted");
    if (list)
        list_each (entry, &list->entries) {
            if (entry->value->kind != NODE_TEXT)
                return wrong(reader, entry->value, "a text is wanted");
            strings_add(reader->arena, ret_texts, entry->value->text);
        }
    return 0;
}

/* On one line, as YAML reads it again: a text without quotes stays without. */
static void node_write(struct buf *out, const struct node *node)
{
    struct json_writer w = jw_start(out);
    const char *before = "";
    if (node->kind == NODE_TEXT && node->plain)
        buf_puts(out, node->text);
    else if (node->kind == NODE_TEXT)
        jw_string(&w, node->text);
    if (node->kind == NODE_TEXT)
        return;
    buf_putc(out, node->kind == NODE_MAP ? '{' : '[');
    list_each (entry, &node->entries) {
        buf_puts(out, before);
        if (entry->key) {
            node_write(out, entry->key);
            buf_puts(out, ": ");
        }
        node_write(out, entry->value);
        before = ", ";
    }
    buf_putc(out, node->kind == NODE_MAP ? '}' : ']');
}

/* All entries of a check but its id. */
static const char *keys_write(struct arena *arena, const struct node *map)
{
    scoped_buf struct buf keys = {0};
    list_each (entry, &map->entries) {
        if (strcmp(entry->key->text, "id") == 0)
            continue;
        buf_puts(&keys, keys.n_bytes ? ", " : "");
        node_write(&keys, entry->key);
        buf_puts(&keys, ": ");
        node_write(&keys, entry->value);
    }
    return arena_strdup(arena, buf_text(&keys));
}

static int checks_read(struct reader *reader, const struct node *list, struct drill_plan *plan)
{
    if (list && list->kind != NODE_LIST)
        return wrong(reader, list, "a list of checks is wanted");
    if (list)
        list_each (entry, &list->entries) {
            const char *id = NULL;
            if (entry->value->kind == NODE_MAP && text_read(reader, entry->value, "id", true, &id) < 0)
                return -1;
            if (!id)
                return wrong(reader, entry->value, "a check with an id: is wanted");
            struct drill_check *check = list_push(reader->arena, &plan->checks);
            check->id = id;
            check->keys = keys_write(reader->arena, entry->value);
        }
    return 0;
}

static int recover_time_read(struct reader *reader, const struct node *root, struct drill_plan *plan)
{
    const char *text = "60s";
    if (text_read(reader, root, "recover_time", false, &text) < 0)
        return -1;
    if (duration_parse(text, &plan->recover_s) < 0 || plan->recover_s < 1 || plan->recover_s > 600)
        return wrong(reader, node_find(root, "recover_time"), "recover_time: 1s to 10m is wanted");
    return 0;
}

/* Each check that is expected to notice it has to be one of the drill. */
static int expected_judge(struct reader *reader, const struct node *expect, const struct drill_plan *plan)
{
    list_each (id, &plan->expected_checks) {
        bool found = false;
        list_each (check, &plan->checks)
            found |= strcmp(check->id, *id) == 0;
        if (!found)
            return err_set(reader->err, "line %d: expect: detect: has no check \"%s\"",
                           expect ? expect->line : 1, *id);
    }
    return 0;
}

/* Either the drill looks and posts an alert, or the checks of its server do. */
static int detect_judge(struct reader *reader, const struct node *detect, const struct node *root,
                        const struct drill_plan *plan)
{
    bool looks = plan->detect_url || plan->detect_when || plan->detect_shell;
    const struct node *place = detect ? detect : root;
    if (plan->checks.n && (looks || plan->alert.n))
        return wrong(reader, place, "detect: has checks:, or url:, when:, shell: and alert:, not both");
    if (!plan->checks.n && !looks)
        return wrong(reader, place, "detect: has url:, when:, shell: or checks:");
    if (!plan->checks.n && !plan->alert.n)
        return wrong(reader, place, "detect: has alert: with the labels of the alert");
    return 0;
}

int drill_plan_read(struct arena *arena, const char *bytes, size_t n_bytes, struct drill_plan *ret_plan,
                    struct err *err)
{
    struct reader reader = {.arena = arena, .err = err};
    struct drill_plan plan = {.step_time = "6s", .hold_down = "1s"};
    const struct node *root = NULL;
    int line = 0;
    if (yaml_read(arena, bytes, n_bytes, &root, &line, err) < 0)
        return err_prefix(err, "line %d: ", line);
    const struct node *detect = node_find(root, "detect"), *expect = node_find(root, "expect");
    if (text_read(&reader, root, "scenario", true, &plan.scenario) < 0 ||
        text_read(&reader, root, "about", true, &plan.about) < 0 ||
        text_read(&reader, root, "runbook", true, &plan.runbook) < 0 ||
        text_read(&reader, root, "verify", true, &plan.verify) < 0 ||
        text_read(&reader, detect, "url", false, &plan.detect_url) < 0 ||
        text_read(&reader, detect, "when", false, &plan.detect_when) < 0 ||
        text_read(&reader, detect, "shell", false, &plan.detect_shell) < 0 ||
        text_read(&reader, root, "break", false, &plan.breaks) < 0 ||
        text_read(&reader, root, "step_time", false, &plan.step_time) < 0 ||
        text_read(&reader, root, "hold_down", false, &plan.hold_down) < 0 ||
        text_read(&reader, root, "verify_shell", false, &plan.verify_shell) < 0 ||
        text_read(&reader, detect, "summary", true, &plan.summary) < 0 ||
        text_read(&reader, expect, "procedure", true, &plan.procedure) < 0 ||
        text_read(&reader, expect, "severity", false, &plan.severity) < 0 ||
        pairs_read(&reader, root, "inject", &plan.inject) < 0 ||
        pairs_read(&reader, detect, "alert", &plan.alert) < 0 ||
        checks_read(&reader, node_find(detect, "checks"), &plan) < 0 ||
        acts_read(&reader, node_find(root, "respond"), &plan) < 0 ||
        texts_read(&reader, node_find(root, "lacks"), &plan.lacks) < 0 ||
        texts_read(&reader, node_find(expect, "checks"), &plan.expected_checks) < 0 ||
        recover_time_read(&reader, root, &plan) < 0)
        return -1;
    if (detect_judge(&reader, detect, root, &plan) < 0 || expected_judge(&reader, expect, &plan) < 0)
        return -1;
    *ret_plan = plan;
    return 0;
}

/* ---- the folder ---- */

/* "pneumonia-detector/service-down.yaml"; false: something else, as the system file or a file of a work tree.
 */
static bool path_split(struct arena *arena, const char *path, struct drill_plan *plan)
{
    const char *slash = strchr(path, '/');
    const char *end = strrchr(path, '.');
    if (!slash || strchr(slash + 1, '/') || strcmp(slash, "/system.yaml") == 0)
        return false;
    plan->system = arena_strndup(arena, path, (size_t)(slash - path));
    plan->name = arena_strndup(arena, slash + 1, (size_t)(end - slash - 1));
    return true;
}

int drill_plans_load(struct arena *arena, const char *folder, struct drill_plans *ret_plans, struct err *err)
{
    static const char *const endings[] = {".yaml", NULL};
    static const struct folder_limits limits = {
        .endings = endings, .file_bytes = DRILL_FILE_BYTES, .n_files = 1000, .depth = 2};
    struct folder files;
    if (folder_read(arena, folder, &limits, &files, err) < 0)
        return -1;
    for (size_t i = 0; i < files.n_files; i++) {
        const struct folder_file *file = &files.files[i];
        struct drill_plan path = {0}, plan;
        if (!path_split(arena, file->path, &path))
            continue;
        if (drill_plan_read(arena, file->bytes, file->n_bytes, &plan, err) < 0)
            return err_prefix(err, "%s/%s: ", folder, file->path);
        plan.name = path.name;
        plan.system = path.system;
        plan.path = arena_printf(arena, "%s/%s", folder, file->path);
        plan.folder = arena_printf(arena, "%s/%s", folder, path.system);
        *(struct drill_plan *)list_push(arena, ret_plans) = plan;
    }
    return 0;
}

const struct drill_plan *drill_plan_find(const struct drill_plans *plans, const char *name)
{
    const char *slash = strrchr(name, '/');
    list_each (plan, plans)
        if (strcmp(plan->name, slash ? slash + 1 : name) == 0 &&
            (!slash || (strncmp(plan->system, name, (size_t)(slash - name)) == 0 &&
                        plan->system[slash - name] == '\0')))
            return plan;
    return NULL;
}
