/* The status page: read from the ledger by whoever asks, without the engine. */
#include "api/status_page.h"

#include <string.h>

#include "api/server.h"
#include "base/clock.h"
#include "ledger/update.h"
#include "update/status.h"

enum { UPDATES_LIMIT = 300 };

struct page {
    struct request *request;
    const struct status_format *format;
    struct status_input input;
    bool exists;
};

static void write_page(void *context, const struct config *config, const struct library *library)
{
    struct page *page = context;
    (void)library;
    if (!config->status_page.title)
        return;
    page->exists = true;
    page->input.config = config;
    page->input.url = config->status_page.url ? config->status_page.url
                                              : arena_printf(page->request->arena, "%s/status",
                                                             config->public_url ? config->public_url : "");
    page->format->write(answer_text(page->request, page->format->type), &page->input);
}

static int read_incidents(struct request *request, struct ledger *ledger, struct page *page, struct err *err)
{
    struct arena *arena = request->arena;
    struct update *updates = NULL;
    int got = ledger_updates(ledger, arena, LEDGER_UPDATES_ON_PAGE, UPDATES_LIMIT, &updates,
                             &page->input.n_updates, err);
    struct incident *incidents = arena_alloc(arena, (page->input.n_updates + 1) * sizeof *incidents);
    size_t n = 0;
    for (size_t i = 0; got == 0 && i < page->input.n_updates; i++) {
        bool known = false;
        for (size_t k = 0; k < n && !known; k++)
            known = incidents[k].number == updates[i].incident;
        if (!known)
            got = ledger_incident(ledger, arena, updates[i].incident, &incidents[n++], err);
    }
    page->input.updates = updates;
    page->input.incidents = incidents;
    page->input.n_incidents = n;
    return got;
}

void get_status_page(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct page page = {.request = request,
                        .format = status_format_of(request->route->path),
                        .input.now_us = clock_wall_us(request->api->clock)};
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    if (read_incidents(request, ledger, &page, &err) != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    else if (!backend->ask_site(backend->core, write_page, &page))
        request_unanswered(request);
    else if (!page.exists)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL,
                       "there is no status page; add status_page: to the configuration");
}
