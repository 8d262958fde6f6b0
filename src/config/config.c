#include "config/config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "config/file.h"
#include "config/read_priv.h"
#include "config/yaml.h"

enum { MOST_FILE_BYTES = 1024 * 1024, CALENDAR_BACK_DAYS = 60, CALENDAR_AHEAD_DAYS = 2 * 366 };

const char CONFIG_DEFAULT_FILE[] = "crashcart.yaml";

bool errors_full(const struct reading *reading)
{
    return reading->errors->list.n > MOST_ERRORS;
}

void error_add(const struct reading *reading, int line, const char *format, ...)
{
    struct config_errors *errors = reading->errors;
    const char *file = reading->file ? reading->file : "defaults";
    if (errors_full(reading))
        return;
    if (errors->list.n == MOST_ERRORS) {
        strings_add(errors->arena, &errors->list,
                    arena_printf(errors->arena, "%s: and more after these", file));
        return;
    }
    va_list ap;
    va_start(ap, format);
    const char *text = arena_vprintf(errors->arena, format, ap);
    va_end(ap);
    strings_add(errors->arena, &errors->list,
                line > 0 ? arena_printf(errors->arena, "%s:%d: %s", file, line, text)
                         : arena_printf(errors->arena, "%s: %s", file, text));
}

/* A person without a name goes by the id. */
static void name_people(struct config *config)
{
    list_each (person, &config->people) {
        if (!person->name)
            person->name = person->id;
    }
}

static void prepare_layers(const struct reading *reading, struct config *config)
{
    struct err err = {0};
    list_each (schedule, &config->schedules) {
        list_each (layer, &schedule->layers) {
            if (layer_prepare(config->arena, layer, &err))
                error_add(reading, layer->line, "%s", err.text);
        }
    }
}

static void prepare_windows(const struct reading *reading, struct config *config)
{
    struct err err = {0};
    list_each (window, &config->maintenance) {
        if (layer_prepare(config->arena, &window->times, &err))
            error_add(reading, window->line, "repeat: the rule \"%.60s\" comes true never, or too often",
                      window->times.rotation.rule);
    }
}

struct config *config_parse(const char *file, const char *bytes, size_t n_bytes, struct config_errors *errors)
{
    struct arena *arena = arena_new();
    struct config *config = arena_alloc(arena, sizeof *config);
    config->arena = arena;
    config->file = arena_strdup(arena, file);
    errors->list = (struct strings){0};
    struct reading reading = {arena, config->file, errors};
    scoped_arena struct arena *nodes = arena_new();
    const struct node *root = NULL;
    struct err err = {0};
    int line;
    if (bytes && n_bytes > MOST_FILE_BYTES)
        error_add(&reading, 0, "is larger than 1 MiB; a configuration is small");
    else if (bytes && yaml_read(nodes, bytes, n_bytes, &root, &line, &err))
        error_add(&reading, line, "%s", err.text);
    else {
        config_read(&reading, root, config);
        name_people(config);
        prepare_layers(&reading, config);
        prepare_windows(&reading, config);
        config_check(&reading, config);
    }
    if (!errors->list.n)
        return config;
    config_free(config);
    return NULL;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    list_each (rule, &config->inhibit_rules) {
        matchers_free(&rule->source);
        matchers_free(&rule->target);
    }
    list_each (window, &config->maintenance)
        matchers_free(&window->matchers);
    arena_free(config->arena);
}

/* Whom a calendar can name. */
static struct roster_name *names_of(struct arena *arena, const struct config *config)
{
    struct roster_name *names = arena_alloc(arena, (config->people.n + 1) * sizeof *names);
    for (size_t i = 0; i < config->people.n; i++) {
        const struct person *person = &config->people.at[i];
        names[i] = (struct roster_name){.id = person->id, .name = person->name};
        list_each (contact, &person->contacts) {
            if (strcmp(contact->channel, "email") == 0)
                strings_add(arena, &names[i].emails, contact->address);
        }
    }
    return names;
}

