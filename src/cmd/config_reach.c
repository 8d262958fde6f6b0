/* The gaps of the proof in engine/reach.h, told so that somebody can mend them: levels that share their gaps
 * in one complaint, and under it for each reason its place in the file and the first few times. */
#include "cmd/config_reach.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cmd/terminal.h"
#include "engine/reach.h"

enum { TIMES_SHOWN = 4, LEVELS_NAMED = 8 };

/* Levels that share their service and their gaps. */
struct group {
    const struct reach_level *first;
    size_t n;
    bool whole_service;
};

static void add_levels(struct buf *out, const struct group *group)
{
    const struct reach_level *first = group->first;
    if (group->whole_service && (group->n > LEVELS_NAMED || (group->n == 1 && !first->level))) {
        buf_puts(out, "every level");
        return;
    }
    for (size_t i = 0; i < group->n; i++) {
        const struct reach_level *level = first + i;
        const struct runbook *next = i + 1 < group->n ? level[1].runbook : NULL;
        if (i >= LEVELS_NAMED) {
            buf_printf(out, " and %zu more", group->n - i);
            return;
        }
        buf_printf(out, "%s%s", i ? ", " : "", level->level ? level->level->id : "what has no level");
        if (level->runbook && level->runbook != next)
            buf_printf(out, " of %s", level->runbook->file);
    }
}

/* "c.yaml:20: service "api": SEV-1, SEV-2 of api.md: nobody is reached for ..." */
static void print_head(const char *file, const struct config *config, const struct group *group)
{
    const struct service *service = group->first->service;
    int64_t total_us = 0;
    char total[TIME_TEXT_BYTES];
    bool others = false;
    scoped_buf struct buf out = {0};
    list_each (gap, &group->first->gaps->list)
        total_us += gap->until_us - gap->from_us;
    list_each (person, &config->people)
        others |= person_unreachable(config, person) == NULL;
    duration_format(total_us, total);
    if (service)
        buf_printf(&out, "%s:%d: service \"%s\": ", file, service->line, service->id);
    else
        buf_printf(&out, "%s: alerts of no service in it: ", file);
    add_levels(&out, group);
    line_print(
        0, "%s: nobody is reached for %s of the next %d days, and %s; add a step such as notify: [person:ID]",
        buf_text(&out), total, REACH_DAYS,
        others ? "everybody is paged instead" : "nobody else can be paged");
}

static bool same_reason(const struct reach_gap *a, const struct reach_gap *b)
{
    bool same = a->faults.n == b->faults.n;
    for (size_t i = 0; same && i < a->faults.n; i++)
        same = strcmp(a->faults.at[i].text, b->faults.at[i].text) == 0;
    return same;
}

static void print_time(const char *timezone, const struct reach_gap *gap)
{
    char from[LOCAL_TEXT_BYTES], until[LOCAL_TEXT_BYTES];
    char from_zone[ZONE_TEXT_BYTES], until_zone[ZONE_TEXT_BYTES];
    timezone_format(timezone, gap->from_us, from);
    timezone_format(timezone, gap->until_us, until);
    timezone_abbreviation(timezone, gap->from_us, from_zone);
    timezone_abbreviation(timezone, gap->until_us, until_zone);
    line_print(4, "%s %s until %s %s (%s)", from, from_zone, until, until_zone, timezone);
}

/* The gaps for the reason of the one at `at`, unless one before had the same. */
static void print_reason(const char *file, const struct reach_level *level, size_t at)
{
    const struct reach_gap *gaps = level->gaps->list.at;
    for (size_t i = 0; i < at; i++)
        if (same_reason(&gaps[i], &gaps[at]))
            return;
    list_each (fault, &gaps[at].faults) {
        if (fault->line)
            line_print(2, "%s:%d: %s", file, fault->line, fault->text);
        else
            line_print(2, "%s", fault->text);
    }
    size_t n = 0;
    for (size_t i = at; i < level->gaps->list.n; i++)
        if (same_reason(&gaps[i], &gaps[at]) && n++ < TIMES_SHOWN)
            print_time(level->timezone, &gaps[i]);
    if (n > TIMES_SHOWN)
        printf("    and %zu more like these\n", n - TIMES_SHOWN);
}

static struct group group_at(const struct reach *reach, size_t at)
{
    const struct reach_level *levels = reach->levels.at;
    struct group group = {.first = &levels[at]};
    while (at + group.n < reach->levels.n && levels[at + group.n].service == levels[at].service &&
           levels[at + group.n].gaps == levels[at].gaps)
        group.n++;
    group.whole_service =
        (at == 0 || levels[at - 1].service != levels[at].service) &&
        (at + group.n == reach->levels.n || levels[at + group.n].service != levels[at].service);
    return group;
}

size_t config_reach_print(const struct config *config, const struct library *library, size_t *ret_levels)
{
    scoped_arena struct arena *arena = arena_new();
    const char *file = config->file ? config->file : "defaults";
    int64_t now_us = clock_wall_us(clock_system());
    struct reach reach;
    size_t n = 0;
    reach_prove(arena, config, library, now_us, now_us + REACH_DAYS * INT64_C(86400) * US_PER_S, &reach);
    for (size_t i = 0; i < reach.levels.n;) {
        struct group group = group_at(&reach, i);
        i += group.n;
        if (!group.first->gaps->list.n)
            continue;
        n++;
        print_head(file, config, &group);
        for (size_t j = 0; j < group.first->gaps->list.n; j++)
            print_reason(file, group.first, j);
    }
    *ret_levels = reach.levels.n;
    return n;
}
