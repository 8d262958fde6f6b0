#include "drill/course.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "drill/responder.h"
#include "drill/show.h"
#include "drill/tested.h"

enum {
    DETECT_S = 40,
    PAGE_S = 20,
    DIAGNOSE_S = 120,
    RESOLVE_S = 40,
    POLL_US = 50000,
    CHECKS_LOOK_US = 1200000,
    LOOK_MS = 2000,
    RUNBOOK_BYTES = 8 * 1024 * 1024
};

struct course {
    struct scene scene;
    struct drill_result *result;
    const struct drill_plan *plan;
    struct arena *arena;
    char number[24];
    int64_t fired_us; /* when the trouble was first seen: the alert's start */
};

static int64_t now_us(void)
{
    return clock_wall_us(clock_system());
}

/* Asks every 50 ms until it is so. false: not within the time. */
static bool wait_for(struct course *course, bool (*is_so)(struct course *course), int seconds)
{
    const struct clock *clock = clock_system();
    for (int64_t end_us = clock_monotonic_us(clock) + seconds * US_PER_S; !is_so(course); usleep(POLL_US))
        if (clock_monotonic_us(clock) > end_us)
            return false;
    return true;
}

/* ---- the monitor ---- */

static bool url_fails(const char *url)
{
    scoped_buf struct buf answer = {0};
    int status = talk(&(struct talk){.url = url}, "", NULL, LOOK_MS, &answer);
    return status < 200 || status > 299;
}

/* The server's own checks notice it, instead of a monitor that posts alerts. */
static bool is_watched(const struct course *course)
{
    return course->plan->checks.n > 0;
}

/* Whether an alert fires at the server: of that check, or with NULL any. */
static bool fires(struct course *course, const char *check)
{
    struct json_document *document = json_document_new();
    struct json root;
    bool found = false;
    if (talk_json(&course->scene.server, "/api/v2/alerts", NULL, document, &root, NULL) == 0)
        for (struct json_iter i = json_first(root); !found && json_more(&i); json_next(&i)) {
            const char *by = json_text(json_get(json_get(i.value, "labels"), "check"), NULL);
            found = !check || (by && strcmp(by, check) == 0);
        }
    json_document_free(document);
    return found;
}

static bool is_noticed_by_all(struct course *course)
{
    list_each (check, &course->plan->expected_checks)
        if (!fires(course, *check))
            return false;
    return true;
}

/* What a monitor of the team would see now. */
static bool is_in_trouble(struct course *course)
{
    const struct drill_plan *plan = course->plan;
    if (is_watched(course))
        return fires(course, NULL);
    return (!plan->detect_url || url_fails(plan->detect_url)) &&
           (!plan->detect_when || scene_holds(&course->scene, plan->detect_when)) &&
           (!plan->detect_shell || scene_shell(&course->scene, plan->detect_shell, 10) == 0);
}

static bool is_well(struct course *course)
{
    const struct drill_plan *plan = course->plan;
    return !is_in_trouble(course) && scene_holds(&course->scene, plan->verify) &&
           (!plan->verify_shell || scene_shell(&course->scene, plan->verify_shell, 10) == 0);
}

/* As Prometheus would post it. */
static int alert_post(struct course *course, bool over, struct err *err)
{
    const struct drill_plan *plan = course->plan;
    scoped_buf struct buf body = {0}, answer = {0};
    struct json_writer w = jw_start(&body);
    jw_begin_array(&w);
    jw_begin_object(&w);
    jw_name(&w, "labels");
    jw_begin_object(&w);
    jw_pair(&w, "service", plan->system);
    jw_pair(&w, "drill", "true");
    list_each (label, &plan->alert) {
        bool ignored;
        bool formula = *label->value == '=';
        jw_pair(&w, label->name,
                formula ? scene_value(&course->scene, label->value + 1, &ignored, err) : label->value);
    }
    jw_end_object(&w);
    jw_name(&w, "annotations");
    jw_begin_object(&w);
    jw_pair(&w, "summary", arena_printf(course->arena, "[drill] %s", plan->summary));
    jw_end_object(&w);
    jw_pair_time(&w, "startsAt", course->fired_us);
    if (over)
        jw_pair_time(&w, "endsAt", now_us());
    jw_end_object(&w);
    jw_end_array(&w);
    int status = talk(&course->scene.server, "/api/v2/alerts", buf_text(&body), 10000, &answer);
    return status == 200
               ? 0
               : err_set(err, "the alert was answered with HTTP %d: %.300s", status, buf_text(&answer));
}

/* ---- the stages ---- */

static struct json incident_get(struct course *course, const char *what, struct json_document *document)
{
    struct json root = {0};
    char path[120];
    snprintf(path, sizeof path, "/api/v1/incidents/%lld%s", (long long)course->result->incident, what);
    return talk_json(&course->scene.server, path, NULL, document, &root, NULL) == 0 ? root : (struct json){0};
}

