/* kubectl: the verbs, and what they mean by a pod. Workloads are things of kind deployment and statefulset:
 * replicas, ready (a formula; else replicas), app (the label; else the name), namespace, pod_state,
 * pod_restarts, pod_cpu_m, pod_memory_mib, node, template and history (revisions by name, the last is in
 * force), env_NAME, limit_memory_mib, limit_cpu_m. A thing of kind pod is one pod of its own: app, state,
 * logs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ward/tool.h"

const char *const kubectl_with_value[] = {
    "-n",      "--namespace", "-l",     "--selector", "-o",        "-c",         "-f",     "--filename",
    "--patch", "-p",          "--tail", "--since",    "--sort-by", "--replicas", "--type", NULL};

static const struct {
    const char *words, *kind;
} kinds[] = {
    {" deployment deployments deploy deployment.apps ", "deployment"},
    {" statefulset statefulsets sts ", "statefulset"},
    {" pod pods po ", "pod"},
    {" node nodes no ", "node"},
    {" service services svc ", "service"},
    {" configmap configmaps cm ", "configmap"},
    {" secret secrets ", "secret"},
    {" hpa horizontalpodautoscaler horizontalpodautoscalers ", "hpa"},
    {" job jobs ", "job"},
};

const char *kubectl_kind(const char *word)
{
    char wanted[64];
    if (!word || snprintf(wanted, sizeof wanted, " %s ", word) >= (int)sizeof wanted)
        return NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(kinds[i].words, wanted))
            return kinds[i].kind;
    return NULL;
}

struct thing *kubectl_target(struct call *call, const char *kind, const char *name)
{
    const char *slash = kind ? strchr(kind, '/') : NULL;
    if (slash) {
        name = slash + 1;
        kind = arena_strndup(call->arena, kind, (size_t)(slash - kind));
    }
    const char *known = kubectl_kind(kind);
    struct thing *thing = known && name ? world_thing(call->world, known, name) : NULL;
    if (!known)
        call_fail(call, "error: the server doesn't have a resource type \"%s\"", kind ? kind : "");
    else if (!thing)
        call_fail(call, "Error from server (NotFound): %ss \"%s\" not found", known, name ? name : "");
    return thing;
}

static bool is_workload(const struct thing *thing)
{
    return strcmp(thing->kind, "deployment") == 0 || strcmp(thing->kind, "statefulset") == 0;
}

/* Labels are the fields app and label_NAME; "node-type" is label_node-type. */
bool thing_fits(struct world *world, const struct thing *thing, const char *selector)
{
    const char *equals = selector ? strchr(selector, '=') : NULL;
    if (!selector)
        return true;
    if (!equals)
        return false;
    char key[128];
    snprintf(key, sizeof key, "label_%.*s", (int)(equals - selector), selector);
    const char *field = strcmp(key, "label_app") == 0 ? "app" : key;
    const char *value = thing_has(thing, field)     ? thing_text(world, thing, field)
                        : strcmp(field, "app") == 0 ? thing->name
                                                    : "";
    return strcmp(value, equals + 1) == 0;
}

/* The pods of one revision have one hash in their names, and lose it with a restart. */
static const char *pod_name(struct call *call, const struct thing *of, int i)
{
    if (strcmp(of->kind, "statefulset") == 0)
        return arena_printf(call->arena, "%s-%d", of->name, i);
    unsigned hash = 5381;
    const char *seed =
        arena_printf(call->arena, "%s %s %.1f", of->name, thing_text(call->world, of, "template"),
                     thing_number(call->world, of, "started"));
    for (; *seed; seed++)
        hash = hash * 33 + (unsigned char)*seed;
    return arena_printf(call->arena, "%s-%08x-%c%c%d", of->name, hash, 'a' + (int)(hash % 26),
                        'a' + (int)(hash / 26 % 26), i);
}

static void pods_of(struct call *call, struct thing *of, const char *name, struct pods *pods)
{
    struct world *world = call->world;
    int n = (int)thing_number(world, of, "replicas");
    int ready = thing_has(of, "ready") ? (int)thing_number(world, of, "ready") : n;
    const char *state = thing_has(of, "pod_state") ? thing_text(world, of, "pod_state") : "Running";
    for (int i = 0; i < n && i < 200; i++) {
        const char *pod = pod_name(call, of, i);
        if (name && strcmp(name, pod) != 0)
            continue;
        *(struct pod *)list_push(call->arena, pods) =
            (struct pod){.name = pod,
                         .of = of,
                         .ready = i < ready,
                         .state = i < ready || strcmp(state, "Running") != 0 ? state : "Pending"};
    }
}

