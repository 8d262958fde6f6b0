/* Approvals: a person's yes or no to one command of one run; and values for its placeholders. */
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

static void submit(struct request *request, enum input_kind kind)
{
    struct json root;
    struct input input = {.kind = kind, .run = request->parts.numbers[0]};
    if (request_object(request, &root) < 0 || request_text(request, root, "reason", &input.text) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    if (request->parts.numbers[1] > INT32_MAX) {
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "no document has that many lines");
        return;
    }
    if (kind != INPUT_DENY &&
        (values_read(request, root, &input) < 0 || repairs_read(request, root, &input) < 0))
        return;
    input.step = (int)request->parts.numbers[1];
    input.force = json_bool(json_get(root, "break_glass"), false);
    request->input = input;
    request_submit(request, NULL);
}

void post_step_values(struct request *request)
{
    submit(request, INPUT_STEP_VALUES);
}

void post_approve(struct request *request)
{
    submit(request, INPUT_APPROVE);
}

void post_deny(struct request *request)
{
    submit(request, INPUT_DENY);
}

/* Answers with the step as it is now. */
void answer_step(struct request *request)
{
    struct ledger *ledger = request_ledger(request);
    struct run_step *steps = NULL;
    size_t n = 0;
    struct err err = {0};
    if (!ledger)
        return;
    int64_t incident = request->outcome.incident ? request->outcome.incident : request->input.run;
    if (ledger_steps(ledger, request->arena, incident, &steps, &n, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "%s", err.text);
        return;
    }
    struct json_writer writer = answer_json(request);
    for (size_t i = 0; i < n; i++)
        if (steps[i].run == request->input.run && steps[i].line == request->input.step) {
            json_step(&writer, &steps[i]);
            return;
        }
    jw_begin_object(&writer);
    jw_end_object(&writer);
}
