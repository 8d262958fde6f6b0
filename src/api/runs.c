/* What people do with the steps of a run: a yes or no to a command, values for its placeholders, a tick for a
 * task, an answer to a decision. */
#include <string.h>

#include "api/handlers.h"
#include "api/incident_json.h"
#include "api/server.h"

/* The one line that the step on that line printed: a value that a person takes from the output of the run. */
static const char *output_line(struct request *request, int64_t line)
{
    struct ledger *ledger = request_ledger(request);
    struct run_step *steps = NULL;
    size_t n = 0;
    struct err err = {0};
    if (!ledger)
        return NULL;
    if (ledger_steps(ledger, request->arena, request->parts.numbers[0], &steps, &n, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "%s", err.text);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        if (steps[i].line != line || steps[i].state != STEP_SUCCEEDED || steps[i].output_cut)
            continue;
        const char *text = steps[i].output + strspn(steps[i].output, " \t\n");
        size_t n_bytes = strcspn(text, "\n");
        if (text[n_bytes + strspn(text + n_bytes, " \t\n")] != '\0')
            continue;
        while (n_bytes > 0 && text[n_bytes - 1] == ' ')
            n_bytes--;
        if (n_bytes > 0)
            return arena_strndup(request->arena, text, n_bytes);
    }
    answer_problem(request, PROBLEM_INVALID, "values",
                   "line %lld has no output of exactly one line that could be a value", (long long)line);
    return NULL;
}

/* A text, or {"output_of": LINE}. */
static int value_read(struct request *request, struct json json, const char *actor,
                      struct step_value *ret_value)
{
    size_t n_bytes = 0;
    const char *text = json_text(json, &n_bytes);
    int64_t line = json_int(json_get(json, "output_of"), 0);
    if (text && n_bytes <= FILL_VALUE_BYTES && !memchr(text, '\0', n_bytes)) {
        ret_value->value = arena_strndup(request->arena, text, n_bytes);
        return 0;
    }
    if (line > 0) {
        ret_value->value = output_line(request, line);
        ret_value->by =
            arena_printf(request->arena, "%s, from the output of line %lld", actor, (long long)line);
        return ret_value->value ? 0 : -1;
    }
    answer_problem(request, PROBLEM_INVALID, "values",
                   "a value is a text of at most %d bytes, or {\"output_of\": LINE}", FILL_VALUE_BYTES);
    return -1;
}

static int values_read(struct request *request, struct json root, struct input *input)
{
    struct json values = json_get(root, "values");
    size_t n = json_count(values);
    if (json_kind(values) == JSON_NONE)
        return 0;
    if (json_kind(values) != JSON_OBJECT || n > FILL_VALUES_MOST) {
        answer_problem(request, PROBLEM_INVALID, "values",
                       "values is an object of at most %d names and values", FILL_VALUES_MOST);
        return -1;
    }
    struct step_value *given = arena_alloc(request->arena, (n + 1) * sizeof *given);
    for (struct json_iter i = json_first(values); json_more(&i); json_next(&i)) {
        struct step_value *value = &given[input->n_values++];
        value->name = arena_strndup(request->arena, i.name, i.name_bytes);
        if (value_read(request, i.value, input->actor, value) < 0)
            return -1;
    }
    input->values = given;
    return 0;
}

/* ["curl-no-fail"]: codes without blanks. */
static int repairs_read(struct request *request, struct json root, struct input *input)
{
    struct json repairs = json_get(root, "repairs");
    scoped_buf struct buf codes = {0};
    if (json_kind(repairs) == JSON_NONE)
        return 0;
    for (struct json_iter i = json_first(repairs); json_more(&i); json_next(&i)) {
        const char *code = json_text(i.value, NULL);
        if (!code || !*code || strspn(code, "abcdefghijklmnopqrstuvwxyz-") != strlen(code) ||
            codes.n_bytes > 400) {
            answer_problem(request, PROBLEM_INVALID, "repairs",
                           "repairs is a list of codes of `crashcart lint`");
            return -1;
        }
        buf_printf(&codes, "%s%s", codes.n_bytes ? " " : "", code);
    }
    input->repairs = arena_strndup(request->arena, buf_text(&codes), codes.n_bytes);
    return 0;
}

/* The step of the path; what the body says becomes the rest of the input. */
static void submit(struct request *request, struct json root, struct input input)
{
    if (request_text(request, root, "reason", &input.text) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    if (request->parts.numbers[1] > INT32_MAX) {
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "no document has that many lines");
        return;
    }
    input.run = request->parts.numbers[0];
    input.step = (int)request->parts.numbers[1];
    if ((input.kind == INPUT_APPROVE || input.kind == INPUT_STEP_VALUES) &&
        (values_read(request, root, &input) < 0 || repairs_read(request, root, &input) < 0))
        return;
    request->input = input;
    request_submit(request, NULL);
}

void post_step_values(struct request *request)
{
    struct json root;
    if (request_object(request, &root) == 0)
        submit(request, root, (struct input){.kind = INPUT_STEP_VALUES});
}

