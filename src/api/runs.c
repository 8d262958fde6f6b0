/* Approvals: a person's yes or no to one command of one run. */
#include "api/handlers.h"
#include "api/incident_json.h"
#include "api/server.h"

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
    input.step = (int)request->parts.numbers[1];
    input.force = json_bool(json_get(root, "break_glass"), false);
    request->input = input;
    request_submit(request, NULL);
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
