/* crashcart simulate [RUNBOOK]: who would be paged when and by what, which updates fall due and what
 * escalates, were there an alert of that level at that moment. Nothing leaves; the server is only asked for
 * the overrides that people made. */
#include "cmd/simulate.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/config_file.h"
#include "cmd/exit_code.h"
#include "cmd/takeovers.h"
#include "cmd/terminal.h"
#include "engine/chain.h"
#include "roster/moment.h"
#include "runbook/severity_scale.h"

static const char USAGE[] =
    "usage: crashcart simulate [RUNBOOK] [-c FILE] [--severity LEVEL] [--at MOMENT]\n"
    "  RUNBOOK           a file, or its name in the runbook folder (default: the\n"
    "                    service's)\n"
    "  --runbooks DIR    the runbook folder (default: what the configuration says)\n"
    "  --severity LEVEL  a level of the runbook (default: its most severe)\n"
    "  --at MOMENT       \"Sat 03:00 America/New_York\", 2026-11-01T01:30 (default: now)\n"
    "  --now MOMENT      weekdays and times of the day are the next ones after this\n"
    "  --service ID      of the configuration (default: the one of that runbook)\n"
    "  --alert NAME      an alert of that name (default: one that a procedure answers)\n"
    "  --for DURATION    how long (default: until its deadlines are past, at most 1d)\n"
    "  --ack AFTER       whoever was paged last acknowledges then, 20m, and is silent\n"
    "  --work            ... and is at work on it from then on\n"
    "  --resolve AFTER   ... and resolves it then\n"
    "  --all             also what repeats itself\n"
    "  --json            one document\n"
    "  Exit 1: nobody would be reached, or nobody of the chain.\n";

struct options {
    const char *file, *runbooks, *runbook, *severity, *at, *now, *service, *alert;
    const char *lasts, *ack, *resolve;
    bool work, all, json;
};

/* ---- the runbook and its service ---- */

