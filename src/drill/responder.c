#include "drill/responder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { WAIT_S = 25, STEP_S = 60, POLL_US = 50000, SHELL_S = 30, LOOKS = 5 };

struct step {
    long long run, line;
    bool can_approve, ran_by_itself;
    int needs;
    const char *state, *command, *sha256, *why, *output;
};

static int64_t now_us(void)
{
    return clock_monotonic_us(clock_system());
}

static struct json steps_get(const struct scene *scene, const struct drill_result *result,
                             struct json_document *document, struct err *err)
{
    char path[80];
    struct json root = {0};
    snprintf(path, sizeof path, "/api/v1/incidents/%lld/steps", (long long)result->incident);
    if (talk_json(&scene->server, path, NULL, document, &root, err) < 0)
        return (struct json){0};
    return json_get(root, "steps");
}

static const char *text_of(struct arena *arena, struct json object, const char *name)
{
    const char *text = json_text(json_get(object, name), NULL);
    return text ? arena_strdup(arena, text) : "";
}

static struct step step_of(struct arena *arena, struct json json)
{
    struct json approval = json_get(json, "approval");
    return (struct step){.run = json_int(json_get(json, "run"), 0),
                         .line = json_int(json_get(json, "line"), 0),
                         .can_approve = json_kind(approval) == JSON_OBJECT,
                         .ran_by_itself = strcmp(text_of(arena, json, "state"), "succeeded") == 0 &&
                                          !*text_of(arena, json, "approved_by"),
                         .needs = (int)json_int(json_get(approval, "needs"), 1),
                         .state = text_of(arena, json, "state"),
                         .command = text_of(arena, json, "command"),
                         .sha256 = text_of(arena, approval, "sha256"),
                         .why = text_of(arena, json, "why"),
                         .output = text_of(arena, json, "output")};
}

/* Whether a has the words of b, however they are spaced. */
static bool has_words(const char *a, const char *b)
{
    for (; *a; a++) {
        const char *x = a, *y = b;
        while (*y && (*x == *y || (strchr(" \t\n\\", *x) && *x && strchr(" \t\n\\", *y)))) {
            bool blank = strchr(" \t\n\\", *y);
            x += blank ? strspn(x, " \t\n\\") : 1;
            y += blank ? strspn(y, " \t\n\\") : 1;
        }
        if (!*y)
            return true;
    }
    return false;
}

/* The first of these words that fits; line 0: any that can be approved, else the one on that line. false:
 * none. */
static bool step_find(const struct scene *scene, const struct drill_result *result, const char *words,
                      long long run, long long line, struct step *ret_step, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json steps = steps_get(scene, result, document, err);
    bool found = false;
    for (struct json_iter i = json_first(steps); !found && json_more(&i); json_next(&i)) {
        struct step step = step_of(scene->arena, i.value);
        bool fits = line ? step.line == line && step.run == run : has_words(step.command, words);
        bool waits = step.can_approve || json_count(json_get(i.value, "missing")) > 0;
        found = fits && (line || waits);
        if (found || (fits && step.ran_by_itself && !ret_step->run))
            *ret_step = step;
    }
    json_document_free(document);
    return found || (!line && ret_step->run);
}

static int post(const struct scene *scene, const struct talk *as, const struct step *step, const char *verb,
                const struct buf *body, struct err *err)
{
    struct json_document *document = json_document_new();
    struct json root;
    char path[120];
    snprintf(path, sizeof path, "/api/v1/runs/%lld/steps/%lld/%s", step->run, step->line, verb);
    int done = talk_json(as, path, body->n_bytes ? buf_text(body) : "{}", document, &root, err);
    json_document_free(document);
    (void)scene;
    return done;
}

/* What the responder reads off the system and fills in. */
static int values_give(const struct scene *scene, const struct step *step, const struct drill_pairs *values,
                       struct err *err)
{
    scoped_buf struct buf body = {0};
    struct json_writer w = jw_start(&body);
    if (!values->n)
        return 0;
    jw_begin_object(&w);
    jw_name(&w, "values");
    jw_begin_object(&w);
    list_each (value, values) {
        bool ignored;
        const char *text = value->value;
        if (*text == '=' && !(text = scene_value(scene, text + 1, &ignored, err)))
            return -1;
        jw_pair(&w, value->name, text);
    }
    jw_end_object(&w);
    jw_end_object(&w);
    return post(scene, &scene->server, step, "values", &body, err);
}

static int approve(const struct scene *scene, const struct step *step, struct err *err)
{
    const struct talk *people[] = {&scene->server, &scene->second};
    for (int i = 0; i < step->needs && i < 2; i++) {
        scoped_buf struct buf body = {0};
        struct json_writer w = jw_start(&body);
        jw_begin_object(&w);
        jw_pair(&w, "sha256", step->sha256);
        jw_pair(&w, "reason", "drill");
        jw_end_object(&w);
        if (post(scene, people[i], step, "approve", &body, err) < 0)
            return -1;
    }
    return 0;
}

static bool has_ended(const struct step *step)
{
    static const char *const ends[] = {"succeeded", "failed", "timed out", "denied", "skipped", "stopped"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(step->state, ends[i]) == 0)
            return true;
    return false;
}

