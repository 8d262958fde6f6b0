/* docker-compose: services are things of kind "compose" (replicas), each with its container (service: NAME).
 * What `up` starts is what the compose file says at that moment: image and environment become the fields
 * image and env_NAME of the service, so a checkout of another commit or a corrected value has the effect that
 * it has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml.h"
#include "ward/tool.h"

static const char *const with_value[] = {"--scale", "-f", "--file", "-p", "--tail", NULL};
static const char file[] = "docker-compose.yml";

static struct thing *container_of(struct call *call, const struct thing *service)
{
    list_each (thing, &call->world->things)
        if (strcmp(thing->kind, "container") == 0 &&
            strcmp(thing_text(call->world, thing, "service"), service->name) == 0)
            return thing;
    return NULL;
}

static void start(struct call *call, struct thing *service)
{
    struct thing *container = container_of(call, service);
    thing_start(call->world, service);
    if (!container)
        return;
    if (thing_has(service, "image"))
        thing_set(call->world, container, "image", thing_value(call->world, service, "image"));
    thing_set(call->world, container, "state", (struct value){.text = "running"});
    thing_start(call->world, container);
    journal_add(call->world, container->name, "INFO starting");
}

static void restart(struct call *call)
{
    const char *name = call_word(call, 2, with_value);
    list_each (thing, &call->world->things)
        if (strcmp(thing->kind, "compose") == 0 && (!name || strcmp(thing->name, name) == 0)) {
            start(call, thing);
            buf_printf(&call->out, "Restarting %s ... done\n", thing->name);
        }
    if (name && !call->out.n_bytes)
        call_fail(call, "no such service: %s", name);
}

/* image and environment of one service; whether anything differs from what is in force. */
static bool settings_take(struct call *call, struct thing *service, const struct node *node)
{
    const struct node *image = node_find(node, "image"), *environment = node_find(node, "environment");
    bool differs = false;
    if (image && image->kind == NODE_TEXT) {
        differs = strcmp(thing_text(call->world, service, "image"), image->text) != 0;
        thing_set(call->world, service, "image", (struct value){.text = image->text});
    }
    if (environment && environment->kind == NODE_MAP)
        list_each (entry, &environment->entries) {
            char name[128];
            if (entry->value->kind != NODE_TEXT)
                continue;
            snprintf(name, sizeof name, "env_%s", entry->key->text);
            differs |= strcmp(thing_text(call->world, service, name), entry->value->text) != 0;
            thing_set(call->world, service, name, (struct value){.text = entry->value->text});
        }
    return differs;
}

static const struct node *services_read(struct call *call)
{
    size_t n_bytes;
    const struct node *root = NULL;
    struct err err;
    int line = 0;
    const char *bytes = call_file(call, file, &n_bytes);
    if (!bytes)
        return NULL;
    if (yaml_read(call->arena, bytes, n_bytes, &root, &line, &err) < 0) {
        call_fail(call, "%s:%d: %s", file, line, err.text);
        return NULL;
    }
    return node_find(root, "services");
}

static void scale(struct call *call, struct thing *service)
{
    const char *wanted = call_option(call, "--scale");
    size_t n = strlen(service->name);
    if (wanted && strncmp(wanted, service->name, n) == 0 && wanted[n] == '=') {
        double number = strtod(wanted + n + 1, NULL);
        thing_set(call->world, service, "replicas", (struct value){.number = number});
        for (int i = 1; i <= (int)number; i++)
            buf_printf(&call->out, "Creating %s_%d ... done\n", service->name, i);
    }
}

static void up(struct call *call)
{
    const struct node *services = services_read(call);
    if (call->exit)
        return;
    list_each (thing, &call->world->things) {
        if (strcmp(thing->kind, "compose") != 0)
            continue;
        const struct node *node = node_find(services, thing->name);
        const struct thing *container = container_of(call, thing);
        bool differs = node && settings_take(call, thing, node);
        scale(call, thing);
        if (differs || (container && strcmp(thing_text(call->world, container, "state"), "running") != 0)) {
            start(call, thing);
            buf_printf(&call->out, "Recreating %s ... done\n", thing->name);
        }
    }
    call->again_s = call_flag(call, "-d") || call_flag(call, "--detach") ? 0 : 1;
    if (call->cursor) /* attached: it stays until it is interrupted */
        buf_clear(&call->out);
    call->next_cursor = 1;
}

static void down(struct call *call)
{
    list_each (thing, &call->world->things)
        if (strcmp(thing->kind, "container") == 0) {
            thing_set(call->world, thing, "state", (struct value){.text = "removed"});
            buf_printf(&call->out, "Removing %s ... done\n", thing->name);
        }
}

static void ps(struct call *call)
{
    buf_printf(&call->out, "%-28s %-12s %-10s\n", "NAME", "SERVICE", "STATUS");
    list_each (thing, &call->world->things)
        if (strcmp(thing->kind, "container") == 0)
            buf_printf(&call->out, "%-28s %-12s %-10s\n", thing->name,
                       thing_text(call->world, thing, "service"), thing_text(call->world, thing, "state"));
}

static void config(struct call *call)
{
    size_t n_bytes;
    const char *bytes = call_file(call, file, &n_bytes);
    if (bytes)
        buf_add(&call->out, bytes, n_bytes);
}

void tool_docker_compose(struct call *call)
{
    static const struct {
        const char *verb;
        void (*run)(struct call *call);
    } verbs[] = {{"restart", restart}, {"up", up}, {"down", down}, {"ps", ps}, {"config", config}};
    const char *verb = call_word(call, 1, with_value);
    for (size_t i = 0; verb && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verb, verbs[i].verb) == 0) {
            verbs[i].run(call);
            return;
        }
    call_fail(call, "docker-compose %s: the ward does not know this command", verb ? verb : "");
}
