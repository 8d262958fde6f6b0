/* The ledger as a file that can be proved without it (ledger/proof.h), written while it is sent. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "api/stream.h"
#include "base/log.h"
#include "ledger/proof.h"

enum { MOST_S = 1800 }; /* a reader, and what it sees, is not kept for longer, whoever reads slowly */

struct exported {
    struct stream stream;
    struct api *api;
    struct ledger *ledger;
    struct ledger_export *export;
    int64_t until_us;
};

static enum stream_got write_more(struct stream *stream)
{
    struct exported *exported = (struct exported *)stream;
    struct err err = {0};
    int got = LEDGER_MORE;
    /* Rows that are looked at and left out write nothing: a few pieces, so that no round is for nothing. */
    for (int i = 0; i < 16 && got == LEDGER_MORE && stream->out.n_bytes == 0; i++)
        got = ledger_export_some(exported->export, &stream->out, &err);
    if (got == 0)
        return STREAM_END;
    if (got == LEDGER_MORE && clock_monotonic_us(exported->api->clock) < exported->until_us &&
        !pool_stopping(exported->api->pool))
        return STREAM_MORE;
    log_event(LOG_WARNING, "export.cut", "error=%s",
              log_quote(got == LEDGER_MORE ? "it took too long, or the server stops" : err.text));
    return STREAM_FAILED;
}

static void exported_free(struct stream *stream)
{
    struct exported *exported = (struct exported *)stream;
    ledger_export_end(exported->export, NULL);
    api_give_ledger(exported->api, exported->ledger);
    proving_end_export(exported->api->proving);
    heap_free_(&exported);
}

static int read_part(struct request *request, struct ledger_part *ret_part)
{
    const char *since = request_query(request, "since");
    if (request_query_number(request, "incident", 0, INT64_MAX, &ret_part->incident) < 0)
        return -1;
    if (!since || !*since ||
        (time_parse_rfc3339(since, strlen(since), &ret_part->since_us) == 0 && ret_part->since_us > 0))
        return 0;
    answer_problem(request, PROBLEM_BAD_REQUEST, "since", "since is not a time such as 2026-03-01T09:00:00Z");
    return -1;
}

/* Who is kept to services takes away what is theirs to see. -1: answered already. */
static int check_theirs(struct request *request, int64_t incident)
{
    struct sight sight = {0};
    struct ledger *ledger = *request->access.services ? request_ledger(request) : NULL;
    if (!*request->access.services || (ledger && access_sees(&request->access, ledger, &sight, incident)))
        return 0;
    if (ledger && incident)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no incident %lld", (long long)incident);
    else if (ledger)
        answer_problem(
            request, PROBLEM_FORBIDDEN, NULL,
            "this is of all services; take the incidents one by one: you may only see those of: %s",
            request->access.services);
    return -1;
}

void get_ledger_export(struct request *request)
{
    struct api *api = request->api;
    struct ledger_part part = {0};
    if (read_part(request, &part) < 0 || check_theirs(request, part.incident) < 0)
        return;
    if (!proving_begin_export(api->proving)) {
        answer_problem(request, PROBLEM_CONFLICT, NULL,
                       "another export is being written: try again when it is done");
        return;
    }
    struct ledger *ledger = api_take_ledger(api);
    if (!ledger) {
        proving_end_export(api->proving);
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the ledger cannot be read now");
        return;
    }
    struct exported *exported = heap_alloc(sizeof *exported);
    exported->stream = (struct stream){.write_more = write_more, .free = exported_free};
    exported->api = api;
    exported->ledger = ledger;
    exported->export = ledger_export_begin(ledger, &part);
    exported->until_us = clock_monotonic_us(api->clock) + MOST_S * US_PER_S;
    answer_stream(request, "application/jsonl; charset=utf-8", &exported->stream);
}