void post_approve(struct request *request)
{
    struct json root;
    struct input input = {.kind = INPUT_APPROVE};
    if (request_object(request, &root) < 0 || request_text(request, root, "sha256", &input.sha256) < 0)
        return;
    input.force = json_bool(json_get(root, "break_glass"), false);
    input.signed_in_us = request->access.is_session ? request->access.proved_us : 0;
    submit(request, root, input);
}

void post_deny(struct request *request)
{
    struct json root;
    if (request_object(request, &root) == 0)
        submit(request, root, (struct input){.kind = INPUT_DENY});
}

/* ---- what else people do with steps ---- */

static void submit_verb(struct request *request, enum step_verb verb)
{
    struct json root;
    struct input input = {.kind = INPUT_STEP_VERB, .verb = verb};
    if (request_object(request, &root) < 0 || request_text(request, root, "answer", &input.word) < 0)
        return;
    int64_t attempt = json_int(json_get(root, "attempt"), 0);
    input.item = attempt > 0 && attempt < INT32_MAX ? (int)attempt : 0;
    submit(request, root, input);
}

void post_step_start(struct request *request)
{
    submit_verb(request, VERB_START);
}

void post_step_stop(struct request *request)
{
    submit_verb(request, VERB_STOP);
}

void post_step_done(struct request *request)
{
    submit_verb(request, VERB_DONE);
}

void post_step_answer(struct request *request)
{
    submit_verb(request, VERB_ANSWER);
}

void post_step_choose(struct request *request)
{
    submit_verb(request, VERB_CHOOSE);
}

void post_step_skip(struct request *request)
{
    submit_verb(request, VERB_SKIP);
}

/* ret_incident may be NULL. */
static int step_find(struct request *request, int64_t run, int64_t line, struct run_step *ret_step,
                     struct incident *ret_incident)
{
    struct ledger *ledger = request_ledger(request);
    struct run_step *steps = NULL;
    size_t n = 0;
    struct err err = {0};
    if (!ledger)
        return -1;
    if (ledger_steps(ledger, request->arena, run, &steps, &n, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "%s", err.text);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (steps[i].run != run || steps[i].line != line)
            continue;
        if (ret_incident &&
            ledger_incident(ledger, request->arena, steps[i].incident, ret_incident, &err) != 0) {
            answer_problem(request, PROBLEM_INTERNAL, NULL, "%s", err.text);
            return -1;
        }
        *ret_step = steps[i];
        return 0;
    }
    answer_problem(request, PROBLEM_NOT_FOUND, NULL, "run %lld has nothing on line %lld", (long long)run,
                   (long long)line);
    return -1;
}

/* What it printed is about to be read, which has to be on record first. */
static bool step_is_read(struct request *request, const struct run_step *step)
{
    return custody_goes_first(request, step->incident, step, 1,
                              arena_printf(request->arena, "what line %d printed", step_line(step)));
}

void get_step(struct request *request)
{
    struct run_step step;
    struct incident incident;
    if (step_find(request, request->parts.numbers[0], request->parts.numbers[1], &step, &incident) < 0)
        return;
    if (step_is_read(request, &step))
        return;
    struct json_writer writer = answer_json(request);
    json_step(&writer, &step, &incident);
}

/* What it printed from the byte "from" on, of what is kept while it runs; once that is gone, all of the
 * record. Asked again with "next" until "more" is false, it is the whole output for everybody who looks. */
void get_step_output(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct run_step step;
    struct api_output output = {0};
    scoped_buf struct buf text = {0};
    int64_t from;
    if (request_query_number(request, "from", 0, INT64_MAX, &from) < 0 ||
        step_find(request, request->parts.numbers[0], request->parts.numbers[1], &step, NULL) < 0 ||
        step_is_read(request, &step))
        return;
    bool live = backend->step_output &&
                backend->step_output(backend->core, step.run, step.line, (uint64_t)from, &text, &output);
    bool is_new = live && output.attempt < step.attempt; /* of the attempt before */
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "state", step_state_name(step.state));
    jw_pair_int(&writer, "attempt", step.attempt);
    if (live && !is_new) {
        jw_pair_int(&writer, "from", (int64_t)output.from);
        jw_pair_int(&writer, "next", (int64_t)output.next);
        jw_pair_bool(&writer, "more", output.running);
        jw_pair_bool(&writer, "recorded", false);
        jw_pair(&writer, "output", buf_text(&text));
    } else {
        bool ended = step.finished_us != 0;
        jw_pair_int(&writer, "from", 0);
        jw_pair_int(&writer, "next", 0);
        jw_pair_bool(&writer, "more", !ended && step.attempt > 0);
        jw_pair_bool(&writer, "recorded", ended);
        jw_pair(&writer, "output", ended && step.output ? step.output : "");
    }
    jw_end_object(&writer);
}

/* The step as it is now. */
void answer_step(struct request *request)
{
    struct run_step step;
    struct incident incident;
    if (step_find(request, request->input.run, request->input.step, &step, &incident) < 0)
        return;
    struct json_writer writer = answer_json(request);
    json_step(&writer, &step, &incident);
}
