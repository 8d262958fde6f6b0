#include "api/handlers.h"
#include "api/server.h"

void get_health(struct request *request)
{
    buf_puts(answer_text(request, "text/plain; charset=utf-8"), "OK\n");
}

void get_ready(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    if (!backend->ready(backend->core))
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the server is not ready yet");
    else
        buf_puts(answer_text(request, "text/plain; charset=utf-8"), "OK\n");
}