static const char *text_of(struct course *course, struct json object, const char *name)
{
    return arena_strdup(course->arena, json_text(json_get(object, name), NULL));
}

static int stage_open(struct course *course, struct err *err)
{
    if (scene_open(course->arena, course->scene.site, course->plan, &course->scene, err) < 0)
        return -1;
    if (is_watched(course)) /* for each check to look once, while all is well */
        usleep(CHECKS_LOOK_US);
    if (is_in_trouble(course))
        return err_set(err, "the monitor sees trouble before anything is broken");
    scene_tell(&course->scene, course->result->begun_us, "the ward of %s and a server of its own are up",
               course->plan->system);
    return 0;
}

static int stage_break(struct course *course, struct err *err)
{
    const struct drill_plan *plan = course->plan;
    course->result->injected_us = now_us();
    if (plan->breaks && scene_shell(&course->scene, plan->breaks, 30) != 0)
        return err_set(err, "the command of break: fails: %s", plan->breaks);
    scene_tell(&course->scene, course->result->begun_us, "broken: %s", plan->about);
    return scene_set(&course->scene, &plan->inject, err);
}

static int stage_detect(struct course *course, struct err *err)
{
    bool seen = wait_for(course, is_in_trouble, DETECT_S);
    if (!seen || !wait_for(course, is_in_trouble, DETECT_S)) /* twice, so that a blink pages nobody */
        return err_set(err, "the monitor saw nothing within %d s", DETECT_S);
    course->result->detected_us = course->fired_us = now_us();
    scene_tell(&course->scene, course->result->begun_us, "detected%s: %s",
               is_watched(course) ? " by a check" : "", course->plan->summary);
    if (!wait_for(course, is_noticed_by_all, PAGE_S))
        return err_set(err, "not every check that is expected to notice it has done so within %d s", PAGE_S);
    if (is_watched(course))
        return 0;
    return alert_post(course, false, err);
}

static bool is_paged(struct course *course)
{
    return scene_holds(&course->scene, "drill.pager.pages > 0");
}

/* Several checks may open several: the one of the expected procedure, else the first that was opened. */
static int incident_find(struct course *course, struct err *err)
{
    struct json_document *document = json_document_new();
    struct drill_result *result = course->result;
    struct json root;
    bool found = false;
    int got = talk_json(&course->scene.server, "/api/v1/incidents", NULL, document, &root, err);
    for (struct json_iter i = json_first(json_get(root, "incidents")); got == 0 && !found && json_more(&i);
         json_next(&i)) {
        int64_t number = json_int(json_get(i.value, "number"), 0);
        const char *procedure = text_of(course, json_get(i.value, "procedure"), "title");
        found = procedure && strcmp(procedure, course->plan->procedure) == 0;
        if (!found && result->incident && result->incident < number)
            continue;
        result->incident = number;
        result->procedure = procedure;
        result->severity = text_of(course, i.value, "severity");
    }
    if (got == 0 && !result->incident)
        got = err_set(err, "there is no incident");
    json_document_free(document);
    return got;
}

static int stage_page(struct course *course, struct err *err)
{
    struct drill_result *result = course->result;
    const struct drill_plan *plan = course->plan;
    bool paged = wait_for(course, is_paged, PAGE_S);
    if (incident_find(course, err) < 0)
        return -1;
    if (!paged)
        return err_set(err, "nobody was paged within %d s", PAGE_S);
    result->paged_us = now_us();
    scene_tell(&course->scene, result->begun_us, "paged: %s, procedure \"%s\"", result->severity,
               result->procedure ? result->procedure : "none");
    if (!result->procedure || strcmp(result->procedure, plan->procedure) != 0)
        return err_set(err, "the procedure is \"%s\", and should be \"%s\"",
                       result->procedure ? result->procedure : "none", plan->procedure);
    if (plan->severity && (!result->severity || strcmp(result->severity, plan->severity) != 0))
        return err_set(err, "the severity is %s, and should be %s",
                       result->severity ? result->severity : "none", plan->severity);
    return 0;
}

/* Nothing looks by itself any more, or ever did: what is left waits for a person. */
static bool is_at_rest(struct course *course)
{
    static const char under_way[] = "queued starting running stopping";
    struct json_document *document = json_document_new();
    struct json root = incident_get(course, "/steps", document);
    bool rests = json_kind(json_get(root, "steps")) == JSON_ARRAY;
    for (struct json_iter i = json_first(json_get(root, "steps")); rests && json_more(&i); json_next(&i)) {
        const char *state = json_text(json_get(i.value, "state"), NULL);
        rests = !state || !strstr(under_way, state);
    }
    json_document_free(document);
    return rests;
}

