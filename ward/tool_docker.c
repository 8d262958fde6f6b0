/* docker: containers are things of kind "container" with state (running, exited, or what formulas make of
 * it), image, service, memory_mib, limit_mib, cpu_percent; how many of them there are says
 * compose.SERVICE.replicas. */
#include <string.h>

#include "ward/tool.h"

static const char *const with_value[] = {"--tail", "--since", "--format", "-f", "--filter", NULL};

static bool is_up(struct call *call, const struct thing *container)
{
    return strcmp(thing_text(call->world, container, "state"), "running") == 0;
}

static int replicas(struct call *call, const struct thing *container)
{
    const struct thing *service =
        world_thing(call->world, "compose", thing_text(call->world, container, "service"));
    int n = service ? (int)thing_number(call->world, service, "replicas") : 1;
    return n > 1 && n < 100 ? n : 1;
}

static void ps(struct call *call)
{
    bool all = call_flag(call, "-a") || call_flag(call, "--all");
    buf_printf(&call->out, "%-14s %-28s %-16s %s\n", "CONTAINER ID", "IMAGE", "STATUS", "NAMES");
    list_each (thing, &call->world->things) {
        if (strcmp(thing->kind, "container") != 0 || (!all && !is_up(call, thing)))
            continue;
        for (int i = 1; i <= replicas(call, thing); i++) {
            const char *name = i == 1 ? thing->name : arena_printf(call->arena, "%s-%d", thing->name, i);
            buf_printf(&call->out, "%-14.12zx %-28s %-16s %s\n", (size_t)thing + (size_t)i,
                       thing_text(call->world, thing, "image"), is_up(call, thing) ? "Up" : "Exited", name);
        }
    }
}

static struct thing *container_named(struct call *call, size_t n)
{
    const char *name = call_word(call, n, with_value);
    struct thing *container = name ? world_thing(call->world, "container", name) : NULL;
    if (!container)
        call_fail(call, "Error: No such container: %s", name ? name : "");
    return container;
}

static void stats_row(struct call *call, const struct thing *container)
{
    struct world *world = call->world;
    double memory_mib = thing_number(world, container, "memory_mib");
    double limit_mib = thing_number(world, container, "limit_mib");
    if (is_up(call, container))
        buf_printf(&call->out, "%-26s %6.2f%%   %.1fMiB / %.0fMiB   %5.1f%%\n", container->name,
                   thing_number(world, container, "cpu_percent"), memory_mib, limit_mib,
                   limit_mib > 0 ? 100 * memory_mib / limit_mib : 0);
    else
        buf_printf(&call->out, "%-26s --        -- / --   --\n", container->name);
}

static void stats(struct call *call)
{
    const char *name = call_word(call, 2, with_value);
    buf_printf(&call->out, "%-26s %-8s  %-20s %s\n", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %");
    if (name) {
        const struct thing *container = container_named(call, 2);
        if (container)
            stats_row(call, container);
    } else {
        list_each (thing, &call->world->things)
            if (strcmp(thing->kind, "container") == 0)
                stats_row(call, thing);
    }
    call->again_s = call->exit || call_flag(call, "--no-stream") ? 0 : 1;
}

static void run_inside(struct call *call)
{
    const struct thing *container = container_named(call, 2);
    size_t i = 2;
    while (container && i < call->n_words && strcmp(call->words[i], container->name) != 0)
        i++;
    if (container && !is_up(call, container))
        call_fail(call, "Error response from daemon: container %s is not running", container->name);
    else if (container)
        call_inside(call, i + 1);
}

static void restart(struct call *call)
{
    struct thing *container = container_named(call, 2);
    if (!container)
        return;
    thing_set(call->world, container, "state", (struct value){.text = "running"});
    thing_start(call->world, container);
    buf_printf(&call->out, "%s\n", container->name);
}

void tool_docker(struct call *call)
{
    const char *verb = call_word(call, 1, with_value);
    if (verb && strcmp(verb, "ps") == 0)
        ps(call);
    else if (verb && strcmp(verb, "logs") == 0) {
        const struct thing *container = container_named(call, 2);
        if (container)
            call_log(call, container->name, call_flag(call, "-f") || call_flag(call, "--follow"));
    } else if (verb && strcmp(verb, "stats") == 0)
        stats(call);
    else if (verb && strcmp(verb, "exec") == 0)
        run_inside(call);
    else if (verb && strcmp(verb, "restart") == 0)
        restart(call);
    else if (verb && verb == call->words[1] && strcmp(verb, "compose") == 0) {
        call->words++;
        call->n_words--;
        tool_docker_compose(call);
    } else
        call_fail(call, "docker %s: the ward does not know this command", verb ? verb : "");
}
