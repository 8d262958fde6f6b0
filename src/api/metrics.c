/* Figures for Prometheus (text format 0.0.4). */
#include "api/handlers.h"
#include "api/server.h"
#include "api/tls.h"
#include "engine/incident.h"

enum { OPEN_LIMIT = 10000 };

/* Counted apart; 0 stands for all others. */
static const unsigned statuses[] = {200, 400, 401, 404, 405, 409, 413, 415, 422, 500, 501, 503, 0};
enum { N_STATUSES = sizeof statuses / sizeof *statuses };

void metrics_start(struct metrics *metrics)
{
    metrics->answers = heap_alloc((routes_count() + 1) * N_STATUSES * sizeof *metrics->answers);
}

void metrics_end(struct metrics *metrics)
{
    heap_free_(&metrics->answers);
}

void metrics_count(struct metrics *metrics, const struct route *route, unsigned status)
{
    size_t row = route ? (size_t)(route - routes) : routes_count();
    size_t column = 0;
    while (statuses[column] && statuses[column] != status)
        column++;
    atomic_fetch_add(&metrics->answers[row * N_STATUSES + column], 1);
}

static void write_answers(struct buf *out, const struct metrics *metrics)
{
    buf_puts(out, "# HELP crashcart_http_requests_total Requests answered.\n"
                  "# TYPE crashcart_http_requests_total counter\n");
    for (size_t row = 0; row <= routes_count(); row++)
        for (size_t column = 0; column < N_STATUSES; column++) {
            uint64_t n = atomic_load(&metrics->answers[row * N_STATUSES + column]);
            const struct route *route = &routes[row];
            if (n)
                buf_printf(out,
                           "crashcart_http_requests_total{method=\"%s\",route=\"%s\",status=\"%u\"} %llu\n",
                           route->path ? route->method : "", route->path ? route->path : "none",
                           statuses[column], (unsigned long long)n);
        }
}

static void write_incidents(struct buf *out, const struct incident *incidents, size_t n)
{
    size_t counts[N_INCIDENT_STATES] = {0};
    for (size_t i = 0; i < n; i++)
        counts[incidents[i].state]++;
    buf_puts(out, "# HELP crashcart_incidents_open Incidents that are not resolved.\n"
                  "# TYPE crashcart_incidents_open gauge\n");
    for (int state = 0; state < INCIDENT_RESOLVED; state++)
        buf_printf(out, "crashcart_incidents_open{state=\"%s\"} %zu\n",
                   incident_state_name((enum incident_state)state), counts[state]);
}

static void write_figures(struct buf *out, const struct core_figures *figures)
{
    buf_printf(out,
               "# HELP crashcart_pages_total Attempts to page by what came of them: sent, tried again "
               "later, or a way that does not work.\n"
               "# TYPE crashcart_pages_total counter\n"
               "crashcart_pages_total{outcome=\"sent\"} %llu\n"
               "crashcart_pages_total{outcome=\"retry\"} %llu\n"
               "crashcart_pages_total{outcome=\"dead\"} %llu\n",
               (unsigned long long)atomic_load(&figures->pages_sent),
               (unsigned long long)atomic_load(&figures->pages_retried),
               (unsigned long long)atomic_load(&figures->pages_dead));
    buf_printf(out,
               "# HELP crashcart_updates_total Updates that runbooks promise: told, or missed for a period.\n"
               "# TYPE crashcart_updates_total counter\n"
               "crashcart_updates_total{outcome=\"told\"} %llu\n"
               "crashcart_updates_total{outcome=\"missed\"} %llu\n",
               (unsigned long long)atomic_load(&figures->updates_told),
               (unsigned long long)atomic_load(&figures->updates_missed));
    histogram_write(out, "crashcart_page_seconds", "From the decision to page until a channel took the page.",
                    &figures->page);
    histogram_write(out, "crashcart_commit_seconds", "How long a commit of the ledger took.",
                    &figures->commit);
}

static void count_alerts(void *context, const struct engine *engine)
{
    *(size_t *)context = engine_count_alerts(engine);
}

void get_metrics(struct request *request)
{
    struct api *api = request->api;
    struct ledger *ledger = request_ledger(request);
    struct incident *incidents;
    size_t n = 0, n_alerts = 0;
    struct err err = {0};
    if (!ledger)
        return;
    if (ledger_incidents(ledger, request->arena, true, INT64_MAX, OPEN_LIMIT, &incidents, &n, &err) != 0) {
        answer_problem(request, PROBLEM_INTERNAL, NULL, "%s", err.text);
        return;
    }
    if (!request_ask(request, count_alerts, &n_alerts))
        return;
    struct buf *out = answer_text(request, "text/plain; version=0.0.4; charset=utf-8");
    buf_puts(out, "# HELP crashcart_build_info Always 1; the version is in the label.\n"
                  "# TYPE crashcart_build_info gauge\n"
                  "crashcart_build_info{version=\"" CRASHCART_VERSION "\"} 1\n");
    buf_printf(out,
               "# HELP process_start_time_seconds When the server started.\n"
               "# TYPE process_start_time_seconds gauge\n"
               "process_start_time_seconds %.3f\n",
               (double)api->started_us / 1e6);
    buf_printf(out,
               "# HELP crashcart_alerts_accepted_total Alerts answered 200, so durable; repeats count.\n"
               "# TYPE crashcart_alerts_accepted_total counter\n"
               "crashcart_alerts_accepted_total %llu\n",
               (unsigned long long)atomic_load(&api->metrics.alerts_accepted));
    buf_printf(out,
               "# HELP crashcart_alerts_standing Alerts that have not ended.\n"
               "# TYPE crashcart_alerts_standing gauge\n"
               "crashcart_alerts_standing %zu\n",
               n_alerts);
    bool kept = api->backend.site_kept && api->backend.site_kept(api->backend.core);
    buf_printf(
        out,
        "# HELP crashcart_config_last_reload_successful 0: the files have errors, older ones are in force.\n"
        "# TYPE crashcart_config_last_reload_successful gauge\n"
        "crashcart_config_last_reload_successful %d\n",
        !kept);
    if (api->tls)
        buf_printf(out,
                   "# HELP crashcart_tls_certificate_not_after_seconds When the certificate that is shown "
                   "ends.\n"
                   "# TYPE crashcart_tls_certificate_not_after_seconds gauge\n"
                   "crashcart_tls_certificate_not_after_seconds %lld\n",
                   (long long)tls_until_s(api->tls));
    histogram_write(out, "crashcart_alert_seconds",
                    "From the first byte of a request with alerts until they were durable.",
                    &api->metrics.alerts);
    if (api->backend.figures)
        write_figures(out, api->backend.figures);
    write_incidents(out, incidents, n);
    add_check_figures(out, &api->backend);
    write_answers(out, &api->metrics);
}