struct site {
    struct arena *arena;
    const struct config *config;
    struct library *library;
    const struct runbook *runbook;
    const struct service *service;
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* As it is named in the folder, or by a path that leads there through the folder. */
static const struct runbook *find_in(const struct library *library, const char *folder, const char *name)
{
    size_t n = strlen(folder);
    const struct runbook *runbook = library_find(library, name);
    if (!runbook && strncmp(name, folder, n) == 0 && name[n] == '/')
        runbook = library_find(library, name + n + 1);
    return runbook;
}

/* A file outside of the folder stands alone, under the name by which its service knows it. */
static int read_alone(struct site *site, const char *path, struct err *err)
{
    struct folder folder;
    if (folder_read(site->arena, path, &library_limits, &folder, err) < 0)
        return -1;
    if (folder.n_files != 1)
        return err_set(err, "%s is no runbook; its name must end in .md, .markdown, .mdx or .txt", path);
    list_each (service, &site->config->services)
        if (service->runbook && strcmp(last_part(service->runbook), last_part(path)) == 0)
            folder.files[0].path = service->runbook;
    library_free(site->library);
    site->library = library_new(&folder);
    if (site->library->n_runbooks != 1)
        return err_set(err, "%s: %s", path,
                       site->library->n_refused ? site->library->refused[0].why : "cannot be read");
    site->runbook = site->library->runbooks[0];
    return 0;
}

static int find_runbook(struct site *site, const struct options *options, struct err *err)
{
    const struct config *config = site->config;
    struct folder folder;
    struct err folder_err = {0};
    const char *name = options->runbook;
    if (!name && site->service)
        name = site->service->runbook;
    if (folder_read(site->arena, config->runbooks, &library_limits, &folder, &folder_err) == 0)
        site->library = library_new(&folder);
    if (!name && site->library && site->library->n_runbooks == 1)
        site->runbook = site->library->runbooks[0];
    else if (!name)
        return err_set(err, "which runbook? Name a file, or with --service a service that has one");
    else if (site->library)
        site->runbook = find_in(site->library, config->runbooks, name);
    if (site->runbook)
        return 0;
    if (options->runbook)
        return read_alone(site, options->runbook, err);
    return err_set(err, "the runbook %s of the service is not in %s%s%s", name, config->runbooks,
                   *folder_err.text ? ": " : "", folder_err.text);
}

/* The service that was asked for, or the only one that the runbook can be of. */
static int find_service(struct site *site, const struct options *options, struct err *err)
{
    const struct config *config = site->config;
    const char *ids = "";
    size_t n = 0;
    if (options->service || site->service)
        return 0;
    list_each (service, &config->services) {
        if (!service->runbook || strcmp(service->runbook, site->runbook->file) != 0)
            continue;
        site->service = service;
        ids = arena_printf(site->arena, "%s%s%s", ids, n++ ? ", " : "", service->id);
    }
    if (n == 0 && config->services.n == 1 && !config->services.at[0].runbook)
        site->service = config->services.at;
    return n > 1
               ? err_set(err, "%s is the runbook of %s; choose one with --service", site->runbook->file, ids)
               : 0;
}

static int find_site(struct site *site, const struct options *options, struct err *err)
{
    if (options->service && !(site->service = config_service(site->config, options->service)))
        return err_set(err, "there is no service \"%s\" in %s", options->service,
                       site->config->file ? site->config->file : "the defaults");
    if (find_runbook(site, options, err) < 0)
        return -1;
    must(site->runbook);
    return find_service(site, options, err);
}

/* ---- the question ---- */

static int read_duration(const char *option, const char *text, int64_t *ret_s, struct err *err)
{
    *ret_s = UNSTATED;
    if (text && (duration_parse(text, ret_s) || *ret_s < 0 || *ret_s > SIMULATE_MOST_DAYS * INT64_C(86400)))
        return err_set(err, "%s %s: no duration up to %d days; write it like 90m or 1d", option, text,
                       SIMULATE_MOST_DAYS);
    return 0;
}

static int read_moment(struct arena *arena, const struct options *options, const char *timezone,
                       struct moment *ret_moment, struct err *err)
{
    struct moment now = {.at_us = clock_wall_us(clock_system()), .timezone = timezone};
    if (options->now && moment_parse(arena, options->now, timezone, now.at_us, &now, err) < 0)
        return -1;
    *ret_moment = now;
    return options->at ? moment_parse(arena, options->at, now.timezone, now.at_us, ret_moment, err) : 0;
}

/* The zone of the first schedule that the service pages. */
static const char *zone_of(const struct config *config, const struct service *service)
{
    scoped_arena struct arena *arena = arena_new();
    struct chain chain;
    chain_make(arena,
               &(struct chain_question){.config = config, .service = service, .response_time_s = UNSTATED},
               &chain);
    return chain_timezone(config, &chain);
}

static int read_question(const struct site *site, const struct options *options,
                         struct simulate_question *ret_question, struct moment *ret_moment, struct err *err)
{
    struct simulate_question question = {
        .config = site->config,
        .library = site->library,
        .runbook = site->runbook,
        .service = site->service,
        .severity = options->severity,
        .alertname = options->alert,
        .work = options->work,
    };
    struct moment moment = {0};
    const char *timezone = zone_of(site->config, site->service);
    const struct severity *worst = severity_most_severe(site->runbook);
    if (read_moment(site->arena, options, timezone, &moment, err) < 0 ||
        read_duration("--for", options->lasts, &question.for_s, err) < 0 ||
        read_duration("--ack", options->ack, &question.ack_s, err) < 0 ||
        read_duration("--resolve", options->resolve, &question.resolve_s, err) < 0)
        return -1;
    question.at_us = moment.at_us;
    if (!question.severity && !question.alertname && worst)
        question.severity = worst->id;
    *ret_question = question;
    *ret_moment = moment;
    return 0;
}

static int answer(const struct site *site, const struct options *options)
{
    struct simulate_question question;
    struct moment moment;
    struct simulation simulation;
    struct err err = {0};
    if (read_question(site, options, &question, &moment, &err) < 0)
        return usage_error(USAGE, "%s", err.text);
    if (simulate(site->arena, &question, &simulation, &err) < 0) {
        error_print(err.text);
        return EXIT_USAGE;
    }
    scoped_buf struct buf out = {0};
    struct simulate_page page = {&question, &simulation, moment.timezone, options->all, terminal_colours()};
    if (options->json)
        simulate_json(&out, &page);
    else
        simulate_text(&out, &page);
    if (fwrite(buf_text(&out), 1, out.n_bytes, stdout) != out.n_bytes || fflush(stdout))
        return EXIT_UNREACHABLE;
    return simulation_fails(&simulation) ? EXIT_REFUSED : EXIT_DONE;
}

int cmd_simulate(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct options options = {0};
    struct strings words = {0};
    const struct command_option known[] = {{.name = "-c", .value = &options.file},
                                           {.name = "--runbooks", .value = &options.runbooks},
                                           {.name = "--severity", .value = &options.severity},
                                           {.name = "--at", .value = &options.at},
                                           {.name = "--now", .value = &options.now},
                                           {.name = "--service", .value = &options.service},
                                           {.name = "--alert", .value = &options.alert},
                                           {.name = "--for", .value = &options.lasts},
                                           {.name = "--ack", .value = &options.ack},
                                           {.name = "--resolve", .value = &options.resolve},
                                           {.name = "--work", .flag = &options.work},
                                           {.name = "--all", .flag = &options.all},
                                           {.name = "--json", .flag = &options.json},
                                           {0}};
    int parsed = command_line_parse(arena, argc, argv, known, USAGE, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n > 1)
        return usage_error(USAGE, "simulate takes one runbook; put words with blanks in quotes");
    options.runbook = words.n ? words.at[0] : NULL;
    struct config *config = NULL;
    int opened = config_open(arena, options.file, &config);
    if (opened)
        return opened;
    takeovers_ask("simulate", config);
    if (options.runbooks)
        config->runbooks = options.runbooks;
    struct site site = {.arena = arena, .config = config};
    struct err err = {0};
    int code = EXIT_USAGE;
    if (find_site(&site, &options, &err) < 0)
        error_print(err.text);
    else
        code = answer(&site, &options);
    library_free(site.library);
    config_free(config);
    return code;
}
