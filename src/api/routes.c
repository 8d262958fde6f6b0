/* Every path that the server answers. Adding one is a row here and a function in the file of its noun. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/api_priv.h"

const struct route routes[] = {
    /* As Alertmanager's API v2, spoken by Prometheus and amtool. */
    {"POST", "/api/v2/alerts", AUTH_INTAKE, NULL, alerts_receive, alerts_received},
    {"GET", "/api/v2/alerts", AUTH_INTAKE, NULL, alerts_list, NULL},
    {"GET", "/api/v2/alerts/groups", AUTH_INTAKE, NULL, alerts_groups, NULL},
    {"GET", "/api/v2/status", AUTH_INTAKE, NULL, status_show, NULL},
    {"GET", "/api/v2/receivers", AUTH_INTAKE, NULL, receivers_list, NULL},
    {"GET", "/api/v2/silences", AUTH_INTAKE, NULL, silences_list, NULL},
    {"POST", "/api/v2/silences", AUTH_INTAKE, NULL, silences_refuse, NULL},
    {"POST", "/intake/alertmanager", AUTH_INTAKE, NULL, alerts_receive, alerts_received},

    {"GET", "/api/v1/incidents", AUTH_TOKEN, " state before limit ", incidents_list, NULL},
    {"GET", "/api/v1/incidents/{}", AUTH_TOKEN, " ", incident_show, NULL},
    {"GET", "/api/v1/incidents/{}/timeline", AUTH_TOKEN, " after limit ", incident_timeline, NULL},
    {"GET", "/api/v1/incidents/{}/steps", AUTH_TOKEN, " ", incident_steps, NULL},
    {"GET", "/api/v1/incidents/{}/report", AUTH_TOKEN, " ", incident_report, NULL},
    {"POST", "/api/v1/incidents/{}/acknowledge", AUTH_TOKEN, " ", incident_acknowledge, incident_decided},
    {"POST", "/api/v1/incidents/{}/notes", AUTH_TOKEN, " ", incident_note, incident_decided},
    {"POST", "/api/v1/incidents/{}/resolve", AUTH_TOKEN, " ", incident_resolve, incident_decided},
    {"POST", "/api/v1/runs/{}/steps/{}/approve", AUTH_TOKEN, " ", step_approve, step_decided},
    {"POST", "/api/v1/runs/{}/steps/{}/deny", AUTH_TOKEN, " ", step_deny, step_decided},

    {"GET", "/-/healthy", AUTH_OPEN, NULL, health_show, NULL},
    {"GET", "/-/ready", AUTH_OPEN, NULL, ready_show, NULL},
    {"GET", "/metrics", AUTH_INTAKE, NULL, metrics_show, NULL},
    {0},
};

size_t routes_count(void)
{
    return sizeof routes / sizeof *routes - 1;
}

/* Up to 18 digits, which always fit. */
static const char *read_number(const char *path, int64_t *ret_number)
{
    int64_t number = 0;
    const char *p = path;
    for (; isdigit((unsigned char)*p) && p - path < 18; p++)
        number = number * 10 + (*p - '0');
    *ret_number = number;
    return p == path || isdigit((unsigned char)*p) ? NULL : p;
}

static bool path_fits(const char *pattern, const char *path, int64_t ret_numbers[ROUTE_NUMBERS])
{
    size_t n = 0;
    while (*pattern) {
        if (*pattern == '{') {
            path = read_number(path, &ret_numbers[n++]);
            if (!path)
                return false;
            pattern += 2;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

const struct route *route_find(const char *method, const char *path, int64_t ret_numbers[ROUTE_NUMBERS],
                               char *ret_allow)
{
    size_t n_bytes = 0;
    if (strcmp(method, "HEAD") == 0) /* the library leaves the body out */
        method = "GET";
    *ret_allow = '\0';
    for (const struct route *route = routes; route->path; route++) {
        if (!path_fits(route->path, path, ret_numbers))
            continue;
        if (strcmp(route->method, method) == 0)
            return route;
        int n = snprintf(ret_allow + n_bytes, ROUTE_ALLOW_BYTES - n_bytes, "%s%s", n_bytes ? ", " : "",
                         route->method);
        n_bytes += n > 0 ? (size_t)n : 0;
    }
    return NULL;
}
