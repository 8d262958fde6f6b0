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
    {"POST", "/api/v2/silences", AUTH_INTAKE, NULL, post_silence, answer_silence},
    {"GET", "/api/v2/silence/{*}", AUTH_INTAKE, NULL, get_silence, NULL},
    {"DELETE", "/api/v2/silence/{*}", AUTH_INTAKE, NULL, delete_silence, NULL},
    {"POST", "/intake/alertmanager", AUTH_INTAKE, NULL, post_alerts, answer_alerts},
    {"POST", "/intake/grafana", AUTH_INTAKE, NULL, post_alerts, answer_alerts},

    /* Where other pagers stood, and any JSON. */
    {"POST", "/v2/enqueue", AUTH_INTAKE, NULL, post_pagerduty, answer_pagerduty},
    {"POST", "/v2/alerts", AUTH_INTAKE, NULL, post_alerts, answer_opsgenie},
    {"POST", "/v2/alerts/{*}/close", AUTH_INTAKE, NULL, close_opsgenie, answer_opsgenie},
    {"POST", "/v2/alerts/{*}/acknowledge", AUTH_INTAKE, NULL, acknowledge_opsgenie, answer_opsgenie},
    {"POST", "/v2/alerts/{*}/notes", AUTH_INTAKE, NULL, note_opsgenie, answer_opsgenie},
    {"GET", "/v2/alerts/requests/{*}", AUTH_INTAKE, NULL, get_opsgenie_request, NULL},
    {"GET", "/v2/heartbeats/{*}/ping", AUTH_PING, NULL, ping_success, answer_opsgenie_ping},
    {"POST", "/v2/heartbeats/{*}/ping", AUTH_PING, NULL, ping_success, answer_opsgenie_ping},
    {"PUT", "/v2/heartbeats/{*}/ping", AUTH_PING, NULL, ping_success, answer_opsgenie_ping},
    {"PATCH", "/v2/heartbeats/{*}/ping", AUTH_PING, NULL, ping_success, answer_opsgenie_ping},
    {"POST", "/intake/generic", AUTH_INTAKE, NULL, post_alerts, answer_alerts},
    {"POST", "/intake/generic/{*}", AUTH_INTAKE, NULL, post_source, answer_mapped},
    {"GET", "/heartbeat/{*}", AUTH_PING, NULL, ping_success, answer_ping},
    {"POST", "/heartbeat/{*}", AUTH_PING, NULL, ping_success, answer_ping},
    {"GET", "/heartbeat/{*}/{*}", AUTH_PING, NULL, ping_signal, answer_ping},
    {"POST", "/heartbeat/{*}/{*}", AUTH_PING, NULL, ping_signal, answer_ping},

    {"GET", "/api/v1/silences/preview", AUTH_TOKEN, " filter ", get_silence_preview, NULL},
    {"GET", "/api/v1/incidents", AUTH_TOKEN, " state before limit ", get_incidents, NULL},
    {"GET", "/api/v1/incidents/{}", AUTH_TOKEN, " ", get_incident, NULL},
    {"GET", "/api/v1/runbooks", AUTH_TOKEN, " ", get_runbooks, NULL},
    {"GET", "/api/v1/runbooks/{*}/understood", AUTH_TOKEN, " ", get_runbook, NULL},
    {"GET", "/api/v1/events", AUTH_TOKEN, " after incident ", get_events, NULL},
    {"GET", "/api/v1/clocks", AUTH_TOKEN, " limit ", get_clocks, NULL},
    {"GET", "/api/v1/incidents/{}/timeline", AUTH_TOKEN, " after limit ", get_timeline, NULL},
    {"GET", "/api/v1/incidents/{}/steps", AUTH_TOKEN, " ", get_steps, NULL},
    {"GET", "/api/v1/incidents/{}/report", AUTH_TOKEN, " ", get_report, NULL},
    {"POST", "/api/v1/incidents/{}/acknowledge", AUTH_TOKEN, " ", post_acknowledge, get_incident},
    {"POST", "/api/v1/incidents/{}/notes", AUTH_TOKEN, " ", post_note, get_incident},
    {"POST", "/api/v1/incidents/{}/state", AUTH_TOKEN, " ", post_state, get_incident},
    {"POST", "/api/v1/incidents/{}/severity", AUTH_TOKEN, " ", post_severity, get_incident},
    {"POST", "/api/v1/incidents/{}/patient-safety", AUTH_TOKEN, " ", post_patient_safety, get_incident},
    {"POST", "/api/v1/incidents/{}/roles", AUTH_TOKEN, " ", post_role, get_incident},
    {"POST", "/api/v1/incidents/{}/checklist/{}", AUTH_TOKEN, " ", post_check, get_incident},
    {"POST", "/api/v1/incidents/{}/updates", AUTH_TOKEN, " ", post_update, get_incident},
    {"POST", "/api/v1/incidents/{}/clocks/{}/done", AUTH_TOKEN, " ", post_clock_done, get_incident},
    {"POST", "/api/v1/incidents/{}/mute", AUTH_TOKEN, " ", post_mute, get_incident},
    {"POST", "/api/v1/incidents/{}/unmute", AUTH_TOKEN, " ", post_unmute, get_incident},
    {"POST", "/api/v1/incidents/{}/resolve", AUTH_TOKEN, " ", post_resolve, get_incident},
    {"GET", "/api/v1/incidents/{}/procedures", AUTH_TOKEN, " ", get_procedures, NULL},
    {"POST", "/api/v1/incidents/{}/procedures", AUTH_TOKEN, " ", post_procedure, get_steps},
    {"GET", "/api/v1/runs/{}/steps/{}", AUTH_TOKEN, " ", get_step, NULL},
    {"GET", "/api/v1/runs/{}/steps/{}/output", AUTH_TOKEN, " from ", get_step_output, NULL},
    {"POST", "/api/v1/runs/{}/steps/{}/stop", AUTH_TOKEN, " ", post_step_stop, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/start", AUTH_TOKEN, " ", post_step_start, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/done", AUTH_TOKEN, " ", post_step_done, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/answer", AUTH_TOKEN, " ", post_step_answer, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/choose", AUTH_TOKEN, " ", post_step_choose, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/skip", AUTH_TOKEN, " ", post_step_skip, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/approve", AUTH_TOKEN, " ", post_approve, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/values", AUTH_TOKEN, " ", post_step_values, answer_step},
    {"POST", "/api/v1/runs/{}/steps/{}/deny", AUTH_TOKEN, " ", post_deny, answer_step},

    {"GET", "/api/v1/session", AUTH_OPEN, " ", get_session, NULL},
    {"POST", "/api/v1/session", AUTH_OPEN, " ", post_session, NULL},
    {"DELETE", "/api/v1/session", AUTH_OPEN, " ", delete_session, NULL},

    /* The console; the second is the link in a page. */
    {"GET", "/", AUTH_OPEN, NULL, get_console, NULL},
    {"GET", "/incidents/{}", AUTH_OPEN, NULL, get_console, NULL},
    {"GET", "/runbooks", AUTH_OPEN, NULL, get_console, NULL},
    {"GET", "/runbooks/{*}", AUTH_OPEN, NULL, get_console, NULL},
    {"GET", "/console/{*}", AUTH_OPEN, NULL, get_console_file, NULL},

    {"GET", "/acknowledge/{}/{*}", AUTH_OPEN, NULL, get_link, NULL},
    {"POST", "/acknowledge/{}/{*}", AUTH_OPEN, NULL, post_link, answer_link},
    {"POST", "/reply/slack", AUTH_OPEN, NULL, post_slack, NULL},

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

/* How long the name is at the start of path, before what is left of the pattern. A name between fixed words
 * may hold '/': the library has decoded the URL already. */
static size_t name_bytes(const char *pattern, const char *path)
{
    size_t n_fixed = strlen(pattern), n = strlen(path);
    if (n_fixed == 0 || strchr(pattern, '{'))
        return strcspn(path, "/");
    return n > n_fixed && strcmp(path + n - n_fixed, pattern) == 0 ? n - n_fixed : 0;
}

static bool path_fits(const char *pattern, const char *path, struct route_parts *ret_parts)
{
    size_t n_numbers = 0, n_names = 0;
    while (*pattern && path) {
        if (strncmp(pattern, "{}", 2) == 0) {
            path = read_number(path, &ret_parts->numbers[n_numbers++]);
            pattern += 2;
        } else if (strncmp(pattern, "{*}", 3) == 0) {
            pattern += 3;
            size_t n_bytes = name_bytes(pattern, path);
            ret_parts->names[n_names] = path;
            ret_parts->name_bytes[n_names++] = n_bytes;
            path = n_bytes ? path + n_bytes : NULL;
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
