/* Every path that the server answers. Adding one is a row here and a function in the file of its noun. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "api/handlers.h"
#include "api/routes.h"

const struct route routes[] = {
    /* As Alertmanager's API v2, spoken by Prometheus and amtool. */
    {"POST", "/api/v2/alerts", AUTH_INTAKE, NULL, post_alerts, answer_alerts},
    {"GET", "/api/v2/alerts", AUTH_INTAKE, NULL, get_alerts, NULL},
    {"GET", "/api/v2/alerts/groups", AUTH_INTAKE, NULL, get_alert_groups, NULL},
    {"GET", "/api/v2/status", AUTH_INTAKE, NULL, get_status, NULL},
    {"GET", "/api/v2/receivers", AUTH_INTAKE, NULL, get_receivers, NULL},
    {"GET", "/api/v2/silences", AUTH_INTAKE, NULL, get_silences, NULL},
    {"POST", "/api/v2/silences", AUTH_INTAKE, NULL, post_silence, NULL},
    {"POST", "/intake/alertmanager", AUTH_INTAKE, NULL, post_alerts, answer_alerts},

    {"GET", "/api/v1/incidents", AUTH_TOKEN, " state before limit ", get_incidents, NULL},
    {"GET", "/api/v1/incidents/{}", AUTH_TOKEN, " ", get_incident, NULL},
    {"GET", "/api/v1/incidents/{}/timeline", AUTH_TOKEN, " after limit ", get_timeline, NULL},
    {"GET", "/api/v1/incidents/{}/steps", AUTH_TOKEN, " ", get_steps, NULL},
    {"GET", "/api/v1/incidents/{}/report", AUTH_TOKEN, " ", get_report, NULL},
    {"POST", "/api/v1/incidents/{}/acknowledge", AUTH_TOKEN, " ", post_acknowledge, get_incident},
    {"POST", "/api/v1/incidents/{}/notes", AUTH_TOKEN, " ", post_note, get_incident},
    {"POST", "/api/v1/incidents/{}/state", AUTH_TOKEN, " ", post_state, get_incident},
    {"POST", "/api/v1/incidents/{}/severity", AUTH_TOKEN, " ", post_severity, get_incident},
    {"POST", "/api/v1/incidents/{}/resolve", AUTH_TOKEN, " ", post_resolve, get_incident},
    {"POST", "/api/v1/runs/{}/steps/{}/approve", AUTH_TOKEN, " ", post_approve, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/deny", AUTH_TOKEN, " ", post_deny, answer_step},

    /* The link in a page, for whatever browser is at hand. */
    {"GET", "/incidents/{}", AUTH_BROWSER, NULL, get_incident_page, NULL},

    {"GET", "/-/healthy", AUTH_OPEN, NULL, get_health, NULL},
    {"GET", "/-/ready", AUTH_OPEN, NULL, get_ready, NULL},
    {"GET", "/metrics", AUTH_INTAKE, NULL, get_metrics, NULL},
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

static bool path_fits(const char *pattern, const char *path, struct route_parts *ret_parts)
{
    size_t n_numbers = 0, n_names = 0;
    while (*pattern && path) {
        if (strncmp(pattern, "{}", 2) == 0) {
            path = read_number(path, &ret_parts->numbers[n_numbers++]);
            pattern += 2;
        } else if (strncmp(pattern, "{*}", 3) == 0) {
            size_t n_bytes = strcspn(path, "/");
            ret_parts->names[n_names] = path;
            ret_parts->name_bytes[n_names++] = n_bytes;
            path = n_bytes ? path + n_bytes : NULL;
            pattern += 3;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return path && *path == '\0';
}

const struct route *route_find(const char *method, const char *path, struct route_parts *ret_parts,
                               char *ret_allow)
{
    size_t n_bytes = 0;
    if (strcmp(method, "HEAD") == 0) /* the library leaves the body out */
        method = "GET";
    *ret_allow = '\0';
    for (const struct route *route = routes; route->path; route++) {
        if (!path_fits(route->path, path, ret_parts))
            continue;
        if (strcmp(route->method, method) == 0)
            return route;
        int n = snprintf(ret_allow + n_bytes, ROUTE_ALLOW_BYTES - n_bytes, "%s%s", n_bytes ? ", " : "",
                         route->method);
        n_bytes += n > 0 ? (size_t)n : 0;
    }
    return NULL;
}
