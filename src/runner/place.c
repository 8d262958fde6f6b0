#include "runner/place.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "runner/remote.h"

/* ---- secrets ---- */

struct place_secrets {
    struct place_secret {
        struct place_secret *next;
        char *spec, *value;
    } * first;
};

static const char *secret_value(const struct place_secrets *secrets, const char *spec)
{
    for (const struct place_secret *at = secrets ? secrets->first : NULL; at; at = at->next)
        if (strcmp(at->spec, spec) == 0)
            return at->value;
    return NULL;
}

static void secret_keep(struct place_secrets *secrets, const char *spec, struct redact_rules *rules)
{
    char *value;
    struct err err = {0};
    if (secret_value(secrets, spec))
        return;
    if (secret_read(spec, &value, &err) < 0) {
        log_event(LOG_ERROR, "runner.no_secret", "error=%s", log_quote(err.text));
        return;
    }
    if (rules)
        redact_rules_know(rules, value);
    struct place_secret *secret = heap_alloc(sizeof *secret);
    *secret = (struct place_secret){secrets->first, heap_strdup(spec), value};
    secrets->first = secret;
}

struct place_secrets *place_secrets_read(const struct config *config, struct redact_rules *rules)
{
    struct place_secrets *secrets = heap_alloc(sizeof *secrets);
    *secrets = (struct place_secrets){0};
    list_each (service, &config->services)
        list_each (secret, &service->target.secrets)
            secret_keep(secrets, secret->value, rules);
    return secrets;
}

void place_secrets_free(struct place_secrets *secrets)
{
    if (!secrets)
        return;
    for (struct place_secret *at = secrets->first, *next; at; at = next) {
        next = at->next;
        secret_free(at->value);
        free(at->spec);
        free(at);
    }
    free(secrets);
}

/* ---- pins ---- */

static void add_variable(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "export %s='", name);
    for (; *value; value++)
        if (*value == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *value);
    buf_puts(out, "'\n");
}

/* kubectl takes each setting from the first file of KUBECONFIG that has it: a file that holds nothing but the
 * current context, written anew for each step, pins that and leaves the rest to the files of the user. */
static void add_kube_context(struct buf *out, const char *context)
{
    buf_printf(
        out,
        "__step_pin=${__step_pin-$PWD/.kube-pin}\n"
        "__step_kube=${__step_kube-${KUBECONFIG:-$HOME/.kube/config}}\n"
        "printf 'apiVersion: v1\\nkind: Config\\ncurrent-context: \"%%s\"\\n' '%s' >| \"$__step_pin\"\n"
        "export KUBECONFIG=\"$__step_pin:$__step_kube\"\n",
        context);
}

/* The first step of a run begins there; the next ones where that has gone. Pins are read before and after the
 * state of the run is found; sh, which finds none, goes there each time. */
static void add_folder(struct buf *out, const char *folder)
{
    scoped_buf struct buf go = {0};
    add_variable(&go, "__step_start", folder);
    buf_printf(
        out,
        "%sif [ \"${__step_state-}\" ] && [ ! -r \"$__step_state\" ] || [ ! \"${BASH_VERSION-}\" ]; then\n"
        "    cd -- \"$__step_start\" || exit 125\n"
        "fi\n",
        buf_text(&go) + sizeof "export " - 1);
}

static const char *pins_text(struct arena *arena, const struct place_secrets *secrets,
                             const struct target *target, const char **ret_why_not)
{
    scoped_buf struct buf out = {0};
    list_each (variable, &target->environment)
        add_variable(&out, variable->name, variable->value);
    list_each (secret, &target->secrets) {
        const char *value = secret_value(secrets, secret->value);
        if (value)
            add_variable(&out, secret->name, value);
        else
            *ret_why_not = arena_printf(arena,
                                        "The secret %s of its target was not there when the server started "
                                        "(%s). Put it there and start the server again.",
                                        secret->name, secret->value);
    }
    if (target->kube_context)
        add_kube_context(&out, target->kube_context);
    if (target->folder)
        add_folder(&out, target->folder);
    return arena_strdup(arena, buf_text(&out));
}

/* ---- ways ---- */

enum { MOST_ARGUMENTS = 40 };

struct way {
    const char *at[MOST_ARGUMENTS];
    size_t n;
};

static void way_add(struct way *way, const char *const *words)
{
    for (; *words; words++)
        way->at[way->n++] = *words;
}

