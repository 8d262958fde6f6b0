/* kubectl scale, rollout, set, patch, apply, label, cordon: what changes something. A workload that changes
 * its template starts anew (thing_start), as its pods would be replaced. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "config/yaml.h"
#include "ward/tool.h"

static struct value number_of(double number)
{
    return (struct value){.number = number};
}

static struct value text_of(const char *text)
{
    return (struct value){.text = text};
}

/* The words after the verb name it: "deployment x", "deployment/x". */
static struct thing *target(struct call *call, size_t first)
{
    return kubectl_target(call, call_word(call, first, kubectl_with_value),
                          call_word(call, first + 1, kubectl_with_value));
}

void kubectl_scale(struct call *call)
{
    const char *replicas = call_option(call, "--replicas");
    struct thing *thing = target(call, 2);
    char *end;
    long n = replicas ? strtol(replicas, &end, 10) : -1;
    if (!thing)
        return;
    if (n < 0 || n > 1000 || *end) {
        call_fail(call, "error: invalid --replicas %s", replicas ? replicas : "");
        return;
    }
    thing_set(call->world, thing, "replicas", number_of((double)n));
    thing_set(call->world, thing, "scaled", number_of(call->world->now_s));
    buf_printf(&call->out, "%s.apps/%s scaled\n", thing->kind, thing->name);
}

/* A new revision of that name is in force. */
static void roll(struct call *call, struct thing *thing, const char *template)
{
    const char *history = thing_text(call->world, thing, "history");
    thing_set(call->world, thing, "history",
              text_of(arena_printf(call->arena, "%s%s%s", history, *history ? " " : "", template)));
    thing_set(call->world, thing, "template", text_of(template));
    thing_start(call->world, thing);
}

static void undo(struct call *call, struct thing *thing)
{
    char *history = arena_strdup(call->arena, thing_text(call->world, thing, "history"));
    char *last = strrchr(history, ' ');
    if (!last) {
        call_fail(call, "error: no rollout history found for %s \"%s\"", thing->kind, thing->name);
        return;
    }
    *last = '\0';
    const char *before = strrchr(history, ' ');
    before = before ? before + 1 : history;
    *last = ' ';
    thing_set(call->world, thing, "history", text_of(history));
    roll(call, thing, before);
    buf_printf(&call->out, "%s.apps/%s rolled back\n", thing->kind, thing->name);
}

static void history(struct call *call, struct thing *thing)
{
    const char *at = thing_text(call->world, thing, "history");
    buf_printf(&call->out, "%s.apps/%s\nREVISION  CHANGE-CAUSE\n", thing->kind, thing->name);
    for (int n = 1; *at; n++) {
        size_t n_bytes = strcspn(at, " ");
        buf_printf(&call->out, "%-9d %.*s\n", n, (int)n_bytes, at);
        at += n_bytes + (at[n_bytes] == ' ');
    }
}

/* Waits, as the real one does, until all are ready; asked every 200 ms. */
static void status(struct call *call, struct thing *thing)
{
    enum { ASKED_MOST = 250 };
    double wanted = thing_number(call->world, thing, "replicas");
    double ready = thing_has(thing, "ready") ? thing_number(call->world, thing, "ready") : wanted;
    if (ready >= wanted) {
        buf_printf(&call->out, "%s \"%s\" successfully rolled out\n", thing->kind, thing->name);
    } else if (call->cursor >= ASKED_MOST) {
        call_fail(call, "error: deployment \"%s\" exceeded its progress deadline", thing->name);
    } else {
        if (!call->cursor)
            buf_printf(&call->out, "Waiting for %s \"%s\" rollout to finish: %.0f of %.0f are ready...\n",
                       thing->kind, thing->name, ready, wanted);
        call->again_s = 0.2;
        call->next_cursor = call->cursor + 1;
    }
}

void kubectl_rollout(struct call *call)
{
    const char *verb = call_word(call, 2, kubectl_with_value);
    struct thing *thing = target(call, 3);
    if (!thing)
        return;
    if (strcmp(verb, "undo") == 0)
        undo(call, thing);
    else if (strcmp(verb, "history") == 0)
        history(call, thing);
    else if (strcmp(verb, "status") == 0)
        status(call, thing);
    else if (strcmp(verb, "restart") == 0) {
        thing_start(call->world, thing);
        buf_printf(&call->out, "%s.apps/%s restarted\n", thing->kind, thing->name);
    } else
        call_fail(call, "error: unknown command \"rollout %s\"", verb);
}

/* NAME=VALUE words into fields with that prefix; how many. */
static int pairs_take(struct call *call, struct thing *thing, size_t first, const char *prefix)
{
    int n = 0;
    const char *word;
    for (size_t i = first; (word = call_word(call, i, kubectl_with_value)); i++) {
        const char *equals = strchr(word, '=');
        char name[128];
        if (!equals ||
            snprintf(name, sizeof name, "%s%.*s", prefix, (int)(equals - word), word) >= (int)sizeof name)
            continue;
        thing_set(call->world, thing, name, text_of(equals + 1));
        n++;
    }
    return n;
}

/* set env TYPE/NAME NAME=VALUE..., set image TYPE/NAME CONTAINER=IMAGE:TAG */
void kubectl_set(struct call *call)
{
    const char *what = call_word(call, 2, kubectl_with_value);
    struct thing *thing = target(call, 3);
    if (!thing)
        return;
    bool env = strcmp(what, "env") == 0;
    if (!pairs_take(call, thing, 4, env ? "env_" : "image_")) {
        call_fail(call, "error: NAME=VALUE is wanted");
        return;
    }
    thing_start(call->world, thing);
    buf_printf(&call->out, "%s.apps/%s %s updated\n", thing->kind, thing->name, what);
}

