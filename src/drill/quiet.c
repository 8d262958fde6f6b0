#include "drill/quiet.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { POLL_US = 500000 };

bool drill_quiet_plan(struct arena *arena, const struct drill_plans *plans, const char *system,
                      struct drill_plan *ret_plan)
{
    *ret_plan = (struct drill_plan){0};
    list_each (plan, plans) {
        if (strcmp(plan->system, system) != 0)
            continue;
        if (!ret_plan->system)
            *ret_plan = (struct drill_plan){.name = "quiet",
                                            .system = plan->system,
                                            .folder = plan->folder,
                                            .runbook = plan->runbook,
                                            .step_time = plan->step_time,
                                            .hold_down = plan->hold_down};
        list_each (check, &plan->checks) {
            struct drill_check *own = list_push(arena, &ret_plan->checks);
            own->id = arena_printf(arena, "%s-%s", plan->name, check->id);
            own->keys = check->keys;
        }
    }
    return ret_plan->system != NULL;
}

/* ---- looking ---- */

/* The first alarm of a check says enough: its numbers change from look to look. */
static bool is_known(const struct drill_quiet *quiet, const char *check)
{
    list_each (alarm, &quiet->alarms)
        if (strcmp(alarm->check, check) == 0)
            return true;
    return false;
}

static void alarms_take(const struct scene *scene, int64_t after_us, struct drill_quiet *quiet)
{
    struct json_document *document = json_document_new();
    struct json root;
    if (talk_json(&scene->server, "/api/v2/alerts", NULL, document, &root, NULL) == 0)
        for (struct json_iter i = json_first(root); json_more(&i); json_next(&i)) {
            const char *check = json_text(json_get(json_get(i.value, "labels"), "check"), NULL);
            const char *summary = json_text(json_get(json_get(i.value, "annotations"), "summary"), NULL);
            check = check ? check : "";
            summary = summary ? summary : "";
            if (is_known(quiet, check))
                continue;
            struct drill_alarm *alarm = list_push(scene->arena, &quiet->alarms);
            alarm->check = arena_strdup(scene->arena, check);
            alarm->summary = arena_strdup(scene->arena, summary);
            alarm->after_us = after_us;
        }
    json_document_free(document);
}

static int end_take(const struct scene *scene, struct drill_quiet *quiet, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    int got = talk_json(&scene->server, "/api/v1/checks", NULL, document, &root, err);
    for (struct json_iter i = json_first(json_get(root, "checks")); got == 0 && json_more(&i);
         json_next(&i)) {
        const char *state = json_text(json_get(i.value, "state"), NULL);
        if (state && strcmp(state, "unknown") == 0)
            strings_add(scene->arena, &quiet->blind,
                        arena_strdup(scene->arena, json_text(json_get(i.value, "id"), NULL)));
    }
    if (got == 0)
        got = talk_json(&scene->server, "/api/v1/incidents", NULL, document, &root, err);
    if (got == 0)
        quiet->incidents = (int64_t)json_count(json_get(root, "incidents"));
    json_document_free(document);
    return got;
}

int drill_quiet(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
                int64_t time_us, struct drill_quiet *ret_quiet, struct err *err)
{
    const struct clock *clock = clock_system();
    struct scene scene;
    *ret_quiet = (struct drill_quiet){.n_checks = plan->checks.n};
    if (scene_open(arena, site, plan, &scene, err) < 0)
        return -1;
    int64_t begun_us = clock_monotonic_us(clock), told_us = clock_wall_us(clock);
    scene_tell(&scene, told_us, "the ward of %s is well, %zu checks look", plan->system, plan->checks.n);
    for (size_t told = 0; ret_quiet->lasted_us < time_us; usleep(POLL_US)) {
        ret_quiet->lasted_us = clock_monotonic_us(clock) - begun_us;
        alarms_take(&scene, ret_quiet->lasted_us, ret_quiet);
        for (; told < ret_quiet->alarms.n; told++)
            scene_tell(&scene, told_us, "FALSE ALARM of %s: %s", ret_quiet->alarms.at[told].check,
                       ret_quiet->alarms.at[told].summary);
    }
    return end_take(&scene, ret_quiet, err);
}

/* ---- telling ---- */

bool drill_quiet_passed(const struct drill_quiet *quiet)
{
    return !quiet->alarms.n && !quiet->blind.n && !quiet->incidents;
}

void drill_quiet_json(struct buf *out, const struct drill_plan *plan, const struct drill_quiet *quiet)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair(&w, "verdict", drill_quiet_passed(quiet) ? "pass" : "fail");
    jw_pair(&w, "system", plan->system);
    jw_pair_int(&w, "seconds", quiet->lasted_us / US_PER_S);
    jw_pair_int(&w, "checks", (int64_t)quiet->n_checks);
    jw_pair_int(&w, "incidents", quiet->incidents);
    jw_name(&w, "false_alarms");
    jw_begin_array(&w);
    list_each (alarm, &quiet->alarms) {
        jw_begin_object(&w);
        jw_pair(&w, "check", alarm->check);
        jw_pair(&w, "summary", alarm->summary);
        jw_pair_int(&w, "after_s", alarm->after_us / US_PER_S);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    jw_name(&w, "blind");
    jw_begin_array(&w);
    list_each (check, &quiet->blind)
        jw_string(&w, *check);
    jw_end_array(&w);
    jw_end_object(&w);
    buf_putc(out, '\n');
}

void drill_quiet_text(struct buf *out, const struct drill_plan *plan, const struct drill_quiet *quiet)
{
    buf_printf(out, "%s: %zu checks looked for %lld s; %zu false alarms, %lld incidents\n", plan->system,
               quiet->n_checks, (long long)(quiet->lasted_us / US_PER_S), quiet->alarms.n,
               (long long)quiet->incidents);
    list_each (check, &quiet->blind)
        buf_printf(out, "%s never found anything out: it proves nothing\n", *check);
}
