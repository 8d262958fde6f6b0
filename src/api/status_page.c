/* The status page, as it is kept ready (api/status_keeper.c). */
#include "api/status_page.h"

#include "api/server.h"
#include "api/status_keeper.h"

void get_status_page(struct request *request)
{
    const struct status_format *format = status_format_of(request->route->path);
    switch (status_keeper_copy(request->api->status, format, answer_text(request, format->type))) {
    case STATUS_NONE:
        answer_problem(request, PROBLEM_NOT_FOUND, NULL,
                       "there is no status page; add status_page: to the configuration");
        break;
    case STATUS_NOT_YET:
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the status page is not read yet");
        break;
    case STATUS_KEPT:
        request->answer.is_for_any_site = format->is_for_programs;
        break;
    }
}
