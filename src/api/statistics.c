/* How the team does: what review/statistics.h measures, of a stretch of time. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "ledger/review.h"
#include "review/statistics.h"

enum { INCIDENTS_MOST = 20000, YEAR_S = 366 * 86400 };

struct stretch {
    int64_t from_us, until_us, now_us;
    bool cut; /* there are more incidents than are looked at: the newest count */
};

/* "2026-03-01" or RFC 3339. */
static int query_time(struct request *request, const char *name, int64_t otherwise_us, int64_t *ret_us)
{
    const char *text = request_query(request, name);
    *ret_us = otherwise_us;
    if (!text)
        return 0;
    if (strlen(text) == sizeof "2026-03-01" - 1)
        text = arena_printf(request->arena, "%sT00:00:00Z", text);
    if (time_parse_rfc3339(text, strlen(text), ret_us) == 0)
        return 0;
    answer_problem(request, PROBLEM_BAD_REQUEST, name,
                   "%s must be a day or a time such as 2026-03-01T09:00:00Z", name);
    return -1;
}

/* Only those that are theirs to see, of the service and the severity that the query names. */
static size_t keep_wanted(const struct request *request, struct incident *incidents, size_t n)
{
    const char *service = request_query(request, "service"), *severity = request_query(request, "severity");
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++)
        if (access_covers(&request->access, incidents[i].service) &&
            (!service || strcmp(incidents[i].service, service) == 0) &&
            (!severity || strcmp(incidents[i].severity, severity) == 0))
            incidents[n_kept++] = incidents[i];
    return n_kept;
}

static int gather(struct request *request, struct stretch *stretch, struct statistics *ret_statistics,
                  struct err *err)
{
    struct ledger *ledger = request_ledger(request);
    struct incident *incidents = NULL;
    struct incident_move *moves = NULL;
    size_t n_incidents = 0, n_moves = 0;
    if (!ledger)
        return 1;
    if (ledger_incidents_opened(ledger, request->arena, stretch->from_us, stretch->until_us,
                                INCIDENTS_MOST + 1, &incidents, &n_incidents, err) != 0)
        return -1;
    stretch->cut = n_incidents > INCIDENTS_MOST;
    n_incidents -= stretch->cut;
    if (n_incidents && ledger_moves(ledger, request->arena, incidents[n_incidents - 1].number,
                                    incidents[0].number, &moves, &n_moves, err) != 0)
        return -1;
    n_incidents = keep_wanted(request, incidents, n_incidents);
    *ret_statistics = statistics_of(request->arena, incidents, n_incidents, moves, n_moves, stretch->now_us);
    return 0;
}

static void write_spread(struct json_writer *writer, const char *name, const struct spread *spread)
{
    jw_name(writer, name);
    jw_begin_object(writer);
    jw_pair_int(writer, "n", (int64_t)spread->n);
    const struct {
        const char *name;
        double value;
    } values[] = {{"mean_s", spread->mean},
                  {"median_s", spread->median},
                  {"p90_s", spread->p90},
                  {"most_s", spread->most}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        jw_name(writer, values[i].name);
        if (spread->n)
            jw_double(writer, values[i].value);
        else
            jw_null(writer);
    }
    jw_end_object(writer);
}

static void write_group(struct json_writer *writer, const struct statistics_group *group)
{
    jw_begin_object(writer);
    jw_pair(writer, "service", group->service);
    jw_pair(writer, "severity", group->severity);
    jw_pair(writer, "month", group->month);
    jw_pair_int(writer, "incidents", (int64_t)group->n_incidents);
    jw_pair_int(writer, "resolved", (int64_t)group->n_resolved);
    jw_pair_int(writer, "reopened", (int64_t)group->n_reopened);
    jw_pair_int(writer, "patient_safety", (int64_t)group->n_patient_safety);
    jw_pair_int(writer, "response_promised", (int64_t)group->n_promised);
    jw_pair_int(writer, "response_kept", (int64_t)group->n_kept);
    for (int i = 0; i < N_STATISTICS; i++)
        write_spread(writer, statistic_name((enum statistic)i), &group->times[i]);
    jw_name(writer, "states");
    jw_begin_object(writer);
    for (int i = 0; i < INCIDENT_RESOLVED; i++)
        write_spread(writer, incident_state_name((enum incident_state)i), &group->states[i]);
    jw_end_object(writer);
    jw_end_object(writer);
}

static void write_json(struct request *request, const struct stretch *stretch,
                       const struct statistics *statistics)
{
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_pair_time(&writer, "from", stretch->from_us);
    jw_pair_time(&writer, "until", stretch->until_us);
    jw_pair_int_or_null(&writer, "newest_only", INCIDENTS_MOST, stretch->cut);
    jw_pair_int(&writer, "drills_left_out", (int64_t)statistics->n_drills);
    jw_name(&writer, "groups");
    jw_begin_array(&writer);
    for (size_t i = 0; i < statistics->n_groups; i++)
        write_group(&writer, &statistics->groups[i]);
    jw_end_array(&writer);
    jw_end_object(&writer);
}

void get_statistics(struct request *request)
{
    struct stretch stretch = {.now_us = clock_wall_us(request->api->clock)};
    struct statistics statistics = {0};
    struct err err = {0};
    const char *format = request_query(request, "format");
    if (format && strcmp(format, "json") != 0 && strcmp(format, "csv") != 0) {
        answer_problem(request, PROBLEM_BAD_REQUEST, "format", "format must be json or csv");
        return;
    }
    if (query_time(request, "until", stretch.now_us, &stretch.until_us) < 0 ||
        query_time(request, "from", stretch.until_us - YEAR_S * US_PER_S, &stretch.from_us) < 0)
        return;
    int got = gather(request, &stretch, &statistics, &err);
    if (got < 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    else if (got == 0 && format && strcmp(format, "csv") == 0)
        statistics_csv(answer_text(request, "text/csv; charset=utf-8"), &statistics);
    else if (got == 0)
        write_json(request, &stretch, &statistics);
}
