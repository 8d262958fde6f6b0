#include "config/config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "config/read_priv.h"
#include "config/yaml.h"

enum { MOST_FILE_BYTES = 1024 * 1024 };

static const char DEFAULT_FILE[] = "crashcart.yaml";

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
        config_check(&reading, config);
    }
    if (!errors->list.n)
        return config;
    arena_free(arena);
    return NULL;
}

void config_free(struct config *config)
{
    if (config)
        arena_free(config->arena);
}

int config_load(const char *path, struct config **ret_config, struct config_errors *errors)
{
    scoped_arena struct arena *arena = arena_new();
    char *bytes = NULL;
    size_t n_bytes = 0;
    struct err err = {0};
    errors->list = (struct strings){0};
    if (!path && access(DEFAULT_FILE, F_OK) == 0)
        path = DEFAULT_FILE;
    if (path && file_read(arena, path, MOST_FILE_BYTES, &bytes, &n_bytes, &err)) {
        strings_add(errors->arena, &errors->list, arena_strdup(errors->arena, err.text));
        return -1;
    }
    struct config *config = config_parse(path, bytes, n_bytes, errors);
    if (!config)
        return 1;
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
