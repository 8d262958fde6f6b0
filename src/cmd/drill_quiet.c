/* crashcart drill quiet: a healthy ward, all checks of its drills, and no alarm. */
#include <stdio.h>

#include "base/clock.h"
#include "cmd/command_line.h"
#include "cmd/drill_priv.h"
#include "cmd/terminal.h"
#include "drill/house.h"
#include "drill/quiet.h"

enum { SHORTEST_S = 5, LONGEST_S = 24 * 3600 };

struct quiet_time {
    const struct drill_site *site;
    const struct drill_plan *plan;
    int64_t time_us;
    bool json;
};

static int live(void *context)
{
    const struct quiet_time *time = context;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf out = {0};
    struct drill_quiet quiet;
    struct err err = {0};
    if (drill_quiet(arena, time->site, time->plan, time->time_us, &quiet, &err) < 0) {
        error_print(err.text);
        return EXIT_UNREACHABLE;
    }
    if (time->json)
        drill_quiet_json(&out, time->plan, &quiet);
    else
        drill_quiet_text(&out, time->plan, &quiet);
    fwrite(buf_text(&out), 1, out.n_bytes, stdout);
    return drill_quiet_passed(&quiet) ? EXIT_DONE : EXIT_REFUSED;
}

int drill_quiet_run(struct arena *arena, const struct drill_site *site, const struct drill_plans *plans,
                    const char *system, const char *length, bool json)
{
    struct drill_plan plan;
    int64_t time_s = 0;
    struct err err = {0};
    if (duration_parse(length ? length : "60s", &time_s) < 0 || time_s < SHORTEST_S || time_s > LONGEST_S) {
        error_print("--for: 5s to 24h is wanted, as 10m");
        return EXIT_USAGE;
    }
    if (!drill_quiet_plan(arena, plans, system, &plan)) {
        error_print(arena_printf(
            arena, "no drill is of a system \"%s\"; crashcart drill list --json names them", system));
        return EXIT_USAGE;
    }
    struct quiet_time time = {.site = site, .plan = &plan, .time_us = time_s * US_PER_S, .json = json};
    int code = house_live(live, &time, &err);
    if (code < 0)
        error_print(err.text);
    return code < 0 ? EXIT_UNREACHABLE : code;
}