void kubectl_pods(struct call *call, const char *selector, const char *name, const char *name_space,
                  struct pods *ret_pods)
{
    struct world *world = call->world;
    list_each (thing, &world->things) {
        const char *in = thing_has(thing, "namespace") ? thing_text(world, thing, "namespace") : "default";
        if ((name_space && strcmp(in, name_space) != 0) || !thing_fits(world, thing, selector))
            continue;
        if (is_workload(thing)) {
            pods_of(call, thing, name, ret_pods);
        } else if (strcmp(thing->kind, "pod") == 0 && (!name || strcmp(name, thing->name) == 0)) {
            const char *state = thing_text(world, thing, "state");
            state = *state ? state : "Running";
            *(struct pod *)list_push(call->arena, ret_pods) = (struct pod){
                .name = thing->name, .of = thing, .state = state, .ready = strcmp(state, "Running") == 0};
        }
    }
}

static void logs(struct call *call)
{
    static const char *const with_value[] = {"-n",     "--namespace", "-l",           "--selector", "-c",
                                             "--tail", "--since",     "--since-time", NULL}; /* -f: follow */
    const char *selector = call_option(call, "-l"), *word = call_word(call, 2, with_value);
    struct pods pods = {0};
    const struct thing *of = NULL;
    bool follow = call_flag(call, "-f") || call_flag(call, "--follow");
    if (selector) { /* one log for all that wear the label */
        kubectl_pods(call, selector, NULL, NULL, &pods);
        of = pods.n ? pods.at[0].of : NULL;
    } else if (word && strchr(word, '/')) {
        of = kubectl_target(call, word, NULL);
    } else if (word) {
        kubectl_pods(call, NULL, word, NULL, &pods);
        of = pods.n ? pods.at[0].of : NULL;
        if (!of)
            call_fail(call, "Error from server (NotFound): pods \"%s\" not found", word);
    } else {
        call_fail(call, "error: expected 'logs [-l SELECTOR] [POD | TYPE/NAME]'");
    }
    if (of)
        call_log(call, thing_has(of, "app") ? thing_text(call->world, of, "app") : of->name, follow);
    else if (!call->exit)
        buf_printf(&call->err, "No resources found in default namespace.\n");
}

/* exec [-it] POD | TYPE/NAME -- COMMAND */
static void run_inside(struct call *call)
{
    const char *word = call_word(call, 2, kubectl_with_value);
    struct pods pods = {0};
    size_t from = 0;
    while (from < call->n_words && strcmp(call->words[from], "--") != 0)
        from++;
    if (word && strchr(word, '/')) {
        struct thing *of = kubectl_target(call, word, NULL);
        if (of)
            pods_of(call, of, NULL, &pods);
    } else if (word) {
        kubectl_pods(call, NULL, word, NULL, &pods);
    }
    if (call->exit)
        return;
    if (!pods.n)
        call_fail(call, "Error from server (NotFound): pods \"%s\" not found", word ? word : "");
    else if (!pods.at[0].ready)
        call_fail(call, "error: cannot exec in a pod that is not running: %s", pods.at[0].state);
    else
        call_inside(call, from + 1);
}

static void cluster_info(struct call *call)
{
    int n = 0;
    list_each (thing, &call->world->things)
        n +=
            strcmp(thing->kind, "node") == 0 && strcmp(thing_text(call->world, thing, "state"), "Ready") == 0;
    if (n > 0)
        buf_puts(&call->out, "Kubernetes control plane is running at https://kubernetes.default\n");
    else
        call_fail(call, "The connection to the server was refused - did you specify the right host or port?");
}

void tool_kubectl(struct call *call)
{
    static const struct {
        const char *verb;
        void (*run)(struct call *call);
    } verbs[] = {{"get", kubectl_get},         {"describe", kubectl_describe}, {"logs", logs},
                 {"top", kubectl_top},         {"exec", run_inside},           {"scale", kubectl_scale},
                 {"rollout", kubectl_rollout}, {"set", kubectl_set},           {"patch", kubectl_patch},
                 {"apply", kubectl_apply},     {"label", kubectl_node},        {"cordon", kubectl_node},
                 {"uncordon", kubectl_node},   {"cluster-info", cluster_info}};
    const char *verb = call_word(call, 1, kubectl_with_value);
    for (size_t i = 0; verb && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verb, verbs[i].verb) == 0) {
            verbs[i].run(call);
            return;
        }
    call_fail(call, "error: unknown command \"%s\" for \"kubectl\"", verb ? verb : "");
}
