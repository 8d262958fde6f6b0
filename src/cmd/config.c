/* crashcart config: is a configuration sound, and does every level of every service reach
 * somebody at every minute of the next 90 days? And what is in force? */
#include "config/config.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/client.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/config_file.h"
#include "cmd/config_reach.h"
#include "cmd/exit_code.h"
#include "cmd/terminal.h"
#include "config/policy.h"
#include "runbook/library.h"
#include "runbook/role_words.h"
#include "runner/look_command.h"
#include "runner/redact.h"

enum { EVENTS_SHOWN = 4 };

static const char USAGE[] =
    "usage: crashcart config check [-c FILE] [--runbooks DIR]\n"
    "       crashcart config show [--data DIR]\n"
    "  check reads the configuration as the server would, and proves that every level of the\n"
    "  runbook of every service reaches a person at every minute of the next 90 days,\n"
    "  or names the hours, the reason and the line. Exit 1: there is something to mend.\n"
    "  show prints what is in force on the server (JSON), without secrets and addresses.\n"
    "  --data DIR     the server's data folder, for its token (./crashcart-data)\n";

/* People whom no page can reach, whatever happens. */
static size_t print_unreachable(const char *file, const struct config *config)
{
    size_t n = 0;
    list_each (person, &config->people) {
        const char *why = person_unreachable(config, person);
        if (why)
            line_print(0, "%s:%d: person \"%s\" cannot be reached: %s", file, person->line, person->id, why);
        n += why != NULL;
    }
    return n;
}

/* Events of calendars that put nobody on call: a name that is written otherwise here, as a rule. */
static size_t print_unassigned(const char *file, const struct config *config)
{
    size_t n = 0;
    list_each (schedule, &config->schedules) {
        if (!schedule->unassigned.n)
            continue;
        n++;
        line_print(0, "%s:%d: schedule \"%s\": events of its calendar name nobody of \"people:\"", file,
                   schedule->line, schedule->id);
        for (size_t i = 0; i < schedule->unassigned.n && i < EVENTS_SHOWN; i++)
            line_print(2, "%s", schedule->unassigned.at[i]);
        if (schedule->unassigned.n > EVENTS_SHOWN)
            printf("  and %zu more like these\n", schedule->unassigned.n - EVENTS_SHOWN);
    }
    return n;
}

/* Zones of calendars that nobody knows: their duties are taken by the schedule's clock, which may be wrong by
 * hours. */
static size_t print_unzoned(const char *file, const struct config *config)
{
    size_t n = 0;
    list_each (schedule, &config->schedules)
        for (size_t i = 0; i < schedule->unzoned.n; i++, n++)
            line_print(
                0,
                "%s:%s is no zone that is known here; its duties are taken as %s, the zone of schedule "
                "\"%s\" (%s:%d)",
                schedule->calendar, schedule->unzoned.at[i], schedule->timezone, schedule->id, file,
                schedule->line);
    return n;
}

/* The site's rules of risk: can they be read, and do they do what their own `expect` lines say? */
static size_t print_policy_complaints(struct arena *arena, const struct config *config)
{
    struct risk_rules *rules;
    struct strings complaints = {0};
    struct err err = {0};
    size_t n_expectations;
    if (!config->policy)
        return 0;
    if (policy_read(config->policy, &rules, &err) < 0) {
        line_print(0, "%s", err.text);
        return 1;
    }
    risk_rules_check(arena, rules, &complaints, &n_expectations);
    list_each (complaint, &complaints)
        line_print(0, "%s", *complaint);
    risk_rules_free(rules);
    return complaints.n;
}

/* The same for its detectors, which have examples. */
static size_t print_detector_complaints(const struct config *config)
{
    struct redact_rules *rules;
    struct err err = {0};
    if (!config->redaction)
        return 0;
    if (redact_rules_read(config->redaction, &rules, &err) < 0) {
        line_print(0, "%s", err.text);
        return 1;
    }
    scoped_buf struct buf complaints = {0};
    size_t n = redact_rules_check(rules, &complaints);
    printf("%s", buf_text(&complaints));
    redact_rules_free(rules);
    return n;
}

/* Checks whose command the runner would not run, by the rules of risk that it has. */
static size_t print_not_run(struct arena *arena, const char *file, const struct config *config)
{
    struct err said_already;
    size_t n = 0;
    policy_use(config->policy, &said_already);
    list_each (row, &config->checks) {
        struct look_command command;
        const char *why = row->command.line ? look_command_find(arena, row, &command) : NULL;
        if (why)
            line_print(0, "%s:%d: check \"%s\": %s", file, row->command.line, row->id, why);
        n += why != NULL;
    }
    return n;
}

