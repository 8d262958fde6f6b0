/* kubectl get, describe and top: what only looks. */
#include <string.h>

#include "base/clock.h"
#include "ward/tool.h"

static const char *text_or(struct call *call, const struct thing *thing, const char *field,
                           const char *otherwise)
{
    return thing_has(thing, field) ? thing_text(call->world, thing, field) : otherwise;
}

static const char *name_space_of(const struct call *call)
{
    const char *given = call_option(call, "-n");
    given = given ? given : call_option(call, "--namespace");
    if (call_flag(call, "-A") || call_flag(call, "--all-namespaces"))
        return NULL;
    return given ? given : "default";
}

static const char *selector_of(const struct call *call)
{
    const char *given = call_option(call, "-l");
    return given ? given : call_option(call, "--selector");
}

static void get_pods(struct call *call, const char *name)
{
    struct pods pods = {0};
    bool all = !name_space_of(call);
    kubectl_pods(call, selector_of(call), name, name_space_of(call), &pods);
    if (!pods.n) {
        if (name)
            call_fail(call, "Error from server (NotFound): pods \"%s\" not found", name);
        else
            buf_puts(&call->err, "No resources found in default namespace.\n");
        return;
    }
    buf_printf(&call->out, "%s%-44s %-7s %-18s %s\n", all ? "NAMESPACE                       " : "", "NAME",
               "READY", "STATUS", "RESTARTS");
    list_each (pod, &pods) {
        if (all)
            buf_printf(&call->out, "%-32s", text_or(call, pod->of, "namespace", "default"));
        buf_printf(&call->out, "%-44s %-7s %-18s %s\n", pod->name, pod->ready ? "1/1" : "0/1", pod->state,
                   text_or(call, pod->of, "pod_restarts", "0"));
    }
}

static bool wanted(struct call *call, const struct thing *thing, const char *kind, const char *name)
{
    return strcmp(thing->kind, kind) == 0 && (!name || strcmp(thing->name, name) == 0) &&
           thing_fits(call->world, thing, selector_of(call));
}

static void get_row(struct call *call, const struct thing *thing)
{
    struct world *world = call->world;
    if (strcmp(thing->kind, "node") == 0)
        buf_printf(&call->out, "%-28s %s%s\n", thing->name, text_or(call, thing, "state", "Ready"),
                   thing_number(world, thing, "unschedulable") != 0 ? ",SchedulingDisabled" : "");
    else if (strcmp(thing->kind, "hpa") == 0)
        buf_printf(&call->out, "%-16s %-22s %s%%/%s%%   %-8s %-8s %s\n", thing->name,
                   text_or(call, thing, "of", ""), thing_text(world, thing, "current"),
                   thing_text(world, thing, "target"), thing_text(world, thing, "min"),
                   thing_text(world, thing, "max"), thing_text(world, thing, "replicas"));
    else if (strcmp(thing->kind, "job") == 0)
        buf_printf(&call->out, "%-28s %-10s %s\n", thing->name, thing_text(world, thing, "state"),
                   text_or(call, thing, "input", ""));
    else if (thing_has(thing, "replicas"))
        buf_printf(&call->out, "%-28s %s/%s\n", thing->name,
                   thing_text(world, thing, thing_has(thing, "ready") ? "ready" : "replicas"),
                   thing_text(world, thing, "replicas"));
    else
        buf_printf(&call->out, "%s\n", thing->name);
}

static const char *const heads[][2] = {
    {"node", "NAME                         STATUS"},
    {"hpa", "NAME             REFERENCE              TARGETS   MINPODS  MAXPODS  REPLICAS"},
    {"job", "NAME                         STATUS     INPUT"},
};

static void print_yaml(struct call *call, const struct thing *thing)
{
    buf_puts(&call->out, "apiVersion: v1\ndata:\n");
    list_each (field, &thing->fields)
        if (strcmp(field->name, "started") != 0)
            buf_printf(&call->out, "  %s: \"%s\"\n", field->name,
                       thing_text(call->world, thing, field->name));
    buf_printf(&call->out, "kind: %s\nmetadata:\n  name: %s\n",
               strcmp(thing->kind, "secret") == 0 ? "Secret" : "ConfigMap", thing->name);
}

/* The paths that are known: .spec.replicas, and .spec.selector.NAME of a service (its field selector_NAME).
 */
static void print_path(struct call *call, const struct thing *thing, const char *path)
{
    static const char selector[] = "{.spec.selector.";
    const char *name = path + sizeof selector - 1;
    if (strcmp(path, "{.spec.replicas}") == 0 && thing_has(thing, "replicas"))
        buf_puts(&call->out, thing_text(call->world, thing, "replicas"));
    else if (strncmp(path, selector, sizeof selector - 1) == 0)
        buf_puts(&call->out,
                 thing_text(call->world, thing,
                            arena_printf(call->arena, "selector_%.*s", (int)strcspn(name, "}"), name)));
    else
        call_fail(call, "error: the ward does not know the path %s", path);
}

