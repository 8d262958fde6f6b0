/* Where the commands of a walk run: as on the server, where the target of the service says whose runbook the
 * document is, or that the person names. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/run.h"
#include "config/config.h"

/* Is that file of the folder of runbooks the one at the path? The folder may be one file, too. */
static bool is_file(struct arena *arena, const char *folder, const char *name, const char *path)
{
    char found[PATH_MAX];
    const char *joined = arena_printf(arena, "%s/%s", folder, name);
    return (realpath(joined, found) && strcmp(found, path) == 0) ||
           (realpath(folder, found) && strcmp(found, path) == 0);
}

static const struct service *service_of(struct arena *arena, const struct config *config, const char *path)
{
    list_each (service, &config->services)
        if (service->runbook && is_file(arena, config->runbooks, service->runbook, path))
            return service;
    return NULL;
}

int run_target_find(struct arena *arena, const struct config *config, const char *service_id,
                    struct walk *walk, struct err *err)
{
    struct walk_about *about = &walk->about;
    const struct service *service =
        service_id ? config_service(config, service_id) : service_of(arena, config, about->file);
    if (service_id && !service)
        return err_set(err, "--service %s: the configuration has no such service", service_id);
    const char *text = service ? target_text(arena, &service->target) : "";
    about->service = *text ? service->id : NULL;
    about->target = *text ? text : NULL;
    walk->frozen = service && service->target.frozen ? service->id : NULL;
    return 0;
}

int run_target_again(struct arena *arena, const struct config *config, struct walk *walk, struct err *err)
{
    struct walk_about *about = &walk->about;
    const char *before = about->target ? about->target : "";
    const struct service *service =
        about->service ? config_service(config, about->service) : service_of(arena, config, about->file);
    const char *now = service ? target_text(arena, &service->target) : "";
    if (strcmp(before, now) != 0)
        return err_set(err,
                       "The commands of this walk ran on %s; the configuration says %s now. Begin a new one, "
                       "or name its configuration with -c.",
                       *before ? before : "this host", *now ? now : "this host");
    walk->frozen = service && service->target.frozen ? service->id : NULL;
    return 0;
}
