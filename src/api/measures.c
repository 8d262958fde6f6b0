/* What the looks of a check have measured, over time: a series for each feature and segment. */
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/clock.h"
#include "ledger/measure.h"

enum { POINTS_MOST = 50000, DAYS_MOST = 400, DAYS = 90 };
#define DAY_US ((int64_t)86400 * 1000000)

static bool same_series(const struct measure *one, const struct measure *other)
{
    return strcmp(one->kind, other->kind) == 0 && strcmp(one->name, other->name) == 0 &&
           strcmp(one->segment, other->segment) == 0;
}

/* By series; within one by time. */
static int compare(const void *a, const void *b)
{
    const struct measure *one = a, *other = b;
    int order = strcmp(one->kind, other->kind);
    if (order == 0)
        order = strcmp(one->name, other->name);
    if (order == 0)
        order = strcmp(one->segment, other->segment);
    return order != 0 ? order : (one->at_us > other->at_us) - (one->at_us < other->at_us);
}

static void write_series(struct json_writer *w, const struct measure *measures, size_t n)
{
    jw_begin_object(w);
    jw_pair(w, "kind", measures->kind);
    jw_pair(w, "feature", *measures->name ? measures->name : NULL);
    jw_pair(w, "segment", *measures->segment ? measures->segment : NULL);
    jw_name(w, "points");
    jw_begin_array(w);
    for (size_t i = 0; i < n; i++) {
        jw_begin_array(w);
        jw_int(w, measures[i].at_us / 1000000);
        jw_double(w, (double)measures[i].millionths / 1e6);
        jw_end_array(w);
    }
    jw_end_array(w);
    jw_end_object(w);
}

void get_measures(struct request *request)
{
    struct err err = {0};
    struct measure *measures;
    size_t n = 0;
    int64_t days;
    if (request_query_number(request, "days", DAYS, DAYS_MOST, &days) < 0)
        return;
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    int64_t from_us = clock_wall_us(request->api->clock) - days * DAY_US;
    if (ledger_measures(ledger, request->arena, request_name(request, 0), from_us, POINTS_MOST, &measures, &n,
                        &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
        return;
    }
    if (n)
        qsort(measures, n, sizeof *measures, compare);
    struct json_writer w = answer_json(request);
    jw_begin_object(&w);
    jw_name(&w, "series");
    jw_begin_array(&w);
    for (size_t at = 0, end; at < n; at = end) {
        for (end = at + 1; end < n && same_series(&measures[at], &measures[end]); end++)
            ;
        write_series(&w, &measures[at], end - at);
    }
    jw_end_array(&w);
    jw_end_object(&w);
}
