/* The proof that somebody is paged at every minute: for each service the whole chain is asked from one change
 * to the next, and the times when all of its schedules are empty are gaps. A chain that names a person has
 * none, and a service without a chain pages everybody. */
#include <string.h>

#include "config/gaps.h"

enum { MOST_GAPS = 10000 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Does the chain reach anybody at at_us? Lowers *until_us to when the answer may change. */
static bool chain_reaches(struct arena *arena, const struct config *config, const struct service *service,
                          int64_t at_us, int64_t *until_us)
{
    bool reached = false;
    list_each (step, &service->escalation) {
        for (size_t i = 0; i < step->notify.n; i++) {
            const char *target = step->notify.at[i];
            if (strncmp(target, "person:", 7) == 0)
                return true;
            const struct schedule *schedule = config_schedule(config, strchr(target, ':') + 1);
            struct strings people;
            int64_t change_us;
            schedule_people_at(arena, schedule, at_us, &people, &change_us);
            *until_us = least(*until_us, change_us);
            reached = reached || people.n;
        }
    }
    return reached;
}

static const char *zone_of(const struct config *config, const struct service *service)
{
    list_each (step, &service->escalation) {
        for (size_t i = 0; i < step->notify.n; i++) {
            if (strncmp(step->notify.at[i], "schedule:", 9) == 0)
                return config_schedule(config, step->notify.at[i] + 9)->timezone;
        }
    }
    return "UTC";
}

void config_gaps(struct arena *arena, const struct config *config, int64_t from_us, int64_t until_us,
                 struct config_gaps *ret_gaps)
{
    *ret_gaps = (struct config_gaps){0};
    scoped_arena struct arena *scratch = arena_new();
    list_each (service, &config->services) {
        bool open = false;
        if (!service->escalation.n)
            continue;
        int64_t change_us;
        for (int64_t at_us = from_us; at_us < until_us && ret_gaps->list.n < MOST_GAPS; at_us = change_us) {
            change_us = until_us;
            bool reached = chain_reaches(scratch, config, service, at_us, &change_us);
            arena_reset(scratch);
            if (!reached && !open)
                *list_push(arena, &ret_gaps->list) =
                    (struct config_gap){service, zone_of(config, service), at_us, change_us};
            else if (!reached)
                ret_gaps->list.at[ret_gaps->list.n - 1].until_us = change_us;
            open = !reached;
        }
    }
}
