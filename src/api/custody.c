/* Custody of evidence: legal hold, and that who reads it is on record before it is read. */
#include "api/handlers.h"
#include "api/server.h"

bool custody_goes_first(struct request *request, int64_t incident, const struct run_step *steps, size_t n,
                        const char *what)
{
    bool reads = false;
    struct input input = {.kind = INPUT_EVIDENCE_READ, .incident = incident, .text = what};
    /* It is on record already, or is the answer to what a person did. */
    if (atomic_load(&request->state) != REQUEST_RECEIVING)
        return false;
    for (size_t i = 0; i < n; i++)
        reads |= steps[i].evidence && steps[i].attempt > 0;
    if (!reads)
        return false;
    if (request->route->auth < AUTH_READ) { /* a page of the console: it asks for them when it is there */
        answer_problem(request, PROBLEM_CONFLICT, NULL, "that they are read is to be on record first");
        return true;
    }
    if (request_actor(request, (struct json){0}, &input.actor) == 0) {
        request->input = input;
        request_submit(request, NULL);
    }
    return true;
}

static void submit(struct request *request, bool holds)
{
    struct json root;
    struct input input = {.kind = INPUT_HOLD, .incident = request->parts.numbers[0], .flag = holds};
    if (request_object(request, &root) < 0 || request_text(request, root, "why", &input.text) < 0 ||
        request_actor(request, root, &input.actor) < 0)
        return;
    request->input = input;
    request_submit(request, NULL);
}

void post_hold(struct request *request)
{
    submit(request, true);
}

void post_release(struct request *request)
{
    submit(request, false);
}