static bool is_filled(struct arena *arena, const struct config *config, const struct runbook *runbook,
                      const char *name)
{
    list_each (role, &config->roles)
        if (role_same(arena, role->name, name))
            return true;
    list_each (role, &runbook->parts.roles) /* whoever is on call stands in the schedules */
        if (role->kind && strcmp(role->kind, "oncall") == 0 && role_same(arena, role->name, name))
            return true;
    return false;
}

/* Roles that a runbook escalates to and nobody fills. No mistake of the file, for the rest of the chain is
 * paged; but somebody should know. */
static void print_unfilled(struct arena *arena, const struct config *config, const struct library *library)
{
    for (size_t i = 0; i < library->n_runbooks; i++) {
        const struct runbook *runbook = library->runbooks[i];
        struct strings said = {0};
        list_each (escalation, &runbook->parts.escalations)
            list_each (name, &escalation->to) {
                bool known = is_filled(arena, config, runbook, *name);
                list_each (other, &said)
                    known |= role_same(arena, *other, *name);
                if (known)
                    continue;
                strings_add(arena, &said, *name);
                line_print(
                    0, "%s/%s:%d: escalates to \"%s\", and nobody fills that; add roles: {%s: [person:ID]}",
                    config->runbooks, runbook->file, escalation->line, *name, role_slug(arena, *name));
            }
    }
}

/* The runbooks that the levels are taken from; NULL when there are none. *ret_problems: services whose own is
 * not there, so that nothing can be proven of its levels. */
static struct library *load_runbooks(struct arena *arena, const char *file, const struct config *config,
                                     size_t *ret_problems)
{
    struct folder folder;
    struct err err = {0};
    struct library *library = NULL;
    *ret_problems = 0;
    if (!config->services.n)
        return NULL;
    if (folder_read(arena, config->runbooks, &library_limits, &folder, &err) == 0)
        library = library_new(&folder);
    list_each (service, &config->services) {
        if (!service->runbook || (library && library_find(library, service->runbook)))
            continue;
        ++*ret_problems;
        line_print(0, "%s:%d: service \"%s\": its runbook %s is not in %s%s%s, so its levels are unknown",
                   file, service->line, service->id, service->runbook, config->runbooks,
                   *err.text ? ": " : "", err.text);
    }
    return library;
}

static int check(const struct config *config, struct arena *arena)
{
    const char *file = config->file ? config->file : "defaults";
    size_t n_unknown, n_levels;
    struct library *library = load_runbooks(arena, file, config, &n_unknown);
    size_t n_problems = n_unknown + print_unreachable(file, config) + print_unassigned(file, config) +
                        print_unzoned(file, config) + print_policy_complaints(arena, config) +
                        print_detector_complaints(config) + print_not_run(arena, file, config) +
                        config_reach_print(config, library, &n_levels);
    if (library)
        print_unfilled(arena, config, library);
    library_free(library);
    printf("%s: people %zu, schedules %zu, services %zu, levels %zu: ", file, config->people.n,
           config->schedules.n, config->services.n, n_levels);
    if (n_problems)
        printf("%zu problem%s\n", n_problems, n_problems == 1 ? "" : "s");
    else
        printf("sound; every level reaches somebody at every minute of the next %d days\n", REACH_DAYS);
    return n_problems ? EXIT_REFUSED : EXIT_DONE;
}

static int show(struct arena *arena, const char *data)
{
    struct client client;
    struct err err = {0};
    if (client_open(arena, data, NULL, &client, &err) < 0)
        return usage_error(USAGE, "%s", err.text);
    return client_print(&client, "/api/v1/settings", true, NULL);
}

int cmd_config(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *path = NULL, *runbooks = NULL, *data = NULL;
    struct strings words = {0};
    const struct command_option known[] = {{.name = "-c", .value = &path},
                                           {.name = "--runbooks", .value = &runbooks},
                                           {.name = "--data", .value = &data},
                                           {0}};
    int parsed = command_line_parse(arena, argc, argv, known, USAGE, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n == 1 && strcmp(words.at[0], "show") == 0)
        return show(arena, data);
    if (words.n != 1 || strcmp(words.at[0], "check") != 0)
        return usage_error(USAGE, "config has two verbs: check and show");
    struct config *config = NULL;
    int code = config_open(arena, path, &config);
    if (code)
        return code;
    if (runbooks)
        config->runbooks = runbooks;
    code = check(config, arena);
    config_free(config);
    return code;
}
