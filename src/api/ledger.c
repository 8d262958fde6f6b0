/* The ledger as a whole: looking for events, and what proves them. */
#include <string.h>

#include "api/handlers.h"
#include "api/incident_json.h"
#include "api/server.h"
#include "base/clock.h"
#include "ledger/search.h"

enum { PAGE = 100 };

static int read_time(struct request *request, const char *name, int64_t *ret_us)
{
    const char *text = request_query(request, name);
    if (!text || !*text || time_parse_rfc3339(text, strlen(text), ret_us) == 0)
        return 0;
    answer_problem(request, PROBLEM_BAD_REQUEST, name, "%s is not a time such as 2026-03-01T09:00:00Z", name);
    return -1;
}

static const char *word(const struct request *request, const char *name)
{
    const char *text = request_query(request, name);
    return text && *text ? text : NULL;
}

static int read_search(struct request *request, struct event_search *search)
{
    int64_t limit;
    if (request_query_number(request, "incident", 0, INT64_MAX, &search->incident) < 0 ||
        request_query_number(request, "before", 0, INT64_MAX, &search->before) < 0 ||
        request_query_number(request, "limit", PAGE, SEARCH_MOST, &limit) < 0 ||
        read_time(request, "from", &search->from_us) < 0 || read_time(request, "to", &search->until_us) < 0)
        return -1;
    search->limit = limit > 0 ? (size_t)limit : 1;
    search->kind = word(request, "kind");
    search->actor = word(request, "actor");
    search->text = word(request, "text");
    return 0;
}

static int check(struct request *request, int got, const struct err *err)
{
    if (got != 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err->text);
    return got;
}

void get_ledger(struct request *request)
{
    struct event_search search = {0};
    struct event_row *rows;
    size_t n;
    int64_t next;
    struct err err = {0};
    if (read_search(request, &search) < 0)
        return;
    struct ledger *ledger = request_ledger(request);
    if (!ledger ||
        check(request, ledger_search(ledger, request->arena, &search, &rows, &n, &next, &err), &err) != 0)
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "events");
    jw_begin_array(&writer);
    struct sight sight = {0};
    for (size_t i = 0; i < n; i++) {
        if (!access_sees(&request->access, ledger, &sight, rows[i].incident))
            continue;
        jw_begin_object(&writer);
        jw_pair_int(&writer, "position", rows[i].position);
        jw_pair(&writer, "stream", rows[i].stream);
        json_event_members(&writer, &rows[i]);
        jw_end_object(&writer);
    }
    jw_end_array(&writer);
    jw_pair_int_or_null(&writer, "next", next, next != 0);
    jw_end_object(&writer);
}

void get_ledger_proof(struct request *request)
{
    int64_t n_events, n_signed, signed_us;
    const char *note;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger || check(request, ledger_last_position(ledger, &n_events, &err), &err) != 0 ||
        check(request, ledger_newest_checkpoint(ledger, request->arena, &n_signed, &signed_us, &note, &err),
              &err) != 0)
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair_int(&writer, "events", n_events);
    jw_pair_int(&writer, "signed", n_signed);
    jw_pair_time(&writer, "signed_at", signed_us);
    jw_pair(&writer, "checkpoint", note);
    jw_end_object(&writer);
}
