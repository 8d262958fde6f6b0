/* Each incident is measured once; then every group is a run of incidents that lie side by side in some order.
 */
#include "review/statistics.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "review/sheet.h"

enum { MONTH_BYTES = 8 };

/* Of one incident; -1: it has no such time. */
struct measured {
    const struct incident *incident;
    char month[MONTH_BYTES];
    int64_t times_us[N_STATISTICS];
    int64_t states_us[N_INCIDENT_STATES];
};

static const char *const names[N_STATISTICS] = {
    [TIME_TO_DETECT] = "time_to_detect",
    [TIME_TO_ACKNOWLEDGE] = "time_to_acknowledge",
    [TIME_TO_RESOLVE] = "time_to_resolve",
};

const char *statistic_name(enum statistic statistic)
{
    return names[statistic];
}

/* ---- one incident ---- */

static bool is_taken(enum incident_state state)
{
    return state == INCIDENT_ACKNOWLEDGED || state == INCIDENT_INVESTIGATING || state == INCIDENT_IDENTIFIED;
}

static void measure_moves(struct measured *measured, const struct incident_move *moves, size_t n,
                          int64_t now_us)
{
    const struct incident *incident = measured->incident;
    for (size_t i = 0; i < n; i++) {
        enum incident_state state = moves[i].state;
        if (is_taken(state) && measured->times_us[TIME_TO_ACKNOWLEDGE] < 0)
            measured->times_us[TIME_TO_ACKNOWLEDGE] = moves[i].at_us - incident->opened_us;
        if (state >= INCIDENT_RESOLVED)
            continue;
        int64_t until_us = i + 1 < n ? moves[i + 1].at_us : now_us;
        if (measured->states_us[state] < 0)
            measured->states_us[state] = 0;
        if (until_us > moves[i].at_us)
            measured->states_us[state] += until_us - moves[i].at_us;
    }
}

static void measure(struct measured *measured, const struct incident_move *moves, size_t n, int64_t now_us)
{
    const struct incident *incident = measured->incident;
    char opened[TIME_TEXT_BYTES];
    time_format_rfc3339(incident->opened_us, opened);
    memcpy(measured->month, opened, MONTH_BYTES - 1);
    measured->month[MONTH_BYTES - 1] = '\0';
    for (int i = 0; i < N_STATISTICS; i++)
        measured->times_us[i] = -1;
    for (int i = 0; i < N_INCIDENT_STATES; i++)
        measured->states_us[i] = -1;
    if (incident->started_us && incident->started_us <= incident->opened_us)
        measured->times_us[TIME_TO_DETECT] = incident->opened_us - incident->started_us;
    if (incident->state >= INCIDENT_RESOLVED && incident->resolved_us >= incident->opened_us)
        measured->times_us[TIME_TO_RESOLVE] = incident->resolved_us - incident->opened_us;
    measure_moves(measured, moves, n, now_us);
}

/* ---- orders ---- */

static int by_service(const void *a, const void *b)
{
    const struct measured *x = *(const struct measured *const *)a, *y = *(const struct measured *const *)b;
    return strcmp(x->incident->service, y->incident->service);
}

/* The worst first, unknown last; levels of several runbooks may share a rank. */
static int by_severity(const void *a, const void *b)
{
    const struct incident *x = (*(const struct measured *const *)a)->incident,
                          *y = (*(const struct measured *const *)b)->incident;
    int left = x->severity_rank ? x->severity_rank : INT32_MAX,
        right = y->severity_rank ? y->severity_rank : INT32_MAX;
    return left != right ? (left < right ? -1 : 1) : strcmp(x->severity, y->severity);
}

static int by_month(const void *a, const void *b)
{
    const struct measured *x = *(const struct measured *const *)a, *y = *(const struct measured *const *)b;
    return strcmp(x->month, y->month);
}

static int by_all(const void *a, const void *b)
{
    int order = by_month(a, b);
    if (!order)
        order = by_service(a, b);
    return order ? order : by_severity(a, b);
}

static int by_nothing(const void *a, const void *b)
{
    (void)a;
    (void)b;
    return 0;
}

static const struct division {
    int (*compare)(const void *a, const void *b);
    bool service, severity, month;
} divisions[] = {
    {by_nothing, false, false, false}, {by_service, true, false, false}, {by_severity, false, true, false},
    {by_month, false, false, true},    {by_all, true, true, true},
};

/* ---- groups ---- */

