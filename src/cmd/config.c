/* crashcart config check [-c FILE]: is the configuration sound, and is somebody paged at every minute of the
 * next 90 days? */
#include "config/config.h"
#include "config/gaps.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "cmd/exit_code.h"
#include "config/policy.h"
#include "runbook/library.h"
#include "runbook/role_words.h"
#include "runner/redact.h"

enum { DAYS_AHEAD = 90, GAPS_SHOWN = 4 };

static const char USAGE[] =
    "usage: crashcart config check [-c FILE]\n"
    "  Reads the configuration as the server would, and names the hours of the next\n"
    "  90 days when an escalation reaches nobody. Exit 1: there is something to mend.\n";

/* "schedule:office, person:ana" */
static void print_chain(const struct service *service)
{
    for (size_t i = 0; i < service->escalation.n; i++) {
        const struct strings *notify = &service->escalation.at[i].notify;
        for (size_t j = 0; j < notify->n; j++)
            printf("%s%s", i || j ? ", " : "", notify->at[j]);
    }
}

static void print_gap(const struct config_gap *gap)
{
    char from[LOCAL_TEXT_BYTES], until[LOCAL_TEXT_BYTES];
    timezone_format(gap->timezone, gap->from_us, from);
    timezone_format(gap->timezone, gap->until_us, until);
    printf("  %s until %s (%s)\n", from, until, gap->timezone);
}

/* The gaps of one service are neighbours; gives how many there were. */
static size_t print_service_gaps(const char *file, const struct config_gap *gaps, size_t n_gaps)
{
    const struct service *service = gaps->service;
    size_t n = 0;
    int64_t total_us = 0;
    for (; n < n_gaps && gaps[n].service == service; n++)
        total_us += gaps[n].until_us - gaps[n].from_us;
    printf("%s:%d: service \"%s\": ", file, service->line, service->id);
    char total[TIME_TEXT_BYTES];
    duration_format(total_us, total);
    printf("for %s of the next %d days nobody would be reached by ", total, DAYS_AHEAD);
    print_chain(service);
    printf(", and everybody would be paged instead; add a step such as notify: [person:ID]\n");
    for (size_t i = 0; i < n && i < GAPS_SHOWN; i++)
        print_gap(&gaps[i]);
    if (n > GAPS_SHOWN)
        printf("  and %zu more like these\n", n - GAPS_SHOWN);
    return n;
}

/* People whose only ways need a mail server that is not there. */
static size_t print_unreachable(const char *file, const struct config *config)
{
    size_t n = 0;
    list_each (person, &config->people) {
        size_t n_mail = 0;
        list_each (contact, &person->contacts)
            n_mail += strcmp(contact->channel, "email") == 0;
        if (config->mail.server || n_mail < person->contacts.n)
            continue;
        n++;
        printf("%s:%d: person \"%s\" can be reached by e-mail only, and there is no mail server; add mail: "
               "{server: ..., from: ...}\n",
               file, person->line, person->id);
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
        printf("%s:%d: schedule \"%s\": events of its calendar name nobody of \"people:\"\n", file,
               schedule->line, schedule->id);
        for (size_t i = 0; i < schedule->unassigned.n && i < GAPS_SHOWN; i++)
            printf("  %s\n", schedule->unassigned.at[i]);
        if (schedule->unassigned.n > GAPS_SHOWN)
            printf("  and %zu more like these\n", schedule->unassigned.n - GAPS_SHOWN);
    }
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
        printf("%s\n", err.text);
        return 1;
    }
    risk_rules_check(arena, rules, &complaints, &n_expectations);
    list_each (complaint, &complaints)
        printf("%s\n", *complaint);
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
        printf("%s\n", err.text);
        return 1;
    }
    scoped_buf struct buf complaints = {0};
    size_t n = redact_rules_check(rules, &complaints);
    printf("%s", buf_text(&complaints));
    redact_rules_free(rules);
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
static void print_unfilled(struct arena *arena, const struct config *config)
{
    struct folder folder;
    struct err err = {0};
    if (!config->services.n || folder_read(arena, config->runbooks, &library_limits, &folder, &err) < 0)
        return;
    struct library *library = library_new(&folder);
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
                printf("%s/%s:%d: escalates to \"%s\", and nobody fills that; add roles: {%s: [person:ID]}\n",
                       config->runbooks, runbook->file, escalation->line, *name, role_slug(arena, *name));
            }
    }
    library_free(library);
}

static int check(const struct config *config, struct arena *arena)
{
    const char *file = config->file ? config->file : "defaults";
    int64_t now_us = clock_wall_us(clock_system());
    struct config_gaps gaps;
    config_gaps(arena, config, now_us, now_us + DAYS_AHEAD * INT64_C(86400) * US_PER_S, &gaps);
    size_t n_problems = print_unreachable(file, config) + print_unassigned(file, config) +
                        print_policy_complaints(arena, config) + print_detector_complaints(config);
    for (size_t i = 0; i < gaps.list.n; n_problems++)
        i += print_service_gaps(file, gaps.list.at + i, gaps.list.n - i);
    print_unfilled(arena, config);
    printf("%s: people %zu, schedules %zu, services %zu: ", file, config->people.n, config->schedules.n,
           config->services.n);
    if (n_problems)
        printf("%zu problem%s\n", n_problems, n_problems == 1 ? "" : "s");
    else if (config->services.n)
        printf("sound; somebody is paged at every minute of the next %d days\n", DAYS_AHEAD);
    else
        printf("sound\n");
    return n_problems ? EXIT_REFUSED : EXIT_DONE;
}

int cmd_config(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    const char *path = NULL;
    struct strings words = {0};
    const struct command_option known[] = {{.name = "-c", .value = &path}, {0}};
    int parsed = command_line_parse(arena, argc, argv, known, USAGE, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n != 1 || strcmp(words.at[0], "check") != 0)
        return usage_error(USAGE, "config has one verb: check");
    struct config_errors errors = {.arena = arena};
    struct config *config = NULL;
    int loaded = config_load(path, &config, &errors);
    for (size_t i = 0; i < errors.list.n; i++)
        fprintf(stderr, "%s\n", errors.list.at[i]);
    if (loaded)
        return loaded < 0 ? EXIT_UNREACHABLE : EXIT_REFUSED;
    int code = check(config, arena);
    config_free(config);
    return code;
}