/* ssh hands one text to the login shell of the user there; in single quotes it is the same to every shell. */
static void way_by_ssh(struct arena *arena, const struct target *target, struct way *way)
{
    way_add(way, (const char *[]){"ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o",
                                  "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3", "-o",
                                  "ClearAllForwardings=yes", "-o", "RequestTTY=no", "-o",
                                  "RemoteCommand=none", "-o", "LogLevel=ERROR", NULL});
    if (target->ssh_config)
        way_add(way, (const char *[]){"-F", target->ssh_config, NULL});
    way_add(way, (const char *[]){"--", target->ssh, arena_printf(arena, "exec sh -c '%s'", remote_greeting),
                                  NULL});
}

static void way_by_kubectl(struct arena *arena, const struct target *target, struct way *way)
{
    way_add(way, (const char *[]){"kubectl", arena_printf(arena, "--context=%s", target->kubectl.context),
                                  arena_printf(arena, "--namespace=%s", target->kubectl.space), "exec", "-i",
                                  target->kubectl.pod, NULL});
    if (target->kubectl.container)
        way_add(way, (const char *[]){"-c", target->kubectl.container, NULL});
    way_add(way, (const char *[]){"--", "sh", "-c", remote_greeting, NULL});
}

static void way_by_docker(const struct target *target, struct way *way)
{
    way_add(way, (const char *[]){"docker", "exec", "-i", NULL});
    if (target->user)
        way_add(way, (const char *[]){"--user", target->user, NULL});
    way_add(way, (const char *[]){target->docker, "sh", "-c", remote_greeting, NULL});
}

/* root needs no rule of sudo to become another user. */
static void way_by_user(const struct target *target, struct way *way)
{
    if (geteuid() == 0)
        way_add(way,
                (const char *[]){"runuser", "-u", target->user, "--", "sh", "-c", remote_greeting, NULL});
    else
        way_add(way, (const char *[]){"sudo", "-n", "-H", "-u", target->user, "--", "sh", "-c",
                                      remote_greeting, NULL});
}

static void way_find(struct arena *arena, const struct target *target, struct place *place)
{
    struct way way = {0};
    if (target->ssh)
        way_by_ssh(arena, target, &way);
    else if (target->kubectl.pod)
        way_by_kubectl(arena, target, &way);
    else if (target->docker)
        way_by_docker(target, &way);
    else if (target->user)
        way_by_user(target, &way);
    if (!way.n)
        return;
    const char *here = target_place(arena, target);
    place->name = target->ssh || target->kubectl.pod || target->docker
                      ? here
                      : arena_printf(arena, "user %s", target->user);
    const char **arguments = arena_alloc(arena, (way.n + 1) * sizeof *arguments);
    memcpy(arguments, way.at, (way.n + 1) * sizeof *arguments);
    place->arguments = arguments;
}

const char *place_program(struct arena *arena, const char *name)
{
    const char *path = getenv("PATH");
    for (const char *at = path ? path : "/usr/local/bin:/usr/bin:/bin"; *at;) {
        size_t n = strcspn(at, ":");
        const char *program = arena_printf(arena, "%.*s/%s", (int)n, at, name);
        if (n && access(program, X_OK) == 0)
            return program;
        at += n + (at[n] == ':');
    }
    return NULL;
}

const char *place_find(struct arena *arena, const struct config *config, const struct place_secrets *secrets,
                       const struct runner_order *order, const char *command, struct place *ret_place)
{
    static const struct config nothing;
    const char *service, *why_not = NULL;
    const struct target *target =
        config_target(config ? config : &nothing, order->service, order->file, &service);
    const char *text = target_text(arena, target);
    if (strcmp(text, order->target ? order->target : "") != 0 ||
        (*text && strcmp(service, order->service ? order->service : "") != 0))
        return arena_printf(arena,
                            "The configuration says another target now (%s) than when it was planned (%s). "
                            "Look at it and approve it again.",
                            *text ? text : "this host",
                            order->target && *order->target ? order->target : "this host");
    const char *contradiction = target_contradicts(arena, target->kube_context, command);
    if (contradiction)
        return contradiction;
    struct place place = {.pins = pins_text(arena, secrets, target, &why_not)};
    way_find(arena, target, &place);
    if (!why_not && place.arguments && !place_program(arena, place.arguments[0]))
        return arena_printf(arena, "There is no %s on this host to reach %s with.", place.arguments[0],
                            place.name);
    if (!why_not)
        *ret_place = place;
    return why_not;
}