/* "8Gi" in MiB, "4000m" or "4" in thousandths. */
static double quantity(const char *text)
{
    char *end;
    double number = strtod(text, &end);
    return strcmp(end, "Gi") == 0 ? number * 1024 : *end == '\0' ? number * 1000 : number;
}

/* Every leaf of the patch: of a service its selector, of a workload its limits, else the field itself. */
static void patch_take(struct call *call, struct thing *thing, struct json at)
{
    for (struct json_iter i = json_first(at); json_more(&i); json_next(&i)) {
        const char *text = json_text(i.value, NULL), *name = i.name ? i.name : "";
        if (!text) {
            patch_take(call, thing, i.value);
        } else if (strcmp(thing->kind, "service") == 0) {
            thing_set(call->world, thing, arena_printf(call->arena, "selector_%s", name), text_of(text));
        } else if (strcmp(name, "memory") == 0) {
            thing_set(call->world, thing, "limit_memory_mib", number_of(quantity(text)));
        } else if (strcmp(name, "cpu") == 0) {
            thing_set(call->world, thing, "limit_cpu_m", number_of(quantity(text)));
        } else if (strcmp(thing->kind, "configmap") == 0 || strcmp(thing->kind, "hpa") == 0) {
            thing_set(call->world, thing, name, text_of(text));
        }
    }
}

void kubectl_patch(struct call *call)
{
    const char *patch = call_option(call, "--patch");
    patch = patch ? patch : call_option(call, "-p");
    struct thing *thing = target(call, 2);
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    if (!thing) {
    } else if (!patch || json_parse(document, patch, strlen(patch), 32, &root, &err) < 0) {
        call_fail(call, "error: unable to parse the patch: %s", patch ? err.text : "none given");
    } else {
        patch_take(call, thing, root);
        if (thing_has(thing, "replicas") && strcmp(thing->kind, "hpa") != 0)
            thing_start(call->world, thing);
        buf_printf(&call->out, "%s/%s patched\n", thing->kind, thing->name);
    }
    json_document_free(document);
}

static const struct node *node_path(const struct node *node, const char *const *names)
{
    for (; node && *names; names++)
        node = node->kind == NODE_LIST && node->entries.n ? node_find(node->entries.at[0].value, *names)
                                                          : node_find(node, *names);
    return node;
}

/* A manifest of one workload: its replicas, and its first container's image, whose tag names the revision. */
static void manifest_take(struct call *call, const struct node *root)
{
    static const char *const kind_at[] = {"kind", NULL}, *const name_at[] = {"metadata", "name", NULL},
                             *const replicas_at[] = {"spec", "replicas", NULL},
                             *const image_at[] = {"spec", "template", "spec", "containers", "image", NULL};
    const struct node *kind = node_path(root, kind_at), *name = node_path(root, name_at),
                      *replicas = node_path(root, replicas_at), *image = node_path(root, image_at);
    char lower[64] = "";
    for (size_t i = 0; kind && kind->kind == NODE_TEXT && kind->text[i] && i < sizeof lower - 1; i++)
        lower[i] = (char)(kind->text[i] | 0x20);
    struct thing *thing = kubectl_target(call, lower, name && name->kind == NODE_TEXT ? name->text : "");
    if (!thing)
        return;
    const char *tag = image && image->kind == NODE_TEXT ? strrchr(image->text, ':') : NULL;
    bool differs = tag && strcmp(thing_text(call->world, thing, "template"), tag + 1) != 0;
    if (replicas && replicas->kind == NODE_TEXT)
        thing_set(call->world, thing, "replicas", number_of(strtod(replicas->text, NULL)));
    if (differs)
        roll(call, thing, tag + 1);
    buf_printf(&call->out, "%s.apps/%s %s\n", thing->kind, thing->name, differs ? "configured" : "unchanged");
}

void kubectl_apply(struct call *call)
{
    const char *path = call_option(call, "-f");
    size_t n_bytes;
    struct nodes roots = {0};
    struct err err;
    int line = 0;
    const char *bytes = path ? call_file(call, path, &n_bytes) : NULL;
    if (!bytes) {
        if (!path)
            call_fail(call, "error: must specify -f");
        return;
    }
    if (yaml_read_all(call->arena, bytes, n_bytes, &roots, &line, &err) < 0) {
        call_fail(call, "error: %s:%d: %s", path, line, err.text);
        return;
    }
    for (size_t i = 0; i < roots.n; i++)
        if (roots.at[i])
            manifest_take(call, roots.at[i]);
}

/* label node NAME KEY=VALUE, cordon NAME, uncordon NAME */
void kubectl_node(struct call *call)
{
    bool label = strcmp(call_word(call, 1, kubectl_with_value), "label") == 0;
    bool cordon = strcmp(call_word(call, 1, kubectl_with_value), "cordon") == 0;
    struct thing *thing =
        label ? target(call, 2) : kubectl_target(call, "node", call_word(call, 2, kubectl_with_value));
    if (!thing)
        return;
    if (label)
        pairs_take(call, thing, 3, "label_");
    else
        thing_set(call->world, thing, "unschedulable", number_of(cordon));
    buf_printf(&call->out, "node/%s %s\n", thing->name,
               label    ? "labeled"
               : cordon ? "cordoned"
                        : "uncordoned");
}
