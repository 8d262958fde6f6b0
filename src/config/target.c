#include "config/target.h"

#include <string.h>

#include "base/buf.h"
#include "config/config.h"
#include "config/read_priv.h"

const struct target *config_target(const struct config *config, const char *service, const char *file,
                                   const char **ret_service)
{
    static const struct target this_host;
    const struct service *found = service && *service ? config_service(config, service) : NULL;
    for (size_t i = 0; !found && file && i < config->services.n; i++) {
        const struct service *other = &config->services.at[i];
        if (other->runbook && strcmp(other->runbook, file) == 0)
            found = other;
    }
    *ret_service = found && found->target.line ? found->id : "";
    return found ? &found->target : &this_host;
}

/* ---- its written form ---- */

/* In single quotes, as a shell would read it: nothing in a value can look like the next word. */
static void add_quoted(struct buf *out, const char *text)
{
    buf_putc(out, '\'');
    for (; *text; text++)
        if (*text == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *text);
    buf_putc(out, '\'');
}

static void add_part(struct buf *out, const char *format, const char *text)
{
    if (text)
        buf_printf(out, format, out->n_bytes ? ", " : "", text);
}

static void add_place(struct buf *out, const struct target *target)
{
    add_part(out, "%sssh %s", target->ssh);
    if (target->ssh_config) {
        buf_puts(out, ", ssh -F ");
        add_quoted(out, target->ssh_config);
    }
    add_part(out, "%scontainer %s", target->docker);
    if (target->kubectl.pod) {
        add_part(out, "%spod %s", target->kubectl.pod);
        add_part(out, "%scontainer %s", target->kubectl.container);
        add_part(out, "%snamespace %s", target->kubectl.space);
        add_part(out, "%scontext %s", target->kubectl.context);
    }
}

const char *target_place(struct arena *arena, const struct target *target)
{
    scoped_buf struct buf out = {0};
    add_place(&out, target);
    if (!out.n_bytes)
        add_part(&out, "%skube context %s", target->kube_context);
    return arena_strdup(arena, buf_text(&out));
}

const char *target_text(struct arena *arena, const struct target *target)
{
    scoped_buf struct buf out = {0};
    add_place(&out, target);
    bool here = !out.n_bytes;
    add_part(&out, "%sas user %s", target->user);
    add_part(&out, "%skube context %s", target->kube_context);
    if (target->folder) {
        buf_puts(&out, out.n_bytes ? ", in " : "in ");
        add_quoted(&out, target->folder);
    }
    list_each (variable, &target->environment) {
        buf_printf(&out, "%s%s=", out.n_bytes ? ", " : "", variable->name);
        add_quoted(&out, variable->value);
    }
    list_each (secret, &target->secrets) {
        buf_printf(&out, "%s%s from ", out.n_bytes ? ", " : "", secret->name);
        add_quoted(&out, secret->value);
    }
    return here && out.n_bytes ? arena_printf(arena, "this host, %s", buf_text(&out))
                               : arena_strdup(arena, buf_text(&out));
}

void target_bind(const char *service, const char *text, char hash[SHA256_HEX_BYTES])
{
    scoped_buf struct buf all = {0};
    if (!text || !*text)
        return;
    buf_printf(&all, "%s\n%s\n%s", hash, service ? service : "", text);
    sha256_hex(all.at, all.n_bytes, hash);
}

/* ---- contradictions ---- */

/* The word of the command that chooses another cluster than the pinned one, or NULL. A search in the text,
 * not a parse: it may see a choice where there is none, and then a person changes the runbook or the pin. */
static const char *other_choice(const char *command, const char *context)
{
    static const char *const always[] = {"--kubeconfig", "KUBECONFIG=", "--kube-context", "use-context",
                                         "set-context"};
    size_t n_context = strlen(context);
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (strstr(command, always[i]))
            return always[i];
    for (const char *at = command; (at = strstr(at, "--context"));) {
        at += strlen("--context");
        at += *at == '=' ? 1 : strspn(at, " \t");
        bool quoted = *at == '"' || *at == '\'';
        at += quoted;
        if (strncmp(at, context, n_context) != 0 || (at[n_context] && !strchr(" \t\n;|&)\"'", at[n_context])))
            return "--context";
    }
    return NULL;
}

const char *target_contradicts(struct arena *arena, const char *kube_context, const char *command)
{
    const char *choice = kube_context ? other_choice(command, kube_context) : NULL;
    return choice ? arena_printf(arena,
                                 "It chooses its own cluster (%s), and the service is pinned to the kube "
                                 "context %s.",
                                 choice, kube_context)
                  : NULL;
}

static void check_place(const struct reading *r, const struct target *target)
{
    int n_places = (target->ssh != NULL) + (target->docker != NULL) + (target->kubectl.line != 0);
    if (n_places > 1)
        error_add(r, target->line, "target: only one of ssh, docker and kubectl can be where it runs");
    if (target->ssh_config && !target->ssh)
        error_add(r, target->line, "target: ssh_config belongs to ssh: USER@HOST");
    if (target->folder && *target->folder != '/')
        error_add(r, target->line, "target: folder begins with /, as /srv/shop");
    if (target->user && target->ssh)
        error_add(r, target->line, "target: over ssh the user stands in front of the host, ssh: %s@HOST",
                  target->user);
    if (target->user && target->kubectl.line)
        error_add(r, target->line,
                  "target: kubectl cannot choose a user; the pod runs as the one of its own description");
}

void target_check(const struct reading *r, const struct target *target)
{
    if (!target->line)
        return;
    check_place(r, target);
    list_each (secret, &target->secrets)
        list_each (variable, &target->environment)
            if (strcmp(secret->name, variable->name) == 0)
                error_add(r, target->line, "target: %s is set by environment and by secrets", secret->name);
    for (size_t i = 0; target->kube_context && i < target->environment.n; i++)
        if (strcmp(target->environment.at[i].name, "KUBECONFIG") == 0)
            error_add(r, target->line,
                      "target: KUBECONFIG and kube_context both choose the cluster; give one");
}
