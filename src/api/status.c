/* What amtool asks before anything else, and what this server has in the place of Alertmanager's
 * configuration. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/map.h"

/* A text of YAML between quotation marks, in which a backslash means what it means in JSON. */
static void add_quoted(struct buf *out, const char *text)
{
    struct json_writer writer = jw_start(out);
    jw_string(&writer, text);
}

static void add_matchers(struct buf *out, const char *key, const struct matchers *matchers)
{
    buf_printf(out, "  %s:\n", key);
    for (size_t i = 0; i < matchers->n; i++) {
        scoped_buf struct buf text = {0};
        matcher_print(matchers->at[i], &text);
        buf_puts(out, "  - ");
        add_quoted(out, buf_text(&text));
        buf_putc(out, '\n');
    }
}

static void add_match(struct buf *out, const char *name, const char *value)
{
    scoped_buf struct buf text = {0};
    struct matcher *matcher;
    struct err err;
    if (matcher_of_parts(name, value, false, false, &matcher, &err) < 0)
        return;
    matcher_print(matcher, &text);
    matcher_free(matcher);
    buf_puts(out, "    - ");
    add_quoted(out, buf_text(&text));
    buf_putc(out, '\n');
}

static void add_route(struct buf *out, struct arena *arena, const struct service *service)
{
    buf_puts(out, "  - receiver: ");
    add_quoted(out, service_receiver(arena, service));
    buf_puts(out, "\n    matchers:\n");
    list_each (label, &service->match)
        add_match(out, label->name, label->value);
    if (!service->match.n)
        add_match(out, "service", service->id);
}

/* Each receiver once. */
static void receivers_find(struct arena *arena, const struct config *config, struct strings *ret_names)
{
    struct map *seen = map_new();
    strings_add(arena, ret_names, service_receiver(arena, NULL));
    map_put(seen, ret_names->at[0], strlen(ret_names->at[0]), seen);
    list_each (service, &config->services) {
        const char *name = service_receiver(arena, service);
        if (map_get(seen, name, strlen(name)))
            continue;
        map_put(seen, name, strlen(name), seen);
        strings_add(arena, ret_names, name);
    }
    map_free(seen);
}

/* What is true of this server, valid as Alertmanager's configuration: `amtool config` reads it. */
static void add_configuration(struct buf *out, const struct config *config)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings names = {0};
    receivers_find(arena, config, &names);
    buf_printf(out, "global:\n  resolve_timeout: %llds\n", (long long)config->resolve_timeout_s);
    buf_puts(out, "route:\n  receiver: everyone\n  group_by: [service]\n");
    if (config->services.n)
        buf_puts(out, "  routes:\n");
    list_each (service, &config->services)
        add_route(out, arena, service);
    if (config->inhibit_rules.n)
        buf_puts(out, "inhibit_rules:\n");
    list_each (rule, &config->inhibit_rules) {
        buf_puts(out, "- equal: [");
        list_each (name, &rule->equal) {
            buf_puts(out, name > rule->equal.at ? ", " : "");
            add_quoted(out, *name);
        }
        buf_puts(out, "]\n");
        add_matchers(out, "source_matchers", &rule->source);
        add_matchers(out, "target_matchers", &rule->target);
    }
    buf_puts(out, "receivers:\n");
    list_each (name, &names) {
        buf_puts(out, "- name: ");
        add_quoted(out, *name);
        buf_putc(out, '\n');
    }
}

static void take_configuration(void *out, const struct engine *engine)
{
    add_configuration(out, engine_config(engine));
}

struct receivers {
    struct arena *arena;
    struct strings names;
};

static void take_receivers(void *context, const struct engine *engine)
{
    struct receivers *receivers = context;
    receivers_find(receivers->arena, engine_config(engine), &receivers->names);
}

static void write_version(struct json_writer *writer)
{
    jw_name(writer, "versionInfo");
    jw_begin_object(writer);
    jw_pair(writer, "version", CRASHCART_VERSION);
    jw_pair(writer, "revision", "");
    jw_pair(writer, "branch", "");
    jw_pair(writer, "buildUser", "");
    jw_pair(writer, "buildDate", "");
    jw_pair(writer, "goVersion", "");
    jw_end_object(writer);
}

void get_status(struct request *request)
{
    scoped_buf struct buf configuration = {0};
    if (!request_ask(request, take_configuration, &configuration))
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "cluster");
    jw_begin_object(&writer);
    jw_pair(&writer, "name", "");
    jw_pair(&writer, "status", "disabled");
    jw_name(&writer, "peers");
    jw_begin_array(&writer);
    jw_end_array(&writer);
    jw_end_object(&writer);
    write_version(&writer);
    jw_name(&writer, "config");
    jw_begin_object(&writer);
    jw_pair(&writer, "original", buf_text(&configuration));
    jw_end_object(&writer);
    jw_pair_time(&writer, "uptime", request->api->started_us);
    jw_end_object(&writer);
}

void get_receivers(struct request *request)
{
    struct receivers receivers = {.arena = request->arena};
    if (!request_ask(request, take_receivers, &receivers))
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_array(&writer);
    list_each (name, &receivers.names) {
        jw_begin_object(&writer);
        jw_pair(&writer, "name", *name);
        jw_end_object(&writer);
    }
    jw_end_array(&writer);
}