static bool is_announced(struct course *course)
{
    struct json_document *document = json_document_new();
    struct json root = incident_get(course, "/timeline?limit=1000", document);
    bool found = false;
    for (struct json_iter i = json_first(json_get(root, "events")); !found && json_more(&i); json_next(&i)) {
        const char *kind = json_text(json_get(i.value, "kind"), NULL);
        found = kind && strcmp(kind, "run.diagnosed") == 0;
    }
    json_document_free(document);
    return found;
}

static bool is_diagnosed(struct course *course)
{
    return is_announced(course) || is_at_rest(course);
}

static int stage_diagnose(struct course *course, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    char path[80];
    show_page(&course->scene);
    snprintf(path, sizeof path, "/api/v1/incidents/%lld/acknowledge", (long long)course->result->incident);
    int acknowledged = talk_json(&course->scene.server, path, "{}", document, &root, err);
    json_document_free(document);
    if (acknowledged < 0)
        return -1;
    if (!wait_for(course, is_diagnosed, DIAGNOSE_S))
        return err_set(err, "the diagnosis has not ended within %d s", DIAGNOSE_S);
    course->result->diagnosed_us = now_us();
    scene_tell(&course->scene, course->result->begun_us, "diagnosed");
    show_incident(&course->scene, course->result->incident);
    return 0;
}

static int stage_mitigate(struct course *course, struct err *err)
{
    if (responder_act(&course->scene, course->result, err) < 0)
        return -1;
    course->result->mitigated_us = now_us();
    return 0;
}

static bool is_resolved(struct course *course)
{
    struct json_document *document = json_document_new();
    struct json root = incident_get(course, "", document);
    const char *state = json_text(json_get(root, "state"), NULL);
    if (!state)
        state = json_text(json_get(json_get(root, "incident"), "state"), NULL);
    bool resolved = state && strcmp(state, "resolved") == 0;
    json_document_free(document);
    return resolved;
}

static int stage_verify(struct course *course, struct err *err)
{
    if (!wait_for(course, is_well, (int)course->plan->recover_s))
        return err_set(err, "not well within %d s: %s", (int)course->plan->recover_s, course->plan->verify);
    if (!is_watched(course) && alert_post(course, true, err) < 0)
        return -1;
    if (!wait_for(course, is_resolved, RESOLVE_S))
        return err_set(err, "the incident is not resolved within %d s of the recovery", RESOLVE_S);
    if (!is_well(course))
        return err_set(err, "it was well, and is not any more: %s", course->plan->verify);
    course->result->verified_us = now_us();
    scene_tell(&course->scene, course->result->begun_us, "verified, and the incident is resolved");
    show_ledger(&course->scene);
    return 0;
}

static void report_take(struct course *course)
{
    scoped_buf struct buf report = {0};
    char path[80];
    if (!course->result->incident)
        return;
    responder_note_failures(&course->scene, course->result);
    snprintf(path, sizeof path, "/api/v1/incidents/%lld/report", (long long)course->result->incident);
    if (talk(&course->scene.server, path, NULL, 10000, &report) == 200)
        course->result->report = arena_strndup(course->arena, buf_text(&report), report.n_bytes);
}

/* A drill that was passed is a test of the runbook. */
static void patch_propose(struct course *course)
{
    scoped_buf struct buf patch = {0};
    char *bytes, today[TIME_TEXT_BYTES];
    size_t n_bytes;
    const struct drill_plan *plan = course->plan;
    const char *path = arena_printf(course->arena, "%s/%s", course->scene.site->runbooks, plan->runbook);
    if (!course->result->passed || file_read(course->arena, path, RUNBOOK_BYTES, &bytes, &n_bytes, NULL) < 0)
        return;
    time_format_rfc3339(course->result->verified_us, today);
    today[sizeof "2026-03-01" - 1] = '\0';
    if (tested_patch(course->arena, plan->runbook, bytes, n_bytes, today, &patch))
        course->result->patch = arena_strdup(course->arena, buf_text(&patch));
}

void drill_course(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
                  struct drill_result *ret_result)
{
    static const struct {
        const char *name;
        int (*run)(struct course *course, struct err *err);
    } stages[] = {{"set up", stage_open},    {"broken", stage_break},       {"detected", stage_detect},
                  {"paged", stage_page},     {"diagnosed", stage_diagnose}, {"mitigated", stage_mitigate},
                  {"verified", stage_verify}};
    struct course course = {.result = ret_result, .plan = plan, .arena = arena, .scene = {.site = site}};
    struct err err = {0};
    *ret_result = (struct drill_result){.plan = plan, .begun_us = now_us(), .passed = true};
    for (size_t i = 0; ret_result->passed && i < sizeof stages / sizeof *stages; i++) {
        ret_result->passed = stages[i].run(&course, &err) == 0;
        if (!ret_result->passed) {
            ret_result->when = stages[i].name;
            ret_result->why = arena_strdup(arena, err.text);
        }
    }
    report_take(&course);
    patch_propose(&course);
    if (!ret_result->passed)
        ret_result->log = scene_log(arena);
    ret_result->ended_us = now_us();
}
