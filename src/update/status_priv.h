/* What the writers of the status page share. */
#pragma once

#include "base/json.h"
#include "update/status.h"

/* One incident of the page, with its updates, the newest first. */
struct status_incident {
    const struct incident *incident;
    const struct service *service; /* with a public name, or NULL */
    const struct update *newest, *first;
    const char *impact; /* "critical", "major", "minor" */
    bool over;
};
typedef LIST(struct status_incident) status_incidents;

enum { STATUS_ID_BYTES = 40 };
/* "incident-0f3a91c2d4e5": the same at every look, and tells neither our number, and with it how many
 * incidents there were, nor our name. */
void status_id(const struct status_input *input, const char *kind, const char *inner,
               char out[STATUS_ID_BYTES]);
void status_update_id(const struct status_input *input, const struct update *update,
                      char out[STATUS_ID_BYTES]);
/* The incidents of the page: those that go on before those that are over, the newest first. */
void status_incidents_of(struct arena *arena, const struct status_input *input,
                         status_incidents *ret_incidents);
/* operational, degraded_performance, partial_outage, major_outage, under_maintenance */
const char *component_status(const struct status_input *input, const status_incidents *incidents,
                             const struct service *service);
/* In the words of a page: "All systems operational". ret_indicator: none, minor, major, critical,
 * maintenance. */
const char *status_words(const struct status_input *input, const status_incidents *incidents,
                         const char **ret_indicator);
/* A window of a component that is now or within the next days; false: it has none. */
bool status_window(const struct status_input *input, const struct maintenance_window *window,
                   const struct service **ret_service, struct roster_times *ret_times);

void status_html_write(struct buf *out, const struct status_input *input);
void status_style_write(struct buf *out, const struct status_input *input);
void status_rss_write(struct buf *out, const struct status_input *input);
void status_summary_write(struct buf *out, const struct status_input *input);
void status_components_write(struct buf *out, const struct status_input *input);
void status_incidents_write(struct buf *out, const struct status_input *input);
void status_unresolved_write(struct buf *out, const struct status_input *input);
void status_upcoming_write(struct buf *out, const struct status_input *input);
void status_active_write(struct buf *out, const struct status_input *input);
void status_maintenances_write(struct buf *out, const struct status_input *input);
void status_status_write(struct buf *out, const struct status_input *input);
/* As text between tags or in an attribute, of HTML and of XML; what XML cannot hold becomes a blank. */
void markup_add(struct buf *out, const char *text);
