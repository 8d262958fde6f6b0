#include "role/site.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/file.h"
#include "config/policy.h"
#include "role/role.h"

void site_log_config_error(const char *line)
{
    log_event(LOG_ERROR, "config.wrong", "error=%s", log_quote(line));
}

struct config *site_read_config(const char *file)
{
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct config *config = NULL;
    config_load(file, &config, &errors);
    for (size_t i = 0; i < errors.list.n; i++)
        site_log_config_error(errors.list.at[i]);
    return config;
}

struct config *site_read_open_config(const char *name, int fd)
{
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    struct stat st;
    size_t most_bytes = fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 0, n_bytes = 0;
    if (most_bytes > CONFIG_BYTES)
        most_bytes = CONFIG_BYTES;
    char *bytes = arena_alloc(arena, most_bytes + 1);
    for (ssize_t got; n_bytes < most_bytes; n_bytes += (size_t)got) {
        got = pread(fd, bytes + n_bytes, most_bytes - n_bytes, (off_t)n_bytes);
        if (got < 0 && errno == EINTR)
            got = 0;
        else if (got <= 0)
            break;
    }
    struct config *config = config_parse(name, bytes, n_bytes, &errors);
    for (size_t i = 0; i < errors.list.n; i++)
        site_log_config_error(errors.list.at[i]);
    return config;
}

struct config *site_read_first_config(const struct role_options *options)
{
    if (!options->first_config_fd)
        return site_read_config(options->config_file);
    struct config *config = site_read_open_config(options->config_file, options->first_config_fd);
    close(options->first_config_fd);
    if (!config || !options->listen_fd)
        return config;
    scoped_arena struct arena *arena = arena_new();
    struct config_errors errors = {.arena = arena};
    config_read_calendars(config, &errors);
    for (size_t i = 0; i < errors.list.n; i++)
        site_log_config_error(errors.list.at[i]);
    return config;
}

int site_use_policy(const struct config *config, struct err *err)
{
    if (policy_use(config->policy, err) < 0)
        return err_prefix(err, "the risk rules (`policy:` of the configuration): ");
    return 0;
}

static struct library *read_library(const char *dir, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    struct folder folder;
    if (folder_read(arena, dir, &library_limits, &folder, err) < 0) {
        err_prefix(err, "the runbook folder cannot be read (name it with --runbooks DIR): ");
        return NULL;
    }
    struct library *library = library_new(&folder);
    for (size_t i = 0; i < folder.n_skipped; i++)
        log_event(LOG_WARNING, "runbook.skipped", "file=%s why=%s", log_quote(folder.skipped[i].path),
                  log_quote(folder.skipped[i].why));
    for (size_t i = 0; i < library->n_refused; i++)
        log_event(LOG_WARNING, "runbook.refused", "file=%s why=%s", log_quote(library->refused[i].path),
                  log_quote(library->refused[i].why));
    return library;
}

/* A service whose runbook is not there must be seen at the start, not at three in the morning. */
static int check_runbooks(const struct config *config, const struct library *library, struct err *err)
{
    list_each (service, &config->services) {
        if (service->runbook && !library_find(library, service->runbook))
            return err_set(
                err, "%s:%d: service \"%s\" names the runbook %s, which is not in the runbook folder",
                config->file ? config->file : "configuration", service->line, service->id, service->runbook);
    }
    return 0;
}

struct site *site_load(struct config *config, bool lent, const char *runbooks, struct err *err)
{
    struct site *site = heap_alloc(sizeof *site);
    site->config = config;
    site->config_is_lent = lent;
    site->library = read_library(runbooks ? runbooks : config->runbooks, err);
    if (!site->library || check_runbooks(config, site->library, err) < 0) {
        site_free(site);
        return NULL;
    }
    return site;
}

void site_free(struct site *site)
{
    if (!site)
        return;
    library_free(site->library);
    if (!site->config_is_lent)
        config_free(site->config);
    free(site);
}