static void print_as(struct call *call, const struct thing *thing, const char *format)
{
    if (!format)
        get_row(call, thing);
    else if (strcmp(format, "yaml") == 0)
        print_yaml(call, thing);
    else if (strncmp(format, "jsonpath=", 9) == 0)
        print_path(call, thing, format + 9);
    else
        call_fail(call, "error: the ward does not know the format %s", format);
}

void kubectl_get(struct call *call)
{
    const char *word = call_word(call, 2, kubectl_with_value), *format = call_option(call, "-o");
    const char *name = call_word(call, 3, kubectl_with_value), *kind = kubectl_kind(word);
    const char *slash = word ? strchr(word, '/') : NULL;
    size_t n = 0;
    if (slash) {
        kind = kubectl_kind(arena_strndup(call->arena, word, (size_t)(slash - word)));
        name = slash + 1;
    }
    if (!kind) {
        call_fail(call, "error: the server doesn't have a resource type \"%s\"", word ? word : "");
        return;
    }
    if (strcmp(kind, "pod") == 0) {
        get_pods(call, name);
        return;
    }
    for (size_t i = 0; !format && i < sizeof heads / sizeof *heads; i++)
        if (strcmp(heads[i][0], kind) == 0)
            buf_printf(&call->out, "%s\n", heads[i][1]);
    list_each (thing, &call->world->things) {
        if (!wanted(call, thing, kind, name))
            continue;
        n++;
        print_as(call, thing, format);
    }
    if (!n && name)
        call_fail(call, "Error from server (NotFound): %ss \"%s\" not found", kind, name);
    else if (!n)
        buf_puts(&call->err, "No resources found in default namespace.\n");
}

static void describe_fields(struct call *call, const struct thing *thing, const char *indent)
{
    list_each (field, &thing->fields)
        if (strcmp(field->name, "started") != 0 && strncmp(field->name, "secret_", 7) != 0)
            buf_printf(&call->out, "%s%-22s %s\n", indent, field->name,
                       thing_text(call->world, thing, field->name));
}

void kubectl_describe(struct call *call)
{
    const char *word = call_word(call, 2, kubectl_with_value), *kind = kubectl_kind(word);
    const char *name = call_word(call, 3, kubectl_with_value);
    struct pods pods = {0};
    size_t n = 0;
    if (kind && strcmp(kind, "pod") == 0) {
        kubectl_pods(call, selector_of(call), name, name_space_of(call), &pods);
        list_each (pod, &pods) {
            buf_printf(&call->out, "Name:   %s\nStatus: %s\nNode:   %s\nEvents:\n  %s\nWorkload:\n",
                       pod->name, pod->state, text_or(call, pod->of, "node", "node-1"),
                       text_or(call, pod->of, "pod_event", "<none>"));
            describe_fields(call, pod->of, "  ");
        }
        n = pods.n;
    }
    if (kind)
        list_each (thing, &call->world->things)
            if (strcmp(kind, "pod") != 0 && wanted(call, thing, kind, name)) {
                buf_printf(&call->out, "Name: %s\n", thing->name);
                describe_fields(call, thing, "");
                n++;
            }
    if (!n)
        call_fail(call, "Error from server (NotFound): %ss \"%s\" not found", word ? word : "",
                  name ? name : "");
}

void kubectl_top(struct call *call)
{
    const char *kind = kubectl_kind(call_word(call, 2, kubectl_with_value));
    const char *name = call_word(call, 3, kubectl_with_value), *sort = call_option(call, "--sort-by");
    struct world *world = call->world;
    struct pods pods = {0};
    buf_printf(&call->out, "%-44s %-12s %s\n", "NAME", "CPU(cores)", "MEMORY(bytes)");
    if (kind && strcmp(kind, "node") == 0) {
        list_each (thing, &world->things)
            if (wanted(call, thing, "node", name))
                buf_printf(&call->out, "%-44s %.0fm         %.0fMi\n", thing->name,
                           thing_number(world, thing, "cpu_m"), thing_number(world, thing, "memory_mib"));
        return;
    }
    kubectl_pods(call, selector_of(call), name, name_space_of(call), &pods);
    for (size_t i = 1; sort && strcmp(sort, "memory") == 0 && i < pods.n; i++)
        for (size_t j = i; j > 0 && thing_number(world, pods.at[j].of, "pod_memory_mib") >
                                        thing_number(world, pods.at[j - 1].of, "pod_memory_mib");
             j--) {
            struct pod pod = pods.at[j];
            pods.at[j] = pods.at[j - 1];
            pods.at[j - 1] = pod;
        }
    list_each (pod, &pods)
        buf_printf(&call->out, "%-44s %.0fm         %.0fMi\n", pod->name,
                   thing_number(world, pod->of, "pod_cpu_m"), thing_number(world, pod->of, "pod_memory_mib"));
    if (!pods.n)
        call_fail(call, "error: no metrics for pod %s", name ? name : "");
}
