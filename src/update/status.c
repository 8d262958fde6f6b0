#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "update/status_priv.h"

enum { COMING_DAYS = 7 };

const struct status_format status_formats[] = {
    {"/status", "text/html; charset=utf-8", "index.html", status_html_write, false},
    {"/status.css", "text/css; charset=utf-8", "status.css", status_style_write, false},
    {"/status.rss", "application/rss+xml; charset=utf-8", "status.rss", status_rss_write, true},
    {"/status.json", "application/json", "status.json", status_summary_write, true},
    {"/api/v2/summary.json", "application/json", "api/v2/summary.json", status_summary_write, true},
    {"/api/v2/status.json", "application/json", "api/v2/status.json", status_status_write, true},
    {"/api/v2/components.json", "application/json", "api/v2/components.json", status_components_write, true},
    {"/api/v2/incidents.json", "application/json", "api/v2/incidents.json", status_incidents_write, true},
    {"/api/v2/scheduled-maintenances.json", "application/json", "api/v2/scheduled-maintenances.json",
     status_maintenances_write, true},
    {"/api/v2/incidents/unresolved.json", "application/json", "api/v2/incidents/unresolved.json",
     status_unresolved_write, true},
    {"/api/v2/scheduled-maintenances/upcoming.json", "application/json",
     "api/v2/scheduled-maintenances/upcoming.json", status_upcoming_write, true},
    {"/api/v2/scheduled-maintenances/active.json", "application/json",
     "api/v2/scheduled-maintenances/active.json", status_active_write, true},
    {0},
};

const struct status_format *status_format_of(const char *path)
{
    for (const struct status_format *format = status_formats; format->path; format++)
        if (strcmp(format->path, path) == 0)
            return format;
    return NULL;
}

void status_id(const struct status_input *input, const char *kind, const char *inner,
               char out[STATUS_ID_BYTES])
{
    enum { ID_DIGITS = 16 };
    char hex[SHA256_HEX_BYTES];
    scoped_buf struct buf hashed = {0};
    buf_printf(&hashed, "status page of %s: %s %s", input->instance, kind, inner);
    sha256_hex(buf_text(&hashed), hashed.n_bytes, hex);
    snprintf(out, STATUS_ID_BYTES, "%.20s-%.*s", kind, ID_DIGITS, hex);
}

void status_update_id(const struct status_input *input, const struct update *update,
                      char out[STATUS_ID_BYTES])
{
    char numbers[48];
    snprintf(numbers, sizeof numbers, "%lld-%lld", (long long)update->incident, (long long)update->number);
    status_id(input, "update", numbers, out);
}

static const struct incident *incident_of(const struct status_input *input, int64_t number)
{
    for (size_t i = 0; i < input->n_incidents; i++)
        if (input->incidents[i].number == number)
            return &input->incidents[i];
    return NULL;
}

static struct status_incident *find(status_incidents *list, int64_t number)
{
    list_each (known, list)
        if (known->incident->number == number)
            return known;
    return NULL;
}

static void add(struct arena *arena, const struct status_input *input, const struct update *update,
                status_incidents *list)
{
    const struct incident *incident = incident_of(input, update->incident);
    if (!incident || incident->drill)
        return;
    const struct service *service = config_service(input->config, incident->service ? incident->service : "");
    *list_push(arena, list) =
        (struct status_incident){.incident = incident,
                                 .service = service && service->public_name ? service : NULL,
                                 .newest = update,
                                 .first = update,
                                 .impact = update_impact(incident),
                                 .over = strcmp(update->status, "resolved") == 0};
}

void status_incidents_of(struct arena *arena, const struct status_input *input,
                         status_incidents *ret_incidents)
{
    status_incidents all = {0};
    for (size_t i = 0; i < input->n_updates; i++) {
        struct status_incident *known = find(&all, input->updates[i].incident);
        if (known)
            known->first = &input->updates[i];
        else
            add(arena, input, &input->updates[i], &all);
    }
    *ret_incidents = (status_incidents){0};
    for (int over = 0; over < 2; over++)
        list_each (incident, &all)
            if (incident->over == (over == 1))
                *list_push(arena, ret_incidents) = *incident;
}

bool status_window(const struct status_input *input, const struct maintenance_window *window,
                   const struct service **ret_service, struct roster_times *ret_times)
{
    const struct service *service = *window->service ? config_service(input->config, window->service) : NULL;
    if (!service || !service->public_name ||
        !layer_times(window->timezone, &window->times, window->lasts_s, input->now_us, ret_times) ||
        ret_times->from_us > input->now_us + COMING_DAYS * INT64_C(86400) * US_PER_S)
        return false;
    *ret_service = service;
    return true;
}

const char *component_status(const struct status_input *input, const status_incidents *incidents,
                             const struct service *service)
{
    int worst = 4;
    static const char *const words[] = {"", "major_outage", "partial_outage", "degraded_performance"};
    list_each (incident, incidents) {
        int rank = incident->incident->severity_rank;
        rank = rank < 1 || rank > 3 ? 3 : rank;
        if (!incident->over && incident->service == service && rank < worst)
            worst = rank;
    }
    if (worst < 4)
        return words[worst];
    list_each (window, &input->config->maintenance) {
        const struct service *theirs;
        struct roster_times times;
        if (status_window(input, window, &theirs, &times) && theirs == service &&
            times.from_us <= input->now_us)
            return "under_maintenance";
    }
    return "operational";
}

static bool any_maintained(const struct status_input *input, const status_incidents *incidents)
{
    bool any = false;
    list_each (service, &input->config->services)
        any |= service->public_name &&
               strcmp(component_status(input, incidents, service), "under_maintenance") == 0;
    return any;
}

const char *status_words(const struct status_input *input, const status_incidents *incidents,
                         const char **ret_indicator)
{
    static const char *const impacts[] = {"critical", "major", "minor"};
    static const char *const words[] = {"Major outage", "Partial outage", "Degraded performance"};
    for (size_t i = 0; i < sizeof impacts / sizeof *impacts; i++)
        list_each (incident, incidents)
            if (!incident->over && strcmp(incident->impact, impacts[i]) == 0) {
                *ret_indicator = impacts[i];
                return words[i];
            }
    bool maintained = any_maintained(input, incidents);
    *ret_indicator = maintained ? "maintenance" : "none";
    return maintained ? "Service under maintenance" : "All systems operational";
}