/* A path as the configuration means it: from its own folder. */
static const char *beside(struct arena *arena, const char *file, const char *path)
{
    const char *slash = file ? strrchr(file, '/') : NULL;
    return slash && path[0] != '/' ? arena_printf(arena, "%.*s/%s", (int)(slash - file), file, path) : path;
}

void config_read_calendars(struct config *config, struct config_errors *errors)
{
    const struct reading at = {config->arena, config->file, errors}, *reading = &at;
    scoped_arena struct arena *arena = arena_new();
    const struct roster_name *names = names_of(arena, config);
    int64_t now_us = clock_wall_us(clock_system()), day_us = INT64_C(86400) * US_PER_S;
    list_each (schedule, &config->schedules) {
        char *bytes;
        size_t n_bytes;
        struct err err = {0};
        if (!schedule->calendar)
            continue;
        const char *path = beside(arena, config->file, schedule->calendar);
        if (file_read(arena, path, CALENDAR_BYTES, &bytes, &n_bytes, &err))
            error_add(reading, schedule->line, "calendar: %s", err.text);
        else if (schedule_read_calendar(config->arena, schedule, bytes, names, config->people.n,
                                        now_us - CALENDAR_BACK_DAYS * day_us,
                                        now_us + CALENDAR_AHEAD_DAYS * day_us, &err))
            error_add(reading, schedule->line, "calendar: %s %s", path, err.text);
    }
}

int config_load(const char *path, struct config **ret_config, struct config_errors *errors)
{
    scoped_arena struct arena *arena = arena_new();
    char *bytes = NULL;
    size_t n_bytes = 0;
    struct err err = {0};
    errors->list = (struct strings){0};
    if (!path && access(CONFIG_DEFAULT_FILE, F_OK) == 0)
        path = CONFIG_DEFAULT_FILE;
    if (path && file_read(arena, path, MOST_FILE_BYTES, &bytes, &n_bytes, &err)) {
        strings_add(errors->arena, &errors->list, arena_strdup(errors->arena, err.text));
        return -1;
    }
    struct config *config = config_parse(path, bytes, n_bytes, errors);
    if (!config)
        return 1;
    config_read_calendars(config, errors);
    if (errors->list.n) {
        config_free(config);
        return 1;
    }
    *ret_config = config;
    return 0;
}

/* People, schedules and services are few; a walk is as fast as anything. */
#define find_by_id(list, wanted)                                                                             \
    do {                                                                                                     \
        list_each (thing, list) {                                                                            \
            if (strcmp(thing->id, wanted) == 0)                                                              \
                return thing;                                                                                \
        }                                                                                                    \
        return NULL;                                                                                         \
    } while (0)

const struct person *config_person(const struct config *config, const char *id)
{
    find_by_id(&config->people, id);
}

const struct schedule *config_schedule(const struct config *config, const char *id)
{
    find_by_id(&config->schedules, id);
}

const struct service *config_service(const struct config *config, const char *id)
{
    find_by_id(&config->services, id);
}

static bool service_fits(const struct service *service, const struct label *labels, size_t n_labels)
{
    if (service->match.n)
        return labels_have(labels, n_labels, service->match.at, service->match.n);
    const char *value = label_value(labels, n_labels, "service");
    return value && strcmp(value, service->id) == 0;
}

const struct service *config_service_of(const struct config *config, const struct label *labels, size_t n)
{
    list_each (service, &config->services)
        if (service_fits(service, labels, n))
            return service;
    return NULL;
}

const struct config_source *config_source(const struct config *config, const char *id)
{
    find_by_id(&config->sources, id);
}

const struct heartbeat *config_heartbeat(const struct config *config, const char *id)
{
    find_by_id(&config->heartbeats, id);
}

const char *service_receiver(struct arena *arena, const struct service *service)
{
    if (!service || !service->escalation.n)
        return "everyone";
    const struct strings *notify = &service->escalation.at[0].notify;
    const char *name = arena_strdup(arena, notify->at[0]);
    for (size_t i = 1; i < notify->n; i++)
        name = arena_printf(arena, "%s, %s", name, notify->at[i]);
    return name;
}