static int compare_us(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static double seconds(int64_t us)
{
    return (double)us / (double)US_PER_S;
}

/* The nearest rank: a value that was there. */
static double quantile(const int64_t *sorted, size_t n, size_t percent)
{
    size_t rank = (n * percent + 99) / 100;
    return seconds(sorted[rank ? rank - 1 : 0]);
}

static struct spread spread_of(int64_t *values, size_t n)
{
    struct spread spread = {.n = n};
    if (!n)
        return spread;
    qsort(values, n, sizeof *values, compare_us);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += seconds(values[i]);
    spread.mean = sum / (double)n;
    spread.median = quantile(values, n, 50);
    spread.p90 = quantile(values, n, 90);
    spread.most = seconds(values[n - 1]);
    return spread;
}

static void count(struct statistics_group *group, const struct measured *measured)
{
    const struct incident *incident = measured->incident;
    int64_t taken_us = measured->times_us[TIME_TO_ACKNOWLEDGE];
    bool promised = incident->response_time_s > 0;
    group->n_incidents++;
    group->n_resolved += measured->times_us[TIME_TO_RESOLVE] >= 0;
    group->n_reopened += incident->n_reopened > 0;
    group->n_patient_safety += incident->patient_safety;
    group->n_promised += promised;
    group->n_kept += promised && taken_us >= 0 && taken_us / US_PER_S <= incident->response_time_s;
}

static void fill_group(struct statistics_group *group, const struct measured *const *members, size_t n,
                       int64_t *values)
{
    for (size_t i = 0; i < n; i++)
        count(group, members[i]);
    for (int statistic = 0; statistic < N_STATISTICS; statistic++) {
        size_t n_values = 0;
        for (size_t i = 0; i < n; i++)
            if (members[i]->times_us[statistic] >= 0)
                values[n_values++] = members[i]->times_us[statistic];
        group->times[statistic] = spread_of(values, n_values);
    }
    for (int state = 0; state < N_INCIDENT_STATES; state++) {
        size_t n_values = 0;
        for (size_t i = 0; i < n; i++)
            if (members[i]->states_us[state] >= 0)
                values[n_values++] = members[i]->states_us[state];
        group->states[state] = spread_of(values, n_values);
    }
}

typedef LIST(struct statistics_group) groups;

static void divide(struct arena *arena, const struct division *division, const struct measured **members,
                   size_t n, int64_t *values, groups *ret_groups)
{
    if (n)
        qsort(members, n, sizeof *members, division->compare);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && division->compare(&members[from], &members[to]) == 0;)
            to++;
        struct statistics_group *group = list_push(arena, ret_groups);
        group->service = division->service ? members[from]->incident->service : NULL;
        group->severity = division->severity ? members[from]->incident->severity : NULL;
        group->month = division->month ? members[from]->month : NULL;
        fill_group(group, members + from, to - from, values);
    }
}

struct statistics statistics_of(struct arena *arena, const struct incident *incidents, size_t n_incidents,
                                const struct incident_move *moves, size_t n_moves, int64_t now_us)
{
    struct measured *measured = arena_alloc(arena, (n_incidents + 1) * sizeof *measured);
    const struct measured **members = arena_alloc(arena, (n_incidents + 1) * sizeof *members);
    int64_t *values = arena_alloc(arena, (n_incidents + 1) * sizeof *values);
    struct statistics statistics = {0};
    groups found = {0};
    size_t n = 0;
    for (size_t i = 0; i < n_incidents; i++) {
        int64_t number = incidents[i].number;
        if (incidents[i].drill) {
            statistics.n_drills++;
            continue;
        }
        size_t first = first_not(move, moves, n_moves, move->incident < number);
        size_t end = first_not(move, moves, n_moves, move->incident <= number);
        measured[n].incident = &incidents[i];
        measure(&measured[n], end > first ? moves + first : NULL, end - first, now_us);
        members[n] = &measured[n];
        n++;
    }
    for (size_t i = 0; i < sizeof divisions / sizeof *divisions; i++)
        divide(arena, &divisions[i], members, n, values, &found);
    statistics.groups = found.at;
    statistics.n_groups = found.n;
    return statistics;
}

/* ---- as a table ---- */

static void csv_spread(struct sheet *sheet, const struct spread *spread)
{
    sheet_int(sheet, (int64_t)spread->n);
    if (!spread->n) {
        for (int i = 0; i < 3; i++)
            sheet_text(sheet, NULL);
        return;
    }
    sheet_decimal(sheet, spread->mean);
    sheet_decimal(sheet, spread->median);
    sheet_decimal(sheet, spread->p90);
}

static void csv_spread_head(struct sheet *sheet, const char *name)
{
    static const char *const columns[] = {"n", "mean_s", "median_s", "p90_s"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        scoped_buf struct buf heading = {0};
        buf_printf(&heading, "%s_%s", name, columns[i]);
        sheet_text(sheet, buf_text(&heading));
    }
}

static void csv_head(struct sheet *sheet)
{
    static const char *const columns[] = {"month",          "service",           "severity",
                                          "incidents",      "resolved",          "reopened",
                                          "patient_safety", "response_promised", "response_kept"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sheet_text(sheet, columns[i]);
    for (int i = 0; i < N_STATISTICS; i++)
        csv_spread_head(sheet, statistic_name((enum statistic)i));
    for (int i = 0; i < INCIDENT_RESOLVED; i++)
        csv_spread_head(sheet, incident_state_name((enum incident_state)i));
    sheet_row_end(sheet);
}

void statistics_csv(struct buf *out, const struct statistics *statistics)
{
    struct sheet sheet = {.out = out};
    csv_head(&sheet);
    for (size_t i = 0; i < statistics->n_groups; i++) {
        const struct statistics_group *group = &statistics->groups[i];
        sheet_text(&sheet, group->month ? group->month : "all");
        sheet_text(&sheet, group->service ? group->service : "all");
        sheet_text(&sheet, group->severity ? group->severity : "all");
        sheet_int(&sheet, (int64_t)group->n_incidents);
        sheet_int(&sheet, (int64_t)group->n_resolved);
        sheet_int(&sheet, (int64_t)group->n_reopened);
        sheet_int(&sheet, (int64_t)group->n_patient_safety);
        sheet_int(&sheet, (int64_t)group->n_promised);
        sheet_int(&sheet, (int64_t)group->n_kept);
        for (int k = 0; k < N_STATISTICS; k++)
            csv_spread(&sheet, &group->times[k]);
        for (int k = 0; k < INCIDENT_RESOLVED; k++)
            csv_spread(&sheet, &group->states[k]);
        sheet_row_end(&sheet);
    }
}