/* Asks the person at the terminal, in a drill that is attended. */
static bool person_agrees(const struct scene *scene, const char *what)
{
    char answer[16] = "";
    if (!scene->site->attended)
        return true;
    fprintf(stderr, "\n  Let it run?  %s\n  [y/N] ", what);
    return fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y');
}

/* Approves and waits for the end. An approval does not hold when the way back is not what it was when it was
 * looked at: then the step waits again, and is looked at and approved again, as a person would. */
static int see_through(const struct scene *scene, const struct drill_result *result,
                       const struct drill_act *act, struct step *step, struct err *err)
{
    int64_t end_us = now_us() + STEP_S * US_PER_S;
    for (int looks = 0; !has_ended(step); usleep(POLL_US)) {
        if (step->can_approve) {
            if (++looks > LOOKS)
                return err_set(err, "the approvals of \"%s\" do not hold: %s", act->run, step->why);
            if (approve(scene, step, err) < 0)
                return err_prefix(err, "approving \"%s\": ", act->run);
        }
        step_find(scene, result, NULL, step->run, step->line, step, err);
        if (now_us() > end_us)
            return err_set(err, "\"%s\" has not ended (%s)", act->run, step->state);
    }
    return 0;
}

static int act_run(const struct scene *scene, struct drill_result *result, const struct drill_act *act,
                   struct err *err)
{
    struct step step = {0};
    *err = (struct err){0};
    for (int64_t end_us = now_us() + WAIT_S * US_PER_S; !step_find(scene, result, act->run, 0, 0, &step, err);
         usleep(POLL_US))
        if (now_us() > end_us)
            return *err->text ? -1 : err_set(err, "no step with \"%s\" waits for an approval", act->run);
    if (step.ran_by_itself)
        return 0;
    if (values_give(scene, &step, &act->values, err) < 0)
        return err_prefix(err, "%s: ", act->run);
    step_find(scene, result, NULL, step.run, step.line, &step, err);
    if (!step.can_approve)
        return err_set(err, "\"%s\" cannot be approved: %s", act->run, step.why);
    if (!person_agrees(scene, step.command))
        return err_set(err, "\"%s\" was not approved", act->run);
    if (see_through(scene, result, act, &step, err) < 0)
        return -1;
    scene_tell(scene, result->begun_us, "%s: %s", act->run, step.state);
    if (strcmp(step.state, "succeeded") != 0)
        return err_set(err, "\"%s\" %s: %.300s", act->run, step.state, step.output);
    return 0;
}

static int act_open(const struct scene *scene, const struct drill_result *result, const struct drill_act *act,
                    struct err *err)
{
    scoped_buf struct buf body = {0};
    struct json_writer w = jw_start(&body);
    struct json_document *document = json_document_new();
    struct json root;
    char path[80];
    jw_begin_object(&w);
    jw_pair(&w, "procedure", act->open);
    jw_end_object(&w);
    snprintf(path, sizeof path, "/api/v1/incidents/%lld/procedures", (long long)result->incident);
    int done = talk_json(&scene->server, path, buf_text(&body), document, &root, err);
    json_document_free(document);
    return done;
}

static int act_by_hand(const struct scene *scene, struct drill_result *result, const struct drill_act *act,
                       struct err *err)
{
    if (!person_agrees(scene, act->by_hand))
        return err_set(err, "\"%s\" was not done", act->by_hand);
    int code = act->shell ? scene_shell(scene, act->shell, SHELL_S) : 0;
    if (code != 0)
        return err_set(err, "by hand, %s: exit %d", act->shell, code);
    strings_add(scene->arena, &result->by_hand, act->by_hand);
    scene_tell(scene, result->begun_us, "by hand: %s", act->by_hand);
    return scene_set(scene, &act->set, err);
}

int responder_act(const struct scene *scene, struct drill_result *result, struct err *err)
{
    list_each (act, &scene->plan->acts) {
        int done = act->run    ? act_run(scene, result, act, err)
                   : act->open ? act_open(scene, result, act, err)
                               : act_by_hand(scene, result, act, err);
        if (done < 0)
            return -1;
    }
    return 0;
}

void responder_note_failures(const struct scene *scene, struct drill_result *result)
{
    struct json_document *document = json_document_new();
    struct json steps = steps_get(scene, result, document, NULL);
    for (struct json_iter i = json_first(steps); json_more(&i); json_next(&i)) {
        struct step step = step_of(scene->arena, i.value);
        long long exit_code = json_int(json_get(i.value, "exit_code"), -1);
        const char *class = json_text(json_get(i.value, "class"), NULL);
        bool looks = class && strcmp(class, "read") == 0, failed = strcmp(step.state, "failed") == 0;
        bool late = strcmp(step.state, "timed out") == 0;
        if (late || (failed && (!looks || exit_code == 126 || exit_code == 127)))
            strings_add(scene->arena, &result->failed_steps,
                        arena_printf(scene->arena, "line %lld: %.*s: %s%s", step.line,
                                     (int)strcspn(step.command, "\n"), step.command, step.state,
                                     failed ? arena_printf(scene->arena, " (exit %lld)", exit_code) : ""));
    }
    json_document_free(document);
}
